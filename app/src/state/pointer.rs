//! JSON Pointers (RFC 6901): writing at one, and building them.

use serde_json::Value;

/// The pointer of a child.
pub fn child(parent: &str, name: &str) -> String {
    format!("{parent}/{}", name.replace('~', "~0").replace('/', "~1"))
}

/// Splits a pointer into its parent and the last name.
pub fn split(pointer: &str) -> Option<(&str, String)> {
    let (parent, last) = pointer.rsplit_once('/')?;
    Some((parent, last.replace("~1", "/").replace("~0", "~")))
}

/// Writes a value at a pointer whose parent exists; an index one past the end of a list adds an item. A pointer
/// without a parent in the document changes nothing.
pub fn set(document: &mut Value, pointer: &str, value: Value) {
    let Some((parent, name)) = split(pointer) else {
        *document = value;
        return;
    };
    match document.pointer_mut(parent) {
        Some(Value::Object(object)) => {
            object.insert(name, value);
        }
        Some(Value::Array(items)) => match name.parse::<usize>() {
            Ok(index) if index == items.len() => items.push(value),
            Ok(index) => {
                if let Some(item) = items.get_mut(index) {
                    *item = value;
                }
            }
            Err(_) => {}
        },
        _ => {}
    }
}

/// Writes a value as [`set`] does; null takes the field away.
pub fn put(document: &mut Value, pointer: &str, value: Value) {
    if value.is_null() {
        remove(document, pointer);
    } else {
        set(document, pointer, value);
    }
}

/// Removes a property or an item of a list.
pub fn remove(document: &mut Value, pointer: &str) {
    let Some((parent, name)) = split(pointer) else {
        return;
    };
    match document.pointer_mut(parent) {
        Some(Value::Object(object)) => {
            object.remove(&name);
        }
        Some(Value::Array(items)) => {
            if let Some(index) = name
                .parse::<usize>()
                .ok()
                .filter(|index| *index < items.len())
            {
                items.remove(index);
            }
        }
        _ => {}
    }
}

/// A number as JSON: whole ones without a decimal point, so that equal numbers are equal values.
pub fn number(value: f64) -> Value {
    if value == value.trunc() && value.abs() < 9e15 {
        Value::from(value as i64)
    } else {
        Value::from(value)
    }
}

/// The same document with whole numbers without a decimal point.
pub fn tidy(value: Value) -> Value {
    match value {
        Value::Number(ref plain) if plain.is_f64() => plain.as_f64().map_or(Value::Null, number),
        Value::Array(items) => Value::Array(items.into_iter().map(tidy).collect()),
        Value::Object(object) => Value::Object(
            object
                .into_iter()
                .map(|(name, value)| (name, tidy(value)))
                .collect(),
        ),
        other => other,
    }
}

/// Pointers of all numbers of a document, in document order; lists longer than `longest` are passed over.
pub fn numbers(document: &Value, longest: usize) -> Vec<(String, f64)> {
    let mut found = Vec::new();
    visit("", document, longest, &mut |pointer, value| {
        found.extend(value.as_f64().map(|number| (pointer.to_owned(), number)));
    });
    found
}

/// Calls `see` with every plain value of a document and its pointer; lists longer than `longest` are passed over.
pub fn visit(pointer: &str, value: &Value, longest: usize, see: &mut dyn FnMut(&str, &Value)) {
    match value {
        Value::Object(object) => object
            .iter()
            .for_each(|(name, value)| visit(&child(pointer, name), value, longest, see)),
        Value::Array(items) if items.len() <= longest => {
            for (index, item) in items.iter().enumerate() {
                visit(&child(pointer, &index.to_string()), item, longest, see);
            }
        }
        Value::Array(_) => {}
        plain => see(pointer, plain),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_written_where_their_parent_exists() {
        let mut document = json!({"a": {"b": 1}, "list": [1]});
        set(&mut document, "/a/b", json!(2));
        set(&mut document, "/a/c", json!(3));
        set(&mut document, "/list/1", json!(4));
        set(&mut document, "/list/9", json!(5));
        set(&mut document, "/no/where", json!(6));
        assert_eq!(document, json!({"a": {"b": 2, "c": 3}, "list": [1, 4]}));
    }

    #[test]
    fn removing_what_is_not_there_changes_nothing() {
        let mut document = json!({"a": 1, "list": [1, 2]});
        remove(&mut document, "/list/0");
        remove(&mut document, "/list/7");
        remove(&mut document, "/b");
        assert_eq!(document, json!({"a": 1, "list": [2]}));
    }

    #[test]
    fn numbers_are_found_with_their_pointers() {
        let document = json!({"a": [{"b/c": 1.5}], "long": [1, 2, 3], "text": "7"});
        assert_eq!(numbers(&document, 2), [("/a/0/b~1c".to_owned(), 1.5)]);
    }
}
