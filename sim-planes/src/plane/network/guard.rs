//! What stands between a caller and its calls: a breaker, a bulkhead, a second attempt that hedges the first.

use super::breaker::{Breaker, BreakerModel};
use super::place::Deadline;
use std::collections::VecDeque;

/// How a call is guarded; by default not at all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CallGuard {
    /// Turns calls away while too many fail. One for all replicas of the caller.
    pub breaker: Option<BreakerModel>,
    /// Bulkhead: attempts under way at most, for each replica of the caller, counted over all of them; more are turned
    /// away at once. The breaker takes that for a failure, as the order of Resilience4j's decorators has it.
    pub max_concurrent: Option<u32>,
    /// A call whose first attempt has no answer after so many seconds is attempted a second time, once. The first good
    /// answer counts, and the other attempt is given up.
    pub hedge_after_s: Option<f64>,
}

impl CallGuard {
    /// Whether there is anything.
    pub fn is_on(&self) -> bool {
        *self != Self::default()
    }
}

/// What became of the calls of one kind in one interval, as far as their guard is concerned. Counts of attempts, first
/// or further ones.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CallOutcome {
    /// Attempts that were to be made, hedges not among them.
    pub wanted: f64,
    /// Of these: turned away by the breaker. They never get to the station, and are tried again by nobody.
    pub short_circuited: f64,
    /// Of these: turned away by the bulkhead, in the same way.
    pub crowded_out: f64,
    /// Second attempts made because the first took long.
    pub hedges: f64,
    /// Of these: answered well, and before the first.
    pub hedges_won: f64,
    /// How often the breaker opened.
    pub opened: f64,
    /// Time that it was open, seconds; half open not counted.
    pub open_s: f64,
}

/// How an attempt ended, as its caller sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Good,
    Failed,
    /// The caller did not wait for it.
    Unknown,
}

/// A guard at work.
#[derive(Clone, Debug)]
pub(super) struct Guard {
    breaker: Option<Breaker>,
    max_concurrent: Option<u32>,
    pub(super) hedge_after_s: Option<f64>,
    /// When hedges are due, the first first.
    pub(super) hedges: VecDeque<Deadline>,
    /// Whether the calendar has an event for that.
    pub(super) armed: bool,
    under_way: u64,
    pub(super) counts: CallOutcome,
}

impl Guard {
    /// `None` where there is nothing to guard with.
    pub(super) fn new(guard: &CallGuard) -> Option<Box<Self>> {
        guard.is_on().then(|| {
            Box::new(Self {
                breaker: guard.breaker.map(Breaker::new),
                max_concurrent: guard.max_concurrent,
                hedge_after_s: guard.hedge_after_s,
                hedges: VecDeque::new(),
                armed: false,
                under_way: 0,
                counts: CallOutcome::default(),
            })
        })
    }

    /// An attempt is to be made by one of `replicas` callers: whether it may. If so, [`leave`](Self::leave) must follow.
    pub(super) fn enter(&mut self, now_s: f64, replicas: usize) -> bool {
        self.counts.wanted += 1.0;
        if let Some(breaker) = &mut self.breaker
            && !breaker.permits(now_s)
        {
            self.counts.short_circuited += 1.0;
            return false;
        }
        if !self.has_room(replicas) {
            self.counts.crowded_out += 1.0;
            if let Some(breaker) = &mut self.breaker {
                breaker.record(now_s, true, 0.0);
            }
            return false;
        }
        self.under_way += 1;
        true
    }

    /// The same for a hedge, which is simply not made if it may not.
    pub(super) fn enter_hedge(&mut self, now_s: f64, replicas: usize) -> bool {
        let may = self.has_room(replicas)
            && self
                .breaker
                .as_mut()
                .is_none_or(|breaker| breaker.permits(now_s));
        self.under_way += u64::from(may);
        self.counts.hedges += f64::from(u8::from(may));
        may
    }

    fn has_room(&self, replicas: usize) -> bool {
        // What callers that are going have under way counts too: one replica is always reckoned with.
        self.max_concurrent
            .is_none_or(|most| self.under_way < u64::from(most) * replicas.max(1) as u64)
    }

    /// An attempt that was made is over for its caller, after `took_s` seconds.
    pub(super) fn leave(&mut self, now_s: f64, end: End, took_s: f64) {
        self.under_way -= 1;
        if let Some(breaker) = &mut self.breaker {
            match end {
                End::Good => breaker.record(now_s, false, took_s),
                End::Failed => breaker.record(now_s, true, took_s),
                End::Unknown => breaker.release(),
            }
        }
    }

    /// The counts since they were last taken.
    pub(super) fn take_counts(&mut self, now_s: f64) -> CallOutcome {
        let (opened, open_s) = match &mut self.breaker {
            Some(breaker) => breaker.take_counts(now_s),
            None => (0, 0.0),
        };
        CallOutcome {
            opened: opened as f64,
            open_s,
            ..core::mem::take(&mut self.counts)
        }
    }
}
