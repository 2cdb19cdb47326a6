//! Two classes of requests: of those that wait, the ones of high priority go first. None is interrupted.
//!
//! Both classes have the same services, so how many wait, who waits at all and the mean wait of all are those of a queue
//! that knows no classes (Kleinrock 1965). With the share h of high priority at the load ρ, of those who wait the high
//! ones wait for w (1 − ρ)/(1 − hρ) on average and the others for w/(1 − hρ), w being the mean of all: Cobham 1954 for one
//! server, exact for several with exponential services (Kella & Yechiali 1985), and as Bondi & Buzen 1984 have it for
//! other services. A high one waits for the first departure and for those of its class: the law of a queue at the load
//! hρ. A low one waits for those before it, and for the high ones that come meanwhile: a busy period that makes its wait
//! longer and more uneven. In a backlog only low ones stand, and move on by what the high ones leave.

use super::FluidPlane;
use super::capacity::{CapacityTable, Point};
use super::levels::Shape;
use crate::plane::{Interval, Outcome};

/// Load of the high ones up to which they are told apart: more is taken for that much.
const MOST_HIGH: f64 = 0.97;
/// Parts of the law of a wait that its second moment is taken of.
const PARTS: u32 = 24;
/// The two equally likely parts of the waits of the low ones are at most so far from their mean, relative.
const FARTHEST: f64 = 0.95;

/// The classes in an interval.
#[derive(Clone, Copy, Debug)]
pub(super) struct Classes {
    /// Share of the requests of high priority.
    pub(super) high: f64,
    /// How many times as long as without classes low ones wait.
    pub(super) slower: f64,
    /// Mean wait of the high ones that wait, in mean service times, its logarithm to base 2, and its shape.
    wait: f64,
    log_wait: f64,
    shape: Shape,
    /// How far the waits of the low ones are from their mean, in two equally likely parts, relative.
    apart: f64,
}

impl FluidPlane<'_> {
    /// Load that requests of high priority may be of the whole `load`.
    fn high_load(&self, load: f64) -> f64 {
        (self.tables.service().high_priority_share * load).min(MOST_HIGH)
    }

    /// Share of the servers that is left to low ones at a load.
    pub(super) fn left_to_low(&self, load: f64) -> f64 {
        1.0 - self.high_load(load)
    }

    /// The classes in a state, when `load` arrives.
    pub(super) fn classes_at(
        &self,
        table: &CapacityTable,
        state: &Point,
        load: f64,
    ) -> Option<Classes> {
        let high = self.tables.service().high_priority_share;
        if high <= 0.0 {
            return None;
        }
        let used = state.busy / table.capacity;
        let load = if load >= 1.0 || self.backlog.requests() > 0.0 {
            load
        } else {
            used
        };
        let high_load = self.high_load(load);
        let left = 1.0 - high_load;
        let wait = libm::exp2(state.log_wait) * (1.0 - used).max(0.0) / left;
        let mut hint = 0;
        let alone = table.at(high_load.min(used) * table.capacity, &mut hint);
        // E[W²] of a busy period of high ones that begins with the wait V: E[V²]/(1−hρ)² + E[V] λh E[S²]/(1−hρ)³.
        let more = 2.0 * high_load * (1.0 - used).max(0.0) / left;
        Some(Classes {
            high,
            slower: 1.0 / left,
            wait,
            log_wait: libm::log2(wait.max(f64::MIN_POSITIVE)),
            shape: alone.shape,
            apart: (more / self.second_moment(state)).sqrt().min(FARTHEST),
        })
    }

    /// E[V²]/E[V]² of the wait V of those who wait in a state.
    fn second_moment(&self, state: &Point) -> f64 {
        let (mut mean, mut square) = (0.0, 0.0);
        for part in 0..PARTS {
            let tail = (f64::from(part) + 0.5) / f64::from(PARTS);
            let wait = self.tables.exceeded(state, -libm::log(tail));
            mean += wait / f64::from(PARTS);
            square += wait * wait / f64::from(PARTS);
        }
        (square / (mean * mean).max(f64::MIN_POSITIVE)).max(1.0)
    }

    /// Lets only low ones meet what is met, which move on by what high ones leave, of whom as many come as are let in.
    pub(super) fn be_low(&mut self, admitted_load: f64) -> Option<Classes> {
        let both = self.classes;
        self.classes = both.map(|of| Classes {
            high: 0.0,
            slower: 1.0 / self.left_to_low(admitted_load),
            ..of
        });
        both
    }

    /// Adds those who wait in a state.
    pub(super) fn add_waiting_classes(&mut self, state: &Point, weight: f64) {
        let Some(of) = self.classes else {
            return self.tables.add_waiting_in(&mut self.mixture, state, weight);
        };
        self.add_high(weight * of.high);
        for part in [1.0 - of.apart, 1.0 + of.apart] {
            let log_wait = state.log_wait + libm::log2(of.slower * part);
            let share = 0.5 * weight * (1.0 - of.high);
            self.tables
                .add_waiting(&mut self.mixture, log_wait, state.shape, share);
        }
    }

    /// Adds those who meet a queue in which they would wait for `delay` mean service times if there were no classes.
    pub(super) fn add_met(&mut self, delay: f64, weight: f64) {
        let Some(of) = self.classes else {
            return self.tables.add_delayed(&mut self.mixture, delay, weight);
        };
        self.add_high(weight * of.high);
        let most = self.patience_s / self.tables.mean_service_s();
        let delay = (delay * of.slower).min(most.max(delay));
        self.tables
            .add_delayed(&mut self.mixture, delay, weight * (1.0 - of.high));
    }

    /// Adds requests of high priority that find all servers busy.
    pub(super) fn add_high(&mut self, weight: f64) {
        if let Some(of) = self.classes
            && weight > 0.0
        {
            self.tables
                .add_waiting(&mut self.mixture, of.log_wait, of.shape, weight);
        }
    }

    /// Tells the waits of the high ones from the others'.
    pub(super) fn tell_high(&self, outcome: &mut Outcome) {
        let Some(of) = &self.classes else {
            return;
        };
        let wait_s = of.high * outcome.waited * of.wait * self.tables.mean_service_s();
        outcome.waits_high = of.high * outcome.waits;
        outcome.wait_sum_high_s = wait_s.min(outcome.wait_sum_s);
    }

    /// Requests of an interval that found no room and wait outside, where that is what they do: expected. The line outside
    /// is one with the queue, so it changes nothing else.
    pub(super) fn blocked(&self, interval: &Interval, arrivals: f64, waits: f64) -> f64 {
        let room = f64::from(interval.waiting_room());
        if self.backlog.requests() >= room && room > 0.0 || waits >= 1.0 && room <= 0.0 {
            return arrivals;
        }
        let busy_queue = self.queue / waits.max(1e-12);
        let decay = libm::log1p(1.0 / busy_queue.max(1e-12));
        arrivals * waits * libm::exp(-decay * room)
    }
}

#[cfg(test)]
mod tests;
