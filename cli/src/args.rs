//! What can be typed.

use clap::{Args, Parser, Subcommand, ValueEnum};
use sim_core::import::Unit;
use sim_core::scenario::document::{BoundedFigure, PlaneKind, Signal};
use std::path::PathBuf;

/// QEC Studio on the command line: what will it cost, and how likely is the SLO met?
///
/// SCENARIO is a file, `-` for standard input, the id of a template (see `qec templates`), or a share link.
/// Exit codes: 0 done, 1 a figure disagrees (validate), 2 bad input, 3 a mistake in qec.
#[derive(Debug, Parser)]
#[command(name = "qec", version)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Simulate a scenario: cost, attainment of the SLO, latency, budget by cause.
    Run(RunArguments),
    /// Vary one to four knobs on a grid: the front of cost against attainment.
    Sweep(SweepArguments),
    /// Look for designs over several knobs: the front, and the cheapest that meets the SLO as surely as wanted.
    Optimise(OptimiseArguments),
    /// What would help most? The effect of one change at a time on attainment and cost, with intervals.
    Explain(ExplainArguments),
    /// How much more traffic does it carry, or with --targets: how good an SLO can be had for how much money?
    Reach(ReachArguments),
    /// Compare two to four scenarios under common random numbers: differences with intervals, in words.
    Compare(CompareArguments),
    /// Move each knob and each uncertain number to its low and high end: which matters most?
    Sensitivity(SensitivityArguments),
    /// Check a scenario: every problem with its path, value, limit and hint.
    Check(CheckArguments),
    /// Why did it scale, or not? Every decision of one replication: what the controllers saw, which rule bound them.
    Decisions(DecisionsArguments),
    /// Play a few minutes of one replication request by request: latencies, causes, and the spans of slow requests.
    Replay(ReplayArguments),
    /// Turn scenarios into share links and back.
    #[command(subcommand)]
    Link(LinkCommand),
    /// Turn other people's files into parts of a scenario.
    #[command(subcommand)]
    Import(ImportCommand),
    /// Hold the models against queueing theory and published figures.
    Validate(ValidateArguments),
    /// List the templates, or print one.
    Templates {
        /// Id of the template to print.
        id: Option<String>,
    },
}

/// How to compute a study, and where its results go.
#[derive(Debug, Args)]
pub struct ComputeArguments {
    /// Print the full report as JSON (docs/REPORT.md).
    #[arg(long)]
    pub json: bool,
    /// Also write a report to this file: a page of its own if the name ends in .html, Markdown if it ends in .md.
    #[arg(long, value_name = "FILE", value_parser = report_file)]
    pub report: Option<PathBuf>,
    /// Address of the studio that the report's link opens in.
    #[arg(
        long,
        value_name = "URL",
        default_value = "",
        hide_default_value = true
    )]
    pub studio: String,
    /// Seed of the random streams, instead of the scenario's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Data plane, instead of the scenario's.
    #[arg(long, value_enum)]
    pub plane: Option<PlaneArgument>,
    /// Threads to compute on; by default all processors. The numbers do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// A scenario, and how to compute it.
#[derive(Debug, Args)]
pub struct ScenarioArguments {
    /// File, `-`, template id or share link.
    pub scenario: String,
    /// How to compute it.
    #[command(flatten)]
    pub compute: ComputeArguments,
}

/// A scenario whose replications go on until it is precise.
#[derive(Debug, Args)]
pub struct StudyArguments {
    /// The scenario.
    #[command(flatten)]
    pub of: ScenarioArguments,
    /// Exactly so many replications, instead of stopping at the scenario's precision.
    #[arg(long, value_name = "N")]
    pub replications: Option<u32>,
}

/// `qec run`
#[derive(Debug, Args)]
pub struct RunArguments {
    /// How to compute it.
    #[command(flatten)]
    pub study: StudyArguments,
}

/// `qec sweep`
#[derive(Debug, Args)]
pub struct SweepArguments {
    /// How to compute it.
    #[command(flatten)]
    pub study: StudyArguments,
    /// A knob to vary, instead of the scenario's: JSON Pointer, first and last value, number of values;
    /// such as /autoscaler/metrics/0/target_percent=40:90:6. Twice for a grid.
    #[arg(long, value_name = "PATH=FROM:TO:STEPS")]
    pub knob: Vec<String>,
    /// List every design, not only the front.
    #[arg(long)]
    pub all: bool,
}

/// `qec optimise`
#[derive(Debug, Args)]
pub struct OptimiseArguments {
    /// The scenario.
    #[command(flatten)]
    pub of: ScenarioArguments,
    /// Most replications to spend, instead of the scenario's.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(60..=100_000))]
    pub budget: Option<u32>,
    /// A knob that may move, instead of the scenario's; any number of them. PATH=FROM:TO is a range, PATH=FROM:TO:log
    /// one in equal ratios, PATH=A,B,C a choice, PATH alone a switch.
    #[arg(long, value_name = "PATH=VALUES")]
    pub knob: Vec<String>,
    /// A third figure that the front trades beside cost and attainment, instead of the scenario's; less is better. Such as
    /// p95_latency, scale_events_per_hour, peak_replicas, node_hours.
    #[arg(long, value_name = "FIGURE", value_parser = figure)]
    pub third: Option<BoundedFigure>,
    /// List every design, not only the front.
    #[arg(long)]
    pub all: bool,
}

/// `qec explain`
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// The scenario.
    #[command(flatten)]
    pub of: ScenarioArguments,
    /// So many replications of what is looked at closely.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(8..=10_000))]
    pub replications: Option<u32>,
}

/// `qec reach`
#[derive(Debug, Args)]
pub struct ReachArguments {
    /// The scenario.
    #[command(flatten)]
    pub of: ScenarioArguments,
    /// So many replications of what is looked at closely.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(8..=10_000))]
    pub replications: Option<u32>,
    /// The best SLO target against cost instead, over the designs that a search of the scenario's knobs tries; the
    /// report is that of `qec optimise`.
    #[arg(long, conflicts_with = "replications")]
    pub targets: bool,
}

/// `qec sensitivity`
#[derive(Debug, Args)]
pub struct SensitivityArguments {
    /// How to compute it.
    #[command(flatten)]
    pub study: StudyArguments,
}

/// `qec compare`
#[derive(Debug, Args)]
pub struct CompareArguments {
    /// Files, template ids or share links; the first is the baseline. One may be `-`.
    #[arg(num_args = 2..=4, required = true)]
    pub scenarios: Vec<String>,
    /// How to compute them; the seed is for all of them.
    #[command(flatten)]
    pub compute: ComputeArguments,
    /// Exactly so many replications, instead of stopping at the first scenario's precision.
    #[arg(long, value_name = "N")]
    pub replications: Option<u32>,
}

/// `qec check`
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// File, `-`, template id or share link.
    pub scenario: String,
    /// Print the problems as JSON.
    #[arg(long)]
    pub json: bool,
}

/// `qec decisions`
#[derive(Debug, Args)]
pub struct DecisionsArguments {
    /// File, `-`, template id or share link.
    pub scenario: String,
    /// Which replication.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub replication: u32,
    /// From this hour of the window on.
    #[arg(long, value_name = "HOUR", default_value_t = 0.0)]
    pub from: f64,
    /// Until this hour of the window; by default its end.
    #[arg(long, value_name = "HOUR")]
    pub to: Option<f64>,
    /// Only decisions that changed something.
    #[arg(long)]
    pub changes: bool,
    /// Seed of the random streams, instead of the scenario's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Print the decisions as JSON.
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print the decisions as CSV.
    #[arg(long)]
    pub csv: bool,
}

/// `qec replay`
#[derive(Debug, Args)]
pub struct ReplayArguments {
    /// File, `-`, template id or share link.
    pub scenario: String,
    /// Which replication.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub replication: u32,
    /// From this hour of the window on.
    #[arg(long, value_name = "HOUR", default_value_t = 0.0)]
    pub from: f64,
    /// Until this hour of the window; by default five minutes after `--from`, at most an hour.
    #[arg(long, value_name = "HOUR")]
    pub to: Option<f64>,
    /// Seed of the random streams, instead of the scenario's.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Print everything as JSON (docs/REPORT.md).
    #[arg(long, conflicts_with = "csv")]
    pub json: bool,
    /// Print the log of requests as CSV.
    #[arg(long)]
    pub csv: bool,
}

/// `qec link`
#[derive(Debug, Subcommand)]
pub enum LinkCommand {
    /// Print the share link of a scenario.
    Encode {
        /// File, `-`, template id or share link.
        scenario: String,
        /// Address of the studio that the link shall open in.
        #[arg(long, value_name = "URL", default_value = "")]
        studio: String,
    },
    /// Print the scenario of a share link as JSON.
    Decode {
        /// The link, whole or from `s=` on; `-` for standard input.
        link: String,
    },
}

/// `qec import`
#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Read recorded traffic: CSV, or the JSON answer of Prometheus to query_range.
    Traffic(TrafficArguments),
    /// Read a HorizontalPodAutoscaler manifest (autoscaling/v2, v2beta2, v2beta1, v1).
    Hpa(HpaArguments),
    /// Read a KEDA ScaledObject or ScaledJob manifest (keda.sh/v1alpha1).
    Keda(HpaArguments),
    /// Read a Karpenter NodePool manifest (karpenter.sh/v1, v1beta1).
    Nodepool(NodepoolArguments),
    /// Read the lifecycle configuration of an S3 bucket (JSON of get-bucket-lifecycle-configuration).
    Lifecycle(LifecycleArguments),
    /// Read a recorded trace of spot capacity (JSON of skypilot-org/spot-traces).
    SpotTrace(SpotTraceArguments),
    /// Read a recording of spot availability (JSON of SkyPilot's spot-traces: gap_seconds, data of 1 and 0, prices).
    AvailabilityTrace(AvailabilityArguments),
}

/// `qec import traffic`
#[derive(Debug, Args)]
pub struct TrafficArguments {
    /// The recording; `-` for standard input.
    pub file: String,
    /// What the numbers mean; by default told from names, else counts in CSV files and rates from Prometheus.
    #[arg(long, value_enum)]
    pub unit: Option<UnitArgument>,
    /// Column of the times, by name or number.
    #[arg(long, value_name = "COLUMN")]
    pub time: Option<String>,
    /// Column of the requests, by name or number.
    #[arg(long, value_name = "COLUMN")]
    pub column: Option<String>,
    /// Prometheus: only series whose labels contain this text.
    #[arg(long, value_name = "TEXT")]
    pub series: Option<String>,
    /// Length of an interval in seconds.
    #[arg(long, value_name = "SECONDS")]
    pub interval: Option<f64>,
    /// Print this scenario with the recording in it, instead of the recording alone.
    #[arg(long, value_name = "SCENARIO")]
    pub into: Option<String>,
}

/// `qec import hpa` and `qec import keda`
#[derive(Debug, Args)]
pub struct HpaArguments {
    /// The manifest; `-` for standard input.
    pub file: String,
    /// What a custom metric (or a KEDA trigger of that name) measures: its name and requests_per_second,
    /// in_flight_requests, waiting_requests, p95_latency_ms, p99_latency_ms or burn_rate.
    #[arg(long, value_name = "METRIC=SIGNAL", value_parser = signal)]
    pub signal: Vec<(String, Signal)>,
    /// Print this scenario with the autoscaler in it, instead of the autoscaler alone.
    #[arg(long, value_name = "SCENARIO")]
    pub into: Option<String>,
}

/// `qec validate`
#[derive(Debug, Args)]
pub struct ValidateArguments {
    /// Seed of the random streams; by default that of docs/VALIDATION.md.
    #[arg(long, value_name = "N", default_value_t = sim_core::validation::SEED)]
    pub seed: u64,
    /// Only cases whose id, words or group hold this text, such as Q10, M/M/3 or HPA.
    #[arg(long, value_name = "TEXT")]
    pub only: Option<String>,
    /// Print every figure as JSON.
    #[arg(long)]
    pub json: bool,
    /// Threads to compute on; by default all processors. The numbers do not depend on it.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub threads: Option<u16>,
}

/// `qec import nodepool`
#[derive(Debug, Args)]
pub struct NodepoolArguments {
    /// The manifest; `-` for standard input.
    pub file: String,
    /// Print this scenario with the node pool in it, instead of the node pool alone.
    #[arg(long, value_name = "SCENARIO")]
    pub into: Option<String>,
}

/// `qec import lifecycle`
#[derive(Debug, Args)]
pub struct LifecycleArguments {
    /// The configuration; `-` for standard input.
    pub file: String,
    /// Print this scenario with the lifecycle in one of its datasets, instead of the lifecycle alone.
    #[arg(long, value_name = "SCENARIO")]
    pub into: Option<String>,
    /// Name of the dataset; by default the first.
    #[arg(long, value_name = "NAME", requires = "into")]
    pub dataset: Option<String>,
}

/// `qec import spot-trace`
#[derive(Debug, Args)]
pub struct SpotTraceArguments {
    /// The trace; `-` for standard input.
    pub file: String,
    /// Nodes that a step must have for the pool to count as available, in traces of several nodes.
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub at_least: u32,
    /// Print this scenario with the trace in one of its spot pools, instead of the trace alone.
    #[arg(long, value_name = "SCENARIO")]
    pub into: Option<String>,
    /// Name of the pool; by default the first.
    #[arg(long, value_name = "NAME", requires = "into")]
    pub pool: Option<String>,
}

/// `qec import availability-trace`
#[derive(Debug, Args)]
pub struct AvailabilityArguments {
    /// The recording; `-` for standard input.
    pub file: String,
    /// Print this scenario with the recording in a pool of one of its jobs, instead of the market alone.
    #[arg(long, value_name = "SCENARIO")]
    pub into: Option<String>,
    /// Name of the job; by default the first.
    #[arg(long, value_name = "NAME", requires = "into")]
    pub job: Option<String>,
    /// Name of its pool; by default the first.
    #[arg(long, value_name = "NAME", requires = "into")]
    pub pool: Option<String>,
}

/// A data plane.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PlaneArgument {
    /// Closed-form queueing: months in a fraction of a second.
    Fluid,
    /// Every request is an event: exact, for hours.
    Requests,
}

impl From<PlaneArgument> for PlaneKind {
    fn from(plane: PlaneArgument) -> Self {
        match plane {
            PlaneArgument::Fluid => Self::Fluid,
            PlaneArgument::Requests => Self::Requests,
        }
    }
}

/// What the numbers of a recording mean.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum UnitArgument {
    /// Requests counted in each interval.
    Count,
    /// Requests per second.
    Rate,
    /// Requests per minute.
    RatePerMinute,
    /// A growing counter.
    Counter,
}

impl From<UnitArgument> for Unit {
    fn from(unit: UnitArgument) -> Self {
        match unit {
            UnitArgument::Count => Self::Count,
            UnitArgument::Rate => Self::PerSecond,
            UnitArgument::RatePerMinute => Self::PerMinute,
            UnitArgument::Counter => Self::Counter,
        }
    }
}

/// The name of a report, which tells its form.
fn report_file(name: &str) -> Result<PathBuf, String> {
    let path = PathBuf::from(name);
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html" | "htm" | "md") => Ok(path),
        _ => Err("the name of a report ends in .html or .md".to_owned()),
    }
}

/// A figure by its key in reports.
fn figure(key: &str) -> Result<BoundedFigure, String> {
    serde_json::from_value(key.into()).map_err(|error| error.to_string())
}

fn signal(text: &str) -> Result<(String, Signal), String> {
    let (name, signal) = text.rsplit_once('=').ok_or("expected is METRIC=SIGNAL")?;
    let signal = match signal {
        "requests_per_second" => Signal::RequestsPerSecond,
        "in_flight_requests" => Signal::InFlightRequests,
        "waiting_requests" => Signal::WaitingRequests,
        "p95_latency_ms" => Signal::P95LatencyMs,
        "p99_latency_ms" => Signal::P99LatencyMs,
        "burn_rate" => Signal::BurnRate,
        other => {
            return Err(format!(
                "{other} is no signal; requests_per_second, in_flight_requests, waiting_requests, p95_latency_ms, p99_latency_ms and burn_rate are"
            ));
        }
    };
    Ok((name.to_owned(), signal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn signals_are_read() {
        assert_eq!(
            signal("a=b=waiting_requests"),
            Ok(("a=b".to_owned(), Signal::WaitingRequests))
        );
        assert!(signal("a=nothing").is_err() && signal("a").is_err());
    }
}
