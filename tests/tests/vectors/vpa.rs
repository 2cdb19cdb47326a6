//! Runners of the VerticalPodAutoscaler's vectors, by kind.

#[path = "vpa/history.rs"]
mod history;
#[path = "vpa/sizing.rs"]
mod sizing;

use crate::case::{Answer, Case};

/// Computes a case of a file `vpa_vectors*.json`.
pub fn run(case: &Case) -> Result<Answer, String> {
    match case.kind.as_str() {
        "buckets" => history::buckets(&case.inputs()?),
        "percentile" => history::percentile(&case.inputs()?),
        "empty" => history::empty(&case.inputs()?),
        "merge_equals" => history::merge_equals(&case.inputs()?),
        "memory_ops" => history::memory_ops(&case.inputs()?),
        "confidence" => history::confidence_of(&case.inputs()?),
        "confidence_multiplier" => sizing::confidence_multiplier(&case.inputs()?),
        "margin" => sizing::margin(&case.inputs()?),
        "min_resource" => sizing::min_resource(&case.inputs()?),
        "recommendation" => sizing::recommendation(&case.inputs()?),
        "update_priority" => sizing::update_priority(&case.inputs()?),
        "should_update" => sizing::should_update(&case.inputs()?),
        "update_order" => sizing::update_order(&case.inputs()?),
        "disruption" => sizing::disruption(&case.inputs()?),
        other => Err(format!("unknown kind {other:?}")),
    }
}
