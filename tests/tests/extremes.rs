//! Every number of the document at its limits: inside is accepted and simulated, outside is refused.

use serde_json::{Value, json};
use sim_core::scenario::document::ScenarioDocument;
use sim_core::scenario::{Problems, Severity, check_value, limit_at};
use sim_core::study::{FIGURES, Plan, Prepared};
use tests::fixture::{base, set};
use tests::runs::first;

/// The fixture over half an hour, with every optional part present.
fn full() -> Value {
    let mut document = base();
    set(&mut document, "/slo/window_days", json!(0.02));
    set(&mut document, "/run/warm_up_minutes", json!(5));
    set(&mut document, "/sweep", json!([]));
    let crowd = json!({"at_hour": 0.1, "factor": 3, "ramp_minutes": 2, "hold_minutes": 5, "fall_minutes": 2});
    set(&mut document, "/traffic/flash_crowds", json!([crowd]));
    document
}

/// The same in other variants of its choices, so that all fields are visited.
fn variants() -> Vec<Value> {
    let with = |edits: &[(&str, Value)]| {
        let mut document = full();
        for (path, value) in edits {
            set(&mut document, path, value.clone());
        }
        document
    };
    let quantiles = json!([{"p": 0, "value": 20}, {"p": 0.5, "value": 60}, {"p": 1, "value": 300}]);
    vec![
        full(),
        with(&[
            (
                "/traffic/source",
                json!({"kind": "recorded", "interval_s": 60, "counts": [3000, null, 9000], "mean_rps": 50, "growth_percent_per_month": 5}),
            ),
            (
                "/service/service_time_ms",
                json!({"kind": "empirical", "quantiles": quantiles}),
            ),
            (
                "/service/pod/startup_s",
                json!({"kind": "weibull", "mean": 20, "shape": 1.2}),
            ),
            (
                "/fleet/provisioning_s",
                json!({"kind": "pareto", "minimum": 40, "shape": 3}),
            ),
            ("/autoscaler", json!({"kind": "static", "replicas": 4})),
            (
                "/fleet/node",
                json!({"kind": "custom", "vcpus": 8, "memory_gib": 32, "usd_per_hour": 0.4}),
            ),
        ]),
        with(&[
            (
                "/traffic/source/daily",
                json!({"kind": "hourly", "weights": vec![1.0; 24]}),
            ),
            (
                "/service/service_time_ms",
                json!({"kind": "hyper_exponential", "mean": 60, "cv": 2}),
            ),
            (
                "/service/pod/startup_s",
                json!({"kind": "gamma", "mean": 20, "cv": 0.5}),
            ),
            (
                "/fleet/provisioning_s",
                json!({"kind": "deterministic", "value": 60}),
            ),
            (
                "/autoscaler/metrics",
                json!([
                {"kind": "cpu_average", "target_millicores": 400},
                {"kind": "pods", "signal": "in_flight_requests", "average_value": 3},
                {"kind": "object", "signal": "requests_per_second", "target": {"kind": "average_value", "value": 30}}]),
            ),
        ]),
    ]
}

fn numbers(value: &Value, path: &str, into: &mut Vec<String>) {
    match value {
        Value::Number(_) => into.push(path.to_owned()),
        Value::Object(map) => map
            .iter()
            .for_each(|(name, child)| numbers(child, &format!("{path}/{name}"), into)),
        Value::Array(items) => {
            (0..)
                .zip(items)
                .for_each(|(index, child)| numbers(child, &format!("{path}/{index}"), into));
        }
        _ => {}
    }
}

/// Every number of the variants with the limits of its field.
fn fields() -> Vec<(Value, String, f64, f64)> {
    let mut fields = vec![];
    for variant in variants() {
        let document: ScenarioDocument =
            serde_json::from_value(variant.clone()).expect("a document");
        let mut paths = vec![];
        numbers(&variant, "", &mut paths);
        for path in paths {
            let limit = limit_at(&document, &path).unwrap_or_else(|| panic!("{path} has no limit"));
            fields.push((variant.clone(), path, limit.min, limit.max));
        }
    }
    fields
}

fn number(value: f64) -> Value {
    if value.fract() == 0.0 {
        json!(value as i64)
    } else {
        json!(value)
    }
}

#[test]
fn outside_its_limits_every_number_is_refused() {
    for (mut document, path, min, max) in fields() {
        for outside in [min - 1.0, max + 1.0, max * 2.0 + 1.0, -1e300, 1e300] {
            set(&mut document, &path, number(outside));
            let Err(Problems(found)) = check_value(&document) else {
                panic!("{path} = {outside} accepted")
            };
            let named = |problem: &&sim_core::scenario::Problem| {
                problem.path == path && problem.severity == Severity::Error
            };
            assert!(
                path == "/version"
                    || found
                        .iter()
                        .any(|problem| named(&problem) && problem.limit.is_some()),
                "{path} = {outside}: {}",
                Problems(found.clone())
            );
        }
    }
}

#[test]
fn at_its_limits_every_number_is_simulated() {
    let mut simulated = 0;
    for (mut document, path, min, max) in fields() {
        // Thirty days take too long here; the benches and templates run whole windows.
        if path == "/slo/window_days" || path == "/run/warm_up_minutes" {
            continue;
        }
        for value in [min, max] {
            set(&mut document, &path, number(value));
            // A limit may break a rule between fields, such as the fewest replicas above the most.
            let Ok(scenario) = check_value(&document) else {
                continue;
            };
            let prepared = Prepared::new(Plan::single(scenario.document())).expect("checked");
            let shard = first(1);
            let results = prepared.run_shard(shard).results;
            for (info, figure) in FIGURES.iter().zip(results[0].figures) {
                assert!(
                    figure.is_finite() && figure >= 0.0,
                    "{path} = {value}: {} is {figure}",
                    info.key
                );
            }
            simulated += 1;
        }
    }
    assert!(simulated > 200, "only {simulated} runs");
}
