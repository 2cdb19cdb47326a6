//! Knobs: numbers of the document that a study varies.

use super::document::{KnobDocument, ScenarioDocument};
use super::field::{candidates, limit_of, node_at, resolve};
use super::limits::plain_number;
use super::problem::Problem;
use super::read::read;
use serde_json::Value;

/// The document with the number at `path` (a JSON Pointer) set to `value`, rounded where only whole numbers
/// are allowed.
///
/// # Errors
/// There is no number at the path, or the value is outside the field's limits.
pub fn apply_knob(
    document: &ScenarioDocument,
    path: &str,
    value: f64,
) -> Result<ScenarioDocument, Problem> {
    apply_to(document, [(path, value)])
}

/// Several knobs at once.
pub(crate) fn apply_to<'a>(
    document: &ScenarioDocument,
    knobs: impl IntoIterator<Item = (&'a str, f64)>,
) -> Result<ScenarioDocument, Problem> {
    let mut tree = serde_json::to_value(document).map_err(|error| unreadable(&error))?;
    for (path, value) in knobs {
        set(&mut tree, path, value)?;
    }
    read(&tree).map_err(|misfit| unreadable(&misfit))
}

fn unreadable(error: &dyn core::fmt::Display) -> Problem {
    Problem::error("", error.to_string(), "start from a template")
}

/// The document with several of its values set, numbers within the limits of their fields. Whether the design is sound
/// as a whole is for [`check`](super::check) to say.
///
/// # Errors
/// There is nothing at a path or around it, or a value does not fit there.
pub fn apply_edits(
    document: &ScenarioDocument,
    edits: &[(String, Value)],
) -> Result<ScenarioDocument, Problem> {
    let mut tree = serde_json::to_value(document).map_err(|error| unreadable(&error))?;
    for (path, value) in edits {
        match (tree.pointer_mut(path), value.as_f64()) {
            (Some(Value::Number(_)), Some(number)) => set(&mut tree, path, number)?,
            (Some(place), _) => *place = value.clone(),
            (None, _) => add(&mut tree, path, value)?,
        }
    }
    read(&tree).map_err(|misfit| unreadable(&misfit))
}

/// Adds a field that was left out to an object that is there.
fn add(tree: &mut Value, path: &str, value: &Value) -> Result<(), Problem> {
    let place = path.rsplit_once('/');
    let parent = place.and_then(|(parent, name)| Some((tree.pointer_mut(parent)?, name)));
    if let Some((Value::Object(fields), name)) = parent {
        fields.insert(name.to_owned(), value.clone());
        return Ok(());
    }
    let message = format!("there is nothing at {path:?} in this document");
    Err(Problem::error(
        path,
        message,
        "write the JSON Pointer of a field of this document",
    ))
}

/// A written choice as the value it means: where the field holds a text it is that text, elsewhere JSON.
///
/// # Errors
/// It is not JSON, or does not fit the field.
pub fn read_choice(
    document: &ScenarioDocument,
    path: &str,
    now: &Value,
    text: &str,
) -> Result<Value, Problem> {
    let value = match now {
        Value::String(_) => Value::from(text),
        _ => serde_json::from_str(text)
            .map_err(|error| Problem::error(path, error.to_string(), "write JSON"))?,
    };
    apply_edits(document, &[(path.to_owned(), value.clone())])?;
    Ok(value)
}

fn set(tree: &mut Value, path: &str, value: f64) -> Result<(), Problem> {
    let node = node_at(tree, path).map(resolve);
    let (Some(number), Some(node)) = (
        tree.pointer_mut(path).filter(|number| number.is_number()),
        node,
    ) else {
        let message = format!("there is no number at {path:?} in this document");
        return Err(Problem::error(
            path,
            message,
            "write the JSON Pointer of a number of this document",
        ));
    };
    let whole = is_whole(node);
    let value = if whole { value.round() } else { value };
    if !value.is_finite() || limit_of(node).is_some_and(|limit| !limit.contains(value)) {
        let range = limit_of(node)
            .map(|limit| limit.range())
            .unwrap_or_default();
        let message = format!("{} lies outside the limits", plain_number(value));
        return Err(Problem::error(path, message, format!("allowed: {range}")).with_limit(range));
    }
    *number = if whole {
        Value::from(value as i64)
    } else {
        Value::from(value)
    };
    Ok(())
}

fn is_whole(node: &Value) -> bool {
    match node.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|kind| kind == "integer"),
        kind => kind.is_some_and(|kind| kind == "integer"),
    }
}

/// Fields whose numbers are recorded, not designed.
const RECORDINGS: [&str; 2] = ["counts", "trace"];

/// JSON Pointers of all numbers of a document, but for those of recordings.
pub(super) fn numeric_paths(document: &ScenarioDocument) -> Vec<String> {
    fn collect(value: &Value, path: &str, into: &mut Vec<String>) {
        match value {
            Value::Number(_) => into.push(path.to_owned()),
            Value::Object(map) => {
                for (name, child) in map
                    .iter()
                    .filter(|(name, _)| !RECORDINGS.contains(&name.as_str()))
                {
                    collect(child, &format!("{path}/{name}"), into);
                }
            }
            Value::Array(items) => {
                for (index, child) in items.iter().enumerate() {
                    collect(child, &format!("{path}/{index}"), into);
                }
            }
            _ => {}
        }
    }
    let mut paths = vec![];
    if let Ok(value) = serde_json::to_value(document) {
        collect(&value, "", &mut paths);
    }
    paths
}

/// Whether only whole numbers are allowed at a path, whatever variants the document chose.
pub(crate) fn is_whole_at(path: &str) -> bool {
    let nodes = candidates(path);
    !nodes.is_empty() && nodes.into_iter().map(resolve).all(is_whole)
}

impl KnobDocument {
    /// The values to try: `steps` of them, evenly spaced, both ends included. Where the field takes only whole
    /// numbers they are rounded, and each comes once.
    pub fn values(&self) -> Vec<f64> {
        let whole = is_whole_at(&self.path);
        let last = self.steps.saturating_sub(1);
        let mut values: Vec<f64> = (0..self.steps)
            .map(|step| match step {
                0 => self.from,
                step if step == last => self.to,
                step => self.from + (self.to - self.from) * (f64::from(step) / f64::from(last)),
            })
            .map(|value| if whole { value.round() } else { value })
            .collect();
        values.dedup();
        values
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn knob(path: &str, from: f64, to: f64, steps: u32) -> KnobDocument {
        KnobDocument {
            path: path.into(),
            from,
            to,
            steps,
        }
    }

    #[test]
    fn values_reach_both_ends() {
        let values = knob("/traffic/source/base_rps", 0.1, 0.7, 4).values();
        assert_eq!((values.len(), values[0], values[3]), (4, 0.1, 0.7));
        assert_eq!(
            knob("/traffic/source/base_rps", 5.0, 9.0, 1).values(),
            [5.0]
        );
        assert_eq!(
            knob("/traffic/source/base_rps", 5.0, 5.0, 3).values(),
            [5.0]
        );
        assert_eq!(
            knob("/traffic/source/base_rps", 5.0, 9.0, 0).values(),
            [0.0; 0]
        );
    }

    #[test]
    fn whole_numbers_come_once() {
        assert_eq!(
            knob("/autoscaler/min_replicas", 1.0, 3.0, 5).values(),
            [1.0, 2.0, 3.0]
        );
        assert_eq!(
            knob(
                "/autoscaler/behavior/scale_up/policies/0/value",
                4.0,
                1.0,
                4
            )
            .values(),
            [4.0, 3.0, 2.0, 1.0]
        );
        assert_eq!(
            knob("/autoscaler/metrics/0/target/value", 1.0, 2.0, 3).values(),
            [1.0, 1.5, 2.0]
        );
    }
}
