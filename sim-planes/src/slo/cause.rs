//! Why a request was bad. Every bad request has exactly one cause.

use serde::{Deserialize, Serialize};

/// Why a request was bad.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The service itself took too long; it would have without any queue.
    SlowService,
    /// The service answered with an error of its own.
    ServiceError,
    /// Too little capacity, and nothing had asked for more.
    Saturation,
    /// Too little capacity: more was asked for (or about to be) and was not ready yet.
    ScalingLag,
    /// Too little capacity: the autoscaler stood at its maximum of replicas.
    ReplicaLimit,
    /// Too little capacity: pods found no room, and the fleet stood at its maximum of nodes.
    NodeLimit,
    /// Too little capacity: pods were evicted, by a drain, an updater or the spot market, and what replaces them was not
    /// ready yet. Also the requests that ended with a reclaimed node.
    Eviction,
    /// Replicas were killed for the memory they used: what they held, and too little capacity until they had
    /// started again.
    OutOfMemory,
    /// Too little capacity, and the autoscaler could not see it: telemetry was missing.
    TelemetryGap,
    /// Something that the services depend on was down, slow, full or wrong.
    Dependency,
    /// A function's instance had to start first.
    ColdStart,
    /// Answered 429: a rate limit, or as many instances of a function as allowed, or no further one so soon.
    Throttled,
    /// A circuit breaker or a full bulkhead turned a call away that was needed.
    CircuitBreaker,
}

impl Cause {
    /// Number of causes.
    pub const COUNT: usize = 13;

    /// All causes, in the order in which results list them.
    pub const ALL: [Cause; Cause::COUNT] = [
        Cause::SlowService,
        Cause::ServiceError,
        Cause::Saturation,
        Cause::ScalingLag,
        Cause::ReplicaLimit,
        Cause::NodeLimit,
        Cause::Eviction,
        Cause::OutOfMemory,
        Cause::TelemetryGap,
        Cause::Dependency,
        Cause::ColdStart,
        Cause::Throttled,
        Cause::CircuitBreaker,
    ];

    /// Words for people.
    pub fn label(self) -> &'static str {
        match self {
            Cause::SlowService => "Slow service",
            Cause::ServiceError => "Service errors",
            Cause::Saturation => "Saturation",
            Cause::ScalingLag => "Scaling lag",
            Cause::ReplicaLimit => "Replica limit",
            Cause::NodeLimit => "Node limit",
            Cause::Eviction => "Evictions",
            Cause::OutOfMemory => "Out of memory",
            Cause::TelemetryGap => "Telemetry gap",
            Cause::Dependency => "Dependencies",
            Cause::ColdStart => "Cold starts",
            Cause::Throttled => "Throttled (429)",
            Cause::CircuitBreaker => "Breaker open, or bulkhead full",
        }
    }

    /// One sentence of help.
    pub fn help(self) -> &'static str {
        match self {
            Cause::SlowService => {
                "The service itself took too long; it would have without any queue."
            }
            Cause::ServiceError => "The service answered with an error of its own.",
            Cause::Saturation => "Too little capacity, and nothing had asked for more.",
            Cause::ScalingLag => {
                "Too little capacity: more was asked for, or about to be, and was not ready yet."
            }
            Cause::ReplicaLimit => {
                "Too little capacity: the autoscaler stood at its maximum of replicas."
            }
            Cause::NodeLimit => {
                "Too little capacity: pods found no room, and the fleet stood at its maximum of nodes."
            }
            Cause::Eviction => {
                "Pods were evicted, by a drained or reclaimed node or an updater: requests that ended with them, and too little capacity until others were ready."
            }
            Cause::OutOfMemory => {
                "Replicas were killed for the memory they used: requests they held, and too little capacity until they had started again."
            }
            Cause::TelemetryGap => {
                "Too little capacity, and the autoscaler could not see it: telemetry was missing."
            }
            Cause::Dependency => {
                "Something that the services depend on was down, slow, full or wrong."
            }
            Cause::ColdStart => "A function's instance had to start first.",
            Cause::Throttled => {
                "The request, or a call that it needed, was answered 429: a rate limit, or no further instance of a function."
            }
            Cause::CircuitBreaker => {
                "A call that the request needed was not made: a circuit breaker was open, or a bulkhead full."
            }
        }
    }
}
