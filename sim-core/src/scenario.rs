//! The scenario: from what was written to what it means.
//!
//! ```text
//!   JSON text ─ parse ─► Value ─ walk (schema, limits) ─► ScenarioDocument ─ rules ─► Scenario
//!                  └──────────────────┴── Problems: all at once, each with its path ──┘
//! ```
//!
//! A [`Scenario`] can only be had by checking, and nothing past it fails on what a user wrote.

pub mod belief;
pub mod document;
pub mod limits;
pub mod templates;

mod check;
mod field;
mod inline;
mod knob;
mod parse;
mod problem;
mod read;
mod rules;
#[cfg(feature = "schema")]
pub mod schema;
mod uncertain;
mod walk;

pub use check::{check, check_json, check_value};
pub(crate) use check::{check_between, check_design, check_plain};
pub use field::limit_at;
pub use inline::lift_beliefs;
pub use knob::{apply_edits, apply_knob, read_choice};
pub(crate) use knob::{apply_to as apply_values, is_whole_at};
pub use problem::{Problem, Problems, Remedy, Severity};
pub use read::read;
pub(crate) use rules::mean_rps;
pub use uncertain::UncertainInput;

use crate::batch::BatchModel;
use crate::cost::commitments::Commitment;
use crate::edge::Edge;
use crate::fleet::spot::SpotModel;
use crate::random::Distribution;
use crate::storage::StorageModel;
use crate::topology::Topology;
use document::ScenarioDocument;
use std::sync::Arc;

/// The JSON Schema of the document: checker, editors and page all read this one text.
#[cfg(not(target_arch = "wasm32"))]
pub const SCHEMA_JSON: &str = include_str!("../../public/scenario.schema.json");
/// The same without its layout, which the page need not load.
#[cfg(target_arch = "wasm32")]
pub const SCHEMA_JSON: &str = include_str!(concat!(env!("OUT_DIR"), "/scenario.schema.json"));

/// A checked scenario: a document whose every field is within its limits, with its parts made ready to use.
#[derive(Clone, Debug, PartialEq)]
pub struct Scenario {
    document: ScenarioDocument,
    /// Time to serve one request, in seconds.
    pub service_time_s: Distribution,
    /// From being placed on a node to ready, in seconds.
    pub startup_s: Distribution,
    /// From a pod that does not fit to its new node being ready, in seconds.
    pub provisioning_s: Distribution,
    /// The node, looked up or custom, before the discount.
    pub node: NodeType,
    /// Every type of node that the fleet may have; the first is `node`.
    pub node_types: Vec<NodeType>,
    /// Spot nodes, if there may be any; the types of its pools are the last in `node_types`.
    pub spot: Option<Arc<SpotModel>>,
    /// What is committed to for nodes on demand, of all services together; `None` where all are paid by the hour.
    pub commitment: Option<Commitment>,
    /// Further services and dependencies, if there are any.
    pub topology: Option<Topology>,
    /// The cache in front of the services, if there is one.
    pub edge: Option<Edge>,
    /// Storage beside the requests, if there is any.
    pub storage: Option<StorageModel>,
    /// Batch jobs beside the requests, if there are any.
    pub batch: Option<BatchModel>,
    /// Numbers that each replication draws for itself, in the document's order.
    pub uncertain: Vec<UncertainInput>,
    /// What is allowed but probably not meant.
    pub warnings: Vec<Problem>,
}

impl Scenario {
    /// What was written.
    pub fn document(&self) -> &ScenarioDocument {
        &self.document
    }
}

/// A kind of node: size and on-demand price.
#[derive(Clone, Debug, PartialEq)]
pub struct NodeType {
    /// Name of the instance type, or "custom".
    pub name: String,
    /// Processors, in thousandths.
    pub vcpus_millicores: u32,
    /// Memory in MiB.
    pub memory_mib: u32,
    /// Price of an hour in US dollars, before the discount.
    pub usd_per_hour: f64,
}

/// The document as the one text that stands for it: equal documents give equal bytes, on every machine.
/// Ids and links are made of it.
pub fn canonical_json(document: &ScenarioDocument) -> String {
    // Serialising cannot fail: all keys are texts, and numbers that JSON lacks become null. By way of a `Value`, as
    // everywhere: the writing of documents is then compiled once. Its keys are put in order here, because another
    // crate of the build may have asked serde_json to keep them as they came.
    serde_json::to_value(document).map_or_else(
        |_| String::new(),
        |mut value| {
            value.sort_all_objects();
            value.to_string()
        },
    )
}
