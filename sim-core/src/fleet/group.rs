//! The simple node group: equal nodes, added at once when a pod finds no room, removed when they stay empty.

use super::cluster::Cluster;
use super::nodes::{NewNode, NodeState, Nodes};
use super::pods::Pending;
use crate::scenario::Scenario;

/// The type of its nodes: the fleet's own.
pub(super) const KIND: u32 = 0;
/// The number by which it knows its nodes.
pub(super) const POOL: u32 = 1;

/// A group of equal nodes.
#[derive(Clone, Debug)]
pub(super) struct NodeGroup {
    minimum: u32,
    maximum: u32,
    removal_s: f64,
    next_removal_s: f64,
}

impl NodeGroup {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let fleet = &scenario.document().fleet;
        Self {
            minimum: fleet.min_nodes,
            maximum: fleet.max_nodes,
            removal_s: f64::from(fleet.empty_node_removal_s),
            next_removal_s: f64::INFINITY,
        }
    }

    /// Nodes for the pending pods, and at least the minimum, ready at the very start.
    pub(super) fn start(&self, cluster: &mut Cluster) {
        cluster.place_pending(f64::NEG_INFINITY, |cluster, pod| {
            self.may_add(&cluster.nodes, pod).then_some(())?;
            let place = cluster.nodes.add(NewNode::at_start(KIND, POOL));
            cluster.nodes.put(place, pod.size)
        });
        while cluster.nodes.count() < self.minimum {
            cluster.nodes.add(NewNode::at_start(KIND, POOL));
        }
    }

    fn may_add(&self, nodes: &Nodes, pod: Pending) -> bool {
        nodes.kind(KIND).empty.count(pod.size) > 0 && nodes.count() < self.maximum
    }

    /// A node for a pod that found no room: its place and when it is ready.
    pub(super) fn add_for(
        &self,
        cluster: &mut Cluster,
        pod: Pending,
        now_s: f64,
    ) -> Option<(u32, f64)> {
        self.may_add(&cluster.nodes, pod).then_some(())?;
        let ready_s = now_s + cluster.provisioning_time_s(pod.origin());
        let place = cluster.nodes.add(NewNode {
            now_s,
            ready_s,
            ..NewNode::at_start(KIND, POOL)
        });
        cluster.nodes.put(place, pod.size)
    }

    /// A node has become empty.
    pub(super) fn note_empty(&mut self, nodes: &Nodes, place: u32) {
        if let Some(node) = nodes.get(place) {
            let due_s = node.empty_since_s + self.removal_s;
            self.next_removal_s = self.next_removal_s.min(due_s);
        }
    }

    /// Whether nodes may have been empty for long enough.
    #[inline(always)]
    pub(super) fn is_due(&self, now_s: f64) -> bool {
        now_s >= self.next_removal_s
    }

    /// Removes nodes that have been empty for long enough; whether one was.
    pub(super) fn remove_empty(&mut self, nodes: &mut Nodes, now_s: f64) -> bool {
        let due = self.empty_for_long(nodes, 0, now_s);
        for place in &due {
            nodes.remove(*place);
        }
        !due.is_empty()
    }

    /// Nodes that are to be removed because they have been empty for long enough. Of all nodes, `leaving` go anyhow.
    #[inline(always)]
    pub(super) fn empty_for_long(&mut self, nodes: &Nodes, leaving: u32, now_s: f64) -> Vec<u32> {
        if now_s < self.next_removal_s {
            Vec::new()
        } else {
            self.look_for_empty(nodes, leaving, now_s)
        }
    }

    fn look_for_empty(&mut self, nodes: &Nodes, leaving: u32, now_s: f64) -> Vec<u32> {
        let mut due = Vec::new();
        let mut next_s = f64::INFINITY;
        let staying = nodes.count().saturating_sub(leaving);
        let mut most = staying.saturating_sub(self.minimum);
        // The highest place first: old nodes are the last to go, as they are the first to be filled.
        for (place, node) in nodes.iter().rev() {
            if !node.is_empty() || node.state == NodeState::Cordoned {
                continue;
            }
            if most == 0 {
                break;
            }
            let due_s = node.empty_since_s + self.removal_s;
            if due_s <= now_s {
                due.push(place);
                most -= 1;
            } else {
                next_s = next_s.min(due_s);
            }
        }
        self.next_removal_s = next_s;
        due
    }

    /// Fewest and most nodes.
    pub(super) fn bounds(&self) -> (u32, u32) {
        (self.minimum, self.maximum)
    }
}
