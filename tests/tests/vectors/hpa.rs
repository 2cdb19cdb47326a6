//! Runners of the HorizontalPodAutoscaler's vectors, by kind.

#[path = "hpa/inputs.rs"]
mod inputs;
#[path = "hpa/metrics.rs"]
mod metrics;
#[path = "hpa/normalize.rs"]
mod normalize;
#[path = "hpa/reconcile.rs"]
mod reconcile;

use crate::case::{Answer, Case};

/// Computes a case of a file `hpa_vectors*.json`.
pub fn run(case: &Case) -> Result<Answer, String> {
    match case.kind.as_str() {
        "resource_utilization" => metrics::resource_utilization(&case.inputs()?),
        "pod_metric" => metrics::pod_metric(&case.inputs()?),
        "object_metric" | "object_per_pod" | "external_metric" | "external_per_pod" => {
            metrics::service_metric(&case.kind, &case.inputs()?)
        }
        "group_pods" => metrics::group_pods(&case.inputs()?),
        "utilization_ratio" => metrics::utilization_ratio(&case.inputs()?),
        "usage_ratio" => metrics::usage_ratio(&case.inputs()?),
        "per_pod_usage" => metrics::per_pod_usage_of(&case.inputs()?),
        "convert_desired" => normalize::convert_desired(&case.inputs()?),
        "stabilization" => normalize::stabilization(&case.inputs()?),
        "stabilization_behavior" => normalize::stabilization_behavior(&case.inputs()?),
        "store_event" => normalize::store_event(&case.inputs()?),
        "behavior_scaleup" | "behavior_scaledown" => normalize::behavior(&case.inputs()?),
        "scale_up_limit" => normalize::up_limit(&case.inputs()?),
        "scale_down_limit" => normalize::down_limit(&case.inputs()?),
        "reconcile" => reconcile::reconcile_once(&case.inputs()?),
        other => Err(format!("unknown kind {other:?}")),
    }
}
