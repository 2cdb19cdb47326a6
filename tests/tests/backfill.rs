//! Batch work on what the service's nodes have left: closed forms, conservation, and what it does to the pods in its way.

use serde_json::{Value, json};
use sim_core::fleet::Fleet;
use sim_core::scenario::check_json;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::{
    BackfillResult, Collection, Figure, Plan, Prepared, ReplicationResult, Report,
};
use tests::base::base;
use tests::runs::first;

/// Four replicas of half a core on one node of four: two cores are idle for six hours.
fn document(backfill: Value) -> Value {
    let mut document = serde_json::to_value(base()).expect("a document is JSON");
    document["run"]["warm_up_minutes"] = json!(0);
    if !backfill.is_null() {
        document["fleet"]["backfill"] = backfill;
    }
    document
}

fn work(core_hours_per_day: f64, most_cores: f64) -> Value {
    json!({
        "core_hours_per_day": core_hours_per_day, "most_cores": most_cores, "preemption_s": 30,
        "usd_per_core_hour": 0.05
    })
}

fn report(document: &Value) -> (ReplicationResult, Report) {
    let document: ScenarioDocument = serde_json::from_value(document.clone()).expect("a document");
    let plan = Plan::single(&document);
    let prepared = Prepared::new(plan.clone()).unwrap_or_else(|p| panic!("{p}"));
    let shard = prepared.run_shard(first(1));
    let result = shard.results[0].clone();
    let mut collection = Collection::new(&plan);
    collection.add(shard);
    (result, collection.report(&plan).expect("results"))
}

fn near(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9 * a.abs().max(b.abs()).max(1.0)
}

/// Of a steady rate r on i idle cores, min(r, i, most) is done all the time, and the rest waits.
#[test]
fn a_steady_case_in_closed_form() {
    // Six hours; two cores are idle.
    for (per_day, most, done, left) in [
        (24.0, 16.0, 6.0, 0.0),
        (48.0, 16.0, 12.0, 0.0),
        (96.0, 16.0, 12.0, 12.0),
        (96.0, 1.5, 9.0, 15.0),
        (24.0, 0.25, 1.5, 4.5),
    ] {
        let (result, report) = report(&document(work(per_day, most)));
        let found: BackfillResult = result.backfill.expect("backfill");
        assert!(
            near(found.done, done) && near(found.left, left),
            "{per_day} {most}: {found:?}"
        );
        assert!(
            near(found.idle, 12.0) && found.preemptions == 0.0,
            "{found:?}"
        );
        let report = report.backfill.expect("backfill");
        let saved = done * 0.05 * 730.0 / 6.0;
        assert!(near(report.saved_usd_per_month.mean, saved), "{report:?}");
        assert!(near(report.idle_used.mean, done / 12.0), "{report:?}");
    }
}

/// No work, or none in the way of any pod, changes nothing else.
#[test]
fn work_that_is_in_nobodys_way_changes_nothing_else() {
    let (without, _) = report(&document(Value::Null));
    assert!(without.backfill.is_none());
    for backfill in [work(0.0, 16.0), work(96.0, 16.0)] {
        let (mut with, _) = report(&document(backfill));
        with.backfill = None;
        assert_eq!(with.bytes(), without.bytes());
    }
}

/// The node has two cores left. Where the work has both, pods of half a core wait the 30 s that it takes to leave, beside the
/// 20 s of their start; where it has one, they find the other.
#[test]
fn pods_wait_for_the_work_to_leave() {
    let scenario = check_json(&document(work(96.0, 16.0)).to_string()).expect("sound");
    let ready_after = |cores: f64, replicas: u32| {
        let mut fleet = Fleet::new(&scenario, 4, 1, 0, 0);
        let tick = fleet.backfill(cores, 0.0);
        assert_eq!((tick.idle_cores, tick.used_cores), (2.0, cores.min(2.0)));
        fleet.set_desired(replicas, 0.0);
        let mut at_s = Vec::new();
        for second in 0..200 {
            fleet.advance(f64::from(second));
            while 4 + at_s.len() < fleet.ready() as usize {
                at_s.push(second);
            }
        }
        (at_s, fleet.preemptions())
    };
    assert_eq!(ready_after(16.0, 6), (vec![50, 50], 2));
    assert_eq!(ready_after(1.0, 6), (vec![20, 20], 0));
    // The third pod takes what the work had.
    assert_eq!(ready_after(1.0, 7), (vec![20, 20, 50], 1));
    assert_eq!(ready_after(0.0, 8), (vec![20, 20, 20, 20], 0));
}

/// Two replicas carry 80 requests a second of 100; more come at the second hour. With work in their way that takes ten minutes
/// to leave, the hour of overload lasts ten minutes longer.
#[test]
fn preemption_prolongs_an_overload() {
    let minutes = |backfill: Value| {
        let mut document = document(backfill);
        document["traffic"]["source"]["base_rps"] = json!(100);
        document["autoscaler"] = json!({
            "kind": "scheduled", "replicas": 2,
            "entries": [{"from_hour": 1, "to_hour": 6, "replicas": 8}]
        });
        let (result, _) = report(&document);
        let preemptions = result
            .backfill
            .as_ref()
            .map_or(0.0, |found| found.preemptions);
        (
            result.figure(Figure::ViolationMinutes),
            result.objectives[1].good_fraction(),
            preemptions,
        )
    };
    let mut slow = work(96.0, 16.0);
    slow["preemption_s"] = json!(600);
    let (without, with) = (minutes(Value::Null), minutes(slow));
    let longer = with.0 - without.0;
    assert!((longer - 10.0).abs() < 1.0, "{without:?} {with:?}");
    assert!(with.1 < without.1, "{without:?} {with:?}");
    assert_eq!((without.2, with.2), (0.0, 6.0));
}
