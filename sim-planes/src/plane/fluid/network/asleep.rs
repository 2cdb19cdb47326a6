//! Calls to stations without servers: scaled to zero, or with all slots held by calls to such. They wait until there are
//! servers, or their callers' patience ends; and so do the requests that made them, each in its slot.
//!
//! ```text
//!   a station sleeps ──► calls to it wait in its queue (`FluidPlane::closed`) ──► those that made them are *deferred*: they have
//!     started, hold a slot, and have no end yet ──► their own callers wait as well, up to the users
//!   it wakes ──► what starts or gives up there, first come first served, ends the calls ──► as many of the deferred go on, later
//!     by that wait
//! ```
//!
//! - Elsewhere requests are counted in the interval in which they start. Deferred ones are counted in the one in which the call
//!   ends, with the wait that they had; so a station in whose tree somebody sleeps ends other requests than it starts.
//! - What a request waits for sleepers is a delay of its own beside the waits at the queues of its tree, from whichever
//!   station below it comes. Where a station slept itself, what its requests waited there is part of that delay.
//! - Calls to stations that may sleep are whole ones, drawn: a tenth of a call would wake them as well as a whole one.
//! - Calls of one kind wait together. Of calls made together the last to end decides; of those made one after the other each
//!   one adds its wait.
//! - Calls of several callers end in the order in which they came only on the whole: each has its share of those that end.

mod ended;

use super::super::delay::{Delay, Guilt};
use super::super::response::none_of;
use super::attempt::Times;
use super::tables::{Edge, NetworkTables, Node};
use super::{FluidNetwork, share};
use crate::plane::network::{CallMode, StationInterval};
use crate::random::{Purpose, Rng, StreamKey, uniform};
use ended::{Ended, Sums, after, alone, reduced, waits_of, weighed};

/// Fewer requests than this are none.
const NONE: f64 = 1e-9;
/// What is left of a backlog of less than this belongs to the usual queue.
const LITTLE: f64 = 0.01;

/// What is known of sleepers and of those that wait for them.
#[derive(Debug)]
pub(super) struct Asleep {
    /// Whether any station may sleep.
    is_possible: bool,
    pub(super) stations: Vec<Sleeper>,
    /// By number of the call.
    calls: Vec<Held>,
}

/// A station that sleeps, or waits for one that does.
#[derive(Clone, Debug, Default)]
pub(in crate::plane::fluid) struct Sleeper {
    /// It does now.
    pub(super) is_drowsy: bool,
    /// What is waited at its queue is part of its delay, in this interval and in the next.
    pub(in crate::plane::fluid) is_behind: bool,
    stays_behind: bool,
    /// Attempts at it that had not ended at the start of the interval, and at its end.
    open_before: f64,
    open: f64,
    /// Of these: those that have started.
    pub(super) deferred_before: f64,
    pub(super) deferred: f64,
    /// For what part of the interval those open at its start stay so.
    stays: f64,
    /// Share of the attempts that come in the interval which will not have ended at its end.
    blocks: f64,
    /// Attempts that come at the start of the interval, not in its course.
    pub(super) early: f64,
    /// What those that end well in the interval took longer for sleepers.
    pub(in crate::plane::fluid) delay: Delay,
}

/// A call's part of that.
#[derive(Debug)]
struct Held {
    /// Which calls are made, where that matters.
    luck: Option<Rng>,
    /// Calls made in the interval, and requests that made any.
    made: f64,
    joined: f64,
    /// Calls that have not ended, and requests that wait for them.
    calls: f64,
    requests: f64,
    /// What these requests had waited before.
    times: Times,
    /// Requests for which it ended in the interval.
    ended: f64,
    /// Probability that one of all that end now fails for it.
    fails: f64,
}

impl Asleep {
    /// Nobody sleeps, or has been woken, yet.
    pub(super) fn new(tables: &NetworkTables, seed: u64, replication: u32) -> Self {
        let may_sleep = |to: usize| tables.nodes.get(to).is_some_and(|node| node.may_sleep);
        let edges = tables.nodes.iter().flat_map(|node| &node.calls);
        let held = |(component, edge): (u32, &Edge)| Held {
            luck: may_sleep(edge.call.to).then(|| {
                let purpose = Purpose::Calls;
                let key = StreamKey {
                    seed,
                    replication,
                    component,
                    purpose,
                };
                key.rng()
            }),
            made: 0.0,
            joined: 0.0,
            calls: 0.0,
            requests: 0.0,
            times: Times::new(),
            ended: 0.0,
            fails: 0.0,
        };
        Self {
            is_possible: tables
                .nodes
                .iter()
                .any(|node| node.may_sleep && node.is_waited_for),
            stations: vec![Sleeper::default(); tables.nodes.len()],
            calls: (0..).zip(edges).map(held).collect(),
        }
    }

    /// Whether a station sleeps, or waits for one that does.
    pub(super) fn is_drowsy(&self, station: usize) -> bool {
        self.stations.get(station).is_some_and(|at| at.is_drowsy)
    }

    /// Whether requests that make a call wait for a sleeper, so that the usual reckoning does not hold for it.
    pub(super) fn holds(&self, edge: &Edge) -> bool {
        edge.call.mode != CallMode::Async && edge.live.is_none() && self.is_drowsy(edge.call.to)
    }

    /// Probability that one of the requests that end now fails for a call.
    pub(super) fn fails(&self, edge: &Edge) -> f64 {
        self.calls.get(edge.number).map_or(0.0, |held| held.fails)
    }

    /// The number of calls of so many expected: a whole one where they could wake somebody.
    pub(super) fn draw(&mut self, edge: &Edge, expected: f64) -> f64 {
        let held = self.calls.get_mut(edge.number);
        let Some(rng) = held.and_then(|held| held.luck.as_mut()) else {
            return expected;
        };
        let whole = expected.floor();
        // Drawn in any case, so that what others do does not change the luck.
        let more = uniform(rng) < expected - whole;
        whole + f64::from(u8::from(more))
    }

    /// So many calls are made, of `of` requests, a part of them at the start of the interval.
    pub(super) fn make(&mut self, edge: &Edge, calls: f64, of: f64, early: f64) {
        if let Some(to) = self.stations.get_mut(edge.call.to) {
            to.early += calls * early;
        }
        if !self.holds(edge) {
            return;
        }
        if let Some(held) = self.calls.get_mut(edge.number) {
            held.made = calls;
            held.joined = (calls / edge.call.per_request.max(1.0)).min(of);
        }
    }

    /// Whether any station may sleep that others wait for.
    pub(super) fn is_possible(&self) -> bool {
        self.is_possible
    }

    /// Attempts at a station that come at the start of the interval.
    pub(super) fn early_at(&self, station: usize) -> f64 {
        self.stations.get(station).map_or(0.0, |at| at.early)
    }

    /// Requests of a station that waited for sleepers at the start of the interval.
    pub(super) fn deferred_before(&self, station: usize) -> f64 {
        self.stations
            .get(station)
            .map_or(0.0, |at| at.deferred_before)
    }

    /// Who is to blame for what a station's requests wait for sleepers, in shares.
    pub(super) fn guilt(&self, station: usize) -> &[Guilt] {
        let drowsy = self.stations.get(station).filter(|at| at.is_drowsy);
        drowsy.map_or(&[], |at| &at.delay.guilt)
    }

    /// Whether a station that was without servers has yet to serve all that have waited then.
    pub(super) fn is_catching_up(&self, station: usize) -> bool {
        let at = self.stations.get(station);
        at.is_some_and(|at| at.is_drowsy && at.stays_behind)
    }

    /// How many requests of a station may start until all of so many free slots are held by such as wait for sleepers.
    pub(super) fn room(&self, station: usize, free: u32) -> f64 {
        let blocks = self.stations.get(station).map_or(0.0, |at| at.blocks);
        if blocks > 0.0 {
            f64::from(free) / blocks
        } else {
            f64::INFINITY
        }
    }

    /// Slots of a station, of so many, that are not held by requests which wait for sleepers.
    pub(super) fn free(&self, station: usize, servers: u32) -> u32 {
        let held = self.stations.get(station).map_or(0.0, |at| {
            let on_average = if at.stays >= 1.0 { 1.0 } else { 0.5 * at.stays };
            at.deferred_before * on_average
        });
        // A conversion from f64 saturates.
        servers.saturating_sub(held.round() as u32)
    }

    /// Slot-seconds that these hold in an interval.
    pub(super) fn held_s(&self, station: usize, length_s: f64) -> f64 {
        self.stations.get(station).map_or(0.0, |at| {
            0.5 * length_s * (at.stays * at.deferred_before + at.deferred)
        })
    }

    /// What happened at a station's queue: without servers, or with `left` of a backlog from such a time.
    pub(super) fn note(&mut self, station: usize, is_closed: bool, left: f64) {
        if !self.is_possible {
            return;
        }
        if let Some(at) = self.stations.get_mut(station) {
            at.is_behind = is_closed || at.stays_behind;
            at.stays_behind = is_closed || at.is_behind && left > LITTLE;
            at.open = if at.stays_behind { left } else { 0.0 };
        }
    }
}

impl FluidNetwork<'_> {
    /// Looks who sleeps in an interval, and who waits for such.
    pub(super) fn look_for_sleepers(&mut self, given: &[StationInterval]) {
        if !self.asleep.is_possible {
            return;
        }
        for index in (0..self.tables.nodes.len()).rev() {
            let (Some(node), Some(given)) = (self.tables.nodes.get(index), given.get(index)) else {
                continue;
            };
            let is_closed = given.interval.servers == 0 && !given.down && node.function.is_none();
            let of_calls = node.calls.iter().filter(|edge| self.asleep.holds(edge));
            let (mut calls_drowsy, mut stays, mut blocks) = (false, 0.0_f64, 0.0_f64);
            for edge in of_calls {
                calls_drowsy = true;
                let to = self.asleep.stations.get(edge.call.to);
                let callee_blocks = to.map_or(0.0, |to| to.blocks);
                blocks = blocks.max(edge.call.per_request.min(1.0) * callee_blocks);
                let held = self.asleep.calls.get(edge.number);
                if held.is_some_and(|held| held.requests > NONE)
                    && let Some(to) = self.asleep.stations.get(edge.call.to)
                {
                    stays = stays.max(to.stays);
                }
            }
            let waiting = self
                .states
                .get(index)
                .map_or(0.0, |state| state.waiting_before);
            let drains_s =
                waiting * node.tables.mean_service_s() / f64::from(given.interval.servers.max(1));
            let Some(at) = self.asleep.stations.get_mut(index) else {
                continue;
            };
            if is_closed {
                (stays, blocks) = (1.0, 1.0);
            } else if at.stays_behind {
                stays = stays.max((drains_s / given.interval.length_s).min(1.0));
            }
            at.stays = stays;
            at.blocks = blocks;
            at.open_before = at.open;
            at.deferred_before = at.deferred;
            at.early = 0.0;
            at.is_drowsy = calls_drowsy || node.is_waited_for && (is_closed || at.stays_behind);
            if !at.is_drowsy {
                (at.open, at.deferred) = (0.0, 0.0);
                at.delay.waits = 0.0;
            }
        }
        for edge in self.tables.nodes.iter().flat_map(|node| &node.calls) {
            let holds = self.asleep.holds(edge);
            let Some(held) = self.asleep.calls.get_mut(edge.number) else {
                continue;
            };
            (held.made, held.joined, held.ended, held.fails) = (0.0, 0.0, 0.0, 0.0);
            if !holds {
                (held.calls, held.requests) = (0.0, 0.0);
                held.times.clear();
            }
        }
    }

    /// Share of those that start at a station in an interval that do so at its beginning: what had waited for servers.
    pub(super) fn early(&self, index: usize, started: f64) -> f64 {
        let at = self.asleep.stations.get(index);
        match (at, self.states.get(index)) {
            (Some(at), Some(state)) if at.is_behind => {
                share(state.waiting_before, started).min(1.0)
            }
            _ => 0.0,
        }
    }

    /// How many of a station's requests end, what for sleepers they took longer, and what they failed for. The stations
    /// that it calls are known.
    pub(super) fn end_deferred(&mut self, index: usize, node: &Node) {
        let at = self.asleep.stations.get(index);
        if let (Some(state), Some(at)) = (self.states.get_mut(index), at) {
            state.ended = state.started + at.deferred_before;
        }
        if !at.is_some_and(|at| at.is_drowsy) {
            return;
        }
        let is_behind = self
            .asleep
            .stations
            .get(index)
            .is_some_and(|at| at.is_behind);
        let own: Times = if is_behind {
            let station = self.stations.get(index);
            station.map_or_else(Times::new, |station| reduced(station.waits_s()))
        } else {
            vec![(0.0, 1.0)]
        };
        let mut sums = Sums::default();
        let (mut joined, mut left) = (0.0, 0.0);
        let mut first = 0;
        while let Some(edge) = node.calls.get(first) {
            let group = edge.group;
            let members: Vec<&Edge> = node.calls[first..]
                .iter()
                .take_while(|other| other.group == group)
                .collect();
            first += members.len();
            let (mut joined_here, mut left_here) = (0.0_f64, 0.0_f64);
            let mut ended: Option<Ended> = None;
            for edge in members {
                if !self.asleep.holds(edge) {
                    continue;
                }
                let Some(one) = self.end_calls(edge, &own) else {
                    continue;
                };
                if let Some(held) = self.asleep.calls.get(edge.number) {
                    joined_here = joined_here.max(held.joined);
                    left_here = left_here.max(held.requests);
                }
                ended = Some(match ended {
                    None => one,
                    Some(other) => other.together_with(one),
                });
            }
            joined += joined_here;
            left += left_here;
            if let Some(ended) = ended {
                sums.add(&ended);
            }
        }
        self.sum_up(index, node, (joined, left), &own, sums);
    }

    /// The calls of one kind that have ended, and with them the requests that made them.
    fn end_calls(&mut self, edge: &Edge, own: &Times) -> Option<Ended> {
        let to = edge.call.to;
        let (callee, at) = (self.states.get(to)?, self.asleep.stations.get(to)?);
        let patience_s = self.tables.nodes.get(to)?.timeout_s;
        let held = self.asleep.calls.get_mut(edge.number)?;
        let stay = share(at.open, at.open_before + callee.arrivals).min(1.0);
        let before = held.requests;
        let all = before + held.joined;
        held.calls = (held.calls + held.made) * stay;
        held.requests = all * stay;
        held.ended = all - held.requests;
        held.times = reduced(weighed(&held.times, before, own, held.joined));
        let of_one = edge.call.per_request.max(1.0);
        let fails = if edge.call.required {
            1.0 - none_of(of_one, callee.fails)
        } else {
            0.0
        };
        let waits = waits_of(at, callee, patience_s, edge.call.required);
        let times = after(&held.times, &waits);
        held.fails = fails * held.ended;
        Some(Ended {
            requests: held.ended,
            good: held.ended * (1.0 - fails),
            times,
            // Where nobody has started, whoever waited did so there.
            guilt: if at.delay.guilt.is_empty() {
                vec![alone(to)]
            } else {
                at.delay.guilt.clone()
            },
        })
    }

    fn sum_up(
        &mut self,
        index: usize,
        node: &Node,
        (joined, left): (f64, f64),
        own: &Times,
        mut sums: Sums,
    ) {
        let Self { states, asleep, .. } = self;
        let (Some(state), Some(at)) = (states.get_mut(index), asleep.stations.get_mut(index))
        else {
            return;
        };
        at.deferred = left;
        at.open += left;
        // Those that made no such call.
        let others = (state.started - joined).max(0.0);
        state.ended = (state.started + at.deferred_before - left).max(0.0);
        state.deferred = left;
        sums.add(&Ended {
            requests: others,
            good: others,
            times: own.clone(),
            guilt: vec![alone(index)],
        });
        sums.tell(&mut at.delay);
        for edge in &node.calls {
            if let Some(held) = asleep.calls.get_mut(edge.number) {
                held.fails = share(held.fails, state.ended).min(1.0);
            }
        }
    }
}
