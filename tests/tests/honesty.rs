//! Intervals hold the truth as often as they say, study by study. What each study computes is replaced by a system whose
//! truth is known, or is known itself; 1,000 small studies each, whose own spread at 95 % is 0.7 points: 93 to 97 % is
//! three of them.
//!
//! Elsewhere: single intervals (`statistics.rs`), comparisons and attainment (`compare.rs`), the split of uncertain inputs
//! and chance (`uncertain.rs`), recommendations on fresh seeds (`optimise.rs`), best targets (`attainable.rs` of the core).

use sim_core::cost::HOURS_PER_MONTH;
use sim_core::random::{Purpose, Rng, StreamKey, standard_normal, uniform};
use sim_core::scenario::check;
use sim_core::scenario::document::{KnobDocument, ScenarioDocument};
use sim_core::stats::{Summary, spearman, tango};
use sim_core::study::explain::Explain;
use sim_core::study::reach::Reach;
use sim_core::study::{
    Adaptive, Answer, Collection, FIGURES, Figure, Outcome, Prepared, Probe, Proportion,
    Sensitivity, Shard, ShardResult,
};
use statrs::distribution::{Binomial, Discrete};
use tests::base::base;

const STUDIES: u32 = 1000;

fn rng(study: u32, part: u32) -> Rng {
    StreamKey {
        seed: 5,
        replication: study,
        component: part,
        purpose: Purpose::Routes,
    }
    .rng()
}

/// Holds a share of so many studies to 93–97 %.
fn hold(what: &str, covered: u32, studies: u32) {
    let percent = 100.0 * f64::from(covered) / f64::from(studies);
    println!("{what}: {percent:.1} %");
    assert!((93.0..=97.0).contains(&percent), "{what}: {percent} %");
}

fn holds((low, high): (f64, f64), truth: f64) -> u32 {
    u32::from(low <= truth && truth <= high)
}

/// An outcome with a margin to what is allowed: met above 0.
fn outcome(met: bool, cost: f64) -> Outcome {
    let mut figures = [0.0; FIGURES.len()];
    for (info, value) in FIGURES.iter().zip(&mut figures) {
        if info.figure == Figure::CostPerMonth {
            *value = cost;
        }
    }
    Outcome {
        met,
        budget: if met { 0.5 } else { 1.5 },
        figures,
    }
}

/// Runs a study on a system that is known.
fn run<S: Adaptive>(mut study: S, known: impl Fn(&Probe, u32) -> Outcome) -> S {
    loop {
        let probes = study.next_round();
        if probes.is_empty() {
            return study;
        }
        for probe in probes {
            let last = probe.first_replication + probe.replications;
            let outcomes =
                (probe.first_replication..last).map(|replication| known(&probe, replication));
            study.tell(Answer {
                variant: probe.variant,
                first_replication: probe.first_replication,
                outcomes: outcomes.collect(),
                unsound: String::new(),
            });
        }
    }
}

/// The coverage of a difference of paired proportions, summed exactly over all tables: as told where some of the pairs
/// disagree. Where hardly any does, counts are too coarse for 95 % and the interval holds the truth more often, never less
/// (Fagerland, Lydersen & Laake 2014, figure 3).
#[test]
fn paired_proportions_cover() {
    for n in [32, 64] {
        for (first, second, shared) in [
            (0.9, 0.8, 0.0),
            (0.9, 0.8, 0.5),
            (0.9, 0.6, 0.5),
            (0.7, 0.5, 0.5),
            (0.6, 0.6, 0.5),
            (0.95, 0.9, 0.5),
            (0.95, 0.9, 0.9),
            (0.9, 0.9, 0.9),
        ] {
            let both = shared * f64::min(first, second) + (1.0 - shared) * first * second;
            let (gained, lost) = (first - both, second - both);
            let ups = Binomial::new(gained, n).unwrap();
            let mut covered = 0.0;
            for up in 0..=n {
                let downs = Binomial::new(lost / (1.0 - gained), n - up).unwrap();
                let held = (0..=n - up)
                    .filter(|&down| holds(tango(up, down, n, 0.95), gained - lost) == 1);
                covered += ups.pmf(up) * held.map(|down| downs.pmf(down)).sum::<f64>();
            }
            let disagree = n as f64 * (gained + lost);
            println!("{n} {first} {second} {shared}: {covered:.4}, {disagree:.1} pairs disagree");
            assert!(covered > 0.93, "{n} {first} {second} {shared}: {covered}");
            assert!(
                covered < 0.97 || disagree < 6.0,
                "{n} {first} {second} {shared}: {covered}"
            );
        }
    }
}

/// What would help: a change that takes the attainment from 0.6 to 0.8 and costs 7 USD, with half of the luck in common;
/// all other changes do harm, so that it is always among those that are looked at closely.
#[test]
fn effects_of_changes_cover() {
    let document = base();
    let (mut gains, mut costs) = (0, 0);
    for study in 0..STUDIES {
        let known = |probe: &Probe, replication: u32| {
            let mut common = rng(study, replication);
            let (luck, noise) = (uniform(&mut common), 20.0 * standard_normal(&mut common));
            let mut own = rng(study, replication ^ (probe.variant + 1) << 16);
            let chance = [0.6, 0.8]
                .get(probe.variant as usize)
                .copied()
                .unwrap_or(0.02);
            let dearer = if probe.variant == 1 { 7.0 } else { 0.0 };
            let luck = if uniform(&mut own) < 0.5 {
                luck
            } else {
                uniform(&mut own)
            };
            outcome(
                luck < chance,
                100.0 + noise + dearer + 3.0 * standard_normal(&mut own),
            )
        };
        let mut edits = Vec::new();
        let mut explain = Explain::new(&document, None);
        for probe in explain.next_round() {
            if probe.variant == 1 {
                edits = probe.edits;
            }
        }
        let report = run(explain, known).report().expect("moves");
        let found = report.moves.iter().find(|one| one.edits == edits);
        let found = found.expect("the one that helps is looked at");
        gains += holds((found.gain.1, found.gain.2), 0.2);
        costs += holds((found.cost.ci_low, found.cost.ci_high), 7.0);
    }
    hold("gain of a change", gains, STUDIES);
    hold("cost of a change", costs, STUDIES);
}

/// How much traffic is carried: the attainment falls with the logarithm of the traffic and crosses what is wanted at a
/// known factor. The interval is a test inverted on a grid of 5 %, so it holds the truth at least as often as it says.
#[test]
fn growth_limits_cover() {
    let mut document = base();
    document.slo.wanted_attainment_percent = 80.0;
    let (truth, slope) = (1.83, 3.0f64);
    let chance_at = |factor: f64| {
        let logit = (0.8f64 / 0.2).ln() - slope * (factor / truth).ln();
        1.0 / (1.0 + (-logit).exp())
    };
    let mut covered = 0;
    let mut widths = Vec::new();
    for study in 0..STUDIES {
        let known = |probe: &Probe, replication: u32| {
            let factor = probe
                .edits
                .first()
                .map_or(1.0, |(_, rate)| rate.as_f64().expect("a rate") / 50.0);
            let luck = uniform(&mut rng(study, replication));
            outcome(luck < chance_at(factor), 100.0)
        };
        let report = run(Reach::new(&document, None), known)
            .report()
            .expect("looks");
        let low = report.carries.unwrap_or(0.0);
        let high = report.falls_short.unwrap_or(f64::INFINITY);
        covered += holds((low, high), truth);
        widths.push(high / low);
    }
    let percent = 100.0 * f64::from(covered) / f64::from(STUDIES);
    println!("growth limit: {percent} %, {:?}", Summary::of(&widths));
    assert!((93.0..=99.0).contains(&percent), "{percent} %");
}

/// Rank correlations of numbers that are normal together: 6/π · asin(r/2).
#[test]
fn rank_correlations_cover() {
    for r in [0.0f64, 0.4, 0.8] {
        let truth = 6.0 / std::f64::consts::PI * (0.5 * r).asin();
        let covered = (0..STUDIES).map(|study| {
            let mut rng = rng(study, 7);
            let pairs = (0..64).map(|_| {
                let x = standard_normal(&mut rng);
                (x, r * x + (1.0 - r * r).sqrt() * standard_normal(&mut rng))
            });
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.unzip();
            let found = spearman(&x, &y).expect("both vary");
            holds((found.ci_low, found.ci_high), truth)
        });
        hold(&format!("rank correlation of {r}"), covered.sum(), STUDIES);
    }
}

/// The attainment of a few replications: summed exactly, 93 to 97 % on average over attainments from a half to 95 %, at
/// every number of replications that a study may end a round with.
#[test]
fn attainments_cover_on_average() {
    for n in [8u32, 16, 32, 64, 128] {
        let coverage = |p: f64| {
            let held = (0..=n).filter(|&k| {
                let found = Proportion::of((0..n).map(|place| place < k));
                holds((found.ci_low, found.ci_high), p) == 1
            });
            let law = Binomial::new(p, u64::from(n)).unwrap();
            held.map(|k| law.pmf(u64::from(k))).sum::<f64>()
        };
        let all: Vec<f64> = (100..=190)
            .map(|step| coverage(f64::from(step) / 200.0))
            .collect();
        let average = all.iter().sum::<f64>() / all.len() as f64;
        println!("{n} replications: {average:.4}");
        assert!((0.93..=0.97).contains(&average), "{n}: {average}");
    }
}

/// The bars of a tornado: a price moved from one end to the other moves the cost by the data out, whose mean is known.
#[test]
fn bars_of_a_tornado_cover() {
    const EACH: u32 = 12;
    let (low, high) = (0.05, 0.13);
    let mut document: ScenarioDocument = base();
    document.slo.window_days = 0.02;
    document.run.warm_up_minutes = 0;
    document.run.tick_s = 60;
    document.traffic.over_dispersion = 0.1;
    document.autoscaler =
        serde_json::from_value(serde_json::json!({"kind": "static", "replicas": 12}))
            .expect("an autoscaler");
    document.sweep = vec![KnobDocument {
        path: "/prices/egress_usd_per_gb".to_owned(),
        from: low,
        to: high,
        steps: 2,
    }];
    let sensitivity = Sensitivity::new(&check(&document).expect("sound")).expect("a knob");
    let plan = sensitivity.plan();
    let prepared = Prepared::new(plan.clone()).expect("sound");
    let shard = |first_replication, replications| Shard {
        first_design: 0,
        designs: 3,
        first_replication,
        replications,
    };
    let gb_per_month = 50.0 * 3600.0 * HOURS_PER_MONTH * 20.0 / 1_048_576.0;
    let truth = (high - low) * gb_per_month;
    let mut covered = 0;
    for study in 0..STUDIES {
        let mut collection = Collection::new(plan);
        collection.add(ShardResult {
            plan: plan.id(),
            shard: shard(0, EACH),
            results: prepared.run_shard(shard(study * EACH, EACH)).results,
        });
        let bar = &sensitivity.report(&collection).expect("results").bars[0];
        covered += holds((bar.cost_swing.ci_low, bar.cost_swing.ci_high), truth);
    }
    hold("swing of a tornado's bar", covered, STUDIES);
}
