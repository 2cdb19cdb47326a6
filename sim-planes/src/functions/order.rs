//! The instances that can take a request, in the order in which they do.

mod by_age;
mod by_chance;
mod by_use;

use super::model::NextInstance;
use crate::random::Rng;
use by_age::{ByAge, End};
use by_chance::ByChance;
use by_use::{ByUse, Side};

/// The instances that have a free place for a request. Every operation takes a time that does not depend on how
/// many there are (in steps of 64 by age).
#[derive(Clone, Debug)]
pub enum Order {
    /// By when they were started.
    Age(ByAge),
    /// By when a request last started or ended on them.
    Use(ByUse),
    /// In no order.
    Chance(ByChance),
}

impl Order {
    /// No instance yet. `rng` is used by the random order only.
    pub fn new(next: NextInstance, rng: Rng) -> Self {
        match next {
            NextInstance::Newest => Order::Age(ByAge::new(End::Newest)),
            NextInstance::Oldest => Order::Age(ByAge::new(End::Oldest)),
            NextInstance::RoundRobin => Order::Age(ByAge::new(End::GoRound)),
            NextInstance::MostRecentlyUsed => Order::Use(ByUse::new(Side::Recent)),
            NextInstance::LeastRecentlyUsed => Order::Use(ByUse::new(Side::Idle)),
            NextInstance::Random => Order::Chance(ByChance::new(rng)),
        }
    }

    /// An instance starts; it is not free yet.
    pub fn started(&mut self, slot: u32) {
        if let Order::Age(order) = self {
            order.started(slot);
        }
    }

    /// An instance that is not free ends.
    pub fn ended(&mut self, slot: u32) {
        if let Order::Age(order) = self {
            order.ended(slot);
        }
    }

    /// An instance has a free place now.
    #[inline]
    pub fn insert(&mut self, slot: u32) {
        match self {
            Order::Age(order) => order.insert(slot),
            Order::Use(order) => order.insert(slot),
            Order::Chance(order) => order.insert(slot),
        }
    }

    /// A free instance has no free place any more.
    #[inline]
    pub fn remove(&mut self, slot: u32) {
        match self {
            Order::Age(order) => order.remove(slot),
            Order::Use(order) => order.remove(slot),
            Order::Chance(order) => order.remove(slot),
        }
    }

    /// A request started or ended on an instance that was and stays free.
    #[inline]
    pub fn used(&mut self, slot: u32) {
        if let Order::Use(order) = self {
            order.remove(slot);
            order.insert(slot);
        }
    }

    /// The free instance that serves next. It stays free until it is removed.
    #[inline]
    pub fn pick(&mut self) -> Option<u32> {
        match self {
            Order::Age(order) => order.pick(),
            Order::Use(order) => order.pick(),
            Order::Chance(order) => order.pick(),
        }
    }
}
