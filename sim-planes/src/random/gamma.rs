//! The gamma distribution, by mean and coefficient of variation, and the gamma factor of over-dispersion.

use super::distribution::Moments;
use super::invert::invert;
use super::{Rng, standard_exponential, standard_normal, uniform_open};
use crate::stats::special::incomplete_gamma;

/// Marsaglia & Tsang, "A Simple Method for Generating Gamma Variables", ACM TOMS 26(3), 2000. Shapes
/// below 1 are drawn with shape + 1 and multiplied by U^(1/shape), U uniform (§6 there).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gamma {
    shape: f64,
    scale: f64,
    /// Shape (or shape + 1) − 1/3.
    d: f64,
    /// 1/√(9 d).
    c: f64,
    /// 1/shape when the shape is below 1, else 0.
    boost: f64,
}

impl Gamma {
    pub fn new(mean: f64, cv: f64) -> Gamma {
        let square = cv * cv;
        Gamma::of_shape(1.0 / square, mean * square)
    }

    #[inline]
    fn of_shape(shape: f64, scale: f64) -> Gamma {
        let (drawn, boost) = if shape < 1.0 {
            (shape + 1.0, 1.0 / shape)
        } else {
            (shape, 0.0)
        };
        let d = drawn - 1.0 / 3.0;
        Gamma {
            shape,
            scale,
            d,
            c: 1.0 / (9.0 * d).sqrt(),
            boost,
        }
    }

    pub fn moments(mean: f64, cv: f64) -> Moments {
        let square = cv * cv;
        (
            mean,
            mean * mean * square,
            mean * mean * mean * (1.0 + square) * (1.0 + 2.0 * square),
        )
    }

    #[inline]
    pub fn sample(&self, rng: &mut Rng) -> f64 {
        let value = self.scale * self.d * self.standard(rng);
        if self.boost == 0.0 {
            return value;
        }
        value * libm::exp(-self.boost * standard_exponential(rng))
    }

    /// A gamma variable of the drawn shape, divided by `d`.
    #[inline]
    fn standard(&self, rng: &mut Rng) -> f64 {
        loop {
            let x = standard_normal(rng);
            let root = 1.0 + self.c * x;
            if root <= 0.0 {
                continue;
            }
            let v = root * root * root;
            let u = uniform_open(rng);
            let square = x * x;
            if u < 1.0 - 0.0331 * square * square {
                return v;
            }
            if libm::log(u) < 0.5 * square + self.d * (1.0 - v + libm::log(v)) {
                return v;
            }
        }
    }

    /// The probabilities of at most and of more than `x`.
    pub fn probabilities(&self, x: f64) -> (f64, f64) {
        incomplete_gamma(self.shape, x / self.scale)
    }

    pub fn quantile(&self, p: f64) -> f64 {
        self.scale * invert(p, |x| incomplete_gamma(self.shape, x))
    }

    pub fn scale(&self, k: f64) -> Gamma {
        Gamma {
            scale: self.scale * k,
            ..*self
        }
    }
}

/// The factor of [`gamma_unit_mean`], to be drawn again and again with one variance: the same numbers, and faster.
#[derive(Clone, Copy, Debug)]
pub struct GammaFactor {
    law: Option<Gamma>,
}

impl GammaFactor {
    /// With mean 1 and this variance, 0..=10⁴.
    pub fn new(variance: f64) -> Self {
        debug_assert!((0.0..=1e4).contains(&variance), "variance {variance}");
        Self {
            law: (variance >= LEAST_VARIANCE).then(|| Gamma::of_shape(1.0 / variance, variance)),
        }
    }

    /// Draws it; without variance it is 1, and nothing is drawn.
    #[inline(never)]
    pub fn sample(&self, rng: &mut Rng) -> f64 {
        self.law.map_or(1.0, |law| law.sample(rng))
    }
}

/// Below, no count can tell the variance from 0.
const LEAST_VARIANCE: f64 = 1e-12;

/// A gamma variable with mean 1 and the given variance, 0..=10⁴: the factor on a Poisson rate that makes
/// counts over-dispersed (variance of the count = rate + variance · rate²). Variance 0 (or below 1e-12,
/// which no count can tell from it) gives exactly 1 and draws nothing.
#[inline]
pub fn gamma_unit_mean(rng: &mut Rng, variance: f64) -> f64 {
    GammaFactor::new(variance).sample(rng)
}
