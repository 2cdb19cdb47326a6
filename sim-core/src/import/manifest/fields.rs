//! Fields of an object, taken out one by one, so that what is left is what nobody knows.

use super::super::{listed, shown};
use super::quantity;
use serde_json::{Map, Value};

/// What is wrong with a manifest, and what its owner should know.
#[derive(Debug)]
pub(in crate::import) struct Findings {
    /// The API whose fields are known.
    api: &'static str,
    pub errors: Vec<String>,
    pub notes: Vec<String>,
}

impl Findings {
    pub(in crate::import) fn new(api: &'static str) -> Self {
        Self {
            api,
            errors: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(in crate::import) fn error(&mut self, message: impl Into<String>) {
        self.errors.push(message.into());
    }

    pub(in crate::import) fn note(&mut self, message: impl Into<String>) {
        self.notes.push(message.into());
    }

    pub(in crate::import) fn missing(&mut self, path: &str, expected: &str) {
        if !self.errors.iter().any(|error| error.starts_with(path)) {
            self.error(format!("{path}: missing; expected is {expected}"));
        }
    }
}

/// The fields of one object that have not been taken yet.
pub(in crate::import) struct Fields {
    path: String,
    left: Map<String, Value>,
}

impl Fields {
    /// The fields of a value; an error and no fields where it is no object.
    pub(in crate::import) fn of(path: &str, value: &Value, found: &mut Findings) -> Self {
        let left = match value {
            Value::Object(members) => members.clone(),
            Value::Null => Map::new(),
            other => {
                found.error(format!(
                    "{path}: expected is an object, not {}",
                    in_words(other)
                ));
                Map::new()
            }
        };
        Self {
            path: path.to_owned(),
            left,
        }
    }

    /// Path of a field.
    pub(in crate::import) fn path(&self, key: &str) -> String {
        if self.path.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// A field; null is none.
    pub(in crate::import) fn take(&mut self, key: &str) -> Option<Value> {
        self.left.remove(key).filter(|value| !value.is_null())
    }

    /// The fields of a field that is an object.
    pub(in crate::import) fn object(&mut self, key: &str, found: &mut Findings) -> Option<Fields> {
        let path = self.path(key);
        self.take(key).map(|value| Fields::of(&path, &value, found))
    }

    /// A text.
    pub(in crate::import) fn text(&mut self, key: &str, found: &mut Findings) -> Option<String> {
        match self.take(key)? {
            Value::String(text) => Some(text),
            other => {
                found.error(format!(
                    "{}: expected is a text, not {}",
                    self.path(key),
                    in_words(&other)
                ));
                None
            }
        }
    }

    /// A whole number from 0 to 2,147,483,647, as Kubernetes holds them.
    pub(in crate::import) fn whole(&mut self, key: &str, found: &mut Findings) -> Option<u32> {
        let value = self.take(key)?;
        let whole = value
            .as_u64()
            .and_then(|number| i32::try_from(number).ok())
            .map(i32::unsigned_abs);
        if whole.is_none() {
            found.error(format!(
                "{}: expected is a whole number, 0 or more, not {}",
                self.path(key),
                in_words(&value)
            ));
        }
        whole
    }

    /// A Kubernetes quantity: a number, or a text such as 500m or 1Gi. 0 or more.
    pub(in crate::import) fn quantity(&mut self, key: &str, found: &mut Findings) -> Option<f64> {
        let value = self.take(key)?;
        let number = match &value {
            Value::String(text) => quantity::parse(text),
            other => other.as_f64(),
        };
        let number = number.filter(|number| *number >= 0.0 && number.is_finite());
        if number.is_none() {
            found.error(format!(
                "{}: expected is a quantity such as 10, 0.5, 500m or 2k, not {}",
                self.path(key),
                in_words(&value)
            ));
        }
        number
    }

    /// Notes the fields that are left: they change nothing here.
    pub(in crate::import) fn note_unknown(self, found: &mut Findings) {
        if !self.left.is_empty() {
            let (api, unknown) = (found.api, self.unknown());
            found.note(format!("Unknown to {api} and ignored: {unknown}."));
        }
    }

    /// Refuses the fields that are left: they may be misspelt, and were meant to change the scaling.
    pub(in crate::import) fn refuse_unknown(self, found: &mut Findings) {
        if !self.left.is_empty() {
            let (api, unknown) = (found.api, self.unknown());
            found.error(format!(
                "{unknown}: unknown to {api}; correct the spelling or remove it"
            ));
        }
    }

    fn unknown(&self) -> String {
        listed(
            &self
                .left
                .keys()
                .map(|key| self.path(key))
                .collect::<Vec<_>>(),
        )
    }
}

/// A value for a message.
pub(in crate::import) fn in_words(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        other => shown(&other.to_string()),
    }
}
