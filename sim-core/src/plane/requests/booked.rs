//! One queue for all, first come first served, and nothing that could change a request's fate once it is known
//! when it starts: the fast way.
//!
//! The server that falls free first serves the request that has waited longest (Kiefer & Wolfowitz 1955), so a
//! request's start is known when it arrives, and its fate with it. It is counted when the request leaves the
//! queue: at its start, or when its client gives up. Until then it waits.

use super::super::servers::FreeTimes;
use super::super::tally::{Failure, LatencyLimits, Tally};
use super::super::{Interval, Outcome, ServiceModel};
use super::MOST_OUTSIDE;
use super::source::Source;
use crate::scenario::document::{OnTimeout, Overflow};
use std::collections::VecDeque;

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

/// Servers and the queue in front of them.
pub(super) struct Booked {
    timeout_s: f64,
    /// Whether an arrival that finds the queue full waits outside.
    blocks: bool,
    /// Whether a server stops working when the client gives up.
    cancels: bool,
    /// Time since the run's start, seconds.
    now_s: f64,
    servers: FreeTimes,
    /// In order of arrival, which is also the order of leaving.
    waiting: VecDeque<Waiting>,
    /// Server-seconds that the requests in service still need.
    work_in_service_s: f64,
}

impl Booked {
    pub(super) fn new(model: &ServiceModel, limits: &LatencyLimits) -> Self {
        Self {
            timeout_s: limits.timeout_s,
            blocks: model.overflow == Overflow::Block,
            cancels: model.on_timeout == OnTimeout::Cancel,
            now_s: 0.0,
            servers: FreeTimes::default(),
            waiting: VecDeque::new(),
            work_in_service_s: 0.0,
        }
    }

    /// Serves an interval.
    pub(super) fn serve(
        &mut self,
        interval: &Interval,
        source: &mut Source,
        tally: &mut Tally<'_>,
    ) -> Outcome {
        if self.servers.count() != interval.servers as usize {
            self.resize(interval.servers as usize);
        }
        let end_s = self.now_s + interval.length_s;
        let mut schedule = source.open(interval, self.now_s);
        while let Some(arrival_s) = schedule.next_s() {
            let (service_s, error) = source.demand();
            tally.arrivals += 1;
            self.leave_queue(arrival_s, tally);
            self.arrive(arrival_s, service_s, error, interval, tally);
            source.advance(&mut schedule);
        }
        source.close(&schedule);
        self.leave_queue(end_s, tally);
        let mut outcome = tally.outcome();
        let capacity_s = f64::from(interval.servers) * interval.length_s;
        outcome.busy_server_s = self.work_done(end_s, tally.started_s).min(capacity_s);
        outcome.in_service_s = outcome.busy_server_s;
        outcome.waiting_at_end = self.waiting.len() as f64;
        outcome.open_at_end = outcome.waiting_at_end;
        self.now_s = end_s;
        outcome
    }

    #[inline]
    fn arrive(
        &mut self,
        arrival_s: f64,
        service_s: f64,
        error: bool,
        interval: &Interval,
        tally: &mut Tally<'_>,
    ) {
        let free_s = self.servers.next();
        if free_s <= arrival_s {
            self.servers
                .occupy_next(self.end_s(arrival_s, service_s, arrival_s));
            self.start(0.0, service_s, error, tally);
            return;
        }
        if self.waiting.len() >= interval.queue_limit as usize {
            if self.waiting.len() >= self.room(interval) {
                tally.fail(Failure::Rejected, service_s);
                return;
            }
            tally.blocked += 1;
        }
        let request = self.book(arrival_s, service_s, error, free_s);
        self.waiting.push_back(request);
    }

    /// Requests that may wait, in the queue and outside.
    fn room(&self, interval: &Interval) -> usize {
        if self.blocks {
            MOST_OUTSIDE as usize
        } else {
            interval.queue_limit.saturating_add(interval.buffer_limit) as usize
        }
    }

    #[inline]
    fn start(&self, wait_s: f64, service_s: f64, error: bool, tally: &mut Tally<'_>) {
        if self.cancels {
            tally.start_cancellable(wait_s, service_s, error);
        } else {
            tally.start(wait_s, service_s, error);
        }
    }

    /// When the server of a request that starts at `start_s` falls free again.
    #[inline]
    fn end_s(&self, start_s: f64, service_s: f64, arrival_s: f64) -> f64 {
        let end_s = start_s + service_s;
        if self.cancels {
            end_s.min((arrival_s + self.timeout_s).max(start_s))
        } else {
            end_s
        }
    }

    /// Decides what becomes of a request for which the next server falls free at `start_s`.
    fn book(&mut self, arrival_s: f64, service_s: f64, error: bool, start_s: f64) -> Waiting {
        let starts = start_s - arrival_s <= self.timeout_s && start_s < f64::INFINITY;
        if starts {
            self.servers
                .occupy_next(self.end_s(start_s, service_s, arrival_s));
        }
        Waiting {
            arrival_s,
            service_s,
            leaves_s: if starts {
                start_s
            } else {
                arrival_s + self.timeout_s
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
                self.start(wait_s, request.service_s, request.error, tally);
            } else {
                tally.give_up(wait_s, request.service_s);
            }
        }
    }

    /// Changes the number of servers, now. Requests that wait are booked anew, in their order.
    pub(super) fn resize(&mut self, servers: usize) {
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
            .map(|request| self.end_s(request.leaves_s, request.service_s, request.arrival_s))
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
        let booked_s: f64 = booked
            .map(|request| {
                if self.cancels {
                    let (start_s, arrival_s) = (request.leaves_s, request.arrival_s);
                    self.end_s(start_s, request.service_s, arrival_s) - start_s
                } else {
                    request.service_s
                }
            })
            .sum();
        let left_s = (self.servers.work_left(end_s) - booked_s).max(0.0);
        let done_s = self.work_in_service_s + started_s - left_s;
        self.work_in_service_s = left_s;
        done_s.max(0.0)
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
