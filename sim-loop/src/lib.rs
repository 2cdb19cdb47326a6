//! The loop over the ticks of a replication, compiled for speed.
//!
//! The page compiles the core for size and this crate for speed. What is marked `#[inline]` in the core is compiled by the
//! crate that uses it, as that crate is compiled: so everything that a tick passes through and that is marked so is fast
//! here, and small wherever else it is used. Nothing else belongs into this crate.

use sim_core::replication::Simulation;

/// [`Simulation::advance`]: simulates up to `ticks` more ticks; whether the window is over.
// Within a function of another crate it would be compiled as that one is.
#[inline(never)]
pub fn advance(simulation: &mut Simulation<'_>, ticks: u32) -> bool {
    simulation.advance(ticks)
}
