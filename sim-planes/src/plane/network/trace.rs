//! Single requests of a stretch of time, followed through the network: how long each took and why it came to nothing, the
//! spans of some of them, and who of the replicas was busy when.
//!
//! Following changes nothing of what is played: no random number is drawn for it, and nothing is counted differently.

mod recorder;
mod replicas;

pub(super) use recorder::Recorder;
pub use replicas::ReplicaUse;

use crate::plane::tally::Failure;
use crate::stats::LogHistogram;
use serde::{Deserialize, Serialize};

/// What is followed. Times are seconds since the plane's beginning.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Follow {
    /// Requests whose fate is known after this.
    pub from_s: f64,
    /// Until this, inclusive.
    pub to_s: f64,
    /// Cells of time in which the use of replicas is told, at least 1.
    pub cells: u32,
    /// Requests that are listed at most, those known first; all are counted.
    pub most_requests: u32,
    /// Of the slowest requests, the spans of so many are kept.
    pub slowest: u32,
    /// Of the requests that came to nothing or were slow in the same way at the same station, the spans of so many.
    pub of_each_kind: u32,
}

/// Spans of one request at most; further ones are counted only.
pub const MOST_SPANS_OF_REQUEST: usize = 120;

/// How a request, or one attempt of a call, ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Answered in time, and without error.
    Served,
    /// Served, but later than the lowest threshold, for waiting.
    SlowWaiting,
    /// Served, but later than the lowest threshold, and would have been without any waiting.
    SlowService,
    /// Turned away because there was no room.
    Rejected,
    /// Pushed out of a queue.
    Dropped,
    /// Turned away by a rate limit.
    Throttled,
    /// Turned away by a breaker or a bulkhead.
    Refused,
    /// Given up, and would not have been without any waiting.
    TimedOut,
    /// Given up, and would have been without any waiting.
    TimedOutInService,
    /// Answered with an error.
    Failed,
    /// Held by a replica that ended abruptly.
    Lost,
    /// Given up because another attempt was answered first.
    NotNeeded,
}

impl Fate {
    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Self::Served => "served",
            Self::SlowWaiting => "slow: waited",
            Self::SlowService => "slow: its own service",
            Self::Rejected => "rejected: no room",
            Self::Dropped => "dropped from the queue",
            Self::Throttled => "throttled",
            Self::Refused => "refused by breaker or bulkhead",
            Self::TimedOut => "timed out waiting",
            Self::TimedOutInService => "timed out in service",
            Self::Failed => "failed",
            Self::Lost => "lost with its replica",
            Self::NotNeeded => "not needed any more",
        }
    }

    /// Whether the request was answered well and in time for every threshold.
    pub fn is_good(self) -> bool {
        self == Self::Served
    }

    pub(super) fn of(failure: Failure, in_service: bool) -> Self {
        match failure {
            Failure::Rejected => Self::Rejected,
            Failure::Dropped => Self::Dropped,
            Failure::Throttled => Self::Throttled,
            Failure::Refused => Self::Refused,
            Failure::TimedOut if in_service => Self::TimedOutInService,
            Failure::TimedOut => Self::TimedOut,
            Failure::Failed => Self::Failed,
            Failure::Lost => Self::Lost,
        }
    }
}

/// A request of a user, of which the fate is known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FollowedRequest {
    /// Arrival of its first attempt, seconds.
    pub arrival_s: f64,
    /// From then until its fate was known, seconds.
    pub latency_s: f64,
    /// Of that: waiting on the path that decided, failed attempts and pauses included; 0 where it came to nothing.
    pub wait_s: f64,
    /// Of that: service on that path; 0 where it came to nothing.
    pub service_s: f64,
    /// Where it entered.
    pub entry: u16,
    /// Attempts by the user.
    pub attempts: u32,
    /// How it ended.
    pub fate: Fate,
    /// The station to blame, where it was not good; its own otherwise.
    pub station: u16,
}

/// One attempt of a call at a station. Times are seconds.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct FollowedSpan {
    /// Where.
    pub station: u16,
    /// The span that waits for its answer, by its place among the request's; none for the user's own.
    pub parent: Option<u32>,
    /// Attempts of this call before it.
    pub attempt: u32,
    /// A second attempt beside a slow first one.
    pub is_hedge: bool,
    /// The replica that served it.
    pub replica: Option<u32>,
    /// When it arrived.
    pub arrival_s: f64,
    /// When it got a slot.
    pub start_s: Option<f64>,
    /// When its own service was over, and its calls began.
    pub served_s: Option<f64>,
    /// When it was over for its caller; none if its caller was gone first.
    pub end_s: Option<f64>,
    /// How it ended for its caller.
    pub fate: Option<Fate>,
}

/// A request with its spans, each after the one that waits for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FollowedTrace {
    /// The request.
    pub request: FollowedRequest,
    /// Its spans, in the order in which they began. Calls that nobody waits for are not among them.
    pub spans: Vec<FollowedSpan>,
    /// Spans beyond [`MOST_SPANS_OF_REQUEST`].
    pub spans_left_out: u32,
}

/// What was followed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Followed {
    /// Requests in the order in which their fates were known.
    pub requests: Vec<FollowedRequest>,
    /// Requests beyond the most that are listed.
    pub left_out: u64,
    /// Kinds of fate with the station to blame, and how many requests; most first.
    pub kinds: Vec<(Fate, u16, u64)>,
    /// Latencies of the requests that were served.
    pub latencies: LogHistogram,
    /// Requests with their spans, the slowest first.
    pub traces: Vec<FollowedTrace>,
    /// Replicas of the stations that have any, functions excepted.
    pub replicas: Vec<ReplicaUse>,
}
