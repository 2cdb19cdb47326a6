//! Guarded calls: breakers, bulkheads and hedges on rates.
//!
//! ```text
//!   conditions of the interval, waits of the one before ──► how an attempt ends (`attempt`) ──► breaker (`switch`)
//!     ──► share turned away, bulkhead by Erlang's B, hedges ──► arrivals at the callee
//!   after the queues: attempts again, with the waits of this interval ──► what the caller's requests wait (`Delay`)
//! ```
//!
//! - The answers of these calls are in no library: what a caller's requests wait for them is added to its own base law.
//! - Calls of one request meet the breaker in the same state; breakers of different calls do not know of each other.
//! - The bulkhead sees Poisson calls; how long each is under way does not matter (Erlang's B is insensitive).
//! - The waits that a hedge meets are independent of those of the first attempt.

use super::super::base_law::Law;
use super::super::delay::{Delay, Guilt};
use super::super::response::none_of;
use super::attempt::{Attempt, Conditions, Times, mean};
use super::calls::{attempts, fails_call, fails_request};
use super::switch::{Calls, Switch};
use super::tables::{Edge, Node};
use super::{FluidNetwork, NetworkTables};
use crate::plane::RetryModel;
use crate::plane::network::{CallGuard, CallMode, CallOutcome, StationInterval};
use crate::plane::queueing::erlang_b;

/// Failed attempts that are followed in time at most; what comes after them takes as long.
const MOST_ATTEMPTS: u32 = 8;
/// Calls that need a further attempt more rarely than this take as long as those that do not.
const RARE: f64 = 1e-4;

/// A call whose answers are followed.
#[derive(Debug)]
pub(super) struct LiveCall {
    guard: CallGuard,
    attempt: Attempt,
    switch: Option<Switch>,
    /// Share of the calls that the breaker turned away.
    refused: f64,
    /// Of the attempts that it let through: those for which the bulkhead had no room.
    crowded: f64,
    /// Attempts per call that got through.
    tries: f64,
    /// Probability that a call comes to nothing that the breaker let through.
    fails: f64,
    /// Calls to be made in the last interval, per second.
    wanted_rps: f64,
    pub(super) outcome: CallOutcome,
}

/// What a [`Delay`] was made of: to make it again only when that has changed.
pub(super) type Stamp = Vec<(u64, f64, f64)>;

impl LiveCall {
    /// The calls of a network that are followed, before the first interval.
    pub(super) fn all(tables: &NetworkTables, seed: u64, replication: u32) -> Vec<Self> {
        let edges = tables.nodes.iter().flat_map(|node| &node.calls);
        let live = (0..).zip(edges).filter(|(_, edge)| edge.live.is_some());
        let new = |(place, edge): (u32, &Edge)| {
            let guard = edge.call.guard;
            let breaker = guard.breaker;
            Self {
                guard,
                attempt: Attempt::default(),
                switch: breaker.map(|model| Switch::new(model, seed, replication, place)),
                refused: 0.0,
                crowded: 0.0,
                tries: 1.0,
                fails: 0.0,
                wanted_rps: 0.0,
                outcome: CallOutcome::default(),
            }
        };
        live.map(new).collect()
    }

    /// So many calls per second are to be made by so many replicas: which of them get through.
    fn decide(&mut self, first_rps: f64, replicas: u32, length_s: f64, retries: &RetryModel) {
        self.outcome = CallOutcome::default();
        self.wanted_rps = first_rps;
        self.tries = attempts(retries, self.attempt.fails);
        let rate_rps = first_rps * self.tries;
        self.crowded = self.guard.max_concurrent.map_or(0.0, |most| {
            let room = most.saturating_mul(replicas.max(1));
            erlang_b(room, rate_rps * self.under_way_s())
        });
        let calls = self.calls(rate_rps);
        if let Some(switch) = &mut self.switch {
            let switched = switch.pass(length_s, &calls);
            self.refused = switched.refused;
            (self.outcome.opened, self.outcome.open_s) = (switched.opened, switched.open_s);
        }
        self.judge(retries);
    }

    fn judge(&mut self, retries: &RetryModel) {
        let fails = fails_call(retries, self.attempt.fails);
        self.fails = self.crowded + (1.0 - self.crowded) * fails;
    }

    /// Mean time for which an attempt is under way, with its hedge, seconds.
    fn under_way_s(&self) -> f64 {
        let attempt = &self.attempt;
        let beside = self.guard.hedge_after_s.map_or(0.0, |after_s| {
            let longer = |times: &Times| -> f64 {
                let over = |&(time_s, weight): &(f64, f64)| weight * (time_s - after_s).max(0.0);
                times.iter().map(over).sum()
            };
            attempt.good * longer(&attempt.good_times) + attempt.fails * longer(&attempt.fail_times)
        });
        attempt.mean_s() + beside
    }

    pub(super) fn has_breaker(&self) -> bool {
        self.switch.is_some()
    }

    /// Calls that the breaker turned away, per second.
    pub(super) fn refused_rps(&self) -> f64 {
        self.wanted_rps * self.refused
    }

    /// What the breaker sees of calls that it lets through.
    fn calls(&self, rate_rps: f64) -> Calls {
        let longer_than_s = self
            .guard
            .breaker
            .and_then(|breaker| breaker.slow)
            .map_or(f64::INFINITY, |slow| slow.longer_than_s);
        let (attempt, passes) = (&self.attempt, 1.0 - self.crowded);
        let (slow_good, slow_good_s) = attempt.good_above(longer_than_s);
        let (slow_failed, _) = attempt.failed_above(longer_than_s);
        let failed = attempt.fails;
        let bad = self.crowded + passes * (failed + slow_good);
        let bad_s = passes * (failed * mean(&attempt.fail_times) + slow_good_s);
        Calls {
            rate_rps,
            failed: self.crowded + passes * (failed - slow_failed),
            slow: passes * slow_good,
            both: passes * slow_failed,
            bad_s: if bad > 0.0 { bad_s / bad } else { 0.0 },
            good_s: mean(&attempt.good_times),
        }
    }

    /// Calls that come to nothing for the guard, of all those that come to nothing.
    pub(super) fn refused_of_failed(&self) -> f64 {
        let away = self.refused + (1.0 - self.refused) * self.crowded;
        let all = self.refused + (1.0 - self.refused) * self.fails;
        if all > 0.0 {
            (away / all).min(1.0)
        } else {
            0.0
        }
    }

    /// Probability that a request fails for one of its calls.
    fn fails_request(&self, edge: &Edge) -> f64 {
        if edge.call.mode == CallMode::Async || !edge.call.required {
            return 0.0;
        }
        let any = |p: f64| 1.0 - none_of(edge.call.per_request, p);
        self.refused * any(1.0) + (1.0 - self.refused) * any(self.fails)
    }

    /// Of so many calls: attempts that arrive at the callee, and of these first ones and such as nobody needs.
    pub(super) fn send(&mut self, calls: f64) -> Sent {
        let passed = calls * (1.0 - self.refused);
        let first = passed * (1.0 - self.crowded);
        let hedges = first * self.attempt.hedged;
        let outcome = &mut self.outcome;
        outcome.wanted += calls * self.refused + passed * self.crowded + first * self.tries;
        outcome.short_circuited += calls * self.refused;
        outcome.crowded_out += passed * self.crowded;
        outcome.hedges += hedges;
        outcome.hedges_won += first * self.attempt.hedge_won;
        Sent {
            attempts: first * self.tries + hedges,
            first,
            surplus: hedges * self.attempt.both_good,
        }
    }

    /// Attempts at the callee to one call.
    pub(super) fn attempts_per_call(&self) -> f64 {
        let passes = (1.0 - self.refused) * (1.0 - self.crowded);
        passes * (self.tries + self.attempt.hedged)
    }

    /// How long a caller waits for a call that got through, if it is answered well, and if it comes to nothing; and the
    /// probability of the latter. Times sum to 1.
    fn call_times(&self, retries: &RetryModel) -> (Times, Times, f64) {
        let attempt = &self.attempt;
        let again = if retries.is_on() && attempt.fails > RARE {
            (retries.budget / attempt.fails).min(1.0)
        } else {
            0.0
        };
        if again <= 0.0 {
            let fails = attempt.fails;
            return (
                attempt.good_times.clone(),
                attempt.fail_times.clone(),
                fails,
            );
        }
        let (good, bad) = (
            Law::of_times(&attempt.good_times),
            Law::of_times(&attempt.fail_times),
        );
        let (mut well, mut ill) = (Times::new(), Times::new());
        let (mut before, mut reached) = (Law::zero(), 1.0);
        let most = retries.max_attempts.min(MOST_ATTEMPTS);
        for number in 1..=most {
            let weigh = |law: &Law, weight: f64| -> Times {
                law.times_of().map(|(at, p)| (at, p * weight)).collect()
            };
            well.extend(weigh(&before.then(&good), reached * attempt.good));
            let failed = before.then(&bad);
            let tries_again = if number < most { again } else { 0.0 };
            let ends = reached * attempt.fails * (1.0 - tries_again);
            ill.extend(weigh(&failed, ends));
            reached *= attempt.fails * tries_again;
            let pause_s = retries.pause_s(number);
            before = failed.then(&pauses(pause_s, retries.full_jitter));
        }
        let fails = normalised(&mut ill);
        normalised(&mut well);
        (well, ill, fails)
    }

    /// How long a request waits for its calls of this kind, with probabilities that sum to 1, and for how long it holds its
    /// slot for them on average, seconds.
    fn wait_times(&self, edge: &Edge) -> (Times, f64) {
        let call = &edge.call;
        let (well, ill, fails) = self.call_times(&call.retries);
        let passes = 1.0 - self.crowded;
        let mean_s = passes * ((1.0 - fails) * mean(&well) + fails * mean(&ill));
        let one: Times = if call.required && fails < 1.0 {
            well
        } else {
            let all = well
                .into_iter()
                .map(|(at, p)| (at, passes * (1.0 - fails) * p));
            let all = all.chain(ill.into_iter().map(|(at, p)| (at, passes * fails * p)));
            all.chain([(0.0, self.crowded)])
                .filter(|(_, p)| *p > 0.0)
                .collect()
        };
        let (mut times, held_s) = if call.per_request == 1.0 {
            (one, mean_s)
        } else {
            let one_s = mean(&one);
            let law = Law::of_times(&one);
            let all = match call.mode {
                CallMode::Parallel => law.longest_of(call.per_request),
                CallMode::Sequential | CallMode::Async => law.times(call.per_request),
            };
            let held_s = if one_s > 0.0 {
                all.mean_s() * mean_s / one_s
            } else {
                0.0
            };
            (all.times_of().collect(), held_s)
        };
        if !call.required {
            for (_, weight) in &mut times {
                *weight *= 1.0 - self.refused;
            }
            times.push((0.0, self.refused));
        }
        (times, (1.0 - self.refused) * held_s)
    }

    fn stamp(&self) -> (u64, f64, f64) {
        (self.attempt.version, self.refused, self.crowded)
    }
}

/// Attempts of calls on their way.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sent {
    pub(super) attempts: f64,
    /// Of these: first ones.
    pub(super) first: f64,
    /// Of these: second ones beside a first, both answered well.
    pub(super) surplus: f64,
}

/// A pause, evenly from 0 on with full jitter.
fn pauses(pause_s: f64, full_jitter: bool) -> Law {
    if !full_jitter {
        return Law::of_times(&[(pause_s, 1.0)]);
    }
    let parts = [1.0, 3.0, 5.0, 7.0].map(|eighths| (pause_s * eighths / 8.0, 0.25));
    Law::of_times(&parts)
}

/// Scales times so that they sum to 1; what they summed to.
fn normalised(times: &mut Times) -> f64 {
    let all: f64 = times.iter().map(|(_, weight)| weight).sum();
    for (_, weight) in times {
        *weight /= all.max(f64::MIN_POSITIVE);
    }
    all
}

impl FluidNetwork<'_> {
    /// Probability that a request fails for one of its calls along an edge.
    pub(super) fn call_fails(&self, edge: &Edge) -> f64 {
        match edge.live.and_then(|live| self.live.get(live)) {
            Some(live) => live.fails_request(edge),
            None if self.asleep.holds(edge) => self.asleep.fails(edge),
            None => {
                let callee = self.states.get(edge.call.to);
                fails_request(edge, callee.map_or(0.0, |callee| callee.fails))
            }
        }
    }

    /// What the guards of a station's calls do in an interval in which so many requests start per second.
    pub(super) fn decide(&mut self, index: usize, rate_rps: f64, all: &[StationInterval]) {
        let tables = self.tables;
        let Some(node) = tables.nodes.get(index).filter(|node| node.has_live) else {
            return;
        };
        let Some(given) = all.get(index) else { return };
        let slots = node.tables.service().concurrency.max(1);
        let (replicas, length_s) = (given.interval.servers / slots, given.interval.length_s);
        let (mut left, mut after, mut group) = (1.0, 1.0, 0);
        for edge in &node.calls {
            if edge.group != group {
                (group, left) = (edge.group, after);
            }
            self.look_at(edge, all);
            if let Some(live) = edge.live.and_then(|live| self.live.get_mut(live)) {
                let first_rps = rate_rps * edge.call.per_request * left;
                live.decide(first_rps, replicas, length_s, &edge.call.retries);
            }
            after *= 1.0 - self.call_fails(edge);
        }
        self.wait_for(index, node);
    }

    /// What a station's calls met in the interval, now that the queues of those that it calls are known.
    pub(super) fn look_back(&mut self, index: usize, all: &[StationInterval]) {
        let tables = self.tables;
        let Some(node) = tables.nodes.get(index).filter(|node| node.has_live) else {
            return;
        };
        for edge in &node.calls {
            self.look_at(edge, all);
            if let Some(live) = edge.live.and_then(|live| self.live.get_mut(live)) {
                live.judge(&edge.call.retries);
            }
        }
        self.wait_for(index, node);
    }

    /// How an attempt of a call ends, as far as that is known.
    fn look_at(&mut self, edge: &Edge, all: &[StationInterval]) {
        let to = edge.call.to;
        let (Some(live), Some(node), Some(state), Some(response), Some(station)) = (
            edge.live.and_then(|live| self.live.get_mut(live)),
            self.tables.nodes.get(to),
            self.states.get(to),
            self.responses.get(to),
            self.stations.get(to),
        ) else {
            return;
        };
        let given = all.get(to).copied().unwrap_or_default();
        let error = 1.0 - (1.0 - node.error_probability) * (1.0 - given.error_probability);
        let met = &state.met;
        let is_leaf = node.is_leaf();
        let slower = self.slower.get(to).copied().unwrap_or(1.0);
        let conditions = Conditions {
            rejected: if given.down { 1.0 } else { met.rejected },
            gave_up: if given.down { 0.0 } else { met.gave_up },
            fine: met.kept * (1.0 - error) * (1.0 - met.calls_fail),
            slower: if is_leaf { slower } else { 1.0 },
            timeout_s: node.timeout_s,
            hedge_after_s: live.guard.hedge_after_s.unwrap_or(f64::INFINITY),
        };
        if is_leaf {
            live.attempt
                .update(&node.tables, station.queue(), &conditions);
        } else {
            live.attempt
                .update(node.answers(), response.mixture(), &conditions);
        }
    }

    /// What a station's requests wait for calls that are followed.
    fn wait_for(&mut self, index: usize, node: &Node) {
        let live_of = |edge: &Edge| edge.live.and_then(|live| self.live.get(live));
        let Some(stamp) = self.stamps.get_mut(index) else {
            return;
        };
        let calls = node.calls.iter().filter_map(live_of);
        let now = calls.map(LiveCall::stamp);
        if stamp.iter().copied().eq(now.clone()) {
            return;
        }
        *stamp = now.collect();
        let mut delay = Delay {
            holds_s: -node.live_usual_s,
            guilt: core::mem::take(&mut self.delays[index].guilt),
            ..Delay::default()
        };
        delay.guilt.clear();
        let mut sum: Option<Times> = None;
        let mut first = 0;
        while let Some(edge) = node.calls.get(first) {
            let members = node.calls[first..].iter();
            let members = members.take_while(|other| other.group == edge.group);
            first += members.clone().count();
            let members: Vec<(&Edge, &LiveCall)> = members
                .filter(|edge| edge.call.mode != CallMode::Async)
                .filter_map(|edge| Some((edge, live_of(edge)?)))
                .collect();
            let Some(times) = self.group_times(&members, &mut delay) else {
                continue;
            };
            sum = Some(match sum {
                None => times,
                Some(before) => {
                    let both = Law::of_times(&before).then(&Law::of_times(&times));
                    both.times_of().collect()
                }
            });
        }
        let mut times = sum.unwrap_or_default();
        times.retain(|&(time_s, weight)| time_s > 0.0 && weight > 0.0);
        let all_s = mean(&times);
        delay.waits = normalised(&mut times).min(1.0);
        delay.wait_s = if delay.waits > 0.0 {
            all_s / delay.waits
        } else {
            0.0
        };
        delay.times = times;
        let guilty: f64 = delay.guilt.iter().map(|guilt| guilt.share).sum();
        let waiting: f64 = delay
            .guilt
            .iter()
            .map(|guilt| guilt.share * (1.0 - guilt.service))
            .sum();
        if guilty > 0.0 {
            delay.waiting_s = all_s * waiting / guilty;
        }
        // Where nothing is waited for on average, it does not matter who is to blame, but that somebody is.
        let alike = 1.0 / delay.guilt.len().max(1) as f64;
        for guilt in &mut delay.guilt {
            guilt.share = if guilty > 0.0 {
                guilt.share / guilty
            } else {
                alike
            };
        }
        self.delays[index] = delay;
    }

    /// How long requests wait for calls that are made together; `None` if there are none.
    fn group_times(&self, members: &[(&Edge, &LiveCall)], delay: &mut Delay) -> Option<Times> {
        let mut all = Vec::with_capacity(members.len());
        let (mut held_s, mut goes_on) = (0.0, 1.0);
        for (edge, live) in members {
            let (times, member_s) = live.wait_times(edge);
            self.accuse(edge.call.to, member_s, &mut delay.guilt);
            held_s = member_s;
            if edge.call.required {
                goes_on *= 1.0 - live.refused;
            }
            all.push(times);
        }
        if all.len() < 2 {
            delay.holds_s += held_s;
            return all.pop();
        }
        let laws: Vec<Law> = all.iter().map(|times| Law::of_times(times)).collect();
        let (longest, _) = Law::longest(&laws);
        delay.holds_s += goes_on * longest.mean_s();
        Some(longest.times_of().collect())
    }

    /// Who is to blame for `time_s` of waiting for a station's answers.
    fn accuse(&self, to: usize, time_s: f64, guilt: &mut Vec<Guilt>) {
        let Some(node) = self.tables.nodes.get(to) else {
            return;
        };
        let mut parts: Vec<Guilt> = Vec::with_capacity(node.tree.len());
        for member in &node.tree {
            if member.is_delay {
                let Some(delay) = self.delays.get(member.station) else {
                    continue;
                };
                let mean_s = member.visits * delay.waits * delay.wait_s;
                parts.extend(delay.guilt.iter().map(|part| Guilt {
                    share: part.share * mean_s,
                    ..*part
                }));
                continue;
            }
            let waits_s = self.stations.get(member.station);
            let waits_s = waits_s.map_or(0.0, |station| station.queue_wait_s());
            let own_s = self
                .tables
                .nodes
                .get(member.station)
                .map_or(0.0, |of| of.own_s);
            let slower = self.slower.get(member.station).copied().unwrap_or(1.0);
            let all_s = own_s * slower + waits_s;
            parts.push(Guilt {
                station: member.station,
                share: member.visits * all_s,
                service: if all_s > 0.0 {
                    own_s * slower / all_s
                } else {
                    1.0
                },
            });
        }
        let all: f64 = parts.iter().map(|part| part.share).sum();
        if all <= 0.0 {
            guilt.push(Guilt {
                station: to,
                share: time_s,
                service: 1.0,
            });
        } else {
            guilt.extend(parts.into_iter().map(|part| Guilt {
                share: part.share * time_s / all,
                ..part
            }));
        }
    }
}
