//! The result in sentences: the same words at the head of the page and of the report.

use crate::format;
use crate::study::figure;
use sim_core::stats::Summary;
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

/// How often somebody is called, and how long an objective is below its target.
pub fn incidents(report: &Report) -> Option<String> {
    let calls = &report.figure("incidents_per_month")?.summary;
    let below = &report.figure("violation_minutes")?.summary;
    Some(format!(
        "{} incidents a month are expected{}; {} of the window are below a target.",
        figure(calls, format::number),
        quantiles(calls, format::number),
        figure(below, |minutes| format::with_unit(minutes, "min")),
    ))
}

/// What counts as an incident.
pub const INCIDENT: &str = "An incident is when somebody would be called: the error budget burns 14.4 times as fast as it may, over an hour and over its last five minutes (SRE Workbook), or half of all requests are bad. It lasts until an hour is good again.";

/// What the requests without an answer would have brought in; nothing where the document does not say.
pub fn at_risk(report: &Report) -> Option<String> {
    let usd = &report.figure("revenue_at_risk")?.summary;
    Some(format!(
        "{} of revenue a month are at risk{}: what the requests without an answer would have brought in.",
        figure(usd, format::money),
        quantiles(usd, format::money),
    ))
}

fn quantiles(summary: &Summary, show: impl Fn(f64) -> String) -> String {
    if summary.n < 2 {
        return String::new();
    }
    format!(" (P5–P95 {})", format::range(summary.p5, summary.p95, show))
}
