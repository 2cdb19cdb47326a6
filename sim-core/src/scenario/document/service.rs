//! The service: how one replica serves requests, and what a replica asks of a node.

use super::DistributionDocument;
use serde::{Deserialize, Serialize};

/// One replica's way of serving a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    /// Requests that may wait in front of the service besides, whatever the number of replicas, even none: a message queue, or Knative's activator.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "service.buffer_limit")))]
    pub buffer_limit: u32,
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
    /// The pod that a replica runs in.
    pub pod: PodDocument,
}

fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// What a replica asks of a node, and how long it takes to start.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
