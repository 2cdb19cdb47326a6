//! The `requests` plane: every request is played, first come first served.
//!
//! ```text
//!            arrival ──► queue full? ──► rejected
//!               │
//!               ▼ waits (in order)      ──► waited as long as the timeout: leaves, timed out
//!             start ──► service to its end ──► wait + service > timeout: timed out (the server stays busy)
//!                                          ──► with an error: failed        otherwise: served
//! ```
//!
//! A request gets its outcome when it leaves the queue, at its start or when its client gives up: its
//! service time is known by then. Until that moment it counts as waiting, so over any run
//! `arrivals = served + timed_out + rejected + failed + change of waiting`.
//!
//! Service times and errors are drawn for every arrival, in the order of arrival, also for those that
//! never start: another capacity leaves every request's time of arrival, demand and error as they were.

use super::servers::FreeTimes;
use super::tally::{LatencyLimits, Tally};
use super::{DataPlane, Interval, Outcome, ServiceModel};
use crate::random::{Distribution, Purpose, Rng, StreamKey, standard_exponential, uniform};
use crate::stats::LogHistogram;
use std::collections::VecDeque;

/// Numbers drawn ahead at a time, so that the generator's state stays in registers.
const BLOCK: usize = 128;

/// A request that has arrived but not left the queue.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    arrival_s: f64,
    service_s: f64,
    /// When it leaves the queue: its start, or the end of its client's patience.
    leaves_s: f64,
    /// Whether it leaves the queue to be served.
    starts: bool,
    error: bool,
}

/// Plays every request of the intervals it is given.
pub struct RequestsPlane {
    service_time: Distribution,
    error_probability: f64,
    limits: LatencyLimits,
    gaps: Block,
    services: Block,
    errors: Rng,
    /// Time since the run's start, seconds.
    now_s: f64,
    /// Arrivals are a Poisson process of rate 1 whose clock runs at the rate of the interval: this much of
    /// it remains until the next arrival.
    until_next: f64,
    servers: FreeTimes,
    /// In order of arrival, which is also the order of leaving.
    waiting: VecDeque<Waiting>,
    /// Server-seconds that the requests in service still need.
    work_in_service_s: f64,
    recent_intervals: usize,
    recent: VecDeque<LogHistogram>,
    /// An empty histogram for the next interval.
    spare: Option<LogHistogram>,
    undrained: LogHistogram,
}

impl RequestsPlane {
    /// A plane at time 0 without servers and requests, which remembers the latencies of the last
    /// `recent_intervals` intervals for [`recent_quantile`](DataPlane::recent_quantile). Its numbers come
    /// from the arrival, service-time and error streams of `seed`, `replication` and `component`.
    pub fn new(
        model: &ServiceModel,
        recent_intervals: u32,
        seed: u64,
        replication: u32,
        component: u32,
    ) -> Self {
        let stream = |purpose| {
            StreamKey {
                seed,
                replication,
                component,
                purpose,
            }
            .rng()
        };
        let mut gaps = Block::new(stream(Purpose::Arrivals));
        let until_next = gaps.next(standard_exponential);
        Self {
            service_time: model.service_time_s.clone(),
            error_probability: model.error_probability,
            limits: LatencyLimits::new(model),
            gaps,
            services: Block::new(stream(Purpose::ServiceTime)),
            errors: stream(Purpose::Errors),
            now_s: 0.0,
            until_next,
            servers: FreeTimes::default(),
            waiting: VecDeque::new(),
            work_in_service_s: 0.0,
            recent_intervals: recent_intervals as usize,
            recent: VecDeque::new(),
            spare: None,
            undrained: LogHistogram::new(),
        }
    }

    /// Lets every request of the interval arrive; `tally` receives the outcomes that are known by then.
    fn play_arrivals(&mut self, interval: &Interval, end_s: f64, tally: &mut Tally<'_>) {
        let expected = interval.rate_rps * interval.length_s;
        let gap_s = 1.0 / interval.rate_rps;
        let mut clock = self.until_next;
        while clock < expected {
            let arrival_s = (self.now_s + clock * gap_s).min(end_s);
            self.arrive(arrival_s, interval.queue_limit as usize, tally);
            clock += self.gaps.next(standard_exponential);
        }
        self.until_next = clock - expected;
    }

    #[inline]
    fn arrive(&mut self, arrival_s: f64, queue_limit: usize, tally: &mut Tally<'_>) {
        let service_time = &self.service_time;
        let service_s = self.services.next(|rng| service_time.sample(rng));
        let error =
            self.error_probability > 0.0 && uniform(&mut self.errors) < self.error_probability;
        tally.arrivals += 1;
        self.leave_queue(arrival_s, tally);
        let free_s = self.servers.next();
        if free_s <= arrival_s {
            self.servers.occupy_next(arrival_s + service_s);
            tally.start(0.0, service_s, error);
        } else if self.waiting.len() >= queue_limit {
            tally.rejected += 1;
        } else {
            let request = self.book(arrival_s, service_s, error, free_s);
            self.waiting.push_back(request);
        }
    }

    /// Decides what becomes of a request for which the next server falls free at `start_s`.
    fn book(&mut self, arrival_s: f64, service_s: f64, error: bool, start_s: f64) -> Waiting {
        let starts = start_s - arrival_s <= self.limits.timeout_s && start_s < f64::INFINITY;
        if starts {
            self.servers.occupy_next(start_s + service_s);
        }
        Waiting {
            arrival_s,
            service_s,
            leaves_s: if starts {
                start_s
            } else {
                arrival_s + self.limits.timeout_s
            },
            starts,
            error,
        }
    }

    /// Gives their outcome to the requests that have left the queue by `now_s`.
    #[inline]
    fn leave_queue(&mut self, now_s: f64, tally: &mut Tally<'_>) {
        while let Some(&request) = self.waiting.front() {
            if request.leaves_s > now_s {
                break;
            }
            self.waiting.pop_front();
            let wait_s = request.leaves_s - request.arrival_s;
            if request.starts {
                tally.start(wait_s, request.service_s, request.error);
            } else {
                tally.give_up(wait_s, request.service_s);
            }
        }
    }

    /// Changes the number of servers, now. Requests that wait are booked anew, in their order.
    fn resize(&mut self, servers: usize) {
        let mut free_s = self.free_times_without_waiting();
        if servers < free_s.len() {
            free_s = spread_evenly(&free_s, servers);
        } else {
            free_s.resize(servers, self.now_s);
            free_s.sort_unstable_by(f64::total_cmp);
        }
        self.servers.set_sorted(free_s);
        self.work_in_service_s = self.servers.work_left(self.now_s);
        let waiting = std::mem::take(&mut self.waiting);
        for request in waiting {
            let start_s = self.servers.next().max(self.now_s);
            let booked = self.book(request.arrival_s, request.service_s, request.error, start_s);
            self.waiting.push_back(booked);
        }
    }

    /// When the servers finish the requests they hold now, in rising order. Each waiting request that was
    /// given a server turned one free time (its start) into another (its end), so as multisets
    /// `free times without the waiting = free times + starts − ends`, bit for bit.
    fn free_times_without_waiting(&mut self) -> Vec<f64> {
        let mut times = self.servers.take_sorted();
        let booked = || self.waiting.iter().filter(|request| request.starts);
        let mut ends: Vec<f64> = booked()
            .map(|request| request.leaves_s + request.service_s)
            .collect();
        if ends.is_empty() {
            return times;
        }
        times.extend(booked().map(|request| request.leaves_s));
        times.sort_unstable_by(f64::total_cmp);
        ends.sort_unstable_by(f64::total_cmp);
        let mut ends = ends.into_iter().peekable();
        times.retain(|time| ends.next_if(|end| end == time).is_none());
        times
    }

    /// Server-seconds of work done in an interval that ends at `end_s` and in which work of `started_s` began.
    fn work_done(&mut self, end_s: f64, started_s: f64) -> f64 {
        let booked = self.waiting.iter().filter(|request| request.starts);
        let booked_s: f64 = booked.map(|request| request.service_s).sum();
        let left_s = (self.servers.work_left(end_s) - booked_s).max(0.0);
        let done_s = self.work_in_service_s + started_s - left_s;
        self.work_in_service_s = left_s;
        done_s.max(0.0)
    }

    /// Keeps the interval's latencies for the queries to come.
    fn remember(&mut self, latencies: LogHistogram) {
        self.undrained.merge(&latencies);
        let mut next = latencies;
        if self.recent_intervals > 0 {
            self.recent.push_back(next);
            let full = self.recent.len() > self.recent_intervals;
            let oldest = if full { self.recent.pop_front() } else { None };
            next = oldest.unwrap_or_default();
        }
        next.clear();
        self.spare = Some(next);
    }
}

impl DataPlane for RequestsPlane {
    fn serve(&mut self, interval: &Interval) -> Outcome {
        if self.servers.count() != interval.servers as usize {
            self.resize(interval.servers as usize);
        }
        let mut latencies = self.spare.take().unwrap_or_default();
        let mut tally = Tally::new(self.limits, &mut latencies);
        let end_s = self.now_s + interval.length_s;
        self.play_arrivals(interval, end_s, &mut tally);
        self.leave_queue(end_s, &mut tally);
        let mut outcome = tally.outcome();
        let capacity_s = f64::from(interval.servers) * interval.length_s;
        outcome.busy_server_s = self.work_done(end_s, tally.started_s).min(capacity_s);
        outcome.in_service_s = outcome.busy_server_s;
        outcome.waiting_at_end = self.waiting.len() as f64;
        outcome.open_at_end = outcome.waiting_at_end;
        self.now_s = end_s;
        self.remember(latencies);
        outcome
    }

    fn recent_quantile(&self, q: f64, intervals: u32) -> Option<f64> {
        let mut sum = LogHistogram::new();
        for latencies in self.recent.iter().rev().take(intervals as usize) {
            sum.merge(latencies);
        }
        sum.quantile(q)
    }

    fn drain_latency(&mut self, into: &mut LogHistogram) {
        into.merge(&self.undrained);
        self.undrained.clear();
    }
}

/// `keep` of the values, evenly spread over their ranks: a replica is taken away without regard to what its
/// servers are doing.
fn spread_evenly(sorted: &[f64], keep: usize) -> Vec<f64> {
    let every = sorted.len();
    let chosen = |(rank, &time): (usize, &f64)| {
        let before = rank * keep / every;
        ((rank + 1) * keep / every > before).then_some(time)
    };
    sorted.iter().enumerate().filter_map(chosen).collect()
}

/// A stream with some of its numbers drawn ahead.
struct Block {
    rng: Rng,
    values: [f64; BLOCK],
    used: usize,
}

impl Block {
    fn new(rng: Rng) -> Self {
        Self {
            rng,
            values: [0.0; BLOCK],
            used: BLOCK,
        }
    }

    /// The next number; always called with the same `draw`.
    #[inline]
    fn next(&mut self, draw: impl Fn(&mut Rng) -> f64) -> f64 {
        if self.used >= BLOCK {
            for value in &mut self.values {
                *value = draw(&mut self.rng);
            }
            self.used = 0;
        }
        let value = self.values[self.used];
        self.used += 1;
        value
    }
}

#[cfg(test)]
mod tests;
