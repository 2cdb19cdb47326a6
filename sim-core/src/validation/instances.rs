//! A function under constant load, played request by request.

use crate::functions::{FunctionModel, FunctionOutcome, FunctionPool, FunctionStatistics};

/// A function under constant load, from an empty pool on.
#[derive(Clone, Debug)]
pub struct FunctionStation {
    /// The function.
    pub model: FunctionModel,
    /// Requests per second.
    pub rate_rps: f64,
    /// Seconds that are left out.
    pub warm_up_s: f64,
    /// Seconds that are measured.
    pub length_s: f64,
}

/// What a run reports.
#[derive(Clone, Debug)]
pub struct FunctionRun {
    /// Counts.
    pub outcome: FunctionOutcome,
    /// Instances over time, lifespans.
    pub statistics: FunctionStatistics,
}

/// How a figure is read from a run.
pub type FunctionReading = fn(&FunctionRun) -> f64;

impl FunctionStation {
    /// Measured from the empty pool on, as SimFaaS does.
    pub fn from_empty(model: FunctionModel, rate_rps: f64, length_s: f64) -> Self {
        Self {
            model,
            rate_rps,
            warm_up_s: 0.0,
            length_s,
        }
    }

    /// Leaves out the first `warm_up_s` seconds.
    #[must_use]
    pub fn after(mut self, warm_up_s: f64) -> Self {
        self.warm_up_s = warm_up_s;
        self
    }

    /// Requests of a run, about.
    pub fn requests(&self) -> f64 {
        self.rate_rps * (self.warm_up_s + self.length_s)
    }

    /// Plays it.
    pub fn play(&self, seed: u64, replication: u32, component: u32) -> FunctionRun {
        let mut pool = FunctionPool::new(&self.model, seed, replication, component);
        pool.serve(self.rate_rps, self.warm_up_s);
        pool.take_statistics();
        FunctionRun {
            outcome: pool.serve(self.rate_rps, self.length_s),
            statistics: pool.take_statistics(),
        }
    }
}

impl FunctionRun {
    /// Share of the served requests that waited for an instance to start.
    pub fn cold_share(&self) -> f64 {
        self.outcome.cold_share()
    }

    /// Share of the requests that were rejected.
    pub fn rejected_share(&self) -> f64 {
        self.outcome.rejected_share()
    }

    /// Share of the served requests that no provisioned instance could take.
    pub fn overflow_share(&self) -> f64 {
        1.0 - self.outcome.provisioned as f64 / self.outcome.served() as f64
    }

    /// Mean number of instances.
    pub fn mean_instances(&self) -> f64 {
        self.statistics.instances.mean()
    }

    /// Mean number of instances at work.
    pub fn mean_running(&self) -> f64 {
        self.statistics.running.mean()
    }

    /// Mean lifespan of the instances that ended, seconds.
    pub fn mean_life_s(&self) -> f64 {
        self.statistics.lifespans.mean()
    }
}
