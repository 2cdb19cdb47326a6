//! A circuit breaker on rates: the machine of [`Breaker`](crate::plane::network::breaker::Breaker), played on the calls that
//! could change its mind.
//!
//! Each call of an interval is bad with the same probability, whatever became of those before. Then only bad calls can open
//! the breaker (and the one with which it knows enough): from one to the next is a geometric number of calls, so the good
//! ones need not be played. Calls come evenly, after the wait an exponential time late. Where bad calls are so rare that
//! the breaker stays closed (Chernoff's bound on the binomial law), none is played at all.
//!
//! What is answered takes as long as such answers do on average: for so long calls pass although the breaker has seen
//! enough, and for so long it waits half open.

use crate::plane::network::breaker::BreakerModel;
use crate::random::{Purpose, Rng, StreamKey, standard_exponential, uniform, uniform_open};
use std::collections::VecDeque;

/// A breaker that opens less often in an interval than this is left closed.
const NEVER: f64 = 1e-8;

/// The calls of an interval, when all pass.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Calls {
    /// Attempts per second.
    pub(super) rate_rps: f64,
    /// Probability that one fails and is not slow; is slow, but good; is both.
    pub(super) failed: f64,
    pub(super) slow: f64,
    pub(super) both: f64,
    /// Mean time until a bad one, and until a good one is answered, seconds.
    pub(super) bad_s: f64,
    pub(super) good_s: f64,
}

impl Calls {
    fn bad(&self) -> f64 {
        (self.failed + self.slow + self.both).min(1.0)
    }
}

/// What a breaker did in an interval.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Switched {
    /// Share of the calls that it turned away.
    pub(super) refused: f64,
    /// How often it opened, and for how long it was open, seconds.
    pub(super) opened: f64,
    pub(super) open_s: f64,
}

/// Where a breaker is. All times are from the interval's start on, seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Closed,
    /// It has had enough calls whose answer will open it.
    Opening {
        left_s: f64,
    },
    Open {
        left_s: f64,
    },
    /// Open for long enough, and a call will come.
    Due {
        left_s: f64,
    },
    /// Half open: calls pass for a time, then their answers are waited for.
    Trial {
        passing_s: f64,
        left_s: f64,
        is_bad: bool,
    },
}

/// A bad call of the window.
#[derive(Clone, Copy, Debug)]
struct Bad {
    /// Number of the call since the window was empty.
    number: f64,
    failed: bool,
    slow: bool,
}

/// A breaker in front of the calls of a fluid network.
#[derive(Debug)]
pub(super) struct Switch {
    model: BreakerModel,
    minimum: f64,
    rng: Rng,
    phase: Phase,
    /// Calls since the window was empty, and the part of one that is to come.
    calls: f64,
    part: f64,
    window: VecDeque<Bad>,
    failures: u32,
    slow: u32,
}

impl Switch {
    /// A closed one, whose chance comes from the stream of a call.
    pub(super) fn new(model: BreakerModel, seed: u64, replication: u32, call: u32) -> Self {
        let key = StreamKey {
            seed,
            replication,
            component: call,
            purpose: Purpose::Breakers,
        };
        Self {
            minimum: f64::from(model.minimum.clamp(1, model.window.max(1))),
            model,
            rng: key.rng(),
            phase: Phase::Closed,
            calls: 0.0,
            part: 0.0,
            window: VecDeque::new(),
            failures: 0,
            slow: 0,
        }
    }

    /// An interval of such calls.
    pub(super) fn pass(&mut self, length_s: f64, calls: &Calls) -> Switched {
        let mut seen = Switched::default();
        let (mut left_s, mut refused_s) = (length_s, 0.0);
        while left_s > 0.0 {
            let spent_s = match self.phase {
                Phase::Closed => self.watch(left_s, calls),
                Phase::Opening { left_s: wait_s } => {
                    let now_s = wait_s.min(left_s);
                    self.phase = if wait_s > left_s {
                        Phase::Opening {
                            left_s: wait_s - now_s,
                        }
                    } else {
                        seen.opened += 1.0;
                        self.opened()
                    };
                    now_s
                }
                Phase::Open { left_s: wait_s } => {
                    let now_s = wait_s.min(left_s);
                    (seen.open_s, refused_s) = (seen.open_s + now_s, refused_s + now_s);
                    self.phase = if wait_s > left_s {
                        Phase::Open {
                            left_s: wait_s - now_s,
                        }
                    } else {
                        // No call comes until then: none is turned away either.
                        Phase::Due {
                            left_s: self.next_call_s(calls.rate_rps),
                        }
                    };
                    now_s
                }
                Phase::Due { left_s: wait_s } => {
                    let wait_s = if wait_s < f64::INFINITY {
                        wait_s
                    } else {
                        self.next_call_s(calls.rate_rps)
                    };
                    let now_s = wait_s.min(left_s);
                    seen.open_s += now_s;
                    self.phase = if wait_s > left_s {
                        Phase::Due {
                            left_s: wait_s - now_s,
                        }
                    } else {
                        self.try_out(calls)
                    };
                    now_s
                }
                Phase::Trial {
                    passing_s,
                    left_s: wait_s,
                    is_bad,
                } => {
                    let now_s = wait_s.min(left_s);
                    refused_s += (now_s - passing_s).max(0.0);
                    self.phase = if wait_s > left_s {
                        Phase::Trial {
                            passing_s: (passing_s - now_s).max(0.0),
                            left_s: wait_s - now_s,
                            is_bad,
                        }
                    } else if is_bad {
                        seen.opened += 1.0;
                        self.opened()
                    } else {
                        self.forget();
                        Phase::Closed
                    };
                    now_s
                }
            };
            left_s -= spent_s;
        }
        seen.refused = (refused_s / length_s).clamp(0.0, 1.0);
        seen
    }

    fn opened(&mut self) -> Phase {
        self.forget();
        Phase::Open {
            left_s: self.model.open_s,
        }
    }

    fn forget(&mut self) {
        self.window.clear();
        (self.calls, self.part) = (0.0, 0.0);
        (self.failures, self.slow) = (0, 0);
    }

    fn next_call_s(&mut self, rate_rps: f64) -> f64 {
        if rate_rps > 0.0 {
            standard_exponential(&mut self.rng) / rate_rps
        } else {
            f64::INFINITY
        }
    }

    /// Closed, for a time at most: until the next bad call, or the first at which enough are known. How long that was.
    fn watch(&mut self, left_s: f64, calls: &Calls) -> f64 {
        if calls.rate_rps <= 0.0 {
            return left_s;
        }
        // What is left of a call at the end of an interval is of the next one.
        let to_come = calls.rate_rps * left_s + self.part;
        if to_come * self.likely_to_open(calls) < NEVER {
            self.forget();
            self.calls = f64::from(self.model.window);
            self.part = 0.0;
            return left_s;
        }
        let (bad, until_enough) = (calls.bad(), self.minimum - self.calls);
        let step = gap(&mut self.rng, bad);
        let enough = until_enough > 0.0 && until_enough < step && !self.window.is_empty();
        let step = if enough { until_enough } else { step };
        if step > to_come {
            self.calls += to_come.floor();
            self.part = to_come - to_come.floor();
            return left_s;
        }
        let spent_s = (step - self.part) / calls.rate_rps;
        self.calls += step;
        self.part = 0.0;
        if !enough {
            self.record(calls);
        }
        self.slide();
        if self.is_bad(self.failures, self.slow, self.calls) {
            self.phase = Phase::Opening {
                left_s: calls.bad_s,
            };
        }
        spent_s.clamp(0.0, left_s)
    }

    /// The present call is bad.
    fn record(&mut self, calls: &Calls) {
        let bad = self.draw(calls, calls.bad());
        self.failures += u32::from(bad.failed);
        self.slow += u32::from(bad.slow);
        self.window.push_back(bad);
    }

    /// What is bad about a call, of those that are so with probability `of`.
    fn draw(&mut self, calls: &Calls, of: f64) -> Bad {
        let point = uniform(&mut self.rng) * of;
        Bad {
            number: self.calls,
            failed: point < calls.failed + calls.both,
            slow: point >= calls.failed && point < calls.bad(),
        }
    }

    /// Calls that are no more among the last ones are forgotten.
    fn slide(&mut self) {
        while let Some(oldest) = self.window.front()
            && oldest.number <= self.calls - f64::from(self.model.window)
        {
            self.failures -= u32::from(oldest.failed);
            self.slow -= u32::from(oldest.slow);
            self.window.pop_front();
        }
    }

    /// Whether so many of so many calls open it.
    fn is_bad(&self, failures: u32, slow: u32, calls: f64) -> bool {
        let known = calls.min(f64::from(self.model.window));
        let above = |count: u32, percent: f64| 100.0 * f64::from(count) >= percent * known;
        known >= self.minimum
            && (above(failures, self.model.failure_percent)
                || self.model.slow.is_some_and(|of| above(slow, of.percent)))
    }

    /// Half open: so many calls come, and what becomes of them.
    fn try_out(&mut self, calls: &Calls) -> Phase {
        let trials = self.model.half_open.max(1);
        let (mut failures, mut slow, mut passing_s) = (0, 0, 0.0);
        for trial in 0..trials {
            if trial > 0 {
                passing_s += self.next_call_s(calls.rate_rps.max(f64::MIN_POSITIVE));
            }
            let bad = self.draw(calls, 1.0);
            failures += u32::from(bad.failed);
            slow += u32::from(bad.slow);
        }
        let all = f64::from(trials);
        let above = |count: u32, percent: f64| 100.0 * f64::from(count) >= percent * all;
        let is_bad = above(failures, self.model.failure_percent)
            || self.model.slow.is_some_and(|of| above(slow, of.percent));
        let answer_s = if failures + slow > 0 {
            calls.bad_s.max(calls.good_s)
        } else {
            calls.good_s
        };
        Phase::Trial {
            passing_s,
            left_s: passing_s + answer_s,
            is_bad,
        }
    }

    /// A bound on the probability that it opens with the next call.
    fn likely_to_open(&self, calls: &Calls) -> f64 {
        let least = self.minimum;
        let of = |percent: f64, p: f64| tail(least, (percent / 100.0).min(1.0), p);
        of(self.model.failure_percent, calls.failed + calls.both)
            + self
                .model
                .slow
                .map_or(0.0, |slow| of(slow.percent, calls.slow + calls.both))
    }
}

/// Calls until the next bad one, that one included.
fn gap(rng: &mut Rng, p: f64) -> f64 {
    if p >= 1.0 {
        1.0
    } else if p > 0.0 {
        (libm::log(uniform_open(rng)) / libm::log1p(-p))
            .ceil()
            .max(1.0)
    } else {
        f64::INFINITY
    }
}

/// P(at least the share `at_least` of n), each with probability p: at most that (Chernoff 1952).
fn tail(n: f64, at_least: f64, p: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= at_least {
        return 1.0;
    }
    let rest = if at_least < 1.0 {
        (1.0 - at_least) * libm::log((1.0 - at_least) / (1.0 - p))
    } else {
        0.0
    };
    libm::exp(-n * (at_least * libm::log(at_least / p) + rest))
}

#[cfg(test)]
mod tests;
