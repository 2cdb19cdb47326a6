//! SLIs, error budgets and what spends them.

mod cause;
pub mod budget;

pub use cause::Cause;
