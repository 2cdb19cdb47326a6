//! A set of small numbers that finds its first, last and next member in steps of 64.
//!
//! ```text
//!   level 1   bit i: word i of level 0 is not empty
//!   level 0   bit n: n is a member
//! ```

/// Bits of a word.
const WORD: usize = 64;

/// A set of numbers below its capacity. All operations take one step per level: one up to 64 members' room, two up
/// to 4,096, three up to 262,144.
#[derive(Clone, Debug)]
pub struct Bits {
    /// From the members up to a single word.
    levels: Vec<Vec<u64>>,
}

impl Bits {
    /// The empty set, with room for the numbers below `capacity`.
    pub fn new(capacity: usize) -> Self {
        let mut levels = Vec::new();
        let mut bits = capacity.max(1);
        loop {
            let words = bits.div_ceil(WORD);
            levels.push(vec![0; words]);
            if words == 1 {
                return Self { levels };
            }
            bits = words;
        }
    }

    /// Takes `number` in.
    #[inline]
    pub fn insert(&mut self, mut number: usize) {
        for level in &mut self.levels {
            let word = &mut level[number / WORD];
            let before = *word;
            *word |= 1 << (number % WORD);
            if before != 0 {
                break;
            }
            number /= WORD;
        }
    }

    /// Takes `number` out.
    #[inline]
    pub fn remove(&mut self, mut number: usize) {
        for level in &mut self.levels {
            let word = &mut level[number / WORD];
            *word &= !(1 << (number % WORD));
            if *word != 0 {
                break;
            }
            number /= WORD;
        }
    }

    /// Whether `number` is a member.
    pub fn contains(&self, number: usize) -> bool {
        self.levels[0][number / WORD] >> (number % WORD) & 1 == 1
    }

    /// The largest member.
    #[inline]
    pub fn last(&self) -> Option<usize> {
        let mut at = 0;
        for level in self.levels.iter().rev() {
            let word = level[at];
            if word == 0 {
                return None;
            }
            at = at * WORD + (WORD - 1 - word.leading_zeros() as usize);
        }
        Some(at)
    }

    /// The smallest member.
    #[inline]
    pub fn first(&self) -> Option<usize> {
        self.below(self.levels.len(), 0)
    }

    /// The smallest member of at least `from`.
    #[inline]
    pub fn first_from(&self, from: usize) -> Option<usize> {
        let mut at = from;
        for (height, level) in self.levels.iter().enumerate() {
            let word = level.get(at / WORD)?;
            let rest = word >> (at % WORD);
            if rest != 0 {
                return self.below(height, at + rest.trailing_zeros() as usize);
            }
            at = at / WORD + 1;
        }
        None
    }

    /// The smallest member below bit `at` of the given level.
    #[inline]
    fn below(&self, height: usize, mut at: usize) -> Option<usize> {
        for level in self.levels[..height].iter().rev() {
            let word = level[at];
            if word == 0 {
                return None;
            }
            at = at * WORD + word.trailing_zeros() as usize;
        }
        Some(at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, StreamKey, uniform};
    use std::collections::BTreeSet;

    /// Against the standard library's ordered set, on one, two and three levels.
    #[test]
    fn agrees_with_an_ordered_set() {
        let mut rng = StreamKey {
            seed: 1,
            replication: 0,
            component: 0,
            purpose: Purpose::InstanceChoice,
        }
        .rng();
        for capacity in [1, 64, 65, 1000, 4096, 4097, 100_000] {
            let (mut bits, mut set) = (Bits::new(capacity), BTreeSet::new());
            let mut number = || (uniform(&mut rng) * capacity as f64) as usize;
            for step in 0..3000 {
                let n = number();
                if step % 3 == 0 || set.len() > 40 {
                    let n = set.range(n..).next().copied().unwrap_or(n);
                    set.remove(&n);
                    bits.remove(n);
                } else {
                    set.insert(n);
                    bits.insert(n);
                }
                let from = number();
                assert_eq!(bits.first(), set.first().copied());
                assert_eq!(bits.last(), set.last().copied());
                assert_eq!(bits.first_from(from), set.range(from..).next().copied());
                assert_eq!(bits.contains(from), set.contains(&from));
            }
            assert_eq!(bits.first_from(capacity), None);
        }
    }
}
