//! Pools of spot machines: when there are some, and when they are reclaimed.

use super::MAX_POOLS;
use crate::random::{Rng, standard_exponential, uniform};

/// Machines of one type in one zone.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Name.
    pub name: String,
    /// Price of an on-demand machine, US dollars an hour.
    pub on_demand_usd_per_hour: f64,
    /// Price of a spot machine, US dollars an hour.
    pub spot_usd_per_hour: f64,
    /// When there are spot machines.
    pub market: Market,
}

/// When a pool has spot machines.
#[derive(Clone, Debug, PartialEq)]
pub enum Market {
    /// There are some for exponential times, and none for exponential times.
    Exponential {
        /// Mean time between becoming available and being reclaimed, seconds.
        mean_up_s: f64,
        /// Mean time without, seconds; 0 when there is another at once.
        mean_down_s: f64,
        /// Whether all machines of the pool are reclaimed together.
        together: bool,
    },
    /// As recorded, again and again; all machines are reclaimed together.
    Recorded {
        /// Time between two points, seconds.
        step_s: f64,
        /// Whether there are machines from this point to the next.
        available: Vec<bool>,
    },
}

impl Market {
    /// Whether every machine has its own luck.
    pub fn is_independent(&self) -> bool {
        matches!(self, Self::Exponential { together, .. } if !together)
    }

    /// Share of the time in which there are machines.
    pub fn availability(&self) -> f64 {
        match self {
            Self::Exponential {
                mean_up_s,
                mean_down_s,
                ..
            } => mean_up_s / (mean_up_s + mean_down_s),
            Self::Recorded { available, .. } => {
                let up = available.iter().filter(|up| **up).count();
                up as f64 / available.len().max(1) as f64
            }
        }
    }

    /// Mean time from one change to the next, seconds.
    pub fn mean_change_s(&self) -> f64 {
        match self {
            Self::Exponential {
                mean_up_s,
                mean_down_s,
                ..
            } => 0.5 * (mean_up_s + mean_down_s),
            Self::Recorded { step_s, available } => {
                let next = available.iter().cycle().skip(1);
                let changes = available.iter().zip(next).filter(|(a, b)| a != b).count();
                step_s * available.len() as f64 / changes.max(1) as f64
            }
        }
    }
}

/// A pool as one machine sees it over a run.
#[derive(Clone, Debug)]
pub struct PoolRun<'a> {
    market: &'a Market,
    rng: Rng,
    up: bool,
    /// When that changes; with no time without machines, when one is reclaimed.
    until_s: f64,
    /// Of a recording: the point at which it was entered, and that at which the present state ends.
    start: u64,
    point: u64,
}

impl<'a> PoolRun<'a> {
    /// The pool at a random moment.
    pub fn new(market: &'a Market, mut rng: Rng) -> Self {
        match market {
            Market::Exponential { .. } => {
                let up = uniform(&mut rng) < market.availability();
                let mut run = Self {
                    market,
                    rng,
                    up,
                    until_s: 0.0,
                    start: 0,
                    point: 0,
                };
                run.until_s = run.draw_s();
                run
            }
            Market::Recorded { available, .. } => {
                let offset = uniform(&mut rng) * available.len() as f64;
                Self::from_point(market, rng, offset as u64)
            }
        }
    }

    /// A recording from a point on; of a pool without one, a random moment.
    pub fn from_point(market: &'a Market, rng: Rng, point: u64) -> Self {
        if let Market::Exponential { .. } = market {
            return Self::new(market, rng);
        }
        let mut run = Self {
            market,
            rng,
            up: false,
            until_s: 0.0,
            start: point,
            point,
        };
        run.up = run.recorded(point);
        run.find_change();
        run
    }

    /// Whether there are machines at this time, and until when. Times must not fall.
    pub fn at(&mut self, time_s: f64) -> (bool, f64) {
        while self.until_s <= time_s {
            match self.market {
                Market::Exponential { mean_down_s, .. } => {
                    // Without a pause one machine is reclaimed and the next is there.
                    self.up = !self.up || *mean_down_s <= 0.0;
                    self.until_s += self.draw_s();
                }
                Market::Recorded { .. } => {
                    self.up = !self.up;
                    self.find_change();
                }
            }
        }
        (self.up, self.until_s)
    }

    fn draw_s(&mut self) -> f64 {
        let Market::Exponential {
            mean_up_s,
            mean_down_s,
            ..
        } = self.market
        else {
            return f64::INFINITY;
        };
        standard_exponential(&mut self.rng) * if self.up { *mean_up_s } else { *mean_down_s }
    }

    fn recorded(&self, point: u64) -> bool {
        let Market::Recorded { available, .. } = self.market else {
            return false;
        };
        let index = point.checked_rem(available.len() as u64).unwrap_or(0);
        available.get(index as usize).copied().unwrap_or(false)
    }

    /// Goes on to the next point of a recording with another state.
    fn find_change(&mut self) {
        let Market::Recorded { step_s, available } = self.market else {
            return;
        };
        for ahead in 1..=available.len() as u64 {
            if self.recorded(self.point + ahead) != self.up {
                self.point += ahead;
                // One product, so that no rounding adds up.
                self.until_s = (self.point - self.start) as f64 * step_s;
                return;
            }
        }
        self.until_s = f64::INFINITY;
    }
}

/// The pools of one machine.
pub type PoolRuns<'a> = [Option<PoolRun<'a>>; MAX_POOLS];
