//! A queue at each replica, first come first served, and nothing that could change an attempt's fate once it
//! has joined one: the fast way with a balancer.
//!
//! As in `booked`, an attempt's start is known when it arrives, here from the free times of one replica's slots:
//! a replica that is scaled in finishes what it holds, so no booking is ever revised. Replicas are looked at
//! only when the balancer chooses them; a balancer that compares them all needs to know of every departure in
//! time, so those are events.

use super::super::servers::{heap_size, replace_least};
use super::super::tally::{Failure, Tally};
use super::super::{Interval, Outcome, ServiceModel};
use super::balancer::{Balancer, Choice};
use super::calendar::Calendar;
use super::certain::{Fates, Request};
use super::lane::Lane;
use super::lineup::Lineup;
use super::source::{Source, Streams};
use crate::plane::Balancing;
use crate::random::Purpose;

/// Up to this many slots are counted when a balancer looks at a replica.
const FEW_SLOTS: usize = 16;

/// What an attempt will do, and has been booked to do.
#[derive(Clone, Copy, Debug)]
struct Booking {
    request: Request,
    replica: u32,
    /// When it leaves the queue: its start, or the end of its client's patience.
    leaves_s: f64,
    /// Whether it leaves the queue to be served.
    starts: bool,
    /// How it comes to nothing; `None` when it is served.
    failure: Option<Failure>,
}

/// Replicas with a queue each.
pub(super) struct Lanes {
    fates: Fates,
    /// Slots of a replica.
    slots: usize,
    /// Places that a replica's free times take.
    stride: usize,
    /// Start and end of the interval, seconds.
    now_s: f64,
    end_s: f64,
    queue_limit: u32,
    balancer: Balancer,
    /// Whether the loads in the lineup are kept.
    keeps_loads: bool,
    lineup: Lineup,
    /// When each slot of each replica has finished all that was given to it: a heap for each replica, where it
    /// has more than one slot.
    free_s: Vec<f64>,
    /// The replicas, by number; their queues are kept only where loads are not.
    lanes: Vec<Lane>,
    /// Attempts that leave their queue after this interval: they wait at its end.
    waiting: Vec<Booking>,
    /// Of those: whose failure the clients' calendar knows already.
    foreseen: u64,
    /// When attempts leave their replica, by its number; only where loads are kept.
    departures: Calendar,
    /// Replicas that take no new requests and may still hold some.
    draining: Vec<u32>,
    /// Server-seconds that the requests in service on active replicas still need.
    work_in_service_s: f64,
}

impl Lanes {
    pub(super) fn new(model: &ServiceModel, fates: Fates, streams: &Streams) -> Self {
        let balancer = Balancer::new(model.balancing, streams.rng(Purpose::Balancing));
        let slots = model.concurrency.max(1) as usize;
        let mut lineup = Lineup::default();
        lineup.keep_by_load(balancer.goes_by_load());
        Self {
            fates,
            slots,
            stride: heap_size(slots),
            now_s: 0.0,
            end_s: 0.0,
            queue_limit: 0,
            keeps_loads: balancer.goes_by_load()
                || model.balancing == Balancing::PowerOfTwo && slots > FEW_SLOTS,
            balancer,
            lineup,
            free_s: Vec::new(),
            lanes: Vec::new(),
            waiting: Vec::new(),
            foreseen: 0,
            departures: Calendar::new(model.service_time_s.mean()),
            draining: Vec::new(),
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
        self.adapt(interval);
        self.end_s = self.now_s + interval.length_s;
        self.count_waiting(tally);
        let mut schedule = source.open(interval, self.now_s);
        while let Some(arrival_s) = schedule.next_s() {
            let request = Request::new(arrival_s, source.demand());
            self.run_until(arrival_s, tally);
            tally.arrivals += 1;
            self.fates.first_attempt();
            self.arrive(&request, tally);
            source.advance(&mut schedule);
        }
        source.close(&schedule);
        self.run_until(self.end_s, tally);
        self.close(interval, tally)
    }

    /// Lets everything happen that is due by `until_s`, but for what can wait until somebody looks.
    #[inline]
    fn run_until(&mut self, until_s: f64, tally: &mut Tally<'_>) {
        loop {
            let client_s = self.fates.next_s(until_s);
            if self.keeps_loads {
                let last_s = client_s.min(until_s);
                while let Some(replica) = self.departures.take_by(last_s) {
                    self.lineup.lower(replica);
                }
            }
            if client_s > until_s {
                return;
            }
            if let Some(request) = self.fates.take(client_s, tally) {
                self.arrive(&request, tally);
            }
        }
    }

    #[inline]
    fn arrive(&mut self, request: &Request, tally: &mut Tally<'_>) {
        let arrival_s = request.arrival_s;
        let replica = match self.balancer.choose(&self.lineup) {
            Choice::This(replica) => replica,
            Choice::BetterOf(first, second) => self.better_of(first, second, arrival_s),
            Choice::None => {
                return self
                    .fates
                    .fail(request, Failure::Rejected, arrival_s, tally);
            }
        };
        let free_s = self.lanes[replica as usize].next_free_s;
        let waits = free_s > arrival_s;
        if waits
            && self.queue_limit < u32::MAX
            && self.waiting_at(replica, arrival_s) >= self.queue_limit
        {
            return self
                .fates
                .fail(request, Failure::Rejected, arrival_s, tally);
        }
        // Who finds a free slot waits for no time: whether one does is a toss of a coin, which no branch should
        // have to guess.
        let start_s = if waits { free_s } else { arrival_s };
        let gone_s = self.book(replica, request, start_s, tally);
        if self.keeps_loads {
            self.lineup.raise(replica);
            self.departures.add(gone_s, replica);
        }
    }

    /// Attempts that wait at a replica whose slots are all taken.
    #[inline]
    fn waiting_at(&mut self, replica: u32, now_s: f64) -> u32 {
        if self.keeps_loads {
            self.lineup.load(replica).saturating_sub(self.slots as u32)
        } else {
            self.lanes[replica as usize].waiting(now_s)
        }
    }

    #[inline(always)]
    fn better_of(&mut self, first: u32, second: u32, now_s: f64) -> u32 {
        let less = if self.keeps_loads {
            self.lineup.load(second) < self.lineup.load(first)
        } else {
            self.load(second, now_s) < self.load(first, now_s)
        };
        if less { second } else { first }
    }

    /// Requests waiting or in service at a replica of few slots.
    #[inline(always)]
    fn load(&mut self, replica: u32, now_s: f64) -> u32 {
        let lane = &mut self.lanes[replica as usize];
        let waiting = lane.waiting(now_s);
        if self.slots == 1 {
            return waiting + u32::from(lane.next_free_s > now_s);
        }
        let slots = self.slots_of(replica).iter();
        let busy: u32 = slots.map(|free_s| u32::from(*free_s > now_s)).sum();
        busy + waiting
    }

    #[inline]
    fn slots_of(&self, replica: u32) -> &[f64] {
        if self.slots == 1 {
            return core::slice::from_ref(&self.lanes[replica as usize].next_free_s);
        }
        let at = replica as usize * self.stride;
        &self.free_s[at..at + self.slots]
    }

    /// Gives a replica's next free slot to a request; answers when it falls free again.
    #[inline]
    fn occupy(&mut self, replica: u32, request: &Request, start_s: f64) -> f64 {
        let end_s = self.fates.end_s(request, start_s);
        let lane = &mut self.lanes[replica as usize];
        lane.next_free_s = end_s;
        if self.slots > 1 {
            let at = replica as usize * self.stride;
            replace_least(&mut self.free_s[at..at + self.stride], end_s);
            lane.next_free_s = self.free_s[at];
        }
        end_s
    }

    /// An attempt joins the queue of a replica that can serve it from `start_s` on, which may be now; answers when it
    /// is gone.
    #[inline(always)]
    fn book(
        &mut self,
        replica: u32,
        request: &Request,
        start_s: f64,
        tally: &mut Tally<'_>,
    ) -> f64 {
        let starts = self.fates.starts(request, start_s);
        let deadline_s = self.fates.deadline_s(request);
        let (leaves_s, gone_s, failure) = if starts {
            let gone_s = self.occupy(replica, request, start_s);
            (start_s, gone_s, self.fates.failure(request, start_s))
        } else {
            let failure = (Failure::TimedOut, deadline_s);
            (deadline_s, deadline_s, Some(failure))
        };
        if !self.keeps_loads {
            self.lanes[replica as usize].wait(request.arrival_s, leaves_s);
        }
        let booking = Booking {
            request: *request,
            replica,
            leaves_s,
            starts,
            failure: failure.map(|(failure, _)| failure),
        };
        let foreseen = match failure {
            Some((failure, at_s)) if self.fates.anyone_returns() => {
                self.fates.fail(request, failure, at_s, tally);
                true
            }
            _ => false,
        };
        if leaves_s <= self.end_s {
            self.count(&booking, tally);
        } else {
            self.foreseen += u64::from(foreseen);
            self.waiting.push(booking);
        }
        gone_s
    }

    /// Counts an attempt that leaves its queue in this interval.
    #[inline(always)]
    fn count(&self, booking: &Booking, tally: &mut Tally<'_>) {
        let (request, start_s) = (&booking.request, booking.leaves_s);
        if booking.starts {
            if self.draining.is_empty() || self.lineup.is_active(booking.replica) {
                tally.started_s += self.fates.held_s(request, start_s);
            }
            self.fates
                .count_start(request, start_s, booking.failure, tally);
        } else {
            self.fates.count_patience(request, tally);
        }
        if let Some(failure) = booking.failure
            && !self.fates.anyone_returns()
        {
            tally.fail(failure, request.service_s);
        }
    }

    /// Counts the attempts that waited before this interval and leave their queue in it.
    fn count_waiting(&mut self, tally: &mut Tally<'_>) {
        let mut waiting = core::mem::take(&mut self.waiting);
        waiting.retain(|booking| {
            let stays = booking.leaves_s > self.end_s;
            if !stays {
                self.count(booking, tally);
                let foreseen = booking.failure.is_some() && self.fates.anyone_returns();
                self.foreseen -= u64::from(foreseen);
            }
            stays
        });
        self.waiting = waiting;
    }

    /// Takes on an interval's replicas and limits.
    fn adapt(&mut self, interval: &Interval) {
        let replicas = interval.servers as usize / self.slots;
        self.queue_limit = interval
            .queue_limit
            .checked_div(replicas as u32)
            .unwrap_or(0);
        let active = self.lineup.active().len();
        if active == replicas {
            return;
        }
        if active < replicas {
            for replica in self.lineup.grow(replicas - active) {
                self.begin(replica);
            }
        } else {
            let retired = self.lineup.retire_youngest(active - replicas);
            self.draining.extend(retired);
        }
        self.departures
            .expect(f64::from(interval.servers), self.now_s);
        self.work_in_service_s = self.work_left(self.now_s);
    }

    /// A replica begins, idle.
    fn begin(&mut self, replica: u32) {
        let idle = Lane::idle(self.now_s);
        match self.lanes.get_mut(replica as usize) {
            Some(lane) => *lane = idle,
            None => self.lanes.push(idle),
        }
        if self.slots > 1 {
            let at = replica as usize * self.stride;
            if at == self.free_s.len() {
                self.free_s.resize(at + self.stride, f64::INFINITY);
            }
            self.free_s[at..at + self.slots].fill(self.now_s);
        }
    }

    /// Ends the interval.
    fn close(&mut self, interval: &Interval, tally: &mut Tally<'_>) -> Outcome {
        let end_s = self.end_s;
        let mut draining = core::mem::take(&mut self.draining);
        draining.retain(|&replica| {
            let busy = self.slots_of(replica).iter().any(|free_s| *free_s > end_s);
            let holds = busy
                || self.lineup.load(replica) > 0
                || self.lanes[replica as usize].waiting(end_s) > 0;
            if !holds {
                self.lineup.remove(replica);
            }
            holds
        });
        self.draining = draining;
        let left_s = self.work_left(end_s);
        let done_s = self.work_in_service_s + tally.started_s - left_s;
        let capacity_s = f64::from(interval.servers) * interval.length_s;
        let mut outcome = tally.outcome();
        outcome.busy_server_s = done_s.clamp(0.0, capacity_s);
        outcome.in_service_s = outcome.busy_server_s;
        outcome.waiting_at_end = self.waiting.len() as f64;
        outcome.open_at_end = outcome.waiting_at_end + (self.fates.open() - self.foreseen) as f64;
        self.work_in_service_s = left_s;
        self.now_s = end_s;
        outcome
    }

    /// Server-seconds that the requests in service on active replicas need after `now_s`, the start or the end
    /// of the interval.
    fn work_left(&self, now_s: f64) -> f64 {
        let given = |&replica: &u32| -> f64 {
            let slots = self.slots_of(replica).iter();
            slots.map(|free_s| (free_s - now_s).max(0.0)).sum()
        };
        let given_s: f64 = self.lineup.active().iter().map(given).sum();
        let waiting = self
            .waiting
            .iter()
            .filter(|booking| booking.starts && self.lineup.is_active(booking.replica));
        let booked_s: f64 = waiting
            .map(|booking| self.fates.held_s(&booking.request, booking.leaves_s))
            .sum();
        (given_s - booked_s).max(0.0)
    }
}
