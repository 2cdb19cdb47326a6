//! Requests in the random part of a queue that remembers for longer than an interval: when they start, and after how
//! long a wait.
//!
//! A wait is that of an arrival, and counted when the request starts. So those that came in a bad interval are counted
//! in later ones: all of them, and with the wait that they met.

use std::collections::VecDeque;

/// Cohorts that start in one interval are told apart as so many at most; the mixture has room for that.
const MOST_AT_ONCE: usize = 12;

/// The arrivals of an interval that have not started.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Cohort {
    pub(super) count: f64,
    /// Their wait, in mean service times, if their luck decides alone.
    pub(super) delay: f64,
    /// Share of them of which it does.
    pub(super) weight: f64,
    /// When the first and the last of them start, seconds.
    pub(super) from_s: f64,
    pub(super) to_s: f64,
}

/// Cohorts in their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    waiting: VecDeque<Cohort>,
    count: f64,
    /// What the last call of [`start`](Self::start) started.
    started: Vec<Cohort>,
}

impl Line {
    /// How many wait.
    pub(super) fn count(&self) -> f64 {
        self.count
    }

    pub(super) fn clear(&mut self) {
        self.waiting.clear();
        self.count = 0.0;
    }

    /// Measures time in other units, `ratio` new ones to an old one, from `now_s` on as before.
    pub(super) fn measure_anew(&mut self, now_s: f64, ratio: f64) {
        for cohort in &mut self.waiting {
            cohort.from_s = now_s + (cohort.from_s - now_s) * ratio;
            cohort.to_s = now_s + (cohort.to_s - now_s) * ratio;
        }
    }

    pub(super) fn push(&mut self, cohort: Cohort) {
        if cohort.count > 0.0 {
            self.count += cohort.count;
            self.waiting.push_back(cohort);
        }
    }

    /// Starts those whose time has come, in order; answers who they are.
    pub(super) fn start(&mut self, now_s: f64) -> &[Cohort] {
        self.started.clear();
        while let Some(head) = self.waiting.front_mut() {
            if head.from_s >= now_s {
                break;
            }
            let mut part = *head;
            if head.to_s > now_s {
                part.count *= (now_s - head.from_s) / (head.to_s - head.from_s);
                head.count -= part.count;
                head.from_s = now_s;
                self.add_started(part);
                break;
            }
            self.waiting.pop_front();
            self.add_started(part);
        }
        // Summed up anew, so that rounding does not pile up.
        self.count = self.waiting.iter().map(|cohort| cohort.count).sum();
        &self.started
    }

    /// [`start`](Self::start), whose answer is to be given back.
    pub(super) fn take_started(&mut self, now_s: f64) -> Vec<Cohort> {
        self.start(now_s);
        core::mem::take(&mut self.started)
    }

    /// Gives the answer of [`take_started`](Self::take_started) back, for its memory.
    pub(super) fn give_back(&mut self, started: Vec<Cohort>) {
        self.started = started;
    }

    fn add_started(&mut self, part: Cohort) {
        if self.started.len() < MOST_AT_ONCE {
            self.started.push(part);
        } else if let Some(last) = self.started.last_mut() {
            let count = last.count + part.count;
            let share = if count > 0.0 { part.count / count } else { 0.0 };
            last.delay += share * (part.delay - last.delay);
            last.weight += share * (part.weight - last.weight);
            last.count = count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cohorts_start_after_their_wait() {
        let mut line = Line::default();
        let cohort = |from_s: f64, wait_s: f64| Cohort {
            count: 10.0,
            delay: wait_s,
            weight: 1.0,
            from_s: from_s + wait_s,
            to_s: from_s + 10.0 + wait_s,
        };
        line.push(cohort(0.0, 25.0));
        assert!(line.start(10.0).is_empty());
        line.push(cohort(10.0, 18.0));
        assert!(line.start(20.0).is_empty());
        let started = line.start(30.0);
        assert_eq!((started.len(), started[0].count), (1, 5.0));
        assert_eq!(line.count(), 15.0);
        let counts: Vec<(f64, f64)> = line
            .start(40.0)
            .iter()
            .map(|c| (c.count, c.delay))
            .collect();
        assert_eq!(counts, [(5.0, 25.0), (10.0, 18.0)]);
        assert_eq!(line.count(), 0.0);
    }
}
