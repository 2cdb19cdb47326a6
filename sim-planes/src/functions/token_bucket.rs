//! A token bucket: so many at once, so many a second.

/// Tokens that are taken one by one and come back at a constant rate, up to the bucket's size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TokenBucket {
    size: f64,
    per_s: f64,
    tokens: f64,
    at_s: f64,
}

impl TokenBucket {
    /// A full bucket at time 0. Both are at least 0.
    pub fn new(size: f64, per_s: f64) -> Self {
        Self {
            size,
            per_s,
            tokens: size,
            at_s: 0.0,
        }
    }

    /// Takes a token at `now_s`, which never falls; whether there was one.
    pub fn take(&mut self, now_s: f64) -> bool {
        self.tokens = self.available(now_s);
        self.at_s = now_s;
        let has = self.tokens >= ALMOST_ONE;
        if has {
            self.tokens = (self.tokens - 1.0).max(0.0);
        }
        has
    }

    /// Takes so many tokens at `now_s`, or as many as there are.
    pub fn take_many(&mut self, now_s: f64, tokens: f64) {
        self.tokens = (self.available(now_s) - tokens).max(0.0);
        self.at_s = now_s;
    }

    /// Tokens there are at `now_s`.
    pub fn available(&self, now_s: f64) -> f64 {
        (self.tokens + (now_s - self.at_s) * self.per_s).min(self.size)
    }
}

/// A token that came back in several parts may lack some roundings.
const ALMOST_ONE: f64 = 1.0 - 1e-9;

#[cfg(test)]
mod tests {
    use super::*;

    /// 1,000 at once, then one every 10 ms.
    #[test]
    fn a_burst_and_then_the_rate() {
        let mut bucket = TokenBucket::new(1000.0, 100.0);
        let burst = (0..3000).filter(|_| bucket.take(5.0)).count();
        assert_eq!(burst, 1000);
        let mut later = 0;
        for step in 1..=1000 {
            let now_s = 5.0 + f64::from(step) * 0.001;
            later += u32::from(bucket.take(now_s));
        }
        assert_eq!(later, 100);
    }

    #[test]
    fn tokens_do_not_pile_up() {
        let mut bucket = TokenBucket::new(3.0, 1.0);
        assert_eq!(bucket.available(1e6), 3.0);
        assert_eq!((0..10).filter(|_| bucket.take(1e6)).count(), 3);
        assert!(!bucket.take(1e6 + 0.5));
        assert!(bucket.take(1e6 + 1.0));
    }

    #[test]
    fn a_bucket_without_refill_runs_dry() {
        let mut bucket = TokenBucket::new(2.0, 0.0);
        assert_eq!((0..10).filter(|&i| bucket.take(f64::from(i))).count(), 2);
        assert!(!TokenBucket::new(0.0, 0.0).take(9.0));
    }
}
