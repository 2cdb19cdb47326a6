//! From a call to a slot: balancer, queues, what finds no room, and how long callers wait.

use super::counts::Counts;
use super::path::Path;
use super::place::Deadline;
use super::played::{Network, OF_STATION};
use super::spans::{Link, NOBODY, Origin, Span, State};
use crate::plane::Overflow;
use crate::plane::tally::Failure;

/// Spans under way at most, in all: a bound for memory that no sensible scenario meets. Further ones are rejected.
const MOST_SPANS: usize = 5_000_000;

impl Network {
    /// A call is made for the first time; `parent` waits for the answer.
    #[inline]
    pub(super) fn issue(
        &mut self,
        number_of_edge: u16,
        parent: Link,
        now_s: f64,
        counts: &mut Counts<'_>,
    ) {
        let edge = &mut self.edges[usize::from(number_of_edge)];
        edge.earn();
        let station = edge.to;
        let is_guarded = edge.guard.is_some();
        if is_guarded && !self.may_call(number_of_edge, now_s) {
            return self.refuse(number_of_edge, parent, now_s);
        }
        let place = &mut self.places[usize::from(station)];
        place.open += 1;
        counts.stations[usize::from(station)].arrivals += 1;
        let mut span = Span::new(now_s, number_of_edge, station, NOBODY);
        (span.service_s, span.luck) = place.demand();
        let number = self.spans.add(span);
        if let Some(recorder) = &mut self.spans.recorder {
            recorder.begin(number, parent, number_of_edge < self.entries, &span);
        }
        if parent != NOBODY {
            self.spans.adopt(parent, number);
        }
        if is_guarded {
            self.expect_hedge(number, now_s);
        }
        self.arrive(number, station, now_s, counts);
    }

    /// Whether a call's guard lets an attempt through.
    fn may_call(&mut self, edge: u16, now_s: f64) -> bool {
        let replicas = self.callers(edge);
        let guard = self.edges[usize::from(edge)].guard.as_mut();
        guard.is_none_or(|guard| guard.enter(now_s, replicas))
    }

    /// A call is turned away before it gets anywhere.
    fn refuse(&mut self, number_of_edge: u16, parent: Link, now_s: f64) {
        let edge = &self.edges[usize::from(number_of_edge)];
        if parent != NOBODY {
            if let Some(recorder) = &mut self.spans.recorder {
                let refused = Span::new(now_s, number_of_edge, edge.to, parent);
                recorder.refuse(parent, &refused);
            }
            let origin = Origin::at(edge.to, Failure::Refused);
            self.send(parent, Path::new(edge.to), edge.required, origin);
        }
    }

    /// A caller has paused long enough.
    pub(super) fn try_again(&mut self, number: u32, now_s: f64, counts: &mut Counts<'_>) {
        let Span { edge, station, .. } = self.spans[number];
        if self.edges[usize::from(edge)].guard.is_some() && !self.may_call(edge, now_s) {
            // Its fate is that of the last attempt that was made.
            let span = self.spans[number];
            let failed = (span.failure, span.origin);
            self.meet_fate(number, failed, &span.path, 0.0, (now_s, counts));
            return self.spans.remove(number);
        }
        counts.stations[usize::from(station)].retries += 1;
        if edge < self.entries {
            counts.entries[usize::from(edge)].tally.retries += 1;
        }
        let (service_s, luck) = self.places[usize::from(station)].demand_again();
        let span = &mut self.spans[number];
        span.arrival_s = now_s;
        (span.service_s, span.luck) = (service_s, luck);
        span.state = State::Waiting;
        let again = *span;
        if let Some(recorder) = &mut self.spans.recorder {
            recorder.attempt(number, number, &again);
        }
        self.arrive(number, station, now_s, counts);
    }

    /// An attempt arrives at a station.
    #[inline]
    pub(super) fn arrive(
        &mut self,
        number: u32,
        station: u16,
        now_s: f64,
        counts: &mut Counts<'_>,
    ) {
        let place = &mut self.places[usize::from(station)];
        if let Some(bucket) = &mut place.bucket
            && !bucket.take(now_s)
        {
            counts.stations[usize::from(station)].turned_away += 1;
            return self.fail_outside(number, Failure::Throttled, now_s, counts);
        }
        if place.down {
            return self.fail_outside(number, Failure::Failed, now_s, counts);
        }
        if self.spans.under_way() > MOST_SPANS {
            return self.fail_outside(number, Failure::Rejected, now_s, counts);
        }
        if place.function.is_some() {
            return self.invoke(number, station, now_s, counts);
        }
        let choice = if place.front.len() > 0 {
            None
        } else {
            place.choose()
        };
        match choice {
            Some(replica) if place.has_room(replica) => {
                place.lineup.raise(replica);
                let holder = &mut place.replicas[replica as usize];
                if holder.in_service < place.concurrency {
                    holder.in_service += 1;
                    self.start(number, replica, now_s, counts);
                    self.watch_started(number);
                } else {
                    holder.queue.push(number, &mut self.spans);
                    self.spans[number].replica = replica;
                    self.wait(number, station);
                }
            }
            _ => self.overflow(number, station, choice, now_s, counts),
        }
    }

    /// An attempt began to wait.
    fn wait(&mut self, number: u32, station: u16) {
        self.places[usize::from(station)].waiting += 1;
        self.watch(number);
    }

    /// An attempt has started on arrival: its caller's patience matters only if it may end before the answer.
    #[inline]
    fn watch_started(&mut self, number: u32) {
        let span = &self.spans[number];
        let place = &self.places[usize::from(span.station)];
        if place.blocks || span.due_s > span.arrival_s + place.timeout_s {
            self.watch(number);
        }
    }

    /// Its caller will give an attempt up that has just arrived.
    pub(super) fn watch(&mut self, number: u32) {
        let span = &self.spans[number];
        let place = &mut self.places[usize::from(span.station)];
        if place.timeout_s == f64::INFINITY {
            return;
        }
        // What ended early need not be remembered until its deadline.
        while let Some(oldest) = place.deadlines.front()
            && self.spans.still(oldest.number, oldest.generation).is_none()
        {
            place.deadlines.pop_front();
        }
        let due_s = span.arrival_s + place.timeout_s;
        place.deadlines.push_back(Deadline {
            due_s,
            number,
            generation: span.generation,
        });
        if !place.armed {
            place.armed = true;
            let station = u32::from(span.station);
            self.schedule(due_s, station | OF_STATION);
        }
    }

    /// The next deadline of a station may have come.
    pub(super) fn look_at_deadlines(&mut self, station: u16, now_s: f64, counts: &mut Counts<'_>) {
        loop {
            let place = &mut self.places[usize::from(station)];
            let Some(&next) = place.deadlines.front() else {
                place.armed = false;
                return;
            };
            let Some(span) = self.spans.still(next.number, next.generation) else {
                place.deadlines.pop_front();
                continue;
            };
            if next.due_s > now_s {
                return self.schedule(next.due_s, u32::from(station) | OF_STATION);
            }
            place.deadlines.pop_front();
            // An answer in the last moment is in time.
            let answered = span.state == State::Serving && !place.blocks && span.due_s <= now_s;
            if !answered {
                self.give_up(next.number, now_s, counts);
            }
        }
    }

    /// An attempt found no room at `choice`, or no replica at all, or others waiting in front.
    fn overflow(
        &mut self,
        number: u32,
        station: u16,
        choice: Option<u32>,
        now_s: f64,
        counts: &mut Counts<'_>,
    ) {
        let place = &mut self.places[usize::from(station)];
        let drops = place.overflow == Overflow::DropOldest;
        let at_replica = choice.filter(|_| place.front_limit == 0);
        let full = at_replica.is_some() || place.front.len() >= place.front_limit;
        let queue = match at_replica {
            Some(replica) => &mut place.replicas[replica as usize].queue,
            None => &mut place.front,
        };
        if full {
            let oldest = if drops && (at_replica.is_some() || place.front_limit > 0) {
                queue.pop(&mut self.spans)
            } else {
                None
            };
            let Some(oldest) = oldest else {
                return self.fail_outside(number, Failure::Rejected, now_s, counts);
            };
            queue.push(number, &mut self.spans);
            place.waiting -= 1;
            self.fail_outside(oldest, Failure::Dropped, now_s, counts);
        } else {
            queue.push(number, &mut self.spans);
        }
        self.spans[number].replica = at_replica.unwrap_or(NOBODY);
        let place = &self.places[usize::from(station)];
        let beyond = at_replica.is_none() && place.front.len() > place.front_queue;
        counts.stations[usize::from(station)].blocked += u64::from(beyond);
        self.wait(number, station);
    }

    /// An attempt that holds no slot, and waits nowhere any more, has come to nothing.
    pub(super) fn fail_outside(
        &mut self,
        number: u32,
        failure: Failure,
        now_s: f64,
        counts: &mut Counts<'_>,
    ) {
        self.conclude(number, failure, None, now_s, counts);
        self.spans.remove(number);
    }
}
