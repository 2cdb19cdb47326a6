//! The decision log and several controllers on one target.

use sim_core::control::decision::{LogFilter, Rule};
use sim_core::replication::{Replay, ReplayRequest, Setup, replay};
use sim_core::scenario::check_json;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::Figure;
use tests::base::base;
use tests::runs::run_once;

fn template(id: &str) -> ScenarioDocument {
    let template = sim_core::scenario::templates::TEMPLATES
        .iter()
        .find(|template| template.id == id)
        .unwrap_or_else(|| panic!("there is no template {id}"));
    serde_json::from_str(template.json).expect("templates are documents")
}

fn filter(hours: core::ops::Range<f64>, changes_only: bool) -> ReplayRequest {
    ReplayRequest {
        replication: 0,
        filter: LogFilter {
            from_s: hours.start * 3600.0,
            to_s: hours.end * 3600.0,
            changes_only,
            most: 100_000,
        },
        most_ticks: 100_000,
    }
}

fn look(document: &ScenarioDocument, request: &ReplayRequest) -> Replay {
    let text = serde_json::to_string(document).expect("a document is JSON");
    let scenario = check_json(&text).unwrap_or_else(|problems| panic!("{problems}"));
    let setup = Setup::new(scenario, false, None);
    replay(&setup, document.run.seed, request)
}

/// Every decision starts where the one before it ended, and the ticks show what was decided.
fn is_a_chain(replay: &Replay) {
    for pair in replay.decisions.windows(2) {
        assert_eq!(pair[0].to, pair[1].from, "{pair:#?}");
    }
    for decision in replay.decisions.iter().filter(|d| d.is_change()) {
        let tick = replay.ticks.iter().find(|tick| tick.at_s == decision.at_s);
        assert_eq!(
            tick.map(|tick| tick.desired),
            Some(decision.to),
            "{decision:#?}"
        );
    }
}

#[test]
fn a_log_tells_every_reconcile_and_changes_nothing() {
    let mut document = template("kubernetes-slo-driven");
    document.slo.window_days = 1.0;
    let replay = look(&document, &filter(0.001..24.0, false));
    is_a_chain(&replay);
    assert_eq!(replay.decisions.len(), 5760, "one reconcile every 15 s");
    assert_eq!(replay.ticks.len(), 5760);
    let rules: std::collections::BTreeSet<Rule> = replay
        .decisions
        .iter()
        .map(|decision| decision.rule)
        .collect();
    for wanted in [Rule::Metric, Rule::Tolerance, Rule::Stabilization] {
        assert!(rules.contains(&wanted), "{wanted:?} among {rules:?}");
    }
    // The log's changes are those that the report of the same replication counts.
    let changes = replay.decisions.iter().filter(|d| d.is_change()).count();
    let counted = run_once(&document).figure(Figure::ScaleEventsPerHour) * 24.0;
    assert_eq!(changes as f64, counted.round());
}

#[test]
fn decisions_say_why_not() {
    // The concurrency limit keeps CPU below its target: at the peak of the day it still asks for fewer.
    let document = template("misconfigured-autoscaler");
    let replay = look(&document, &filter(14.0..16.0, false));
    let noon = &replay.decisions[100];
    assert_eq!(noon.rule, Rule::Minimum, "{noon:#?}");
    assert!(
        noon.why.contains("CPU use (% of request) is"),
        "{}",
        noon.why
    );
    assert!(
        noon.why
            .contains("but the fewest replicas are 3; with a lower minimum it would go on towards"),
        "{}",
        noon.why
    );
    let input = &noon.inputs[0];
    assert!(
        input.value < input.target && input.age_s >= Some(0.0),
        "{input:?}"
    );
    assert!(input.proposes < Some(noon.to), "{input:?}");
}

#[test]
fn a_missing_metric_is_said_to_be_missing() {
    let mut document = template("kubernetes-slo-driven");
    document.slo.window_days = 0.125;
    document.run.warm_up_minutes = 0;
    let replay = look(&document, &filter(0.0..0.02, false));
    let first = &replay.decisions[0];
    assert_eq!(first.rule, Rule::NoData, "{first:#?}");
    assert!(first.inputs.iter().all(|input| input.value.is_none()));
    assert!(first.inputs.iter().all(|input| !input.problem.is_empty()));
}

/// Two controllers with opposite aims, under each arbitration.
fn quarrel(arbitration: &str) -> ScenarioDocument {
    let mut value = serde_json::to_value(base()).expect("a document is JSON");
    let fixed = |replicas: u32| serde_json::json!({ "kind": "static", "replicas": replicas });
    value["autoscaler"] = fixed(4);
    value["shared_control"] = serde_json::json!({
        "arbitration": serde_json::from_str::<serde_json::Value>(arbitration).expect("is JSON"),
        "controllers": [fixed(9), fixed(2)],
    });
    serde_json::from_value(value).expect("is a document")
}

#[test]
fn arbitration_decides_between_controllers() {
    for (arbitration, rests_at) in [
        (r#"{"kind":"last_writer"}"#, 2.0),
        (r#"{"kind":"max"}"#, 9.0),
        // The first wants 4, which is there: so the second gets its 9, and then the first its 4 again.
        (r#"{"kind":"priority"}"#, 6.5),
        (r#"{"kind":"lock","lock_s":86400}"#, 9.0),
    ] {
        let document = quarrel(arbitration);
        let replay = look(&document, &filter(0.5..1.0, false));
        let desired: f64 = replay.ticks.iter().map(|t| f64::from(t.desired)).sum();
        let mean = desired / replay.ticks.len() as f64;
        assert!((mean - rests_at).abs() < 0.1, "{arbitration}: {mean}");
    }
}

#[test]
fn conflicts_are_counted() {
    let ticks_per_hour = 3600.0 / f64::from(base().run.tick_s);
    let conflicts =
        |document: &ScenarioDocument| run_once(document).figure(Figure::ConflictsPerHour);
    assert_eq!(conflicts(&base()), 0.0, "one controller agrees with itself");
    // In every tick: from 2 up to 4 and 9, and down to 2 again.
    let last_writer = conflicts(&quarrel(r#"{"kind":"last_writer"}"#));
    assert!((last_writer - ticks_per_hour).abs() < 1e-9, "{last_writer}");
    let max = conflicts(&quarrel(r#"{"kind":"max"}"#));
    assert_eq!(max, 0.0, "at 9 nobody wants more");
}
