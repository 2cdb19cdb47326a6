//! The simple node group: equal nodes, added at once when a pod finds no room, removed when they stay empty.

use super::Size;
use super::nodes::Nodes;
use crate::random::{Distribution, Rng};
use crate::scenario::Scenario;

/// The type of its nodes: the fleet's own.
const KIND: u32 = 0;

/// A group of equal nodes.
#[derive(Clone, Debug)]
pub(super) struct NodeGroup {
    minimum: u32,
    maximum: u32,
    removal_s: f64,
    provisioning_s: Distribution,
    rng: Rng,
    next_removal_s: f64,
}

impl NodeGroup {
    pub(super) fn new(scenario: &Scenario, rng: Rng) -> Self {
        let fleet = &scenario.document().fleet;
        Self {
            minimum: fleet.min_nodes,
            maximum: fleet.max_nodes,
            removal_s: f64::from(fleet.empty_node_removal_s),
            provisioning_s: scenario.provisioning_s.clone(),
            rng,
            next_removal_s: f64::INFINITY,
        }
    }

    fn may_add(&self, nodes: &Nodes, pod: Size) -> bool {
        let fits = nodes
            .kinds()
            .first()
            .is_some_and(|kind| kind.empty.count(pod) > 0);
        fits && nodes.count() < self.maximum
    }

    /// A place for a pod at the very start, when nodes are already there.
    pub(super) fn place_at_start(&mut self, nodes: &mut Nodes, pod: Size) -> Option<u32> {
        if let Some((place, _)) = nodes.place(pod) {
            return Some(place);
        }
        if !self.may_add(nodes, pod) {
            return None;
        }
        let place = nodes.add(KIND, 0.0, f64::NEG_INFINITY);
        nodes.put(place, pod).map(|(place, _)| place)
    }

    /// Empty nodes up to the minimum, ready at the very start.
    pub(super) fn fill_to_minimum(&mut self, nodes: &mut Nodes) {
        while nodes.count() < self.minimum {
            nodes.add(KIND, 0.0, f64::NEG_INFINITY);
        }
    }

    /// A node for a pod that found no room: its place and when it is ready.
    pub(super) fn add_for(
        &mut self,
        nodes: &mut Nodes,
        pod: Size,
        now_s: f64,
    ) -> Option<(u32, f64)> {
        if !self.may_add(nodes, pod) {
            return None;
        }
        let ready_s = now_s + self.provisioning_s.sample(&mut self.rng);
        let place = nodes.add(KIND, now_s, ready_s);
        nodes.put(place, pod)
    }

    /// A node has been empty since then.
    pub(super) fn note_empty(&mut self, since_s: f64) {
        self.next_removal_s = self.next_removal_s.min(since_s + self.removal_s);
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
            if !node.loads.is_empty() {
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
