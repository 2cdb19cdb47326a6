//! Further services, what they depend on, and who calls whom.

use super::serving::is_default;
use super::{
    AutoscalerDocument, BreakerDocument, DistributionDocument, FleetDocument,
    FunctionComponentDocument, RateLimitDocument, RetryDocument, ServiceDocument, TroubleDocument,
};
use crate::scenario::read::FromValue;
use serde::Serialize;

use crate::plane::network::CallGuard;

pub use crate::plane::network::CallMode;

/// The name by which calls and routes mean the main service.
pub const MAIN_SERVICE: &str = "service";

/// Services and dependencies beside the main service, and the calls between them: no circles.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TopologyDocument {
    /// Further services, and dependencies: databases, caches, queues, other people's interfaces.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.components")))]
    pub components: Vec<ComponentDocument>,
    /// Who calls whom, caller by caller in the order in which the calls are made. The main service is called "service".
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.calls")))]
    pub calls: Vec<CallDocument>,
    /// Requests of users that enter elsewhere than at the main service, which has the rest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.routes")))]
    pub routes: Vec<RouteDocument>,
    /// Instances that may be at work at once, of all functions together; without it 1,000, as on Lambda. More requests are answered 429.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "functions.instances")))]
    pub account_instances: Option<u32>,
}

/// A component beside the main service.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ComponentDocument {
    /// A service of your own: replicas on nodes of their own, with an autoscaler.
    Service(Box<ServiceComponentDocument>),
    /// Something that others run and you call.
    Dependency(DependencyDocument),
    /// A serverless function of your own.
    Function(Box<FunctionComponentDocument>),
}

impl ComponentDocument {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Service(service) => &service.name,
            Self::Dependency(dependency) => &dependency.name,
            Self::Function(function) => &function.name,
        }
    }
}

/// A further service of your own.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServiceComponentDocument {
    /// Name; calls and routes know it by this.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.name")))]
    pub name: String,
    /// How one replica serves a request, the calls that it makes not counted.
    pub service: ServiceDocument,
    /// What decides the number of replicas.
    pub autoscaler: AutoscalerDocument,
    /// Its nodes; without it a group of its own with the settings of the main service's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fleet: Option<FleetDocument>,
}

/// A database, a cache, a queue, somebody else's interface: it has a latency, a limit, failures and a price, and does not scale.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DependencyDocument {
    /// Name; calls know it by this.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.name")))]
    pub name: String,
    /// Time of one answer, without waiting for a connection.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.service_time_ms")))]
    pub latency_ms: DistributionDocument,
    /// Calls that it answers at the same time: connections, or the size of a pool.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.connections")))]
    pub connections: u32,
    /// Calls that may wait for a connection; more fail at once.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.queue_limit")))]
    pub queue_limit: u32,
    /// Callers give up after this long.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.timeout_ms")))]
    pub timeout_ms: f64,
    /// Share of answers that carry an error.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.error_percent")))]
    pub error_percent: f64,
    /// Times in which every call fails; without it there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outages: Option<OutagesDocument>,
    /// Times in which it is slow; without it there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brown_outs: Option<BrownOutsDocument>,
    /// Outages and brown-outs at times that are known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.scheduled")))]
    pub scheduled: Vec<TroubleDocument>,
    /// Calls per second that it lets pass; more are answered with 429. Without it all may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimitDocument>,
    /// Its fixed price, per month.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.usd_per_month")))]
    pub usd_per_month: f64,
    /// Its price per million calls.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.usd_per_million_calls")))]
    pub usd_per_million_calls: f64,
}

/// Outages at random: the times between them and their lengths are exponential.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OutagesDocument {
    /// Mean time from the end of one to the next.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.hours_between")))]
    pub mean_hours_between: f64,
    /// Mean length.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.duration_minutes")))]
    pub mean_duration_minutes: f64,
}

/// Brown-outs at random: the times between them and their lengths are exponential.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BrownOutsDocument {
    /// Mean time from the end of one to the next.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.hours_between")))]
    pub mean_hours_between: f64,
    /// Mean length.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.duration_minutes")))]
    pub mean_duration_minutes: f64,
    /// Answers take so many times as long.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.slowdown")))]
    pub slowdown: f64,
}

/// Calls that each request of a component makes to another one, after its own work.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CallDocument {
    /// Name of the caller.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.name")))]
    pub from: String,
    /// Name of the component that is called.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.name")))]
    pub to: String,
    /// Calls per request: the whole ones, and one more with the probability that is left.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.calls_per_request")))]
    pub per_request: f64,
    /// Whether the caller waits, holding its slot.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "sequential")))]
    pub mode: CallMode,
    /// A request goes on without this call's answer when it fails: a degraded answer is still a good one.
    #[serde(default, skip_serializing_if = "is_default")]
    pub optional: bool,
    /// The caller tries again after a failure.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<RetryDocument>,
    /// Stops calling for a while when too many calls fail; without it there is no breaker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub breaker: Option<BreakerDocument>,
    /// Bulkhead: calls under way at most per replica of the caller, counted over all of them; more fail at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "call.max_concurrent")))]
    pub max_concurrent: Option<u32>,
    /// Hedging: without an answer after this long, the call is made once more, and the first good answer counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "call.hedge_after_ms")))]
    pub hedge_after_ms: Option<f64>,
}

impl CallDocument {
    /// Breaker, bulkhead and hedge, in the units of the data planes.
    pub fn guard(&self) -> CallGuard {
        CallGuard {
            breaker: self.breaker.as_ref().map(BreakerDocument::model),
            max_concurrent: self.max_concurrent,
            hedge_after_s: self.hedge_after_ms.map(|ms| ms / 1000.0),
        }
    }
}

/// Users who enter elsewhere.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RouteDocument {
    /// Name, shown in reports.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.name")))]
    pub name: String,
    /// Name of the component where they enter.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.name")))]
    pub enters: String,
    /// Share of the users' requests.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "topology.share_percent")))]
    pub share_percent: f64,
}
