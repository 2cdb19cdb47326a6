//! The wait in M/G/c measured: the raw material of the fluid plane's calibration.

use sim_core::plane::FreeTimes;
use sim_core::random::{Distribution, Purpose, Rng, StreamKey, standard_exponential};
use sim_core::stats::{LogHistogram, Welford};

/// One queue of the calibration grid; the mean service time is 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cell {
    pub family: Family,
    pub cv: f64,
    pub servers: u32,
    pub load: f64,
}

/// Families of service times whose tails differ at the same coefficient of variation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    Lognormal,
    Gamma,
    Hyper,
}

impl Family {
    pub const ALL: [Family; 3] = [Family::Gamma, Family::Hyper, Family::Lognormal];

    pub fn name(self) -> &'static str {
        match self {
            Family::Lognormal => "lognormal",
            Family::Gamma => "gamma",
            Family::Hyper => "hyper-exponential",
        }
    }

    /// The member with mean `mean_s` and the given coefficient of variation; 0 is constant.
    pub fn service(self, mean_s: f64, cv: f64) -> Distribution {
        match self {
            Family::Lognormal => Distribution::log_normal(mean_s, cv),
            Family::Gamma => Distribution::gamma(mean_s, cv),
            Family::Hyper => Distribution::hyper_exponential(mean_s, cv),
        }
        .expect("a grid of valid parameters")
    }
}

/// Multiples of the mean wait of those who wait, above which their share is measured.
pub const MULTIPLES: [f64; 4] = [0.5, 1.0, 2.0, 3.0];

/// What was measured of a cell.
#[derive(Clone, Copy, Debug)]
pub struct Waits {
    pub requests: f64,
    /// Share of the requests that wait, and the half width of its 95 % confidence interval.
    pub share: (f64, f64),
    /// Mean wait of those who wait, in mean service times, and half the width of its 95 % interval.
    pub mean: (f64, f64),
    /// Share of those who wait that waits longer than [`MULTIPLES`] of that mean.
    pub above: [f64; 4],
}

const REPLICATIONS: u32 = 8;
/// The histogram begins at 0.1 ms: one mean service time is recorded as this many seconds.
const SCALE_S: f64 = 0.1;

/// Plays the cell long enough for its slowest fluctuations, which take of order (1+cv²)/(1−ρ)² requests.
pub fn measure(cell: Cell, effort: f64) -> Waits {
    let slowness = (1.0 + cell.cv * cell.cv) / ((1.0 - cell.load) * (1.0 - cell.load));
    let requests = effort * (75_000.0 * slowness).clamp(2e7, 3e8);
    let (mut share, mut mean) = (Welford::new(), Welford::new());
    let mut waits = LogHistogram::new();
    for replication in 0..REPLICATIONS {
        let count = (requests / f64::from(REPLICATIONS)) as u64;
        let mut waited = LogHistogram::new();
        play(cell, replication, count / 10, count, &mut waited);
        share.push(waited.count() / count as f64);
        mean.push(waited.mean().unwrap_or(0.0) / SCALE_S);
        waits.merge(&waited);
    }
    let half = |seen: &Welford| {
        seen.mean_ci(0.95)
            .map_or(0.0, |(low, high)| 0.5 * (high - low))
    };
    let mean_s = waits.mean().unwrap_or(0.0);
    let above = MULTIPLES.map(|k| 1.0 - waits.fraction_below(k * mean_s).unwrap_or(1.0));
    Waits {
        requests,
        share: (share.mean(), half(&share)),
        mean: (mean_s / SCALE_S, half(&mean)),
        above,
    }
}

/// Kiefer–Wolfowitz: records the waits above 0 of `count` requests after `warm_up`.
fn play(cell: Cell, replication: u32, warm_up: u64, count: u64, waited: &mut LogHistogram) {
    let stream = |purpose| -> Rng {
        StreamKey {
            seed: 2,
            replication,
            component: 0,
            purpose,
        }
        .rng()
    };
    let (mut arrivals, mut services) = (stream(Purpose::Arrivals), stream(Purpose::ServiceTime));
    let service = cell.family.service(1.0, cell.cv);
    let gap = 1.0 / (cell.load * f64::from(cell.servers));
    let mut servers = FreeTimes::idle(cell.servers as usize);
    let mut now = 0.0;
    for request in 0..warm_up + count {
        now += gap * standard_exponential(&mut arrivals);
        let start = servers.next().max(now);
        servers.occupy_next(start + service.sample(&mut services));
        if request >= warm_up && start > now {
            waited.record((start - now) * SCALE_S, 1.0);
        }
    }
}
