//! The replicas: what each holds, which take new requests, and which has room.

use super::levels::Levels;
use super::queue::Queue;

/// A replica.
#[derive(Clone, Copy, Debug)]
pub(super) struct Replica {
    pub(super) in_service: u32,
    pub(super) queue: Queue,
    /// Takes new requests. One that does not finishes what it holds, and goes.
    pub(super) active: bool,
}

impl Replica {
    const IDLE: Self = Self {
        in_service: 0,
        queue: Queue::EMPTY,
        active: true,
    };

    /// Requests that it holds.
    #[inline]
    pub(super) fn load(&self) -> u32 {
        self.in_service + self.queue.len()
    }
}

/// All replicas, by number.
#[derive(Debug, Default)]
pub(super) struct Replicas {
    records: Vec<Replica>,
    unused: Vec<u32>,
    /// Those that take new requests, oldest first.
    active: Vec<u32>,
    levels: Levels,
    /// Whether `levels` is kept.
    by_load: bool,
    /// Requests that one replica may hold.
    capacity: u32,
}

impl Replicas {
    /// Numbers of those that take new requests, oldest first.
    pub(super) fn active(&self) -> &[u32] {
        &self.active
    }

    /// All numbers in use or used before are below this.
    pub(super) fn numbers(&self) -> usize {
        self.records.len()
    }

    /// Sets how much a replica may hold, and whether they are kept in the order of their load.
    pub(super) fn set_rules(&mut self, capacity: u32, by_load: bool) {
        self.capacity = capacity;
        if by_load != self.by_load {
            self.by_load = by_load;
            self.sort();
        }
    }

    /// Adds idle replicas.
    pub(super) fn grow(&mut self, count: usize) {
        for _ in 0..count {
            let number = match self.unused.pop() {
                Some(number) => {
                    self.records[number as usize] = Replica::IDLE;
                    number
                }
                None => {
                    self.records.push(Replica::IDLE);
                    self.records.len() as u32 - 1
                }
            };
            self.active.push(number);
        }
        self.sort();
    }

    /// Takes the youngest replicas out of service; they hold what they held.
    pub(super) fn retire_youngest(&mut self, count: usize) -> Vec<u32> {
        let kept = self.active.len().saturating_sub(count);
        let retired = self.active.split_off(kept);
        self.retire(retired)
    }

    /// Takes replicas out of service without regard to age or load, evenly spread over their ages.
    pub(super) fn retire_any(&mut self, count: usize) -> Vec<u32> {
        let all = core::mem::take(&mut self.active);
        let of = all.len();
        let count = count.min(of);
        let (mut kept, mut retired) = (Vec::with_capacity(of - count), Vec::with_capacity(count));
        for (rank, number) in all.into_iter().enumerate() {
            let goes = (rank + 1) * count / of > rank * count / of;
            (if goes { &mut retired } else { &mut kept }).push(number);
        }
        self.active = kept;
        self.retire(retired)
    }

    fn retire(&mut self, retired: Vec<u32>) -> Vec<u32> {
        for &number in &retired {
            self.records[number as usize].active = false;
        }
        self.sort();
        retired
    }

    /// Forgets a replica that is out of service.
    pub(super) fn remove(&mut self, number: u32) {
        self.records[number as usize] = Replica {
            active: false,
            ..Replica::IDLE
        };
        self.unused.push(number);
    }

    fn sort(&mut self) {
        if self.by_load {
            let load = |&number: &u32| (number, self.records[number as usize].load());
            let loads: Vec<(u32, u32)> = self.active.iter().map(load).collect();
            self.levels.reset(&loads, self.records.len());
        }
    }

    #[inline]
    pub(super) fn has_room(&self, number: u32) -> bool {
        self.records[number as usize].load() < self.capacity
    }

    /// The active replicas with the least load; only where they are kept by load.
    #[inline]
    pub(super) fn least_loaded(&self) -> &[u32] {
        match self.levels.first() {
            Some(first) => self.levels.least(self[first].load()),
            None => &[],
        }
    }

    /// A replica takes on a request, by `put`, which must add one to its load.
    #[inline]
    pub(super) fn raise(&mut self, number: u32, put: impl FnOnce(&mut Replica)) {
        let replica = &mut self.records[number as usize];
        let load = replica.load();
        put(replica);
        if self.by_load && replica.active {
            self.levels.raise(number, load);
        }
    }

    /// A replica lets a request go, by `take`, which must take one off its load.
    #[inline]
    pub(super) fn lower<T>(&mut self, number: u32, take: impl FnOnce(&mut Replica) -> T) -> T {
        let replica = &mut self.records[number as usize];
        let load = replica.load();
        let taken = take(replica);
        if self.by_load && replica.active {
            self.levels.lower(number, load);
        }
        taken
    }
}

impl core::ops::Index<u32> for Replicas {
    type Output = Replica;
    #[inline]
    fn index(&self, number: u32) -> &Replica {
        &self.records[number as usize]
    }
}

impl core::ops::IndexMut<u32> for Replicas {
    /// For changes that leave the load as it is.
    #[inline]
    fn index_mut(&mut self, number: u32) -> &mut Replica {
        &mut self.records[number as usize]
    }
}
