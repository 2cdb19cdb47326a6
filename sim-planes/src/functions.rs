//! Serverless functions: instances that are started when a request finds none free, kept alive for a while
//! after their last request, and paid by what they run.
//!
//! ```text
//!   request ──► free provisioned instance? ──► served at once
//!                  │ none
//!                  ▼
//!               free warm instance? ──► which one: NextInstance ──► served at once (warm)
//!                  │ none
//!                  ▼
//!               instances at their limit, or no token to start one? ──► rejected (429)
//!                  │ no
//!                  ▼
//!               a new instance starts ──► served after its start (cold)
//!
//!   an instance without a request for its keep-alive time ends
//! ```
//!
//! [`FunctionPool`] plays every request as an event, exactly, at a cost that does not grow with the number of
//! instances but for the logarithm of those at work. The networks of [`plane`](crate::plane::network) play the same
//! [`Platform`]. What all that costs is `sim_core::functions::billing`'s to say.
//!
//! Semantics: Mahmoudi & Khazaei, "SimFaaS: A Performance Simulator for Serverless Computing Platforms",
//! CLOSER 2021 (keep-alive counted from the end of the last request, one pool of instances for one function), with
//! the order of an arrival, limits and scaling rate of AWS Lambda.
//!
//! | module | what |
//! |---|---|
//! | `model` | what a function is: times, limits, which instance serves next |
//! | `platform` | the instances: who takes a request, what starts and ends |
//! | `pool` | requests with arrivals of their own |
//! | `order` | free instances, in the order in which they serve: oldest, newest, least or most recently used, … |
//! | `outcome`, `levels` | counts; how long how many instances existed |

mod bits;
mod events;
mod instance;
mod levels;
mod model;
mod order;
mod outcome;
mod platform;
mod pool;
mod token_bucket;

pub use levels::Levels;
pub use model::{BurstLimit, ColdStart, FunctionModel, NextInstance, Warmer};
pub use outcome::{FunctionOutcome, FunctionStatistics, FunctionUse};
pub use platform::{Grant, Platform, Refusal, steps};
pub use pool::{Fate, FunctionPool};
pub use token_bucket::TokenBucket;
