//! The metric as the decider sees it: its average over the stable and over the panic window.
//!
//! Source: `pkg/autoscaler/metrics/collector.go` and `pkg/reconciler/autoscaling/resources/metric.go` of
//! knative/serving.

use super::buckets::{TimedBuckets, WeightedBuckets};

/// Length of a bucket, ms: queue-proxies and activators are heard once a second.
pub const BUCKET_MS: u64 = 1000;

/// Length of the panic window, ms: a share of the stable window, rounded to whole seconds, at least one bucket.
pub fn panic_window_ms(stable_window_ms: u64, percent: f64) -> u64 {
    let seconds = (stable_window_ms as f64 * percent / 100.0 / 1000.0).round() as u64;
    seconds.saturating_mul(1000).max(BUCKET_MS)
}

/// How the seconds of a window are averaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Averaging {
    /// With equal weights.
    #[default]
    Linear,
    /// With weights that fall exponentially with age.
    WeightedExponential,
}

/// Averages of the metric over all pods together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Averages {
    /// Over the stable window.
    pub stable: f64,
    /// Over the panic window.
    pub panic: f64,
}

#[derive(Clone, Debug, PartialEq)]
enum Buckets {
    Linear(TimedBuckets),
    Weighted(WeightedBuckets),
}

impl Buckets {
    fn new(averaging: Averaging, window_ms: u64) -> Self {
        match averaging {
            Averaging::Linear => Self::Linear(TimedBuckets::new(window_ms, BUCKET_MS)),
            Averaging::WeightedExponential => {
                Self::Weighted(WeightedBuckets::new(window_ms, BUCKET_MS))
            }
        }
    }

    fn record(&mut self, now_ms: u64, value: f64) {
        match self {
            Self::Linear(buckets) => buckets.record(now_ms, value),
            Self::Weighted(buckets) => buckets.record(now_ms, value),
        }
    }

    fn average(&self, now_ms: u64) -> f64 {
        match self {
            Self::Linear(buckets) => buckets.average(now_ms),
            Self::Weighted(buckets) => buckets.average(now_ms),
        }
    }

    fn is_empty(&self, now_ms: u64) -> bool {
        match self {
            Self::Linear(buckets) => buckets.is_empty(now_ms),
            Self::Weighted(buckets) => buckets.is_empty(now_ms),
        }
    }
}

/// The two windows of one metric.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricWindows {
    stable: Buckets,
    panic: Buckets,
}

impl MetricWindows {
    /// Windows without data. Lengths in ms.
    pub fn new(averaging: Averaging, stable_window_ms: u64, panic_window_ms: u64) -> Self {
        Self {
            stable: Buckets::new(averaging, stable_window_ms),
            panic: Buckets::new(averaging, panic_window_ms),
        }
    }

    /// Adds what was heard now: requests in flight (or per second) over all pods and activators.
    pub fn record(&mut self, now_ms: u64, value: f64) {
        self.stable.record(now_ms, value);
        self.panic.record(now_ms, value);
    }

    /// The averages as of now; `None` when nothing was heard for longer than the stable window.
    pub fn averages(&self, now_ms: u64) -> Option<Averages> {
        if self.stable.is_empty(now_ms) {
            return None;
        }
        Some(Averages {
            stable: self.stable.average(now_ms),
            panic: self.panic.average(now_ms),
        })
    }
}
