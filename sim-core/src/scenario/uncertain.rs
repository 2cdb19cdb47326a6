//! An uncertain number of a checked scenario, and how its values are drawn.

use super::belief::Belief;
use crate::random::{Purpose, Rng, StreamKey};

/// A number of the document that each replication draws for itself.
#[derive(Clone, Debug, PartialEq)]
pub struct UncertainInput {
    /// JSON Pointer of the number.
    pub path: String,
    belief: Belief,
    limits: (f64, f64),
}

impl UncertainInput {
    pub(super) fn new(path: String, belief: Belief, limits: (f64, f64)) -> Self {
        Self {
            path,
            belief,
            limits,
        }
    }

    /// The value that is undershot with probability `p`, between 0 and 1, within the limits of its number.
    pub fn value(&self, p: f64) -> f64 {
        let (low, high) = self.limits;
        self.belief.quantile(p).clamp(low, high)
    }

    /// The stream of its uniform numbers. Its name is that of the number's path, so that designs that are uncertain
    /// of other numbers as well draw the same values of this one.
    pub(crate) fn stream(&self, seed: u64, replication: u32) -> Rng {
        StreamKey {
            seed,
            replication,
            component: fnv1a(&self.path),
            purpose: Purpose::UncertainInputs,
        }
        .rng()
    }
}

/// Fowler, Noll & Vo's hash, 32 bits, 1a: a name as a number.
fn fnv1a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

#[cfg(test)]
mod tests {
    use super::fnv1a;

    /// Test vectors of the hash's authors (draft-eastlake-fnv).
    #[test]
    fn names_hash_as_published() {
        assert_eq!(fnv1a(""), 0x811c_9dc5);
        assert_eq!(fnv1a("a"), 0xe40c_292c);
        assert_eq!(fnv1a("foobar"), 0xbf9c_f968);
    }
}
