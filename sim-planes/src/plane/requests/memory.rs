//! The latencies of the last intervals, and those that no report has taken yet.

use crate::stats::LogHistogram;
use std::collections::VecDeque;

/// Remembers latencies by interval.
pub(in crate::plane) struct Memory {
    intervals: usize,
    recent: VecDeque<LogHistogram>,
    /// An empty histogram for the next interval.
    spare: Option<LogHistogram>,
    undrained: LogHistogram,
}

impl Memory {
    /// Remembers the last `intervals` intervals.
    pub(in crate::plane) fn new(intervals: u32) -> Self {
        Self {
            intervals: intervals as usize,
            recent: VecDeque::new(),
            spare: None,
            undrained: LogHistogram::new(),
        }
    }

    /// An empty histogram, for an interval that begins.
    pub(in crate::plane) fn blank(&mut self) -> LogHistogram {
        self.spare.take().unwrap_or_default()
    }

    /// Keeps the latencies of an interval that has ended.
    pub(in crate::plane) fn keep(&mut self, latencies: LogHistogram) {
        self.undrained.merge(&latencies);
        let mut next = latencies;
        if self.intervals > 0 {
            self.recent.push_back(next);
            let full = self.recent.len() > self.intervals;
            let oldest = if full { self.recent.pop_front() } else { None };
            next = oldest.unwrap_or_default();
        }
        next.clear();
        self.spare = Some(next);
    }

    /// Latency quantile `q` over the last `intervals` intervals.
    pub(in crate::plane) fn quantile(&self, q: f64, intervals: u32) -> Option<f64> {
        let mut sum = LogHistogram::new();
        for latencies in self.recent.iter().rev().take(intervals as usize) {
            sum.merge(latencies);
        }
        sum.quantile(q)
    }

    /// Adds what was not taken yet to `into`.
    pub(in crate::plane) fn drain(&mut self, into: &mut LogHistogram) {
        into.merge(&self.undrained);
        self.undrained.clear();
    }
}
