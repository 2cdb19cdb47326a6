//! A queue that serves the newest first.
//!
//! As many wait, and are turned away, as when the oldest go first; who waits does so until all that came after him have
//! gone ([`busy_period`](super::busy_period)). Until then nobody who came later can lose his patience before he does: so
//! of those who wait the share T that gives up is that of busy periods longer than the patience τ, at any load, and who
//! waits at all follows from the balance of flows: P = β/(β + 1 − ρ(1 − T)), of which β is what makes P(wait) right where
//! nobody gives up (exact for M/M/c).
//!
//! Load above capacity, and times without servers, leave those behind who have been passed over: a stack, from whose top
//! spare capacity is filled, and whose bottom gives up.

use super::FluidPlane;
use super::busy_period::Waits;
use super::flow::{Flow, Tick};
use crate::plane::queueing::erlang_b;

/// Load next to full, which the tables know.
const NEARLY_FULL: f64 = 0.999;
/// Of the queue that the clients' patience allows: room for more than that is as good as endless, as the stack is shorter.
const OF_PATIENCE: f64 = 0.5;
/// Share of the requests that is turned away, below which those that wait do so as if there were room for all.
const RARELY: f64 = 0.01;

/// How those fare that come.
struct Coming {
    /// Into a queue that may grow.
    free: Way,
    /// Into one that is full at times.
    full: Option<Way>,
}

struct Way {
    /// How long those wait that have to and lose no patience, and the share of those that have to that does.
    law: Waits,
    late: f64,
    /// Share of those let in that has to wait.
    waits: f64,
    /// Share that is turned away.
    lost: f64,
    /// Mean number that waits.
    queue: f64,
}

impl FluidPlane<'_> {
    /// Advances a queue that serves the newest first by an interval with servers.
    #[inline(never)]
    pub(super) fn newest(&mut self, tick: &Tick<'_>) -> Flow {
        if self.backlog.requests() > 0.0 || tick.above {
            return self.stack(tick);
        }
        self.occupied = self.busy;
        self.passed_over_since_s = self.now_s + tick.length_s;
        let arrivals = tick.load * tick.table.capacity * tick.turnover;
        self.upon_empty(tick, 1.0, arrivals)
    }

    /// Room below which a full queue counts.
    fn is_limited(&self, tick: &Tick<'_>) -> bool {
        let patience = self.patience_s / self.tables.mean_service_s();
        tick.room < f64::from(u32::MAX)
            && tick.room < OF_PATIENCE * tick.table.capacity * tick.load.max(1.0) * patience
    }

    /// Of `weight` of those that start, `arrivals` came to a queue without a stack.
    fn upon_empty(&mut self, tick: &Tick<'_>, weight: f64, arrivals: f64) -> Flow {
        let coming = self.coming(tick, self.is_limited(tick) && self.limit_matters(tick));
        let way = coming.full.as_ref().unwrap_or(&coming.free);
        let rarity = -libm::log(way.waits.max(f64::MIN_POSITIVE));
        let is_long = tick.chance.rarity > rarity;
        let by_luck = if is_long { tick.chance.weight } else { 0.0 };
        let waits = way.waits * (1.0 - tick.chance.weight) + by_luck;
        let served = 1.0 - waits * way.late;
        self.tables
            .add_unwaiting(&mut self.mixture, weight * (1.0 - waits) / served);
        self.add_waits(&way.law, weight * waits / served);
        self.queue = self.queue.min(way.queue);
        let beyond = if is_long {
            tick.chance.rarity - rarity
        } else {
            0.0
        };
        let place = beyond * way.queue / way.waits.max(1e-12);
        let waiting = way.queue + tick.chance.weight * (place - way.queue);
        Flow {
            lost: way.lost,
            gave_up: if self.patience_s < f64::INFINITY {
                arrivals * (1.0 - way.lost) * waits * way.late
            } else {
                0.0
            },
            waits: waits * (1.0 - way.late) / served,
            waiting: waiting.min(tick.room),
            ..Flow::default()
        }
    }

    /// How those fare that come.
    fn coming(&self, tick: &Tick<'_>, is_limited: bool) -> Coming {
        let table = tick.table;
        let load = tick.load.max(1e-6);
        let mirrored = load.min(1.0 / load).min(NEARLY_FULL);
        let mut hint = self.usual_hint;
        let usual = table.at(mirrored * table.capacity, &mut hint);
        let square = if usual.scv > 0.0 {
            1.0 + usual.scv
        } else {
            self.tables.second_moment_of_wait(usual.shape)
        };
        // The wait when the oldest go first is a geometric number of times, one of which busy periods begin with.
        let unit = libm::exp2(usual.log_wait) * (1.0 - mirrored);
        let first = (square - 2.0 * mirrored) / (1.0 - mirrored);
        let most = self.patience_s / self.tables.mean_service_s();
        let law = if load > 1.0 {
            Waits::busy_period(mirrored, unit / load, first).or_never(1.0 / load)
        } else {
            Waits::busy_period(mirrored, unit, first)
        };
        let late = law.above(most);
        let waits = self.wait_probability(tick, load, late);
        let queue = if late > 1e-9 && most < f64::INFINITY {
            // Little's law.
            (load * table.capacity * waits * law.mean_until(most)).min(self.queue)
        } else {
            self.queue
        };
        let free = Way {
            law: law.cut(most),
            late,
            waits,
            lost: 0.0,
            queue,
        };
        let full = is_limited.then(|| self.in_room(tick, load, [unit, first], &free));
        Coming { free, full }
    }

    /// How those fare that come into a queue that is full at times. A busy period begins with a time of mean `unit`, as
    /// uneven as `first` says; above full load one with arrivals and services exchanged.
    fn in_room(&self, tick: &Tick<'_>, load: f64, [unit, first]: [f64; 2], free: &Way) -> Way {
        let stationary = self.stationary(tick);
        let (law, late) = if load < 1.0 && stationary.lost < RARELY {
            (free.law.clone(), free.late)
        } else {
            // A room is as many of the exponential services as it is of these.
            let room = tick.room / tick.table.apart / (0.5 * (1.0 + self.tables.queue_scv()));
            let law = self.tables.newest_in_room(load, room, first).times(unit);
            let most = self.patience_s / self.tables.mean_service_s();
            let late = law.above(most);
            (law.cut(most), late)
        };
        Way {
            law,
            late,
            waits: stationary.waits,
            lost: stationary.lost,
            queue: stationary.queue * tick.table.apart,
        }
    }

    /// Probability of waiting, where of those who wait the share `late` gives up.
    fn wait_probability(&self, tick: &Tick<'_>, load: f64, late: f64) -> f64 {
        let table = tick.table;
        // Servers may take longer than the interval to fill.
        if load < NEARLY_FULL || !tick.above && self.backlog.requests() <= 0.0 {
            let p = tick.state.waits;
            if late <= 1e-9 || p >= 1.0 {
                return p;
            }
            let used = (tick.state.busy / table.capacity).min(NEARLY_FULL);
            let beta = p * (1.0 - used) / (1.0 - p);
            return beta / (beta + 1.0 - used * (1.0 - late));
        }
        let blocked = erlang_b(table.slots, load * f64::from(table.slots));
        let beta = blocked / (1.0 - blocked).max(1e-12);
        (beta / (beta + (1.0 - load * (1.0 - late)).max(0.0))).min(1.0)
    }

    /// Adds those that wait by a law.
    fn add_waits(&mut self, law: &Waits, weight: f64) {
        self.tables
            .add_exponential(&mut self.mixture, &law.exponential, weight);
        for &(delay, share) in &law.fixed {
            self.tables
                .add_delayed(&mut self.mixture, delay, weight * share);
        }
    }
}

mod stack;
#[cfg(test)]
mod tests;
