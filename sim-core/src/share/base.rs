//! What links build on: the templates, each text known by its hash.
//!
//! A link says `<template id>@<hash of the template's text>`. When the text of a template changes after a
//! release, the old text moves to [`KEPT`], so that links written against it open for ever; new links are
//! written against the new text. The golden links in the tests fail when this was forgotten.

use super::patch;
use crate::scenario::document::ScenarioDocument;
use crate::scenario::read;
use crate::scenario::templates::{TEMPLATES, Template};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Former texts of templates: id and text.
const KEPT: [(&str, &str); 0] = [];

/// A text that links build on.
pub(super) struct Base {
    id: &'static str,
    json: &'static str,
}

impl From<&'static Template> for Base {
    fn from(template: &'static Template) -> Self {
        Self {
            id: template.id,
            json: template.json,
        }
    }
}

/// The texts that new links may build on.
pub(super) fn current() -> impl Iterator<Item = Base> {
    TEMPLATES.iter().map(Base::from)
}

/// The text with this reference.
pub(super) fn find(reference: &str) -> Option<Base> {
    let kept = KEPT.iter().map(|&(id, json)| Base { id, json });
    current()
        .chain(kept)
        .find(|base| base.reference() == reference)
}

impl Base {
    /// `<id>@<hash>`.
    pub(super) fn reference(&self) -> String {
        let hash: String = Sha256::digest(self.text().as_bytes())
            .iter()
            .take(4)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        format!("{}@{hash}", self.id)
    }

    /// The value, as it stands in the text: fields that it leaves to their defaults are not in it.
    pub(super) fn value(&self) -> Value {
        serde_json::from_str(self.json).unwrap_or(Value::Null)
    }

    /// The text without layout, members in order: another layout is the same text.
    fn text(&self) -> String {
        let mut value = self.value();
        value.sort_all_objects();
        value.to_string()
    }

    /// The patch that makes `target` of this text; fields that both leave to their defaults are not in it.
    pub(super) fn patch_to(&self, target: &Value) -> Option<Value> {
        let document: ScenarioDocument = read(&self.value()).ok()?;
        let base = serde_json::to_value(document).ok()?;
        Some(patch::diff(&base, target).unwrap_or_else(|| Value::Object(serde_json::Map::new())))
    }
}
