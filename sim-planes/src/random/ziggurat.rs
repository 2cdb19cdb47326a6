//! Standard normal and standard exponential numbers by the ziggurat method.
//!
//! Marsaglia & Tsang, "The Ziggurat Method for Generating Random Variables", J. Stat. Software 5(8), 2000;
//! 256 layers; the layer is chosen by bits that the abscissa does not use (Doornik 2005). About one draw in
//! a hundred needs a logarithm or an exponential.

mod tables;

use super::{Rng, uniform, uniform_open};
use rand_xoshiro::rand_core::Rng as _;
use tables::{EXPONENTIAL, EXPONENTIAL_TAIL, NORMAL, NORMAL_TAIL};

/// A number from the normal distribution with mean 0 and variance 1.
#[inline]
pub fn standard_normal(rng: &mut Rng) -> f64 {
    let bits = rng.next_u64();
    let layer = (bits & 0xFF) as usize;
    // The upper 52 bits as a number in [2, 4), moved to [-1, 1).
    let u = f64::from_bits((bits >> 12) | 0x4000_0000_0000_0000) - 3.0;
    let x = u * NORMAL.x[layer];
    if x.abs() < NORMAL.x[layer + 1] {
        return x;
    }
    normal_at_the_edge(rng, layer, u, x)
}

/// A draw beyond the part of its layer that lies wholly under the density.
#[cold]
fn normal_at_the_edge(rng: &mut Rng, layer: usize, u: f64, x: f64) -> f64 {
    if layer == 0 {
        return normal_tail(rng, u < 0.0);
    }
    let height = NORMAL.f[layer] + (NORMAL.f[layer + 1] - NORMAL.f[layer]) * uniform(rng);
    if height < libm::exp(-0.5 * x * x) {
        x
    } else {
        standard_normal(rng)
    }
}

/// The normal distribution beyond the tables (Marsaglia 1964).
fn normal_tail(rng: &mut Rng, negative: bool) -> f64 {
    loop {
        let x = -libm::log(uniform_open(rng)) / NORMAL_TAIL;
        let y = -libm::log(uniform_open(rng));
        if 2.0 * y >= x * x {
            let size = NORMAL_TAIL + x;
            return if negative { -size } else { size };
        }
    }
}

/// A number from the exponential distribution with mean 1; always above 0.
#[inline]
pub fn standard_exponential(rng: &mut Rng) -> f64 {
    let bits = rng.next_u64();
    let layer = (bits & 0xFF) as usize;
    // The upper 52 bits as a number in [1, 2), moved to the middle of its cell in (0, 1).
    let u = f64::from_bits((bits >> 12) | 0x3FF0_0000_0000_0000) - (1.0 - f64::EPSILON / 2.0);
    let x = u * EXPONENTIAL.x[layer];
    if x < EXPONENTIAL.x[layer + 1] {
        return x;
    }
    exponential_at_the_edge(rng, layer, x)
}

/// A draw beyond the part of its layer that lies wholly under the density.
#[cold]
fn exponential_at_the_edge(rng: &mut Rng, layer: usize, x: f64) -> f64 {
    if layer == 0 {
        // The exponential distribution has no memory: beyond the tables it begins anew.
        return EXPONENTIAL_TAIL - libm::log(uniform_open(rng));
    }
    let height =
        EXPONENTIAL.f[layer] + (EXPONENTIAL.f[layer + 1] - EXPONENTIAL.f[layer]) * uniform(rng);
    if height < libm::exp(-x) {
        x
    } else {
        standard_exponential(rng)
    }
}
