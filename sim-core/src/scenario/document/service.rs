//! The service: how one replica serves requests, and what a replica asks of a node.

use super::serving::is_default;
use super::{
    Balancing, DistributionDocument, MemoryDocument, OnTimeout, Overflow, ProcessorSharingDocument,
    QueueDocument, RateLimitDocument, Removal, RetryDocument,
};
use crate::scenario::read::FromValue;
use serde::Serialize;

/// One replica's way of serving a request.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ServiceDocument {
    /// Time to serve one request once a slot is free, without waiting.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.service_time_ms")))]
    pub service_time_ms: DistributionDocument,
    /// Requests that one replica serves at the same time.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.concurrency")))]
    pub concurrency: u32,
    /// Processor time that one request uses.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.cpu_ms_per_request")))]
    pub cpu_ms_per_request: f64,
    /// Requests that may wait per ready replica; more are rejected.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.queue_limit")))]
    pub queue_limit: u32,
    /// The client gives up after this long.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.timeout_ms")))]
    pub timeout_ms: f64,
    /// Share of answers that carry an error of the service's own.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.error_percent")))]
    pub error_percent: f64,
    /// Mean size of an answer, for the cost of egress.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.response_kib")))]
    pub response_kib: f64,
    /// Which replica serves a request, and where it waits.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "shared")))]
    pub balancing: Balancing,
    /// The requests in a replica share its processors, as they do when the service is bound by CPU: the service
    /// time is then that of a request alone. Without it each slot serves at its own pace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub processor_sharing: Option<ProcessorSharingDocument>,
    /// What happens to a request that finds the queue full.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "reject_new")))]
    pub overflow: Overflow,
    /// Requests that may wait in front beside the replicas' queues, also while there is no replica: a gateway's buffer, a message queue, Knative's activator.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.buffer_limit")))]
    pub buffer_limit: u32,
    /// What a replica does with a request whose client has given up.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "finish")))]
    pub on_timeout: OnTimeout,
    /// What happens to the requests of a replica that is scaled in.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "drain")))]
    pub removal: Removal,
    /// Share of requests of high priority: they are served before all others that wait, but interrupt none.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.high_priority_percent")))]
    pub high_priority_percent: f64,
    /// Clients try again after a rejection, timeout, error or loss.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retries: Option<RetryDocument>,
    /// Requests per second that may pass; more are answered with 429. Without it all may.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_limit: Option<RateLimitDocument>,
    /// Who of those that wait is served next; without it, first come, first served.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueDocument>,
    /// Memory that a replica uses, and the limit at which it is killed; without it memory is only a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<MemoryDocument>,
    /// The pod that a replica runs in.
    pub pod: PodDocument,
}

/// What a replica asks of a node, and how long it takes to start.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PodDocument {
    /// CPU request; the autoscaler's utilisation is measured against it.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "pod.cpu_request_millicores")))]
    pub cpu_request_millicores: u32,
    /// Memory request.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "pod.memory_request_mib")))]
    pub memory_request_mib: u32,
    /// From being placed on a node to ready: image pull, start, readiness probe.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "pod.startup_s")))]
    pub startup_s: DistributionDocument,
}
