//! The JSON Schema of the scenario document, from its types and the limits table.
//!
//! It is generated where the `schema` feature is on (tests and tools) and kept as a file, which the checker
//! and the page embed. Beside the standard keywords a field carries `x-limit` (its row of the table), `x-order`
//! (its place in the document), `x-unit`, `x-scale` (`linear` or `log`), `x-soft-min`, `x-soft-max`, `x-step`,
//! `x-default` and `x-source`. A field that holds a distribution carries `x-mean-minimum` and `x-mean-maximum`.

use super::document::ScenarioDocument;
use super::limits::{Bounds, Limit, Scale};
use crate::cost::price_book::PriceBook;
use serde_json::{Map, Value};

/// Rows of fields that name an instance type of the price book.
const INSTANCE_TYPES: [&str; 2] = ["fleet.instance_type", "karpenter.instance_types[]"];

/// The schema, complete. Its text is the file `public/scenario.schema.json`.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(ScenarioDocument).to_value();
    if let Some(root) = schema.as_object_mut() {
        root.insert("title".into(), "QEC Studio scenario".into());
    }
    resolve(&mut schema);
    schema
}

/// The schema as the bytes of its file.
pub fn schema_text() -> String {
    // A value with text keys always serialises.
    let mut text = serde_json::to_string_pretty(&schema()).unwrap_or_default();
    text.push('\n');
    text
}

fn resolve(node: &mut Value) {
    match node {
        Value::Object(map) => {
            resolve_object(map);
            for (key, child) in map.iter_mut() {
                if !matches!(key.as_str(), "default" | "x-default" | "enum" | "const") {
                    resolve(child);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(resolve),
        _ => {}
    }
}

fn resolve_object(map: &mut Map<String, Value>) {
    map.remove("format");
    if let Some(Value::Object(properties)) = map.get_mut("properties") {
        for (order, (_, property)) in properties.iter_mut().enumerate() {
            if let Some(property) = property.as_object_mut() {
                property.insert("x-order".into(), order.into());
            }
        }
    }
    let key = map
        .get("x-limit")
        .and_then(Value::as_str)
        .map(str::to_owned);
    if let Some(limit) = key.as_deref().and_then(Limit::find) {
        apply(map, limit);
    }
}

fn apply(map: &mut Map<String, Value>, limit: &Limit) {
    let (lower, upper) = match limit.bounds {
        Bounds::Number => ("minimum", "maximum"),
        Bounds::Items => ("minItems", "maxItems"),
        Bounds::Length => ("minLength", "maxLength"),
        Bounds::Mean => ("x-mean-minimum", "x-mean-maximum"),
    };
    map.insert(lower.into(), number(limit.min));
    map.insert(upper.into(), number(limit.max));
    if !limit.source.is_empty() {
        map.insert("x-source".into(), limit.source.into());
    }
    match limit.bounds {
        Bounds::Number | Bounds::Mean => describe_slider(map, limit),
        Bounds::Items => limit_items(map, limit),
        Bounds::Length if INSTANCE_TYPES.contains(&limit.key) => {
            map.insert(
                "enum".into(),
                PriceBook::CURRENT
                    .instances
                    .iter()
                    .map(|instance| instance.name)
                    .collect(),
            );
        }
        Bounds::Length => {}
    }
}

fn describe_slider(map: &mut Map<String, Value>, limit: &Limit) {
    if !limit.unit.is_empty() {
        map.insert("x-unit".into(), limit.unit.into());
    }
    let scale = match limit.scale {
        Scale::Linear => "linear",
        Scale::Log => "log",
    };
    map.insert("x-scale".into(), scale.into());
    map.insert("x-soft-min".into(), number(limit.soft_min));
    map.insert("x-soft-max".into(), number(limit.soft_max));
    if limit.step > 0.0 {
        map.insert("x-step".into(), number(limit.step));
    }
    set_default(map, limit);
}

/// `default` means "assumed when left out", which is not true of an optional field; `x-default` is what a newly
/// added field starts with.
fn set_default(map: &mut Map<String, Value>, limit: &Limit) {
    let stated = map.get("default").cloned();
    let from_table = limit.default.map(|default| match limit.bounds {
        Bounds::Mean => {
            serde_json::json!({ "kind": "lognormal", "mean": number(default), "cv": 0.5 })
        }
        _ => number(default),
    });
    let Some(default) = stated.or(from_table) else {
        return;
    };
    let optional = map.get("type").is_some_and(Value::is_array);
    if !optional {
        map.insert("default".into(), default.clone());
    }
    map.insert("x-default".into(), default);
}

/// The row `key[]` bounds the items of the array of row `key`.
fn limit_items(map: &mut Map<String, Value>, limit: &Limit) {
    let key = format!("{}[]", limit.key);
    if let (Some(row), Some(Value::Object(items))) = (Limit::find(&key), map.get_mut("items")) {
        items.insert("x-limit".into(), row.key.into());
    }
}

/// Whole numbers without a decimal point.
fn number(value: f64) -> Value {
    if value.fract() == 0.0 && value.abs() < 1e16 {
        Value::from(value as i64)
    } else {
        Value::from(value)
    }
}
