//! Serverless functions: their instances, which the data planes play, and what they cost.
//!
//! | module | what |
//! |---|---|
//! | (passed on) | instances, who serves next, cold starts, limits: [`sim_planes::functions`] |
//! | [`setup`] | a scenario's function in the units of the planes |
//! | [`provisioning`] | how many instances are started beforehand, from tick to tick |
//! | [`billing`] | requests, GB-seconds, provisioned concurrency, vCPU-seconds → dollars |
//! | [`meter`] | what a window uses, and its bill by the month |
//! | [`break_even`] | from how much traffic on containers on nodes cost less |

pub mod billing;
pub mod break_even;
pub mod meter;
pub mod provisioning;
pub mod setup;

pub use sim_planes::functions::*;
