//! SLIs, error budgets and what spends them. What is judged and counted every tick is `sim_planes::slo`.

pub mod budget;

pub use sim_planes::slo::{Cause, CauseCounts, attribution};
