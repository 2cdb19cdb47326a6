//! YAML becomes JSON values, one per document.
//!
//! A parser of events does the reading; what the events mean is said here, in the few rules that manifests need, as
//! Kubernetes reads them (YAML 1.1: `yes`, `on`). Going by way of a general deserializer would be a twelfth of what a
//! visitor of the page downloads. Anchors, aliases and merge keys work, within a budget far too small for anchor bombs.

use granit_parser::{Event, Marker, Parser, ScalarStyle, options};
use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;

/// Most values of all documents together, those that aliases repeat included.
const MAX_NODES: u32 = 100_000;
/// Most documents.
const MAX_DOCUMENTS: u32 = 1000;
/// Deepest nesting.
const MAX_DEPTH: u16 = 64;
/// The key that takes over the fields of other mappings.
const MERGE: &str = "<<";

/// The documents of a text; empty ones are left out.
///
/// # Errors
/// The first thing that is wrong, with its line.
pub(super) fn documents(text: &str) -> Result<Vec<Value>, String> {
    let nesting = usize::from(MAX_DEPTH);
    let options = options! { flow_nesting_limit: nesting, block_nesting_limit: nesting };
    let mut builder = Builder::default();
    for next in Parser::new_from_str_with_options(text, options) {
        let (event, span) = next.map_err(|error| at(*error.marker(), &error.info()))?;
        builder
            .take(event)
            .map_err(|message| at(span.start, &message))?;
    }
    Ok(builder.documents)
}

fn at(place: Marker, message: &str) -> String {
    format!(
        "line {}, column {}: {message}",
        place.line(),
        place.col() + 1
    )
}

/// A value that aliases may repeat, and how many values it holds.
type Anchored = (Value, u32);

/// A list or mapping that is not closed yet.
struct Open {
    anchor: usize,
    /// Values counted before it.
    before: u32,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    Mapping {
        fields: Map<String, Value>,
        /// The key whose value comes next.
        key: Option<String>,
        /// What merge keys take over, the first before the others.
        merged: Vec<Value>,
    },
}

#[derive(Default)]
struct Builder {
    documents: Vec<Value>,
    open: Vec<Open>,
    anchors: BTreeMap<usize, Anchored>,
    nodes: u32,
}

impl Builder {
    fn take(&mut self, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::DocumentStart(..) => {
                self.anchors.clear();
                Ok(())
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.count(1)?;
                let tag = tag.as_ref().and_then(|tag| tag.core_suffix());
                let plain =
                    style == ScalarStyle::Plain && tag != Some("str") && !self.expects_key();
                let value = match plain {
                    true => plain_value(&text),
                    false => Value::String(text.into_owned()),
                };
                self.add(value, anchor, 1)
            }
            Event::SequenceStart(_, anchor, _) => self.begin(anchor, Content::List(Vec::new())),
            Event::MappingStart(_, anchor, _) => {
                let content = Content::Mapping {
                    fields: Map::new(),
                    key: None,
                    merged: Vec::new(),
                };
                self.begin(anchor, content)
            }
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor);
                let (value, size) = known.cloned().ok_or("an alias repeats what it is in")?;
                self.count(size)?;
                self.add(value, 0, size)
            }
            _ => Ok(()),
        }
    }

    fn count(&mut self, more: u32) -> Result<(), String> {
        self.nodes = self.nodes.saturating_add(more);
        match self.nodes <= MAX_NODES {
            true => Ok(()),
            false => Err(format!("there are more than {MAX_NODES} values in it")),
        }
    }

    fn expects_key(&self) -> bool {
        let inner = self.open.last().map(|open| &open.content);
        matches!(inner, Some(Content::Mapping { key: None, .. }))
    }

    fn begin(&mut self, anchor: usize, content: Content) -> Result<(), String> {
        if self.expects_key() {
            return Err("a key is a list or a mapping; keys are words".into());
        }
        let before = self.nodes;
        self.count(1)?;
        self.open.push(Open {
            anchor,
            before,
            content,
        });
        Ok(())
    }

    fn end(&mut self) -> Result<(), String> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let value = match open.content {
            Content::List(items) => Value::Array(items),
            Content::Mapping {
                mut fields, merged, ..
            } => {
                for source in merged {
                    merge(&mut fields, source)?;
                }
                Value::Object(fields)
            }
        };
        self.add(value, open.anchor, self.nodes - open.before)
    }

    /// Puts a complete value where it belongs.
    fn add(&mut self, value: Value, anchor: usize, size: u32) -> Result<(), String> {
        if anchor != 0 {
            self.anchors.insert(anchor, (value.clone(), size));
        }
        match self.open.last_mut().map(|open| &mut open.content) {
            None if value.is_null() => {}
            None if self.documents.len() >= MAX_DOCUMENTS as usize => {
                return Err(format!(
                    "there are more than {MAX_DOCUMENTS} documents in it"
                ));
            }
            None => self.documents.push(value),
            Some(Content::List(items)) => items.push(value),
            Some(Content::Mapping {
                fields,
                key,
                merged,
            }) => match key.take() {
                None => {
                    let Value::String(word) = value else {
                        return Err("a key is not a word".into());
                    };
                    if fields.contains_key(&word) {
                        return Err(format!("the key {word:?} is there twice"));
                    }
                    *key = Some(word);
                }
                Some(word) if word == MERGE => merged.push(value),
                Some(word) => {
                    fields.insert(word, value);
                }
            },
        }
        Ok(())
    }
}

/// Takes over the fields that are not there yet.
fn merge(fields: &mut Map<String, Value>, source: Value) -> Result<(), String> {
    match source {
        Value::Object(object) => {
            for (name, value) in object {
                fields.entry(name).or_insert(value);
            }
            Ok(())
        }
        Value::Array(items) if items.iter().all(Value::is_object) => {
            items.into_iter().try_for_each(|item| merge(fields, item))
        }
        _ => Err(format!("{MERGE} takes over mappings; this is none")),
    }
}

/// What an unquoted word means.
fn plain_value(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Value::Null,
        _ => {}
    }
    let is_one_of = |words: &[&str]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is_one_of(&["true", "yes", "y", "on"]) {
        return Value::Bool(true);
    }
    if is_one_of(&["false", "no", "n", "off"]) {
        return Value::Bool(false);
    }
    number(text).map_or_else(|| Value::String(text.to_owned()), Value::Number)
}

/// A number, if the word is one that JSON can hold. A leading zero is octal to some and decimal to others: it stays
/// a word.
fn number(text: &str) -> Option<Number> {
    let digits = text.trim_start_matches(['+', '-']);
    if text.len() - digits.len() > 1
        || !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
    {
        return None;
    }
    let hexadecimal = digits.strip_prefix("0x").filter(|_| digits == text);
    if let Some(hexadecimal) = hexadecimal {
        return u64::from_str_radix(hexadecimal, 16).ok().map(Number::from);
    }
    let zeros = digits.strip_prefix('0');
    if zeros.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())) {
        return None;
    }
    let plain = text.strip_prefix('+').unwrap_or(text);
    if let Ok(whole) = plain.parse::<u64>() {
        return Some(whole.into());
    }
    if let Ok(whole) = plain.parse::<i64>() {
        return Some(whole.into());
    }
    let is_decimal = |c: char| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-');
    let value = plain.parse::<f64>().ok()?;
    digits
        .chars()
        .all(is_decimal)
        .then(|| Number::from_f64(value))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::documents;
    use serde_json::{Value, json};

    fn read(text: &str) -> Value {
        let mut read = documents(text).unwrap_or_else(|error| unreachable!("{text:?}: {error}"));
        assert_eq!(read.len(), 1, "{text:?}");
        read.remove(0)
    }

    #[test]
    fn words_mean_what_kubernetes_reads() {
        for (text, value) in [
            ("80", json!(80)),
            ("-3", json!(-3)),
            ("+3", json!(3)),
            ("0.5", json!(0.5)),
            (".5", json!(0.5)),
            ("1e3", json!(1000.0)),
            ("0x1F", json!(31)),
            ("18446744073709551615", json!(u64::MAX)),
            ("007", json!("007")),
            ("1_000", json!("1_000")),
            ("100m", json!("100m")),
            ("1e999", json!("1e999")),
            (".inf", json!(".inf")),
            (".", json!(".")),
            ("--1", json!("--1")),
            ("80%", json!("80%")),
            ("10s", json!("10s")),
            ("v2.0", json!("v2.0")),
            ("1.2.3", json!("1.2.3")),
            ("true", json!(true)),
            ("No", json!(false)),
            ("on", json!(true)),
            ("~", json!(null)),
            ("", json!(null)),
            ("\"80\"", json!("80")),
            ("'no'", json!("no")),
            ("!!str 80", json!("80")),
            ("\"\"", json!("")),
        ] {
            assert_eq!(
                read(&format!("a: {text}\n")),
                json!({ "a": value }),
                "{text}"
            );
        }
        assert_eq!(
            read("on: 1\n80: 2\n"),
            json!({"on": 1, "80": 2}),
            "keys are words"
        );
        assert_eq!(
            read("a: |\n  x\n  y\nb: >-\n  x\n  y\n"),
            json!({"a": "x\ny\n", "b": "x y"})
        );
    }

    #[test]
    fn json_and_several_documents() {
        assert_eq!(
            read(r#"{"a": [1, {"b": null}], "c": "\u00e9"}"#),
            json!({"a": [1, {"b": null}], "c": "é"})
        );
        let several = documents("# head\n---\na: 1\n---\n# nothing\n---\n- b\n...\n");
        assert_eq!(several, Ok(vec![json!({"a": 1}), json!(["b"])]));
        assert_eq!(documents("# nothing\n"), Ok(vec![]));
    }

    #[test]
    fn anchors_and_merge_keys() {
        let text = "a: &x {m: 1, n: 2}\nb: {<<: *x, n: 3}\nc:\n  <<: [{m: 4}, *x]\nd: [*x, *x]\n";
        let x = json!({"m": 1, "n": 2});
        assert_eq!(
            read(text),
            json!({"a": x, "b": {"m": 1, "n": 3}, "c": {"m": 4, "n": 2}, "d": [x, x]})
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        let deep = "[".repeat(100_000);
        for (text, wanted) in [
            (
                "a: 1\nb: 2\na: 3\n",
                "line 3, column 1: the key \"a\" is there twice",
            ),
            ("a:\n  b: [1, 2\nc: 3\n", "line "),
            ("a: b: c\n", "line 1"),
            ("{a: 1}: 2\n", "keys are words"),
            ("a: *x\n", "line 1"),
            ("a: &x [*x]\n", "repeats what it is in"),
            ("a: {<<: 3}\n", "takes over mappings"),
            ("a:\n\t- b\n", "line 2"),
            (&deep, "line 1"),
        ] {
            let said = documents(text).expect_err(text);
            assert!(said.contains(wanted), "{said}");
        }
    }
}
