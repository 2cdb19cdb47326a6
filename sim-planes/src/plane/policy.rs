//! What a service does with its requests, in the words of the scenario document: where a request goes, what happens when
//! there is no room, when its client gives up and when its replica goes.

use serde::{Deserialize, Serialize};

/// Which replica serves a request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Balancing {
    /// One queue in front of all replicas: a free slot takes the next request. No balancer does better.
    #[default]
    Shared,
    /// A random replica, and the request waits there: kube-proxy with iptables.
    Random,
    /// Each replica in turn, and the request waits there: the default of nginx and HAProxy.
    RoundRobin,
    /// A replica with the fewest requests waiting or in service, at random among equals, and it waits there.
    LeastOutstanding,
    /// The better of two different random replicas by requests waiting or in service: Envoy's least request.
    PowerOfTwo,
}

/// What happens to a request that finds the queue full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Overflow {
    /// It is rejected.
    #[default]
    RejectNew,
    /// It takes the place of the request that has waited longest, which is rejected.
    DropOldest,
    /// It waits outside, at the client, until there is room or the client gives up.
    Block,
}

/// What a replica does with a request whose client has given up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnTimeout {
    /// It works on to the end, for nobody.
    #[default]
    Finish,
    /// It stops at once, and the slot is free: deadlines and cancellation are passed on.
    Cancel,
}

/// What happens to the requests of a replica that is scaled in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Removal {
    /// It takes no new request and finishes those it holds.
    #[default]
    Drain,
    /// It stops at once: those it holds are lost.
    Kill,
}
