//! Outages of the telemetry: what is decided without it, and what is blamed on it.

use serde_json::json;
use sim_core::replication::{Setup, Simulation};
use sim_core::scenario::check_json;
use sim_core::slo::Cause;
use sim_core::study::ReplicationResult;
use tests::base::base;

/// A day whose load doubles and triples under an HPA on requests per second, with these gaps.
fn run(autoscaler: serde_json::Value, gaps: serde_json::Value, seed: u64) -> ReplicationResult {
    let mut document = serde_json::to_value(base()).expect("a document is JSON");
    document["slo"]["window_days"] = json!(1.0);
    document["traffic"]["source"]["daily"] =
        json!({"kind": "sine", "amplitude": 0.8, "peak_hour": 15.0});
    document["autoscaler"] = autoscaler;
    if !gaps.is_null() {
        document["telemetry"]["gaps"] = gaps;
    }
    let scenario =
        check_json(&document.to_string()).unwrap_or_else(|problems| panic!("{problems}"));
    let setup = Setup::new(scenario, false, None);
    let mut simulation = Simulation::new(&setup, seed, 0);
    while !simulation.advance(1000) {}
    simulation.finish()
}

fn hpa() -> serde_json::Value {
    json!({"kind": "hpa", "min_replicas": 1, "max_replicas": 60, "metrics": [
        {"kind": "pods", "signal": "requests_per_second", "average_value": 6.0}
    ]})
}

fn blamed(result: &ReplicationResult) -> f64 {
    result.objectives[0].bad_by_cause[Cause::TelemetryGap as usize]
}

#[test]
fn an_hpa_that_sees_nothing_stays_and_the_gap_is_blamed() {
    let often = json!({"mean_hours_between": 3.0, "mean_duration_minutes": 120.0});
    let (mut with, mut without, mut gap) = (0.0, 0.0, 0.0);
    for seed in 1..=5 {
        let clear = run(hpa(), serde_json::Value::Null, seed);
        let blind = run(hpa(), often.clone(), seed);
        assert_eq!(blamed(&clear), 0.0);
        with += blind.objectives[0].bad();
        without += clear.objectives[0].bad();
        gap += blamed(&blind);
    }
    assert!(with > 2.0 * without, "{with} {without}");
    assert!(gap > 0.5 * (with - without), "{gap} of {with} − {without}");
}

/// Who does not look at telemetry cannot be hurt by its loss.
#[test]
fn a_timetable_does_not_notice() {
    let fixed = || json!({"kind": "static", "replicas": 6});
    let gaps = json!({"mean_hours_between": 1.0, "mean_duration_minutes": 60.0});
    let clear = run(fixed(), serde_json::Value::Null, 1);
    let blind = run(fixed(), gaps, 1);
    assert_eq!(clear.objectives[0].bad(), blind.objectives[0].bad());
    assert_eq!(blamed(&blind), 0.0);
}
