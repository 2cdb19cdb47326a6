//! Fields and values of the document in words.

use super::form;
use super::schema::{Kind, Node};
use crate::format;
use serde_json::Value;

/// Most words of a list that are told one by one.
const MOST_NAMED: usize = 6;

/// The field at a path.
pub fn node_at(path: &str) -> Option<&'static Node> {
    let parts = path.split('/').skip(1);
    parts.fold(form(), |node, part| node.and_then(|node| step(node, part)))
}

/// The name of a number of the document for people: "Autoscaler › Metric 1 › Target".
pub fn name_of(path: &str) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut node = form();
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
        Some(before) if matches!(last, "Target" | "Value" | "Mean" | "Height" | "After") => {
            format!("{before} {}", last.to_ascii_lowercase())
        }
        _ => last.to_owned(),
    };
    let unit = node_at(path).map_or("", |node| unit_beside(&name, node));
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
    let mut lines = Vec::new();
    if let Some(node) = node_at(path) {
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
    if let Some(node) = form() {
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
    let lower = name.to_ascii_lowercase();
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
