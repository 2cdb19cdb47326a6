//! Studies: what uncertain inputs do to a result, and how often intervals hold the truth.

use super::super::case::About;
use super::super::{Case, Family, Oracle, Value};
use crate::random::{Purpose, Rng, StreamKey, standard_normal, uniform};
use crate::scenario::check_json;
use crate::stats::{paired_difference, shared_variance, spearman, tango};
use crate::study::{Collection, Plan, Prepared, Proportion, Shard};
use core::f64::consts::PI;

pub(super) fn cases() -> Vec<Case> {
    vec![price(), ranks(), coverage()]
}

/// Samples of each case.
const SAMPLES: u32 = 40;

/// The same of the uncertain price, whose share is found less closely.
const PRICED_SAMPLES: u32 = 120;

/// Pairs of runs of a study with an uncertain price.
const PAIRS: u32 = 64;

/// Half an hour of twelve replicas that are never full: the cost is what they cost, and a price times the data out.
const PRICED: &str = r#"{
    "version": 1, "name": "An uncertain price",
    "traffic": { "source": { "kind": "model", "base_rps": 50, "daily": { "kind": "flat" },
        "weekday_weights": [1, 1, 1, 1, 1, 1, 1] }, "over_dispersion": 0.1 },
    "service": { "service_time_ms": { "kind": "exponential", "mean": 100 }, "concurrency": 4,
        "cpu_ms_per_request": 50, "queue_limit": 100, "timeout_ms": 5000, "response_kib": 20,
        "pod": { "cpu_request_millicores": 500, "memory_request_mib": 512,
            "startup_s": { "kind": "deterministic", "value": 20 } } },
    "autoscaler": { "kind": "static", "replicas": 12 },
    "telemetry": { "scrape_interval_s": 15, "window_s": 15, "lag_s": 0 },
    "fleet": { "node": { "kind": "custom", "vcpus": 4, "memory_gib": 16, "usd_per_hour": 0.2 },
        "min_nodes": 1, "max_nodes": 200, "provisioning_s": { "kind": "deterministic", "value": 60 },
        "empty_node_removal_s": 600, "reserved_millicores": 0, "reserved_mib": 0 },
    "prices": { "cluster_usd_per_hour": 0.1, "load_balancer_usd_per_hour": 0.0225,
        "load_balancer_usd_per_lcu_hour": 0, "requests_per_connection": 10,
        "egress_usd_per_gb": { "low": 0.0805, "high": 0.0995 } },
    "slo": { "window_days": 0.02, "objectives": [{ "sli": "success", "target_percent": 99.9 }],
        "wanted_attainment_percent": 90 },
    "run": { "seed": 1, "tick_s": 60, "warm_up_minutes": 0 }
}"#;

/// Share of the variance of the cost that the price brings: price × data with both independent, the data of 29 minutes
/// of over-dispersed arrivals (mean m and variance m + m²/10 a minute), the price uniform on [a, b].
fn share_of_price() -> f64 {
    let (low, high): (f64, f64) = (0.0805, 0.0995);
    let (minutes, per_minute, dispersion) = (29.0, 3000.0, 0.1);
    let requests = minutes * per_minute;
    let variance = minutes * (per_minute + dispersion * per_minute * per_minute);
    let of_price = (high - low) * (high - low) / 12.0 * requests * requests;
    let of_chance = (low * low + low * high + high * high) / 3.0 * variance;
    of_price / (of_price + of_chance)
}

fn price() -> Case {
    let share = share_of_price();
    // The intraclass correlation of n pairs is that much too small on average (Fisher 1925, §38).
    let expected = share - share * (1.0 - share * share) / f64::from(PAIRS);
    Case::of_studies(
        About {
            id: "U1",
            family: Family::Studies,
            subject:
                "a price between 0.0805 and 0.0995 USD/GB, chance in the traffic; 64 pairs of runs"
                    .to_owned(),
            shows: "How much of the spread of the cost comes from what is not known, and how much from chance.",
            source: "law of total variance; Sobol 1993 (first-order index); Fisher 1925 (its small bias)",
        },
        PRICED_SAMPLES,
        vec![Oracle::interval(
            "share",
            "share of the variance due to the price",
            "s − s (1 − s²)/64, s = Var(p) E²[D] / (Var(p) E²[D] + E[p²] Var(D))",
            expected,
            0.1,
        )],
        |seed, index, _| vec![Value::Number(found_share(seed, index))],
    )
}

/// The share that one study finds.
fn found_share(seed: u64, index: u32) -> f64 {
    let Ok(scenario) = check_json(PRICED) else {
        return f64::NAN;
    };
    let mut document = scenario.document().clone();
    document.run.seed = seed;
    let Ok(prepared) = Prepared::new(Plan::single(&document)) else {
        return f64::NAN;
    };
    let shard = Shard {
        first_design: 0,
        designs: 2,
        first_replication: index * PAIRS,
        replications: PAIRS,
    };
    let mut found = prepared.run_shard(shard);
    // A study of its own: its replications count from nothing.
    found.shard.first_replication = 0;
    let mut collection = Collection::new(prepared.plan());
    collection.add(found);
    let report = collection.report(prepared.plan());
    let split = report.and_then(|report| report.uncertainty?.cost);
    split.map_or(f64::NAN, |split| split.share)
}

fn rng(seed: u64, index: u32, component: u32) -> Rng {
    StreamKey {
        seed,
        replication: index,
        component,
        purpose: Purpose::UncertainInputs,
    }
    .rng()
}

/// Small studies of each sample of what follows.
const STUDIES: u32 = 100;
/// Pairs of numbers of each study.
const PAIRED: u32 = 64;

fn ranks() -> Case {
    let n = f64::from(PAIRED);
    let expected =
        |r: f64| 6.0 / (PI * (n + 1.0)) * (libm::asin(r) + (n - 2.0) * libm::asin(0.5 * r));
    let oracle = |key, r: f64| {
        let figure = format!(
            "rank correlation where a share of {:.0} % is due to the input",
            100.0 * r * r
        );
        let formula = "6/(π (n + 1)) · (asin r + (n − 2) asin(r/2))";
        Oracle::interval(key, figure, formula, expected(r), 0.1)
    };
    Case::of_studies(
        About {
            id: "U2",
            family: Family::Studies,
            subject: "a cost that is the sum of an uncertain input and others, all normal; 64 runs"
                .to_owned(),
            shows: "How closely a result follows one uncertain number.",
            source: "Moran, Rank correlation and product-moment correlation, Biometrika 35, 1948",
        },
        SAMPLES,
        RS.into_iter()
            .zip(["most", "half", "little"])
            .map(|(r, key)| oracle(key, r))
            .collect(),
        |seed, index, component| {
            let mut rng = rng(seed, index, component);
            let mean = |r: f64, rng: &mut Rng| {
                let found = (0..STUDIES).filter_map(|_| {
                    let (x, y) = normal_pairs(r, rng);
                    Some(spearman(&x, &y)?.estimate)
                });
                Value::Number(found.sum::<f64>() / f64::from(STUDIES))
            };
            RS.map(|r| mean(r, &mut rng)).into()
        },
    )
}

/// Correlations of an input with the result: shares of 81, 50 and 9 %.
const RS: [f64; 3] = [0.9, core::f64::consts::FRAC_1_SQRT_2, 0.3];

/// Numbers that are normal together, with correlation `r`.
fn normal_pairs(r: f64, rng: &mut Rng) -> (Vec<f64>, Vec<f64>) {
    let rest = (1.0 - r * r).sqrt();
    let pair = |_| {
        let x = standard_normal(rng);
        (x, r * x + rest * standard_normal(rng))
    };
    (0..PAIRED).map(pair).unzip()
}

/// Replications of the studies of chances, and their truths: met by both with half of the luck in common.
const N: u32 = 32;
const CHANCES: (f64, f64) = (0.9, 0.8);
const COMMON: f64 = 0.5;

fn coverage() -> Case {
    let exact = |key, figure: &str, formula, expected| {
        Oracle::interval(key, figure, formula, expected, 0.02)
    };
    let about = |key, figure: &str, formula| {
        // 93 to 97 %.
        Oracle::approximation(
            key,
            figure,
            formula,
            0.95,
            (0.95 / 0.97 - 1.0, 0.95 / 0.93 - 1.0),
        )
    };
    Case::of_studies(
        About {
            id: "U3",
            family: Family::Studies,
            subject: "small studies with a known truth, again and again".to_owned(),
            shows: "How often a 95 % interval of a report holds the truth; counts of few runs are too coarse for exactly 95 %.",
            source: "Wilson 1927; Student 1908; Tango 1998; Arvesen & Schmitz 1970; Bonett & Wright 2000",
        },
        SAMPLES,
        vec![
            exact(
                "attainment",
                "chance of 90 %, 32 runs",
                "Σ binomial(k) over all k whose interval holds 0.9",
                attainment_coverage(),
            ),
            exact(
                "cost",
                "difference of two costs, 12 pairs",
                "95 %, for costs that are normal",
                0.95,
            ),
            exact(
                "difference",
                "difference of chances of 90 and 80 %, 32 pairs",
                "Σ trinomial over all tables whose interval holds 0.1",
                difference_coverage(),
            ),
            about(
                "share",
                "share of the variance due to an input, 64 pairs",
                "95 %",
            ),
            about("rank", "rank correlation, 64 runs", "95 %"),
        ],
        |seed, index, component| {
            let mut rng = rng(seed, index, component);
            let mut held = [0u32; 5];
            for _ in 0..STUDIES {
                let found = study(&mut rng);
                held.iter_mut()
                    .zip(found)
                    .for_each(|(held, found)| *held += u32::from(found));
            }
            held.map(|held| Value::Number(f64::from(held) / f64::from(STUDIES)))
                .into()
        },
    )
}

/// Whether the intervals of one study of each kind hold the truth.
fn study(rng: &mut Rng) -> [bool; 5] {
    let within = |low: f64, high: f64, truth: f64| low <= truth && truth <= high;
    let pairs: Vec<(bool, bool)> = (0..N).map(|_| pair_of_chances(rng)).collect();
    let attainment = Proportion::of(pairs.iter().map(|pair| pair.0));
    let count = |wanted: (bool, bool)| pairs.iter().filter(|&&pair| pair == wanted).count() as u64;
    let (low, high) = tango(count((true, false)), count((false, true)), N.into(), 0.95);
    let costs: (Vec<f64>, Vec<f64>) = (0..12)
        .map(|_| {
            let shared = 50.0 * standard_normal(rng);
            (
                shared + 7.0 + standard_normal(rng),
                shared + standard_normal(rng),
            )
        })
        .unzip();
    let cost = paired_difference(&costs.0, &costs.1);
    let (x, y) = normal_pairs(RS[1], rng);
    let rank = spearman(&x, &y);
    // Two runs that share half of their variance.
    let twins: Vec<(f64, f64)> = (0..PAIRED)
        .map(|_| {
            let input = standard_normal(rng);
            (input + standard_normal(rng), input + standard_normal(rng))
        })
        .collect();
    let split = shared_variance(&twins);
    [
        within(attainment.ci_low, attainment.ci_high, CHANCES.0),
        cost.is_some_and(|cost| within(cost.ci_low, cost.ci_high, 7.0)),
        within(low, high, CHANCES.0 - CHANCES.1),
        split.is_some_and(|split| within(split.ci_low, split.ci_high, 0.5)),
        rank.is_some_and(|rank| {
            within(
                rank.ci_low,
                rank.ci_high,
                6.0 / PI * libm::asin(0.5 * RS[1]),
            )
        }),
    ]
}

fn pair_of_chances(rng: &mut Rng) -> (bool, bool) {
    let (shared, first, second) = (uniform(rng), uniform(rng), uniform(rng));
    match uniform(rng) < COMMON {
        true => (shared < CHANCES.0, shared < CHANCES.1),
        false => (first < CHANCES.0, second < CHANCES.1),
    }
}

/// The logarithm of n!.
fn log_factorial(n: u32) -> f64 {
    (2..=n).map(|k| libm::log(f64::from(k))).sum()
}

/// The probability of counts whose chances these are.
fn multinomial(counts: &[(u32, f64)]) -> f64 {
    let n = counts.iter().map(|(count, _)| count).sum();
    let each = counts
        .iter()
        .map(|&(count, chance)| f64::from(count) * libm::log(chance) - log_factorial(count));
    libm::exp(log_factorial(n) + each.sum::<f64>())
}

fn attainment_coverage() -> f64 {
    let chance = CHANCES.0;
    let holds = |&k: &u32| {
        let found = Proportion::of((0..N).map(|place| place < k));
        found.ci_low <= chance && chance <= found.ci_high
    };
    let probability = |k: u32| multinomial(&[(k, chance), (N - k, 1.0 - chance)]);
    (0..=N).filter(holds).map(probability).sum()
}

fn difference_coverage() -> f64 {
    let (first, second) = CHANCES;
    let both = COMMON * first.min(second) + (1.0 - COMMON) * first * second;
    let (gained, lost) = (first - both, second - both);
    let tables = (0..=N).flat_map(|up| (0..=N - up).map(move |down| (up, down)));
    tables
        .filter(|&(up, down)| {
            let (low, high) = tango(up.into(), down.into(), N.into(), 0.95);
            low <= first - second && first - second <= high
        })
        .map(|(up, down)| {
            multinomial(&[
                (up, gained),
                (down, lost),
                (N - up - down, 1.0 - gained - lost),
            ])
        })
        .sum()
}
