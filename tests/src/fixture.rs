//! A sound scenario with something changed: the start of most tests. It is a fixture, not a template, so that
//! templates can be tuned freely.

use serde_json::Value;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::scenario::{Problem, Problems, check_value};

/// The text of the fixture.
pub const FIXTURE: &str = include_str!("../fixtures/checkout.json");

/// The fixture, as JSON.
pub fn base() -> Value {
    serde_json::from_str(FIXTURE).expect("the fixture is JSON")
}

/// The fixture.
pub fn document() -> ScenarioDocument {
    serde_json::from_value(base()).expect("the fixture is a document")
}

/// The fixture with one value replaced or added.
pub fn with(path: &str, value: Value) -> Value {
    let mut document = base();
    set(&mut document, path, value);
    document
}

/// Sets or adds a value; a path that ends in `/-` appends.
pub fn set(document: &mut Value, path: &str, value: Value) {
    let (parent, name) = path.rsplit_once('/').expect("a pointer");
    match document.pointer_mut(parent).expect("the parent exists") {
        Value::Object(map) => {
            map.insert(name.to_owned(), value);
        }
        Value::Array(items) if name == "-" => items.push(value),
        Value::Array(items) => items[name.parse::<usize>().expect("an index")] = value,
        other => panic!("{other} has no {name}"),
    }
}

/// The fixture with a field left out.
pub fn without(path: &str) -> Value {
    let mut document = base();
    let (parent, name) = path.rsplit_once('/').expect("a pointer");
    let removed = document
        .pointer_mut(parent)
        .and_then(Value::as_object_mut)
        .and_then(|map| map.remove(name));
    assert!(removed.is_some(), "{path} was not there");
    document
}

/// Errors, or the warnings of a document that is sound.
pub fn problems(document: &Value) -> Vec<Problem> {
    match check_value(document) {
        Ok(scenario) => scenario.warnings,
        Err(Problems(problems)) => problems,
    }
}

/// The fixture with two values replaced.
pub fn with_two(first: (&str, Value), second: (&str, Value)) -> Value {
    let mut document = with(first.0, first.1);
    set(&mut document, second.0, second.1);
    document
}
