//! Networks in which services scale to zero: the fluid plane against the played one, with the same controllers.

use serde_json::{Value, json};
use sim_core::stats::Welford;
use sim_core::study::{Figure, ReplicationResult};
use tests::base::base;
use tests::runs::run;

/// A scenario, how long it is looked at, and how often.
struct Case {
    name: String,
    document: Value,
    replications: u32,
}

/// What is compared.
struct Seen {
    good: Welford,
    success: Welford,
    p95_ms: Welford,
    /// Mean replicas of each component.
    replicas: Vec<Welford>,
}

fn knative(min: u32) -> Value {
    json!({ "kind": "knative", "min_scale": min, "max_scale": 20, "initial_scale": 1 })
}

fn keda() -> Value {
    json!({
        "kind": "keda", "min_replicas": 0, "max_replicas": 20, "polling_interval_s": 10, "cooldown_s": 60,
        "triggers": [
            { "kind": "queue", "threshold": 5 },
            { "kind": "prometheus", "signal": "requests_per_second", "threshold": 20 }
        ]
    })
}

/// A service of 40 ms with room for ten at once.
fn service(mean_ms: f64, startup_s: f64, timeout_s: f64, buffer: u32) -> Value {
    json!({
        "service_time_ms": { "kind": "lognormal", "mean": mean_ms, "cv": 1.0 },
        "concurrency": 10, "cpu_ms_per_request": 5.0, "queue_limit": 100,
        "timeout_ms": timeout_s * 1000.0, "error_percent": 0.05, "response_kib": 1.0,
        "buffer_limit": buffer,
        "pod": {
            "cpu_request_millicores": 250, "memory_request_mib": 256,
            "startup_s": { "kind": "lognormal", "mean": startup_s, "cv": 0.2 }
        }
    })
}

fn component(name: &str, service: Value, autoscaler: Value) -> Value {
    json!({ "kind": "service", "name": name, "service": service, "autoscaler": autoscaler })
}

fn call(from: &str, to: &str, per_request: f64) -> Value {
    json!({ "from": from, "to": to, "per_request": per_request })
}

/// So many requests a second to a service with three replicas, whose users are patient, for so many hours.
fn network(
    rate_rps: f64,
    hours: f64,
    tick_s: u32,
    components: Vec<Value>,
    calls: Vec<Value>,
) -> Value {
    let mut value = serde_json::to_value(base()).expect("a document is JSON");
    value["traffic"]["source"]["base_rps"] = json!(rate_rps);
    value["service"] = service(20.0, 10.0, 120.0, 0);
    value["autoscaler"] = json!({ "kind": "static", "replicas": 3 });
    value["fleet"]["min_nodes"] = json!(5);
    value["telemetry"] =
        json!({ "scrape_interval_s": tick_s.max(10), "window_s": tick_s.max(10), "lag_s": 0 });
    value["slo"]["window_days"] = json!(hours / 24.0);
    value["run"]["warm_up_minutes"] = json!(30);
    value["run"]["tick_s"] = json!(tick_s);
    value["topology"] = json!({ "components": components, "calls": calls });
    value
}

fn cases() -> Vec<Case> {
    let mut all = Vec::new();
    let mut add = |name: String, document: Value, replications: u32| {
        all.push(Case {
            name,
            document,
            replications,
        });
    };
    for (kind, scaler, tick_s) in [("knative", knative(0), 2), ("keda", keda(), 15)] {
        for (rate_rps, hours) in [(0.02, 48.0), (0.2, 12.0), (5.0, 2.0), (50.0, 1.0)] {
            for (start_s, timeout_s) in [(2.0, 60.0), (30.0, 60.0), (30.0, 10.0)] {
                let callee = service(40.0, start_s, timeout_s, 1000);
                let network = network(
                    rate_rps,
                    hours,
                    tick_s,
                    vec![component("callee", callee, scaler.clone())],
                    vec![call("service", "callee", 1.0)],
                );
                add(
                    format!("{kind} chain {rate_rps}/s start {start_s} s timeout {timeout_s} s"),
                    network,
                    8,
                );
            }
        }
        let seldom = service(40.0, 8.0, 60.0, 1000);
        let document = network(
            10.0,
            4.0,
            tick_s,
            vec![component("callee", seldom.clone(), scaler.clone())],
            vec![call("service", "callee", 0.002)],
        );
        add(format!("{kind} one in five hundred"), document, 8);
        let (front, back) = (
            service(30.0, 8.0, 60.0, 1000),
            service(40.0, 8.0, 40.0, 1000),
        );
        for (rate_rps, hours) in [(0.02, 48.0), (0.2, 12.0)] {
            let three = network(
                rate_rps,
                hours,
                tick_s,
                vec![
                    component(
                        "middle",
                        front.clone(),
                        json!({ "kind": "static", "replicas": 2 }),
                    ),
                    component("callee", back.clone(), scaler.clone()),
                ],
                vec![
                    call("service", "middle", 1.0),
                    call("middle", "callee", 1.0),
                ],
            );
            add(format!("{kind} third of three, {rate_rps}/s"), three, 8);
            let both = network(
                rate_rps,
                hours,
                tick_s,
                vec![
                    component("middle", front.clone(), scaler.clone()),
                    component("callee", back.clone(), scaler.clone()),
                ],
                vec![
                    call("service", "middle", 1.0),
                    call("middle", "callee", 1.0),
                ],
            );
            add(
                format!("{kind} second and third of three, {rate_rps}/s"),
                both,
                8,
            );
            for mode in ["sequential", "parallel"] {
                let mut calls = vec![
                    call("service", "middle", 1.0),
                    call("service", "callee", 0.5),
                    call("service", "awake", 1.0),
                ];
                for call in &mut calls {
                    call["mode"] = json!(mode);
                }
                // Two sleepers one after the other are refused.
                let first = match mode {
                    "parallel" => scaler.clone(),
                    _ => json!({ "kind": "static", "replicas": 2 }),
                };
                let fan = network(
                    rate_rps,
                    hours,
                    tick_s,
                    vec![
                        component("middle", front.clone(), first),
                        component("callee", back.clone(), scaler.clone()),
                        component(
                            "awake",
                            front.clone(),
                            json!({ "kind": "static", "replicas": 2 }),
                        ),
                    ],
                    calls,
                );
                add(format!("{kind} fan, {mode}, {rate_rps}/s"), fan, 8);
            }
        }
        let mut optional = call("service", "callee", 1.0);
        optional["optional"] = json!(true);
        let document = network(
            0.02,
            48.0,
            tick_s,
            vec![component(
                "callee",
                service(40.0, 15.0, 5.0, 1000),
                scaler.clone(),
            )],
            vec![optional],
        );
        add(format!("{kind} optional"), document, 8);
        let mut waves = network(
            50.0,
            2.0,
            tick_s,
            vec![component(
                "callee",
                service(40.0, 10.0, 60.0, 5000),
                scaler.clone(),
            )],
            vec![call("service", "callee", 1.0)],
        );
        waves["traffic"]["flash_crowds"] = json!([
            { "at_hour": 0.3, "factor": 0.0, "ramp_minutes": 0.0, "hold_minutes": 20.0, "fall_minutes": 0.0 },
            { "at_hour": 1.2, "factor": 0.0, "ramp_minutes": 0.0, "hold_minutes": 20.0, "fall_minutes": 0.0 }
        ]);
        add(format!("{kind} waves of 50/s"), waves, 8);
    }
    all
}

fn seen(case: &Case, plane: &str) -> Seen {
    let mut document = case.document.clone();
    document["run"]["plane"] = json!(plane);
    let document = serde_json::from_value(document).expect("a document");
    let results: Vec<ReplicationResult> = run(&document, case.replications);
    let network = |r: &ReplicationResult| r.network.clone().expect("a topology");
    let count = network(&results[0]).components.len();
    let of = |value: &dyn Fn(&ReplicationResult) -> f64| {
        let mut sum = Welford::new();
        results.iter().for_each(|result| sum.push(value(result)));
        sum
    };
    Seen {
        good: of(&|r| 100.0 * r.objectives[1].good_fraction()),
        success: of(&|r| 100.0 * r.objectives[0].good_fraction()),
        p95_ms: of(&|r| r.figure(Figure::P95Latency)),
        replicas: (0..count)
            .map(|at| of(&|r| network(r).components[at].mean_replicas))
            .collect(),
    }
}

#[test]
fn sleepers_wake_as_played_ones_do() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let mut wrong = Vec::new();
    for case in cases().iter().filter(|case| case.name.contains(&only)) {
        let begin = std::time::Instant::now();
        let fluid = seen(case, "fluid");
        let fluid_ms = begin.elapsed().as_millis();
        let played = seen(case, "requests");
        let half = |a: &Welford, b: &Welford| {
            let open = |of: &Welford| {
                of.mean_ci(0.99)
                    .map_or(f64::INFINITY, |(low, high)| 0.5 * (high - low))
            };
            open(a).hypot(open(b))
        };
        let good = fluid.good.mean() - played.good.mean();
        let success = fluid.success.mean() - played.success.mean();
        let p95 = fluid.p95_ms.mean() / played.p95_ms.mean() - 1.0;
        let good_open = half(&fluid.good, &played.good);
        let success_open = half(&fluid.success, &played.success);
        let p95_open = half(&fluid.p95_ms, &played.p95_ms) / played.p95_ms.mean();
        let replicas: Vec<String> = fluid
            .replicas
            .iter()
            .zip(&played.replicas)
            .map(|(a, b)| format!("{:.3}/{:.3}", a.mean(), b.mean()))
            .collect();
        let words = format!(
            "{:<50} good {:6.2} {:+.2}±{:.2} success {:6.2} {:+.2}±{:.2} P95 {:7.0} {:+.3}±{:.3} replicas {} {fluid_ms} ms",
            case.name,
            played.good.mean(),
            good,
            good_open,
            played.success.mean(),
            success,
            success_open,
            played.p95_ms.mean(),
            p95,
            p95_open,
            replicas.join(" ")
        );
        println!("{words}");
        if good.abs() > 1.0 + good_open
            || success.abs() > 1.0 + success_open
            || p95.abs() > 0.15 + p95_open
        {
            wrong.push(words);
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
