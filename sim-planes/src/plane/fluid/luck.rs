//! The luck of a queue: whether it is longer or shorter than expected, and for how long it stays so.
//!
//! Its place in the stationary law is that of a reflected Brownian motion, to which queues tend at high load
//! (Kingman 1962; Whitt 2002): their excursions come and go alike. Its law at any time is exponential, whatever
//! the steps, so that luck changes no expectation. Time is counted in memories of the queue: the integral of the
//! autocorrelation of its length, for M/M/1 (1 + ρ)/(μ(1 − ρ)²), for M/G/c E\[S\](1 + ρ cv²)/(c(1 − ρ)²) (Whitt 1989).
//!
//! An interval much longer than a memory sees the whole law, a much shorter one a single place. In between, a share
//! of the interval is at one place and the rest sees the whole law: as much as gives means over many intervals the
//! variance that they have.

use crate::bounds::Bounds;
use crate::random::{Purpose, Rng, StreamKey, standard_exponential, standard_normal};

/// Above this expected number of arrivals in an interval, their luck is part of the queue's.
const MANY_ARRIVALS: f64 = 2.0;

/// From this expected number on, arrivals are normal enough.
const PLENTY: f64 = 100.0;

/// Where the queue is within its stationary law.
pub(super) struct Luck {
    rng: Rng,
    /// −ln of the share of time in which the queue is longer; standard exponential while load and servers last.
    rarity: f64,
    /// `rarity` of one request more or less.
    of_one: f64,
}

/// The luck of an interval.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Chance {
    /// Share of the requests whose waits are at one place of the stationary law; the others see all of it.
    pub(super) weight: f64,
    /// That place: −ln of the probability that a wait is longer. It is that of the interval's start, which its arrivals
    /// have not yet changed: so the requests of an interval with many of them do not count for more.
    pub(super) rarity: f64,
    /// As a number of requests above those that keep the servers busy.
    pub(super) excess: f64,
}

/// Shares of arrivals and of services in the deviations that move a queue; the sum of their squares is 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares {
    of_arrivals: f64,
    of_services: f64,
}

impl Shares {
    /// With Poisson arrivals, and services of which `scv` is the squared coefficient of variation.
    pub(super) fn new(scv: f64) -> Self {
        Self {
            of_arrivals: (1.0 / (1.0 + scv)).sqrt(),
            of_services: (scv / (1.0 + scv)).sqrt(),
        }
    }
}

/// What is drawn for an interval, whatever the design.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draws {
    /// Standard normal.
    pub(super) push: f64,
    /// Standard exponential.
    lowest: f64,
}

impl Luck {
    /// The luck of an empty queue.
    pub(super) fn new(seed: u64, replication: u32, component: u32) -> Self {
        let key = StreamKey {
            seed,
            replication,
            component,
            purpose: Purpose::QueueLuck,
        };
        Self {
            rng: key.rng(),
            rarity: 0.0,
            of_one: 1.0,
        }
    }

    /// The queue is empty.
    pub(super) fn clear(&mut self) {
        self.rarity = 0.0;
    }

    /// The queue is at most so long.
    pub(super) fn be_at_most(&mut self, rarity: f64) {
        self.rarity = self.rarity.at_most(rarity);
    }

    /// Draws for an interval in which `arrivals` came and `expected` were expected. These are a share of the causes
    /// that move a queue; its services are the other.
    #[inline]
    pub(super) fn draw(&mut self, arrivals: f64, expected: f64, shares: Shares) -> Draws {
        let own = standard_normal(&mut self.rng);
        let lowest = standard_exponential(&mut self.rng);
        let push = if expected > MANY_ARRIVALS {
            let of_arrivals = if expected > PLENTY {
                (arrivals - expected) / expected.sqrt()
            } else {
                // Anscombe's transformation: nearly normal, also where there are few.
                let root = 2.0 * ((arrivals + 0.375).sqrt() - (expected + 0.375).sqrt());
                root + 0.25 / expected.sqrt()
            };
            shares.of_arrivals * of_arrivals + shares.of_services * own
        } else {
            own
        };
        Draws { push, lowest }
    }

    /// Passes over an interval in which the servers could serve `services` requests, at the load `load` < 1. When that
    /// is not what it was, the queue is as long as before, which may have become rare, and is on its way to what is
    /// usual now. Of the service time it takes the squared coefficient of variation, and the one that the number of
    /// requests goes by.
    #[inline]
    pub(super) fn pass(
        &mut self,
        services: f64,
        load: f64,
        (scv, queue_scv): (f64, f64),
        stretch: f64,
        draws: Draws,
    ) -> Chance {
        let (spare, spread) = (1.0 - load, 1.0 + load * scv);
        let of_one = 2.0 * spare / (1.0 + load * queue_scv);
        self.rarity *= of_one / self.of_one;
        self.of_one = of_one;
        let rarity = self.rarity;
        let lengths = services * spare * spare / (spread * (1.0 + spare * stretch));
        self.advance(lengths, draws);
        Chance {
            weight: weight(lengths),
            rarity,
            excess: rarity / of_one,
        }
    }

    /// Passes over an interval of so many memories of a queue that has no load of its own.
    pub(super) fn pass_memories(&mut self, lengths: f64, draws: Draws) -> Chance {
        let rarity = self.rarity;
        self.advance(lengths, draws);
        Chance {
            weight: weight(lengths),
            rarity,
            excess: 0.0,
        }
    }

    /// Passes over `lengths` memories: the endpoint of a Brownian motion with drift, and the lowest point on the way to
    /// it, where it is reflected.
    #[inline]
    fn advance(&mut self, lengths: f64, draws: Draws) {
        let deviation = lengths.sqrt();
        let end = 2.0 * deviation * (draws.push - deviation);
        let root = (end * end + 8.0 * lengths * draws.lowest).sqrt();
        let above_lowest = if end < 0.0 {
            4.0 * lengths * draws.lowest / (root - end)
        } else {
            0.5 * (root + end)
        };
        self.rarity = (self.rarity + end).at_least(above_lowest);
    }
}

/// Share of an interval of `lengths` memories that is at one place.
#[inline]
fn weight(lengths: f64) -> f64 {
    if lengths < 1e-3 {
        1.0
    } else if lengths > 18.0 {
        (2.0 / lengths).sqrt()
    } else {
        (2.0 / lengths * libm::tanh(0.5 * lengths)).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::Welford;

    /// Whatever the steps, the place is exponential with mean 1 and forgets within a memory.
    #[test]
    fn the_law_is_exponential() {
        for lengths in [0.01_f64, 0.1, 1.0, 10.0, 1e6, 1e12] {
            let mut luck = Luck::new(1, 0, 0);
            let (mut seen, mut squares, mut rare) =
                (Welford::new(), Welford::new(), Welford::new());
            let steps = (200_000.0 * 2.0 * (1.0 + 1.0 / lengths)).min(4e6) as u32;
            for _ in 0..steps {
                let draws = luck.draw(0.0, 0.0, Shares::new(1.0));
                luck.advance(lengths, draws);
                let rarity = luck.rarity;
                seen.push(rarity);
                squares.push(rarity * rarity);
                rare.push(f64::from(u8::from(rarity > 3.0)));
            }
            // Steps that count as independent: a memory has two.
            let independent = f64::from(steps) * (0.5 * lengths).min(1.0);
            let slack = 3.5 / independent.sqrt();
            assert!(
                (seen.mean() - 1.0).abs() < slack,
                "{lengths}: {}",
                seen.mean()
            );
            assert!(
                (squares.mean() - 2.0).abs() < 4.5 * slack,
                "{lengths}: {}",
                squares.mean()
            );
            let expected = libm::exp(-3.0);
            assert!(
                (rare.mean() - expected).abs() < 0.22 * slack,
                "{lengths}: {}",
                rare.mean()
            );
        }
    }
}
