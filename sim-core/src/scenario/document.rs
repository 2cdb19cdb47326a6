//! The scenario document: what a person wrote, field by field, as JSON.
//!
//! Its doc comments are the help texts of the page and of the JSON Schema; each number names its row in
//! the [limits](super::limits) table with `x-limit`, from which the checker, the sliders and the schema
//! take range, unit and scale. A document may be wrong; [`super::check`] turns it into a
//! [`Scenario`](super::Scenario) that cannot be.

mod autoscaler;
mod backfill;
mod batch;
mod edge;
mod fleet;
mod functions;
mod keda;
mod knative;
mod memory;
mod provisioner;
mod resilience;
mod scalers;
mod search;
mod service;
mod serving;
mod slo;
mod spot;
mod storage;
mod study;
mod telemetry;
mod topology;
mod traffic;
mod uncertain;

pub use autoscaler::*;
pub use backfill::*;
pub use batch::*;
pub use edge::*;
pub use fleet::*;
pub use functions::*;
pub use keda::*;
pub use knative::*;
pub use memory::*;
pub use provisioner::*;
pub use resilience::*;
pub use scalers::*;
pub use search::*;
pub use service::*;
pub use serving::*;
pub use slo::*;
pub use spot::*;
pub use storage::*;
pub use study::*;
pub use telemetry::*;
pub use topology::*;
pub use traffic::*;
pub use uncertain::*;

use crate::scenario::read::FromValue;
use serde::Serialize;

/// The version of the document format that this engine writes.
pub const DOCUMENT_VERSION: u32 = 1;

/// A whole what-if: traffic, design, prices and the objectives it is judged by.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ScenarioDocument {
    /// Version of the document format; this engine writes 1.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "version")))]
    pub version: u32,
    /// Name shown in titles and reports.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "name")))]
    pub name: String,
    /// What this scenario shows, in a sentence or two.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "description")))]
    pub description: String,
    /// Requests offered to the service over the window.
    pub traffic: TrafficDocument,
    /// How one replica serves a request.
    pub service: ServiceDocument,
    /// What decides the number of replicas.
    pub autoscaler: AutoscalerDocument,
    /// Further controllers that act on the same replicas; without it the autoscaler is alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared_control: Option<SharedControlDocument>,
    /// The autoscaler of the pods' sizes; without it they keep what the service asks for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub right_sizing: Option<VpaDocument>,
    /// What the autoscaler sees of the service, and how late.
    pub telemetry: TelemetryDocument,
    /// The nodes that replicas run on.
    pub fleet: FleetDocument,
    /// Prices beside the nodes' own.
    pub prices: PricesDocument,
    /// Further services and dependencies that requests pass through; without it there is the one service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub topology: Option<TopologyDocument>,
    /// A cache in front of the services: a content delivery network. Without it users reach them directly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edge_cache: Option<EdgeCacheDocument>,
    /// Data in storage tiers, beside the requests; without it there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StorageDocument>,
    /// Batch jobs with deadlines, on spot or on demand, beside the requests; without it there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchDocument>,
    /// Objectives over the window, and the probability of meeting them that is wanted.
    pub slo: SloDocument,
    /// How the scenario is simulated.
    pub run: RunDocument,
    /// Knobs to vary on a grid when a sweep is asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "sweep.knobs")))]
    pub sweep: Vec<KnobDocument>,
    /// Knobs that may move when designs are looked for; without it those of the sweep.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub search: Option<SearchDocument>,
    /// Numbers that are not known exactly: each replication draws its own values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "uncertain.inputs")))]
    pub uncertain: Vec<UncertainDocument>,
}

impl ScenarioDocument {
    /// All controllers of the replicas with their places in the document, the autoscaler first.
    pub fn controllers(&self) -> impl Iterator<Item = (String, &AutoscalerDocument)> {
        controllers(Some(&self.autoscaler), self.shared_control.as_ref())
    }
}

/// The controllers of two sections with their places in the document, the autoscaler first.
pub(super) fn controllers<'a>(
    autoscaler: Option<&'a AutoscalerDocument>,
    shared: Option<&'a SharedControlDocument>,
) -> impl Iterator<Item = (String, &'a AutoscalerDocument)> {
    let others = shared.into_iter().flat_map(|shared| &shared.controllers);
    let place = |index| format!("/shared_control/controllers/{index}");
    autoscaler
        .map(|autoscaler| ("/autoscaler".to_owned(), autoscaler))
        .into_iter()
        .chain(
            others
                .enumerate()
                .map(move |(index, other)| (place(index), other)),
        )
}

/// A positive random quantity; its unit is that of the field that holds it.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DistributionDocument {
    /// Always the same value.
    Deterministic {
        /// The value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.value")))]
        value: f64,
    },
    /// Memoryless, coefficient of variation 1.
    Exponential {
        /// Mean value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.value")))]
        mean: f64,
    },
    /// Skewed to the right, as most measured service times are.
    Lognormal {
        /// Mean value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.value")))]
        mean: f64,
        /// Coefficient of variation: standard deviation over mean.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.cv")))]
        cv: f64,
    },
    /// Between deterministic (small cv) and exponential (cv 1), and beyond.
    Gamma {
        /// Mean value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.value")))]
        mean: f64,
        /// Coefficient of variation: standard deviation over mean.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.cv")))]
        cv: f64,
    },
    /// Stretched exponential: shape below 1 has a heavy tail, above 1 a light one.
    Weibull {
        /// Mean value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.value")))]
        mean: f64,
        /// Shape parameter; 1 is exponential.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.weibull_shape")))]
        shape: f64,
    },
    /// Power-law tail.
    Pareto {
        /// Smallest value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.value")))]
        minimum: f64,
        /// Tail index; the smaller, the heavier the tail.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.pareto_shape")))]
        shape: f64,
    },
    /// A mix of a fast and a slow exponential (balanced means).
    HyperExponential {
        /// Mean value.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.value")))]
        mean: f64,
        /// Coefficient of variation, at least 1.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.hyper_cv")))]
        cv: f64,
    },
    /// Measured quantiles, joined by straight lines. The first must be at probability 0, the last at 1.
    Empirical {
        /// Quantiles in ascending order of probability.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.quantiles")))]
        quantiles: Vec<QuantileDocument>,
    },
}

/// One measured quantile.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QuantileDocument {
    /// Probability of a value at or below this one.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "probability")))]
    pub p: f64,
    /// The value.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "distribution.value")))]
    pub value: f64,
}
