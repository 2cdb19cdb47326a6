//! The attempts under way: one record each, from its arrival until nothing refers to it any more.

use super::queue::{Link, NOBODY};

/// Where an attempt is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Waiting at a replica or in front of them.
    Waiting,
    /// In service; its client waits for the answer.
    Serving,
    /// In service; its client has given up.
    Orphaned,
    /// Its client pauses; the record stands for the next attempt.
    Pausing,
    /// Over. What still refers to the record finds this.
    Over,
}

/// An attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    pub(super) arrival_s: f64,
    /// Arrival of the request's first attempt, seconds.
    pub(super) first_s: f64,
    pub(super) service_s: f64,
    /// The next one in the queue that it waits in.
    pub(super) next: Link,
    /// The one before it; means nothing of the first one.
    pub(super) previous: Link,
    /// Where it waits or is served.
    pub(super) replica: u32,
    /// Attempts of this request before it.
    pub(super) failures: u32,
    /// Tells the users of a record apart, for those that remember its number.
    pub(super) generation: u32,
    pub(super) state: State,
    /// In a slot, with an event to come at which its client will give up.
    pub(super) late: bool,
    pub(super) high: bool,
    pub(super) error: bool,
}

impl Attempt {
    /// An attempt that has just arrived.
    #[inline]
    pub(super) fn new(arrival_s: f64, service_s: f64, error: bool, high: bool) -> Self {
        Self {
            arrival_s,
            first_s: arrival_s,
            service_s,
            next: NOBODY,
            previous: NOBODY,
            replica: NOBODY,
            failures: 0,
            generation: 0,
            state: State::Waiting,
            late: false,
            high,
            error,
        }
    }
}

/// All attempts under way, by number.
#[derive(Debug, Default)]
pub(super) struct Attempts {
    records: Vec<Attempt>,
    unused: Vec<u32>,
}

impl Attempts {
    /// Keeps an attempt; answers its number.
    #[inline]
    pub(super) fn add(&mut self, mut attempt: Attempt) -> u32 {
        match self.unused.pop() {
            Some(number) => {
                let record = &mut self.records[number as usize];
                attempt.generation = record.generation.wrapping_add(1);
                *record = attempt;
                number
            }
            None => {
                self.records.push(attempt);
                self.records.len() as u32 - 1
            }
        }
    }

    /// Forgets an attempt: its number may be used again.
    #[inline]
    pub(super) fn remove(&mut self, number: u32) {
        self.records[number as usize].state = State::Over;
        self.unused.push(number);
    }

    /// The numbers of the attempts in service at a replica that `gone` tells, in rising order.
    pub(super) fn in_service_at(&self, gone: impl Fn(u32) -> bool) -> Vec<u32> {
        let serving = |attempt: &Attempt| {
            matches!(attempt.state, State::Serving | State::Orphaned) && gone(attempt.replica)
        };
        let numbered = self.records.iter().zip(0..);
        numbered
            .filter(|(attempt, _)| serving(attempt))
            .map(|(_, number)| number)
            .collect()
    }
}

impl core::ops::Index<u32> for Attempts {
    type Output = Attempt;
    #[inline]
    fn index(&self, number: u32) -> &Attempt {
        &self.records[number as usize]
    }
}

impl core::ops::IndexMut<u32> for Attempts {
    #[inline]
    fn index_mut(&mut self, number: u32) -> &mut Attempt {
        &mut self.records[number as usize]
    }
}
