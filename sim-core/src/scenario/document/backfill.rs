//! Batch work of low priority on what the service's nodes have left.

use crate::scenario::read::FromValue;
use serde::Serialize;

/// Batch work that runs on the requested CPU that no pod asks for, and leaves when pods need it. It is paid for by nobody: the
/// nodes are there anyhow.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BackfillDocument {
    /// Work that comes in a day, evenly; what cannot be done waits.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "backfill.core_hours_per_day")))]
    pub core_hours_per_day: f64,
    /// Most processors that it uses at once.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "backfill.most_cores")))]
    pub most_cores: f64,
    /// How long it takes to leave, while the pod that needs its room waits (terminationGracePeriodSeconds).
    #[serde(default = "default_preemption_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "backfill.preemption_s")))]
    pub preemption_s: u32,
    /// What an hour of a processor would cost it on machines of its own, for what it saves.
    #[serde(default = "default_usd_per_core_hour")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "backfill.usd_per_core_hour")))]
    pub usd_per_core_hour: f64,
}

fn default_preemption_s() -> u32 {
    30
}

fn default_usd_per_core_hour() -> f64 {
    0.048
}
