//! Spot capacity, checked and ready to simulate.

use super::trace::SpotTrace;
use crate::scenario::document::SpotAllocation;
use std::sync::Arc;

/// The spot part of a fleet.
#[derive(Clone, Debug, PartialEq)]
pub struct SpotModel {
    /// Nodes on demand before any is spot.
    pub on_demand_base: u32,
    /// Share of the nodes above the base that shall be spot, 0..1.
    pub share: f64,
    /// Share of the spot nodes that cannot be had which is taken on demand, 0..1.
    pub fallback: f64,
    /// How long such a node runs before spot is tried again, seconds.
    pub retry_s: f64,
    /// Which pool a new node comes from.
    pub allocation: SpotAllocation,
    /// Warning before a node ends, seconds.
    pub notice_s: f64,
    /// Whether replacements start at the warning. Without, what a node holds is lost with it.
    pub drains: bool,
    /// What a replica of a reclaimed node needs beside its start-up, seconds.
    pub recovery_s: f64,
    /// Whose pools they are: 0 for those of the scenario's fleet, which run out at the same times for all services there;
    /// of component n's own nodes n + 1.
    pub owner: u32,
    /// Type of the nodes of the first pool in the scenario's list; those of the other pools follow.
    pub first_kind: u32,
    /// How many pools the document has. Under a provisioner one of them may stand for several: one for each type.
    pub written: u32,
    /// The pools, in the document's order.
    pub pools: Vec<PoolModel>,
}

/// A pool.
#[derive(Clone, Debug, PartialEq)]
pub struct PoolModel {
    /// Name.
    pub name: String,
    /// Which of the document's pools it is, or is a part of.
    pub written: u32,
    /// The type of its nodes where they are on demand, in the scenario's list.
    pub on_demand_kind: u32,
    /// Price of an hour, US dollars, where no trace has another.
    pub usd_per_hour: f64,
    /// The same on demand.
    pub on_demand_usd_per_hour: f64,
    /// Processors of a node.
    pub vcpus: f64,
    /// Rate at which a single node is reclaimed, per second.
    pub hazard_per_s: f64,
    /// Capacity against the other pools.
    pub depth: f64,
    /// When there is capacity.
    pub availability: Availability,
}

/// When a pool has capacity.
#[derive(Clone, Debug, PartialEq)]
pub enum Availability {
    /// Always.
    Always,
    /// Exponential times with and without capacity take turns; when it runs out, some of the nodes go.
    Renewal {
        /// Mean time with capacity, seconds.
        mean_up_s: f64,
        /// Mean time without, seconds.
        mean_down_s: f64,
        /// Share of the pool's nodes that goes, 0..1.
        nodes_share: f64,
    },
    /// As recorded; when it runs out, all nodes go.
    Trace {
        /// The recording.
        trace: Arc<SpotTrace>,
        /// Whether each replication starts at another step.
        random_start: bool,
    },
}

impl SpotModel {
    /// The pool whose nodes are of this type; `None` for nodes on demand.
    pub fn pool_of(&self, kind: u32) -> Option<usize> {
        let pool = kind.checked_sub(self.first_kind)? as usize;
        (pool < self.pools.len()).then_some(pool)
    }

    /// The type of the nodes of a pool.
    pub fn kind_of(&self, pool: usize) -> u32 {
        self.first_kind + pool as u32
    }

    /// Where nobody heeds the warning, all that happens happens at its end: how long that is, seconds.
    pub fn ignored_notice_s(&self) -> f64 {
        if self.drains { 0.0 } else { self.notice_s }
    }
}

impl Availability {
    /// Share of the time with capacity, in the long run, 0..1.
    pub fn share(&self) -> f64 {
        match self {
            Self::Always => 1.0,
            Self::Renewal {
                mean_up_s,
                mean_down_s,
                ..
            } => mean_up_s / (mean_up_s + mean_down_s),
            Self::Trace { trace, .. } => trace.statistics().availability,
        }
    }
}
