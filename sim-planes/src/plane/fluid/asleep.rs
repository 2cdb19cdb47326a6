//! Requests that came while there was no server: how long each has waited, until it starts or gives up.
//!
//! They are kept as cohorts, one to an interval, whose arrivals are spread evenly over it. So what they wait is
//! counted in full when servers come, which decides whether they are slow or too late. Those that come while the
//! line drains are in it too, until it is gone.

use std::collections::VecDeque;

/// Cohorts are told apart as so many groups when they start; the mixture has room for that.
const MAX_GROUPS: u32 = 8;

/// The arrivals of one interval that still wait.
#[derive(Clone, Copy, Debug)]
struct Cohort {
    count: f64,
    /// Time that the youngest and the oldest of them have waited, seconds.
    youngest_s: f64,
    oldest_s: f64,
}

/// Requests that start, with how long they waited before the interval in which they do.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Group {
    pub(super) count: f64,
    pub(super) waited_s: f64,
}

/// All that wait for the first server, the oldest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Asleep {
    cohorts: VecDeque<Cohort>,
}

impl Asleep {
    /// How many there are.
    pub(super) fn count(&self) -> f64 {
        self.cohorts.iter().map(|cohort| cohort.count).sum()
    }

    /// Takes in requests that waited when the last server went. How long they had waited is not known: they were
    /// in a queue that moved.
    pub(super) fn fall_asleep(&mut self, count: f64) {
        self.add(count, 0.0, 0.0);
    }

    /// An interval without servers: some give up, others come while there is room. Answers how many gave up and how
    /// many were turned away.
    pub(super) fn pass(
        &mut self,
        length_s: f64,
        arrivals: f64,
        room: f64,
        timeout_s: f64,
    ) -> (f64, f64) {
        let mut gave_up = self.grow_older(length_s, timeout_s);
        // Those that come and give up within the interval make room for those behind them.
        let patient = (timeout_s / length_s).min(1.0);
        let admitted = (arrivals * patient).min((room - self.count()).max(0.0));
        self.add(admitted, 0.0, length_s * patient);
        let passed_by = arrivals * (1.0 - patient);
        let rejected = arrivals * patient - admitted;
        gave_up += passed_by;
        (gave_up, rejected)
    }

    /// The wait of all grows; answers how many gave up.
    fn grow_older(&mut self, length_s: f64, timeout_s: f64) -> f64 {
        let mut gave_up = 0.0;
        for cohort in &mut self.cohorts {
            cohort.youngest_s += length_s;
            cohort.oldest_s += length_s;
            if cohort.oldest_s >= timeout_s {
                let width_s = cohort.oldest_s - cohort.youngest_s;
                let over_s = (cohort.oldest_s - timeout_s).min(width_s);
                let share = if width_s > 0.0 { over_s / width_s } else { 1.0 };
                gave_up += cohort.count * share;
                cohort.count *= 1.0 - share;
                cohort.oldest_s = timeout_s;
            }
        }
        self.cohorts.retain(|cohort| cohort.youngest_s < timeout_s);
        gave_up
    }

    /// Starts the oldest `count` in an interval with servers; the wait of the rest grows by its length. Nobody gives
    /// up here: that is decided when they start.
    pub(super) fn start(&mut self, count: f64, length_s: f64) -> [Group; MAX_GROUPS as usize] {
        let mut groups = [Group::default(); MAX_GROUPS as usize];
        let size = count.min(self.count()) / f64::from(MAX_GROUPS);
        for group in &mut groups {
            *group = self.take(size);
        }
        for cohort in &mut self.cohorts {
            cohort.youngest_s += length_s;
            cohort.oldest_s += length_s;
        }
        groups
    }

    /// The last `count` of `arrivals` spread over an interval with servers wait on, behind those that are here.
    pub(super) fn join(&mut self, count: f64, arrivals: f64, length_s: f64) {
        let share = (count / arrivals).min(1.0);
        if count > 0.0 && share > 0.0 {
            self.add(count, 0.0, length_s * share);
        }
    }

    /// The oldest `count`, with their mean wait.
    fn take(&mut self, count: f64) -> Group {
        let mut group = Group::default();
        while group.count < count {
            let Some(first) = self.cohorts.front_mut() else {
                break;
            };
            let part = (count - group.count).min(first.count);
            let left = first.count - part;
            // What rounding leaves of a cohort goes with it.
            let whole = left <= 1e-9 * first.count;
            let newest_taken_s = if whole {
                first.youngest_s
            } else {
                first.youngest_s + (first.oldest_s - first.youngest_s) * left / first.count
            };
            let waited_s = 0.5 * (first.oldest_s + newest_taken_s);
            group.waited_s += part * waited_s;
            group.count += part;
            if whole {
                self.cohorts.pop_front();
            } else {
                first.count = left;
                first.oldest_s = newest_taken_s;
            }
        }
        if group.count > 0.0 {
            group.waited_s /= group.count;
        }
        group
    }

    fn add(&mut self, count: f64, youngest_s: f64, oldest_s: f64) {
        if count > 0.0 {
            self.cohorts.push_back(Cohort {
                count,
                youngest_s,
                oldest_s,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_are_counted_from_arrival() {
        let mut asleep = Asleep::default();
        assert_eq!(asleep.pass(2.0, 4.0, 100.0, 60.0), (0.0, 0.0));
        assert_eq!(asleep.pass(2.0, 4.0, 100.0, 60.0), (0.0, 0.0));
        let groups = asleep.start(8.0, 2.0);
        // 8 arrivals spread over 4 s: groups of one, half a second apart.
        for (index, group) in groups.iter().enumerate() {
            let wanted = 3.75 - 0.5 * index as f64;
            assert!((group.waited_s - wanted).abs() < 1e-9, "{groups:?}");
            assert!((group.count - 1.0).abs() < 1e-9, "{groups:?}");
        }
        assert_eq!(asleep.count(), 0.0);
    }

    #[test]
    fn the_impatient_leave_and_the_full_queue_rejects() {
        let mut asleep = Asleep::default();
        // 10 come in 2 s; three have room.
        assert_eq!(asleep.pass(2.0, 10.0, 3.0, 5.0), (0.0, 7.0));
        assert_eq!(asleep.pass(2.0, 0.0, 3.0, 5.0), (0.0, 0.0));
        // They have waited 4 to 6 s at the end: half of them more than 5 s.
        assert_eq!(asleep.pass(2.0, 0.0, 3.0, 5.0), (1.5, 0.0));
        assert_eq!(asleep.pass(2.0, 0.0, 3.0, 5.0), (1.5, 0.0));
        assert_eq!(asleep.count(), 0.0);
        // An interval of twice the patience: only the last half is still there.
        assert_eq!(asleep.pass(10.0, 10.0, 100.0, 5.0), (5.0, 0.0));
        assert_eq!(asleep.count(), 5.0);
    }

    #[test]
    fn those_that_came_together_leave_together() {
        let mut asleep = Asleep::default();
        asleep.fall_asleep(3.0);
        assert_eq!(asleep.pass(2.0, 0.0, 10.0, 4.0), (0.0, 0.0));
        assert_eq!(asleep.pass(2.0, 0.0, 10.0, 4.0), (3.0, 0.0));
        assert_eq!(asleep.count(), 0.0);
    }

    #[test]
    fn some_start_and_the_others_grow_older() {
        let mut asleep = Asleep::default();
        asleep.pass(2.0, 4.0, 100.0, 60.0);
        asleep.start(2.0, 3.0);
        assert!((asleep.count() - 2.0).abs() < 1e-9);
        let last = asleep.start(2.0, 3.0);
        // Those that came in the second half of the 2 s, 3 s later.
        assert!((last[0].waited_s - 3.9375).abs() < 1e-9, "{last:?}");
    }
}
