//! An index of nodes with room: the first place that can take a pod, without asking every node.
//!
//! A binary tree whose leaves are the places and whose inner nodes hold the largest CPU, memory and number of
//! pods that any leaf below has free. A part of the tree whose maxima are too small is passed over. The maxima
//! may come from different leaves, so a search can enter a part in vain; with pods of few sizes that is rare.

use super::Size;

/// What a place can still take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) size: Size,
    /// Pods, up to the kubelet's limit.
    pub(super) pods: u32,
}

impl Room {
    pub(super) const NONE: Room = Room {
        size: Size {
            millicores: 0,
            mib: 0,
        },
        pods: 0,
    };

    fn takes(self, pod: Size) -> bool {
        self.pods > 0 && pod.fits(self.size)
    }

    /// How many pods of this size it takes.
    pub(super) fn count(self, pod: Size) -> u32 {
        pod.count_in(self.size).min(self.pods)
    }

    /// What is left when `count` such pods have come; the caller has made sure that they fit.
    pub(super) fn after(self, pod: Size, count: u32) -> Room {
        Room {
            size: self.size.less(pod.times(count)),
            pods: self.pods.saturating_sub(count),
        }
    }

    fn largest(self, other: Room) -> Room {
        Room {
            size: Size {
                millicores: self.size.millicores.max(other.size.millicores),
                mib: self.size.mib.max(other.size.mib),
            },
            pods: self.pods.max(other.pods),
        }
    }
}

/// The tree: `tree[1]` is the root, the leaves begin at `leaves`.
#[derive(Clone, Debug)]
pub(super) struct RoomIndex {
    tree: Vec<Room>,
    leaves: usize,
}

impl Default for RoomIndex {
    fn default() -> Self {
        Self {
            tree: vec![Room::NONE; 2],
            leaves: 1,
        }
    }
}

impl RoomIndex {
    pub(super) fn get(&self, place: u32) -> Room {
        let leaf = self.leaves + place as usize;
        self.tree.get(leaf).copied().unwrap_or(Room::NONE)
    }

    pub(super) fn set(&mut self, place: u32, room: Room) {
        while place as usize >= self.leaves {
            self.grow();
        }
        let mut at = self.leaves + place as usize;
        self.tree[at] = room;
        while at > 1 {
            at /= 2;
            let largest = self.tree[2 * at].largest(self.tree[2 * at + 1]);
            if self.tree[at] == largest {
                return;
            }
            self.tree[at] = largest;
        }
    }

    /// Twice as many leaves.
    fn grow(&mut self) {
        let old = self.tree[self.leaves..].to_vec();
        self.leaves *= 2;
        self.tree = vec![Room::NONE; 2 * self.leaves];
        self.tree[self.leaves..self.leaves + old.len()].copy_from_slice(&old);
        for at in (1..self.leaves).rev() {
            self.tree[at] = self.tree[2 * at].largest(self.tree[2 * at + 1]);
        }
    }

    /// The first place that can take a pod of this size.
    pub(super) fn first(&self, pod: Size) -> Option<u32> {
        let at = self.first_below(1, pod)?;
        Some((at - self.leaves) as u32)
    }

    fn first_below(&self, at: usize, pod: Size) -> Option<usize> {
        if !self.tree[at].takes(pod) {
            return None;
        }
        if at >= self.leaves {
            return Some(at);
        }
        self.first_below(2 * at, pod)
            .or_else(|| self.first_below(2 * at + 1, pod))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(millicores: u32, mib: u32, pods: u32) -> Room {
        Room {
            size: Size { millicores, mib },
            pods,
        }
    }

    #[test]
    fn finds_what_asking_every_place_finds() {
        // A fixed sequence of pseudo-random rooms, so that maxima of a part often come from different places.
        let mut state = 1u32;
        let mut next = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        let mut index = RoomIndex::default();
        let mut plain: Vec<Room> = vec![];
        for step in 0..5000u32 {
            let place = if step < 90 { step } else { next(90) };
            let new = room(next(100), next(100), next(3));
            index.set(place, new);
            if plain.len() <= place as usize {
                plain.resize(place as usize + 1, Room::NONE);
            }
            plain[place as usize] = new;
            let pod = Size {
                millicores: next(110),
                mib: next(110),
            };
            let expected = plain.iter().position(|room| room.takes(pod));
            assert_eq!(index.first(pod), expected.map(|place| place as u32));
            assert_eq!(index.get(place), new);
        }
        assert_eq!(index.get(1_000_000), Room::NONE);
    }
}
