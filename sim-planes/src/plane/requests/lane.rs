//! One replica with a queue of its own, where it is known when each attempt that waits will leave it.

use std::collections::VecDeque;

/// Places for attempts that wait which lie beside the rest.
const NEAR: usize = 6;

/// A replica. What a balancer looks at fills one cache line, and is compared without a branch: whether a replica
/// is idle, and how many wait there, is a toss of a coin each time.
#[derive(Clone, Debug)]
#[repr(align(64))]
pub(super) struct Lane {
    /// When the next slot falls free, after all that has been given to it.
    pub(super) next_free_s: f64,
    /// When the last attempts that joined the queue leave it, ascending. Those that have left stay until they are
    /// pushed out.
    leaves_s: [f64; NEAR],
    /// Of attempts that were pushed out while they waited: the same, ascending.
    #[allow(
        clippy::box_collection,
        reason = "a lane is one cache line; few have such a list"
    )]
    before: Option<Box<VecDeque<f64>>>,
}

impl Lane {
    /// A replica that is idle since `now_s`.
    pub(super) fn idle(now_s: f64) -> Self {
        Self {
            next_free_s: now_s,
            leaves_s: [f64::NEG_INFINITY; NEAR],
            before: None,
        }
    }

    /// Attempts that wait at `now_s`, which never runs back.
    #[inline(always)]
    pub(super) fn waiting(&mut self, now_s: f64) -> u32 {
        let near = self.leaves_s.map(|leaves_s| u32::from(leaves_s > now_s));
        let near: u32 = near.iter().sum();
        if near == NEAR as u32 && self.before.is_some() {
            near + self.waiting_before(now_s)
        } else {
            near
        }
    }

    /// Of those: who does not lie near.
    #[cold]
    fn waiting_before(&mut self, now_s: f64) -> u32 {
        let Some(before) = &mut self.before else {
            return 0;
        };
        while before.front().is_some_and(|leaves_s| *leaves_s <= now_s) {
            before.pop_front();
        }
        before.len() as u32
    }

    /// Another attempt waits from `now_s` until `leaves_s`, at least as long as those before it.
    #[inline(always)]
    pub(super) fn wait(&mut self, now_s: f64, leaves_s: f64) {
        let first_s = self.leaves_s[0];
        if first_s > now_s {
            self.push_out(now_s, first_s);
        }
        self.leaves_s.copy_within(1.., 0);
        self.leaves_s[NEAR - 1] = leaves_s;
    }

    #[cold]
    fn push_out(&mut self, now_s: f64, leaves_s: f64) {
        self.waiting_before(now_s);
        self.before.get_or_insert_default().push_back(leaves_s);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Against a plain list, from empty queues to some longer than what lies near.
    #[test]
    fn those_that_wait_are_counted() {
        let mut lane = Lane::idle(0.0);
        let mut all: Vec<f64> = Vec::new();
        for step in 0..3_000_u32 {
            let now_s = f64::from(step);
            // Long queues in some stretches of time, short ones in others.
            let stay_s = [1.5, 4.0, 7.5, 30.0][step as usize / 100 % 4];
            let last_s = all.last().copied().unwrap_or(0.0);
            let waiting = all.iter().filter(|leaves_s| **leaves_s > now_s).count();
            assert_eq!(lane.waiting(now_s) as usize, waiting, "step {step}");
            let leaves_s = last_s.max(now_s + stay_s);
            lane.wait(now_s, leaves_s);
            all.push(leaves_s);
        }
    }
}
