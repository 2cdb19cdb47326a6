//! The node group with spot nodes in it.
//!
//! ```text
//!   a node is wanted ──► on demand, while fewer than base + (1 − share) of the rest are
//!                   └──► spot, from a pool with capacity ─► none has: the part on demand of all nodes that are wanted,
//!                        then the fallback's share of the missing spot nodes; the rest waits
//!   a node is reclaimed: at the warning its pods are replaced, and serve until then (drain) │ it ends with them
//!   a fallback node, after a while, if a pool has capacity: its pods are replaced, then it goes
//! ```
//!
//! The split is that of an Auto Scaling group's mixed instances policy: on demand is rounded up. Nodes that are leaving do
//! not count towards the most nodes. Scale-in does not look at the split; the next nodes mend it.

use super::super::cluster::Cluster;
use super::super::group::{KIND, NodeGroup, POOL};
use super::super::nodes::{NewNode, NodeState, Nodes};
use super::super::pods::{Origin, Pending};
use super::market::{Market, PricePer};
use super::taken::SpotNodes;
use super::words;
use crate::scenario::Scenario;

/// The number by which it knows nodes on demand that stand in for spot ones.
const FALLBACK: u32 = 2;

/// What a new node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    OnDemand,
    Fallback,
    Spot(usize),
}

/// A group of nodes on demand and spot nodes.
#[derive(Clone, Debug)]
pub(in super::super) struct SpotGroup {
    group: NodeGroup,
    nodes: SpotNodes,
    /// Spot nodes that stay, by pool.
    spot: Vec<u32>,
    /// Fallback nodes that stay.
    fallback: u32,
    /// Fallback nodes whose pods have been replaced and that are not gone yet.
    going: u32,
}

impl SpotGroup {
    pub(in super::super) fn new(scenario: &Scenario, market: Market) -> Self {
        let pools = market.model().pools.len();
        Self {
            group: NodeGroup::new(scenario),
            nodes: SpotNodes::new(market),
            spot: vec![0; pools],
            fallback: 0,
            going: 0,
        }
    }

    pub(in super::super) fn spot_nodes(&self) -> &SpotNodes {
        &self.nodes
    }

    pub(in super::super) fn spot_nodes_mut(&mut self) -> &mut SpotNodes {
        &mut self.nodes
    }

    /// Nodes on demand that stand in for spot ones.
    pub(in super::super) fn fallback_nodes(&self) -> u32 {
        self.fallback
    }

    /// Nodes for the pending pods, and at least the minimum, ready at the very start.
    pub(in super::super) fn start(&mut self, cluster: &mut Cluster) {
        cluster.place_pending(f64::NEG_INFINITY, |cluster, pod| {
            let choice = self.choose(cluster, Some(pod), 0.0)?;
            let place = self.add(cluster, choice, 0.0, f64::NEG_INFINITY);
            cluster.nodes.put(place, pod.size)
        });
        self.replenish(cluster, 0.0, f64::NEG_INFINITY);
    }

    /// Nodes that have been replaced and are not gone yet.
    fn leaving(&self) -> u32 {
        self.nodes.leaving() + self.going
    }

    /// Nodes that are not leaving.
    fn staying(&self, nodes: &Nodes) -> u32 {
        nodes.count().saturating_sub(self.leaving())
    }

    /// How many of so many nodes are to be on demand.
    fn on_demand_of(&self, nodes: u32) -> u32 {
        let model = self.nodes.model();
        let base = nodes.min(model.on_demand_base);
        // A share that floating point has made a hair larger is not rounded up to one node more.
        let above = (1.0 - model.share) * f64::from(nodes - base);
        base + (above - 1e-9).ceil().max(0.0) as u32
    }

    /// What the next node is; `None` when there may be none, or spot is waited for. It is for a pod, or for the minimum.
    fn choose(&self, cluster: &Cluster, pod: Option<Pending>, now_s: f64) -> Option<Choice> {
        let nodes = &cluster.nodes;
        let fits = |kind: u32| pod.map_or(1, |pod| nodes.kind(kind).empty.count(pod.size)) > 0;
        let staying = self.staying(nodes);
        let (fewest, most) = self.group.bounds();
        if staying >= most {
            return None;
        }
        let spot: u32 = self.spot.iter().sum();
        let on_demand = staying.saturating_sub(spot + self.fallback);
        if on_demand < self.on_demand_of(staying + 1) {
            return fits(KIND).then_some(Choice::OnDemand);
        }
        let pick = self
            .nodes
            .market
            .pick(&self.spot, now_s, PricePer::Processor, |pool| {
                fits(pool as u32 + 1)
            });
        if let Some(pool) = pick {
            return Some(Choice::Spot(pool));
        }
        if !fits(KIND) {
            return None;
        }
        // No spot node can be had: what all nodes would be that are wanted now.
        let each = pod.map_or(1, |pod| nodes.kind(KIND).empty.count(pod.size));
        let more = cluster.pods.pending().div_ceil(each.max(1)).max(1);
        let wanted = staying.saturating_add(more).max(fewest).min(most);
        let wanted_on_demand = self.on_demand_of(wanted);
        if on_demand < wanted_on_demand {
            return Some(Choice::OnDemand);
        }
        let missing = wanted.saturating_sub(wanted_on_demand + spot);
        let allowed = (self.nodes.model().fallback * f64::from(missing)).round() as u32;
        (self.fallback < allowed).then_some(Choice::Fallback)
    }

    /// Adds a node: its place.
    fn add(&mut self, cluster: &mut Cluster, choice: Choice, now_s: f64, ready_s: f64) -> u32 {
        let up_s = ready_s.max(now_s);
        let (kind, pool, expires_s) = match choice {
            Choice::OnDemand => (KIND, POOL, f64::INFINITY),
            Choice::Fallback => {
                self.fallback += 1;
                cluster.note(|nodes| words::fell_back(nodes, now_s));
                (KIND, FALLBACK, up_s + self.nodes.model().retry_s)
            }
            Choice::Spot(pool) => {
                self.spot[pool] += 1;
                let life_s = self.nodes.market.life_s(pool);
                (
                    pool as u32 + 1,
                    POOL,
                    up_s + life_s + self.nodes.model().ignored_notice_s(),
                )
            }
        };
        cluster.nodes.add(NewNode {
            now_s,
            ready_s,
            expires_s,
            ..NewNode::at_start(kind, pool)
        })
    }

    /// A node for a pod that found no room: its place and when it is ready.
    pub(in super::super) fn add_for(
        &mut self,
        cluster: &mut Cluster,
        pod: Pending,
        now_s: f64,
    ) -> Option<(u32, f64)> {
        let choice = self.choose(cluster, Some(pod), now_s)?;
        let ready_s = now_s + cluster.provisioning_time_s(pod.origin());
        let place = self.add(cluster, choice, now_s, ready_s);
        cluster.nodes.put(place, pod.size)
    }

    /// Adds nodes up to the minimum. At the start they are ready at once.
    fn replenish(&mut self, cluster: &mut Cluster, now_s: f64, ready_s: f64) {
        while self.staying(&cluster.nodes) < self.group.bounds().0 {
            let Some(choice) = self.choose(cluster, None, now_s) else {
                return;
            };
            let ready_s = if ready_s == f64::NEG_INFINITY {
                ready_s
            } else {
                now_s + cluster.provisioning_time_s(Origin::Reclaimed)
            };
            self.add(cluster, choice, now_s, ready_s);
        }
    }

    /// A node has become empty. One that was kept only for pods that leave is gone.
    pub(in super::super) fn note_empty(&mut self, cluster: &mut Cluster, place: u32) {
        let Some(node) = cluster.nodes.get(place) else {
            return;
        };
        if node.state == NodeState::Cordoned {
            if node.pool == FALLBACK {
                self.going = self.going.saturating_sub(1);
                cluster.nodes.remove(place);
            }
        } else {
            self.group.note_empty(&cluster.nodes, place);
        }
    }

    /// Whether pending pods have no node to come, however long they wait for spot capacity.
    pub(in super::super) fn is_stuck(&self, cluster: &Cluster) -> bool {
        let nodes = &cluster.nodes;
        cluster.pods.pending_run(0).is_some_and(|pod| {
            let mut kinds = nodes.kinds().iter();
            self.staying(nodes) >= self.group.bounds().1
                || !kinds.any(|kind| kind.empty.count(pod.size) > 0)
        })
    }

    /// Lets the market act up to `now_s`, each thing at its own time.
    pub(in super::super) fn advance_market(&mut self, cluster: &mut Cluster, now_s: f64) {
        loop {
            let (node_s, market_s) = (cluster.nodes.next_due_s(), self.nodes.next_change_s());
            let at_s = node_s.min(market_s);
            if at_s > now_s {
                return;
            }
            cluster.pods.make_ready(at_s);
            if node_s <= market_s {
                self.node_event(cluster, at_s);
            } else {
                self.pool_event(cluster, at_s);
            }
            self.replenish(cluster, at_s, at_s);
            self.place_pending(cluster, at_s);
        }
    }

    /// Lets everything happen that is due by `now_s`.
    pub(in super::super) fn advance(&mut self, cluster: &mut Cluster, now_s: f64) {
        self.advance_market(cluster, now_s);
        let due = self
            .group
            .empty_for_long(&cluster.nodes, self.leaving(), now_s);
        for &place in &due {
            self.forget(&cluster.nodes, place);
            cluster.nodes.remove(place);
        }
        if !due.is_empty() {
            self.place_pending(cluster, now_s);
        }
    }

    fn place_pending(&mut self, cluster: &mut Cluster, now_s: f64) {
        cluster.place_pending(now_s, |cluster, pod| self.add_for(cluster, pod, now_s));
    }

    /// A node that stayed does so no longer.
    fn forget(&mut self, nodes: &Nodes, place: u32) {
        let Some(node) = nodes.get(place) else {
            return;
        };
        if let Some(count) = pool_of(node.kind).and_then(|pool| self.spot.get_mut(pool)) {
            *count = count.saturating_sub(1);
        } else if node.pool == FALLBACK {
            self.fallback = self.fallback.saturating_sub(1);
        }
    }

    /// Something happens to a node by itself.
    fn node_event(&mut self, cluster: &mut Cluster, now_s: f64) {
        let Some(place) = cluster.nodes.first_due(now_s) else {
            return;
        };
        let Some(node) = cluster.nodes.get(place) else {
            return;
        };
        if node.state == NodeState::Cordoned {
            self.nodes.end(cluster, place, now_s);
        } else if pool_of(node.kind).is_some() {
            self.reclaim(cluster, place, now_s);
        } else {
            self.retry_spot(cluster, place, now_s);
        }
    }

    /// A spot node is warned, or gone where nobody heeds warnings.
    fn reclaim(&mut self, cluster: &mut Cluster, place: u32, now_s: f64) {
        self.forget(&cluster.nodes, place);
        self.nodes.reclaim(cluster, place, now_s);
    }

    /// A fallback node has run for long enough to try spot again. Its pods are replaced first, then it goes.
    fn retry_spot(&mut self, cluster: &mut Cluster, place: u32, now_s: f64) {
        let market = &self.nodes.market;
        let spot = market.pick(&self.spot, now_s, PricePer::Processor, |pool| {
            let kind = cluster.nodes.kind(pool as u32 + 1);
            kind.empty.count(cluster.request) > 0
        });
        let is_empty = cluster.nodes.get(place).is_none_or(|node| node.is_empty());
        if spot.is_none() || is_empty {
            let again_s = now_s + self.nodes.model().retry_s;
            cluster.nodes.change(place, |node| node.expires_s = again_s);
            return;
        }
        self.forget(&cluster.nodes, place);
        self.going += 1;
        cluster.leave(place, now_s, f64::INFINITY);
        if cluster.nodes.get(place).is_some_and(|node| node.is_empty()) {
            // All its pods were still starting.
            self.note_empty(cluster, place);
        }
    }

    /// A pool gets capacity, or runs out.
    fn pool_event(&mut self, cluster: &mut Cluster, now_s: f64) {
        let Some((_, _, victims)) = self.nodes.next_change(cluster, now_s) else {
            return;
        };
        let (drains, ends_s) = (
            self.nodes.model().drains,
            now_s + self.nodes.model().notice_s,
        );
        for place in victims {
            if drains {
                self.reclaim(cluster, place, now_s);
            } else {
                cluster
                    .nodes
                    .change(place, |node| node.expires_s = node.expires_s.min(ends_s));
            }
        }
    }
}

/// The pool of a type of node; `None` for nodes on demand.
fn pool_of(kind: u32) -> Option<usize> {
    (kind as usize).checked_sub(1)
}
