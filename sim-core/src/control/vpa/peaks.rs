//! Memory of one container: one peak per interval, raised by out-of-memory kills.
//!
//! Source: `container.go` (`addMemorySample`, `RecordOOM`). Memory cannot be compressed, so its peak counts, not
//! its mean; a kill shows that the peak would have been higher still, by a fifth or by 100 MiB.

use super::amount::scaled;

/// How much more memory than it had a killed container is taken to need.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OomBump {
    /// As a factor.
    pub ratio: f64,
    /// At least this much more, bytes.
    pub least_bytes: i64,
}

impl Default for OomBump {
    fn default() -> Self {
        Self {
            ratio: 1.2,
            least_bytes: 100 * 1024 * 1024,
        }
    }
}

/// A memory peak, filed under the end of its interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peak {
    /// Memory.
    pub bytes: i64,
    /// End of the interval, ms.
    pub at_ms: i64,
}

/// What a sample changes in the histogram of peaks; nothing when it is no new peak.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeakChange {
    /// The peak of the same interval that is no longer one.
    pub subtract: Option<Peak>,
    /// The new peak.
    pub add: Option<Peak>,
}

/// The peaks of a container, interval by interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryPeaks {
    interval_ms: i64,
    /// End of the current interval; the first sample starts the first interval.
    interval_end_ms: Option<i64>,
    last_sample_ms: Option<i64>,
    /// Highest sample of the current interval, and highest estimate after a kill.
    used_bytes: i64,
    oom_bytes: i64,
}

impl MemoryPeaks {
    /// A container without samples; upstream's interval is a day.
    pub fn new(interval_ms: i64) -> Self {
        Self {
            interval_ms: interval_ms.max(1),
            interval_end_ms: None,
            last_sample_ms: None,
            used_bytes: 0,
            oom_bytes: 0,
        }
    }

    /// Takes in a sample of memory used. `None`: discarded, because it is negative or older than the last one.
    pub fn sample(&mut self, at_ms: i64, bytes: i64) -> Option<PeakChange> {
        let outdated = self.last_sample_ms.is_some_and(|last_ms| at_ms < last_ms);
        (!outdated)
            .then(|| self.take(at_ms, bytes, false))
            .flatten()
    }

    /// Takes in an out-of-memory kill of a container that requested `requested_bytes`. `None`: discarded, because
    /// it is older than the last sample by more than an interval.
    pub fn oom(&mut self, at_ms: i64, requested_bytes: i64, bump: OomBump) -> Option<PeakChange> {
        let oldest_ms = self
            .last_sample_ms
            .map(|last_ms| last_ms.saturating_sub(self.interval_ms));
        if oldest_ms.is_some_and(|oldest_ms| at_ms < oldest_ms) {
            return None;
        }
        // Earlier estimates are left out, so that kills in a row do not raise each other.
        let used = requested_bytes.max(self.used_bytes);
        let needed = used
            .saturating_add(bump.least_bytes)
            .max(scaled(used, bump.ratio));
        self.take(at_ms, needed, true)
    }

    fn take(&mut self, at_ms: i64, bytes: i64, oom: bool) -> Option<PeakChange> {
        if bytes < 0 {
            return None;
        }
        self.last_sample_ms = Some(at_ms);
        let end_ms = *self.interval_end_ms.get_or_insert(at_ms);
        let mut change = PeakChange::default();
        if at_ms < end_ms {
            let peak = self.used_bytes.max(self.oom_bytes);
            if peak == 0 || bytes <= peak {
                return Some(change);
            }
            change.subtract = Some(Peak {
                bytes: peak,
                at_ms: end_ms,
            });
        } else {
            let past_ms = at_ms.saturating_sub(end_ms);
            let whole_ms = past_ms - past_ms % self.interval_ms;
            let shift_ms = whole_ms.saturating_add(self.interval_ms);
            self.interval_end_ms = Some(end_ms.saturating_add(shift_ms));
            self.used_bytes = 0;
            self.oom_bytes = 0;
        }
        if oom {
            self.oom_bytes = bytes;
        } else {
            self.used_bytes = bytes;
        }
        change.add = self.interval_end_ms.map(|at_ms| Peak { bytes, at_ms });
        Some(change)
    }
}
