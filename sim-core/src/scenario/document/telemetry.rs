//! What the autoscaler sees.

use crate::scenario::read::FromValue;
use serde::Serialize;

/// What the autoscaler sees of the service, and how late.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TelemetryDocument {
    /// Time between two samples.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "telemetry.scrape_interval_s")))]
    pub scrape_interval_s: u32,
    /// Stretch of time that one sample averages over.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "telemetry.window_s")))]
    pub window_s: u32,
    /// Time from taking a sample until the autoscaler can see it.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "telemetry.lag_s")))]
    pub lag_s: u32,
    /// Outages of the telemetry: no metric is to be had, and each autoscaler does what it does then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gaps: Option<GapsDocument>,
}

/// Random outages of the telemetry, of exponentially distributed length and distance.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct GapsDocument {
    /// Mean time from the end of an outage to the start of the next.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "telemetry.gap_hours_between")))]
    pub mean_hours_between: f64,
    /// Mean duration of an outage.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "telemetry.gap_duration_minutes")))]
    pub mean_duration_minutes: f64,
}
