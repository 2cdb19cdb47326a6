//! One attempt of a call whose answers are followed: how it ends, and after what time.
//!
//! The answers that calls usually wait for are in the library of the caller. Those of a guarded call are not: whether they
//! are waited for at all, and for how long, changes from interval to interval. So their law is looked up at the callee, at
//! the edges of the latency histogram.

use super::super::mixture::Mixture;
use super::super::row::EDGES;
use super::super::tables::FluidTables;
use crate::stats::{edges, sort_by};

/// Shares of an answer's law below this go to its neighbours.
const RARE: f64 = 1e-6;

/// Times with their probabilities.
pub(super) type Times = Vec<(f64, f64)>;

/// Under which conditions an attempt is made.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Conditions {
    /// Of those that come: turned away at once, and tired of waiting.
    pub(super) rejected: f64,
    pub(super) gave_up: f64,
    /// Of those that start: no error and no failed call.
    pub(super) fine: f64,
    /// By what factor all times are longer than those of the rows.
    pub(super) slower: f64,
    pub(super) timeout_s: f64,
    /// When a second attempt is made, seconds; infinite if none is.
    pub(super) hedge_after_s: f64,
}

/// How an attempt ends, with its hedge if it has one. The shares sum to 1.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempt {
    given: Conditions,
    parts: Vec<(u32, f64)>,
    /// P(answer ≤ edge), well or with an error, of those that start.
    below: Vec<f64>,
    in_time: f64,
    /// Answered well; mean time, seconds, and the times, which sum to 1.
    pub(super) good: f64,
    pub(super) good_times: Times,
    /// Came to nothing, and when.
    pub(super) fails: f64,
    pub(super) fail_times: Times,
    /// Of the attempts: those that were hedged, and whose hedge was answered first.
    pub(super) hedged: f64,
    pub(super) hedge_won: f64,
    /// Of the hedged: both were answered well.
    pub(super) both_good: f64,
    /// How often this has changed.
    pub(super) version: u64,
}

impl Attempt {
    /// Looks up the answers of a callee, whose waits (over its `tables`) are these.
    pub(super) fn update(&mut self, tables: &FluidTables, waits: &Mixture, given: &Conditions) {
        let parts = waits.parts();
        let is_new = self.version == 0;
        let is_same_law = !is_new
            && self.given.slower == given.slower
            && self.given.timeout_s == given.timeout_s
            && self.parts == parts;
        if is_same_law && self.given == *given {
            return;
        }
        if !is_same_law {
            self.look_up(tables, parts, given);
            self.parts.clear();
            self.parts.extend_from_slice(parts);
        }
        self.given = *given;
        self.version += 1;
        self.conclude();
    }

    fn look_up(&mut self, tables: &FluidTables, parts: &[(u32, f64)], given: &Conditions) {
        let mut usual = [0.0; EDGES];
        let (mut all, mut in_time) = (0.0, 0.0);
        let mut add = |index: u32, weight: f64| {
            if let Some(row) = tables.row(index as usize) {
                all += weight;
                in_time += weight * row.in_time;
                for (sum, cdf) in usual.iter_mut().zip(row.cdf.iter()) {
                    *sum += weight * cdf;
                }
            }
        };
        for &(index, weight) in parts {
            add(index, weight);
        }
        if parts.is_empty() {
            let mut alone = Mixture::new();
            tables.add_unwaiting(&mut alone, 1.0);
            for &(index, weight) in alone.parts() {
                add(index, weight);
            }
        }
        let scale = if all > 0.0 { 1.0 / all } else { 0.0 };
        for value in &mut usual {
            *value *= scale;
        }
        in_time *= scale;
        self.below.clear();
        if given.slower == 1.0 {
            self.below.extend_from_slice(&usual);
            self.in_time = in_time.min(1.0);
        } else {
            let at = |x_s: f64| at_time(&usual, in_time, x_s / given.slower);
            self.in_time = at(given.timeout_s).min(1.0);
            let upto = self.in_time;
            self.below
                .extend(edges().iter().map(|&edge_s| at(edge_s).min(upto)));
        }
    }

    /// P(an attempt alone has been answered, well or with an error, by a time), of those that start.
    fn answered(&self, by_s: f64) -> f64 {
        if by_s >= self.end_s() {
            self.in_time
        } else {
            at_time(&self.below, self.in_time, by_s)
        }
    }

    /// When callers have given up: those with all the patience at the last edge, which nobody reaches.
    fn end_s(&self) -> f64 {
        let last_s = edges().last().copied().unwrap_or(0.0);
        self.given.timeout_s.min(last_s)
    }

    fn conclude(&mut self) {
        let given = self.given;
        let starts = (1.0 - given.rejected - given.gave_up).max(0.0);
        let good = starts * given.fine * self.in_time;
        let error = starts * (1.0 - given.fine) * self.in_time;
        let late = (1.0 - good - error - given.rejected).max(0.0);
        let (times, end_s) = (self.answer_times(), self.end_s());
        (self.hedged, self.hedge_won, self.both_good) = (0.0, 0.0, 0.0);
        self.fail_times.clear();
        let mut fail = |time_s: f64, weight: f64| {
            if weight > 0.0 {
                self.fail_times.push((time_s, weight));
            }
        };
        fail(0.0, given.rejected);
        for &(time_s, weight) in &times {
            fail(time_s, weight * error);
        }
        if late > 0.0 {
            fail(end_s, late);
        }
        self.good = good;
        self.fails = 1.0 - good;
        self.good_times = times;
        if given.hedge_after_s < end_s {
            self.hedge();
        }
        let fails = self.fails;
        for (_, weight) in &mut self.fail_times {
            *weight /= fails.max(f64::MIN_POSITIVE);
        }
    }

    /// The times of what is answered in time, well or not, which sum to 1.
    fn answer_times(&self) -> Times {
        let mut times = Times::new();
        let (mut low_s, mut below, mut left) = (0.0, 0.0, 0.0);
        let end_s = self.end_s();
        for (&edge_s, &upto) in edges().iter().zip(&self.below) {
            let high_s = edge_s.min(end_s);
            left += (upto - below).max(0.0);
            below = upto.max(below);
            if left > RARE * self.in_time || edge_s >= end_s {
                // What lies in a cell is at its middle.
                times.push((0.5 * (low_s + high_s), left));
                left = 0.0;
            }
            low_s = high_s;
            if edge_s >= end_s {
                break;
            }
        }
        if let Some((_, last)) = times.last_mut() {
            *last += left + (self.in_time - below).max(0.0);
        }
        times.retain(|(_, weight)| *weight > 0.0);
        let all: f64 = times.iter().map(|(_, weight)| weight).sum();
        for (_, weight) in &mut times {
            *weight /= all.max(f64::MIN_POSITIVE);
        }
        times
    }

    /// A second attempt beside those that have no answer yet: the first good one counts (Dean & Barroso 2013).
    fn hedge(&mut self) {
        let Conditions {
            rejected,
            fine,
            hedge_after_s: after_s,
            ..
        } = self.given;
        let timeout_s = self.end_s();
        let starts = (1.0 - rejected - self.given.gave_up).max(0.0);
        let good_by = |time_s: f64| starts * fine * self.answered(time_s);
        let open = (1.0 - rejected - starts * self.answered(after_s)).max(0.0);
        if open <= RARE {
            return;
        }
        let (before, all) = (good_by(after_s), good_by(timeout_s));
        // Of those that have no answer by then.
        let first_by = |time_s: f64| ((good_by(time_s) - before) / open).clamp(0.0, 1.0);
        let second_by = |time_s: f64| good_by(time_s - after_s);
        let pair_by =
            |time_s: f64| open * (1.0 - (1.0 - first_by(time_s)) * (1.0 - second_by(time_s)));
        let mut times: Times = Vec::with_capacity(self.good_times.len() + 16);
        let mut low = (0.0, 0.0);
        let end_s = timeout_s + after_s;
        let mut add = |high_s: f64| {
            let upto = if high_s <= after_s {
                good_by(high_s)
            } else {
                before + pair_by(high_s)
            };
            if upto - low.1 > RARE || high_s >= end_s {
                times.push((0.5 * (low.0 + high_s), (upto - low.1).max(0.0)));
                low = (high_s, upto);
            } else {
                low.0 = high_s;
            }
        };
        // The laws change their slopes at these.
        let mut marks: Vec<f64> = edges().iter().copied().filter(|&at| at < end_s).collect();
        marks.extend(self.good_times.iter().map(|(time_s, _)| time_s + after_s));
        marks.extend([after_s, timeout_s, end_s]);
        marks.retain(|&at| at <= end_s);
        sort_by(&mut marks, f64::total_cmp);
        for mark in marks {
            add(mark);
        }
        let good: f64 = times.iter().map(|(_, weight)| weight).sum();
        let (first, second) = (first_by(timeout_s), all);
        let fails = (1.0 - good).max(0.0);
        let fail_early = (1.0 - open - before).max(0.0);
        // The second is first where the first has no good answer by then.
        let second_first = self.good_times.iter();
        let second_first = second_first
            .map(|&(time_s, weight)| weight * second * (1.0 - first_by(time_s + after_s)));
        let won: f64 = second_first.sum();
        self.hedged = open;
        self.both_good = first * second;
        self.hedge_won = open * won;
        self.fail_times.clear();
        self.fail_times.push((0.0, fail_early.min(fails)));
        self.fail_times.push((end_s, (fails - fail_early).max(0.0)));
        self.fail_times.retain(|(_, weight)| *weight > 0.0);
        self.fails = fails;
        self.good = good;
        for (_, weight) in &mut times {
            *weight /= good.max(f64::MIN_POSITIVE);
        }
        self.good_times = times;
    }

    /// Probability of a good answer after more than a time, and that times the mean of such, seconds.
    pub(super) fn good_above(&self, above_s: f64) -> (f64, f64) {
        let (p, sum_s) = above(&self.good_times, above_s);
        (self.good * p, self.good * sum_s)
    }

    /// The same of attempts that come to nothing.
    pub(super) fn failed_above(&self, above_s: f64) -> (f64, f64) {
        let (p, sum_s) = above(&self.fail_times, above_s);
        (self.fails * p, self.fails * sum_s)
    }

    /// Mean time until it is over, seconds.
    pub(super) fn mean_s(&self) -> f64 {
        self.good * mean(&self.good_times) + self.fails * mean(&self.fail_times)
    }
}

/// Mean of times whose probabilities sum to 1.
pub(super) fn mean(times: &[(f64, f64)]) -> f64 {
    times.iter().map(|(time_s, weight)| time_s * weight).sum()
}

/// What of times is above a bound: probability, and that times their mean. What is next to the bound is so in parts, as each
/// time stands for a cell.
fn above(times: &[(f64, f64)], bound_s: f64) -> (f64, f64) {
    let (mut p, mut sum_s) = (0.0, 0.0);
    for (index, &(time_s, weight)) in times.iter().enumerate() {
        let next_s = times.get(index + 1).map_or(time_s, |next| next.0);
        let last_s = index.checked_sub(1).map_or(time_s, |last| times[last].0);
        let (low_s, high_s) = (0.5 * (last_s + time_s), 0.5 * (time_s + next_s));
        let part = if bound_s < low_s {
            1.0
        } else if bound_s < high_s {
            (high_s - bound_s) / (high_s - low_s)
        } else {
            0.0
        };
        p += weight * part;
        sum_s += weight * part * time_s;
    }
    (p, sum_s)
}

/// A distribution function at the edges, between them: straight.
fn at_time(below: &[f64], all: f64, x_s: f64) -> f64 {
    if x_s <= 0.0 {
        return 0.0;
    }
    let above = edges().partition_point(|&edge_s| edge_s <= x_s);
    let left = above.checked_sub(1);
    let (low_s, low) = left.map_or((0.0, 0.0), |at| {
        (edges()[at], below.get(at).copied().unwrap_or(all))
    });
    let (Some(&high_s), Some(&high)) = (edges().get(above), below.get(above)) else {
        return all;
    };
    low + (high - low) * (x_s - low_s) / (high_s - low_s)
}
