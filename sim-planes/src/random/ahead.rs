//! A stream with some of its numbers drawn ahead.

use super::Rng;

/// Numbers drawn at a time, so that the generator's state stays in registers.
const BLOCK: usize = 128;

/// A stream whose numbers are drawn in blocks. They are the numbers that drawing one by one gives.
#[derive(Clone, Debug)]
pub struct Ahead<T = f64> {
    rng: Rng,
    values: [T; BLOCK],
    used: usize,
}

impl<T: Copy + Default> Ahead<T> {
    /// Nothing drawn yet.
    pub fn new(rng: Rng) -> Self {
        Self {
            rng,
            values: [T::default(); BLOCK],
            used: BLOCK,
        }
    }

    /// The next number; always called with the same `draw`.
    #[inline]
    pub fn next(&mut self, draw: impl Fn(&mut Rng) -> T) -> T {
        self.next_of(|rng, values| values.fill_with(|| draw(rng)))
    }

    /// The next number, drawn by who draws many at once; always called with the same `fill`.
    #[inline]
    pub fn next_of(&mut self, fill: impl Fn(&mut Rng, &mut [T])) -> T {
        if self.used >= BLOCK {
            fill(&mut self.rng, &mut self.values);
            self.used = 0;
        }
        let value = self.values[self.used];
        self.used += 1;
        value
    }
}
