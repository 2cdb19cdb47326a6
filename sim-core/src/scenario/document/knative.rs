//! The Knative Pod Autoscaler.

use crate::scenario::read::FromValue;
use serde::Serialize;

/// Requests per second that a replica is taken to bear when nothing is written (Knative's default).
const DEFAULT_RPS: f64 = 200.0;
/// Knative aims at no less than this.
const LEAST_TARGET: f64 = 0.01;

/// The Knative Pod Autoscaler: requests in flight (or per second) over all replicas divided by a target, averaged over a stable and a shorter panic window, down to no replicas and back.
///
/// It looks every 2 s, so ticks must last 1 or 2 s. The concurrency of the service is Knative's container concurrency.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KnativeDocument {
    /// Fewest replicas; 0 lets the service go to sleep.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.min_scale")))]
    pub min_scale: u32,
    /// Most replicas.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "autoscaler.max_replicas")))]
    pub max_scale: u32,
    /// Replicas at the start; fewer will do only after these were ready once.
    #[serde(default = "default_initial_scale")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.initial_scale")))]
    pub initial_scale: u32,
    /// What it scales on.
    #[serde(default)]
    pub metric: KnativeMetric,
    /// What a replica can bear of the metric, at most its concurrency; without it the concurrency, or 200 requests per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.target")))]
    pub target: Option<f64>,
    /// Share of what a replica can bear that is aimed at.
    #[serde(default = "default_target_utilization_percent")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.target_utilization_percent")))]
    pub target_utilization_percent: f64,
    /// How the seconds of a window are averaged.
    #[serde(default)]
    pub averaging: KnativeAveraging,
    /// Length of the stable window; panic lasts as long after its last cause, and a service without requests goes to sleep after it.
    #[serde(default = "default_stable_window_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.stable_window_s")))]
    pub stable_window_s: u32,
    /// Length of the panic window, as a share of the stable window, rounded to seconds.
    #[serde(default = "default_panic_window_percent")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.panic_window_percent")))]
    pub panic_window_percent: f64,
    /// Panic begins when the panic window asks for this share of the ready replicas; nothing goes down in panic.
    #[serde(default = "default_panic_threshold_percent")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.panic_threshold_percent")))]
    pub panic_threshold_percent: f64,
    /// One look multiplies the ready replicas by this at most.
    #[serde(default = "default_max_scale_up_rate")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.max_scale_up_rate")))]
    pub max_scale_up_rate: f64,
    /// One look divides the ready replicas by this at most.
    #[serde(default = "default_max_scale_down_rate")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.max_scale_down_rate")))]
    pub max_scale_down_rate: f64,
    /// Requests for which there should be room at once on top of those that are there; without that room requests go through the activator. 0 keeps it out of the path while there are replicas, −1 keeps it in.
    #[serde(default = "default_target_burst_capacity")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.target_burst_capacity")))]
    pub target_burst_capacity: i32,
    /// Whether the last replica may go.
    #[serde(default = "default_scale_to_zero")]
    pub scale_to_zero: bool,
    /// Requests go through the activator for this long before the last replica goes.
    #[serde(default = "default_scale_to_zero_grace_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.scale_to_zero_grace_s")))]
    pub scale_to_zero_grace_s: u32,
    /// The last replica stays for this long after the stable window without requests.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.scale_to_zero_retention_s")))]
    pub scale_to_zero_retention_s: u32,
    /// Fewer replicas must have been enough for this long before any go.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.scale_down_delay_s")))]
    pub scale_down_delay_s: u32,
    /// Fewest replicas while there are any requests at all, so also on waking up.
    #[serde(default = "default_activation_scale")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "knative.activation_scale")))]
    pub activation_scale: u32,
}

/// What the Knative Pod Autoscaler scales on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KnativeMetric {
    /// Requests in flight: waiting or in service.
    #[default]
    Concurrency,
    /// Requests arriving per second.
    Rps,
}

/// How the seconds of a window are averaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KnativeAveraging {
    /// With equal weights.
    #[default]
    Linear,
    /// With weights that fall exponentially with age.
    WeightedExponential,
}

impl KnativeDocument {
    /// Replicas at the start: the initial scale, but not fewer than the fewest.
    pub fn start_scale(&self) -> u32 {
        self.initial_scale.max(self.min_scale)
    }

    /// What it aims at per replica, for a service with so many slots in each.
    pub fn aims_at(&self, concurrency: u32) -> f64 {
        let slots = f64::from(concurrency);
        let bears = match self.metric {
            KnativeMetric::Concurrency => self.target.map_or(slots, |target| target.min(slots)),
            KnativeMetric::Rps => self.target.unwrap_or(DEFAULT_RPS),
        };
        (bears * (self.target_utilization_percent / 100.0)).max(LEAST_TARGET)
    }

    /// Whether it may go to no replicas.
    pub fn may_sleep(&self) -> bool {
        self.scale_to_zero && self.min_scale == 0
    }
}

fn default_initial_scale() -> u32 {
    1
}
fn default_target_utilization_percent() -> f64 {
    70.0
}
fn default_stable_window_s() -> u32 {
    60
}
fn default_panic_window_percent() -> f64 {
    10.0
}
fn default_panic_threshold_percent() -> f64 {
    200.0
}
fn default_max_scale_up_rate() -> f64 {
    1000.0
}
fn default_max_scale_down_rate() -> f64 {
    2.0
}
fn default_target_burst_capacity() -> i32 {
    211
}
fn default_scale_to_zero() -> bool {
    true
}
fn default_scale_to_zero_grace_s() -> u32 {
    30
}
fn default_activation_scale() -> u32 {
    1
}
