//! The report: what a study found, for people and programs.

use crate::cost::Resource;
use crate::slo::Cause;
use crate::stats::Summary;
use serde::{Deserialize, Serialize};

/// A probability estimated from replications, with its 95 % Wilson interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Proportion {
    /// Replications in which it happened.
    pub successes: u32,
    /// Replications.
    pub n: u32,
    /// successes / n.
    pub estimate: f64,
    /// Lower bound of the 95 % interval.
    pub ci_low: f64,
    /// Upper bound of the 95 % interval.
    pub ci_high: f64,
}

/// A figure over the replications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FigureReport {
    /// Key, from [`super::FIGURES`].
    pub key: String,
    /// Words for people.
    pub label: String,
    /// Unit; empty for plain counts.
    pub unit: String,
    /// Mean, quantiles and 95 % confidence interval of the mean.
    pub summary: Summary,
}

/// One cause's share of an error budget.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CauseReport {
    /// The cause.
    pub cause: Cause,
    /// Share of the error budget consumed by it (1 is the whole budget).
    pub budget_consumed: Summary,
}

/// One objective over the replications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveReport {
    /// Such as "99.9 % success" or "99 % within 300 ms".
    pub label: String,
    /// Target share of good requests, 0..1.
    pub target: f64,
    /// Probability of meeting it over the window.
    pub attainment: Proportion,
    /// Share of good requests, 0..1.
    pub good_fraction: Summary,
    /// Bad requests over the bad requests that the target allows.
    pub budget_consumed: Summary,
    /// The budget by cause; these sum to `budget_consumed` in each replication, so their means do too.
    pub causes: Vec<CauseReport>,
}

/// Cost of one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CostReport {
    /// The resource.
    pub resource: Resource,
    /// US dollars per month of 730 hours.
    pub usd_per_month: Summary,
}

/// One quantity over time: P5, P50 and P95 over the replications at each point.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesReport {
    /// Key: arrivals_rps, replicas, nodes, p95_ms, bad_percent.
    pub key: String,
    /// Words for people.
    pub label: String,
    /// Unit.
    pub unit: String,
    /// 5th percentile per point; NaN (null in JSON) where there is no value.
    pub p5: Vec<f32>,
    /// Median per point.
    pub p50: Vec<f32>,
    /// 95th percentile per point.
    pub p95: Vec<f32>,
}

/// What a study found out about one design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// Version of the engine that computed it.
    pub engine_version: String,
    /// Name of the scenario.
    pub name: String,
    /// Id of the plan: hash of engine version, document and knobs.
    pub plan: String,
    /// Seed of the random streams.
    pub seed: u64,
    /// Data plane, `fluid` or `requests`.
    pub plane: String,
    /// Replications merged.
    pub replications: u32,
    /// SHA-256 of the results in order, hexadecimal: equal wherever the same study runs.
    pub digest: String,
    /// Price book and its date.
    pub prices: String,
    /// Probability of meeting all objectives over the window.
    pub attainment: Proportion,
    /// All figures.
    pub figures: Vec<FigureReport>,
    /// The objectives.
    pub objectives: Vec<ObjectiveReport>,
    /// Cost by resource.
    pub costs: Vec<CostReport>,
    /// The window over time; empty when the plan asked for none.
    pub series: Vec<SeriesReport>,
    /// Seconds between two points of a series.
    pub series_step_s: f64,
    /// Monthly cost of each replication, in order, US dollars.
    pub cost_samples: Vec<f64>,
    /// Per objective, the share of good requests of each replication, in order.
    pub good_fraction_samples: Vec<Vec<f64>>,
}

impl Report {
    /// The figure with this key.
    pub fn figure(&self, key: &str) -> Option<&FigureReport> {
        self.figures.iter().find(|figure| figure.key == key)
    }
}
