//! The highest value of a window of time: what delays scaling down.
//!
//! Source: `pkg/autoscaler/aggregation/max` of knative/serving.

use std::collections::VecDeque;

/// The highest of the values whose index is among the last `size` ones.
#[derive(Clone, Debug, PartialEq)]
pub struct MaxWindow {
    size: u64,
    /// Values that may still become the highest, falling, with their indices, rising.
    candidates: VecDeque<(u64, i32)>,
}

impl MaxWindow {
    /// An empty window over `size` indices; 0 counts as 1.
    pub fn new(size: u64) -> Self {
        Self {
            size: size.max(1),
            candidates: VecDeque::new(),
        }
    }

    /// Takes in a value. Indices do not fall; of several values with one index the highest counts.
    pub fn record(&mut self, index: u64, value: i32) {
        // An older value that is not higher can never become the highest again.
        while self.candidates.back().is_some_and(|&(_, v)| v <= value) {
            self.candidates.pop_back();
        }
        while let Some(&(oldest, _)) = self.candidates.front()
            && index.saturating_sub(oldest) >= self.size
        {
            self.candidates.pop_front();
        }
        let same_index = self.candidates.back().is_some_and(|&(i, _)| i == index);
        if !same_index {
            self.candidates.push_back((index, value));
        }
    }

    /// The highest value as of the last record; `None` before the first.
    pub fn current(&self) -> Option<i32> {
        self.candidates.front().map(|&(_, value)| value)
    }
}

/// The highest value of the last stretch of time, in steps of a granularity.
#[derive(Clone, Debug, PartialEq)]
pub struct TimeWindowMax {
    window: MaxWindow,
    granularity_s: u64,
}

impl TimeWindowMax {
    /// A window over `window_ms`, rounded up to whole granules of `granularity_s` ≥ 1 (0 counts as 1).
    pub fn new(window_ms: u64, granularity_s: u64) -> Self {
        let granularity_s = granularity_s.max(1);
        Self {
            window: MaxWindow::new(window_ms.div_ceil(granularity_s.saturating_mul(1000))),
            granularity_s,
        }
    }

    /// Takes in a value of now.
    pub fn record(&mut self, now_ms: u64, value: i32) {
        self.window
            .record(now_ms / 1000 / self.granularity_s, value);
    }

    /// The highest value as of the last record; `None` before the first.
    pub fn current(&self) -> Option<i32> {
        self.window.current()
    }
}
