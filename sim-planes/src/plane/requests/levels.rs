//! Replicas in the order of their load, so that one with the least is found at once.
//!
//! An array of replicas, sorted by load, and the end of each load's block in it. A load that changes by one
//! swaps a replica with the one at the edge of its block: constant time, whatever the number of replicas.

/// Replicas by load.
#[derive(Debug, Default)]
pub(super) struct Levels {
    /// Replicas, least loaded first.
    order: Vec<u32>,
    /// Where each replica (by its number) stands in `order`.
    places: Vec<u32>,
    /// Replicas with at most so much load, for each load up to the highest.
    ends: Vec<u32>,
}

impl Levels {
    /// Starts anew with replicas (numbers below `numbers`) and their loads.
    pub(super) fn reset(&mut self, replicas: &[(u32, u32)], numbers: usize) {
        let highest = replicas.iter().map(|&(_, load)| load).max().unwrap_or(0);
        self.order.clear();
        self.order
            .extend(replicas.iter().map(|&(number, _)| number));
        self.places.clear();
        self.places.resize(numbers, 0);
        self.ends.clear();
        self.ends.resize(highest as usize + 1, 0);
        for &(_, load) in replicas {
            self.ends[load as usize] += 1;
        }
        let mut sum = 0;
        for end in &mut self.ends {
            sum += *end;
            *end = sum;
        }
        // Counting sort, from the back so that replicas of equal load keep their order.
        let mut free = self.ends.clone();
        for &(number, load) in replicas.iter().rev() {
            free[load as usize] -= 1;
            let place = free[load as usize];
            self.order[place as usize] = number;
            self.places[number as usize] = place;
        }
    }

    /// The replicas with the least load, given what that is.
    #[inline]
    pub(super) fn least(&self, load: u32) -> &[u32] {
        &self.order[..self.ends[load as usize] as usize]
    }

    /// One of the replicas with the least load.
    #[inline]
    pub(super) fn first(&self) -> Option<u32> {
        self.order.first().copied()
    }

    /// The load of a replica was `load` and is one more now.
    #[inline]
    pub(super) fn raise(&mut self, number: u32, load: u32) {
        let load = load as usize;
        if load + 1 == self.ends.len() {
            self.ends.push(self.order.len() as u32);
        }
        self.ends[load] -= 1;
        let edge = self.ends[load];
        self.swap_to(number, edge);
    }

    /// The load of a replica was `load`, above 0, and is one less now.
    #[inline]
    pub(super) fn lower(&mut self, number: u32, load: u32) {
        let edge = self.ends[load as usize - 1];
        self.ends[load as usize - 1] += 1;
        self.swap_to(number, edge);
    }

    #[inline]
    fn swap_to(&mut self, number: u32, place: u32) {
        let from = core::mem::replace(&mut self.places[number as usize], place);
        let other = core::mem::replace(&mut self.order[place as usize], number);
        self.order[from as usize] = other;
        self.places[other as usize] = from;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, StreamKey};
    use rand_xoshiro::rand_core::Rng as _;

    #[test]
    fn the_order_follows_the_loads() {
        let mut rng = StreamKey {
            seed: 1,
            replication: 0,
            component: 0,
            purpose: Purpose::Balancing,
        }
        .rng();
        let mut loads = [3u32, 0, 7, 0, 1];
        let numbered: Vec<(u32, u32)> = (0..).zip(loads).collect();
        let mut levels = Levels::default();
        levels.reset(&numbered, loads.len());
        for _ in 0..10_000 {
            let draw = rng.next_u64();
            let number = (draw % 5) as usize;
            if draw >> 63 == 0 {
                levels.raise(number as u32, loads[number]);
                loads[number] += 1;
            } else if loads[number] > 0 {
                levels.lower(number as u32, loads[number]);
                loads[number] -= 1;
            }
            let order: Vec<u32> = levels.order.iter().map(|&n| loads[n as usize]).collect();
            assert!(order.is_sorted(), "{order:?}");
            let least = *loads.iter().min().unwrap();
            let count = loads.iter().filter(|&&load| load == least).count();
            assert_eq!(levels.least(least).len(), count);
            assert!(
                levels
                    .first()
                    .is_some_and(|first| loads[first as usize] == least)
            );
        }
    }
}
