//! From text to a JSON value, guarded: size first, then syntax, and a key may stand only once.

use super::limits::{MAX_DOCUMENT_BYTES, plain_number};
use super::problem::Problem;
use core::fmt;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// Reads a JSON text. A byte-order mark at its start is passed over.
pub(super) fn parse(text: &str) -> Result<Value, Problem> {
    if text.len() > MAX_DOCUMENT_BYTES {
        let (size, most) = (
            plain_number(text.len() as f64),
            plain_number(MAX_DOCUMENT_BYTES as f64),
        );
        let message = format!("the document is {size} bytes long; at most {most} are read");
        return Err(
            Problem::error("", message, "use a recording with longer intervals")
                .with_limit(format!("at most {most} bytes")),
        );
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Problem::error(
            "",
            "the document is empty",
            "start from a template",
        ));
    }
    match serde_json::from_str::<Unique>(text) {
        Ok(Unique(value)) => Ok(value),
        Err(error) => Err(Problem::error(
            "",
            format!("this is not valid JSON: {error}"),
            hint(&error),
        )),
    }
}

fn hint(error: &serde_json::Error) -> &'static str {
    if error.is_eof() {
        "the text ends too early; it may have been cut off"
    } else if error.is_data() {
        "keep one of the two"
    } else {
        "mend the text at that line and column; JSON knows no NaN, Infinity, comments or trailing commas"
    }
}

/// A JSON value in which no object has the same key twice (plain `Value` would silently keep the last).
struct Unique(Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor).map(Unique)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(Unique(item)) = access.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(A::Error::custom(format_args!(
                    "the key {key:?} stands twice in one object"
                )));
            }
            let Unique(value) = access.next_value()?;
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}
