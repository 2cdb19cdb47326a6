//! What one replication yields, and the figures a report shows.

use super::backfill::BackfillResult;
use super::network::NetworkResult;
use super::node_market::NodeMarketResult;
use super::resilience::ResilienceResult;
use crate::batch::BatchResult;
use crate::control::right_sizing::RecommendedSizes;
use crate::cost::Resource;
use crate::edge::EdgeResult;
use crate::functions::meter::{FunctionBill, FunctionResult};
use crate::slo::CauseCounts;
use crate::storage::StorageResult;
use serde::{Deserialize, Serialize};

/// A single number that every replication yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    /// Cost of the window scaled to a month of 730 hours, US dollars.
    CostPerMonth,
    /// Cost per million requests offered, US dollars.
    CostPerMillionRequests,
    /// Requests offered over the window.
    Requests,
    /// Mean latency of answered requests, milliseconds.
    MeanLatency,
    /// Median latency, milliseconds.
    P50Latency,
    /// 95th percentile of latency, milliseconds.
    P95Latency,
    /// 99th percentile of latency, milliseconds.
    P99Latency,
    /// Mean number of ready replicas.
    MeanReplicas,
    /// Highest number of ready replicas.
    PeakReplicas,
    /// Node-hours paid for in the window.
    NodeHours,
    /// CPU used over CPU requested by ready replicas, per cent.
    CpuUtilization,
    /// CPU requested by pods over CPU of the nodes paid for, per cent.
    NodeAllocation,
    /// Changes of the number of replicas, per hour.
    ScaleEventsPerHour,
    /// Changes of direction of scaling, per hour.
    DirectionFlipsPerHour,
    /// Time in slices of five minutes in which some objective's share of good requests was below its target.
    ViolationMinutes,
    /// Largest burn rate of the error budget over any hour, over all objectives.
    WorstHourlyBurnRate,
    /// Requests without a fate at the end of the window: waiting, or between two attempts.
    InFlightAtEnd,
    /// Ticks per hour in which one controller asked for more replicas and another for fewer.
    ConflictsPerHour,
    /// Containers killed in the window because they used more memory than their limit.
    OomKills,
    /// Pod time above 70 % of the memory limit, per cent of ready pod time.
    MemoryPressure,
    /// Pods that the Vertical Pod Autoscaler evicted or resized in the window.
    PodsResized,
    /// Times that error budget burnt so fast that somebody would have been called, scaled to a month: 14.4 times as fast as
    /// it may over an hour and over five minutes, or half of all requests bad.
    IncidentsPerMonth,
    /// What the requests of a month that got no answer would have been worth, US dollars; zero where that is not said.
    RevenueAtRisk,
}

/// How a figure is shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FigureInfo {
    /// The figure.
    pub figure: Figure,
    /// Key in reports.
    pub key: &'static str,
    /// Words for people.
    pub label: &'static str,
    /// Unit; empty for plain counts.
    pub unit: &'static str,
}

const fn info(
    figure: Figure,
    key: &'static str,
    label: &'static str,
    unit: &'static str,
) -> FigureInfo {
    FigureInfo {
        figure,
        key,
        label,
        unit,
    }
}

/// Number of figures.
pub const FIGURE_COUNT: usize = 23;

/// All figures, in the order of [`ReplicationResult::figures`].
pub const FIGURES: [FigureInfo; FIGURE_COUNT] = [
    info(
        Figure::CostPerMonth,
        "cost_per_month",
        "Cost per month",
        "USD",
    ),
    info(
        Figure::CostPerMillionRequests,
        "cost_per_million_requests",
        "Cost per million requests",
        "USD",
    ),
    info(Figure::Requests, "requests", "Requests in the window", ""),
    info(Figure::MeanLatency, "mean_latency", "Mean latency", "ms"),
    info(Figure::P50Latency, "p50_latency", "P50 latency", "ms"),
    info(Figure::P95Latency, "p95_latency", "P95 latency", "ms"),
    info(Figure::P99Latency, "p99_latency", "P99 latency", "ms"),
    info(Figure::MeanReplicas, "mean_replicas", "Mean replicas", ""),
    info(Figure::PeakReplicas, "peak_replicas", "Peak replicas", ""),
    info(Figure::NodeHours, "node_hours", "Node-hours", "h"),
    info(
        Figure::CpuUtilization,
        "cpu_utilization",
        "CPU used of requested",
        "%",
    ),
    info(
        Figure::NodeAllocation,
        "node_allocation",
        "Node CPU requested by pods",
        "%",
    ),
    info(
        Figure::ScaleEventsPerHour,
        "scale_events_per_hour",
        "Scale events per hour",
        "1/h",
    ),
    info(
        Figure::DirectionFlipsPerHour,
        "direction_flips_per_hour",
        "Direction flips per hour",
        "1/h",
    ),
    info(
        Figure::ViolationMinutes,
        "violation_minutes",
        "Time below target",
        "min",
    ),
    info(
        Figure::WorstHourlyBurnRate,
        "worst_hourly_burn_rate",
        "Worst hourly burn rate",
        "×",
    ),
    info(
        Figure::InFlightAtEnd,
        "in_flight_at_end",
        "Waiting at the end",
        "",
    ),
    info(
        Figure::ConflictsPerHour,
        "conflicts_per_hour",
        "Controllers in conflict, per hour",
        "1/h",
    ),
    info(Figure::OomKills, "oom_kills", "OOM kills", ""),
    info(
        Figure::MemoryPressure,
        "memory_pressure",
        "Pod time above 70 % of the memory limit",
        "%",
    ),
    info(
        Figure::PodsResized,
        "pods_resized",
        "Pods given another size",
        "",
    ),
    info(
        Figure::IncidentsPerMonth,
        "incidents_per_month",
        "Incidents per month",
        "",
    ),
    info(
        Figure::RevenueAtRisk,
        "revenue_at_risk",
        "Revenue at risk per month",
        "USD",
    ),
];

/// One objective over one window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveResult {
    /// Requests counted: those that got an outcome.
    pub total: f64,
    /// Bad requests by cause, in the order of [`Cause::ALL`](crate::slo::Cause::ALL); they sum to all bad requests.
    pub bad_by_cause: CauseCounts,
    /// Bad requests over the bad requests that the target allows: 1 is the whole error budget.
    pub budget_consumed: f64,
    /// Whether the target was met over the window.
    pub met: bool,
}

impl ObjectiveResult {
    /// All bad requests.
    pub fn bad(&self) -> f64 {
        self.bad_by_cause.iter().sum()
    }

    /// Share of good requests, 0..1; 1 when there were none to be bad.
    pub fn good_fraction(&self) -> f64 {
        if self.total > 0.0 {
            1.0 - self.bad() / self.total
        } else {
            1.0
        }
    }
}

/// The window over time, in equal points; empty when the plan asks for none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series {
    /// Mean rate of arrivals per point, requests per second.
    pub arrivals_rps: Vec<f32>,
    /// Mean number of ready replicas.
    pub replicas: Vec<f32>,
    /// Mean number of paid nodes.
    pub nodes: Vec<f32>,
    /// 95th percentile of latency in milliseconds; NaN where nothing was answered.
    pub p95_ms: Vec<f32>,
    /// Requests that are bad for any objective, per cent of arrivals.
    pub bad_percent: Vec<f32>,
}

/// One window, one seed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReplicationResult {
    /// Figures in the order of [`FIGURES`].
    pub figures: [f64; FIGURES.len()],
    /// Cost of a month of what serves requests, US dollars, in the order of [`Resource::ALL`]. With that of storage
    /// and of batch jobs they sum to the cost: see [`costs`](Self::costs).
    pub cost_per_month: [f64; Resource::COUNT],
    /// The objectives, in the document's order.
    pub objectives: Vec<ObjectiveResult>,
    /// Requests by fate: served, rejected, timed out, failed, lost. With those open at the end they sum to the
    /// arrivals and those open at the start.
    pub fates: [f64; 5],
    /// Requests without a fate when the window started.
    pub open_at_start: f64,
    /// The last recommendation of the Vertical Pod Autoscaler, if there is one.
    pub right_sizing: Option<RecommendedSizes>,
    /// The window over time.
    pub series: Series,
    /// Storage beside the requests, if there is any.
    pub storage: Option<StorageResult>,
    /// Batch jobs beside the requests, if there are any.
    pub batch: Option<BatchResult>,
    /// Components and routes, where there is a topology.
    pub network: Option<NetworkResult>,
    /// Spot nodes and commitments, if there are any. This and those around it are the last fields: see [`bytes`](Self::bytes).
    pub node_market: Option<NodeMarketResult>,
    /// The cache in front, if there is one.
    pub edge: Option<EdgeResult>,
    /// Serverless functions by component, if there are any.
    pub functions: Option<Vec<Option<FunctionResult>>>,
    /// Guards of calls and rate limits, if there are any.
    pub resilience: Option<ResilienceResult>,
    /// The values drawn of uncertain numbers, if there are any, in the document's order.
    pub inputs: Option<Vec<f64>>,
    /// Batch work on what the nodes have left, if there is any.
    pub backfill: Option<BackfillResult>,
}

impl ReplicationResult {
    /// Cost of a month by resource, US dollars; all of it. Spot nodes, commitments, storage and batch jobs only where there are some.
    pub fn costs(&self) -> Vec<(Resource, f64)> {
        let has_market = self.node_market.is_some();
        let serving = Resource::ALL.into_iter().map(|resource| match resource {
            Resource::Nodes if has_market => Resource::OnDemandNodes,
            resource => resource,
        });
        let serving = serving.zip(self.cost_per_month);
        let market = self
            .node_market
            .iter()
            .flat_map(|market| Resource::NODE_MARKET.into_iter().zip(market.usd_per_month));
        let storage = self
            .storage
            .iter()
            .flat_map(|storage| Resource::STORAGE.into_iter().zip(storage.usd_per_month));
        let network = self
            .network
            .iter()
            .map(|network| (Resource::Dependencies, network.dependencies_usd_per_month()));
        let batch = self
            .batch
            .iter()
            .flat_map(|batch| Resource::BATCH.into_iter().zip(batch.usd_per_month));
        let functions = self.functions.iter().flat_map(|functions| {
            let bills = || functions.iter().flatten().map(|function| function.bill);
            let sum = |part: fn(&FunctionBill) -> f64| bills().map(|bill| part(&bill)).sum();
            Resource::FUNCTIONS.into_iter().zip([
                sum(|bill| bill.requests),
                sum(|bill| bill.duration),
                sum(|bill| bill.starts),
                sum(|bill| bill.provisioned),
            ])
        });
        let edge = self
            .edge
            .iter()
            .flat_map(|edge| Resource::EDGE.into_iter().zip(edge.usd_per_month));
        let serving = serving
            .chain(market)
            .chain(network)
            .chain(functions)
            .chain(edge);
        serving.chain(storage).chain(batch).collect()
    }

    /// What a digest is made of. A result without storage, jobs, a topology, spot nodes, an edge, functions, guards,
    /// uncertain inputs or backfill has the bytes that it had before there were
    /// any: an empty option is one byte in postcard's encoding, and empty ones at the end are left out.
    pub fn bytes(&self) -> Vec<u8> {
        // Plain numbers and lists: serialising them cannot fail.
        let mut bytes = postcard::to_allocvec(self).unwrap_or_default();
        let is_empty = [
            self.backfill.is_none(),
            self.inputs.is_none(),
            self.resilience.is_none(),
            self.functions.is_none(),
            self.edge.is_none(),
            self.node_market.is_none(),
            self.network.is_none(),
            self.batch.is_none(),
            self.storage.is_none(),
        ];
        let empty = is_empty
            .into_iter()
            .take_while(|is_empty| *is_empty)
            .count();
        bytes.truncate(bytes.len().saturating_sub(empty));
        bytes
    }

    /// The value of a figure.
    pub fn figure(&self, figure: Figure) -> f64 {
        FIGURES
            .iter()
            .zip(self.figures)
            .find(|(info, _)| info.figure == figure)
            .map_or(f64::NAN, |(_, value)| value)
    }

    /// Whether all objectives were met, those of storage queries and of jobs among them.
    pub fn met(&self) -> bool {
        self.objectives.iter().all(|objective| objective.met)
            && self.storage.as_ref().is_none_or(|storage| storage.met)
            && self.batch.as_ref().is_none_or(BatchResult::met)
    }

    /// The same figures, without the window over time.
    pub fn without_series(self) -> Self {
        Self {
            series: Series::default(),
            resilience: self.resilience.map(ResilienceResult::without_series),
            ..self
        }
    }
}

/// What a shard yields: the results of `designs` × `replications`, design by design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShardResult {
    /// Id of the plan.
    pub plan: String,
    /// The shard.
    pub shard: super::Shard,
    /// Its results.
    pub results: Vec<ReplicationResult>,
}
