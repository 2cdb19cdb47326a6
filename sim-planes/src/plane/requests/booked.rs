//! One queue for all, first come first served, and nothing that could change a request's fate once it is known
//! when it starts: the fast way.
//!
//! The server that falls free first serves the request that has waited longest (Kiefer & Wolfowitz 1955), so a
//! request's start is known when it arrives, and its fate with it. It is counted when the request leaves the
//! queue: at its start, or when its client gives up. Until then it waits.

use super::super::servers::FreeTimes;
use super::super::tally::{Failure, Tally};
use super::super::{Interval, Outcome, ServiceModel};
use super::MOST_OUTSIDE;
use super::certain::{Fates, Request};
use super::source::Source;
use crate::plane::Overflow;
use std::collections::VecDeque;

/// A request that has arrived but not left the queue.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    request: Request,
    /// When it leaves the queue: its start, or the end of its client's patience.
    leaves_s: f64,
    /// Whether it leaves the queue to be served.
    starts: bool,
}

/// Servers and the queue in front of them.
pub(super) struct Booked {
    fates: Fates,
    /// Whether an arrival that finds the queue full waits outside.
    blocks: bool,
    /// Time since the run's start, seconds.
    now_s: f64,
    servers: FreeTimes,
    /// In order of arrival, which is also the order of leaving.
    waiting: VecDeque<Waiting>,
    /// Server-seconds that the requests in service still need.
    work_in_service_s: f64,
}

impl Booked {
    pub(super) fn new(model: &ServiceModel, fates: Fates) -> Self {
        Self {
            fates,
            blocks: model.overflow == Overflow::Block,
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
            let request = Request::new(arrival_s, source.demand());
            self.run_until(arrival_s, interval, tally);
            tally.arrivals += 1;
            self.fates.first_attempt();
            self.arrive(&request, interval, tally);
            source.advance(&mut schedule);
        }
        source.close(&schedule);
        self.run_until(end_s, interval, tally);
        let mut outcome = tally.outcome();
        let capacity_s = f64::from(interval.servers) * interval.length_s;
        outcome.busy_server_s = self.work_done(end_s, tally.started_s).min(capacity_s);
        outcome.in_service_s = outcome.busy_server_s;
        outcome.waiting_at_end = self.waiting.len() as f64;
        outcome.open_at_end = outcome.waiting_at_end + self.fates.open() as f64;
        self.now_s = end_s;
        outcome
    }

    /// Lets everything happen that is due by `until_s`.
    #[inline]
    fn run_until(&mut self, until_s: f64, interval: &Interval, tally: &mut Tally<'_>) {
        if !self.fates.anyone_returns() {
            return self.leave_queue(until_s, tally);
        }
        loop {
            let client_s = self.fates.next_s(until_s);
            // Who leaves the queue may fail at once: one at a time.
            match self.waiting.front() {
                Some(waiting) if waiting.leaves_s <= client_s.min(until_s) => {
                    let leaves_s = waiting.leaves_s;
                    self.leave_queue(leaves_s, tally);
                }
                _ if client_s <= until_s => {
                    if let Some(request) = self.fates.take(client_s, tally) {
                        self.arrive(&request, interval, tally);
                    }
                }
                _ => return,
            }
        }
    }

    #[inline]
    fn arrive(&mut self, request: &Request, interval: &Interval, tally: &mut Tally<'_>) {
        let arrival_s = request.arrival_s;
        let free_s = self.servers.next();
        if free_s <= arrival_s {
            self.servers
                .occupy_next(self.fates.end_s(request, arrival_s));
            self.start(request, arrival_s, tally);
            return;
        }
        if self.waiting.len() >= interval.queue_limit as usize {
            if self.waiting.len() >= self.room(interval) {
                self.fates
                    .fail(request, Failure::Rejected, arrival_s, tally);
                return;
            }
            tally.blocked += 1;
        }
        let booked = self.book(request, free_s);
        self.waiting.push_back(booked);
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
    fn start(&mut self, request: &Request, start_s: f64, tally: &mut Tally<'_>) {
        tally.started_s += self.fates.held_s(request, start_s);
        self.fates.start(request, start_s, tally);
    }

    /// Decides what becomes of a request for which the next server falls free at `start_s`.
    fn book(&mut self, request: &Request, start_s: f64) -> Waiting {
        let starts = self.fates.starts(request, start_s);
        if starts {
            self.servers.occupy_next(self.fates.end_s(request, start_s));
        }
        Waiting {
            request: *request,
            leaves_s: if starts {
                start_s
            } else {
                self.fates.deadline_s(request)
            },
            starts,
        }
    }

    /// Tells the requests that have left the queue by `now_s` what becomes of them.
    #[inline]
    fn leave_queue(&mut self, now_s: f64, tally: &mut Tally<'_>) {
        while let Some(&waiting) = self.waiting.front() {
            if waiting.leaves_s > now_s {
                break;
            }
            self.waiting.pop_front();
            if waiting.starts {
                self.start(&waiting.request, waiting.leaves_s, tally);
            } else {
                self.fates.count_patience(&waiting.request, tally);
                let deadline_s = waiting.leaves_s;
                self.fates
                    .fail(&waiting.request, Failure::TimedOut, deadline_s, tally);
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
        for Waiting { request, .. } in waiting {
            let start_s = self.servers.next().max(self.now_s);
            let booked = self.book(&request, start_s);
            self.waiting.push_back(booked);
        }
    }

    /// When the servers finish the requests they hold now, in rising order. Each waiting request that was
    /// given a server turned one free time (its start) into another (its end), so as multisets
    /// `free times without the waiting = free times + starts − ends`, bit for bit.
    fn free_times_without_waiting(&mut self) -> Vec<f64> {
        let mut times = self.servers.take_sorted();
        let booked = || self.waiting.iter().filter(|waiting| waiting.starts);
        let mut ends: Vec<f64> = booked()
            .map(|waiting| self.fates.end_s(&waiting.request, waiting.leaves_s))
            .collect();
        if ends.is_empty() {
            return times;
        }
        times.extend(booked().map(|waiting| waiting.leaves_s));
        times.sort_unstable_by(f64::total_cmp);
        ends.sort_unstable_by(f64::total_cmp);
        let mut ends = ends.into_iter().peekable();
        times.retain(|time| ends.next_if(|end| end == time).is_none());
        times
    }

    /// Server-seconds of work done in an interval that ends at `end_s` and in which work of `started_s` began.
    fn work_done(&mut self, end_s: f64, started_s: f64) -> f64 {
        let booked = self.waiting.iter().filter(|waiting| waiting.starts);
        let booked_s: f64 = booked
            .map(|waiting| self.fates.held_s(&waiting.request, waiting.leaves_s))
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
