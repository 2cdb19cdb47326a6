//! The spans under way: one record each, for a call to a station and its current attempt, from its arrival until
//! nothing refers to it any more.

use super::path::Path;
use super::trace::{Fate, Recorder};
use crate::plane::tally::Failure;

/// The number of a span, or [`NOBODY`].
pub(super) type Link = u32;
/// No span.
pub(super) const NOBODY: Link = u32::MAX;

/// Where a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Waiting at a replica or in front of them.
    Waiting,
    /// On an instance of a function that starts; the end of the start is in the calendar.
    Starting,
    /// In a slot, in its own service; its end is in the calendar.
    Serving,
    /// In a slot, waiting for answers.
    Calling,
    /// Its caller pauses; the record stands for the next attempt, which is in the calendar.
    Pausing,
    /// Over. What still refers to the record finds this.
    Over,
}

/// A span.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// Arrival of this attempt, seconds.
    pub(super) arrival_s: f64,
    /// Arrival of the first attempt, seconds.
    pub(super) first_s: f64,
    /// Own service; from its start on as it really is.
    pub(super) service_s: f64,
    /// End of the own service, or of the pause.
    pub(super) due_s: f64,
    /// An error if below the probability of one.
    pub(super) luck: f64,
    /// Where its time went until now: what is over.
    pub(super) path: Path,
    /// Its neighbours in the queue that it waits in.
    pub(super) next: Link,
    pub(super) previous: Link,
    /// Who waits for the answer; nobody if that is a user, or there is none.
    pub(super) parent: Link,
    /// The calls it waits for, and its neighbours among its parent's.
    pub(super) first_child: Link,
    pub(super) next_sibling: Link,
    pub(super) previous_sibling: Link,
    /// The other attempt of the same call that is under way, where one hedges the other.
    pub(super) twin: Link,
    /// How many calls it waits for, answers on their way included.
    pub(super) outstanding: u32,
    /// Where it waits or is served.
    pub(super) replica: u32,
    /// Tells the users of a record apart, for those that remember its number.
    pub(super) generation: u32,
    /// Attempts before it.
    pub(super) failures: u32,
    /// What is called: the number of an entry or a call.
    pub(super) edge: u16,
    pub(super) station: u16,
    /// The call of its own to make next; or, with some `left`, the one being made.
    pub(super) step: u16,
    pub(super) left: u16,
    /// How the last attempt failed, and how that began.
    pub(super) failure: Failure,
    pub(super) origin: Origin,
    pub(super) state: State,
    /// Goes on for nobody: its fate is counted.
    pub(super) orphan: bool,
    /// Its caller is gone: nobody would try again.
    pub(super) deserted: bool,
    /// The second attempt of a hedged call.
    pub(super) is_hedge: bool,
}

/// What went wrong first, and where, when a request came to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Origin {
    pub(super) station: u16,
    pub(super) failure: Failure,
    /// It took too long, and would have without any waiting.
    pub(super) in_service: bool,
}

impl Origin {
    /// Something other than time.
    pub(super) fn at(station: u16, failure: Failure) -> Self {
        Self {
            station,
            failure,
            in_service: false,
        }
    }
}

impl Span {
    /// The first attempt of a call along an edge to a station.
    #[inline]
    pub(super) fn new(now_s: f64, edge: u16, station: u16, parent: Link) -> Self {
        Self {
            arrival_s: now_s,
            first_s: now_s,
            service_s: 0.0,
            due_s: 0.0,
            luck: 1.0,
            path: Path::new(station),
            next: NOBODY,
            previous: NOBODY,
            parent,
            first_child: NOBODY,
            next_sibling: NOBODY,
            previous_sibling: NOBODY,
            twin: NOBODY,
            outstanding: 0,
            replica: NOBODY,
            generation: 0,
            failures: 0,
            edge,
            station,
            step: 0,
            left: 0,
            failure: Failure::Failed,
            origin: Origin::at(station, Failure::Failed),
            state: State::Waiting,
            orphan: false,
            deserted: false,
            is_hedge: false,
        }
    }
}

/// All spans under way, by number.
#[derive(Debug, Default)]
pub(super) struct Spans {
    records: Vec<Span>,
    unused: Vec<u32>,
    /// Follows single requests, if anybody wants to know.
    pub(super) recorder: Option<Box<Recorder>>,
}

impl Spans {
    /// Keeps a span; answers its number.
    #[inline]
    pub(super) fn add(&mut self, mut span: Span) -> u32 {
        match self.unused.pop() {
            Some(number) => {
                let record = &mut self.records[number as usize];
                span.generation = record.generation.wrapping_add(1);
                *record = span;
                number
            }
            None => {
                span.generation = 0;
                self.records.push(span);
                self.records.len() as u32 - 1
            }
        }
    }

    /// Forgets a span: its number may be used again.
    #[inline]
    pub(super) fn remove(&mut self, number: u32) {
        self.records[number as usize].state = State::Over;
        self.unused.push(number);
    }

    /// A followed span is over for its caller.
    #[inline]
    pub(super) fn note_end(&mut self, number: u32, fate: Fate, now_s: f64) {
        if let Some(recorder) = &mut self.recorder {
            recorder.end(number, fate, now_s);
        }
    }

    /// A slot of a replica is taken (1) or left (−1).
    #[inline]
    pub(super) fn note_slot(&mut self, station: u16, replica: u32, change: i32, now_s: f64) {
        if let Some(recorder) = &mut self.recorder {
            recorder.hold(station, replica, change, now_s);
        }
    }

    /// How many there are.
    #[inline]
    pub(super) fn under_way(&self) -> usize {
        self.records.len() - self.unused.len()
    }

    /// The span that had this number and generation, if it is not over.
    #[inline]
    pub(super) fn still(&self, number: u32, generation: u32) -> Option<&Span> {
        let span = &self.records[number as usize];
        (span.generation == generation && span.state != State::Over).then_some(span)
    }

    /// A parent waits for another of its calls.
    #[inline]
    pub(super) fn adopt(&mut self, parent: u32, number: u32) {
        let next = self[parent].first_child;
        self[parent].first_child = number;
        let span = &mut self[number];
        span.parent = parent;
        span.next_sibling = next;
        span.previous_sibling = NOBODY;
        if next != NOBODY {
            self[next].previous_sibling = number;
        }
    }

    /// Nobody waits for a call any more; answers who did.
    #[inline]
    pub(super) fn leave_parent(&mut self, number: u32) -> Link {
        let span = &mut self[number];
        let parent = core::mem::replace(&mut span.parent, NOBODY);
        let (previous, next) = (span.previous_sibling, span.next_sibling);
        if parent != NOBODY {
            if previous == NOBODY {
                self[parent].first_child = next;
            } else {
                self[previous].next_sibling = next;
            }
            if next != NOBODY {
                self[next].previous_sibling = previous;
            }
        }
        parent
    }

    /// The numbers of the spans that `are` tells, in rising order.
    pub(super) fn that(&self, are: impl Fn(&Span) -> bool) -> Vec<u32> {
        let numbered = self.records.iter().zip(0..);
        numbered
            .filter(|(span, _)| are(span))
            .map(|(_, number)| number)
            .collect()
    }
}

impl core::ops::Index<u32> for Spans {
    type Output = Span;
    #[inline]
    fn index(&self, number: u32) -> &Span {
        &self.records[number as usize]
    }
}

impl core::ops::IndexMut<u32> for Spans {
    #[inline]
    fn index_mut(&mut self, number: u32) -> &mut Span {
        &mut self.records[number as usize]
    }
}
