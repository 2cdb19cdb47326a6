//! Clients that try again: who of those whose attempt comes to nothing comes back, when, and how long after he first came.
//!
//! ```text
//!   first attempts ──► arriving ──► line (who waits, oldest first) ──► gone: served │ late │ failed │ lost
//!                        ▲  └─► rejected ─┐                                         └───┬────────────┘
//!                        └── coming (by the time of the next attempt) ◄── pause ◄───────┘
//! ```
//!
//! - An interval is served in steps, as attempts come back within it: those that fail in a step come back in the next at the
//!   soonest.
//! - Who fails is not told apart by how often he has tried: of those that leave the queue in a step all have the same chance.
//! - A client that gave up does so a timeout after his arrival; one with an error after the mean wait and service of the step.
//!   Pauses with jitter are cut into three parts.
//! - Ages (the time since the first attempt) are kept on a grid of 16 to a doubling, of which the timeout is a point.
//! - The budget is a bucket of expected retries; it holds for all that would come back in a step alike.

use super::mixture::Mixture;
use crate::plane::{Interval, Outcome, RETRY_BURST, RetryModel};
use std::collections::{BTreeMap, VecDeque};

/// Points of the grid of ages to a doubling.
const AGES_PER_OCTAVE: f64 = 16.0;
/// Its points below and above the timeout; younger is no age, older is the oldest.
const YOUNGER: i32 = 12 * 16;
const OLDER: i32 = 14 * 16;
/// Number of ages, no age included.
pub(super) const AGES: usize = (YOUNGER + OLDER + 2) as usize;
/// Steps of an interval at most.
const MOST_STEPS: f64 = 8.0;
/// Steps of an interval if clients wait for ever.
const STEPS_OF_THE_PATIENT: f64 = 4.0;
/// Counts and shares below this are not followed.
const NEGLIGIBLE: f64 = 1e-9;
/// Those that come back over some time are put into so many of the steps in it at most.
const MOST_PIECES: f64 = 8.0;

/// The grid of ages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ages {
    /// The timeout, or a second if there is none.
    anchor_s: f64,
}

impl Ages {
    pub(super) fn new(timeout_s: f64) -> Self {
        Self {
            anchor_s: if timeout_s < f64::INFINITY {
                timeout_s
            } else {
                1.0
            },
        }
    }

    /// Seconds of an age by number; 0 is no age.
    pub(super) fn seconds(self, number: u32) -> f64 {
        if number == 0 {
            return 0.0;
        }
        let steps = f64::from(number) - 1.0 - f64::from(YOUNGER);
        self.anchor_s * libm::exp2(steps / AGES_PER_OCTAVE)
    }

    /// The nearest age.
    fn number(self, age_s: f64) -> u32 {
        if age_s <= 0.0 {
            return 0;
        }
        let steps = libm::rint(libm::log2(age_s / self.anchor_s) * AGES_PER_OCTAVE);
        let place = steps.clamp(f64::from(-YOUNGER) - 1.0, f64::from(OLDER));
        (place + f64::from(YOUNGER) + 1.0) as u32
    }
}

/// Requests that are alike.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Class {
    /// Attempts before this one.
    failures: u32,
    /// Number of the age at which this one arrived.
    age: u32,
}

/// Attempts that arrived evenly between two times.
#[derive(Clone, Copy, Debug)]
struct Member {
    class: Class,
    count: f64,
    from_s: f64,
    to_s: f64,
}

/// Attempts that arrived in the same step and wait.
#[derive(Clone, Debug)]
struct Group {
    classes: Vec<(Class, f64)>,
    count: f64,
    from_s: f64,
    to_s: f64,
}

/// Attempts that may be followed by another one.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    /// From when to when they come to nothing.
    failed: Member,
    /// Their age then, seconds.
    age_s: f64,
}

/// How many of those whose attempts came to nothing come back, of each kind of failure.
#[derive(Clone, Copy, Debug, Default)]
struct Back {
    rejected: f64,
    timed_out: f64,
    failed: f64,
    lost: f64,
}

/// The clients of a service whose clients try again.
pub(super) struct Returning {
    retries: RetryModel,
    timeout_s: f64,
    mean_service_s: f64,
    ages: Ages,
    /// Retries that the budget allows now.
    tokens: f64,
    /// Width of the bins of `coming`, seconds; 0 before the first interval.
    bin_s: f64,
    /// Clients that pause, by the bin of time in which they come back.
    coming: BTreeMap<(u64, Class), f64>,
    pausing: f64,
    /// Who waits, oldest first.
    line: VecDeque<Group>,
    /// Of this step: first attempts and retries.
    fresh: f64,
    back: f64,
    /// Attempts that arrive in this step, by class.
    arriving: Vec<(Class, f64)>,
    from_s: f64,
    to_s: f64,
    /// Attempts whose wait ended in this step.
    gone: Vec<Member>,
    /// Mean wait of those that started in this step, seconds.
    wait_s: f64,
    /// Latencies of those that were in time, in thirds, seconds.
    latencies_s: [f64; 3],
}

impl Returning {
    /// `None` if nobody tries again.
    pub(super) fn new(retries: RetryModel, timeout_s: f64, mean_service_s: f64) -> Option<Self> {
        retries.is_on().then(|| Self {
            retries,
            timeout_s,
            mean_service_s,
            ages: Ages::new(timeout_s),
            tokens: 0.0,
            bin_s: 0.0,
            coming: BTreeMap::new(),
            pausing: 0.0,
            line: VecDeque::new(),
            fresh: 0.0,
            back: 0.0,
            arriving: Vec::new(),
            from_s: 0.0,
            to_s: 0.0,
            gone: Vec::new(),
            wait_s: 0.0,
            latencies_s: [0.0; 3],
        })
    }

    /// Into how many steps an interval is cut: two to the time after which a client that gave up is back.
    pub(super) fn steps(&self, length_s: f64) -> u32 {
        let steps = if self.timeout_s < f64::INFINITY {
            2.0 * length_s / (self.timeout_s + self.retries.backoff_s)
        } else {
            STEPS_OF_THE_PATIENT
        };
        steps.ceil().clamp(1.0, MOST_STEPS) as u32
    }

    /// A step begins in which so many requests come for the first time; answers how many come again.
    pub(super) fn arrive(&mut self, now_s: f64, length_s: f64, fresh: f64) -> f64 {
        if self.bin_s <= 0.0 {
            self.bin_s = length_s;
        }
        (self.from_s, self.to_s) = (now_s, now_s + length_s);
        (self.fresh, self.back) = (fresh, 0.0);
        self.arriving.clear();
        self.gone.clear();
        self.wait_s = 0.0;
        self.arriving.push((Class::default(), fresh));
        while let Some(first) = self.coming.first_entry() {
            let (bin, class) = *first.key();
            if (bin as f64 + 0.5) * self.bin_s >= self.to_s {
                break;
            }
            let count = first.remove();
            self.back += count;
            match self.arriving.iter_mut().find(|(known, _)| *known == class) {
                Some((_, sum)) => *sum += count,
                None => self.arriving.push((class, count)),
            }
        }
        self.pausing = if self.coming.is_empty() {
            0.0
        } else {
            (self.pausing - self.back).max(0.0)
        };
        self.back
    }

    /// So many of those that arrive find room.
    pub(super) fn admit(&mut self, admitted: f64) {
        let all = self.fresh + self.back;
        if admitted <= 0.0 || all <= 0.0 {
            return;
        }
        let share = (admitted / all).min(1.0);
        let scaled = self
            .arriving
            .iter()
            .map(|&(class, count)| (class, count * share));
        self.line.push_back(Group {
            classes: scaled.collect(),
            count: all * share,
            from_s: self.from_s,
            to_s: self.to_s,
        });
    }

    /// So many leave the queue, the oldest first: they start, after `wait_s` on average, or give up.
    pub(super) fn leave(&mut self, mut count: f64, wait_s: f64, latencies_s: [f64; 3]) {
        self.wait_s = wait_s;
        self.latencies_s = latencies_s;
        while count > NEGLIGIBLE
            && let Some(first) = self.line.front_mut()
        {
            let share = (count / first.count).min(1.0);
            for (class, there) in &mut first.classes {
                self.gone.push(Member {
                    class: *class,
                    count: *there * share,
                    from_s: first.from_s,
                    to_s: first.to_s,
                });
                *there *= 1.0 - share;
            }
            count -= first.count * share;
            first.count *= 1.0 - share;
            if share >= 1.0 - NEGLIGIBLE {
                self.line.pop_front();
            }
        }
    }

    /// Makes the latencies of those that leave the queue those of their requests: from the first attempts on.
    pub(super) fn age(&self, mixture: &mut Mixture) {
        let mut ages: Vec<(u32, f64)> = vec![(0, 0.0)];
        let mut all = 0.0;
        for member in &self.gone {
            all += member.count;
            match ages.iter_mut().find(|(age, _)| *age == member.class.age) {
                Some((_, sum)) => *sum += member.count,
                None => ages.push((member.class.age, member.count)),
            }
        }
        if ages.len() > 1 && all > 0.0 {
            for (_, share) in &mut ages {
                *share /= all;
            }
            mixture.age(&ages);
        }
    }

    /// Turns what became of the attempts of a step into what became of requests: those that will be tried again are open.
    pub(super) fn settle(&mut self, attempts: &Outcome) -> Outcome {
        let mut candidates: Vec<(usize, Candidate)> = Vec::new();
        self.find_rejected(attempts, &mut candidates);
        self.find_gone(attempts, &mut candidates);
        let wanted: f64 = candidates.iter().map(|(_, one)| one.failed.count).sum();
        let allowed = self.allow(wanted);
        let mut back = [0.0; 4];
        for (kind, mut candidate) in candidates {
            candidate.failed.count *= allowed;
            back[kind] += candidate.failed.count;
            self.pause(&candidate);
        }
        let [rejected, timed_out, failed, lost] = back;
        let back = Back {
            rejected,
            timed_out,
            failed,
            lost,
        };
        self.requests(attempts, &back)
    }

    fn requests(&self, attempts: &Outcome, back: &Back) -> Outcome {
        let kept = |all: f64, back: f64| {
            if all > 0.0 {
                (1.0 - back / all).max(0.0)
            } else {
                1.0
            }
        };
        let rejected = kept(attempts.rejected, back.rejected);
        let timed_out = kept(attempts.timed_out, back.timed_out);
        Outcome {
            arrivals: self.fresh,
            retries: self.back,
            rejected: attempts.rejected * rejected,
            dropped: attempts.dropped * rejected,
            throttled: attempts.throttled * rejected,
            timed_out: attempts.timed_out * timed_out,
            timed_out_in_service: attempts.timed_out_in_service * timed_out,
            failed: attempts.failed * kept(attempts.failed, back.failed),
            lost: attempts.lost * kept(attempts.lost, back.lost),
            open_at_end: attempts.waiting_at_end + self.pausing,
            ..*attempts
        }
    }

    fn find_rejected(&self, attempts: &Outcome, into: &mut Vec<(usize, Candidate)>) {
        let all = self.fresh + self.back;
        if attempts.rejected <= NEGLIGIBLE || all <= 0.0 {
            return;
        }
        for &(class, count) in &self.arriving {
            let member = Member {
                class,
                count: count * (attempts.rejected / all).min(1.0),
                from_s: self.from_s,
                to_s: self.to_s,
            };
            self.consider(0, member, self.ages.seconds(class.age), into);
        }
    }

    fn find_gone(&self, attempts: &Outcome, into: &mut Vec<(usize, Candidate)>) {
        let all: f64 = self.gone.iter().map(|member| member.count).sum();
        if all <= 0.0 {
            return;
        }
        let latency_s = self.wait_s + self.mean_service_s;
        for member in &self.gone {
            let age_s = self.ages.seconds(member.class.age);
            let of = |count: f64| member.count * (count / all).min(1.0);
            let late = Member {
                count: of(attempts.timed_out),
                from_s: member.from_s + self.timeout_s,
                to_s: member.to_s + self.timeout_s,
                ..*member
            };
            if self.timeout_s < f64::INFINITY {
                self.consider(1, late, age_s + self.timeout_s, into);
            }
            // Of these it is not known who has waited for how long.
            let thirds = self
                .latencies_s
                .iter()
                .map(|&latency_s| (2, attempts.failed / 3.0, latency_s));
            for (kind, count, latency_s) in thirds.chain([(3, attempts.lost, latency_s)]) {
                let failed = Member {
                    count: of(count),
                    from_s: self.from_s + self.mean_service_s,
                    to_s: self.to_s + self.mean_service_s,
                    ..*member
                };
                self.consider(kind, failed, age_s + latency_s, into);
            }
        }
    }

    fn consider(
        &self,
        kind: usize,
        failed: Member,
        age_s: f64,
        into: &mut Vec<(usize, Candidate)>,
    ) {
        if failed.count > NEGLIGIBLE && failed.class.failures + 1 < self.retries.max_attempts {
            into.push((kind, Candidate { failed, age_s }));
        }
    }

    /// The share of the wanted retries that the budget allows.
    fn allow(&mut self, wanted: f64) -> f64 {
        let budget = self.retries.budget;
        if budget == f64::INFINITY {
            return 1.0;
        }
        let there = self.tokens + budget * self.fresh;
        let spent = wanted.min(there);
        self.tokens = (there - spent).min(RETRY_BURST);
        if wanted > 0.0 { spent / wanted } else { 1.0 }
    }

    /// Clients pause, and will come back.
    fn pause(&mut self, candidate: &Candidate) {
        let failures = candidate.failed.class.failures + 1;
        let pause_s = self.retries.pause_s(failures);
        if self.retries.full_jitter && pause_s > 0.0 {
            for sixths in [1.0, 3.0, 5.0] {
                let (middle_s, half_s) = (pause_s * sixths / 6.0, pause_s / 6.0);
                self.come(candidate, failures, middle_s, half_s, 1.0 / 3.0);
            }
        } else {
            self.come(candidate, failures, pause_s, 0.0, 1.0);
        }
    }

    /// The share `share` of them comes back after a pause of `pause_s` ± `half_s`.
    fn come(
        &mut self,
        candidate: &Candidate,
        failures: u32,
        pause_s: f64,
        half_s: f64,
        share: f64,
    ) {
        let failed = &candidate.failed;
        let age = self.ages.number(candidate.age_s + pause_s);
        let class = Class { failures, age };
        let from_s = failed.from_s + pause_s - half_s;
        let length_s = failed.to_s - failed.from_s + 2.0 * half_s;
        let pieces = (length_s / self.bin_s).ceil().clamp(1.0, MOST_PIECES);
        let count = failed.count * share / pieces;
        for piece in 0..pieces as u32 {
            let at_s = from_s + length_s * (f64::from(piece) + 0.5) / pieces;
            let bin = (at_s / self.bin_s).max(0.0) as u64;
            *self.coming.entry((bin, class)).or_insert(0.0) += count;
        }
        self.pausing += failed.count * share;
    }
}

/// Adds what happened in a step of an interval to that of the steps before it.
pub(super) fn join(sum: &mut Outcome, step: &Outcome) {
    let before = *sum;
    *sum = Outcome {
        arrivals: before.arrivals + step.arrivals,
        retries: before.retries + step.retries,
        served: before.served + step.served,
        rejected: before.rejected + step.rejected,
        dropped: before.dropped + step.dropped,
        throttled: before.throttled + step.throttled,
        timed_out: before.timed_out + step.timed_out,
        timed_out_in_service: before.timed_out_in_service + step.timed_out_in_service,
        failed: before.failed + step.failed,
        refused: before.refused + step.refused,
        lost: before.lost + step.lost,
        slow: core::array::from_fn(|k| before.slow[k] + step.slow[k]),
        slow_in_service: core::array::from_fn(|k| {
            before.slow_in_service[k] + step.slow_in_service[k]
        }),
        waits: before.waits + step.waits,
        wait_sum_s: before.wait_sum_s + step.wait_sum_s,
        waited: before.waited + step.waited,
        waits_high: before.waits_high + step.waits_high,
        wait_sum_high_s: before.wait_sum_high_s + step.wait_sum_high_s,
        blocked: before.blocked + step.blocked,
        turned_away: before.turned_away + step.turned_away,
        cancelled: before.cancelled + step.cancelled,
        latency_sum_s: before.latency_sum_s + step.latency_sum_s,
        busy_server_s: before.busy_server_s + step.busy_server_s,
        in_service_s: before.in_service_s + step.in_service_s,
        waiting_at_end: step.waiting_at_end,
        open_at_end: step.open_at_end,
    };
}

impl super::FluidPlane<'_> {
    /// Serves an interval to which requests come for the first time, and to which others come back.
    pub(super) fn serve_with_retries(
        &mut self,
        interval: &Interval,
        mut clients: Returning,
    ) -> Outcome {
        let steps = clients.steps(interval.length_s);
        let length_s = interval.length_s / f64::from(steps);
        let mut sum = Outcome::default();
        for step in 0..steps {
            let fresh = self.come(interval.rate_rps * length_s);
            let back = clients.arrive(self.now_s, length_s, fresh);
            self.returning = Some(Box::new(clients));
            self.recent.continues = step > 0;
            let part = Interval {
                length_s,
                rate_rps: interval.rate_rps + back / length_s,
                killed_replicas: if step == 0 {
                    interval.killed_replicas
                } else {
                    0
                },
                ..*interval
            };
            let attempts = self.serve_throttled(&part, fresh + back);
            let Some(returned) = self.returning.take() else {
                return attempts;
            };
            clients = *returned;
            join(&mut sum, &clients.settle(&attempts));
        }
        self.returning = Some(Box::new(clients));
        sum
    }
}

#[cfg(test)]
mod tests;
