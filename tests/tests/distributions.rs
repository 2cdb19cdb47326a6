//! Distributions and samplers held against statrs' distribution functions and closed forms.
//!
//! Seeds are fixed, so a pass is a pass for ever; the bounds are those of the tests' own distributions at
//! a significance of 1e-4, not fitted to what came out.

#![allow(clippy::unwrap_used, reason = "a test may fail")]

use sim_core::random::{
    Distribution, PARETO_CUT, Purpose, Rng, StreamKey, gamma_unit_mean, poisson,
    standard_exponential, standard_normal, uniform,
};
use statrs::distribution::{
    ChiSquared, Continuous, ContinuousCDF, DiscreteCDF, Exp, Gamma, LogNormal, NegativeBinomial,
    Normal, Pareto, Poisson, Weibull,
};
use statrs::statistics::Distribution as _;

const SIGNIFICANCE: f64 = 1e-4;

fn rng(replication: u32) -> Rng {
    StreamKey {
        seed: 20_260_101,
        replication,
        component: 0,
        purpose: Purpose::ServiceTime,
    }
    .rng()
}

/// The largest distance between the empirical distribution function of `n` draws and `cdf`, times √n.
fn kolmogorov_smirnov(draw: impl FnMut() -> f64, n: usize, cdf: impl Fn(f64) -> f64) -> f64 {
    let mut draws: Vec<f64> = std::iter::repeat_with(draw).take(n).collect();
    draws.sort_unstable_by(f64::total_cmp);
    let total = n as f64;
    let distance = draws.iter().enumerate().fold(0.0f64, |largest, (i, &x)| {
        let f = cdf(x);
        largest
            .max(f - i as f64 / total)
            .max((i + 1) as f64 / total - f)
    });
    distance * total.sqrt()
}

/// P(√n D > x) → 2 exp(−2x²) for the x in question (Kolmogorov 1933; the next term is exp(−8x²)).
fn assert_follows(name: &str, draw: impl FnMut() -> f64, cdf: impl Fn(f64) -> f64) {
    let statistic = kolmogorov_smirnov(draw, 100_000, cdf);
    let bound = (-0.5 * (0.5 * SIGNIFICANCE).ln()).sqrt();
    assert!(statistic < bound, "{name}: {statistic} against {bound}");
}

/// One of our distributions with statrs' counterpart.
struct Pair<R> {
    name: String,
    ours: Distribution,
    reference: R,
}

fn exponentials() -> Vec<Pair<Exp>> {
    [0.001, 0.2, 400.0]
        .into_iter()
        .map(|mean| Pair {
            name: format!("exponential {mean}"),
            ours: Distribution::exponential(mean).unwrap(),
            reference: Exp::new(1.0 / mean).unwrap(),
        })
        .collect()
}

fn log_normals() -> Vec<Pair<LogNormal>> {
    [(0.05, 0.1), (0.2, 1.0), (3.0, 3.0), (1.0, 20.0)]
        .into_iter()
        .map(|(mean, cv)| {
            let variance = f64::ln_1p(cv * cv);
            Pair {
                name: format!("lognormal {mean} {cv}"),
                ours: Distribution::log_normal(mean, cv).unwrap(),
                reference: LogNormal::new(f64::ln(mean) - 0.5 * variance, variance.sqrt()).unwrap(),
            }
        })
        .collect()
}

fn gammas() -> Vec<Pair<Gamma>> {
    [(0.2, 0.05), (0.2, 0.5), (1.0, 1.0), (2.0, 1.3), (0.1, 4.0)]
        .into_iter()
        .map(|(mean, cv)| Pair {
            name: format!("gamma {mean} {cv}"),
            ours: Distribution::gamma(mean, cv).unwrap(),
            reference: Gamma::new(1.0 / (cv * cv), 1.0 / (mean * cv * cv)).unwrap(),
        })
        .collect()
}

fn weibulls() -> Vec<Pair<Weibull>> {
    [(0.2, 0.4), (0.2, 1.0), (5.0, 3.5)]
        .into_iter()
        .map(|(mean, shape)| Pair {
            name: format!("weibull {mean} {shape}"),
            ours: Distribution::weibull(mean, shape).unwrap(),
            reference: Weibull::new(
                shape,
                mean / statrs::function::gamma::gamma(1.0 + 1.0 / shape),
            )
            .unwrap(),
        })
        .collect()
}

fn paretos() -> Vec<Pair<Pareto>> {
    [(0.1, 0.8), (0.1, 2.2), (7.0, 6.0)]
        .into_iter()
        .map(|(minimum, shape)| Pair {
            name: format!("pareto {minimum} {shape}"),
            ours: Distribution::pareto(minimum, shape).unwrap(),
            reference: Pareto::new(minimum, shape).unwrap(),
        })
        .collect()
}

fn assert_samples<R: ContinuousCDF<f64, f64>>(pairs: Vec<Pair<R>>) {
    for (i, pair) in pairs.iter().enumerate() {
        let mut rng = rng(i as u32);
        assert_follows(
            &pair.name,
            || pair.ours.sample(&mut rng),
            |x| pair.reference.cdf(x),
        );
    }
}

#[test]
fn samples_follow_the_exponential() {
    assert_samples(exponentials());
}

#[test]
fn samples_follow_the_lognormal() {
    assert_samples(log_normals());
}

#[test]
fn samples_follow_the_gamma() {
    assert_samples(gammas());
}

#[test]
fn samples_follow_the_weibull() {
    assert_samples(weibulls());
}

/// The cut at 1 − 1e-9 is far below what 100 000 draws can see.
#[test]
fn samples_follow_the_pareto() {
    assert_samples(paretos());
}

/// The phases of the balanced two-phase hyper-exponential: (probability, mean) twice.
fn phases(mean: f64, cv: f64) -> [(f64, f64); 2] {
    let common = 0.5 * (1.0 + ((cv * cv - 1.0) / (cv * cv + 1.0)).sqrt());
    [
        (common, 0.5 * mean / common),
        (1.0 - common, 0.5 * mean / (1.0 - common)),
    ]
}

#[test]
fn samples_follow_the_hyper_exponential() {
    for (i, cv) in [1.0, 1.5, 4.0].into_iter().enumerate() {
        let ours = Distribution::hyper_exponential(0.3, cv).unwrap();
        let reference = |x: f64| -> f64 {
            phases(0.3, cv)
                .iter()
                .map(|(p, mean)| p * Exp::new(1.0 / mean).unwrap().cdf(x))
                .sum()
        };
        for x in [1e-6, 0.01, 0.3, 1.0, 9.0] {
            assert!((ours.cdf(x) - reference(x)).abs() < 1e-14, "{cv} {x}");
            // Where the cdf has not lost x to rounding.
            if ours.survival(x) > 1e-5 {
                assert!(
                    (ours.quantile(ours.cdf(x)) / x - 1.0).abs() < 1e-9,
                    "{cv} {x}"
                );
            }
        }
        let mut rng = rng(i as u32);
        assert_follows(
            &format!("hyper-exponential {cv}"),
            || ours.sample(&mut rng),
            reference,
        );
    }
}

const QUANTILES: [(f64, f64); 6] = [
    (0.0, 0.01),
    (0.25, 0.03),
    (0.5, 0.05),
    (0.9, 0.2),
    (0.99, 0.7),
    (1.0, 3.0),
];

/// Linear interpolation of the quantiles, written the plain way.
fn interpolated(x: f64) -> f64 {
    let inside = QUANTILES.windows(2).find(|pair| x < pair[1].1);
    inside.map_or(1.0, |pair| {
        let ((p, a), (q, b)) = (pair[0], pair[1]);
        (p + (q - p) * (x - a) / (b - a)).max(0.0)
    })
}

#[test]
fn samples_follow_the_empirical() {
    let ours = Distribution::empirical(&QUANTILES).unwrap();
    for (p, x) in QUANTILES {
        assert!(
            (ours.cdf(x) - p).abs() < 1e-15 && (ours.quantile(p) - x).abs() < 1e-15,
            "{p}"
        );
    }
    for x in [0.0, 0.02, 0.033, 0.1, 0.5, 2.9, 5.0] {
        assert!((ours.cdf(x) - interpolated(x)).abs() < 1e-15, "{x}");
    }
    let mut rng = rng(0);
    assert_follows("empirical", || ours.sample(&mut rng), interpolated);
}

#[test]
fn standard_draws_follow_their_laws() {
    let mut rng = rng(9);
    assert_follows("uniform", || uniform(&mut rng), |x| x);
    let normal = Normal::standard();
    assert_follows("normal", || standard_normal(&mut rng), |x| normal.cdf(x));
    let exponential = Exp::new(1.0).unwrap();
    assert_follows(
        "exponential",
        || standard_exponential(&mut rng),
        |x| exponential.cdf(x),
    );
    for variance in [1e-4, 0.04, 1.0, 9.0] {
        let gamma = Gamma::new(1.0 / variance, 1.0 / variance).unwrap();
        assert_follows(
            &format!("factor {variance}"),
            || gamma_unit_mean(&mut rng, variance),
            |x| gamma.cdf(x),
        );
    }
}

/// The tails beyond the tables: as many draws as there should be (five standard deviations), spread as
/// they should be.
#[test]
fn tails_of_the_ziggurats() {
    let n = 20_000_000;
    let mut rng = rng(10);
    let normal = Normal::standard();
    let edge = 3.5;
    let mass = 2.0 * normal.sf(edge);
    let tail: Vec<f64> = (0..n)
        .map(|_| standard_normal(&mut rng).abs())
        .filter(|&x| x > edge)
        .map(|x| normal.sf(x))
        .collect();
    assert_tail("normal", tail, f64::from(n) * mass, 0.5 * mass);
    let edge: f64 = 7.5;
    let tail: Vec<f64> = (0..n)
        .map(|_| standard_exponential(&mut rng))
        .filter(|&x| x > edge)
        .map(|x| (-x).exp())
        .collect();
    assert_tail(
        "exponential",
        tail,
        f64::from(n) * (-edge).exp(),
        (-edge).exp(),
    );
}

/// `tail` holds upper-tail probabilities, uniform over 0..largest.
fn assert_tail(name: &str, tail: Vec<f64>, expected: f64, largest: f64) {
    let n = tail.len();
    assert!(
        (n as f64 - expected).abs() < 5.0 * expected.sqrt(),
        "{name}: {n} against {expected}"
    );
    let mut tail = tail.into_iter();
    let statistic = kolmogorov_smirnov(|| tail.next().unwrap_or(f64::NAN), n, |p| p / largest);
    assert!(
        statistic < (-0.5 * (0.5 * SIGNIFICANCE).ln()).sqrt(),
        "{name}: {statistic}"
    );
}

const PROBABILITIES: [f64; 9] = [1e-6, 0.001, 0.05, 0.3, 0.5, 0.8, 0.95, 0.999, 0.999_999];

/// Our cdf and survival against statrs' at statrs' own quantiles, and our quantile back to the probability.
fn assert_pointwise<R: ContinuousCDF<f64, f64>>(pairs: Vec<Pair<R>>, tolerance: f64) {
    for Pair {
        name,
        ours,
        reference,
    } in pairs
    {
        for p in PROBABILITIES {
            let x = ours.quantile(p);
            let (below, above) = (reference.cdf(x), reference.sf(x));
            assert!(
                (below / p - 1.0).abs() < tolerance,
                "{name}: quantile {p} is {x}, cdf {below}"
            );
            assert!(
                (ours.cdf(x) / below - 1.0).abs() < tolerance,
                "{name}: cdf at {x}"
            );
            assert!(
                (ours.survival(x) / above - 1.0).abs() < tolerance,
                "{name}: survival at {x}"
            );
        }
    }
}

#[test]
fn functions_agree_with_statrs() {
    assert_pointwise(exponentials(), 1e-9);
    assert_pointwise(log_normals(), 1e-9);
    assert_pointwise(weibulls(), 1e-9);
    assert_pointwise(gammas(), 1e-9);
}

/// The uncut Pareto differs by the cut: 1e-9 of the survival's scale.
#[test]
fn pareto_is_statrs_up_to_the_cut() {
    for Pair {
        name,
        ours,
        reference,
    } in paretos()
    {
        for p in PROBABILITIES {
            let x = ours.quantile(p);
            let cut = reference.cdf(x) / (1.0 - PARETO_CUT);
            assert!((cut - p).abs() < 1e-13, "{name} {p}");
            assert!((ours.cdf(x) - p).abs() < 1e-13, "{name} {p}");
        }
        assert!(
            (reference.sf(ours.quantile(1.0)) / PARETO_CUT - 1.0).abs() < 1e-6,
            "{name}"
        );
        assert_eq!(ours.survival(ours.quantile(1.0) * 1.01), 0.0, "{name}");
    }
}

/// Mean, variance and third moment (from the skewness) against statrs.
fn assert_moments<R: statrs::statistics::Distribution<f64>>(pairs: Vec<Pair<R>>) {
    for Pair {
        name,
        ours,
        reference,
    } in pairs
    {
        let (mean, variance) = (reference.mean().unwrap(), reference.variance().unwrap());
        let skewness = reference.skewness().unwrap();
        let third =
            mean * mean * mean + 3.0 * mean * variance + skewness * variance * variance.sqrt();
        assert!((ours.mean() / mean - 1.0).abs() < 1e-9, "{name}: mean");
        assert!(
            (ours.variance() / variance - 1.0).abs() < 1e-9,
            "{name}: variance"
        );
        assert!(
            (ours.third_moment() / third - 1.0).abs() < 1e-9,
            "{name}: third moment"
        );
        assert!(
            (ours.cv() / (variance.sqrt() / mean) - 1.0).abs() < 1e-9,
            "{name}: cv"
        );
    }
}

#[test]
fn moments_agree_with_statrs() {
    assert_moments(exponentials());
    assert_moments(log_normals());
    assert_moments(gammas());
    assert_moments(weibulls());
}

/// E[Xʳ] = ∫ r xʳ⁻¹ P(X > x) dx, by the midpoint rule over ln x: for those whose functions statrs lacks.
#[test]
fn moments_agree_with_the_survival_function() {
    let all = [
        (
            "hyper-exponential",
            Distribution::hyper_exponential(0.3, 2.5).unwrap(),
        ),
        ("empirical", Distribution::empirical(&QUANTILES).unwrap()),
        ("pareto 1.5", Distribution::pareto(0.1, 1.5).unwrap()),
        ("pareto 2", Distribution::pareto(0.1, 2.0).unwrap()),
        ("pareto 3", Distribution::pareto(0.1, 3.0).unwrap()),
        ("pareto 5", Distribution::pareto(0.1, 5.0).unwrap()),
    ];
    for (name, d) in all {
        let (low, high) = (1e-9f64.ln(), 1e7f64.ln());
        let steps = 1_000_000;
        let width = (high - low) / f64::from(steps);
        let mut integrals = [0.0; 3];
        for i in 0..steps {
            let x = (low + (f64::from(i) + 0.5) * width).exp();
            let above = d.survival(x);
            let mut power = width * above;
            for (r, integral) in integrals.iter_mut().enumerate() {
                power *= x;
                *integral += (r + 1) as f64 * power;
            }
        }
        // The kinks of these survival functions cost the midpoint rule about the square of the step.
        let moments = [d.mean(), d.second_moment(), d.third_moment()];
        for (r, (integral, moment)) in integrals.iter().zip(moments).enumerate() {
            assert!(
                (integral / moment - 1.0).abs() < 1e-6,
                "{name} {r}: {integral} {moment}"
            );
        }
    }
}

/// A Pareto of large shape loses nothing that matters to the cut.
#[test]
fn pareto_moments_near_the_uncut() {
    let ours = Distribution::pareto(7.0, 6.0).unwrap();
    let reference = Pareto::new(7.0, 6.0).unwrap();
    assert!((ours.mean() / reference.mean().unwrap() - 1.0).abs() < 1e-7);
    assert!((ours.variance() / reference.variance().unwrap() - 1.0).abs() < 1e-4);
}

/// Means of a million draws within five standard errors.
#[test]
fn sample_means_agree() {
    let all = [
        Distribution::exponential(0.2).unwrap(),
        Distribution::log_normal(0.2, 1.5).unwrap(),
        Distribution::gamma(0.2, 0.6).unwrap(),
        Distribution::gamma(0.2, 2.0).unwrap(),
        Distribution::weibull(0.2, 0.7).unwrap(),
        Distribution::pareto(0.1, 4.5).unwrap(),
        Distribution::hyper_exponential(0.2, 3.0).unwrap(),
        Distribution::empirical(&QUANTILES).unwrap(),
    ];
    let n = 1_000_000;
    for (i, d) in all.into_iter().enumerate() {
        let mut rng = rng(100 + i as u32);
        let mut seen = sim_core::stats::Welford::new();
        (0..n).for_each(|_| seen.push(d.sample(&mut rng)));
        let error = d.variance().sqrt() / f64::from(n).sqrt();
        assert!(
            (seen.mean() - d.mean()).abs() < 5.0 * error,
            "{d:?}: {}",
            seen.mean()
        );
    }
}

/// Pearson's chi-square of 200 000 counts over cells with at least 20 expected each.
fn assert_counts(
    name: &str,
    mut draw: impl FnMut() -> u64,
    cdf: impl Fn(u64) -> f64,
    mean: f64,
    sd: f64,
) {
    let n = 200_000;
    let width = (sd / 8.0).max(1.0) as u64;
    let first = (mean - 4.5 * sd).max(0.0) as u64;
    // Upper ends of the cells; the last cell is open.
    let mut ends = Vec::new();
    let mut expected = Vec::new();
    let (mut end, mut below) = (first, 0.0);
    while end < (mean + 4.5 * sd) as u64 {
        let mass = cdf(end) - below;
        if mass * f64::from(n) >= 20.0 && (1.0 - cdf(end)) * f64::from(n) >= 20.0 {
            ends.push(end);
            expected.push(mass * f64::from(n));
            below = cdf(end);
        }
        end += width;
    }
    expected.push((1.0 - below) * f64::from(n));
    let mut observed = vec![0u32; expected.len()];
    for _ in 0..n {
        let count = draw();
        observed[ends.partition_point(|&end| end < count)] += 1;
    }
    let statistic: f64 = observed
        .iter()
        .zip(&expected)
        .map(|(&seen, &expected)| (f64::from(seen) - expected).powi(2) / expected)
        .sum();
    let bound = ChiSquared::new((expected.len() - 1) as f64)
        .unwrap()
        .inverse_cdf(1.0 - SIGNIFICANCE);
    assert!(
        statistic < bound,
        "{name}: {statistic} against {bound}, {} cells",
        expected.len()
    );
}

#[test]
fn counts_follow_the_poisson() {
    for (i, mean) in [0.3, 3.0, 9.9, 10.1, 37.0, 1200.0, 60_000.0]
        .into_iter()
        .enumerate()
    {
        let reference = Poisson::new(mean).unwrap();
        let mut rng = rng(200 + i as u32);
        let name = format!("poisson {mean}");
        assert_counts(
            &name,
            || poisson(&mut rng, mean),
            |k| reference.cdf(k),
            mean,
            mean.sqrt(),
        );
    }
}

/// At a hundred million the Poisson's first terms of an Edgeworth expansion are good to 1e-8: the count is
/// normal up to a skewness of 1/√mean.
#[test]
fn large_counts_follow_the_poisson() {
    let mean = 1e8;
    let normal = Normal::standard();
    let cdf = |k: u64| {
        let x = (k as f64 + 0.5 - mean) / mean.sqrt();
        normal.cdf(x) - (x * x - 1.0) / (6.0 * mean.sqrt()) * normal.pdf(x)
    };
    let mut rng = rng(210);
    assert_counts(
        "poisson 1e8",
        || poisson(&mut rng, mean),
        cdf,
        mean,
        mean.sqrt(),
    );
}

/// A Poisson count with a gamma-distributed mean is negative binomial.
#[test]
fn overdispersed_counts_are_negative_binomial() {
    let (mean, variance) = (80.0, 0.05);
    let reference = NegativeBinomial::new(1.0 / variance, 1.0 / (1.0 + mean * variance)).unwrap();
    let sd: f64 = mean + variance * mean * mean;
    let mut rng = rng(220);
    let draw = || {
        let factor = gamma_unit_mean(&mut rng, variance);
        poisson(&mut rng, mean * factor)
    };
    assert_counts(
        "negative binomial",
        draw,
        |k| reference.cdf(k),
        mean,
        sd.sqrt(),
    );
}
