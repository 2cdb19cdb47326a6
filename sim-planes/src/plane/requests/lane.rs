//! One replica with a queue of its own, where it is known when each attempt that waits will leave it.

use std::collections::VecDeque;

/// A replica. What a balancer looks at lies together.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    /// When the next slot falls free, after all that has been given to it.
    pub(super) next_free_s: f64,
    /// When the attempts that wait leave the queue, the first first. They are taken off when somebody looks.
    leaves_s: VecDeque<f64>,
}

impl Lane {
    /// A replica that is idle since `now_s`.
    pub(super) fn idle(now_s: f64) -> Self {
        Self {
            next_free_s: now_s,
            leaves_s: VecDeque::new(),
        }
    }

    /// Attempts that wait at `now_s`, which never runs back.
    #[inline]
    pub(super) fn waiting(&mut self, now_s: f64) -> u32 {
        if self.leaves_s.is_empty() {
            return 0;
        }
        while let Some(leaves_s) = self.leaves_s.front()
            && *leaves_s <= now_s
        {
            self.leaves_s.pop_front();
        }
        if self.leaves_s.is_empty() {
            // Starts anew at the front of its memory, so that a short queue stays on one cache line.
            self.leaves_s.clear();
        }
        self.leaves_s.len() as u32
    }

    /// Another attempt waits until `leaves_s`, at least as long as those before it.
    #[inline]
    pub(super) fn wait(&mut self, leaves_s: f64) {
        self.leaves_s.push_back(leaves_s);
    }
}
