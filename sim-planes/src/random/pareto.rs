//! The Pareto distribution, cut off at its 1 − 1e-9 quantile.

use super::distribution::Moments;
use super::{Rng, standard_exponential};

/// Probability beyond the cut: a Pareto variable is conditioned on being below its 1 − `PARETO_CUT` quantile.
pub const PARETO_CUT: f64 = 1e-9;

/// −ln(PARETO_CUT) = 9 ln 10: the logarithm of X / minimum is exponential with mean 1 / shape, cut at
/// `LOG_CUT` / shape.
const LOG_CUT: f64 = 20.723_265_836_946_41;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pareto {
    minimum: f64,
    shape: f64,
    inverse_shape: f64,
}

impl Pareto {
    pub fn new(minimum: f64, shape: f64) -> Pareto {
        Pareto {
            minimum,
            shape,
            inverse_shape: 1.0 / shape,
        }
    }

    pub fn moments(&self) -> Moments {
        let (first, second, third) = (self.raw(1.0), self.raw(2.0), self.raw(3.0));
        let m = self.minimum;
        (
            m * first,
            m * m * (second - first * first).max(0.0),
            m * m * m * third,
        )
    }

    /// E\[(X / minimum)ʳ\] = ∫₀^LOG_CUT e^{−t (1 − r/shape)} dt / (1 − PARETO_CUT).
    fn raw(&self, r: f64) -> f64 {
        let rate = 1.0 - r * self.inverse_shape;
        let exponent = -rate * LOG_CUT;
        let integral = if rate == 0.0 {
            LOG_CUT
        } else {
            libm::expm1(exponent) / exponent * LOG_CUT
        };
        integral / (1.0 - PARETO_CUT)
    }

    #[inline]
    pub fn sample(&self, rng: &mut Rng) -> f64 {
        loop {
            let e = standard_exponential(rng);
            if e <= LOG_CUT {
                return self.minimum * libm::exp(e * self.inverse_shape);
            }
        }
    }

    /// The uncut probability of more than `x`, and of at most `x`.
    fn uncut(&self, x: f64) -> (f64, f64) {
        let e = -self.shape * libm::log((x / self.minimum).max(1.0));
        (libm::exp(e), -libm::expm1(e))
    }

    pub fn cdf(&self, x: f64) -> f64 {
        (self.uncut(x).1 / (1.0 - PARETO_CUT)).min(1.0)
    }

    pub fn survival(&self, x: f64) -> f64 {
        ((self.uncut(x).0 - PARETO_CUT) / (1.0 - PARETO_CUT)).max(0.0)
    }

    pub fn quantile(&self, p: f64) -> f64 {
        let e = -libm::log1p(-p * (1.0 - PARETO_CUT));
        self.minimum * libm::exp(e * self.inverse_shape)
    }

    pub fn scale(&self, k: f64) -> Pareto {
        Pareto {
            minimum: self.minimum * k,
            ..*self
        }
    }
}
