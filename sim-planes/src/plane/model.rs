//! The service as a data plane sees it.

use crate::plane::{Balancing, OnTimeout, Overflow, QueueDiscipline, RateLimit, Removal};
use crate::random::Distribution;

/// The service as a data plane sees it; constant over a replication. [`ServiceModel::new`] is the plainest;
/// every further field adds something to it.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceModel {
    /// Time a server needs for one request, seconds; with processor sharing, the time of a request alone.
    pub service_time_s: Distribution,
    /// The client gives up this long after the attempt's arrival, seconds.
    pub timeout_s: f64,
    /// Probability that an answered request carries an error, 0..1.
    pub error_probability: f64,
    /// Latency thresholds of the objectives, seconds, at most [`MAX_THRESHOLDS`](super::MAX_THRESHOLDS).
    pub thresholds_s: Vec<f64>,
    /// Requests that one replica serves at once (its slots), at least 1.
    pub concurrency: u32,
    /// Which replica an attempt goes to. All but [`Balancing::Shared`] give each replica a queue of its own,
    /// with an equal part of the interval's `queue_limit`.
    pub balancing: Balancing,
    /// How the slots of a replica share what it can do.
    pub discipline: Discipline,
    /// What happens to an attempt that finds the queue full.
    pub overflow: Overflow,
    /// What a server does when the client of the request that it serves has given up.
    pub on_timeout: OnTimeout,
    /// What happens to the requests of replicas that are scaled in.
    pub removal: Removal,
    /// Whether [`Interval::killed_replicas`](super::Interval::killed_replicas) may be above 0 in this
    /// replication: then requests are followed to their end. Without it a killed replica is drained.
    pub may_be_killed: bool,
    /// Whether the `fluid` plane counts what killed replicas had in service as lost. It had counted those requests when
    /// they started, so they are taken off the ones that are served in the interval of the kill.
    pub kills_lose_work: bool,
    /// Whether [`Interval::buffer_limit`](super::Interval::buffer_limit) may be above 0 in this replication.
    /// Without it there is no such buffer; with [`Balancing::Shared`] there may always be one.
    pub may_be_buffered: bool,
    /// Whether it may be without replicas for want of requests, so that a call of another service wakes it. Of interest to
    /// networks in closed form only: calls to it are then whole ones, and wait for it with the requests that make them.
    pub may_sleep: bool,
    /// Probability that a request is of high priority, 0..1. Those are served before the others that wait in
    /// the same place, and interrupt none.
    pub high_priority_share: f64,
    /// Clients that try again.
    pub retries: RetryModel,
    /// Requests beyond this are rejected before anything else.
    pub rate_limit: Option<RateLimit>,
    /// Who of those that wait is served next.
    pub queue: QueueDiscipline,
}

/// How the requests that a replica has admitted to its slots are served.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Discipline {
    /// First come, first served: each slot serves its request at full speed.
    #[default]
    Slots,
    /// All requests in the slots share the replica's processors equally, and none uses more than one:
    /// with n in service each is served at the speed min(1, cores / n).
    ProcessorSharing {
        /// Processors of a replica, > 0.
        cores: f64,
    },
}

/// What a client does after a rejection, timeout, error or loss. A retry is a new arrival of the same request
/// with a service time, an error and a timeout of its own; the request's latency counts from its first
/// attempt, and its fate is that of its last one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RetryModel {
    /// Attempts in all, the first included; 1 is never to try again.
    pub max_attempts: u32,
    /// Pause before the second attempt, seconds.
    pub backoff_s: f64,
    /// Factor by which each further pause is longer, at least 1.
    pub multiplier: f64,
    /// Whether a pause is drawn evenly from 0 to its length ("full jitter").
    pub full_jitter: bool,
    /// Retries per request at most, over all clients: every first attempt earns this much of a retry, and
    /// unspent ones are kept up to [`RETRY_BURST`]. Infinity is no bound.
    pub budget: f64,
}

/// Retries that a retry budget saves up at most.
pub const RETRY_BURST: f64 = 100.0;

impl RetryModel {
    /// Nobody tries again.
    pub const NONE: Self = Self {
        max_attempts: 1,
        backoff_s: 0.0,
        multiplier: 1.0,
        full_jitter: false,
        budget: f64::INFINITY,
    };

    /// Whether any request is ever tried again.
    pub fn is_on(&self) -> bool {
        self.max_attempts > 1 && self.budget > 0.0
    }

    /// Length of the pause after `failures` (at least 1) failed attempts, before jitter, seconds.
    pub fn pause_s(&self, failures: u32) -> f64 {
        let mut pause_s = self.backoff_s;
        for _ in 1..failures.min(self.max_attempts) {
            pause_s *= self.multiplier;
        }
        pause_s
    }
}

impl ServiceModel {
    /// Replicas of one slot each behind one queue, patient clients, no errors, no retries.
    pub fn new(service_time_s: Distribution) -> Self {
        Self {
            service_time_s,
            timeout_s: f64::INFINITY,
            error_probability: 0.0,
            thresholds_s: Vec::new(),
            concurrency: 1,
            balancing: Balancing::Shared,
            discipline: Discipline::Slots,
            overflow: Overflow::RejectNew,
            on_timeout: OnTimeout::Finish,
            removal: Removal::Drain,
            may_be_killed: false,
            kills_lose_work: false,
            may_be_buffered: false,
            may_sleep: false,
            high_priority_share: 0.0,
            retries: RetryModel::NONE,
            rate_limit: None,
            queue: QueueDiscipline::Fifo,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_by_the_multiplier() {
        let retries = RetryModel {
            max_attempts: 4,
            backoff_s: 0.1,
            multiplier: 3.0,
            ..RetryModel::NONE
        };
        let pauses = [1, 2, 3].map(|failures| retries.pause_s(failures));
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(pauses[0], 0.1) && near(pauses[1], 0.3) && near(pauses[2], 0.9));
        assert!(retries.is_on());
        assert!(!RetryModel::NONE.is_on());
    }
}
