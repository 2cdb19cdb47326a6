//! A network of services as a data plane sees it.

use super::guard::{CallGuard, CallOutcome};
use crate::functions::{FunctionModel, FunctionUse};
use crate::plane::{
    Balancing, Discipline, Interval, MAX_THRESHOLDS, Outcome, Overflow, RetryModel, ServiceModel,
};
use core::fmt;
use serde::{Deserialize, Serialize};

/// Stations and calls of a network at most, each: numbers of both are kept in 16 bits.
const MOST: usize = 1 << 15;
/// Calls of one kind that a request makes at most.
pub const MAX_CALLS_PER_REQUEST: f64 = 1000.0;
/// How far the shares of the entries may be from 1 in all.
const SHARES_TOLERANCE: f64 = 1e-6;

/// How a caller makes a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CallMode {
    /// One after another, each after the answer to the one before.
    #[default]
    Sequential,
    /// Together with the parallel calls listed next to it; the caller goes on when all are answered.
    Parallel,
    /// Issued without waiting for the answer: it is never in the caller's latency or fate.
    Async,
}

/// Calls that every request of a station makes to another one, after its own service, holding its slot.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Number of the station that is called; greater than the caller's own.
    pub to: usize,
    /// Calls per request, 0 to [`MAX_CALLS_PER_REQUEST`]: the whole ones, and one more with the probability that is left.
    pub per_request: f64,
    /// Whether the caller waits, and for what.
    pub mode: CallMode,
    /// Whether a call that comes to nothing fails the caller, as soon as it is known; further calls are not made. A call
    /// that is not required is ignored when it fails. Means nothing for asynchronous calls.
    pub required: bool,
    /// How the caller tries again. The budget is this call's own: what each first attempt earns.
    pub retries: RetryModel,
    /// Breaker, bulkhead and hedge.
    pub guard: CallGuard,
}

/// A service in a network, and the calls that its requests make, in this order.
///
/// The service's `timeout_s` is the patience of whoever calls it, user or service, for one attempt. Its `retries` are
/// those of users who enter here; callers have those of their [`Call`]. Its `thresholds_s` are the station's own, on the
/// latency that its callers see.
#[derive(Clone, Debug, PartialEq)]
pub struct Station {
    /// The service. What a network does not play is told by [`unsupported`].
    pub service: ServiceModel,
    /// Its calls, in the order in which they are made; only to stations with greater numbers.
    pub calls: Vec<Call>,
    /// What it is if it is a serverless function: requests do not wait for a slot but get an instance, a new one if none
    /// is free, or are rejected; at the timeout the instance stops. Of the `service` only the service time, the timeout,
    /// errors and thresholds count then, and of its [`Interval`] the length, and `servers`: so many are provisioned.
    pub function: Option<FunctionModel>,
}

/// A route: where requests of users enter the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Entry {
    /// Number of the station.
    pub station: usize,
    /// Share of the users' requests, 0..1; the shares of all entries sum to 1.
    pub share: f64,
}

/// The conditions of one station in one interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StationInterval {
    /// Length, servers, queue. `rate_rps` means nothing here: what arrives follows from users and callers.
    pub interval: Interval,
    /// Factor on the service times of what starts in this interval, > 0 and finite; 1 is normal, more is a brown-out.
    /// Anything else counts as 1.
    pub time_factor: f64,
    /// Probability of an error at the end of the own service, 0..1; independent of, and on top of, the model's own.
    pub error_probability: f64,
    /// Outage: everything that arrives fails at once. What the station holds already goes on.
    pub down: bool,
}

impl Default for StationInterval {
    /// No servers, normal speed, no further errors, not down.
    fn default() -> Self {
        Self {
            interval: Interval::default(),
            time_factor: 1.0,
            error_probability: 0.0,
            down: false,
        }
    }
}

/// What happened in one interval.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkOutcome {
    /// One per station. A request of a station is a call to it (or a user's request) with all its attempts; `retries`
    /// are the further attempts. `failed` includes those of which a required call came to nothing; `timed_out` those
    /// whose caller gave them up, its own caller having gone. `in_service_s` counts slots held, waiting for answers
    /// included; `busy_server_s` own service only. So slots are used to `in_service_s / (servers × length)`.
    pub stations: Vec<Outcome>,
    /// One per call, station by station in the order of their calls; all 0 where it has no guard.
    pub calls: Vec<CallOutcome>,
    /// One per entry.
    pub entries: Vec<EntryOutcome>,
    /// One per station, nothing for those that are no functions; empty where there is no function at all.
    pub functions: Vec<FunctionUse>,
}

/// What became of the requests of the users of one entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EntryOutcome {
    /// What the users saw: a call that came to nothing far below, and brought theirs down, is `failed` here. `slow` is
    /// against the end-to-end thresholds. `waits` is of served requests, and `wait_sum_s` all the waiting on the path
    /// that decided how long they took, whichever the station. No `busy_server_s`, `in_service_s`: those are the
    /// stations'.
    pub total: Outcome,
    /// One per station: the bad ones of `total` that it is to blame for (`rejected`, `dropped`, `throttled`, `timed_out`,
    /// `timed_out_in_service`, `failed`, `refused`, `lost`, `slow`, `slow_in_service`; all else is 0), by what happened *there*: a
    /// call that was rejected far below is `rejected` at that station, and `failed` in `total`. Over the stations `slow`
    /// and `slow_in_service` sum to those of `total`, and `rejected`, `timed_out`, `failed` and `lost` together to its.
    ///
    /// What was rejected, failed or lost is blamed on the station where that first happened, the deepest. What was slow
    /// or late: if without waiting it would have been in time, on the station with the longest wait; otherwise on the
    /// one with the longest service of its own (what is known of it, to its end), and it is `_in_service`. Of calls made together, the one answered last
    /// is looked at; while none is, the one that has waited longest, and the one that needs most. What failed attempts and pauses took counts as waiting for the station where the attempt failed.
    pub blamed: Vec<Outcome>,
}

/// Why a network cannot be played.
#[derive(Clone, Debug, PartialEq)]
pub enum NetworkError {
    /// More stations, calls or entries than the plane has numbers for, or none at all.
    Size,
    /// A call of this station goes to a station that is not a later one.
    Order {
        /// Number of the caller.
        station: usize,
        /// Number that is called.
        to: usize,
    },
    /// A number of calls per request of this station is below 0 or above [`MAX_CALLS_PER_REQUEST`].
    PerRequest {
        /// Number of the caller.
        station: usize,
    },
    /// This entry is at no station.
    EntryStation {
        /// Number of the entry.
        entry: usize,
    },
    /// The shares of the entries are not from 0 to 1, or do not sum to 1.
    Shares,
    /// More thresholds than are counted.
    Thresholds,
    /// A station has something that networks do not play.
    Unsupported {
        /// Number of the station.
        station: usize,
        /// What, in words.
        what: &'static str,
    },
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Size => write!(f, "a network has 1 to {MOST} stations, entries and calls"),
            Self::Order { station, to } => write!(
                f,
                "station {station} calls station {to}, which does not come after it"
            ),
            Self::PerRequest { station } => write!(
                f,
                "calls per request of station {station} must be from 0 to {MAX_CALLS_PER_REQUEST}"
            ),
            Self::EntryStation { entry } => write!(f, "entry {entry} is at no station"),
            Self::Shares => write!(f, "shares of entries must be from 0 to 1 and sum to 1"),
            Self::Thresholds => write!(f, "at most {MAX_THRESHOLDS} thresholds are counted"),
            Self::Unsupported { station, what } => {
                write!(f, "station {station}: networks do not play {what}")
            }
        }
    }
}

impl core::error::Error for NetworkError {}

/// What a network does not serve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unsupported {
    /// The field of a service in a document that asks for it.
    pub field: &'static str,
    /// In words.
    pub what: &'static str,
}

impl Unsupported {
    pub(crate) fn new(field: &'static str, what: &'static str) -> Option<Self> {
        Some(Self { field, what })
    }
}

/// What of a service a network does not play; `None` if it plays all of it.
pub fn unsupported(model: &ServiceModel) -> Option<Unsupported> {
    if model.discipline != Discipline::Slots {
        Unsupported::new("processor_sharing", "processor sharing")
    } else if model.high_priority_share > 0.0 {
        Unsupported::new("high_priority_percent", "priorities")
    } else if model.overflow == Overflow::Block {
        Unsupported::new("overflow", "requests that wait outside")
    } else if model.may_be_buffered && model.balancing != Balancing::Shared {
        Unsupported::new(
            "buffer_limit",
            "a buffer in front of replicas with queues of their own",
        )
    } else {
        None
    }
}

/// Whether a network can be played: the first thing that is wrong with it.
pub fn check(
    stations: &[Station],
    entries: &[Entry],
    thresholds_s: &[f64],
) -> Result<(), NetworkError> {
    let calls: usize = stations.iter().map(|station| station.calls.len()).sum();
    if stations.is_empty() || entries.is_empty() || stations.len() > MOST {
        return Err(NetworkError::Size);
    }
    if calls + entries.len() > MOST {
        return Err(NetworkError::Size);
    }
    if thresholds_s.len() > MAX_THRESHOLDS {
        return Err(NetworkError::Thresholds);
    }
    for (station, at) in stations.iter().enumerate() {
        if let Some(Unsupported { what, .. }) = unsupported(&at.service) {
            return Err(NetworkError::Unsupported { station, what });
        }
        if at.service.thresholds_s.len() > MAX_THRESHOLDS {
            return Err(NetworkError::Thresholds);
        }
        for call in &at.calls {
            if call.to <= station || call.to >= stations.len() {
                let to = call.to;
                return Err(NetworkError::Order { station, to });
            }
            if !(0.0..=MAX_CALLS_PER_REQUEST).contains(&call.per_request) {
                return Err(NetworkError::PerRequest { station });
            }
        }
    }
    for (entry, at) in entries.iter().enumerate() {
        if at.station >= stations.len() {
            return Err(NetworkError::EntryStation { entry });
        }
    }
    let shares = entries.iter().map(|entry| entry.share);
    let sum: f64 = shares.clone().sum();
    let proper = shares.clone().all(|share| (0.0..=1.0).contains(&share));
    if !proper || (sum - 1.0).abs() > SHARES_TOLERANCE {
        return Err(NetworkError::Shares);
    }
    Ok(())
}
