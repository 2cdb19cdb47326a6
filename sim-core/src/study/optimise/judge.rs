//! Judging candidates for the recommendation on replications that did not choose them; the rules are in `confirm.rs`.

use super::confirm::CANDIDATES;
use super::search::{FRESH, LEAST_KNOWN, LIKELY, Search, Verdict};
use super::trial::Score;
use crate::study::probe::Probe;

/// A candidate is given up when, judged by its fresh replications, it passes the last look with less than this.
const FUTILE: f64 = 0.15;

impl Search {
    /// Candidates for the recommendation, cheapest first, on fresh replications.
    pub(super) fn confirm(&mut self) -> Vec<Probe> {
        let plan = self.plan();
        let left = self.budget.saturating_sub(self.spent);
        if let Some(&(trial, Verdict::Open)) = self.tested.last() {
            let fresh = &self.trials[trial].fresh;
            let (n, misses) = (
                fresh.len() as u32,
                fresh.iter().filter(|outcome| !outcome.met).count() as u32,
            );
            let [first, second] = plan.looks;
            let look = n == first || n == second;
            let seen = (f64::from(n - misses) + 0.5) / f64::from(n + 1);
            // Given up at any time, passed at the looks only: giving up cannot err.
            let verdict = if look && plan.passes(n - misses, n) && self.keeps(trial) {
                Verdict::Passed
            } else if plan.hopeless(misses)
                || plan.power(seen) < FUTILE
                || n >= second
                || left < if n < first { first - n } else { second - n }
            {
                Verdict::Failed
            } else {
                Verdict::Open
            };
            if let Some(last) = self.tested.last_mut() {
                last.1 = verdict;
            }
            match verdict {
                Verdict::Passed => return Vec::new(),
                Verdict::Failed => {}
                Verdict::Open => {
                    let ends = [first.div_ceil(2), first, first.midpoint(second), second];
                    let until = ends.into_iter().find(|end| *end > n).unwrap_or(second);
                    return vec![self.probe(trial, FRESH + n, until - n)];
                }
            }
        }
        let scores = self.opinion().scores;
        let tested = self.tested.len() as u32;
        if tested >= CANDIDATES || left < plan.looks[0] {
            return Vec::new();
        }
        // Who has seen candidates fail, or can afford no other, asks more of the next.
        let last = left < plan.looks[1];
        let wanted = [0.6, 0.8, 0.9, 0.95][tested.min(3) as usize];
        let wanted = if last { 0.95 } else { wanted };
        let untested = |score: &&Score| {
            score.bounded && !self.tested.iter().any(|(trial, _)| *trial == score.trial)
        };
        let power = |score: &Score| plan.power(score.chance);
        let open = || scores.iter().filter(untested);
        let sure = open().filter(|score| power(score) >= wanted);
        let sure = sure.min_by(|a, b| a.cost.total_cmp(&b.cost));
        let likely = || {
            open()
                .filter(|score| power(score) >= LIKELY)
                .max_by(|a, b| {
                    power(a)
                        .total_cmp(&power(b))
                        .then(b.cost.total_cmp(&a.cost))
                })
        };
        let Some(score) = sure.or_else(likely).copied() else {
            return Vec::new();
        };
        // Replications of the search are cheaper than a failure.
        let vetted = (plan.looks[0] * 2 / 3).clamp(LEAST_KNOWN, 64);
        if score.n < vetted && left >= plan.looks[0] + vetted {
            return vec![self.more(score.trial, vetted - score.n)];
        }
        self.tested.push((score.trial, Verdict::Open));
        vec![self.probe(score.trial, FRESH, plan.looks[0].div_ceil(2))]
    }

    /// Whether fresh replications keep the bounded figures below their bounds by the upper ends of their intervals.
    fn keeps(&self, trial: usize) -> bool {
        self.bounds.iter().all(|&(figure, most)| {
            let fresh = self.trials[trial].fresh.iter();
            let values: Vec<f64> = fresh.map(|outcome| outcome.figures[figure]).collect();
            crate::stats::Summary::of(&values).ci_high <= most
        })
    }
}
