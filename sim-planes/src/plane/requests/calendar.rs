//! What happens when: the events to come, in order of time, at a cost that does not grow with their number.
//!
//! A calendar queue (Brown 1988). Time is cut into buckets that hold a handful of events; a ring of them covers
//! at least the next few typical delays, and what lies beyond waits in a heap until the ring reaches it. A
//! bucket is sorted when its time has come. Events at the same time come out in the order they went in.
//!
//! Time never runs back: nothing may be added before the last time asked for.

use super::occupied::Occupied;
use core::cmp::Ordering;
use std::collections::BinaryHeap;

/// Buckets of the ring.
const BUCKETS: usize = Occupied::PLACES;
/// Typical delays of an event that the ring covers at least.
const SPAN: f64 = 4.0;
/// Events in a bucket, if there are few enough of them.
const PER_BUCKET: f64 = 4.0;
/// Buckets per typical delay at most.
const MOST_PER_DELAY: f64 = BUCKETS as f64 / SPAN;
/// A bucket with more events than this is one of too few.
const CROWD: usize = 64;
/// Buckets up to this size are sorted by insertion.
const FEW: usize = 24;
/// Bucket numbers stay below this, so that adding a ring's length to one cannot overflow.
const LAST_BUCKET: u64 = 1 << 62;
/// The end of a list.
const NONE: u32 = u32::MAX;

/// An event: when, and what (a number that only the owner understands).
#[derive(Clone, Copy, Debug, PartialEq)]
struct Event {
    time_s: f64,
    what: u32,
}

/// An event in a bucket of the ring.
#[derive(Clone, Copy, Debug)]
struct Node {
    time_s: f64,
    what: u32,
    next: u32,
}

impl Node {
    fn event(&self) -> Event {
        Event {
            time_s: self.time_s,
            what: self.what,
        }
    }
}

/// The events to come.
pub(in crate::plane) struct Calendar {
    delay_s: f64,
    buckets_per_s: f64,
    s_per_bucket: f64,
    /// No event comes before this time.
    quiet_until_s: f64,
    /// The bucket that is being emptied.
    bucket: u64,
    /// Its events, the next one last.
    open: Vec<Event>,
    /// The next bucket after it that holds something, or `u64::MAX`.
    next_bucket: u64,
    /// First node of each bucket of the ring, by the bucket's number modulo their count.
    heads: Box<[u32; BUCKETS]>,
    occupied: Occupied,
    nodes: Vec<Node>,
    /// First of the unused nodes.
    unused: u32,
    /// Events beyond the ring.
    far: BinaryHeap<Far>,
    /// Number of events ever put beyond the ring.
    far_count: u64,
}

impl Calendar {
    /// An empty calendar for events that typically come `delay_s` after they are known.
    pub(in crate::plane) fn new(delay_s: f64) -> Self {
        let mut calendar = Self {
            delay_s: delay_s.clamp(1e-12, 1e12),
            buckets_per_s: 0.0,
            s_per_bucket: 0.0,
            quiet_until_s: f64::INFINITY,
            bucket: 0,
            open: Vec::new(),
            next_bucket: u64::MAX,
            heads: Box::new([NONE; BUCKETS]),
            occupied: Occupied::default(),
            nodes: Vec::new(),
            unused: NONE,
            far: BinaryHeap::new(),
            far_count: 0,
        };
        calendar.set_buckets(1.0);
        calendar
    }

    /// Sets the number of buckets per typical delay.
    fn set_buckets(&mut self, per_delay: f64) {
        let per_delay = per_delay.clamp(1.0, MOST_PER_DELAY);
        self.buckets_per_s = per_delay / self.delay_s;
        // Rounded down, to be on the safe side.
        self.s_per_bucket = self.delay_s / per_delay * (1.0 - 1e-15);
    }

    /// Adapts to about so many events to come at a time; `now_s` is the last time asked for.
    pub(in crate::plane) fn expect(&mut self, expected: f64, now_s: f64) {
        let (now, wanted) = (self.buckets_per_delay(), expected / PER_BUCKET);
        let ratio = wanted.clamp(1.0, MOST_PER_DELAY) / now;
        if !(0.5..=2.0).contains(&ratio) {
            self.rebuild(wanted, now_s);
        }
    }

    fn buckets_per_delay(&self) -> f64 {
        self.buckets_per_s * self.delay_s
    }

    /// Whether there are more events in a bucket than there need be.
    #[inline]
    fn is_crowded(&self) -> bool {
        self.open.len() > CROWD && self.buckets_per_delay() < 0.99 * MOST_PER_DELAY
    }

    /// Makes the buckets smaller.
    #[cold]
    fn refine(&mut self) {
        let start_s = self.bucket as f64 * self.s_per_bucket;
        self.rebuild(8.0 * self.buckets_per_delay(), start_s);
    }

    /// Puts everything into other buckets; no event comes before `start_s`.
    fn rebuild(&mut self, per_delay: f64, start_s: f64) {
        self.set_buckets(per_delay);
        let mut events: Vec<Event> = self.open.drain(..).rev().collect();
        for head in self.heads.iter_mut() {
            let start = events.len();
            while *head != NONE {
                let node = self.nodes[*head as usize];
                events.push(node.event());
                *head = node.next;
            }
            // Newest first, as a list is.
            events[start..].reverse();
        }
        let mut far = core::mem::take(&mut self.far);
        while let Some(Far { event, .. }) = far.pop() {
            events.push(event);
        }
        events.sort_by(|a, b| a.time_s.total_cmp(&b.time_s));
        self.occupied = Occupied::default();
        self.nodes.clear();
        self.unused = NONE;
        self.bucket = self.bucket_of(start_s);
        self.next_bucket = u64::MAX;
        self.quiet_until_s = f64::INFINITY;
        for event in events {
            self.add(event.time_s, event.what);
        }
    }

    #[inline]
    fn bucket_of(&self, time_s: f64) -> u64 {
        // A conversion from f64 saturates; both steps keep the order of times.
        ((time_s * self.buckets_per_s) as i64 as u64).min(LAST_BUCKET)
    }

    /// Adds an event.
    #[inline]
    pub(in crate::plane) fn add(&mut self, time_s: f64, what: u32) {
        let event = Event { time_s, what };
        self.quiet_until_s = self.quiet_until_s.min(time_s);
        let bucket = self.bucket_of(time_s);
        if bucket <= self.bucket {
            if self.is_crowded() {
                self.refine();
                return self.add(time_s, what);
            }
            let later = self.open.iter().rposition(|other| other.time_s > time_s);
            self.open.insert(later.map_or(0, |place| place + 1), event);
        } else {
            self.next_bucket = self.next_bucket.min(bucket);
            if bucket < self.bucket + BUCKETS as u64 {
                self.add_to_ring(bucket, event);
            } else {
                self.far.push(Far {
                    event,
                    count: self.far_count,
                });
                self.far_count += 1;
            }
        }
    }

    #[inline]
    fn add_to_ring(&mut self, bucket: u64, event: Event) {
        let place = bucket as usize % BUCKETS;
        let node = Node {
            time_s: event.time_s,
            what: event.what,
            next: self.heads[place],
        };
        let index = if self.unused == NONE {
            self.nodes.push(node);
            self.nodes.len() as u32 - 1
        } else {
            let index = self.unused;
            self.unused = self.nodes[index as usize].next;
            self.nodes[index as usize] = node;
            index
        };
        self.heads[place] = index;
        self.occupied.set(place);
    }

    /// When the next event comes, if that is by `until_s`; otherwise some later time.
    #[inline]
    pub(in crate::plane) fn next_s(&mut self, until_s: f64) -> f64 {
        if until_s < self.quiet_until_s {
            return f64::INFINITY;
        }
        self.find_next(until_s)
    }

    fn find_next(&mut self, until_s: f64) -> f64 {
        loop {
            if let Some(event) = self.open.last() {
                self.quiet_until_s = event.time_s;
                return event.time_s;
            }
            let bucket = self.bucket_of(until_s);
            if self.next_bucket > bucket {
                // So that the ring covers what comes after the time asked for.
                self.bucket = bucket;
                if !self.far.is_empty() {
                    self.fetch_far();
                }
                self.quiet_until_s = if self.next_bucket == u64::MAX {
                    f64::INFINITY
                } else {
                    (self.next_bucket as f64 * self.s_per_bucket).max(until_s)
                };
                return f64::INFINITY;
            }
            self.open_next_bucket();
            if self.is_crowded() {
                self.refine();
            }
        }
    }

    /// Takes the next event, if it comes by `until_s`.
    #[inline]
    pub(in crate::plane) fn take_by(&mut self, until_s: f64) -> Option<u32> {
        if until_s < self.quiet_until_s {
            return None;
        }
        loop {
            if let Some(event) = self.open.last() {
                if event.time_s > until_s {
                    self.quiet_until_s = event.time_s;
                    return None;
                }
                return self.open.pop().map(|event| event.what);
            }
            if self.find_next(until_s) > until_s {
                return None;
            }
        }
    }

    /// Takes the event that [`next_s`](Self::next_s) has just announced.
    #[inline]
    pub(in crate::plane) fn take(&mut self) -> Option<u32> {
        let event = self.open.pop();
        self.quiet_until_s = match self.open.last() {
            Some(next) => next.time_s,
            None => event.map_or(f64::INFINITY, |event| event.time_s),
        };
        event.map(|event| event.what)
    }

    fn open_next_bucket(&mut self) {
        self.bucket = self.next_bucket;
        if !self.far.is_empty() {
            self.fetch_far();
        }
        let place = self.bucket as usize % BUCKETS;
        let mut index = core::mem::replace(&mut self.heads[place], NONE);
        while index != NONE {
            let node = &mut self.nodes[index as usize];
            self.open.push(node.event());
            let next = core::mem::replace(&mut node.next, self.unused);
            self.unused = index;
            index = next;
        }
        self.occupied.clear(place);
        sort_latest_first(&mut self.open);
        self.next_bucket = match self.occupied.distance_to_next(place) {
            Some(distance) => self.bucket + distance as u64,
            None => self
                .far
                .peek()
                .map_or(u64::MAX, |far| self.bucket_of(far.event.time_s)),
        };
    }

    /// Moves into the ring what it has come to cover, before anything else can go there.
    fn fetch_far(&mut self) {
        while let Some(far) = self.far.peek() {
            let bucket = self.bucket_of(far.event.time_s);
            if bucket >= self.bucket + BUCKETS as u64 {
                break;
            }
            let event = far.event;
            self.far.pop();
            self.add_to_ring(bucket, event);
        }
    }
}

/// Sorts a bucket, newest first as it comes, so that of equal times the oldest is last.
fn sort_latest_first(events: &mut [Event]) {
    if events.len() > FEW {
        events.sort_by(|a, b| b.time_s.total_cmp(&a.time_s));
        return;
    }
    for end in 1..events.len() {
        let event = events[end];
        let mut place = end;
        while place > 0 && events[place - 1].time_s < event.time_s {
            events[place] = events[place - 1];
            place -= 1;
        }
        events[place] = event;
    }
}

/// An event beyond the ring; the earliest, and of equal times the oldest, is the greatest.
#[derive(Clone, Copy, Debug)]
struct Far {
    event: Event,
    count: u64,
}

impl Ord for Far {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_time = other.event.time_s.total_cmp(&self.event.time_s);
        by_time.then(other.count.cmp(&self.count))
    }
}

impl PartialOrd for Far {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Far {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Far {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, StreamKey, standard_exponential, uniform};

    /// Against a plain sort: delays from far below a bucket to far beyond the ring, many equal times.
    #[test]
    fn events_come_in_order_and_equal_times_in_the_order_they_went_in() {
        let mut rng = StreamKey {
            seed: 5,
            replication: 0,
            component: 0,
            purpose: Purpose::Retries,
        }
        .rng();
        let mut calendar = Calendar::new(1.0);
        let mut expected: Vec<(f64, u32)> = Vec::new();
        let mut seen: Vec<(f64, u32)> = Vec::new();
        let mut now_s = 0.0;
        for what in 0..20_000 {
            now_s += 0.01 * standard_exponential(&mut rng);
            loop {
                let next_s = calendar.next_s(now_s);
                if next_s > now_s {
                    break;
                }
                seen.push((next_s, calendar.take().unwrap()));
            }
            let scale = [1e-5, 0.3, 5.0, 300.0][what as usize % 4];
            let delay_s = scale * standard_exponential(&mut rng);
            // Rounded up to quarters of a second: many at the same time.
            let time_s = if uniform(&mut rng) < 0.5 {
                now_s + delay_s
            } else {
                (4.0 * (now_s + delay_s)).ceil() / 4.0
            };
            calendar.add(time_s, what);
            expected.push((time_s, what));
        }
        loop {
            let next_s = calendar.next_s(1e9);
            if next_s > 1e9 {
                break;
            }
            seen.push((next_s, calendar.take().unwrap()));
        }
        expected.sort_by(|a, b| a.0.total_cmp(&b.0));
        assert_eq!(seen.len(), expected.len());
        // A time asked for and passed separates events of equal times: those are compared by time only.
        for (seen, expected) in seen.iter().zip(&expected) {
            assert_eq!(seen.0, expected.0);
        }
        let mut whats: Vec<u32> = seen.iter().map(|event| event.1).collect();
        for pair in seen.windows(2) {
            assert!(pair[0].0 < pair[1].0 || pair[0].1 < pair[1].1, "{pair:?}");
        }
        whats.sort_unstable();
        assert!(
            whats
                .iter()
                .enumerate()
                .all(|(index, &what)| index as u32 == what)
        );
    }

    #[test]
    fn another_width_changes_nothing() {
        let run = |widths: bool| {
            let mut calendar = Calendar::new(1.0);
            let mut seen = Vec::new();
            let mut now_s = 0.0;
            for what in 0..2_000_u32 {
                now_s += 0.05;
                while calendar.next_s(now_s) <= now_s {
                    seen.extend(calendar.take());
                }
                if widths && what % 100 == 0 {
                    calendar.expect(f64::from(what % 700), now_s);
                }
                let delay_s = f64::from(what * 7919 % 101) / 20.0;
                calendar.add(now_s + delay_s * delay_s, what);
            }
            while calendar.next_s(1e6) < 1e6 {
                seen.extend(calendar.take());
            }
            seen
        };
        assert_eq!(run(false).len(), 2_000);
        assert_eq!(run(false), run(true));
    }

    #[test]
    fn buckets_adapt_to_a_crowd() {
        let mut calendar = Calendar::new(1.0);
        for what in 0..10_000 {
            calendar.add(f64::from(what * 7919 % 10_000) / 1000.0, what);
        }
        assert!(calendar.buckets_per_delay() > 60.0);
        let mut last_s = 0.0;
        for _ in 0..10_000 {
            let next_s = calendar.next_s(10.0);
            assert!(last_s <= next_s && next_s <= 10.0 && calendar.take().is_some());
            last_s = next_s;
        }
        assert!(calendar.next_s(1e3) > 1e3);
    }

    #[test]
    fn times_beyond_any_calendar_still_come_in_order() {
        let mut calendar = Calendar::new(1e-9);
        for (what, time_s) in [1e18, 3.0, 1e17, 1e18].into_iter().enumerate() {
            calendar.add(time_s, what as u32);
        }
        let mut order = Vec::new();
        while calendar.next_s(f64::INFINITY) < f64::INFINITY {
            order.extend(calendar.take());
        }
        assert_eq!(order, [1, 2, 0, 3]);
    }
}
