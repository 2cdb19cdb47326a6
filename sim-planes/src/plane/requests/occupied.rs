//! Which places of a ring hold something: a set of bits with a summary, so that the next one is found at once.

const WORDS: usize = 64;

/// A set of places of a ring.
#[derive(Clone, Debug)]
pub(super) struct Occupied {
    words: [u64; WORDS],
    /// Bit w: word w is not zero.
    summary: u64,
}

impl Default for Occupied {
    fn default() -> Self {
        Self {
            words: [0; WORDS],
            summary: 0,
        }
    }
}

impl Occupied {
    /// Number of places.
    pub(super) const PLACES: usize = WORDS * 64;

    #[inline]
    pub(super) fn set(&mut self, place: usize) {
        self.words[place / 64 % WORDS] |= 1 << (place % 64);
        self.summary |= 1 << (place / 64 % WORDS);
    }

    #[inline]
    pub(super) fn clear(&mut self, place: usize) {
        let word = &mut self.words[place / 64 % WORDS];
        *word &= !(1 << (place % 64));
        if *word == 0 {
            self.summary &= !(1 << (place / 64 % WORDS));
        }
    }

    /// Steps from `place`, which is not in the set, to the next place that is, around the ring.
    #[inline]
    pub(super) fn distance_to_next(&self, place: usize) -> Option<usize> {
        let (word, bit) = (place / 64 % WORDS, place % 64);
        let after = self.words[word] >> bit;
        if after != 0 {
            return Some(after.trailing_zeros() as usize);
        }
        if self.summary == 0 {
            return None;
        }
        // Words after this one, around the ring back to it.
        let turned = self.summary.rotate_right(word as u32 + 1);
        let words = turned.trailing_zeros() as usize + 1;
        let found = (word + words) % WORDS;
        Some(words * 64 - bit + self.words[found].trailing_zeros() as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_place_is_found_around_the_ring() {
        let mut occupied = Occupied::default();
        assert_eq!(occupied.distance_to_next(7), None);
        for (place, from, distance) in [
            (9, 7, 2),
            (64, 63, 1),
            (3, 4, Occupied::PLACES - 1),
            (Occupied::PLACES - 1, 100, Occupied::PLACES - 101),
            (5, Occupied::PLACES - 1, 6),
            (130, 129, 1),
        ] {
            occupied.set(place);
            assert_eq!(occupied.distance_to_next(from), Some(distance), "{place}");
            occupied.clear(place);
            assert_eq!(occupied.distance_to_next(from), None);
        }
        for place in [4000, 70, 20] {
            occupied.set(place);
        }
        assert_eq!(occupied.distance_to_next(21), Some(49));
        assert_eq!(occupied.distance_to_next(71), Some(3929));
        assert_eq!(
            occupied.distance_to_next(4001),
            Some(Occupied::PLACES - 4001 + 20)
        );
    }
}
