//! One replication again, under the microscope: every decision, and every tick of a stretch of time.
//!
//! One seed explains a run, so nothing needs to be kept while a study runs: who wants to know why, runs the
//! replication again with the log on.

use super::{Setup, Simulation};
use crate::control::decision::{Decision, LogFilter};
use serde::{Deserialize, Serialize};

/// What to look at.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplayRequest {
    /// Which replication.
    pub replication: u32,
    /// Which decisions; its times also bound the ticks.
    pub filter: LogFilter,
    /// At most this many ticks; later ones are left out.
    pub most_ticks: u32,
}

/// A tick as it really was, not as the controllers saw it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplayTick {
    /// End of the tick, seconds since the start of the window; negative in the warm-up.
    pub at_s: f64,
    /// Requests that arrived, per second.
    pub arrivals_rps: f64,
    /// Requests waiting at the end.
    pub waiting: f64,
    /// Share of the busy servers, 0..1.
    pub busy: f64,
    /// Share of bad requests among those that got an outcome, 0..1, of the worst objective.
    pub bad: f64,
    /// Replicas asked for after the tick.
    pub desired: u32,
    /// Replicas that served.
    pub ready: u32,
    /// Nodes paid for.
    pub nodes: u32,
}

/// What was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Replay {
    /// Decisions in order of time.
    pub decisions: Vec<Decision>,
    /// Decisions that passed the filter beyond its number.
    pub left_out: u32,
    /// Ticks in order of time.
    pub ticks: Vec<ReplayTick>,
}

/// Runs the replication again, up to the end of the stretch asked for.
pub fn replay(setup: &Setup, seed: u64, request: &ReplayRequest) -> Replay {
    let mut simulation = Simulation::new(setup, seed, request.replication);
    let filter = request.filter;
    simulation.log_decisions(filter);
    let mut ticks = Vec::new();
    let warm_up_s = f64::from(setup.warm_up_ticks) * setup.tick_s;
    while simulation.tick < setup.ticks() {
        let at_s = f64::from(simulation.tick + 1) * setup.tick_s - warm_up_s;
        if at_s > filter.to_s {
            break;
        }
        simulation.advance(1);
        if at_s >= filter.from_s && ticks.len() < request.most_ticks as usize {
            ticks.push(simulation.last_tick(at_s));
        }
    }
    let (decisions, left_out) = simulation.log.into_parts();
    Replay {
        decisions,
        left_out,
        ticks,
    }
}
