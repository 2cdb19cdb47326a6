//! Nodes: provisioned when pods find no room, removed when they stay empty.

use crate::random::{Distribution, Rng};
use crate::scenario::Scenario;

#[derive(Clone, Copy, Debug, PartialEq)]
struct Node {
    /// Pods it cannot take any more of when it reaches the room of a node.
    pods: u32,
    ready_s: f64,
    /// Since when it has been empty; meaningless while it has pods.
    empty_since_s: f64,
}

/// A group of equal nodes. A removed node's place is kept and reused, so that pods can name their node.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    room: u32,
    minimum: u32,
    maximum: u32,
    removal_s: f64,
    provisioning_s: Distribution,
    rng: Rng,
    places: Vec<Option<Node>>,
    count: u32,
    next_removal_s: f64,
}

impl Nodes {
    pub(super) fn new(scenario: &Scenario, rng: Rng) -> Self {
        let fleet = &scenario.document().fleet;
        Self {
            room: super::pods_per_node(scenario),
            minimum: fleet.min_nodes,
            maximum: fleet.max_nodes,
            removal_s: f64::from(fleet.empty_node_removal_s),
            provisioning_s: scenario.provisioning_s.clone(),
            rng,
            places: Vec::new(),
            count: 0,
            next_removal_s: f64::INFINITY,
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    fn add(&mut self, pods: u32, now_s: f64, ready_s: f64) -> u32 {
        let node = Node {
            pods,
            ready_s,
            empty_since_s: ready_s.max(now_s),
        };
        self.count += 1;
        if pods == 0 && self.count > self.minimum {
            self.next_removal_s = self.next_removal_s.min(node.empty_since_s + self.removal_s);
        }
        match self.places.iter().position(Option::is_none) {
            Some(place) => {
                self.places[place] = Some(node);
                place as u32
            }
            None => {
                self.places.push(Some(node));
                (self.places.len() - 1) as u32
            }
        }
    }

    /// A place for a pod at the very start, when nodes are already there.
    pub(super) fn place_at_start(&mut self) -> Option<u32> {
        self.first_with_room().map(|(index, _)| index).or_else(|| {
            (self.room > 0 && self.count < self.maximum)
                .then(|| self.add(1, 0.0, f64::NEG_INFINITY))
        })
    }

    /// Empty nodes up to the minimum, ready at the very start.
    pub(super) fn fill_to_minimum(&mut self) {
        while self.count < self.minimum {
            self.add(0, 0.0, f64::NEG_INFINITY);
        }
    }

    /// The oldest node with room takes a pod.
    fn first_with_room(&mut self) -> Option<(u32, f64)> {
        let room = self.room;
        let (index, node) = self
            .places
            .iter_mut()
            .enumerate()
            .find_map(|(index, place)| {
                place
                    .as_mut()
                    .filter(|node| node.pods < room)
                    .map(|node| (index, node))
            })?;
        node.pods += 1;
        Some((index as u32, node.ready_s))
    }

    /// A place for a pod: its node and when that node is ready. Provisions a node if it must and may.
    pub(super) fn place(&mut self, now_s: f64) -> Option<(u32, f64)> {
        if let Some(place) = self.first_with_room() {
            return Some(place);
        }
        if self.room == 0 || self.count >= self.maximum {
            return None;
        }
        let ready_s = now_s + self.provisioning_s.sample(&mut self.rng);
        Some((self.add(1, now_s, ready_s), ready_s))
    }

    /// A pod has left.
    pub(super) fn release(&mut self, index: u32, now_s: f64) {
        if let Some(Some(node)) = self.places.get_mut(index as usize) {
            node.pods = node.pods.saturating_sub(1);
            if node.pods == 0 {
                node.empty_since_s = now_s.max(node.ready_s);
                self.next_removal_s = self.next_removal_s.min(node.empty_since_s + self.removal_s);
            }
        }
    }

    /// Removes nodes that have been empty for long enough; whether one was.
    pub(super) fn advance(&mut self, now_s: f64) -> bool {
        if now_s < self.next_removal_s {
            return false;
        }
        let before = self.count;
        let mut next_s = f64::INFINITY;
        // The youngest place first: old nodes are the last to go, as they are the first to be filled.
        for place in self.places.iter_mut().rev() {
            let Some(node) = place.filter(|node| node.pods == 0) else {
                continue;
            };
            if self.count <= self.minimum {
                break;
            }
            let due_s = node.empty_since_s + self.removal_s;
            if due_s <= now_s {
                *place = None;
                self.count -= 1;
            } else {
                next_s = next_s.min(due_s);
            }
        }
        self.next_removal_s = next_s;
        self.count < before
    }
}
