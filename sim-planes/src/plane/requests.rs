//! The `requests` plane: every request is played.
//!
//! ```text
//!   source (arrivals, demands) ──► booked: one queue, first come first served; a request's fate is known
//!                              │           when it starts (Kiefer & Wolfowitz)
//!                              └─► events: balancing, processor sharing, priorities, rate limits, other queues, dropping,
//!                                          killing; every end, deadline and retry in order of time
//! ```
//!
//! Both give the same answers where both can answer, up to the moment at which a request is counted: `booked`
//! counts it when it leaves the queue, `events` when its fate is certain. Which one plays follows from the
//! model, so that a feature that is switched off, or has probability 0, changes no byte.

mod attempts;
pub(in crate::plane) mod balancer;
mod booked;
pub(in crate::plane) mod calendar;
mod certain;
mod clients;
mod deadlines;
mod events;
mod lane;
mod lanes;
mod levels;
pub(in crate::plane) mod lineup;
pub(in crate::plane) mod memory;
mod occupied;
pub(in crate::plane) mod order;
mod queue;
mod scaling;
mod service;
mod sharing;
pub(in crate::plane) mod source;
pub(in crate::plane) mod usage;

use super::tally::{LatencyLimits, Tally};
use super::{DataPlane, Discipline, Interval, Outcome, ServiceModel};
use crate::plane::{Balancing, Overflow, QueueDiscipline, Removal};
use crate::stats::LogHistogram;
use booked::Booked;
use certain::Fates;
use events::Events;
use lanes::Lanes;
use memory::Memory;
use source::{Source, Streams};

/// Requests that wait outside at most, where nothing else bounds them: a bound for memory. Further ones are
/// rejected.
const MOST_OUTSIDE: u32 = 5_000_000;

/// Plays every request of the intervals it is given.
pub struct RequestsPlane {
    limits: LatencyLimits,
    source: Source,
    engine: Engine,
    memory: Memory,
}

/// The ways to play, each as fast as what it must provide for allows.
enum Engine {
    Booked(Box<Booked>),
    Lanes(Box<Lanes>),
    Events(Box<Events>),
}

impl Engine {
    fn new(model: &ServiceModel, limits: &LatencyLimits, streams: &Streams) -> Self {
        let fates = || Fates::new(model, limits, streams);
        if !is_certain_at_start(model) {
            Self::Events(Box::new(Events::new(model, limits, streams)))
        } else if model.balancing == Balancing::Shared {
            Self::Booked(Box::new(Booked::new(model, fates())))
        } else {
            Self::Lanes(Box::new(Lanes::new(model, fates(), streams)))
        }
    }
}

/// Whether nothing can change what becomes of an attempt once it has started, nor when those start that wait.
fn is_certain_at_start(model: &ServiceModel) -> bool {
    let shared = model.balancing == Balancing::Shared;
    model.discipline == Discipline::Slots
        && match model.overflow {
            Overflow::RejectNew => true,
            Overflow::Block => shared,
            Overflow::DropOldest => false,
        }
        && (shared || !model.may_be_buffered)
        && model.removal == Removal::Drain
        && !model.may_be_killed
        && model.high_priority_share <= 0.0
        && model.rate_limit.is_none()
        && model.queue == QueueDiscipline::Fifo
}

impl RequestsPlane {
    /// A plane at time 0 without servers and requests, which remembers the latencies of the last
    /// `recent_intervals` intervals for [`recent_quantile`](DataPlane::recent_quantile). Its numbers come
    /// from the streams of `seed`, `replication` and `component`.
    pub fn new(
        model: &ServiceModel,
        recent_intervals: u32,
        seed: u64,
        replication: u32,
        component: u32,
    ) -> Self {
        let limits = LatencyLimits::new(model);
        let streams = Streams {
            seed,
            replication,
            component,
        };
        Self {
            limits,
            source: Source::new(model, &streams),
            engine: Engine::new(model, &limits, &streams),
            memory: Memory::new(recent_intervals),
        }
    }
}

impl DataPlane for RequestsPlane {
    fn serve(&mut self, interval: &Interval) -> Outcome {
        let mut latencies = self.memory.blank();
        let mut tally = Tally::new(self.limits, &mut latencies);
        let source = &mut self.source;
        let outcome = match &mut self.engine {
            Engine::Booked(booked) => booked.serve(interval, source, &mut tally),
            Engine::Lanes(lanes) => lanes.serve(interval, source, &mut tally),
            Engine::Events(events) => events.serve(interval, source, &mut tally),
        };
        self.memory.keep(latencies);
        outcome
    }

    fn give_arrivals(&mut self, after_s: &[f64]) {
        self.source.give(after_s);
    }

    fn recent_quantile(&self, q: f64, intervals: u32) -> Option<f64> {
        self.memory.quantile(q, intervals)
    }

    fn drain_latency(&mut self, into: &mut LogHistogram) {
        self.memory.drain(into);
    }
}

#[cfg(test)]
mod tests;
