//! The summary of one figure over the replications of a study, and of the difference of two designs.

use super::{Welford, quantile_type7, student_t_quantile};
use serde::{Deserialize, Serialize};

/// Confidence of the interval in a [`Summary`].
const LEVEL: f64 = 0.95;

/// A figure over replications: its mean with a confidence interval, and its spread. Units are the figure's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// Number of values; the other fields are 0 when there is none.
    pub n: u64,
    /// Mean of the values.
    pub mean: f64,
    /// Sample standard deviation (divisor n − 1); 0 for a single value.
    pub sd: f64,
    /// 5th percentile (type 7, as in R and NumPy).
    pub p5: f64,
    /// Median.
    pub p50: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Lower end of the 95 % confidence interval of the mean (Student's t). A single value has no interval:
    /// both ends are then the value, and only `n` and [`Summary::half_width`] say that nothing is known.
    pub ci_low: f64,
    /// Upper end of the 95 % confidence interval of the mean.
    pub ci_high: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
}

impl Summary {
    /// Summarises `values`, given in any order. Values that are not finite (a latency where nothing was
    /// served) are left out and not counted. The last bits of mean and deviation depend on the order.
    pub fn of(values: &[f64]) -> Summary {
        Summaries::default().of(values)
    }

    /// Half the width of the confidence interval of the mean: the precision reached; +∞ below two values.
    pub fn half_width(&self) -> f64 {
        if self.n < 2 {
            f64::INFINITY
        } else {
            0.5 * (self.ci_high - self.ci_low)
        }
    }
}

/// Summaries of many samples, to the bit as by [`Summary::of`]. Samples of a study are mostly of one size, so the size's
/// quantile of Student's t, which takes a hundred times as long as the rest, is computed once for those that follow each other.
#[derive(Clone, Copy, Debug, Default)]
pub struct Summaries {
    /// Size of the last sample that had an interval; 0 before the first.
    n: u64,
    /// Student's quantile for that size.
    t: f64,
}

impl Summaries {
    /// Summarises `values` as [`Summary::of`] does.
    pub fn of(&mut self, values: &[f64]) -> Summary {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|x| x.is_finite()).collect();
        let mut seen = Welford::new();
        sorted.iter().for_each(|&x| seen.push(x));
        sorted.sort_unstable_by(f64::total_cmp);
        let (Some(&min), Some(&max)) = (sorted.first(), sorted.last()) else {
            return Summary::default();
        };
        let (ci_low, ci_high) = self.interval(&seen).unwrap_or((min, max));
        Summary {
            n: seen.n(),
            mean: seen.mean(),
            sd: seen.sd(),
            p5: quantile_type7(&sorted, 0.05),
            p50: quantile_type7(&sorted, 0.5),
            p95: quantile_type7(&sorted, 0.95),
            ci_low,
            ci_high,
            min,
            max,
        }
    }

    /// The 95 % confidence interval of the mean, as by [`Welford::mean_ci`]; `None` below two numbers.
    pub fn interval(&mut self, seen: &Welford) -> Option<(f64, f64)> {
        let n = seen.n();
        if n < 2 {
            return None;
        }
        if self.n != n {
            self.t = student_t_quantile(0.5 + 0.5 * LEVEL, (n - 1) as f64);
            self.n = n;
        }
        let half = self.t * seen.sd() / (n as f64).sqrt();
        Some((seen.mean() - half, seen.mean() + half))
    }
}

/// The summary of `a[i] − b[i]`: two designs compared replication by replication under common random
/// numbers, which cancels the luck they share. The designs differ in the mean when the interval excludes
/// zero. `None` when the lengths differ.
pub fn paired_difference(a: &[f64], b: &[f64]) -> Option<Summary> {
    if a.len() != b.len() {
        return None;
    }
    let differences: Vec<f64> = a.iter().zip(b).map(|(a, b)| a - b).collect();
    Some(Summary::of(&differences))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_known_sample() {
        let values: Vec<f64> = (1..=101).rev().map(f64::from).collect();
        let summary = Summary::of(&values);
        assert_eq!(
            (summary.n, summary.mean, summary.min, summary.max),
            (101, 51.0, 1.0, 101.0)
        );
        assert_eq!((summary.p5, summary.p50, summary.p95), (6.0, 51.0, 96.0));
        // n (n + 1) / 12 is the sample variance of 1..n.
        assert!((summary.sd * summary.sd - 101.0 * 102.0 / 12.0).abs() < 1e-9);
        // t(0.975, 100) = 1.983971518…
        let half = 1.983_971_518_523_55 * summary.sd / 101f64.sqrt();
        assert!((summary.half_width() - half).abs() < 1e-9);
    }

    /// Whatever came before, a sample's interval is its own.
    #[test]
    fn many_are_summarised_as_one() {
        let values: Vec<f64> = (0..40u32)
            .map(|place| f64::from(place * place % 17))
            .collect();
        let mut many = Summaries::default();
        for n in [3, 3, 1, 3, 8, 2, 0, 8, 40, 40, 3] {
            let sample = &values[..n];
            assert_eq!(many.of(sample), Summary::of(sample), "{n}");
            let mut seen = Welford::new();
            sample.iter().for_each(|&x| seen.push(x));
            assert_eq!(many.interval(&seen), seen.mean_ci(LEVEL), "{n}");
        }
    }

    #[test]
    fn what_is_not_a_number_is_left_out() {
        assert_eq!(Summary::of(&[]), Summary::default());
        assert_eq!(Summary::of(&[f64::NAN]), Summary::default());
        assert_eq!(
            Summary::of(&[1.0, f64::NAN, 3.0, f64::INFINITY]),
            Summary::of(&[1.0, 3.0])
        );
    }

    #[test]
    fn a_single_value_has_no_interval() {
        let summary = Summary::of(&[2.0]);
        assert_eq!(
            (summary.ci_low, summary.ci_high, summary.sd),
            (2.0, 2.0, 0.0)
        );
        assert_eq!(summary.half_width(), f64::INFINITY);
        let text = serde_json::to_string(&summary).unwrap();
        assert_eq!(serde_json::from_str::<Summary>(&text).unwrap(), summary);
    }

    #[test]
    fn pairs_cancel_what_they_share() {
        let luck = [5.0, -3.0, 11.0, 0.5];
        let a: Vec<f64> = luck.iter().map(|x| x + 2.0).collect();
        let difference = paired_difference(&a, &luck).unwrap();
        assert_eq!((difference.mean, difference.sd), (2.0, 0.0));
        assert_eq!(paired_difference(&[1.0], &[1.0, 2.0]), None);
    }
}
