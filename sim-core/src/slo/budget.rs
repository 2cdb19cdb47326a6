//! A scenario's objectives, and what a window comes to by each of them.

use super::CauseCounts;
use crate::plane::MAX_THRESHOLDS;
use crate::scenario::document::{ObjectiveDocument, SloDocument};
use crate::study::ObjectiveResult;
pub use sim_planes::slo::budget::{
    BadRequests, BudgetMeter, Judged, Ledger, MAX_OBJECTIVES, Objective, Objectives,
};

/// The objectives, in the document's order.
pub fn objectives(slo: &SloDocument) -> Objectives {
    let mut thresholds = 0;
    let objectives = slo.objectives.iter().map(|objective| match objective {
        ObjectiveDocument::Success { target_percent } => Objective {
            threshold: None,
            target: target_percent / 100.0,
        },
        ObjectiveDocument::Latency { target_percent, .. } => {
            thresholds += 1;
            Objective {
                threshold: Some((thresholds - 1).min(MAX_THRESHOLDS - 1)),
                target: target_percent / 100.0,
            }
        }
    });
    Objectives::new(objectives)
}

/// Thresholds of the latency objectives, seconds, in order.
pub fn thresholds_s(slo: &SloDocument) -> Vec<f64> {
    let thresholds = slo
        .objectives
        .iter()
        .filter_map(|objective| match objective {
            ObjectiveDocument::Latency { threshold_ms, .. } => Some(threshold_ms / 1000.0),
            ObjectiveDocument::Success { .. } => None,
        });
    thresholds.take(MAX_THRESHOLDS).collect()
}

/// The window's result for each objective, given whom the bad requests are blamed on.
pub fn results<'a>(
    window: &BudgetMeter,
    objectives: &Objectives,
    ledgers: impl Iterator<Item = &'a Ledger> + Clone,
) -> Vec<ObjectiveResult> {
    let results = (0..objectives.len()).map(|index| {
        let mut bad_by_cause = CauseCounts::default();
        for bad in ledgers.clone().filter_map(|ledger| ledger.bad().get(index)) {
            for (sum, bad) in bad_by_cause.iter_mut().zip(bad.iter()) {
                *sum += bad;
            }
        }
        let bad: f64 = bad_by_cause.iter().sum();
        let allowed = (1.0 - objectives.target(index)) * window.total();
        ObjectiveResult {
            total: window.total(),
            bad_by_cause,
            budget_consumed: if allowed > 0.0 { bad / allowed } else { 0.0 },
            met: bad <= allowed,
        }
    });
    results.collect()
}
