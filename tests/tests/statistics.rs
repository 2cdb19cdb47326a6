//! Special functions, intervals and histograms held against statrs, published values and their promises.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use sim_core::random::{Distribution, Purpose, Rng, StreamKey, standard_normal};
use sim_core::stats::special::{incomplete_beta, incomplete_gamma, normal_cdf, normal_quantile};
use sim_core::stats::{
    LogHistogram, Welford, mean_ci, order_statistic_ci, paired_difference, quantile_type7,
    student_t_quantile, student_t_upper_tail, wilson,
};
use statrs::distribution::{Binomial, ContinuousCDF, Discrete, DiscreteCDF, Normal, StudentsT};
use statrs::function::{beta::beta_reg, gamma::gamma_lr};

fn rng(replication: u32) -> Rng {
    StreamKey {
        seed: 77,
        replication,
        component: 0,
        purpose: Purpose::ServiceTime,
    }
    .rng()
}

fn assert_close(name: &str, ours: f64, reference: f64, tolerance: f64) {
    assert!(
        (ours - reference).abs() <= tolerance * reference.abs(),
        "{name}: {ours} against {reference}"
    );
}

#[test]
fn normal_functions_agree_with_statrs() {
    let normal = Normal::standard();
    for p in [1e-10, 1e-4, 0.02, 0.3, 0.7, 0.975, 0.9999] {
        let x = normal_quantile(p);
        assert_close("cdf", normal_cdf(x), normal.cdf(x), 1e-10);
        assert_close("quantile", x, normal.inverse_cdf(p), 1e-10);
    }
}

#[test]
fn incomplete_gamma_agrees_with_statrs() {
    for a in [0.05, 0.9, 1.0, 4.5, 30.0, 250.0] {
        for ratio in [0.05, 0.4, 0.9, 1.0, 1.1, 2.0] {
            let x = a * ratio;
            let (p, q) = incomplete_gamma(a, x);
            assert!((p - gamma_lr(a, x)).abs() < 1e-12, "{a} {x}");
            assert!((p + q - 1.0).abs() < 1e-15, "{a} {x}");
        }
    }
}

#[test]
fn incomplete_beta_agrees_with_statrs() {
    for a in [0.5, 1.0, 3.7, 40.0] {
        for b in [0.5, 2.0, 17.0, 300.0] {
            for x in [0.001, 0.1, 0.5, 0.77, 0.999] {
                let ours = incomplete_beta(a, b, x, 1.0 - x);
                assert!(
                    (ours - beta_reg(a, b, x)).abs() < 1e-12,
                    "{a} {b} {x}: {ours}"
                );
            }
        }
    }
}

#[test]
fn student_t_agrees_with_statrs() {
    for freedom in [1.0, 2.0, 3.0, 5.5, 19.0, 100.0, 999.0, 50_000.0] {
        let reference = StudentsT::new(0.0, 1.0, freedom).unwrap();
        for p in [0.6, 0.9, 0.975, 0.995, 0.9999] {
            let t = student_t_quantile(p, freedom);
            assert!((reference.cdf(t) - p).abs() < 1e-11, "{freedom} {p}: {t}");
            assert!(
                (1.0 - student_t_upper_tail(t, freedom) - p).abs() < 1e-12,
                "{freedom} {p}: {t}"
            );
            // 1 − p is rounded, hence not exactly the negative.
            assert_close("mirrored", student_t_quantile(1.0 - p, freedom), -t, 1e-11);
        }
    }
}

/// Two-sided 95 % and 99 % points of printed tables (Abramowitz & Stegun, table 26.10).
#[test]
fn student_t_table() {
    for (freedom, at_975, at_995) in [
        (1.0, 12.706, 63.657),
        (2.0, 4.303, 9.925),
        (5.0, 2.571, 4.032),
        (10.0, 2.228, 3.169),
        (30.0, 2.042, 2.750),
        (120.0, 1.980, 2.617),
    ] {
        assert!(
            (student_t_quantile(0.975, freedom) - at_975).abs() < 6e-4,
            "{freedom}"
        );
        assert!(
            (student_t_quantile(0.995, freedom) - at_995).abs() < 6e-4,
            "{freedom}"
        );
    }
    assert!((student_t_quantile(0.975, 1e9) - 1.959_963_984_540_054).abs() < 1e-8);
}

/// Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998),
/// table I, method 3.
#[test]
fn wilson_as_published() {
    for (successes, n, low, high) in [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ] {
        let interval = wilson(successes, n, 0.95);
        assert!(
            (interval.0 - low).abs() < 5e-5 && (interval.1 - high).abs() < 5e-5,
            "{successes}/{n}: {interval:?}"
        );
        let mirrored = wilson(n - successes, n, 0.95);
        assert!(
            (mirrored.0 + interval.1 - 1.0).abs() < 1e-14
                && (mirrored.1 + interval.0 - 1.0).abs() < 1e-14
        );
    }
    assert_eq!(wilson(0, 0, 0.95), (0.0, 1.0));
    assert_eq!(wilson(5, 5, 0.95).1, 1.0);
}

/// The probability that the interval holds the true proportion, summed exactly over all outcomes: near 95 %
/// on average over the proportion, and never far below (Brown, Cai & DasGupta 2001, figure 5).
#[test]
fn wilson_covers() {
    let n = 100;
    let mut total = 0.0;
    for step in 5..96u32 {
        let p = f64::from(step) / 100.0;
        let outcomes = Binomial::new(p, n).unwrap();
        let held = |&successes: &u64| {
            let (low, high) = wilson(successes, n, 0.95);
            (low..=high).contains(&p)
        };
        let coverage: f64 = (0..=n)
            .filter(held)
            .map(|successes| outcomes.pmf(successes))
            .sum();
        assert!(coverage > 0.92, "{p}: {coverage}");
        total += coverage;
    }
    let average = total / 91.0;
    assert!((0.945..0.96).contains(&average), "{average}");
}

/// Means of eight normal numbers lie within Student's interval 95 % of the time: 20 000 trials, whose
/// standard error is 0.15 %, five of them.
#[test]
fn mean_interval_covers() {
    let (trials, mut rng) = (20_000, rng(1));
    let mut held = 0;
    for _ in 0..trials {
        let mut seen = Welford::new();
        (0..8).for_each(|_| seen.push(3.0 + 0.5 * standard_normal(&mut rng)));
        let (low, high) = seen.mean_ci(0.95).unwrap();
        held += u32::from((low..=high).contains(&3.0));
    }
    let coverage = f64::from(held) / f64::from(trials);
    assert!(
        (coverage - 0.95).abs() < 5.0 * (0.95f64 * 0.05 / f64::from(trials)).sqrt(),
        "{coverage}"
    );
    assert_eq!(mean_ci(1.0, 1.0, 1, 0.95), None);
}

/// Conover's ranks for the median, and the exact coverage of the ranks for other quantiles.
#[test]
fn order_statistics_cover() {
    let ranks = |n: u32, q: f64, level: f64| {
        let sample: Vec<f64> = (1..=n).map(f64::from).collect();
        order_statistic_ci(&sample, q, level).unwrap()
    };
    assert_eq!(ranks(10, 0.5, 0.95), (2.0, 9.0));
    assert_eq!(ranks(100, 0.5, 0.95), (40.0, 61.0));
    for (n, q) in [(100, 0.95), (500, 0.95), (200, 0.05), (2000, 0.99)] {
        let (low, high) = ranks(n, q, 0.95);
        let below = Binomial::new(q, u64::from(n)).unwrap();
        let misses = (below.cdf(low as u64 - 1), 1.0 - below.cdf(high as u64 - 1));
        assert!(
            misses.0 <= 0.025 && misses.1 <= 0.025,
            "{n} {q}: {misses:?}"
        );
        // The next ranks inside would miss too often: the interval is no wider than it must be.
        assert!(
            below.cdf(low as u64) > 0.025 && 1.0 - below.cdf(high as u64 - 2) > 0.025,
            "{n} {q}"
        );
    }
}

/// The same luck in both designs: the paired interval is far tighter than the spread, and holds the truth
/// 95 % of the time (4 000 trials, five standard errors).
#[test]
fn paired_differences_cover() {
    let (trials, mut rng) = (4_000, rng(2));
    let mut held = 0;
    for _ in 0..trials {
        let luck: Vec<f64> = (0..12).map(|_| 100.0 * standard_normal(&mut rng)).collect();
        let a: Vec<f64> = luck
            .iter()
            .map(|x| x + 1.0 + standard_normal(&mut rng))
            .collect();
        let difference = paired_difference(&a, &luck).unwrap();
        assert!(difference.half_width() < 3.0);
        held += u32::from((difference.ci_low..=difference.ci_high).contains(&1.0));
    }
    let coverage = f64::from(held) / f64::from(trials);
    assert!(
        (coverage - 0.95).abs() < 5.0 * (0.95f64 * 0.05 / f64::from(trials)).sqrt(),
        "{coverage}"
    );
}

/// R: quantile(c(3.1, 1.2, 9.9, 4.4, 7.0, 2.2), c(.05, .5, .9), type = 7).
#[test]
fn type_7_as_in_r() {
    let sorted = [1.2, 2.2, 3.1, 4.4, 7.0, 9.9];
    for (q, value) in [(0.05, 1.45), (0.5, 3.75), (0.9, 8.45)] {
        assert_close("type 7", quantile_type7(&sorted, q), value, 1e-14);
    }
}

/// Quantiles read from the histogram against those of the sorted sample (half a bucket, 4.5 %, and for a
/// smooth density far less), fractions against the distribution function.
#[test]
fn histogram_keeps_the_distribution() {
    let service = Distribution::log_normal(0.08, 1.2).unwrap();
    let mut rng = rng(3);
    let mut draws: Vec<f64> = (0..200_000).map(|_| service.sample(&mut rng)).collect();
    let mut histogram = LogHistogram::new();
    draws.iter().for_each(|&x| histogram.record(x, 1.0));
    draws.sort_unstable_by(f64::total_cmp);
    for q in [0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999] {
        assert_close(
            "quantile",
            histogram.quantile(q).unwrap(),
            quantile_type7(&draws, q),
            0.01,
        );
    }
    for x in [0.01, 0.05, 0.1, 0.25, 1.0] {
        let (seen, p) = (histogram.fraction_below(x).unwrap(), service.cdf(x));
        // Five standard errors, and a thousandth for the interpolation.
        assert!(
            (seen - p).abs() < 5.0 * (p * (1.0 - p) / 200_000.0).sqrt() + 0.001,
            "{x}: {seen} {p}"
        );
    }
    assert_eq!(histogram.count(), 200_000.0);
    assert_close("sum", histogram.sum(), draws.iter().sum(), 1e-12);
}
