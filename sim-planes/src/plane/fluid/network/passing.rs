//! Through the queues of an interval, callers first: who arrives, who starts, and the calls of those.

use super::super::returning::join;
use super::calls::{attempts, calls_at_once};
use super::live::Sent;
use super::tables::Node;
use super::{FluidNetwork, share};
use crate::plane::network::StationInterval;
use crate::plane::{Interval, Outcome};

/// A queue that changes by more than one request and this share of its arrivals lets others start than come.
const STEADY: f64 = 0.01;

impl FluidNetwork<'_> {
    /// The queue of a station, and the calls of those that start.
    pub(super) fn pass(&mut self, index: usize, all: &[StationInterval]) -> Option<Outcome> {
        let given = all.get(index)?;
        let node = self.tables.nodes.get(index)?;
        let state = *self.states.get(index)?;
        let length_s = given.interval.length_s;
        // In an outage nobody gets as far as the queue.
        let (rate_rps, arrivals) = if given.down {
            (0.0, 0.0)
        } else {
            (state.rate_rps, state.arrivals)
        };
        let limit = self.throttles.get_mut(index).and_then(Option::as_mut);
        let throttled = limit.map_or(0.0, |limit| {
            limit.turn_away(arrivals, rate_rps * length_s, length_s)
        });
        let (rate_rps, arrivals) = if throttled > 0.0 {
            let passes = share(arrivals - throttled, arrivals);
            (rate_rps * passes, arrivals - throttled)
        } else {
            (rate_rps, arrivals)
        };
        // Where a backlog of single requests is worked off, those that come beside it are counted, not expected.
        let rate_rps = if self.asleep.is_catching_up(index) {
            arrivals / length_s
        } else {
            rate_rps
        };
        let error = 1.0 - (1.0 - node.error_probability) * (1.0 - given.error_probability);
        self.decide(index, rate_rps * (1.0 - error), all);
        let slower_s = node.own_s * (given.time_factor - 1.0).max(0.0);
        let longer_s = slower_s + self.answers_take_longer_s(index, node);
        let held = held(longer_s, node.tables.mean_service_s());
        let mut interval = Interval {
            rate_rps,
            ..given.interval
        };
        let sources = calls_at_once(node, all);
        interval.servers = self.asleep.free(index, interval.servers);
        let servers = interval.servers;
        let load = rate_rps * held * node.tables.mean_service_s() / f64::from(servers.max(1));
        let is_bound = load >= 1.0
            && sources.saturating_sub(servers) < interval.queue_limit
            && !self.asleep.is_drowsy(index);
        if is_bound {
            // Those beyond wait with their callers.
            interval.queue_limit = sources.saturating_sub(servers).max(1);
        }
        let known = self.sources.get_mut(index)?;
        let queues = node.tables.queues_apart(servers);
        let waits_here = &self.tables.waits_here;
        let here = known.waits_here(waits_here, (servers, queues), sources, load);
        let served = self.stations.get_mut(index)?;
        if self.asleep.is_possible() {
            served.come_early(self.asleep.early_at(index));
        }
        // From when on all slots are held, who comes waits in front.
        let room = self.asleep.room(index, servers);
        let there = state.waiting_before + arrivals;
        let until = if servers > 0 && there > room {
            room / there
        } else {
            1.0
        };
        interval.length_s *= until;
        let mut outcome = served.serve(&interval, until * arrivals, held, slower_s, here);
        if until < 1.0 {
            let rest_s = length_s - interval.length_s;
            let rest = served.hold(&interval, rest_s, (1.0 - until) * arrivals);
            join(&mut outcome, &rest);
        }
        let is_closed = servers == 0 || until < 1.0;
        self.asleep.note(index, is_closed, served.backlog());
        let mut held_back = 0.0;
        if is_bound {
            // What a queue's rule has dropped is not held back.
            held_back = outcome.rejected - outcome.dropped;
            outcome.rejected = outcome.dropped;
            outcome.waiting_at_end += held_back;
        }
        let started = served.started();
        let gave_up = (outcome.waits - started).max(0.0);
        let change = outcome.waiting_at_end - state.waiting_before;
        let start_rps = if change.abs() > 1.0 + STEADY * arrivals || arrivals <= 0.0 {
            started / length_s
        } else {
            share(arrivals - outcome.rejected - gave_up, arrivals) * rate_rps
        };
        outcome.rejected += throttled;
        let state = self.states.get_mut(index)?;
        state.started = started;
        state.rejected = outcome.rejected;
        state.throttled = throttled;
        state.dropped = outcome.dropped;
        state.gave_up = gave_up;
        state.lost = outcome.lost.min(started);
        state.waiting = outcome.waiting_at_end;
        state.held_back = held_back;
        state.is_down = given.down;
        state.error = error;
        self.call(
            index,
            node,
            start_rps * (1.0 - error),
            started * (1.0 - error),
        );
        Some(outcome)
    }

    /// Those that have started, at this rate and in this number, make their calls.
    pub(super) fn call(&mut self, index: usize, node: &Node, rate_rps: f64, count: f64) {
        let early = self.early(index, count);
        // A call that comes to nothing ends the request: later groups of calls are not made.
        let (mut left, mut after, mut group) = (1.0, 1.0, 0);
        for edge in &node.calls {
            if edge.group != group {
                (group, left) = (edge.group, after);
            }
            let calls = edge.call.per_request * left;
            // Whether calls fail that wait for a sleeper is not known yet.
            let fails = if self.asleep.holds(edge) {
                0.0
            } else {
                self.call_fails(edge)
            };
            let Some(state) = self.states.get_mut(edge.call.to) else {
                continue;
            };
            if let Some(live) = edge.live.and_then(|live| self.live.get_mut(live)) {
                let Sent {
                    attempts,
                    first,
                    surplus,
                } = live.send(count * calls);
                state.rate_rps += rate_rps * calls * live.attempts_per_call();
                state.arrivals += attempts;
                state.first += first;
                state.surplus += surplus;
                after *= 1.0 - fails;
                continue;
            }
            let attempts = attempts(&edge.call.retries, state.fails);
            state.rate_rps += rate_rps * calls * attempts;
            let made = self.asleep.draw(edge, count * calls);
            state.arrivals += made * attempts;
            state.first += made;
            self.asleep.make(edge, made, count, early);
            after *= 1.0 - fails;
        }
    }

    /// Mean by which answers that a station waits for take longer than usual, seconds.
    pub(super) fn answers_take_longer_s(&self, index: usize, node: &Node) -> f64 {
        let usual = node.calls.iter().filter(|edge| edge.live.is_none());
        // Those that wait for sleepers are counted one by one.
        let usual = usual.filter(|edge| !self.asleep.holds(edge));
        let longer = usual.map(|edge| {
            let state = self.states.get(edge.call.to);
            let patience_s = self
                .tables
                .nodes
                .get(edge.call.to)
                .map_or(0.0, |callee| callee.timeout_s);
            edge.waited_for * state.map_or(0.0, |state| state.holds_s.min(patience_s))
        });
        let longer_s: f64 = longer.sum();
        match self.delays.get(index) {
            Some(delay) if node.has_live => longer_s + delay.holds_s,
            _ => longer_s,
        }
    }
}

/// By what factor slots are held for longer, when that is so much longer on average, of `usual_s`.
pub(super) fn held(longer_s: f64, usual_s: f64) -> f64 {
    /// Own service is never turned away.
    const LEAST: f64 = 0.01;
    (1.0 + longer_s / usual_s).max(LEAST)
}
