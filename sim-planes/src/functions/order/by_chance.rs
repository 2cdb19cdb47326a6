//! Free instances in no order, any of them next.

use crate::random::{Rng, uniform};

/// Free instances, and the place of each of them.
#[derive(Clone, Debug)]
pub struct ByChance {
    free: Vec<u32>,
    /// By slot: where it stands in `free`.
    places: Vec<u32>,
    rng: Rng,
}

impl ByChance {
    pub fn new(rng: Rng) -> Self {
        Self {
            free: Vec::new(),
            places: Vec::new(),
            rng,
        }
    }

    #[inline]
    pub fn insert(&mut self, slot: u32) {
        let place = self.free.len() as u32;
        self.free.push(slot);
        match self.places.get_mut(slot as usize) {
            Some(own) => *own = place,
            None => self.places.resize(slot as usize + 1, place),
        }
    }

    #[inline]
    pub fn remove(&mut self, slot: u32) {
        let place = self.places[slot as usize];
        self.free.swap_remove(place as usize);
        if let Some(&moved) = self.free.get(place as usize) {
            self.places[moved as usize] = place;
        }
    }

    #[inline]
    pub fn pick(&mut self) -> Option<u32> {
        if self.free.is_empty() {
            return None;
        }
        let place = (uniform(&mut self.rng) * self.free.len() as f64) as usize;
        self.free.get(place).or(self.free.last()).copied()
    }
}
