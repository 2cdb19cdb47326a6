//! The data plane of a network of services that call each other.
//!
//! ```text
//!   rate, StationInterval per station ──► NetworkPlane::serve ──► NetworkOutcome
//!                                              │                   ├─ Outcome per station
//!                                              │                   └─ EntryOutcome per route: total, and who is to blame
//!                                              └─ latencies: recent_quantile (telemetry), drain_* (report)
//! ```
//!
//! Users enter at an [`Entry`]; a request (a *span*) at a [`Station`] waits for a slot, has its own service, then makes
//! the station's calls, which are requests at later stations. While it waits for their answers it holds its slot: that is
//! how a slow service far below fills the slots of those above. [`RequestsNetwork`] plays every span.

mod arriving;
mod counts;
mod edges;
mod ending;
mod model;
mod path;
mod place;
mod played;
mod queue;
mod scaling;
mod serving;
mod spans;

pub use model::{
    Call, CallMode, Entry, EntryOutcome, MAX_CALLS_PER_REQUEST, NetworkError, NetworkOutcome,
    Station, StationInterval, check, unsupported,
};

pub use super::fluid::{FluidNetwork, NetworkTables, unsupported_by_fluid};
pub use played::RequestsNetwork;

use crate::stats::LogHistogram;

/// A way to serve intervals one after another in a network of services. State carries over between calls.
pub trait NetworkPlane {
    /// Serves one interval, in which users make `rate_rps` requests per second (their own retries come on top), split
    /// over the entries by their shares. `stations` has one item per station, all of the same length; what it does not
    /// say of a station counts as [`StationInterval::default`]. `into` is overwritten.
    fn serve(&mut self, rate_rps: f64, stations: &[StationInterval], into: &mut NetworkOutcome);

    /// Latency quantile `q` (0..1), seconds, of what a station served in the last `intervals` intervals (at most as many
    /// as the plane was told to remember); `None` when there was nothing, or there is no such station.
    fn recent_quantile(&self, station: usize, q: f64, intervals: u32) -> Option<f64>;

    /// Adds the end-to-end latencies of an entry's requests served since the previous call to `into`, and forgets them.
    fn drain_latency(&mut self, entry: usize, into: &mut LogHistogram);

    /// Adds the latencies of what a station served since the previous call to `into`, and forgets them.
    fn drain_station_latency(&mut self, station: usize, into: &mut LogHistogram);
}

#[cfg(test)]
mod tests;
