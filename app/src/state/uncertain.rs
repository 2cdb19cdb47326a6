//! Numbers of the document that are not known exactly, as the form sees them: one entry of the list `uncertain` for
//! each. What a belief means, `sim_core` knows.

use super::pointer;
use serde_json::{Value, json};
use sim_core::scenario::lift_beliefs;

fn is_of(entry: &Value, field: &str) -> bool {
    entry.get("path").and_then(Value::as_str) == Some(field)
}

/// What is believed about a field, if it is uncertain.
pub fn belief<'a>(document: &'a Value, field: &str) -> Option<&'a Value> {
    let list = document.get("uncertain")?.as_array()?;
    let entry = list.iter().find(|entry| is_of(entry, field))?;
    entry.get("distribution")
}

/// Makes a field uncertain, or – with `None` – known again.
pub fn set(document: &mut Value, field: &str, belief: Option<Value>) {
    if let Some(list) = document.get_mut("uncertain").and_then(Value::as_array_mut) {
        list.retain(|entry| !is_of(entry, field));
        if list.is_empty() {
            pointer::remove(document, "/uncertain");
        }
    }
    if let Some(belief) = belief {
        pointer::set(document, field, belief);
        lift_beliefs(document);
    }
}

/// Puts what is believed about a field and what it holds back to what another document says.
pub fn restore(document: &mut Value, other: &Value, field: &str) {
    let within = |entry: &Value| {
        let path = entry.get("path").and_then(Value::as_str);
        path.and_then(|path| path.strip_prefix(field))
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let entries = |of: &Value| -> Vec<Value> {
        let list = of.get("uncertain").and_then(Value::as_array);
        list.cloned().unwrap_or_default()
    };
    let kept = entries(document).into_iter().filter(|entry| !within(entry));
    let back = entries(other).into_iter().filter(within);
    let list: Vec<Value> = kept.chain(back).collect();
    if list.is_empty() {
        pointer::remove(document, "/uncertain");
    } else {
        pointer::set(document, "/uncertain", Value::from(list));
    }
}

/// A range as a belief: 90 % of the values lie in it.
pub fn range(low: f64, high: f64) -> Value {
    json!({"p5": pointer::number(low), "p95": pointer::number(high)})
}

/// The ends of a belief and what it is called, for people.
pub fn ends(belief: &Value) -> Option<(f64, f64, &'static str)> {
    let number = |name: &str| belief.get(name).and_then(Value::as_f64);
    let extremes = |name: &str| {
        let numbers = belief.get(name)?.as_array()?.iter();
        let numbers: Vec<f64> = numbers.filter_map(Value::as_f64).collect();
        let low = numbers.iter().copied().reduce(f64::min)?;
        Some((low, numbers.into_iter().reduce(f64::max)?))
    };
    let named = |low: f64, high: f64, words| Some((low, high, words));
    match belief.get("kind").and_then(Value::as_str)? {
        "lognormal" => named(number("p5")?, number("p95")?, "90 % of values, lognormal"),
        "normal" => named(number("p5")?, number("p95")?, "90 % of values, normal"),
        "uniform" => named(number("low")?, number("high")?, "uniform"),
        "triangular" => named(number("low")?, number("high")?, "triangular"),
        "discrete" => extremes("values").and_then(|(low, high)| named(low, high, "one of several")),
        "samples" => {
            extremes("samples").and_then(|(low, high)| named(low, high, "measured values"))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_becomes_an_entry_and_goes_again() {
        let template = sim_core::scenario::templates::TEMPLATES
            .first()
            .map(|t| t.json);
        let mut document: Value =
            serde_json::from_str(template.unwrap_or_default()).unwrap_or_default();
        let field = "/prices/egress_usd_per_gb";
        set(&mut document, field, Some(range(0.04, 0.09)));
        let median = document.pointer(field).and_then(Value::as_f64);
        assert!(median.is_some_and(|median| (median - 0.06).abs() < 1e-12));
        let found = belief(&document, field).and_then(ends);
        assert_eq!(found, Some((0.04, 0.09, "90 % of values, lognormal")));
        set(&mut document, field, Some(range(-1.0, 1.0)));
        let found = belief(&document, field).and_then(ends);
        assert_eq!(found.map(|found| found.2), Some("90 % of values, normal"));
        let reference = document.clone();
        set(&mut document, field, None);
        assert_eq!(document.get("uncertain"), None);
        restore(&mut document, &reference, "/prices");
        assert_eq!(document.get("uncertain"), reference.get("uncertain"));
        restore(&mut document, &json!({}), field);
        assert_eq!(document.get("uncertain"), None);
    }
}
