//! Disruption budgets: how many nodes may be disrupted at once.
//!
//! Source: kubernetes-sigs/karpenter, pkg/apis/v1 (GetAllowedDisruptions: per cent are rounded up) and
//! pkg/controllers/disruption/helpers.go (BuildDisruptionBudgetMapping: nodes that are being disrupted already
//! are taken off; nodes that are not ready yet count neither for nor against).

use crate::scenario::document::{BudgetDocument, DisruptionReason};

/// Nodes that may be disrupted now for this reason, of `total` ready nodes of which `disrupting` are being disrupted
/// already. Of several budgets that hold for the reason the smallest counts.
pub(super) fn allowed(
    budgets: &[BudgetDocument],
    reason: DisruptionReason,
    total: u32,
    disrupting: u32,
) -> u32 {
    let most = budgets
        .iter()
        .filter(|budget| {
            let reasons = reasons(budget);
            reasons.is_empty() || reasons.contains(&reason)
        })
        .map(|budget| match budget {
            BudgetDocument::Percent { percent, .. } => {
                // Exact for whole per cent: 20 % of 15 nodes is 3, not 4.
                (percent * f64::from(total) / 100.0).ceil() as u32
            }
            BudgetDocument::Count { nodes, .. } => *nodes,
        })
        .min();
    most.unwrap_or(u32::MAX).saturating_sub(disrupting)
}

fn reasons(budget: &BudgetDocument) -> &[DisruptionReason] {
    match budget {
        BudgetDocument::Percent { reasons, .. } | BudgetDocument::Count { reasons, .. } => reasons,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DisruptionReason::{Drifted, Empty, Underutilized};

    fn percent(percent: f64, reasons: &[DisruptionReason]) -> BudgetDocument {
        BudgetDocument::Percent {
            percent,
            reasons: reasons.to_vec(),
        }
    }

    fn count(nodes: u32, reasons: &[DisruptionReason]) -> BudgetDocument {
        BudgetDocument::Count {
            nodes,
            reasons: reasons.to_vec(),
        }
    }

    /// The documentation's example, and that the default of 10 % lets one node of a small pool go.
    #[test]
    fn per_cent_are_rounded_up_and_disrupted_nodes_taken_off() {
        let budgets = [percent(20.0, &[])];
        for (total, disrupting, expected) in [
            (19, 0, 4),
            (19, 1, 3),
            (19, 4, 0),
            (19, 9, 0),
            (15, 0, 3),
            (0, 0, 0),
        ] {
            assert_eq!(
                allowed(&budgets, Empty, total, disrupting),
                expected,
                "{total} {disrupting}"
            );
        }
        assert_eq!(allowed(&[percent(10.0, &[])], Underutilized, 3, 0), 1);
        for whole in 1..=100u32 {
            for total in 0..200 {
                let exact = (whole * total).div_ceil(100);
                let budget = [percent(f64::from(whole), &[])];
                assert_eq!(
                    allowed(&budget, Empty, total, 0),
                    exact,
                    "{whole} % of {total}"
                );
            }
        }
    }

    /// Upstream's test of a pool with many budgets: 10, 100 and 100 % for all, 15 for drift and underutilised,
    /// 5 for drift, 4 for empty.
    #[test]
    fn the_smallest_budget_that_names_the_reason_counts() {
        let budgets = [
            count(10, &[]),
            count(100, &[]),
            percent(100.0, &[]),
            count(15, &[Drifted, Underutilized]),
            count(5, &[Drifted]),
            count(4, &[Empty]),
        ];
        let allowed = |reason| allowed(&budgets, reason, 100, 0);
        assert_eq!(
            (allowed(Empty), allowed(Drifted), allowed(Underutilized)),
            (4, 5, 10)
        );
    }

    #[test]
    fn without_a_budget_for_the_reason_all_may_go() {
        assert_eq!(allowed(&[count(0, &[Drifted])], Empty, 7, 0), u32::MAX);
        assert_eq!(allowed(&[count(0, &[])], Empty, 7, 0), 0);
    }
}
