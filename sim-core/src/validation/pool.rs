//! A pool of function instances under constant load.

use crate::functions::{FunctionModel, FunctionOutcome, FunctionPool, FunctionStatistics};

/// A pool under constant load.
#[derive(Clone, Debug)]
pub struct PoolStation {
    /// The function.
    pub model: FunctionModel,
    /// Arrivals per second.
    pub rate_rps: f64,
    /// Time that is measured, seconds.
    pub length_s: f64,
    /// Time before it, in which the pool fills, seconds.
    pub warm_up_s: f64,
}

/// How a figure is read from a run.
pub type PoolReading = fn(&PoolRun) -> f64;

/// What a run reports.
pub struct PoolRun {
    /// Counts.
    pub outcome: FunctionOutcome,
    /// How long how many instances existed and were at work.
    pub statistics: FunctionStatistics,
}

impl PoolStation {
    /// Requests of a run, about.
    pub fn requests(&self) -> f64 {
        self.rate_rps * (self.length_s + self.warm_up_s)
    }

    /// Plays one run.
    pub fn play(&self, seed: u64, replication: u32, component: u32) -> PoolRun {
        let mut pool = FunctionPool::new(&self.model, seed, replication, component);
        pool.serve(self.rate_rps, self.warm_up_s);
        pool.take_statistics();
        PoolRun {
            outcome: pool.serve(self.rate_rps, self.length_s),
            statistics: pool.take_statistics(),
        }
    }
}

impl PoolRun {
    /// Share of the served requests that waited for an instance to start.
    pub fn share_cold(&self) -> f64 {
        self.outcome.cold_share()
    }

    /// Share of the requests that were turned away.
    pub fn share_rejected(&self) -> f64 {
        self.outcome.rejected_share()
    }

    /// Share of the served requests that provisioned instances could not take.
    pub fn share_beside_provisioned(&self) -> f64 {
        1.0 - self.outcome.provisioned as f64 / self.outcome.served() as f64
    }

    /// Instances, on average over time.
    pub fn mean_instances(&self) -> f64 {
        self.statistics.instances.mean()
    }

    /// Instances with a request, on average over time.
    pub fn mean_running(&self) -> f64 {
        self.statistics.running.mean()
    }

    /// Mean life of the instances that ended, seconds.
    pub fn mean_life_s(&self) -> f64 {
        self.statistics.lifespans.mean()
    }
}
