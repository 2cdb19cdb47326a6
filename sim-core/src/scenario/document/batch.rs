//! Batch jobs beside the request path.

use super::DistributionDocument;
use super::serving::is_default;
use crate::scenario::read::FromValue;
use serde::Serialize;

/// Jobs that run every so often and shall be done by a deadline, on spot or on-demand machines. They run beside the requests.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BatchDocument {
    /// The jobs.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.jobs")))]
    pub jobs: Vec<JobDocument>,
}

/// A batch job. Its work is cut into equal shares, one a machine.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct JobDocument {
    /// Name shown in reports.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.name")))]
    pub name: String,
    /// Time from the start of one run to the next; the first starts with the window.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.every_hours")))]
    pub every_hours: f64,
    /// Work of a run: hours that one machine takes for it.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.work_hours")))]
    pub work_hours: DistributionDocument,
    /// Work that the policy reckons with; without it, it knows the work of each run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.planned_hours")))]
    pub planned_hours: Option<f64>,
    /// Machines that share the work.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.parallelism")))]
    pub parallelism: u32,
    /// A run shall be done so long after its start.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.deadline_hours")))]
    pub deadline_hours: f64,
    /// Share of the runs of the window that shall be done in time; it is one of the objectives.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.on_time_percent")))]
    pub on_time_percent: f64,
    /// What is lost when a spot machine is reclaimed.
    pub saves: SavesDocument,
    /// From asking for the first machine to working.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.start_seconds")))]
    pub start_seconds: f64,
    /// From asking for another machine to working: boot, and loading what was saved.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.restart_seconds")))]
    pub restart_seconds: f64,
    /// When it runs on spot.
    pub policy: JobPolicyDocument,
    /// Where there are machines; they are tried in turn.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.pools")))]
    pub pools: Vec<PoolDocument>,
    /// How often the policy looks, and what is paid for at least; without it at once, and by the second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.look_every_seconds")))]
    pub look_every_seconds: Option<f64>,
}

/// What is lost when a spot machine is reclaimed.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum SavesDocument {
    /// All that the machine has done: nothing is ever saved.
    Never {},
    /// What it has done since the last checkpoint.
    Checkpoints(CheckpointsDocument),
    /// Nothing: the notice of the reclaim suffices to save everything.
    OnNotice {},
}

/// Checkpoints on spot machines; on demand nothing is lost, so none are taken.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CheckpointsDocument {
    /// Work between two checkpoints; the best is near √(2 × seconds of one × mean time between reclaims).
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.interval_minutes")))]
    pub interval_minutes: f64,
    /// Saving one, during which the machine does no work.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.cost_seconds")))]
    pub cost_seconds: f64,
}

/// When a job runs on spot.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum JobPolicyDocument {
    /// Never.
    OnDemand {},
    /// Whenever there is some, until the slack before the deadline is gone; then on demand.
    SpotGreedy {},
    /// As greedy, and on demand whenever less is done than is due: the same share of the work as of the time (Wu et al. 2024).
    UniformProgress {},
    /// Some machines on demand, the others on spot; what is not done at the deadline moves on demand.
    OnDemandBase {
        /// Machines that are on demand.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.base_machines")))]
        machines: u32,
    },
}

/// Machines of one type in one zone.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolDocument {
    /// Name of the pool.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.name")))]
    pub name: String,
    /// Price of an on-demand machine; of several pools the cheapest is taken.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.on_demand_usd_per_hour")))]
    pub on_demand_usd_per_hour: f64,
    /// Price of a spot machine.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.spot_usd_per_hour")))]
    pub spot_usd_per_hour: f64,
    /// When there are spot machines.
    pub market: MarketDocument,
}

/// When there are spot machines.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum MarketDocument {
    /// Reclaimed at random moments, and missing for random times.
    Random(RandomMarketDocument),
    /// As recorded; each run starts at a random moment of the recording, which goes round.
    #[serde(rename = "trace")]
    Recorded(RecordedMarketDocument),
}

/// Exponential times with and without spot machines.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RandomMarketDocument {
    /// Mean time from getting a machine to its reclaim.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.mean_hours_between_reclaims")))]
    pub mean_hours_between_reclaims: f64,
    /// Mean time after a reclaim until there is another; 0 when there is one at once.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.mean_minutes_unavailable")))]
    pub mean_minutes_unavailable: f64,
    /// Which machines are reclaimed together.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "each_machine")))]
    pub reclaims: Reclaims,
}

/// Which machines are reclaimed together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reclaims {
    /// Each on its own.
    #[default]
    EachMachine,
    /// All of the pool.
    WholePool,
}

/// A recording of when there were spot machines.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RecordedMarketDocument {
    /// Time between two points.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.step_seconds")))]
    pub step_seconds: f64,
    /// A character per point: 1 when there were machines, 0 when there were none.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "batch.available")))]
    pub available: String,
}
