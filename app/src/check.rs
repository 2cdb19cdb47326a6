//! The page's view of the engine's check: problems at fields, and what makes results stale.

use crate::state::{FieldProblem, Studio};
use leptos::prelude::WithUntracked;
use serde_json::Value;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::scenario::{Problem, Severity, check_value};

/// Checks a document, and the texts in the form that are not numbers.
///
/// # Errors
/// All problems, when the scenario cannot run.
pub fn judge(
    studio: &Studio,
    document: &Value,
) -> Result<(ScenarioDocument, Vec<FieldProblem>), Vec<FieldProblem>> {
    let unreadable = studio.unreadable.with_untracked(|texts| {
        let problems = texts.iter().map(|(pointer, text)| FieldProblem {
            pointer: pointer.clone(),
            message: format!("“{text}” is not a number that can be used here"),
            blocking: true,
            remedy: None,
        });
        problems.collect::<Vec<_>>()
    });
    match check_value(document) {
        Ok(scenario) if unreadable.is_empty() => {
            let warnings = scenario.warnings.iter().map(field_problem).collect();
            Ok((scenario.document().clone(), warnings))
        }
        Ok(_) => Err(unreadable),
        Err(problems) => Err(unreadable
            .into_iter()
            .chain(problems.0.iter().map(field_problem))
            .collect()),
    }
}

/// A problem as the form shows it: what is wrong, the limit, what to do.
pub fn field_problem(problem: &Problem) -> FieldProblem {
    let mut message = problem.message.clone();
    if let Some(limit) = &problem.limit
        && !message.contains(limit)
        && !problem.hint.contains(limit)
    {
        message = format!("{message}; allowed: {limit}");
    }
    if !problem.hint.is_empty() {
        message = format!("{message} – {}", problem.hint);
    }
    FieldProblem {
        pointer: problem.path.clone(),
        message,
        blocking: problem.severity == Severity::Error,
        remedy: problem.remedy.clone(),
    }
}

/// The document without what does not change the results of a run.
pub fn run_key(document: &Value) -> Value {
    without(document, &["name", "description", "sweep", "search"])
}

/// Whether a sweep of one document holds for another: they differ in the swept knobs and in words at most.
pub fn same_sweep(swept: &Value, now: &Value) -> bool {
    let knobs = |document: &Value| -> Vec<String> {
        let lists = ["/sweep", "/search/knobs"].into_iter();
        let lists = lists.filter_map(|list| document.pointer(list)?.as_array());
        let paths = lists
            .flatten()
            .filter_map(|knob| knob.get("path")?.as_str());
        paths.map(str::to_owned).collect()
    };
    let key = |document: &Value| {
        let mut document = without(document, &["name", "description"]);
        for knob in knobs(swept) {
            if let Some(value) = document.pointer_mut(&knob) {
                *value = Value::Null;
            }
        }
        document
    };
    key(swept) == key(now)
}

fn without(document: &Value, names: &[&str]) -> Value {
    match document {
        Value::Object(object) => Value::Object(
            object
                .iter()
                .filter(|(name, _)| !names.contains(&name.as_str()))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        ),
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_sweep_holds_while_only_its_knobs_move() {
        let swept = json!({"name": "a", "x": {"y": 1}, "z": 2, "sweep": [{"path": "/x/y"}]});
        let adopted = json!({"name": "b", "x": {"y": 5}, "z": 2, "sweep": [{"path": "/x/y"}]});
        let other = json!({"name": "a", "x": {"y": 1}, "z": 3, "sweep": [{"path": "/x/y"}]});
        assert!(same_sweep(&swept, &adopted));
        assert!(!same_sweep(&swept, &other));
    }

    #[test]
    fn names_do_not_make_results_stale() {
        assert_eq!(
            run_key(&json!({"name": "a", "x": 1})),
            run_key(&json!({"name": "b", "x": 1, "sweep": []}))
        );
    }
}
