//! Distributions of non-negative quantities: service times, start-up times, sizes.

use super::Rng;
use super::empirical::Empirical;
use super::exponential::Exponential;
use super::gamma::Gamma;
use super::hyper_exponential::HyperExponential;
use super::log_normal::LogNormal;
use super::pareto::Pareto;
use super::weibull::Weibull;
use core::fmt;

/// Largest mean, value or minimum of a distribution: far above any use, and its cube is still a number.
const LARGEST: f64 = 1e15;
/// Smallest mean or minimum of a distribution that is not constant.
const SMALLEST: f64 = 1e-15;

/// A checked distribution of a non-negative variable, cheap to sample and to clone.
///
/// Means, variances and third moments are exact for what [`sample`](Self::sample) draws. The unit is the
/// caller's; probabilities are 0..1.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    family: Family,
    mean: f64,
    variance: f64,
    third_moment: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Family {
    Deterministic(f64),
    Exponential(Exponential),
    LogNormal(LogNormal),
    Gamma(Gamma),
    Weibull(Weibull),
    Pareto(Pareto),
    HyperExponential(HyperExponential),
    Empirical(Empirical),
}

/// Mean, variance and third raw moment.
pub(super) type Moments = (f64, f64, f64);

/// A parameter outside its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DistributionError {
    /// The parameter's name: `mean`, `cv`, `shape`, `minimum`, `value`, `probability` or `quantiles`.
    pub parameter: &'static str,
    /// What was given (of `quantiles`: how many).
    pub value: f64,
    /// What it must be.
    pub requirement: &'static str,
}

impl fmt::Display for DistributionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} must be {}",
            self.parameter, self.value, self.requirement
        )
    }
}

impl core::error::Error for DistributionError {}

/// `x` where it is above 0, else 0 (of positive sign: which zero `f64::max` answers for −0 and 0 is up to
/// the machine).
pub(super) fn positive(x: f64) -> f64 {
    if x > 0.0 { x } else { 0.0 }
}

/// Passes `value` on when it lies in `range`; NaN never does.
pub(super) fn check(
    parameter: &'static str,
    value: f64,
    range: core::ops::RangeInclusive<f64>,
    requirement: &'static str,
) -> Result<f64, DistributionError> {
    if range.contains(&value) {
        Ok(value)
    } else {
        Err(DistributionError {
            parameter,
            value,
            requirement,
        })
    }
}

fn check_mean(mean: f64) -> Result<f64, DistributionError> {
    check("mean", mean, SMALLEST..=LARGEST, "between 1e-15 and 1e15")
}

impl Distribution {
    fn new(family: Family, (mean, variance, third_moment): Moments) -> Distribution {
        Distribution {
            family,
            mean,
            variance,
            third_moment,
        }
    }

    /// Always `value`, 0..=1e15.
    pub fn deterministic(value: f64) -> Result<Distribution, DistributionError> {
        let value = check("value", value, 0.0..=LARGEST, "between 0 and 1e15")?;
        Ok(Distribution::new(
            Family::Deterministic(value),
            (value, 0.0, value * value * value),
        ))
    }

    /// Exponential with the given mean, 1e-15..=1e15 (so are all means below).
    pub fn exponential(mean: f64) -> Result<Distribution, DistributionError> {
        let family = Exponential {
            mean: check_mean(mean)?,
        };
        Ok(Distribution::new(
            Family::Exponential(family),
            family.moments(),
        ))
    }

    /// Lognormal by mean and coefficient of variation (standard deviation / mean), 0..=1000; 0 is constant.
    pub fn log_normal(mean: f64, cv: f64) -> Result<Distribution, DistributionError> {
        let mean = check_mean(mean)?;
        let cv = check("cv", cv, 0.0..=1000.0, "between 0 and 1000")?;
        if cv == 0.0 {
            return Distribution::deterministic(mean);
        }
        Ok(Distribution::new(
            Family::LogNormal(LogNormal::new(mean, cv)),
            LogNormal::moments(mean, cv),
        ))
    }

    /// Gamma by mean and coefficient of variation, 0 (constant) or 0.0001..=100.
    pub fn gamma(mean: f64, cv: f64) -> Result<Distribution, DistributionError> {
        let mean = check_mean(mean)?;
        if cv == 0.0 {
            return Distribution::deterministic(mean);
        }
        let cv = check("cv", cv, 1e-4..=100.0, "0, or between 0.0001 and 100")?;
        Ok(Distribution::new(
            Family::Gamma(Gamma::new(mean, cv)),
            Gamma::moments(mean, cv),
        ))
    }

    /// Weibull by mean and shape, 0.1..=1000: 1 is exponential, below has a heavier tail, above a lighter.
    pub fn weibull(mean: f64, shape: f64) -> Result<Distribution, DistributionError> {
        let mean = check_mean(mean)?;
        let shape = check("shape", shape, 0.1..=1000.0, "between 0.1 and 1000")?;
        let family = Weibull::new(mean, shape);
        Ok(Distribution::new(Family::Weibull(family), family.moments()))
    }

    /// Pareto by its minimum, 1e-15..=1e15, and shape (tail exponent), 0.5..=1000, cut off at its
    /// 1 − 1e-9 quantile ([`PARETO_CUT`](super::PARETO_CUT)).
    ///
    /// The cut makes every moment finite, and exact for what is drawn: an uncut Pareto of shape ≤ 3 has no
    /// third moment, of shape ≤ 2 no variance, of shape ≤ 1 no mean, while every finite simulation of it
    /// has. It removes one value in 10⁹. With shape 1.5 the mean is 0.1 % below the uncut one's.
    pub fn pareto(minimum: f64, shape: f64) -> Result<Distribution, DistributionError> {
        let minimum = check(
            "minimum",
            minimum,
            SMALLEST..=LARGEST,
            "between 1e-15 and 1e15",
        )?;
        let shape = check("shape", shape, 0.5..=1000.0, "between 0.5 and 1000")?;
        let family = Pareto::new(minimum, shape);
        Ok(Distribution::new(Family::Pareto(family), family.moments()))
    }

    /// Two-phase hyper-exponential with balanced means, by mean and coefficient of variation, 1..=1000.
    pub fn hyper_exponential(mean: f64, cv: f64) -> Result<Distribution, DistributionError> {
        let mean = check_mean(mean)?;
        let cv = check("cv", cv, 1.0..=1000.0, "between 1 and 1000")?;
        let family = HyperExponential::new(mean, cv);
        Ok(Distribution::new(
            Family::HyperExponential(family),
            family.moments(),
        ))
    }

    /// From quantiles: pairs (probability, value), linear in between. Probabilities rise strictly from
    /// exactly 0 to exactly 1; values are 0..=1e15 and never fall (equal neighbours are an atom); 2 to
    /// 10 000 pairs.
    pub fn empirical(quantiles: &[(f64, f64)]) -> Result<Distribution, DistributionError> {
        let family = Empirical::new(quantiles, LARGEST)?;
        let moments = family.moments();
        Ok(Distribution::new(Family::Empirical(family), moments))
    }

    /// Draws a value.
    #[inline]
    pub fn sample(&self, rng: &mut Rng) -> f64 {
        match &self.family {
            Family::Deterministic(value) => *value,
            Family::Exponential(d) => d.sample(rng),
            Family::LogNormal(d) => d.sample(rng),
            Family::Gamma(d) => d.sample(rng),
            Family::Weibull(d) => d.sample(rng),
            Family::Pareto(d) => d.sample(rng),
            Family::HyperExponential(d) => d.sample(rng),
            Family::Empirical(d) => d.sample(rng),
        }
    }

    /// Draws as many values as there are places: the same as [`sample`](Self::sample) for each, and faster.
    pub fn fill(&self, rng: &mut Rng, values: &mut [f64]) {
        fn each(values: &mut [f64], mut draw: impl FnMut() -> f64) {
            for value in values {
                *value = draw();
            }
        }
        match &self.family {
            Family::Deterministic(value) => values.fill(*value),
            Family::Exponential(d) => each(values, || d.sample(rng)),
            Family::LogNormal(d) => each(values, || d.sample(rng)),
            Family::Gamma(d) => each(values, || d.sample(rng)),
            Family::Weibull(d) => each(values, || d.sample(rng)),
            Family::Pareto(d) => each(values, || d.sample(rng)),
            Family::HyperExponential(d) => each(values, || d.sample(rng)),
            Family::Empirical(d) => each(values, || d.sample(rng)),
        }
    }

    /// The mean, E\[X\].
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The variance.
    pub fn variance(&self) -> f64 {
        self.variance
    }

    /// The coefficient of variation, standard deviation / mean; 0 for the constant 0.
    pub fn cv(&self) -> f64 {
        if self.variance == 0.0 {
            0.0
        } else {
            self.variance.sqrt() / self.mean
        }
    }

    /// The second raw moment, E\[X²\].
    pub fn second_moment(&self) -> f64 {
        self.variance + self.mean * self.mean
    }

    /// The third raw moment, E\[X³\].
    pub fn third_moment(&self) -> f64 {
        self.third_moment
    }

    /// The probability of at most `x`.
    pub fn cdf(&self, x: f64) -> f64 {
        match &self.family {
            Family::Deterministic(value) => f64::from(x >= *value),
            Family::Exponential(d) => d.cdf(x),
            Family::LogNormal(d) => d.cdf(x),
            Family::Gamma(d) => d.probabilities(x).0,
            Family::Weibull(d) => d.cdf(x),
            Family::Pareto(d) => d.cdf(x),
            Family::HyperExponential(d) => d.cdf(x),
            Family::Empirical(d) => d.cdf(x),
        }
    }

    /// The probability of more than `x`, with full relative accuracy where 1 − cdf has lost its digits.
    pub fn survival(&self, x: f64) -> f64 {
        match &self.family {
            Family::Deterministic(value) => f64::from(x < *value),
            Family::Exponential(d) => d.survival(x),
            Family::LogNormal(d) => d.survival(x),
            Family::Gamma(d) => d.probabilities(x).1,
            Family::Weibull(d) => d.survival(x),
            Family::Pareto(d) => d.survival(x),
            Family::HyperExponential(d) => d.survival(x),
            Family::Empirical(d) => 1.0 - d.cdf(x),
        }
    }

    /// The value below which the variable lies with probability `p` (clamped to 0..1): the smallest value
    /// at 0, the largest (which may be +∞) at 1. Gamma and hyper-exponential take some microseconds, the
    /// others have closed forms.
    pub fn quantile(&self, p: f64) -> f64 {
        let p = p.clamp(0.0, 1.0);
        match &self.family {
            Family::Deterministic(value) => *value,
            Family::Exponential(d) => d.quantile(p),
            Family::LogNormal(d) => d.quantile(p),
            Family::Gamma(d) => d.quantile(p),
            Family::Weibull(d) => d.quantile(p),
            Family::Pareto(d) => d.quantile(p),
            Family::HyperExponential(d) => d.quantile(p),
            Family::Empirical(d) => d.quantile(p),
        }
    }

    /// The distribution of `k` times the variable, `k` finite and above 0: the same family, coefficient of
    /// variation and shape. The same generator state gives `k` times the same value, up to rounding.
    #[must_use]
    pub fn scale(&self, k: f64) -> Distribution {
        debug_assert!(k > 0.0 && k.is_finite(), "scaled by {k}");
        let family = match &self.family {
            Family::Deterministic(value) => Family::Deterministic(value * k),
            Family::Exponential(d) => Family::Exponential(d.scale(k)),
            Family::LogNormal(d) => Family::LogNormal(d.scale(k)),
            Family::Gamma(d) => Family::Gamma(d.scale(k)),
            Family::Weibull(d) => Family::Weibull(d.scale(k)),
            Family::Pareto(d) => Family::Pareto(d.scale(k)),
            Family::HyperExponential(d) => Family::HyperExponential(d.scale(k)),
            Family::Empirical(d) => Family::Empirical(d.scale(k)),
        };
        let moments = (
            self.mean * k,
            self.variance * k * k,
            self.third_moment * k * k * k,
        );
        Distribution::new(family, moments)
    }
}

#[cfg(test)]
mod tests;
