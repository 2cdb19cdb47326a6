//! The changes worth a look: one field of the design at a time, a sensible step up and down.

use crate::cost::price_book::PriceBook;
use crate::scenario::document::ScenarioDocument;
use crate::scenario::{is_whole_at, limit_at};
use crate::stats::sort_by;
use crate::study::probe::Edits;
use serde_json::Value;

/// Parts of the document that a designer decides on, by the starts of their pointers.
const DESIGN: [&str; 6] = [
    "/service/",
    "/autoscaler/",
    "/shared_control/",
    "/telemetry/",
    "/fleet/",
    "/topology/components/",
];

/// Names of fields that describe the world rather than the design: measured times, failures, what a request needs.
const WORLD: [&str; 25] = [
    "service_time_ms",
    "cpu_ms_per_request",
    "error_percent",
    "response_kib",
    "startup_s",
    "provisioning_s",
    "reserved_millicores",
    "reserved_mib",
    "reclaims",
    "trace",
    "node",
    "brown_outs",
    "outages",
    "gaps",
    "noise",
    "lag_s",
    "latency_ms",
    "usd_per_hour",
    "sync_period_s",
    "cpu_initialization_period_s",
    "initial_readiness_delay_s",
    "high_priority_percent",
    "memory",
    "provisioning_failure_percent",
    "cores",
];

/// Lists longer than this hold data, not decisions.
const LONGEST_LIST: usize = 12;
/// Most moves; the first fields of the document come first.
const MOST: usize = 48;

/// The moves of a document.
pub(super) fn of(document: &ScenarioDocument) -> Vec<Edits> {
    let tree = serde_json::to_value(document).unwrap_or_default();
    let mut numbers: Vec<(String, f64)> = Vec::new();
    visit(&tree, "", &mut numbers);
    let mut moves = instance_types(&tree);
    for (path, now) in numbers {
        let Some(limit) = limit_at(document, &path) else {
            continue;
        };
        let whole = is_whole_at(&path);
        for value in steps(now, whole, limit.step) {
            if limit.contains(value) && value != now {
                let value = if whole {
                    Value::from(value as i64)
                } else {
                    Value::from(value)
                };
                moves.push(vec![(path.clone(), value)]);
            }
        }
    }
    moves.truncate(MOST);
    moves
}

/// A quarter more and a fifth less, which take each other back; whole, and no less than a step.
fn steps(now: f64, whole: bool, step: f64) -> [f64; 2] {
    let least = if whole { 1.0f64.max(step) } else { step };
    let (up, down) = ((now * 0.25).max(least), (now * 0.2).max(least));
    let round = |value: f64| match (whole, step > 0.0) {
        (true, _) => value.round(),
        (false, true) => rounded((value / step).round() * step),
        (false, false) => rounded(value),
    };
    [round(now + up), round((now - down).max(0.0))]
}

/// Three significant digits, without the dust of binary fractions.
fn rounded(value: f64) -> f64 {
    format!("{value:.2e}").parse().unwrap_or(value)
}

/// Nodes of the nearest types in price, and of twice and half the size in the same family.
fn instance_types(tree: &Value) -> Vec<Edits> {
    let path = "/fleet/node/instance_type";
    let Some(now) = tree.pointer(path).and_then(Value::as_str) else {
        return Vec::new();
    };
    let known = PriceBook::CURRENT.instances;
    let Some(present) = known.iter().find(|one| one.name == now) else {
        return Vec::new();
    };
    let family = |name: &str| name.split('.').next().map(str::to_owned);
    let mut near: Vec<_> = known
        .iter()
        .filter(|one| one.name != now && family(one.name) == family(now))
        .map(|one| ((one.usd_per_hour / present.usd_per_hour), one.name))
        .filter(|(ratio, _)| (0.4..=2.6).contains(ratio))
        .collect();
    sort_by(&mut near, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(b.1)));
    let edit = |(_, name): (f64, &str)| vec![(path.to_owned(), Value::from(name))];
    near.into_iter().take(4).map(edit).collect()
}

fn visit(value: &Value, path: &str, into: &mut Vec<(String, f64)>) {
    let is_design = |path: &str| {
        let starts =
            |start: &&str| path.starts_with(*start) || start.starts_with(&format!("{path}/"));
        path.is_empty() || DESIGN.iter().any(starts)
    };
    let world = path
        .rsplit('/')
        .next()
        .is_some_and(|name| WORLD.contains(&name));
    if world || !is_design(path) {
        return;
    }
    match value {
        Value::Number(number) => {
            into.extend(number.as_f64().map(|number| (path.to_owned(), number)))
        }
        Value::Object(map) => map
            .iter()
            .for_each(|(name, child)| visit(child, &format!("{path}/{name}"), into)),
        Value::Array(items) if items.len() <= LONGEST_LIST => items
            .iter()
            .enumerate()
            .for_each(|(index, item)| visit(item, &format!("{path}/{index}"), into)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_take_each_other_back() {
        assert_eq!(steps(5.0, true, 1.0), [6.0, 4.0]);
        assert_eq!(steps(60.0, false, 1.0), [75.0, 48.0]);
        assert_eq!(steps(1.0, true, 1.0), [2.0, 0.0]);
        assert_eq!(steps(0.2, false, 0.05), [0.25, 0.15]);
    }
}
