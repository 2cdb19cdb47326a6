//! A histogram of weighted samples.
//!
//! Source: `histogram.go`. A percentile is the end of the bucket in which it falls: an upper bound of the value.

use super::buckets::Buckets;

/// Weights by bucket.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    buckets: Buckets,
    weights: Vec<f64>,
    total: f64,
    /// First and last bucket that is not empty; last and first of all when every one is.
    first: usize,
    last: usize,
}

impl Histogram {
    /// An empty histogram.
    pub fn new(buckets: Buckets) -> Self {
        let count = buckets.count() as usize;
        Self {
            buckets,
            weights: vec![0.0; count],
            total: 0.0,
            first: count - 1,
            last: 0,
        }
    }

    fn is_filled(&self, bucket: usize) -> bool {
        self.weights[bucket] >= self.buckets.epsilon()
    }

    /// Adds a sample of the given weight, ≥ 0.
    pub fn add(&mut self, value: f64, weight: f64) {
        let bucket = self.buckets.find(value) as usize;
        self.weights[bucket] += weight;
        self.total += weight;
        if self.is_filled(bucket) {
            self.first = self.first.min(bucket);
            self.last = self.last.max(bucket);
        }
    }

    /// Takes a sample away again. A bucket gives what it has, and all of it when next to nothing would be left.
    pub fn subtract(&mut self, value: f64, weight: f64) {
        let bucket = self.buckets.find(value) as usize;
        let held = self.weights[bucket];
        let taken = if weight > held - self.buckets.epsilon() {
            held
        } else {
            weight
        };
        self.total -= taken;
        self.weights[bucket] -= taken;
        self.skip_empty();
    }

    /// Adds all samples of another histogram with the same buckets.
    pub fn merge(&mut self, other: &Self) {
        if other.first <= other.last {
            let filled = other.first..=other.last;
            for (weight, more) in self.weights[filled.clone()]
                .iter_mut()
                .zip(&other.weights[filled])
            {
                *weight += more;
            }
        }
        self.total += other.total;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }

    /// Multiplies all weights. Percentiles stay, except that buckets may become empty.
    pub fn scale(&mut self, factor: f64) {
        if self.first <= self.last {
            for weight in &mut self.weights[self.first..=self.last] {
                *weight *= factor;
            }
        }
        self.total *= factor;
        self.skip_empty();
    }

    fn skip_empty(&mut self) {
        while self.first + 1 < self.weights.len() && !self.is_filled(self.first) {
            self.first += 1;
        }
        while self.last > 0 && !self.is_filled(self.last) {
            self.last -= 1;
        }
    }

    /// Whether no bucket holds more than next to nothing.
    pub fn is_empty(&self) -> bool {
        !self.is_filled(self.first)
    }

    /// End of the first bucket with at least the share `p` of the weight at or below it; the start of the last
    /// bucket, which has no end; 0 when empty. Shares outside [0, 1] give the first or last filled bucket.
    pub fn percentile(&self, p: f64) -> f64 {
        if self.is_empty() {
            return 0.0;
        }
        let threshold = p * self.total;
        let mut below = 0.0;
        let mut bucket = self.first;
        while bucket < self.last {
            below += self.weights[bucket];
            if below >= threshold {
                break;
            }
            bucket += 1;
        }
        let end = (bucket as u32 + 1).min(self.buckets.count() - 1);
        self.buckets.start(end)
    }

    /// Whether both have the same buckets with the same weights, up to 1e-15 each.
    pub fn is_same_as(&self, other: &Self) -> bool {
        self.buckets == other.buckets
            && (self.first, self.last) == (other.first, other.last)
            && (self.first..=self.last)
                .all(|bucket| (self.weights[bucket] - other.weights[bucket]).abs() <= 1e-15)
    }
}
