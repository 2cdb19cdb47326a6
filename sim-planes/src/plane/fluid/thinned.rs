//! Whole numbers of bad requests: outcomes are drawn around their expectation.
//!
//! With few requests, a slice of five minutes is bad or not by the luck of single requests; an expectation would say
//! "always" or "never". So how many of n requests are slow or late is a binomial quantile at a random place. There is
//! one place per interval, whatever the design, so that two designs have the same luck, and who is too late is slow.

use crate::random::{Purpose, Rng, StreamKey, standard_normal};
use crate::stats::special::normal_cdf;

/// Variance from which on the binomial law is taken as normal, with a correction for its skewness.
const NORMAL_FROM: f64 = 9.0;

/// Draws the places.
pub(super) struct Thinning {
    rng: Rng,
    /// Of an interval's counts within their laws: a standard normal number.
    place: f64,
    /// Its normal distribution function, if it has been asked for.
    below: Option<f64>,
}

/// Fewer than this are expected to be struck: then it does not matter whether they are whole.
const NONE: f64 = 1e-7;

impl Thinning {
    /// Places from the stream of a kind of luck.
    pub(super) fn new(seed: u64, replication: u32, component: u32, purpose: Purpose) -> Self {
        let key = StreamKey {
            seed,
            replication,
            component,
            purpose,
        };
        Self {
            rng: key.rng(),
            place: 0.0,
            below: None,
        }
    }

    /// Goes to the place of the next interval.
    #[inline]
    pub(super) fn draw(&mut self) {
        self.place = standard_normal(&mut self.rng);
        self.below = None;
    }

    /// Whether it is in the upper half.
    pub(super) fn is_above_median(&self) -> bool {
        self.place > 0.0
    }

    /// Of `n` requests, how many are struck with probability `p` each. More with a higher `p`. Of a part of a
    /// request, that part is struck in expectation.
    #[inline]
    pub(super) fn struck(&mut self, n: f64, p: f64) -> f64 {
        if !(n > 0.0 && p > 0.0) {
            return 0.0;
        }
        if p >= 1.0 {
            return n;
        }
        if n * p < NONE {
            return n * p;
        }
        let (z, variance) = (self.place, n * p * (1.0 - p));
        if variance > NORMAL_FROM {
            let skewed = z + (z * z - 1.0) * (1.0 - 2.0 * p) / (6.0 * variance.sqrt());
            return (n * p + variance.sqrt() * skewed).clamp(0.0, n);
        }
        // Mostly none: no need to look closer.
        let whole = whole_part(n);
        if p <= 0.5 && at_most_below(z) < none_at_least(whole, p) {
            return (n - whole) * p;
        }
        let below = *self.below.get_or_insert_with(|| normal_cdf(z));
        if p > 0.5 {
            n - by_inversion(n, 1.0 - p, 1.0 - below)
        } else {
            by_inversion(n, p, below)
        }
    }
}

/// The whole part of a number of requests: by a signed number, as processors have no conversion to another.
#[inline]
fn whole_part(n: f64) -> f64 {
    n as i64 as f64
}

/// Not less than the normal distribution function, and known at once.
#[inline]
fn at_most_below(z: f64) -> f64 {
    /// The function at 0, ⅛, ¼, …, rounded up.
    const EIGHTHS: [f64; 29] = [
        0.5001, 0.5498, 0.5988, 0.6462, 0.6915, 0.7341, 0.7734, 0.8093, 0.8414, 0.8698, 0.8944,
        0.9155, 0.9332, 0.9480, 0.9600, 0.9697, 0.9773, 0.9833, 0.9878, 0.9913, 0.9938, 0.9957,
        0.9971, 0.9980, 0.9987, 0.9992, 0.9995, 0.9997, 0.9998,
    ];
    let step = if z > 0.0 { (8.0 * z) as usize + 1 } else { 0 };
    EIGHTHS.get(step).copied().unwrap_or(1.0)
}

/// Not more than the probability that none of `whole` requests is struck, and known without an exponential: the first
/// terms of (1 − p)ⁿ, an even number of which is too small (Bonferroni 1936), less what rounding may add.
#[inline]
fn none_at_least(whole: f64, p: f64) -> f64 {
    let mean = whole * p;
    let pairs = 0.5 * mean * (mean - p);
    let triples = pairs * (mean - 2.0 * p) * (1.0 / 3.0);
    1.0 - mean + pairs - triples - 1e-9
}

/// Adds up the probabilities of the whole part of `n` until they pass `u`.
fn by_inversion(n: f64, p: f64, u: f64) -> f64 {
    let whole = whole_part(n);
    let rest = (n - whole) * p;
    // Mostly none: no need to look closer.
    if u < none_at_least(whole, p) {
        return rest;
    }
    let mut probability = libm::exp(whole * libm::log1p(-p));
    let odds = p / (1.0 - p);
    let (mut count, mut below) = (0.0, probability);
    while below < u && count < whole && count < 100.0 {
        probability *= odds * (whole - count) / (count + 1.0);
        count += 1.0;
        below += probability;
    }
    count + rest
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Welford;

    /// What is known at once never says more than what is true.
    #[test]
    fn bounds_are_bounds() {
        for step in -40..=400 {
            let z = f64::from(step) / 100.0;
            assert!(at_most_below(z) >= normal_cdf(z), "{z}");
        }
        for whole in [0.0, 1.0, 2.0, 3.0, 17.0, 400.0, 1e5] {
            for mean in [1e-12, 1e-6, 0.01, 0.3, 1.0, 3.0, 12.0] {
                let p = f64::min(mean / f64::max(whole, 1.0), 0.5);
                let none = libm::exp(whole * libm::log1p(-p));
                let bound = none_at_least(whole, p);
                assert!(bound < none, "{whole} {p}: {bound} {none}");
                assert!(mean > 0.3 || bound > none - 0.001, "{whole} {p}");
            }
        }
    }

    /// Mean and variance are the binomial ones; never fewer with a higher probability.
    #[test]
    fn moments_are_binomial() {
        for n in [1.0, 3.0, 4.5, 40.0, 270.0, 3000.0, 1e6] {
            let mut thinning = Thinning::new(1, 0, 0, Purpose::RequestLuck);
            let probabilities = [1e-6, 1e-3, 0.03, 0.3, 0.5, 0.8, 0.999];
            let mut seen = probabilities.map(|_| (Welford::new(), Welford::new()));
            for _ in 0..40_000 {
                thinning.draw();
                let mut last = 0.0;
                for (&p, (mean, square)) in probabilities.iter().zip(&mut seen) {
                    let count = thinning.struck(n, p);
                    assert!(count >= last - 1e-9 && count <= n, "{n} {p}");
                    last = count;
                    mean.push(count);
                    square.push((count - n * p) * (count - n * p));
                }
            }
            for (&p, (mean, square)) in probabilities.iter().zip(&seen) {
                let (expected, spread) = (n * p, n.floor() * p * (1.0 - p));
                let slack = 4.0 * (mean.variance() / 40_000.0).sqrt() + 1e-4;
                assert!(
                    (mean.mean() - expected).abs() < slack,
                    "{n} {p}: {}",
                    mean.mean()
                );
                let slack = 4.0 * (square.variance() / 40_000.0).sqrt() + 1e-4;
                assert!(
                    (square.mean() - spread).abs() < slack,
                    "{n} {p}: {}",
                    square.mean()
                );
            }
        }
    }
}
