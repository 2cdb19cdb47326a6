//! Which nodes Karpenter can do without.
//!
//! Source: kubernetes-sigs/karpenter, pkg/controllers/disruption: emptiness, multinodeconsolidation (the longest run
//! of candidates, by halving), singlenodeconsolidation, consolidation (computeConsolidation, filterOutSameType),
//! validation. Candidates are in order of disruption cost: pods times the share of the node's life that is left.

use super::super::Size;
use super::super::cluster::Cluster;
use super::super::nodes::{Node, NodeState, Nodes};
use super::super::packing::{self, Bin};
use super::super::room::{Room, RoomIndex};
use super::budgets;
use super::offers::FEWEST_CHEAPER;
use super::words::{self, NothingToDo};
use super::{Karpenter, Replacement, cheapest, own_nodes, rooms};

use crate::scenario::document::{ConsolidationPolicy, DisruptionReason};
use crate::stats::{sort_by, sort_by_key};

/// Time between a proposal and doing it, after which it must still hold.
const VALIDATION_S: f64 = 15.0;
/// Candidates that may go together.
const MOST_AT_ONCE: usize = 100;

/// Place and number of a node.
pub(super) type NodeId = (u32, u64);

/// What is to be done with some nodes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Proposal {
    pub(super) due_s: f64,
    pub(super) reason: DisruptionReason,
    pub(super) nodes: Vec<NodeId>,
    /// Type of the node that replaces them; `None` when their pods fit elsewhere.
    pub(super) by: Option<u32>,
}

impl Karpenter {
    /// Looks for something to propose, and sets when to look again.
    pub(super) fn propose(&mut self, cluster: &mut Cluster, now_s: f64) {
        let mut nothing = NothingToDo::default();
        self.proposal = self
            .propose_empty(&cluster.nodes, now_s, &mut nothing)
            .or_else(|| self.propose_consolidation(cluster, now_s, &mut nothing));
        match &self.proposal {
            Some(proposal) => cluster.note(|nodes| words::proposed(nodes, proposal, now_s)),
            None => {
                cluster.note(|nodes| words::nothing_to_do(nodes, &nothing, now_s));
                let opens_s = self
                    .spot
                    .as_ref()
                    .map_or(f64::INFINITY, |spot| spot.next_open_s(now_s));
                let mut next_s = self.next_candidate_s(&cluster.nodes, now_s).min(opens_s);
                if nothing.kept_by_budget {
                    let time_s = now_s - self.monday_s;
                    next_s =
                        next_s.min(self.monday_s + budgets::next_change_s(&self.budgets, time_s));
                }
                if next_s < f64::INFINITY {
                    self.poll_at(next_s);
                }
            }
        }
    }

    /// Nodes that may go for this reason.
    fn allowed(&self, nodes: &Nodes, reason: DisruptionReason, now_s: f64) -> u32 {
        let (mut total, mut disrupting) = (0, 0);
        for (_, node) in own_nodes(nodes).filter(|(_, node)| node.state != NodeState::Coming) {
            total += 1;
            disrupting += u32::from(node.state != NodeState::Ready);
        }
        let time_s = now_s - self.monday_s;
        budgets::allowed(&self.budgets, reason, time_s, (total, disrupting))
    }

    /// Whether pods have left the node alone for long enough.
    fn is_quiet(&self, node: &Node, now_s: f64) -> bool {
        node.touched_s + self.consolidate_after_s <= now_s
    }

    /// When the next node will have been left alone for long enough.
    fn next_candidate_s(&self, nodes: &Nodes, now_s: f64) -> f64 {
        own_nodes(nodes)
            .filter(|(_, node)| node.state == NodeState::Ready && !self.is_quiet(node, now_s))
            .map(|(_, node)| node.touched_s + self.consolidate_after_s)
            .fold(f64::INFINITY, f64::min)
    }

    fn candidates<'a>(
        &'a self,
        nodes: &'a Nodes,
        now_s: f64,
    ) -> impl Iterator<Item = (u32, &'a Node)> {
        own_nodes(nodes)
            .filter(move |(_, node)| node.state == NodeState::Ready && self.is_quiet(node, now_s))
    }

    fn propose_empty(
        &self,
        nodes: &Nodes,
        now_s: f64,
        nothing: &mut NothingToDo,
    ) -> Option<Proposal> {
        let empty: Vec<NodeId> = self
            .candidates(nodes, now_s)
            .filter(|(_, node)| node.is_empty())
            .map(|(place, node)| (place, node.id))
            .collect();
        if empty.is_empty() {
            return None;
        }
        let most = self.allowed(nodes, DisruptionReason::Empty, now_s) as usize;
        nothing.kept_by_budget |= empty.len() > most;
        let nodes: Vec<NodeId> = empty.into_iter().take(most).collect();
        (!nodes.is_empty()).then_some(Proposal {
            due_s: now_s + VALIDATION_S,
            reason: DisruptionReason::Empty,
            nodes,
            by: None,
        })
    }

    fn propose_consolidation(
        &self,
        cluster: &Cluster,
        now_s: f64,
        nothing: &mut NothingToDo,
    ) -> Option<Proposal> {
        // A batch under way needs nodes first.
        let is_provisioning = cluster.pods.pending() > 0 && !self.is_stuck;
        if self.policy != ConsolidationPolicy::WhenEmptyOrUnderutilized || is_provisioning {
            return None;
        }
        // Empty nodes that are still there are kept by their own budget: they must not go as underutilised ones.
        let mut candidates: Vec<(f64, NodeId)> = self
            .candidates(&cluster.nodes, now_s)
            .filter(|(_, node)| !node.is_empty())
            .map(|(place, node)| (self.disruption_cost(node, now_s), (place, node.id)))
            .collect();
        sort_by(&mut candidates, |a, b| {
            a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
        });
        nothing.candidates = candidates.len() as u32;
        let most = self.allowed(&cluster.nodes, DisruptionReason::Underutilized, now_s) as usize;
        nothing.kept_by_budget |= candidates.len() > most;
        if most == 0 {
            return None;
        }
        let candidates: Vec<NodeId> = candidates.into_iter().map(|(_, id)| id).collect();
        let together = &candidates[..candidates.len().min(most).min(MOST_AT_ONCE)];
        let mut room = cluster.nodes.ready_room();
        self.propose_several(&cluster.nodes, together, &mut room, now_s)
            .or_else(|| self.propose_one(&cluster.nodes, &candidates, &mut room, now_s, nothing))
            .map(|(nodes, by)| Proposal {
                due_s: now_s + VALIDATION_S,
                reason: DisruptionReason::Underutilized,
                nodes,
                by,
            })
    }

    /// What evicting the node's pods costs, in pods: less at the end of its life.
    fn disruption_cost(&self, node: &Node, now_s: f64) -> f64 {
        let left = if self.lifetime_s < f64::INFINITY {
            ((node.expires_s - now_s) / self.lifetime_s).clamp(0.0, 1.0)
        } else {
            1.0
        };
        f64::from(node.pods()) * left
    }

    /// As many of the first candidates as can go together, at least two.
    fn propose_several(
        &self,
        nodes: &Nodes,
        candidates: &[NodeId],
        room: &mut RoomIndex,
        now_s: f64,
    ) -> Option<(Vec<NodeId>, Option<u32>)> {
        let mut found = None;
        let (mut low, mut high) = (1, candidates.len().checked_sub(1)?);
        while low <= high {
            let middle = (low + high) / 2;
            let together = candidates.get(..=middle)?;
            match self.consolidate(nodes, together, room, now_s) {
                Ok(by) => {
                    found = Some((together.to_vec(), by));
                    low = middle + 1;
                }
                Err(_) => high = middle - 1,
            }
        }
        found
    }

    /// The first candidate that can go alone.
    fn propose_one(
        &self,
        nodes: &Nodes,
        candidates: &[NodeId],
        room: &mut RoomIndex,
        now_s: f64,
        nothing: &mut NothingToDo,
    ) -> Option<(Vec<NodeId>, Option<u32>)> {
        for id in candidates {
            match self.consolidate(nodes, &[*id], room, now_s) {
                Ok(by) => return Some((vec![*id], by)),
                Err(NotPossible::FitsNowhere) => nothing.fits_nowhere += 1,
                Err(NotPossible::NoneCheaper) => nothing.none_cheaper += 1,
            }
        }
        None
    }

    /// Whether the pods of these nodes fit elsewhere, at most with one new node that is cheaper than they are
    /// together: its type, or `None` when no new node is needed. `room` is that of the ready nodes, before and after.
    fn consolidate(
        &self,
        nodes: &Nodes,
        going: &[NodeId],
        room: &mut RoomIndex,
        now_s: f64,
    ) -> Result<Option<u32>, NotPossible> {
        let mut before = Vec::new();
        let mut pods = Vec::new();
        let mut there = Vec::new();
        for id in going {
            let Some(node) = nodes.find(*id) else {
                continue;
            };
            before.push((id.0, room.get(id.0)));
            room.set(id.0, Room::NONE);
            pods.extend_from_slice(&node.loads);
            there.push(node);
        }
        sort_by_key(&mut pods, |(size, _)| core::cmp::Reverse(*size));
        before.extend(packing::put(&mut pods, room));
        packing::undo(before, room);
        if packing::is_done(&pods) {
            return Ok(None);
        }
        self.cheaper(nodes, &there, pods, now_s).map(Some)
    }

    /// One new node for the pods that fit nowhere else, cheaper than the nodes that go.
    fn cheaper(
        &self,
        nodes: &Nodes,
        going: &[&Node],
        mut pods: Vec<(Size, u32)>,
        now_s: f64,
    ) -> Result<u32, NotPossible> {
        let bin = packing::fill(&mut pods, &rooms(&self.kinds, nodes));
        if !packing::is_done(&pods) || nodes.count() >= self.most_nodes() {
            return Err(NotPossible::FitsNowhere);
        }
        if self.spot.is_some() {
            let by = self.cheaper_spot(nodes, going, &bin, now_s);
            return by.ok_or(NotPossible::NoneCheaper);
        }
        let usd = |kind: u32| nodes.kind(kind).usd_per_hour;
        let price: f64 = going.iter().map(|node| usd(node.kind)).sum();
        let kinds = self.kinds.iter().copied();
        let fits = kinds.filter(|kind| bin.fits(nodes.kind(*kind).empty) && usd(*kind) < price);
        let fits: Vec<u32> = fits.collect();
        // Of several nodes one that is of a type that fits could as well stay: only what is cheaper makes sense.
        let goes = |kind: u32| {
            let name = &nodes.kind(kind).name;
            going.iter().any(|node| nodes.kind(node.kind).name == *name)
        };
        let could_stay = fits
            .iter()
            .copied()
            .filter(|kind| going.len() > 1 && goes(*kind));
        let limit = could_stay.map(usd).fold(f64::INFINITY, f64::min);
        cheapest(&fits, &bin, nodes)
            .filter(|kind| usd(*kind) < limit)
            .ok_or(NotPossible::NoneCheaper)
    }

    /// One new spot node that is cheaper than the nodes that go. Where spot is allowed the replacement is spot, so that a
    /// fallback never makes it dearer; spot by spot takes the feature gate, and for one node 15 types that are cheaper.
    fn cheaper_spot(&self, nodes: &Nodes, going: &[&Node], bin: &Bin, now_s: f64) -> Option<u32> {
        let spot = self.spot.as_ref()?;
        let all_spot = going.iter().all(|node| spot.is_spot(node.kind));
        if all_spot && !spot.spot_to_spot {
            return None;
        }
        let price: f64 = going
            .iter()
            .map(|node| spot.usd_of(node, nodes, now_s))
            .sum();
        let fits = self.kinds.iter().filter_map(|&kind| {
            let usd = spot.usd_per_hour(kind, now_s)?;
            (bin.fits(nodes.kind(kind).empty) && usd < price).then_some((usd, kind))
        });
        let mut fits: Vec<(f64, u32)> = fits.collect();
        sort_by(&mut fits, |a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if going.len() > 1 {
            // What is of a type that goes could as well stay.
            let goes = |kind: u32| {
                going
                    .iter()
                    .any(|node| spot.instance_kind(node.kind) == kind)
            };
            let could_stay = fits.iter().filter(|(_, kind)| goes(*kind));
            let limit = could_stay
                .map(|(usd, _)| *usd)
                .fold(f64::INFINITY, f64::min);
            fits.retain(|(usd, _)| *usd < limit);
        } else if all_spot {
            if fits.len() < FEWEST_CHEAPER {
                return None;
            }
            fits.truncate(FEWEST_CHEAPER);
        }
        let model = spot.nodes.model();
        let pool = spot.nodes.pick(nodes, now_s, |pool| {
            let kind = model.pools.get(pool).map(|pool| pool.on_demand_kind);
            fits.iter().any(|(_, fits)| Some(*fits) == kind) && spot.is_open(pool, now_s)
        })?;
        Some(model.kind_of(pool))
    }

    /// Whether what was proposed for these nodes can still be done: what replaces them. Another spot pool will do as well.
    fn still_possible(
        &self,
        nodes: &Nodes,
        proposal: &Proposal,
        now_s: f64,
    ) -> Option<Option<u32>> {
        let by = self.consolidate(nodes, &proposal.nodes, &mut nodes.ready_room(), now_s);
        let is_spot = |kind: u32| self.spot.as_ref().is_some_and(|spot| spot.is_spot(kind));
        match (by.ok()?, proposal.by) {
            (Some(by), Some(before)) if is_spot(by) && is_spot(before) => Some(Some(by)),
            (by, before) => (by == before).then_some(by),
        }
    }

    /// Does what was proposed, if it still holds.
    pub(super) fn carry_out(&mut self, cluster: &mut Cluster, mut proposal: Proposal, now_s: f64) {
        let most = self.allowed(&cluster.nodes, proposal.reason, now_s) as usize;
        let still_candidate = |id: &NodeId| {
            cluster.nodes.find(*id).is_some_and(|node| {
                node.state == NodeState::Ready
                    && self.is_quiet(node, now_s)
                    && (proposal.reason != DisruptionReason::Empty || node.is_empty())
            })
        };
        let nodes: Vec<NodeId> = proposal
            .nodes
            .iter()
            .copied()
            .filter(still_candidate)
            .collect();
        let holds = match proposal.reason {
            DisruptionReason::Empty => !nodes.is_empty() && nodes.len() <= most,
            _ if nodes == proposal.nodes && nodes.len() <= most => {
                let by = self.still_possible(&cluster.nodes, &proposal, now_s);
                proposal.by = by.flatten();
                by.is_some()
            }
            _ => false,
        };
        if !holds {
            cluster.note(|nodes| words::no_longer_holds(nodes, now_s));
            return;
        }
        cluster.note(|all| words::carried_out(all, &proposal, &nodes, now_s));
        match proposal.by {
            None => {
                for (place, _) in nodes {
                    self.drain(cluster, place, now_s);
                }
                cluster.place_pending(now_s, |_, _| None);
            }
            Some(kind) => {
                let by = self.launch(cluster, kind, now_s);
                for (place, _) in &nodes {
                    cluster
                        .nodes
                        .change(*place, |node| node.state = NodeState::Cordoned);
                }
                self.replacements.push(Replacement { nodes, by });
            }
        }
        self.note_change(cluster, now_s);
    }
}

/// Why nodes cannot go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NotPossible {
    /// Their pods fit neither elsewhere nor on one new node.
    FitsNowhere,
    /// They do, but on no cheaper one.
    NoneCheaper,
}
