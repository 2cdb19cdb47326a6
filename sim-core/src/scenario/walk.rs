//! Holds a JSON value against the schema: types, required and unknown fields, choices, ranges, lengths.
//!
//! It reads only the part of JSON Schema that the document's types produce.

use super::field::{limit_of, resolve, tag_name, tag_of};
use super::limits::plain_number;
use super::problem::{Found, Problem};
use crate::words::closest;
use core::fmt;
use serde_json::{Map, Value};

/// Where the walk is; written as a JSON Pointer.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// The whole document.
    Root,
    /// A field of an object.
    Field(&'a Place<'a>, &'a str),
    /// An item of an array.
    Item(&'a Place<'a>, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Root => Ok(()),
            Place::Field(parent, name) => {
                let name: String = name.chars().take(100).collect();
                write!(f, "{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
            }
            Place::Item(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

/// Checks `value` against `node` and notes every problem. Whole numbers written with a decimal point (`3.0`)
/// are made whole where the schema asks for that.
pub(super) fn walk(value: &mut Value, node: &'static Value, place: Place<'_>, found: &mut Found) {
    if value.is_null() && accepts_null(node) {
        return;
    }
    let node = resolve(node);
    if let Some(variants) = node.get("oneOf").and_then(Value::as_array) {
        return match tag_name(variants) {
            Some(tag) => walk_choice(value, variants, tag, place, found),
            None => check_word(
                value,
                variants.iter().filter_map(|variant| variant.get("const")),
                place,
                found,
            ),
        };
    }
    if let Some(words) = node.get("enum").and_then(Value::as_array) {
        return check_word(value, words.iter(), place, found);
    }
    match type_of(node) {
        "object" => walk_object(value, node, None, place, found),
        "array" => walk_array(value, node, place, found),
        "number" => check_number(value, node, place, found),
        "integer" => {
            make_whole(value);
            check_number(value, node, place, found);
        }
        "string" => check_text(value, node, place, found),
        _ => {}
    }
}

fn accepts_null(node: &Value) -> bool {
    let names_null = |kind: &Value| kind.as_str() == Some("null");
    let of = |node: &Value| match node.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(names_null),
        Some(kind) => names_null(kind),
        None => false,
    };
    of(node)
        || node
            .get("anyOf")
            .and_then(Value::as_array)
            .is_some_and(|options| options.iter().any(of))
}

fn type_of(node: &'static Value) -> &'static str {
    let kind = match node.get("type") {
        Some(Value::Array(kinds)) => kinds.first(),
        kind => kind,
    };
    kind.and_then(Value::as_str).unwrap_or("")
}

fn walk_choice(
    value: &mut Value,
    variants: &'static [Value],
    tag: &str,
    place: Place<'_>,
    found: &mut Found,
) {
    let Some(map) = value.as_object() else {
        return wrong_type(value, "an object", place, found);
    };
    let names = || variants.iter().filter_map(|variant| tag_of(variant, tag));
    let written = map.get(tag).and_then(Value::as_str);
    if let Some(variant) = variants
        .iter()
        .find(|variant| written.is_some() && tag_of(variant, tag) == written)
    {
        return walk_object(value, variant, Some(tag), place, found);
    }
    let tag_place = Place::Field(&place, tag);
    match map.get(tag) {
        Some(other) => unknown_word(other, names(), tag_place, found),
        None => found.error(
            tag_place.to_string(),
            format!("{tag:?} is missing"),
            one_of(names()),
        ),
    }
}

fn walk_object(
    value: &mut Value,
    node: &'static Value,
    tag: Option<&str>,
    place: Place<'_>,
    found: &mut Found,
) {
    let Some(map) = value.as_object_mut() else {
        return wrong_type(value, "an object", place, found);
    };
    let Some(properties) = node.get("properties").and_then(Value::as_object) else {
        return;
    };
    let required = node
        .get("required")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    for name in required
        .iter()
        .filter_map(Value::as_str)
        .filter(|name| !map.contains_key(*name))
    {
        let hint = properties.get(name).map(missing_hint).unwrap_or_default();
        found.error(
            Place::Field(&place, name).to_string(),
            format!("{name:?} is missing"),
            hint,
        );
    }
    for (name, child) in map.iter_mut() {
        let child_place = Place::Field(&place, name);
        match properties.get(name) {
            Some(_) if tag == Some(name.as_str()) => {}
            Some(property) => walk(child, property, child_place, found),
            None => unknown_field(name, properties, child_place, found),
        }
    }
}

fn missing_hint(property: &Value) -> String {
    let meaning = property
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or("add it");
    match property.get("x-default") {
        Some(default) => format!("add it, such as {default}: {meaning}"),
        None => format!("add it: {meaning}"),
    }
}

fn unknown_field(
    name: &str,
    properties: &'static Map<String, Value>,
    place: Place<'_>,
    found: &mut Found,
) {
    let hint = match closest(name, properties.keys().map(String::as_str)) {
        Some(near) => format!("did you mean {near:?}?"),
        None => format!(
            "remove it; the fields here are {}",
            list(properties.keys().map(String::as_str))
        ),
    };
    found.error(
        place.to_string(),
        format!("{:?} is not a field of the document", shortened(name)),
        hint,
    );
}

fn walk_array(value: &mut Value, node: &'static Value, place: Place<'_>, found: &mut Found) {
    let Some(items) = value.as_array_mut() else {
        return wrong_type(value, "a list", place, found);
    };
    let bound = |key: &str| {
        node.get(key)
            .and_then(Value::as_u64)
            .and_then(|bound| usize::try_from(bound).ok())
    };
    let (fewest, most) = (
        bound("minItems").unwrap_or(0),
        bound("maxItems").unwrap_or(usize::MAX),
    );
    if items.len() < fewest || items.len() > most {
        let message = format!("the list has {} items", plain_number(items.len() as f64));
        out_of_limit(node, message, place, found);
    }
    let Some(item_node) = node.get("items") else {
        return;
    };
    for (index, item) in items.iter_mut().take(most).enumerate() {
        walk(item, item_node, Place::Item(&place, index), found);
    }
}

/// `3.0` means 3 where a whole number is wanted.
fn make_whole(value: &mut Value) {
    if value.is_f64()
        && let Some(number) = value.as_f64()
        && number.fract() == 0.0
        && number.abs() < 9.0e15
    {
        *value = Value::from(number as i64);
    }
}

fn check_number(value: &Value, node: &'static Value, place: Place<'_>, found: &mut Found) {
    let whole = type_of(node) == "integer";
    let Some(number) = value.as_f64() else {
        return wrong_type(
            value,
            if whole { "a whole number" } else { "a number" },
            place,
            found,
        );
    };
    let bound = |key: &str| node.get(key).and_then(Value::as_f64);
    let shown = plain_number(number);
    if whole && number.fract() != 0.0 {
        out_of_limit(node, format!("{shown} is not a whole number"), place, found);
    } else if bound("minimum").is_some_and(|least| number < least) {
        out_of_limit(node, format!("{shown} is too small"), place, found);
    } else if bound("maximum").is_some_and(|most| number > most) {
        out_of_limit(node, format!("{shown} is too large"), place, found);
    }
}

fn check_text(value: &Value, node: &'static Value, place: Place<'_>, found: &mut Found) {
    let Some(text) = value.as_str() else {
        return wrong_type(value, "a text", place, found);
    };
    let length = text.chars().count() as u64;
    let bound = |key: &str| node.get(key).and_then(Value::as_u64);
    if bound("minLength").is_some_and(|least| length < least)
        || bound("maxLength").is_some_and(|most| length > most)
    {
        let message = if length == 0 {
            "the text is empty".into()
        } else {
            format!("the text has {length} characters")
        };
        out_of_limit(node, message, place, found);
    }
}

fn out_of_limit(node: &'static Value, message: String, place: Place<'_>, found: &mut Found) {
    let problem = match limit_of(node).map(|limit| limit.range()) {
        Some(range) => Problem::error(place.to_string(), message, format!("allowed: {range}"))
            .with_limit(range),
        None => Problem::error(place.to_string(), message, "see the field's description"),
    };
    found.push(problem);
}

fn check_word(
    value: &Value,
    words: impl Iterator<Item = &'static Value> + Clone,
    place: Place<'_>,
    found: &mut Found,
) {
    if !words.clone().any(|word| word == value) {
        unknown_word(value, words.filter_map(Value::as_str), place, found);
    }
}

fn unknown_word(
    value: &Value,
    words: impl Iterator<Item = &'static str> + Clone,
    place: Place<'_>,
    found: &mut Found,
) {
    let near = value
        .as_str()
        .and_then(|written| closest(written, words.clone()));
    let hint = match near {
        Some(near) => format!("did you mean {near:?}?"),
        None => one_of(words),
    };
    found.error(
        place.to_string(),
        format!("{} is not known here", described(value)),
        hint,
    );
}

fn wrong_type(value: &Value, wanted: &str, place: Place<'_>, found: &mut Found) {
    let message = format!("{} stands where {wanted} is wanted", described(value));
    found.error(place.to_string(), message, format!("write {wanted}"));
}

fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("one of {}", list(words))
}

fn list<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words
        .map(|word| format!("{word:?}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A value in a few words, however large it is.
fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => value.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => format!("{:?}", shortened(text)),
        Value::Array(items) => format!("a list of {} items", items.len()),
        Value::Object(_) => "an object".into(),
    }
}

fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    let mut short: String = text.chars().take(MOST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}
