//! The clients: whether and when they try again.

use super::source::Streams;
use crate::plane::{RETRY_BURST, RetryModel};
use crate::random::{Distribution, Purpose, Rng, uniform};

/// Clients between two attempts at most; those beyond give up. A bound for memory that no sensible scenario
/// meets.
const MOST_PAUSING: u64 = 5_000_000;

/// Decides about retries, and draws what a further attempt needs.
pub(super) struct Clients {
    retries: RetryModel,
    /// Retries that the budget allows now.
    tokens: f64,
    /// Pauses.
    pauses: Rng,
    /// Service times and errors of further attempts: apart from the first ones', which stay as they were.
    demands: Rng,
}

impl Clients {
    pub(super) fn new(retries: RetryModel, streams: &Streams) -> Self {
        Self {
            retries,
            tokens: 0.0,
            pauses: streams.rng(Purpose::Retries),
            demands: streams.rng(Purpose::RetriedRequests),
        }
    }

    /// A request arrives for the first time.
    #[inline]
    pub(super) fn earn(&mut self) {
        self.tokens = (self.tokens + self.retries.budget).min(RETRY_BURST);
    }

    /// Whether a client whose attempt failed, after `failures` before it, tries again: how long it pauses, seconds.
    /// `pausing`: how many clients pause now.
    pub(super) fn pause_s(&mut self, failures: u32, pausing: u64) -> Option<f64> {
        let failures = failures + 1;
        if failures >= self.retries.max_attempts || pausing >= MOST_PAUSING {
            return None;
        }
        if self.retries.budget < f64::INFINITY {
            if self.tokens < 1.0 {
                return None;
            }
            self.tokens -= 1.0;
        }
        let pause_s = self.retries.pause_s(failures);
        Some(if self.retries.full_jitter {
            pause_s * uniform(&mut self.pauses)
        } else {
            pause_s
        })
    }

    /// Service time and error of a further attempt.
    pub(super) fn demand(&mut self, service_time_s: &Distribution, errors: f64) -> (f64, bool) {
        let service_s = service_time_s.sample(&mut self.demands);
        let error = errors > 0.0 && uniform(&mut self.demands) < errors;
        (service_s, error)
    }
}
