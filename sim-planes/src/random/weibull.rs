//! The Weibull distribution, by mean and shape.

use super::distribution::{Moments, positive};
use super::{Rng, standard_exponential};

/// P(X > x) = exp(−(x / scale)^shape).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weibull {
    scale: f64,
    shape: f64,
    inverse_shape: f64,
}

impl Weibull {
    pub fn new(mean: f64, shape: f64) -> Weibull {
        let inverse_shape = 1.0 / shape;
        Weibull {
            scale: mean / libm::tgamma(1.0 + inverse_shape),
            shape,
            inverse_shape,
        }
    }

    pub fn moments(&self) -> Moments {
        let raw = |r: f64| libm::tgamma(1.0 + r * self.inverse_shape);
        let (first, second, third) = (raw(1.0), raw(2.0), raw(3.0));
        let s = self.scale;
        (
            s * first,
            s * s * (second - first * first),
            s * s * s * third,
        )
    }

    #[inline]
    pub fn sample(&self, rng: &mut Rng) -> f64 {
        self.scale * self.power(standard_exponential(rng))
    }

    /// e^(1/shape); a logarithm and an exponential take half the time of `pow`.
    #[inline]
    fn power(&self, e: f64) -> f64 {
        libm::exp(self.inverse_shape * libm::log(e))
    }

    fn hazard(&self, x: f64) -> f64 {
        libm::pow(positive(x) / self.scale, self.shape)
    }

    pub fn cdf(&self, x: f64) -> f64 {
        -libm::expm1(-self.hazard(x))
    }

    pub fn survival(&self, x: f64) -> f64 {
        libm::exp(-self.hazard(x))
    }

    pub fn quantile(&self, p: f64) -> f64 {
        self.scale * self.power(-libm::log1p(-p))
    }

    pub fn scale(&self, k: f64) -> Weibull {
        Weibull {
            scale: self.scale * k,
            ..*self
        }
    }
}
