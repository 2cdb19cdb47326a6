//! The exponential distribution.

use super::distribution::{Moments, positive};
use super::{Rng, standard_exponential};

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    pub mean: f64,
}

impl Exponential {
    pub fn moments(&self) -> Moments {
        let m = self.mean;
        (m, m * m, 6.0 * m * m * m)
    }

    #[inline]
    pub fn sample(&self, rng: &mut Rng) -> f64 {
        self.mean * standard_exponential(rng)
    }

    pub fn cdf(&self, x: f64) -> f64 {
        -libm::expm1(-positive(x) / self.mean)
    }

    pub fn survival(&self, x: f64) -> f64 {
        libm::exp(-positive(x) / self.mean)
    }

    pub fn quantile(&self, p: f64) -> f64 {
        -self.mean * libm::log1p(-p)
    }

    pub fn scale(&self, k: f64) -> Exponential {
        Exponential {
            mean: self.mean * k,
        }
    }
}
