//! The simulation of one function's instances, request by request.
//!
//! Three kinds of events, each in a queue of its own: requests end, instances become ready (only where they may
//! be given requests while they start), and idle instances are looked at. An instance is looked at when the first
//! of its idle times would end; if it has served since, the look is put off to when the present one ends.
//! So a request costs nothing for the expiry of the instance that serves it, however often it does.
//!
//! A request that arrives at the very moment at which an instance becomes free finds it free; one that arrives at
//! the moment at which an instance expires does not find it.

use super::billing;
use super::events::{Event, Events};
use super::instance::Instances;
use super::levels::Count;
use super::model::{ColdStart, FunctionModel, NextInstance};
use super::order::Order;
use super::outcome::{FunctionOutcome, FunctionStatistics};
use super::token_bucket::TokenBucket;
use crate::random::{Ahead, Purpose, Rng, StreamKey, standard_exponential};

/// What became of a request. Latencies in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fate {
    /// Served at once.
    Warm {
        /// Its service time.
        latency_s: f64,
    },
    /// Served after an instance's start.
    Cold {
        /// Start and service.
        latency_s: f64,
    },
    /// Answered 429: as many instances as allowed.
    RejectedByLimit,
    /// Answered 429: no further instance could be started so soon.
    RejectedByBurst,
}

/// A function's instances under way.
#[derive(Clone, Debug)]
pub struct FunctionPool {
    model: FunctionModel,
    gaps: Ahead,
    services: Ahead,
    cold_starts: Rng,
    keep_alives: Rng,
    now_s: f64,
    /// When the running interval began.
    opened_s: f64,
    /// As in the requests plane: what remains until the next arrival, on a clock that runs at the rate.
    until_next: f64,
    instances: Instances,
    /// With a free place, by whom serves next: provisioned ones, and the others once they are ready.
    provisioned: Order,
    free: Order,
    /// Ends of requests.
    departures: Events,
    /// When instances that start and have a free place will be ready.
    starting: Events,
    /// When idle instances are looked at.
    looks: Events,
    existing: Count,
    running: Count,
    burst: Option<TokenBucket>,
    outcome: FunctionOutcome,
    billed_steps: u64,
    billed_provisioned_steps: u64,
    statistics: FunctionStatistics,
}

impl FunctionPool {
    /// A pool at time 0 with its provisioned instances and no other. Its numbers come from the arrival,
    /// service-time, cold-start, keep-alive and instance-choice streams of `seed`, `replication` and `component`.
    /// Arrivals and service times are those of a requests plane with the same names.
    pub fn new(model: &FunctionModel, seed: u64, replication: u32, component: u32) -> Self {
        let stream = |purpose| {
            StreamKey {
                seed,
                replication,
                component,
                purpose,
            }
            .rng()
        };
        let mut gaps = Ahead::new(stream(Purpose::Arrivals));
        let until_next = gaps.next(standard_exponential);
        let choice = stream(Purpose::InstanceChoice);
        let mut pool = Self {
            gaps,
            services: Ahead::new(stream(Purpose::ServiceTime)),
            cold_starts: stream(Purpose::ColdStarts),
            keep_alives: stream(Purpose::KeepAlive),
            now_s: 0.0,
            opened_s: 0.0,
            until_next,
            instances: Instances::default(),
            provisioned: Order::new(NextInstance::Oldest, choice.clone()),
            free: Order::new(model.next_instance, choice),
            departures: Events::default(),
            starting: Events::default(),
            looks: Events::default(),
            existing: Count::new(model.provisioned),
            running: Count::new(0),
            burst: model
                .burst
                .map(|limit| TokenBucket::new(limit.size, limit.per_s)),
            outcome: FunctionOutcome::default(),
            billed_steps: 0,
            billed_provisioned_steps: 0,
            statistics: FunctionStatistics::default(),
            model: model.clone(),
        };
        for _ in 0..model.provisioned {
            let slot = pool.instances.add(0.0, true);
            pool.provisioned.started(slot);
            pool.provisioned.insert(slot);
        }
        pool
    }

    /// Plays an interval of `length_s` seconds with Poisson arrivals of constant rate. A change of the rate between
    /// intervals leaves the arrival process Poisson.
    pub fn serve(&mut self, rate_rps: f64, length_s: f64) -> FunctionOutcome {
        let start_s = self.opened_s;
        let end_s = start_s + length_s;
        let expected = rate_rps * length_s;
        let gap_s = 1.0 / rate_rps;
        while self.until_next < expected {
            let at_s = (start_s + self.until_next * gap_s).min(end_s);
            self.invoke(at_s);
            self.until_next += self.gaps.next(standard_exponential);
        }
        self.until_next -= expected;
        self.close(end_s)
    }

    /// Plays a request that arrives at `at_s`; a moment before the last one's is taken as that.
    #[inline]
    pub fn invoke(&mut self, at_s: f64) -> Fate {
        let at_s = self.now_s.max(at_s);
        self.settle(at_s);
        let service_time = &self.model.service_s;
        let service_s = self.services.next(|rng| service_time.sample(rng));
        self.outcome.arrivals += 1;
        if let Some(slot) = self.provisioned.pick() {
            self.outcome.provisioned += 1;
            self.billed_provisioned_steps += self.steps(service_s);
            self.serve_warm(slot, at_s, service_s)
        } else if let Some(slot) = self.free.pick() {
            self.billed_steps += self.steps(service_s);
            self.serve_warm(slot, at_s, service_s)
        } else if let Some(start) = self.starting.first() {
            self.wait_for_start(start, at_s, service_s)
        } else {
            self.start_instance(at_s, service_s)
        }
    }

    /// Ends an interval at `end_s`, which is at least the moment of its last request: what happened in it.
    pub fn close(&mut self, end_s: f64) -> FunctionOutcome {
        let end_s = self.now_s.max(end_s);
        self.settle(end_s);
        self.existing.pass(end_s);
        self.running.pass(end_s);
        let mut outcome = std::mem::take(&mut self.outcome);
        let step_s = self.model.billing_step_s;
        outcome.billed_s = std::mem::take(&mut self.billed_steps) as f64 * step_s;
        outcome.billed_provisioned_s =
            std::mem::take(&mut self.billed_provisioned_steps) as f64 * step_s;
        outcome.instance_s = self.existing.take_sum_s();
        outcome.running_s = self.running.take_sum_s();
        outcome.provisioned_s = f64::from(self.model.provisioned) * (end_s - self.opened_s);
        self.opened_s = end_s;
        outcome
    }

    /// How the pool was since the last call, up to the end of the last interval; then counting begins anew.
    pub fn take_statistics(&mut self) -> FunctionStatistics {
        let mut statistics = std::mem::take(&mut self.statistics);
        statistics.instances = self.existing.take_levels();
        statistics.running = self.running.take_levels();
        statistics
    }

    /// Instances that exist now, provisioned ones included.
    pub fn instances(&self) -> u32 {
        self.existing.now()
    }

    /// Instances that hold a request now.
    pub fn running(&self) -> u32 {
        self.running.now()
    }

    fn steps(&self, seconds: f64) -> u64 {
        billing::steps(seconds, self.model.billing_step_s)
    }

    #[inline]
    fn serve_warm(&mut self, slot: u32, at_s: f64, latency_s: f64) -> Fate {
        let concurrency = self.model.concurrency;
        let instance = self.instances.at(slot);
        instance.in_flight += 1;
        let (in_flight, provisioned) = (instance.in_flight, instance.provisioned);
        if in_flight == 1 {
            self.running.up(at_s);
        }
        let order = self.order(provisioned);
        if in_flight >= concurrency {
            order.remove(slot);
        } else {
            order.used(slot);
        }
        self.departures.push(at_s + latency_s, slot);
        self.outcome.warm += 1;
        self.outcome.service_s += latency_s;
        self.statistics.warm_latency.record(latency_s, 1.0);
        Fate::Warm { latency_s }
    }

    /// Gives a request to an instance that is still starting.
    #[cold]
    fn wait_for_start(&mut self, start: Event, at_s: f64, service_s: f64) -> Fate {
        let instance = self.instances.at(start.slot);
        instance.in_flight += 1;
        if instance.in_flight >= self.model.concurrency {
            self.starting.pop();
        }
        self.billed_steps += self.steps(service_s);
        self.outcome.service_s += service_s;
        self.serve_cold(start.slot, at_s, start.at_s - at_s + service_s)
    }

    #[cold]
    fn start_instance(&mut self, at_s: f64, service_s: f64) -> Fate {
        if self.existing.now() >= self.model.max_instances {
            self.outcome.rejected_by_limit += 1;
            return Fate::RejectedByLimit;
        }
        if !self.burst.as_mut().is_none_or(|bucket| bucket.take(at_s)) {
            self.outcome.rejected_by_burst += 1;
            return Fate::RejectedByBurst;
        }
        let slot = self.instances.add(at_s, false);
        self.instances.at(slot).in_flight = 1;
        self.free.started(slot);
        self.existing.up(at_s);
        self.running.up(at_s);
        let shared = self.model.concurrency > 1;
        let (init_s, service_s) = match &self.model.cold_start {
            ColdStart::Init(init) => {
                let init_s = init.sample(&mut self.cold_starts);
                if shared {
                    self.starting.push(at_s + init_s, slot);
                }
                (init_s, service_s)
            }
            ColdStart::Service(cold) => {
                if shared {
                    self.free.insert(slot);
                }
                (0.0, cold.sample(&mut self.cold_starts))
            }
        };
        self.outcome.started += 1;
        self.outcome.init_s += init_s;
        self.outcome.service_s += service_s;
        self.billed_steps += self.steps(init_s + service_s);
        self.serve_cold(slot, at_s, init_s + service_s)
    }

    fn serve_cold(&mut self, slot: u32, at_s: f64, latency_s: f64) -> Fate {
        self.departures.push(at_s + latency_s, slot);
        self.outcome.cold += 1;
        self.statistics.cold_latency.record(latency_s, 1.0);
        Fate::Cold { latency_s }
    }

    fn order(&mut self, provisioned: bool) -> &mut Order {
        if provisioned {
            &mut self.provisioned
        } else {
            &mut self.free
        }
    }

    /// Lets everything happen that happens by `at_s`.
    #[inline]
    fn settle(&mut self, at_s: f64) {
        loop {
            let ready_s = self.starting.next_s();
            let ends_s = self.departures.next_s();
            if ready_s.min(ends_s) > at_s {
                break;
            }
            if ready_s <= ends_s {
                self.become_ready();
            } else {
                self.depart();
            }
        }
        while self.looks.next_s() <= at_s {
            self.look();
        }
        self.now_s = at_s;
    }

    /// An instance that has started can serve at once.
    fn become_ready(&mut self) {
        if let Some(event) = self.starting.pop() {
            self.free.insert(event.slot);
        }
    }

    /// A request ends.
    #[inline]
    fn depart(&mut self) {
        let Some(Event { at_s, slot }) = self.departures.pop() else {
            return;
        };
        let concurrency = self.model.concurrency;
        let instance = self.instances.at(slot);
        let was_full = instance.in_flight >= concurrency;
        instance.in_flight -= 1;
        let (idle, provisioned) = (instance.in_flight == 0, instance.provisioned);
        let order = self.order(provisioned);
        if was_full {
            order.insert(slot);
        } else {
            order.used(slot);
        }
        if idle {
            self.running.down(at_s);
            if !provisioned {
                self.fall_idle(slot, at_s);
            }
        }
    }

    #[inline]
    fn fall_idle(&mut self, slot: u32, at_s: f64) {
        let keep_alive_s = self.model.keep_alive_s.sample(&mut self.keep_alives);
        let instance = self.instances.at(slot);
        instance.expires_s = at_s + keep_alive_s;
        if instance.expires_s < instance.looked_at_s {
            instance.looked_at_s = instance.expires_s;
            self.looks.push(instance.expires_s, slot);
        }
    }

    /// Looks at an instance: is it idle, and for how long yet?
    fn look(&mut self) {
        let Some(Event { at_s, slot }) = self.looks.pop() else {
            return;
        };
        let instance = self.instances.at(slot);
        if instance.looked_at_s != at_s {
            // An earlier look took this one's place, or the instance has ended.
            return;
        }
        instance.looked_at_s = f64::INFINITY;
        if instance.in_flight > 0 {
            return;
        }
        if instance.expires_s > at_s {
            instance.looked_at_s = instance.expires_s;
            self.looks.push(instance.expires_s, slot);
            return;
        }
        let lifespan_s = at_s - instance.created_s;
        self.free.remove(slot);
        self.free.ended(slot);
        self.instances.end(slot);
        self.existing.down(at_s);
        self.outcome.ended += 1;
        self.statistics.lifespans.push(lifespan_s);
    }
}

#[cfg(test)]
mod tests;
