//! A histogram that forgets: every half-life, a sample counts half as much.
//!
//! Source: `decaying_histogram.go`. Instead of ageing all samples, new ones are given weights that grow with
//! time; when the weights have grown by 2^100 all are scaled back.

use super::buckets::Buckets;
use super::histogram::Histogram;

/// After this many half-lives weights are scaled back.
const MAX_HALF_LIVES: i64 = 100;

/// A decaying histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct DecayingHistogram {
    histogram: Histogram,
    half_life_ms: i64,
    /// A sample of this time has its own weight; a multiple of the half-life. `None` until the first sample.
    reference_ms: Option<i64>,
}

impl DecayingHistogram {
    /// An empty histogram; `half_life_ms` is at least 1.
    pub fn new(buckets: Buckets, half_life_ms: i64) -> Self {
        Self {
            histogram: Histogram::new(buckets),
            half_life_ms: half_life_ms.max(1),
            reference_ms: None,
        }
    }

    /// Adds a sample of `at_ms`.
    pub fn add(&mut self, value: f64, weight: f64, at_ms: i64) {
        let factor = self.factor(at_ms);
        self.histogram.add(value, weight * factor);
    }

    /// Takes a sample of `at_ms` away again.
    pub fn subtract(&mut self, value: f64, weight: f64, at_ms: i64) {
        let factor = self.factor(at_ms);
        self.histogram.subtract(value, weight * factor);
    }

    /// Adds all samples of another histogram with the same buckets and half-life.
    pub fn merge(&mut self, other: &Self) {
        if self.reference_ms < other.reference_ms {
            self.refer_to(other.reference_ms.unwrap_or_default());
        }
        if other.reference_ms < self.reference_ms {
            let mut other = other.clone();
            other.refer_to(self.reference_ms.unwrap_or_default());
            self.histogram.merge(&other.histogram);
        } else {
            self.histogram.merge(&other.histogram);
        }
    }

    /// As [`Histogram::percentile`].
    pub fn percentile(&self, p: f64) -> f64 {
        self.histogram.percentile(p)
    }

    /// As [`Histogram::is_empty`].
    pub fn is_empty(&self) -> bool {
        self.histogram.is_empty()
    }

    /// Whether both hold the same, up to 1e-15 a bucket.
    pub fn is_same_as(&self, other: &Self) -> bool {
        (self.half_life_ms, self.reference_ms) == (other.half_life_ms, other.reference_ms)
            && self.histogram.is_same_as(&other.histogram)
    }

    fn factor(&mut self, at_ms: i64) -> f64 {
        let reach_ms = self.half_life_ms.saturating_mul(MAX_HALF_LIVES);
        let reference_ms = match self.reference_ms {
            Some(reference_ms) if at_ms <= reference_ms.saturating_add(reach_ms) => reference_ms,
            _ => self.refer_to(at_ms),
        };
        let elapsed_ms = at_ms.saturating_sub(reference_ms);
        libm::exp2(elapsed_ms as f64 / self.half_life_ms as f64)
    }

    /// Moves the reference to the multiple of the half-life nearest to `at_ms`.
    fn refer_to(&mut self, at_ms: i64) -> i64 {
        let half_life_ms = self.half_life_ms;
        let rest_ms = at_ms.rem_euclid(half_life_ms);
        let floor_ms = at_ms.saturating_sub(rest_ms);
        // Half-way rounds up.
        let to_ms = if rest_ms < half_life_ms - rest_ms {
            floor_ms
        } else {
            floor_ms.saturating_add(half_life_ms)
        };
        if let Some(from_ms) = self.reference_ms {
            // Both are multiples of the half-life, so this is a whole number.
            let half_lives = from_ms.saturating_sub(to_ms) / half_life_ms;
            self.histogram.scale(libm::exp2(half_lives as f64));
        }
        self.reference_ms = Some(to_ms);
        to_ms
    }
}
