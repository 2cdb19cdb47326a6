//! A queue of attempts in the order of their arrival, in two classes: high priority goes first.

use super::attempts::Attempts;

/// The number of an attempt, or [`NOBODY`].
pub(super) type Link = u32;
/// No attempt.
pub(super) const NOBODY: Link = u32::MAX;

/// A first-in-first-out list, linked through the attempts' records.
#[derive(Clone, Copy, Debug)]
struct List {
    first: Link,
    last: Link,
}

impl List {
    const EMPTY: Self = Self {
        first: NOBODY,
        last: NOBODY,
    };

    #[inline]
    fn push(&mut self, number: u32, attempts: &mut Attempts) {
        let attempt = &mut attempts[number];
        attempt.next = NOBODY;
        attempt.previous = self.last;
        if self.first == NOBODY {
            self.first = number;
        } else {
            attempts[self.last].next = number;
        }
        self.last = number;
    }

    #[inline]
    fn pop(&mut self, attempts: &Attempts) -> Option<u32> {
        let number = self.first;
        if number == NOBODY {
            return None;
        }
        self.first = attempts[number].next;
        Some(number)
    }

    fn pop_newest(&mut self, attempts: &mut Attempts) -> Option<u32> {
        if self.first == NOBODY {
            return None;
        }
        let number = self.last;
        if self.first == number {
            self.first = NOBODY;
        } else {
            self.last = attempts[number].previous;
            attempts[self.last].next = NOBODY;
        }
        Some(number)
    }

    /// Takes out an attempt that is in the list.
    fn remove(&mut self, number: u32, attempts: &mut Attempts) {
        if self.first == number {
            self.pop(attempts);
            return;
        }
        let (previous, next) = (attempts[number].previous, attempts[number].next);
        attempts[previous].next = next;
        if next == NOBODY {
            self.last = previous;
        } else {
            attempts[next].previous = previous;
        }
    }
}

/// Attempts that wait in one place. All have the same patience, so within a class the first in is also the
/// first to give up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Queue {
    high: List,
    low: List,
    len: u32,
}

impl Queue {
    pub(super) const EMPTY: Self = Self {
        high: List::EMPTY,
        low: List::EMPTY,
        len: 0,
    };

    #[inline]
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    #[inline]
    pub(super) fn push(&mut self, number: u32, attempts: &mut Attempts) {
        let list = if attempts[number].high {
            &mut self.high
        } else {
            &mut self.low
        };
        list.push(number, attempts);
        self.len += 1;
    }

    /// The next to be served.
    #[inline]
    pub(super) fn pop(&mut self, attempts: &Attempts) -> Option<u32> {
        if self.len == 0 {
            return None;
        }
        self.len -= 1;
        self.high.pop(attempts).or_else(|| self.low.pop(attempts))
    }

    /// Takes out an attempt that waits here, wherever it stands.
    pub(super) fn remove(&mut self, number: u32, attempts: &mut Attempts) {
        let list = if attempts[number].high {
            &mut self.high
        } else {
            &mut self.low
        };
        list.remove(number, attempts);
        self.len -= 1;
    }

    /// The next to be served where the newest is.
    pub(super) fn pop_newest(&mut self, attempts: &mut Attempts) -> Option<u32> {
        let high = self.high.pop_newest(attempts);
        let newest = high.or_else(|| self.low.pop_newest(attempts));
        self.len -= u32::from(newest.is_some());
        newest
    }

    /// Takes out the one that makes way for a newcomer: the oldest of low priority or, if there is none and the
    /// newcomer is of high priority, the oldest of high.
    pub(super) fn pop_least(&mut self, newcomer_high: bool, attempts: &Attempts) -> Option<u32> {
        let low = self.pop_oldest(false, attempts);
        if low.is_none() && newcomer_high {
            return self.pop_oldest(true, attempts);
        }
        low
    }

    /// Takes out the oldest of a class.
    pub(super) fn pop_oldest(&mut self, high: bool, attempts: &Attempts) -> Option<u32> {
        let list = if high { &mut self.high } else { &mut self.low };
        let oldest = list.pop(attempts);
        self.len -= u32::from(oldest.is_some());
        oldest
    }
}
