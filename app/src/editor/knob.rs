//! The path of a sweep's knob: chosen from the document's numbers.

use super::field::{Frame, element_id};
use super::quantity;
use crate::state::{pointer as json_pointer, studio};
use leptos::prelude::*;
use serde_json::{Value, json};
use sim_report::form::schema::{Kind, Node};
use sim_report::form::{name_of, node_at};

/// Parts of the document that say how to simulate, not what is built.
pub(super) const NOT_KNOBS: [&str; 5] = ["/run/", "/sweep", "/search", "/uncertain", "/version"];

/// Lists longer than this hold data, not knobs.
const LONGEST_LIST: usize = 24;

/// Most words of a choice that is marked by one click: those beside the present one.
const MOST_WORDS: usize = 8;

/// Whether a pointer is that of a knob's path.
pub fn is_path(pointer: &str) -> bool {
    ["/sweep/", "/search/knobs/"]
        .iter()
        .any(|list| pointer.starts_with(list))
        && pointer.ends_with("/path")
}

/// The list of numbers to choose from.
pub fn path_field(node: &'static Node, pointer: String) -> AnyView {
    let studio = studio();
    let control = format!("{}-box", element_id(&pointer));
    let value = {
        let pointer = pointer.clone();
        Memo::new(move |_| studio.text(&pointer).unwrap_or_default())
    };
    let kind_of = pointer.clone();
    let paths = Memo::new(move |_| {
        let kind = studio.text(&kind_of.replace("/path", "/kind"));
        let numbers = studio.document.with(|document| match kind.as_deref() {
            None | Some("range") => json_pointer::numbers(document, LONGEST_LIST),
            Some("switch") => others(document, Value::is_boolean),
            Some(_) => others(document, Value::is_string),
        });
        let usable = |path: &String| !NOT_KNOBS.iter().any(|start| path.starts_with(start));
        numbers
            .into_iter()
            .map(|(path, _)| path)
            .filter(usable)
            .collect::<Vec<_>>()
    });
    let on_change = {
        let pointer = pointer.clone();
        move |event| choose(&pointer, event_target_value(&event))
    };
    let options = move || {
        let chosen = value.get();
        let mut paths = paths.get();
        if !paths.contains(&chosen) {
            paths.insert(0, chosen.clone());
        }
        let option = |path: String| {
            let name = if path.is_empty() {
                "Choose a number".to_owned()
            } else {
                name_of(&path)
            };
            let selected = path == chosen;
            view! { <option value=path selected=selected>{name}</option> }
        };
        paths.into_iter().map(option).collect_view()
    };
    let controls = view! {
        <div class="field-controls">
            <select id=control.clone() prop:value=move || value.get() on:change=on_change>{options}</select>
        </div>
        <p class="hint mono">{move || value.get()}</p>
    }
    .into_any();
    Frame {
        pointer,
        node,
        control: Some(control),
        range_text: String::new(),
        resettable: true,
    }
    .around(controls)
}

/// Pointers of texts that are one of a few words, or of what is true or false.
fn others(document: &Value, wanted: fn(&Value) -> bool) -> Vec<(String, f64)> {
    let fits = |path: &str, value: &Value| {
        wanted(value) && (value.is_boolean() || words_at(path).is_some())
    };
    let mut found = Vec::new();
    json_pointer::visit("", document, LONGEST_LIST, &mut |path, value| {
        if fits(path, value) {
            found.push((path.to_owned(), 0.0));
        }
    });
    found
}

/// The words that a field may hold.
fn words_at(path: &str) -> Option<Vec<&'static str>> {
    let node = node_at(path)?;
    let words: Vec<&str> = match &node.kind {
        Kind::Choice(words) => words.iter().map(|choice| choice.word.as_str()).collect(),
        Kind::Text => node.suggestions.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    (words.len() > 1).then_some(words)
}

/// A knob of a search that moves the value at a path: a number around what it is now, a word over those that are alike.
pub(super) fn knob_for(path: &str, document: &Value) -> Option<Value> {
    let now = document.pointer(path)?;
    if now.is_boolean() {
        return Some(json!({ "kind": "switch", "path": path }));
    }
    if let Some(number) = now.as_f64() {
        let node = node_at(path);
        let (from, to) = around(number, node);
        let log = node.is_some_and(|node| node.log) && from.as_f64() > Some(0.0);
        let scale = if log { "log" } else { "linear" };
        return Some(
            json!({ "kind": "range", "path": path, "from": from, "to": to, "scale": scale }),
        );
    }
    let words = words_at(path)?;
    let place = words
        .iter()
        .position(|word| Some(*word) == now.as_str())
        .unwrap_or(0);
    let first = place
        .saturating_sub(MOST_WORDS / 2)
        .min(words.len().saturating_sub(MOST_WORDS));
    let near: Vec<&str> = words.into_iter().skip(first).take(MOST_WORDS).collect();
    Some(json!({ "kind": "choice", "path": path, "values": near }))
}

/// A range around a number, within the limits of its field.
fn around(now: f64, node: Option<&'static Node>) -> (Value, Value) {
    let round = |value: f64| {
        if now == now.trunc() {
            value.round().max(1.0f64.min(now))
        } else {
            quantity::significant(value, 2)
        }
    };
    let within = |value: f64| {
        let low = node
            .and_then(|node| node.minimum)
            .unwrap_or(f64::NEG_INFINITY);
        let high = node.and_then(|node| node.maximum).unwrap_or(f64::INFINITY);
        json_pointer::number(value.max(low).min(high))
    };
    (
        within(round(now * 0.5)),
        within(round((now * 1.5).max(now + 1.0))),
    )
}

/// Sets the path, and a range around the number it names.
fn choose(pointer: &str, path: String) {
    let studio = studio();
    let Some((knob, _)) = json_pointer::split(pointer) else {
        return;
    };
    if knob.starts_with("/search/") {
        let fresh = studio
            .document
            .with_untracked(|document| knob_for(&path, document));
        match fresh {
            Some(fresh) => studio.set_step(knob, fresh),
            None => studio.set_step(pointer, Value::from(path)),
        }
        return;
    }
    let Some(now) = studio
        .document
        .with_untracked(|document| document.pointer(&path).and_then(Value::as_f64))
    else {
        studio.set_step(pointer, Value::from(path));
        return;
    };
    let (from, to) = around(now, node_at(&path));
    let mut changed = studio
        .document
        .with_untracked(|document| document.pointer(knob).cloned())
        .unwrap_or(Value::Null);
    json_pointer::set(&mut changed, "/path", Value::from(path));
    json_pointer::set(&mut changed, "/from", from);
    json_pointer::set(&mut changed, "/to", to);
    studio.set_step(knob, changed);
}
