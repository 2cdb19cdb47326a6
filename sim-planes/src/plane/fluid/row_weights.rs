//! Latencies as weights of rows, until someone wants the histogram.

use super::mixture::Mixture;
use super::row::EDGES;
use super::tables::{FluidTables, ROWS};
use crate::stats::LogHistogram;

/// Weights by row, summed over intervals until someone wants the histogram.
pub(super) struct RowWeights {
    weights: Vec<f64>,
}

impl RowWeights {
    pub(super) fn new() -> Self {
        Self {
            weights: vec![0.0; ROWS],
        }
    }

    /// Without room for any yet.
    pub(super) fn none() -> Self {
        Self {
            weights: Vec::new(),
        }
    }

    /// Adds a mixture whose weights count for `requests` requests.
    #[inline]
    pub(super) fn add(&mut self, mixture: &Mixture, requests: f64) {
        for &(row, weight) in mixture.parts() {
            let row = row as usize;
            if row >= self.weights.len() {
                self.grow(row);
            }
            if let Some(sum) = self.weights.get_mut(row) {
                *sum += weight * requests;
            }
        }
    }

    #[cold]
    fn grow(&mut self, row: usize) {
        self.weights.resize((row / ROWS + 1) * ROWS, 0.0);
    }

    /// Moves the latencies into a histogram.
    pub(super) fn drain(&mut self, tables: &FluidTables, into: &mut LogHistogram) {
        let mut cumulative = [0.0; EDGES];
        let (mut total, mut sum_s) = (0.0, 0.0);
        for (index, weight) in self.weights.iter_mut().enumerate() {
            if *weight == 0.0 {
                continue;
            }
            if let Some(row) = tables.row(index) {
                for (sum, cdf) in cumulative.iter_mut().zip(row.cdf.iter()) {
                    *sum += *weight * cdf;
                }
                total += *weight * row.in_time;
                sum_s += *weight * row.latency_s;
            }
            *weight = 0.0;
        }
        let mut below = 0.0;
        for (slot, &upto) in cumulative.iter().chain([&total]).enumerate() {
            // The mean latency belongs to the whole; it is handed over with the last slot.
            let sum_here_s = if slot == EDGES { sum_s } else { 0.0 };
            into.record_in_slot(slot, (upto - below).max(0.0), sum_here_s);
            below = upto.max(below);
        }
    }
}
