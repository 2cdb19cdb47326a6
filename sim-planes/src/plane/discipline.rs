//! Which of the requests that wait in one place is served next, and which are not served at all.

/// The order in which a queue is served.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum QueueDiscipline {
    /// First come, first served.
    #[default]
    Fifo,
    /// The newest first: under overload it serves those whose clients are still there.
    Lifo,
    /// First come, first served, but whoever has waited too long for too long is dropped: CoDel (RFC 8289).
    Codel {
        /// Waits up to this are fine, seconds.
        target_s: f64,
        /// The wait must have been longer for this long before anyone is dropped, seconds.
        interval_s: f64,
    },
}

/// The state of CoDel's control law for one queue, as in the pseudo-code of RFC 8289, section 5: while it drops, the
/// next drop comes `interval / √count` after the last.
#[derive(Clone, Copy, Debug)]
pub(super) struct Codel {
    target_s: f64,
    interval_s: f64,
    /// When the wait will have been above the target for an interval; none while it is not above.
    first_above_s: Option<f64>,
    dropping: bool,
    drop_next_s: f64,
    count: u32,
    last_count: u32,
    /// A drop has just been made, in this same look at the queue: the time of the next is still to be set.
    has_dropped: bool,
}

/// Going back to dropping within this many intervals, it goes on at nearly the rate that it had.
const REMEMBERED_INTERVALS: f64 = 16.0;
/// A queue as short as this is never dropped from: the RFC's one packet.
const ALWAYS_LEFT: u32 = 1;

impl Codel {
    pub(super) fn new(target_s: f64, interval_s: f64) -> Self {
        Self {
            target_s,
            interval_s,
            first_above_s: None,
            dropping: false,
            drop_next_s: 0.0,
            count: 0,
            last_count: 0,
            has_dropped: false,
        }
    }

    /// A server is free at `now_s` and the oldest that waits, behind which `left` others wait, has waited for `waited_s`:
    /// whether it is dropped. If so, the next is to be judged at the same time; if not, it is served.
    pub(super) fn drops(&mut self, now_s: f64, waited_s: f64, left: u32) -> bool {
        let may_drop = self.may_drop(now_s, waited_s, left);
        let has_dropped = core::mem::take(&mut self.has_dropped);
        if !may_drop {
            self.dropping = false;
            return false;
        }
        if self.dropping {
            if has_dropped {
                self.drop_next_s = self.after(self.drop_next_s);
            }
            if now_s < self.drop_next_s {
                return false;
            }
            self.count += 1;
            self.has_dropped = true;
            return true;
        }
        self.dropping = true;
        let lately = now_s - self.drop_next_s < REMEMBERED_INTERVALS * self.interval_s;
        let more = self.count.saturating_sub(self.last_count);
        self.count = if more > 1 && lately { more } else { 1 };
        self.last_count = self.count;
        self.drop_next_s = self.after(now_s);
        true
    }

    /// Whether the wait has been above the target for a whole interval.
    fn may_drop(&mut self, now_s: f64, waited_s: f64, left: u32) -> bool {
        if waited_s < self.target_s || left <= ALWAYS_LEFT {
            self.first_above_s = None;
            return false;
        }
        let first_above_s = *self.first_above_s.get_or_insert(now_s + self.interval_s);
        now_s >= first_above_s
    }

    /// The control law.
    fn after(&self, time_s: f64) -> f64 {
        time_s + self.interval_s / f64::from(self.count.max(1)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Drops of an overloaded queue that is looked at every millisecond, over a time.
    fn drops(codel: &mut Codel, from_ms: u32, to_ms: u32, waited_s: f64) -> Vec<u32> {
        let mut times = Vec::new();
        for ms in from_ms..to_ms {
            while codel.drops(f64::from(ms) / 1000.0, waited_s, 100) {
                times.push(ms);
            }
        }
        times
    }

    /// The first drop after an interval above the target, the next 100/√1, 100/√2, 100/√3 … ms later.
    #[test]
    fn drops_come_faster_by_the_square_root_of_their_count() {
        let mut codel = Codel::new(0.005, 0.1);
        let times = drops(&mut codel, 0, 1000, 0.05);
        let mut due = vec![100.0];
        for count in 1..40 {
            due.push(due[count - 1] + 100.0 / (count as f64).sqrt());
        }
        let due: Vec<u32> = due.into_iter().map(|ms: f64| ms.ceil() as u32).collect();
        assert!(times.len() > 25);
        assert_eq!(times, due[..times.len()]);
    }

    #[test]
    fn nothing_is_dropped_below_the_target_or_from_a_short_queue() {
        let mut codel = Codel::new(0.005, 0.1);
        assert_eq!(drops(&mut codel, 0, 1000, 0.0049), Vec::<u32>::new());
        for ms in 1000..2000 {
            assert!(!codel.drops(f64::from(ms) / 1000.0, 1.0, 0));
        }
        // One good wait begins the interval anew.
        assert_eq!(drops(&mut codel, 2000, 2090, 0.05), Vec::<u32>::new());
        assert!(!codel.drops(2.095, 0.001, 100));
        assert_eq!(drops(&mut codel, 2100, 2200, 0.05), Vec::<u32>::new());
        assert_eq!(drops(&mut codel, 2200, 2201, 0.05), [2200]);
    }

    /// Back above the target soon, it goes on at the rate that it had reached; after a long rest it begins anew.
    #[test]
    fn it_remembers_its_rate_for_a_while() {
        let mut codel = Codel::new(0.005, 0.1);
        let first = drops(&mut codel, 0, 1000, 0.05).len() as f64;
        assert!(!codel.drops(1.0, 0.001, 100));
        let again = drops(&mut codel, 1001, 1300, 0.05);
        let gap_ms = f64::from(again[1] - again[0]);
        assert_eq!(again[0], 1101);
        assert!(
            (gap_ms - (100.0 / (first - 1.0).sqrt())).abs() < 1.5,
            "{gap_ms}"
        );
        assert!(!codel.drops(10.0, 0.001, 100));
        let anew = drops(&mut codel, 10_001, 10_300, 0.05);
        assert_eq!(anew[..2], [10_101, 10_201]);
    }
}
