//! Replicas come and go, at the start of an interval.

use super::StationInterval;
use super::counts::Counts;
use super::place::Replica;
use super::played::Network;
use super::spans::State;
use crate::plane::tally::Failure;

impl Network {
    /// Takes on an interval's conditions at a station.
    pub(super) fn adapt(
        &mut self,
        station: u16,
        conditions: &StationInterval,
        counts: &mut Counts<'_>,
    ) {
        let place = &mut self.places[usize::from(station)];
        place.set_conditions(conditions);
        let interval = &conditions.interval;
        if let Some(function) = &mut place.function {
            return function.provision(interval.servers, self.now_s);
        }
        let by_load = place.balancer.goes_by_load();
        place.lineup.keep_by_load(by_load);
        if interval.killed_replicas > 0 {
            let killed = place.lineup.retire_any(interval.killed_replicas as usize);
            self.kill(station, killed, counts);
        }
        let place = &mut self.places[usize::from(station)];
        let replicas = (interval.servers / place.concurrency) as usize;
        let active = place.lineup.active().len();
        if active > replicas {
            let removed = place.lineup.retire_youngest(active - replicas);
            if place.kills {
                self.kill(station, removed, counts);
            } else {
                self.drain(station, &removed);
            }
        } else if active < replicas {
            place.lineup.grow(replicas - active);
            place.replicas.resize(place.lineup.numbers(), Replica::IDLE);
        }
        loop {
            let place = &self.places[usize::from(station)];
            let Some(&replica) = place.lineup.least_loaded().first() else {
                return;
            };
            if place.front.len() == 0 || !place.has_room(replica) {
                return;
            }
            self.pull(station, replica, self.now_s, counts);
        }
    }

    /// Replicas that were taken out of service finish what they hold.
    fn drain(&mut self, station: u16, removed: &[u32]) {
        for &replica in removed {
            self.stop_counting(station, replica);
            let lineup = &mut self.places[usize::from(station)].lineup;
            if lineup.load(replica) == 0 {
                lineup.remove(replica);
            }
        }
    }

    /// Replicas that were taken out of service end at once, with all they hold.
    fn kill(&mut self, station: u16, mut removed: Vec<u32>, counts: &mut Counts<'_>) {
        for &replica in &removed {
            self.stop_counting(station, replica);
        }
        removed.sort_unstable();
        let held = self.spans.that(|span| {
            span.station == station
                && matches!(span.state, State::Waiting | State::Serving | State::Calling)
                && removed.binary_search(&span.replica).is_ok()
        });
        let now_s = self.now_s;
        for number in held {
            if self.spans[number].state == State::Waiting {
                self.leave_queue(number);
                self.fail_outside(number, Failure::Lost, now_s, counts);
            } else {
                if !self.spans[number].orphan {
                    self.conclude(number, Failure::Lost, None, now_s, counts);
                }
                self.end_early(number, now_s, counts);
            }
        }
        let place = &mut self.places[usize::from(station)];
        for &replica in &removed {
            place.replicas[replica as usize] = Replica::IDLE;
            place.lineup.remove(replica);
            if let Some(recorder) = &mut self.spans.recorder {
                recorder.kill(station, replica, now_s);
            }
        }
    }

    /// What a replica out of service still does is no longer counted as use of the interval's replicas.
    fn stop_counting(&mut self, station: u16, replica: u32) {
        let place = &mut self.places[usize::from(station)];
        let holder = place.replicas[replica as usize];
        let (held, busy) = (f64::from(holder.in_service), f64::from(holder.busy));
        place.usage.change(self.now_s, -held, -busy);
    }
}
