//! What all containers of a kind have used, and how much that history can be trusted.
//!
//! Source: `aggregate_container_state.go`, `getConfidence` of `estimator.go`.

use super::DAY_MS;
use super::buckets::{Buckets, CPU_SAMPLE_WEIGHT};
use super::decaying::DecayingHistogram;
use super::peaks::{Peak, PeakChange};

/// Weight of a memory peak.
const PEAK_WEIGHT: f64 = 1.0;

/// CPU use and memory peaks of all containers with one name under one autoscaler.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerUsage {
    cpu: DecayingHistogram,
    memory: DecayingHistogram,
    /// Of CPU samples only, as are the times.
    samples: f64,
    first_ms: Option<i64>,
    last_ms: Option<i64>,
}

impl Default for ContainerUsage {
    /// Nothing seen, half-lives of a day.
    fn default() -> Self {
        Self {
            cpu: DecayingHistogram::new(Buckets::cpu(), DAY_MS),
            memory: DecayingHistogram::new(Buckets::memory(), DAY_MS),
            samples: 0.0,
            first_ms: None,
            last_ms: None,
        }
    }
}

impl ContainerUsage {
    /// Adds equal CPU samples of `count` containers, in cores. (Until 2025 a sample weighed as much as the
    /// container's request; now all weigh the same.)
    pub fn add_cpu(&mut self, count: f64, cores: f64, at_ms: i64) {
        self.cpu.add(cores, count * CPU_SAMPLE_WEIGHT, at_ms);
        self.samples += count;
        self.first_ms = Some(self.first_ms.map_or(at_ms, |first_ms| first_ms.min(at_ms)));
        self.last_ms = Some(self.last_ms.map_or(at_ms, |last_ms| last_ms.max(at_ms)));
    }

    /// Files the peaks of `count` equal containers.
    pub fn change_peak(&mut self, count: f64, change: PeakChange) {
        let weight = count * PEAK_WEIGHT;
        if let Some(Peak { bytes, at_ms }) = change.subtract {
            self.memory.subtract(bytes as f64, weight, at_ms);
        }
        if let Some(Peak { bytes, at_ms }) = change.add {
            self.memory.add(bytes as f64, weight, at_ms);
        }
    }

    /// Adds what another set of containers has used.
    pub fn merge(&mut self, other: &Self) {
        self.cpu.merge(&other.cpu);
        self.memory.merge(&other.memory);
        self.samples += other.samples;
        self.first_ms = match (self.first_ms, other.first_ms) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
        self.last_ms = self.last_ms.max(other.last_ms);
    }

    /// A percentile of CPU use in cores, `p` in 0..1.
    pub fn cpu_percentile(&self, p: f64) -> f64 {
        self.cpu.percentile(p)
    }

    /// A percentile of memory peaks in bytes, `p` in 0..1.
    pub fn memory_percentile(&self, p: f64) -> f64 {
        self.memory.percentile(p)
    }

    /// Whether there has been no CPU sample.
    pub fn is_empty(&self) -> bool {
        self.samples == 0.0
    }

    /// As [`confidence`].
    pub fn confidence(&self, interval_ms: i64) -> f64 {
        let span_ms = match (self.first_ms, self.last_ms) {
            (Some(first_ms), Some(last_ms)) => last_ms.saturating_sub(first_ms),
            _ => 0,
        };
        confidence(span_ms, self.samples, interval_ms)
    }
}

/// How much a history can be trusted, ≥ 0: its length in intervals (days upstream), and no more than its number of
/// samples would fill at one a minute.
pub fn confidence(span_ms: i64, samples: f64, interval_ms: i64) -> f64 {
    let intervals = span_ms as f64 / interval_ms as f64;
    let minutes = interval_ms as f64 / 60_000.0;
    intervals.min(samples / minutes)
}
