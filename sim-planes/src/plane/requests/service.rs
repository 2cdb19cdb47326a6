//! From a slot to the end: service, answers, clients that give up, and what follows from each.

use super::super::tally::{Failure, Tally};
use super::attempts::{Attempt, State};
use super::events::{Events, OF_REPLICA};
use super::queue::NOBODY;

impl Events {
    /// An attempt starts on a replica, where a slot has been taken for it.
    #[inline]
    pub(super) fn start(&mut self, number: u32, replica: u32, now_s: f64, tally: &mut Tally<'_>) {
        self.serving += 1;
        let attempt = &mut self.attempts[number];
        attempt.state = State::Serving;
        attempt.replica = replica;
        let wait_s = now_s - attempt.arrival_s;
        tally.wait(wait_s);
        if attempt.high {
            tally.wait_high(wait_s);
        }
        if self.cores.is_some() {
            return self.start_sharing(number, replica, now_s);
        }
        let end_s = now_s + attempt.service_s;
        let deadline_s = attempt.arrival_s + self.timeout_s;
        attempt.late = end_s > deadline_s;
        if end_s > deadline_s {
            self.calendar.add(deadline_s.max(now_s), number);
        }
        if end_s <= deadline_s || !self.cancels {
            self.calendar.add(end_s, number);
        }
        if self.lineup.is_active(replica) {
            self.usage.change(now_s, 1.0, 1.0);
        }
    }

    fn start_sharing(&mut self, number: u32, replica: u32, now_s: f64) {
        let service_s = self.attempts[number].service_s;
        let sharing = &mut self.sharing[replica as usize];
        let before = sharing.usage();
        sharing.admit(now_s, number, service_s);
        self.shared_anew(replica, before, now_s);
    }

    /// The requests that share a replica's processors have changed: sees to it that the next end is not missed.
    fn shared_anew(&mut self, replica: u32, before: (f64, f64), now_s: f64) {
        let sharing = &mut self.sharing[replica as usize];
        if sharing.due_s < sharing.armed_s {
            sharing.armed_s = sharing.due_s;
            self.calendar.add(sharing.due_s, replica | OF_REPLICA);
        }
        if self.lineup.is_active(replica) {
            let after = sharing.usage();
            self.usage
                .change(now_s, after.0 - before.0, after.1 - before.1);
        }
    }

    /// Something that was due happens.
    #[inline]
    pub(super) fn happen(&mut self, what: u32, now_s: f64, tally: &mut Tally<'_>) {
        if what & OF_REPLICA != 0 {
            return self.look_at(what & !OF_REPLICA, now_s, tally);
        }
        let attempt = &mut self.attempts[what];
        if attempt.late {
            attempt.late = false;
            return match attempt.state {
                State::Serving => self.give_up_in_service(what, now_s, tally),
                // Lost meanwhile; without cancellation its end is still to come.
                _ if self.cancels => self.attempts.remove(what),
                _ => {}
            };
        }
        match attempt.state {
            State::Serving | State::Orphaned => {
                if self.lineup.is_active(attempt.replica) {
                    self.usage.change(now_s, -1.0, -1.0);
                }
                self.finish(what, now_s, tally);
            }
            State::Pausing => self.try_again(what, now_s, tally),
            State::Waiting | State::Over => self.attempts.remove(what),
        }
    }

    /// The next end at a replica that shares its processors may have come.
    fn look_at(&mut self, replica: u32, now_s: f64, tally: &mut Tally<'_>) {
        let sharing = &mut self.sharing[replica as usize];
        if sharing.armed_s != now_s {
            return;
        }
        sharing.armed_s = f64::INFINITY;
        let before = sharing.usage();
        let ended = if sharing.due_s <= now_s {
            sharing.finish(now_s, &mut self.attempts)
        } else {
            None
        };
        self.shared_anew(replica, before, now_s);
        if let Some(number) = ended {
            self.finish(number, now_s, tally);
        }
    }

    /// An attempt's service is over.
    #[inline]
    fn finish(&mut self, number: u32, now_s: f64, tally: &mut Tally<'_>) {
        let attempt = self.attempts[number];
        self.attempts.remove(number);
        if attempt.state == State::Serving {
            self.serving -= 1;
            if attempt.error {
                self.conclude(&attempt, Failure::Failed, now_s, tally);
            } else {
                tally.serve(now_s - attempt.first_s, attempt.service_s);
            }
        }
        self.free_slot(attempt.replica, now_s, tally);
    }

    /// A slot of a replica falls free: the next one that waits there takes it, and the next in front its place.
    #[inline]
    fn free_slot(&mut self, replica: u32, now_s: f64, tally: &mut Tally<'_>) {
        self.lineup.lower(replica);
        let next = if self.order.is_plain() {
            self.replicas[replica as usize].queue.pop(&self.attempts)
        } else {
            self.next_in_order(replica, now_s, tally)
        };
        let holder = &mut self.replicas[replica as usize];
        match next {
            Some(next) => {
                self.waiting -= 1;
                self.start(next, replica, now_s, tally);
            }
            None => holder.in_service -= 1,
        }
        self.use_room(replica, now_s, tally);
    }

    /// A replica holds one less than before.
    #[inline]
    fn use_room(&mut self, replica: u32, now_s: f64, tally: &mut Tally<'_>) {
        if !self.lineup.is_active(replica) {
            if self.lineup.load(replica) == 0 {
                self.lineup.remove(replica);
            }
        } else if self.front.len() > 0 && self.has_room(replica) {
            self.pull(replica, now_s, tally);
        }
    }

    /// The next in front moves on to a replica that has room.
    pub(super) fn pull(&mut self, replica: u32, now_s: f64, tally: &mut Tally<'_>) {
        let next = if self.order.is_plain() {
            self.front.pop(&self.attempts)
        } else {
            self.next_in_order(NOBODY, now_s, tally)
        };
        if let Some(number) = next
            && self.admit(number, replica, now_s, tally)
        {
            self.waiting -= 1;
        }
    }

    /// A client's patience ends while its attempt waits, or shares a processor.
    pub(super) fn give_up(&mut self, number: u32, now_s: f64, tally: &mut Tally<'_>) {
        let attempt = self.attempts[number];
        if attempt.state == State::Serving {
            return self.give_up_in_service(number, now_s, tally);
        }
        let high = attempt.high;
        let queue = if attempt.replica == NOBODY {
            &mut self.front
        } else {
            self.lineup.lower(attempt.replica);
            &mut self.replicas[attempt.replica as usize].queue
        };
        if self.order.is_plain() {
            let oldest = queue.pop_oldest(high, &self.attempts);
            debug_assert_eq!(oldest, Some(number), "the first in is the first to give up");
        } else {
            // A queue of its own may have got the newest of those in front first.
            queue.remove(number, &mut self.attempts);
        }
        self.waiting -= 1;
        let wait_s = now_s - attempt.arrival_s;
        tally.wait(wait_s);
        if high {
            tally.wait_high(wait_s);
        }
        self.fail(number, Failure::TimedOut, now_s, tally);
        if attempt.replica != NOBODY {
            self.use_room(attempt.replica, now_s, tally);
        }
    }

    /// A client's patience ends while its attempt is in service.
    fn give_up_in_service(&mut self, number: u32, now_s: f64, tally: &mut Tally<'_>) {
        let attempt = self.attempts[number];
        self.serving -= 1;
        if self.cancels {
            tally.cancelled += 1;
            self.attempts[number].state = State::Over;
            if self.cores.is_some() {
                let sharing = &mut self.sharing[attempt.replica as usize];
                let before = sharing.usage();
                // Forgets the attempt, at once or later.
                sharing.cancel(now_s, &mut self.attempts);
                self.shared_anew(attempt.replica, before, now_s);
            } else {
                self.attempts.remove(number);
                if self.lineup.is_active(attempt.replica) {
                    self.usage.change(now_s, -1.0, -1.0);
                }
            }
            self.free_slot(attempt.replica, now_s, tally);
        } else {
            self.attempts[number].state = State::Orphaned;
        }
        self.conclude(&attempt, Failure::TimedOut, now_s, tally);
    }

    /// An attempt that nothing else refers to has come to nothing.
    pub(super) fn fail(
        &mut self,
        number: u32,
        failure: Failure,
        now_s: f64,
        tally: &mut Tally<'_>,
    ) {
        let attempt = self.attempts[number];
        self.attempts.remove(number);
        self.conclude(&attempt, failure, now_s, tally);
    }

    /// An attempt has come to nothing: its client tries again, or the request has met its fate.
    pub(super) fn conclude(
        &mut self,
        attempt: &Attempt,
        failure: Failure,
        now_s: f64,
        tally: &mut Tally<'_>,
    ) {
        match self.clients.pause_s(attempt.failures, self.pausing) {
            Some(pause_s) => {
                let number = self.attempts.add(Attempt {
                    failures: attempt.failures + 1,
                    state: State::Pausing,
                    ..*attempt
                });
                self.pausing += 1;
                self.calendar.add(now_s + pause_s, number);
            }
            None => tally.fail(failure, attempt.service_s),
        }
    }

    /// A client has paused long enough.
    fn try_again(&mut self, number: u32, now_s: f64, tally: &mut Tally<'_>) {
        self.pausing -= 1;
        tally.retries += 1;
        let (service_s, error) = self
            .clients
            .demand(&self.service_time, self.error_probability);
        let attempt = &mut self.attempts[number];
        *attempt = Attempt {
            first_s: attempt.first_s,
            failures: attempt.failures,
            generation: attempt.generation,
            ..Attempt::new(now_s, service_s, error, attempt.high)
        };
        self.arrive(number, now_s, tally);
    }
}
