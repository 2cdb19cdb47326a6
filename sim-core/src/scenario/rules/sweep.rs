//! The sweep: knobs that exist, stay in range, and give designs that are sound themselves.

use super::super::check::check_without_sweep;
use super::super::document::{KnobDocument, ScenarioDocument};
use super::super::field::limit_at;
use super::super::knob::{apply_to, numeric_paths};
use super::super::limits::{MAX_DESIGNS, plain_number};
use super::super::problem::{Found, Problem, Severity};
use crate::words::closest;

/// Parts of the document that say how to simulate, not what is built.
pub(super) const NOT_KNOBS: [&str; 4] = ["/version", "/run/", "/sweep", "/search"];

/// Holds the knobs against a document that is otherwise sound.
pub(in super::super) fn hold_sweep(document: &ScenarioDocument, found: &mut Found) {
    let mut sound = !document.sweep.is_empty();
    for (index, knob) in document.sweep.iter().enumerate() {
        sound &= hold_knob(document, knob, index, found);
        if document
            .sweep
            .iter()
            .take(index)
            .any(|other| other.path == knob.path)
        {
            sound = false;
            found.error(
                format!("/sweep/{index}/path"),
                format!("{} is varied twice", knob.path),
                "vary another field, or remove one",
            );
        }
    }
    let designs: u64 = document
        .sweep
        .iter()
        .map(|knob| u64::from(knob.steps))
        .product();
    if designs > u64::from(MAX_DESIGNS) {
        let message = format!("the grid has {} designs", plain_number(designs as f64));
        let limit = format!("at most {}", plain_number(f64::from(MAX_DESIGNS)));
        found.push(Problem::error("/sweep", message, "take fewer steps").with_limit(limit));
    }
    if sound {
        hold_corners(document, found);
    }
}

fn hold_knob(
    document: &ScenarioDocument,
    knob: &KnobDocument,
    index: usize,
    found: &mut Found,
) -> bool {
    let path = format!("/sweep/{index}/path");
    if NOT_KNOBS.iter().any(|prefix| knob.path.starts_with(prefix)) {
        let message = format!(
            "{} cannot be varied: it says how to simulate, not what is built",
            knob.path
        );
        found.error(
            path,
            message,
            "vary a field of the traffic, service, autoscaler, telemetry, fleet, prices or SLO",
        );
        return false;
    }
    let Some(limit) = limit_at(document, &knob.path) else {
        let paths = numeric_paths(document);
        let hint = match closest(&knob.path, paths.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => {
                "write the JSON Pointer of a number of this document, such as /service/concurrency"
                    .to_owned()
            }
        };
        found.error(
            path,
            format!("there is no number at {:?} in this document", knob.path),
            hint,
        );
        return false;
    };
    let mut sound = true;
    for (field, value) in [("from", knob.from), ("to", knob.to)] {
        if !limit.contains(value) {
            sound = false;
            let range = limit.range();
            let message = format!(
                "{} lies outside the limits of {}",
                plain_number(value),
                knob.path
            );
            found.push(
                Problem::error(
                    format!("/sweep/{index}/{field}"),
                    message,
                    format!("allowed: {range}"),
                )
                .with_limit(range),
            );
        }
    }
    sound
}

/// A design at a corner of the grid may break a rule between fields, such as min ≤ max replicas; between the
/// corners all these rules hold when they hold there.
fn hold_corners(document: &ScenarioDocument, found: &mut Found) {
    let ends: Vec<[f64; 2]> = document
        .sweep
        .iter()
        .map(|knob| [knob.from, knob.to])
        .collect();
    for corner in 0..1_usize << ends.len() {
        let values: Vec<f64> = ends
            .iter()
            .enumerate()
            .map(|(bit, ends)| ends[corner >> bit & 1])
            .collect();
        let knobs = || document.sweep.iter().zip(&values);
        let Ok(design) = apply_to(
            document,
            knobs().map(|(knob, value)| (knob.path.as_str(), *value)),
        ) else {
            continue;
        };
        let Err(problems) = check_without_sweep(design) else {
            continue;
        };
        let Some(first) = problems
            .0
            .iter()
            .find(|problem| problem.severity == Severity::Error)
        else {
            continue;
        };
        let place: Vec<String> = knobs()
            .map(|(knob, value)| format!("{} = {}", knob.path, plain_number(*value)))
            .collect();
        let message = format!(
            "at {} the design is not sound: {}: {}",
            place.join(", "),
            first.path,
            first.message
        );
        found.error("/sweep", message, "narrow the range of a knob");
        return;
    }
}
