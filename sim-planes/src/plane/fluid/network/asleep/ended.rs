//! Requests whose calls to sleepers have ended: how much longer that took, and who is to blame.

use super::super::super::delay::{Delay, Guilt};
use super::super::attempt::Times;
use super::super::{State, share};
use super::{NONE, Sleeper};
use crate::stats::sort_by;

/// Times of a delay that are kept apart.
const MOST_TIMES: usize = 24;

/// A station that nobody shares the blame with.
pub(super) fn alone(station: usize) -> Guilt {
    Guilt {
        station,
        share: 1.0,
        service: 0.0,
    }
}

/// Requests for which calls have ended.
pub(super) struct Ended {
    pub(super) requests: f64,
    /// Of these: those that go on.
    pub(super) good: f64,
    /// How much longer these took, which sums to 1.
    pub(super) times: Times,
    pub(super) guilt: Vec<Guilt>,
}

impl Ended {
    /// Calls made together: the last to end decides. Those of which fewer end are made by some of those of the others.
    pub(super) fn together_with(self, other: Self) -> Self {
        let (more, less) = if self.requests >= other.requests {
            (self, other)
        } else {
            (other, self)
        };
        let part = share(less.good, less.requests) * share(less.requests, more.requests);
        let both = share(less.requests, more.requests);
        let mut times = Times::new();
        for &(a_s, a) in &more.times {
            times.push((a_s, a * (1.0 - both)));
            for &(b_s, b) in &less.times {
                times.push((a_s.max(b_s), a * b * both));
            }
        }
        let longer = mean(&less.times) > mean(&more.times);
        Self {
            good: more.good * (1.0 - both + part),
            requests: more.requests,
            times: reduced(times),
            guilt: if longer { less.guilt } else { more.guilt },
        }
    }
}

/// What requests that end took longer, of all kinds.
#[derive(Default)]
pub(super) struct Sums {
    good: f64,
    times: Times,
    guilt: Vec<Guilt>,
}

impl Sums {
    pub(super) fn add(&mut self, ended: &Ended) {
        if ended.good <= NONE {
            return;
        }
        self.good += ended.good;
        let times = ended.times.iter();
        self.times
            .extend(times.map(|&(time_s, weight)| (time_s, weight * ended.good)));
        let sum_s = ended.good * mean(&ended.times);
        for guilt in &ended.guilt {
            let share = guilt.share * sum_s;
            match self.guilt.iter_mut().find(|of| of.station == guilt.station) {
                Some(there) => there.share += share,
                None => self.guilt.push(Guilt { share, ..*guilt }),
            }
        }
    }

    pub(super) fn tell(mut self, delay: &mut Delay) {
        self.times
            .retain(|&(time_s, weight)| time_s > 0.0 && weight > 0.0);
        let mut times = reduced(self.times);
        let waiting: f64 = times.iter().map(|(_, weight)| weight).sum();
        delay.waits = share(waiting, self.good).min(1.0);
        for (_, weight) in &mut times {
            *weight /= waiting.max(f64::MIN_POSITIVE);
        }
        delay.wait_s = mean(&times);
        delay.times = times;
        delay.holds_s = 0.0;
        delay.waiting_s = delay.waits * delay.wait_s;
        let all: f64 = self.guilt.iter().map(|guilt| guilt.share).sum();
        for guilt in &mut self.guilt {
            guilt.share = share(guilt.share, all);
        }
        delay.guilt = self.guilt;
    }
}

/// How much longer a call took that has ended, in the caller's patience: what sums to 1.
pub(super) fn waits_of(at: &Sleeper, callee: &State, patience_s: f64, required: bool) -> Times {
    let delay = &at.delay;
    let mut times = vec![(0.0, 1.0 - delay.waits)];
    for &(time_s, weight) in &delay.times {
        if time_s <= patience_s {
            times.push((time_s, weight * delay.waits));
        } else if !required {
            times.push((patience_s, weight * delay.waits));
        }
    }
    if !required {
        let all = callee.ended + callee.rejected + callee.gave_up;
        for (_, weight) in &mut times {
            *weight *= share(callee.ended, all);
        }
        times.push((0.0, share(callee.rejected, all)));
        times.push((patience_s, share(callee.gave_up, all)));
    }
    let all: f64 = times.iter().map(|(_, weight)| weight).sum();
    if all <= NONE {
        return vec![(0.0, 1.0)];
    }
    for (_, weight) in &mut times {
        *weight /= all;
    }
    times
}

/// The times of two groups together.
pub(super) fn weighed(a: &Times, of_a: f64, b: &Times, of_b: f64) -> Times {
    let all = of_a + of_b;
    if all <= NONE {
        return Times::new();
    }
    let part = |times: &Times, of: f64| -> Times {
        times.iter().map(|&(at, p)| (at, p * of / all)).collect()
    };
    let mut sum = part(a, of_a);
    sum.extend(part(b, of_b));
    sum
}

/// One after the other.
pub(super) fn after(first: &Times, then: &Times) -> Times {
    let each = |&(a_s, a): &(f64, f64)| then.iter().map(move |&(b_s, b)| (a_s + b_s, a * b));
    reduced(first.iter().flat_map(each).collect())
}

fn mean(times: &Times) -> f64 {
    times.iter().map(|(time_s, weight)| time_s * weight).sum()
}

/// Not more times than are kept apart, in their order; those next to each other have their mean.
pub(super) fn reduced(mut times: Times) -> Times {
    times.retain(|(_, weight)| *weight > 0.0);
    if times.len() <= MOST_TIMES {
        return times;
    }
    sort_by(&mut times, |a, b| a.0.total_cmp(&b.0));
    let all: f64 = times.iter().map(|(_, weight)| weight).sum();
    let part = all / MOST_TIMES as f64;
    let mut joined = Times::with_capacity(MOST_TIMES + 1);
    let (mut sum_s, mut sum) = (0.0, 0.0);
    for (time_s, weight) in times {
        // No time at all is not mixed with any.
        if sum > 0.0 && sum_s <= 0.0 && time_s > 0.0 {
            joined.push((0.0, sum));
            sum = 0.0;
        }
        sum_s += time_s * weight;
        sum += weight;
        if sum >= part && sum_s > 0.0 {
            joined.push((sum_s / sum, sum));
            (sum_s, sum) = (0.0, 0.0);
        }
    }
    if sum > 0.0 {
        joined.push((sum_s / sum, sum));
    }
    joined
}
