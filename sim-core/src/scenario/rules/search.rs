//! The search: knobs that exist and stay in range. Designs that are not sound are left out when it runs.

use super::super::document::{KnobScale, ScenarioDocument, SearchKnobDocument};
use super::super::field::limit_at;
use super::super::knob::{numeric_paths, read_choice};
use super::super::limits::plain_number;
use super::super::problem::{Found, Problem};
use super::sweep::NOT_KNOBS;
use crate::words::closest;
use serde_json::Value;

/// Holds the knobs of a search against a document that is otherwise sound.
pub(in super::super) fn hold_search(document: &ScenarioDocument, found: &mut Found) {
    let Some(search) = &document.search else {
        return;
    };
    let tree = serde_json::to_value(document).unwrap_or_default();
    for (index, knob) in search.knobs.iter().enumerate() {
        let place = format!("/search/knobs/{index}");
        let path = knob.path();
        if NOT_KNOBS.iter().any(|prefix| path.starts_with(prefix)) {
            let message =
                format!("{path} cannot be varied: it says how to simulate, not what is built");
            let hint = "vary a field of the design, such as /autoscaler/min_replicas";
            found.error(format!("{place}/path"), message, hint);
            continue;
        }
        if search
            .knobs
            .iter()
            .take(index)
            .any(|other| other.path() == path)
        {
            let message = format!("{path} is varied twice");
            found.error(
                format!("{place}/path"),
                message,
                "vary another field, or remove one",
            );
        }
        match knob {
            SearchKnobDocument::Range {
                from, to, scale, ..
            } => {
                hold_range(document, path, (*from, *to), &place, found);
                if *scale == KnobScale::Log && from.min(*to) <= 0.0 {
                    let message = "equal ratios need ends above 0";
                    found.error(format!("{place}/scale"), message, "take equal steps");
                }
            }
            SearchKnobDocument::Choice { values, .. } => {
                hold_choice(document, &tree, path, values, &place, found);
            }
            SearchKnobDocument::Switch { .. } => {
                if !tree.pointer(path).is_some_and(Value::is_boolean) {
                    missing(
                        document,
                        path,
                        "nothing that is true or false",
                        &place,
                        found,
                    );
                }
            }
        }
    }
}

fn hold_range(
    document: &ScenarioDocument,
    path: &str,
    ends: (f64, f64),
    place: &str,
    found: &mut Found,
) {
    let Some(limit) = limit_at(document, path) else {
        return missing(document, path, "no number", place, found);
    };
    for (field, value) in [("from", ends.0), ("to", ends.1)] {
        if !limit.contains(value) {
            let range = limit.range();
            let message = format!("{} lies outside the limits of {path}", plain_number(value));
            let hint = format!("allowed: {range}");
            let problem = Problem::error(format!("{place}/{field}"), message, hint);
            found.push(problem.with_limit(range));
        }
    }
}

fn hold_choice(
    document: &ScenarioDocument,
    tree: &Value,
    path: &str,
    values: &[String],
    place: &str,
    found: &mut Found,
) {
    let Some(now) = tree.pointer(path) else {
        return missing(document, path, "nothing", place, found);
    };
    for (index, text) in values.iter().enumerate() {
        if let Err(problem) = read_choice(document, path, now, text) {
            let message = format!("this value does not fit {path}: {}", problem.message);
            let hint = "write a value that the field accepts; where it is no text, as JSON";
            found.error(format!("{place}/values/{index}"), message, hint);
        }
    }
}

fn missing(document: &ScenarioDocument, path: &str, what: &str, place: &str, found: &mut Found) {
    let paths = numeric_paths(document);
    let hint = match closest(path, paths.iter().map(String::as_str)) {
        Some(near) => format!("did you mean {near}?"),
        None => "write the JSON Pointer of a field of this document".to_owned(),
    };
    let message = format!("there is {what} at {path:?} in this document");
    found.error(format!("{place}/path"), message, hint);
}
