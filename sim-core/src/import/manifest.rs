//! Kubernetes manifests: from text to the fields of one object.

pub(super) mod fields;
pub(super) mod quantity;
mod text;
#[cfg(feature = "yaml")]
mod yaml;

use super::{ImportError, MAX_MANIFEST_BYTES, listed, shown};
use fields::Findings;
use serde_json::Value;

/// What is looked for in a manifest.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    /// Kinds of the object, the usual one first.
    pub(super) kinds: &'static [&'static str],
    /// Its API, for messages.
    pub(super) api: &'static str,
}

/// The first object of a wanted kind in a text; notes what else is there.
///
/// # Errors
/// The text is too long, a template, no YAML (or JSON), or has no such object.
pub(super) fn pick(text: &str, wanted: Wanted, found: &mut Findings) -> Result<Value, ImportError> {
    if text.len() > MAX_MANIFEST_BYTES {
        return Err(ImportError::new(format!(
            "the file has {} bytes; at most {MAX_MANIFEST_BYTES} are read as a manifest",
            text.len()
        )));
    }
    refuse_templates(text)?;
    let (mut matching, others): (Vec<Value>, Vec<Value>) = objects(text::parse(text)?)
        .into_iter()
        .partition(|object| wanted.kinds.contains(&kind(object)));
    let others: Vec<String> = others.iter().map(title).collect();
    if matching.is_empty() {
        let what = if others.is_empty() {
            "nothing".to_owned()
        } else {
            listed(&others)
        };
        return Err(ImportError::new(format!(
            "there is no {} in it, only {what}; expected is kind: {} of apiVersion: {}",
            wanted.kinds.join(" and no "),
            wanted.kinds.first().copied().unwrap_or_default(),
            wanted.api,
        )));
    }
    let first = matching.remove(0);
    if !others.is_empty() {
        found.note(format!("Ignored beside it: {}.", listed(&others)));
    }
    if !matching.is_empty() {
        let more: Vec<String> = matching.iter().map(title).collect();
        found.note(format!(
            "{} was read, the first; not {}.",
            title(&first),
            listed(&more)
        ));
    }
    Ok(first)
}

/// Templates are no manifests yet.
fn refuse_templates(text: &str) -> Result<(), ImportError> {
    let is_template = |line: &str| {
        let code = line.split(" #").next().unwrap_or_default();
        !code.trim_start().starts_with('#') && (code.contains("{{") || code.contains("{%"))
    };
    match text.lines().enumerate().find(|(_, line)| is_template(line)) {
        None => Ok(()),
        Some((index, line)) => Err(ImportError::new(format!(
            "line {}: {:?} is a template variable; fill the template in first (helm template …, kustomize build …) or write the value in its place",
            index + 1,
            shown(line)
        ))),
    }
}

/// All objects: a List holds several.
fn objects(documents: Vec<Value>) -> Vec<Value> {
    let mut objects = Vec::new();
    for document in documents {
        match (kind(&document).ends_with("List"), document) {
            (true, Value::Object(mut list)) => match list.remove("items") {
                Some(Value::Array(items)) => objects.extend(items),
                _ => objects.push(Value::Object(list)),
            },
            (_, document) => objects.push(document),
        }
    }
    objects
}

pub(super) fn kind(object: &Value) -> &str {
    object
        .get("kind")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// The object with its name in words.
fn title(object: &Value) -> String {
    let name = object
        .pointer("/metadata/name")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match (kind(object), object) {
        ("", Value::Object(_)) => "an object without a kind".to_owned(),
        ("", Value::Array(_)) => "a list".to_owned(),
        ("", _) => "text that is no manifest".to_owned(),
        (kind, _) => shown(format!("{kind} {name}").trim()),
    }
}
