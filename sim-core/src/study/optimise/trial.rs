//! Designs that were tried, and how they compare: estimates to steer by, not to report.
//!
//! Attainment is a yes or no a replication, so a handful says little. How much of the error budget a replication
//! consumed says far more. Its logarithm is taken as the sum of what the design does, of what the replication does to
//! all designs (a month with a burst at the worst hour: common random numbers), and of chance. What replications do is
//! learnt from all designs together, so that a design that saw three quiet ones is not thought safe, and designs of
//! different replications can be compared.

use super::space::Rungs;
use crate::stats::special::normal_cdf;
use crate::stats::wilson;
use crate::study::probe::Outcome;
use serde::{Deserialize, Serialize};

/// Replications that the smooth estimate of the attainment counts as.
const SMOOTH_WEIGHT: f64 = 4.0;
/// Beyond this, how far a budget is overdrawn or kept is no matter: logarithm of the budget consumed.
pub(super) const FAR: f64 = 3.0;
/// Rounds of the alternating fit of designs and replications; it is a contraction and settles at once.
const FIT_ROUNDS: u32 = 4;

/// One design with its outcomes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Trial {
    /// Rungs of the knobs.
    pub(super) design: Rungs,
    /// Outcomes of replications 0, 1, 2, …
    pub(super) outcomes: Vec<Outcome>,
    /// Outcomes of fresh replications, which no choice of designs has seen.
    pub(super) fresh: Vec<Outcome>,
    /// Why it cannot be simulated; empty where it can.
    pub(super) unsound: String,
}

impl Trial {
    pub(super) fn new(design: Rungs) -> Self {
        Self {
            design,
            outcomes: Vec::new(),
            fresh: Vec::new(),
            unsound: String::new(),
        }
    }
}

/// What is thought of a design.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Score {
    /// Place of its trial.
    pub(super) trial: usize,
    /// Replications.
    pub(super) n: u32,
    /// Cost of a month on the replications that all share, US dollars.
    pub(super) cost: f64,
    /// Mean logarithm of the budget consumed, on the replications that all share.
    pub(super) margin: f64,
    /// Probability of meeting the SLO.
    pub(super) chance: f64,
    /// What the replications let hope for: the upper end of their 80 % interval.
    pub(super) hope: f64,
    /// Whether the means of all bounded figures stay below their bounds.
    pub(super) bounded: bool,
    /// The third figure on the replications that all share, where the front trades one.
    pub(super) third: Option<f64>,
}

/// Logarithm of the budget consumed, as far as it matters.
fn margin(outcome: &Outcome) -> f64 {
    libm::log(outcome.budget.clamp(1e-4, 1e4)).clamp(-FAR, FAR)
}

/// What is known of the attainment at a mean of the logarithm of the budget consumed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Luck {
    /// What each known replication does to all designs.
    shared: Vec<f64>,
    /// Standard deviation of the rest.
    rest: f64,
    /// Mean logarithm, replications met and replications of each design.
    seen: Vec<(f64, f64, f64)>,
}

/// Designs whose mean logarithms differ by less than this are alike: a factor of 1.3 on the budget.
const ALIKE: f64 = 0.25;

impl Luck {
    /// How safe a mean of the logarithm is, 0..1: the attainment if all parts were one normal luck. It goes on rising
    /// where so few replications are missed that the attainment shows no difference yet.
    pub(super) fn safety(&self, margin: f64) -> f64 {
        let n = self.shared.len().max(1) as f64;
        let mean = self.shared.iter().sum::<f64>() / n;
        let squares = self.shared.iter().map(|one| (one - mean) * (one - mean));
        let variance = squares.sum::<f64>() / n + self.rest * self.rest;
        normal_cdf(-margin / variance.sqrt().max(0.3))
    }

    /// The probability of meeting the SLO at this mean of the logarithm: that of the sum of all parts, put right by what
    /// designs with about this mean met.
    pub(super) fn chance(&self, margin: f64) -> f64 {
        let parts = self.shared.iter();
        let parts: f64 = parts
            .map(|shared| normal_cdf(-(margin + shared) / self.rest))
            .sum();
        let model = parts / self.shared.len().max(1) as f64;
        let (mut met, mut all) = (SMOOTH_WEIGHT * model, SMOOTH_WEIGHT);
        for &(other, successes, n) in &self.seen {
            let far = (other - margin) / ALIKE;
            if far.abs() < 4.0 {
                let weight = libm::exp(-0.5 * far * far);
                met += weight * successes;
                all += weight * n;
            }
        }
        met / all
    }
}

/// A table of designs × replications as design + replication, by alternating means; both parts, and the
/// standard deviation of what neither explains.
fn fitted(rows: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>, f64) {
    let longest = rows.iter().map(Vec::len).max().unwrap_or(0);
    let mean = |sum: f64, n: usize| if n > 0 { sum / n as f64 } else { 0.0 };
    let mut designs = vec![0.0; rows.len()];
    let mut shared = vec![0.0; longest];
    for _ in 0..FIT_ROUNDS {
        for (design, row) in designs.iter_mut().zip(rows) {
            let left = row
                .iter()
                .zip(&shared)
                .map(|(value, shared)| value - shared);
            *design = mean(left.sum(), row.len());
        }
        for (index, shared) in shared.iter_mut().enumerate() {
            let left: Vec<f64> = rows
                .iter()
                .zip(&designs)
                .filter_map(|(row, design)| Some(row.get(index)? - design))
                .collect();
            *shared = mean(left.iter().sum(), left.len());
        }
    }
    let mut squares = 0.0;
    let mut count = 0usize;
    for (design, row) in designs.iter().zip(rows) {
        for (value, shared) in row.iter().zip(&shared) {
            squares += (value - shared - design) * (value - shared - design);
            count += 1;
        }
    }
    let free = count.saturating_sub(rows.len() + longest).max(1);
    (designs, shared, (squares / free as f64).sqrt())
}

/// What is thought of all designs with outcomes.
pub(super) struct Opinion {
    /// The designs.
    pub(super) scores: Vec<Score>,
    /// Standard deviation of what is left to chance in a replication: of log cost and of the margin.
    pub(super) noise: [f64; 2],
    /// That of the third figure.
    pub(super) third_noise: f64,
    /// What replications do.
    pub(super) luck: Luck,
}

/// Forms an opinion; `bounds` are figures with the most that their means may be, `third` is a figure that the front trades
/// beside cost and attainment.
pub(super) fn opinion(trials: &[Trial], bounds: &[(usize, f64)], third: Option<usize>) -> Opinion {
    let tried: Vec<(usize, &Trial)> = trials
        .iter()
        .enumerate()
        .filter(|(_, trial)| !trial.outcomes.is_empty())
        .collect();
    let rows = |value: &dyn Fn(&Outcome) -> f64| -> Vec<Vec<f64>> {
        let row = |(_, trial): &(usize, &Trial)| trial.outcomes.iter().map(value).collect();
        tried.iter().map(row).collect()
    };
    let (costs, _, cost_noise) = fitted(&rows(&|outcome| libm::log(outcome.cost().max(1e-9))));
    let (centres, shared, margin_noise) = fitted(&rows(&margin));
    let thirds = third.map(|index| fitted(&rows(&|outcome| outcome.figures[index])));
    let successes = |trial: &Trial| trial.outcomes.iter().filter(|one| one.met).count() as f64;
    let seen = tried.iter().zip(&centres);
    let seen =
        seen.map(|((_, tried), &centre)| (centre, successes(tried), tried.outcomes.len() as f64));
    let luck = Luck {
        shared,
        rest: margin_noise.max(0.02),
        seen: seen.collect(),
    };
    let places = tried.iter().enumerate().map(|(place, (trial, tried))| {
        let outcomes = &tried.outcomes;
        let met = successes(tried);
        let n = outcomes.len() as f64;
        let smooth = luck.chance(centres[place]);
        let figure = |index: usize| {
            let values = outcomes.iter().map(|outcome| outcome.figures[index]);
            values.sum::<f64>() / n
        };
        Score {
            trial: *trial,
            n: outcomes.len() as u32,
            cost: libm::exp(costs[place]),
            margin: centres[place],
            chance: (met + SMOOTH_WEIGHT * smooth) / (n + SMOOTH_WEIGHT),
            hope: wilson(met as u64, n as u64, 0.8).1,
            bounded: bounds.iter().all(|&(index, most)| figure(index) <= most),
            third: thirds.as_ref().map(|(designs, ..)| designs[place]),
        }
    });
    Opinion {
        scores: places.collect(),
        noise: [cost_noise, margin_noise],
        third_noise: thirds.as_ref().map_or(0.0, |(.., noise)| *noise),
        luck,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A design that saw only the dear replications is not thought dearer.
    #[test]
    fn what_replications_share_is_taken_out() {
        let shared = [0.0, 0.5, -0.5, 3.0];
        let rows: Vec<Vec<f64>> = [(1.0, 2), (2.0, 4), (3.0, 3)]
            .iter()
            .map(|&(design, n)| shared[..n].iter().map(|x| x + design).collect())
            .collect();
        let (designs, _, noise) = fitted(&rows);
        assert!((designs[1] - designs[0] - 1.0).abs() < 0.05, "{designs:?}");
        assert!((designs[2] - designs[1] - 1.0).abs() < 0.05, "{designs:?}");
        assert!(noise < 0.2, "{noise}");
    }
}
