//! How requests meet replicas: who gets which, what happens when there is no room, when a client gives up,
//! when a replica goes, and when a request is tried again.

use crate::plane::RetryModel;
use crate::scenario::read::FromValue;
use serde::Serialize;

pub use crate::plane::{Balancing, OnTimeout, Overflow, Removal};

/// Replicas whose requests share their processors.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ProcessorSharingDocument {
    /// Processors of a replica that its requests share; one request uses one of them at most.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.cores")))]
    pub cores: f64,
}

/// Clients that try again after a rejection, timeout, error or loss.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RetryDocument {
    /// Attempts in all, the first included; 1 is never to try again.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "retries.max_attempts")))]
    pub max_attempts: u32,
    /// Pause before the second attempt.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "retries.backoff_ms")))]
    pub backoff_ms: f64,
    /// Factor by which each further pause is longer.
    #[serde(default = "default_multiplier")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "retries.multiplier")))]
    pub multiplier: f64,
    /// Whether the pauses are spread at random.
    #[serde(default)]
    pub jitter: Jitter,
    /// Retries at most, as a share of the requests of all clients; without it there is no such bound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "retries.budget_percent")))]
    pub budget_percent: Option<f64>,
}

impl RetryDocument {
    /// In the units of the data planes.
    pub fn model(&self) -> RetryModel {
        RetryModel {
            max_attempts: self.max_attempts,
            backoff_s: self.backoff_ms / 1000.0,
            multiplier: self.multiplier,
            full_jitter: self.jitter == Jitter::Full,
            budget: self
                .budget_percent
                .map_or(f64::INFINITY, |percent| percent / 100.0),
        }
    }
}

fn default_multiplier() -> f64 {
    2.0
}

/// How a pause before a retry is spread.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Jitter {
    /// Evenly between nothing and the whole pause ("full jitter").
    #[default]
    Full,
    /// Always the whole pause: clients that failed together come back together.
    None,
}

/// For `skip_serializing_if`: what is left at its default is not written, so old documents keep their bytes.
pub(super) fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
