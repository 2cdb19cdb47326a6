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

mod bucket;
mod discipline;
mod fluid;
mod model;
pub mod network;
mod policy;
pub mod queueing;
mod requests;
mod servers;
mod tally;

pub use bucket::RateLimit;
pub use discipline::QueueDiscipline;
pub use fluid::{FluidPlane, FluidTables};
pub use model::{Discipline, RETRY_BURST, RetryModel, ServiceModel};
pub use policy::{Balancing, OnTimeout, Overflow, Removal};
pub use requests::RequestsPlane;
pub use servers::FreeTimes;

use crate::stats::LogHistogram;

/// At most this many latency thresholds (one per latency objective) are counted per request.
pub const MAX_THRESHOLDS: usize = 3;

/// One stretch of constant conditions: what the control plane hands to the data plane. What changes within a
/// tick is two intervals.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Interval {
    /// Length in seconds, > 0.
    pub length_s: f64,
    /// Intensity of the arrival process in requests per second, ≥ 0 (bursts and over-dispersion included;
    /// retries come on top).
    pub rate_rps: f64,
    /// Requests that can be in service at once: ready replicas × the model's concurrency, so a multiple of
    /// that concurrency. May be 0.
    pub servers: u32,
    /// Requests that may wait at the replicas, all together; where each has a queue of its own, it has room for
    /// `queue_limit` / replicas of them, rounded down.
    pub queue_limit: u32,
    /// Requests that may wait in front of the replicas beside those, also while there is no replica: the buffer
    /// of a gateway or an activator. Its head moves on as soon as a replica has room. Where replicas have queues of
    /// their own, only if the model `may_be_buffered`.
    pub buffer_limit: u32,
    /// Replicas of the previous interval that ended abruptly (out of memory, eviction, spot): the requests
    /// they held are lost. They are gone first; what remains is then drained (or killed, as the model's
    /// `removal` says) or added to, to reach `servers`. Only where the model `may_be_killed`.
    pub killed_replicas: u32,
}

impl Interval {
    /// Requests that may wait, at the replicas and in front of them.
    pub fn waiting_room(&self) -> u32 {
        self.queue_limit.saturating_add(self.buffer_limit)
    }
}

/// What happened to the requests of one interval. Counts are of requests unless they say attempts; `fluid`
/// yields expected (fractional) numbers, `requests` whole ones. Without retries a request is one attempt.
///
/// A request has one fate, that of its last attempt: served, rejected, timed out, failed or lost. It is counted
/// when it is known, and until then the request is open: it waits, it pauses before a retry, or it is in
/// service and its end is not certain. So over any run
/// `arrivals = served + rejected + timed_out + failed + lost + change of open_at_end`.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Requests that arrived (their first attempts).
    pub arrivals: f64,
    /// Further attempts that arrived. Amplification of the load is `(arrivals + retries) / arrivals`.
    pub retries: f64,
    /// Answered before the client's timeout, and without error. Includes the slow ones.
    pub served: f64,
    /// Turned away because there was no room, on arrival or (see `dropped`) later.
    pub rejected: f64,
    /// Of `rejected`: pushed out of a full queue by a newer request, or dropped by CoDel.
    pub dropped: f64,
    /// Of `rejected`: turned away by the rate limit.
    pub throttled: f64,
    /// The client gave up: waiting plus service lasted longer than the timeout.
    pub timed_out: f64,
    /// Of `timed_out`: service alone would have lasted longer than the timeout.
    pub timed_out_in_service: f64,
    /// Answered in time, but with an error of the service's own.
    pub failed: f64,
    /// Of `failed`, where a network blames them on a station: a breaker or bulkhead turned the call to it away.
    pub refused: f64,
    /// Held by a replica that ended abruptly.
    pub lost: f64,
    /// Of `served`: latency, from the first attempt on, above threshold k.
    pub slow: [f64; MAX_THRESHOLDS],
    /// Of `slow[k]`: service alone lasted longer than threshold k, so no capacity would have helped.
    pub slow_in_service: [f64; MAX_THRESHOLDS],
    /// Attempts whose wait is over: they started, or their client gave up waiting. Not those that were
    /// rejected, dropped or lost while waiting.
    pub waits: f64,
    /// Sum over these of the time spent waiting for a server, seconds.
    pub wait_sum_s: f64,
    /// Of `waits`: had to wait at all.
    pub waited: f64,
    /// Of `waits`: of high priority.
    pub waits_high: f64,
    /// Of `wait_sum_s`: by attempts of high priority.
    pub wait_sum_high_s: f64,
    /// Attempts that found no room at a replica and had to wait outside: at the client or in the buffer.
    pub blocked: f64,
    /// Attempts that the rate limit turned away, whether their clients try again or not.
    pub turned_away: f64,
    /// Attempts that a server stopped working on because their client had given up.
    pub cancelled: f64,
    /// Sum of latency, from the first attempt on, of `served` requests, seconds.
    pub latency_sum_s: f64,
    /// Seconds of service given on the interval's replicas, not on draining ones. With slots, utilisation =
    /// busy / (servers × length) ≤ 1; with processor sharing, busy / (replicas × cores × length) ≤ 1.
    pub busy_server_s: f64,
    /// Request-seconds in service on the interval's replicas: mean number in service × length. With slots the
    /// same as `busy_server_s`.
    pub in_service_s: f64,
    /// Attempts waiting for a server at the end of the interval, wherever they wait.
    pub waiting_at_end: f64,
    /// Requests without a fate at the end of the interval, at least `waiting_at_end` where no calls are hedged.
    pub open_at_end: f64,
}

/// A way to serve intervals one after another. State (queue, busy servers) carries over between calls.
pub trait DataPlane {
    /// Serves one interval. A change of `servers` against the previous interval adds idle servers, or removes
    /// some, without regard to what they are doing: drained, they finish what they hold and take no other;
    /// killed, they lose it.
    fn serve(&mut self, interval: &Interval) -> Outcome;

    /// When the requests of the next interval arrive, seconds from its start, ascending: where something in front of the
    /// service (an edge cache) has played them. A plane that plays requests takes these instead of drawing its own; from
    /// then on every interval must be given. One that computes them goes by the interval's rate.
    fn give_arrivals(&mut self, after_s: &[f64]);

    /// Latency quantile `q` (0..1), in seconds, of the requests served in the last `intervals` calls
    /// (at most as many as the plane was told to remember); `None` when there were none.
    fn recent_quantile(&self, q: f64, intervals: u32) -> Option<f64>;

    /// Adds the latencies of requests served since the previous call to `into` and forgets them.
    fn drain_latency(&mut self, into: &mut LogHistogram);
}
