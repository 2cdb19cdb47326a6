//! Who adds and removes nodes.

use super::cluster::Cluster;
use super::cluster_autoscaler::ClusterAutoscaler;
use super::group::NodeGroup;
use super::karpenter::Karpenter;
use super::nodes::{BASE, NewNode, NodeState};
use super::pods::Pending;
use super::spot::{Market, SpotGroup, SpotNodes};
use crate::random::Rng;
use crate::scenario::Scenario;
use crate::scenario::document::ProvisionerDocument;

/// Who adds and removes nodes.
#[derive(Clone, Debug)]
pub(super) enum Provisioner {
    /// Nobody in particular: nodes come at once when pods need them.
    Group(NodeGroup),
    /// The same, with spot nodes.
    Spot(Box<SpotGroup>),
    /// The Cluster Autoscaler.
    ClusterAutoscaler(Box<ClusterAutoscaler>),
    /// Karpenter.
    Karpenter(Box<Karpenter>),
}

impl Provisioner {
    pub(super) fn new(scenario: &Scenario, choices: Rng, spot: Option<Market>) -> Self {
        match (&scenario.document().fleet.provisioner, spot) {
            (None, None) => Provisioner::Group(NodeGroup::new(scenario)),
            (None, Some(market)) => Provisioner::Spot(Box::new(SpotGroup::new(scenario, market))),
            (Some(ProvisionerDocument::ClusterAutoscaler(document)), market) => {
                let spot = market.map(SpotNodes::new);
                let autoscaler = ClusterAutoscaler::new(document, scenario, choices, spot);
                Provisioner::ClusterAutoscaler(Box::new(autoscaler))
            }
            (Some(ProvisionerDocument::Karpenter(document)), market) => {
                let spot = market.map(SpotNodes::new);
                let karpenter = Karpenter::new(document, scenario, choices, spot);
                Provisioner::Karpenter(Box::new(karpenter))
            }
        }
    }

    /// The spot nodes, where there may be any.
    pub(super) fn spot(&self) -> Option<&SpotNodes> {
        match self {
            Provisioner::Group(_) => None,
            Provisioner::Spot(group) => Some(group.spot_nodes()),
            Provisioner::ClusterAutoscaler(autoscaler) => autoscaler.spot_nodes(),
            Provisioner::Karpenter(karpenter) => karpenter.spot_nodes(),
        }
    }

    /// The same, to be changed.
    #[inline]
    pub(super) fn spot_mut(&mut self) -> Option<&mut SpotNodes> {
        match self {
            Provisioner::Group(_) => None,
            Provisioner::Spot(group) => Some(group.spot_nodes_mut()),
            Provisioner::ClusterAutoscaler(autoscaler) => autoscaler.spot_nodes_mut(),
            Provisioner::Karpenter(karpenter) => karpenter.spot_nodes_mut(),
        }
    }

    /// Nodes on demand that stand in for spot ones.
    pub(super) fn fallback_nodes(&self, cluster: &Cluster) -> u32 {
        match self {
            Provisioner::Group(_) => 0,
            Provisioner::Spot(group) => group.fallback_nodes(),
            Provisioner::ClusterAutoscaler(autoscaler) => autoscaler.fallback_nodes(),
            Provisioner::Karpenter(karpenter) => karpenter.fallback_nodes(&cluster.nodes),
        }
    }

    /// Nodes for the pending pods, ready at the very start.
    pub(super) fn start(&mut self, scenario: &Scenario, cluster: &mut Cluster) {
        if let Provisioner::Group(group) = self {
            return group.start(cluster);
        }
        if let Provisioner::Spot(group) = self {
            return group.start(cluster);
        }
        for _ in 0..scenario.document().fleet.min_nodes {
            cluster.nodes.add(NewNode::at_start(0, BASE));
        }
        cluster.place_pending(f64::NEG_INFINITY, |_, _| None);
        match self {
            Provisioner::Group(_) | Provisioner::Spot(_) => {}
            Provisioner::ClusterAutoscaler(autoscaler) => autoscaler.start(cluster),
            Provisioner::Karpenter(karpenter) => karpenter.start(cluster),
        }
    }

    /// A node at once for a pod that found no room, from who does not look around first.
    pub(super) fn add_for(
        &mut self,
        cluster: &mut Cluster,
        pod: Pending,
        now_s: f64,
    ) -> Option<(u32, f64)> {
        match self {
            Provisioner::Group(group) => group.add_for(cluster, pod, now_s),
            Provisioner::Spot(group) => group.add_for(cluster, pod, now_s),
            Provisioner::ClusterAutoscaler(_) | Provisioner::Karpenter(_) => None,
        }
    }

    /// A node has become empty.
    pub(super) fn note_empty(&mut self, cluster: &mut Cluster, place: u32) {
        match self {
            Provisioner::Group(group) => group.note_empty(&cluster.nodes, place),
            Provisioner::Spot(group) => group.note_empty(cluster, place),
            // The provider takes it back when the warning ends.
            Provisioner::ClusterAutoscaler(_) => {}
            Provisioner::Karpenter(karpenter) => karpenter.note_empty(cluster, place),
        }
    }

    /// Pods or nodes have changed.
    pub(super) fn note_change(&mut self, cluster: &Cluster, now_s: f64) {
        match self {
            Provisioner::Group(_) | Provisioner::Spot(_) => {}
            Provisioner::ClusterAutoscaler(autoscaler) => autoscaler.note_change(now_s),
            Provisioner::Karpenter(karpenter) => karpenter.note_change(cluster, now_s),
        }
    }

    /// When it looks around again.
    fn next_s(&self) -> f64 {
        match self {
            Provisioner::Group(_) | Provisioner::Spot(_) => f64::INFINITY,
            Provisioner::ClusterAutoscaler(autoscaler) => autoscaler.next_s(),
            Provisioner::Karpenter(karpenter) => karpenter.next_s(),
        }
    }

    /// Lets happen by `now_s` what happens to nodes at times of its own. What a group does it does at ticks.
    #[inline]
    pub(super) fn advance_events(&mut self, cluster: &mut Cluster, now_s: f64) {
        match self {
            Provisioner::Group(_) => {}
            Provisioner::Spot(group) => group.advance_market(cluster, now_s),
            Provisioner::ClusterAutoscaler(_) | Provisioner::Karpenter(_) => {
                self.advance(cluster, now_s);
            }
        }
    }

    /// Lets everything happen to nodes that is due by `now_s`, each thing at its own time.
    #[inline(always)]
    pub(super) fn advance(&mut self, cluster: &mut Cluster, now_s: f64) {
        // A group's next time is known; it is asked for every tick.
        match self {
            Provisioner::Group(group) if !group.is_due(now_s) => {}
            _ => self.advance_due(cluster, now_s),
        }
    }

    fn advance_due(&mut self, cluster: &mut Cluster, now_s: f64) {
        if let Provisioner::Group(group) = self {
            if group.remove_empty(&mut cluster.nodes, now_s) {
                cluster.place_pending(now_s, |cluster, pod| group.add_for(cluster, pod, now_s));
            }
            return;
        }
        if let Provisioner::Spot(group) = self {
            return group.advance(cluster, now_s);
        }
        loop {
            let (node_s, look_s) = (cluster.nodes.next_due_s(), self.next_s());
            let market_s = self.spot().map_or(f64::INFINITY, SpotNodes::next_change_s);
            let at_s = node_s.min(look_s).min(market_s);
            if at_s > now_s {
                return;
            }
            cluster.pods.make_ready(at_s);
            if node_s <= at_s {
                self.node_event(cluster, at_s);
            } else if market_s <= at_s {
                self.pool_event(cluster, at_s);
            } else {
                match self {
                    Provisioner::Group(_) | Provisioner::Spot(_) => {}
                    Provisioner::ClusterAutoscaler(autoscaler) => autoscaler.scan(cluster, at_s),
                    Provisioner::Karpenter(karpenter) => karpenter.look(cluster, at_s),
                }
            }
        }
    }

    /// A pool gets capacity, or runs out.
    fn pool_event(&mut self, cluster: &mut Cluster, now_s: f64) {
        let up = self.spot_mut().and_then(|spot| spot.change(cluster, now_s));
        if let (Provisioner::ClusterAutoscaler(autoscaler), Some(pool)) = (&mut *self, up) {
            autoscaler.pool_is_up(cluster, pool, now_s);
        }
        self.note_change(cluster, now_s);
    }

    /// Its provider takes a node back: it is warned, or gone where nobody heeds warnings.
    fn reclaim(&mut self, cluster: &mut Cluster, place: u32, now_s: f64) {
        let number = cluster.nodes.get(place).map_or(BASE, |node| node.pool);
        if let Some(spot) = self.spot_mut() {
            spot.reclaim(cluster, place, now_s);
        }
        if let Provisioner::ClusterAutoscaler(autoscaler) = self {
            autoscaler.node_is_reclaimed(number);
        }
        // All its pods may still have been starting.
        self.note_empty(cluster, place);
    }

    /// Something happens to a node by itself.
    fn node_event(&mut self, cluster: &mut Cluster, now_s: f64) {
        let Some(place) = cluster.nodes.first_due(now_s) else {
            return;
        };
        let Some(node) = cluster.nodes.get(place) else {
            return;
        };
        let became_ready = node.ready_s <= now_s;
        match node.state {
            NodeState::Coming if became_ready => {
                cluster.nodes.change(place, |node| {
                    node.state = NodeState::Ready;
                    node.touched_s = node.ready_s;
                });
                match self {
                    Provisioner::Group(_) | Provisioner::Spot(_) => {}
                    Provisioner::ClusterAutoscaler(autoscaler) => {
                        autoscaler.node_is_ready(&cluster.nodes, place);
                    }
                    Provisioner::Karpenter(karpenter) => {
                        karpenter.node_is_ready(cluster, place, now_s);
                    }
                }
            }
            NodeState::Coming => {
                match self {
                    Provisioner::Group(_) | Provisioner::Spot(_) => {}
                    Provisioner::ClusterAutoscaler(autoscaler) => {
                        autoscaler.node_is_given_up(cluster, place, now_s);
                    }
                    Provisioner::Karpenter(karpenter) => {
                        karpenter.node_is_given_up(cluster, place, now_s);
                    }
                }
                cluster.give_up(place);
            }
            NodeState::Cordoned if node.is_reclaimed() => {
                if let Some(spot) = self.spot_mut() {
                    spot.end(cluster, place, now_s);
                }
            }
            NodeState::Ready | NodeState::Cordoned if node.reclaimed_s <= now_s => {
                self.reclaim(cluster, place, now_s);
            }
            NodeState::Ready | NodeState::Cordoned => {
                if let Provisioner::Karpenter(karpenter) = self {
                    karpenter.node_has_expired(cluster, place, now_s);
                }
            }
            NodeState::Draining => cluster.nodes.remove(place),
        }
        if let Provisioner::ClusterAutoscaler(autoscaler) = self {
            autoscaler.replenish(cluster, now_s);
        }
        cluster.place_pending(now_s, |_, _| None);
        self.note_change(cluster, now_s);
    }

    /// Whether pending pods have no node to come.
    #[inline]
    pub(super) fn is_stuck(&self, cluster: &Cluster) -> bool {
        let pending = cluster.pods.pending() > 0;
        match self {
            Provisioner::Group(_) => pending,
            Provisioner::Spot(group) => group.is_stuck(cluster),
            Provisioner::ClusterAutoscaler(autoscaler) => pending && autoscaler.is_stuck(),
            Provisioner::Karpenter(karpenter) => pending && karpenter.is_stuck(),
        }
    }
}
