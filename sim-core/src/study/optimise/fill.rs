//! A space-filling start: scrambled Halton points.

use crate::random::{Rng, uniform};

/// Bases of the dimensions: a search has at most twelve knobs.
const PRIMES: [u32; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];

/// Halton's sequence with the digits of each base permuted at random: without it, dimensions of large bases walk in
/// step for their first points.
///
/// Halton, Numerische Mathematik 2, 1960; scrambling by one random permutation a base as Owen, "A randomized Halton
/// algorithm in R", 2017, does with one a digit.
pub(super) struct Halton {
    permutations: Vec<Vec<u32>>,
}

impl Halton {
    pub(super) fn new(dimensions: usize, rng: &mut Rng) -> Self {
        let permuted = |&base: &u32| {
            let mut digits: Vec<u32> = (0..base).collect();
            for last in (1..digits.len()).rev() {
                let other = ((uniform(rng) * (last + 1) as f64) as usize).min(last);
                digits.swap(last, other);
            }
            digits
        };
        Self {
            permutations: PRIMES.iter().take(dimensions).map(permuted).collect(),
        }
    }

    /// The point of this number, each coordinate in 0..1.
    pub(super) fn point(&self, index: u32) -> impl Iterator<Item = f64> + '_ {
        self.permutations.iter().map(move |digits| {
            let base = digits.len() as u32;
            let (mut rest, mut scale, mut sum) = (index, 1.0, 0.0);
            // The zeros before a number are digits too: enough of them for fractions to be even.
            for _ in 0..32 {
                scale /= f64::from(base);
                sum += scale * f64::from(digits[(rest % base) as usize]);
                rest /= base;
                if scale < 1e-9 {
                    break;
                }
            }
            sum.clamp(0.0, 1.0 - 1e-12)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, StreamKey};

    /// Each of the first base² points lies in a cell of its own of base² cells.
    #[test]
    fn points_fill_every_cell() {
        let key = StreamKey {
            seed: 3,
            replication: 0,
            component: 0,
            purpose: Purpose::DesignSearch,
        };
        let halton = Halton::new(4, &mut key.rng());
        for (dimension, base) in [2u32, 3, 5, 7].into_iter().enumerate() {
            let cells = base * base;
            let mut seen: Vec<u32> = (0..cells)
                .map(|index| {
                    let unit = halton.point(index).nth(dimension).expect("in range");
                    // What rounding takes from a border is not a cell.
                    (unit * f64::from(cells) + 1e-9) as u32
                })
                .collect();
            seen.sort_unstable();
            assert_eq!(seen, (0..cells).collect::<Vec<_>>(), "base {base}");
        }
    }
}
