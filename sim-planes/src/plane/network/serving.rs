//! In a slot: own service, the calls that follow, and the answer.

use super::CallMode;
use super::counts::Counts;
use super::played::{Answer, Network};
use super::spans::{Link, NOBODY, Origin, State};
use crate::plane::tally::Failure;

impl Network {
    /// An attempt starts on a replica, where a slot has been taken for it.
    #[inline]
    pub(super) fn start(&mut self, number: u32, replica: u32, now_s: f64, counts: &mut Counts<'_>) {
        let span = &mut self.spans[number];
        let station = span.station;
        let place = &mut self.places[usize::from(station)];
        span.state = State::Serving;
        span.replica = replica;
        let wait_s = now_s - span.arrival_s;
        span.path.wait(wait_s, station);
        span.service_s *= place.time_factor;
        span.due_s = now_s + span.service_s;
        counts.stations[usize::from(station)].wait(wait_s);
        place.replicas[replica as usize].busy += 1;
        if place.lineup.is_active(replica) {
            place.usage.change(now_s, 1.0, 1.0);
        }
        let due_s = span.due_s;
        self.schedule(due_s, number);
    }

    /// An attempt's own service is over.
    #[inline]
    pub(super) fn end_service(&mut self, number: u32, now_s: f64, counts: &mut Counts<'_>) {
        let span = &mut self.spans[number];
        let station = span.station;
        let place = &mut self.places[usize::from(station)];
        span.path.serve(span.service_s, station);
        span.state = State::Calling;
        span.step = place.first_call;
        let replica = span.replica;
        if place.function.is_some() {
            place.usage.change(now_s, 0.0, -1.0);
        } else {
            place.replicas[replica as usize].busy -= 1;
            if place.lineup.is_active(replica) {
                place.usage.change(now_s, 0.0, -1.0);
            }
        }
        if span.luck < place.error_probability {
            self.fail_in_slot(number, None, now_s, counts);
        } else {
            self.proceed(number, now_s, counts);
        }
    }

    /// A span makes its next calls; if none is left, it answers.
    #[inline]
    fn proceed(&mut self, number: u32, now_s: f64, counts: &mut Counts<'_>) {
        loop {
            let span = &mut self.spans[number];
            let place = &mut self.places[usize::from(span.station)];
            let step = span.step;
            if span.left > 0 {
                span.left -= 1;
                span.step += u16::from(span.left == 0);
                span.outstanding += 1;
                return self.issue(step, number, now_s, counts);
            }
            if step == place.end_of_calls {
                return self.answer(number, now_s, counts);
            }
            let edge = &self.edges[usize::from(step)];
            match edge.mode {
                CallMode::Sequential => {
                    span.left = edge.count(&mut place.calls);
                    span.step += u16::from(span.left == 0);
                }
                CallMode::Async => {
                    span.step += 1;
                    for _ in 0..edge.count(&mut place.calls) {
                        self.issue(step, NOBODY, now_s, counts);
                    }
                }
                CallMode::Parallel => {
                    let end = place.end_of_calls;
                    self.issue_together(number, step, end, now_s, counts);
                    if self.spans[number].outstanding > 0 {
                        return;
                    }
                }
            }
        }
    }

    /// A span makes the parallel calls that stand together, from `step` on.
    fn issue_together(
        &mut self,
        number: u32,
        mut step: u16,
        end: u16,
        now_s: f64,
        counts: &mut Counts<'_>,
    ) {
        let station = usize::from(self.spans[number].station);
        while step < end && self.edges[usize::from(step)].mode == CallMode::Parallel {
            let count = self.edges[usize::from(step)].count(&mut self.places[station].calls);
            self.spans[number].outstanding += u32::from(count);
            for _ in 0..count {
                self.issue(step, number, now_s, counts);
            }
            step += 1;
        }
        self.spans[number].step = step;
    }

    /// Who waits is told an answer.
    #[inline]
    pub(super) fn tell(&mut self, answer: &Answer, now_s: f64, counts: &mut Counts<'_>) {
        if self.spans.still(answer.to, answer.generation).is_none() {
            return;
        }
        let span = &mut self.spans[answer.to];
        span.outstanding -= 1;
        if answer.fails {
            span.path.then(&answer.path);
            self.fail_in_slot(answer.to, Some(answer.origin), now_s, counts);
        } else if span.outstanding == 0 {
            // Of calls made together this is the last to be answered.
            span.path.then(&answer.path);
            self.proceed(answer.to, now_s, counts);
        }
    }

    /// A span has all it needs and answers well.
    #[inline]
    fn answer(&mut self, number: u32, now_s: f64, counts: &mut Counts<'_>) {
        let span = &self.spans[number];
        let (station, replica, edge) = (span.station, span.replica, span.edge);
        if !span.orphan {
            let (twin, is_hedge, since_s) = (span.twin, span.is_hedge, span.arrival_s);
            if self.edges[usize::from(edge)].guard.is_some() && !span.deserted {
                self.win(edge, is_hedge && twin != NOBODY, since_s, now_s);
                if twin != NOBODY {
                    self.spans[number].twin = NOBODY;
                    self.lose(twin, now_s, counts);
                }
            }
            let span = &self.spans[number];
            let latency_s = now_s - span.first_s;
            let at = usize::from(station);
            self.places[at].open -= 1;
            // Without rounding the service is never longer.
            counts.stations[at].serve(latency_s, span.path.service_s.min(latency_s));
            if edge < self.entries {
                let entry = usize::from(edge);
                debug_assert!(
                    (span.path.wait_s + span.path.service_s - latency_s).abs()
                        <= 1e-9 * (1.0 + now_s),
                    "{:?} is not all of {latency_s}",
                    span.path
                );
                self.open[entry] -= 1;
                counts.entries[entry].serve(latency_s, &span.path);
            } else if span.parent != NOBODY {
                let path = span.path;
                let to = self.spans.leave_parent(number);
                self.send(to, path, false, Origin::at(station, Failure::Failed));
            }
        }
        self.spans.remove(number);
        self.leave_slot(station, replica, now_s, counts);
    }

    /// An answer is on its way.
    #[inline]
    pub(super) fn send(&mut self, to: Link, path: super::path::Path, fails: bool, origin: Origin) {
        let generation = self.spans[to].generation;
        self.answers.push_back(Answer {
            to,
            generation,
            path,
            fails,
            origin,
        });
    }

    /// A span in a slot, its own service over, has come to nothing: by an error, or because of a call that did.
    fn fail_in_slot(
        &mut self,
        number: u32,
        origin: Option<Origin>,
        now_s: f64,
        counts: &mut Counts<'_>,
    ) {
        self.abandon_calls(number, now_s, counts);
        if !self.spans[number].orphan {
            self.conclude(number, Failure::Failed, origin, now_s, counts);
        }
        let span = &self.spans[number];
        let (station, replica) = (span.station, span.replica);
        self.spans.remove(number);
        self.leave_slot(station, replica, now_s, counts);
    }

    /// A span whose own service is over leaves its slot.
    #[inline]
    fn leave_slot(&mut self, station: u16, replica: u32, now_s: f64, counts: &mut Counts<'_>) {
        let place = &mut self.places[usize::from(station)];
        if place.function.is_some() {
            return place.give_back(replica, false, now_s);
        }
        if place.lineup.is_active(replica) {
            place.usage.change(now_s, -1.0, 0.0);
        }
        self.free_slot(station, replica, now_s, counts);
    }

    /// A slot falls free: the next that waits at the replica takes it, and the next in front its place.
    #[inline]
    pub(super) fn free_slot(
        &mut self,
        station: u16,
        replica: u32,
        now_s: f64,
        counts: &mut Counts<'_>,
    ) {
        let place = &mut self.places[usize::from(station)];
        place.lineup.lower(replica);
        let next = if place.order.is_plain() {
            place.replicas[replica as usize].queue.pop(&mut self.spans)
        } else {
            self.next_in_order(station, replica, now_s, counts)
        };
        let place = &mut self.places[usize::from(station)];
        let holder = &mut place.replicas[replica as usize];
        match next {
            Some(next) => {
                place.waiting -= 1;
                self.start(next, replica, now_s, counts);
            }
            None => holder.in_service -= 1,
        }
        self.use_room(station, replica, now_s, counts);
    }

    /// A replica holds one less than before.
    #[inline]
    pub(super) fn use_room(
        &mut self,
        station: u16,
        replica: u32,
        now_s: f64,
        counts: &mut Counts<'_>,
    ) {
        let place = &mut self.places[usize::from(station)];
        if !place.lineup.is_active(replica) {
            if place.lineup.load(replica) == 0 {
                place.lineup.remove(replica);
            }
        } else if place.front.len() > 0 && place.has_room(replica) {
            self.pull(station, replica, now_s, counts);
        }
    }

    /// The next in front takes a free slot: what waits in front are spans without queues at the replicas.
    pub(super) fn pull(&mut self, station: u16, replica: u32, now_s: f64, counts: &mut Counts<'_>) {
        let place = &mut self.places[usize::from(station)];
        let next = if place.order.is_plain() {
            place.front.pop(&mut self.spans)
        } else {
            self.next_in_order(station, NOBODY, now_s, counts)
        };
        if let Some(number) = next {
            let place = &mut self.places[usize::from(station)];
            place.waiting -= 1;
            place.lineup.raise(replica);
            place.replicas[replica as usize].in_service += 1;
            self.start(number, replica, now_s, counts);
        }
    }
}
