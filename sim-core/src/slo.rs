//! SLIs, error budgets and what spends them.

pub mod attribution;
pub mod budget;
mod cause;

pub use cause::Cause;
