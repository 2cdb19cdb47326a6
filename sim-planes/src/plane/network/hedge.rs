//! Hedged calls: a second attempt beside a first that takes long; the first good answer counts (Dean & Barroso 2013).
//!
//! The two are *twins*: children of the same parent for one call. While both are under way, one that comes to nothing
//! just goes; the other is then the call's attempt, and may be tried again. When one answers well, the other is given
//! up: it leaves its queue, or in its slot stops or goes on for nobody, as the station does with clients that are gone.

use super::counts::Counts;
use super::guard::End;
use super::place::Deadline;
use super::played::{Network, OF_EDGE};
use super::spans::{NOBODY, Span, State};

impl Network {
    /// An attempt of a call that was made at `since_s` is over for its caller.
    #[inline]
    pub(super) fn leave_guard(&mut self, edge: u16, since_s: f64, now_s: f64, end: End) {
        if let Some(guard) = &mut self.edges[usize::from(edge)].guard {
            guard.leave(now_s, end, now_s - since_s);
        }
    }

    /// An attempt made at `since_s` has been answered well; `hedged`: it was a second one, and the first is still under way.
    pub(super) fn win(&mut self, edge: u16, hedged: bool, since_s: f64, now_s: f64) {
        if let Some(guard) = &mut self.edges[usize::from(edge)].guard {
            guard.leave(now_s, End::Good, now_s - since_s);
            guard.counts.hedges_won += f64::from(u8::from(hedged));
        }
    }

    /// Replicas of the caller along an edge.
    pub(super) fn callers(&self, edge: u16) -> usize {
        let from = self.edges[usize::from(edge)].from;
        let caller = self.places.get(usize::from(from));
        caller.map_or(1, |place| place.lineup.active().len())
    }

    /// A first attempt is about to arrive: its hedge will be due.
    pub(super) fn expect_hedge(&mut self, number: u32, now_s: f64) {
        let span = &self.spans[number];
        let edge = span.edge;
        let Some(guard) = &mut self.edges[usize::from(edge)].guard else {
            return;
        };
        let Some(after_s) = guard.hedge_after_s else {
            return;
        };
        // What has been answered need not be remembered.
        while let Some(oldest) = guard.hedges.front()
            && self.spans.still(oldest.number, oldest.generation).is_none()
        {
            guard.hedges.pop_front();
        }
        let due_s = now_s + after_s;
        guard.hedges.push_back(Deadline {
            due_s,
            number,
            generation: span.generation,
        });
        if !guard.armed {
            guard.armed = true;
            self.schedule(due_s, u32::from(edge) | OF_EDGE);
        }
    }

    /// The next hedge of an edge may be due.
    pub(super) fn look_at_hedges(&mut self, edge: u16, now_s: f64, counts: &mut Counts<'_>) {
        loop {
            let Some(guard) = &mut self.edges[usize::from(edge)].guard else {
                return;
            };
            let Some(&next) = guard.hedges.front() else {
                guard.armed = false;
                return;
            };
            let Some(span) = self.spans.still(next.number, next.generation) else {
                guard.hedges.pop_front();
                continue;
            };
            if next.due_s > now_s {
                return self.schedule(next.due_s, u32::from(edge) | OF_EDGE);
            }
            guard.hedges.pop_front();
            let waits = span.state != State::Pausing && !span.orphan && !span.deserted;
            let is_answered = span.state == State::Serving
                && span.due_s <= now_s
                && !self.places[usize::from(span.station)].blocks;
            if waits && !is_answered {
                self.hedge(next.number, now_s, counts);
            }
        }
    }

    /// A second attempt beside a first.
    fn hedge(&mut self, number: u32, now_s: f64, counts: &mut Counts<'_>) {
        let first = self.spans[number];
        let replicas = self.callers(first.edge);
        let guard = self.edges[usize::from(first.edge)].guard.as_mut();
        if !guard.is_some_and(|guard| guard.enter_hedge(now_s, replicas)) {
            return;
        }
        let station = usize::from(first.station);
        counts.stations[station].retries += 1;
        let mut twin = Span::new(now_s, first.edge, first.station, NOBODY);
        (twin.service_s, twin.luck) = self.places[station].demand_again();
        twin.first_s = first.first_s;
        twin.path.wait(now_s - first.first_s, first.station);
        twin.twin = number;
        twin.is_hedge = true;
        let twin = self.spans.add(twin);
        self.spans[number].twin = twin;
        if first.parent != NOBODY {
            self.spans.adopt(first.parent, twin);
        }
        self.arrive(twin, first.station, now_s, counts);
    }

    /// One of two attempts comes to nothing: it just goes. The record is the calling function's to see to.
    pub(super) fn part(&mut self, number: u32, now_s: f64) {
        let Span {
            twin,
            edge,
            arrival_s,
            ..
        } = self.spans[number];
        self.spans[twin].twin = NOBODY;
        self.spans[number].twin = NOBODY;
        self.spans.leave_parent(number);
        self.leave_guard(edge, arrival_s, now_s, End::Failed);
    }

    /// One of two attempts is not needed any more.
    pub(super) fn lose(&mut self, number: u32, now_s: f64, counts: &mut Counts<'_>) {
        let Span {
            twin,
            edge,
            state,
            station,
            replica,
            arrival_s,
            ..
        } = self.spans[number];
        if twin != NOBODY {
            self.spans[twin].twin = NOBODY;
        }
        self.spans.leave_parent(number);
        self.leave_guard(edge, now_s, now_s, End::Unknown);
        let span = &mut self.spans[number];
        (span.twin, span.orphan, span.deserted) = (NOBODY, true, true);
        if state == State::Waiting {
            self.leave_queue(number);
            counts.stations[usize::from(station)].wait(now_s - arrival_s);
            self.spans.remove(number);
            if replica != NOBODY {
                self.places[usize::from(station)].lineup.lower(replica);
                self.use_room(station, replica, now_s, counts);
            }
        } else if self.places[usize::from(station)].cancels {
            counts.stations[usize::from(station)].cancelled += 1;
            self.stop(number, now_s, counts);
        }
    }
}
