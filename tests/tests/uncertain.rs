//! Uncertain inputs: read wherever a number stands, drawn as believed, and the variance split against a closed form.

use serde_json::{Value, json};
use sim_core::cost::HOURS_PER_MONTH;
use sim_core::scenario::document::{BeliefDocument, ScenarioDocument, UncertainDocument};
use sim_core::scenario::{canonical_json, check, check_json, check_value};
use sim_core::study::{Collection, Figure, Plan, Prepared, Report, Rounds, Sensitivity, Shard};
use tests::base::base;

const EGRESS: &str = "/prices/egress_usd_per_gb";

fn short() -> ScenarioDocument {
    let mut document = base();
    document.slo.window_days = 0.02;
    document.run.warm_up_minutes = 0;
    document.run.tick_s = 60;
    document
}

fn uncertain(path: &str, distribution: BeliefDocument) -> UncertainDocument {
    UncertainDocument {
        path: path.to_owned(),
        distribution,
    }
}

fn collected(document: &ScenarioDocument, replications: u32) -> (Plan, Collection) {
    let plan = Plan::single(document);
    let prepared = Prepared::new(plan.clone()).expect("sound");
    let mut collection = Collection::new(&plan);
    collection.add(prepared.run_shard(Shard {
        first_design: 0,
        designs: plan.designs.len() as u32,
        first_replication: 0,
        replications,
    }));
    (plan, collection)
}

fn report(document: &ScenarioDocument, replications: u32) -> Report {
    let (plan, collection) = collected(document, replications);
    collection.report(&plan).expect("there are results")
}

fn as_value(document: &ScenarioDocument) -> Value {
    serde_json::to_value(document).expect("plain")
}

#[test]
fn beliefs_are_read_where_the_number_stands() {
    let mut written = as_value(&short());
    written["traffic"]["source"]["base_rps"] = json!({"p5": 30, "p95": 70});
    written["service"]["concurrency"] = json!({"low": 3, "high": 5});
    written["service"]["service_time_ms"]["mean"] = json!({"low": 80, "mode": 100, "high": 130});
    written["fleet"]["node"]["usd_per_hour"] = json!({"values": [0.1, 0.2], "weights": [1, 3]});
    written["prices"]["egress_usd_per_gb"] = json!({"p5": 0.05, "p95": 0.09, "shape": "normal"});
    written["prices"]["cluster_usd_per_hour"] = json!({"samples": [0.1, 0.2, 0.3]});
    let scenario = check_value(&written).expect("sound");
    let document = scenario.document();
    let paths: Vec<&str> = document.uncertain.iter().map(|u| u.path.as_str()).collect();
    assert_eq!(paths.len(), 6);
    let kind = |path: &str| {
        let found = document
            .uncertain
            .iter()
            .find(|u| u.path == path)
            .expect(path);
        as_value_of(&found.distribution)["kind"].clone()
    };
    assert_eq!(kind("/traffic/source/base_rps"), "lognormal");
    assert_eq!(kind("/service/concurrency"), "uniform");
    assert_eq!(kind("/service/service_time_ms/mean"), "triangular");
    assert_eq!(kind("/fleet/node/usd_per_hour"), "discrete");
    assert_eq!(kind(EGRESS), "normal");
    assert_eq!(kind("/prices/cluster_usd_per_hour"), "samples");
    let now = as_value(document);
    let number = |path: &str| now.pointer(path).and_then(Value::as_f64).expect(path);
    assert!((number("/traffic/source/base_rps") - 2100f64.sqrt()).abs() < 1e-9);
    assert_eq!(number("/service/concurrency"), 4.0);
    assert_eq!(number("/fleet/node/usd_per_hour"), 0.2);
    // The canonical form reads as itself.
    let again = check_json(&canonical_json(document)).expect("sound");
    assert_eq!(again.document(), document);
}

fn as_value_of(belief: &BeliefDocument) -> Value {
    serde_json::to_value(belief).expect("plain")
}

#[test]
fn what_cannot_be_drawn_is_refused_at_its_place() {
    let refused = |path: &str, belief: BeliefDocument, place: &str, words: &str| {
        let mut document = short();
        document.uncertain = vec![uncertain(path, belief)];
        let problems = check(&document).expect_err(path);
        let named = |problem: &&sim_core::scenario::Problem| {
            problem.path == place && problem.message.contains(words)
        };
        assert!(
            problems.0.iter().any(|problem| named(&problem)),
            "{path}: {problems}"
        );
    };
    let wide = BeliefDocument::Normal { p5: 0.0, p95: 0.1 };
    refused(
        EGRESS,
        wide.clone(),
        "/uncertain/0/distribution",
        "beyond its limits",
    );
    let none = BeliefDocument::Uniform {
        low: 2.0,
        high: 1.0,
    };
    refused(
        EGRESS,
        none,
        "/uncertain/0/distribution",
        "low must lie below high",
    );
    refused(
        "/prices/no",
        wide.clone(),
        "/uncertain/0/path",
        "there is no number",
    );
    refused(
        "/run/seed",
        wide.clone(),
        "/uncertain/0/path",
        "is chosen, not uncertain",
    );
    refused(
        "/slo/window_days",
        wide,
        "/uncertain/0/path",
        "is chosen, not uncertain",
    );
    // More nodes at least than at most is no design.
    let many = BeliefDocument::Uniform {
        low: 1.0,
        high: 400.0,
    };
    refused(
        "/fleet/min_nodes",
        many,
        "/uncertain/0/distribution",
        "the design is not sound",
    );
    let mut written = as_value(&short());
    written["prices"]["egress_usd_per_gb"] = json!({"p5": 2});
    let problems = check_value(&written).expect_err("no belief");
    assert_eq!(problems.0[0].path, EGRESS);
}

/// Closed form: cost = fixed + price × data out (and what the balancer takes for it), with price uniform on [a, b] and
/// independent of the data. Traffic is Gamma–Poisson per tick, so requests have mean n m and variance n (m + d m²).
/// Var(E[cost | price]) = Var(price) E[GB]², E[Var(cost | price)] = E[(price + balancer)²] Var(GB).
#[test]
fn variance_splits_as_in_closed_form() {
    let (low, high) = (0.0805, 0.0995);
    let mut document = short();
    document.traffic.over_dispersion = 0.1;
    document.autoscaler =
        serde_json::from_value(json!({"kind": "static", "replicas": 12})).expect("an autoscaler");
    document.prices.load_balancer_usd_per_lcu_hour = 0.0;
    document.uncertain = vec![uncertain(EGRESS, BeliefDocument::Uniform { low, high })];
    let replications = 3000;
    let report = report(&document, replications);
    let ticks = 29.0;
    let (per_tick, dispersion) = (50.0 * 60.0, 0.1);
    let (requests, variance) = (
        ticks * per_tick,
        ticks * (per_tick + dispersion * per_tick * per_tick),
    );
    let mean_square = (low * low + low * high + high * high) / 3.0;
    let of_price = (high - low) * (high - low) / 12.0 * requests * requests;
    let of_chance = mean_square * variance;
    let expected = of_price / (of_price + of_chance);
    let found = report.uncertainty.as_ref().expect("there is an input");
    let split = found.cost.expect("the cost varies");
    assert_eq!(split.pairs, replications);
    assert!((0.3..0.8).contains(&expected), "{expected}");
    assert!(split.ci_high - split.ci_low < 0.08, "{split:?}");
    assert!(
        (split.ci_low..=split.ci_high).contains(&expected),
        "{expected}: {split:?}"
    );
    // The share of the variance that one price explains is the square of its correlation; of ranks of numbers that are
    // nearly normal it is little less.
    let rank = found.inputs[0].cost.expect("both vary").estimate;
    assert!((rank * rank - expected).abs() < 0.05, "{rank} {expected}");
    // Nothing of the requests depends on a price.
    let budget = found.inputs[0].budget.expect("both vary");
    assert!(
        (budget.ci_low..=budget.ci_high).contains(&0.0),
        "{budget:?}"
    );
    let drawn = &found.inputs[0].drawn;
    assert!((drawn.p50 - 0.09).abs() < 0.001 && drawn.min >= low && drawn.max <= high);
    let gb_per_month = requests * 20.0 / 1_048_576.0 * HOURS_PER_MONTH / (ticks / 60.0);
    let costs = report.figure("cost_per_month").expect("a figure").summary;
    let spread = (of_price + of_chance).sqrt() / requests * gb_per_month;
    assert!(
        (costs.sd / spread - 1.0).abs() < 0.05,
        "{} {spread}",
        costs.sd
    );
}

/// Of 1,000 small studies with known shares, the jackknife's interval covers the truth as often as it says.
#[test]
fn intervals_of_the_split_cover_the_truth() {
    use sim_core::random::{Purpose, StreamKey, standard_normal};
    for share in [0.2f64, 0.6, 0.9] {
        let covered = (0..1000u32).filter(|&study| {
            let key = StreamKey {
                seed: 3,
                replication: study,
                component: 0,
                purpose: Purpose::ServiceTime,
            };
            let mut rng = key.rng();
            let (own, luck) = (share.sqrt(), (1.0 - share).sqrt());
            let pairs: Vec<(f64, f64)> = (0..64)
                .map(|_| {
                    let x = own * standard_normal(&mut rng);
                    let mut run = || 1000.0 + x + luck * standard_normal(&mut rng);
                    (run(), run())
                })
                .collect();
            let split = sim_core::stats::shared_variance(&pairs).expect("it varies");
            (split.ci_low..=split.ci_high).contains(&share)
        });
        let percent = covered.count() as f64 / 10.0;
        assert!((93.0..=97.0).contains(&percent), "{share}: {percent} %");
    }
}

/// Designs that differ elsewhere draw the same values, in any order, whatever else is uncertain.
#[test]
fn draws_are_named_by_seed_replication_and_path() {
    let belief = BeliefDocument::Lognormal {
        p5: 30.0,
        p95: 70.0,
    };
    let rate = uncertain("/traffic/source/base_rps", belief);
    let mut a = short();
    a.uncertain = vec![rate.clone()];
    let mut b = a.clone();
    b.service.concurrency += 1;
    let price = BeliefDocument::Uniform {
        low: 0.05,
        high: 0.09,
    };
    b.uncertain = vec![uncertain(EGRESS, price), rate];
    let drawn = |document: &ScenarioDocument, place: usize| -> Vec<f64> {
        let (_, collection) = collected(document, 12);
        let results = collection.results(0).iter();
        results
            .map(|result| result.inputs.as_ref().expect("drawn")[place])
            .collect()
    };
    assert_eq!(drawn(&a, 0), drawn(&b, 1));
    let (_, collection) = collected(&a, 12);
    let twins = collection.results(1).iter().zip(collection.results(0));
    for (twin, first) in twins {
        assert_eq!(twin.inputs, first.inputs);
        assert_ne!(
            twin.figure(Figure::Requests),
            first.figure(Figure::Requests)
        );
    }
    // The rate that was drawn is the rate that came: Poisson with mean rate × time.
    for result in collection.results(0) {
        let expected = result.inputs.as_ref().expect("drawn")[0] * 29.0 * 60.0;
        let requests = result.figure(Figure::Requests);
        assert!(
            (requests - expected).abs() < 5.0 * expected.sqrt(),
            "{requests} {expected}"
        );
    }
}

/// Rounds go on with the twins, and end.
#[test]
fn a_study_with_twins_ends_with_as_many_of_both() {
    let mut document = short();
    document.run.max_replications = 30;
    document.uncertain = vec![uncertain(
        EGRESS,
        BeliefDocument::Uniform {
            low: 0.05,
            high: 0.09,
        },
    )];
    let plan = Plan::single(&document);
    let prepared = Prepared::new(plan.clone()).expect("sound");
    let rounds = Rounds::new(&plan);
    let mut collection = Collection::new(&plan);
    loop {
        let shards = rounds.next_round(&collection);
        if shards.is_empty() {
            break;
        }
        for shard in shards {
            collection.add(prepared.run_shard(shard));
        }
    }
    assert_eq!(collection.replications(0), 30);
    assert_eq!(collection.replications(1), 30);
}

/// A plain number keeps its bytes: the same results as without the word `uncertain`.
#[test]
fn a_belief_of_almost_nothing_is_the_number() {
    let plain = short();
    let mut narrow = plain.clone();
    let belief = BeliefDocument::Uniform {
        low: 0.0899999,
        high: 0.0900001,
    };
    narrow.uncertain = vec![uncertain(EGRESS, belief)];
    let (_, a) = collected(&plain, 3);
    let (_, b) = collected(&narrow, 3);
    for (a, b) in a.results(0).iter().zip(b.results(0)) {
        assert_eq!(a.figure(Figure::Requests), b.figure(Figure::Requests));
        let (a, b) = (
            a.figure(Figure::CostPerMonth),
            b.figure(Figure::CostPerMonth),
        );
        assert!((a / b - 1.0).abs() < 1e-5);
    }
}

/// A price's bar is what it costs: hours of a month × the range.
#[test]
fn a_tornado_s_bars_are_exact_where_the_cost_is() {
    let mut document = short();
    document.run.max_replications = 16;
    let cluster = "/prices/cluster_usd_per_hour";
    document.sweep = serde_json::from_value(json!([
        {"path": cluster, "from": 0.05, "to": 0.25, "steps": 3},
        {"path": "/autoscaler/replicas", "from": 1, "to": 8, "steps": 3}
    ]))
    .expect("knobs");
    let belief = BeliefDocument::Uniform {
        low: 0.01,
        high: 0.03,
    };
    document.uncertain = vec![uncertain("/prices/load_balancer_usd_per_hour", belief)];
    let study = Sensitivity::new(&check(&document).expect("sound")).expect("three numbers");
    let prepared = Prepared::new(study.plan().clone()).expect("sound");
    let rounds = Rounds::paired(study.plan());
    let mut collection = Collection::new(study.plan());
    loop {
        let shards = rounds.next_round(&collection);
        if shards.is_empty() {
            break;
        }
        for shard in shards {
            collection.add(prepared.run_shard(shard));
        }
    }
    let report = study.report(&collection).expect("there are results");
    assert_eq!(report.bars.len(), 3);
    let bar = |path: &str| {
        report
            .bars
            .iter()
            .find(|bar| bar.factor.path == path)
            .expect("a bar")
    };
    let close = |a: f64, b: f64| (a - b).abs() < 1e-6 * b.abs();
    let price = bar(cluster);
    assert!(close(
        price.cost_low.difference.mean,
        -0.05 * HOURS_PER_MONTH
    ));
    assert!(close(
        price.cost_high.difference.mean,
        0.15 * HOURS_PER_MONTH
    ));
    assert!(close(price.cost_swing.mean, 0.2 * HOURS_PER_MONTH));
    // 5th to 95th percentile of a uniform: nine tenths of its width.
    let balancer = bar("/prices/load_balancer_usd_per_hour");
    assert!(balancer.factor.uncertain);
    assert!(close(
        balancer.cost_swing.mean,
        0.9 * 0.02 * HOURS_PER_MONTH
    ));
    // One replica serves 40 of 50 requests a second: it never meets the objectives.
    let replicas = bar("/autoscaler/replicas");
    assert_eq!(replicas.attainment_low.candidate, 0.0);
    assert!(
        replicas.attainment_high.candidate > 0.5,
        "{:?}",
        replicas.attainment_high
    );
    assert_eq!(
        replicas.attainment_swing.verdict,
        sim_core::study::Verdict::More
    );
    let sizes: Vec<f64> = report
        .bars
        .iter()
        .map(|bar| bar.cost_swing.mean.abs())
        .collect();
    assert!(sizes.is_sorted_by(|a, b| a >= b));
}
