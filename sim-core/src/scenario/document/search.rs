//! Which knobs a search for good designs may move, and what holds it.

use crate::scenario::read::FromValue;
use serde::Serialize;

/// What may move when designs are looked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SearchDocument {
    /// Knobs that may move; without any, those of the sweep.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "search.knobs")))]
    pub knobs: Vec<SearchKnobDocument>,
    /// Figures that a recommended design must keep below a bound.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "search.constraints")))]
    pub constraints: Vec<ConstraintDocument>,
    /// A third figure that the front trades beside cost and attainment; less of it is better.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub third_figure: Option<BoundedFigure>,
    /// Most replications to spend; without it, enough for the wanted probability.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "search.budget")))]
    pub budget: Option<u32>,
}

/// A part of the document that a search may set.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SearchKnobDocument {
    /// A number between two ends, on round values; whole where the field is.
    Range {
        /// JSON Pointer of the number, such as /autoscaler/min_replicas.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "sweep.path")))]
        path: String,
        /// Lower end.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "sweep.value")))]
        from: f64,
        /// Upper end.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "sweep.value")))]
        to: f64,
        /// How values are spaced between the ends.
        #[serde(default)]
        scale: KnobScale,
    },
    /// One of several values: names such as instance types, numbers, or whole parts of the document.
    Choice {
        /// JSON Pointer of the value, such as /fleet/node/instance_type.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "sweep.path")))]
        path: String,
        /// The values; where the field is no text, each is written as JSON.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "search.values")))]
        values: Vec<String>,
    },
    /// On or off.
    Switch {
        /// JSON Pointer of the field that is true or false, such as /autoscaler/disable_scale_in.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "sweep.path")))]
        path: String,
    },
}

impl SearchKnobDocument {
    /// JSON Pointer of what it sets.
    pub fn path(&self) -> &str {
        match self {
            Self::Range { path, .. } | Self::Choice { path, .. } | Self::Switch { path } => path,
        }
    }
}

/// How the values of a knob are spaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KnobScale {
    /// Equal steps.
    #[default]
    Linear,
    /// Equal ratios; both ends are above 0.
    Log,
}

/// A bound on a figure of the report.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ConstraintDocument {
    /// The figure, by its mean over the replications.
    pub figure: BoundedFigure,
    /// Largest value that is accepted.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "search.bound")))]
    pub at_most: f64,
}

/// Figures that can be bounded or traded, by their keys in reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum BoundedFigure {
    /// Cost of a month, US dollars.
    CostPerMonth,
    /// Mean latency, milliseconds.
    MeanLatency,
    /// 95th percentile of latency, milliseconds.
    P95Latency,
    /// 99th percentile of latency, milliseconds.
    P99Latency,
    /// Highest number of ready replicas.
    PeakReplicas,
    /// Node-hours paid for in the window.
    NodeHours,
    /// Changes of the number of replicas, per hour.
    ScaleEventsPerHour,
    /// Minutes below the target of an objective.
    ViolationMinutes,
    /// Largest burn rate of the error budget over any hour.
    WorstHourlyBurnRate,
    /// Incidents in a month: times that error budget burns so fast that somebody is called.
    IncidentsPerMonth,
    /// Revenue of a month's requests that get no answer, US dollars.
    RevenueAtRisk,
}
