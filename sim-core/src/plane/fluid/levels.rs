//! The shapes of wait between which the fluid plane mixes, and the one that fits measured shares best.

use super::calibration_table::MULTIPLES;
use super::service_law::ServiceLaw;
use super::wait_law::WaitLaw;

/// Loads of M/G/1 whose laws of the wait are the levels.
pub(super) const LEVELS: [f64; 7] = [0.0, 0.3, 0.6, 0.8, 0.9, 0.95, 1.0];
/// Steps per level in the search for the best fit.
const SEARCH: u32 = 20;

/// The laws of all levels for one service.
#[derive(Clone, Debug)]
pub(super) struct Shapes {
    pub(super) laws: [WaitLaw; LEVELS.len()],
}

impl Shapes {
    pub(super) fn new(service: &ServiceLaw) -> Self {
        Self {
            laws: LEVELS.map(|load| WaitLaw::new(service, load)),
        }
    }

    /// The position of M/G/1 at `load` on the levels: a level's index, or in between.
    pub(super) fn position(load: f64) -> f64 {
        let load = load.clamp(0.0, 1.0);
        let right = LEVELS
            .partition_point(|&l| l < load)
            .clamp(1, LEVELS.len() - 1);
        (right - 1) as f64 + (load - LEVELS[right - 1]) / (LEVELS[right] - LEVELS[right - 1])
    }

    /// The position whose shares above the measured multiples of the mean are nearest to `above`.
    pub(super) fn fit(&self, above: &[f64; MULTIPLES.len()]) -> f64 {
        let tails: Vec<[f64; MULTIPLES.len()]> = self
            .laws
            .iter()
            .map(|law| MULTIPLES.map(|x| 1.0 - law.cdf(x)))
            .collect();
        let mut best = (f64::INFINITY, (LEVELS.len() - 1) as f64);
        for step in 0..=SEARCH * (LEVELS.len() as u32 - 1) {
            let position = f64::from(step) / f64::from(SEARCH);
            let low = (position as usize).min(LEVELS.len() - 2);
            let t = position - low as f64;
            let error: f64 = (0..MULTIPLES.len())
                .map(|k| tails[low][k] + t * (tails[low + 1][k] - tails[low][k]) - above[k])
                .map(|difference| difference * difference)
                .sum();
            // Of equal fits, the one nearest to the exponential.
            if error <= best.0 {
                best = (error, position);
            }
        }
        best.1
    }
}
