//! One station while it is played: its replicas, what waits there, and its random streams.

use super::instances::Instances;
use super::queue::Queue;
use super::{Station, StationInterval};
use crate::plane::bucket::TokenBucket;
use crate::plane::requests::balancer::{Balancer, Choice};
use crate::plane::requests::lineup::Lineup;
use crate::plane::requests::order::Order;
use crate::plane::requests::source::Streams;
use crate::plane::requests::usage::Usage;
use crate::plane::{Balancing, OnTimeout, Overflow, Removal};
use crate::random::{Ahead, Distribution, Purpose, Rng, uniform};
use std::collections::VecDeque;

/// What a replica holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replica {
    /// Slots that are taken.
    pub(super) in_service: u32,
    /// Of those: in their own service.
    pub(super) busy: u32,
    pub(super) queue: Queue,
}

impl Replica {
    pub(super) const IDLE: Self = Self {
        in_service: 0,
        busy: 0,
        queue: Queue::EMPTY,
    };
}

/// Until when a span's caller waits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline {
    pub(super) due_s: f64,
    pub(super) number: u32,
    pub(super) generation: u32,
}

/// The numbers that the requests of a station are given.
struct Demands {
    service_time: Distribution,
    services: Ahead,
    lucks: Ahead,
    /// Those of further attempts: apart from the first ones', which stay as they were.
    retried: Rng,
}

/// A station.
pub(super) struct Place {
    demands: Demands,
    /// Numbers of calls that are not whole.
    pub(super) calls: Rng,
    /// Pauses of callers before they try again.
    pub(super) pauses: Rng,
    pub(super) timeout_s: f64,
    own_error_probability: f64,
    pub(super) concurrency: u32,
    pub(super) overflow: Overflow,
    pub(super) cancels: bool,
    pub(super) kills: bool,
    pub(super) one_queue: bool,
    /// Its calls: numbers of edges, from the first to before the last.
    pub(super) first_call: u16,
    pub(super) end_of_calls: u16,
    /// Whether it ever waits for an answer.
    pub(super) blocks: bool,
    /// The limit on what may arrive.
    pub(super) bucket: Option<TokenBucket>,
    /// Who of those that wait is served next.
    pub(super) order: Order,

    /// Its instances, if it is a function.
    pub(super) function: Option<Box<Instances>>,
    pub(super) time_factor: f64,
    pub(super) error_probability: f64,
    pub(super) down: bool,
    pub(super) balancer: Balancer,
    pub(super) lineup: Lineup,
    /// What each replica holds, by number.
    pub(super) replicas: Vec<Replica>,
    /// Requests that one replica may hold.
    pub(super) capacity: u32,
    /// Spans that wait in front of the replicas; none while an active replica has room.
    pub(super) front: Queue,
    pub(super) front_limit: u32,
    /// Beyond this many in front, they count as blocked.
    pub(super) front_queue: u32,
    /// When callers give up, the first first: all have the same patience.
    pub(super) deadlines: VecDeque<Deadline>,
    /// Whether the calendar has an event for that.
    pub(super) armed: bool,
    pub(super) usage: Usage,
    /// Spans that wait.
    pub(super) waiting: u64,
    /// Requests without a fate.
    pub(super) open: u64,
}

impl Place {
    /// A station without replicas, whose calls begin with edge `first_call`.
    pub(super) fn new(station: &Station, first_call: u16, streams: &Streams) -> Self {
        let model = &station.service;
        Self {
            demands: Demands {
                service_time: model.service_time_s.clone(),
                services: Ahead::new(streams.rng(Purpose::ServiceTime)),
                lucks: Ahead::new(streams.rng(Purpose::Errors)),
                retried: streams.rng(Purpose::RetriedRequests),
            },
            calls: streams.rng(Purpose::Calls),
            pauses: streams.rng(Purpose::Retries),
            timeout_s: model.timeout_s,
            own_error_probability: model.error_probability,
            concurrency: model.concurrency.max(1),
            overflow: model.overflow,
            cancels: model.on_timeout == OnTimeout::Cancel || station.function.is_some(),
            kills: model.removal == Removal::Kill,
            one_queue: model.balancing == Balancing::Shared,
            first_call,
            end_of_calls: first_call + station.calls.len() as u16,
            blocks: false,
            function: Instances::of(station, streams),
            bucket: model.rate_limit.map(TokenBucket::new),
            order: Order::new(&model.queue),
            time_factor: 1.0,
            error_probability: model.error_probability,
            down: false,
            balancer: Balancer::new(model.balancing, streams.rng(Purpose::Balancing)),
            lineup: Lineup::default(),
            replicas: Vec::new(),
            capacity: 0,
            front: Queue::EMPTY,
            front_limit: 0,
            front_queue: 0,
            deadlines: VecDeque::new(),
            armed: false,
            usage: Usage::default(),
            waiting: 0,
            open: 0,
        }
    }

    /// Takes on what an interval says, but for the replicas.
    pub(super) fn set_conditions(&mut self, now: &StationInterval) {
        self.time_factor = if now.time_factor > 0.0 && now.time_factor.is_finite() {
            now.time_factor
        } else {
            1.0
        };
        self.down = now.down;
        let (own, more) = (self.own_error_probability, now.error_probability);
        // As it is where nothing comes on top, to the last bit.
        self.error_probability = if more > 0.0 {
            1.0 - (1.0 - own) * (1.0 - more).max(0.0)
        } else {
            own
        };
        let interval = &now.interval;
        let replicas = interval.servers / self.concurrency;
        let own_queue = if self.one_queue {
            self.front_queue = interval.queue_limit;
            self.front_limit = interval.waiting_room();
            0
        } else {
            interval.queue_limit.checked_div(replicas).unwrap_or(0)
        };
        self.capacity = self.concurrency.saturating_add(own_queue);
    }

    /// Service time and luck of a first attempt.
    #[inline]
    pub(super) fn demand(&mut self) -> (f64, f64) {
        let demands = &mut self.demands;
        let service_time = &demands.service_time;
        let service_s = demands
            .services
            .next_of(|rng, values| service_time.fill(rng, values));
        (service_s, demands.lucks.next(uniform))
    }

    /// Service time and luck of a further attempt.
    pub(super) fn demand_again(&mut self) -> (f64, f64) {
        let demands = &mut self.demands;
        let service_s = demands.service_time.sample(&mut demands.retried);
        (service_s, uniform(&mut demands.retried))
    }

    /// The replica that a new arrival goes to; it may be full.
    #[inline]
    pub(super) fn choose(&mut self) -> Option<u32> {
        match self.balancer.choose(&self.lineup) {
            Choice::None => None,
            Choice::This(replica) => Some(replica),
            Choice::BetterOf(first, second) => {
                let less = self.lineup.load(second) < self.lineup.load(first);
                Some(if less { second } else { first })
            }
        }
    }

    #[inline]
    pub(super) fn has_room(&self, replica: u32) -> bool {
        self.lineup.load(replica) < self.capacity
    }
}
