//! What Karpenter may launch: instance types on demand and from spot pools.
//!
//! Source: kubernetes-sigs/karpenter: capacity types in the order spot, on demand; an offering that had no capacity is left
//! out for three minutes (pkg/cache/unavailableofferings of the AWS provider), and of the others the fleet request takes
//! the pool that the allocation strategy wants; disruption/consolidation.go: a replacement that may be spot is; spot by spot
//! only behind its feature gate, and for a single node only when at least 15 types are cheaper.

use super::super::nodes::{Node, Nodes};
use super::super::spot::SpotNodes;
use crate::scenario::document::CapacityTypes;

/// Types that must be cheaper before a single spot node is replaced by spot; the replacement is one of the cheapest
/// so many (MinInstanceTypesForSpotToSpotConsolidation).
pub(super) const FEWEST_CHEAPER: usize = 15;

/// Spot as Karpenter sees it.
#[derive(Clone, Debug)]
pub(super) struct SpotOffers {
    pub(super) nodes: SpotNodes,
    /// Whether on demand will do where spot has no capacity.
    pub(super) on_demand_too: bool,
    /// Whether spot nodes are replaced by cheaper spot nodes (feature gate SpotToSpotConsolidation).
    pub(super) spot_to_spot: bool,
    /// Until when a pool is left out because it had no capacity.
    closed_until_s: Vec<f64>,
}

/// What came of asking for a spot node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A node of this type.
    Given(u32),
    /// Pools turned out to have no capacity: with them left out, other types may be packed.
    Closed,
    /// There is nothing to ask for.
    Nothing,
}

impl SpotOffers {
    pub(super) fn new(nodes: SpotNodes, capacity: CapacityTypes, spot_to_spot: bool) -> Self {
        Self {
            closed_until_s: vec![f64::NEG_INFINITY; nodes.model().pools.len()],
            nodes,
            on_demand_too: capacity == CapacityTypes::SpotAndOnDemand,
            spot_to_spot,
        }
    }

    pub(super) fn is_open(&self, pool: usize, now_s: f64) -> bool {
        self.closed_until_s
            .get(pool)
            .is_some_and(|until_s| *until_s <= now_s)
    }

    /// Pools of a type that are not left out.
    fn open_pools(&self, kind: u32, now_s: f64) -> impl Iterator<Item = usize> {
        let pools = self.nodes.model().pools.iter().enumerate();
        pools
            .filter(move |(index, pool)| pool.on_demand_kind == kind && self.is_open(*index, now_s))
            .map(|(index, _)| index)
    }

    /// Whether a type may be launched as spot.
    pub(super) fn is_offered(&self, kind: u32, now_s: f64) -> bool {
        self.open_pools(kind, now_s).next().is_some()
    }

    /// When the next pool is not left out any more; infinite when none is.
    pub(super) fn next_open_s(&self, now_s: f64) -> f64 {
        let until = self.closed_until_s.iter().copied();
        until
            .filter(|until_s| *until_s > now_s)
            .fold(f64::INFINITY, f64::min)
    }

    /// Asks for a spot node of one of these types. Pools that have no capacity are found out by that.
    pub(super) fn ask(&mut self, kinds: &[u32], nodes: &Nodes, now_s: f64) -> Asked {
        let asked: Vec<usize> = kinds
            .iter()
            .flat_map(|kind| self.open_pools(*kind, now_s))
            .collect();
        let until_s = now_s + self.nodes.model().retry_s;
        let mut is_one_closed = false;
        for &pool in asked.iter().filter(|pool| !self.nodes.has_capacity(**pool)) {
            is_one_closed = true;
            self.closed_until_s[pool] = until_s;
        }
        let picked = self.nodes.pick(nodes, now_s, |pool| asked.contains(&pool));
        match picked {
            Some(pool) => Asked::Given(self.nodes.model().kind_of(pool)),
            None if is_one_closed => Asked::Closed,
            None => Asked::Nothing,
        }
    }

    /// What a type costs as spot, US dollars an hour: the highest price of its pools that are not left out; `None` when all
    /// are.
    pub(super) fn usd_per_hour(&self, kind: u32, now_s: f64) -> Option<f64> {
        let pools = self.open_pools(kind, now_s);
        pools
            .map(|pool| self.nodes.usd_per_hour(pool, now_s))
            .reduce(f64::max)
    }

    /// What a node of its own costs an hour now, US dollars.
    pub(super) fn usd_of(&self, node: &Node, nodes: &Nodes, now_s: f64) -> f64 {
        match self.nodes.model().pool_of(node.kind) {
            Some(pool) => self.nodes.usd_per_hour(pool, now_s),
            None => nodes.kind(node.kind).usd_per_hour,
        }
    }

    pub(super) fn is_spot(&self, kind: u32) -> bool {
        self.nodes.model().pool_of(kind).is_some()
    }

    /// The instance type of a node, whether it is spot or not.
    pub(super) fn instance_kind(&self, kind: u32) -> u32 {
        let model = self.nodes.model();
        let pool = model.pool_of(kind).and_then(|pool| model.pools.get(pool));
        pool.map_or(kind, |pool| pool.on_demand_kind)
    }
}
