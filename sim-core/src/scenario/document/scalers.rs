//! Autoscalers beside the Kubernetes HPA: timetables, steps, target tracking, forecasts, objectives.

use super::Signal;
use crate::scenario::read::FromValue;
use serde::Serialize;

/// Replicas by the hour of the day and the day of the week.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScheduledDocument {
    /// Replicas when no entry of the timetable holds.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.replicas")))]
    pub replicas: u32,
    /// The timetable; where entries overlap, the last one holds.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scheduled.entries")))]
    pub entries: Vec<ScheduleEntryDocument>,
}

/// One entry of a timetable. The window starts on a Monday at 00:00.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScheduleEntryDocument {
    /// Days on which it starts.
    #[serde(default)]
    pub days: DaysDocument,
    /// Hour of the day at which it starts.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scheduled.hour")))]
    pub from_hour: f64,
    /// Hour of the day at which it ends; at or before the start means on the next day.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scheduled.hour")))]
    pub to_hour: f64,
    /// Replicas meanwhile.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.replicas")))]
    pub replicas: u32,
}

/// Days of the week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DaysDocument {
    /// All seven.
    #[default]
    EveryDay,
    /// Monday to Friday.
    Workdays,
    /// Saturday and Sunday.
    Weekend,
}

impl DaysDocument {
    /// Whether it holds on a day, counted from Monday as 0.
    pub fn contains(self, weekday: u32) -> bool {
        match self {
            DaysDocument::EveryDay => true,
            DaysDocument::Workdays => weekday < 5,
            DaysDocument::Weekend => weekday >= 5,
        }
    }
}

/// What steps and target tracking look at.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ScalerMetricDocument {
    /// Mean CPU use, in per cent of the pods' requests.
    CpuUtilization {},
    /// A signal of the service as a whole.
    Service {
        /// The signal.
        signal: Signal,
    },
    /// A signal of the service, divided by the ready replicas.
    PerReplica {
        /// The signal.
        signal: Signal,
    },
}

/// Step scaling, as AWS Application Auto Scaling has it: alarms add or remove replicas by how far the metric is out.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StepScalingDocument {
    /// Fewest replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.min_replicas")))]
    pub min_replicas: u32,
    /// Most replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.max_replicas")))]
    pub max_replicas: u32,
    /// What it looks at.
    pub metric: ScalerMetricDocument,
    /// Steps out: of those whose bound the metric reaches, the one with the highest bound counts.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "step.steps")))]
    pub scale_out: Vec<StepDocument>,
    /// Steps in: of those whose bound the metric does not exceed, the one with the lowest bound counts.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "step.steps")))]
    pub scale_in: Vec<StepDocument>,
    /// Length of an evaluation period of the alarms.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scaler.period_s")))]
    pub period_s: u32,
    /// Periods in a row that must be out of bounds before a step is taken.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scaler.datapoints")))]
    pub datapoints: u32,
    /// Pause after a change.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scaler.cooldown_s")))]
    pub cooldown_s: u32,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StepDocument {
    /// Bound of the metric, in its own unit.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target")))]
    pub bound: f64,
    /// Replicas added (out) or removed (in).
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.replicas")))]
    pub replicas: u32,
}

/// Target tracking, as AWS Application Auto Scaling has it: in proportion to the metric, out after three periods above the target, in after fifteen below nine tenths of it.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TargetTrackingDocument {
    /// Fewest replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.min_replicas")))]
    pub min_replicas: u32,
    /// Most replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.max_replicas")))]
    pub max_replicas: u32,
    /// What it looks at; it should fall in proportion when replicas are added.
    pub metric: ScalerMetricDocument,
    /// Where the metric shall be, in its own unit.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target")))]
    pub target: f64,
    /// Length of an evaluation period of the alarms.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scaler.period_s")))]
    pub period_s: u32,
    /// Periods in a row above the target before it scales out.
    #[serde(default = "three")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scaler.datapoints")))]
    pub datapoints_out: u32,
    /// Periods in a row below nine tenths of the target before it scales in.
    #[serde(default = "fifteen")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scaler.datapoints")))]
    pub datapoints_in: u32,
    /// Pause after scaling out; a higher number is still followed.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scaler.cooldown_s")))]
    pub scale_out_cooldown_s: u32,
    /// Pause after any change before it scales in.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scaler.cooldown_s")))]
    pub scale_in_cooldown_s: u32,
    /// Never remove replicas.
    #[serde(default)]
    pub disable_scale_in: bool,
}

fn three() -> u32 {
    3
}
fn fifteen() -> u32 {
    15
}

/// Predictive scaling: a seasonal forecast from the same hours of the past weeks, made ready in advance.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PredictiveDocument {
    /// Fewest replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.min_replicas")))]
    pub min_replicas: u32,
    /// Most replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.max_replicas")))]
    pub max_replicas: u32,
    /// Requests a second that one replica shall get.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "predictive.rps_per_replica")))]
    pub rps_per_replica: f64,
    /// How far ahead it looks: the highest forecast from now until then is made ready.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "predictive.lead_minutes")))]
    pub lead_minutes: u32,
    /// Past weeks whose mean is the forecast. Weeks before the window are taken to have had the expected traffic.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "predictive.weeks")))]
    pub weeks: u32,
    /// Added to the forecast for safety.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "predictive.margin_percent")))]
    pub margin_percent: f64,
    /// Scale the forecast by how much the last hour differed from its own forecast, up to a factor of two either way.
    #[serde(default)]
    pub correct_level: bool,
    /// Time between two decisions.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scaler.period_s")))]
    pub period_s: u32,
}

/// SLO-driven scaling: follows the objective itself, latency or burn rate, with CPU as a fallback and a floor.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SloDrivenDocument {
    /// Fewest replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.min_replicas")))]
    pub min_replicas: u32,
    /// Most replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.max_replicas")))]
    pub max_replicas: u32,
    /// What it follows.
    pub indicator: IndicatorDocument,
    /// It adds replicas above this value: milliseconds for latencies, a plain number for the burn rate.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target")))]
    pub target: f64,
    /// It removes replicas only while the indicator is below this share of the target.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "slo_driven.relax_percent")))]
    pub relax_percent: f64,
    /// Most that one step adds, in per cent of the replicas; it adds as much as the indicator is above its target.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "behavior.percent")))]
    pub step_up_percent: u32,
    /// What one step removes, in per cent of the replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "behavior.percent")))]
    pub step_down_percent: u32,
    /// CPU utilisation that it scales to while the indicator is missing, and above which it never removes replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "metric.target_percent")))]
    pub cpu_target_percent: u32,
    /// Time between two decisions.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scaler.period_s")))]
    pub period_s: u32,
    /// Pause after a change before it adds replicas again, so that the last ones show their effect.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scaler.cooldown_s")))]
    pub up_cooldown_s: u32,
    /// Pause after a change before it removes replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "scaler.cooldown_s")))]
    pub down_cooldown_s: u32,
}

/// What SLO-driven scaling follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IndicatorDocument {
    /// 95th percentile of latency, in milliseconds.
    P95LatencyMs,
    /// 99th percentile of latency, in milliseconds.
    P99LatencyMs,
    /// Burn rate of the error budget.
    BurnRate,
}

impl IndicatorDocument {
    /// The signal behind it.
    pub fn signal(self) -> Signal {
        match self {
            IndicatorDocument::P95LatencyMs => Signal::P95LatencyMs,
            IndicatorDocument::P99LatencyMs => Signal::P99LatencyMs,
            IndicatorDocument::BurnRate => Signal::BurnRate,
        }
    }
}
