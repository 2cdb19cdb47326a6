//! `spec.behavior`: rules per direction.

use super::super::manifest::fields::{Fields, Findings};
use crate::scenario::document::{
    BehaviorDocument, PolicyDocument, ScalingRulesDocument, SelectPolicy,
};
use serde_json::Value;

/// Reads both directions.
pub(in crate::import) fn read(path: &str, value: &Value, found: &mut Findings) -> BehaviorDocument {
    let mut fields = Fields::of(path, value, found);
    let scale_up = fields
        .object("scaleUp", found)
        .map(|rules| read_rules(rules, found));
    let scale_down = fields
        .object("scaleDown", found)
        .map(|rules| read_rules(rules, found));
    fields.refuse_unknown(found);
    BehaviorDocument {
        scale_up,
        scale_down,
    }
}

fn read_rules(mut fields: Fields, found: &mut Findings) -> ScalingRulesDocument {
    let stabilization_window_s = fields.whole("stabilizationWindowSeconds", found);
    let path = fields.path("selectPolicy");
    let select_policy = match fields.text("selectPolicy", found).as_deref() {
        None | Some("Max") => SelectPolicy::Max,
        Some("Min") => SelectPolicy::Min,
        Some("Disabled") => SelectPolicy::Disabled,
        Some(other) => {
            found.error(format!(
                "{path}: {other:?} is not possible; Max, Min and Disabled are"
            ));
            SelectPolicy::Max
        }
    };
    let tolerance_percent = fields
        .quantity("tolerance", found)
        .map(|share| (share * 1e8).round() / 1e6);
    let path = fields.path("policies");
    let policies = match fields.take("policies") {
        None => Vec::new(),
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| read_policy(&format!("{path}[{index}]"), item, found))
            .collect(),
        Some(_) => {
            found.error(format!("{path}: expected is a list of policies"));
            Vec::new()
        }
    };
    fields.refuse_unknown(found);
    ScalingRulesDocument {
        stabilization_window_s,
        select_policy,
        policies,
        tolerance_percent,
    }
}

fn read_policy(path: &str, item: &Value, found: &mut Findings) -> Option<PolicyDocument> {
    let mut fields = Fields::of(path, item, found);
    let kind = fields.text("type", found);
    let value = fields.whole("value", found);
    let period_s = fields.whole("periodSeconds", found);
    fields.refuse_unknown(found);
    if value.is_none() {
        found.missing(&format!("{path}.value"), "a whole number above 0");
    }
    if period_s.is_none() {
        found.missing(
            &format!("{path}.periodSeconds"),
            "a whole number from 1 to 1800",
        );
    }
    let (value, period_s) = (value?, period_s?);
    match kind.as_deref() {
        Some("Pods") => Some(PolicyDocument::Pods { value, period_s }),
        Some("Percent") => Some(PolicyDocument::Percent { value, period_s }),
        other => {
            found.error(format!(
                "{path}.type: {:?} is not possible; Pods and Percent are",
                other.unwrap_or_default()
            ));
            None
        }
    }
}
