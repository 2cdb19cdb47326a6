//! The market while it runs: which pools have capacity, what they cost, and when nodes are reclaimed.
//!
//! Every pool has random streams of its own, and what happens to a pool draws the same numbers however many nodes the
//! fleet has there: two designs with the same seed see the same market.

use super::model::{Availability, PoolModel, SpotModel};
use super::trace::SpotTrace;
use crate::random::{Purpose, Rng, StreamKey, standard_exponential, uniform};
use crate::scenario::document::SpotAllocation;
use std::sync::Arc;

/// Share of the deepest pool's depth from which on a pool is deep, for the price-and-capacity strategy: the provider says
/// "the lowest priced of the deepest", not how deep that is.
const DEEP: f64 = 0.5;

/// A pool's state.
#[derive(Clone, Debug)]
struct Pool {
    is_up: bool,
    next_change_s: f64,
    /// Step of its trace at the start of the simulation.
    first_step: u64,
    /// Step of its trace now.
    step: u64,
    market: Rng,
    lives: Rng,
}

/// What happened to a pool.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Change {
    /// It has capacity again.
    Up,
    /// It ran out. Of its `n` nodes ⌊share · n + chance⌋ go, from the node at `place` · n on.
    Down { share: f64, chance: f64, place: f64 },
}

/// What pools are compared by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum PricePer {
    /// The price of a processor: a group wants so much capacity.
    Processor,
    /// The price of a node: whatever fits will do (a fleet request for one instance).
    Node,
}

/// The pools.
#[derive(Clone, Debug)]
pub(in super::super) struct Market {
    model: Arc<SpotModel>,
    pools: Vec<Pool>,
    next_change_s: f64,
}

impl Market {
    pub(in super::super) fn new(
        model: Arc<SpotModel>,
        seed: u64,
        replication: u32,
        component: u32,
    ) -> Self {
        let pools = model.pools.iter().zip(0..).map(|(pool, index)| {
            // The fleet's pools run out for all services at once; nodes have lives of their own.
            let owner = if model.owner == 0 { 0 } else { component };
            let stream = |component: u32, purpose| {
                // No two pools share a number: sixteen of a component are neighbours, further ones lie far above.
                let (pool, block) = (index % super::MAX_SPOT_POOLS, index / super::MAX_SPOT_POOLS);
                let component = component
                    .wrapping_mul(super::MAX_SPOT_POOLS)
                    .wrapping_add(pool)
                    .wrapping_add(block << 20);
                StreamKey {
                    seed,
                    replication,
                    component,
                    purpose,
                }
                .rng()
            };
            Pool::new(
                pool,
                stream(owner, Purpose::SpotMarket),
                stream(component, Purpose::SpotLives),
            )
        });
        let mut market = Self {
            pools: pools.collect(),
            model,
            next_change_s: f64::INFINITY,
        };
        market.schedule();
        market
    }

    pub(super) fn model(&self) -> &SpotModel {
        &self.model
    }

    fn schedule(&mut self) {
        let times = self.pools.iter().map(|pool| pool.next_change_s);
        self.next_change_s = times.fold(f64::INFINITY, f64::min);
    }

    /// When some pool changes next.
    pub(super) fn next_change_s(&self) -> f64 {
        self.next_change_s
    }

    /// The change that is due next: of which pool, and what.
    pub(super) fn change(&mut self) -> Option<(usize, Change)> {
        let now_s = self.next_change_s;
        let due = |pool: &Pool| pool.next_change_s <= now_s;
        let index = self.pools.iter().position(due)?;
        let change = self.pools[index].change(&self.model.pools[index].availability);
        self.schedule();
        Some((index, change))
    }

    /// The pool for a new node, of those that have capacity and of which `fits`; `own` counts the fleet's nodes by pool.
    /// Prices are compared per processor, or per node where any node does that fits.
    pub(super) fn pick(
        &self,
        own: &[u32],
        now_s: f64,
        per: PricePer,
        fits: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        let open = |&index: &usize| self.pools[index].is_up && fits(index);
        let all = || (0..self.pools.len()).filter(open);
        let depth = |index: usize| self.model.pools[index].depth;
        // Of equals the first.
        let least = |value: &dyn Fn(usize) -> f64| {
            all().min_by(|&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)))
        };
        let price = |index: usize| {
            let usd = self.usd_per_hour_at(index, now_s);
            match per {
                PricePer::Processor => usd / self.model.pools[index].vcpus,
                PricePer::Node => usd,
            }
        };
        match self.model.allocation {
            SpotAllocation::LowestPrice => least(&price),
            SpotAllocation::CapacityOptimized => least(&|index| -depth(index)),
            SpotAllocation::PriceCapacityOptimized => {
                let deepest = all().map(depth).fold(0.0, f64::max);
                least(&|index| {
                    if depth(index) >= DEEP * deepest {
                        price(index)
                    } else {
                        f64::INFINITY
                    }
                })
            }
            SpotAllocation::Diversified => {
                least(&|index| f64::from(own.get(index).copied().unwrap_or(0)))
            }
        }
    }

    /// Whether a pool has capacity.
    pub(super) fn has_capacity(&self, index: usize) -> bool {
        self.pools.get(index).is_some_and(|pool| pool.is_up)
    }

    /// How long the next node of a pool runs before it alone is reclaimed, seconds; infinite for ever.
    pub(super) fn life_s(&mut self, index: usize) -> f64 {
        let exponential = standard_exponential(&mut self.pools[index].lives);
        let hazard_per_s = self.model.pools[index].hazard_per_s;
        if hazard_per_s > 0.0 {
            exponential / hazard_per_s
        } else {
            f64::INFINITY
        }
    }

    /// Price of an hour in a pool at some time, US dollars.
    pub(super) fn usd_per_hour_at(&self, index: usize, now_s: f64) -> f64 {
        let pool = &self.model.pools[index];
        let Availability::Trace { trace, .. } = &pool.availability else {
            return pool.usd_per_hour;
        };
        let step = self.pools[index].first_step + (now_s / trace.gap_s()).max(0.0) as u64;
        trace.usd_per_hour(step).unwrap_or(pool.usd_per_hour)
    }
}

impl Pool {
    fn new(model: &PoolModel, mut market: Rng, lives: Rng) -> Self {
        let (mut is_up, mut next_change_s, mut first_step) = (true, f64::INFINITY, 0);
        match &model.availability {
            Availability::Always => {}
            // As it is after running for long: without capacity for its share of the time, and memoryless.
            Availability::Renewal {
                mean_up_s,
                mean_down_s,
                ..
            } => {
                is_up = uniform(&mut market) < model.availability.share();
                let mean_s = if is_up { mean_up_s } else { mean_down_s };
                next_change_s = mean_s * standard_exponential(&mut market);
            }
            Availability::Trace {
                trace,
                random_start,
            } => {
                let start = uniform(&mut market);
                if *random_start {
                    first_step = (start * trace.len() as f64) as u64;
                }
                is_up = trace.is_up(first_step);
                next_change_s = change_of_trace_s(trace, first_step, first_step);
            }
        }
        Self {
            is_up,
            next_change_s,
            first_step,
            step: first_step,
            market,
            lives,
        }
    }

    fn change(&mut self, availability: &Availability) -> Change {
        self.is_up = !self.is_up;
        match availability {
            Availability::Always => self.next_change_s = f64::INFINITY,
            Availability::Renewal {
                mean_up_s,
                mean_down_s,
                nodes_share,
            } => {
                let mean_s = if self.is_up { mean_up_s } else { mean_down_s };
                self.next_change_s += mean_s * standard_exponential(&mut self.market);
                if !self.is_up {
                    return Change::Down {
                        share: *nodes_share,
                        chance: uniform(&mut self.market),
                        place: uniform(&mut self.market),
                    };
                }
            }
            Availability::Trace { trace, .. } => {
                self.step = trace.next_change(self.step).unwrap_or(self.step);
                self.next_change_s = change_of_trace_s(trace, self.first_step, self.step);
                if !self.is_up {
                    return Change::Down {
                        share: 1.0,
                        chance: 0.0,
                        place: 0.0,
                    };
                }
            }
        }
        Change::Up
    }
}

/// When the trace changes next after a step, seconds since the start of the simulation.
fn change_of_trace_s(trace: &SpotTrace, first_step: u64, step: u64) -> f64 {
    let next = trace.next_change(step);
    next.map_or(f64::INFINITY, |next| {
        (next - first_step) as f64 * trace.gap_s()
    })
}

#[cfg(test)]
mod tests;
