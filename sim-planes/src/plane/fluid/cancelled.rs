//! An interval of a service that stops working when its client has given up.
//!
//! As of the plain queue, the number of requests follows the pointwise stationary flow (Wang, Tipper & Banerjee 1996): it
//! leaves at the rate at which requests come to the queue that is as long in the long run (`cancelling`). That queue is bounded
//! by the clients' patience, so there is one at every load, and no backlog but while there are no servers.

use super::FluidPlane;
use super::backlog::Course;
use super::cancelling::{CancelTable, Cancelling, PARTS, Point};
use super::flow::Flow;
use super::luck::Draws;
use crate::bounds::Bounds;
use crate::plane::Interval;
use std::sync::Arc;

/// Steps of an interval that begins with requests that came while there were no servers.
const STEPS: u32 = 8;
/// Those that start in a step are looked at in this many equal shares.
const GROUPS: u32 = 3;
/// Changes below this are none.
const MUCH: f64 = 0.2;
/// A server spends at least this on each of them, in mean services.
const SHORTEST: f64 = 0.02;

fn share(part: f64, all: f64) -> f64 {
    if all > 0.0 { part / all } else { 0.0 }
}

/// Waits nearer to their mean than usual.
#[derive(Clone, Copy, Debug)]
struct Narrow {
    mean_s: f64,
    times: f64,
}

impl Narrow {
    fn of(self, wait_s: f64) -> f64 {
        self.mean_s + self.times * (wait_s - self.mean_s)
    }
}

/// Requests that came while there were no servers, or behind such, and start in an interval.
struct Old {
    /// How long they have waited, seconds, and how many for so long.
    waits: Vec<(f64, f64)>,
    count: f64,
    gave_up: f64,
    /// For how long all of them hold servers, seconds.
    held_s: f64,
    /// When the last of them has started; the end, if some are left.
    empty_s: f64,
}

impl FluidPlane<'_> {
    /// Advances the queue through an interval with servers, and fills the mixture with its waits.
    #[inline(never)]
    pub(super) fn flow_cancelled(
        &mut self,
        of: &Cancelling,
        table: &CancelTable,
        interval: &Interval,
        draws: Draws,
    ) -> Flow {
        if self.backlog.requests() > 0.0 {
            return self.after_closure(of, table, interval, draws);
        }
        self.flow_of_open(of, table, interval, draws, 1.0)
    }

    /// The same of the last part of an interval, in which nobody is left who came while there were no servers; of those that
    /// start in the interval it is the share `weight`.
    fn flow_of_open(
        &mut self,
        of: &Cancelling,
        table: &CancelTable,
        interval: &Interval,
        draws: Draws,
        weight: f64,
    ) -> Flow {
        let c = f64::from(table.servers);
        let turnover = interval.length_s / of.mean_s;
        let load = interval.rate_rps * of.mean_s / c;
        let most = c + f64::from(table.room);
        let there = (self.busy + self.queue).at_most(most);
        let (state, grows) = table.state(of, there + load * c * turnover, turnover);
        self.busy = state.busy;
        self.queue = state.queue;
        self.occupied = state.busy;
        // A queue that is held by idle servers forgets as a reflected Brownian motion does, one that is held by deadlines as
        // one that is drawn back in proportion.
        let forgets = (2.0 / (state.load * state.load).at_least(1e-9)).clamp(1.0, 2.0);
        let memory_s = forgets * grows * of.mean_s / c;
        let memories = interval.length_s / memory_s.at_least(1e-9);
        let chance = self.luck.pass_memories(memories, draws);
        let narrow = self.spread(of, &state, interval, c);
        let delay_s = narrow.of(state.exceeded(chance.rarity));
        let started_rps = state.load * c / of.mean_s * (1.0 - state.lost);
        let waiting = state.queue + chance.weight * (started_rps * delay_s - state.queue);
        let admitted = interval.rate_rps * interval.length_s * (1.0 - state.lost);
        let in_line = share(self.waiting, self.waiting + admitted - waiting);
        let lucky = weight * chance.weight;
        self.add_held_waits(of, &state, narrow, in_line, weight - lucky);
        let delay = delay_s / self.tables.mean_service_s();
        Flow {
            lost: state.lost,
            waits: state.waits,
            waiting,
            lucky,
            delay,
            felt: delay,
            held_s: state.held_s,
            ..Flow::default()
        }
    }

    /// Adds requests of weight `weight` with the waits of a state, the share `in_line` of whom was there when the interval began.
    fn add_held_waits(
        &mut self,
        of: &Cancelling,
        state: &Point,
        narrow: Narrow,
        in_line: f64,
        weight: f64,
    ) {
        let waits_s = state.parts_s.map(|wait_s| narrow.of(wait_s));
        let weight = weight * (1.0 - self.wait_in_line(of, &waits_s, in_line, weight));
        self.add_delayed_s(narrow.of(0.0), (1.0 - state.waits) * weight);
        for wait_s in waits_s {
            self.add_delayed_s(wait_s, state.waits * weight / PARTS as f64);
        }
        self.last_waits_s = Some(waits_s);
    }

    /// Adds requests that wait for so long each, seconds.
    fn add_delayed_s(&mut self, wait_s: f64, weight: f64) {
        let delay = wait_s / self.tables.mean_service_s();
        if delay > 0.0 {
            self.tables.add_delayed(&mut self.mixture, delay, weight);
        } else {
            self.tables.add_unwaiting(&mut self.mixture, weight);
        }
    }

    /// An interval that begins with requests that came while there were no servers. They know when they came, start in that order,
    /// and have as much less time to be served.
    fn after_closure(
        &mut self,
        of: &Cancelling,
        table: &CancelTable,
        interval: &Interval,
        draws: Draws,
    ) -> Flow {
        self.last_waits_s = None;
        let c = f64::from(table.servers);
        let end_s = self.now_s + interval.length_s;
        let arrivals = interval.rate_rps * interval.length_s;
        let free = (c - self.busy).at_least(0.0);
        let before = self.backlog.requests();
        // As many as start make room for others.
        let usual = free + interval.length_s * c / of.mean_s;
        let admitted = arrivals.at_most((f64::from(table.room) + usual - before).at_least(0.0));
        self.backlog.push(self.now_s, end_s, admitted);
        let Old {
            waits,
            count,
            gave_up,
            held_s,
            empty_s,
        } = self.start_old(of, interval, c, free);
        let left_s = end_s - empty_s;
        self.busy = c;
        self.queue = 0.0;
        self.occupied = c;
        let mut flow = Flow {
            waits: 1.0,
            waiting: self.backlog.requests(),
            ..Flow::default()
        };
        let (mut all, mut all_held_s) = (count, held_s);
        if left_s > 0.0 {
            self.backlog.clear();
            let rest = interval.rate_rps * left_s;
            all += rest;
            let behind = share(count, all);
            let part = Interval {
                length_s: left_s,
                ..*interval
            };
            flow = self.flow_of_open(of, table, &part, draws, 1.0 - behind);
            all_held_s += rest * flow.held_s;
            flow.lost *= left_s / interval.length_s;
            flow.waits = behind + (1.0 - behind) * flow.waits;
        }
        for (wait_s, count) in waits {
            self.add_delayed_s(wait_s, share(count, all));
        }
        flow.gave_up = gave_up;
        flow.lost += share(arrivals - admitted, arrivals);
        flow.held_s = if all > 0.0 {
            all_held_s / all
        } else {
            of.mean_s
        };
        flow
    }

    /// Starts those of the backlog, in their order, until none is left or the interval is over: as servers are free, and as
    /// services end, which is the sooner the longer those that start have waited.
    fn start_old(&mut self, of: &Cancelling, interval: &Interval, servers: f64, free: f64) -> Old {
        let step_s = interval.length_s / f64::from(STEPS);
        let mut old = Old {
            waits: Vec::new(),
            count: 0.0,
            gave_up: 0.0,
            held_s: 0.0,
            empty_s: self.now_s + interval.length_s,
        };
        for step in 0..STEPS {
            let from_s = self.now_s + f64::from(step) * step_s;
            let to_s = from_s + step_s;
            // The first have hardly any time left, but are soon gone.
            let usual_s = self.backlog.longest_wait_s(from_s) - 0.5 * step_s;
            let each_s = of.held_after(usual_s).at_least(SHORTEST * of.mean_s);
            let drained = self.backlog.drain(&Course {
                from_s,
                to_s,
                at_once: if step == 0 { free } else { 0.0 },
                rate_rps: servers / each_s,
                patience_s: self.patience_s,
                is_above: false,
            });
            let part = drained.started / f64::from(GROUPS);
            for group in 0..GROUPS {
                let place = (f64::from(group) + 0.5) / f64::from(GROUPS);
                let wait_s = self.backlog.wait_s(place);
                old.waits.push((wait_s, part));
                old.held_s += part * of.held_after(wait_s);
            }
            old.count += drained.started;
            old.gave_up += drained.gave_up;
            if drained.empty_s < to_s {
                old.empty_s = drained.empty_s.at_least(from_s);
                break;
            }
        }
        old
    }

    /// Where the wait has changed much: those who were in line at the interval's start, of whom the first has waited for as long
    /// as one did then, and the last for as long as one does now. Answers the share of the starts that they are.
    fn wait_in_line(
        &mut self,
        of: &Cancelling,
        now_s: &[f64; PARTS],
        share: f64,
        weight: f64,
    ) -> f64 {
        let Some(before_s) = self.last_waits_s else {
            return 0.0;
        };
        let mean = |waits_s: &[f64; PARTS]| waits_s.iter().sum::<f64>() / PARTS as f64;
        let change_s = mean(now_s) - mean(&before_s);
        if change_s.abs() < MUCH * of.mean_s.max(MUCH * self.patience_s) || share < MUCH {
            return 0.0;
        }
        let share = share.at_most(1.0);
        let part = 0.5 * weight * share / PARTS as f64;
        for (now_s, before_s) in now_s.iter().zip(&before_s) {
            for old in [0.25, 0.75] {
                let wait_s = now_s + old * (before_s - now_s);
                self.add_delayed_s(wait_s, part);
            }
        }
        share
    }

    /// How much of the spread that the wait has in the long run it has by now: the wait spreads as services and arrivals vary, no
    /// faster. After a quick change it is that of a fluid.
    fn spread(&mut self, of: &Cancelling, state: &Point, interval: &Interval, c: f64) -> Narrow {
        let (mut mean_s, mut square) = (0.0, 0.0);
        for wait_s in state.parts_s {
            mean_s += wait_s / PARTS as f64;
            square += wait_s * wait_s / PARTS as f64;
        }
        let mean_s = state.waits * mean_s;
        let usual = (state.waits * square - mean_s * mean_s).at_least(0.0);
        let step_s = of.mean_s / c;
        let spreads = (interval.rate_rps + of.scv / step_s) * step_s * step_s;
        self.spread_s2 = usual.at_most(self.spread_s2 + spreads * interval.length_s);
        let times = if usual > 0.0 {
            (self.spread_s2 / usual).sqrt()
        } else {
            1.0
        };
        Narrow { mean_s, times }
    }

    /// The table of an interval with servers; `None` where work is not cancelled.
    pub(super) fn cancel_table(&mut self, interval: &Interval) -> Option<Arc<CancelTable>> {
        self.tables.cancelling()?;
        let (servers, room) = (interval.servers, interval.waiting_room());
        let is_known = |table: &Arc<CancelTable>| table.servers == servers && table.room == room;
        if !self.cancel_table.as_ref().is_some_and(is_known) {
            self.cancel_table = self.tables.cancel_table(servers, room);
        }
        self.cancel_table.clone()
    }
}
