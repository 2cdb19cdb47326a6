//! Confidence intervals of a mean and of a proportion.

use super::special::normal_quantile;
use super::student::student_t_quantile;

/// The two-sided confidence interval of a mean by Student's t: `mean ± t · sd / √n`.
///
/// `sd` is the sample standard deviation (n − 1), `level` the confidence, 0..1. `None` below two
/// observations, which say nothing about their spread. Exact for normal observations, and good for means
/// of many.
pub fn mean_ci(mean: f64, sd: f64, n: u64, level: f64) -> Option<(f64, f64)> {
    if n < 2 {
        return None;
    }
    let t = student_t_quantile(0.5 + 0.5 * level, (n - 1) as f64);
    let half = t * sd / (n as f64).sqrt();
    Some((mean - half, mean + half))
}

/// Wilson's score interval of a proportion, without continuity correction: always within 0..1, sensible
/// at 0 and n successes. `(0, 1)` when nothing was tried. `successes` beyond `n` count as `n`.
///
/// Wilson, "Probable Inference", JASA 22, 1927; method 3 of Newcombe, Statistics in Medicine 17, 1998.
pub fn wilson(successes: u64, n: u64, level: f64) -> (f64, f64) {
    if n == 0 {
        return (0.0, 1.0);
    }
    let total = n as f64;
    let hits = successes.min(n) as f64;
    let misses = total - hits;
    let z = normal_quantile(0.5 + 0.5 * level);
    let square = z * z;
    let middle = (hits + 0.5 * square) / (total + square);
    let half = z * (hits * misses / total + 0.25 * square).sqrt() / (total + square);
    // At the ends the bounds are exactly 0 and 1; rounding must not lose that.
    let low = if hits == 0.0 {
        0.0
    } else {
        (middle - half).max(0.0)
    };
    let high = if misses == 0.0 {
        1.0
    } else {
        (middle + half).min(1.0)
    };
    (low, high)
}
