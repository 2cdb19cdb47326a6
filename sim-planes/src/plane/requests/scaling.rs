//! Replicas come and go, at the start of an interval.

use super::super::Interval;
use super::super::tally::{Failure, Tally};
use super::attempts::{Attempt, State};
use super::events::{Events, Replica};
use super::sharing::Sharing;

impl Events {
    /// Takes on an interval's replicas and limits.
    pub(super) fn adapt(&mut self, interval: &Interval, tally: &mut Tally<'_>) {
        let now_s = self.now_s;
        let replicas = (interval.servers / self.concurrency) as usize;
        (self.front_limit, self.front_queue) = self.front_limits(interval);
        let own_queue = if self.one_queue || replicas == 0 {
            0
        } else {
            interval.queue_limit / replicas as u32
        };
        let by_load = self.balancer.goes_by_load() || self.front_limit > 0 || self.front.len() > 0;
        self.capacity = self.concurrency.saturating_add(own_queue);
        self.lineup.keep_by_load(by_load);
        if interval.killed_replicas > 0 {
            let killed = self.lineup.retire_any(interval.killed_replicas as usize);
            self.kill(killed, tally);
        }
        let active = self.lineup.active().len();
        if active > replicas {
            let removed = self.lineup.retire_youngest(active - replicas);
            if self.kills {
                self.kill(removed, tally);
            } else {
                self.drain(&removed);
            }
        } else if active < replicas {
            self.lineup.grow(replicas - active);
            let numbers = self.lineup.numbers();
            self.replicas.resize(numbers, Replica::IDLE);
            if let Some(cores) = self.cores {
                self.sharing.resize(numbers, Sharing::idle(cores));
            }
        }
        if self.lineup.active().len() != active {
            // With shared processors two events for each end, not knowing how many share.
            self.calendar.expect(f64::from(interval.servers), now_s);
        }
        while self.front.len() > 0
            && let Some(&replica) = self.lineup.least_loaded().first()
            && self.has_room(replica)
        {
            self.pull(replica, now_s, tally);
        }
    }

    /// Replicas that were taken out of service finish what they hold.
    fn drain(&mut self, removed: &[u32]) {
        for &replica in removed {
            self.stop_counting(replica);
            if self.lineup.load(replica) == 0 {
                self.lineup.remove(replica);
            }
        }
    }

    /// Replicas that were taken out of service end at once, with all they hold.
    fn kill(&mut self, mut removed: Vec<u32>, tally: &mut Tally<'_>) {
        let mut lost = Vec::new();
        for &replica in &removed {
            self.stop_counting(replica);
            if self.cores.is_some() {
                self.end_sharing(replica, &mut lost);
            }
        }
        if self.cores.is_none() {
            removed.sort_unstable();
            let gone = |replica: u32| removed.binary_search(&replica).is_ok();
            for number in self.attempts.in_service_at(gone) {
                let attempt = &mut self.attempts[number];
                if attempt.state == State::Serving {
                    lost.push(*attempt);
                }
                // Its end is still in the calendar; the record goes when that comes.
                attempt.state = State::Over;
            }
        }
        self.serving -= lost.len() as u64;
        for &replica in &removed {
            let holder = core::mem::replace(&mut self.replicas[replica as usize], Replica::IDLE);
            let mut queue = holder.queue;
            self.lineup.remove(replica);
            while let Some(number) = queue.pop(&self.attempts) {
                self.waiting -= 1;
                self.fail(number, Failure::Lost, self.now_s, tally);
            }
        }
        for attempt in &lost {
            self.conclude(attempt, Failure::Lost, self.now_s, tally);
        }
    }

    /// Takes from a replica all that share its processors; `lost` receives those whose clients wait.
    fn end_sharing(&mut self, replica: u32, lost: &mut Vec<Attempt>) {
        for number in self.sharing[replica as usize].clear() {
            let attempt = self.attempts[number];
            if attempt.state == State::Serving {
                lost.push(attempt);
            }
            self.attempts.remove(number);
        }
    }

    /// What a replica out of service still does is no longer counted as use of the interval's replicas.
    fn stop_counting(&mut self, replica: u32) {
        let (in_service, busy) = match self.sharing.get(replica as usize) {
            Some(sharing) => sharing.usage(),
            None => {
                let count = f64::from(self.replicas[replica as usize].in_service);
                (count, count)
            }
        };
        self.usage.change(self.now_s, -in_service, -busy);
    }
}
