//! The simple node group: equal nodes, added at once when a pod finds no room, removed when they stay empty.

use super::Size;
use super::cluster::Cluster;
use super::nodes::{NewNode, Nodes};
use crate::scenario::Scenario;

/// The type of its nodes: the fleet's own.
const KIND: u32 = 0;
/// The number by which it knows its nodes.
const POOL: u32 = 1;

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
            cluster.nodes.put(place, pod)
        });
        while cluster.nodes.count() < self.minimum {
            cluster.nodes.add(NewNode::at_start(KIND, POOL));
        }
    }

    fn may_add(&self, nodes: &Nodes, pod: Size) -> bool {
        nodes.kind(KIND).empty.count(pod) > 0 && nodes.count() < self.maximum
    }

    /// A node for a pod that found no room: its place and when it is ready.
    pub(super) fn add_for(
        &self,
        cluster: &mut Cluster,
        pod: Size,
        now_s: f64,
    ) -> Option<(u32, f64)> {
        self.may_add(&cluster.nodes, pod).then_some(())?;
        let ready_s = now_s + cluster.provisioning_time_s();
        let place = cluster.nodes.add(NewNode {
            now_s,
            ready_s,
            ..NewNode::at_start(KIND, POOL)
        });
        cluster.nodes.put(place, pod)
    }

    /// A node has become empty.
    pub(super) fn note_empty(&mut self, nodes: &Nodes, place: u32) {
        if let Some(node) = nodes.get(place) {
            let due_s = node.empty_since_s + self.removal_s;
            self.next_removal_s = self.next_removal_s.min(due_s);
        }
    }

    /// Removes nodes that have been empty for long enough; whether one was.
    pub(super) fn advance(&mut self, nodes: &mut Nodes, now_s: f64) -> bool {
        if now_s < self.next_removal_s {
            return false;
        }
        let mut next_s = f64::INFINITY;
        let mut most = nodes.count().saturating_sub(self.minimum);
        let mut due = Vec::new();
        // The highest place first: old nodes are the last to go, as they are the first to be filled.
        for (place, node) in nodes.iter().rev() {
            if !node.is_empty() {
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
        for place in &due {
            nodes.remove(*place);
        }
        self.next_removal_s = next_s;
        !due.is_empty()
    }
}
