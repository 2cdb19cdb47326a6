//! The latencies of the last intervals, for telemetry.

use super::mixture::Mixture;
use super::row::{EDGES, Row};
use super::tables::{FluidTables, ROWS};
use crate::stats::{BUCKETS_PER_OCTAVE, LOWEST_EDGE_S, edges};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;

/// Sums of a query that are kept.
const KNOWN: usize = 8;

/// The weighted rows of the last intervals.
pub(super) struct Recent {
    capacity: usize,
    /// Of all intervals, one after another: row and number of requests.
    parts: VecDeque<(u32, f64)>,
    /// Number of parts of each interval.
    lengths: VecDeque<usize>,
    /// The edge where the last quantile was found: the next is near. Changes no answer.
    found_at: Cell<usize>,
    /// Work space of a query.
    merged: RefCell<Merged>,
}

/// Rows with the sums of their weights, in the order in which they were met.
#[derive(Default)]
struct Merged {
    rows: Vec<(u32, f64)>,
    /// By row: its place in `rows`, and one; 0 for none.
    places: Vec<u32>,
}

impl Merged {
    fn clear(&mut self) {
        self.places.resize(ROWS, 0);
        for &(row, _) in &self.rows {
            if let Some(place) = self.places.get_mut(row as usize) {
                *place = 0;
            }
        }
        self.rows.clear();
    }

    #[inline]
    fn add(&mut self, row: u32, weight: f64) {
        let Some(place) = self.places.get_mut(row as usize) else {
            return;
        };
        match self.rows.get_mut((*place).wrapping_sub(1) as usize) {
            Some((_, sum)) => *sum += weight,
            None => {
                self.rows.push((row, weight));
                *place = self.rows.len() as u32;
            }
        }
    }
}

impl Recent {
    /// Remembers `intervals` intervals; 0 remembers nothing.
    pub(super) fn new(intervals: u32) -> Self {
        Self {
            capacity: intervals as usize,
            parts: VecDeque::new(),
            lengths: VecDeque::new(),
            found_at: Cell::new(0),
            merged: RefCell::new(Merged::default()),
        }
    }

    /// Adds an interval, whose weights count for `requests` requests.
    pub(super) fn push(&mut self, mixture: &Mixture, requests: f64) {
        if self.capacity == 0 {
            return;
        }
        if self.lengths.len() >= self.capacity {
            let gone = self.lengths.pop_front().unwrap_or(0);
            self.parts.drain(..gone);
        }
        let parts = mixture.parts().iter().filter(|_| requests > 0.0);
        let before = self.parts.len();
        self.parts
            .extend(parts.map(|&(row, weight)| (row, weight * requests)));
        self.lengths.push_back(self.parts.len() - before);
    }

    /// Latency quantile, in seconds, of those served in the last `intervals` intervals: the same as of
    /// their histogram.
    pub(super) fn quantile(&self, tables: &FluidTables, q: f64, intervals: u32) -> Option<f64> {
        let count: usize = self.lengths.iter().rev().take(intervals as usize).sum();
        let mut merged = self.merged.borrow_mut();
        merged.clear();
        for &(row, weight) in self.parts.iter().rev().take(count) {
            merged.add(row, weight);
        }
        let rows: Vec<(&Row, f64)> = merged
            .rows
            .iter()
            .filter_map(|&(index, weight)| Some((tables.row(index as usize)?, weight)))
            .collect();
        let total: f64 = rows.iter().map(|(row, weight)| weight * row.in_time).sum();
        if total <= 0.0 {
            return None;
        }
        let target = q.clamp(0.0, 1.0) * total;
        // The search asks for neighbours, and the answer for what it has found, again.
        let known = [const { Cell::new((usize::MAX, 0.0)) }; KNOWN];
        let upto = |edge: usize| -> f64 {
            if edge >= EDGES {
                return total;
            }
            let place = &known[edge % KNOWN];
            let (at, sum) = place.get();
            if at == edge {
                return sum;
            }
            let sum = rows
                .iter()
                .map(|(row, weight)| weight * row.cdf[edge])
                .sum();
            place.set((edge, sum));
            sum
        };
        let edge = first_edge(self.found_at.get(), |edge| upto(edge) >= target);
        self.found_at.set(edge);
        Some(within(edge, target, upto))
    }
}

/// The first edge that has what is wanted below it; the number of edges when none has. `has` never turns
/// false again. Looked for around `guess`, in growing steps.
fn first_edge(guess: usize, has: impl Fn(usize) -> bool) -> usize {
    let end = edges().len();
    let guess = guess.min(end - 1);
    let (mut low, mut high, mut step) = (guess, guess, 1);
    if has(guess) {
        // Below `low` is unknown; `high` has it.
        loop {
            if low == 0 {
                break;
            }
            low = low.saturating_sub(step);
            if !has(low) {
                low += 1;
                break;
            }
            high = low;
            step *= 2;
        }
    } else {
        // `low` has it not; above `high` is unknown.
        low = guess + 1;
        high = low;
        while high < end && !has(high) {
            low = high + 1;
            high = (high + step).min(end);
            step *= 2;
        }
    }
    while low < high {
        let middle = usize::midpoint(low, high);
        if has(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// The position of `target` in the slot below edge number `edge`, even in the logarithm as in the histogram.
fn within(edge: usize, target: f64, upto: impl Fn(usize) -> f64) -> f64 {
    let Some(below) = edge.checked_sub(1) else {
        let all = upto(0);
        return if all > 0.0 {
            LOWEST_EDGE_S * (target / all).min(1.0)
        } else {
            LOWEST_EDGE_S
        };
    };
    let low_s = edges().get(below).copied().unwrap_or(LOWEST_EDGE_S);
    if edge >= edges().len() {
        return low_s;
    }
    let (before, after) = (upto(below), upto(edge));
    let share = if after > before {
        ((target - before) / (after - before)).clamp(0.0, 1.0)
    } else {
        1.0
    };
    low_s * libm::exp2(share / BUCKETS_PER_OCTAVE as f64)
}
