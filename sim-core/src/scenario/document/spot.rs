//! Spot capacity and commitments: cheaper nodes that may be taken away, and cheaper ones that are paid for anyhow.

use super::serving::is_default;
use crate::scenario::read::FromValue;
use serde::Serialize;

/// Spot nodes beside those on demand: cheaper, and the provider may take them back.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SpotDocument {
    /// Nodes that are on demand before any is spot; not under a provisioner.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.on_demand_base")))]
    pub on_demand_base: u32,
    /// Of the nodes above that base, the share that shall be spot; not under a provisioner.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.spot_share_percent")))]
    pub spot_share_percent: f64,
    /// When no pool has spot capacity, the share of the missing spot nodes that is taken on demand instead; 0 waits for spot. Not under a provisioner.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.fallback_percent")))]
    pub fallback_percent: f64,
    /// How long a node taken on demand instead runs before spot is tried again for it; how long Karpenter leaves out a pool that had no capacity.
    #[serde(default = "default_retry_spot_after_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.retry_spot_after_s")))]
    pub retry_spot_after_s: u32,
    /// Which pool a new spot node comes from.
    #[serde(default)]
    pub allocation: SpotAllocation,
    /// Warning before a reclaimed node ends: 120 s on AWS, 30 s on Google Cloud and Azure; 0 for none.
    #[serde(default = "default_notice_s")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.notice_s")))]
    pub notice_s: u32,
    /// What is done with the warning.
    #[serde(default)]
    pub on_notice: OnNotice,
    /// State that a replica of a reclaimed node must recover before it serves again, beside its start-up; 0 if it has none.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.recovery_s")))]
    pub recovery_s: f64,
    /// The pools: an instance type in a zone each, with a price and interruptions of its own. Under a provisioner, a pool without an instance type stands for one of each type that may be spot.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.pools")))]
    pub pools: Vec<SpotPoolDocument>,
}

fn default_retry_spot_after_s() -> u32 {
    180
}

fn default_notice_s() -> u32 {
    120
}

/// Which pool a new spot node comes from, of those that have capacity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum SpotAllocation {
    /// The cheapest per processor.
    LowestPrice,
    /// The deepest.
    CapacityOptimized,
    /// The cheapest per processor of those at least half as deep as the deepest.
    #[default]
    PriceCapacityOptimized,
    /// The one with the fewest nodes of the fleet.
    Diversified,
}

/// What is done with the warning before a node is reclaimed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum OnNotice {
    /// Replacements start at the warning; replicas serve until they are ready or the warning ends, and finish what they hold.
    #[default]
    Drain,
    /// Nothing: the node ends with all it holds, and is replaced then.
    Ignore,
}

/// A pool of spot capacity: an instance type in a zone.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SpotPoolDocument {
    /// Name, such as the zone.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.pool_name")))]
    pub name: String,
    /// Its instance type; the fleet's own node if left out, or each of a provisioner's types.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "fleet.instance_type")))]
    pub instance_type: Option<String>,
    /// Spot price below the on-demand price of that type.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.discount_percent")))]
    pub discount_percent: f64,
    /// Price of an hour, instead of the discount.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "prices.usd_per_node_hour")))]
    pub usd_per_hour: Option<f64>,
    /// Share of the nodes reclaimed one by one within a month. That they go at random times, at the rate −ln(1 − share) / 730 h, is an assumption.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.monthly_interruption_percent")))]
    pub monthly_interruption_percent: f64,
    /// How much capacity it has against the other pools, for the choice between them.
    #[serde(default = "default_depth")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.depth")))]
    pub depth: f64,
    /// Times at which the pool runs out and many nodes go together; without it they only go one by one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reclaims: Option<PoolReclaimsDocument>,
    /// A recorded trace of when there was capacity, and at what price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<SpotTraceDocument>,
}

fn default_depth() -> f64 {
    1.0
}

/// The pool runs out at random, and has capacity again after a random time.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PoolReclaimsDocument {
    /// How often, in a month with capacity; exponential gaps.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.reclaims_per_month")))]
    pub per_month: f64,
    /// Share of the fleet's nodes in the pool that goes.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.reclaimed_nodes_percent")))]
    pub nodes_percent: f64,
    /// Mean time without capacity for new nodes afterwards; exponential.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.mean_unavailable_minutes")))]
    pub mean_unavailable_minutes: f64,
}

/// A recorded trace of a pool, repeated as often as needed. All nodes are reclaimed when it goes from 1 to 0.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SpotTraceDocument {
    /// Time from one step to the next.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.trace_gap_s")))]
    pub gap_s: f64,
    /// 1 where there was capacity, 0 where there was none.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.trace_available")))]
    pub available: Vec<u32>,
    /// Price of an hour at each step; without it that of the pool.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "spot.trace_usd_per_hour")))]
    pub usd_per_hour: Vec<f64>,
    /// Where in the trace the simulation starts.
    #[serde(default)]
    pub start: TraceStart,
}

/// Where in a trace the simulation starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TraceStart {
    /// At a random step, another one in each replication.
    #[default]
    Random,
    /// At its first step.
    First,
}

/// Capacity paid for over a term, whether it is used or not: reserved instances, savings plans.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CommitmentsDocument {
    /// Nodes committed to, in nodes of the fleet's type; other types on demand use it by their price. A savings plan of so many USD an hour is that over the committed price of a node.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "commitments.nodes")))]
    pub nodes: f64,
    /// Its term, which decides the price.
    pub term: CommitmentTerm,
    /// Discount of your own on the list price, instead of the term's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "commitments.discount_percent")))]
    pub discount_percent: Option<f64>,
}

/// A term with its published discount on the list price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum CommitmentTerm {
    /// One year, nothing upfront: 38.5 % off (AWS standard reserved, x2iedn.32xlarge, 2026-07-20; general-purpose types 37 to 40 %).
    OneYearNoUpfront,
    /// One year, part upfront: 41.4 % off (the same list).
    OneYearPartialUpfront,
    /// One year, all upfront: 42.6 % off (the same list).
    OneYearAllUpfront,
    /// Three years: 60.5 % off (AWS reserved m6i, m7i and m7g, 2026-06-09).
    ThreeYears,
}
