//! The simulation of one function's instances, request by request, with arrivals of its own.

use super::events::Events;
use super::model::FunctionModel;
use super::outcome::{FunctionOutcome, FunctionStatistics};
use super::platform::{Platform, Refusal};
use crate::random::{Ahead, Purpose, StreamKey, standard_exponential};
use crate::stats::LogHistogram;

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

/// A function's instances under way, and the requests that come to them.
#[derive(Clone, Debug)]
pub struct FunctionPool {
    model: FunctionModel,
    platform: Platform,
    gaps: Ahead,
    services: Ahead,
    now_s: f64,
    /// When the running interval began.
    opened_s: f64,
    /// As in the requests plane: what remains until the next arrival, on a clock that runs at the rate.
    until_next: f64,
    /// Ends of requests.
    departures: Events,
    /// Service times of the interval's requests, seconds.
    service_s: f64,
    warm_latency: LogHistogram,
    cold_latency: LogHistogram,
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
        Self {
            gaps,
            services: Ahead::new(stream(Purpose::ServiceTime)),
            now_s: 0.0,
            opened_s: 0.0,
            until_next,
            departures: Events::default(),
            service_s: 0.0,
            warm_latency: LogHistogram::new(),
            cold_latency: LogHistogram::new(),
            platform: Platform::new(model, seed, replication, component),
            model: model.clone(),
        }
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
        let service_s = self
            .services
            .next_of(|rng, values| service_time.fill(rng, values));
        let room = self.platform.of_account() < self.model.account_instances;
        let grant = match self.platform.acquire(at_s, room) {
            Ok(grant) => grant,
            Err(Refusal::Limit) => return Fate::RejectedByLimit,
            Err(Refusal::Burst) => return Fate::RejectedByBurst,
        };
        let service_s = grant.service_s.unwrap_or(service_s);
        let latency_s = grant.wait_s + service_s;
        self.service_s += service_s;
        self.platform
            .bill(grant.slot, grant.billed_wait_s + service_s);
        self.departures.push(at_s + latency_s, grant.slot);
        if grant.is_cold {
            self.cold_latency.record(latency_s, 1.0);
            Fate::Cold { latency_s }
        } else {
            self.warm_latency.record(latency_s, 1.0);
            Fate::Warm { latency_s }
        }
    }

    /// Ends an interval at `end_s`, which is at least the moment of its last request: what happened in it.
    pub fn close(&mut self, end_s: f64) -> FunctionOutcome {
        let end_s = self.now_s.max(end_s);
        self.settle(end_s);
        self.opened_s = end_s;
        FunctionOutcome {
            service_s: std::mem::take(&mut self.service_s),
            ..self.platform.close(end_s)
        }
    }

    /// How the pool was since the last call, up to the end of the last interval; then counting begins anew.
    pub fn take_statistics(&mut self) -> FunctionStatistics {
        let (instances, running, lifespans) = self.platform.take_levels();
        FunctionStatistics {
            instances,
            running,
            lifespans,
            warm_latency: std::mem::take(&mut self.warm_latency),
            cold_latency: std::mem::take(&mut self.cold_latency),
        }
    }

    /// Instances that exist now, provisioned ones included.
    pub fn instances(&self) -> u32 {
        self.platform.instances()
    }

    /// Instances that hold a request now.
    pub fn running(&self) -> u32 {
        self.platform.running()
    }

    /// Lets the requests end that end by `at_s`.
    #[inline]
    fn settle(&mut self, at_s: f64) {
        while self.departures.next_s() <= at_s {
            if let Some(event) = self.departures.pop() {
                self.platform.release(event.slot, event.at_s);
            }
        }
        self.now_s = at_s;
    }
}

#[cfg(test)]
mod tests;
