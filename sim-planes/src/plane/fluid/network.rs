//! A network of services in closed form.
//!
//! ```text
//!   users ─► stations, callers first: arrivals ─► queue (`FluidPlane`) ─► those that start make calls ─► arrivals …
//!   answers, the called first: waits of the whole tree over its base law (`response`) ─► late, failed ─► callers fail
//!   users' answers: that of the station where they enter; who is to blame follows from waits and failures
//! ```
//!
//! - A request holds its slot until its calls are answered. So the service that a queue sees is the *base law*: own
//!   service and answers without any waiting. When answers take longer, slots are held for longer: the queue runs in
//!   slow motion.
//! - How long answers take, and how many calls fail and are tried again, is that of the interval before.
//! - What callers count on in the long run follows the intensity; what they work on, the numbers drawn for the users.
//! - What replicas that are killed held had been counted when it started: as many fewer of those that start in the interval
//!   of the kill are answered. The calls that they had made are answered all the same.
//! - Pauses before retries, and the time that failed attempts took, are not in the latency of those that succeed then.

mod asleep;
mod attempt;
mod calls;
mod functions;
mod live;
mod passing;
mod sources;
mod steps;
mod switch;
mod tables;
mod users;
mod usual;

use super::delay::Delay;
use super::response::{Response, Station};
use super::throttled::Throttle;
use crate::functions::FunctionUse;
use crate::plane::network::{
    CallOutcome, EntryOutcome, NetworkOutcome, NetworkPlane, StationInterval,
};
use crate::plane::{Interval, Outcome};
use crate::stats::LogHistogram;
use asleep::Asleep;
pub(in crate::plane::fluid) use asleep::Sleeper;
use functions::FunctionState;
pub use functions::Precision;
use live::{LiveCall, Stamp};
use sources::Sources;
pub use tables::{NetworkTables, unsupported};
use users::Users;

/// Serves a network's intervals in closed form.
pub struct FluidNetwork<'a> {
    tables: &'a NetworkTables,
    stations: Vec<Station<'a>>,
    responses: Vec<Response<'a>>,
    states: Vec<State>,
    throttles: Vec<Option<Throttle>>,
    sources: Vec<Sources>,
    /// Of stations that are functions.
    functions: Vec<Option<FunctionState>>,
    users: Vec<Users>,
    /// Calls whose answers are followed, and what their callers wait for them, by station.
    live: Vec<LiveCall>,
    delays: Vec<Delay>,
    stamps: Vec<Stamp>,
    /// By what factor the own service of each station takes longer now.
    slower: Vec<f64>,
    /// Stations without servers, and who waits for them.
    asleep: Asleep,
}

/// A station in the last interval.
#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Attempts expected to arrive, per second, and those that did.
    rate_rps: f64,
    arrivals: f64,
    /// Of these: first attempts.
    first: f64,
    /// Of the last interval: attempts that its callers, with all their slots here, could not make yet.
    held_back: f64,
    /// The same of the interval before: they arrive now.
    carried: f64,
    /// Attempts waiting at its start and its end.
    waiting_before: f64,
    waiting: f64,
    started: f64,
    /// Of those that have started, now or before: that end now, well or not. As many as start, but where calls wait for a
    /// station that sleeps.
    ended: f64,
    /// Those that have started and wait for such.
    deferred: f64,
    /// Attempts that found no room, and those that gave up waiting.
    rejected: f64,
    /// Of these: dropped by the queue's rule.
    dropped: f64,
    /// Of those that found no room: turned away by the rate limit.
    throttled: f64,
    gave_up: f64,
    /// Of those that started: ended with replicas that were killed.
    lost: f64,
    is_down: bool,
    /// Probability that an attempt's own service ends with an error.
    error: f64,
    /// Probability that a required call of one that started comes to nothing.
    calls_fail: f64,
    /// Probability that an attempt comes to nothing.
    fails: f64,
    /// Mean by which callers held their slots for longer than without waits, seconds.
    holds_s: f64,
    /// Good answers to second attempts of which the first was answered well, too.
    surplus: f64,
    /// What attempts met in the last interval in which there were any.
    met: Met,
}

/// What became of attempts, as shares.
#[derive(Clone, Copy, Debug)]
struct Met {
    /// Of those that came: turned away, and tired of waiting.
    rejected: f64,
    gave_up: f64,
    /// Of those that started: not lost with a replica; failed for a call of their own.
    kept: f64,
    calls_fail: f64,
}

impl Default for Met {
    fn default() -> Self {
        Self {
            rejected: 0.0,
            gave_up: 0.0,
            kept: 1.0,
            calls_fail: 0.0,
        }
    }
}

impl State {
    /// Share of those that started which did not end with a killed replica.
    fn kept(&self) -> f64 {
        1.0 - share(self.lost, self.started)
    }
}

impl<'a> FluidNetwork<'a> {
    /// A network at time 0 without servers and requests.
    pub fn new(
        tables: &'a NetworkTables,
        recent_intervals: u32,
        seed: u64,
        replication: u32,
    ) -> Self {
        let count = tables.nodes.len() as u32;
        let stations = (0..).zip(&tables.nodes);
        Self {
            stations: stations
                .map(|(component, node)| Station::new(&node.tables, seed, replication, component))
                .collect(),
            responses: tables
                .nodes
                .iter()
                .map(|node| Response::new(node.answers(), recent_intervals))
                .collect(),
            throttles: tables
                .nodes
                .iter()
                .map(|node| node.tables.service().rate_limit.map(Throttle::new))
                .collect(),
            states: vec![State::default(); tables.nodes.len()],
            functions: (0..)
                .zip(&tables.nodes)
                .map(|(component, node)| FunctionState::new(node, seed, replication, component))
                .collect(),
            sources: tables.nodes.iter().map(|_| Sources::default()).collect(),
            // Apart from the stations' streams.
            users: (0..tables.entries.len() as u32)
                .map(|entry| Users::new(seed, replication, count + entry))
                .collect(),
            live: LiveCall::all(tables, seed, replication),
            delays: tables.nodes.iter().map(|_| Delay::default()).collect(),
            stamps: tables.nodes.iter().map(|_| Stamp::default()).collect(),
            slower: vec![1.0; tables.nodes.len()],
            asleep: Asleep::new(tables, seed, replication),
            tables,
        }
    }

    /// Users come.
    fn enter(&mut self, rate_rps: f64, arrivals: &[f64], into: &mut NetworkOutcome) {
        for ((entry, &arrivals), outcome) in self
            .tables
            .entries
            .iter()
            .zip(arrivals)
            .zip(&mut into.entries)
        {
            let rate_rps = rate_rps * entry.share;
            outcome.total.arrivals = arrivals;
            if let Some(state) = self.states.get_mut(entry.station) {
                state.rate_rps += rate_rps;
                state.arrivals += arrivals;
                state.first += arrivals;
            }
        }
    }

    /// How a station answers, given those that it calls.
    fn answer(&mut self, index: usize, all: &[StationInterval]) {
        let tables = self.tables;
        if let Some(node) = tables.nodes.get(index) {
            self.end_deferred(index, node);
        }
        self.look_back(index, all);
        let (Some(node), Some(response)) =
            (self.tables.nodes.get(index), self.responses.get_mut(index))
        else {
            return;
        };
        if self.asleep.is_drowsy(index) {
            let asleep = &self.asleep.stations;
            response.update_drowsy(&node.tree, &self.stations, &self.delays, asleep, index);
        } else {
            response.update(&node.tree, &self.stations, &self.delays);
        }
        let (holds_s, in_time) = (response.holds_s(), response.in_time());
        let calls = node.calls.iter();
        let survive: f64 = calls.map(|edge| 1.0 - self.call_fails(edge)).product();
        let Some(state) = self.states.get_mut(index) else {
            return;
        };
        state.holds_s = holds_s;
        state.calls_fail = 1.0 - survive;
        let answered = state.kept() * (1.0 - state.error) * survive * in_time;
        let all = state.ended + state.rejected + state.gave_up;
        // Where nobody has come, nobody is turned away.
        let starts = if all > 0.0 {
            state.ended / all
        } else {
            f64::from(u8::from(state.waiting <= 0.0))
        };
        state.fails = if state.is_down {
            1.0
        } else {
            (1.0 - starts * answered).clamp(0.0, 1.0)
        };
        state.met.calls_fail = state.calls_fail;
        if all > 0.0 {
            state.met = Met {
                rejected: share(state.rejected, all),
                gave_up: share(state.gave_up, all),
                kept: state.kept(),
                calls_fail: state.calls_fail,
            };
        }
    }

    /// What a station did with requests: its queue's outcome, with the answers that it waited for.
    fn conclude(&mut self, index: usize, queue: &Outcome, given: &StationInterval) -> Outcome {
        let (Some(state), Some(response), Some(node)) = (
            self.states.get(index).copied(),
            self.responses.get_mut(index),
            self.tables.nodes.get(index),
        ) else {
            return Outcome::default();
        };
        let fine = (1.0 - state.error) * (1.0 - state.calls_fail);
        let kept = (state.ended - state.lost).max(0.0);
        let answered = kept * fine * response.in_time();
        let late = kept * fine - answered;
        // Where two attempts were answered well, one of them counts.
        let served = answered - state.surplus.min(answered);
        let failed = kept * (1.0 - fine) + if state.is_down { state.arrivals } else { 0.0 };
        response.count(served);
        // Of the attempts that came to nothing, some were tried again: the request is not over.
        let nothing = state.rejected + state.gave_up + late + failed + state.lost;
        let retries = state.arrivals - state.carried - state.first;
        let over = share(nothing - (retries - state.surplus), nothing);
        let slots = if node.function.is_some() {
            f64::INFINITY
        } else {
            f64::from(given.interval.servers) * given.interval.length_s
        };
        let held_s = self.asleep.held_s(index, given.interval.length_s);
        let in_service_s = (queue.in_service_s + held_s).min(slots);
        let own = node.own_s * given.time_factor.max(0.0);
        Outcome {
            arrivals: state.first,
            retries,
            served,
            rejected: state.rejected * over,
            throttled: state.throttled * over,
            turned_away: state.throttled,
            timed_out: (state.gave_up + late) * over,
            timed_out_in_service: (late * over).min(kept * fine * response.late_in_service()),
            failed: failed * over,
            lost: state.lost * over,
            slow: std::array::from_fn(|k| kept * fine * response.slow(k)),
            slow_in_service: std::array::from_fn(|k| kept * fine * response.slow_in_service(k)),
            waits: queue.waits,
            wait_sum_s: queue.wait_sum_s,
            waited: queue.waited,
            latency_sum_s: kept * fine * response.latency_s(),
            busy_server_s: in_service_s.min(state.started * own),
            in_service_s,
            waiting_at_end: queue.waiting_at_end,
            open_at_end: queue.waiting_at_end + state.deferred,
            ..Outcome::default()
        }
    }

    /// Serves an interval, or a step of one.
    fn step(
        &mut self,
        rate_rps: f64,
        arrivals: &[f64],
        length_s: f64,
        given: &[StationInterval],
        into: &mut NetworkOutcome,
    ) {
        let count = self.states.len();
        into.calls.clear();
        let calls = self.tables.nodes.iter().map(|node| node.calls.len()).sum();
        into.calls.resize(calls, CallOutcome::default());
        into.stations.clear();
        into.stations.resize(count, Outcome::default());
        into.entries
            .resize_with(self.users.len(), EntryOutcome::default);
        for entry in &mut into.entries {
            entry.total = Outcome::default();
            entry.blamed.clear();
            entry.blamed.resize(count, Outcome::default());
        }
        for state in &mut self.states {
            *state = State {
                rate_rps: state.held_back / length_s.max(f64::MIN_POSITIVE),
                arrivals: state.held_back,
                carried: state.held_back,
                waiting_before: state.waiting,
                deferred: state.deferred,
                fails: state.fails,
                holds_s: state.holds_s,
                met: state.met,
                ..State::default()
            };
        }
        self.enter(rate_rps, arrivals, into);
        let at = |index: usize| {
            let given = given.get(index).copied().unwrap_or_default();
            let interval = Interval {
                length_s,
                ..given.interval
            };
            StationInterval { interval, ..given }
        };
        let mut queues = vec![Outcome::default(); count];
        let given: Vec<StationInterval> = (0..count).map(at).collect();
        for (slower, given) in self.slower.iter_mut().zip(&given) {
            let factor = given.time_factor;
            *slower = if factor > 0.0 && factor.is_finite() {
                factor
            } else {
                1.0
            };
        }
        self.look_for_sleepers(&given);
        into.functions.clear();
        if self.functions.iter().any(Option::is_some) {
            into.functions.resize(count, FunctionUse::default());
        }
        for (index, queue) in queues.iter_mut().enumerate() {
            let passed = match into.functions.get_mut(index) {
                Some(used) if self.functions.get(index).is_some_and(Option::is_some) => {
                    self.invoke(index, &given, used)
                }
                _ => self.pass(index, &given),
            };
            *queue = passed.unwrap_or_default();
        }
        for index in (0..count).rev() {
            self.answer(index, &given);
        }
        for (index, (queue, outcome)) in queues.iter().zip(&mut into.stations).enumerate() {
            *outcome = self.conclude(index, queue, &given[index]);
        }
        for (index, outcome) in into.entries.iter_mut().enumerate() {
            self.tell_users(index, outcome);
        }
        let edges = self.tables.nodes.iter().flat_map(|node| &node.calls);
        for (edge, outcome) in edges.zip(&mut into.calls) {
            if let Some(live) = edge.live.and_then(|live| self.live.get(live))
                && edge.call.guard.is_on()
            {
                *outcome = live.outcome;
            }
        }
    }
}

impl NetworkPlane for FluidNetwork<'_> {
    fn serve(&mut self, rate_rps: f64, given: &[StationInterval], into: &mut NetworkOutcome) {
        let length_s = given.first().map_or(0.0, |first| first.interval.length_s);
        let entries = self.tables.entries.iter().zip(&mut self.users);
        let mut arrivals: Vec<f64> = entries
            .map(|(entry, users)| users.come(rate_rps * entry.share * length_s))
            .collect();
        let steps = self.steps(length_s, given);
        if steps == 1 {
            return self.step(rate_rps, &arrivals, length_s, given, into);
        }
        let parts = f64::from(steps);
        for arrivals in &mut arrivals {
            *arrivals /= parts;
        }
        let (mut sum, mut step) = (NetworkOutcome::default(), NetworkOutcome::default());
        for number in 0..steps {
            for response in &mut self.responses {
                response.continue_interval(number > 0);
            }
            self.step(rate_rps, &arrivals, length_s / parts, given, &mut step);
            steps::add(&mut sum, &step);
        }
        for response in &mut self.responses {
            response.continue_interval(false);
        }
        *into = sum;
    }

    // It knows rates only.
    fn give_arrivals(&mut self, _: &[f64]) {}

    fn recent_quantile(&self, station: usize, q: f64, intervals: u32) -> Option<f64> {
        self.responses.get(station)?.recent_quantile(q, intervals)
    }

    fn drain_latency(&mut self, entry: usize, into: &mut LogHistogram) {
        let of = self.tables.entries.get(entry);
        let node = of.and_then(|of| self.tables.nodes.get(of.station));
        if let (Some(users), Some(node)) = (self.users.get_mut(entry), node) {
            users.undrained.drain(node.answers(), into);
        }
    }

    fn drain_station_latency(&mut self, station: usize, into: &mut LogHistogram) {
        if let Some(response) = self.responses.get_mut(station) {
            response.drain_latency(into);
        }
    }
}

/// A share of a whole; 0 of nothing.
fn share(part: f64, whole: f64) -> f64 {
    if whole > 0.0 {
        (part / whole).max(0.0)
    } else {
        0.0
    }
}
