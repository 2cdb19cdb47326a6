//! The report: what a study found, for people and programs.

use super::backfill::BackfillReport;
use super::batch::BatchReport;
use super::collection::Collection;
use super::edge::EdgeReport;
use super::functions::{self, FunctionReport};
use super::network::NetworkReport;
use super::node_market::{CommitmentReport, SpotReport};
use super::plan::Plan;
use super::resilience::ResilienceReport;
use super::result::{FIGURES, Figure, ObjectiveResult, ReplicationResult, Series};
use super::storage::StorageReport;
use super::uncertainty::UncertaintyReport;
use crate::control::right_sizing::{RecommendedSize, RecommendedSizes};
use crate::cost::Resource;
use crate::cost::price_book::PriceBook;
use crate::cost::storage_prices::StoragePrices;
use crate::replication::ticks_per_point;
use crate::scenario::check;
use crate::scenario::document::{NodeDocument, ObjectiveDocument, ScenarioDocument, TierDocument};
use crate::scenario::limits::plain_time;
use crate::slo::Cause;
use crate::stats::{Summary, quantile_type7, wilson};
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

/// What the Vertical Pod Autoscaler recommends for one resource at the end of the window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RightSizingReport {
    /// Words for people.
    pub label: String,
    /// Unit.
    pub unit: String,
    /// What pods request at the start.
    pub requested: f64,
    /// What to request.
    pub target: Summary,
    /// Less is too little.
    pub lower: Summary,
    /// More is too much.
    pub upper: Summary,
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
    /// What the Vertical Pod Autoscaler recommends for CPU and memory; empty without one.
    #[serde(default)]
    pub right_sizing: Vec<RightSizingReport>,
    /// Cost by resource; spot nodes, commitments, storage and batch jobs only where there are some.
    pub costs: Vec<CostReport>,
    /// Components and routes, where there is a topology.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network: Option<NetworkReport>,
    /// Serverless functions; empty where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<FunctionReport>,
    /// Guards of calls and rate limits, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resilience: Option<ResilienceReport>,
    /// Storage beside the requests, if there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StorageReport>,
    /// The cache in front, where there is one.
    pub edge: Option<EdgeReport>,
    /// Spot nodes, if there may be any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<SpotReport>,
    /// A commitment, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commitment: Option<CommitmentReport>,
    /// Batch work on what the nodes have left, if there is any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backfill: Option<BackfillReport>,
    /// Batch jobs beside the requests, if there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchReport>,
    /// What uncertain inputs do, where there are some.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uncertainty: Option<UncertaintyReport>,
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

impl Proportion {
    /// Of how many it is true.
    pub fn of(happened: impl Iterator<Item = bool>) -> Self {
        let (mut successes, mut n) = (0u32, 0u32);
        for happened in happened {
            n += 1;
            successes += u32::from(happened);
        }
        let (ci_low, ci_high) = wilson(u64::from(successes), u64::from(n), 0.95);
        let estimate = if n > 0 {
            f64::from(successes) / f64::from(n)
        } else {
            0.0
        };
        Self {
            successes,
            n,
            estimate,
            ci_low,
            ci_high,
        }
    }
}

/// Name and date of the prices that a document is computed with.
pub(super) fn prices(document: &ScenarioDocument) -> String {
    let book = PriceBook::CURRENT;
    let own = matches!(document.fleet.node, NodeDocument::Custom { .. });
    let catalogue = |tier: &TierDocument| matches!(tier, TierDocument::Catalogue(_));
    let storage = document.storage.as_ref();
    let storage = storage.filter(|storage| storage.tiers.iter().any(catalogue));
    format!(
        "{} ({}{}){}",
        book.id,
        book.date,
        if own { ", own node price" } else { "" },
        storage.map_or_else(String::new, |_| format!(", {}", StoragePrices::CURRENT.id))
    )
}

impl Report {
    /// The report on the first design of a plan; `None` before its first result.
    pub(super) fn new(plan: &Plan, collection: &Collection) -> Option<Self> {
        let results = collection.results(0);
        if results.is_empty() {
            return None;
        }
        let document = &plan.document;
        let summary =
            |value: &dyn Fn(&ReplicationResult) -> f64| Summary::of(&samples(results, value));
        let has_revenue = document.slo.revenue_usd_per_1000_requests.is_some();
        let figures = FIGURES
            .iter()
            .enumerate()
            .filter(|(_, info)| has_revenue || info.figure != Figure::RevenueAtRisk)
            .map(|(index, info)| FigureReport {
                key: info.key.to_owned(),
                label: info.label.to_owned(),
                unit: info.unit.to_owned(),
                summary: summary(&|result| result.figures[index]),
            });
        let objectives = document.slo.objectives.iter().enumerate();
        let storage = document
            .storage
            .as_ref()
            .and_then(|storage| StorageReport::new(storage, results));
        let batch = document
            .batch
            .as_ref()
            .and_then(|batch| BatchReport::new(batch, results));
        let has_guards = results.iter().any(|result| result.resilience.is_some());
        let wanted = document.topology.is_some() || has_guards;
        let scenario = wanted.then(|| check(document).ok()).flatten();
        let topology = scenario
            .as_ref()
            .and_then(|scenario| Some((scenario, scenario.topology.as_ref()?)));
        let network =
            topology.and_then(|(_, topology)| NetworkReport::new(topology, &document.slo, results));
        let functions = topology.map_or_else(Vec::new, |(scenario, topology)| {
            functions::reports(scenario, topology, results)
        });
        let resilience = scenario
            .as_ref()
            .and_then(|scenario| ResilienceReport::new(scenario, results));
        // All replications of a design have the same resources.
        let resources = results.first().map(ReplicationResult::costs);
        let resources = resources.unwrap_or_default().into_iter();
        let fleet = &document.fleet;
        let is_paid = |resource: &Resource| match resource {
            Resource::SpotNodes => fleet.spot.is_some(),
            Resource::CommittedNodes | Resource::UnusedCommitment => fleet.commitments.is_some(),
            _ => true,
        };
        let resources = resources.map(|(resource, _)| resource).filter(is_paid);
        let costs = resources.map(|resource| CostReport {
            resource,
            usd_per_month: summary(&|result| {
                let mut costs = result.costs().into_iter();
                costs
                    .find(|(other, _)| *other == resource)
                    .map_or(0.0, |(_, usd)| usd)
            }),
        });
        Some(Self {
            engine_version: plan.engine_version.clone(),
            name: document.name.clone(),
            plan: plan.id(),
            seed: document.run.seed,
            plane: crate::replication::plane_name(document.run.plane).to_owned(),
            replications: results.len() as u32,
            digest: collection.digest(0),
            prices: prices(document),
            attainment: Proportion::of(results.iter().map(ReplicationResult::met)),
            figures: figures.collect(),
            objectives: objectives
                .map(|(index, objective)| objective_report(objective, index, results))
                .collect(),
            right_sizing: right_sizing_reports(document, results),
            costs: costs.collect(),
            network,
            functions,
            resilience,
            edge: EdgeReport::new(results),
            storage,
            batch,
            spot: SpotReport::new(document, results),
            commitment: CommitmentReport::new(document, results),
            backfill: BackfillReport::new(document, results),
            uncertainty: UncertaintyReport::new(plan, collection),
            series: SERIES
                .iter()
                .filter_map(|kind| series_report(kind, results))
                .collect(),
            series_step_s: series_step_s(plan),
            cost_samples: samples(results, |result| result.figure(Figure::CostPerMonth)),
            good_fraction_samples: (0..document.slo.objectives.len())
                .map(|index| {
                    samples(results, |result| {
                        objective_of(result, index, ObjectiveResult::good_fraction)
                    })
                })
                .collect(),
        })
    }
}

fn samples(results: &[ReplicationResult], value: impl Fn(&ReplicationResult) -> f64) -> Vec<f64> {
    results.iter().map(value).collect()
}

fn objective_of(
    result: &ReplicationResult,
    index: usize,
    value: impl Fn(&ObjectiveResult) -> f64,
) -> f64 {
    result.objectives.get(index).map_or(f64::NAN, value)
}

/// An objective in words, and its target in per cent.
pub(super) fn objective_label(objective: &ObjectiveDocument) -> (String, f64) {
    match objective {
        ObjectiveDocument::Success { target_percent } => {
            (format!("{target_percent} % success"), *target_percent)
        }
        ObjectiveDocument::Latency {
            threshold_ms,
            target_percent,
        } => (
            format!("{target_percent} % within {}", plain_time(*threshold_ms)),
            *target_percent,
        ),
    }
}

fn objective_report(
    objective: &ObjectiveDocument,
    index: usize,
    results: &[ReplicationResult],
) -> ObjectiveReport {
    let (label, target_percent) = objective_label(objective);
    let of = |value: &dyn Fn(&ObjectiveResult) -> f64| {
        Summary::of(&samples(results, |result| {
            objective_of(result, index, value)
        }))
    };
    let causes = Cause::ALL.iter().map(|&cause| CauseReport {
        cause,
        budget_consumed: of(&|objective| {
            let bad = objective.bad();
            if bad > 0.0 {
                objective.budget_consumed * (objective.bad_by_cause[cause as usize] / bad)
            } else {
                0.0
            }
        }),
    });
    ObjectiveReport {
        label,
        target: target_percent / 100.0,
        attainment: Proportion::of(
            results
                .iter()
                .map(|result| objective_of(result, index, |o| f64::from(u8::from(o.met))) > 0.5),
        ),
        good_fraction: of(&ObjectiveResult::good_fraction),
        budget_consumed: of(&|objective| objective.budget_consumed),
        causes: causes.collect(),
    }
}

/// Replications whose recommender has seen nothing yet are left out.
fn right_sizing_reports(
    document: &ScenarioDocument,
    results: &[ReplicationResult],
) -> Vec<RightSizingReport> {
    let pod = &document.service.pod;
    let sizes: Vec<RecommendedSizes> = results.iter().filter_map(|r| r.right_sizing).collect();
    let (Some(vpa), false) = (&document.right_sizing, sizes.is_empty()) else {
        return Vec::new();
    };
    let of = |label: &str, unit: &str, requested: u32, amount: fn(&RecommendedSize) -> f64| {
        let summary = |pick: fn(&RecommendedSizes) -> &RecommendedSize| {
            let amounts: Vec<f64> = sizes.iter().map(|sizes| amount(pick(sizes))).collect();
            Summary::of(&amounts)
        };
        RightSizingReport {
            label: label.to_owned(),
            unit: unit.to_owned(),
            requested: f64::from(requested),
            target: summary(|sizes| &sizes.target),
            lower: summary(|sizes| &sizes.lower),
            upper: summary(|sizes| &sizes.upper),
        }
    };
    let mut reports = Vec::new();
    if vpa.resources.has_cpu() {
        reports.push(of("CPU", "millicores", pod.cpu_request_millicores, |s| {
            s.cpu_millicores
        }));
    }
    if vpa.resources.has_memory() && document.service.memory.is_some() {
        reports.push(of("Memory", "MiB", pod.memory_request_mib, |s| {
            s.memory_mib
        }));
    }
    reports
}

/// A kind of series: where its values lie and how it is shown.
struct SeriesKind {
    key: &'static str,
    label: &'static str,
    unit: &'static str,
    values: fn(&Series) -> &[f32],
}

const SERIES: [SeriesKind; 5] = [
    SeriesKind {
        key: "arrivals_rps",
        label: "Traffic",
        unit: "req/s",
        values: |series| &series.arrivals_rps,
    },
    SeriesKind {
        key: "replicas",
        label: "Ready replicas",
        unit: "",
        values: |series| &series.replicas,
    },
    SeriesKind {
        key: "nodes",
        label: "Nodes",
        unit: "",
        values: |series| &series.nodes,
    },
    SeriesKind {
        key: "p95_ms",
        label: "P95 latency",
        unit: "ms",
        values: |series| &series.p95_ms,
    },
    SeriesKind {
        key: "bad_percent",
        label: "Bad requests",
        unit: "%",
        values: |series| &series.bad_percent,
    },
];

fn series_step_s(plan: &Plan) -> f64 {
    let document = &plan.document;
    let tick_s = f64::from(document.run.tick_s);
    let window_ticks = (document.slo.window_days * 86_400.0 / tick_s)
        .round()
        .max(1.0) as u32;
    f64::from(ticks_per_point(window_ticks, plan.precision)) * tick_s
}

fn series_report(kind: &SeriesKind, results: &[ReplicationResult]) -> Option<SeriesReport> {
    let points = results
        .first()
        .map_or(0, |result| (kind.values)(&result.series).len());
    if points == 0 {
        return None;
    }
    let (mut p5, mut p50, mut p95) = (
        Vec::with_capacity(points),
        Vec::with_capacity(points),
        Vec::with_capacity(points),
    );
    let mut values = Vec::with_capacity(results.len());
    for point in 0..points {
        values.clear();
        let at_point = results
            .iter()
            .filter_map(|result| (kind.values)(&result.series).get(point).copied());
        values.extend(at_point.filter(|value| value.is_finite()).map(f64::from));
        values.sort_unstable_by(f64::total_cmp);
        for (quantiles, q) in [(&mut p5, 0.05), (&mut p50, 0.5), (&mut p95, 0.95)] {
            quantiles.push(quantile_type7(&values, q) as f32);
        }
    }
    let (key, label, unit) = (
        kind.key.to_owned(),
        kind.label.to_owned(),
        kind.unit.to_owned(),
    );
    Some(SeriesReport {
        key,
        label,
        unit,
        p5,
        p50,
        p95,
    })
}
