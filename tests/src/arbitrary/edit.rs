//! Edits of a JSON value at a random place.

use proptest::prelude::*;
use serde_json::{Value, json};

/// One edit: what is done, and where (the place is taken modulo the number of places).
#[derive(Clone, Debug)]
pub struct Edit {
    place: usize,
    action: Action,
}

#[derive(Clone, Debug)]
enum Action {
    Replace(Value),
    Scale(f64),
    Remove,
    Rename(String),
    Duplicate,
}

/// A random edit.
pub fn edit() -> impl Strategy<Value = Edit> {
    let action = prop_oneof![
        3 => hostile_value().prop_map(Action::Replace),
        4 => prop_oneof![Just(-1.0), Just(0.0), 0.5..2.0_f64, Just(1e3), Just(1e-3), Just(1e300)].prop_map(Action::Scale),
        1 => Just(Action::Remove),
        1 => "[a-z_~/]{0,12}".prop_map(Action::Rename),
        1 => Just(Action::Duplicate),
    ];
    (any::<usize>(), action).prop_map(|(place, action)| Edit { place, action })
}

fn hostile_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::from),
        Just(json!([])),
        Just(json!({})),
        Just(json!([null, [[]], {"kind": "static"}])),
        Just(json!({"kind": "deterministic", "value": 3})),
        Just(json!({"kind": "static", "replicas": 3})),
    ]
}

impl Edit {
    /// Does it.
    pub fn apply(&self, value: &mut Value) {
        let count = places(value);
        let mut place = self.place % count;
        apply_at(value, &mut place, &self.action);
    }
}

/// Number of values in the tree; long lists count as their first items.
fn places(value: &Value) -> usize {
    1 + match value {
        Value::Object(map) => map.values().map(places).sum(),
        Value::Array(items) => items.iter().take(LIST).map(places).sum(),
        _ => 0,
    }
}

const LIST: usize = 8;

/// Walks to the place in depth-first order; true when the edit is done.
fn apply_at(value: &mut Value, place: &mut usize, action: &Action) -> bool {
    if *place == 0 {
        edit_here(value, action);
        return true;
    }
    *place -= 1;
    match value {
        Value::Object(map) => map.values_mut().any(|child| apply_at(child, place, action)),
        Value::Array(items) => items
            .iter_mut()
            .take(LIST)
            .any(|child| apply_at(child, place, action)),
        _ => false,
    }
}

fn edit_here(value: &mut Value, action: &Action) {
    match (action, value) {
        (Action::Replace(new), value) => *value = new.clone(),
        (Action::Scale(factor), value @ Value::Number(_)) => {
            let scaled = value.as_f64().unwrap_or(0.0) * factor;
            let whole = value.as_i64().is_some() && scaled.abs() < 1e15;
            *value = if whole {
                Value::from(scaled as i64)
            } else {
                Value::from(scaled)
            };
        }
        (Action::Remove, Value::Object(map)) => {
            let first = map.keys().next().cloned();
            first.and_then(|key| map.remove(&key));
        }
        (Action::Remove, Value::Array(items)) => {
            items.pop();
        }
        (Action::Rename(name), Value::Object(map)) => {
            let first = map.keys().next().cloned();
            if let Some(child) = first.and_then(|key| map.remove(&key)) {
                map.insert(name.clone(), child);
            }
        }
        (Action::Duplicate, Value::Array(items)) => {
            let copy = items.first().cloned();
            items.extend(copy);
        }
        _ => {}
    }
}
