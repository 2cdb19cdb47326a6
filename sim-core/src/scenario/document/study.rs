//! How the scenario is simulated, and which knobs a sweep varies.

use crate::scenario::read::FromValue;
use serde::Serialize;

/// How the scenario is simulated.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RunDocument {
    /// Seed of all random streams: the same seed gives the same numbers, everywhere.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "run.seed")))]
    pub seed: u64,
    /// How requests are served between two ticks.
    #[serde(default)]
    pub plane: PlaneKind,
    /// Length of a control tick.
    #[serde(default = "default_tick_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "run.tick_s")))]
    pub tick_s: u32,
    /// Simulated before the window and not counted, so that the window starts in the middle of life.
    #[serde(default = "default_warm_up_minutes")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "run.warm_up_minutes")))]
    pub warm_up_minutes: u32,
    /// Fewest replications before the precision is judged.
    #[serde(default = "default_min_replications")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "run.replications")))]
    pub min_replications: u32,
    /// Most replications.
    #[serde(default = "default_max_replications")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "run.replications")))]
    pub max_replications: u32,
    /// Stop when the 95 % interval of the attainment is no wider than plus or minus this many percentage points.
    #[serde(default = "default_attainment_precision_points")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "run.attainment_precision_points")))]
    pub attainment_precision_points: f64,
    /// … and that of the mean cost is no wider than plus or minus this many per cent.
    #[serde(default = "default_cost_precision_percent")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "run.cost_precision_percent")))]
    pub cost_precision_percent: f64,
}

fn default_tick_s() -> u32 {
    15
}
fn default_warm_up_minutes() -> u32 {
    60
}
fn default_min_replications() -> u32 {
    16
}
fn default_max_replications() -> u32 {
    128
}
fn default_attainment_precision_points() -> f64 {
    5.0
}
fn default_cost_precision_percent() -> f64 {
    1.0
}

/// The data plane.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PlaneKind {
    /// Closed-form queueing per tick: a month in a fraction of a second.
    #[default]
    Fluid,
    /// Every request is an event: exact, for hours rather than months.
    Requests,
}

/// A number of the document that a sweep varies, on evenly spaced points.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KnobDocument {
    /// JSON Pointer of the number, such as /autoscaler/metrics/0/target_percent.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "sweep.path")))]
    pub path: String,
    /// First value.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "sweep.value")))]
    pub from: f64,
    /// Last value.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "sweep.value")))]
    pub to: f64,
    /// Number of values.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "sweep.steps")))]
    pub steps: u32,
}
