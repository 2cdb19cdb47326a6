//! The queue of a service that stops working when its client has given up, as it is in the long run.
//!
//! All clients are equally patient, and served in the order in which they came. So whoever waits will start in time: those in
//! service have come earlier, and are gone at their deadlines at the latest. A request that waits for v holds its server for
//! min(S, τ − v). The wait v that an arrival meets falls evenly, and rises by a step with each that is admitted; its density f
//! follows from crossings of a level (Brill & Posner 1977):
//!
//! ```text
//!   f(x) = λ P H(0, x) + λ ∫ f(y) α(y) H(y, x − y) dy,   H(y, z) = P(step from y > z)
//! ```
//!
//! P is the probability of just one idle server. A step lasts until the first of the c services then going on ends (`steps`):
//! from y on, its mean is E\[min(S, τ − y)\]/c. α(y) is the probability of room: as many as Poisson(λy) wait before who waits
//! for y (the distributional law of Little, Keilson & Servi 1988), so it fails by Erlang B. For one server this is the
//! finite dam (Takács 1967; Cohen 1969) and exact: M/G/1 cut at τ. For exponential services it is M/M/c/K, and with
//! cuts what is played, too. What is measured of M/G/c (`calibration`) says how often somebody waits, and how uneven the steps are
//! with other services: nearly as these while deadlines are far, as queues then remember for longer than services.

mod density;
mod steps;
mod table;

use super::calibration::Calibration;
use super::levels::Shapes;
use super::service_law::ServiceLaw;
use crate::bounds::Bounds;
use density::{Masses, Queue};
use std::sync::Arc;
use steps::power;
pub(super) use table::CancelTable;

/// Equal parts of the law of the wait of those who wait.
pub(super) const PARTS: usize = 32;
/// Offered loads of a table, in services that end at the timeout at the latest.
pub(super) const LOADS: [f64; 48] = [
    0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.88, 0.91, 0.93, 0.95, 0.965, 0.98,
    0.99, 1.0, 1.01, 1.02, 1.03, 1.04, 1.055, 1.07, 1.085, 1.1, 1.12, 1.14, 1.17, 1.2, 1.24, 1.28,
    1.33, 1.4, 1.5, 1.62, 1.8, 2.0, 2.3, 2.7, 3.3, 4.2, 6.0, 9.0, 15.0, 30.0, 60.0,
];
/// Times left to a service of which it is known how uneven it is.
const TIMES_LEFT: usize = 256;
/// Loads nearer to 1 than this have the measured P(wait) of this one.
const NEAR_FULL: f64 = 0.02;

/// One service whose work is cancelled.
#[derive(Clone, Debug)]
pub(super) struct Cancelling {
    law: ServiceLaw,
    timeout_s: f64,
    /// Mean of a service that ends at the timeout at the latest, seconds.
    pub(super) mean_s: f64,
    /// Its squared coefficient of variation.
    pub(super) scv: f64,
    calibration: Calibration,
    /// By the time that is left to a service, in steps up to the timeout.
    left: Vec<Left>,
}

/// Services that end after some time at the latest.
#[derive(Clone, Copy, Debug)]
struct Left {
    /// Logarithm of how much more uneven they are than exponential ones of which as many are cut.
    log_uneven: f64,
    /// Time × probability of being cut, to their mean.
    cut: f64,
}

/// The queue at one load.
#[derive(Clone, Debug)]
pub(super) struct Point {
    pub(super) load: f64,
    /// Mean number of requests in service, and waiting.
    pub(super) busy: f64,
    pub(super) queue: f64,
    /// Share of the arrivals that finds no room.
    pub(super) lost: f64,
    /// Of the others: share that waits.
    pub(super) waits: f64,
    /// Mean time that they hold a server, seconds.
    pub(super) held_s: f64,
    /// Mean waits of those who wait, in equal parts from short to long, seconds.
    pub(super) parts_s: [f64; PARTS],
}

impl Cancelling {
    /// Of a service with clients that wait for so long, finite, in all.
    pub(super) fn new(law: &ServiceLaw, timeout_s: f64, shapes: &Arc<Shapes>) -> Self {
        let [mean_s, second, third] = law.moments_until(timeout_s);
        let mut of = Self {
            law: law.clone(),
            timeout_s,
            mean_s,
            scv: (second / (mean_s * mean_s) - 1.0).max(0.0),
            calibration: Calibration::of([mean_s, second, third], shapes),
            left: Vec::new(),
        };
        let mut place = 0;
        let step_s = timeout_s / TIMES_LEFT as f64;
        of.left = (0..=TIMES_LEFT)
            .map(|step| of.cut_after(step as f64 * step_s, &mut place))
            .collect();
        of
    }

    fn cut_after(&self, left_s: f64, place: &mut usize) -> Left {
        let (mean_s, square) = self.held(self.timeout_s - left_s, place);
        if mean_s <= 0.0 || square <= 0.0 {
            return Left {
                log_uneven: 0.0,
                cut: 1.0,
            };
        }
        let cut = (self.law.survival(left_s, place) * left_s / mean_s).min(1.0);
        Left {
            log_uneven: libm::log(square / (mean_s * mean_s) / exponential_square(cut)),
            cut,
        }
    }

    /// The services of those who have waited for so long.
    fn left_after(&self, wait_s: f64) -> Left {
        let place = (1.0 - wait_s / self.timeout_s).clamp(0.0, 1.0) * TIMES_LEFT as f64;
        let index = (place as usize).min(TIMES_LEFT - 1);
        let (a, b, t) = (self.left[index], self.left[index + 1], place - index as f64);
        Left {
            log_uneven: a.log_uneven + t * (b.log_uneven - a.log_uneven),
            cut: a.cut + t * (b.cut - a.cut),
        }
    }

    /// Mean time for which a request holds its server that starts after such a wait, and the mean of its square.
    fn held(&self, wait_s: f64, place: &mut usize) -> (f64, f64) {
        let left_s = (self.timeout_s - wait_s).max(0.0);
        let (cdf, integral) = self.law.residual(left_s, place);
        let mean_s = self.law.mean_s * cdf;
        (mean_s, 2.0 * self.law.mean_s * (left_s * cdf - integral))
    }

    /// How much of the unevenness of services is that of the steps: as gives the mean wait that has been measured, at full load
    /// and above that near it.
    fn weight(&self, c: f64, load: f64, square: f64) -> f64 {
        let uneven = self.left_after(0.0).log_uneven;
        if uneven.abs() < 1e-3 {
            return 0.0;
        }
        let load = load.min(1.0 - NEAR_FULL);
        let wanted = (2.0 * self.calibration.at(c, load).mean - (1.0 - load) * square) / load;
        (libm::log(wanted.max(1e-3) / square) / uneven).clamp(0.0, 1.5)
    }

    /// Mean square of the time until the first of as many requests as there are servers ends, one of which has just begun, in
    /// squares of its mean: the others have been in service for a while, so what is left of each has the residual law.
    fn square_of_first(&self, servers: u32) -> f64 {
        let c = f64::from(servers);
        let mean_s = self.mean_s / c;
        // Steps in a geometric series, from far below the mean to the longest.
        let (shortest_s, ratio) = (1e-3 * mean_s, 1.04);
        let (mut at_s, mut before, mut sum) = (0.0, 1.0, 0.0);
        let mut next_s = shortest_s;
        let mut place = 0;
        while at_s < self.timeout_s && before > 1e-9 {
            let own_s = self.law.mean_s
                * self
                    .law
                    .residual_cdf(next_s.min(self.timeout_s), &mut place);
            let none = power((1.0 - own_s / self.mean_s).max(0.0), servers);
            sum += 0.5 * (before + none) * (next_s - at_s);
            (before, at_s) = (none, next_s);
            next_s *= ratio;
        }
        2.0 * sum / mean_s
    }

    /// Mean time for which a request holds its server that starts after such a wait, seconds.
    pub(super) fn held_after(&self, wait_s: f64) -> f64 {
        self.held(wait_s, &mut 0).0
    }

    /// The queue of `servers` with room for so many that wait, at a load of [`LOADS`].
    pub(super) fn point(&self, servers: u32, room: u32, load: f64) -> Point {
        let c = f64::from(servers);
        let rate_rps = load * c / self.mean_s;
        if load <= 0.0 {
            return Point {
                load,
                busy: 0.0,
                queue: 0.0,
                lost: 0.0,
                waits: 0.0,
                held_s: self.mean_s,
                parts_s: [0.0; PARTS],
            };
        }
        let queue = Queue::new(self, servers, room, load);
        let masses = queue.masses();
        let mut place = 0;
        let (mut lost, mut waits, mut wait_s, mut held_s) =
            (0.0, 0.0, 0.0, masses.idle * self.mean_s);
        let mut admitted = Vec::with_capacity(masses.busy.len());
        for (cell, &mass) in masses.busy.iter().enumerate() {
            let at_s = masses.from_s + (cell as f64 + 0.5) * masses.step_s;
            let full = queue.full(at_s);
            let let_in = mass * (1.0 - full);
            lost += mass * full;
            waits += let_in;
            wait_s += let_in * at_s;
            held_s += let_in * self.held(at_s, &mut place).0;
            admitted.push(let_in);
        }
        let all = (masses.idle + waits).max(f64::MIN_POSITIVE);
        Point {
            load,
            busy: (rate_rps * held_s).at_most(c),
            queue: rate_rps * wait_s,
            lost,
            waits: waits / all,
            held_s: held_s / all,
            parts_s: parts(&masses, &admitted, waits),
        }
    }
}

/// Means of equal parts of a law.
fn parts(masses: &Masses, admitted: &[f64], sum: f64) -> [f64; PARTS] {
    let mut parts_s = [0.0; PARTS];
    if sum <= 0.0 {
        return parts_s;
    }
    let mut cells = admitted.iter().enumerate();
    let share = sum / PARTS as f64;
    let (mut at_s, mut end_s, mut left) = (masses.from_s, masses.from_s, 0.0);
    for part_s in &mut parts_s {
        let (mut wanted, mut mean_s) = (share, 0.0);
        loop {
            let taken = wanted.at_most(left);
            if taken > 0.0 {
                let upto_s = at_s + (end_s - at_s) * taken / left;
                mean_s += taken * 0.5 * (at_s + upto_s);
                at_s = upto_s;
                left -= taken;
                wanted -= taken;
            }
            if wanted <= 1e-12 * share {
                break;
            }
            let Some((cell, &mass)) = cells.next() else {
                break;
            };
            at_s = masses.from_s + cell as f64 * masses.step_s;
            (end_s, left) = (at_s + masses.step_s, mass);
        }
        *part_s = mean_s / (share - wanted).max(f64::MIN_POSITIVE);
    }
    parts_s
}

/// E\[min(X, u)²\]/E\[min(X, u)\]² of an exponential X of which u P(X > u) / E\[min(X, u)\] is `cut`.
fn exponential_square(cut: f64) -> f64 {
    // u/(eᵘ − 1) falls from 1 to 0.
    let (mut low, mut high) = (1e-4, 60.0);
    for _ in 0..50 {
        let middle = 0.5 * (low + high);
        if middle / libm::expm1(middle) > cut {
            low = middle;
        } else {
            high = middle;
        }
    }
    let (left, mean) = (libm::exp(-low), -libm::expm1(-low));
    2.0 * (mean - low * left) / (mean * mean)
}

#[cfg(test)]
mod tests;
