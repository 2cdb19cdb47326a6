//! A stream with some of its numbers drawn ahead.

use super::Rng;

/// Numbers drawn at a time, so that the generator's state stays in registers.
const BLOCK: usize = 128;

/// A stream whose numbers are drawn in blocks. They are the numbers that drawing one by one gives.
#[derive(Clone, Debug)]
pub struct Ahead {
    rng: Rng,
    values: [f64; BLOCK],
    used: usize,
}

impl Ahead {
    /// Nothing drawn yet.
    pub fn new(rng: Rng) -> Self {
        Self {
            rng,
            values: [0.0; BLOCK],
            used: BLOCK,
        }
    }

    /// The next number; always called with the same `draw`.
    #[inline]
    pub fn next(&mut self, draw: impl Fn(&mut Rng) -> f64) -> f64 {
        if self.used >= BLOCK {
            for value in &mut self.values {
                *value = draw(&mut self.rng);
            }
            self.used = 0;
        }
        let value = self.values[self.used];
        self.used += 1;
        value
    }
}
