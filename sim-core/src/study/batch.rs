//! The report's part on batch jobs.

use super::report::Proportion;
use super::result::ReplicationResult;
use crate::batch::{BatchResult, JobResult};
use crate::scenario::document::{BatchDocument, JobDocument, JobPolicyDocument};
use crate::stats::{Summary, quantile_type7, wilson};
use serde::{Deserialize, Serialize};

/// What a study found out about batch jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchReport {
    /// US dollars per month, all jobs.
    pub usd_per_month: Summary,
    /// The jobs, in the document's order; they are all of the cost.
    pub jobs: Vec<JobReport>,
}

/// One job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JobReport {
    /// Name.
    pub name: String,
    /// Its policy in words.
    pub policy: String,
    /// When a run shall be done, hours after its start.
    pub deadline_hours: f64,
    /// Share of the runs that shall be in time, 0..1.
    pub target: f64,
    /// Probability that enough of them are, over the window.
    pub attainment: Proportion,
    /// Probability that a run misses its deadline: over all runs of all replications, whose luck is their own.
    pub missed: Proportion,
    /// Hours from the start of a run until it is done, mean by replication.
    pub completion_hours: Summary,
    /// Quantiles of those hours over all runs: 0, 5, 10 … 95, 99, 100 %.
    pub completion_quantiles: Vec<f64>,
    /// US dollars of a run.
    pub usd_per_run: Summary,
    /// The same run on demand from start to end, US dollars.
    pub always_usd_per_run: Summary,
    /// Share of that which is saved.
    pub saved: Summary,
    /// US dollars per month of 730 hours.
    pub usd_per_month: Summary,
    /// Spot machines reclaimed while they worked, a run.
    pub evictions_per_run: Summary,
    /// Share of the machine-hours paid for that are on spot, 0..1.
    pub spot_share: Summary,
    /// Machine-hours of waiting for spot, a run.
    pub waiting_hours_per_run: Summary,
}

/// The quantiles of a [`JobReport`], per cent.
pub const COMPLETION_QUANTILES: [u32; 22] = [
    0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60, 65, 70, 75, 80, 85, 90, 95, 99, 100,
];

impl JobReport {
    /// A quantile of [`COMPLETION_QUANTILES`], hours; NaN for another.
    pub fn completion_quantile(&self, percent: u32) -> f64 {
        let index = COMPLETION_QUANTILES.iter().position(|p| *p == percent);
        let value = index.and_then(|index| self.completion_quantiles.get(index));
        value.copied().unwrap_or(f64::NAN)
    }

    fn new(document: &JobDocument, results: &[&JobResult]) -> Self {
        let of = |value: &dyn Fn(&JobResult) -> f64| {
            let values: Vec<f64> = results.iter().map(|result| value(result)).collect();
            Summary::of(&values)
        };
        let per_run = |value: fn(&JobResult) -> f64| of(&|job| job.per_run(value(job)));
        let runs = results.iter().flat_map(|job| &job.completion_h);
        let mut hours: Vec<f64> = runs.map(|h| f64::from(*h)).collect();
        hours.sort_unstable_by(f64::total_cmp);
        let on_time: u32 = results.iter().map(|job| job.on_time).sum();
        let all: u32 = results.iter().map(|job| job.runs()).sum();
        let missed = all.saturating_sub(on_time);
        let (ci_low, ci_high) = wilson(u64::from(missed), u64::from(all), 0.95);
        Self {
            name: document.name.clone(),
            policy: policy_label(&document.policy),
            deadline_hours: document.deadline_hours,
            target: document.on_time_percent / 100.0,
            attainment: Proportion::of(results.iter().map(|job| job.met)),
            missed: Proportion {
                successes: missed,
                n: all,
                estimate: f64::from(missed) / f64::from(all.max(1)),
                ci_low,
                ci_high,
            },
            completion_hours: of(&JobResult::mean_completion_h),
            completion_quantiles: COMPLETION_QUANTILES
                .iter()
                .map(|percent| quantile_type7(&hours, f64::from(*percent) / 100.0))
                .collect(),
            usd_per_run: per_run(|job| job.usd),
            always_usd_per_run: per_run(|job| job.always_usd),
            saved: of(&JobResult::saved_share),
            usd_per_month: of(&|job| job.usd_per_month),
            evictions_per_run: per_run(|job| job.evictions),
            spot_share: of(&JobResult::spot_share),
            waiting_hours_per_run: per_run(|job| job.waiting_h),
        }
    }
}

fn policy_label(policy: &JobPolicyDocument) -> String {
    match policy {
        JobPolicyDocument::OnDemand {} => "on demand".to_owned(),
        JobPolicyDocument::SpotGreedy {} => "spot, greedy".to_owned(),
        JobPolicyDocument::UniformProgress {} => "spot, uniform progress".to_owned(),
        JobPolicyDocument::OnDemandBase { machines } => {
            format!("{machines} on demand, others on spot")
        }
    }
}

impl BatchReport {
    /// The report on results of a document with jobs; `None` where they have none.
    pub(super) fn new(document: &BatchDocument, results: &[ReplicationResult]) -> Option<Self> {
        let results: Vec<&BatchResult> = results.iter().filter_map(|r| r.batch.as_ref()).collect();
        if results.is_empty() {
            return None;
        }
        let totals: Vec<f64> = results
            .iter()
            .map(|result| result.total_usd_per_month())
            .collect();
        let jobs = document.jobs.iter().enumerate().map(|(index, job)| {
            let of_job: Vec<&JobResult> = results
                .iter()
                .filter_map(|result| result.jobs.get(index))
                .collect();
            JobReport::new(job, &of_job)
        });
        Some(Self {
            usd_per_month: Summary::of(&totals),
            jobs: jobs.collect(),
        })
    }
}
