//! A queue of spans in the order of their arrival; any of them may leave it.

use super::spans::{Link, NOBODY, Spans};

/// A first-in-first-out list, linked both ways through the spans' records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Queue {
    first: Link,
    last: Link,
    len: u32,
}

impl Queue {
    pub(super) const EMPTY: Self = Self {
        first: NOBODY,
        last: NOBODY,
        len: 0,
    };

    #[inline]
    pub(super) fn len(&self) -> u32 {
        self.len
    }

    #[inline]
    pub(super) fn push(&mut self, number: u32, spans: &mut Spans) {
        let span = &mut spans[number];
        span.next = NOBODY;
        span.previous = self.last;
        if self.last == NOBODY {
            self.first = number;
        } else {
            spans[self.last].next = number;
        }
        self.last = number;
        self.len += 1;
    }

    /// Takes out the oldest.
    #[inline]
    pub(super) fn pop(&mut self, spans: &mut Spans) -> Option<u32> {
        let number = self.first;
        if number == NOBODY {
            return None;
        }
        self.take_out(number, spans);
        Some(number)
    }

    /// Takes out the newest.
    pub(super) fn pop_newest(&mut self, spans: &mut Spans) -> Option<u32> {
        let number = self.last;
        if number == NOBODY {
            return None;
        }
        self.take_out(number, spans);
        Some(number)
    }

    /// Takes out one that waits here.
    #[inline]
    pub(super) fn take_out(&mut self, number: u32, spans: &mut Spans) {
        let (previous, next) = (spans[number].previous, spans[number].next);
        if previous == NOBODY {
            self.first = next;
        } else {
            spans[previous].next = next;
        }
        if next == NOBODY {
            self.last = previous;
        } else {
            spans[next].previous = previous;
        }
        self.len -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::spans::Span;
    use super::*;

    #[test]
    fn any_span_may_leave() {
        let mut spans = Spans::default();
        let numbers: Vec<u32> = (0..5)
            .map(|_| spans.add(Span::new(0.0, 0, 0, NOBODY)))
            .collect();
        let mut queue = Queue::EMPTY;
        for &number in &numbers {
            queue.push(number, &mut spans);
        }
        for place in [2, 0, 4] {
            queue.take_out(numbers[place], &mut spans);
        }
        assert_eq!(queue.len(), 2);
        assert_eq!(queue.pop(&mut spans), Some(numbers[1]));
        queue.push(numbers[0], &mut spans);
        assert_eq!(queue.pop(&mut spans), Some(numbers[3]));
        assert_eq!(queue.pop(&mut spans), Some(numbers[0]));
        assert_eq!(queue.pop(&mut spans), None);
    }
}
