//! Nodes and the room on them. Who adds and removes them is another's business.

use super::room::{Room, RoomIndex};
use super::{MAX_PODS_PER_NODE, Size};
use crate::scenario::{NodeType, Scenario};
use core::cmp::Reverse;
use std::collections::{BTreeSet, BinaryHeap};

/// What a node is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeState {
    /// It is being provisioned. Pods may wait for it.
    Coming,
    /// It runs pods.
    Ready,
    /// It runs pods and takes no new ones: its replacement is on its way.
    Cordoned,
    /// Its pods have been evicted; it is paid for until it is gone.
    Draining,
}

/// Who a node belongs to.
pub(super) const BASE: u32 = 0;

/// One node.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// Its number: no other node ever has it, while places are reused.
    pub(super) id: u64,
    /// Index of its type.
    pub(super) kind: u32,
    /// [`BASE`] for nodes that no provisioner touches, otherwise the provisioner's own number.
    pub(super) pool: u32,
    pub(super) state: NodeState,
    /// What its pods have left of it.
    pub(super) room: Room,
    /// Its pods by size; no size twice.
    pub(super) loads: Vec<(Size, u32)>,
    pub(super) created_s: f64,
    /// When it became ready, or will; infinite when it never will.
    pub(super) ready_s: f64,
    /// When its provisioning is given up, if it is not ready by then.
    pub(super) given_up_s: f64,
    /// When it is too old.
    pub(super) expires_s: f64,
    /// When its provider takes it back; infinite when never, and once it is known to go.
    pub(super) reclaimed_s: f64,
    /// When it is gone, while it drains or has been reclaimed.
    pub(super) gone_s: f64,
    /// Nobody has the machine yet: it was asked for where there is no capacity, and costs nothing.
    pub(super) is_wanting: bool,
    /// When a pod came to it or left it last, or it became ready.
    pub(super) touched_s: f64,
    /// Since when it has been empty; meaningless while it has pods.
    pub(super) empty_since_s: f64,
    /// Since when its provisioner could have done without it; infinite while it could not.
    pub(super) unneeded_since_s: f64,
}

impl Node {
    pub(super) fn pods(&self) -> u32 {
        self.loads.iter().map(|(_, count)| count).sum()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.loads.is_empty()
    }

    /// Whether it serves until the node that replaces it is ready.
    pub(super) fn is_waiting_for_replacement(&self) -> bool {
        self.state == NodeState::Cordoned && self.reclaimed_s < f64::INFINITY
    }

    /// Whether its provider takes it back: its pods have been replaced, and it ends at `gone_s`.
    pub(super) fn is_reclaimed(&self) -> bool {
        self.state == NodeState::Cordoned && self.gone_s < f64::INFINITY
    }

    /// When something happens to it by itself.
    fn due_s(&self) -> f64 {
        match self.state {
            NodeState::Coming => self.ready_s.min(self.given_up_s),
            // One that took longer to come than it may live is too old as soon as it is there.
            NodeState::Ready | NodeState::Cordoned => {
                self.expires_s.min(self.reclaimed_s).max(self.ready_s)
            }
            NodeState::Draining => self.gone_s,
        }
    }
}

/// The room of an empty node of this type: its size less what the system reserves.
pub(super) fn empty_room(kind: &NodeType, scenario: &Scenario) -> Room {
    let fleet = &scenario.document().fleet;
    Room {
        size: whole_size(kind).less(Size {
            millicores: fleet.reserved_millicores,
            mib: fleet.reserved_mib,
        }),
        pods: MAX_PODS_PER_NODE,
    }
}

fn whole_size(kind: &NodeType) -> Size {
    Size {
        millicores: kind.vcpus_millicores,
        mib: kind.memory_mib,
    }
}

/// A type of node as the fleet needs it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Kind {
    pub(super) name: String,
    /// All of it, with what the system reserves.
    pub(super) size: Size,
    pub(super) empty: Room,
    pub(super) usd_per_hour: f64,
}

/// A node to be added.
#[derive(Clone, Copy, Debug)]
pub(super) struct NewNode {
    pub(super) kind: u32,
    pub(super) pool: u32,
    pub(super) now_s: f64,
    pub(super) ready_s: f64,
    pub(super) given_up_s: f64,
    pub(super) expires_s: f64,
    pub(super) reclaimed_s: f64,
    pub(super) is_wanting: bool,
}

impl NewNode {
    /// A node that is there at the very start.
    pub(super) fn at_start(kind: u32, pool: u32) -> Self {
        Self {
            kind,
            pool,
            now_s: 0.0,
            ready_s: f64::NEG_INFINITY,
            given_up_s: f64::INFINITY,
            expires_s: f64::INFINITY,
            reclaimed_s: f64::INFINITY,
            is_wanting: false,
        }
    }
}

/// All nodes. A removed node's place is kept and reused, lowest first, so that pods can name their node.
#[derive(Clone, Debug)]
pub(super) struct Nodes {
    kinds: Vec<Kind>,
    places: Vec<Option<Node>>,
    vacant: BinaryHeap<Reverse<u32>>,
    /// Room on nodes that pods are put on first.
    room: RoomIndex,
    /// Room on nodes that are being provisioned, for pods that find none elsewhere.
    coming_room: RoomIndex,
    /// Whether pods prefer ready nodes to coming ones. If not, all nodes count as ready, and their pods wait.
    tells_ready_from_coming: bool,
    next_id: u64,
    count: u32,
    /// Of these, those that were asked for where there is no capacity.
    wanting: u32,
    /// Nodes of each type, without those.
    counts: Vec<u32>,
    /// What is due when, by the bits of the time (no time is negative) and the place.
    agenda: BTreeSet<(u64, u32)>,
    next_due_s: f64,
}

impl Nodes {
    pub(super) fn new(scenario: &Scenario, tells_ready_from_coming: bool) -> Self {
        let kinds: Vec<Kind> = scenario
            .node_types
            .iter()
            .map(|kind| Kind {
                name: kind.name.clone(),
                size: whole_size(kind),
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
            coming_room: RoomIndex::default(),
            tells_ready_from_coming,
            next_id: 0,
            count: 0,
            wanting: 0,
            agenda: BTreeSet::new(),
            next_due_s: f64::INFINITY,
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.count
    }

    /// Nodes that are paid for.
    pub(super) fn paid(&self) -> u32 {
        self.count - self.wanting
    }

    pub(super) fn counts(&self) -> &[u32] {
        &self.counts
    }

    pub(super) fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// A type; one without any room where there is no such type.
    pub(super) fn kind(&self, kind: u32) -> &Kind {
        const NONE: Kind = Kind {
            name: String::new(),
            size: Size {
                millicores: 0,
                mib: 0,
            },
            empty: Room::NONE,
            usd_per_hour: 0.0,
        };
        self.kinds.get(kind as usize).unwrap_or(const { &NONE })
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

    /// The node of this number at a place, unless it is gone.
    pub(super) fn find(&self, (place, id): (u32, u64)) -> Option<&Node> {
        self.get(place).filter(|node| node.id == id)
    }

    /// All nodes with their places, lowest place first.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (u32, &Node)> {
        let places = self.places.iter().enumerate();
        places.filter_map(|(place, node)| Some((place as u32, node.as_ref()?)))
    }

    /// The room on ready nodes, as a copy to try things on.
    pub(super) fn ready_room(&self) -> RoomIndex {
        self.room.clone()
    }

    /// Adds an empty node and answers its place.
    pub(super) fn add(&mut self, new: NewNode) -> u32 {
        let state = if new.ready_s <= new.now_s || !self.tells_ready_from_coming {
            NodeState::Ready
        } else {
            NodeState::Coming
        };
        self.next_id += 1;
        let node = Node {
            id: self.next_id,
            kind: new.kind,
            pool: new.pool,
            state,
            room: self.kind(new.kind).empty,
            loads: Vec::new(),
            created_s: new.now_s,
            ready_s: new.ready_s,
            given_up_s: new.given_up_s,
            expires_s: new.expires_s,
            reclaimed_s: new.reclaimed_s,
            gone_s: f64::INFINITY,
            is_wanting: new.is_wanting,
            touched_s: new.ready_s.max(new.now_s),
            empty_since_s: new.ready_s.max(new.now_s),
            unneeded_since_s: f64::INFINITY,
        };
        let place = match self.vacant.pop() {
            Some(Reverse(place)) => place,
            None => {
                self.places.push(None);
                (self.places.len() - 1) as u32
            }
        };
        self.count += 1;
        if new.is_wanting {
            self.wanting += 1;
        } else {
            self.count_kind(new.kind, true);
        }
        self.places[place as usize] = Some(node);
        self.change(place, |_| ());
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
        debug_assert!(node.is_empty(), "a node is removed with its pods");
        self.forget_due(&node, place);
        self.count = self.count.saturating_sub(1);
        if node.is_wanting {
            self.wanting = self.wanting.saturating_sub(1);
        } else {
            self.count_kind(node.kind, false);
        }
        self.room.set(place, Room::NONE);
        self.coming_room.set(place, Room::NONE);
        self.vacant.push(Reverse(place));
    }

    /// There is capacity for a node that waits for some: it is of this type, and ready at `ready_s`.
    pub(super) fn fulfil(&mut self, place: u32, kind: u32, ready_s: f64, reclaimed_s: f64) {
        if !self.get(place).is_some_and(|node| node.is_wanting) {
            return;
        }
        self.wanting = self.wanting.saturating_sub(1);
        self.count_kind(kind, true);
        self.change(place, |node| {
            node.is_wanting = false;
            node.kind = kind;
            node.ready_s = ready_s;
            node.reclaimed_s = reclaimed_s;
        });
    }

    fn count_kind(&mut self, kind: u32, one_more: bool) {
        if let Some(count) = self.counts.get_mut(kind as usize) {
            *count = if one_more {
                *count + 1
            } else {
                count.saturating_sub(1)
            };
        }
    }

    /// Changes times or state of a node, and what is known of it elsewhere.
    pub(super) fn change(&mut self, place: u32, change: impl FnOnce(&mut Node)) {
        let Some(mut node) = self
            .places
            .get_mut(place as usize)
            .and_then(|node| node.take())
        else {
            return;
        };
        self.forget_due(&node, place);
        change(&mut node);
        let due_s = node.due_s();
        if due_s < f64::INFINITY {
            self.agenda.insert((bits(due_s), place));
            self.next_due_s = self.next_due_s.min(due_s);
        }
        self.show_room(place, &node);
        self.places[place as usize] = Some(node);
    }

    fn forget_due(&mut self, node: &Node, place: u32) {
        if self.agenda.remove(&(bits(node.due_s()), place)) {
            let first = self.agenda.first();
            self.next_due_s = first.map_or(f64::INFINITY, |&(bits, _)| f64::from_bits(bits));
        }
    }

    fn show_room(&mut self, place: u32, node: &Node) {
        let shown = |yes: bool| if yes { node.room } else { Room::NONE };
        self.room.set(place, shown(node.state == NodeState::Ready));
        self.coming_room
            .set(place, shown(node.state == NodeState::Coming));
    }

    /// When something happens to some node by itself.
    pub(super) fn next_due_s(&self) -> f64 {
        self.next_due_s
    }

    /// The node to which something happens first, if it does by `now_s`.
    pub(super) fn first_due(&self, now_s: f64) -> Option<u32> {
        let &(bits, place) = self.agenda.first()?;
        (f64::from_bits(bits) <= now_s).then_some(place)
    }

    /// A node that has room for the pod takes it, a ready one before one that is coming, at the lowest place: the
    /// place, and when the node is ready.
    pub(super) fn place(&mut self, pod: Size) -> Option<(u32, f64)> {
        let place = self
            .room
            .first(pod)
            .or_else(|| self.coming_room.first(pod))?;
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
        let (room, ready_s, is_coming) = (node.room, node.ready_s, node.state == NodeState::Coming);
        self.index_of(is_coming).set(place, room);
        Some((place, ready_s))
    }

    fn index_of(&mut self, is_coming: bool) -> &mut RoomIndex {
        if is_coming {
            &mut self.coming_room
        } else {
            &mut self.room
        }
    }

    /// Notes when pods came or left.
    pub(super) fn touch(&mut self, place: u32, now_s: f64) {
        if let Some(Some(node)) = self.places.get_mut(place as usize) {
            node.touched_s = node.touched_s.max(now_s);
        }
    }

    /// Sets since when a node could have been done without.
    pub(super) fn set_unneeded_since(&mut self, place: u32, since_s: f64) {
        if let Some(Some(node)) = self.places.get_mut(place as usize) {
            node.unneeded_since_s = since_s;
        }
    }

    /// A pod changes its size where it is, if its node has room for that; whether it did.
    pub(super) fn resize(&mut self, place: u32, from: Size, to: Size) -> bool {
        let Some(Some(node)) = self.places.get_mut(place as usize) else {
            return false;
        };
        let room = node.room.size.plus(from);
        let Some(index) = node.loads.iter().position(|(size, _)| *size == from) else {
            return false;
        };
        if !to.fits(room) {
            return false;
        }
        node.loads[index].1 -= 1;
        if node.loads[index].1 == 0 {
            node.loads.swap_remove(index);
        }
        match node.loads.iter_mut().find(|(size, _)| *size == to) {
            Some((_, count)) => *count += 1,
            None => node.loads.push((to, 1)),
        }
        node.room.size = room.less(to);
        let (room, state) = (node.room, node.state);
        if matches!(state, NodeState::Ready | NodeState::Coming) {
            self.index_of(state == NodeState::Coming).set(place, room);
        }
        true
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
        node.touched_s = node.touched_s.max(now_s);
        let is_empty = node.is_empty();
        if is_empty {
            node.empty_since_s = now_s.max(node.ready_s);
        }
        let (room, state) = (node.room, node.state);
        if matches!(state, NodeState::Ready | NodeState::Coming) {
            self.index_of(state == NodeState::Coming).set(place, room);
        }
        is_empty
    }
}

fn bits(time_s: f64) -> u64 {
    time_s.max(0.0).to_bits()
}
