//! Documents with a wrong field: every problem is named, with its value, its limit and what to do.

#[path = "bad_documents/running.rs"]
mod running;
#[path = "bad_documents/service.rs"]
mod service;
#[path = "bad_documents/spot.rs"]
mod spot;

use running::{bad_fleet, bad_run};
use serde_json::{Value, json};
use service::{bad_service, bad_traffic};
use sim_core::scenario::{Problems, Severity, check_value};
use spot::{bad_spot, group, groups, karpenter};
use std::collections::BTreeSet;
use tests::fixture::{base, problems, set, with, with_two, without};

/// Path of the problem, a part of its message, and the document.
type Case = (&'static str, &'static str, Value);

#[test]
fn every_bad_field_is_named_with_its_value() {
    let all = [
        bad_traffic(),
        bad_service(),
        bad_fleet(),
        bad_run(),
        bad_spot(),
    ];
    for (path, fragment, document) in all.into_iter().flatten() {
        let Err(Problems(found)) = check_value(&document) else {
            panic!("accepted: {path}: {fragment}")
        };
        let named = found
            .iter()
            .find(|problem| problem.path == path && problem.message.contains(fragment));
        let Some(problem) = named else {
            panic!(
                "expected {path}: {fragment}\nfound:\n{}",
                Problems(found.clone())
            )
        };
        assert_eq!(problem.severity, Severity::Error);
        assert!(!problem.hint.is_empty(), "{path}: {fragment}: no hint");
    }
}

#[test]
fn hints_name_the_slip() {
    for (document, hint) in [
        (
            with("/service/concurency", json!(4)),
            "did you mean \"concurrency\"?",
        ),
        (
            with("/traffic/source/kind", json!("modle")),
            "did you mean \"model\"?",
        ),
        (
            with("/fleet/node/instance_type", json!("m6i-large")),
            "did you mean \"m6i.large\"?",
        ),
        (
            with("/autoscaler/behavior/scale_up/select_policy", json!("Max")),
            "did you mean \"max\"?",
        ),
        (
            with("/sweep/1/path", json!("/autoscaler/minReplicas")),
            "did you mean /autoscaler/min_replicas?",
        ),
        (
            with("/run/plane", json!(3)),
            "one of \"fluid\", \"requests\"",
        ),
        (
            with("/slo/window_days", json!(45)),
            "allowed: 0.02 to 30 days",
        ),
    ] {
        let found = problems(&document);
        assert!(
            found.iter().any(|problem| problem.hint.contains(hint)),
            "{hint}: {found:?}"
        );
    }
}

#[test]
fn all_problems_come_at_once() {
    let mut document = base();
    set(&mut document, "/traffic/source/base_rps", json!(-1));
    set(&mut document, "/service/concurrency", json!("many"));
    set(&mut document, "/autoscaler/min_replicas", json!(100));
    set(&mut document, "/fleet/min_nodes", json!(100));
    let paths: BTreeSet<String> = problems(&document)
        .into_iter()
        .map(|problem| problem.path)
        .collect();
    for path in [
        "/traffic/source/base_rps",
        "/service/concurrency",
        "/autoscaler/min_replicas",
        "/fleet/min_nodes",
    ] {
        assert!(paths.contains(path), "{path} is not among {paths:?}");
    }
}

#[test]
fn a_flood_of_problems_is_cut_and_counted() {
    let counts: Vec<i32> = vec![-1; 5000];
    let document = with(
        "/traffic/source",
        json!({"kind": "recorded", "interval_s": 60, "counts": counts}),
    );
    let found = problems(&document);
    assert!(found.len() <= 101, "{}", found.len());
    assert!(
        found
            .last()
            .is_some_and(|last| last.message.contains("more problems are not listed"))
    );
}

#[test]
fn one_slip_is_one_problem() {
    for (path, value) in [
        ("/service/service_time_ms/mean", json!(-5)),
        ("/service/service_time_ms/cv", json!(-1)),
        ("/traffic/source/base_rps", json!(0)),
        ("/fleet/node/instance_type", json!("none")),
    ] {
        let errors = problems(&with(path, value));
        assert_eq!(errors.len(), 1, "{path}: {errors:?}");
    }
}

/// What only the requests plane can do is refused on the other, with the way out.
#[test]
fn the_fluid_plane_says_what_it_cannot_do() {
    for (field, value) in [
        ("overflow", json!("drop_oldest")),
        ("queue", json!({"kind": "lifo"})),
        (
            "queue",
            json!({"kind": "codel", "target_ms": 5, "interval_ms": 100}),
        ),
    ] {
        let path = format!("/service/{field}");
        let complains = |plane: &str| {
            let mut document = with(&path, value.clone());
            // Few are served at once.
            set(&mut document, "/service/concurrency", json!(1));
            set(&mut document, "/autoscaler/min_replicas", json!(1));
            set(&mut document, "/run/plane", json!(plane));
            problems(&document).into_iter().any(|problem| {
                problem.path == path
                    && problem.severity == Severity::Error
                    && problem.hint.contains("/run/plane")
            })
        };
        assert!(complains("fluid") && !complains("requests"), "{field}");
    }
    for (field, value) in [
        ("balancing", json!("random")),
        ("removal", json!("kill")),
        ("processor_sharing", json!({"cores": 2})),
        ("overflow", json!("block")),
        ("on_timeout", json!("cancel")),
        ("high_priority_percent", json!(10)),
        ("retries", json!({"max_attempts": 3, "backoff_ms": 100})),
        ("overflow", json!("drop_oldest")),
        ("queue", json!({"kind": "lifo"})),
        (
            "queue",
            json!({"kind": "codel", "target_ms": 5, "interval_ms": 100}),
        ),
    ] {
        let path = format!("/service/{field}");
        let mut document = with(&path, value);
        set(&mut document, "/run/plane", json!("fluid"));
        set(&mut document, "/service/concurrency", json!(16));
        let exponential = json!({"kind": "exponential", "mean": 50});
        set(&mut document, "/service/service_time_ms", exponential);
        let found = problems(&document);
        assert!(
            found
                .iter()
                .all(|problem| problem.path != path || problem.severity == Severity::Warning),
            "{found:?}"
        );
    }
}

#[test]
fn choices_that_contradict_each_other_are_warned_of() {
    for (path, message, fields) in [
        (
            "/service/overflow",
            "there is no queue to drop",
            vec![
                ("overflow", json!("drop_oldest")),
                ("queue_limit", json!(0)),
            ],
        ),
        (
            "/service/processor_sharing/cores",
            "a replica has 64 cores to share",
            vec![("processor_sharing", json!({"cores": 64}))],
        ),
        (
            "/service/retries",
            "clients try again at once",
            vec![("retries", json!({"max_attempts": 3, "backoff_ms": 0}))],
        ),
        (
            "/service/retries",
            "try again together",
            vec![(
                "retries",
                json!({"max_attempts": 3, "backoff_ms": 100, "jitter": "none"}),
            )],
        ),
    ] {
        let mut document = with("/run/plane", json!("requests"));
        set(&mut document, "/traffic/source/base_rps", json!(10));
        for (field, value) in fields {
            set(&mut document, &format!("/service/{field}"), value);
        }
        let scenario = check_value(&document).expect("only warnings");
        assert!(
            scenario
                .warnings
                .iter()
                .any(|found| found.path == path && found.message.contains(message)),
            "{message}: {:?}",
            scenario.warnings
        );
    }
}
