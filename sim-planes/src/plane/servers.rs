//! When does each server fall free? The heart of exact first-come-first-served simulation.
//!
//! Kiefer & Wolfowitz (1955): a request starts on the server that falls free first, so the whole state
//! of c servers is the multiset of their free times, and a request costs one "replace the minimum".
//! Kept as a four-ary heap: half the depth of a binary one, and the four children share a cache line.

/// Children per heap node.
const ARITY: usize = 4;

/// The times at which each of the servers has finished everything that was given to it.
#[derive(Clone, Debug, Default)]
pub struct FreeTimes {
    /// Four-ary min-heap, filled up with infinity until every node has four children or none.
    heap: Vec<f64>,
    count: usize,
}

impl FreeTimes {
    /// Servers that are all idle since time 0.
    pub fn idle(count: usize) -> Self {
        let mut servers = Self::default();
        servers.set_sorted(vec![0.0; count]);
        servers
    }

    /// Number of servers.
    pub fn count(&self) -> usize {
        self.count
    }

    /// When the next server falls free, seconds; infinity without servers.
    #[inline]
    pub fn next(&self) -> f64 {
        self.heap.first().copied().unwrap_or(f64::INFINITY)
    }

    /// Gives work until `until_s` to the server that falls free next.
    #[inline]
    pub fn occupy_next(&mut self, until_s: f64) {
        replace_least(&mut self.heap, until_s);
    }

    /// Sum of the work left at `now_s` over all servers, in server-seconds.
    pub fn work_left(&self, now_s: f64) -> f64 {
        self.heap
            .iter()
            .take(self.count)
            .map(|free| (free - now_s).max(0.0))
            .sum()
    }

    /// The free times in rising order; the servers are gone afterwards.
    pub fn take_sorted(&mut self) -> Vec<f64> {
        let mut times = std::mem::take(&mut self.heap);
        times.truncate(self.count);
        times.sort_unstable_by(f64::total_cmp);
        self.count = 0;
        times
    }

    /// Replaces the servers by those with the given free times, in rising order (which is a heap).
    pub fn set_sorted(&mut self, mut times: Vec<f64>) {
        self.count = times.len();
        times.resize(heap_size(times.len()), f64::INFINITY);
        self.heap = times;
    }
}

/// Length of a heap with `count` values: filled up with infinity until every node has four children or none.
pub(super) fn heap_size(count: usize) -> usize {
    count + (ARITY - count.saturating_sub(1) % ARITY) % ARITY
}

/// Replaces the least value, the first, of a four-ary heap of a length of [`heap_size`].
#[inline]
pub(super) fn replace_least(heap: &mut [f64], value: f64) {
    if heap.is_empty() {
        return;
    }
    let mut node = 0;
    loop {
        let first = node * ARITY + 1;
        let Some(&[a, b, c, d]) = heap.get(first..first + ARITY) else {
            break;
        };
        let (left, left_at) = if b < a { (b, 1) } else { (a, 0) };
        let (right, right_at) = if d < c { (d, 3) } else { (c, 2) };
        let (least, at) = if right < left {
            (right, right_at)
        } else {
            (left, left_at)
        };
        if value <= least {
            break;
        }
        heap[node] = least;
        node = first + at;
    }
    heap[node] = value;
}
