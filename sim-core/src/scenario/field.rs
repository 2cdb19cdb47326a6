//! Finding the schema of a field: through references, choices and optional parts.

use super::SCHEMA_JSON;
use super::document::ScenarioDocument;
use super::limits::Limit;
use serde_json::Value;
use std::sync::OnceLock;

/// The schema as a value, parsed once: a constant, whoever asks first.
pub(super) fn schema() -> &'static Value {
    static SCHEMA: OnceLock<Value> = OnceLock::new();
    // The text is part of the program, and a test holds it to the document's types.
    SCHEMA.get_or_init(|| serde_json::from_str(SCHEMA_JSON).unwrap_or(Value::Null))
}

/// The row of the limits table that bounds the number at `path`, a JSON Pointer into this document.
/// `None` where the document has no number there.
pub fn limit_at(document: &ScenarioDocument, path: &str) -> Option<&'static Limit> {
    let value = serde_json::to_value(document).ok()?;
    value.pointer(path).filter(|value| value.is_number())?;
    limit_of(node_at(&value, path)?)
}

/// The row that a schema node names.
pub(super) fn limit_of(node: &Value) -> Option<&'static Limit> {
    node.get("x-limit")
        .and_then(Value::as_str)
        .and_then(Limit::find)
}

/// Follows `$ref`, and takes the part of an optional field that is not null.
pub(super) fn resolve(mut node: &'static Value) -> &'static Value {
    // Definitions refer to each other without circles; the bound is for a schema that would not.
    for _ in 0..16 {
        if let Some(name) = node
            .get("$ref")
            .and_then(Value::as_str)
            .and_then(|name| name.strip_prefix("#/$defs/"))
        {
            node = schema()
                .get("$defs")
                .and_then(|definitions| definitions.get(name))
                .unwrap_or(&Value::Null);
        } else if let Some(options) = node.get("anyOf").and_then(Value::as_array) {
            let is_null =
                |option: &&Value| option.get("type").and_then(Value::as_str) == Some("null");
            node = options
                .iter()
                .find(|option| !is_null(option))
                .unwrap_or(&Value::Null);
        } else {
            break;
        }
    }
    node
}

/// The name of the field that tells the variants of a choice apart, such as `kind`.
pub(super) fn tag_name(variants: &'static [Value]) -> Option<&'static str> {
    let properties = variants.first()?.get("properties")?.as_object()?;
    properties
        .iter()
        .find(|(_, property)| property.get("const").is_some())
        .map(|(name, _)| name.as_str())
}

/// What the tag of a variant must be.
pub(super) fn tag_of(variant: &'static Value, tag: &str) -> Option<&'static str> {
    variant.get("properties")?.get(tag)?.get("const")?.as_str()
}

/// The schema node of the value at a JSON Pointer, following the variants that `document` chose.
pub(super) fn node_at(document: &Value, path: &str) -> Option<&'static Value> {
    let (mut node, mut value) = (schema(), document);
    for token in tokens(path)? {
        node = step(variant_for(resolve(node), value)?, &token)?;
        value = match value {
            Value::Array(items) => items.get(token.parse::<usize>().ok()?)?,
            _ => value.get(&token)?,
        };
    }
    Some(node)
}

/// All schema nodes that a path may mean, over all variants.
pub(super) fn candidates(path: &str) -> Vec<&'static Value> {
    let mut nodes = vec![schema()];
    for token in tokens(path).unwrap_or_default() {
        nodes = nodes
            .into_iter()
            .map(resolve)
            .flat_map(|node| match node.get("oneOf").and_then(Value::as_array) {
                Some(variants) => variants.iter().collect(),
                None => vec![node],
            })
            .filter_map(|node| step(node, &token))
            .collect();
    }
    nodes
}

fn step(node: &'static Value, token: &str) -> Option<&'static Value> {
    match node.get("items") {
        Some(items) => token.parse::<usize>().ok().map(|_| items),
        None => node.get("properties")?.get(token),
    }
}

/// The variant of a choice that the value's tag names; other nodes pass.
pub(super) fn variant_for(node: &'static Value, value: &Value) -> Option<&'static Value> {
    let Some(variants) = node.get("oneOf").and_then(Value::as_array) else {
        return Some(node);
    };
    let tag = tag_name(variants)?;
    let written = value.get(tag)?.as_str()?;
    variants
        .iter()
        .find(|variant| tag_of(variant, tag) == Some(written))
}

/// The tokens of a JSON Pointer (RFC 6901).
fn tokens(path: &str) -> Option<Vec<String>> {
    if path.is_empty() {
        return Some(vec![]);
    }
    let path = path.strip_prefix('/')?;
    Some(
        path.split('/')
            .map(|token| token.replace("~1", "/").replace("~0", "~"))
            .collect(),
    )
}
