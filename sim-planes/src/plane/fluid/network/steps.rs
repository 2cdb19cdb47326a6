//! Intervals in short steps, where a breaker watches a station that has too much to do.
//!
//! What an attempt meets is known from the step before. An overloaded queue is as long as its callers' patience within
//! that patience; then the breaker opens, the queue empties, and a while later all begins anew. Intervals much longer than
//! the patience would see none of it.

use super::super::returning::join;
use super::{FluidNetwork, State};
use crate::plane::network::{CallOutcome, NetworkOutcome, StationInterval};

/// From this load on, of all that would be called, a station's queue may bring its callers to give up.
const BUSY: f64 = 0.95;
/// Steps of an interval at most.
const MOST_STEPS: f64 = 100.0;
/// Steps to a callers' patience.
const STEPS_TO_PATIENCE: f64 = 3.0;

impl FluidNetwork<'_> {
    /// In how many steps an interval is served.
    pub(super) fn steps(&self, length_s: f64, given: &[StationInterval]) -> u32 {
        if self.live.is_empty() || self.functions.iter().any(Option::is_some) {
            return 1;
        }
        let edges = self.tables.nodes.iter().flat_map(|node| &node.calls);
        let live = edges.filter_map(|edge| Some((edge, self.live.get(edge.live?)?)));
        let steps = live.map(|(edge, live)| {
            let to = edge.call.to;
            let (Some(node), Some(state), Some(given)) = (
                self.tables.nodes.get(to),
                self.states.get(to),
                given.get(to),
            ) else {
                return 1.0;
            };
            if !live.has_breaker() || !self.is_busy(to, state, given) {
                return 1.0;
            }
            (STEPS_TO_PATIENCE * length_s / node.timeout_s)
                .ceil()
                .max(1.0)
        });
        steps.fold(1.0, f64::max).min(MOST_STEPS) as u32
    }

    /// Whether a station would have much to do if all called it that want to.
    fn is_busy(&self, index: usize, state: &State, given: &StationInterval) -> bool {
        let Some(node) = self.tables.nodes.get(index) else {
            return false;
        };
        let edges = self.tables.nodes.iter().flat_map(|node| &node.calls);
        let to_it = edges.filter(|edge| edge.call.to == index);
        let away = to_it.filter_map(|edge| self.live.get(edge.live?));
        let away_rps: f64 = away.map(|live| live.refused_rps()).sum();
        let each_s = node.tables.mean_service_s() + node.own_s * (given.time_factor - 1.0).max(0.0);
        let work = (state.rate_rps + away_rps) * each_s;
        work >= BUSY * f64::from(given.interval.servers)
    }
}

/// Adds the outcome of a step to that of the steps before it.
pub(super) fn add(sum: &mut NetworkOutcome, step: &NetworkOutcome) {
    if sum.stations.is_empty() {
        sum.clone_from(step);
        return;
    }
    for (sum, step) in sum.stations.iter_mut().zip(&step.stations) {
        join(sum, step);
    }
    for (sum, step) in sum.calls.iter_mut().zip(&step.calls) {
        add_call(sum, step);
    }
    for (sum, step) in sum.entries.iter_mut().zip(&step.entries) {
        join(&mut sum.total, &step.total);
        for (sum, step) in sum.blamed.iter_mut().zip(&step.blamed) {
            join(sum, step);
        }
    }
}

fn add_call(sum: &mut CallOutcome, step: &CallOutcome) {
    sum.wanted += step.wanted;
    sum.short_circuited += step.short_circuited;
    sum.crowded_out += step.crowded_out;
    sum.hedges += step.hedges;
    sum.hedges_won += step.hedges_won;
    sum.opened += step.opened;
    sum.open_s += step.open_s;
}
