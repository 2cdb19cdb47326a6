//! The difference of one figure between two scenarios, pair by pair.

use crate::stats::{Summary, paired_difference, tango};
use crate::study::report::Proportion;
use serde::{Deserialize, Serialize};

/// A figure whose whole interval lies within this share of the baseline's mean is practically the same.
pub const SAME_SHARE: f64 = 0.005;

/// A probability whose whole interval lies within this difference is practically the same: one point.
pub const SAME_POINTS: f64 = 0.01;

/// What an interval says about a difference, by fixed thresholds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The whole interval lies within half a per cent of the baseline's mean (of a probability: one point).
    Same,
    /// The whole interval lies below zero.
    Less,
    /// The whole interval lies above zero.
    More,
    /// The interval holds zero, and more than a negligible difference: more replications would tell.
    Open,
}

impl Verdict {
    fn of(low: f64, high: f64, negligible: f64) -> Self {
        if low >= -negligible && high <= negligible {
            Self::Same
        } else if high < 0.0 {
            Self::Less
        } else if low > 0.0 {
            Self::More
        } else {
            Self::Open
        }
    }

    /// The verdict in words.
    pub fn label(self) -> &'static str {
        match self {
            Self::Same => "practically the same",
            Self::Less => "less",
            Self::More => "more",
            Self::Open => "not distinguishable",
        }
    }
}

/// A figure in the baseline and in a candidate, and the paired difference of the two.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// Key of the figure.
    pub key: String,
    /// Words for people.
    pub label: String,
    /// Unit; empty for plain counts.
    pub unit: String,
    /// Mean in the baseline, over the pairs in which both have a value.
    pub baseline: f64,
    /// Mean in the candidate, over the same pairs.
    pub candidate: f64,
    /// Candidate minus baseline over the pairs, with the 95 % interval of its mean.
    pub difference: Summary,
    /// Share of the pairs in which the candidate's value is the lower: cheaper, faster, rarer.
    pub lower_in: Proportion,
    /// Pairs in which both values are equal.
    pub equal: u32,
    /// What the interval says.
    pub verdict: Verdict,
}

impl Difference {
    /// Of values that belong together by their place; pairs without a value (no latency where nothing was answered)
    /// are left out.
    pub(in crate::study) fn of(
        (key, label, unit): (&str, &str, &str),
        baseline: &[f64],
        candidate: &[f64],
    ) -> Self {
        let pairs = baseline.iter().copied().zip(candidate.iter().copied());
        let (before, after): (Vec<f64>, Vec<f64>) = pairs
            .filter(|(a, b)| a.is_finite() && b.is_finite())
            .unzip();
        let difference = paired_difference(&after, &before).unwrap_or_default();
        let mean = |values: &[f64]| Summary::of(values).mean;
        let (baseline, candidate) = (mean(&before), mean(&after));
        let pairs = || before.iter().zip(&after);
        let half = difference.half_width();
        let verdict = Verdict::of(
            difference.mean - half,
            difference.mean + half,
            SAME_SHARE * baseline.abs(),
        );
        Self {
            key: key.to_owned(),
            label: label.to_owned(),
            unit: unit.to_owned(),
            baseline,
            candidate,
            difference,
            lower_in: Proportion::of(pairs().map(|(a, b)| b < a)),
            equal: pairs().filter(|(a, b)| a == b).count() as u32,
            verdict,
        }
    }
}

/// How often something came true in two scenarios' pairs of runs.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PairedProportion {
    /// Pairs.
    pub n: u32,
    /// True in both.
    pub both: u32,
    /// True in the candidate only.
    pub only_candidate: u32,
    /// True in the baseline only.
    pub only_baseline: u32,
    /// Probability in the baseline.
    pub baseline: f64,
    /// Probability in the candidate.
    pub candidate: f64,
    /// Candidate minus baseline, −1 to 1.
    pub difference: f64,
    /// Lower end of its 95 % interval (Tango's score interval).
    pub ci_low: f64,
    /// Upper end of its 95 % interval.
    pub ci_high: f64,
    /// What the interval says.
    pub verdict: Verdict,
}

impl PairedProportion {
    /// Of what came true, baseline and candidate pair by pair.
    pub(in crate::study) fn of(pairs: impl Iterator<Item = (bool, bool)> + Clone) -> Self {
        let count = |wanted: (bool, bool)| pairs.clone().filter(|&pair| pair == wanted).count();
        let (both, only_baseline) = (count((true, true)), count((true, false)));
        let (only_candidate, neither) = (count((false, true)), count((false, false)));
        let n = both + only_baseline + only_candidate + neither;
        let share = |count: usize| count as f64 / (n.max(1)) as f64;
        let (ci_low, ci_high) = tango(only_candidate as u64, only_baseline as u64, n as u64, 0.95);
        Self {
            n: n as u32,
            both: both as u32,
            only_candidate: only_candidate as u32,
            only_baseline: only_baseline as u32,
            baseline: share(both + only_baseline),
            candidate: share(both + only_candidate),
            difference: share(only_candidate) - share(only_baseline),
            ci_low,
            ci_high,
            verdict: Verdict::of(ci_low, ci_high, SAME_POINTS),
        }
    }
}
