//! Nodes, commitments and pod sizes.

use super::summary_cells;
use crate::table::{Table, number, percent};
use sim_core::study::Report;

/// The spot pools, what they save and what they cost; nothing without spot nodes.
pub(super) fn spot(report: &Report) -> String {
    let Some(spot) = &report.spot else {
        return String::new();
    };
    let mut table = Table::new([
        "Spot pool",
        "node-hours",
        "95 % CI",
        "nodes reclaimed",
        "95 % CI",
    ]);
    for pool in &spot.pools {
        let [hours, hours_interval, ..] = summary_cells(&pool.node_hours);
        let [reclaimed, reclaimed_interval, ..] = summary_cells(&pool.interruptions);
        table.row([
            pool.name.clone(),
            hours,
            hours_interval,
            reclaimed,
            reclaimed_interval,
        ]);
    }
    let [usd, interval, ..] = summary_cells(&spot.usd_per_month);
    format!(
        "{}{} of the node-hours are spot, {} on demand in their place; nodes cost {usd} USD a month ({interval}), {} {} than {} for the same node-hours on demand; {} requests ended with their nodes, {} retries per request\n",
        table.text(),
        percent(spot.spot_share.mean),
        percent(spot.fallback_share.mean),
        percent(spot.savings.mean.abs()),
        if spot.savings.mean < 0.0 {
            "more"
        } else {
            "less"
        },
        number(spot.all_on_demand_usd_per_month.mean),
        number(spot.lost.mean),
        number(spot.retries_per_request.mean),
    )
}

/// Batch work on what the nodes have left; nothing without it.
pub(super) fn backfill(report: &Report) -> String {
    let Some(backfill) = &report.backfill else {
        return String::new();
    };
    format!(
        "{} core-hours of batch work done on idle nodes ({} of what they had to spare), {} left; {} USD a month on machines of its own; {} pods waited {} s each for it to leave\n",
        number(backfill.done.mean),
        percent(backfill.idle_used.mean),
        number(backfill.left.mean),
        number(backfill.saved_usd_per_month.mean),
        number(backfill.preemptions.mean),
        number(backfill.preemption_s),
    )
}

/// Levels of a commitment that are listed on either side of the best and the present one.
const LEVELS_AROUND: u32 = 2;

/// The commitment, and what other levels would cost; nothing without one.
pub(super) fn commitment(report: &Report) -> String {
    let Some(commitment) = &report.commitment else {
        return String::new();
    };
    let mut table = Table::new([
        "Committed nodes",
        "USD/month, with what is on demand beyond",
        "one more is used",
    ]);
    let present = commitment.nodes.round() as u32;
    let is_near = |level: u32, other: u32| level.abs_diff(other) <= LEVELS_AROUND;
    let costs = commitment.usd_per_month.iter().zip(&commitment.used_at);
    for (level, (usd, used)) in (0..).zip(costs) {
        if level == 0 || is_near(level, commitment.best_nodes) || is_near(level, present) {
            let mark = if level == commitment.best_nodes {
                " (least)"
            } else {
                ""
            };
            table.row([format!("{level}{mark}"), number(*usd), percent(*used)]);
        }
    }
    format!(
        "{}{} nodes are committed to: {} of it used, {} USD a month wasted; one more pays while it is used above {} of the time\n",
        table.text(),
        number(commitment.nodes),
        percent(commitment.used.mean),
        number(commitment.unused_usd_per_month.mean),
        percent(commitment.critical_share),
    )
}

/// What the Vertical Pod Autoscaler recommends; nothing without one.
pub(super) fn right_sizing(report: &Report) -> String {
    if report.right_sizing.is_empty() {
        return String::new();
    }
    let mut table = Table::new([
        "Recommended requests",
        "requested",
        "target",
        "95 % CI",
        "lower bound",
        "upper bound",
        "unit",
    ]);
    for resource in &report.right_sizing {
        let [target, interval, ..] = summary_cells(&resource.target);
        table.row([
            resource.label.clone(),
            number(resource.requested),
            target,
            interval,
            number(resource.lower.mean),
            number(resource.upper.mean),
            resource.unit.clone(),
        ]);
    }
    table.text()
}
