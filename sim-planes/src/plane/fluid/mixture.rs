//! The latency of an interval's requests as a handful of weighted rows.

use super::row::EDGES;
use super::tables::{FluidTables, ROWS};
use crate::plane::MAX_THRESHOLDS;
use crate::stats::edges;

/// Rows that an interval of a single service needs at most.
const USUAL_PARTS: usize = 96;

/// Ages with a share below this are left out.
const RARE: f64 = 1e-9;

/// Rows (by index) and the share of the requests that each stands for.
#[derive(Clone, Debug)]
pub(super) struct Mixture {
    parts: Vec<(u32, f64)>,
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
            parts: Vec::with_capacity(USUAL_PARTS),
        }
    }

    pub(super) fn clear(&mut self) {
        self.parts.clear();
    }

    /// Multiplies all weights.
    pub(super) fn scale(&mut self, factor: f64) {
        for (_, weight) in &mut self.parts {
            *weight *= factor;
        }
    }

    /// Adds the time since the first attempts: of each row, these shares are of these ages (by number; the first is no
    /// age).
    pub(super) fn age(&mut self, ages: &[(u32, f64)]) {
        let young = core::mem::take(&mut self.parts);
        self.parts.reserve(young.len() * ages.len());
        for &(age, share) in ages {
            if share <= RARE {
                continue;
            }
            let first = age * ROWS as u32;
            let aged = young
                .iter()
                .map(|&(row, weight)| (first + row, weight * share));
            self.parts.extend(aged);
        }
    }

    /// Latencies of those in time, in three equal parts: the median of each, so that their mean is right, seconds.
    pub(super) fn thirds(&self, tables: &FluidTables, shares: &Shares) -> [f64; 3] {
        let mut upto = vec![0.0; EDGES];
        for &(index, weight) in &self.parts {
            if let Some(row) = tables.row(index as usize) {
                for (sum, cdf) in upto.iter_mut().zip(row.cdf.iter()) {
                    *sum += weight * cdf;
                }
            }
        }
        if shares.in_time <= 0.0 {
            return [0.0; 3];
        }
        let at = |part: f64| {
            let edge = upto.partition_point(|&below| below < part * shares.in_time);
            edges().get(edge).copied().unwrap_or(0.0)
        };
        let medians = [1.0, 3.0, 5.0].map(|sixths| at(sixths / 6.0));
        let sum: f64 = medians.iter().sum();
        let mean_s = shares.latency_s / shares.in_time;
        medians.map(|median_s| {
            if sum > 0.0 {
                median_s * 3.0 * mean_s / sum
            } else {
                mean_s
            }
        })
    }

    /// Adds a row.
    #[inline]
    pub(super) fn add(&mut self, row: usize, weight: f64) {
        if weight > 0.0 {
            self.parts.push((row as u32, weight));
        }
    }

    /// Takes a row's share away from what others of the mixture have of its law.
    pub(super) fn remove(&mut self, row: usize, weight: f64) {
        if weight > 0.0 {
            self.parts.push((row as u32, -weight));
        }
    }

    /// Adds to the first row if it is this one; adds a row otherwise.
    #[inline]
    pub(super) fn add_to_first(&mut self, row: usize, weight: f64) {
        match self.parts.first_mut() {
            Some((first, sum)) if *first == row as u32 => *sum += weight,
            _ => self.add(row, weight),
        }
    }

    #[inline]
    pub(super) fn parts(&self) -> &[(u32, f64)] {
        &self.parts
    }

    /// Sums the rows.
    #[inline]
    pub(super) fn shares(&self, tables: &FluidTables) -> Shares {
        self.shares_from(tables, 0)
    }

    /// Of the rows from a place on, who gives up before they start.
    pub(super) fn impatient_from(&self, tables: &FluidTables, first: usize) -> f64 {
        let mut sum = 0.0;
        for &(index, weight) in self.parts.get(first..).unwrap_or(&[]) {
            sum += tables
                .row(index as usize)
                .map_or(0.0, |row| weight * row.impatient);
        }
        sum
    }

    /// Multiplies the weights from a place on.
    pub(super) fn scale_from(&mut self, first: usize, factor: f64) {
        for (_, weight) in self.parts.iter_mut().skip(first) {
            *weight *= factor;
        }
    }

    /// Sums the rows from a place on.
    #[inline]
    pub(super) fn shares_from(&self, tables: &FluidTables, first: usize) -> Shares {
        let parts = self.parts.get(first..).unwrap_or(&[]);
        match tables.limits.thresholds {
            0 | 1 => Shares::of::<1>(parts, tables),
            _ => Shares::of::<MAX_THRESHOLDS>(parts, tables),
        }
    }
}

impl Shares {
    /// Adds the shares of others.
    #[inline]
    pub(super) fn join(&mut self, other: &Self) {
        self.in_time += other.in_time;
        for k in 0..MAX_THRESHOLDS {
            self.slow[k] += other.slow[k];
            self.slow_in_service[k] += other.slow_in_service[k];
        }
        self.wait_s += other.wait_s;
        self.latency_s += other.latency_s;
    }

    /// Sums rows of which no more than `K` thresholds are in use: the other shares are 0.
    #[inline]
    fn of<const K: usize>(parts: &[(u32, f64)], tables: &FluidTables) -> Self {
        let mut sum = Self::default();
        for &(index, weight) in parts {
            let Some(row) = tables.row(index as usize) else {
                continue;
            };
            sum.in_time += weight * row.in_time;
            for k in 0..K {
                sum.slow[k] += weight * row.slow[k];
                sum.slow_in_service[k] += weight * row.slow_in_service[k];
            }
            sum.wait_s += weight * row.wait_s;
            sum.latency_s += weight * row.latency_s;
        }
        sum
    }
}
