//! The innermost part of QEC Studio's simulation: named random streams, statistics, instances of functions, and the two
//! data planes.
//!
//! ```text
//!   random, stats ◄── functions ◄── plane: fluid | requests        no scenario, no controller, no money
//! ```
//!
//! It is a crate of its own because it runs for every request or tick: the page compiles it for speed and the rest for
//! size. `sim_core` passes it on as `sim_core::{random, stats, plane}`; its invariants (pure, `libm` only, the same
//! bytes everywhere) are those of `sim_core`.

pub mod edge;
pub mod functions;
pub mod plane;
pub mod random;
pub mod stats;
