//! How long queries take: as long as the slowest tier that one of their objects lies in.

use super::MAX_TIERS;
use crate::random::Distribution;

/// Places that objects are read from: the cache, and the tiers.
pub const PLACES: usize = 1 + MAX_TIERS;

/// The cache among the places; tier `i` is place `i + 1`.
pub const CACHE: usize = 0;

/// An amount for each place.
pub type ByPlace = [f64; PLACES];

/// The time that a class of queries needs when a place is the slowest it reads from.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryTime {
    /// Until data flow, seconds.
    pub wait_s: Distribution,
    /// From then on, seconds.
    pub transfer_s: f64,
}

impl QueryTime {
    /// The mean, seconds.
    pub fn mean_s(&self) -> f64 {
        self.wait_s.mean() + self.transfer_s
    }

    /// The probability to be done within a time.
    pub fn cdf(&self, seconds: f64) -> f64 {
        // Constant waits (a restore of 12 hours) must not miss a limit of 12 hours by the last bit.
        self.wait_s.cdf(seconds - self.transfer_s + 1e-9 * seconds)
    }
}

/// The probability of each place to be the slowest of those that `objects` objects are read from, when each lies in a
/// place with probability `shares`, by itself. `order` lists the places, the fastest first.
pub fn slowest(shares: &ByPlace, objects: u32, order: &[usize], into: &mut ByPlace) {
    let (mut cumulative, mut before) = (0.0f64, 0.0);
    for &place in order {
        let share = shares.get(place).copied().unwrap_or_default();
        if share <= 0.0 {
            continue;
        }
        cumulative = (cumulative + share).min(1.0);
        let all = if cumulative >= 1.0 - 1e-12 {
            1.0
        } else {
            power(cumulative, objects)
        };
        if let Some(probability) = into.get_mut(place) {
            *probability = all - before;
        }
        before = all;
    }
}

/// x to a whole power, by squaring.
fn power(x: f64, exponent: u32) -> f64 {
    let (mut result, mut factor, mut left) = (1.0, x, exponent);
    while left > 0 {
        if left & 1 == 1 {
            result *= factor;
        }
        factor *= factor;
        left >>= 1;
    }
    result
}

/// The quantile of a mixture of times, each with its number of queries; 0 without any.
pub fn mixture_quantile(times: &[(f64, &QueryTime)], q: f64) -> f64 {
    let total: f64 = times.iter().map(|(queries, _)| queries).sum();
    if total <= 0.0 {
        return 0.0;
    }
    let below = |seconds: f64| {
        let part = |(queries, time): &(f64, &QueryTime)| queries * time.cdf(seconds);
        times.iter().map(part).sum::<f64>() / total
    };
    // From a hundredth of a millisecond to three years, to nine digits.
    let (mut low, mut high) = (libm::log(1e-5), libm::log(1e8));
    for _ in 0..40 {
        let middle = 0.5 * (low + high);
        if below(libm::exp(middle)) >= q {
            high = middle;
        } else {
            low = middle;
        }
    }
    libm::exp(high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_of_many() {
        let mut shares = [0.0; PLACES];
        (shares[0], shares[1], shares[3]) = (0.5, 0.3, 0.2);
        let mut slow = [0.0; PLACES];
        slowest(&shares, 3, &[0, 1, 2, 3], &mut slow);
        let expected = [0.125, 0.512 - 0.125, 0.0, 1.0 - 0.512];
        for (found, expected) in slow.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-12, "{slow:?}");
        }
        // The order is that of speed, not of the tiers.
        let mut slow = [0.0; PLACES];
        slowest(&shares, 3, &[3, 0, 1], &mut slow);
        assert!((slow[3] - 0.008).abs() < 1e-12 && (slow[1] - (1.0 - 0.343)).abs() < 1e-12);
    }

    #[test]
    fn quantiles_of_a_mixture() {
        let of = |mean: f64, transfer_s| QueryTime {
            wait_s: Distribution::exponential(mean).unwrap(),
            transfer_s,
        };
        let (fast, slow) = (of(0.1, 0.0), of(0.1, 100.0));
        let times = [(90.0, &fast), (10.0, &slow)];
        // 90 % × (1 − e^(−10 t)) = 50 %.
        let median = -0.1 * libm::log(1.0 - 0.5 / 0.9);
        assert!((mixture_quantile(&times, 0.5) - median).abs() < 1e-6);
        let p95 = 100.0 - 0.1 * libm::log(0.5);
        assert!((mixture_quantile(&times, 0.95) - p95).abs() < 1e-5);
        assert_eq!(mixture_quantile(&[], 0.5), 0.0);
    }
}
