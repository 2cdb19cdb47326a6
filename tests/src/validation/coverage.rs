//! How often the intervals of the oracles miss, over many seeds: a 99 % interval must miss one time in a hundred.

use serde::{Deserialize, Serialize};
use sim_core::validation::{Evidence, Rule, cases};
use std::collections::BTreeMap;

/// `tests/figures/oracle_coverage.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Coverage {
    /// Seeds 1 to this were run.
    pub seeds: u64,
    /// Figures that are judged by their interval.
    pub figures: u64,
    /// The figures that missed it.
    pub misses: Vec<Miss>,
}

/// A figure that missed its interval.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Miss {
    /// Case and figure.
    pub figure: String,
    /// With which seeds.
    pub seeds: Vec<u64>,
}

impl Coverage {
    /// Intervals that were judged.
    pub fn judged(&self) -> u64 {
        self.seeds * self.figures
    }

    /// Intervals that missed.
    pub fn missed(&self) -> usize {
        self.misses.iter().map(|miss| miss.seeds.len()).sum()
    }
}

/// Runs every case with seeds 1 to `seeds`; about half a minute each.
pub fn measure(seeds: u64) -> Coverage {
    let cases = cases();
    let mut missed: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for seed in 1..=seeds {
        eprintln!("seed {seed} of {seeds}");
        for case in cases.iter().filter(|case| case.requests > 0.0) {
            let mut evidence = Evidence::new(case);
            for index in 0..case.samples {
                evidence.add(index, case.sample(seed, index));
            }
            for (oracle, verdict) in case.oracles.iter().zip(evidence.verdicts(case)) {
                let expected = oracle.expected.number();
                let inside = verdict
                    .interval
                    .is_some_and(|(low, high)| low <= expected && expected <= high);
                if matches!(oracle.rule, Rule::Interval { .. }) && !inside {
                    let figure = format!("{}/{}", case.about.id, oracle.key);
                    missed.entry(figure).or_default().push(seed);
                }
            }
        }
    }
    let by_interval = |case: &sim_core::validation::Case| {
        let rules = case.oracles.iter().map(|oracle| oracle.rule);
        rules
            .filter(|rule| matches!(rule, Rule::Interval { .. }))
            .count() as u64
    };
    Coverage {
        seeds,
        figures: cases.iter().map(by_interval).sum(),
        misses: missed
            .into_iter()
            .map(|(figure, seeds)| Miss { figure, seeds })
            .collect(),
    }
}
