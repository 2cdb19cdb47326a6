//! The replicas that a balancer chooses from, and how loaded each is.

use super::levels::Levels;

/// Replicas by number. A number stands for a replica until it is given back; the active ones take new requests.
#[derive(Debug, Default)]
pub(in crate::plane) struct Lineup {
    /// Requests waiting or in service at each replica.
    loads: Vec<u32>,
    is_active: Vec<bool>,
    unused: Vec<u32>,
    /// Numbers of the active ones, oldest first.
    active: Vec<u32>,
    levels: Levels,
    /// Whether `levels` is kept.
    by_load: bool,
}

impl Lineup {
    /// Numbers of those that take new requests, oldest first.
    #[inline]
    pub(in crate::plane) fn active(&self) -> &[u32] {
        &self.active
    }

    #[inline]
    pub(in crate::plane) fn is_active(&self, number: u32) -> bool {
        self.is_active[number as usize]
    }

    /// Requests waiting or in service at a replica.
    #[inline]
    pub(in crate::plane) fn load(&self, number: u32) -> u32 {
        self.loads[number as usize]
    }

    /// All numbers are below this.
    pub(in crate::plane) fn numbers(&self) -> usize {
        self.loads.len()
    }

    /// Sets whether the least loaded must be known.
    pub(in crate::plane) fn keep_by_load(&mut self, by_load: bool) {
        if by_load != self.by_load {
            self.by_load = by_load;
            self.sort();
        }
    }

    /// Adds idle replicas; answers their numbers.
    pub(in crate::plane) fn grow(&mut self, count: usize) -> Vec<u32> {
        let mut added = Vec::with_capacity(count);
        for _ in 0..count {
            let number = self.unused.pop().unwrap_or(self.loads.len() as u32);
            if number as usize == self.loads.len() {
                self.loads.push(0);
                self.is_active.push(true);
            }
            self.loads[number as usize] = 0;
            self.is_active[number as usize] = true;
            added.push(number);
        }
        self.active.extend_from_slice(&added);
        self.sort();
        added
    }

    /// Takes the youngest replicas out of service; they hold what they held.
    pub(in crate::plane) fn retire_youngest(&mut self, count: usize) -> Vec<u32> {
        let kept = self.active.len().saturating_sub(count);
        let retired = self.active.split_off(kept);
        self.retire(retired)
    }

    /// Takes replicas out of service without regard to age or load: evenly spread over their ages.
    pub(in crate::plane) fn retire_any(&mut self, count: usize) -> Vec<u32> {
        let all = core::mem::take(&mut self.active);
        let of = all.len();
        let count = count.min(of);
        let (mut kept, mut retired) = (Vec::with_capacity(of), Vec::with_capacity(count));
        for (rank, number) in all.into_iter().enumerate() {
            let goes = (rank + 1) * count / of > rank * count / of;
            (if goes { &mut retired } else { &mut kept }).push(number);
        }
        self.active = kept;
        self.retire(retired)
    }

    fn retire(&mut self, retired: Vec<u32>) -> Vec<u32> {
        for &number in &retired {
            self.is_active[number as usize] = false;
        }
        self.sort();
        retired
    }

    /// Gives back the number of a replica that is out of service.
    pub(in crate::plane) fn remove(&mut self, number: u32) {
        self.unused.push(number);
    }

    fn sort(&mut self) {
        if self.by_load {
            let load = |&number: &u32| (number, self.loads[number as usize]);
            let loads: Vec<(u32, u32)> = self.active.iter().map(load).collect();
            self.levels.reset(&loads, self.loads.len());
        }
    }

    /// The active replicas with the least load; only where they are kept by load.
    #[inline]
    pub(in crate::plane) fn least_loaded(&self) -> &[u32] {
        match self.levels.first() {
            Some(first) => self.levels.least(self.load(first)),
            None => &[],
        }
    }

    /// A replica holds one request more.
    #[inline]
    pub(in crate::plane) fn raise(&mut self, number: u32) {
        let load = &mut self.loads[number as usize];
        *load += 1;
        if self.by_load && self.is_active[number as usize] {
            self.levels.raise(number, *load - 1);
        }
    }

    /// A replica holds one request less.
    #[inline]
    pub(in crate::plane) fn lower(&mut self, number: u32) {
        let load = &mut self.loads[number as usize];
        *load -= 1;
        if self.by_load && self.is_active[number as usize] {
            self.levels.lower(number, *load + 1);
        }
    }
}
