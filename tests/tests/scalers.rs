//! The autoscalers beside the HPA, in the closed loop: each rests where its rules say it must.

use serde_json::{Value, json};
use sim_core::control::decision::{Decision, LogFilter, Rule};
use sim_core::replication::{Replay, ReplayRequest, Setup, replay};
use sim_core::scenario::check_value;
use tests::base::base;

/// One flat hour and a half of `rps` on the base service with 20 slots a replica, after a warm-up of an hour.
fn scenario(rps: f64, autoscaler: Value) -> Value {
    let mut value = serde_json::to_value(base()).expect("a document is JSON");
    value["traffic"]["source"]["base_rps"] = json!(rps);
    value["service"]["concurrency"] = json!(20);
    value["slo"]["window_days"] = json!(0.0625);
    value["run"]["warm_up_minutes"] = json!(60);
    value["autoscaler"] = autoscaler;
    value
}

/// The whole window, with the warm-up.
fn look(value: &Value) -> Replay {
    let scenario = check_value(value).unwrap_or_else(|problems| panic!("{problems}"));
    let seed = scenario.document().run.seed;
    let setup = Setup::new(scenario, false, None);
    let filter = LogFilter {
        from_s: -1e9,
        to_s: 1e9,
        changes_only: false,
        most: 1_000_000,
    };
    let request = ReplayRequest {
        replication: 0,
        filter,
        most_ticks: 1_000_000,
    };
    replay(&setup, seed, &request)
}

fn changes(replay: &Replay) -> Vec<&Decision> {
    replay.decisions.iter().filter(|d| d.is_change()).collect()
}

fn last_desired(replay: &Replay) -> u32 {
    replay.ticks.last().expect("there are ticks").desired
}

#[test]
fn a_timetable_is_kept_to_the_tick() {
    let timetable = json!({
        "kind": "scheduled", "replicas": 2,
        "entries": [
            { "days": "workdays", "from_hour": 0.5, "to_hour": 1.0, "replicas": 7 },
            { "days": "weekend", "from_hour": 0, "to_hour": 0, "replicas": 3 }
        ]
    });
    let replay = look(&scenario(20.0, timetable));
    let seen: Vec<(f64, u32)> = changes(&replay).iter().map(|d| (d.at_s, d.to)).collect();
    // The hour before the window is a Sunday's.
    assert_eq!(seen, [(0.0, 2), (1800.0, 7), (3600.0, 2)]);
}

#[test]
fn target_tracking_rests_at_the_ceiling_of_its_quotient() {
    // 1000 requests a second at 70 a replica: ceil(14.3) = 15, reached after three periods above the target.
    let tracking = json!({
        "kind": "target_tracking", "min_replicas": 2, "max_replicas": 40,
        "metric": { "kind": "per_replica", "signal": "requests_per_second" }, "target": 70,
        "period_s": 60, "scale_out_cooldown_s": 0, "scale_in_cooldown_s": 300
    });
    let replay = look(&scenario(1000.0, tracking));
    let last = last_desired(&replay);
    assert!((15..=16).contains(&last), "{last}");
    let first = changes(&replay)[0];
    let waited = replay.decisions.iter().filter(|d| d.at_s < first.at_s);
    assert!(waited.filter(|d| d.rule == Rule::Stabilization).count() >= 2);
}

#[test]
fn target_tracking_counts_what_the_cooldown_began_with() {
    let tracking = |cooldown_s: u32| {
        json!({
            "kind": "target_tracking", "min_replicas": 2, "max_replicas": 40,
            "metric": { "kind": "cpu_utilization" }, "target": 40, "datapoints_out": 1,
            "period_s": 15, "scale_out_cooldown_s": cooldown_s, "scale_in_cooldown_s": 300
        })
    };
    // Telemetry is late: without a cooldown the same high value is answered again and again.
    let peak = |replay: &Replay| replay.ticks.iter().map(|t| t.desired).max();
    let (eager, patient) = (
        look(&scenario(60.0, tracking(0))),
        look(&scenario(60.0, tracking(240))),
    );
    assert!(
        peak(&patient) < peak(&eager),
        "{:?} {:?}",
        peak(&patient),
        peak(&eager)
    );
    assert!(patient.decisions.iter().any(|d| d.rule == Rule::Cooldown));
}

#[test]
fn steps_follow_the_highest_bound_reached() {
    let steps = json!({
        "kind": "step_scaling", "min_replicas": 2, "max_replicas": 40,
        "metric": { "kind": "per_replica", "signal": "requests_per_second" },
        "scale_out": [{ "bound": 80, "replicas": 1 }, { "bound": 160, "replicas": 4 }],
        "scale_in": [{ "bound": 40, "replicas": 1 }],
        "period_s": 60, "datapoints": 2, "cooldown_s": 120
    });
    let replay = look(&scenario(1000.0, steps));
    let first = changes(&replay)[0];
    assert_eq!(
        (first.from, first.to),
        (2, 6),
        "500 a replica is above 160: {first:#?}"
    );
    // It stops at the first number with less than 80 a replica: 13.
    let last = last_desired(&replay);
    assert!((12..=14).contains(&last), "{last}");
}

#[test]
fn a_forecast_is_ready_before_the_load_comes() {
    // Monday's 01:00 brings four times the traffic; the lead is half an hour.
    let mut weights = [1.0; 24];
    weights[1] = 8.0;
    let forecast = json!({
        "kind": "predictive", "min_replicas": 1, "max_replicas": 60, "rps_per_replica": 20,
        "lead_minutes": 30, "weeks": 2, "margin_percent": 0, "correct_level": false, "period_s": 60
    });
    let mut value = scenario(100.0, forecast);
    value["traffic"]["source"]["daily"] = json!({ "kind": "hourly", "weights": weights });
    let replay = look(&value);
    let desired_at = |at_s: f64| {
        let tick = replay.ticks.iter().find(|t| t.at_s >= at_s);
        tick.map_or(0, |tick| tick.desired)
    };
    let rate_at = |at_s: f64| {
        let near = replay
            .ticks
            .iter()
            .filter(|t| (t.at_s - at_s).abs() < 150.0);
        let rates: Vec<f64> = near.map(|t| t.arrivals_rps).collect();
        rates.iter().sum::<f64>() / rates.len() as f64
    };
    // The peak of the hour is at its middle, 5400 s; half an hour earlier its replicas are asked for.
    let needed = (rate_at(5250.0) / 20.0).ceil();
    let ready = f64::from(desired_at(3700.0));
    assert!((ready / needed - 1.0).abs() < 0.1, "{ready} of {needed}");
    assert!(f64::from(desired_at(600.0)) < 0.6 * needed);
    assert!(replay.decisions.iter().all(|d| d.rule != Rule::NoData));
}

#[test]
fn slo_driven_scaling_ends_between_relaxed_and_target() {
    let slo = json!({
        "kind": "slo_driven", "min_replicas": 1, "max_replicas": 40,
        "indicator": "p95_latency_ms", "target": 300, "relax_percent": 60,
        "step_up_percent": 50, "step_down_percent": 10, "cpu_target_percent": 75,
        "period_s": 30, "up_cooldown_s": 90, "down_cooldown_s": 300
    });
    let mut value = scenario(250.0, slo);
    value["service"]["service_time_ms"] = json!({ "kind": "exponential", "mean": 80 });
    value["service"]["concurrency"] = json!(4);
    let replay = look(&value);
    let late = || replay.decisions.iter().filter(|d| d.at_s > 1800.0);
    let p95: Vec<f64> = late().filter_map(|d| d.inputs[0].value).collect();
    let above = p95.iter().filter(|&&ms| ms > 300.0).count();
    assert!(
        above * 20 < p95.len(),
        "{above} of {} above the target",
        p95.len()
    );
    // 250 × 0.08 s keep 20 servers busy: at least 6 replicas of 4, and it does not run away.
    let last = last_desired(&replay);
    assert!((6..=12).contains(&last), "{last}");
}

#[test]
fn a_burn_rate_brings_replicas() {
    let slo = json!({
        "kind": "slo_driven", "min_replicas": 1, "max_replicas": 40,
        "indicator": "burn_rate", "target": 1, "relax_percent": 50,
        "step_up_percent": 100, "step_down_percent": 10, "cpu_target_percent": 60,
        "period_s": 30, "up_cooldown_s": 60, "down_cooldown_s": 600
    });
    let mut value = scenario(250.0, slo);
    value["service"]["service_time_ms"] = json!({ "kind": "exponential", "mean": 80 });
    value["service"]["concurrency"] = json!(4);
    let replay = look(&value);
    let burnt = replay
        .decisions
        .iter()
        .find(|d| d.is_change())
        .expect("it scales");
    assert!(burnt.inputs[0].value > Some(1.0), "{burnt:#?}");
    let late: Vec<_> = replay.ticks.iter().filter(|t| t.at_s > 1800.0).collect();
    let bad: f64 = late.iter().map(|t| t.bad).sum::<f64>() / late.len() as f64;
    assert!(bad < 0.01, "{bad}");
}
