//! Processor sharing in one replica, exactly.
//!
//! With n requests in service each is served at the speed min(1, cores / n). The service that a request would
//! have received had it been there all along is the replica's *virtual time*; a request admitted at virtual
//! time v that needs s leaves at virtual time v + s, whatever comes and goes in between (Kleinrock 1967).

use super::attempts::{Attempts, State};
use core::cmp::Ordering;
use std::collections::BinaryHeap;

/// A request's end in virtual time.
#[derive(Clone, Copy, Debug)]
struct End {
    virtual_s: f64,
    number: u32,
}

/// The earliest end is the greatest.
impl Ord for End {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_time = other.virtual_s.total_cmp(&self.virtual_s);
        by_time.then(other.number.cmp(&self.number))
    }
}

impl PartialOrd for End {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for End {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for End {}

/// The requests that share a replica's processors.
#[derive(Clone, Debug)]
pub(super) struct Sharing {
    cores: f64,
    /// Requests in service.
    count: u32,
    virtual_s: f64,
    /// When `virtual_s` was right.
    at_s: f64,
    /// Those that were cancelled are among them until their turn comes.
    ends: BinaryHeap<End>,
    /// When the next request leaves, if nothing changes.
    pub(super) due_s: f64,
    /// The earliest event that will look at this replica.
    pub(super) armed_s: f64,
}

impl Sharing {
    pub(super) fn idle(cores: f64) -> Self {
        Self {
            cores,
            count: 0,
            virtual_s: 0.0,
            at_s: 0.0,
            ends: BinaryHeap::new(),
            due_s: f64::INFINITY,
            armed_s: f64::INFINITY,
        }
    }

    /// Requests in service, and processors in use.
    pub(super) fn usage(&self) -> (f64, f64) {
        let count = f64::from(self.count);
        (count, count.min(self.cores))
    }

    /// Lets everything go; answers who was there, and who had been cancelled.
    pub(super) fn clear(&mut self) -> Vec<u32> {
        let ends = core::mem::take(&mut self.ends).into_sorted_vec();
        *self = Self::idle(self.cores);
        ends.into_iter().map(|end| end.number).collect()
    }

    /// Seconds per second of service of each request.
    fn stretch(&self) -> f64 {
        (f64::from(self.count) / self.cores).max(1.0)
    }

    fn advance(&mut self, now_s: f64) {
        if self.count > 0 {
            self.virtual_s += (now_s - self.at_s) / self.stretch();
        }
        self.at_s = now_s;
    }

    /// A request that needs `service_s` is admitted.
    pub(super) fn admit(&mut self, now_s: f64, number: u32, service_s: f64) {
        self.advance(now_s);
        self.count += 1;
        self.ends.push(End {
            virtual_s: self.virtual_s + service_s,
            number,
        });
        self.look_ahead();
    }

    /// The request whose end is due leaves.
    pub(super) fn finish(&mut self, now_s: f64, attempts: &mut Attempts) -> Option<u32> {
        self.advance(now_s);
        let end = self.ends.pop()?;
        // Rounding aside it is there already.
        self.virtual_s = self.virtual_s.max(end.virtual_s);
        self.leave(attempts);
        Some(end.number)
    }

    /// A request was cancelled (its record says that it is over).
    pub(super) fn cancel(&mut self, now_s: f64, attempts: &mut Attempts) {
        self.advance(now_s);
        self.leave(attempts);
    }

    fn leave(&mut self, attempts: &mut Attempts) {
        self.count -= 1;
        while let Some(end) = self.ends.peek()
            && attempts[end.number].state == State::Over
        {
            attempts.remove(end.number);
            self.ends.pop();
        }
        if self.ends.is_empty() {
            // Small again, for precision.
            self.virtual_s = 0.0;
        }
        self.look_ahead();
    }

    fn look_ahead(&mut self) {
        self.due_s = match self.ends.peek() {
            Some(end) => self.at_s + (end.virtual_s - self.virtual_s).max(0.0) * self.stretch(),
            None => f64::INFINITY,
        };
    }
}
