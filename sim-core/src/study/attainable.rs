//! The best SLO target that a design attains: how small the error budgets could be.
//!
//! A design that in a share w of the windows consumes no more than b of its error budgets would meet budgets of b times
//! the size as surely as wanted (w): targets of 1 − b · (1 − target) for every objective at once. So b is the w-quantile
//! of the budget consumed over the replications, taken as the smallest value that a share w of them keep. Its 95 %
//! interval lies between two order statistics (David & Nagaraja, *Order Statistics*, 2003, §7.1), whatever the
//! distribution: at least 95 %, for counts are whole. Few replications say nothing about the upper end: at 90 % it takes
//! 36 of them.
//!
//! When it is wrong: a latency target of more nines keeps its threshold; storage and jobs that miss have no budget, and
//! count as half a budget too much.

use super::optimise::at_least;
use super::sweep::SweepReport;
use crate::scenario::document::ObjectiveDocument;
use crate::stats::sort_by;
use serde::{Deserialize, Serialize};

/// Fewest replications that tell a quantile.
const LEAST: usize = 8;

/// A dearer design that keeps hardly less of its budgets is no better.
const SAME: f64 = 0.01;

/// The share of its error budgets that a design keeps as surely as wanted; 1 is the SLO as it is, less is a better one.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BudgetKept {
    /// The share.
    pub estimate: f64,
    /// Lower bound of its 95 % interval.
    pub ci_low: f64,
    /// Upper bound; none where too few replications tell.
    pub ci_high: Option<f64>,
}

impl BudgetKept {
    /// From the budgets consumed and the wanted probability; none of fewer than eight.
    pub fn of(budgets: &[f64], wanted: f64) -> Option<Self> {
        Self::at(&Ranks::of(budgets.len() as u32, wanted), budgets)
    }

    /// From the budgets consumed and the ranks for their number.
    pub(super) fn at(ranks: &Ranks, budgets: &[f64]) -> Option<Self> {
        if budgets.len() < LEAST {
            return None;
        }
        let mut sorted = budgets.to_vec();
        sorted.sort_unstable_by(f64::total_cmp);
        let value = |k: u32| sorted.get((k as usize).checked_sub(1)?).copied();
        Some(Self {
            estimate: value(ranks.place)?,
            ci_low: value(ranks.low).unwrap_or(0.0),
            ci_high: value(ranks.high),
        })
    }
}

/// Which of so many ordered values are a quantile and the ends of its interval: the same for all designs of a sweep that
/// have as many replications.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Ranks {
    pub(super) n: u32,
    place: u32,
    low: u32,
    high: u32,
}

impl Ranks {
    pub(super) fn of(n: u32, wanted: f64) -> Self {
        let place = libm::ceil(f64::from(n) * wanted - 1e-9).clamp(1.0, f64::from(n.max(1)));
        Self {
            n,
            place: place as u32,
            // Of n values, so many lie at or below the quantile with these probabilities.
            low: first(n, |k| at_least(k, n, wanted) < 0.975) - 1,
            high: first(n, |k| at_least(k, n, wanted) <= 0.025),
        }
    }
}

/// The smallest of 1 … n for which something holds, that holds for all larger ones; n + 1 where it never does.
fn first(n: u32, holds: impl Fn(u32) -> bool) -> u32 {
    let (mut from, mut to) = (1, n + 1);
    while from < to {
        let middle = from.midpoint(to);
        match holds(middle) {
            true => to = middle,
            false => from = middle + 1,
        }
    }
    from
}

/// Designs that no cheaper one beats in the budget that they keep, cheapest first: the best target against cost.
pub fn attainable(report: &SweepReport) -> Vec<u32> {
    let mut known: Vec<(u32, f64, f64)> = report
        .points
        .iter()
        .filter_map(|point| {
            let kept = point.budget_kept?;
            Some((point.design, point.cost_per_month.mean, kept.estimate))
        })
        .collect();
    sort_by(&mut known, |a, b| {
        a.1.total_cmp(&b.1).then(a.2.total_cmp(&b.2))
    });
    let mut best = f64::INFINITY;
    known.retain(|(_, _, kept)| {
        let better = *kept < (1.0 - SAME) * best;
        best = best.min(*kept);
        better
    });
    known.into_iter().map(|(design, ..)| design).collect()
}

/// An objective with so much of its error budget, in words such as "99.95 % success".
pub fn with_budget(objective: &ObjectiveDocument, share: f64) -> String {
    let target = tidy(100.0 - share * (100.0 - objective.target_percent()));
    let mut changed = objective.clone();
    match &mut changed {
        ObjectiveDocument::Success { target_percent }
        | ObjectiveDocument::Latency { target_percent, .. } => *target_percent = target,
    }
    super::report::objective_label(&changed).0
}

/// A target with as many decimals as two digits of what is missing to 100 % take, rounded down.
fn tidy(percent: f64) -> f64 {
    let missing = 100.0 - percent;
    if missing <= 1e-6 {
        return 100.0;
    }
    let decimals = (1.0 - libm::floor(libm::log10(missing))).clamp(0.0, 8.0);
    let scale = libm::pow(10.0, decimals);
    (libm::floor(percent * scale + 1e-9) / scale).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Purpose, StreamKey, uniform};

    #[test]
    fn order_statistics_by_hand() {
        let budgets: Vec<f64> = (1..=100).map(f64::from).collect();
        let kept = BudgetKept::of(&budgets, 0.9).expect("enough");
        // Binomial(100, 0.9): P(at least 84) = 0.979, P(at least 85) = 0.960; P(at least 96) = 0.024.
        assert_eq!(
            (kept.estimate, kept.ci_low, kept.ci_high),
            (90.0, 84.0, Some(96.0))
        );
        assert_eq!(BudgetKept::of(&budgets[..7], 0.9), None);
        let few = BudgetKept::of(&budgets[..20], 0.9).expect("enough");
        assert_eq!((few.estimate, few.ci_high), (18.0, None));
    }

    /// Intervals of 1,000 samples of a known law hold its quantile in at least 95 %, and not in nearly all.
    #[test]
    fn intervals_hold_the_quantile() {
        let mut held = 0;
        for replication in 0..1000 {
            let key = StreamKey {
                seed: 11,
                replication,
                component: 0,
                purpose: Purpose::DesignSearch,
            };
            let mut rng = key.rng();
            let sample: Vec<f64> = (0..120).map(|_| uniform(&mut rng)).collect();
            let kept = BudgetKept::of(&sample, 0.9).expect("enough");
            held += u32::from(kept.ci_low <= 0.9 && kept.ci_high.is_some_and(|high| high >= 0.9));
        }
        assert!((940..=990).contains(&held), "{held} of 1000");
    }

    #[test]
    fn targets_keep_two_digits_of_what_is_missing() {
        let success = ObjectiveDocument::Success {
            target_percent: 99.9,
        };
        let latency = ObjectiveDocument::Latency {
            threshold_ms: 300.0,
            target_percent: 99.0,
        };
        assert_eq!(with_budget(&success, 1.0), "99.9 % success");
        assert_eq!(with_budget(&success, 0.5), "99.95 % success");
        assert_eq!(with_budget(&success, 0.123), "99.987 % success");
        assert_eq!(with_budget(&success, 3.0), "99.7 % success");
        assert_eq!(with_budget(&latency, 0.04), "99.96 % within 300 ms");
        assert_eq!(with_budget(&latency, 0.0), "100 % within 300 ms");
    }
}
