//! Comparisons: their intervals are honest, their parts add up, and nothing but plan and seed decides what they say.

use sim_core::cost::HOURS_PER_MONTH;
use sim_core::scenario::document::{ObjectiveDocument, ScenarioDocument};
use sim_core::study::{
    Collection, CompareReport, Comparison, Figure, Plan, Prepared, ReplicationResult, Shard,
    ShardResult, Verdict,
};
use tests::base::base;

fn shard(first_replication: u32, replications: u32) -> Shard {
    Shard {
        first_design: 0,
        designs: 1,
        first_replication,
        replications,
    }
}

/// Half an hour of the base scenario with demand that differs from run to run.
fn short() -> ScenarioDocument {
    let mut document = base();
    document.slo.window_days = 0.02;
    document.run.warm_up_minutes = 0;
    document.run.tick_s = 60;
    document
}

/// Runs a comparison to its end, as a command line would.
fn computed(documents: &[ScenarioDocument]) -> (CompareReport, Vec<Collection>) {
    let comparison = Comparison::new(documents);
    let prepare = |plan: &Plan| Prepared::new(plan.clone()).expect("sound");
    let prepared: Vec<Prepared> = comparison.plans().iter().map(prepare).collect();
    let mut collections: Vec<Collection> = comparison.plans().iter().map(Collection::new).collect();
    loop {
        let all: Vec<&Collection> = collections.iter().collect();
        let round = comparison.round(&all);
        if round.finished {
            let report = comparison
                .report(&all, round.done)
                .expect("there are results");
            assert_eq!(report.replications, round.done);
            return (report, collections);
        }
        for (plan, shard) in round.shards {
            collections[plan].add(prepared[plan].run_shard(shard));
        }
    }
}

const STUDIES: u32 = 1000;
const PAIRS: u32 = 80;

/// All pairs of the studies below, two designs, in order of replication.
fn pairs(documents: [&ScenarioDocument; 2]) -> [Vec<ReplicationResult>; 2] {
    documents.map(|document| {
        let prepared = Prepared::new(Plan::single(document)).expect("sound");
        prepared.run_shard(shard(0, STUDIES * PAIRS)).results
    })
}

/// A study of `PAIRS` pairs, as if they were the first.
fn study(comparison: &Comparison, all: &[Vec<ReplicationResult>; 2], index: u32) -> CompareReport {
    let from = (index * PAIRS) as usize;
    let collections: Vec<Collection> = comparison
        .plans()
        .iter()
        .zip(all)
        .map(|(plan, results)| {
            let mut collection = Collection::new(plan);
            collection.add(ShardResult {
                plan: plan.id(),
                shard: shard(0, PAIRS),
                results: results[from..from + PAIRS as usize].to_vec(),
            });
            collection
        })
        .collect();
    let all: Vec<&Collection> = collections.iter().collect();
    comparison.report(&all, PAIRS).expect("there are results")
}

/// 1,000 small studies of two designs whose true cost difference is known by construction (egress at twice the price:
/// expected requests × size × price), and whose true attainment difference is that of 80,000 pairs. Binomial spread of
/// 1,000 studies at 95 % is 0.7 points, so 93–97 % is three of them.
#[test]
fn intervals_cover_the_truth() {
    let mut a = short();
    a.traffic.over_dispersion = 0.1;
    a.autoscaler = serde_json::from_value(serde_json::json!({"kind": "static", "replicas": 3}))
        .expect("an autoscaler");
    a.slo.objectives = vec![ObjectiveDocument::Latency {
        threshold_ms: 500.0,
        target_percent: 99.31,
    }];
    let mut b = a.clone();
    b.prices.egress_usd_per_gb *= 2.0;
    b.service.concurrency = 5;
    let all = pairs([&a, &b]);
    let comparison = Comparison::new(&[a.clone(), b.clone()]);
    let met = |results: &[ReplicationResult]| {
        results.iter().filter(|result| result.met()).count() as f64 / results.len() as f64
    };
    let (met_a, met_b) = (met(&all[0]), met(&all[1]));
    assert!(
        (0.1..0.9).contains(&met_a) && met_b - met_a > 0.05,
        "{met_a} {met_b}"
    );
    let cost = |results: &[ReplicationResult]| {
        let cost = |result: &ReplicationResult| result.figure(Figure::CostPerMonth);
        results.iter().map(cost).sum::<f64>() / results.len() as f64
    };
    // Data out is billed per 2^30 bytes. What both spend on the rest is the same, request by request, but for the few requests that one design rejects.
    let window_h = 24.0 * a.slo.window_days;
    let gb = 50.0 * 3600.0 * window_h * a.service.response_kib / 1_048_576.0;
    let expected = gb * a.prices.egress_usd_per_gb * HOURS_PER_MONTH / window_h;
    let long_run = cost(&all[1]) - cost(&all[0]);
    assert!(
        (long_run / expected - 1.0).abs() < 0.01,
        "{long_run} against {expected}"
    );
    let (mut cost_covered, mut difference_covered, mut attainment_covered) = (0, 0, 0);
    for index in 0..STUDIES {
        let report = study(&comparison, &all, index);
        let candidate = &report.candidates[0];
        let cost = &candidate.figures[0].difference;
        cost_covered += u32::from((cost.ci_low..=cost.ci_high).contains(&expected));
        let met = &candidate.attainment;
        difference_covered += u32::from((met.ci_low..=met.ci_high).contains(&(met_b - met_a)));
        let single = &report.scenarios[0].attainment;
        attainment_covered += u32::from((single.ci_low..=single.ci_high).contains(&met_a));
    }
    for (name, covered) in [
        ("cost difference", cost_covered),
        ("attainment difference", difference_covered),
        ("attainment", attainment_covered),
    ] {
        let percent = 100.0 * f64::from(covered) / f64::from(STUDIES);
        println!("{name}: {percent} %");
        assert!((93.0..=97.0).contains(&percent), "{name}: {percent} %");
    }
}

#[test]
fn waterfalls_sum_to_what_they_explain() {
    let mut a = base();
    a.run.max_replications = 16;
    let mut b = a.clone();
    b.autoscaler = serde_json::from_value(serde_json::json!({"kind": "static", "replicas": 2}))
        .expect("an autoscaler");
    b.prices.cluster_usd_per_hour = 0.2;
    let (report, _) = computed(&[a, b]);
    let candidate = &report.candidates[0];
    let close = |left: f64, right: f64| (left - right).abs() <= 1e-9 * right.abs().max(1e-9);
    let cost = &candidate.figures[0];
    assert!(close(candidate.cost.from, cost.baseline));
    assert!(close(candidate.cost.to, cost.candidate));
    let sum: f64 = candidate
        .cost
        .steps
        .iter()
        .map(|step| step.difference.mean)
        .sum();
    assert!(close(sum, cost.difference.mean));
    let control_plane = candidate
        .cost
        .steps
        .iter()
        .find(|step| step.key == "control_plane");
    let control_plane = control_plane.expect("both pay for it");
    assert!(close(control_plane.difference.mean, 0.1 * HOURS_PER_MONTH));
    assert_eq!(candidate.objectives.len(), 2);
    for objective in &candidate.objectives {
        let used = &objective.budget_consumed;
        assert!(used.difference.mean > 0.0, "half the replicas are too few");
        assert!(
            close(objective.causes.from, used.baseline),
            "{}",
            objective.label
        );
        assert!(
            close(objective.causes.to, used.candidate),
            "{}",
            objective.label
        );
    }
}

/// A price alone changes nothing but the price: each pair differs by the same ratio, and pairing takes most chance out.
#[test]
fn pairs_cancel_what_they_share() {
    let mut a = base();
    a.run.max_replications = 24;
    let mut b = a.clone();
    b.prices.cluster_usd_per_hour += 0.5;
    let (report, _) = computed(&[a.clone(), b]);
    let candidate = &report.candidates[0];
    let cost = &candidate.figures[0];
    assert!((cost.difference.mean - 0.5 * HOURS_PER_MONTH).abs() < 1e-6);
    assert!(cost.difference.sd < 1e-6 && cost.verdict == Verdict::More);
    let met = &candidate.attainment;
    assert_eq!((met.only_baseline, met.only_candidate), (0, 0));
    assert!(candidate.pairing_gain.is_none_or(|gain| gain > 1e6));
    assert!(candidate.notes == ["The two are billed at different prices"]);
    assert!(
        candidate.sentence.contains(
            "costs $365 more a month, 95 % interval 365–365, dearer in 100 % of paired runs"
        ),
        "{}",
        candidate.sentence
    );
    // The same scenario twice: no difference at all.
    let (report, _) = computed(&[a.clone(), a]);
    let candidate = &report.candidates[0];
    assert!(
        candidate
            .sentence
            .starts_with("B costs the same in every run")
    );
    assert!(
        candidate
            .figures
            .iter()
            .all(|figure| figure.verdict == Verdict::Same)
    );
}

/// Extra replications, other orders and another seed of the candidate change nothing.
#[test]
fn a_comparison_is_its_plans_and_its_seed() {
    let mut a = short();
    a.run.max_replications = 20;
    let mut b = a.clone();
    b.run.seed = 99;
    b.autoscaler = serde_json::from_value(serde_json::json!({"kind": "static", "replicas": 3}))
        .expect("an autoscaler");
    let (report, mut collections) = computed(&[a.clone(), b.clone()]);
    let comparison = Comparison::new(&[a.clone(), b.clone()]);
    let prepared = Prepared::new(comparison.plans()[1].clone()).expect("sound");
    let done = report.replications;
    collections[1].add(prepared.run_shard(shard(done, 30)));
    let all: Vec<&Collection> = collections.iter().collect();
    assert_eq!(comparison.round(&all).done, done);
    assert_eq!(comparison.report(&all, done).as_ref(), Some(&report));
    b.run.seed = a.run.seed;
    assert_eq!(computed(&[a.clone(), b.clone()]).0.digest, report.digest);
    b.service.queue_limit += 1;
    assert_ne!(computed(&[a, b]).0.digest, report.digest);
}

#[test]
fn other_traffic_is_told() {
    let mut a = short();
    a.run.max_replications = 16;
    let mut b = a.clone();
    b.traffic = serde_json::from_value(serde_json::json!({
        "source": {"kind": "model", "base_rps": 60.0, "daily": {"kind": "flat"}, "weekday_weights": [1, 1, 1, 1, 1, 1, 1]}
    }))
    .expect("traffic");
    let (report, _) = computed(&[a, b]);
    assert!(report.candidates[0].notes[0].starts_with("The two do not share their traffic"));
}
