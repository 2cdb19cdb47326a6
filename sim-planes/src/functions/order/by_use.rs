//! Free instances by when they were last used: a doubly linked list over their slots.

/// No slot.
const NONE: u32 = u32::MAX;

/// Which end serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Most recently used.
    Recent,
    /// Least recently used.
    Idle,
}

/// Free instances from the least to the most recently used.
#[derive(Clone, Debug)]
pub struct ByUse {
    side: Side,
    /// By slot.
    links: Vec<Link>,
    least: u32,
    most: u32,
}

#[derive(Clone, Copy, Debug)]
struct Link {
    before: u32,
    after: u32,
}

impl ByUse {
    pub fn new(side: Side) -> Self {
        Self {
            side,
            links: Vec::new(),
            least: NONE,
            most: NONE,
        }
    }

    #[inline]
    pub fn insert(&mut self, slot: u32) {
        let link = Link {
            before: self.most,
            after: NONE,
        };
        match self.links.get_mut(slot as usize) {
            Some(own) => *own = link,
            None => self.links.resize(slot as usize + 1, link),
        }
        match self.links.get_mut(self.most as usize) {
            Some(most) => most.after = slot,
            None => self.least = slot,
        }
        self.most = slot;
    }

    #[inline]
    pub fn remove(&mut self, slot: u32) {
        let Link { before, after } = self.links[slot as usize];
        match self.links.get_mut(before as usize) {
            Some(link) => link.after = after,
            None => self.least = after,
        }
        match self.links.get_mut(after as usize) {
            Some(link) => link.before = before,
            None => self.most = before,
        }
    }

    #[inline]
    pub fn pick(&self) -> Option<u32> {
        let slot = match self.side {
            Side::Recent => self.most,
            Side::Idle => self.least,
        };
        (slot != NONE).then_some(slot)
    }
}
