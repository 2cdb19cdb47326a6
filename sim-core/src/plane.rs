//! The data plane: how offered requests become served or bad requests between two control ticks.
//!
//! ```text
//!   Interval (rate, servers, queue limit) ──► DataPlane::serve ──► Outcome (counts, waits, busy time)
//!                                                   │
//!                                                   └─ latency: recent_quantile (telemetry), drain_latency (report)
//! ```
//!
//! There are two, behind one trait, choosable per run, with the same inputs and the same outcome:
//! `fluid` computes an interval in closed form, `requests` plays every request as an event.
//! Both draw from the same named random streams, so a design can be compared under either.

mod fluid;
pub mod queueing;
mod requests;
mod servers;
mod tally;

pub use fluid::{FluidPlane, FluidTables};
pub use requests::RequestsPlane;
pub use servers::FreeTimes;

use crate::stats::LogHistogram;

/// At most this many latency thresholds (one per latency objective) are counted per request.
pub const MAX_THRESHOLDS: usize = 3;

/// One stretch of constant conditions: what the control plane hands to the data plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Length in seconds, > 0.
    pub length_s: f64,
    /// Intensity of the arrival process in requests per second, ≥ 0 (bursts and over-dispersion included).
    pub rate_rps: f64,
    /// Requests that can be in service at once: ready replicas × concurrency per replica. May be 0.
    pub servers: u32,
    /// Requests that may wait for a server; an arrival that finds as many waiting is rejected.
    pub queue_limit: u32,
}

/// What happened to the requests of one interval. Counts are of requests; `fluid` yields expected
/// (fractional) numbers, `requests` whole ones.
///
/// A request gets its outcome when it leaves the queue (at its start, or when its client gives up), or at
/// arrival when it is rejected. Until then it counts in `waiting_at_end`, so over any run
/// `arrivals = served + timed_out + rejected + failed + change of waiting_at_end`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Requests that arrived.
    pub arrivals: f64,
    /// Answered before the client's timeout, and without error. Includes the slow ones.
    pub served: f64,
    /// Turned away on arrival because the queue was full.
    pub rejected: f64,
    /// The client gave up: waiting plus service lasted longer than the timeout.
    pub timed_out: f64,
    /// Of `timed_out`: service alone would have lasted longer than the timeout.
    pub timed_out_in_service: f64,
    /// Answered in time, but with an error of the service's own.
    pub failed: f64,
    /// Of `served`: latency above threshold k.
    pub slow: [f64; MAX_THRESHOLDS],
    /// Of `slow[k]`: service alone lasted longer than threshold k, so no capacity would have helped.
    pub slow_in_service: [f64; MAX_THRESHOLDS],
    /// Sum over the requests that got an outcome (not the rejected) of time spent waiting, seconds.
    pub wait_sum_s: f64,
    /// Requests among these that had to wait at all.
    pub waited: f64,
    /// Sum of waiting plus service of `served` requests, seconds.
    pub latency_sum_s: f64,
    /// Server-seconds that the interval's `servers` spent serving: utilisation = busy / (servers × length)
    /// ≤ 1. Draining servers are not among them.
    pub busy_server_s: f64,
    /// Requests waiting for a server at the end of the interval.
    pub waiting_at_end: f64,
}

/// The service as a data plane sees it; constant over a replication.
#[derive(Clone, Debug, PartialEq)]
pub struct ServiceModel {
    /// Time a server needs for one request, seconds.
    pub service_time_s: crate::random::Distribution,
    /// The client gives up after this long, seconds. A request in service keeps its server to its end.
    pub timeout_s: f64,
    /// Probability that an answered request carries an error, 0..1.
    pub error_probability: f64,
    /// Latency thresholds of the objectives, seconds, at most [`MAX_THRESHOLDS`].
    pub thresholds_s: Vec<f64>,
}

/// A way to serve intervals one after another. State (queue, busy servers) carries over between calls.
pub trait DataPlane {
    /// Serves one interval. A change of `servers` against the previous interval adds idle servers, or
    /// drains: removed servers finish the request they hold and take no other. They are taken without regard
    /// to what they are doing.
    fn serve(&mut self, interval: &Interval) -> Outcome;

    /// Latency quantile `q` (0..1), in seconds, of the requests served in the last `intervals` calls
    /// (at most as many as the plane was told to remember); `None` when there were none.
    fn recent_quantile(&self, q: f64, intervals: u32) -> Option<f64>;

    /// Adds the latencies of requests served since the previous call to `into` and forgets them.
    fn drain_latency(&mut self, into: &mut LogHistogram);
}
