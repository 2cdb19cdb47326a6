//! The lognormal distribution, by mean and coefficient of variation.

use super::distribution::{Moments, positive};
use super::{Rng, standard_normal};
use crate::stats::special::{normal_cdf, normal_quantile};

/// exp of a normal variable with mean `mu` and standard deviation `sigma` > 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LogNormal {
    mu: f64,
    sigma: f64,
}

impl LogNormal {
    pub fn new(mean: f64, cv: f64) -> LogNormal {
        let variance = libm::log1p(cv * cv);
        LogNormal {
            mu: libm::log(mean) - 0.5 * variance,
            sigma: variance.sqrt(),
        }
    }

    pub fn moments(mean: f64, cv: f64) -> Moments {
        let growth = 1.0 + cv * cv;
        let cube = mean * growth;
        (mean, mean * mean * cv * cv, cube * cube * cube)
    }

    #[inline]
    pub fn sample(&self, rng: &mut Rng) -> f64 {
        libm::exp(self.mu + self.sigma * standard_normal(rng))
    }

    fn score(&self, x: f64) -> f64 {
        (libm::log(positive(x)) - self.mu) / self.sigma
    }

    pub fn cdf(&self, x: f64) -> f64 {
        normal_cdf(self.score(x))
    }

    pub fn survival(&self, x: f64) -> f64 {
        normal_cdf(-self.score(x))
    }

    pub fn quantile(&self, p: f64) -> f64 {
        libm::exp(self.mu + self.sigma * normal_quantile(p))
    }

    pub fn scale(&self, k: f64) -> LogNormal {
        LogNormal {
            mu: self.mu + libm::log(k),
            sigma: self.sigma,
        }
    }
}
