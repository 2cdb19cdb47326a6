//! The latency of an interval's requests as a handful of weighted rows.

use super::row::Row;
use super::tables::FluidTables;
use crate::plane::MAX_THRESHOLDS;

/// At most this many rows make up an interval.
pub(super) const MAX_PARTS: usize = 96;

/// Rows (by index) and the share of the requests that each stands for.
#[derive(Clone, Debug)]
pub(super) struct Mixture {
    parts: [(u32, f64); MAX_PARTS],
    len: usize,
}

/// Expectations over the requests of a mixture; see [`Row`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Shares {
    pub(super) in_time: f64,
    pub(super) slow: [f64; MAX_THRESHOLDS],
    pub(super) slow_in_service: [f64; MAX_THRESHOLDS],
    pub(super) wait_s: f64,
    pub(super) latency_s: f64,
}

impl Mixture {
    pub(super) fn new() -> Self {
        Self {
            parts: [(0, 0.0); MAX_PARTS],
            len: 0,
        }
    }

    pub(super) fn clear(&mut self) {
        self.len = 0;
    }

    /// Multiplies all weights.
    pub(super) fn scale(&mut self, factor: f64) {
        let len = self.len;
        for (_, weight) in self.parts.iter_mut().take(len) {
            *weight *= factor;
        }
    }

    /// Adds a row. Parts beyond [`MAX_PARTS`] are left out; callers stay below it.
    #[inline]
    pub(super) fn add(&mut self, row: usize, weight: f64) {
        if weight <= 0.0 {
            return;
        }
        debug_assert!(self.len < MAX_PARTS);
        if let Some(part) = self.parts.get_mut(self.len) {
            *part = (row as u32, weight);
            self.len += 1;
        }
    }

    /// Adds to the first row if it is this one; adds a row otherwise.
    #[inline]
    pub(super) fn add_to_first(&mut self, row: usize, weight: f64) {
        match self.parts.first_mut() {
            Some((first, sum)) if self.len > 0 && *first == row as u32 => *sum += weight,
            _ => self.add(row, weight),
        }
    }

    #[inline]
    pub(super) fn parts(&self) -> &[(u32, f64)] {
        self.parts.get(..self.len).unwrap_or(&[])
    }

    /// Sums the rows.
    #[inline]
    pub(super) fn shares(&self, tables: &FluidTables) -> Shares {
        let mut sum = Shares::default();
        for &(index, weight) in self.parts() {
            let Some(row) = tables.row(index as usize) else {
                continue;
            };
            sum.add(row, weight);
        }
        sum
    }
}

impl Shares {
    #[inline]
    fn add(&mut self, row: &Row, weight: f64) {
        self.in_time += weight * row.in_time;
        for k in 0..MAX_THRESHOLDS {
            self.slow[k] += weight * row.slow[k];
            self.slow_in_service[k] += weight * row.slow_in_service[k];
        }
        self.wait_s += weight * row.wait_s;
        self.latency_s += weight * row.latency_s;
    }
}
