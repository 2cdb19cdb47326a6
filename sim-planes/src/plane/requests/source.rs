//! Where requests come from: a Poisson process, and what each request needs.
//!
//! Demands and errors are drawn for every arrival, in the order of arrival, also for those that never start:
//! another capacity or policy leaves every request's time of arrival, demand, error and priority as they were.

use super::super::{Interval, ServiceModel};
use crate::random::{Ahead, Distribution, Purpose, Rng, StreamKey, standard_exponential, uniform};

/// The streams of one service of one replication.
#[derive(Clone, Copy, Debug)]
pub(in crate::plane) struct Streams {
    pub(in crate::plane) seed: u64,
    pub(in crate::plane) replication: u32,
    pub(in crate::plane) component: u32,
}

impl Streams {
    pub(in crate::plane) fn rng(&self, purpose: Purpose) -> Rng {
        let Self {
            seed,
            replication,
            component,
        } = *self;
        StreamKey {
            seed,
            replication,
            component,
            purpose,
        }
        .rng()
    }
}

/// Draws arrivals.
pub(in crate::plane) struct Source {
    service_time: Distribution,
    error_probability: f64,
    high_share: f64,
    gaps: Ahead,
    services: Ahead,
    errors: Ahead,
    priorities: Rng,
    /// Arrivals are a Poisson process of rate 1 whose clock runs at the rate of the interval: this much of
    /// it remains until the next arrival.
    until_next: f64,
    /// The arrivals of the interval to come, from its start, where something before the service decides them.
    given: Option<Given>,
}

/// Arrivals that are not drawn.
struct Given {
    after_s: Vec<f64>,
    next: usize,
}

impl Given {
    fn next_s(&mut self) -> f64 {
        let after_s = self.after_s.get(self.next).copied();
        self.next += 1;
        after_s.unwrap_or(f64::INFINITY)
    }
}

/// The arrivals of one interval, to come.
pub(in crate::plane) struct Schedule {
    start_s: f64,
    end_s: f64,
    gap_s: f64,
    clock: f64,
    expected: f64,
}

impl Schedule {
    /// When the next request arrives; `None` when the interval is over.
    #[inline]
    pub(in crate::plane) fn next_s(&self) -> Option<f64> {
        (self.clock < self.expected)
            .then(|| (self.start_s + self.clock * self.gap_s).min(self.end_s))
    }
}

impl Source {
    pub(in crate::plane) fn new(model: &ServiceModel, streams: &Streams) -> Self {
        let mut gaps = Ahead::new(streams.rng(Purpose::Arrivals));
        let until_next = gaps.next(standard_exponential);
        Self {
            service_time: model.service_time_s.clone(),
            error_probability: model.error_probability,
            high_share: model.high_priority_share,
            gaps,
            services: Ahead::new(streams.rng(Purpose::ServiceTime)),
            errors: Ahead::new(streams.rng(Purpose::Errors)),
            priorities: streams.rng(Purpose::Priorities),
            until_next,
            given: None,
        }
    }

    /// The arrivals of the next interval, seconds from its start, ascending: they are not drawn then.
    pub(in crate::plane) fn give(&mut self, after_s: &[f64]) {
        let given = self.given.get_or_insert(Given {
            after_s: Vec::new(),
            next: 0,
        });
        given.after_s.clear();
        given.after_s.extend_from_slice(after_s);
        given.next = 0;
    }

    /// The arrivals of an interval that starts at `start_s`.
    pub(in crate::plane) fn open(&mut self, interval: &Interval, start_s: f64) -> Schedule {
        if let Some(given) = &mut self.given {
            return Schedule {
                start_s,
                end_s: start_s + interval.length_s,
                gap_s: 1.0,
                clock: given.next_s(),
                expected: f64::INFINITY,
            };
        }
        Schedule {
            start_s,
            end_s: start_s + interval.length_s,
            gap_s: 1.0 / interval.rate_rps,
            clock: self.until_next,
            expected: interval.rate_rps * interval.length_s,
        }
    }

    /// The next request of the schedule has arrived.
    #[inline]
    pub(in crate::plane) fn advance(&mut self, schedule: &mut Schedule) {
        match &mut self.given {
            None => schedule.clock += self.gaps.next(standard_exponential),
            Some(given) => schedule.clock = given.next_s(),
        }
    }

    /// The interval is over.
    pub(in crate::plane) fn close(&mut self, schedule: &Schedule) {
        if self.given.is_none() {
            self.until_next = schedule.clock - schedule.expected;
        }
    }

    /// Service time and error of a new request.
    #[inline]
    pub(in crate::plane) fn demand(&mut self) -> (f64, bool) {
        let service_time = &self.service_time;
        let service_s = self
            .services
            .next_of(|rng, values| service_time.fill(rng, values));
        let error =
            self.error_probability > 0.0 && self.errors.next(uniform) < self.error_probability;
        (service_s, error)
    }

    /// Whether a new request is of high priority.
    #[inline]
    pub(in crate::plane) fn is_high(&mut self) -> bool {
        self.high_share > 0.0 && uniform(&mut self.priorities) < self.high_share
    }
}
