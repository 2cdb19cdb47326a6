//! Uncertain numbers: they exist, their beliefs are sound, and what is drawn stays within the limits.
//!
//! A belief whose middle 99.8 % leave the limits of its number is refused; the one value in a thousand on either side is
//! put back to the limit when it is drawn. Where values break a rule between fields, they are drawn again
//! ([`crate::study`]); beliefs that cannot be drawn at either end are refused.

use super::super::belief::Belief;
use super::super::check::check_plain;
use super::super::document::ScenarioDocument;
use super::super::field::limit_at;
use super::super::knob::{apply_to, numeric_paths};
use super::super::limits::plain_number;
use super::super::problem::{Found, Problem, Severity};
use super::super::uncertain::UncertainInput;
use crate::words::closest;

/// Parts of the document that are chosen or say how to simulate: nobody is in doubt of them.
const NOT_UNCERTAIN: [&str; 5] = ["/version", "/run/", "/sweep", "/slo/", "/uncertain"];

/// The ends of what must be possible.
pub(in super::super) const ENDS: [f64; 2] = [0.001, 0.999];

/// Holds the uncertain numbers of a document that is otherwise sound; with `ends`, simulated designs at both ends of
/// each are checked too.
pub(in super::super) fn hold_uncertain(
    document: &ScenarioDocument,
    ends: bool,
    found: &mut Found,
) -> Vec<UncertainInput> {
    let mut inputs = Vec::new();
    for (index, uncertain) in document.uncertain.iter().enumerate() {
        let path = format!("/uncertain/{index}/path");
        let earlier = document.uncertain.iter().take(index);
        if earlier.clone().any(|other| other.path == uncertain.path) {
            let message = format!("{} is uncertain twice", uncertain.path);
            found.error(path, message, "keep one of the two");
        } else if document
            .sweep
            .iter()
            .any(|knob| knob.path == uncertain.path)
        {
            let message = format!("{} is varied by the sweep", uncertain.path);
            found.error(path, message, "a number is either a knob or uncertain");
        } else {
            inputs.extend(input(document, index, found));
        }
    }
    if ends && !inputs.is_empty() && !found.has_errors() {
        hold_ends(document, &inputs, found);
    }
    inputs
}

fn input(document: &ScenarioDocument, index: usize, found: &mut Found) -> Option<UncertainInput> {
    let uncertain = document.uncertain.get(index)?;
    let place = |field: &str| format!("/uncertain/{index}/{field}");
    let mut chosen = NOT_UNCERTAIN.iter();
    if chosen.any(|prefix| uncertain.path.starts_with(prefix)) {
        let message = format!("{} is chosen, not uncertain", uncertain.path);
        let hint = "name a number of the traffic, service, autoscaler, fleet or prices";
        found.error(place("path"), message, hint);
        return None;
    }
    let Some(limit) = limit_at(document, &uncertain.path) else {
        let paths = numeric_paths(document);
        let hint = match closest(&uncertain.path, paths.iter().map(String::as_str)) {
            Some(near) => format!("did you mean {near}?"),
            None => "write the JSON Pointer of a number of this document".to_owned(),
        };
        let message = format!(
            "there is no number at {:?} in this document",
            uncertain.path
        );
        found.error(place("path"), message, hint);
        return None;
    };
    let belief = match Belief::new(&uncertain.distribution) {
        Ok(belief) => belief,
        Err(message) => {
            let message = format!("{}: {message}", uncertain.path);
            found.error(place("distribution"), message, "correct the values");
            return None;
        }
    };
    let [low, high] = ENDS.map(|p| belief.quantile(p));
    if !limit.contains(low) || !limit.contains(high) {
        let range = limit.range();
        let message = format!(
            "998 of 1,000 values of {} lie between {} and {}, beyond its limits",
            uncertain.path,
            plain_number(low),
            plain_number(high)
        );
        let problem = Problem::error(
            place("distribution"),
            message,
            format!("narrow it; allowed: {range}"),
        );
        found.push(problem.with_limit(range));
        return None;
    }
    Some(UncertainInput::new(
        uncertain.path.clone(),
        belief,
        (limit.min, limit.max),
    ))
}

/// A value at an end may break a rule between fields, such as min ≤ max replicas.
fn hold_ends(document: &ScenarioDocument, inputs: &[UncertainInput], found: &mut Found) {
    for input in inputs {
        for end in ENDS {
            let value = input.value(end);
            let design = apply_to(document, [(input.path.as_str(), value)]).ok();
            let Some(Err(problems)) = design.map(check_plain) else {
                continue;
            };
            let errors = problems.0.iter();
            let mut errors = errors.filter(|problem| problem.severity == Severity::Error);
            let Some(first) = errors.next() else { continue };
            let message = format!(
                "at {} = {} the design is not sound: {}: {}",
                input.path,
                plain_number(value),
                first.path,
                first.message
            );
            let mut entries = document.uncertain.iter();
            let index = entries.position(|uncertain| uncertain.path == input.path);
            let place = format!("/uncertain/{}/distribution", index.unwrap_or(0));
            found.error(place, message, "narrow the belief");
            return;
        }
    }
}
