//! Objectives, error budgets and what spends them: judged and counted every tick.

pub mod attribution;
pub mod budget;
mod cause;
mod cause_counts;
mod incidents;

pub use cause::Cause;
pub use cause_counts::CauseCounts;
