//! Networks of services: `fluid` against `requests`, end to end.

mod balanced;
mod cases;
mod guards;

pub use balanced::{Cell, Shape};
pub use cases::{Case, RATE_RPS, cases};
pub use guards::guarded_cases;

use sim_core::plane::network::{
    CallOutcome, FluidNetwork, NetworkOutcome, NetworkPlane, NetworkTables, RequestsNetwork,
    StationInterval,
};
use sim_core::plane::{Interval, Outcome};
use sim_core::stats::{LogHistogram, Welford};

/// Replications of `requests`: many short ones leave less open than few long ones.
pub const REPLICATIONS: u32 = 8;
/// Those of `fluid`, which cost less.
pub const FLUID_REPLICATIONS: u32 = 32;
/// Ticks that are looked at, and those before them that are not.
pub const TICKS: u32 = 120;
pub const WARM_UP: u32 = 20;
/// Length of a tick, seconds.
pub const TICK_S: f64 = 15.0;
/// Requests that may wait at a station.
pub const QUEUE_LIMIT: u32 = 200;
/// Requests answered within this time are good, seconds.
pub const THRESHOLDS_S: [f64; 1] = [0.3];
const SEED: u64 = 1;

/// What is acceptable: relative, and in share of requests.
pub const WANTED_P95: f64 = 0.15;
pub const WANTED_SHARE: f64 = 0.01;

/// A mean over replications.
#[derive(Clone, Copy, Debug)]
pub struct Mean {
    pub value: f64,
    /// Half width of its 99 % interval.
    pub open: f64,
}

/// What users of a network see.
#[derive(Clone, Debug)]
pub struct Figures {
    /// Answered within the threshold, of all that ended.
    pub good: Mean,
    /// Answered.
    pub success: Mean,
    pub p95_s: Mean,
    /// Of all that ended: the bad ones that each station is to blame for.
    pub blamed: Vec<f64>,
    /// What the guards of the first call did.
    pub guard: Guarded,
}

/// What a guard did in a replication, as means.
#[derive(Clone, Copy, Debug)]
pub struct Guarded {
    /// Of the attempts that were to be made: turned away by the breaker, and by the bulkhead.
    pub refused: Mean,
    pub crowded: Mean,
    /// Hedges for each of them, and those that were answered first.
    pub hedges: Mean,
    pub won: Mean,
    /// Share of the time that the breaker was open.
    pub open: Mean,
    /// How often it opened.
    pub opened: Mean,
}

/// How far `fluid` is off, and what the comparison leaves open: half the width of its own 99 % interval.
#[derive(Clone, Copy, Debug)]
pub struct Off {
    pub good: Mean,
    pub success: Mean,
    /// Relative to that of `requests`.
    pub p95: Mean,
    /// Of the bad requests that a station is to blame for, as a share of all: the largest difference.
    pub blame: f64,
}

/// Whether a difference is what is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Met {
    /// Even by the far end of what the comparison leaves open.
    Yes,
    /// What it leaves open is on both sides.
    Open,
    /// Not even by the near end.
    No,
}

impl Mean {
    fn of(seen: &Welford) -> Self {
        let half = |(low, high): (f64, f64)| 0.5 * (high - low);
        Self {
            value: seen.mean(),
            open: seen.mean_ci(0.99).map_or(f64::INFINITY, half),
        }
    }

    /// From `of` to `self`.
    fn minus(self, of: Self) -> Self {
        Self {
            value: self.value - of.value,
            open: self.open.hypot(of.open),
        }
    }

    /// Whether it is from `-most` to `most`.
    pub fn is_within(self, most: f64) -> Met {
        if self.value.abs() + self.open <= most {
            Met::Yes
        } else if self.value.abs() - self.open <= most {
            Met::Open
        } else {
            Met::No
        }
    }
}

impl Off {
    pub fn new(requests: &Figures, fluid: &Figures) -> Self {
        let p95 = fluid.p95_s.minus(requests.p95_s);
        let blamed = fluid.blamed.iter().zip(&requests.blamed);
        Self {
            good: fluid.good.minus(requests.good),
            success: fluid.success.minus(requests.success),
            p95: Mean {
                value: p95.value / requests.p95_s.value,
                open: p95.open / requests.p95_s.value,
            },
            blame: blamed.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max),
        }
    }

    /// Whether all that is wanted is met: as well as the worst of it.
    pub fn met(&self) -> Met {
        let all = [
            self.p95.is_within(WANTED_P95),
            self.good.is_within(WANTED_SHARE),
            self.success.is_within(WANTED_SHARE),
        ];
        let any = |what| all.contains(&what);
        if any(Met::No) {
            Met::No
        } else if any(Met::Open) {
            Met::Open
        } else {
            Met::Yes
        }
    }
}

/// Plays a network on the requests plane.
pub fn by_requests(case: &Case) -> Figures {
    by_so_many_requests(case, REPLICATIONS)
}

/// The same with so many replications.
pub fn by_so_many_requests(case: &Case, replications: u32) -> Figures {
    figures(case, replications, |replication| {
        let (stations, entries) = (&case.stations, &case.entries);
        let plane = RequestsNetwork::new(stations, entries, &THRESHOLDS_S, 4, SEED, replication);
        Box::new(plane.expect("a network that is played"))
    })
}

/// Computes a network on the fluid plane.
pub fn by_fluid(case: &Case) -> Figures {
    let tables = NetworkTables::new(&case.stations, &case.entries, &THRESHOLDS_S);
    let tables = tables.expect("a network that is computed");
    figures(case, FLUID_REPLICATIONS, |replication| {
        Box::new(FluidNetwork::new(&tables, 4, SEED, replication))
    })
}

fn figures<'a>(
    case: &Case,
    replications: u32,
    plane: impl Fn(u32) -> Box<dyn NetworkPlane + 'a>,
) -> Figures {
    let (mut good, mut success, mut p95_s) = (Welford::new(), Welford::new(), Welford::new());
    let mut blamed = vec![Welford::new(); case.stations.len()];
    let mut guard = [(); 6].map(|()| Welford::new());
    for replication in 0..replications {
        let seen = replicate(case, &mut *plane(replication));
        good.push(1.0 - seen.bad / seen.all);
        success.push(1.0 - seen.failed / seen.all);
        p95_s.push(seen.latencies.quantile(0.95).unwrap_or(f64::NAN));
        for (sum, one) in guard.iter_mut().zip(guarded(&seen.guard)) {
            sum.push(one);
        }
        for (station, bad) in blamed.iter_mut().zip(&seen.blamed) {
            station.push(bad / seen.all);
        }
    }
    Figures {
        good: Mean::of(&good),
        success: Mean::of(&success),
        p95_s: Mean::of(&p95_s),
        blamed: blamed.iter().map(Welford::mean).collect(),
        guard: Guarded::of(&guard.map(|seen| Mean::of(&seen))),
    }
}

fn add(sum: &mut CallOutcome, other: &CallOutcome) {
    sum.wanted += other.wanted;
    sum.short_circuited += other.short_circuited;
    sum.crowded_out += other.crowded_out;
    sum.hedges += other.hedges;
    sum.hedges_won += other.hedges_won;
    sum.opened += other.opened;
    sum.open_s += other.open_s;
}

/// The figures of [`Guarded`], in its order.
fn guarded(sum: &CallOutcome) -> [f64; 6] {
    let of_wanted = |part: f64| part / sum.wanted.max(1.0);
    [
        of_wanted(sum.short_circuited),
        of_wanted(sum.crowded_out),
        of_wanted(sum.hedges),
        of_wanted(sum.hedges_won),
        sum.open_s / (f64::from(TICKS) * TICK_S),
        sum.opened,
    ]
}

impl Guarded {
    fn of(&[refused, crowded, hedges, won, open, opened]: &[Mean; 6]) -> Self {
        Self {
            refused,
            crowded,
            hedges,
            won,
            open,
            opened,
        }
    }

    /// The shares of two, with their names: by how much they differ.
    pub fn off(&self, of: &Self) -> [(&'static str, Mean); 5] {
        [
            ("refused", self.refused.minus(of.refused)),
            ("crowded out", self.crowded.minus(of.crowded)),
            ("hedges", self.hedges.minus(of.hedges)),
            ("hedges won", self.won.minus(of.won)),
            ("open", self.open.minus(of.open)),
        ]
    }
}

/// Requests of users that ended in a replication, of all entries.
struct Seen {
    all: f64,
    failed: f64,
    /// Failed, or slower than the threshold.
    bad: f64,
    blamed: Vec<f64>,
    latencies: LogHistogram,
    guard: CallOutcome,
}

fn replicate(case: &Case, plane: &mut dyn NetworkPlane) -> Seen {
    let mut outcome = NetworkOutcome::default();
    let mut seen = Seen {
        all: 0.0,
        failed: 0.0,
        bad: 0.0,
        blamed: vec![0.0; case.stations.len()],
        latencies: LogHistogram::new(),
        guard: CallOutcome::default(),
    };
    for tick in 0..WARM_UP + TICKS {
        if tick == WARM_UP {
            drain(case, plane, &mut LogHistogram::new());
        }
        plane.serve(case.rate_rps, &conditions(case, tick), &mut outcome);
        if tick >= WARM_UP {
            seen.count(&outcome);
        }
    }
    drain(case, plane, &mut seen.latencies);
    seen
}

fn drain(case: &Case, plane: &mut dyn NetworkPlane, into: &mut LogHistogram) {
    for entry in 0..case.entries.len() {
        plane.drain_latency(entry, into);
    }
}

impl Seen {
    fn count(&mut self, outcome: &NetworkOutcome) {
        let calls = outcome.calls.iter().filter(|call| call.wanted > 0.0);
        for call in calls.take(1) {
            add(&mut self.guard, call);
        }
        for entry in &outcome.entries {
            self.all += entry.total.served + failed(&entry.total);
            self.failed += failed(&entry.total);
            self.bad += bad(&entry.total);
            for (sum, station) in self.blamed.iter_mut().zip(&entry.blamed) {
                *sum += bad(station);
            }
        }
    }
}

fn failed(seen: &Outcome) -> f64 {
    seen.rejected + seen.timed_out + seen.failed + seen.lost
}

fn bad(seen: &Outcome) -> f64 {
    failed(seen) + seen.slow[0]
}

/// The stations in a tick.
pub fn conditions(case: &Case, tick: u32) -> Vec<StationInterval> {
    let browned = WARM_UP + TICKS / 3..WARM_UP + TICKS * 2 / 3;
    let last = case.servers.len() - 1;
    let station = |(index, &servers): (usize, &u32)| StationInterval {
        interval: Interval {
            length_s: TICK_S,
            servers,
            queue_limit: case.queue_limit,
            ..Interval::default()
        },
        time_factor: if index == last && browned.contains(&tick) {
            case.brown_out
        } else {
            1.0
        },
        down: case.outage && index == last && browned.contains(&tick),
        ..StationInterval::default()
    };
    case.servers.iter().enumerate().map(station).collect()
}
