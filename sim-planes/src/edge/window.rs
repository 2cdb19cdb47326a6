//! What happened in the last so many seconds, in buckets.

/// Buckets of a window at most: a longer one is coarser.
const MOST_BUCKETS: f64 = 512.0;

/// Amounts by the time at which they came, evenly spread within each bucket, for as long as they matter.
#[derive(Clone, Debug)]
pub(super) struct Window {
    /// Amounts; a ring of buckets, each a row of `width` amounts.
    amounts: Vec<f64>,
    width: usize,
    buckets: usize,
    ticks_per_bucket: u32,
    tick_s: f64,
    length_s: f64,
    tick: u64,
}

impl Window {
    /// A window of `length_s` ≥ `tick_s` for `width` amounts, filled as if `per_second` of each had always come.
    pub(super) fn new(length_s: f64, tick_s: f64, per_second: &[f64]) -> Self {
        let ticks_per_bucket = (length_s / tick_s / MOST_BUCKETS).ceil().max(1.0);
        let bucket_s = ticks_per_bucket * tick_s;
        let buckets = (length_s / bucket_s).ceil() as usize + 2;
        let row = per_second.iter().map(|rate| rate * bucket_s);
        let row: Vec<f64> = row.collect();
        let mut amounts = Vec::with_capacity(buckets * row.len());
        for _ in 0..buckets {
            amounts.extend_from_slice(&row);
        }
        Self {
            amounts,
            width: per_second.len(),
            buckets,
            ticks_per_bucket: ticks_per_bucket as u32,
            tick_s,
            length_s,
            // A whole ring lies behind.
            tick: buckets as u64 * ticks_per_bucket as u64,
        }
    }

    fn bucket_s(&self) -> f64 {
        f64::from(self.ticks_per_bucket) * self.tick_s
    }

    fn row(&self, bucket: u64) -> &[f64] {
        let start = (bucket % self.buckets as u64) as usize * self.width;
        self.amounts.get(start..start + self.width).unwrap_or(&[])
    }

    /// Into `into`: the amounts that leave the window during the tick that begins now.
    pub(super) fn leaving(&self, into: &mut [f64]) {
        into.fill(0.0);
        let bucket_s = self.bucket_s();
        let from_s = self.tick as f64 * self.tick_s - self.length_s;
        let to_s = from_s + self.tick_s;
        let mut bucket = (from_s / bucket_s).floor();
        while bucket * bucket_s < to_s {
            let start_s = bucket * bucket_s;
            let overlap = (to_s.min(start_s + bucket_s) - from_s.max(start_s)).max(0.0);
            let share = overlap / bucket_s;
            for (sum, amount) in into.iter_mut().zip(self.row(bucket as u64)) {
                *sum += amount * share;
            }
            bucket += 1.0;
        }
    }

    /// The tick is over, and brought `amounts`.
    pub(super) fn tick(&mut self, amounts: &[f64]) {
        let bucket = self.tick / u64::from(self.ticks_per_bucket);
        let first = self.tick.is_multiple_of(u64::from(self.ticks_per_bucket));
        let start = (bucket % self.buckets as u64) as usize * self.width;
        if let Some(row) = self.amounts.get_mut(start..start + self.width) {
            for (sum, amount) in row.iter_mut().zip(amounts) {
                *sum = if first { *amount } else { *sum + amount };
            }
        }
        self.tick += 1;
    }

    /// Forgets all amounts.
    pub(super) fn clear(&mut self) {
        self.amounts.fill(0.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What comes in leaves again, once, after the window's length.
    #[test]
    fn amounts_leave_once() {
        for (length_s, tick_s) in [
            (15.0, 15.0),
            (40.0, 15.0),
            (60.0, 15.0),
            (10_000.0, 15.0),
            (100_000.0, 15.0),
        ] {
            let mut window = Window::new(length_s, tick_s, &[0.0]);
            let mut left = 0.0;
            let mut mean_s = 0.0;
            let mut leaving = [0.0];
            for tick in 0..20_000 {
                window.leaving(&mut leaving);
                left += leaving[0];
                mean_s += leaving[0] * (f64::from(tick) + 0.5) * tick_s;
                window.tick(&[if tick == 100 { 1.0 } else { 0.0 }]);
            }
            assert!((left - 1.0).abs() < 1e-9, "{length_s}: {left}");
            // It came in the middle of tick 100, in a bucket of up to length / 512.
            let came_s = 100.5 * tick_s;
            let blur_s = (length_s / 512.0).max(tick_s);
            assert!(
                (mean_s - came_s - length_s).abs() <= blur_s,
                "{length_s}: {mean_s}"
            );
        }
    }

    #[test]
    fn a_steady_window_leaves_as_it_comes() {
        let mut window = Window::new(333.0, 15.0, &[2.0, 3.0]);
        let mut leaving = [0.0, 0.0];
        for _ in 0..100 {
            window.leaving(&mut leaving);
            assert!((leaving[0] - 30.0).abs() < 1e-9 && (leaving[1] - 45.0).abs() < 1e-9);
            window.tick(&[30.0, 45.0]);
        }
    }
}
