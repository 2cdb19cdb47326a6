//! A job, and one run of it.

use super::machine::{Share, ShareResult, play};
use super::policy::Policy;
use super::pool::{Pool, PoolRun, PoolRuns};
use super::{HOUR_S, MAX_MACHINES, MAX_POOLS, MAX_RUNS};
use crate::random::{Distribution, Purpose, StreamKey};

/// A run has at least so much work, seconds.
const LEAST_WORK_S: f64 = 1.0;

/// A batch job.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Name.
    pub name: String,
    /// Time between two starts, seconds.
    pub every_s: f64,
    /// Work of a run on one machine, seconds.
    pub work_s: Distribution,
    /// Work that the policy reckons with, seconds; without it, that of the run.
    pub planned_s: Option<f64>,
    /// Machines; each does an equal share.
    pub machines: u32,
    /// When a run shall be done, seconds after its start.
    pub deadline_s: f64,
    /// How work is saved on spot.
    pub saves: Saves,
    /// Starting the first machine, seconds.
    pub start_s: f64,
    /// Starting every further one, seconds: boot, and loading what was saved.
    pub restart_s: f64,
    /// Where the work is done.
    pub policy: Policy,
    /// Pools, tried in turn.
    pub pools: Vec<Pool>,
    /// How often the policy looks and what is paid for at least, seconds; without it at once and exactly.
    pub look_s: Option<f64>,
    /// Share of the runs that shall be done in time, 0..1.
    pub on_time_share: f64,
}

/// How work is saved on spot machines. On demand nothing is lost, so nothing is saved.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Saves {
    /// Not at all: a reclaimed machine loses all its work.
    Never,
    /// Every so often.
    Checkpoints {
        /// Work between two checkpoints, seconds.
        interval_s: f64,
        /// Saving one, seconds.
        cost_s: f64,
    },
    /// Within the notice of the reclaim: nothing is lost.
    OnNotice,
}

impl Saves {
    /// Time of the longest stretch that losing the machine could take away, with `left_s` of work left.
    pub fn stretch_s(&self, left_s: f64) -> f64 {
        match *self {
            Self::OnNotice => 0.0,
            Self::Never => left_s,
            Self::Checkpoints { interval_s, cost_s } => {
                if interval_s < left_s {
                    interval_s + cost_s
                } else {
                    left_s
                }
            }
        }
    }
}

/// One run of a job.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RunResult {
    /// From its start until the last share was done, hours.
    pub completion_h: f64,
    /// Whether that was in time.
    pub on_time: bool,
    /// Work asked for, machine-hours.
    pub work_h: f64,
    /// Work done that was not lost, machine-hours.
    pub done_h: f64,
    /// On spot, machine-hours.
    pub spot_h: f64,
    /// On demand, machine-hours.
    pub on_demand_h: f64,
    /// Waiting for spot, machine-hours.
    pub waiting_h: f64,
    /// Spot machines, US dollars.
    pub spot_usd: f64,
    /// On-demand machines, US dollars.
    pub on_demand_usd: f64,
    /// The same run on demand from start to end, US dollars.
    pub always_usd: f64,
    /// Spot machines reclaimed while they worked.
    pub evictions: f64,
}

/// Which run: the names of its random numbers.
#[derive(Clone, Copy, Debug)]
pub struct RunKey {
    /// The study's seed.
    pub seed: u64,
    /// Index of the replication.
    pub replication: u32,
    /// Index of the job.
    pub job: u32,
    /// Index of the run.
    pub run: u32,
}

impl RunKey {
    fn stream(self, purpose: Purpose, machine: u32, pool: usize) -> StreamKey {
        let run = self.job * MAX_RUNS + self.run;
        let component = (run * (MAX_MACHINES + 1) + machine) * MAX_POOLS as u32 + pool as u32;
        StreamKey {
            seed: self.seed,
            replication: self.replication,
            component,
            purpose,
        }
    }
}

impl Job {
    /// The lowest price of an on-demand machine, US dollars an hour: those are always to be had.
    pub fn on_demand_usd_per_hour(&self) -> f64 {
        let prices = self.pools.iter().map(|pool| pool.on_demand_usd_per_hour);
        prices.reduce(f64::min).unwrap_or(0.0)
    }

    /// Runs that start in a window.
    pub fn runs(&self, window_s: f64) -> u32 {
        (window_s / self.every_s)
            .ceil()
            .clamp(1.0, f64::from(MAX_RUNS)) as u32
    }

    /// Machines that are always on demand.
    fn base(&self) -> u32 {
        match self.policy {
            Policy::OnDemand => self.machines,
            Policy::OnDemandBase { machines } => machines.min(self.machines),
            Policy::SpotGreedy | Policy::UniformProgress => 0,
        }
    }

    /// Plays one run.
    pub fn run(&self, key: RunKey) -> RunResult {
        let mut rng = key.stream(Purpose::BatchWork, 0, 0).rng();
        let work_s = self.work_s.sample(&mut rng).max(LEAST_WORK_S);
        let market = |machine: u32| {
            let mut runs: PoolRuns<'_> = Default::default();
            for (index, (run, pool)) in runs.iter_mut().zip(&self.pools).enumerate() {
                // Machines that are reclaimed together have the luck of the first.
                let machine = if pool.market.is_independent() {
                    machine
                } else {
                    0
                };
                let rng = key.stream(Purpose::BatchMarket, machine, index).rng();
                *run = Some(PoolRun::new(&pool.market, rng));
            }
            runs
        };
        self.run_with(work_s, market)
    }

    /// Plays one run of known work on known markets, by machine.
    pub fn run_with<'a>(
        &self,
        work_s: f64,
        mut market: impl FnMut(u32) -> PoolRuns<'a>,
    ) -> RunResult {
        let machines = f64::from(self.machines);
        let share = |in_base| Share {
            work_s: work_s / machines,
            planned_s: self.planned_s.unwrap_or(work_s) / machines,
            in_base,
        };
        let mut result = RunResult {
            work_h: work_s / HOUR_S,
            always_usd: self.always_usd(work_s),
            ..RunResult::default()
        };
        let base = self.base();
        if base > 0 {
            let played = play(self, share(true), Default::default());
            result.add(self, &played, f64::from(base));
        }
        let others = self.machines - base;
        let independent = self.pools.iter().any(|pool| pool.market.is_independent());
        if independent {
            for machine in 0..others {
                let played = play(self, share(false), market(machine));
                result.add(self, &played, 1.0);
            }
        } else if others > 0 {
            // All are reclaimed together: what holds for one holds for each.
            let played = play(self, share(false), market(0));
            result.add(self, &played, f64::from(others));
        }
        result.on_time = result.completion_h * HOUR_S <= self.deadline_s + 1e-3;
        result
    }

    /// The same work on demand from start to end.
    fn always_usd(&self, work_s: f64) -> f64 {
        let exact_s = self.start_s + work_s / f64::from(self.machines);
        let paid_s = match self.look_s {
            Some(step_s) => (exact_s / step_s).ceil() * step_s,
            None => exact_s,
        };
        f64::from(self.machines) * paid_s / HOUR_S * self.on_demand_usd_per_hour()
    }
}

impl RunResult {
    fn add(&mut self, job: &Job, share: &ShareResult, machines: f64) {
        self.completion_h = self.completion_h.max(share.finished_s / HOUR_S);
        self.done_h += machines * share.done_s / HOUR_S;
        self.waiting_h += machines * share.waiting_s / HOUR_S;
        self.evictions += machines * f64::from(share.evictions);
        let on_demand_h = machines * share.on_demand_s / HOUR_S;
        self.on_demand_h += on_demand_h;
        self.on_demand_usd += on_demand_h * job.on_demand_usd_per_hour();
        for (pool, spot_s) in job.pools.iter().zip(share.spot_s) {
            let spot_h = machines * spot_s / HOUR_S;
            self.spot_h += spot_h;
            self.spot_usd += spot_h * pool.spot_usd_per_hour;
        }
    }

    /// All of it, US dollars.
    pub fn usd(&self) -> f64 {
        self.spot_usd + self.on_demand_usd
    }
}
