//! What decides the number of replicas, and what it sees.

use super::{
    KedaDocument, KedaScaledJobDocument, KnativeDocument, PredictiveDocument, ScheduledDocument,
    SloDrivenDocument, StepScalingDocument, TargetTrackingDocument,
};
use crate::scenario::read::FromValue;
use serde::Serialize;

/// The controller of the number of replicas.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AutoscalerDocument {
    /// A fixed number of replicas: the baseline.
    Static {
        /// Number of replicas.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.replicas")))]
        replicas: u32,
    },
    /// The Kubernetes HorizontalPodAutoscaler (autoscaling/v2), with the real controller's rules.
    Hpa(HpaDocument),
    /// A timetable: replicas by the hour of the day and the day of the week.
    Scheduled(ScheduledDocument),
    /// Step scaling, as AWS has it: alarms add or remove replicas by how far a metric is out of bounds.
    StepScaling(StepScalingDocument),
    /// Target tracking, as AWS has it: replicas in proportion to a metric over its target.
    TargetTracking(TargetTrackingDocument),
    /// Predictive scaling: replicas for the forecast from the same hours of the past weeks, ready in advance.
    Predictive(PredictiveDocument),
    /// SLO-driven scaling: steps that follow latency or burn rate, with CPU as a fallback and a floor.
    SloDriven(SloDrivenDocument),
    /// KEDA: its operator decides between none and some replicas, the HPA that it makes how many. Give the service a buffer for requests that come while there are none.
    Keda(KedaDocument),
    /// KEDA's jobs: created while work waits, and gone when it is done. Give the service a buffer for it to wait in.
    KedaScaledJob(KedaScaledJobDocument),
    /// The Knative Pod Autoscaler, with the real controller's rules: concurrency or rate per replica, panic mode, down to zero.
    Knative(KnativeDocument),
}

impl AutoscalerDocument {
    /// Fewest and most replicas it may ask for.
    pub fn bounds(&self) -> (u32, u32) {
        match self {
            AutoscalerDocument::Static { replicas } => (*replicas, *replicas),
            AutoscalerDocument::Hpa(hpa) => (hpa.min_replicas, hpa.max_replicas),
            AutoscalerDocument::Scheduled(timetable) => {
                let numbers = || {
                    let entries = timetable.entries.iter().map(|entry| entry.replicas);
                    entries.chain([timetable.replicas])
                };
                (
                    numbers().min().unwrap_or(timetable.replicas),
                    numbers().max().unwrap_or(timetable.replicas),
                )
            }
            AutoscalerDocument::StepScaling(d) => (d.min_replicas, d.max_replicas),
            AutoscalerDocument::TargetTracking(d) => (d.min_replicas, d.max_replicas),
            AutoscalerDocument::Predictive(d) => (d.min_replicas, d.max_replicas),
            AutoscalerDocument::SloDriven(d) => (d.min_replicas, d.max_replicas),
            AutoscalerDocument::Keda(keda) => (keda.lowest(), keda.max_replicas),
            AutoscalerDocument::KedaScaledJob(jobs) => (jobs.min_replicas, jobs.max_replicas),
            AutoscalerDocument::Knative(d) => (d.min_scale, d.max_scale),
        }
    }

    /// Names of the fields with the fewest and the most replicas.
    pub fn bound_fields(&self) -> (&'static str, &'static str) {
        match self {
            AutoscalerDocument::Static { .. } | AutoscalerDocument::Scheduled(_) => {
                ("replicas", "replicas")
            }
            AutoscalerDocument::Knative(_) => ("min_scale", "max_scale"),
            _ => ("min_replicas", "max_replicas"),
        }
    }
}

/// Further controllers of the same replicas, and who wins when they disagree.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SharedControlDocument {
    /// Who wins when controllers disagree.
    pub arbitration: ArbitrationDocument,
    /// The further controllers; the autoscaler comes before them.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.others")))]
    pub controllers: Vec<AutoscalerDocument>,
}

/// Who wins when several controllers of one target disagree.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ArbitrationDocument {
    /// Nobody arbitrates, as in Kubernetes itself: each writes its number, and the last one stays.
    LastWriter {},
    /// The highest number wins.
    Max {},
    /// The first controller in the list that wants a change wins.
    Priority {},
    /// Who changes the number holds the target for a while; the others wait.
    Lock {
        /// How long a change keeps the others out.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.lock_s")))]
        lock_s: u32,
    },
}

/// A HorizontalPodAutoscaler.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HpaDocument {
    /// Fewest replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.min_replicas")))]
    pub min_replicas: u32,
    /// Most replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.max_replicas")))]
    pub max_replicas: u32,
    /// What it scales on; the metric that asks for most replicas wins, one that is missing is passed over.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.metrics")))]
    pub metrics: Vec<MetricDocument>,
    /// Scaling rules; without them the controller's defaults hold (up at once, down after 300 s of stabilisation).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behavior: Option<BehaviorDocument>,
    /// Deviation from the target that is ignored.
    #[serde(default = "default_tolerance_percent")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.tolerance_percent")))]
    pub tolerance_percent: f64,
    /// Time between two decisions of the controller.
    #[serde(default = "default_sync_period_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.sync_period_s")))]
    pub sync_period_s: u32,
    /// How long after its start a pod's CPU samples may be distrusted.
    #[serde(default = "default_cpu_initialization_period_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.cpu_initialization_period_s")))]
    pub cpu_initialization_period_s: u32,
    /// How long after its start a pod that was never ready counts as still starting.
    #[serde(default = "default_initial_readiness_delay_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.initial_readiness_delay_s")))]
    pub initial_readiness_delay_s: u32,
}

fn default_tolerance_percent() -> f64 {
    10.0
}
fn default_sync_period_s() -> u32 {
    15
}
fn default_cpu_initialization_period_s() -> u32 {
    300
}
fn default_initial_readiness_delay_s() -> u32 {
    30
}

/// A metric with its target.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum MetricDocument {
    /// Resource metric: CPU use as a share of the pods' requests.
    CpuUtilization {
        /// Target, in per cent of the CPU request.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target_percent")))]
        target_percent: u32,
    },
    /// Resource metric: mean CPU use per pod.
    CpuAverage {
        /// Target per pod.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target_millicores")))]
        target_millicores: u32,
    },
    /// Resource metric: memory use as a share of the pods' requests. Passed over where the service has no memory model.
    MemoryUtilization {
        /// Target, in per cent of the memory request.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target_percent")))]
        target_percent: u32,
    },
    /// Resource metric: mean memory use per pod. Passed over where the service has no memory model.
    MemoryAverage {
        /// Target per pod.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target_mib")))]
        target_mib: f64,
    },
    /// Pods metric: mean of a signal over the pods.
    Pods {
        /// The signal.
        signal: Signal,
        /// Target per pod.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target")))]
        average_value: f64,
    },
    /// Object metric: a signal of the service as a whole, such as its ingress.
    Object {
        /// The signal.
        signal: Signal,
        /// What the signal is compared with.
        target: MetricTarget,
    },
    /// External metric: a signal from outside the cluster, such as a monitoring system.
    External {
        /// The signal.
        signal: Signal,
        /// What the signal is compared with.
        target: MetricTarget,
    },
}

/// What a metric measures of the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Signal {
    /// Requests arriving per second.
    RequestsPerSecond,
    /// Requests waiting or in service.
    InFlightRequests,
    /// Requests waiting for a slot.
    WaitingRequests,
    /// 95th percentile of the latency of answered requests, in milliseconds. Missing while nothing is answered.
    P95LatencyMs,
    /// 99th percentile of the latency of answered requests, in milliseconds. Missing while nothing is answered.
    P99LatencyMs,
    /// Burn rate of the error budget over the telemetry's window, of the worst objective: 1 uses the budget up exactly by the end of the SLO window.
    BurnRate,
}

/// How a service-wide metric is compared with its target.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum MetricTarget {
    /// The signal itself: replicas change in proportion to signal over target.
    Value {
        /// Target value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target")))]
        value: f64,
    },
    /// The signal divided by the number of replicas.
    AverageValue {
        /// Target per replica.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target")))]
        value: f64,
    },
}

/// Scaling rules per direction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BehaviorDocument {
    /// Rules for adding replicas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_up: Option<ScalingRulesDocument>,
    /// Rules for removing replicas.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scale_down: Option<ScalingRulesDocument>,
}

/// Rules for one direction.
#[derive(Clone, Debug, Default, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScalingRulesDocument {
    /// Look-back over which the most cautious recommendation is taken; without it 0 s up, 300 s down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "behavior.stabilization_window_s")))]
    pub stabilization_window_s: Option<u32>,
    /// Which policy counts when there are several.
    #[serde(default)]
    pub select_policy: SelectPolicy,
    /// Limits on the speed of change; without any the controller's defaults hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "behavior.policies")))]
    pub policies: Vec<PolicyDocument>,
    /// Deviation that is ignored in this direction; without it the controller's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.tolerance_percent")))]
    pub tolerance_percent: Option<f64>,
}

/// Which of several policies counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SelectPolicy {
    /// The one that allows the biggest change.
    #[default]
    Max,
    /// The one that allows the smallest change.
    Min,
    /// No change in this direction.
    Disabled,
}

/// A limit on the speed of change.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PolicyDocument {
    /// At most so many pods within a period.
    Pods {
        /// Number of pods.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "behavior.pods")))]
        value: u32,
        /// The period.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "behavior.period_s")))]
        period_s: u32,
    },
    /// At most so many per cent of the replicas within a period.
    Percent {
        /// Per cent of the replicas.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "behavior.percent")))]
        value: u32,
        /// The period.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "behavior.period_s")))]
        period_s: u32,
    },
}
