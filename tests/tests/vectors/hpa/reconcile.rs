//! A whole reconcile.

use serde::Deserialize;
use serde_json::json;
use sim_core::control::hpa::{
    HpaSpec, HpaState, MetricInput, MetricSpec, PodCounts, PodSamples, ResourceTarget,
    ServiceTarget, reconcile,
};

use super::inputs::{
    Directions, Event, LogEntry, Metric, NOW_MS, Pod, Settings, duration_ms, events, four, groups,
    log, resource, twice, unmatched,
};
use crate::case::Answer;

#[derive(Deserialize)]
pub struct Reconcile {
    #[serde(flatten)]
    settings: Settings,
    min_replicas: Option<i32>,
    max_replicas: i32,
    current_replicas: i32,
    status_replicas: Option<i32>,
    /// None: what the API server fills in.
    #[serde(default)]
    metrics_spec: Vec<Spec>,
    #[serde(default)]
    pods: Vec<Pod>,
    /// Sample of the pod at the same position, or the values of an object or external metric.
    #[serde(default)]
    reported_levels_m: Vec<i64>,
    metric_age_s: Option<f64>,
    #[serde(default)]
    metric_window_s: u64,
    recommendations: Option<Vec<LogEntry>>,
    #[serde(default)]
    scale_up_events: Vec<Event>,
    #[serde(default)]
    scale_down_events: Vec<Event>,
    #[serde(default = "five_minutes")]
    downscale_stabilization_s: u64,
    behavior: Option<Directions>,
    #[serde(default = "twice")]
    scale_up_limit_factor: f64,
    #[serde(default = "four")]
    scale_up_limit_minimum: i32,
}

fn five_minutes() -> u64 {
    300
}

#[derive(Deserialize)]
struct Spec {
    r#type: String,
    #[serde(default)]
    resource: String,
    target_utilization_pct: Option<i32>,
    target_type: Option<String>,
    target_m: Option<i64>,
    #[serde(default)]
    error: bool,
}

impl Spec {
    fn metric(&self) -> Result<MetricSpec, String> {
        let milli = self.target_m.ok_or("a metric without target_m");
        let service = || match self.target_type.as_deref() {
            Some("Value") => Ok(ServiceTarget::Value { milli: milli? }),
            Some("AverageValue") => Ok(ServiceTarget::AverageValue { milli: milli? }),
            other => Err(format!("unknown target_type {other:?}")),
        };
        let resource = || resource(&self.resource).ok_or("a resource metric without resource");
        let per_pod = || match self.target_utilization_pct {
            Some(percent) => Ok(ResourceTarget::Utilization { percent }),
            None => milli.map(|milli| ResourceTarget::AverageValue { milli }),
        };
        // As Kubernetes spells it (ContainerResource), or with underscores.
        let spelled = self.r#type.replace('_', "").to_lowercase();
        Ok(match spelled.as_str() {
            "resource" => MetricSpec::Resource {
                resource: resource()?,
                target: per_pod()?,
            },
            "containerresource" => MetricSpec::ContainerResource {
                resource: resource()?,
                target: per_pod()?,
            },
            "pods" => MetricSpec::Pods {
                average_value_m: milli?,
            },
            "object" => MetricSpec::Object { target: service()? },
            "external" => MetricSpec::External { target: service()? },
            // The controller has a rule for these: such a metric fails, with a reason of its own.
            _ => MetricSpec::Unknown,
        })
    }
}

impl Reconcile {
    /// The reported levels as samples of the pods, in order; levels beyond the pods have no pod.
    fn samples(&self) -> Vec<Metric> {
        let name = |index: usize| match self.pods.get(index) {
            Some(pod) => pod.name.clone(),
            None => format!("no pod {index}"),
        };
        let levels = self.reported_levels_m.iter().enumerate();
        levels
            .map(|(index, value_m)| Metric {
                pod: name(index),
                value_m: *value_m,
                age_s: self.metric_age_s,
                window_s: self.metric_window_s,
            })
            .collect()
    }

    fn spec(&self) -> Result<HpaSpec, String> {
        let defaults = HpaSpec::new(self.max_replicas);
        let timing = self.settings.timing();
        let given: Result<Vec<_>, _> = self.metrics_spec.iter().map(Spec::metric).collect();
        let mut metrics = given?;
        if metrics.is_empty() {
            metrics.clone_from(&defaults.metrics);
        }
        Ok(HpaSpec {
            min_replicas: self.min_replicas.unwrap_or(defaults.min_replicas),
            metrics,
            behavior: self.behavior.as_ref().map(Directions::behavior),
            tolerance: self.settings.tolerances(),
            cpu_initialization_period_ms: timing.cpu_initialization_period_ms,
            initial_readiness_delay_ms: timing.initial_readiness_delay_ms,
            downscale_stabilization_ms: duration_ms(self.downscale_stabilization_s),
            scale_up_limit_factor: self.scale_up_limit_factor,
            scale_up_limit_minimum: self.scale_up_limit_minimum,
            ..defaults
        })
    }

    fn state(&self) -> HpaState {
        HpaState::with_history(
            self.recommendations.as_deref().map(log),
            events(&self.scale_up_events),
            events(&self.scale_down_events),
        )
    }
}

pub fn reconcile_once(case: &Reconcile) -> Result<Answer, String> {
    let spec = case.spec()?;
    let mut state = case.state();
    let samples = case.samples();
    let pods = groups(&case.pods, &samples);
    let unmatched = unmatched(&case.pods, &samples);
    let fails = |index: usize| case.metrics_spec.get(index).is_some_and(|w| w.error);
    let inputs: Vec<MetricInput<'_>> = spec
        .metrics
        .iter()
        .enumerate()
        .map(|(index, metric)| match metric {
            _ if fails(index) => MetricInput::Unavailable,
            MetricSpec::Object { .. } | MetricSpec::External { .. } => MetricInput::Service {
                values_m: &case.reported_levels_m,
                pods: PodCounts::of(&pods),
            },
            _ => MetricInput::Pods(PodSamples {
                pods: &pods,
                unmatched: &unmatched,
            }),
        })
        .collect();
    let current = case.current_replicas;
    let status = case.status_replicas.unwrap_or(current);
    let decision = reconcile(&spec, &mut state, NOW_MS, current, status, &inputs);
    let conditions = decision.conditions;
    Ok(Answer::of(json!({
        "replicas": decision.desired,
        "conditions": {
            "AbleToScale": conditions.able_to_scale.map(|r| r.as_str()),
            "ScalingActive": conditions.scaling_active.map(|r| r.as_str()),
            "ScalingLimited": conditions.scaling_limited.map(|r| r.as_str()),
        },
    })))
}
