//! The report of a run for people.

mod data;
mod fleet;
mod network;

use crate::table::{Table, number, percent, probability};
use data::{batch, storage};
use fleet::{backfill, commitment, right_sizing, spot};
use network::{edge, functions, network, resilience};
use sim_core::stats::Summary;
use sim_core::study::Report;

/// Writes the report.
pub fn write(report: &Report, window_days: f64, wanted_percent: f64) -> String {
    let title = format!(
        "{}\n{} days, {} plane, {} replications, seed {}\n",
        report.name,
        number_of_days(window_days),
        report.plane,
        report.replications,
        report.seed
    );
    let sections = [
        title,
        attainment(report, wanted_percent),
        figures(report),
        right_sizing(report),
        costs(report),
        spot(report),
        commitment(report),
        backfill(report),
        network(report),
        functions(report),
        resilience(report),
        edge(report),
        storage(report),
        batch(report),
        uncertain(report),
        causes(report),
        footer(
            &report.engine_version,
            &report.prices,
            &report.plan,
            Some(&report.digest),
        ),
    ];
    let sections = sections.into_iter().filter(|section| !section.is_empty());
    sections.collect::<Vec<_>>().join("\n")
}

fn number_of_days(days: f64) -> String {
    ((days * 1000.0).round() / 1000.0).to_string()
}

fn attainment(report: &Report, wanted_percent: f64) -> String {
    let mut table = Table::new([
        "Objective",
        "met in",
        "95 % interval",
        "good requests",
        "(P5)",
        "budget used",
        "(P95)",
    ]);
    for objective in &report.objectives {
        let [estimate, interval] = probability(&objective.attainment);
        table.row([
            objective.label.clone(),
            estimate,
            interval,
            percent(objective.good_fraction.mean),
            percent(objective.good_fraction.p5),
            percent(objective.budget_consumed.mean),
            percent(objective.budget_consumed.p95),
        ]);
    }
    let [estimate, interval] = probability(&report.attainment);
    table.row(["All objectives (attainment)".to_owned(), estimate, interval]);
    let judgement = match (
        100.0 * report.attainment.ci_low,
        100.0 * report.attainment.ci_high,
    ) {
        (low, _) if low >= wanted_percent => "met, even by the lower bound",
        (_, high) if high < wanted_percent => "missed, even by the upper bound",
        _ => "within the interval: more replications would tell",
    };
    format!(
        "{}Wanted attainment {wanted_percent} %: {judgement}\n",
        table.text()
    )
}

/// Uncertain inputs and their part of the spread; nothing without any.
fn uncertain(report: &Report) -> String {
    let uncertainty = report.uncertainty.as_ref();
    uncertainty.map_or_else(String::new, crate::sensitivity_text::uncertain)
}

/// Mean, interval and quantiles.
fn summary_cells(summary: &Summary) -> [String; 5] {
    let half = summary.half_width();
    let interval = if half.is_finite() {
        format!("±{}", number(half))
    } else {
        "–".to_owned()
    };
    [
        number(summary.mean),
        interval,
        number(summary.p5),
        number(summary.p50),
        number(summary.p95),
    ]
}

fn figures(report: &Report) -> String {
    let mut table = Table::new(["Figure", "mean", "95 % CI", "P5", "P50", "P95", "unit"]);
    for figure in &report.figures {
        let mut cells = vec![figure.label.clone()];
        cells.extend(summary_cells(&figure.summary));
        cells.push(figure.unit.clone());
        table.row(cells);
    }
    table.text()
}

fn costs(report: &Report) -> String {
    let total: f64 = report
        .costs
        .iter()
        .map(|cost| cost.usd_per_month.mean)
        .sum();
    let mut table = Table::new([
        "Cost by resource, USD per month",
        "mean",
        "95 % CI",
        "P5",
        "P50",
        "P95",
        "share",
    ]);
    for cost in &report.costs {
        let mut cells = vec![cost.resource.label().to_owned()];
        cells.extend(summary_cells(&cost.usd_per_month));
        cells.push(if total > 0.0 {
            percent(cost.usd_per_month.mean / total)
        } else {
            "–".to_owned()
        });
        table.row(cells);
    }
    table.text()
}

fn causes(report: &Report) -> String {
    let mut heading = vec!["Error budget used, by cause".to_owned()];
    heading.extend(
        report
            .objectives
            .iter()
            .map(|objective| objective.label.clone()),
    );
    let mut table = Table::new(heading);
    let causes = report
        .objectives
        .first()
        .map_or(&[][..], |objective| objective.causes.as_slice());
    for (index, cause) in causes.iter().enumerate() {
        let mut cells = vec![cause.cause.label().to_owned()];
        cells.extend(report.objectives.iter().map(|objective| {
            objective
                .causes
                .get(index)
                .map_or_else(String::new, |cause| percent(cause.budget_consumed.mean))
        }));
        table.row(cells);
    }
    table.text()
}

/// What explains the numbers: versions, prices, identities.
pub fn footer(engine_version: &str, prices: &str, plan: &str, digest: Option<&str>) -> String {
    let digest = digest.map_or_else(String::new, |digest| format!("digest {digest}\n"));
    format!("engine {engine_version}, prices {prices}\nplan {plan}\n{digest}")
}
