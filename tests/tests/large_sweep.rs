//! Sweeps of thousands of designs: what is kept of them is little, and what is said of them the same as of few.

use serde_json::{Value, json};
use sim_core::scenario::check_value;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::{Collection, Plan, Prepared, Shard, SweepReport};
use sim_report::designs::{MOST_ROWS, table};

/// Seventy minutes of the first template with a grid of so many designs.
fn document(replicas: u32, targets: u32) -> ScenarioDocument {
    let text = include_str!("../../scenarios/kubernetes-slo-driven.json");
    let mut document: Value = serde_json::from_str(text).expect("a template");
    document["slo"]["window_days"] = json!(0.05);
    document["run"]["warm_up_minutes"] = json!(0);
    document["autoscaler"]["max_replicas"] = json!(80);
    document["sweep"] = json!([
        { "path": "/autoscaler/min_replicas", "from": 1, "to": replicas, "steps": replicas },
        { "path": "/autoscaler/metrics/0/target_percent", "from": 30, "to": 29 + targets, "steps": targets }
    ]);
    let scenario = check_value(&document).unwrap_or_else(|problems| panic!("{problems}"));
    scenario.document().clone()
}

fn shard(first_design: u32, designs: u32) -> Shard {
    Shard {
        first_design,
        designs,
        first_replication: 0,
        replications: 2,
    }
}

fn swept(document: &ScenarioDocument) -> (Collection, SweepReport) {
    let plan = Plan::sweep(document);
    let prepared = Prepared::new(plan.clone()).expect("sound");
    let mut collection = Collection::new(&plan);
    collection.add(prepared.run_shard(shard(0, plan.designs.len() as u32)));
    let report = SweepReport::new(&plan, &collection);
    (collection, report)
}

/// Of a large sweep 40 bytes are kept of a replication, and its report says the same, digests included.
#[test]
fn a_large_sweep_says_what_a_small_one_says() {
    let (small, few) = swept(&document(8, 8));
    let (large, many) = swept(&document(8, 9));
    assert_eq!((small.results(3).len(), large.results(3).len()), (2, 0));
    assert_eq!((small.replications(3), large.replications(3)), (2, 2));
    for point in &few.points {
        let same = many.points.iter().find(|one| one.values == point.values);
        let mut same = same.expect("the grid has it").clone();
        (same.design, same.on_front) = (point.design, point.on_front);
        assert_eq!(&same, point);
    }
}

/// Designs that are not kept are made again: the same results as in a plan of their own. One that breaks a rule is found
/// before anything is computed, wherever it is.
#[test]
fn designs_that_are_not_kept_are_the_same() {
    let document = document(55, 55);
    let plan = Plan::sweep(&document);
    assert_eq!(plan.designs.len(), 3025);
    let prepared = Prepared::new(plan.clone()).expect("sound");
    let last = prepared.run_shard(shard(3024, 1)).results;
    let alone = Plan {
        designs: vec![plan.designs[3024].clone()],
        ..plan.clone()
    };
    let alone = Prepared::new(alone).expect("sound");
    assert_eq!(last, alone.run_shard(shard(0, 1)).results);
    let mut wrong = plan;
    wrong.designs[2000].values = vec![81.0, 50.0];
    let problems = Prepared::new(wrong).expect_err("more at least than at most");
    assert!(
        problems.to_string().contains("the fewest replicas, 81"),
        "{problems}"
    );
}

/// A table for people has the front, and of the others those that cost least more than one of it that is as likely.
#[test]
fn a_table_of_thousands_is_short() {
    let (_, report) = swept(&document(20, 20));
    assert_eq!(report.points.len(), 400);
    let shown = table(Some(&report));
    assert_eq!(shown.rows.len(), MOST_ROWS);
    let note = shown.note.expect("what is left out is said");
    assert!(
        note.ends_with("200 more are in the CSV and JSON files"),
        "{note}"
    );
    let front = report.front.len();
    let marks = shown.rows.iter().map(|row| row[6].as_str());
    assert!(marks.clone().take(front).all(|mark| !mark.is_empty()));
    assert!(
        marks
            .skip(front)
            .all(|mark| mark.is_empty() || mark == "recommended")
    );
    let (_, few) = swept(&document(4, 4));
    let all = table(Some(&few));
    assert_eq!((all.rows.len(), all.note), (16, None));
}
