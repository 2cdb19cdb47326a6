//! One replication again, under the microscope: every decision, and every tick of a stretch of time.
//!
//! One seed explains a run, so nothing needs to be kept while a study runs: who wants to know why, runs the
//! replication again with the log on.

use super::{Setup, Simulation};
use crate::control::decision::{Decision, Input, LogFilter};
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

impl Replay {
    /// The decisions as CSV (RFC 4180) with a heading, one line each; the inputs are one field.
    pub fn decisions_csv(&self) -> String {
        let mut text = "at_s,controller,from,to,rule,why,inputs\r\n".to_owned();
        for decision in &self.decisions {
            let inputs: Vec<String> = decision.inputs.iter().map(in_words).collect();
            let fields = [
                format!("{}", decision.at_s),
                quoted(&decision.controller),
                format!("{}", decision.from),
                format!("{}", decision.to),
                quoted(decision.rule.label()),
                quoted(&decision.why),
                quoted(&inputs.join("; ")),
            ];
            text.push_str(&fields.join(","));
            text.push_str("\r\n");
        }
        text
    }
}

fn in_words(input: &Input) -> String {
    let value = match input.value {
        Some(value) => format!("{value}"),
        None => format!("missing ({})", input.problem),
    };
    let target = input
        .target
        .map_or(String::new(), |t| format!(" against {t}"));
    let age = input
        .age_s
        .map_or(String::new(), |a| format!(", {a} s old"));
    format!("{} = {value}{target}{age}", input.name)
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
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
