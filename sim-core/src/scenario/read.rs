//! Reading a document's types from JSON values, all by one road.
//!
//! serde compiles the reading of a type once for each kind of deserialiser. Tagged enums, of which the document has
//! many, read their fields from what serde has buffered; here everything else is read that way too. So the code for
//! each type exists once, which makes the page a tenth smaller.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// What makes serde buffer the part before it reads it.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Buffered<T> {
    Part { part: T },
}

/// Reads a value.
///
/// # Errors
/// It is not of this type.
pub fn read<T: DeserializeOwned>(value: Value) -> Result<T, serde_json::Error> {
    let fields = [
        ("kind".to_owned(), Value::from("part")),
        ("part".to_owned(), value),
    ];
    let Buffered::Part { part } = Buffered::deserialize(Value::Object(Map::from_iter(fields)))?;
    Ok(part)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::scenario::document::ScenarioDocument;
    use crate::scenario::templates::TEMPLATES;
    use serde_json::{Value, json};

    #[test]
    fn templates_are_read_as_they_are_from_text() {
        for template in TEMPLATES {
            let value: Value = serde_json::from_str(template.json).unwrap();
            let direct: ScenarioDocument = serde_json::from_str(template.json).unwrap();
            assert_eq!(read::<ScenarioDocument>(value).unwrap(), direct);
        }
    }

    #[test]
    fn what_is_of_another_type_is_refused() {
        assert!(read::<Vec<u32>>(json!([1, 2])).is_ok());
        assert!(read::<Vec<u32>>(json!([1, "2"])).is_err());
        assert!(read::<u32>(json!({"kind": "part"})).is_err());
    }
}
