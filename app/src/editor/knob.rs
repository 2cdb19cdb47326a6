//! The path of a sweep's knob: chosen from the document's numbers.

use super::field::{Frame, element_id};
use super::quantity;
use super::schema::{Kind, Node};
use crate::format;
use crate::state::{pointer as json_pointer, studio};
use leptos::prelude::*;
use serde_json::{Value, json};

/// Parts of the document that say how to simulate, not what is built.
pub(super) const NOT_KNOBS: [&str; 4] = ["/run/", "/sweep", "/search", "/version"];

/// Lists longer than this hold data, not knobs.
const LONGEST_LIST: usize = 24;

/// Most words of a choice that is marked by one click: those beside the present one.
const MOST_WORDS: usize = 8;

/// Most words of a list that are told one by one.
const MOST_NAMED: usize = 6;

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

/// The field at a path.
pub(super) fn node_at(path: &str) -> Option<&'static Node> {
    let parts = path.split('/').skip(1);
    parts.fold(super::form(), |node, part| {
        node.and_then(|node| step(node, part))
    })
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

/// The name of a number of the document for people: "Autoscaler › Metric 1 › Target".
pub fn name_of(path: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut node = super::form();
    for part in path.split('/').skip(1) {
        let step = node.and_then(|node| step(node, part));
        let name = match (step, part.parse::<usize>()) {
            (_, Ok(index)) => {
                let list = names.pop().unwrap_or_default();
                format!("{} {}", one_of(&list), index + 1)
            }
            (Some(step), _) => step.label.clone(),
            (None, _) => part.replace('_', " "),
        };
        names.push(name);
        node = step;
    }
    // The words in the middle say little when the way is long.
    if names.len() > 3 {
        format!(
            "{} › {}",
            names.first().cloned().unwrap_or_default(),
            names[names.len() - 2..].join(" › ")
        )
    } else {
        names.join(" › ")
    }
}

/// A number of the document with a value, in a few words: "Metric 1 target 65 %".
fn value_text(path: &str, value: f64) -> String {
    let name = name_of(path);
    let mut parts = name.rsplit(" › ");
    let (last, before) = (parts.next().unwrap_or_default(), parts.next());
    let name = match before {
        // Such names say nothing without what they belong to.
        Some(before) if matches!(last, "Target" | "Value" | "Mean" | "Height") => {
            format!("{before} {}", last.to_lowercase())
        }
        _ => last.to_owned(),
    };
    let mut node = super::form();
    for part in path.split('/').skip(1) {
        node = node.and_then(|node| step(node, part));
    }
    let unit = node.map_or("", |node| unit_beside(&name, node));
    format!("{name}\u{a0}{}", format::with_unit(value, unit))
}

/// A value of the document in a few words, of whatever kind: "Instance type m6i.xlarge".
pub fn value_words(path: &str, value: &Value) -> String {
    match value.as_f64() {
        Some(number) => value_text(path, number),
        None => outline(path, value).join("; "),
    }
}

/// A part of the document in words, a line for each group: "Metric 1: CPU utilisation, target 65 %".
pub fn outline(path: &str, value: &Value) -> Vec<String> {
    let mut node = super::form();
    for part in path.split('/').skip(1) {
        node = node.and_then(|node| step(node, part));
    }
    let mut lines = Vec::new();
    if let Some(node) = node {
        let own = describe(node, &node.label, value, &mut lines);
        if !own.is_empty() {
            lines.insert(0, own);
        }
    }
    lines
}

/// Where the limits and defaults of a document's fields come from: each source with the first field that names it.
pub fn sources(document: &Value) -> Vec<(String, String)> {
    let mut found = Vec::new();
    if let Some(node) = super::form() {
        cited(node, document, &mut found);
    }
    found
}

fn cited(node: &'static Node, value: &Value, found: &mut Vec<(String, String)>) {
    if !node.source.is_empty() && !found.iter().any(|(_, source)| *source == node.source) {
        found.push((node.label.clone(), node.source.clone()));
    }
    let mut inside = |fields: &'static [Node]| {
        for field in fields {
            if let Some(value) = value.get(&field.name).filter(|value| !value.is_null()) {
                cited(field, value, found);
            }
        }
    };
    match &node.kind {
        Kind::Group(fields) => inside(fields),
        Kind::Variant { tag, options } => {
            let word = value.get(tag).and_then(Value::as_str);
            let option = options.iter().find(|option| Some(&*option.word) == word);
            option.into_iter().for_each(|option| inside(&option.fields));
        }
        Kind::List(item) => {
            let items = value.as_array().into_iter().flatten();
            items.for_each(|value| cited(item, value, found));
        }
        _ => {}
    }
}

/// The name of one item of a list.
fn one_of(list: &str) -> String {
    match list.strip_suffix("ies") {
        Some(start) => format!("{start}y"),
        None => list.strip_suffix('s').unwrap_or(list).to_owned(),
    }
}

/// A value in words, "" where it takes lines of its own.
fn describe(node: &'static Node, name: &str, value: &Value, lines: &mut Vec<String>) -> String {
    match (&node.kind, value) {
        (_, Value::Number(number)) => {
            let number = number.as_f64().unwrap_or(f64::NAN);
            format!(
                "{name}\u{a0}{}",
                format::with_unit(number, unit_beside(name, node))
            )
        }
        (_, Value::Bool(on)) => format!("{name}: {}", if *on { "yes" } else { "no" }),
        (Kind::Choice(words), Value::String(word)) => {
            let choice = words.iter().find(|choice| choice.word == *word);
            format!("{name}: {}", choice.map_or(word, |choice| &choice.label))
        }
        (_, Value::String(text)) => format!("{name}: {text}"),
        (Kind::Group(fields), value) => {
            group(fields, name, Vec::new(), value, lines);
            String::new()
        }
        (Kind::Variant { tag, options }, value) => {
            let word = value.get(tag).and_then(Value::as_str);
            if let Some(option) = options.iter().find(|option| Some(&*option.word) == word) {
                let kind = vec![option.label.clone()];
                group(&option.fields, name, kind, value, lines);
            }
            String::new()
        }
        (Kind::List(item), Value::Array(items)) => {
            let one = one_of(name);
            let words = items.iter().enumerate().map(|(index, value)| match value {
                Value::String(text) => text.clone(),
                value => describe(item, &format!("{one} {}", index + 1), value, lines),
            });
            let words: Vec<String> = words.filter(|words| !words.is_empty()).collect();
            match words.is_empty() {
                true => String::new(),
                false if words.len() > MOST_NAMED => {
                    let named = words[..MOST_NAMED].join(", ");
                    format!("{name}: {named} and {} more", words.len() - MOST_NAMED)
                }
                false => format!("{name}: {}", words.join(", ")),
            }
        }
        _ => String::new(),
    }
}

fn group(
    fields: &'static [Node],
    name: &str,
    mut own: Vec<String>,
    value: &Value,
    lines: &mut Vec<String>,
) {
    let mut nested = Vec::new();
    for field in fields {
        if let Some(value) = value.get(&field.name) {
            own.push(describe(field, &field.label, value, &mut nested));
        }
    }
    own.retain(|words| !words.is_empty());
    if !own.is_empty() {
        lines.push(format!("{name}: {}", own.join(", ")));
    }
    lines.append(&mut nested);
}

/// The unit, unless the name says it.
fn unit_beside(name: &str, node: &'static Node) -> &'static str {
    let lower = name.to_lowercase();
    match lower.split(' ').any(|word| word == node.unit) {
        true => "",
        false => &node.unit,
    }
}

fn step(node: &'static Node, part: &str) -> Option<&'static Node> {
    match &node.kind {
        Kind::Group(fields) => fields.iter().find(|field| field.name == part),
        Kind::Variant { options, .. } => options
            .iter()
            .flat_map(|option| &option.fields)
            .find(|field| field.name == part),
        Kind::List(item) => Some(item),
        _ => None,
    }
}
