//! The two-phase hyper-exponential distribution with balanced means.

use super::distribution::{Moments, positive};
use super::invert::invert;
use super::{Rng, standard_exponential, uniform};

/// Exponential with mean `common_mean` most of the time, else with the larger `rare_mean`; both phases
/// carry half of the mean (Whitt, "Approximating a Point Process by a Renewal Process", 1982, eq. 3.7).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HyperExponential {
    rare: f64,
    rare_mean: f64,
    common_mean: f64,
}

impl HyperExponential {
    pub fn new(mean: f64, cv: f64) -> HyperExponential {
        let square = cv * cv;
        let root = ((square - 1.0) / (square + 1.0)).sqrt();
        // (1 − root) / 2 without cancellation.
        let rare = 1.0 / ((square + 1.0) * (1.0 + root));
        HyperExponential {
            rare,
            rare_mean: 0.5 * mean / rare,
            common_mean: 0.5 * mean / (1.0 - rare),
        }
    }

    fn mixed(&self, phase: impl Fn(f64) -> f64) -> f64 {
        self.rare * phase(self.rare_mean) + (1.0 - self.rare) * phase(self.common_mean)
    }

    pub fn moments(&self) -> Moments {
        let mean = self.mixed(|m| m);
        let variance = self.mixed(|m| 2.0 * m * m) - mean * mean;
        (mean, variance, self.mixed(|m| 6.0 * m * m * m))
    }

    #[inline]
    pub fn sample(&self, rng: &mut Rng) -> f64 {
        let mean = if uniform(rng) < self.rare {
            self.rare_mean
        } else {
            self.common_mean
        };
        mean * standard_exponential(rng)
    }

    pub fn cdf(&self, x: f64) -> f64 {
        self.mixed(|m| -libm::expm1(-positive(x) / m))
    }

    pub fn survival(&self, x: f64) -> f64 {
        self.mixed(|m| libm::exp(-positive(x) / m))
    }

    pub fn quantile(&self, p: f64) -> f64 {
        invert(p, |x| (self.cdf(x), self.survival(x)))
    }

    pub fn scale(&self, k: f64) -> HyperExponential {
        HyperExponential {
            rare_mean: self.rare_mean * k,
            common_mean: self.common_mean * k,
            ..*self
        }
    }
}
