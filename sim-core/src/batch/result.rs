//! What a window of batch jobs yields.

use crate::cost::Resource;
use serde::{Deserialize, Serialize};

/// All jobs over one window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BatchResult {
    /// Cost of a month by resource, US dollars, in the order of [`Resource::BATCH`].
    pub usd_per_month: [f64; Resource::BATCH.len()],
    /// The jobs, in the document's order.
    pub jobs: Vec<JobResult>,
}

/// One job over one window: sums over the runs that started in it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobResult {
    /// Time to completion of each run, hours.
    pub completion_h: Vec<f32>,
    /// Runs that were done in time.
    pub on_time: u32,
    /// Cost of a month, US dollars.
    pub usd_per_month: f64,
    /// Cost of all runs, US dollars.
    pub usd: f64,
    /// What they would cost on demand from start to end, US dollars.
    pub always_usd: f64,
    /// On spot, machine-hours.
    pub spot_h: f64,
    /// On demand, machine-hours.
    pub on_demand_h: f64,
    /// Waiting for spot, machine-hours.
    pub waiting_h: f64,
    /// Spot machines reclaimed while they worked.
    pub evictions: f64,
    /// Whether enough runs were done in time.
    pub met: bool,
}

impl BatchResult {
    /// Cost of a month, US dollars.
    pub fn total_usd_per_month(&self) -> f64 {
        self.usd_per_month.iter().sum()
    }

    /// Whether every job was done in time often enough.
    pub fn met(&self) -> bool {
        self.jobs.iter().all(|job| job.met)
    }
}

impl JobResult {
    /// Runs.
    pub fn runs(&self) -> u32 {
        self.completion_h.len() as u32
    }

    /// An amount by run.
    pub fn per_run(&self, amount: f64) -> f64 {
        amount / f64::from(self.runs().max(1))
    }

    /// Mean time to completion, hours.
    pub fn mean_completion_h(&self) -> f64 {
        self.per_run(self.completion_h.iter().map(|h| f64::from(*h)).sum())
    }

    /// Share of the runs that were done in time, 0..1.
    pub fn on_time_share(&self) -> f64 {
        self.per_run(f64::from(self.on_time))
    }

    /// Share of the machine-hours paid for that were on spot, 0..1.
    pub fn spot_share(&self) -> f64 {
        let paid_h = self.spot_h + self.on_demand_h;
        if paid_h > 0.0 {
            self.spot_h / paid_h
        } else {
            0.0
        }
    }

    /// Share of the cost on demand that is saved; negative when it costs more.
    pub fn saved_share(&self) -> f64 {
        if self.always_usd > 0.0 {
            1.0 - self.usd / self.always_usd
        } else {
            0.0
        }
    }
}
