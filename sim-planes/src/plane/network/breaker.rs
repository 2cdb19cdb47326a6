//! A circuit breaker on a call: it stops calling what fails, and tries again after a while.
//!
//! ```text
//!   closed ── share of failures of the last calls too high ──► open ── wait over, a call comes ──► half open
//!      ▲                                                        ▲                                      │
//!      └── of the calls that were let through few failed ───────┼──────────────────────────────────────┤
//!                                                               └── too many of them failed ───────────┘
//! ```
//!
//! The count-based breaker of Resilience4j 2: a sliding window of the last calls, judged once a minimum of them is known;
//! a share of failures equal to or above the threshold opens it. Half open it lets a number of calls through and judges
//! when all are answered. What is answered while it is open changes nothing.

/// How a breaker decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakerModel {
    /// Calls that are looked at, the last ones, at least 1.
    pub window: u32,
    /// So many must be known before it opens; at most `window`, or that counts.
    pub minimum: u32,
    /// Failures from which on it opens, per cent of the calls that are known.
    pub failure_percent: f64,
    /// How long it stays open at least, seconds.
    pub open_s: f64,
    /// Calls that it lets through half open, at least 1.
    pub half_open: u32,
}

/// Where a breaker is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls pass.
    Closed,
    /// They are turned away.
    Open,
    /// Some pass, to see whether it can be closed.
    HalfOpen,
}

/// The last calls of a window: which failed.
#[derive(Clone, Debug)]
struct Window {
    failed: Vec<bool>,
    next: usize,
    known: u32,
    failures: u32,
}

impl Window {
    fn new(length: u32) -> Self {
        Self {
            failed: vec![false; length.max(1) as usize],
            next: 0,
            known: 0,
            failures: 0,
        }
    }

    fn record(&mut self, failed: bool) {
        let length = self.failed.len();
        let old = core::mem::replace(&mut self.failed[self.next], failed);
        self.next = (self.next + 1) % length;
        self.failures = self.failures + u32::from(failed) - u32::from(old);
        self.known = (self.known + 1).min(length as u32);
    }

    fn clear(&mut self) {
        self.failed.fill(false);
        (self.next, self.known, self.failures) = (0, 0, 0);
    }

    fn is_bad(&self, minimum: u32, percent: f64) -> bool {
        let failures = 100.0 * f64::from(self.failures);
        self.known >= minimum && failures >= percent * f64::from(self.known)
    }
}

/// A breaker.
#[derive(Clone, Debug)]
pub struct Breaker {
    model: BreakerModel,
    state: BreakerState,
    window: Window,
    /// Of the calls let through half open.
    trial: Window,
    /// Calls that it still lets through half open.
    permits: u32,
    opened_s: f64,
    /// How often it has opened.
    opened: u64,
    /// From when on time open is still to be told.
    told_s: f64,
    open_for_s: f64,
}

impl Breaker {
    /// A closed one.
    pub fn new(model: BreakerModel) -> Self {
        Self {
            state: BreakerState::Closed,
            window: Window::new(model.window),
            trial: Window::new(model.half_open),
            permits: 0,
            opened_s: 0.0,
            opened: 0,
            told_s: 0.0,
            open_for_s: 0.0,
            model,
        }
    }

    /// Where it is.
    pub fn state(&self) -> BreakerState {
        self.state
    }

    /// A call is to be made at `now_s`: whether it may. If so, [`record`](Self::record) or [`release`](Self::release)
    /// must follow.
    pub fn permits(&mut self, now_s: f64) -> bool {
        if self.state == BreakerState::Open && now_s >= self.opened_s + self.model.open_s {
            self.count_open(now_s);
            self.state = BreakerState::HalfOpen;
            self.permits = self.model.half_open.max(1);
            self.trial.clear();
        }
        match self.state {
            BreakerState::Closed => true,
            BreakerState::Open => false,
            BreakerState::HalfOpen => {
                let permits = self.permits > 0;
                self.permits -= u32::from(permits);
                permits
            }
        }
    }

    /// A call that was let through has been answered, well or not.
    pub fn record(&mut self, now_s: f64, failed: bool) {
        match self.state {
            BreakerState::Closed => {
                self.window.record(failed);
                let minimum = self.model.minimum.clamp(1, self.model.window.max(1));
                if self.window.is_bad(minimum, self.model.failure_percent) {
                    self.open(now_s);
                }
            }
            BreakerState::Open => {}
            BreakerState::HalfOpen => {
                self.trial.record(failed);
                let all = self.model.half_open.max(1);
                if self.trial.known < all {
                    return;
                }
                if self.trial.is_bad(all, self.model.failure_percent) {
                    self.open(now_s);
                } else {
                    self.state = BreakerState::Closed;
                    self.window.clear();
                }
            }
        }
    }

    /// A call that was let through was given up by its caller for reasons of its own: it tells nothing.
    pub fn release(&mut self) {
        if self.state == BreakerState::HalfOpen {
            let left = self.model.half_open.max(1) - self.trial.known;
            self.permits = (self.permits + 1).min(left);
        }
    }

    fn open(&mut self, now_s: f64) {
        self.state = BreakerState::Open;
        self.opened_s = now_s;
        self.told_s = now_s;
        self.opened += 1;
    }

    fn count_open(&mut self, now_s: f64) {
        if self.state == BreakerState::Open {
            self.open_for_s += now_s - self.told_s;
            self.told_s = now_s;
        }
    }

    /// How often it has opened since it was last asked, and for how long it was open, seconds. Not half open.
    pub fn take_counts(&mut self, now_s: f64) -> (u64, f64) {
        self.count_open(now_s);
        (
            core::mem::take(&mut self.opened),
            core::mem::take(&mut self.open_for_s),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::BreakerState::{Closed, HalfOpen, Open};
    use super::*;

    const MODEL: BreakerModel = BreakerModel {
        window: 10,
        minimum: 5,
        failure_percent: 50.0,
        open_s: 60.0,
        half_open: 3,
    };

    /// Calls one second apart from `from_s` on, answered at once; which were let through.
    fn calls(breaker: &mut Breaker, from_s: f64, failed: &[bool]) -> Vec<bool> {
        let mut now_s = from_s;
        let mut passed = Vec::new();
        for failed in failed {
            let permitted = breaker.permits(now_s);
            passed.push(permitted);
            if permitted {
                breaker.record(now_s, *failed);
            }
            now_s += 1.0;
        }
        passed
    }

    #[test]
    fn fewer_than_the_minimum_never_open_it() {
        let mut breaker = Breaker::new(MODEL);
        calls(&mut breaker, 0.0, &[true; 4]);
        assert_eq!(breaker.state(), Closed);
        calls(&mut breaker, 4.0, &[true]);
        assert_eq!(breaker.state(), Open);
    }

    /// A minimum above the window counts as the window, as in Resilience4j.
    #[test]
    fn the_window_bounds_the_minimum() {
        let mut breaker = Breaker::new(BreakerModel {
            minimum: 100,
            ..MODEL
        });
        calls(&mut breaker, 0.0, &[true; 9]);
        assert_eq!(breaker.state(), Closed);
        calls(&mut breaker, 9.0, &[true]);
        assert_eq!(breaker.state(), Open);
    }

    #[test]
    fn a_share_equal_to_the_threshold_opens_it_and_one_below_does_not() {
        let mut breaker = Breaker::new(MODEL);
        calls(
            &mut breaker,
            0.0,
            &[false, false, false, false, false, true, true, true, true],
        );
        assert_eq!(breaker.state(), Closed, "4 of 9");
        calls(&mut breaker, 9.0, &[true]);
        assert_eq!(breaker.state(), Open, "5 of 10");
    }

    /// Only the last ten count: old failures leave the window.
    #[test]
    fn the_window_slides() {
        let mut breaker = Breaker::new(MODEL);
        let mut mixed = vec![false, false, false, true, false, true, false, true, true];
        mixed.extend([false; 10]);
        calls(&mut breaker, 0.0, &mixed);
        calls(&mut breaker, 30.0, &[true; 4]);
        assert_eq!(breaker.state(), Closed, "4 of 10");
        calls(&mut breaker, 40.0, &[true]);
        assert_eq!(breaker.state(), Open, "5 of 10");
    }

    #[test]
    fn open_it_turns_all_away_until_its_time_is_over() {
        let mut breaker = Breaker::new(MODEL);
        calls(&mut breaker, 0.0, &[true; 5]);
        // It opened at 4 s.
        assert_eq!(calls(&mut breaker, 5.0, &[false; 59]), [false; 59]);
        assert_eq!(breaker.state(), Open);
        assert!(breaker.permits(64.0));
        assert_eq!(breaker.state(), HalfOpen);
        assert_eq!(breaker.take_counts(64.0), (1, 60.0));
        assert_eq!(breaker.take_counts(90.0), (0, 0.0));
    }

    #[test]
    fn half_open_it_lets_so_many_through_and_judges_when_all_are_answered() {
        for (answers, state) in [
            ([false, false, false], Closed),
            // 1 of 3 is below one half, 2 of 3 is above.
            ([true, false, false], Closed),
            ([true, false, true], Open),
        ] {
            let mut breaker = Breaker::new(MODEL);
            calls(&mut breaker, 0.0, &[true; 5]);
            let permitted: Vec<bool> = (0..5).map(|_| breaker.permits(70.0)).collect();
            assert_eq!(permitted, [true, true, true, false, false]);
            for answer in &answers[..2] {
                breaker.record(71.0, *answer);
                assert_eq!(breaker.state(), HalfOpen);
            }
            breaker.record(72.0, answers[2]);
            assert_eq!(breaker.state(), state, "{answers:?}");
            if state == Open {
                // Its wait begins anew.
                assert!(!breaker.permits(131.9) && breaker.permits(132.0));
            } else {
                // With an empty window.
                calls(&mut breaker, 73.0, &[true; 4]);
                assert_eq!(breaker.state(), Closed);
            }
        }
    }

    #[test]
    fn a_call_given_up_makes_way_for_another() {
        let mut breaker = Breaker::new(MODEL);
        calls(&mut breaker, 0.0, &[true; 5]);
        for _ in 0..3 {
            assert!(breaker.permits(70.0));
        }
        assert!(!breaker.permits(70.0));
        breaker.release();
        assert!(breaker.permits(71.0) && !breaker.permits(71.0));
        for _ in 0..3 {
            breaker.record(72.0, false);
        }
        assert_eq!(breaker.state(), Closed);
    }

    /// What was let through before it opened and is answered late changes nothing.
    #[test]
    fn late_answers_do_not_matter_while_it_is_open() {
        let mut breaker = Breaker::new(MODEL);
        assert!(breaker.permits(0.0));
        calls(&mut breaker, 0.0, &[true; 5]);
        breaker.record(10.0, false);
        assert_eq!(breaker.state(), Open);
        assert!(!breaker.permits(63.0) && breaker.permits(64.0));
    }
}
