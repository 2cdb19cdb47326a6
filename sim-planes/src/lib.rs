//! The innermost part of QEC Studio's simulation: named random streams, statistics, instances of functions, the two data
//! planes, the rules of the Kubernetes HPA, telemetry, and the error budgets with their causes.
//!
//! ```text
//!   random, stats ◄── functions ◄── plane: fluid | requests ◄── slo        no scenario, no fleet, no money
//! ```
//!
//! It is a crate of its own because it runs for every request or tick: the page compiles it for speed and the rest for
//! size. `sim_core` passes it on as `sim_core::{random, stats, plane, slo}` and
//! `sim_core::control::{hpa, telemetry}`; its invariants (pure, `libm` only, the same
//! bytes everywhere) are those of `sim_core`.
//!
//! What `sim_core` calls every tick is `inline(never)`: what is called in one place only would else become a part of its
//! caller when the page is linked, and be compiled for size as that is.

pub mod bounds;
pub mod edge;
pub mod functions;
pub mod hpa;
pub mod plane;
pub mod random;
pub mod slo;
pub mod stats;
pub mod telemetry;
