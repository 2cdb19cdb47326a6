//! KEDA in the closed loop: to zero and back, by the clock, on a fallback, by a formula; jobs that come and go.

#[path = "keda/jobs.rs"]
mod jobs;

use serde_json::{Value, json};
use sim_core::control::decision::{Decision, LogFilter, Rule};
use sim_core::replication::{Replay, ReplayRequest, Setup, replay};
use sim_core::scenario::document::{AutoscalerDocument, ScenarioDocument};
use sim_core::scenario::{Severity, check_value};
use sim_core::study::Figure;
use tests::base::base;
use tests::runs::run_once;

const OPERATOR: &str = "KEDA operator";

const HPA: &str = "HPA of KEDA";

/// The base scenario without a warm-up, with a buffer and patient clients.
fn scenario(autoscaler: Value, plane: &str) -> ScenarioDocument {
    let mut value = serde_json::to_value(base()).expect("a document is JSON");
    value["autoscaler"] = autoscaler;
    value["service"]["buffer_limit"] = json!(100_000);
    value["service"]["timeout_ms"] = json!(300_000);
    value["run"]["warm_up_minutes"] = json!(0);
    value["run"]["plane"] = json!(plane);
    value["slo"]["window_days"] = json!(0.25);
    serde_json::from_value(value).expect("is a document")
}

/// Requests per half hour, from the start of the window on.
fn recorded(document: &mut ScenarioDocument, counts: &[f64]) {
    let source = json!({ "kind": "recorded", "interval_s": 1800.0, "counts": counts });
    document.traffic.source = serde_json::from_value(source).expect("is a source");
    document.slo.window_days = counts.len() as f64 / 48.0;
}

fn look(document: &ScenarioDocument) -> Replay {
    let value = serde_json::to_value(document).expect("a document is JSON");
    let scenario = check_value(&value).unwrap_or_else(|problems| panic!("{problems}"));
    let setup = Setup::new(scenario, false, None);
    let request = ReplayRequest {
        replication: 0,
        filter: LogFilter {
            from_s: -1e9,
            to_s: 1e9,
            changes_only: false,
            most: 1_000_000,
        },
        most_ticks: 1_000_000,
    };
    replay(&setup, document.run.seed, &request)
}

fn by<'a>(replay: &'a Replay, who: &'a str) -> impl Iterator<Item = &'a Decision> {
    replay.decisions.iter().filter(move |d| d.controller == who)
}

/// Every decision starts where the one before it ended.
fn is_a_chain(replay: &Replay) {
    for pair in replay.decisions.windows(2) {
        assert_eq!(pair[0].to, pair[1].from, "{pair:#?}");
    }
}

fn desired_at(replay: &Replay, at_s: f64) -> u32 {
    let tick = replay.ticks.iter().find(|tick| tick.at_s >= at_s);
    tick.expect("the time is simulated").desired
}

/// Half an hour of 50 requests a second, four of silence, and so on.
fn day_and_night(trigger: Value, plane: &str) -> ScenarioDocument {
    let keda = json!({
        "kind": "keda",
        "max_replicas": 20,
        "triggers": [trigger],
    });
    let mut document = scenario(keda, plane);
    recorded(&mut document, &[90_000.0, 0.0, 0.0, 90_000.0]);
    document
}

fn request_rate() -> Value {
    json!({
        "kind": "prometheus",
        "signal": "requests_per_second",
        "threshold": 10.0,
    })
}

#[test]
fn a_silent_night_ends_at_zero_after_the_cooldown() {
    for plane in ["fluid", "requests"] {
        let replay = look(&day_and_night(request_rate(), plane));
        is_a_chain(&replay);
        // 50 requests a second at 10 per replica, within the tolerance.
        let before = desired_at(&replay, 1700.0);
        assert!((5..=6).contains(&before), "{plane}: {before}");
        let asleep = by(&replay, OPERATOR).find(|d| d.to == 0).expect("sleeps");
        assert_eq!(asleep.rule, Rule::Idle, "{asleep:#?}");
        let last_active = by(&replay, OPERATOR)
            .filter(|d| d.rule == Rule::Activation && d.at_s < asleep.at_s)
            .last()
            .expect("was active");
        // The first poll that is more than 300 s after the last active one.
        assert_eq!(asleep.at_s - last_active.at_s, 330.0, "{plane}");
        // The traffic stops at 1800 s; telemetry shows it within 30 s, and a poll within 30 s of that.
        assert!(
            (1770.0..=1860.0).contains(&last_active.at_s),
            "{plane}: {}",
            last_active.at_s
        );
        // In between the operator says that it cools down, and the HPA holds on to its window of 300 s.
        let between = |d: &&Decision| d.at_s > last_active.at_s && d.at_s < asleep.at_s;
        assert!(
            by(&replay, OPERATOR)
                .filter(between)
                .all(|d| d.rule == Rule::Cooldown && !d.is_change())
        );
        assert!(
            by(&replay, HPA)
                .filter(between)
                .any(|d| d.rule == Rule::Stabilization)
        );
        // Asleep the HPA is switched off, and no replica is left.
        let night = |d: &&Decision| d.at_s > asleep.at_s && d.at_s < 5400.0;
        assert!(by(&replay, HPA).filter(night).count() > 100);
        assert!(
            by(&replay, HPA)
                .filter(night)
                .all(|d| d.rule == Rule::Disabled && d.to == 0)
        );
        let asleep_ticks = replay.ticks.iter();
        let mut asleep_ticks =
            asleep_ticks.filter(|tick| tick.at_s > asleep.at_s && tick.at_s < 5400.0);
        assert!(asleep_ticks.all(|tick| tick.desired == 0 && tick.ready == 0));
    }
}

#[test]
fn the_first_requests_wake_it_and_wait_for_it() {
    let queue = json!({ "kind": "queue", "threshold": 50.0 });
    for (trigger, slowest_s) in [(request_rate(), 45.0), (queue, 30.0)] {
        for plane in ["fluid", "requests"] {
            let document = day_and_night(trigger.clone(), plane);
            let replay = look(&document);
            is_a_chain(&replay);
            let first = replay
                .ticks
                .iter()
                .find(|tick| tick.at_s > 3600.0 && tick.arrivals_rps > 0.0)
                .expect("requests come");
            let woken = by(&replay, OPERATOR)
                .find(|d| d.at_s >= first.at_s && d.from == 0 && d.to > 0)
                .expect("is woken");
            assert_eq!((woken.to, woken.rule), (1, Rule::Activation), "{woken:#?}");
            let waited_s = woken.at_s - first.at_s;
            assert!((0.0..=slowest_s).contains(&waited_s), "{plane}: {waited_s}");
            // The start of a pod takes 20 s, and a node is there: ready in the tick that begins nearest to that.
            let ready = replay
                .ticks
                .iter()
                .find(|tick| tick.at_s > woken.at_s && tick.ready > 0)
                .expect("becomes ready");
            assert_eq!(ready.at_s - woken.at_s, 30.0, "{plane}");
            // Until then everything waits; nothing is turned away or gives up.
            let last = replay.ticks.iter().rfind(|tick| tick.at_s < ready.at_s);
            let last = last.expect("there is a tick before");
            let arrived: f64 = replay
                .ticks
                .iter()
                .filter(|tick| tick.at_s >= first.at_s && tick.at_s <= last.at_s)
                .map(|tick| tick.arrivals_rps * 15.0)
                .sum();
            let share = last.waiting / arrived;
            if plane == "requests" {
                assert_eq!(last.waiting, arrived.round());
            } else {
                // The fluid plane lets some of them go early, as if their patience were exponential.
                assert!((0.9..=1.05).contains(&share), "{share}");
            }
            // Then the HPA takes over: 1, 4 (its cap), and what the load asks for.
            let taken_over = by(&replay, HPA).find(|d| d.at_s > woken.at_s && d.is_change());
            assert_eq!(taken_over.map(|d| d.from), Some(1), "{plane}");
            let [_, rejected, timed_out, ..] = run_once(&document).fates;
            assert_eq!(rejected, 0.0, "{plane}");
            assert!(plane == "fluid" || timed_out == 0.0, "{timed_out}");
        }
    }
}

#[test]
fn without_a_buffer_what_comes_at_zero_is_rejected() {
    let mut document = day_and_night(request_rate(), "requests");
    document.service.buffer_limit = 0;
    let value = serde_json::to_value(&document).expect("a document is JSON");
    let scenario = check_value(&value).expect("is sound");
    let warned: Vec<&str> = scenario.warnings.iter().map(|w| w.path.as_str()).collect();
    assert!(warned.contains(&"/service/buffer_limit"), "{warned:?}");
    let rejected = run_once(&document).fates[1];
    // From 5400 s on 50 a second, until the poll sees them and a pod is there.
    assert!((1000.0..6000.0).contains(&rejected), "{rejected}");
}

#[test]
fn idle_replicas_and_a_minimum() {
    let mut document = day_and_night(request_rate(), "fluid");
    if let AutoscalerDocument::Keda(keda) = &mut document.autoscaler {
        keda.min_replicas = 3;
        keda.idle_replicas = Some(0);
        keda.cooldown_s = 60;
    }
    let replay = look(&document);
    is_a_chain(&replay);
    assert_eq!(desired_at(&replay, 3600.0), 0);
    let woken = by(&replay, OPERATOR).find(|d| d.at_s > 5400.0 && d.is_change());
    assert_eq!(woken.map(|d| (d.from, d.to)), Some((0, 3)));
    // Without idle replicas the minimum stays all night, and the operator has nothing to do.
    if let AutoscalerDocument::Keda(keda) = &mut document.autoscaler {
        keda.idle_replicas = None;
    }
    let replay = look(&document);
    assert_eq!(desired_at(&replay, 3600.0), 3);
    assert!(by(&replay, OPERATOR).all(|d| !d.is_change()));
}

#[test]
fn a_timetable_wakes_and_sends_to_sleep() {
    let keda = json!({
        "kind": "keda",
        "max_replicas": 20,
        "triggers": [
            { "kind": "cron", "start_hour": 2.0, "end_hour": 4.0, "days": ["monday", "friday"], "desired_replicas": 7 },
            request_rate(),
        ],
    });
    let mut document = scenario(keda, "fluid");
    recorded(&mut document, &[1e-6; 60]);
    document.run.warm_up_minutes = 90;
    let replay = look(&document);
    let hour = 3600.0;
    assert_eq!(desired_at(&replay, 1.9 * hour), 0);
    let woken = by(&replay, OPERATOR).find(|d| d.at_s > hour && d.to > 0);
    assert_eq!(
        woken.map(|d| d.at_s),
        Some(2.0 * hour + 15.0),
        "at the first poll from 02:00 on"
    );
    assert_eq!(desired_at(&replay, 2.0 * hour + 60.0), 7);
    assert_eq!(desired_at(&replay, 3.9 * hour), 7);
    // The window of the HPA holds 7 for 300 s; about then the cooldown is over.
    assert_eq!(desired_at(&replay, 4.0 * hour + 240.0), 7);
    assert_eq!(desired_at(&replay, 4.0 * hour + 330.0), 0);
    // Not on Tuesday.
    assert_eq!(desired_at(&replay, 27.0 * hour), 0);
}

#[test]
fn a_fallback_stands_in_for_what_cannot_be_read() {
    let keda = json!({
        "kind": "keda",
        "max_replicas": 20,
        "triggers": [request_rate()],
        "fallback": { "failure_threshold": 3, "replicas": 6 },
    });
    let mut document = scenario(keda, "fluid");
    document.telemetry.lag_s = 300;
    let replay = look(&document);
    is_a_chain(&replay);
    let hpa: Vec<&Decision> = by(&replay, HPA).collect();
    // Three failures are borne, at the fourth look the fallback is there: 6 replicas, 4 in the first step.
    assert!(
        hpa[..3]
            .iter()
            .all(|d| d.rule == Rule::NoData && !d.is_change())
    );
    assert_eq!((hpa[3].at_s, hpa[3].from, hpa[3].to), (60.0, 1, 4));
    assert_eq!(
        (hpa[4].rule, hpa[4].to),
        (Rule::Fallback, 6),
        "{:#?}",
        hpa[4]
    );
    assert!(hpa[4].why.contains("fallback"), "{}", hpa[4].why);
    assert_eq!(hpa[4].inputs[0].value, Some(15.0), "60 over 4 replicas");
    // The operator leaves it alone meanwhile, and the first sample ends it.
    let polls = || by(&replay, OPERATOR).filter(|d| d.at_s < 300.0);
    assert!(polls().all(|d| d.rule == Rule::Fallback && !d.is_change()));
    let last = replay.decisions.iter().rfind(|d| {
        d.inputs
            .iter()
            .any(|input| input.problem.contains("fallback"))
    });
    assert_eq!(last.map(|d| d.at_s), Some(300.0));
    // Without a fallback nothing moves until there is a sample.
    if let AutoscalerDocument::Keda(keda) = &mut document.autoscaler {
        keda.fallback = None;
    }
    let replay = look(&document);
    let early = replay.decisions.iter().filter(|d| d.at_s < 300.0);
    assert!(
        early
            .into_iter()
            .all(|d| d.rule == Rule::NoData && d.to == 1)
    );
}

#[test]
fn a_formula_replaces_the_triggers() {
    let named = |name: &str, signal: &str| {
        json!({
            "kind": "prometheus",
            "name": name,
            "signal": signal,
            "threshold": 1e9,
            "activation_threshold": 1e9,
        })
    };
    let keda = json!({
        "kind": "keda",
        "max_replicas": 40,
        "triggers": [named("rate", "requests_per_second"), named("waiting", "waiting_requests")],
        "scaling_modifiers": {
            "formula": "rate > 1 ? rate * 2 + 0 * waiting : 0",
            "target": 10.0,
            "activation_target": 5.0,
        },
    });
    let mut document = scenario(keda, "fluid");
    recorded(&mut document, &[90_000.0, 90_000.0, 0.0, 0.0]);
    let replay = look(&document);
    is_a_chain(&replay);
    // 50 requests a second, twice that at 10 per replica.
    let desired = desired_at(&replay, 3500.0);
    assert!((10..=11).contains(&desired), "{desired}");
    assert_eq!(desired_at(&replay, 7000.0), 0);
    let poll = by(&replay, OPERATOR)
        .find(|d| d.at_s > 3000.0)
        .expect("polls");
    let composite = poll.inputs.last().expect("has inputs");
    assert_eq!(composite.name, "Composite of the scaling modifiers");
    assert!(composite.value > Some(80.0) && composite.target == Some(5.0));
}

#[test]
fn with_a_minimum_and_cpu_alone_it_is_that_hpa() {
    for plane in ["fluid", "requests"] {
        let behavior = json!({ "scale_down": { "policies": [{ "kind": "pods", "value": 2, "period_s": 60 }] } });
        let keda = json!({
            "kind": "keda",
            "min_replicas": 2,
            "max_replicas": 40,
            "polling_interval_s": 15,
            "triggers": [{ "kind": "cpu", "target_percent": 60 }],
            "behavior": behavior,
        });
        let hpa = json!({
            "kind": "hpa",
            "min_replicas": 2,
            "max_replicas": 40,
            "metrics": [{ "kind": "cpu_utilization", "target_percent": 60 }],
            "behavior": behavior,
        });
        let [keda, hpa] = [keda, hpa].map(|autoscaler| {
            let mut document = scenario(autoscaler, plane);
            document.service.concurrency = 20;
            recorded(&mut document, &[90_000.0, 270_000.0, 30_000.0, 180_000.0]);
            run_once(&document)
        });
        assert!(hpa.figure(Figure::PeakReplicas) > 20.0);
        assert_eq!(keda.figures, hpa.figures, "{plane}");
        assert_eq!(keda.objectives, hpa.objectives, "{plane}");
    }
}

/// Problems of the base scenario under an autoscaler: whether it is an error, path, message.
fn found(autoscaler: Value) -> Vec<(bool, String, String)> {
    let mut value = serde_json::to_value(base()).expect("a document is JSON");
    value["autoscaler"] = autoscaler;
    value["service"]["buffer_limit"] = json!(1000);
    value["service"]["timeout_ms"] = json!(120_000.0);
    let problems = match check_value(&value) {
        Ok(scenario) => scenario.warnings,
        Err(problems) => problems.0,
    };
    problems
        .into_iter()
        .map(|p| (p.severity == Severity::Error, p.path, p.message))
        .collect()
}

#[test]
fn what_keda_would_refuse_or_never_use_is_named() {
    let queue = json!({ "kind": "queue", "name": "q", "threshold": 5.0 });
    let cpu = json!({ "kind": "cpu", "target_percent": 60 });
    let keda = |more: Value| {
        let mut keda = json!({ "kind": "keda", "max_replicas": 20, "triggers": [queue] });
        for (key, value) in more.as_object().expect("fields") {
            keda[key] = value.clone();
        }
        keda
    };
    let cron = |end: f64| json!({ "kind": "cron", "start_hour": 24.0, "end_hour": end, "desired_replicas": 3 });
    let formula = |formula: &str, target: f64| json!({ "formula": formula, "target": target });
    let fallback = json!({ "replicas": 6 });
    let jobs = |trigger: Value| json!({ "kind": "keda_scaled_job", "max_replicas": 9, "triggers": [trigger] });
    let by_value = json!({ "kind": "queue", "threshold": 5.0, "metric_type": "value" });
    for (autoscaler, error, path, message) in [
        (
            keda(json!({ "min_replicas": 30 })),
            true,
            "min_replicas",
            "above the most, 20",
        ),
        (
            keda(json!({ "min_replicas": 2, "idle_replicas": 2 })),
            true,
            "idle_replicas",
            "not below the fewest, 2",
        ),
        (
            keda(json!({ "idle_replicas": 0 })),
            true,
            "idle_replicas",
            "not below the fewest, 0",
        ),
        (
            keda(json!({ "min_replicas": 3, "idle_replicas": 1 })),
            false,
            "idle_replicas",
            "the HPA raises 1",
        ),
        (
            keda(json!({ "triggers": [cpu] })),
            true,
            "min_replicas",
            "no way back from zero",
        ),
        (
            keda(json!({ "triggers": [queue, queue] })),
            true,
            "triggers/1/name",
            "named \"q\" already",
        ),
        (
            keda(json!({ "triggers": [cron(0.0)] })),
            true,
            "triggers/0/end_hour",
            "at which it starts",
        ),
        (keda(json!({ "triggers": [] })), true, "triggers", ""),
        (
            keda(json!({ "scaling_modifiers": formula("rate * 2", 5.0) })),
            true,
            "scaling_modifiers/formula",
            "no trigger is named rate; there are q",
        ),
        (
            keda(json!({ "scaling_modifiers": formula("q > 1", 5.0) })),
            true,
            "scaling_modifiers/formula",
            "true or false",
        ),
        (
            keda(json!({ "scaling_modifiers": formula("q", 2.5), "fallback": fallback })),
            false,
            "fallback",
            "2.5, is no whole number",
        ),
        (
            keda(json!({ "min_replicas": 1, "triggers": [cpu], "fallback": fallback })),
            false,
            "fallback",
            "does not apply to CPU",
        ),
        (
            keda(json!({ "fallback": { "replicas": 21 } })),
            false,
            "fallback/replicas",
            "above the most, 20",
        ),
        (
            keda(json!({ "polling_interval_s": 20 })),
            false,
            "polling_interval_s",
            "20 s is not a whole number of ticks",
        ),
        (
            jobs(cpu.clone()),
            true,
            "triggers/0",
            "no jobs are created for CPU use",
        ),
        (
            jobs(by_value),
            true,
            "triggers/0/metric_type",
            "an average value",
        ),
    ] {
        let path = format!("/autoscaler/{path}");
        let found = found(autoscaler);
        assert!(
            found
                .iter()
                .any(|(is, at, what)| *is == error && *at == path && what.contains(message)),
            "{path}: {message}: {found:#?}"
        );
    }
    // Sound ones have no problem of their own; the base scenario overcommits its CPU a little.
    for autoscaler in [
        keda(json!({})),
        keda(json!({ "min_replicas": 3, "idle_replicas": 0 })),
        keda(json!({ "scaling_modifiers": formula("max(q, 1) - 1", 5.0), "fallback": fallback })),
        jobs(queue.clone()),
    ] {
        let found = found(autoscaler);
        assert!(
            found
                .iter()
                .all(|(error, path, _)| !error && path.starts_with("/service/pod")),
            "{found:#?}"
        );
    }
}
