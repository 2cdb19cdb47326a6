//! A token bucket: how gateways and other people's interfaces limit a rate, and answer the rest with 429.
//!
//! The bucket holds up to `burst` tokens and gains `rps` of them every second; a request takes one, or is turned away
//! if there is none. With Poisson arrivals and a whole burst b, the tokens that are missing are the work in a queue with
//! service times of 1/rps: what is turned away is what M/D/1 with room for b loses (Brun & Garcia 2000).

/// A limit on the rate of requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateLimit {
    /// Requests per second in the long run, > 0.
    pub rps: f64,
    /// Requests at once after a rest, at least 1.
    pub burst: f64,
}

/// A token bucket, full at the start.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenBucket {
    limit: RateLimit,
    tokens: f64,
    /// When `tokens` was right, seconds.
    at_s: f64,
}

/// Rounding must not cost a token that is due.
const ROUNDING: f64 = 1e-9;

impl TokenBucket {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            tokens: limit.burst,
            at_s: 0.0,
        }
    }

    /// A request comes at `now_s`, not before the one that came last: whether it may pass.
    #[inline]
    pub(super) fn take(&mut self, now_s: f64) -> bool {
        let gained = (now_s - self.at_s) * self.limit.rps;
        self.tokens = (self.tokens + gained).min(self.limit.burst);
        self.at_s = now_s;
        let passes = self.tokens >= 1.0 - ROUNDING;
        if passes {
            self.tokens -= 1.0;
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_the_rate() {
        let mut bucket = TokenBucket::new(RateLimit {
            rps: 2.0,
            burst: 3.0,
        });
        let at_once: Vec<bool> = (0..5).map(|_| bucket.take(0.0)).collect();
        assert_eq!(at_once, [true, true, true, false, false]);
        // Every half second one, exactly; what is saved is never more than the burst.
        assert!(!bucket.take(0.25) && bucket.take(0.5) && !bucket.take(0.75) && bucket.take(1.0));
        let after_a_rest: Vec<bool> = (0..4).map(|_| bucket.take(100.0)).collect();
        assert_eq!(after_a_rest, [true, true, true, false]);
    }
}
