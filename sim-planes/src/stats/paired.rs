//! Two proportions seen in the same runs: the interval of their difference.

use super::intervals::wilson;
use super::special::normal_quantile;

/// Halvings of the interval in which a bound is looked for: below the last bit of a share.
const HALVINGS: u32 = 60;

/// Tango's score interval for the difference of two proportions that were counted in the same `n` runs, second
/// minus first: −1 to 1. `only_second` runs had it in the second only, `only_first` in the first only; runs that
/// agree tell of the difference by their number alone. `(-1, 1)` when nothing was tried.
///
/// The bounds are the differences at which the score test of the constrained maximum likelihood is just not
/// rejected: sensible where no run disagrees, unlike Wald's interval.
///
/// Tango, "Equivalence test and confidence interval for the difference in proportions for the paired-sample
/// design", Statistics in Medicine 17, 1998; recommended by Newcombe, ibid., pp. 2635–2650, and by Fagerland,
/// Lydersen & Laake, "Recommended tests and confidence intervals for paired binomial proportions", ibid. 33, 2014.
pub fn tango(only_second: u64, only_first: u64, n: u64, level: f64) -> (f64, f64) {
    if n == 0 {
        return (-1.0, 1.0);
    }
    let total = n as f64;
    let gained = only_second.min(n) as f64;
    let lost = (only_first as f64).min(total - gained);
    let z = normal_quantile(0.5 + 0.5 * level);
    let is_accepted = |difference: f64| {
        let variance = variance_at(gained, lost, total, difference);
        let distance = gained - lost - total * difference;
        distance * distance <= z * z * variance
    };
    let estimate = (gained - lost) / total;
    (
        bound(estimate, -1.0, is_accepted),
        bound(estimate, 1.0, is_accepted),
    )
}

/// Variance of `gained − lost` when the difference is what it is supposed to be, with the rest at its most likely.
fn variance_at(gained: f64, lost: f64, total: f64, difference: f64) -> f64 {
    let a = 2.0 * total;
    let b = -gained - lost + (2.0 * total - gained + lost) * difference;
    let c = -lost * difference * (1.0 - difference);
    let root = (b * b - 4.0 * a * c).max(0.0).sqrt();
    // The smaller the numerator, the more it would lose by subtraction.
    let loss = if b <= 0.0 {
        (root - b) / (2.0 * a)
    } else if root + b > 0.0 {
        -2.0 * c / (root + b)
    } else {
        0.0
    };
    (total * (2.0 * loss + difference * (1.0 - difference))).max(0.0)
}

/// The last difference on the way from `inside` to `end` that is accepted.
fn bound(inside: f64, end: f64, is_accepted: impl Fn(f64) -> bool) -> f64 {
    if is_accepted(end) {
        return end;
    }
    let (mut inside, mut outside) = (inside, end);
    for _ in 0..HALVINGS {
        let middle = 0.5 * (inside + outside);
        if is_accepted(middle) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    inside
}

/// Bounds of the share of a variance of zeros and ones that the runs of a pair share: 1 − P(they differ) / 2 p (1 − p),
/// with Wilson's interval of P(they differ). Of other values nothing is known: they never differed.
pub(super) fn share_of_pairs(pairs: &[(f64, f64)]) -> (f64, f64) {
    let (first, n) = (pairs.first().map_or(0.0, |pair| pair.0), pairs.len());
    let values = || pairs.iter().flat_map(|(a, b)| [*a, *b]);
    let other = values().find(|value| *value != first);
    let is_known = |value: f64| value == first || Some(value) == other;
    if !values().all(is_known) {
        return (1.0, 1.0);
    }
    let p = values().filter(|value| *value == first).count() as f64 / (2 * n) as f64;
    let differ = pairs.iter().filter(|(a, b)| a != b).count();
    let (low, high) = wilson(differ as u64, n as u64, 0.95);
    let share_of = |differ: f64| 1.0 - differ / (2.0 * p * (1.0 - p));
    (share_of(high), share_of(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Where no run disagrees the score test has a closed form: z² / (n + z²) on either side.
    #[test]
    fn agreeing_runs_bound_the_difference() {
        let z = normal_quantile(0.975);
        for n in [1, 10, 128, 5000] {
            let (low, high) = tango(0, 0, n, 0.95);
            let bound = z * z / (n as f64 + z * z);
            assert!((high - bound).abs() < 1e-12 && (low + bound).abs() < 1e-12);
        }
        assert_eq!(tango(0, 0, 0, 0.95), (-1.0, 1.0));
    }

    #[test]
    fn exchanging_the_designs_mirrors_the_interval() {
        for (gained, lost, n) in [(7, 1, 21), (40, 20, 160), (3, 0, 9), (5, 4, 9)] {
            let (low, high) = tango(gained, lost, n, 0.95);
            let (mirror_low, mirror_high) = tango(lost, gained, n, 0.95);
            assert!((low + mirror_high).abs() < 1e-12 && (high + mirror_low).abs() < 1e-12);
            let estimate = (gained as f64 - lost as f64) / n as f64;
            assert!(-1.0 <= low && low <= estimate && estimate <= high && high <= 1.0);
        }
    }

    /// The bounds by brute force: the most likely losses found by search, not by the quadratic equation.
    #[test]
    fn bounds_are_where_the_score_test_turns() {
        let log = |count: f64, p: f64| {
            if count > 0.0 {
                count * libm::log(p)
            } else {
                0.0
            }
        };
        for (gained, lost, n) in [(7.0, 1.0, 21.0), (6.0, 16.0, 161.0), (150.0, 86.0, 1600.0)] {
            let most_likely_loss = |difference: f64| {
                // gained = loss + difference; the log-likelihood is concave in the loss.
                let (mut low, mut high) = ((-difference).max(0.0), 0.5 * (1.0 - difference));
                let likelihood = |loss: f64| {
                    log(gained, loss + difference)
                        + log(lost, loss)
                        + log(n - gained - lost, 1.0 - 2.0 * loss - difference)
                };
                for _ in 0..200 {
                    let (a, b) = (low + (high - low) / 3.0, high - (high - low) / 3.0);
                    if likelihood(a) < likelihood(b) {
                        low = a;
                    } else {
                        high = b;
                    }
                }
                low
            };
            let (low, high) = tango(gained as u64, lost as u64, n as u64, 0.95);
            for (bound, z) in [(low, 1.959_964), (high, -1.959_964)] {
                let loss = most_likely_loss(bound);
                let deviation = (n * (2.0 * loss + bound * (1.0 - bound))).sqrt();
                let score = (gained - lost - n * bound) / deviation;
                assert!((score - z).abs() < 1e-4, "{gained} {lost} {n}: {score}");
            }
        }
    }

    /// The bounds are roots of the quartic of Yang, Sun & Hardin, "A non-iterative implementation of Tango's score
    /// confidence interval for a paired difference of proportions", Statistics in Medicine 32, 2013.
    #[test]
    fn bounds_solve_the_published_quartic() {
        for (gained, lost, n) in [(1, 7, 21), (6, 16, 161), (40, 20, 160)] {
            let (low, high) = tango(gained, lost, n, 0.95);
            let z = normal_quantile(0.975);
            let g = z * z;
            let (n, sum) = (n as f64, (gained + lost) as f64);
            let d = gained as f64 - lost as f64;
            let m = [
                n * n * (n / g + 1.0) * (n / g + 1.0),
                -n * d * (n / g + 1.0) * (4.0 * n / g + 1.0),
                2.0 * n * d * d * (3.0 * n / g + 2.0) / g - n * n * (sum / g + 1.0),
                n * d * (2.0 * sum / g + 1.0) - d * d * d * (4.0 * n / g + 1.0) / g,
                d * d * (d * d / g - sum) / g,
            ];
            for x in [low, high] {
                let value = m.iter().fold(0.0, |value, m| value * x + m);
                let size = m.iter().fold(0.0, |size, m| size * x.abs() + m.abs());
                assert!(value.abs() < 1e-9 * size, "{x}: {value} of {size}");
            }
        }
    }
}
