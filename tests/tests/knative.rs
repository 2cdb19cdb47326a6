//! The Knative Pod Autoscaler in the closed loop: panic, sleep, and waking up, on both planes.

use serde_json::{Value, json};
use sim_core::control::decision::{Decision, LogFilter, Rule};
use sim_core::replication::{Replay, ReplayRequest, Setup, replay};
use sim_core::scenario::check_value;
use sim_core::study::{Figure, ReplicationResult};
use tests::base::base;
use tests::runs::run_once;

const PLANES: [&str; 2] = ["fluid", "requests"];

/// An hour and a half at 20 requests a second of 100 ms, room for 20 pods of four slots, a start of 20 s; in ticks
/// of 2 s.
fn scenario(plane: &str, knative: Value) -> Value {
    let mut value = serde_json::to_value(base()).expect("a document is JSON");
    value["traffic"]["source"]["base_rps"] = json!(20.0);
    value["service"]["timeout_ms"] = json!(60_000.0);
    value["service"]["buffer_limit"] = json!(1000);
    value["fleet"]["min_nodes"] = json!(5);
    value["telemetry"] = json!({ "scrape_interval_s": 10, "window_s": 10, "lag_s": 0 });
    value["slo"]["window_days"] = json!(0.0625);
    value["run"]["warm_up_minutes"] = json!(10);
    value["run"]["plane"] = json!(plane);
    value["run"]["tick_s"] = json!(2);
    value["autoscaler"] = knative;
    value
}

/// Traffic multiplied by `factor` from `from_s` on for `minutes`.
fn crowd(value: &mut Value, from_s: f64, factor: f64, minutes: f64) {
    value["traffic"]["flash_crowds"] = json!([{
        "at_hour": from_s / 3600.0, "factor": factor,
        "ramp_minutes": 0.0, "hold_minutes": minutes, "fall_minutes": 0.0
    }]);
}

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

fn result(value: &Value) -> ReplicationResult {
    run_once(&serde_json::from_value(value.clone()).expect("a document"))
}

/// An input of a decision by the beginning of its name.
fn input(decision: &Decision, name: &str) -> f64 {
    let found = decision.inputs.iter().find(|i| i.name.starts_with(name));
    let value = found.and_then(|input| input.value);
    value.unwrap_or_else(|| panic!("no {name} in {decision:#?}"))
}

fn proposal(decision: &Decision, name: &str) -> Option<u32> {
    let found = decision.inputs.iter().find(|i| i.name.starts_with(name));
    found.and_then(|input| input.proposes)
}

/// Time of the first decision from `after_s` on that is as wanted.
fn first(replay: &Replay, after_s: f64, wanted: impl Fn(&Decision) -> bool) -> &Decision {
    let found = replay
        .decisions
        .iter()
        .find(|d| d.at_s >= after_s && wanted(d));
    found.unwrap_or_else(|| panic!("none after {after_s} s"))
}

#[test]
fn it_rests_where_the_formula_says() {
    // 400 requests a second of 100 ms: 40 in service. At 70 % of four slots: ceil(40 / 2.8 = 14.3) = 15; at 28 a
    // second and pod: ceil(400 / 28 = 14.3) = 15. Chance moves the average by one pod's worth at most.
    for plane in PLANES {
        for knative in [
            json!({ "kind": "knative", "max_scale": 40 }),
            json!({ "kind": "knative", "max_scale": 40, "metric": "rps", "target": 40.0 }),
            json!({ "kind": "knative", "max_scale": 40, "averaging": "weighted_exponential" }),
        ] {
            let mut value = scenario(plane, knative.clone());
            value["traffic"]["source"]["base_rps"] = json!(400.0);
            let result = result(&value);
            let mean = result.figure(Figure::MeanReplicas);
            assert!((14.0..17.0).contains(&mean), "{plane} {knative}: {mean}");
        }
    }
}

#[test]
fn a_burst_panics_and_nothing_goes_down_until_it_is_over() {
    for plane in PLANES {
        let mut value = scenario(plane, json!({ "kind": "knative", "max_scale": 40 }));
        crowd(&mut value, 900.0, 10.0, 1.0);
        let replay = look(&value);
        let panicking = |d: &Decision| input(d, "Panic mode") == 1.0;
        // 20 a second need one pod, 200 a second ceil(20 / 2.8) = 8: far above twice the ready ones.
        let begins = first(&replay, 900.0, panicking);
        assert!((900.0..=910.0).contains(&begins.at_s), "{begins:#?}");
        let mut crossed_s = begins.at_s;
        let mut highest = 0;
        let mut ended_s = None;
        for decision in replay.decisions.iter().filter(|d| d.at_s >= begins.at_s) {
            let ready = input(decision, "Ready replicas").max(1.0);
            let panic_pods = proposal(decision, "Panic window").expect("there is data");
            let over = f64::from(panic_pods) / ready >= 2.0;
            if over {
                crossed_s = decision.at_s;
            }
            if !panicking(decision) {
                ended_s = Some(decision.at_s);
                break;
            }
            assert!(decision.to >= decision.from, "{decision:#?}");
            highest = highest.max(decision.to);
        }
        assert!(highest >= 8, "{plane}: {highest}");
        // Strictly more than the stable window after the last crossing: 62 s later in steps of 2 s.
        let ended_s = ended_s.expect("panic ends");
        assert_eq!(ended_s - crossed_s, 62.0, "{plane}");
        let held = replay.decisions.iter().filter(|d| d.rule == Rule::Panic);
        assert!(held.count() >= 30, "{plane}");
        // Then down, at most by half of the ready pods at a time.
        let after = replay
            .decisions
            .iter()
            .filter(|d| d.at_s >= ended_s && d.at_s < ended_s + 120.0);
        let mut lowest = u32::MAX;
        for decision in after.filter(|d| d.to < d.from) {
            let fewest = (input(decision, "Ready replicas") / 2.0).floor();
            assert!(f64::from(decision.to) >= fewest, "{decision:#?}");
            lowest = lowest.min(decision.to);
        }
        assert!(lowest <= 2, "{plane}: {lowest}");
    }
}

/// Requests until `stop_s`, and none for an hour.
fn falls_asleep(plane: &str, knative: Value, stop_s: f64) -> Replay {
    let mut value = scenario(plane, knative);
    value["traffic"]["source"]["base_rps"] = json!(5.0);
    crowd(&mut value, stop_s, 0.0, 60.0);
    look(&value)
}

#[test]
fn it_sleeps_a_stable_window_and_the_grace_after_the_last_request() {
    for plane in PLANES {
        // Without burst capacity the activator comes into the path only then.
        let knative = json!({ "kind": "knative", "max_scale": 40, "target_burst_capacity": 0 });
        let replay = falls_asleep(plane, knative, 900.0);
        let quiet = first(&replay, 900.0, |d| input(d, "Stable window") == 0.0);
        // All seconds of the window are without requests: those of the exponential service times that last longest
        // end a few seconds after they came; the fluid plane's expectations fade below a millionth in ticks.
        assert!((960.0..=968.0).contains(&quiet.at_s), "{plane}: {quiet:#?}");
        assert_eq!((quiet.to, quiet.rule), (1, Rule::Idle), "{quiet:#?}");
        assert_eq!(input(quiet, "Activator in the path"), 1.0);
        let before = first(&replay, 890.0, |_| true);
        assert_eq!(input(before, "Activator in the path"), 0.0, "{before:#?}");
        let asleep = first(&replay, 900.0, |d| d.to == 0);
        assert_eq!(asleep.at_s - quiet.at_s, 30.0, "{plane}: the grace period");
        let held = first(&replay, quiet.at_s + 2.0, |_| true);
        assert_eq!((held.to, held.rule), (1, Rule::Cooldown), "{held:#?}");
        // With the usual burst capacity the activator was in the path all the time: at the next look.
        let replay = falls_asleep(plane, json!({ "kind": "knative", "max_scale": 40 }), 900.0);
        let quiet = first(&replay, 900.0, |d| d.rule == Rule::Idle);
        let asleep = first(&replay, 900.0, |d| d.to == 0);
        assert_eq!(asleep.at_s - quiet.at_s, 2.0, "{plane}");
        // The last pod may be kept for longer.
        let knative =
            json!({ "kind": "knative", "max_scale": 40, "scale_to_zero_retention_s": 300 });
        let replay = falls_asleep(plane, knative, 900.0);
        let asleep = first(&replay, 900.0, |d| d.to == 0);
        assert_eq!(asleep.at_s - quiet.at_s, 300.0, "{plane}");
    }
}

#[test]
fn the_last_replica_stays_where_it_must() {
    for knative in [
        json!({ "kind": "knative", "max_scale": 40, "min_scale": 1 }),
        json!({ "kind": "knative", "max_scale": 40, "scale_to_zero": false }),
    ] {
        let replay = falls_asleep("requests", knative, 900.0);
        assert!(replay.decisions.iter().all(|d| d.to >= 1));
        let later = first(&replay, 3000.0, |_| true);
        assert_eq!((later.to, later.rule), (1, Rule::Minimum), "{later:#?}");
    }
}

/// Silence from the start of the window on for half an hour, then five requests a second.
fn wakes_up(plane: &str, tick_s: u32, knative: Value) -> Value {
    let mut value = scenario(plane, knative);
    value["traffic"]["source"]["base_rps"] = json!(5.0);
    value["run"]["tick_s"] = json!(tick_s);
    crowd(&mut value, 0.0, 0.0, 30.0);
    value
}

#[test]
fn the_first_request_waits_for_the_tick_and_the_start_of_a_pod() {
    for plane in PLANES {
        for tick_s in [1, 2] {
            let knative = json!({ "kind": "knative", "max_scale": 40 });
            let replay = look(&wakes_up(plane, tick_s, knative));
            let asleep = first(&replay, 600.0, |_| true);
            assert_eq!((asleep.from, asleep.to), (0, 0), "{plane}: {asleep:#?}");
            let arrives = replay
                .ticks
                .iter()
                .find(|t| t.at_s > 600.0 && t.arrivals_rps > 0.0);
            let arrives = arrives.expect("requests come back");
            // The activator pokes: at the end of the tick in which the first one came, whatever the step.
            let woken = first(&replay, 600.0, |d| d.to > 0);
            assert_eq!(woken.at_s, arrives.at_s, "{plane} {tick_s}");
            assert_eq!((woken.from, woken.rule), (0, Rule::Activation));
            let ready = replay
                .ticks
                .iter()
                .find(|t| t.at_s > 600.0 && t.ready > 0)
                .expect("a pod starts");
            // 20 s later a pod is ready; it serves from the nearer end of that tick on.
            let waited_s = ready.at_s - woken.at_s;
            assert!(
                (20.0..=20.0 + 2.0 * f64::from(tick_s)).contains(&waited_s),
                "{plane} {tick_s}: {waited_s}"
            );
            let waiting = replay.ticks.iter().filter(|t| t.at_s > 600.0);
            let most = waiting.map(|t| t.waiting).fold(0.0, f64::max);
            // Poisson with mean 5 x 20 s.
            assert!((60.0..160.0).contains(&most), "{plane}: {most} wait");
        }
    }
}

#[test]
fn waits_while_asleep_are_counted_in_full() {
    // Awake again after half an hour: those who came in the 20 s are slow, and the others who come behind them.
    let slow = |plane: &str| {
        let knative = json!({ "kind": "knative", "max_scale": 40 });
        let result = result(&wakes_up(plane, 2, knative));
        let unserved = result.fates[1] + result.fates[2];
        assert!(unserved < 1e-9, "{plane}: {unserved} are not served");
        let mean_ms = result.figure(Figure::MeanLatency);
        (result.objectives[1].bad(), mean_ms)
    };
    let ((fluid, fluid_ms), (requests, requests_ms)) = (slow("fluid"), slow("requests"));
    // The same number of arrivals in each tick; what differs is who is slow at the edges, a Poisson number.
    let allowed = 4.0 * requests.sqrt();
    assert!(requests > 60.0, "{requests}");
    assert!(
        (fluid - requests).abs() < allowed,
        "{fluid} {requests} ± {allowed}"
    );
    // The first wait 20 s and a tick, the last nothing; the mean over the window's 18,000 requests is about 170 ms.
    let ratio = fluid_ms / requests_ms;
    assert!((0.9..1.1).contains(&ratio), "{fluid_ms} {requests_ms}");
}

#[test]
fn activation_scale_and_initial_scale() {
    let knative = json!({ "kind": "knative", "max_scale": 40, "activation_scale": 3 });
    let replay = look(&wakes_up("requests", 2, knative));
    let woken = first(&replay, 600.0, |d| d.to > 0);
    assert_eq!(woken.to, 3, "{woken:#?}");
    // Beside five pods it starts in panic: they stay for a stable window, then half of them go, and so on.
    let knative = json!({ "kind": "knative", "max_scale": 40, "initial_scale": 5 });
    let replay = look(&scenario("requests", knative));
    let changes: Vec<(f64, u32, u32)> = replay
        .decisions
        .iter()
        .filter(|d| d.is_change())
        .map(|d| (d.at_s + 600.0, d.from, d.to))
        .take(2)
        .collect();
    assert_eq!(changes, [(62.0, 5, 2), (64.0, 2, 1)]);
}

#[test]
fn the_maximum_binds_and_is_said_to() {
    let mut value = scenario("requests", json!({ "kind": "knative", "max_scale": 3 }));
    crowd(&mut value, 900.0, 5.0, 10.0);
    let replay = look(&value);
    let bound = first(&replay, 960.0, |_| true);
    assert_eq!((bound.to, bound.rule), (3, Rule::Maximum), "{bound:#?}");
    assert!(
        bound.why.contains("but the most are 3 replicas"),
        "{}",
        bound.why
    );
}

#[test]
fn a_delay_holds_replicas() {
    let knative = json!({ "kind": "knative", "max_scale": 40, "scale_down_delay_s": 600 });
    let mut value = scenario("requests", knative);
    crowd(&mut value, 900.0, 10.0, 1.0);
    let replay = look(&value);
    // The burst asks for the most; afterwards one is enough. What half of the ready replicas is must have been
    // enough for the delay before it is done.
    let down: Vec<_> = replay
        .decisions
        .iter()
        .filter(|d| d.at_s > 960.0 && d.to < d.from)
        .take(3)
        .collect();
    let steps: Vec<_> = down.iter().map(|d| (d.from, d.to)).collect();
    assert_eq!(steps, [(40, 20), (20, 10), (10, 5)]);
    assert_eq!(down[1].at_s - down[0].at_s, 600.0);
    assert_eq!(down[2].at_s - down[1].at_s, 600.0);
    let held = first(&replay, down[0].at_s + 300.0, |_| true);
    assert_eq!((held.to, held.rule), (20, Rule::Stabilization), "{held:#?}");
}

#[test]
fn what_was_hardly_meant_is_said() {
    let warns = |path: &str, words: &str, value: &Value| {
        let text = serde_json::to_string(value).expect("is JSON");
        let scenario = check_value(value).unwrap_or_else(|problems| panic!("{problems}: {text}"));
        let found = scenario
            .warnings
            .iter()
            .any(|problem| problem.path == path && problem.message.contains(words));
        assert!(found, "{path}: {:#?}", scenario.warnings);
    };
    let mut value = scenario("fluid", json!({ "kind": "knative", "max_scale": 40 }));
    value["service"]["buffer_limit"] = json!(0);
    warns("/service/buffer_limit", "no place to wait", &value);
    let full = json!({ "kind": "knative", "max_scale": 40, "target_utilization_percent": 100 });
    let mut value = scenario("fluid", full);
    value["service"]["queue_limit"] = json!(0);
    warns("/autoscaler/target", "holds 4 requests at most", &value);
    let rps = json!({ "kind": "knative", "max_scale": 40, "metric": "rps" });
    warns(
        "/autoscaler/target",
        "above the 40 req/s",
        &scenario("fluid", rps),
    );
    let many = json!({ "kind": "knative", "max_scale": 4, "activation_scale": 5 });
    warns(
        "/autoscaler/activation_scale",
        "asks for 5 replicas",
        &scenario("fluid", many),
    );
}
