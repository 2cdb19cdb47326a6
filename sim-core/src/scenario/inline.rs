//! Beliefs written where the number stands, such as `"base_rps": {"p5": 300, "p95": 700}`: they are moved to the
//! document's list `uncertain`, and the median takes their place.

use super::belief::Belief;
use super::document::BeliefDocument;
use super::field::{resolve, schema, variant_for};
use super::read::read;
use serde_json::{Value, json};

/// Moves inline beliefs to the list. What is no belief stays, and the check tells what is wrong with it.
pub fn lift_beliefs(document: &mut Value) {
    let mut found = Vec::new();
    lift(document, schema(), "", &mut found);
    let Some(map) = document.as_object_mut() else {
        return;
    };
    if !found.is_empty() {
        let list = map.entry("uncertain").or_insert_with(|| json!([]));
        if let Some(list) = list.as_array_mut() {
            list.extend(found);
        }
    }
    // In the list, too, the kind may be left to be told from the names.
    let list = map.get_mut("uncertain").and_then(Value::as_array_mut);
    for item in list.into_iter().flatten() {
        if let Some(belief) = item.get("distribution").and_then(named) {
            item["distribution"] = belief;
        }
    }
}

fn lift(value: &mut Value, node: &'static Value, path: &str, found: &mut Vec<Value>) {
    match value {
        Value::Object(_) if is_number(resolve(node)) => {
            if let Some((belief, median)) = belief_of(value) {
                found.push(json!({"path": path, "distribution": belief}));
                *value = median_for(resolve(node), median);
            }
        }
        Value::Object(_) => {
            let node = variant_for(resolve(node), value);
            let properties = node.and_then(|node| node.get("properties"));
            let Some(properties) = properties else { return };
            for (name, child) in value.as_object_mut().into_iter().flatten() {
                let holds = child.is_object() || child.is_array();
                if let Some(node) = properties
                    .get(name)
                    .filter(|_| holds && name != "uncertain")
                {
                    let name = name.replace('~', "~0").replace('/', "~1");
                    lift(child, node, &format!("{path}/{name}"), found);
                }
            }
        }
        Value::Array(items) => {
            let Some(node) = resolve(node).get("items") else {
                return;
            };
            for (index, item) in items.iter_mut().enumerate() {
                if item.is_object() || item.is_array() {
                    lift(item, node, &format!("{path}/{index}"), found);
                }
            }
        }
        _ => {}
    }
}

fn kinds(node: &Value) -> impl Iterator<Item = &str> {
    let (one, several) = match node.get("type") {
        Some(Value::Array(kinds)) => (None, kinds.as_slice()),
        kind => (kind, Default::default()),
    };
    one.into_iter().chain(several).filter_map(Value::as_str)
}

fn is_number(node: &Value) -> bool {
    kinds(node).any(|kind| matches!(kind, "number" | "integer"))
}

fn median_for(node: &Value, median: f64) -> Value {
    match kinds(node).any(|kind| kind == "integer") {
        true => Value::from(median.round() as i64),
        false => Value::from(median),
    }
}

/// A belief in its canonical form, and its median.
fn belief_of(value: &Value) -> Option<(Value, f64)> {
    let canonical = named(value).unwrap_or_else(|| value.clone());
    let document: BeliefDocument = read(&canonical).ok()?;
    let median = Belief::new(&document).ok()?.median();
    median.is_finite().then_some((canonical, median))
}

/// A belief without its kind, with it: told from the names of its fields. `{"p5", "p95"}` is lognormal where both are
/// positive, unless `"shape": "normal"` says otherwise.
fn named(value: &Value) -> Option<Value> {
    let map = value.as_object().filter(|map| !map.contains_key("kind"))?;
    let has = |name: &str| map.contains_key(name);
    let kind = if has("p5") && has("p95") {
        let positive = |name| {
            map.get(name)
                .and_then(Value::as_f64)
                .is_some_and(|x| x > 0.0)
        };
        match map.get("shape").map(Value::as_str) {
            Some(Some("normal")) => "normal",
            Some(Some("lognormal")) => "lognormal",
            Some(_) => return None,
            None if positive("p5") && positive("p95") => "lognormal",
            None => "normal",
        }
    } else if has("mode") {
        "triangular"
    } else if has("low") && has("high") {
        "uniform"
    } else if has("values") {
        "discrete"
    } else if has("samples") {
        "samples"
    } else {
        return None;
    };
    let mut map = map.clone();
    map.remove("shape");
    map.insert("kind".to_owned(), kind.into());
    Some(Value::Object(map))
}
