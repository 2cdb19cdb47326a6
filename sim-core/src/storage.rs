//! Tiered storage: what data costs where it lies, what moving and reading it costs, and how long queries take.
//!
//! ```text
//!   each day:  new objects are written to the first tier ─► lifecycle rules move and expire (lifecycle)
//!              ─► what is held is billed (billing) ─► queries read, by age and popularity (access),
//!                 from the cache or a tier (cache, latency) ─► reads are billed, and remembered by rules on last access
//! ```
//!
//! Data are cohorts: the objects of one dataset that were written on the same day ([`cohorts`]). The model runs beside
//! the request path on a clock of its own, in whole days that cover the SLO window ([`run`]). Days before the window
//! are not played: the state at its start is the one that the rules and the expected reads lead to ([`setup`]).
//!
//! Sizes are GiB (2³⁰ bytes, what AWS bills as GB), months have 730 hours, money is US dollars.

pub mod access;
pub mod billing;
pub mod cache;
pub mod cohorts;
pub mod latency;
pub mod lifecycle;
pub mod result;
pub mod run;
pub mod setup;
pub mod tiers;

pub use result::{StorageResult, TierResult};
pub use setup::{Dataset, StorageModel, StorageSetup, Target};
pub use tiers::Tier;

/// Most tiers of a scenario: what is counted by tier is an array.
pub const MAX_TIERS: usize = 8;

/// Days of a month of 730 hours.
pub const DAYS_PER_MONTH: f64 = crate::cost::HOURS_PER_MONTH / 24.0;

/// An amount for each tier.
pub type ByTier = [f64; MAX_TIERS];
