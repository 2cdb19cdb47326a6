//! Who adds and removes nodes.

use super::cluster::Cluster;
use super::cluster_autoscaler::ClusterAutoscaler;
use super::group::NodeGroup;
use super::karpenter::Karpenter;
use super::nodes::{BASE, NewNode, NodeState};
use super::pods::Pending;
use super::spot::{Market, SpotGroup};
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
        if let Some(market) = spot {
            return Provisioner::Spot(Box::new(SpotGroup::new(scenario, market)));
        }
        match &scenario.document().fleet.provisioner {
            None => Provisioner::Group(NodeGroup::new(scenario)),
            Some(ProvisionerDocument::ClusterAutoscaler(document)) => {
                let autoscaler = ClusterAutoscaler::new(document, scenario, choices);
                Provisioner::ClusterAutoscaler(Box::new(autoscaler))
            }
            Some(ProvisionerDocument::Karpenter(document)) => {
                Provisioner::Karpenter(Box::new(Karpenter::new(document, scenario, choices)))
            }
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
            Provisioner::ClusterAutoscaler(_) | Provisioner::Karpenter(_) => {}
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
    pub(super) fn advance(&mut self, cluster: &mut Cluster, now_s: f64) {
        if let Provisioner::Group(group) = self {
            if group.advance(&mut cluster.nodes, now_s) {
                cluster.place_pending(now_s, |cluster, pod| group.add_for(cluster, pod, now_s));
            }
            return;
        }
        if let Provisioner::Spot(group) = self {
            return group.advance(cluster, now_s);
        }
        loop {
            let (node_s, look_s) = (cluster.nodes.next_due_s(), self.next_s());
            let at_s = node_s.min(look_s);
            if at_s > now_s {
                return;
            }
            cluster.pods.make_ready(at_s);
            if node_s <= look_s {
                self.node_event(cluster, at_s);
            } else {
                match self {
                    Provisioner::Group(_) | Provisioner::Spot(_) => {}
                    Provisioner::ClusterAutoscaler(autoscaler) => autoscaler.scan(cluster, at_s),
                    Provisioner::Karpenter(karpenter) => karpenter.look(cluster, at_s),
                }
            }
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
        let became_ready = node.ready_s <= now_s;
        match node.state {
            NodeState::Coming if became_ready => {
                cluster.nodes.change(place, |node| {
                    node.state = NodeState::Ready;
                    node.touched_s = node.ready_s;
                });
                if let Provisioner::Karpenter(karpenter) = self {
                    karpenter.node_is_ready(cluster, place, now_s);
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
            NodeState::Ready | NodeState::Cordoned => {
                if let Provisioner::Karpenter(karpenter) = self {
                    karpenter.node_has_expired(cluster, place, now_s);
                }
            }
            NodeState::Draining => cluster.nodes.remove(place),
        }
        cluster.place_pending(now_s, |_, _| None);
        self.note_change(cluster, now_s);
    }

    /// Whether pending pods have no node to come.
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
