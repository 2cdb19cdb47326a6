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
//! a share of failures equal to or above the threshold opens it, and so does a share of slow calls, good or not, where
//! slow calls are looked at. Half open it lets a number of calls through and judges
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
    /// Which calls are slow, and how many of them are too many; without it none is.
    pub slow: Option<SlowCalls>,
}

/// When calls that take long open a breaker.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SlowCalls {
    /// A call that takes longer than this is slow, whether it fails or not, seconds.
    pub longer_than_s: f64,
    /// Slow calls from which on it opens, per cent of the calls that are known.
    pub percent: f64,
}

impl BreakerModel {
    fn call(&self, failed: bool, took_s: f64) -> Call {
        Call {
            failed,
            slow: self.slow.is_some_and(|slow| took_s > slow.longer_than_s),
        }
    }

    /// Whether a window with at least `minimum` known calls has too many that failed, or were slow.
    fn is_bad(&self, window: &Window, minimum: u32) -> bool {
        let known = f64::from(window.known);
        let above = |count: u32, percent: f64| 100.0 * f64::from(count) >= percent * known;
        let slow = |slow: SlowCalls| above(window.slow, slow.percent);
        window.known >= minimum
            && (above(window.failures, self.failure_percent) || self.slow.is_some_and(slow))
    }
}

/// How a call went.
#[derive(Clone, Copy, Debug, Default)]
struct Call {
    failed: bool,
    slow: bool,
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

/// The last calls of a window.
#[derive(Clone, Debug)]
struct Window {
    calls: Vec<Call>,
    next: usize,
    known: u32,
    failures: u32,
    slow: u32,
}

impl Window {
    fn new(length: u32) -> Self {
        Self {
            calls: vec![Call::default(); length.max(1) as usize],
            next: 0,
            known: 0,
            failures: 0,
            slow: 0,
        }
    }

    fn record(&mut self, call: Call) {
        let length = self.calls.len();
        let old = core::mem::replace(&mut self.calls[self.next], call);
        self.next = (self.next + 1) % length;
        self.failures = self.failures + u32::from(call.failed) - u32::from(old.failed);
        self.slow = self.slow + u32::from(call.slow) - u32::from(old.slow);
        self.known = (self.known + 1).min(length as u32);
    }

    fn clear(&mut self) {
        self.calls.fill(Call::default());
        (self.next, self.known, self.failures, self.slow) = (0, 0, 0, 0);
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

    /// A call that was let through has been answered, well or not, after `took_s` seconds.
    pub fn record(&mut self, now_s: f64, failed: bool, took_s: f64) {
        let call = self.model.call(failed, took_s);
        match self.state {
            BreakerState::Closed => {
                self.window.record(call);
                let minimum = self.model.minimum.clamp(1, self.model.window.max(1));
                if self.model.is_bad(&self.window, minimum) {
                    self.open(now_s);
                }
            }
            BreakerState::Open => {}
            BreakerState::HalfOpen => {
                self.trial.record(call);
                let all = self.model.half_open.max(1);
                if self.trial.known < all {
                    return;
                }
                if self.model.is_bad(&self.trial, all) {
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
        slow: None,
    };

    /// Calls one second apart from `from_s` on, answered at once; which were let through.
    fn calls(breaker: &mut Breaker, from_s: f64, failed: &[bool]) -> Vec<bool> {
        let mut now_s = from_s;
        let mut passed = Vec::new();
        for failed in failed {
            let permitted = breaker.permits(now_s);
            passed.push(permitted);
            if permitted {
                breaker.record(now_s, *failed, 0.0);
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
                breaker.record(71.0, *answer, 0.0);
                assert_eq!(breaker.state(), HalfOpen);
            }
            breaker.record(72.0, answers[2], 0.0);
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
            breaker.record(72.0, false, 0.0);
        }
        assert_eq!(breaker.state(), Closed);
    }

    /// Resilience4j's slow calls: longer than the duration, not as long; a share equal to the threshold opens it; failed
    /// calls can be slow; half open, slow trials open it again, and fast ones close it.
    #[test]
    fn slow_calls_open_it_as_failures_do() {
        let model = BreakerModel {
            slow: Some(SlowCalls {
                longer_than_s: 0.5,
                percent: 60.0,
            }),
            ..MODEL
        };
        let answers = |breaker: &mut Breaker, took_s: &[f64]| {
            for &took_s in took_s {
                assert!(breaker.permits(70.0));
                breaker.record(70.0, false, took_s);
            }
        };
        let mut breaker = Breaker::new(model);
        answers(&mut breaker, &[0.5, 0.5, 0.6, 0.6]);
        assert_eq!(breaker.state(), Closed, "fewer than the minimum");
        answers(&mut breaker, &[0.5]);
        assert_eq!(breaker.state(), Closed, "2 of 5: as long is not longer");
        answers(&mut breaker, &[0.6, 0.1, 0.6, 0.6, 0.6]);
        assert_eq!(breaker.state(), Open, "6 of 10");
        for (took_s, state) in [([0.6, 0.1, 0.1], Closed), ([0.6, 0.1, 0.6], Open)] {
            let mut half_open = breaker.clone();
            for took_s in took_s {
                assert!(half_open.permits(130.0));
                half_open.record(130.0, false, took_s);
            }
            assert_eq!(half_open.state(), state, "{took_s:?}");
        }
        // Two failures of five are below one half; as slow ones with another slow one they are three of five.
        let mut both = Breaker::new(model);
        for (failed, took_s) in [
            (true, 0.9),
            (true, 0.9),
            (false, 0.1),
            (false, 0.1),
            (false, 0.9),
        ] {
            both.record(0.0, failed, took_s);
        }
        assert_eq!(both.state(), Open);
    }

    /// What was let through before it opened and is answered late changes nothing.
    #[test]
    fn late_answers_do_not_matter_while_it_is_open() {
        let mut breaker = Breaker::new(MODEL);
        assert!(breaker.permits(0.0));
        calls(&mut breaker, 0.0, &[true; 5]);
        breaker.record(10.0, false, 0.0);
        assert_eq!(breaker.state(), Open);
        assert!(!breaker.permits(63.0) && breaker.permits(64.0));
    }
}
