//! The fluid plane against the requests plane: what `cargo xtask validate` found, in short.
//!
//! Measuring it takes minutes and hundreds of millions of requests, so the page shows what is committed
//! (`tests/figures/planes_summary.json`) instead of measuring it again.

use serde::{Deserialize, Serialize};

/// What was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlanesSummary {
    /// Constant load: the worst queues of each family of service times.
    pub families: Vec<FamilySummary>,
    /// Load and capacity that change.
    pub courses: Vec<CourseSummary>,
    /// Conformance vectors of other systems that the tests hold.
    pub vectors: Vec<VectorFile>,
}

/// A family of service times on the grid of constant loads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FamilySummary {
    /// constant, exponential, lognormal, gamma, hyper-exponential, weibull.
    pub service: String,
    /// Queues measured.
    pub queues: u32,
    /// Of these, within what is wanted.
    pub within: u32,
    /// The queue whose P95 latency is furthest off, relative.
    pub worst_p95: QueueError,
    /// The queue whose share of good requests is furthest off, in shares.
    pub worst_good: QueueError,
}

/// How far `fluid` is off at one queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueError {
    /// Coefficient of variation of the service time.
    pub cv: f64,
    /// Servers.
    pub servers: u32,
    /// Load, 0..1.
    pub load: f64,
    /// Fluid minus requests.
    pub error: f64,
}

/// A course of load and capacity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CourseSummary {
    /// What happens.
    pub name: String,
    /// Share of good requests by `requests`.
    pub good: f64,
    /// Half width of its 95 % interval.
    pub good_ci: f64,
    /// Fluid minus requests, of that share.
    pub error: f64,
}

/// A file of conformance vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VectorFile {
    /// Its name.
    pub file: String,
    /// Cases in it.
    pub cases: u32,
}
