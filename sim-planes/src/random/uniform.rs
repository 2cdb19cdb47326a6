//! Uniform numbers between 0 and 1.

use super::Rng;
use rand_xoshiro::rand_core::Rng as _;

/// A uniform number in [0, 1): a multiple of 2⁻⁵³.
#[inline]
pub fn uniform(rng: &mut Rng) -> f64 {
    (rng.next_u64() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
}

/// A uniform number in (0, 1): an odd multiple of 2⁻⁵³, so its logarithm is always finite and below 0.
#[inline]
pub fn uniform_open(rng: &mut Rng) -> f64 {
    ((rng.next_u64() >> 12) as f64 + 0.5) * (1.0 / (1u64 << 52) as f64)
}
