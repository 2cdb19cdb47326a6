//! Every arrival, end, deadline and retry as an event, in order of time: for everything that can change what
//! becomes of a request while it is under way.
//!
//! ```text
//!            ┌────────────────────── pause ◄── the client tries again? ◄── no room, late, error, lost
//!            ▼                                                                       ▲
//!  arrival ──► balancer ──► replica has room ──► [queue] ──► slot, or share of CPU ──┴──► served
//!                 └──► none has: waits in front, if it may ──► the next room that falls free
//! ```
//!
//! A request is counted when its fate is certain: at its end, or when its client gives up.

use super::super::tally::{Failure, LatencyLimits, Tally};
use super::super::{Discipline, Interval, Outcome, ServiceModel};
use super::MOST_OUTSIDE;
use super::attempts::{Attempt, Attempts};
use super::balancer::{Balancer, Choice};
use super::calendar::Calendar;
use super::clients::Clients;
use super::deadlines::Deadlines;
use super::lineup::Lineup;
use super::order::Order;
use super::queue::Queue;
use super::sharing::Sharing;
use super::source::{Source, Streams};
use super::usage::Usage;
use crate::plane::bucket::TokenBucket;
use crate::plane::{Balancing, OnTimeout, Overflow, Removal};
use crate::random::{Distribution, Purpose};

/// Set in the number of an event that is a replica's, not an attempt's.
pub(super) const OF_REPLICA: u32 = 1 << 31;

/// What a replica holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replica {
    pub(super) in_service: u32,
    pub(super) queue: Queue,
}

impl Replica {
    pub(super) const IDLE: Self = Self {
        in_service: 0,
        queue: Queue::EMPTY,
    };
}

/// Replicas, what they hold, and what is to come.
pub(super) struct Events {
    pub(super) service_time: Distribution,
    pub(super) error_probability: f64,
    pub(super) timeout_s: f64,
    pub(super) concurrency: u32,
    /// Processors of a replica, when its requests share them.
    pub(super) cores: Option<f64>,
    pub(super) one_queue: bool,
    pub(super) overflow: Overflow,
    pub(super) cancels: bool,
    pub(super) kills: bool,
    pub(super) now_s: f64,
    pub(super) calendar: Calendar,
    pub(super) deadlines: Deadlines,
    pub(super) attempts: Attempts,
    pub(super) balancer: Balancer,
    pub(super) lineup: Lineup,
    /// What each replica holds, by number.
    pub(super) replicas: Vec<Replica>,
    /// Requests that one replica may hold.
    pub(super) capacity: u32,
    /// By the number of the replica; empty without processor sharing.
    pub(super) sharing: Vec<Sharing>,
    /// Attempts that wait in front of the replicas; none while an active replica has room.
    pub(super) front: Queue,
    /// How many may wait in front; 0 where there is nothing that could hold them.
    pub(super) front_limit: u32,
    /// Beyond this many in front, they count as blocked.
    pub(super) front_queue: u32,
    pub(super) clients: Clients,
    /// The limit on what may arrive.
    bucket: Option<TokenBucket>,
    /// Who of those that wait is served next.
    pub(super) order: Order,
    pub(super) usage: Usage,
    /// Attempts that wait, anywhere.
    pub(super) waiting: u64,
    /// Attempts in service whose client waits for the answer.
    pub(super) serving: u64,
    /// Clients between two attempts.
    pub(super) pausing: u64,
}

impl Events {
    pub(super) fn new(model: &ServiceModel, limits: &LatencyLimits, streams: &Streams) -> Self {
        Self {
            service_time: model.service_time_s.clone(),
            error_probability: model.error_probability,
            timeout_s: limits.timeout_s,
            concurrency: model.concurrency.max(1),
            cores: match model.discipline {
                Discipline::Slots => None,
                Discipline::ProcessorSharing { cores } => Some(cores),
            },
            one_queue: model.balancing == Balancing::Shared,
            overflow: model.overflow,
            cancels: model.on_timeout == OnTimeout::Cancel,
            kills: model.removal == Removal::Kill,
            now_s: 0.0,
            calendar: Calendar::new(model.service_time_s.mean()),
            deadlines: Deadlines::new(matches!(
                model.discipline,
                Discipline::ProcessorSharing { .. }
            )),
            attempts: Attempts::default(),
            balancer: Balancer::new(model.balancing, streams.rng(Purpose::Balancing)),
            lineup: Lineup::default(),
            replicas: Vec::new(),
            capacity: 0,
            sharing: Vec::new(),
            front: Queue::EMPTY,
            front_limit: 0,
            front_queue: 0,
            clients: Clients::new(model.retries, streams),
            bucket: model.rate_limit.map(TokenBucket::new),
            order: Order::new(&model.queue),
            usage: Usage::default(),
            waiting: 0,
            serving: 0,
            pausing: 0,
        }
    }

    /// Serves an interval.
    pub(super) fn serve(
        &mut self,
        interval: &Interval,
        source: &mut Source,
        tally: &mut Tally<'_>,
    ) -> Outcome {
        self.adapt(interval, tally);
        let end_s = self.now_s + interval.length_s;
        let mut schedule = source.open(interval, self.now_s);
        while let Some(arrival_s) = schedule.next_s() {
            let (service_s, error) = source.demand();
            let attempt = Attempt::new(arrival_s, service_s, error, source.is_high());
            self.run_until(arrival_s, tally);
            tally.arrivals += 1;
            self.clients.earn();
            let number = self.attempts.add(attempt);
            self.arrive(number, arrival_s, tally);
            source.advance(&mut schedule);
        }
        source.close(&schedule);
        self.run_until(end_s, tally);
        self.now_s = end_s;
        let mut outcome = tally.outcome();
        (outcome.in_service_s, outcome.busy_server_s) = self.usage.close(end_s);
        outcome.waiting_at_end = self.waiting as f64;
        outcome.open_at_end = (self.waiting + self.serving + self.pausing) as f64;
        outcome
    }

    /// Lets everything happen that is due by `until_s`.
    #[inline]
    fn run_until(&mut self, until_s: f64, tally: &mut Tally<'_>) {
        loop {
            let event_s = self.calendar.next_s(until_s);
            let deadline_s = self.deadlines.next_s(&self.attempts);
            if event_s <= deadline_s {
                if event_s > until_s {
                    return;
                }
                if let Some(what) = self.calendar.take() {
                    self.happen(what, event_s, tally);
                }
            } else {
                if deadline_s > until_s {
                    return;
                }
                if let Some(number) = self.deadlines.take() {
                    self.give_up(number, deadline_s, tally);
                }
            }
        }
    }

    /// An attempt arrives.
    #[inline]
    pub(super) fn arrive(&mut self, number: u32, now_s: f64, tally: &mut Tally<'_>) {
        if let Some(bucket) = &mut self.bucket
            && !bucket.take(now_s)
        {
            tally.turned_away += 1;
            return self.fail(number, Failure::Throttled, now_s, tally);
        }
        if self.cores.is_some() {
            self.expect_end_of_patience(number);
        }
        let choice = if self.front.len() > 0 {
            None
        } else {
            self.choose()
        };
        match choice {
            Some(replica) if self.has_room(replica) => {
                self.place(number, replica, now_s, tally);
            }
            _ => self.overflow(number, choice, now_s, tally),
        }
    }

    #[inline]
    fn choose(&mut self) -> Option<u32> {
        match self.balancer.choose(&self.lineup) {
            Choice::None => None,
            Choice::This(replica) => Some(replica),
            Choice::BetterOf(first, second) => {
                let less = self.lineup.load(second) < self.lineup.load(first);
                Some(if less { second } else { first })
            }
        }
    }

    /// A replica that has room takes an attempt that has just arrived.
    #[inline]
    fn place(&mut self, number: u32, replica: u32, now_s: f64, tally: &mut Tally<'_>) {
        if !self.admit(number, replica, now_s, tally) {
            self.wait(number);
        }
    }

    /// A replica that has room takes an attempt; whether it starts, and need not wait.
    #[inline]
    pub(super) fn admit(
        &mut self,
        number: u32,
        replica: u32,
        now_s: f64,
        tally: &mut Tally<'_>,
    ) -> bool {
        self.lineup.raise(replica);
        let holder = &mut self.replicas[replica as usize];
        let starts = holder.in_service < self.concurrency;
        if starts {
            holder.in_service += 1;
            self.start(number, replica, now_s, tally);
        } else {
            self.attempts[number].replica = replica;
            holder.queue.push(number, &mut self.attempts);
        }
        starts
    }

    #[inline]
    pub(super) fn has_room(&self, replica: u32) -> bool {
        self.lineup.load(replica) < self.capacity
    }

    /// An attempt begins to wait.
    fn wait(&mut self, number: u32) {
        self.waiting += 1;
        if self.cores.is_none() {
            self.expect_end_of_patience(number);
        }
    }

    fn expect_end_of_patience(&mut self, number: u32) {
        if self.timeout_s < f64::INFINITY {
            let deadline_s = self.attempts[number].arrival_s + self.timeout_s;
            let open = self.waiting + self.serving;
            self.deadlines.add(deadline_s, number, open, &self.attempts);
        }
    }

    /// An attempt found no room at `choice`, or no replica at all, or others waiting in front.
    fn overflow(&mut self, number: u32, choice: Option<u32>, now_s: f64, tally: &mut Tally<'_>) {
        if self.front_limit == 0 {
            return match choice {
                Some(replica) if self.overflow == Overflow::DropOldest => {
                    self.replace_at(replica, number, now_s, tally);
                }
                _ => self.fail(number, Failure::Rejected, now_s, tally),
            };
        }
        // What holds requests in front passes over a replica without room.
        if choice.is_some()
            && !self.balancer.goes_by_load()
            && let Some(replica) = self.balancer.least_loaded(&self.lineup)
            && self.has_room(replica)
        {
            return self.place(number, replica, now_s, tally);
        }
        if self.front.len() >= self.front_limit {
            let oldest = match self.overflow {
                Overflow::DropOldest => self
                    .front
                    .pop_least(self.attempts[number].high, &self.attempts),
                Overflow::RejectNew | Overflow::Block => None,
            };
            let Some(oldest) = oldest else {
                return self.fail(number, Failure::Rejected, now_s, tally);
            };
            self.waiting -= 1;
            self.fail(oldest, Failure::Dropped, now_s, tally);
        }
        tally.blocked += u64::from(self.front.len() >= self.front_queue);
        self.front.push(number, &mut self.attempts);
        self.wait(number);
    }

    /// An attempt takes the place of the oldest that waits at a replica.
    fn replace_at(&mut self, replica: u32, number: u32, now_s: f64, tally: &mut Tally<'_>) {
        let attempts = &mut self.attempts;
        let queue = &mut self.replicas[replica as usize].queue;
        let Some(oldest) = queue.pop_least(attempts[number].high, attempts) else {
            return self.fail(number, Failure::Rejected, now_s, tally);
        };
        attempts[number].replica = replica;
        queue.push(number, attempts);
        self.wait(number);
        self.waiting -= 1;
        self.fail(oldest, Failure::Dropped, now_s, tally);
    }

    /// Requests that may wait in front of the replicas, and how many of them do not count as blocked.
    pub(super) fn front_limits(&self, interval: &Interval) -> (u32, u32) {
        let own = if self.one_queue {
            interval.queue_limit
        } else {
            0
        };
        let limit = if self.overflow == Overflow::Block {
            MOST_OUTSIDE
        } else {
            own.saturating_add(interval.buffer_limit)
        };
        (limit, own)
    }
}
