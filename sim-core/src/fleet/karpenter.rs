//! Karpenter.
//!
//! ```text
//!   pods without room ─► a batch: closed 1 s after the last pod came, 10 s after the first at the latest ─►
//!       first-fit decreasing onto nodes that may become any type of the catalogue ─► of each the cheapest type
//!       that takes its pods
//!   every 10 s: empty nodes ─► several nodes at once ─► one node: delete it if its pods fit elsewhere, replace it
//!       if they fit elsewhere and on one cheaper node ─► 15 s later looked at again ─► done, within the budgets;
//!       a replacement is ready before the old node is drained
//!   a node too old is drained at once, whatever the budgets say
//! ```
//!
//! Source: kubernetes-sigs/karpenter (pkg/controllers/provisioning, disruption) and karpenter.sh/v1. On demand
//! the cheapest type that fits is launched; spot goes before that where the pool allows it, see `offers`.
//! Simplifications: pods wait for the node that was launched on their behalf; all pods of a node are evicted at once;
//! pods of a reclaimed node serve until others stand in for them or the warning ends; drift and reservations are not
//! modelled.
//! Looks while nothing has changed and nothing is due would decide nothing and are skipped.

mod budgets;
mod consolidation;
mod offers;
mod words;

use super::cluster::{Cluster, Launch};
use super::nodes::{NewNode, Node, NodeState, Nodes};
use super::packing::{self, Bin};
use super::room::Room;
use super::spot::SpotNodes;
use crate::random::{Rng, uniform};
use crate::scenario::Scenario;
use crate::scenario::document::{
    BudgetDocument, CapacityTypes, ConsolidationPolicy, KarpenterDocument,
};
use crate::stats::sort_by;
use consolidation::{NodeId, Proposal};
use offers::{Asked, SpotOffers};

/// The number by which it knows its nodes.
const POOL: u32 = 1;
/// Time between two looks for nodes to disrupt.
const POLL_S: f64 = 10.0;

/// Pods that wait to be looked at together.
#[derive(Clone, Copy, Debug)]
struct Batch {
    first_s: f64,
    last_s: f64,
}

/// Nodes that go when their replacement is ready.
#[derive(Clone, Debug)]
struct Replacement {
    nodes: Vec<NodeId>,
    by: NodeId,
}

/// Karpenter with its memory.
#[derive(Clone, Debug)]
pub(super) struct Karpenter {
    /// Types it may launch, the cheapest first.
    kinds: Vec<u32>,
    /// Spot, where its pool may take any.
    spot: Option<SpotOffers>,
    /// When spot capacity is asked for again for pods that wait for it; infinite when none do.
    retry_s: f64,
    batch_idle_s: f64,
    batch_longest_s: f64,
    policy: ConsolidationPolicy,
    consolidate_after_s: f64,
    budgets: Vec<BudgetDocument>,
    lifetime_s: f64,
    patience_s: f64,
    drain_s: f64,
    /// When the window starts, on a Monday at 00:00.
    monday_s: f64,
    most_millicores: u64,
    most_mib: u64,
    /// Nodes at most, its own and the base together.
    most_nodes: u32,
    batch: Option<Batch>,
    /// Pending pods when it was told of a change last.
    seen_pending: u32,
    /// When its first look is: it was not started with the simulation.
    phase_s: f64,
    next_poll_s: f64,
    /// What is looked at again before it is done.
    proposal: Option<Proposal>,
    replacements: Vec<Replacement>,
    is_stuck: bool,
}

impl Karpenter {
    pub(super) fn new(
        document: &KarpenterDocument,
        scenario: &Scenario,
        mut choices: Rng,
        spot: Option<SpotNodes>,
    ) -> Self {
        let price = |kind: u32| {
            let kind = scenario.node_types.get(kind as usize);
            kind.map_or(f64::INFINITY, |kind| kind.usd_per_hour)
        };
        let mut kinds: Vec<u32> = (1..).take(document.instance_types.len()).collect();
        sort_by(&mut kinds, |a, b| price(*a).total_cmp(&price(*b)));
        let limit = |limit: Option<f64>, per_unit: f64| match limit {
            Some(limit) => (limit * per_unit).round() as u64,
            None => u64::MAX,
        };
        let limits = document.limits.as_ref();
        let hours = document.expire_after_hours;
        let spot = spot.filter(|_| document.capacity_types != CapacityTypes::OnDemand);
        Self {
            kinds,
            spot: spot
                .map(|spot| SpotOffers::new(spot, document.capacity_types, document.spot_to_spot)),
            retry_s: f64::INFINITY,
            batch_idle_s: document.batch_idle_s,
            batch_longest_s: document.batch_max_s,
            policy: document.consolidation,
            consolidate_after_s: f64::from(document.consolidate_after_s),
            budgets: document.budgets.clone(),
            lifetime_s: hours.map_or(f64::INFINITY, |hours| hours * 3600.0),
            patience_s: f64::from(document.registration_timeout_s),
            drain_s: f64::from(document.drain_s),
            monday_s: f64::from(scenario.document().run.warm_up_minutes) * 60.0,
            most_millicores: limit(limits.and_then(|limits| limits.vcpus), 1000.0),
            most_mib: limit(limits.and_then(|limits| limits.memory_gib), 1024.0),
            most_nodes: scenario.document().fleet.max_nodes,
            batch: None,
            seen_pending: 0,
            phase_s: POLL_S * uniform(&mut choices),
            next_poll_s: f64::INFINITY,
            proposal: None,
            replacements: Vec::new(),
            is_stuck: false,
        }
    }

    /// Nodes for the pending pods. Their ages are spread evenly over the lifetime of a node, as those of a cluster
    /// are that has been running for long.
    pub(super) fn start(&mut self, cluster: &mut Cluster) {
        self.provision(cluster, f64::NEG_INFINITY);
        let own: Vec<u32> = own_nodes(&cluster.nodes).map(|(place, _)| place).collect();
        if self.lifetime_s < f64::INFINITY {
            let step_s = self.lifetime_s / own.len().max(1) as f64;
            for (index, place) in own.into_iter().enumerate() {
                let age_s = step_s * (index as f64 + 0.5);
                cluster.nodes.change(place, |node| {
                    node.created_s = -age_s;
                    node.expires_s = self.lifetime_s - age_s;
                });
            }
        }
    }

    pub(super) fn next_s(&self) -> f64 {
        let proposal_s = self.proposal.as_ref().map(|proposal| proposal.due_s);
        self.provisions_s()
            .min(proposal_s.unwrap_or(self.next_poll_s))
    }

    /// When its batch is closed, or spot is asked for again.
    fn provisions_s(&self) -> f64 {
        let closes_s = self.batch.map_or(f64::INFINITY, |batch| {
            (batch.last_s + self.batch_idle_s).min(batch.first_s + self.batch_longest_s)
        });
        closes_s.min(self.retry_s)
    }

    pub(super) fn spot_nodes(&self) -> Option<&SpotNodes> {
        self.spot.as_ref().map(|spot| &spot.nodes)
    }

    pub(super) fn spot_nodes_mut(&mut self) -> Option<&mut SpotNodes> {
        self.spot.as_mut().map(|spot| &mut spot.nodes)
    }

    /// Nodes on demand that stand in for spot ones: all of its own, where it may take spot.
    pub(super) fn fallback_nodes(&self, nodes: &Nodes) -> u32 {
        let Some(spot) = &self.spot else {
            return 0;
        };
        let counts = nodes.counts().iter().zip(0..).skip(1);
        counts
            .filter(|(_, kind)| !spot.is_spot(*kind))
            .map(|(count, _)| count)
            .sum()
    }

    /// Nodes that there may be: those that are reclaimed do not count.
    fn most_nodes(&self) -> u32 {
        let leaving = self.spot_nodes().map_or(0, SpotNodes::leaving);
        self.most_nodes.saturating_add(leaving)
    }

    pub(super) fn is_stuck(&self) -> bool {
        self.is_stuck
    }

    /// Something has changed.
    pub(super) fn note_change(&mut self, cluster: &Cluster, now_s: f64) {
        let pending = cluster.pods.pending();
        let more = pending > self.seen_pending;
        self.batch = match self.batch {
            _ if pending == 0 => None,
            Some(batch) if more => Some(Batch {
                last_s: now_s,
                ..batch
            }),
            None => Some(Batch {
                first_s: now_s,
                last_s: now_s,
            }),
            batch => batch,
        };
        if pending == 0 {
            self.retry_s = f64::INFINITY;
        }
        self.seen_pending = pending;
        self.poll_at(now_s);
    }

    /// There is something to look at from then on.
    fn poll_at(&mut self, at_s: f64) {
        if self.policy == ConsolidationPolicy::Never {
            return;
        }
        let polls = ((at_s - self.phase_s) / POLL_S).ceil().max(0.0);
        let poll_s = self.phase_s + polls * POLL_S;
        let poll_s = if poll_s < at_s {
            poll_s + POLL_S
        } else {
            poll_s
        };
        self.next_poll_s = self.next_poll_s.min(poll_s);
    }

    /// Does what is due first.
    pub(super) fn look(&mut self, cluster: &mut Cluster, now_s: f64) {
        if self.provisions_s() <= now_s {
            self.provision(cluster, now_s);
        } else if let Some(proposal) = self.proposal.take() {
            self.carry_out(cluster, proposal, now_s);
            self.next_poll_s = f64::INFINITY;
            self.poll_at(now_s + 0.5 * POLL_S);
        } else {
            self.next_poll_s = f64::INFINITY;
            self.propose(cluster, now_s);
        }
    }

    /// Launches nodes for the pending pods.
    fn provision(&mut self, cluster: &mut Cluster, now_s: f64) {
        self.batch = None;
        self.retry_s = f64::INFINITY;
        let mut pods = cluster.pods.pending_largest_first();
        let pending = cluster.pods.pending();
        let before = cluster.nodes.count();
        let mut launched = Vec::new();
        while cluster.nodes.count() < self.most_nodes() {
            let mut allowed = self.kinds_within_limits(&cluster.nodes);
            allowed.retain(|kind| self.is_offered(*kind, now_s));
            let mut left = pods.clone();
            let bin = packing::fill(&mut left, &rooms(&allowed, &cluster.nodes));
            let kind = match self.choose(&allowed, &bin, &cluster.nodes, now_s) {
                Asked::Given(kind) => kind,
                Asked::Closed => continue,
                Asked::Nothing => break,
            };
            pods = left;
            launched.push((kind, bin.pods));
            let place = self.launch(cluster, kind, now_s).0;
            for (size, count) in &bin.loads {
                cluster.place_on(place, *size, *count, now_s);
            }
        }
        self.seen_pending = cluster.pods.pending();
        let why = if cluster.nodes.count() >= self.most_nodes() {
            NotAll::MostNodes
        } else if self.waits_for_spot(now_s) {
            NotAll::NoSpot
        } else {
            NotAll::NoType
        };
        if self.seen_pending > 0
            && why == NotAll::NoSpot
            && let Some(spot) = &self.spot
        {
            self.retry_s = spot.next_open_s(now_s.max(0.0));
        }
        self.is_stuck = self.seen_pending > 0 && self.retry_s == f64::INFINITY;
        cluster.note(|nodes| words::provisioned(nodes, before, pending, &launched, why, now_s));
    }

    /// Whether pools are left out that on demand does not make good.
    fn waits_for_spot(&self, now_s: f64) -> bool {
        let spot = self.spot.as_ref().filter(|spot| !spot.on_demand_too);
        spot.is_some_and(|spot| spot.next_open_s(now_s.max(0.0)) < f64::INFINITY)
    }

    /// Whether a type may be launched now, on demand or as spot.
    fn is_offered(&self, kind: u32, now_s: f64) -> bool {
        self.spot
            .as_ref()
            .is_none_or(|spot| spot.on_demand_too || spot.is_offered(kind, now_s.max(0.0)))
    }

    /// The type of the node for what was packed: spot where a pool has capacity, else the cheapest on demand.
    fn choose(&mut self, kinds: &[u32], bin: &Bin, nodes: &Nodes, now_s: f64) -> Asked {
        if bin.pods == 0 {
            return Asked::Nothing;
        }
        if let Some(spot) = &mut self.spot {
            let fit = kinds.iter().copied();
            let fit: Vec<u32> = fit
                .filter(|kind| bin.fits(nodes.kind(*kind).empty))
                .collect();
            let asked = spot.ask(&fit, nodes, now_s.max(0.0));
            if matches!(asked, Asked::Given(_)) || !spot.on_demand_too {
                return asked;
            }
        }
        cheapest(kinds, bin, nodes).map_or(Asked::Nothing, Asked::Given)
    }

    fn launch(&mut self, cluster: &mut Cluster, kind: u32, now_s: f64) -> NodeId {
        let spot = self.spot.as_mut();
        let spot_s = spot.map_or(f64::INFINITY, |spot| spot.nodes.life_s(kind));
        let place = if now_s == f64::NEG_INFINITY {
            cluster.nodes.add(NewNode {
                reclaimed_s: spot_s,
                ..NewNode::at_start(kind, POOL)
            })
        } else {
            let launch = Launch {
                fails: false,
                patience_s: self.patience_s,
                lifetime_s: self.lifetime_s,
                spot_s,
            };
            cluster.launch(kind, POOL, now_s, launch)
        };
        (place, cluster.nodes.get(place).map_or(0, |node| node.id))
    }

    /// Types that the pool's limits leave room for, the cheapest first.
    fn kinds_within_limits(&self, nodes: &Nodes) -> Vec<u32> {
        let kinds = nodes.kinds().iter().zip(nodes.counts()).skip(1);
        let (millicores, mib) = kinds.fold((0, 0), |(millicores, mib), (kind, count)| {
            let (size, count) = (kind.size, u64::from(*count));
            (
                millicores + count * u64::from(size.millicores),
                mib + count * u64::from(size.mib),
            )
        });
        let is_within = |kind: &u32| {
            let size = nodes.kind(*kind).size;
            millicores + u64::from(size.millicores) <= self.most_millicores
                && mib + u64::from(size.mib) <= self.most_mib
        };
        self.kinds.iter().copied().filter(is_within).collect()
    }

    /// A replacement that has become ready lets the nodes go that it replaces.
    pub(super) fn node_is_ready(&mut self, cluster: &mut Cluster, place: u32, now_s: f64) {
        let Some(replacement) = self.take_replacement(cluster, place) else {
            return;
        };
        for id in replacement.nodes {
            let is_waiting =
                |node: &Node| node.state == NodeState::Cordoned && !node.is_reclaimed();
            if cluster.nodes.find(id).is_some_and(is_waiting) {
                self.drain(cluster, id.0, now_s);
            }
        }
    }

    /// A node did not register in time. If it was a replacement, the nodes stay.
    pub(super) fn node_is_given_up(&mut self, cluster: &mut Cluster, place: u32, now_s: f64) {
        cluster.note(|nodes| words::given_up(nodes, place, now_s));
        let Some(replacement) = self.take_replacement(cluster, place) else {
            return;
        };
        for id in replacement.nodes {
            if cluster.nodes.find(id).is_some() {
                cluster.nodes.change(id.0, |node| {
                    if node.state == NodeState::Cordoned && !node.is_reclaimed() {
                        node.state = NodeState::Ready;
                    }
                });
            }
        }
    }

    fn take_replacement(&mut self, cluster: &Cluster, place: u32) -> Option<Replacement> {
        let id = cluster.nodes.get(place)?.id;
        let index = self
            .replacements
            .iter()
            .position(|replacement| replacement.by == (place, id))?;
        Some(self.replacements.remove(index))
    }

    /// A node is too old. Budgets do not hold for that, and nothing is launched beforehand.
    pub(super) fn node_has_expired(&mut self, cluster: &mut Cluster, place: u32, now_s: f64) {
        cluster.note(|nodes| words::expired(nodes, place, now_s));
        self.drain(cluster, place, now_s);
    }

    /// A node has become empty. One that is reclaimed is given back at once.
    pub(super) fn note_empty(&mut self, cluster: &mut Cluster, place: u32) {
        let is_over = |node: &Node| node.is_reclaimed() && node.is_empty();
        if let Some(spot) = &mut self.spot
            && cluster.nodes.get(place).is_some_and(is_over)
        {
            spot.nodes.give_back(cluster, place);
        }
    }

    fn drain(&self, cluster: &mut Cluster, place: u32, now_s: f64) {
        let is_empty = cluster.nodes.get(place).is_some_and(Node::is_empty);
        let gone_s = if is_empty {
            now_s
        } else {
            now_s + self.drain_s
        };
        cluster.drain(place, now_s, gone_s);
    }
}

/// Why pods are left without a node to come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NotAll {
    /// The fleet has its most nodes.
    MostNodes,
    /// The pools that could take them have no capacity.
    NoSpot,
    /// No type within the limits takes them.
    NoType,
}

/// Its own nodes, not those of the base.
fn own_nodes(nodes: &Nodes) -> impl Iterator<Item = (u32, &Node)> {
    nodes.iter().filter(|(_, node)| node.pool == POOL)
}

fn rooms(kinds: &[u32], nodes: &Nodes) -> Vec<Room> {
    kinds.iter().map(|kind| nodes.kind(*kind).empty).collect()
}

/// The first type that takes all of it; the types are in order of price.
fn cheapest(kinds: &[u32], bin: &Bin, nodes: &Nodes) -> Option<u32> {
    let mut kinds = kinds.iter().copied();
    kinds.find(|kind| bin.fits(nodes.kind(*kind).empty))
}
