//! The latency histogram: buckets evenly spaced in the logarithm, the same for every service and plane.
//!
//! ```text
//!   slot   0          1            2                 192            193
//!     0 ──────┤ 0.1 ms ├──── ×2^⅛ ────┤ …  ├──── 1678 s ├──────────── ∞
//!      underflow                                            overflow
//! ```
//! A bucket is 9 % wide, so a quantile read from it is within 4.5 % even if the latencies sit at one end.

mod geometry;

pub use geometry::{BUCKETS, BUCKETS_PER_OCTAVE, LOWEST_EDGE_S, SLOTS, bucket_of, edges};

use serde::{Deserialize, Serialize};

/// Weights of latencies by logarithmic bucket. Weights are requests, possibly fractional, at least 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(into = "Stored", try_from = "Stored")]
pub struct LogHistogram {
    weights: Box<[f64; SLOTS]>,
    sum_s: f64,
}

impl Default for LogHistogram {
    fn default() -> Self {
        LogHistogram::new()
    }
}

impl LogHistogram {
    /// An empty histogram. The only place, with `clone`, that allocates.
    pub fn new() -> LogHistogram {
        LogHistogram {
            weights: Box::new([0.0; SLOTS]),
            sum_s: 0.0,
        }
    }

    /// Forgets everything recorded, keeping the memory.
    pub fn clear(&mut self) {
        self.weights.fill(0.0);
        self.sum_s = 0.0;
    }

    /// Records `weight` requests of latency `seconds`.
    #[inline]
    pub fn record(&mut self, seconds: f64, weight: f64) {
        self.record_in_slot(bucket_of(seconds), weight, seconds * weight);
    }

    /// Records `weight` requests anywhere in `slot` whose latencies add up to `sum_s` seconds: for a
    /// distribution known by its mass between the [`edges`]. Slots beyond the last are the last.
    #[inline]
    pub fn record_in_slot(&mut self, slot: usize, weight: f64, sum_s: f64) {
        debug_assert!(
            weight >= 0.0 && sum_s >= 0.0,
            "weight {weight}, sum {sum_s}"
        );
        self.weights[slot.min(SLOTS - 1)] += weight;
        self.sum_s += sum_s;
    }

    /// Adds everything that `other` holds. The last bits depend on the order of merging.
    pub fn merge(&mut self, other: &LogHistogram) {
        for (own, theirs) in self.weights.iter_mut().zip(other.weights.iter()) {
            *own += theirs;
        }
        self.sum_s += other.sum_s;
    }

    /// Adds `factor` ≥ 0 times everything that `other` holds.
    pub fn merge_scaled(&mut self, other: &LogHistogram, factor: f64) {
        for (own, theirs) in self.weights.iter_mut().zip(other.weights.iter()) {
            *own += theirs * factor;
        }
        self.sum_s += other.sum_s * factor;
    }

    /// Weights by slot: underflow, the buckets, overflow. Slot i lies between `edges()[i - 1]` and `edges()[i]`.
    pub fn weights(&self) -> &[f64; SLOTS] {
        &self.weights
    }

    /// Total weight: the number of requests.
    pub fn count(&self) -> f64 {
        self.weights.iter().sum()
    }

    /// Sum of all latencies in seconds; exact, not from the buckets.
    pub fn sum(&self) -> f64 {
        self.sum_s
    }

    /// Mean latency in seconds; `None` when empty.
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        (count > 0.0).then(|| self.sum_s / count)
    }

    /// The latency in seconds below which the fraction `q` (0..1, clamped) of the weight lies; `None` when
    /// empty. Inside a bucket the weight is taken to be even in the logarithm, in the underflow even in
    /// seconds; what lies in the overflow is reported as its lower edge, 1678 s.
    pub fn quantile(&self, q: f64) -> Option<f64> {
        let target = q.clamp(0.0, 1.0) * self.count();
        let mut below = 0.0;
        let mut found = None;
        for (slot, &weight) in self.weights.iter().enumerate() {
            if weight > 0.0 {
                found = Some((slot, ((target - below) / weight).clamp(0.0, 1.0)));
                if below + weight >= target {
                    break;
                }
                below += weight;
            }
        }
        found.map(|(slot, share)| geometry::at_share(slot, share))
    }

    /// The fraction of the weight at or below `seconds`, interpolated like [`quantile`](Self::quantile);
    /// `None` when empty. All of the overflow counts as above any finite latency.
    pub fn fraction_below(&self, seconds: f64) -> Option<f64> {
        let total = self.count();
        if total <= 0.0 {
            return None;
        }
        let slot = bucket_of(seconds);
        let below: f64 = self.weights.iter().take(slot).sum();
        let inside = self.weights[slot] * geometry::share_below(slot, seconds);
        Some(((below + inside) / total).min(1.0))
    }
}

/// How a histogram is written: weights in slot order.
#[derive(Serialize, Deserialize)]
struct Stored {
    weights: Vec<f64>,
    sum_s: f64,
}

impl From<LogHistogram> for Stored {
    fn from(histogram: LogHistogram) -> Stored {
        Stored {
            weights: histogram.weights.to_vec(),
            sum_s: histogram.sum_s,
        }
    }
}

impl TryFrom<Stored> for LogHistogram {
    type Error = String;

    fn try_from(stored: Stored) -> Result<LogHistogram, String> {
        let found = stored.weights.len();
        let weights: Box<[f64; SLOTS]> = stored
            .weights
            .into_boxed_slice()
            .try_into()
            .map_err(|_| format!("a latency histogram has {SLOTS} weights, found {found}"))?;
        let sound = |x: &f64| x.is_finite() && *x >= 0.0;
        if !weights.iter().all(sound) || !sound(&stored.sum_s) {
            return Err(
                "weights and sum of a latency histogram must be finite and at least 0".to_string(),
            );
        }
        Ok(LogHistogram {
            weights,
            sum_s: stored.sum_s,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_histogram_knows_nothing() {
        let empty = LogHistogram::new();
        assert_eq!((empty.count(), empty.sum(), empty.mean()), (0.0, 0.0, None));
        assert_eq!(
            (empty.quantile(0.5), empty.fraction_below(1.0)),
            (None, None)
        );
    }

    #[test]
    fn quantiles_stay_in_their_bucket() {
        let mut one = LogHistogram::new();
        one.record(0.25, 3.0);
        let slot = bucket_of(0.25);
        assert_eq!(one.quantile(0.0), Some(edges()[slot - 1]));
        let (low, high) = (edges()[slot - 1], edges()[slot]);
        let middle = one.quantile(0.5).unwrap();
        assert!((middle / (low * high).sqrt() - 1.0).abs() < 1e-12);
        assert!((one.quantile(1.0).unwrap() / high - 1.0).abs() < 1e-12);
        assert_eq!(
            (one.count(), one.sum(), one.mean()),
            (3.0, 0.75, Some(0.25))
        );
    }

    #[test]
    fn fraction_below_inverts_the_quantile() {
        let mut many = LogHistogram::new();
        for i in 1..2000u32 {
            many.record(f64::from(i) * 3e-5, f64::from(i % 7));
        }
        for q in [0.001, 0.1, 0.5, 0.77, 0.99, 0.9999] {
            let x = many.quantile(q).unwrap();
            assert!((many.fraction_below(x).unwrap() - q).abs() < 1e-12, "{q}");
        }
    }

    #[test]
    fn underflow_and_overflow_are_kept() {
        let mut ends = LogHistogram::new();
        ends.record(0.0, 1.0);
        ends.record(1e9, 1.0);
        assert_eq!(ends.count(), 2.0);
        assert!((ends.quantile(0.25).unwrap() - 0.5 * LOWEST_EDGE_S).abs() < 1e-15);
        assert_eq!(ends.quantile(1.0), edges().last().copied());
        assert_eq!(ends.fraction_below(1e8), Some(0.5));
        assert_eq!(ends.fraction_below(f64::INFINITY), Some(1.0));
        assert_eq!(ends.fraction_below(-1.0), Some(0.0));
    }

    #[test]
    fn merging_is_recording_both() {
        let (mut a, mut b, mut both) = (
            LogHistogram::new(),
            LogHistogram::new(),
            LogHistogram::new(),
        );
        for i in 1..100u32 {
            let x = f64::from(i * i) * 0.001;
            if i % 3 == 0 {
                a.record(x, 1.0)
            } else {
                b.record(x, 1.0)
            }
            both.record(x, 1.0);
        }
        a.merge(&b);
        assert_eq!(a.weights(), both.weights());
        assert!((a.sum() - both.sum()).abs() < 1e-9);
        a.clear();
        assert_eq!(a, LogHistogram::new());
    }

    #[test]
    fn survives_writing_and_refuses_nonsense() {
        let mut some = LogHistogram::new();
        some.record(0.1, 2.5);
        let text = serde_json::to_string(&some).unwrap();
        assert_eq!(serde_json::from_str::<LogHistogram>(&text).unwrap(), some);
        assert!(serde_json::from_str::<LogHistogram>(r#"{"weights":[1.0],"sum_s":0.0}"#).is_err());
        let negative = text.replacen("0.0", "-1.0", 1);
        assert!(serde_json::from_str::<LogHistogram>(&negative).is_err());
    }
}
