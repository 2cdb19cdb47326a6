//! What load above capacity leaves behind: a fluid of waiting requests, first come first served, that knows when
//! each of them came.
//!
//! The wait of a request that starts at some time is that time less its arrival. So waits are right after a time
//! without servers, when capacity changes, and when clients give up: who will give up takes a place in the line
//! until then.

use std::collections::VecDeque;

/// Stretches of arrivals that are kept apart; the older half is joined in pairs when there are more.
const MOST_STRETCHES: usize = 64;
/// Times closer than this are the same, seconds: arrivals of a run of years are told apart by this much.
const SHORTEST_S: f64 = 1e-7;

/// Requests that arrived evenly between two times.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Stretch {
    from_s: f64,
    to_s: f64,
    requests: f64,
}

impl Stretch {
    /// Removes what arrived up to a time within; answers how many requests.
    fn cut(&mut self, until_s: f64) -> f64 {
        let length_s = (self.to_s - self.from_s).max(f64::MIN_POSITIVE);
        let share = ((until_s - self.from_s) / length_s).clamp(0.0, 1.0);
        let gone = self.requests * share;
        self.requests -= gone;
        self.from_s = until_s.min(self.to_s);
        gone
    }
}

/// Requests that start one after another; their wait changes evenly as well.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Started {
    requests: f64,
    /// Wait of the first and the last of them, seconds.
    first_s: f64,
    last_s: f64,
}

/// What is to happen in a stretch of time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) from_s: f64,
    pub(super) to_s: f64,
    /// Requests that start at once, at servers that are free.
    pub(super) at_once: f64,
    /// Requests that start per second.
    pub(super) rate_rps: f64,
    /// Who has waited for so long gives up, seconds.
    pub(super) patience_s: f64,
    /// Whether more come than can start, so that the queue is only just empty, if ever.
    pub(super) is_above: bool,
}

/// What came out of the backlog.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Drained {
    pub(super) started: f64,
    /// Of these: at servers that were free at the beginning.
    pub(super) at_once: f64,
    /// Requests whose clients gave up.
    pub(super) gave_up: f64,
    /// When the queue was empty, so that arrivals met free servers; the end, if it never was.
    pub(super) empty_s: f64,
}

/// Waiting requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Backlog {
    /// Oldest first; none overlaps another.
    stretches: VecDeque<Stretch>,
    requests: f64,
    /// Those that the last call of [`drain`](Self::drain) has started.
    started: Vec<Started>,
}

impl Backlog {
    /// Number of requests.
    #[inline]
    pub(super) fn requests(&self) -> f64 {
        self.requests
    }

    /// How long the first in line has waited, seconds.
    pub(super) fn longest_wait_s(&self, now_s: f64) -> f64 {
        let first = self.stretches.front();
        first.map_or(0.0, |stretch| (now_s - stretch.from_s).max(0.0))
    }

    /// Measures time in other units, `ratio` new ones to an old one, from `now_s` on as before.
    pub(super) fn measure_anew(&mut self, now_s: f64, ratio: f64) {
        let mut last_s = f64::MIN;
        for stretch in &mut self.stretches {
            stretch.from_s = (now_s + (stretch.from_s - now_s) * ratio).max(last_s);
            // However short, a stretch stays one.
            let to_s = now_s + (stretch.to_s - now_s) * ratio;
            stretch.to_s = to_s.max(stretch.from_s + SHORTEST_S);
            last_s = stretch.to_s;
        }
    }

    pub(super) fn clear(&mut self) {
        self.stretches.clear();
        self.requests = 0.0;
    }

    /// Makes it so many requests, of the same ages; further ones have only just come, at `now_s`.
    pub(super) fn set(&mut self, requests: f64, now_s: f64) {
        if requests > self.requests {
            self.push(now_s - SHORTEST_S, now_s, requests - self.requests);
        } else if self.requests > 0.0 {
            let share = requests / self.requests;
            for stretch in &mut self.stretches {
                stretch.requests *= share;
            }
            self.recount();
        }
    }

    /// Adds requests that have arrived between two times, after all others.
    pub(super) fn push(&mut self, from_s: f64, to_s: f64, requests: f64) {
        if requests <= 0.0 {
            return;
        }
        let from_s = from_s.max(self.stretches.back().map_or(f64::MIN, |last| last.to_s));
        self.requests += requests;
        self.stretches.push_back(Stretch {
            from_s,
            to_s: to_s.max(from_s + SHORTEST_S),
            requests,
        });
        if self.stretches.len() > MOST_STRETCHES {
            self.join();
        }
    }

    fn join(&mut self) {
        let all: Vec<Stretch> = self.stretches.drain(..).collect();
        let (old, young) = all.split_at(all.len() / 2);
        for pair in old.chunks(2) {
            if let (Some(first), Some(last)) = (pair.first(), pair.last()) {
                self.stretches.push_back(Stretch {
                    from_s: first.from_s,
                    to_s: last.to_s,
                    requests: pair.iter().map(|stretch| stretch.requests).sum(),
                });
            }
        }
        self.stretches.extend(young);
    }

    /// Summed up anew, so that rounding does not pile up.
    fn recount(&mut self) {
        self.requests = self.stretches.iter().map(|stretch| stretch.requests).sum();
    }

    /// Gives up those that have waited for `patience_s` at `now_s`; answers how many.
    pub(super) fn give_up(&mut self, now_s: f64, patience_s: f64) -> f64 {
        let latest_s = now_s - patience_s;
        let mut gave_up = 0.0;
        while let Some(head) = self.stretches.front_mut() {
            if head.to_s > latest_s {
                if head.from_s < latest_s {
                    gave_up += head.cut(latest_s);
                }
                break;
            }
            gave_up += head.requests;
            self.stretches.pop_front();
        }
        self.recount();
        gave_up
    }

    /// Lets requests start, oldest first; those that have lost their patience give up. Ends early when the queue's
    /// head has only just arrived, and as many can start as come: then nobody waits any more.
    pub(super) fn drain(&mut self, course: &Course) -> Drained {
        self.started.clear();
        let mut drained = Drained {
            started: 0.0,
            at_once: 0.0,
            gave_up: self.give_up(course.from_s, course.patience_s),
            empty_s: course.to_s,
        };
        self.start_at_once(course, &mut drained);
        let mut now_s = course.from_s;
        while now_s < course.to_s {
            let Some(head) = self.stretches.front() else {
                drained.empty_s = now_s;
                break;
            };
            let comes_rps = head.requests / (head.to_s - head.from_s);
            let caught_up = head.from_s >= now_s - SHORTEST_S && comes_rps <= course.rate_rps;
            if caught_up && !course.is_above {
                drained.empty_s = now_s;
                break;
            }
            now_s = self.serve_head(now_s.max(head.from_s), course, &mut drained);
        }
        self.recount();
        drained
    }

    /// From when to when the requests came, and how many, oldest first.
    pub(super) fn parts(&self) -> impl Iterator<Item = (f64, f64, f64)> {
        let stretches = self.stretches.iter();
        stretches.map(|stretch| (stretch.from_s, stretch.to_s, stretch.requests))
    }

    /// Forgets those that have been started.
    pub(super) fn forget_started(&mut self) {
        self.started.clear();
    }

    /// How many have been started since.
    pub(super) fn started(&self) -> f64 {
        self.started.iter().map(|piece| piece.requests).sum()
    }

    /// Lets so many start, newest first; answers how many there were.
    pub(super) fn take_newest(&mut self, requests: f64, now_s: f64) -> f64 {
        let mut left = requests;
        while left > 0.0 {
            let Some(last) = self.stretches.back_mut() else {
                break;
            };
            let taken = last.requests.min(left);
            let share = taken / last.requests;
            let from_s = last.to_s - share * (last.to_s - last.from_s);
            self.started.push(Started {
                requests: taken,
                first_s: (now_s - last.to_s).max(0.0),
                last_s: (now_s - from_s).max(0.0),
            });
            left -= taken;
            last.requests -= taken;
            last.to_s = from_s.max(last.from_s + SHORTEST_S);
            if share >= 1.0 {
                self.stretches.pop_back();
            }
        }
        self.recount();
        requests - left.max(0.0)
    }

    /// Starts those for which servers are free, as they stand in line.
    fn start_at_once(&mut self, course: &Course, drained: &mut Drained) {
        let mut free = course.at_once;
        while free > 0.0 {
            let Some(head) = self.stretches.front_mut() else {
                break;
            };
            let here_s = course.from_s.min(head.to_s);
            let length_s = head.to_s - head.from_s;
            let here = head.requests * (here_s - head.from_s) / length_s;
            if here <= 0.0 {
                break;
            }
            let first_s = course.from_s - head.from_s;
            let youngest_s = course.from_s - here_s;
            let taken = if here <= free && here_s >= head.to_s {
                let all = head.requests;
                self.stretches.pop_front();
                all
            } else {
                let taken = here.min(free);
                head.cut(head.from_s + length_s * taken / head.requests);
                taken
            };
            let last_s = self
                .stretches
                .front()
                .map_or(0.0, |next| (course.from_s - next.from_s).max(0.0))
                // Nobody need have come since the youngest of these.
                .max(youngest_s);
            self.started.push(Started {
                requests: taken,
                first_s,
                last_s: last_s.min(first_s),
            });
            drained.started += taken;
            drained.at_once += taken;
            free -= taken;
        }
    }

    /// Serves the oldest stretch until it is gone, its clients lose their patience, it has caught up with the time,
    /// or the time is over; answers the time then.
    fn serve_head(&mut self, now_s: f64, course: &Course, drained: &mut Drained) -> f64 {
        let Some(head) = self.stretches.front_mut() else {
            return course.to_s;
        };
        let patience_s = course.patience_s;
        let length_s = head.to_s - head.from_s;
        let wait_s = now_s - head.from_s;
        // Seconds of arrivals served per second.
        let mut speed = course.rate_rps * length_s / head.requests;
        if wait_s <= SHORTEST_S {
            // They start as they come.
            speed = speed.min(1.0);
        }
        let losing = wait_s >= patience_s * (1.0 - 1e-9) && speed < 1.0;
        // At the end of patience, the head moves with the time.
        let pace = if losing { 1.0 } else { speed };
        let mut lasts_s = (course.to_s - now_s).min(length_s / pace);
        if !losing && speed < 1.0 {
            lasts_s = lasts_s.min((patience_s - wait_s) / (1.0 - speed));
        } else if speed > 1.0 {
            lasts_s = lasts_s.min(wait_s / (speed - 1.0));
        }
        // A step too short to change the time must not be taken for ever.
        lasts_s = lasts_s.max(SHORTEST_S);
        let gone = (head.requests * pace * lasts_s / length_s).min(head.requests);
        let started = if losing {
            (course.rate_rps * lasts_s).min(gone)
        } else {
            gone
        };
        drained.started += started;
        drained.gave_up += gone - started;
        head.requests -= gone;
        head.from_s += pace * lasts_s;
        if started > 0.0 {
            self.started.push(Started {
                requests: started,
                first_s: wait_s,
                last_s: (wait_s + (1.0 - pace) * lasts_s).max(0.0),
            });
        }
        if head.requests <= 1e-12 * (1.0 + gone) || head.to_s <= head.from_s {
            drained.started += head.requests;
            self.stretches.pop_front();
        }
        now_s + lasts_s
    }

    /// Of those that [`drain`](Self::drain) has started: the wait below which the share `share` of them stands in the
    /// order of their start, seconds.
    pub(super) fn wait_s(&self, share: f64) -> f64 {
        let total: f64 = self.started.iter().map(|piece| piece.requests).sum();
        let mut left = share * total;
        for piece in &self.started {
            if left <= piece.requests {
                let part = left / piece.requests;
                return piece.first_s + part * (piece.last_s - piece.first_s);
            }
            left -= piece.requests;
        }
        self.started.last().map_or(0.0, |piece| piece.last_s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Late in a month, a stretch that is measured in much longer units is still one.
    #[test]
    fn measured_anew_nobody_is_lost() {
        let now_s = 2.4e6;
        let mut backlog = Backlog::default();
        backlog.push(now_s, now_s, 30.0);
        backlog.push(now_s, now_s, 12.0);
        backlog.measure_anew(now_s, 1e-3);
        let drained = backlog.drain(&Course {
            at_once: 5.0,
            ..course(now_s, now_s + 1.0, 10.0, f64::INFINITY)
        });
        let all = drained.started + backlog.requests();
        assert!((all - 42.0).abs() < 1e-6, "{drained:?}");
        assert!((drained.started - 10.0).abs() < 1e-6, "{drained:?}");
    }

    fn course(from_s: f64, to_s: f64, rate_rps: f64, patience_s: f64) -> Course {
        Course {
            from_s,
            to_s,
            at_once: 0.0,
            rate_rps,
            patience_s,
            is_above: false,
        }
    }

    /// Two minutes without servers, then twice the rate: waits fall from 120 s to none within 120 s.
    #[test]
    fn waits_fall_evenly() {
        let mut backlog = Backlog::default();
        for tick in 0..8 {
            let at_s = 15.0 * f64::from(tick);
            backlog.push(at_s, at_s + 15.0, 150.0);
        }
        let mut longest_s = 120.0;
        for tick in 8..20 {
            let at_s = 15.0 * f64::from(tick);
            backlog.push(at_s, at_s + 15.0, 150.0);
            let drained = backlog.drain(&course(at_s, at_s + 15.0, 20.0, f64::INFINITY));
            if at_s < 239.0 {
                assert!((drained.started - 300.0).abs() < 1e-6, "{drained:?}");
                assert!((backlog.wait_s(0.0) - longest_s).abs() < 1e-6);
                assert!((backlog.wait_s(1.0) - longest_s + 15.0).abs() < 1e-6);
                longest_s -= 15.0;
            } else {
                assert!((drained.empty_s - at_s).abs() < 1e-3, "{drained:?}");
                backlog.clear();
            }
        }
    }

    /// Overload from an empty queue grows; with patience the head waits for just as long, what is too much gives up.
    #[test]
    fn patience_bounds_the_wait() {
        let mut backlog = Backlog::default();
        let (mut started, mut gave_up) = (0.0, 0.0);
        for tick in 0..100 {
            let at_s = f64::from(tick);
            backlog.push(at_s, at_s + 1.0, 30.0);
            let drained = backlog.drain(&course(at_s, at_s + 1.0, 20.0, 5.0));
            started += drained.started;
            gave_up += drained.gave_up;
            assert!(backlog.wait_s(0.5) <= 5.0 + 1e-6, "{drained:?}");
        }
        assert!((started - 2000.0).abs() < 1e-3, "{started}");
        assert!((started + gave_up + backlog.requests() - 3000.0).abs() < 1e-6);
        assert!((backlog.requests() - 150.0).abs() < 1e-3);
    }

    /// Three come within two seconds, nobody after them; with the first server, after half a minute, each has waited since he came.
    #[test]
    fn who_waited_from_zero_has_waited_since_he_came() {
        let mut backlog = Backlog::default();
        backlog.push(0.0, 2.0, 3.0);
        let drained = backlog.drain(&Course {
            at_once: 10.0,
            ..course(30.0, 45.0, 0.1, f64::INFINITY)
        });
        assert_eq!(drained.at_once, 3.0);
        let [all] = &backlog.started[..] else {
            panic!("{:?}", backlog.started);
        };
        assert_eq!((all.first_s, all.last_s), (30.0, 28.0));
    }

    /// Free servers take the oldest at once.
    #[test]
    fn free_servers_start_at_once() {
        let mut backlog = Backlog::default();
        backlog.push(0.0, 10.0, 40.0);
        let drained = backlog.drain(&Course {
            at_once: 20.0,
            ..course(10.0, 11.0, 5.0, f64::INFINITY)
        });
        assert!((drained.started - 25.0).abs() < 1e-9, "{drained:?}");
        assert!((backlog.wait_s(0.0) - 10.0).abs() < 1e-9);
        assert!((backlog.wait_s(0.8) - 5.0).abs() < 1e-9);
        assert!((backlog.requests() - 15.0).abs() < 1e-9);
    }

    /// The newest first: the stack is taken from its top.
    #[test]
    fn the_newest_start_first() {
        let mut backlog = Backlog::default();
        backlog.push(0.0, 10.0, 40.0);
        backlog.push(10.0, 20.0, 20.0);
        assert!((backlog.take_newest(30.0, 25.0) - 30.0).abs() < 1e-9);
        assert!((backlog.started() - 30.0).abs() < 1e-9);
        assert!((backlog.wait_s(0.0) - 5.0).abs() < 1e-9);
        assert!((backlog.wait_s(1.0) - 17.5).abs() < 1e-9);
        assert!((backlog.requests() - 30.0).abs() < 1e-9);
        assert!((backlog.take_newest(50.0, 25.0) - 30.0).abs() < 1e-9);
        assert_eq!(backlog.requests(), 0.0);
    }

    #[test]
    fn the_impatient_leave() {
        let mut backlog = Backlog::default();
        backlog.push(0.0, 2.0, 3.0);
        assert_eq!(backlog.give_up(6.0, 5.0), 1.5);
        assert_eq!(backlog.give_up(8.0, 5.0), 1.5);
        assert_eq!(backlog.requests(), 0.0);
        backlog.push(8.0, 10.0, 4.0);
        backlog.set(2.0, 10.0);
        assert!((backlog.give_up(14.0, 5.0) - 1.0).abs() < 1e-9);
    }
}
