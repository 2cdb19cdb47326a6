//! How much of a variance comes from what two runs share: the analysis of variance of pairs.

use super::paired::share_of_pairs;
use super::student::student_t_quantile;
use serde::{Deserialize, Serialize};

/// The share of a variance that is due to what the runs of a pair have in common, 0 to 1, with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SharedVariance {
    /// Pairs.
    pub pairs: u32,
    /// The share.
    pub share: f64,
    /// Lower end of the 95 % interval.
    pub ci_low: f64,
    /// Upper end of the 95 % interval.
    pub ci_high: f64,
}

/// Sums over the pairs from which the mean squares follow, with or without one of them.
#[derive(Clone, Copy, Default)]
struct Sums {
    n: f64,
    means: f64,
    squares: f64,
    within: f64,
}

impl Sums {
    fn plus(self, (a, b): (f64, f64), sign: f64) -> Self {
        let (mean, half) = (0.5 * (a + b), 0.5 * (a - b));
        Self {
            n: self.n + sign,
            means: self.means + sign * mean,
            squares: self.squares + sign * mean * mean,
            within: self.within + sign * half * half,
        }
    }

    /// Mean squares between and within pairs of the analysis of variance.
    fn mean_squares(self) -> (f64, f64) {
        let between = 2.0 * (self.squares - self.means * self.means / self.n) / (self.n - 1.0);
        (between.max(0.0), (2.0 * self.within / self.n).max(0.0))
    }

    /// Logarithm of their ratio; infinite where the runs of a pair never differ.
    fn log_ratio(self) -> f64 {
        let (between, within) = self.mean_squares();
        libm::log(between / within)
    }
}

/// Splits the variance of values that come in pairs: two runs that share an input and differ in luck. `None` below
/// eight pairs, and where the values do not vary.
///
/// One-way analysis of variance with two runs in each group: share = (MSB − MSW) / (MSB + MSW), the intraclass
/// correlation, which is the first-order Sobol index of the shared input (Sobol 1993; Janon et al., "Asymptotic
/// normality and efficiency of two Sobol index estimators", ESAIM P&S 18, 2014). The interval is the jackknife over
/// pairs of log(MSB/MSW) with Student's t (Arvesen & Schmitz, "Robust procedures for variance component problems using
/// the jackknife", Biometrics 26, 1970), which holds without normal values; of values that are only 0 or 1 it may
/// not exist, then Wilson's interval of the pairs that differ gives it.
pub fn shared_variance(pairs: &[(f64, f64)]) -> Option<SharedVariance> {
    // From the mean of all, so that squares of small differences are not lost beside large means.
    let n = pairs.len() as f64;
    if pairs.len() < 8 {
        return None;
    }
    let centre = pairs.iter().map(|(a, b)| 0.5 * (a + b)).sum::<f64>() / n;
    let centred = || pairs.iter().map(|(a, b)| (a - centre, b - centre));
    let all = centred().fold(Sums::default(), |sums, pair| sums.plus(pair, 1.0));
    let (between, within) = all.mean_squares();
    let size = pairs
        .iter()
        .fold(0.0, |size: f64, (a, b)| size.max(a.abs()).max(b.abs()));
    // Not above, or not a number.
    let spreads = between + within > 1e-24 * size * size;
    if !spreads {
        return None;
    }
    let share = (between - within) / (between + within);
    let whole = all.log_ratio();
    let pseudo: Vec<f64> = centred()
        .map(|pair| n * whole - (n - 1.0) * all.plus(pair, -1.0).log_ratio())
        .collect();
    let (low, high) = if pseudo.iter().all(|value| value.is_finite()) {
        let mean = pseudo.iter().sum::<f64>() / n;
        let squares: f64 = pseudo.iter().map(|x| (x - mean) * (x - mean)).sum();
        let half = student_t_quantile(0.975, n - 1.0) * (squares / (n - 1.0) / n).sqrt();
        // (F − 1) / (F + 1) of F = exp(x).
        let share_of = |log_ratio: f64| libm::tanh(0.5 * log_ratio);
        (share_of(mean - half), share_of(mean + half))
    } else {
        share_of_pairs(pairs)
    };
    let clamp = |share: f64| share.clamp(0.0, 1.0);
    Some(SharedVariance {
        pairs: pairs.len() as u32,
        share: clamp(share),
        ci_low: clamp(low.min(share)),
        ci_high: clamp(high.max(share)),
    })
}
