//! What comes to nothing: callers that give up, try again, or are gone.

use super::counts::Counts;
use super::guard::End;
use super::path::Path;
use super::played::Network;
use super::spans::{NOBODY, Origin, Span, State};
use crate::plane::tally::Failure;

impl Network {
    /// An attempt has come to nothing: its caller tries again, or the request has met its fate. `origin` is how that began,
    /// where it was a call of its own. The record is the calling function's to see to.
    pub(super) fn conclude(
        &mut self,
        number: u32,
        failure: Failure,
        origin: Option<Origin>,
        now_s: f64,
        counts: &mut Counts<'_>,
    ) {
        if self.spans[number].twin != NOBODY {
            return self.part(number, now_s);
        }
        let (path, needed_s) = self.so_far(number, now_s);
        let span = self.spans[number];
        if !span.deserted {
            self.leave_guard(span.edge, span.arrival_s, now_s, End::Failed);
        }
        let origin = origin.unwrap_or_else(|| self.origin(&span, failure, &path, needed_s));
        let pause_s = if span.deserted {
            None
        } else {
            let place = &mut self.places[usize::from(span.station)];
            self.edges[usize::from(span.edge)].pause_s(span.failures, &mut place.pauses)
        };
        match pause_s {
            Some(pause_s) => {
                self.pause(number, pause_s, path, (failure, origin), now_s);
            }
            None => {
                self.meet_fate(number, (failure, origin), &path, needed_s, counts);
            }
        }
    }

    /// A caller pauses before it tries again.
    fn pause(
        &mut self,
        number: u32,
        pause_s: f64,
        mut path: Path,
        (failure, origin): (Failure, Origin),
        now_s: f64,
    ) {
        let span = self.spans[number];
        path.start_anew(pause_s, origin.station);
        let due_s = now_s + pause_s;
        let again = self.spans.add(Span {
            first_s: span.first_s,
            due_s,
            path,
            failures: span.failures + 1,
            failure,
            origin,
            state: State::Pausing,
            ..Span::new(now_s, span.edge, span.station, NOBODY)
        });
        let parent = self.spans.leave_parent(number);
        if parent != NOBODY {
            self.spans.adopt(parent, again);
        }
        self.schedule(due_s, again);
    }

    /// A request has come to nothing for good.
    pub(super) fn meet_fate(
        &mut self,
        number: u32,
        (failure, origin): (Failure, Origin),
        path: &Path,
        needed_s: f64,
        counts: &mut Counts<'_>,
    ) {
        let Span { station, edge, .. } = self.spans[number];
        self.places[usize::from(station)].open -= 1;
        counts.stations[usize::from(station)].fail(failure, needed_s);
        if edge < self.entries {
            let entry = usize::from(edge);
            self.open[entry] -= 1;
            return counts.entries[entry].fail(failure, &origin, needed_s);
        }
        let parent = self.spans.leave_parent(number);
        if parent != NOBODY {
            let fails = self.edges[usize::from(edge)].required;
            self.send(parent, *path, fails, origin);
        }
    }

    /// How an attempt of its own fault came to nothing.
    fn origin(&self, span: &Span, failure: Failure, path: &Path, needed_s: f64) -> Origin {
        if failure != Failure::TimedOut {
            return Origin::at(span.station, failure);
        }
        let timeout_s = self.places[usize::from(span.station)].timeout_s;
        let (station, in_service) = path.blame(timeout_s, needed_s);
        Origin {
            station,
            failure,
            in_service,
        }
    }

    /// Where the time of a call went until now, and how much service of the current attempt is known to be needed.
    fn so_far(&self, number: u32, now_s: f64) -> (Path, f64) {
        let span = &self.spans[number];
        let mut path = span.path;
        let mut needed_s = path.service_s;
        match span.state {
            State::Waiting | State::Starting => {
                path.wait(now_s - span.arrival_s, span.station);
                let to_come_s = span.service_s * self.places[usize::from(span.station)].time_factor;
                path.serve_part(0.0, to_come_s, span.station);
                needed_s += to_come_s;
            }
            State::Serving => {
                let over_s = span.service_s - (span.due_s - now_s);
                path.serve_part(over_s, span.service_s, span.station);
                needed_s += span.service_s;
            }
            State::Calling => {
                // All that are outstanding began at the same time. The one that has waited longest tells what waiting
                // there was, the one that needs most what there would be without.
                let mut waits: Option<Path> = None;
                let mut needs: Option<(Path, f64)> = None;
                let mut child = span.first_child;
                while child != NOBODY {
                    let (childs, child_needs_s) = self.so_far(child, now_s);
                    if waits.is_none_or(|path| childs.wait_s >= path.wait_s) {
                        waits = Some(childs);
                    }
                    if needs.is_none_or(|(_, most_s)| child_needs_s >= most_s) {
                        needs = Some((childs, child_needs_s));
                    }
                    child = self.spans[child].next_sibling;
                }
                if let Some(longest) = waits {
                    path.then(&longest);
                }
                if let Some((neediest, most_s)) = needs {
                    path.see_service_of(&neediest);
                    needed_s += most_s;
                }
            }
            // Of the pause only what is over.
            State::Pausing => path.wait_s -= span.due_s - now_s,
            State::Over => {}
        }
        (path, needed_s)
    }

    /// The caller of a span does not wait for it any longer.
    pub(super) fn give_up(&mut self, number: u32, now_s: f64, counts: &mut Counts<'_>) {
        let Span {
            state,
            station,
            replica,
            arrival_s,
            ..
        } = self.spans[number];
        match state {
            State::Waiting => {
                self.leave_queue(number);
                counts.stations[usize::from(station)].wait(now_s - arrival_s);
                self.fail_outside(number, Failure::TimedOut, now_s, counts);
                if replica != NOBODY {
                    let place = &mut self.places[usize::from(station)];
                    place.lineup.lower(replica);
                    self.use_room(station, replica, now_s, counts);
                }
            }
            State::Starting | State::Serving | State::Calling if !self.spans[number].orphan => {
                self.conclude(number, Failure::TimedOut, None, now_s, counts);
                if self.places[usize::from(station)].cancels {
                    counts.stations[usize::from(station)].cancelled += 1;
                    self.stop(number, now_s, counts);
                } else {
                    self.spans[number].orphan = true;
                }
            }
            State::Starting | State::Serving | State::Calling | State::Pausing | State::Over => {}
        }
    }

    /// Takes a span out of the queue that it waits in.
    pub(super) fn leave_queue(&mut self, number: u32) {
        let Span {
            station, replica, ..
        } = self.spans[number];
        let place = &mut self.places[usize::from(station)];
        place.waiting -= 1;
        let queue = if replica == NOBODY {
            &mut place.front
        } else {
            &mut place.replicas[replica as usize].queue
        };
        queue.take_out(number, &mut self.spans);
    }

    /// A replica stops working on a span at once.
    pub(super) fn stop(&mut self, number: u32, now_s: f64, counts: &mut Counts<'_>) {
        let Span {
            state,
            station,
            replica,
            ..
        } = self.spans[number];
        let busy = state == State::Serving;
        self.end_early(number, now_s, counts);
        let place = &mut self.places[usize::from(station)];
        if place.function.is_some() {
            return place.give_back(replica, busy, now_s);
        }
        place.replicas[replica as usize].busy -= u32::from(busy);
        if place.lineup.is_active(replica) {
            let busy = if busy { -1.0 } else { 0.0 };
            place.usage.change(now_s, -1.0, busy);
        }
        self.free_slot(station, replica, now_s, counts);
    }

    /// Forgets a span in a slot, whose slot is the calling function's to see to.
    pub(super) fn end_early(&mut self, number: u32, now_s: f64, counts: &mut Counts<'_>) {
        self.abandon_calls(number, now_s, counts);
        if matches!(self.spans[number].state, State::Starting | State::Serving) {
            // Its end is still in the calendar; the record goes when that comes.
            self.spans[number].state = State::Over;
        } else {
            self.spans.remove(number);
        }
    }

    /// A span does not wait for its calls any longer: nobody tries them again. Stations that cancel stop, others do not
    /// know and go on.
    pub(super) fn abandon_calls(&mut self, number: u32, now_s: f64, counts: &mut Counts<'_>) {
        loop {
            let child = self.spans[number].first_child;
            if child == NOBODY {
                return;
            }
            if self.spans[child].twin != NOBODY {
                self.lose(child, now_s, counts);
                continue;
            }
            self.spans.leave_parent(child);
            let span = &mut self.spans[child];
            span.deserted = true;
            let (state, failed) = (span.state, (span.failure, span.origin));
            if state == State::Pausing {
                let path = span.path;
                self.meet_fate(child, failed, &path, 0.0, counts);
                // The end of the pause is still in the calendar.
                self.spans[child].state = State::Over;
                continue;
            }
            let (edge, station) = (span.edge, span.station);
            self.leave_guard(edge, now_s, now_s, End::Unknown);
            if self.places[usize::from(station)].cancels {
                self.give_up(child, now_s, counts);
            }
        }
    }
}
