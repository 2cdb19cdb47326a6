//! One window of batch jobs, one seed.

use super::job::{Job, RunKey, Saves};
use super::policy::Policy;
use super::pool::Market;
use super::result::{BatchResult, JobResult};
use crate::cost::HOURS_PER_MONTH;

/// The jobs of a scenario.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchModel {
    /// The jobs.
    pub jobs: Vec<Job>,
}

/// The jobs, ready for a window.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchSetup {
    model: BatchModel,
    window_s: f64,
}

impl BatchSetup {
    /// Jobs in a window of so many days.
    pub fn new(model: BatchModel, window_days: f64) -> Self {
        Self {
            model,
            window_s: window_days * 86_400.0,
        }
    }

    /// The model.
    pub fn model(&self) -> &BatchModel {
        &self.model
    }

    /// Plays the window.
    pub fn run(&self, seed: u64, replication: u32) -> BatchResult {
        let per_month = HOURS_PER_MONTH / (self.window_s / 3600.0);
        let mut result = BatchResult::default();
        for (job, index) in self.model.jobs.iter().zip(0..) {
            let mut played = JobResult::default();
            let [mut spot_usd, mut on_demand_usd] = [0.0; 2];
            for run in 0..job.runs(self.window_s) {
                let run = job.run(RunKey {
                    seed,
                    replication,
                    job: index,
                    run,
                });
                played.completion_h.push(run.completion_h as f32);
                played.on_time += u32::from(run.on_time);
                played.always_usd += run.always_usd;
                played.spot_h += run.spot_h;
                played.on_demand_h += run.on_demand_h;
                played.waiting_h += run.waiting_h;
                played.evictions += run.evictions;
                spot_usd += run.spot_usd;
                on_demand_usd += run.on_demand_usd;
            }
            played.usd = spot_usd + on_demand_usd;
            played.usd_per_month = played.usd * per_month;
            played.met = played.on_time_share() >= job.on_time_share;
            let [spot, on_demand] = &mut result.usd_per_month;
            *spot += spot_usd * per_month;
            *on_demand += on_demand_usd * per_month;
            result.jobs.push(played);
        }
        result
    }
}

/// Events of a window that are played one by one, roughly and at most: what a window takes to compute.
pub fn events(job: &Job, window_s: f64) -> f64 {
    let work_s = job.work_s.mean() / f64::from(job.machines);
    let longest_s = job.deadline_s + work_s;
    let by_pool = job.pools.iter().map(|pool| match &pool.market {
        Market::Exponential { .. } => longest_s / pool.market.mean_change_s(),
        Market::Recorded { step_s, .. } => longest_s / step_s,
    });
    let looks = job.look_s.map_or(0.0, |step_s| longest_s / step_s);
    // Beyond the plan every checkpoint is looked at.
    let stretches = match (job.planned_s, job.saves) {
        (Some(_), Saves::Checkpoints { interval_s, .. }) => work_s / interval_s,
        _ => 0.0,
    };
    let independent = job.pools.iter().any(|pool| pool.market.is_independent());
    let machines = if independent && job.policy != Policy::OnDemand {
        f64::from(job.machines)
    } else {
        1.0
    };
    f64::from(job.runs(window_s)) * machines * (2.0 + looks + stretches + by_pool.sum::<f64>())
}
