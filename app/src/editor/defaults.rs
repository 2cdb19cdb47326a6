//! Sensible values for a field that is switched on or changed to another variant.

use serde_json::{Map, Value};
use sim_report::form::schema::{Choice, Kind, Node};

/// Names that mean the typical size of a quantity, whatever the variant calls it.
const SIZES: [&str; 3] = ["mean", "value", "minimum"];

/// A value for a field that has none: the schema's, else the middle of the slider. `range` is the field
/// whose limits hold for numbers that have no range of their own.
pub fn value_of(node: &Node, range: Option<&Node>) -> Value {
    if let Some(fresh) = &node.fresh {
        return fresh.clone();
    }
    match &node.kind {
        Kind::Number { integer } => middle(node, range.unwrap_or(node), *integer),
        Kind::Text => Value::from(node.suggestions.first().cloned().unwrap_or_default()),
        Kind::Choice(words) => Value::from(
            words
                .first()
                .map(|choice| choice.word.clone())
                .unwrap_or_default(),
        ),
        Kind::Group(fields) => group(fields, &Map::new(), None),
        Kind::Variant { tag, options } => options.first().map_or(Value::Null, |option| {
            variant(tag, option, &Value::Null, Some(node))
        }),
        Kind::List(item) => list(node, item),
    }
}

/// The object of a variant, with what the former value had under the same name (or meant the same) kept.
pub fn variant(tag: &str, option: &Choice, former: &Value, range: Option<&Node>) -> Value {
    let empty = Map::new();
    let former = former.as_object().unwrap_or(&empty);
    let Value::Object(mut object) = group(&option.fields, former, range) else {
        return Value::Null;
    };
    object.insert(tag.to_owned(), Value::from(option.word.clone()));
    Value::Object(object)
}

fn group(fields: &[Node], former: &Map<String, Value>, range: Option<&Node>) -> Value {
    let values = fields
        .iter()
        .filter(|field| !field.optional || former.contains_key(&field.name))
        .map(|field| {
            let kept = former
                .get(&field.name)
                .or_else(|| same_size(field, former))
                .filter(|old| fits(field, old));
            (
                field.name.clone(),
                kept.cloned()
                    .unwrap_or_else(|| value_of(field, own_range(field, range))),
            )
        });
    Value::Object(values.collect())
}

/// The former value of another name for the typical size.
fn same_size<'a>(field: &Node, former: &'a Map<String, Value>) -> Option<&'a Value> {
    SIZES
        .contains(&field.name.as_str())
        .then(|| SIZES.iter().find_map(|name| former.get(*name)))
        .flatten()
}

fn own_range<'a>(field: &Node, range: Option<&'a Node>) -> Option<&'a Node> {
    range.filter(|_| SIZES.contains(&field.name.as_str()))
}

/// Whether a former value is of the kind that the field takes.
fn fits(field: &Node, value: &Value) -> bool {
    match &field.kind {
        Kind::Number { .. } => value.as_f64().is_some_and(|number| {
            field.minimum.is_none_or(|low| number >= low)
                && field.maximum.is_none_or(|high| number <= high)
        }),
        Kind::Text => value.is_string(),
        Kind::Choice(words) => words
            .iter()
            .any(|choice| Some(choice.word.as_str()) == value.as_str()),
        Kind::Group(_) => value.is_object(),
        Kind::Variant { tag, options } => {
            let word = value.get(tag).and_then(Value::as_str);
            options
                .iter()
                .any(|option| Some(option.word.as_str()) == word)
        }
        Kind::List(_) => value.is_array(),
    }
}

fn list(node: &Node, item: &Node) -> Value {
    let count = node.items.0.unwrap_or(0).min(1000);
    if let Kind::Group(fields) = &item.kind
        && let Some(value) = fields.iter().find(|field| field.name == "value")
        && fields.iter().any(|field| field.name == "p")
    {
        return quantiles(value_of(value, Some(node)).as_f64().unwrap_or(1.0));
    }
    let fixed = node.items.0.is_some() && node.items.0 == node.items.1;
    let one = if fixed && matches!(item.kind, Kind::Number { .. }) {
        Value::from(1.0)
    } else {
        value_of(item, None)
    };
    Value::from(vec![one; count as usize])
}

/// Quantiles around a median, from the lowest value to the highest.
fn quantiles(median: f64) -> Value {
    let each = [(0.0, 0.5), (0.5, 1.0), (0.9, 2.0), (1.0, 4.0)].map(|(p, times)| {
        let value = super::quantity::significant(median * times, 2);
        serde_json::json!({ "p": p, "value": value })
    });
    Value::from(each.to_vec())
}

/// The middle of the slider: geometric where that is logarithmic.
fn middle(node: &Node, range: &Node, integer: bool) -> Value {
    let low = range
        .soft
        .0
        .or(range.minimum)
        .or(node.minimum)
        .unwrap_or(0.0);
    let high = range
        .soft
        .1
        .or(range.maximum)
        .or(node.maximum)
        .unwrap_or(low.max(1.0) * 2.0);
    let raw = if (range.log || node.log) && low > 0.0 {
        (low * high).sqrt()
    } else {
        low + (high - low) * 0.5
    };
    let rounded = super::quantity::significant(raw, 2).clamp(low, high.max(low));
    if integer {
        Value::from(rounded.round().max(0.0) as u64)
    } else {
        Value::from(rounded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use sim_report::form::schema;

    fn distribution() -> Node {
        let schema = json!({
            "type": "object", "$defs": {}, "required": ["startup"],
            "properties": {"startup": {"x-soft-min": 1.0, "x-soft-max": 100.0, "x-scale": "log", "oneOf": [
                {"type": "object", "required": ["kind", "mean"], "properties": {"kind": {"const": "exponential"}, "mean": {"type": "number"}}},
                {"type": "object", "required": ["kind", "minimum", "shape"], "properties": {
                    "kind": {"const": "pareto"}, "minimum": {"type": "number"},
                    "shape": {"type": "number", "minimum": 1.1, "maximum": 10.0}}}
            ]}}
        });
        let Some(Kind::Group(fields)) = schema::read(&schema).map(|node| node.kind) else {
            unreachable!("an object")
        };
        fields
            .into_iter()
            .next()
            .unwrap_or_else(|| unreachable!("one field"))
    }

    #[test]
    fn a_new_variant_keeps_the_size_of_the_old_one() {
        let node = distribution();
        let Kind::Variant { tag, options } = &node.kind else {
            unreachable!("a variant")
        };
        let pareto = options
            .iter()
            .find(|option| option.word == "pareto")
            .unwrap_or_else(|| unreachable!("pareto"));
        let value = variant(
            tag,
            pareto,
            &json!({"kind": "exponential", "mean": 30.0}),
            Some(&node),
        );
        assert_eq!(value.get("minimum"), Some(&json!(30.0)));
        assert_eq!(value.get("kind"), Some(&json!("pareto")));
        assert!(
            value
                .get("shape")
                .and_then(Value::as_f64)
                .is_some_and(|shape| (1.1..=10.0).contains(&shape))
        );
    }

    #[test]
    fn without_a_former_value_the_middle_of_the_slider_is_taken() {
        assert_eq!(
            value_of(&distribution(), None).get("mean"),
            Some(&json!(10.0))
        );
    }
}
