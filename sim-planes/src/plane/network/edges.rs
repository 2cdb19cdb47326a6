//! Who calls whom: the entries of the users and the calls of the stations, in one numbering.

use super::guard::Guard;
use super::{Call, CallMode, Entry, Station};
use crate::plane::{RETRY_BURST, RetryModel};
use crate::random::{Rng, uniform};

/// An entry or a call.
#[derive(Clone, Debug)]
pub(super) struct Edge {
    /// The station that calls; of an entry none.
    pub(super) from: u16,
    /// The station that is called.
    pub(super) to: u16,
    pub(super) mode: CallMode,
    pub(super) required: bool,
    /// Calls per request: so many, and one more with a probability.
    whole: u16,
    part: f64,
    retries: RetryModel,
    /// Retries that the budget allows now.
    tokens: f64,
    pub(super) guard: Option<Box<Guard>>,
}

impl Edge {
    /// Where users enter.
    pub(super) fn entry(entry: &Entry, stations: &[Station]) -> Self {
        Self::new(
            entry.station,
            1.0,
            CallMode::Sequential,
            true,
            stations[entry.station].service.retries,
        )
    }

    /// What station `from` calls.
    pub(super) fn call(from: u16, call: &Call) -> Self {
        let required = call.required && call.mode != CallMode::Async;
        Self {
            from,
            guard: Guard::new(&call.guard),
            ..Self::new(call.to, call.per_request, call.mode, required, call.retries)
        }
    }

    fn new(
        to: usize,
        per_request: f64,
        mode: CallMode,
        required: bool,
        retries: RetryModel,
    ) -> Self {
        Self {
            from: u16::MAX,
            to: to as u16,
            mode,
            required,
            whole: per_request as u16,
            part: per_request - f64::from(per_request as u16),
            retries,
            tokens: 0.0,
            guard: None,
        }
    }

    /// Whether requests ever wait for an answer of these calls.
    pub(super) fn blocks(&self) -> bool {
        self.mode != CallMode::Async && (self.whole > 0 || self.part > 0.0)
    }

    /// How many of these calls a request makes.
    #[inline]
    pub(super) fn count(&self, rng: &mut Rng) -> u16 {
        self.whole + u16::from(self.part > 0.0 && uniform(rng) < self.part)
    }

    /// A call is made for the first time.
    #[inline]
    pub(super) fn earn(&mut self) {
        self.tokens = (self.tokens + self.retries.budget).min(RETRY_BURST);
    }

    /// Whether a caller whose attempt failed, after `failures` before it, tries again: how long it pauses, seconds.
    pub(super) fn pause_s(&mut self, failures: u32, rng: &mut Rng) -> Option<f64> {
        let failures = failures + 1;
        if failures >= self.retries.max_attempts {
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
            pause_s * uniform(rng)
        } else {
            pause_s
        })
    }
}
