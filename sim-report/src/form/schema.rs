//! The form's plan, read from the JSON Schema of the scenario document.

use super::labels;
use serde_json::{Map, Value};
use sim_core::stats::sort_by_key;

/// What a field takes.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A number, whole or not.
    Number {
        /// Whole numbers only.
        integer: bool,
    },
    /// Text.
    Text,
    /// One of a few words.
    Choice(Vec<Choice>),
    /// A group of fields.
    Group(Vec<Node>),
    /// One of several groups, told apart by the word in `tag`.
    Variant {
        /// Name of the property that tells which.
        tag: String,
        /// The groups.
        options: Vec<Choice>,
    },
    /// A list of equal items.
    List(Box<Node>),
}

/// One word of a choice, with the fields that come with it.
#[derive(Clone, Debug)]
pub struct Choice {
    /// The word in the document.
    pub word: String,
    /// The word for people.
    pub label: String,
    /// Help text.
    pub help: String,
    /// Fields of this variant; empty for plain words.
    pub fields: Vec<Node>,
}

/// One field of the form.
#[derive(Clone, Debug)]
pub struct Node {
    /// Name of the property; empty for items of a list.
    pub name: String,
    /// The name for people.
    pub label: String,
    /// Help text.
    pub help: String,
    /// Where limits and defaults come from.
    pub source: String,
    /// Unit; empty for plain numbers.
    pub unit: String,
    /// Smallest value that is accepted.
    pub minimum: Option<f64>,
    /// Largest value that is accepted.
    pub maximum: Option<f64>,
    /// Ends of the slider.
    pub soft: (Option<f64>, Option<f64>),
    /// Step of the slider.
    pub step: Option<f64>,
    /// Whether the slider is logarithmic.
    pub log: bool,
    /// Fewest and most items of a list, or characters of a text.
    pub items: (Option<u64>, Option<u64>),
    /// Value that holds when the property is left out.
    pub default: Option<Value>,
    /// Value that a newly added field starts with.
    pub fresh: Option<Value>,
    /// Whether the property may be left out for good (null).
    pub optional: bool,
    /// Words to offer for a text.
    pub suggestions: Vec<String>,
    /// What it takes.
    pub kind: Kind,
}

/// Reads the schema; the result's fields are the sections of the form. None when it is not a schema of an object.
pub fn read(schema: &Value) -> Option<Node> {
    let node = Reader {
        definitions: schema.get("$defs")?.as_object()?,
    }
    .node("", schema, true, 0);
    matches!(node.kind, Kind::Group(_)).then_some(node)
}

/// Depth beyond which a schema is taken to be circular.
const DEPTH: u32 = 24;

struct Reader<'a> {
    definitions: &'a Map<String, Value>,
}

impl Reader<'_> {
    fn resolve(&self, schema: &Value) -> Map<String, Value> {
        let mut own = schema.as_object().cloned().unwrap_or_default();
        let target = own.remove("$ref");
        let name = target
            .as_ref()
            .and_then(Value::as_str)
            .and_then(|path| path.rsplit('/').next());
        if let Some(definition) = name.and_then(|name| self.definitions.get(name)) {
            let mut merged = self.resolve(definition);
            merged.extend(own);
            return merged;
        }
        own
    }

    fn node(&self, name: &str, schema: &Value, required: bool, depth: u32) -> Node {
        let (schema, nullable) = self.without_null(self.resolve(schema));
        let text = |key: &str| {
            schema
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        let number = |key: &str| schema.get(key).and_then(Value::as_f64);
        let whole = |key: &str| schema.get(key).and_then(Value::as_u64);
        let kind = self.kind(&schema, depth);
        let default = schema
            .get("default")
            .filter(|value| !value.is_null())
            .cloned();
        let unit = text("x-unit");
        Node {
            name: name.to_owned(),
            label: labels::field(name, &unit),
            help: text("description"),
            source: text("x-source"),
            minimum: number("minimum"),
            maximum: number("maximum"),
            soft: (number("x-soft-min"), number("x-soft-max")),
            step: number("x-step"),
            log: schema
                .get("x-scale")
                .and_then(Value::as_str)
                .is_some_and(|scale| scale.starts_with("log")),
            items: (
                whole("minItems").or(whole("minLength")),
                whole("maxItems").or(whole("maxLength")),
            ),
            optional: nullable
                || (!required
                    && default.is_none()
                    && matches!(kind, Kind::Group(_) | Kind::Variant { .. })),
            suggestions: words(&schema),
            fresh: schema
                .get("x-default")
                .filter(|value| !value.is_null())
                .cloned()
                .or_else(|| default.clone()),
            unit,
            default,
            kind,
        }
    }

    /// Takes `null` out of the accepted types.
    fn without_null(&self, mut schema: Map<String, Value>) -> (Map<String, Value>, bool) {
        if let Some(Value::Array(options)) = schema.get("anyOf") {
            let rest: Vec<Value> = options
                .iter()
                .filter(|option| !is_null(option))
                .cloned()
                .collect();
            if let (true, [only]) = (rest.len() < options.len(), rest.as_slice()) {
                let mut merged = self.resolve(only);
                schema.remove("anyOf");
                merged.extend(schema);
                return (merged, true);
            }
        }
        if let Some(Value::Array(types)) = schema.get("type") {
            let nullable = types.iter().any(|kind| kind == "null");
            let rest = types
                .iter()
                .find(|kind| *kind != "null")
                .cloned()
                .unwrap_or(Value::Null);
            schema.insert("type".to_owned(), rest);
            return (schema, nullable);
        }
        (schema, false)
    }

    fn kind(&self, schema: &Map<String, Value>, depth: u32) -> Kind {
        if depth > DEPTH {
            return Kind::Text;
        }
        if let Some(Value::Array(options)) = schema.get("oneOf") {
            return self.one_of(options, depth);
        }
        match schema.get("type").and_then(Value::as_str) {
            Some("number") => Kind::Number { integer: false },
            Some("integer") => Kind::Number { integer: true },
            Some("object") => Kind::Group(self.fields(schema, None, depth)),
            Some("array") => {
                let item = schema.get("items").unwrap_or(&Value::Null);
                Kind::List(Box::new(self.node("", item, true, depth + 1)))
            }
            _ => match schema.get("enum") {
                Some(Value::Array(words))
                    if schema.get("type").and_then(Value::as_str) == Some("string") =>
                {
                    Kind::Choice(
                        words
                            .iter()
                            .filter_map(Value::as_str)
                            .map(named_choice)
                            .collect(),
                    )
                }
                _ => Kind::Text,
            },
        }
    }

    fn one_of(&self, options: &[Value], depth: u32) -> Kind {
        let options: Vec<Map<String, Value>> =
            options.iter().map(|option| self.resolve(option)).collect();
        let Some(tag) = options.first().and_then(tag_of) else {
            return Kind::Choice(options.iter().flat_map(plain_choices).collect());
        };
        let choices = options.iter().filter_map(|option| {
            let word = option
                .get("properties")?
                .get(&tag)?
                .get("const")?
                .as_str()?;
            let help = option
                .get("description")
                .and_then(Value::as_str)
                .unwrap_or_default();
            Some(Choice {
                fields: self.fields(option, Some(&tag), depth),
                ..plain_choice(word, help)
            })
        });
        let options = choices.collect();
        Kind::Variant { tag, options }
    }

    /// The fields of an object in the order of the document's type.
    fn fields(&self, schema: &Map<String, Value>, tag: Option<&str>, depth: u32) -> Vec<Node> {
        let Some(Value::Object(properties)) = schema.get("properties") else {
            return Vec::new();
        };
        let required: Vec<&str> = match schema.get("required") {
            Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let mut names: Vec<&str> = properties.keys().map(String::as_str).collect();
        sort_by_key(&mut names, |name| {
            properties
                .get(*name)
                .and_then(|property| property.get("x-order"))
                .and_then(Value::as_u64)
        });
        names
            .into_iter()
            .filter(|name| Some(*name) != tag)
            .filter_map(|name| {
                Some(self.node(
                    name,
                    properties.get(name)?,
                    required.contains(&name),
                    depth + 1,
                ))
            })
            .collect()
    }
}

fn is_null(schema: &Value) -> bool {
    schema.get("type").is_some_and(|kind| kind == "null")
}

/// The property that every variant fixes to its own word.
fn tag_of(option: &Map<String, Value>) -> Option<String> {
    let properties = option.get("properties")?.as_object()?;
    properties
        .iter()
        .find(|(_, property)| property.get("const").is_some())
        .map(|(name, _)| name.clone())
}

fn plain_choice(word: &str, help: &str) -> Choice {
    Choice {
        word: word.to_owned(),
        label: labels::word(word),
        help: help.to_owned(),
        fields: Vec::new(),
    }
}

/// A name, such as that of an instance type, that is shown as it is.
fn named_choice(name: &str) -> Choice {
    Choice {
        word: name.to_owned(),
        label: name.to_owned(),
        help: String::new(),
        fields: Vec::new(),
    }
}

fn plain_choices(option: &Map<String, Value>) -> Vec<Choice> {
    let help = option
        .get("description")
        .and_then(Value::as_str)
        .unwrap_or_default();
    match (option.get("const"), option.get("enum")) {
        (Some(Value::String(word)), _) => vec![plain_choice(word, help)],
        (_, Some(Value::Array(words))) => words
            .iter()
            .filter_map(Value::as_str)
            .map(|w| plain_choice(w, help))
            .collect(),
        _ => Vec::new(),
    }
}

fn words(schema: &Map<String, Value>) -> Vec<String> {
    let list = ["enum", "examples", "x-suggestions"]
        .iter()
        .find_map(|key| schema.get(*key)?.as_array());
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sample() -> Node {
        let schema = json!({
            "type": "object",
            "$defs": {
                "Rules": {"type": "object", "properties": {"window_s": {"type": ["integer", "null"], "x-unit": "s"}}},
                "Plane": {"oneOf": [{"const": "fluid", "type": "string"}, {"const": "requests", "type": "string"}]},
                "Scaler": {"oneOf": [
                    {"type": "object", "properties": {"kind": {"const": "static"}, "replicas": {"type": "integer"}}},
                    {"type": "object", "properties": {"kind": {"const": "hpa"}, "metrics": {"type": "array", "items": {"type": "number"}}}}
                ]}
            },
            "required": ["scaler", "base_rps"],
            "properties": {
                "base_rps": {"type": "number", "minimum": 0.1, "maximum": 1e5, "x-scale": "log", "x-unit": "requests/s"},
                "plane": {"$ref": "#/$defs/Plane", "default": "fluid"},
                "rules": {"anyOf": [{"$ref": "#/$defs/Rules"}, {"type": "null"}]},
                "scaler": {"$ref": "#/$defs/Scaler", "description": "Which."}
            }
        });
        read(&schema).unwrap_or_else(|| unreachable!("the sample is a schema of an object"))
    }

    fn field(name: &str) -> Node {
        let Kind::Group(fields) = sample().kind else {
            unreachable!("an object")
        };
        fields
            .into_iter()
            .find(|field| field.name == name)
            .unwrap_or_else(|| unreachable!("{name} is a field"))
    }

    #[test]
    fn ranges_and_scales_are_read() {
        let rate = field("base_rps");
        assert_eq!(
            (rate.minimum, rate.maximum, rate.log, rate.unit.as_str()),
            (Some(0.1), Some(1e5), true, "requests/s")
        );
    }

    #[test]
    fn tagged_variants_are_told_from_plain_words() {
        let Kind::Variant { tag, options } = field("scaler").kind else {
            unreachable!("a variant")
        };
        assert_eq!((tag.as_str(), options.len()), ("kind", 2));
        assert_eq!(
            options
                .iter()
                .map(|option| option.fields.len())
                .collect::<Vec<_>>(),
            [1, 1]
        );
        let Kind::Choice(words) = field("plane").kind else {
            unreachable!("a choice")
        };
        assert_eq!(
            words
                .iter()
                .map(|choice| choice.word.as_str())
                .collect::<Vec<_>>(),
            ["fluid", "requests"]
        );
    }

    #[test]
    fn what_may_be_null_is_optional() {
        let rules = field("rules");
        assert!(rules.optional);
        let Kind::Group(fields) = rules.kind else {
            unreachable!("a group")
        };
        assert!(
            fields
                .first()
                .is_some_and(|window| window.optional && window.unit == "s")
        );
        assert!(!field("plane").optional && !field("scaler").optional);
    }
}
