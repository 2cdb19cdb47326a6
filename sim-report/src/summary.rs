//! The result in sentences: the same words at the head of the page and of the report.

use crate::format;
use sim_core::study::Report;

/// What it costs and how likely it is good enough, against what is wanted (a share, 0..1).
pub fn headline(report: &Report, wanted: f64) -> String {
    let met = &report.attainment;
    let percent = |share| format::percent(share, 0);
    let verdict = if met.ci_low >= wanted {
        "clears"
    } else if met.ci_high < wanted {
        "misses"
    } else {
        "is not decided yet against"
    };
    let cost = report.figure("cost_per_month").map_or_else(
        || "This design".to_owned(),
        |figure| format!("An estimated {} a month buys a design that", mean(figure)),
    );
    format!(
        "{cost} meets its SLO in {} of windows (95\u{a0}% interval {}), which {verdict} the wanted {}.",
        percent(met.estimate),
        format::range(met.ci_low, met.ci_high, percent),
        percent(wanted),
    )
}

fn mean(figure: &sim_core::study::FigureReport) -> String {
    let summary = &figure.summary;
    if summary.n < 2 {
        return format::money(summary.mean);
    }
    format!(
        "{} ±\u{a0}{}",
        format::money(summary.mean),
        format::money(summary.half_width())
    )
}

/// Where the money goes and what spends the error budget: the largest of each.
pub fn drivers(report: &Report) -> String {
    let costs = report.costs.iter();
    let total: f64 = costs.clone().map(|cost| cost.usd_per_month.mean).sum();
    let dearest = costs
        .max_by(|a, b| a.usd_per_month.mean.total_cmp(&b.usd_per_month.mean))
        .filter(|cost| cost.usd_per_month.mean > 0.0)
        .map(|cost| {
            format!(
                "{} of the cost goes into {}.",
                format::percent(cost.usd_per_month.mean / total, 0),
                cost.resource.label().to_ascii_lowercase()
            )
        });
    let budgets = report.objectives.iter().filter_map(|objective| {
        let causes = objective.causes.iter();
        let worst = causes
            .max_by(|a, b| a.budget_consumed.mean.total_cmp(&b.budget_consumed.mean))
            .filter(|cause| cause.budget_consumed.mean > 0.0)?;
        Some(format!(
            "{} uses {} of its error budget, most of it by {}.",
            objective.label,
            format::percent(objective.budget_consumed.mean, 0),
            worst.cause.label().to_ascii_lowercase()
        ))
    });
    dearest
        .into_iter()
        .chain(budgets)
        .collect::<Vec<_>>()
        .join(" ")
}
