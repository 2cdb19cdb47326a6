//! Disruption budgets: how many nodes may be disrupted at once.
//!
//! Source: kubernetes-sigs/karpenter, pkg/apis/v1 (GetAllowedDisruptions: per cent are rounded up) and
//! pkg/controllers/disruption/helpers.go (BuildDisruptionBudgetMapping: nodes that are being disrupted already
//! are taken off; nodes that are not ready yet count neither for nor against).

use crate::scenario::document::{
    BudgetDocument, BudgetHoursDocument, BudgetLimitDocument, DisruptionReason,
};

const HOUR_S: f64 = 3600.0;
const DAY_S: f64 = 24.0 * HOUR_S;

/// Nodes that may be disrupted at a time (seconds since any Monday at 00:00) for a reason, of `total` ready nodes of
/// which `disrupting` are being disrupted already. Of several budgets that hold, the smallest counts.
pub(super) fn allowed(
    budgets: &[BudgetDocument],
    reason: DisruptionReason,
    time_s: f64,
    (total, disrupting): (u32, u32),
) -> u32 {
    let most = budgets
        .iter()
        .filter(|budget| budget.reasons.is_empty() || budget.reasons.contains(&reason))
        .filter(|budget| {
            budget
                .hours
                .as_ref()
                .is_none_or(|hours| contains(hours, time_s))
        })
        .map(|budget| match budget.most {
            // Exact for whole per cent: 20 % of 15 nodes is 3, not 4.
            BudgetLimitDocument::Percent { percent } => {
                (percent * f64::from(total) / 100.0).ceil() as u32
            }
            BudgetLimitDocument::Count { nodes } => nodes,
        })
        .min();
    most.unwrap_or(u32::MAX).saturating_sub(disrupting)
}

/// The start belongs to the hours, the end does not.
fn contains(hours: &BudgetHoursDocument, time_s: f64) -> bool {
    let day = (time_s / DAY_S).floor();
    let in_day_h = (time_s - day * DAY_S) / HOUR_S;
    let weekday = |day: f64| (day - 7.0 * (day / 7.0).floor()) as u32;
    let (started, ended) = (in_day_h >= hours.from_hour, in_day_h >= hours.to_hour);
    let today = hours.days.contains(weekday(day));
    if hours.from_hour < hours.to_hour {
        today && started && !ended
    } else {
        (today && started) || (hours.days.contains(weekday(day - 1.0)) && !ended)
    }
}

/// When some budget may begin or cease to hold, strictly after `time_s`; infinite when all hold always.
pub(super) fn next_change_s(budgets: &[BudgetDocument], time_s: f64) -> f64 {
    let midnight_s = (time_s / DAY_S).floor() * DAY_S;
    let hours = budgets.iter().filter_map(|budget| budget.hours.as_ref());
    let ends = hours.flat_map(|hours| [hours.from_hour, hours.to_hour]);
    let today_and_tomorrow = ends.flat_map(|hour| {
        let today_s = midnight_s + hour * HOUR_S;
        [today_s, today_s + DAY_S]
    });
    today_and_tomorrow
        .filter(|at_s| *at_s > time_s)
        .fold(f64::INFINITY, f64::min)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::document::DaysDocument;
    use DisruptionReason::{Drifted, Empty, Underutilized};

    fn budget(most: BudgetLimitDocument, reasons: &[DisruptionReason]) -> BudgetDocument {
        BudgetDocument {
            most,
            reasons: reasons.to_vec(),
            hours: None,
        }
    }

    fn percent(percent: f64, reasons: &[DisruptionReason]) -> BudgetDocument {
        budget(BudgetLimitDocument::Percent { percent }, reasons)
    }

    fn count(nodes: u32, reasons: &[DisruptionReason]) -> BudgetDocument {
        budget(BudgetLimitDocument::Count { nodes }, reasons)
    }

    fn allowed_of(
        budgets: &[BudgetDocument],
        reason: DisruptionReason,
        total: u32,
        disrupting: u32,
    ) -> u32 {
        allowed(budgets, reason, 0.0, (total, disrupting))
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
                allowed_of(&budgets, Empty, total, disrupting),
                expected,
                "{total} {disrupting}"
            );
        }
        assert_eq!(allowed_of(&[percent(10.0, &[])], Underutilized, 3, 0), 1);
        for whole in 1..=100u32 {
            for total in 0..200 {
                let exact = (whole * total).div_ceil(100);
                let budget = [percent(f64::from(whole), &[])];
                assert_eq!(
                    allowed_of(&budget, Empty, total, 0),
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
        let allowed = |reason| allowed_of(&budgets, reason, 100, 0);
        assert_eq!(
            (allowed(Empty), allowed(Drifted), allowed(Underutilized)),
            (4, 5, 10)
        );
    }

    #[test]
    fn without_a_budget_for_the_reason_all_may_go() {
        assert_eq!(allowed_of(&[count(0, &[Drifted])], Empty, 7, 0), u32::MAX);
        assert_eq!(allowed_of(&[count(0, &[])], Empty, 7, 0), 0);
    }
    /// The documentation's example of a budget that lets nothing go in business hours.
    #[test]
    fn a_budget_holds_in_its_hours_only() {
        let hours = |days, from_hour, to_hour| {
            let hours = BudgetHoursDocument {
                days,
                from_hour,
                to_hour,
            };
            [
                count(3, &[]),
                BudgetDocument {
                    hours: Some(hours),
                    ..count(0, &[])
                },
            ]
        };
        let business = hours(DaysDocument::Workdays, 9.0, 17.0);
        let at = |budgets: &[BudgetDocument], day: f64, hour: f64| {
            allowed(budgets, Empty, (24.0 * day + hour) * HOUR_S, (10, 0))
        };
        for (day, hour, expected) in [
            (0.0, 8.99, 3),
            (0.0, 9.0, 0),
            (4.0, 16.99, 0),
            (4.0, 17.0, 3),
            (5.0, 12.0, 3),
            (7.0, 12.0, 0),
            (-3.0, 12.0, 0),
            (-1.0, 12.0, 3),
        ] {
            assert_eq!(at(&business, day, hour), expected, "day {day}, {hour} h");
        }
        let night = hours(DaysDocument::Workdays, 22.0, 6.0);
        assert_eq!((at(&night, 5.0, 5.0), at(&night, 6.0, 5.0)), (0, 3));
        assert_eq!(next_change_s(&business, 10.0 * HOUR_S), 17.0 * HOUR_S);
        assert_eq!(next_change_s(&business, 17.0 * HOUR_S), 33.0 * HOUR_S);
        assert_eq!(next_change_s(&[count(1, &[])], 0.0), f64::INFINITY);
    }
}
