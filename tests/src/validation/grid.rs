//! The grid of constant loads on which `fluid` is held against long runs of `requests`.

use serde::{Deserialize, Serialize};
use sim_core::plane::{DataPlane, FluidPlane, FluidTables, Outcome, RequestsPlane};
use sim_core::random::Distribution;
use sim_core::stats::{LogHistogram, Welford};
use sim_core::validation::{Station, add};

/// Mean service time of all cells, seconds.
pub const MEAN_S: f64 = 0.1;
/// Seed of the reference runs.
pub const SEED: u64 = 3;

/// One queue of the grid.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// constant, exponential, lognormal, gamma, hyper-exponential or weibull 0.6 (its shape).
    pub service: String,
    pub cv: f64,
    pub servers: u32,
    pub load: f64,
}

/// What the requests plane measured. Half widths are of 95 % confidence intervals.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reference {
    #[serde(flatten)]
    pub cell: Cell,
    pub requests: f64,
    pub p95_s: f64,
    /// Half width, relative to `p95_s`.
    pub p95_ci: f64,
    /// Three mean service times; about the P95 latency.
    pub thresholds_s: [f64; 2],
    /// Share of requests at most as slow as the threshold.
    pub good: [f64; 2],
    pub good_ci: [f64; 2],
}

/// `tests/figures/planes_grid.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GridFile {
    pub origin: String,
    pub seed: u64,
    pub cells: Vec<Reference>,
}

/// How `fluid` differs from a reference.
#[derive(Clone, Copy, Debug)]
pub struct Difference {
    /// Relative, of the P95 latency.
    pub p95: f64,
    /// In share of requests, at both thresholds.
    pub good: [f64; 2],
}

impl Difference {
    /// The larger difference of the good share, as a distance.
    pub fn worst_good(&self) -> f64 {
        self.good[0].abs().max(self.good[1].abs())
    }
}

/// The differences that are acceptable: P95 relative, good share.
pub fn wanted(cell: &Cell) -> (f64, f64) {
    if cell.cv <= 1.5 || cell.servers >= 8 {
        (0.05, 0.005)
    } else {
        (0.08, 0.015)
    }
}

/// Every cell: the full grid, and spot cases between its nodes and of a family that is not calibrated for.
pub fn cells() -> Vec<Cell> {
    let full = [
        ("constant", 0.0),
        ("lognormal", 0.5),
        ("exponential", 1.0),
        ("lognormal", 1.5),
        ("lognormal", 2.0),
        ("lognormal", 3.0),
        ("gamma", 0.5),
        ("gamma", 1.5),
        ("gamma", 2.0),
        ("gamma", 3.0),
        ("hyper-exponential", 1.5),
        ("hyper-exponential", 2.0),
        ("hyper-exponential", 3.0),
    ];
    let spot = [
        ("gamma", 0.5),
        ("lognormal", 1.0),
        ("gamma", 2.0),
        ("hyper-exponential", 2.0),
        ("gamma", 3.0),
        ("hyper-exponential", 3.0),
    ];
    // Between what the fluid plane was calibrated on, and a family that it was not.
    let between = [
        ("lognormal", 1.25),
        ("lognormal", 2.5),
        ("weibull 0.6", 1.76),
    ];
    let mut cells = Vec::new();
    let mut extend = |kinds: &[(&str, f64)], servers: &[u32], loads: &[f64]| {
        for &(service, cv) in kinds {
            for &servers in servers {
                cells.extend(loads.iter().map(|&load| Cell {
                    service: service.into(),
                    cv,
                    servers,
                    load,
                }));
            }
        }
    };
    extend(
        &full,
        &[1, 2, 4, 8, 16, 32, 100],
        &[0.3, 0.5, 0.7, 0.8, 0.9, 0.95],
    );
    extend(&spot, &[3, 12, 50], &[0.5, 0.8, 0.95]);
    extend(&between, &[3, 12, 50], &[0.6, 0.85]);
    cells
}

impl Cell {
    pub fn distribution(&self) -> Distribution {
        match self.service.as_str() {
            "constant" => Distribution::deterministic(MEAN_S),
            "exponential" => Distribution::exponential(MEAN_S),
            "weibull 0.6" => Distribution::weibull(MEAN_S, 0.6),
            "gamma" => Distribution::gamma(MEAN_S, self.cv),
            "hyper-exponential" => Distribution::hyper_exponential(MEAN_S, self.cv),
            _ => Distribution::log_normal(MEAN_S, self.cv),
        }
        .expect("a grid of valid parameters")
    }

    fn station(&self, thresholds_s: &[f64]) -> Station {
        let rate = self.load * f64::from(self.servers) / MEAN_S;
        let mut station = Station::new(self.distribution(), self.servers, rate);
        station.model.thresholds_s = thresholds_s.to_vec();
        station
    }
}

/// Replications of a reference run.
const REPLICATIONS: u32 = 8;

/// Measures a cell on the requests plane, long enough for its slowest fluctuations: these take of order
/// (1+cv²)/(1−ρ)² requests.
pub fn reference(cell: &Cell, effort: f64) -> Reference {
    let slowness = (1.0 + cell.cv * cell.cv) / ((1.0 - cell.load) * (1.0 - cell.load));
    let requests = effort * (75_000.0 * slowness).clamp(2e7, 3e8);
    let each = requests / f64::from(REPLICATIONS);
    let pilot = run(cell, &[3.0 * MEAN_S], SEED + 1, 0, each)
        .1
        .quantile(0.95)
        .unwrap_or(MEAN_S);
    let thresholds_s = [3.0 * MEAN_S, three_digits(pilot)];
    let mut all = LogHistogram::new();
    let (mut p95, mut good) = (Welford::new(), [Welford::new(), Welford::new()]);
    for replication in 0..REPLICATIONS {
        let (outcome, latencies) = run(cell, &thresholds_s, SEED, replication, each);
        p95.push(latencies.quantile(0.95).unwrap_or(0.0));
        for (k, welford) in good.iter_mut().enumerate() {
            welford.push(1.0 - outcome.slow[k] / outcome.served);
        }
        all.merge(&latencies);
    }
    let half = |seen: &Welford| {
        seen.mean_ci(0.95)
            .map_or(0.0, |(low, high)| 0.5 * (high - low))
    };
    Reference {
        cell: cell.clone(),
        requests,
        p95_s: all.quantile(0.95).unwrap_or(0.0),
        p95_ci: half(&p95) / p95.mean(),
        thresholds_s,
        good: [good[0].mean(), good[1].mean()],
        good_ci: [half(&good[0]), half(&good[1])],
    }
}

fn run(
    cell: &Cell,
    thresholds_s: &[f64],
    seed: u64,
    replication: u32,
    requests: f64,
) -> (Outcome, LogHistogram) {
    let station = cell.station(thresholds_s);
    let mut plane = RequestsPlane::new(&station.model, 0, seed, replication, 0);
    let mut latencies = LogHistogram::new();
    plane.serve(&station.interval(requests / 10.0));
    plane.drain_latency(&mut latencies);
    latencies.clear();
    let outcome = plane.serve(&station.interval(requests));
    plane.drain_latency(&mut latencies);
    (outcome, latencies)
}

/// Rounded to three digits, so that the threshold can be read.
fn three_digits(x: f64) -> f64 {
    let unit = 10f64.powf(x.log10().floor() - 2.0);
    // Through text, for the shortest decimal number.
    format!("{:.6}", (x / unit).round() * unit)
        .parse()
        .unwrap_or(x)
}

/// Requests of an interval of the fluid plane so long that the luck of its queue, which a mean over it has as well as that
/// over as many played requests, is below a hundredth of a point.
const SO_LONG: f64 = 1e11;

/// Serves the cell with the fluid plane until it is stationary, and compares.
pub fn difference(reference: &Reference) -> Difference {
    let station = reference.cell.station(&reference.thresholds_s);
    let tables = FluidTables::new(station.model.clone());
    let mut plane = FluidPlane::new(&tables, 0, SEED, 0, 0);
    let mut latencies = LogHistogram::new();
    plane.serve(&station.interval(SO_LONG));
    plane.serve(&station.interval(SO_LONG));
    plane.drain_latency(&mut latencies);
    latencies.clear();
    let mut total = Outcome::default();
    add(&mut total, &plane.serve(&station.interval(SO_LONG)));
    plane.drain_latency(&mut latencies);
    let good = |k: usize| 1.0 - total.slow[k] / total.served - reference.good[k];
    Difference {
        p95: latencies.quantile(0.95).unwrap_or(0.0) / reference.p95_s - 1.0,
        good: [good(0), good(1)],
    }
}
