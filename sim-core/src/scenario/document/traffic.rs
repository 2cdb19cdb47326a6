//! Traffic: requests per second over the window.

use crate::scenario::read::FromValue;
use serde::Serialize;

/// Offered requests over time. The window starts on a Monday at 00:00.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TrafficDocument {
    /// Where the rate comes from: a model of days and weeks, or a recording.
    pub source: TrafficSource,
    /// Variance of the rate from tick to tick, relative to its square (Gamma–Poisson); 0 is plain Poisson.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.over_dispersion")))]
    pub over_dispersion: f64,
    /// Random bursts: a two-state Markov-modulated rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bursts: Option<BurstsDocument>,
    /// Planned or feared crowds at known times.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.flash_crowds")))]
    pub flash_crowds: Vec<FlashCrowdDocument>,
}

/// The rate before bursts and crowds.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TrafficSource {
    /// A mean rate shaped by the hour of the day and the day of the week.
    Model {
        /// Mean rate over the first week.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.base_rps")))]
        base_rps: f64,
        /// Shape of the day.
        daily: DailyShape,
        /// Weight of each day, Monday first; only their proportions matter.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.weekday_weights")))]
        weekday_weights: Vec<f64>,
        /// Growth over 30 days, compounding continuously.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.growth_percent_per_month")))]
        growth_percent_per_month: f64,
    },
    /// Measured request counts, repeated to fill the window.
    Recorded {
        /// Where the recording comes from.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "description")))]
        origin: String,
        /// Length of each interval of the recording.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.interval_s")))]
        interval_s: f64,
        /// Requests counted in each interval; a gap is null and is filled from its neighbours.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.counts")))]
        counts: Vec<Option<f64>>,
        /// Scale the recording to this mean rate; without it the counts are taken as they are.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.base_rps")))]
        mean_rps: Option<f64>,
        /// Growth over 30 days, compounding continuously.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.growth_percent_per_month")))]
        growth_percent_per_month: f64,
    },
}

/// How the rate moves through a day.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DailyShape {
    /// The same at every hour.
    Flat {},
    /// A sine wave around the mean.
    Sine {
        /// Height of the wave as a share of the mean: at 0.6 the peak is 1.6 and the trough 0.4 times the mean.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.amplitude")))]
        amplitude: f64,
        /// Hour of the day with the highest rate.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.peak_hour")))]
        peak_hour: f64,
    },
    /// A weight for each of the 24 hours, joined by straight lines; only their proportions matter.
    Hourly {
        /// Weights of the hours, midnight first.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.hourly_weights")))]
        weights: Vec<f64>,
    },
}

/// Bursts that begin and end at random (exponentially distributed gaps and durations).
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BurstsDocument {
    /// The rate during a burst, as a multiple of the rate without.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.burst_factor")))]
    pub factor: f64,
    /// Mean time from the end of a burst to the start of the next.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.burst_gap_hours")))]
    pub mean_gap_hours: f64,
    /// Mean duration of a burst.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.burst_duration_minutes")))]
    pub mean_duration_minutes: f64,
}

/// One crowd: the rate climbs to a multiple, stays, and falls back.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FlashCrowdDocument {
    /// Start, counted from the start of the window.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.crowd_at_hour")))]
    pub at_hour: f64,
    /// The rate at the height of the crowd, as a multiple of the rate without.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.crowd_factor")))]
    pub factor: f64,
    /// Time of the climb.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.crowd_minutes")))]
    pub ramp_minutes: f64,
    /// Time at the height.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.crowd_minutes")))]
    pub hold_minutes: f64,
    /// Time of the fall.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "traffic.crowd_minutes")))]
    pub fall_minutes: f64,
}
