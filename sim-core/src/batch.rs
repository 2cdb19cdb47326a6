//! Batch jobs on spot machines, with deadlines: what a run costs and when it is done.
//!
//! ```text
//!   every run: work ─► equal shares, one a machine (job) ─► spot while the pools have some (pool)
//!              ─✕ reclaimed: what was not saved is lost ─► wait, another pool, or on-demand (policy)
//!              ─► the last share done: completion time against the deadline, hours × price (run, result)
//! ```
//!
//! Jobs run beside the request path on a clock of their own, event by event ([`machine`]). A run that starts in the SLO
//! window is played to its end and counts in full.
//!
//! Sources: Wu et al., "Can't Be Late: Optimizing Spot Instance Savings under Deadlines", NSDI 2024 (greedy with a
//! safety net, uniform progress); Young 1974, Daly 2006 and Bougeret et al. 2011 for the closed forms in
//! [`checkpoint`], which the simulation is held against.

pub mod checkpoint;
pub mod job;
pub mod machine;
pub mod policy;
pub mod pool;
pub mod result;
pub mod run;

pub use job::{Job, RunResult, Saves};
pub use policy::Policy;
pub use pool::{Market, Pool};
pub use result::{BatchResult, JobResult};
pub use run::{BatchModel, BatchSetup};

/// Most jobs of a scenario.
pub const MAX_JOBS: usize = 8;

/// Most pools of a job.
pub const MAX_POOLS: usize = 4;

/// Most machines of a job.
pub const MAX_MACHINES: u32 = 500;

/// Most runs of a job that start in a window.
pub const MAX_RUNS: u32 = 1000;

/// Most points of a recorded market.
pub const MAX_POINTS: usize = 50_000;

const HOUR_S: f64 = 3600.0;
