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
//! - Pauses before retries, and the time that failed attempts took, are not in the latency of those that succeed then.

mod tables;

use super::response::{Blame, Response, Station, none_of};
use super::tables::RowWeights;
use super::thinned::Thinning;
use crate::plane::network::{
    CallMode, EntryOutcome, NetworkOutcome, NetworkPlane, StationInterval,
};
use crate::plane::queueing::{finite_sources, mmc_mean_wait};
use crate::plane::{Interval, Outcome, RetryModel};
use crate::random::{POISSON_MAX_MEAN, Purpose, Rng, StreamKey, poisson};
use crate::stats::LogHistogram;
use tables::{Edge, Node};
pub use tables::{NetworkTables, unsupported};

/// Probabilities below this are not followed to their causes.
const NEGLIGIBLE: f64 = 1e-12;
/// Calls that can be under way, to a server, from which on they are as good as a stream.
const MANY: f64 = 10.0;
/// As many are as good as a stream in any case.
const MOST_SOURCES: u32 = 2000;
/// Rounds in which the time between two calls is found.
const ROUNDS: u32 = 8;
/// A queue that changes by more than one request and this share of its arrivals lets others start than come.
const STEADY: f64 = 0.01;

/// Serves a network's intervals in closed form.
pub struct FluidNetwork<'a> {
    tables: &'a NetworkTables,
    stations: Vec<Station<'a>>,
    responses: Vec<Response<'a>>,
    states: Vec<State>,
    users: Vec<Users>,
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
    /// Attempts that found no room, and those that gave up waiting.
    rejected: f64,
    gave_up: f64,
    is_down: bool,
    /// Probability that an attempt's own service ends with an error.
    error: f64,
    /// Probability that a required call of one that started comes to nothing.
    calls_fail: f64,
    /// Probability that an attempt comes to nothing.
    fails: f64,
    /// Mean by which callers held their slots for longer than without waits, seconds.
    holds_s: f64,
}

/// The users of an entry.
struct Users {
    arrivals: Rng,
    errors: Thinning,
    slow: Thinning,
    /// Requests of theirs that wait at their station.
    open: f64,
    undrained: RowWeights,
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
        let users = |component: u32| Users {
            arrivals: StreamKey {
                seed,
                replication,
                component,
                purpose: Purpose::Arrivals,
            }
            .rng(),
            errors: Thinning::new(seed, replication, component, Purpose::Errors),
            slow: Thinning::new(seed, replication, component, Purpose::RequestLuck),
            open: 0.0,
            undrained: RowWeights::new(),
        };
        Self {
            stations: stations
                .map(|(component, node)| Station::new(&node.tables, seed, replication, component))
                .collect(),
            responses: tables
                .nodes
                .iter()
                .map(|node| Response::new(&node.tables, recent_intervals))
                .collect(),
            states: vec![State::default(); tables.nodes.len()],
            // Apart from the stations' streams.
            users: (0..tables.entries.len() as u32)
                .map(|entry| users(count + entry))
                .collect(),
            tables,
        }
    }

    /// Users come.
    fn enter(&mut self, rate_rps: f64, length_s: f64, into: &mut NetworkOutcome) {
        for ((entry, users), outcome) in self
            .tables
            .entries
            .iter()
            .zip(&mut self.users)
            .zip(&mut into.entries)
        {
            let rate_rps = rate_rps * entry.share;
            let expected = (rate_rps * length_s).clamp(0.0, POISSON_MAX_MEAN);
            let arrivals = poisson(&mut users.arrivals, expected) as f64;
            outcome.total.arrivals = arrivals;
            if let Some(state) = self.states.get_mut(entry.station) {
                state.rate_rps += rate_rps;
                state.arrivals += arrivals;
                state.first += arrivals;
            }
        }
    }

    /// The queue of a station, and the calls of those that start.
    fn pass(&mut self, index: usize, all: &[StationInterval]) -> Option<Outcome> {
        let given = all.get(index)?;
        let node = self.tables.nodes.get(index)?;
        let state = *self.states.get(index)?;
        let length_s = given.interval.length_s;
        let slower_s = node.own_s * (given.time_factor - 1.0).max(0.0);
        let longer_s = slower_s + self.answers_take_longer_s(node);
        let held = 1.0 + longer_s / node.tables.mean_service_s();
        // In an outage nobody gets as far as the queue.
        let (rate_rps, arrivals) = if given.down {
            (0.0, 0.0)
        } else {
            (state.rate_rps, state.arrivals)
        };
        let mut interval = Interval {
            rate_rps,
            ..given.interval
        };
        let sources = calls_at_once(node, all);
        let servers = interval.servers;
        let load = rate_rps * held * node.tables.mean_service_s() / f64::from(servers.max(1));
        let is_bound = load >= 1.0 && sources.saturating_sub(servers) < interval.queue_limit;
        if is_bound {
            // Those beyond wait with their callers.
            interval.queue_limit = sources.saturating_sub(servers).max(1);
        }
        let here = waits_here(servers, sources, load);
        let served = self.stations.get_mut(index)?;
        let mut outcome = served.serve(&interval, arrivals, held, slower_s, here);
        let mut held_back = 0.0;
        if is_bound {
            held_back = core::mem::take(&mut outcome.rejected);
            outcome.waiting_at_end += held_back;
        }
        let started = served.started();
        let gave_up = (outcome.waits - started).max(0.0);
        let error = 1.0 - (1.0 - node.error_probability) * (1.0 - given.error_probability);
        let change = outcome.waiting_at_end - state.waiting_before;
        let start_rps = if change.abs() > 1.0 + STEADY * arrivals || arrivals <= 0.0 {
            started / length_s
        } else {
            share(arrivals - outcome.rejected - gave_up, arrivals) * state.rate_rps
        };
        let state = self.states.get_mut(index)?;
        state.started = started;
        state.rejected = outcome.rejected;
        state.gave_up = gave_up;
        state.waiting = outcome.waiting_at_end;
        state.held_back = held_back;
        state.is_down = given.down;
        state.error = error;
        self.call(node, start_rps * (1.0 - error), started * (1.0 - error));
        Some(outcome)
    }

    /// Those that have started, at this rate and in this number, make their calls.
    fn call(&mut self, node: &Node, rate_rps: f64, count: f64) {
        // A call that comes to nothing ends the request: later groups of calls are not made.
        let (mut left, mut after, mut group) = (1.0, 1.0, 0);
        for edge in &node.calls {
            if edge.group != group {
                (group, left) = (edge.group, after);
            }
            let Some(state) = self.states.get_mut(edge.call.to) else {
                continue;
            };
            let calls = edge.call.per_request * left;
            let attempts = attempts(&edge.call.retries, state.fails);
            state.rate_rps += rate_rps * calls * attempts;
            state.arrivals += count * calls * attempts;
            state.first += count * calls;
            after *= 1.0 - fails_request(edge, state.fails);
        }
    }

    /// Mean by which answers that a station waits for take longer than usual, seconds.
    fn answers_take_longer_s(&self, node: &Node) -> f64 {
        let longer = node.calls.iter().map(|edge| {
            let state = self.states.get(edge.call.to);
            let patience_s = self
                .tables
                .nodes
                .get(edge.call.to)
                .map_or(0.0, |callee| callee.timeout_s);
            edge.waited_for * state.map_or(0.0, |state| state.holds_s.min(patience_s))
        });
        longer.sum()
    }

    /// How a station answers, given those that it calls.
    fn answer(&mut self, index: usize) {
        let (Some(node), Some(response)) =
            (self.tables.nodes.get(index), self.responses.get_mut(index))
        else {
            return;
        };
        response.update(&node.tree, &self.stations);
        let survive: f64 = node
            .calls
            .iter()
            .map(|edge| {
                let fails = self
                    .states
                    .get(edge.call.to)
                    .map_or(0.0, |state| state.fails);
                1.0 - fails_request(edge, fails)
            })
            .product();
        let Some(state) = self.states.get_mut(index) else {
            return;
        };
        state.holds_s = response.holds_s();
        state.calls_fail = 1.0 - survive;
        let answered = (1.0 - state.error) * survive * response.in_time();
        let all = state.started + state.rejected + state.gave_up;
        // Where nobody has come, nobody is turned away.
        let starts = if all > 0.0 {
            state.started / all
        } else {
            f64::from(u8::from(state.waiting <= 0.0))
        };
        state.fails = if state.is_down {
            1.0
        } else {
            (1.0 - starts * answered).clamp(0.0, 1.0)
        };
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
        let served = state.started * fine * response.in_time();
        let late = state.started * fine - served;
        let failed =
            state.started * (1.0 - fine) + if state.is_down { state.arrivals } else { 0.0 };
        response.count(served);
        // Of the attempts that came to nothing, some were tried again: the request is not over.
        let nothing = state.rejected + state.gave_up + late + failed;
        let retries = state.arrivals - state.carried - state.first;
        let over = share(nothing - retries, nothing);
        let slots = f64::from(given.interval.servers) * given.interval.length_s;
        let in_service_s = queue.in_service_s.min(slots);
        let own = node.own_s * given.time_factor.max(0.0);
        Outcome {
            arrivals: state.first,
            retries,
            served,
            rejected: state.rejected * over,
            timed_out: (state.gave_up + late) * over,
            timed_out_in_service: (late * over)
                .min(state.started * fine * response.late_in_service()),
            failed: failed * over,
            slow: std::array::from_fn(|k| state.started * fine * response.slow(k)),
            slow_in_service: std::array::from_fn(|k| {
                state.started * fine * response.slow_in_service(k)
            }),
            waits: queue.waits,
            wait_sum_s: queue.wait_sum_s,
            waited: queue.waited,
            latency_sum_s: state.started * fine * response.latency_s(),
            busy_server_s: in_service_s.min(state.started * own),
            in_service_s,
            waiting_at_end: queue.waiting_at_end,
            open_at_end: queue.waiting_at_end,
            ..Outcome::default()
        }
    }
}

impl NetworkPlane for FluidNetwork<'_> {
    fn serve(&mut self, rate_rps: f64, given: &[StationInterval], into: &mut NetworkOutcome) {
        let count = self.states.len();
        let length_s = given.first().map_or(0.0, |first| first.interval.length_s);
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
                fails: state.fails,
                holds_s: state.holds_s,
                ..State::default()
            };
        }
        self.enter(rate_rps, length_s, into);
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
        for (index, queue) in queues.iter_mut().enumerate() {
            *queue = self.pass(index, &given).unwrap_or_default();
        }
        for index in (0..count).rev() {
            self.answer(index);
        }
        for (index, (queue, outcome)) in queues.iter().zip(&mut into.stations).enumerate() {
            *outcome = self.conclude(index, queue, &given[index]);
        }
        for (index, outcome) in into.entries.iter_mut().enumerate() {
            self.tell_users(index, outcome);
        }
    }

    fn recent_quantile(&self, station: usize, q: f64, intervals: u32) -> Option<f64> {
        self.responses.get(station)?.recent_quantile(q, intervals)
    }

    fn drain_latency(&mut self, entry: usize, into: &mut LogHistogram) {
        let of = self.tables.entries.get(entry);
        let node = of.and_then(|of| self.tables.nodes.get(of.station));
        if let (Some(users), Some(node)) = (self.users.get_mut(entry), node) {
            users.undrained.drain(&node.tables, into);
        }
    }

    fn drain_station_latency(&mut self, station: usize, into: &mut LogHistogram) {
        if let Some(response) = self.responses.get_mut(station) {
            response.drain_latency(into);
        }
    }
}

impl FluidNetwork<'_> {
    /// What the users of an entry see, and who is to blame.
    fn tell_users(&mut self, entry: usize, into: &mut EntryOutcome) {
        let Some((users, at)) = self
            .users
            .get_mut(entry)
            .zip(self.tables.entries.get(entry))
        else {
            return;
        };
        let (Some(state), Some(response), Some(node)) = (
            self.states.get(at.station),
            self.responses.get(at.station),
            self.tables.nodes.get(at.station),
        ) else {
            return;
        };
        users.errors.draw();
        users.slow.draw();
        let EntryOutcome { total, blamed } = into;
        if state.is_down {
            total.failed = total.arrivals;
            total.open_at_end = users.open;
            total.waiting_at_end = users.open;
            if let Some(blame) = blamed.get_mut(at.station) {
                blame.failed = total.failed;
            }
            return;
        }
        // Of all that is at the station, theirs.
        let there = users.open + total.arrivals;
        let theirs = share(there, state.waiting_before + state.arrivals);
        let started = state.started * theirs;
        total.rejected = state.rejected * theirs;
        let gave_up = state.gave_up * theirs;
        users.open = (there - started - total.rejected - gave_up).max(0.0);
        (total.waiting_at_end, total.open_at_end) = (users.open, users.open);
        let fine = (1.0 - state.error) * (1.0 - state.calls_fail);
        total.failed = users.errors.struck(started, 1.0 - fine);
        let answered = started - total.failed;
        let late_share = 1.0 - response.in_time();
        let late = users.slow.struck(answered, late_share);
        let in_service = |part: f64, whole: f64, count: f64| count * share(part, whole).min(1.0);
        let late_in_service = in_service(response.late_in_service(), late_share, late);
        total.timed_out = gave_up + late;
        total.timed_out_in_service = late_in_service;
        total.served = answered - late;
        for k in 0..total.slow.len() {
            let slow = response.slow(k);
            if slow > 0.0 {
                let bad = users.slow.struck(answered, late_share + slow);
                total.slow[k] = (bad - late).max(0.0);
                total.slow_in_service[k] =
                    in_service(response.slow_in_service(k), slow, total.slow[k]);
            }
        }
        let in_time = response.in_time();
        total.latency_sum_s = share(response.latency_s(), in_time) * total.served;
        total.waits = total.served;
        total.wait_sum_s = response.longer_s() * total.served;
        users
            .undrained
            .add(response.mixture(), share(total.served, in_time));
        if let Some(blame) = blamed.get_mut(at.station) {
            blame.rejected += total.rejected;
            blame.timed_out += gave_up;
        }
        for (index, member) in node.tree.iter().enumerate() {
            let Some(blame) = blamed.get_mut(member.station) else {
                continue;
            };
            let waits = |of: fn(&Blame) -> f64| blame_share(response.blame(), index, of);
            let serves = node.slow_share.get(index).copied().unwrap_or(0.0);
            blame.timed_out_in_service += late_in_service * serves;
            blame.timed_out +=
                late_in_service * serves + (late - late_in_service) * waits(|blame| blame.late);
            for k in 0..blame.slow.len() {
                let (slow, alone) = (total.slow[k], total.slow_in_service[k]);
                blame.slow_in_service[k] += alone * serves;
                let waited = blame_share(response.blame(), index, |blame| blame.slow[k]);
                blame.slow[k] += alone * serves + (slow - alone) * waited;
            }
        }
        if total.failed > 0.0 {
            let failed = total.failed;
            self.blame_failures(at.station, failed, blamed);
        }
    }

    /// Finds out what `failed` requests that started at a station failed for, down its tree.
    fn blame_failures(&self, station: usize, failed: f64, blamed: &mut [Outcome]) {
        let mut failing = vec![0.0; self.states.len()];
        if let Some(first) = failing.get_mut(station) {
            *first = failed;
        }
        for index in station..self.states.len() {
            let (count, Some(node)) = (failing[index], self.tables.nodes.get(index)) else {
                continue;
            };
            if count <= 0.0 {
                continue;
            }
            let own = self.states.get(index).map_or(0.0, |state| state.error);
            let of = |edge: &Edge| {
                let fails = self
                    .states
                    .get(edge.call.to)
                    .map_or(0.0, |state| state.fails);
                fails_request(edge, fails)
            };
            let all = own + node.calls.iter().map(of).sum::<f64>();
            if all <= NEGLIGIBLE {
                blamed[index].failed += count;
                continue;
            }
            blamed[index].failed += count * own / all;
            for edge in &node.calls {
                let part = count * of(edge) / all;
                if part > 0.0 {
                    failing[edge.call.to] += self.blame_attempt(edge.call.to, part, blamed);
                }
            }
        }
    }

    /// Blames the calls to a station that came to nothing; answers how many of them failed after they had started.
    fn blame_attempt(&self, station: usize, count: f64, blamed: &mut [Outcome]) -> f64 {
        let (Some(state), Some(response), Some(node)) = (
            self.states.get(station),
            self.responses.get(station),
            self.tables.nodes.get(station),
        ) else {
            return 0.0;
        };
        if state.is_down {
            blamed[station].failed += count;
            return 0.0;
        }
        let fine = (1.0 - state.error) * (1.0 - state.calls_fail);
        let late = state.started * fine * (1.0 - response.in_time());
        let failed = state.started * (1.0 - fine);
        let all = state.rejected + state.gave_up + late + failed;
        if all <= NEGLIGIBLE {
            if state.waiting > 0.0 {
                blamed[station].timed_out += count;
            } else {
                blamed[station].failed += count;
            }
            return 0.0;
        }
        let part = count / all;
        blamed[station].rejected += state.rejected * part;
        blamed[station].timed_out += state.gave_up * part;
        let late = late * part;
        let alone = late * share(response.late_in_service(), 1.0 - response.in_time()).min(1.0);
        for (index, member) in node.tree.iter().enumerate() {
            let serves = node.slow_share.get(index).copied().unwrap_or(0.0);
            let waits = blame_share(response.blame(), index, |blame| blame.late);
            let blame = &mut blamed[member.station];
            blame.timed_out_in_service += alone * serves;
            blame.timed_out += alone * serves + (late - alone) * waits;
        }
        failed * part
    }
}

/// A member's share of the blame for what waiting has made slow or late; the tree's root has it where there is none.
fn blame_share(blame: &[Blame], index: usize, of: impl Fn(&Blame) -> f64) -> f64 {
    let all: f64 = blame.iter().map(&of).sum();
    match blame.get(index) {
        Some(own) if all > NEGLIGIBLE => of(own) / all,
        _ => f64::from(u8::from(index == 0)),
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

/// Calls that a station's callers have under way at most, as they hold a slot for each; no bound where others come, too.
fn calls_at_once(node: &Node, all: &[StationInterval]) -> u32 {
    let Some(callers) = &node.callers else {
        return u32::MAX;
    };
    let calls = |(caller, at_once): &(usize, f64)| {
        let slots = all.get(*caller).map_or(0, |given| given.interval.servers);
        f64::from(slots) * at_once
    };
    // A conversion from f64 saturates.
    callers.iter().map(calls).sum::<f64>() as u32
}

/// Share of the waits for a station that is spent there, when only so many calls can be under way: who is in its queue does
/// not come again. More than [`MANY`] to a server are as good as a stream of calls, and above full load the bound is all.
fn waits_here(servers: u32, sources: u32, load: f64) -> f64 {
    let offered = load * f64::from(servers);
    let is_stream = f64::from(sources) > MANY * f64::from(servers) || sources > MOST_SOURCES;
    if is_stream || sources <= servers || offered <= 0.0 || load >= 1.0 {
        return 1.0;
    }
    // Sources that make as many calls: what is not service and wait is between two calls.
    let cycle = f64::from(sources) / offered;
    let mut wait = 0.0;
    for _ in 0..ROUNDS {
        let think = (cycle - 1.0 - wait).max(1e-3);
        wait = 0.5 * (wait + finite_sources(servers, sources, think).1);
    }
    let stream = mmc_mean_wait(servers, offered);
    if stream > NEGLIGIBLE {
        (wait / stream).min(1.0)
    } else {
        1.0
    }
}

/// Attempts per call, when each comes to nothing with probability `fails`.
fn attempts(retries: &RetryModel, fails: f64) -> f64 {
    if !retries.is_on() || fails <= 0.0 {
        return 1.0;
    }
    let most = f64::from(retries.max_attempts);
    let wanted = if fails < 1.0 - 1e-9 {
        (1.0 - libm::pow(fails, most)) / (1.0 - fails)
    } else {
        most
    };
    wanted.min(1.0 + retries.budget)
}

/// Probability that one call comes to nothing, with all its attempts.
fn fails_call(retries: &RetryModel, fails: f64) -> f64 {
    // Every attempt but the last is followed by another; those beyond the budget are not.
    (1.0 - attempts(retries, fails) * (1.0 - fails)).clamp(0.0, 1.0)
}

/// Probability that a request fails for one of its calls to a station.
fn fails_request(edge: &Edge, fails: f64) -> f64 {
    if edge.waited_for <= 0.0 && edge.call.mode == CallMode::Async || !edge.call.required {
        return 0.0;
    }
    let fails = fails_call(&edge.call.retries, fails);
    if fails <= 0.0 {
        return 0.0;
    }
    1.0 - none_of(edge.call.per_request, fails)
}
