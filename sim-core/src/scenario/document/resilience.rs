//! What keeps trouble from spreading: rate limits, queues with a rule, circuit breakers, and trouble by timetable.

use crate::plane::network::breaker::{BreakerModel, SlowCalls};
use crate::plane::{QueueDiscipline, RateLimit};
use crate::scenario::read::FromValue;
use serde::Serialize;

/// A token bucket in front: requests beyond it are answered with 429 at once.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RateLimitDocument {
    /// Requests per second that pass in the long run.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "rate_limit.rps")))]
    pub rps: f64,
    /// Requests that pass at once after a rest: the size of the bucket.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "rate_limit.burst")))]
    pub burst: u32,
}

impl RateLimitDocument {
    /// In the units of the data planes.
    pub fn model(&self) -> RateLimit {
        RateLimit {
            rps: self.rps,
            burst: f64::from(self.burst),
        }
    }
}

/// Who of those that wait is served next, where that is not the one that has waited longest.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum QueueDocument {
    /// The newest first: in an overload it serves those whose clients are still there.
    Lifo,
    /// The oldest first, but requests are dropped while the wait stays above a target: CoDel (RFC 8289).
    Codel {
        /// Waits up to this are fine.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "codel.target_ms")))]
        target_ms: f64,
        /// Dropping begins when the wait has been longer for this long.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "codel.interval_ms")))]
        interval_ms: f64,
    },
}

impl QueueDocument {
    /// In the units of the data planes.
    pub fn model(&self) -> QueueDiscipline {
        match *self {
            Self::Lifo => QueueDiscipline::Lifo,
            Self::Codel {
                target_ms,
                interval_ms,
            } => QueueDiscipline::Codel {
                target_s: target_ms / 1000.0,
                interval_s: interval_ms / 1000.0,
            },
        }
    }
}

/// A circuit breaker, one for all replicas of the caller, as in Resilience4j with a count-based window.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BreakerDocument {
    /// It looks at so many of the last calls.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "breaker.window_calls")))]
    pub window_calls: u32,
    /// It does not open before so many calls are known.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "breaker.minimum_calls")))]
    pub minimum_calls: u32,
    /// It opens when this share of them has failed, or more.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "breaker.failure_percent")))]
    pub failure_percent: f64,
    /// Open, it turns all calls away for this long.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "breaker.open_s")))]
    pub open_s: f64,
    /// Then it lets so many calls through, and closes if few enough of them fail.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "breaker.half_open_calls")))]
    pub half_open_calls: u32,
    /// Calls that take long open it, too; without it only failures do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slow_calls: Option<SlowCallsDocument>,
}

/// When calls that take long open a circuit breaker, whether they fail or not.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SlowCallsDocument {
    /// A call that takes longer is slow.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "breaker.longer_than_ms")))]
    pub longer_than_ms: f64,
    /// The breaker opens when this share of the calls is slow, or more.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "breaker.slow_percent")))]
    pub slow_percent: f64,
}

impl BreakerDocument {
    /// In the units of the data planes.
    pub fn model(&self) -> BreakerModel {
        BreakerModel {
            window: self.window_calls,
            minimum: self.minimum_calls,
            failure_percent: self.failure_percent,
            open_s: self.open_s,
            half_open: self.half_open_calls,
            slow: self.slow_calls.as_ref().map(|slow| SlowCalls {
                longer_than_s: slow.longer_than_ms / 1000.0,
                percent: slow.slow_percent,
            }),
        }
    }
}

/// Trouble of a dependency at a time that is known.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TroubleDocument {
    /// It begins so long after the start of the window.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "trouble.start_hour")))]
    pub start_hour: f64,
    /// It lasts so long.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.duration_minutes")))]
    pub duration_minutes: f64,
    /// Answers take so many times as long; without it every call fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.slowdown")))]
    pub slowdown: Option<f64>,
}
