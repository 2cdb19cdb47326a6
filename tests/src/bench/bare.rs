//! The limit: the recursion of Kiefer and Wolfowitz written by hand, with the same samplers and generator as the
//! planes, and nothing else: no limits, no histogram, no outcomes but the sum of the waits.
//!
//! A request starts on the server that falls free first. The free times are kept in three ways; which is the fastest
//! depends on the number of servers.

use sim_core::plane::FreeTimes;
use sim_core::random::{Ahead, Distribution, Purpose, Rng, StreamKey, standard_exponential};

/// When the servers fall free.
pub trait Servers {
    /// `count` idle servers.
    fn idle(count: usize) -> Self;
    /// When the first of them falls free.
    fn next(&self) -> f64;
    /// That one is busy until `until_s`.
    fn occupy_next(&mut self, until_s: f64);
}

/// A sorted vector.
pub struct Sorted(Vec<f64>);

impl Servers for Sorted {
    fn idle(count: usize) -> Self {
        Self(vec![0.0; count])
    }

    #[inline]
    fn next(&self) -> f64 {
        self.0[0]
    }

    #[inline]
    fn occupy_next(&mut self, until_s: f64) {
        let mut place = 0;
        while let Some(&next) = self.0.get(place + 1)
            && next < until_s
        {
            self.0[place] = next;
            place += 1;
        }
        self.0[place] = until_s;
    }
}

/// A binary heap.
pub struct Heap(Vec<f64>);

impl Servers for Heap {
    fn idle(count: usize) -> Self {
        Self(vec![0.0; count])
    }

    #[inline]
    fn next(&self) -> f64 {
        self.0[0]
    }

    #[inline]
    fn occupy_next(&mut self, until_s: f64) {
        let heap = self.0.as_mut_slice();
        let mut node = 0;
        loop {
            let mut child = 2 * node + 1;
            let Some(&left) = heap.get(child) else { break };
            let mut least = left;
            if let Some(&right) = heap.get(child + 1)
                && right < left
            {
                least = right;
                child += 1;
            }
            if until_s <= least {
                break;
            }
            heap[node] = least;
            node = child;
        }
        heap[node] = until_s;
    }
}

/// The four-ary heap of the planes.
impl Servers for FreeTimes {
    fn idle(count: usize) -> Self {
        FreeTimes::idle(count)
    }

    #[inline]
    fn next(&self) -> f64 {
        FreeTimes::next(self)
    }

    #[inline]
    fn occupy_next(&mut self, until_s: f64) {
        FreeTimes::occupy_next(self, until_s);
    }
}

/// A queue under way.
pub struct Queue<S> {
    servers: S,
    gap_s: f64,
    service_s: Distribution,
    gaps: Ahead,
    services: Ahead,
    now_s: f64,
    /// Sum of all waits, seconds.
    pub wait_sum_s: f64,
}

impl<S: Servers> Queue<S> {
    /// An empty queue of `count` servers with Poisson arrivals.
    pub fn new(count: u32, rate_rps: f64, service_s: &Distribution, seed: u64) -> Self {
        let stream = |purpose| -> Rng {
            StreamKey {
                seed,
                replication: 0,
                component: 0,
                purpose,
            }
            .rng()
        };
        Self {
            servers: S::idle(count as usize),
            gap_s: 1.0 / rate_rps,
            service_s: service_s.clone(),
            gaps: Ahead::new(stream(Purpose::Arrivals)),
            services: Ahead::new(stream(Purpose::ServiceTime)),
            now_s: 0.0,
            wait_sum_s: 0.0,
        }
    }

    /// Plays so many requests.
    pub fn play(&mut self, requests: u64) {
        for _ in 0..requests {
            self.now_s += self.gap_s * self.gaps.next(standard_exponential);
            let service_s = self.services.next(|rng| self.service_s.sample(rng));
            let free_s = self.servers.next();
            let start_s = if free_s > self.now_s {
                free_s
            } else {
                self.now_s
            };
            self.wait_sum_s += start_s - self.now_s;
            self.servers.occupy_next(start_s + service_s);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The three keep the same times, so they give the same bits; and M/M/10 waits as theory says.
    #[test]
    fn the_limit_simulates_the_queue() {
        let service = Distribution::exponential(1.0).expect("a mean");
        let mut sorted = Queue::<Sorted>::new(10, 8.0, &service, 1);
        let mut heap = Queue::<Heap>::new(10, 8.0, &service, 1);
        let mut four = Queue::<FreeTimes>::new(10, 8.0, &service, 1);
        sorted.play(2_000_000);
        heap.play(2_000_000);
        four.play(2_000_000);
        assert_eq!(sorted.wait_sum_s, heap.wait_sum_s);
        assert_eq!(sorted.wait_sum_s, four.wait_sum_s);
        let mean = sorted.wait_sum_s / 2e6;
        assert!((mean / 0.204_590 - 1.0).abs() < 0.03, "{mean}");
    }
}
