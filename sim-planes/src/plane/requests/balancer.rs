//! Which replica an attempt goes to.
//!
//! Choices come from a stream of their own, one number an attempt, so that another policy or another capacity
//! changes no arrival and no demand. Theory: random and round robin split the arrivals, least outstanding joins
//! the shortest queue (Winston 1977), power of two choices is Vvedenskaya, Dobrushin & Karpelevich 1996 and
//! Mitzenmacher 2001.

use super::lineup::Lineup;
use crate::plane::Balancing;
use crate::random::{Ahead, Rng};
use rand_xoshiro::rand_core::Rng as _;

/// What a balancer says.
#[derive(Clone, Copy, Debug)]
pub(in crate::plane) enum Choice {
    /// There is no replica.
    None,
    /// This one.
    This(u32),
    /// The one with the lower load; the first if both are equal.
    BetterOf(u32, u32),
}

/// Picks replicas.
pub(in crate::plane) struct Balancer {
    policy: Balancing,
    draws: Ahead<u64>,
    /// Whose turn it is.
    turn: usize,
}

impl Balancer {
    pub(in crate::plane) fn new(policy: Balancing, rng: Rng) -> Self {
        Self {
            policy,
            draws: Ahead::new(rng),
            turn: 0,
        }
    }

    /// Whether it needs to know who has the least load.
    #[inline]
    pub(in crate::plane) fn goes_by_load(&self) -> bool {
        matches!(self.policy, Balancing::Shared | Balancing::LeastOutstanding)
    }

    /// A replica of those that take requests; it may be full.
    #[inline]
    pub(in crate::plane) fn choose(&mut self, lineup: &Lineup) -> Choice {
        let all = lineup.active();
        let one = match self.policy {
            // One slot is as good as another, but with shared processors the emptiest replica is not.
            Balancing::Shared | Balancing::LeastOutstanding => self.least_loaded(lineup),
            Balancing::Random => any(all, self.draw() as u32),
            Balancing::RoundRobin => {
                self.turn = if self.turn + 1 < all.len() {
                    self.turn + 1
                } else {
                    0
                };
                all.get(self.turn).copied()
            }
            Balancing::PowerOfTwo => return self.two(all),
        };
        one.map_or(Choice::None, Choice::This)
    }

    /// One of the replicas with the least load, at random; only where replicas are kept by load.
    #[inline]
    pub(in crate::plane) fn least_loaded(&mut self, lineup: &Lineup) -> Option<u32> {
        any(lineup.least_loaded(), self.draw() as u32)
    }

    #[inline]
    fn draw(&mut self) -> u64 {
        self.draws.next(Rng::next_u64)
    }

    #[inline]
    fn two(&mut self, all: &[u32]) -> Choice {
        let draw = self.draw();
        let first = place(all.len(), draw as u32);
        // One of the others.
        let mut second = place(all.len().saturating_sub(1), (draw >> 32) as u32);
        second += usize::from(second >= first);
        match (all.get(first), all.get(second)) {
            (Some(&first), Some(&second)) => Choice::BetterOf(first, second),
            (Some(&first), None) => Choice::This(first),
            (None, _) => Choice::None,
        }
    }
}

/// One of `all`, evenly for an even `draw`.
#[inline]
fn any(all: &[u32], draw: u32) -> Option<u32> {
    all.get(place(all.len(), draw)).copied()
}

/// A number below `count`, evenly for an even `draw` (as evenly as 2³² divides).
#[inline]
fn place(count: usize, draw: u32) -> usize {
    ((count as u64 * u64::from(draw)) >> 32) as usize
}
