//! Free instances by when they were started: a set of ranks.
//!
//! An instance gets the next rank when it starts. When the ranks run out, those of the living are closed up; there
//! are at least twice as many ranks as living, so that this costs a constant number of steps per start.

use super::super::bits::Bits;

/// No rank.
const NONE: u32 = u32::MAX;
/// Ranks at first: one word.
const FIRST_RANKS: usize = 64;

/// Which free instance is next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The one started last.
    Newest,
    /// The one started first.
    Oldest,
    /// The first one after the one that served last.
    GoRound,
}

/// Free instances by rank.
#[derive(Clone, Debug)]
pub struct ByAge {
    end: End,
    free: Bits,
    /// By slot; [`NONE`] when the instance has ended.
    ranks: Vec<u32>,
    /// By rank: whose it is or was.
    slots: Vec<u32>,
    /// Ranks there are room for.
    room: usize,
    /// Where going round goes on.
    cursor: usize,
}

impl ByAge {
    pub fn new(end: End) -> Self {
        Self {
            end,
            free: Bits::new(FIRST_RANKS),
            ranks: Vec::new(),
            slots: Vec::new(),
            room: FIRST_RANKS,
            cursor: 0,
        }
    }

    pub fn started(&mut self, slot: u32) {
        if self.slots.len() == self.room {
            self.close_up();
        }
        let rank = self.slots.len() as u32;
        self.slots.push(slot);
        match self.ranks.get_mut(slot as usize) {
            Some(own) => *own = rank,
            None => self.ranks.resize(slot as usize + 1, rank),
        }
    }

    pub fn ended(&mut self, slot: u32) {
        self.ranks[slot as usize] = NONE;
    }

    #[inline]
    pub fn insert(&mut self, slot: u32) {
        self.free.insert(self.ranks[slot as usize] as usize);
    }

    #[inline]
    pub fn remove(&mut self, slot: u32) {
        self.free.remove(self.ranks[slot as usize] as usize);
    }

    #[inline]
    pub fn pick(&mut self) -> Option<u32> {
        let rank = match self.end {
            End::Newest => self.free.last(),
            End::Oldest => self.free.first(),
            End::GoRound => self.go_round(),
        };
        rank.map(|rank| self.slots[rank])
    }

    fn go_round(&mut self) -> Option<usize> {
        let rank = self
            .free
            .first_from(self.cursor)
            .or_else(|| self.free.first())?;
        self.cursor = rank + 1;
        Some(rank)
    }

    /// Gives the living the first ranks, in their order, and makes room for as many again.
    fn close_up(&mut self) {
        let slots = std::mem::take(&mut self.slots);
        let alive = |&(rank, slot): &(usize, u32)| self.ranks[slot as usize] == rank as u32;
        let living: Vec<(usize, u32)> = slots.into_iter().enumerate().filter(alive).collect();
        while self.room < 2 * living.len() {
            self.room *= 2;
        }
        let before = std::mem::replace(&mut self.free, Bits::new(self.room));
        self.cursor = living.partition_point(|&(rank, _)| rank < self.cursor);
        for (rank, (old, slot)) in living.into_iter().enumerate() {
            self.ranks[slot as usize] = rank as u32;
            self.slots.push(slot);
            if before.contains(old) {
                self.free.insert(rank);
            }
        }
    }
}
