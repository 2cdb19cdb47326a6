//! KEDA: scaling on events, from and to zero.

use super::{BehaviorDocument, Signal};
use crate::scenario::read::FromValue;
use serde::Serialize;

/// A KEDA ScaledObject. The HPA that it makes runs with the controller's defaults: every 15 s, with 10 % tolerance.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KedaDocument {
    /// Fewest replicas while there is work; at 0 KEDA scales to zero when there is none.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.min_replicas")))]
    pub min_replicas: u32,
    /// Most replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.max_replicas")))]
    pub max_replicas: u32,
    /// Replicas while there is no work, below the fewest; KEDA itself supports 0 only. Without it the fewest stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.idle_replicas")))]
    pub idle_replicas: Option<u32>,
    /// Time between two looks at the triggers, which decide between none and some.
    #[serde(default = "default_polling_interval_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.polling_interval_s")))]
    pub polling_interval_s: u32,
    /// How long no trigger must have been active before the last replicas go.
    #[serde(default = "default_cooldown_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.cooldown_s")))]
    pub cooldown_s: u32,
    /// The same for a workload that has never been active, counted from the start of the simulation.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.initial_cooldown_s")))]
    pub initial_cooldown_s: u32,
    /// What it scales on: any active trigger wakes it, and the one that asks for most replicas wins.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.triggers")))]
    pub triggers: Vec<TriggerDocument>,
    /// One metric made of the triggers by a formula, in place of theirs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scaling_modifiers: Option<ScalingModifiersDocument>,
    /// Replicas for when triggers cannot be read again and again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fallback: Option<FallbackDocument>,
    /// Scaling rules of the HPA; without them the controller's defaults hold (up at once, down after 300 s of stabilisation).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behavior: Option<BehaviorDocument>,
}

fn default_polling_interval_s() -> u32 {
    30
}
fn default_cooldown_s() -> u32 {
    300
}

impl KedaDocument {
    /// Fewest replicas that the HPA may ask for.
    pub fn hpa_min_replicas(&self) -> u32 {
        self.min_replicas.max(1)
    }

    /// Fewest replicas that there may be.
    pub fn lowest(&self) -> u32 {
        self.idle_replicas
            .unwrap_or(self.min_replicas)
            .min(self.min_replicas)
    }
}

/// A source of events, and how much of it is work for one replica.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TriggerDocument {
    /// A query of the monitoring system, as late as the telemetry is. An answer without a value counts as 0.
    Prometheus {
        /// Name in the formula of the scaling modifiers.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.trigger_name")))]
        name: String,
        /// What it measures.
        signal: Signal,
        /// Value per replica, or for all of them, depending on the metric type.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target")))]
        threshold: f64,
        /// Above this value the trigger is active and wakes the workload.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.activation_threshold")))]
        activation_threshold: f64,
        /// How the HPA compares the value with the threshold.
        #[serde(default)]
        metric_type: MetricTypeDocument,
    },
    /// The number of waiting requests, asked of the queue itself at the moment of the look.
    Queue {
        /// Name in the formula of the scaling modifiers.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.trigger_name")))]
        name: String,
        /// Waiting requests per replica (or job), or for all of them, depending on the metric type.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target")))]
        threshold: f64,
        /// With more waiting requests than this the trigger is active and wakes the workload.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.activation_threshold")))]
        activation_threshold: f64,
        /// How the HPA compares the value with the threshold.
        #[serde(default)]
        metric_type: MetricTypeDocument,
    },
    /// CPU use as a share of the pods' requests. It never wakes a workload.
    Cpu {
        /// Target, in per cent of the CPU request.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target_percent")))]
        target_percent: u32,
    },
    /// A number of replicas between two times of the day.
    Cron {
        /// Name in the formula of the scaling modifiers.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.trigger_name")))]
        name: String,
        /// When it begins, in hours after midnight.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "cron.start_hour")))]
        start_hour: f64,
        /// When it ends, in hours after midnight; before the start means on the next day.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "cron.end_hour")))]
        end_hour: f64,
        /// The days on which it begins.
        #[serde(default = "every_day")]
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "cron.days")))]
        days: Vec<WeekdayDocument>,
        /// Replicas in that time.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "cron.desired_replicas")))]
        desired_replicas: u32,
    },
}

fn every_day() -> Vec<WeekdayDocument> {
    WeekdayDocument::ALL.to_vec()
}

impl TriggerDocument {
    /// Its name in formulas; none for a CPU trigger, whose value KEDA does not see, and without a name.
    pub fn name(&self) -> Option<&str> {
        match self {
            TriggerDocument::Prometheus { name, .. }
            | TriggerDocument::Queue { name, .. }
            | TriggerDocument::Cron { name, .. } => Some(name.as_str()).filter(|n| !n.is_empty()),
            TriggerDocument::Cpu { .. } => None,
        }
    }

    /// Whether it is a metric of the HPA alone.
    pub fn is_cpu(&self) -> bool {
        matches!(self, TriggerDocument::Cpu { .. })
    }
}

/// How the HPA compares a metric with its threshold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MetricTypeDocument {
    /// The value divided by the number of replicas.
    #[default]
    AverageValue,
    /// The value itself: replicas change in proportion to value over threshold.
    Value,
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WeekdayDocument {
    /// Monday, the first day of the window.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

impl WeekdayDocument {
    /// All days, Monday first.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];
}

/// A formula over the triggers. Their own thresholds have no part any more.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScalingModifiersDocument {
    /// The composite metric, made of the triggers' names: (queue + rate) / 2, max(a, b), a > 10 ? a : b.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.formula")))]
    pub formula: String,
    /// Value of the composite metric per replica, or for all of them, depending on the metric type.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target")))]
    pub target: f64,
    /// Above this value of the composite metric the workload is active.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.activation_threshold")))]
    pub activation_target: f64,
    /// How the HPA compares the composite metric with the target.
    #[serde(default)]
    pub metric_type: MetricTypeDocument,
}

/// Replicas in place of metrics that fail.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FallbackDocument {
    /// More failures in a row than this bring it; a metric is asked for every 15 s.
    #[serde(default = "default_failure_threshold")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "fallback.failure_threshold")))]
    pub failure_threshold: u32,
    /// Replicas to fall back to.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "fallback.replicas")))]
    pub replicas: u32,
    /// How they are put beside the replicas that are there.
    #[serde(default)]
    pub behavior: FallbackBehaviorDocument,
}

fn default_failure_threshold() -> u32 {
    3
}

/// How the replicas of the fallback are put beside those that are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FallbackBehaviorDocument {
    /// Those of the fallback.
    #[default]
    Static,
    /// Those that are there.
    CurrentReplicas,
    /// The more of both.
    CurrentReplicasIfHigher,
    /// The fewer of both.
    CurrentReplicasIfLower,
}

/// A KEDA ScaledJob. A job is a pod that works until it finds nothing waiting, and then ends by itself.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KedaScaledJobDocument {
    /// Jobs that are kept, whether or not there is work.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.min_replicas")))]
    pub min_replicas: u32,
    /// Most jobs at the same time.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.max_replicas")))]
    pub max_replicas: u32,
    /// Time between two looks at the triggers, which may create jobs.
    #[serde(default = "default_polling_interval_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.polling_interval_s")))]
    pub polling_interval_s: u32,
    /// What jobs are created for; the threshold is the work of one job.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "keda.triggers")))]
    pub triggers: Vec<TriggerDocument>,
    /// How several active triggers become one demand.
    #[serde(default)]
    pub calculation: CalculationDocument,
    /// How jobs that exist are held against the demand.
    #[serde(default)]
    pub strategy: JobStrategyDocument,
}

/// How several triggers become one demand for jobs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CalculationDocument {
    /// The one with the longest queue.
    #[default]
    Max,
    /// The one with the shortest queue.
    Min,
    /// Their mean.
    Avg,
    /// Their sum.
    Sum,
}

/// How jobs that exist are held against the demand.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum JobStrategyDocument {
    /// Demand less the jobs that exist. Made for queues that count requests until they are done; requests in service do not wait here, so that jobs come late while others work.
    Default {},
    /// Demand less a fixed number and less a share of the jobs that exist.
    Custom {
        /// Taken off the demand.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "jobs.queue_length_deduction")))]
        queue_length_deduction: u32,
        /// Share of the jobs that exist which is taken off.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "jobs.running_job_percent")))]
        running_job_percent: f64,
    },
    /// Demand less the jobs that have not started: what those at work do is no longer in the queue.
    Accurate {},
    /// The whole demand as far as there is room, at every look: also for work that jobs which have not started were made for.
    Eager {},
}

impl Default for JobStrategyDocument {
    fn default() -> Self {
        JobStrategyDocument::Default {}
    }
}
