//! Poisson counts, at the same cost for every mean.

use super::{Rng, uniform, uniform_open};
use crate::bounds::Bounds;
use crate::stats::special::{deviance, stirling_error};

/// Largest mean that [`poisson`] takes; counts stay exact integers in f64 far beyond.
pub const POISSON_MAX_MEAN: f64 = 1e12;

/// From this mean on, counts are drawn by rejection.
const REJECTION_FROM: f64 = 10.0;

/// A Poisson count of the given mean, 0..=[`POISSON_MAX_MEAN`] (above is that, below and NaN are 0).
///
/// Exact for every mean, no normal approximation: by inversion below 10, by Hörmann's transformed
/// rejection from there on.
#[inline]
pub fn poisson(rng: &mut Rng, mean: f64) -> u64 {
    poisson_number(rng, mean) as u64
}

/// The same as a floating-point number: to make one of it again is slow in WebAssembly.
#[inline]
pub fn poisson_number(rng: &mut Rng, mean: f64) -> f64 {
    debug_assert!((0.0..=POISSON_MAX_MEAN).contains(&mean), "mean {mean}");
    if mean >= REJECTION_FROM {
        by_rejection(rng, mean.at_most(POISSON_MAX_MEAN))
    } else if mean > 0.0 {
        by_inversion(rng, mean) as f64
    } else {
        0.0
    }
}

/// Counts beyond have probability below 1e-36 when the mean is below 10.
const INVERSION_END: usize = 64;
/// 1/k: a product is faster than a quotient.
static RECIPROCALS: [f64; INVERSION_END] = reciprocals();

const fn reciprocals() -> [f64; INVERSION_END] {
    let mut table = [0.0; INVERSION_END];
    let mut k = 1;
    while k < INVERSION_END {
        table[k] = 1.0 / k as f64;
        k += 1;
    }
    table
}

/// Adds up probabilities until they pass a uniform number.
fn by_inversion(rng: &mut Rng, mean: f64) -> u64 {
    let mut probability = libm::exp(-mean);
    let mut rest = uniform(rng);
    for reciprocal in RECIPROCALS.iter().skip(1).zip(0..) {
        if rest < probability {
            return reciprocal.1;
        }
        rest -= probability;
        probability *= mean * reciprocal.0;
    }
    INVERSION_END as u64 - 1
}

/// Algorithm PTRS of Hörmann, "The transformed rejection method for generating Poisson random variables",
/// Insurance: Mathematics and Economics 12, 1993. Nine in ten draws take the quick way out.
fn by_rejection(rng: &mut Rng, mean: f64) -> f64 {
    let b = 0.931 + 2.53 * mean.sqrt();
    let a = -0.059 + 0.024_83 * b;
    let quick = 0.9277 - 3.6224 / (b - 2.0);
    loop {
        let u = uniform(rng) - 0.5;
        let v = uniform_open(rng);
        let us = 0.5 - u.abs();
        let k = ((2.0 * a / us + b) * u + mean + 0.43).floor();
        if us >= 0.07 && v <= quick {
            return k;
        }
        if k < 0.0 || (us < 0.013 && v > us) {
            continue;
        }
        if accepted(k, mean, v, a / (us * us) + b, b) {
            return k;
        }
    }
}

/// Whether v · (inverse α) / slope ≤ probability of k, in logarithms; the probability in Loader's form,
/// which keeps its digits at any mean.
fn accepted(k: f64, mean: f64, v: f64, slope: f64, b: f64) -> bool {
    let inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    let height = v * inverse_alpha / slope;
    if k == 0.0 {
        return libm::log(height) <= -mean;
    }
    let root = (core::f64::consts::TAU * k).sqrt();
    let stirling = match SMALL_STIRLING_ERRORS.get(k as usize) {
        Some(&error) => error,
        None => stirling_error(k),
    };
    libm::log(height * root) <= -stirling - deviance(k, mean)
}

/// The error of Stirling's formula for 0! (not used) to 9!, where its series does not yet hold.
const SMALL_STIRLING_ERRORS: [f64; 10] = [
    0.0,
    0.081_061_466_795_327_26,
    0.041_340_695_955_409_3,
    0.027_677_925_684_998_34,
    0.020_790_672_103_765_093,
    0.016_644_691_189_821_193,
    0.013_876_128_823_070_748,
    0.011_896_709_945_891_77,
    0.010_411_265_261_972_096,
    0.009_255_462_182_712_733,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_stirling_errors_are_right() {
        for (k, error) in SMALL_STIRLING_ERRORS.iter().enumerate().skip(1) {
            assert!((error - stirling_error(k as f64)).abs() < 1e-14, "{k}");
        }
    }
}
