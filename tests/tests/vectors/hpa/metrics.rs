//! From one metric to replicas.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use sim_core::control::hpa::{
    MetricApi, MetricError, PodClass, PodCounts, PodSamples, Proposal, ResourceName, UsageSums,
    UtilizationSums, average_value_replicas, external_per_pod_replicas, external_value_replicas,
    object_per_pod_replicas, object_value_replicas, per_pod_usage, utilization_replicas,
};

use super::inputs::{Metric, Pod, Settings, groups, resource, unmatched};
use crate::case::Answer;

type Outcome = Result<Answer, String>;

fn answer(result: Result<Proposal, MetricError>) -> Outcome {
    Ok(match result {
        Err(error) => Answer::Refused(error.to_string()),
        Ok(proposal) => Answer::of(json!({
            "replicas": proposal.replicas,
            "utilization_pct": proposal.usage.utilization_pct,
            "raw_value_m": proposal.usage.value_m,
            "usage_m": proposal.usage.value_m,
        })),
    })
}

#[derive(Deserialize)]
pub struct PodMetric {
    #[serde(flatten)]
    settings: Settings,
    resource: String,
    current_replicas: i32,
    target_utilization_pct: Option<i32>,
    target_usage_m: Option<i64>,
    pods: Vec<Pod>,
    metrics: Vec<Metric>,
}

pub fn resource_utilization(case: &PodMetric) -> Outcome {
    let target_pct = case
        .target_utilization_pct
        .ok_or("no target_utilization_pct")?;
    answer(utilization_replicas(
        case.current_replicas,
        target_pct,
        resource(&case.resource).unwrap_or(ResourceName::Other),
        PodSamples {
            pods: &groups(&case.pods, &case.metrics),
            unmatched: &unmatched(&case.pods, &case.metrics),
        },
        &case.settings.timing(),
        case.settings.tolerances(),
    ))
}

pub fn pod_metric(case: &PodMetric) -> Outcome {
    let target_m = case.target_usage_m.ok_or("no target_usage_m")?;
    answer(average_value_replicas(
        case.current_replicas,
        target_m,
        resource(&case.resource),
        PodSamples {
            pods: &groups(&case.pods, &case.metrics),
            unmatched: &unmatched(&case.pods, &case.metrics),
        },
        &case.settings.timing(),
        case.settings.tolerances(),
    ))
}

#[derive(Deserialize)]
pub struct ServiceMetric {
    #[serde(flatten)]
    settings: Settings,
    current_replicas: i32,
    status_replicas: Option<i32>,
    target_usage_m: i64,
    #[serde(default)]
    pods: Vec<Pod>,
    metric_values_m: Vec<i64>,
}

pub fn service_metric(kind: &str, case: &ServiceMetric) -> Outcome {
    let (current, target_m, values_m) = (
        case.current_replicas,
        case.target_usage_m,
        &case.metric_values_m,
    );
    let status = case.status_replicas.unwrap_or(current);
    let tolerances = case.settings.tolerances();
    let pods = PodCounts::of(&groups(&case.pods, &[]));
    let object = values_m
        .first()
        .ok_or(MetricError::NothingReturned(MetricApi::Custom));
    answer(match kind {
        "external_metric" => external_value_replicas(current, target_m, values_m, pods, tolerances),
        "external_per_pod" => external_per_pod_replicas(status, target_m, values_m, tolerances),
        "object_metric" => {
            object.and_then(|v| object_value_replicas(current, target_m, *v, pods, tolerances))
        }
        _ => object.map(|v| object_per_pod_replicas(status, target_m, *v, tolerances)),
    })
}

#[derive(Deserialize)]
pub struct Grouping {
    #[serde(flatten)]
    settings: Settings,
    resource: String,
    pods: Vec<Pod>,
    metrics: Vec<Metric>,
}

pub fn group_pods(case: &Grouping) -> Outcome {
    let timing = case.settings.timing();
    let class =
        |pod: &Pod| PodClass::of(&pod.group(&case.metrics), resource(&case.resource), &timing);
    let of_class = |wanted: PodClass| -> Vec<&str> {
        let pods = case.pods.iter().filter(|pod| class(pod) == wanted);
        pods.map(|pod| pod.name.as_str()).collect()
    };
    Ok(Answer::of(json!({
        "ready_count": of_class(PodClass::Ready).len(),
        "unready": of_class(PodClass::Unready),
        "missing": of_class(PodClass::Missing),
        "ignored": of_class(PodClass::Ignored),
    })))
}

#[derive(Deserialize)]
pub struct Ratio {
    metrics_m: BTreeMap<String, i64>,
    #[serde(default)]
    requests_m: BTreeMap<String, i64>,
    target_utilization_pct: Option<i32>,
    target_usage_m: Option<i64>,
}

pub fn utilization_ratio(case: &Ratio) -> Outcome {
    let target_pct = case
        .target_utilization_pct
        .ok_or("no target_utilization_pct")?;
    let mut sums = UtilizationSums::default();
    for (pod, usage_m) in &case.metrics_m {
        sums.add(1, *usage_m, case.requests_m.get(pod).copied());
    }
    Ok(match sums.ratio(target_pct) {
        Err(error) => Answer::Refused(error.to_string()),
        Ok(given) => Answer::of(json!({
            "ratio": given.ratio,
            "utilization_pct": given.utilization_pct,
            "raw_value_m": given.average_m,
        })),
    })
}

pub fn usage_ratio(case: &Ratio) -> Outcome {
    let target_m = case.target_usage_m.ok_or("no target_usage_m")?;
    let mut sums = UsageSums::default();
    for usage_m in case.metrics_m.values() {
        sums.add(1, *usage_m);
    }
    Ok(match sums.ratio(target_m) {
        Err(error) => Answer::Refused(error.to_string()),
        Ok(given) => Answer::of(json!({ "ratio": given.ratio, "usage_m": given.average_m })),
    })
}

#[derive(Deserialize)]
pub struct PerPod {
    usage_m: i64,
    status_replicas: i32,
}

pub fn per_pod_usage_of(case: &PerPod) -> Outcome {
    Ok(Answer::of(
        json!({ "usage_m": per_pod_usage(case.usage_m, case.status_replicas) }),
    ))
}
