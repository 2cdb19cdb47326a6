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
//!
//! What happens when something goes wrong:
//!
//! - **Patience.** A station's `timeout_s` is how long whoever calls it waits for one attempt. Then the call has failed; a
//!   span in a queue leaves it, one in a slot stops at once ([`OnTimeout::Cancel`](crate::plane::OnTimeout)) or goes on to
//!   its end for nobody, its own calls included (`Finish`).
//! - **Failure.** A required call that fails for good fails its caller at once. A caller that fails, stops or ends with its
//!   replica leaves the calls that it waited for: nobody tries them again; stations that cancel give them up (`timed_out`,
//!   `cancelled`), others do not know and end them as they would have, well or badly.
//! - **Retries** are further attempts of the same call, with a service time, an error and a patience of their own. The
//!   latency of a call counts from its first attempt, its fate is that of its last.
//! - **Functions.** A station that is a serverless function has instances instead of slots and no queue. A request waits
//!   for the start of an instance or is rejected; its instance is billed while it waits for answers.
//! - **Guards.** A breaker or a bulkhead turns a call away at once: it has come to nothing, is counted apart and is tried
//!   again by nobody. A hedge is a second attempt beside a slow first one ([`CallGuard`]).
//! - **Time.** Calls take no time on the way, and answers none; neither do failures on arrival (no room, an outage).
//!
//! Assumptions: users arrive in a Poisson process; service times, errors and numbers of calls are independent of each
//! other. It is held against product-form networks (Jackson 1957, Burke 1956), Pollaczek & Khinchine for slots held
//! during calls, Erlang's B, and the retry storm of Bronson et al. (HotOS 2021).

mod arriving;
pub mod breaker;
mod counts;
mod edges;
mod ending;
mod guard;
mod hedge;
mod instances;
mod model;
mod order;
mod path;
mod place;
mod played;
mod queue;
mod scaling;
mod serving;
mod spans;
pub mod trace;

pub use model::{
    Call, CallMode, Entry, EntryOutcome, MAX_CALLS_PER_REQUEST, NetworkError, NetworkOutcome,
    Station, StationInterval, Unsupported, check, unsupported,
};

pub use super::fluid::{FluidNetwork, NetworkTables, Precision, unsupported_by_fluid};
pub use guard::{CallGuard, CallOutcome};
pub use played::RequestsNetwork;

use crate::stats::LogHistogram;

/// A way to serve intervals one after another in a network of services. State carries over between calls.
pub trait NetworkPlane {
    /// Serves one interval, in which users make `rate_rps` requests per second (their own retries come on top), split
    /// over the entries by their shares. `stations` has one item per station, all of the same length; what it does not
    /// say of a station counts as [`StationInterval::default`]. `into` is overwritten.
    fn serve(&mut self, rate_rps: f64, stations: &[StationInterval], into: &mut NetworkOutcome);

    /// When the users' requests of the next interval arrive: see
    /// [`give_arrivals`](super::DataPlane::give_arrivals).
    fn give_arrivals(&mut self, after_s: &[f64]);

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
