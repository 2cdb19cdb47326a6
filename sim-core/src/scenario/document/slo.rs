//! What the design is judged by.

use crate::scenario::read::FromValue;
use serde::Serialize;

/// Objectives over a window. The SLO is met when every objective is met over the whole window.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SloDocument {
    /// Length of the window; one replication simulates one window.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "slo.window_days")))]
    pub window_days: f64,
    /// The objectives.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "slo.objectives")))]
    pub objectives: Vec<ObjectiveDocument>,
    /// Wanted probability of meeting the SLO; designs are recommended only when even the lower bound clears it.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "slo.wanted_attainment_percent")))]
    pub wanted_attainment_percent: f64,
    /// What a thousand answered requests bring in, US dollars. With it the report says how much revenue is at risk: that of the
    /// requests that get no answer.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "slo.revenue_usd_per_1000_requests")))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revenue_usd_per_1000_requests: Option<f64>,
}

/// One objective: a share of all requests that must be good.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "sli", rename_all = "snake_case", deny_unknown_fields)]
pub enum ObjectiveDocument {
    /// Answered in time and without error. Bad are rejected, timed-out and failed requests.
    Success {
        /// Share of requests that must be good.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "slo.target_percent")))]
        target_percent: f64,
    },
    /// Answered within a threshold. Bad are slower answers, and requests without a good answer.
    Latency {
        /// Slowest good answer.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "slo.threshold_ms")))]
        threshold_ms: f64,
        /// Share of requests that must be good.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "slo.target_percent")))]
        target_percent: f64,
    },
}

impl ObjectiveDocument {
    /// Share of requests that must be good, per cent.
    pub fn target_percent(&self) -> f64 {
        match self {
            Self::Success { target_percent } | Self::Latency { target_percent, .. } => {
                *target_percent
            }
        }
    }
}
