//! Nodes and the room on them. Who adds and removes them is another's business.

use super::room::{Room, RoomIndex};
use super::{MAX_PODS_PER_NODE, Size};
use crate::scenario::{NodeType, Scenario};
use core::cmp::Reverse;
use std::collections::BinaryHeap;

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// Index of its type.
    pub(super) kind: u32,
    /// What its pods have left of it.
    pub(super) room: Room,
    /// Its pods by size; no size twice.
    pub(super) loads: Vec<(Size, u32)>,
    pub(super) ready_s: f64,
    /// Since when it has been empty; meaningless while it has pods.
    pub(super) empty_since_s: f64,
}

/// The room of an empty node of this type: its size less what the system reserves.
pub(super) fn empty_room(kind: &NodeType, scenario: &Scenario) -> Room {
    let fleet = &scenario.document().fleet;
    Room {
        size: Size {
            millicores: kind.vcpus_millicores,
            mib: kind.memory_mib,
        }
        .less(Size {
            millicores: fleet.reserved_millicores,
            mib: fleet.reserved_mib,
        }),
        pods: MAX_PODS_PER_NODE,
    }
}

/// A type of node as the fleet needs it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kind {
    pub(super) empty: Room,
    pub(super) usd_per_hour: f64,
}

/// All nodes. A removed node's place is kept and reused, lowest first, so that pods can name their node.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    kinds: Vec<Kind>,
    places: Vec<Option<Node>>,
    vacant: BinaryHeap<Reverse<u32>>,
    room: RoomIndex,
    count: u32,
    /// Nodes of each type.
    counts: Vec<u32>,
}

impl Nodes {
    pub(super) fn new(scenario: &Scenario) -> Self {
        let kinds: Vec<Kind> = scenario
            .node_types
            .iter()
            .map(|kind| Kind {
                empty: empty_room(kind, scenario),
                usd_per_hour: kind.usd_per_hour,
            })
            .collect();
        Self {
            counts: vec![0; kinds.len()],
            kinds,
            places: Vec::new(),
            vacant: BinaryHeap::new(),
            room: RoomIndex::default(),
            count: 0,
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    pub(super) fn counts(&self) -> &[u32] {
        &self.counts
    }

    pub(super) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    pub(super) fn usd_per_hour(&self) -> f64 {
        let kinds = self.counts.iter().zip(&self.kinds);
        kinds
            .map(|(count, kind)| f64::from(*count) * kind.usd_per_hour)
            .sum()
    }

    pub(super) fn get(&self, place: u32) -> Option<&Node> {
        self.places.get(place as usize)?.as_ref()
    }

    /// All nodes with their places, lowest place first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, &Node)> {
        let places = self.places.iter().enumerate();
        places.filter_map(|(place, node)| Some((place as u32, node.as_ref()?)))
    }

    /// Adds an empty node and answers its place.
    pub(super) fn add(&mut self, kind: u32, now_s: f64, ready_s: f64) -> u32 {
        let empty = self
            .kinds
            .get(kind as usize)
            .map_or(Room::NONE, |kind| kind.empty);
        let node = Node {
            kind,
            room: empty,
            loads: Vec::new(),
            ready_s,
            empty_since_s: ready_s.max(now_s),
        };
        let place = match self.vacant.pop() {
            Some(Reverse(place)) => place,
            None => {
                self.places.push(None);
                (self.places.len() - 1) as u32
            }
        };
        self.count_kind(kind, true);
        self.places[place as usize] = Some(node);
        self.room.set(place, empty);
        place
    }

    /// Removes a node; its pods have left it before.
    pub(super) fn remove(&mut self, place: u32) {
        let Some(node) = self
            .places
            .get_mut(place as usize)
            .and_then(|node| node.take())
        else {
            return;
        };
        debug_assert!(node.loads.is_empty(), "a node is removed with its pods");
        self.count_kind(node.kind, false);
        self.room.set(place, Room::NONE);
        self.vacant.push(Reverse(place));
    }

    fn count_kind(&mut self, kind: u32, one_more: bool) {
        let change = |count: &mut u32| {
            *count = if one_more {
                *count + 1
            } else {
                count.saturating_sub(1)
            }
        };
        change(&mut self.count);
        if let Some(count) = self.counts.get_mut(kind as usize) {
            change(count);
        }
    }

    /// The node at the lowest place that has room for the pod takes it: its place and when it is ready.
    pub(super) fn place(&mut self, pod: Size) -> Option<(u32, f64)> {
        let place = self.room.first(pod)?;
        self.put(place, pod)
    }

    /// A certain node takes a pod, if it has room: its place and when it is ready.
    pub(super) fn put(&mut self, place: u32, pod: Size) -> Option<(u32, f64)> {
        let node = self.places.get_mut(place as usize)?.as_mut()?;
        if node.room.count(pod) == 0 {
            return None;
        }
        node.room = node.room.after(pod, 1);
        match node.loads.iter_mut().find(|(size, _)| *size == pod) {
            Some((_, count)) => *count += 1,
            None => node.loads.push((pod, 1)),
        }
        self.room.set(place, node.room);
        Some((place, node.ready_s))
    }

    /// A pod has left; whether its node is empty now.
    pub(super) fn release(&mut self, place: u32, pod: Size, now_s: f64) -> bool {
        let Some(Some(node)) = self.places.get_mut(place as usize) else {
            return false;
        };
        let Some(index) = node.loads.iter().position(|(size, _)| *size == pod) else {
            return false;
        };
        node.loads[index].1 -= 1;
        if node.loads[index].1 == 0 {
            node.loads.swap_remove(index);
        }
        node.room.size = node.room.size.plus(pod);
        node.room.pods += 1;
        self.room.set(place, node.room);
        if node.loads.is_empty() {
            node.empty_since_s = now_s.max(node.ready_s);
        }
        node.loads.is_empty()
    }
}
