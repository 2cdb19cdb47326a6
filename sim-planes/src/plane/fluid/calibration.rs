//! How far M/G/c is from M/M/c: measured on the requests plane, looked up by service law, servers and load.
//!
//! ```text
//!   cv ──┐                       ┌─ share: P(wait) / Erlang C
//!   tail ┼─► 12 measured series ─┼─ mean: mean wait of those who wait / that in M/M/c
//!   c, ρ ┘   (c 2…100, ρ 0.3…0.95)└─ above: share of them that waits beyond ½, 1, 2, 3 such means
//! ```
//!
//! One server needs no measurement: P(wait) = ρ, the mean is (1 + cv²)/2 times that of M/M/1 (Pollaczek &
//! Khinchine), the shape that of the load. For load → 1 every queue tends to the same mean ratio and to
//! the exponential shape (Kingman 1962; Köllerström 1974).

use super::calibration_table::{FAMILIES, LOADS, MEASURED, Measured, SERVERS};
use super::levels::{Shape, Shapes};
use crate::random::Distribution;
use std::sync::{Arc, OnceLock};

/// Coefficients of variation of the measured series.
const CVS: [f64; 6] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0];
/// The measured loads, and full load.
const COLUMNS: usize = LOADS.len() + 1;

/// The corrections of one queue to M/M/c.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Correction {
    pub(super) share: f64,
    pub(super) mean: f64,
    pub(super) shape: Shape,
}

/// The corrections for one service law.
#[derive(Clone, Debug)]
pub(super) struct Calibration {
    /// (1 + cv²)/2, the mean ratio of one server and of full load.
    heavy: f64,
    /// Where the service is among those measured: its coefficient of variation, and its tail.
    cv: f64,
    tail: f64,
    shapes: Arc<Shapes>,
    /// By measured number of servers, each computed when first asked for: a service seldom has them all.
    by_servers: [OnceLock<[Correction; COLUMNS]>; SERVERS.len()],
}

impl Calibration {
    pub(super) fn new(service: &Distribution, shapes: &Arc<Shapes>) -> Self {
        let (second, third) = (service.second_moment(), service.third_moment());
        let tail = tail_position(service.mean(), second, third, service.cv());
        Self::at_tail(service.cv(), tail, shapes)
    }

    /// Of a service with these moments.
    pub(super) fn of([mean, second, third]: [f64; 3], shapes: &Arc<Shapes>) -> Self {
        let cv = (second / (mean * mean) - 1.0).max(0.0).sqrt();
        Self::at_tail(cv, tail_position(mean, second, third, cv), shapes)
    }

    fn at_tail(cv: f64, tail: f64, shapes: &Arc<Shapes>) -> Self {
        Self {
            heavy: 0.5 * (1.0 + cv * cv),
            cv,
            tail,
            shapes: Arc::clone(shapes),
            by_servers: [const { OnceLock::new() }; SERVERS.len()],
        }
    }

    /// The corrections for a measured number of servers, by load.
    fn row(&self, servers: usize) -> [Correction; COLUMNS] {
        let full = Correction {
            share: 1.0,
            mean: self.heavy,
            shape: Shapes::of_one_server(1.0),
        };
        let mut row = [full; COLUMNS];
        for (load, place) in row.iter_mut().take(LOADS.len()).enumerate() {
            let measured = interpolate(self.cv, self.tail, servers, load);
            *place = Correction {
                share: measured.share,
                mean: beyond_the_grid(measured.mean, self.cv, self.heavy),
                shape: self.shapes.fit(&measured.above),
            };
        }
        row
    }

    /// The corrections for `servers` at `load` < 1.
    pub(super) fn at(&self, servers: f64, load: f64) -> Correction {
        self.of_servers(servers)(load)
    }

    /// The corrections for `servers`, by load.
    pub(super) fn of_servers(&self, servers: f64) -> impl Fn(f64) -> Correction + '_ {
        let most = SERVERS[SERVERS.len() - 1];
        let above = SERVERS
            .partition_point(|&c| c < servers)
            .min(SERVERS.len() - 1);
        let below = above.checked_sub(1);
        let fewer = below.map_or(1.0, |below| SERVERS[below]);
        let t = libm::log2(servers / fewer) / libm::log2(SERVERS[above] / fewer);
        move |load| {
            if servers <= 1.0 {
                return self.one_server(load);
            }
            if servers > most {
                // Many servers: queues of equal (1 − ρ)√c behave alike (Halfin & Whitt 1981).
                let scaled = 1.0 - (1.0 - load) * (servers / most).sqrt();
                return self.measured(SERVERS.len() - 1, scaled);
            }
            let high = self.measured(above, load);
            let low = match below {
                Some(below) => self.measured(below, load),
                None => self.one_server(load),
            };
            mix(low, high, t)
        }
    }

    fn one_server(&self, load: f64) -> Correction {
        Correction {
            share: 1.0,
            mean: self.heavy,
            shape: Shapes::of_one_server(load),
        }
    }

    fn measured(&self, servers: usize, load: f64) -> Correction {
        let Some(row) = self.by_servers.get(servers) else {
            return self.one_server(1.0);
        };
        let row = row.get_or_init(|| self.row(servers));
        let load = load.clamp(LOADS[0], 1.0);
        let right = LOADS.partition_point(|&l| l < load).max(1);
        let low = LOADS[right - 1];
        let high = LOADS.get(right).copied().unwrap_or(1.0);
        mix(row[right - 1], row[right], (load - low) / (high - low))
    }
}

fn mix(a: Correction, b: Correction, t: f64) -> Correction {
    let between = |a: f64, b: f64| a + t * (b - a);
    Correction {
        share: between(a.share, b.share),
        mean: between(a.mean, b.mean),
        shape: Shape {
            position: between(a.shape.position, b.shape.position),
            first: between(a.shape.first, b.shape.first),
        },
    }
}

/// Beyond the largest measured cv the mean ratio keeps its place between 1 and its value at full load.
fn beyond_the_grid(mean: f64, cv: f64, heavy: f64) -> f64 {
    let largest = CVS[CVS.len() - 1];
    if cv <= largest {
        return mean;
    }
    let heavy_there = 0.5 * (1.0 + largest * largest);
    1.0 + (mean - 1.0) * (heavy - 1.0) / (heavy_there - 1.0)
}

/// Where the service's tail lies among the measured families: 0 gamma, 1 hyper-exponential, 2 lognormal, by
/// E[S³] E[S] / E[S²]², which at the same cv tells them apart.
fn tail_position(mean: f64, second: f64, third: f64, cv: f64) -> f64 {
    let weight = third * mean / (second * second);
    let v = cv * cv;
    let (gamma, lognormal) = ((1.0 + 2.0 * v) / (1.0 + v), 1.0 + v);
    if v <= 1.0 || !weight.is_finite() {
        return 2.0 * place(weight, gamma, lognormal);
    }
    // Balanced means: E[S³] = 1.5 (1 + v)² … from the two phases' means 1/(2p).
    let root = ((v - 1.0) / (v + 1.0)).sqrt();
    let phase = |p: f64| 6.0 / (8.0 * p * p);
    let third = phase(0.5 * (1.0 + root)) + phase(0.5 * (1.0 - root));
    let hyper = third / ((1.0 + v) * (1.0 + v));
    place(weight, gamma, hyper) + place(weight, hyper, lognormal)
}

/// Position of `x` between `low` (0) and `high` (1) on a logarithmic scale.
fn place(x: f64, low: f64, high: f64) -> f64 {
    if x <= low || high <= low {
        0.0
    } else if x >= high || !x.is_finite() {
        1.0
    } else {
        libm::log(x / low) / libm::log(high / low)
    }
}

/// An entry of the table as numbers, or what lies between entries.
#[derive(Clone, Copy, Debug)]
struct Ratios {
    share: f64,
    mean: f64,
    above: [f64; 4],
}

impl From<Measured> for Ratios {
    fn from(measured: Measured) -> Self {
        // The quotient is the double nearest to the decimal, as the decimal itself would be.
        let number = |parts: u16| f64::from(parts) / 1e4;
        Self {
            share: number(measured.share),
            mean: number(measured.mean),
            above: measured.above.map(number),
        }
    }
}

/// Between the measured series, linear in cv and in the tail's position.
fn interpolate(cv: f64, tail: f64, servers: usize, load: usize) -> Ratios {
    let right = CVS.partition_point(|&c| c < cv).clamp(1, CVS.len() - 1);
    let (low, high) = (CVS[right - 1], CVS[right]);
    let t = ((cv - low) / (high - low)).clamp(0.0, 1.0);
    let at = |index| by_tail(index, tail, servers, load);
    between(at(right - 1), at(right), t)
}

fn by_tail(cv: usize, tail: f64, servers: usize, load: usize) -> Ratios {
    let family = |index: usize| Ratios::from(MEASURED[index][cv][servers][load]);
    let lower = if tail < 1.0 { 0 } else { 1 };
    between(
        family(lower),
        family(lower + 1),
        (tail - lower as f64).clamp(0.0, 1.0),
    )
}

fn between(a: Ratios, b: Ratios, t: f64) -> Ratios {
    let mid = |a: f64, b: f64| a + t * (b - a);
    Ratios {
        share: mid(a.share, b.share),
        mean: mid(a.mean, b.mean),
        above: std::array::from_fn(|k| mid(a.above[k], b.above[k])),
    }
}

const _: () = assert!(FAMILIES == 3);
