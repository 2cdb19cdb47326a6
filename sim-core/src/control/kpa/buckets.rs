//! Averages over a window of time, in buckets of equal length.
//!
//! Source: `pkg/autoscaler/aggregation/bucketing.go` of knative/serving. Sums are kept by adding and subtracting as
//! there, so that the last digits are the same; the result is rounded to six digits, which hides what is left of them.
//! (It was cut to them once; then a sum of a hair below nothing averaged to −0.000001.)

/// Least weight of the newest bucket in the weighted average.
const LEAST_COEFFICIENT: f64 = 0.2;
/// What the weights of a full window may lack to 1.
const MISSING_WEIGHT: f64 = 0.0001;

/// Weight of the newest of `buckets` buckets in the weighted average; each older one has the rest times as much.
///
/// Chosen so that the weights of all buckets sum to 0.9999, and never below 0.2.
pub fn smoothing_coefficient(buckets: f64) -> f64 {
    (1.0 - libm::pow(MISSING_WEIGHT, 1.0 / buckets)).max(LEAST_COEFFICIENT)
}

/// Sums per bucket over a sliding window, averaged with equal weights.
#[derive(Clone, Debug, PartialEq)]
pub struct TimedBuckets {
    /// A ring: the bucket with number n stands at n modulo the length.
    ring: Vec<f64>,
    granularity_ms: u64,
    window_ms: u64,
    /// Number of the first bucket written to since the window was last empty.
    first: Option<u64>,
    /// Number of the newest bucket written to.
    last: Option<u64>,
    /// Sum over the ring.
    total: f64,
}

impl TimedBuckets {
    /// Empty buckets over a window, both in ms and at least 1 (0 counts as 1).
    pub fn new(window_ms: u64, granularity_ms: u64) -> Self {
        let (window_ms, granularity_ms) = (window_ms.max(1), granularity_ms.max(1));
        Self {
            ring: vec![0.0; bucket_count(window_ms, granularity_ms)],
            granularity_ms,
            window_ms,
            first: None,
            last: None,
            total: 0.0,
        }
    }

    /// Adds a value to the bucket of now. Buckets that were skipped hold 0. After a whole window without a value
    /// the average starts afresh. Values from before the window are dropped.
    pub fn record(&mut self, now_ms: u64, value: f64) {
        let bucket = now_ms / self.granularity_ms;
        match self.last {
            Some(last) if bucket == last => {}
            Some(last) if bucket < last => {
                if self.ms(last - bucket) >= self.window_ms {
                    return;
                }
                self.first = Some(self.first.map_or(bucket, |first| first.min(bucket)));
            }
            Some(last) if self.ms(bucket - last) < self.window_ms => {
                for skipped in last + 1..=bucket {
                    let slot = self.slot(skipped);
                    if let Some(old) = self.ring.get_mut(slot) {
                        self.total -= core::mem::take(old);
                    }
                }
                self.first.get_or_insert(bucket);
                self.last = Some(bucket);
            }
            _ => {
                self.ring.fill(0.0);
                self.total = 0.0;
                self.first = Some(bucket);
                self.last = Some(bucket);
            }
        }
        let slot = self.slot(bucket);
        if let Some(sum) = self.ring.get_mut(slot) {
            *sum += value;
            self.total += value;
        }
    }

    /// Whether nothing was recorded for longer than the window.
    pub fn is_empty(&self, now_ms: u64) -> bool {
        self.silence(now_ms)
            .is_none_or(|buckets| self.ms(buckets) > self.window_ms)
    }

    /// The mean over the buckets from the first write to the last, but at most those of the window that are left;
    /// 0 when nothing is. Rounded to six digits.
    pub fn average(&self, now_ms: u64) -> f64 {
        let (Some(last), Some(silence)) = (self.last, self.silence(now_ms)) else {
            return 0.0;
        };
        if silence > 0 && self.ms(silence) >= self.window_ms {
            return 0.0;
        }
        let outdated = (last + 1..=last + silence).map(|bucket| self.value(bucket));
        let sum = outdated.fold(self.total, |sum, value| sum - value);
        let left = self.ring.len() as u64 - silence;
        let buckets = self
            .first
            .map_or(left, |first| (last - first + 1).min(left));
        to_six_digits(sum / buckets as f64)
    }

    /// Changes the window. The newest buckets stay, as far as they fit; what the first write was is forgotten, so
    /// that the mean is over the old window's length at most.
    pub fn resize(&mut self, now_ms: u64, window_ms: u64) {
        let window_ms = window_ms.max(1);
        if window_ms == self.window_ms {
            return;
        }
        let before = self.ring.len();
        let mut ring = vec![0.0; bucket_count(window_ms, self.granularity_ms)];
        let mut total = 0.0;
        let kept = self.last.filter(|_| !self.is_empty(now_ms));
        if let Some(last) = kept {
            let (old, new) = (before as u64, ring.len() as u64);
            for bucket in (last.saturating_sub(old.min(new) - 1)..=last).rev() {
                let value = self.value(bucket);
                if let Some(slot) = ring.get_mut((bucket % new) as usize) {
                    *slot = value;
                }
                total += value;
            }
            self.first = Some(last.saturating_sub(old - 1));
        } else {
            self.first = None;
        }
        self.ring = ring;
        self.total = total;
        self.window_ms = window_ms;
    }

    /// Buckets from the last write to now; `None` before the first write.
    fn silence(&self, now_ms: u64) -> Option<u64> {
        let last = self.last?;
        Some((now_ms / self.granularity_ms).saturating_sub(last))
    }

    fn slot(&self, bucket: u64) -> usize {
        (bucket % self.ring.len() as u64) as usize
    }

    fn value(&self, bucket: u64) -> f64 {
        self.ring.get(self.slot(bucket)).copied().unwrap_or(0.0)
    }

    fn ms(&self, buckets: u64) -> u64 {
        buckets.saturating_mul(self.granularity_ms)
    }
}

/// Sums per bucket over a sliding window, averaged with weights that fall with age.
#[derive(Clone, Debug, PartialEq)]
pub struct WeightedBuckets {
    buckets: TimedBuckets,
    coefficient: f64,
}

impl WeightedBuckets {
    /// Empty buckets over a window, both in ms and at least 1 (0 counts as 1).
    pub fn new(window_ms: u64, granularity_ms: u64) -> Self {
        let buckets = TimedBuckets::new(window_ms, granularity_ms);
        Self {
            coefficient: smoothing_coefficient(buckets.ring.len() as f64),
            buckets,
        }
    }

    /// Adds a value to the bucket of now; see [`TimedBuckets::record`].
    pub fn record(&mut self, now_ms: u64, value: f64) {
        self.buckets.record(now_ms, value);
    }

    /// Whether nothing was recorded for longer than the window.
    pub fn is_empty(&self, now_ms: u64) -> bool {
        self.buckets.is_empty(now_ms)
    }

    /// The sum of the buckets weighted by age: the newest by the coefficient, each older one by the rest times as
    /// much. A young window is not made up for: its missing buckets count as 0.
    pub fn average(&self, now_ms: u64) -> f64 {
        let (Some(last), Some(silence)) = (self.buckets.last, self.buckets.silence(now_ms)) else {
            return 0.0;
        };
        if self.is_empty(now_ms) {
            return 0.0;
        }
        let rest = 1.0 - self.coefficient;
        let mut weight = self.coefficient * libm::pow(rest, silence as f64);
        let mut sum = 0.0;
        let left = (self.buckets.ring.len() as u64).saturating_sub(silence);
        for age in 0..left.min(last + 1) {
            sum += self.buckets.value(last - age) * weight;
            weight *= rest;
        }
        sum
    }

    /// Changes the window; see [`TimedBuckets::resize`].
    pub fn resize(&mut self, now_ms: u64, window_ms: u64) {
        self.buckets.resize(now_ms, window_ms);
        self.coefficient = smoothing_coefficient(self.buckets.ring.len() as f64);
    }
}

fn bucket_count(window_ms: u64, granularity_ms: u64) -> usize {
    usize::try_from(window_ms.div_ceil(granularity_ms)).unwrap_or(usize::MAX)
}

/// Half a millionth is rounded away from zero.
fn to_six_digits(value: f64) -> f64 {
    libm::round(value * 1e6) / 1e6
}
