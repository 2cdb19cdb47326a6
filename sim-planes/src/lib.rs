//! The innermost part of QEC Studio's simulation: named random streams, statistics, instances of functions, the two data
//! planes, and the rules of the Kubernetes HPA.
//!
//! ```text
//!   random, stats ◄── functions ◄── plane: fluid | requests        no scenario, no fleet, no money
//! ```
//!
//! It is a crate of its own because it runs for every request or tick: the page compiles it for speed and the rest for
//! size. `sim_core` passes it on as `sim_core::{random, stats, plane}` and
//! `sim_core::control::hpa`; its invariants (pure, `libm` only, the same
//! bytes everywhere) are those of `sim_core`.

pub mod bounds;
pub mod edge;
pub mod functions;
pub mod hpa;
pub mod plane;
pub mod random;
pub mod slo;
pub mod stats;
pub mod telemetry;
