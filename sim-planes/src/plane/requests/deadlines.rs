//! When clients give up: all have the same patience, so their deadlines come in the order of arrival.

use super::attempts::{Attempts, State};
use std::collections::VecDeque;

/// Outdated entries that are always tolerated.
const SLACK: usize = 1024;

#[derive(Clone, Copy, Debug)]
struct Deadline {
    time_s: f64,
    number: u32,
    generation: u32,
}

/// The deadlines of attempts that wait (or share a processor), in order. What became of an attempt otherwise
/// leaves its deadline behind, to be skipped.
#[derive(Debug)]
pub(super) struct Deadlines {
    entries: VecDeque<Deadline>,
    /// Whether they hold in service too, where nobody knows at the start whether the service will be in time.
    in_service: bool,
}

impl Deadlines {
    pub(super) fn new(in_service: bool) -> Self {
        Self {
            entries: VecDeque::new(),
            in_service,
        }
    }

    /// Adds the deadline of an attempt, not before those added earlier. `open`: attempts with a deadline now.
    #[inline]
    pub(super) fn add(&mut self, time_s: f64, number: u32, open: u64, attempts: &Attempts) {
        if self.entries.len() as u64 > 2 * open + SLACK as u64 {
            let in_service = self.in_service;
            self.entries
                .retain(|deadline| is_open(deadline, in_service, attempts));
        }
        self.entries.push_back(Deadline {
            time_s,
            number,
            generation: attempts[number].generation,
        });
    }

    /// The next deadline; infinity without any.
    #[inline]
    pub(super) fn next_s(&mut self, attempts: &Attempts) -> f64 {
        while let Some(deadline) = self.entries.front() {
            if is_open(deadline, self.in_service, attempts) {
                return deadline.time_s;
            }
            self.entries.pop_front();
        }
        f64::INFINITY
    }

    /// Takes the attempt whose deadline [`next_s`](Self::next_s) has just announced.
    pub(super) fn take(&mut self) -> Option<u32> {
        self.entries.pop_front().map(|deadline| deadline.number)
    }
}

#[inline]
fn is_open(deadline: &Deadline, in_service: bool, attempts: &Attempts) -> bool {
    let attempt = &attempts[deadline.number];
    attempt.generation == deadline.generation
        && match attempt.state {
            State::Waiting => true,
            State::Serving => in_service,
            State::Orphaned | State::Pausing | State::Over => false,
        }
}
