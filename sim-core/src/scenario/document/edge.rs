//! A cache between the users and the services: a content delivery network.

use super::DistributionDocument;
use super::serving::is_default;
use crate::scenario::read::FromValue;
use serde::Serialize;

/// An edge cache: it answers what it holds, and asks the services for the rest.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EdgeCacheDocument {
    /// Share of the users' requests whose answers may be kept.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.cacheable_percent")))]
    pub cacheable_percent: f64,
    /// Different objects that users ask for.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.catalogue_objects")))]
    pub catalogue_objects: u32,
    /// How much more popular some are than others: the k-th is asked for in proportion to k to the power of minus this (Zipf).
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.popularity_exponent")))]
    pub popularity_exponent: f64,
    /// How long an object is kept.
    pub keeping: KeepingDocument,
    /// Requests for an object that is being fetched wait for it; otherwise they go to the services too.
    #[serde(default, skip_serializing_if = "is_default")]
    pub coalescing: bool,
    /// Everything is thrown away this often, as deploys do; without it never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.purge_every_hours")))]
    pub purge_every_hours: Option<f64>,
    /// Mean time between changes of an object: what was fetched before the last one is stale. Without it they never change.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.changes_every_hours")))]
    pub changes_every_hours: Option<f64>,
    /// Time of an answer from the cache.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.hit_latency_ms")))]
    pub hit_latency_ms: DistributionDocument,
    /// Price of a million requests.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.usd_per_million_requests")))]
    pub usd_per_million_requests: f64,
    /// Prices of what is sent to users in a month, the first terabytes first. The size of an answer is that of the service.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.transfer_tiers")))]
    pub transfer_tiers: Vec<TransferTierDocument>,
    /// Price of a GB beyond these.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.usd_per_gb")))]
    pub transfer_usd_per_gb: f64,
    /// What a GB costs that the services send to the edge, instead of the price of egress.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.origin_usd_per_gb")))]
    pub origin_usd_per_gb: f64,
}

/// How long the edge keeps an object.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum KeepingDocument {
    /// A fixed time from when it was fetched.
    Fixed {
        /// Time to live.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.ttl_s")))]
        ttl_s: f64,
    },
    /// A time from the last request for it: popular objects are never fetched again.
    Sliding {
        /// Time to live.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.ttl_s")))]
        ttl_s: f64,
    },
    /// As long as it is among so many that were used last.
    LeastRecentlyUsed {
        /// Objects that the cache has room for.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.capacity_objects")))]
        capacity_objects: u32,
    },
}

/// One step of the price of transfer.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TransferTierDocument {
    /// So many terabytes (1,024 GB each) of a month, after those of the steps before.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.tier_tb")))]
    pub tb: f64,
    /// Price of a GB of them.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "edge.usd_per_gb")))]
    pub usd_per_gb: f64,
}
