//! Quantiles of a sorted sample, and their distribution-free confidence intervals.

use super::special::incomplete_beta;

/// Quantile `q` (0..1, clamped) of an ascending sample, linear between order statistics; NaN when empty.
///
/// Type 7 of Hyndman & Fan, "Sample Quantiles in Statistical Packages", American Statistician 50, 1996:
/// the default of R and NumPy.
pub fn quantile_type7(sorted: &[f64], q: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let position = q.clamp(0.0, 1.0) * last as f64;
    let below = position.floor();
    let at = |index: usize| sorted.get(index.min(last)).copied().unwrap_or(f64::NAN);
    let low = at(below as usize);
    low + (position - below) * (at(below as usize + 1) - low)
}

/// Distribution-free confidence interval of the population's quantile `q` (between 0 and 1): the two order
/// statistics of an ascending sample between which it lies with probability at least `level`. `None` when
/// the sample is too small to bound it (P95 at 95 % takes 72 values).
///
/// Each side errs with probability at most (1 − level)/2, by the binomial distribution of the number of
/// values below the quantile (Conover, "Practical Nonparametric Statistics", §3.2).
pub fn order_statistic_ci(sorted: &[f64], q: f64, level: f64) -> Option<(f64, f64)> {
    let n = sorted.len();
    let miss = 0.5 - 0.5 * level;
    // The values below the quantile number k or fewer with probability binomial_cdf(k), so the k-th order
    // statistic (from 1) is above the quantile with probability binomial_cdf(k - 1).
    let lower_rank = first_count(n, |k| binomial_cdf(k, n, q) > miss);
    let upper_rank = 1 + first_count(n, |k| binomial_cdf(k, n, q) >= 1.0 - miss);
    let low = sorted.get(lower_rank.checked_sub(1)?)?;
    let high = sorted.get(upper_rank - 1)?;
    Some((*low, *high))
}

/// The smallest k in 0..=n for which the monotone condition holds; n when there is none below.
fn first_count(n: usize, holds: impl Fn(usize) -> bool) -> usize {
    let (mut low, mut high) = (0, n);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Probability of at most `k` successes in `n` trials of probability `q`.
fn binomial_cdf(k: usize, n: usize, q: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    incomplete_beta((n - k) as f64, (k + 1) as f64, 1.0 - q, q)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_7_is_linear_between_order_statistics() {
        let sample = [1.0, 2.0, 4.0, 8.0, 16.0];
        assert_eq!(quantile_type7(&sample, 0.0), 1.0);
        assert_eq!(quantile_type7(&sample, 0.25), 2.0);
        assert_eq!(quantile_type7(&sample, 0.6), 4.0 + 0.4 * 4.0);
        assert_eq!(quantile_type7(&sample, 1.0), 16.0);
        assert_eq!(quantile_type7(&sample, 7.0), 16.0);
        assert!(quantile_type7(&[], 0.5).is_nan());
        assert_eq!(quantile_type7(&[3.0], 0.9), 3.0);
    }

    #[test]
    fn binomial_sums() {
        // Ten fair coins: 1, 11, 56, 176, 386, 638, … of 1024.
        for (k, ways) in [1.0, 11.0, 56.0, 176.0, 386.0, 638.0]
            .into_iter()
            .enumerate()
        {
            assert!(
                (binomial_cdf(k, 10, 0.5) - ways / 1024.0).abs() < 1e-14,
                "{k}"
            );
        }
        assert_eq!(binomial_cdf(10, 10, 0.5), 1.0);
    }

    #[test]
    fn too_small_samples_have_no_bound() {
        let sample: Vec<f64> = (0..72).map(f64::from).collect();
        assert!(order_statistic_ci(&sample, 0.95, 0.95).is_some());
        assert_eq!(order_statistic_ci(&sample[..71], 0.95, 0.95), None);
        assert_eq!(order_statistic_ci(&[], 0.5, 0.95), None);
        assert_eq!(order_statistic_ci(&[1.0], 0.5, 0.95), None);
    }
}
