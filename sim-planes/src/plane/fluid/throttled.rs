//! A token bucket in closed form.
//!
//! The tokens that are missing from a bucket of b are the work in an M/D/1 queue with service times of 1/r and room for
//! b. What that loses follows from the tail of the unlimited queue, of which the geometric part is known in closed form:
//! P(N ≥ n) ≈ (1−ρ) z/(ρz−1) · z⁻ⁿ with ρ(z−1) = ln z, z ≠ 1; and a share (1−ρ)q/(1−ρq), q = P(N ≥ b), is lost
//! (Keilson 1966), below and above full load. A bucket that fills or empties within an interval is in that state; of one
//! that takes longer the level is followed, with the numbers of requests that were drawn. In between it is something of
//! both.

use crate::plane::RateLimit;

/// Loads closer to 1 than this are taken to be this far from it: the formula is 0/0 there.
const NEAR: f64 = 1e-4;
/// Halvings in the search for z.
const HALVINGS: u32 = 60;

/// A token bucket whose level is followed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Throttle {
    limit: RateLimit,
    /// Tokens that are missing.
    missing: f64,
    /// The load of which the loss is known, and that.
    last: (f64, f64),
}

impl Throttle {
    pub(super) fn new(limit: RateLimit) -> Self {
        Self {
            limit,
            missing: 0.0,
            last: (0.0, 0.0),
        }
    }

    /// How many of the requests of an interval are turned away, where so many come and `expected` were expected.
    pub(super) fn turn_away(&mut self, arrivals: f64, expected: f64, length_s: f64) -> f64 {
        let RateLimit { rps, burst } = self.limit;
        let gained = rps * length_s;
        let wanted = self.missing + arrivals - gained;
        let spilt = (wanted - burst).max(0.0).min(arrivals);
        self.missing = wanted.clamp(0.0, burst);
        let load = expected / gained;
        // Tokens to the end of the bucket, at the drift of the level or, without one, by its fluctuation.
        let settling_s = burst / ((rps * (load - 1.0)).abs() + rps * load.max(1e-9) / burst);
        let settled = length_s / (length_s + settling_s);
        let steady = arrivals * self.lost(load);
        (settled * steady + (1.0 - settled) * spilt).min(arrivals)
    }

    fn lost(&mut self, load: f64) -> f64 {
        if load != self.last.0 {
            self.last = (load, lost(load, self.limit.burst));
        }
        self.last.1
    }
}

/// The share of Poisson arrivals that a bucket of `burst` tokens turns away in the long run, at a load (rate over rate of
/// the tokens).
fn lost(load: f64, burst: f64) -> f64 {
    if load <= 0.0 {
        return 0.0;
    }
    let load = if (load - 1.0).abs() < NEAR {
        1.0 + if load < 1.0 { -NEAR } else { NEAR }
    } else {
        load
    };
    // Of a single token it is exact: P(N ≥ 1) = ρ.
    if burst < 2.0 {
        return load / (1.0 + load);
    }
    let z = root(load);
    let log_tail = libm::log((1.0 - load) * z / (load * z - 1.0)) - burst * libm::log(z);
    // Above full load the tail of the formula is beyond 1, and beyond any number: all but 1/ρ is lost.
    if log_tail > 600.0 {
        return 1.0 - 1.0 / load;
    }
    let tail = libm::exp(log_tail);
    ((1.0 - load) * tail / (1.0 - load * tail)).clamp(0.0, 1.0)
}

/// The z other than 1 with ρ(z − 1) = ln z.
fn root(load: f64) -> f64 {
    // ln z − ρ(z−1) has its maximum at z = 1/ρ, between 1 and the root.
    let above = |z: f64| libm::log(z) - load * (z - 1.0) > 0.0;
    let (mut inside, mut outside) = if load < 1.0 {
        let mut outside = 2.0 / load;
        while above(outside) {
            outside *= 2.0;
        }
        (1.0 / load, outside)
    } else {
        (1.0 / load, 0.0)
    };
    for _ in 0..HALVINGS {
        let middle = 0.5 * (inside + outside);
        if middle > 0.0 && above(middle) {
            inside = middle;
        } else {
            outside = middle;
        }
    }
    inside.max(f64::MIN_POSITIVE)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// M/D/1 with room for `room`, solved as a Markov chain at its departures: from n to n − 1 + Poisson(ρ), cut off.
    fn exact(room: usize, load: f64) -> f64 {
        let arrive = |count: usize| {
            let factorial: f64 = (1..=count).map(|k| k as f64).product();
            libm::pow(load, count as f64) / factorial * libm::exp(-load)
        };
        // At departures n is 0 to room − 1.
        let mut at = vec![1.0 / room as f64; room];
        for _ in 0..4_000 {
            let mut next = vec![0.0; room];
            for (before, share) in at.iter().enumerate() {
                let left = before.max(1) - 1;
                let mut rest = 1.0;
                for count in 0..room - 1 - left {
                    next[left + count] += share * arrive(count);
                    rest -= arrive(count);
                }
                next[room - 1] += share * rest;
            }
            at = next;
        }
        // Of the arrivals per departure, which are 1 served and the lost: cycles are a service and, when empty, a gap.
        let arrivals = load + at[0];
        1.0 - 1.0 / arrivals
    }

    #[test]
    fn it_loses_what_md1_with_as_much_room_loses() {
        assert!((exact(1, 0.7) - 0.7 / 1.7).abs() < 1e-9);
        for room in [1, 2, 3, 5, 10, 20] {
            for load in [0.5, 0.8, 0.95, 1.0, 1.1, 1.5, 3.0] {
                let (found, exact) = (lost(load, room as f64), exact(room, load));
                assert!(
                    (found - exact).abs() < 0.012,
                    "{room} {load}: {found} {exact}"
                );
            }
        }
        assert_eq!(lost(0.0, 5.0), 0.0);
        assert!((lost(2.0, 1e6) - 0.5).abs() < 1e-12);
        assert!(lost(0.5, 1e6) < 1e-12);
    }

    /// A large bucket lets a flood through until it is empty, and then the rate.
    #[test]
    fn a_large_bucket_is_emptied_first() {
        let mut throttle = Throttle::new(RateLimit {
            rps: 10.0,
            burst: 30_000.0,
        });
        let turned_away: Vec<f64> = (0..40)
            .map(|_| throttle.turn_away(1500.0, 1500.0, 15.0))
            .collect();
        // 1350 tokens are missing more after each interval: 22 of them empty it.
        assert!(turned_away[..22].iter().all(|lost| *lost < 100.0));
        assert!((turned_away[39] - 1350.0).abs() < 1.0);
    }
}
