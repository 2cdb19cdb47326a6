//! A tornado for people, and what uncertain inputs do.

use crate::report_text::footer;
use crate::table::{Table, number, percent};
use sim_core::stats::{Correlation, SharedVariance, Summary};
use sim_core::study::{SensitivityBar, SensitivityReport, UncertaintyReport};

/// Widest bar, characters.
const WIDTH: f64 = 20.0;

/// Writes the report.
pub fn write(report: &SensitivityReport, uncertainty: Option<&UncertaintyReport>) -> String {
    let title = format!(
        "{}\nEach number at its low and high end, {} plane, {} replications of each, seed {}\n",
        report.name, report.plane, report.replications, report.seed
    );
    let footer = footer(
        &report.engine_version,
        &report.prices,
        &report.plan,
        Some(&report.digest),
    );
    let mut sections = vec![title, costs(report), attainments(report)];
    sections.extend(uncertainty.map(uncertain));
    sections.push(footer);
    sections.join("\n")
}

fn ends(bar: &SensitivityBar) -> [String; 2] {
    let kind = if bar.factor.uncertain {
        "uncertain"
    } else {
        "knob"
    };
    [
        format!("{} ({kind})", bar.factor.path),
        format!(
            "{} | {} | {}",
            number(bar.factor.low),
            number(bar.factor.base),
            number(bar.factor.high)
        ),
    ]
}

fn with_half(summary: &Summary) -> String {
    if summary.n < 2 {
        return number(summary.mean);
    }
    format!("{} ±{}", number(summary.mean), number(summary.half_width()))
}

fn costs(report: &SensitivityReport) -> String {
    let mut table = Table::new([
        "Cost, USD per month",
        "low | base | high",
        "at low",
        "at high",
        "high − low",
        "",
    ]);
    let widest = report.bars.iter().map(|bar| bar.cost_swing.mean.abs());
    let widest = widest.fold(0.0, f64::max);
    for bar in &report.bars {
        let [name, values] = ends(bar);
        let share = if widest > 0.0 {
            bar.cost_swing.mean.abs() / widest
        } else {
            0.0
        };
        table.row([
            name,
            values,
            with_half(&bar.cost_low.difference),
            with_half(&bar.cost_high.difference),
            with_half(&bar.cost_swing),
            "█".repeat((WIDTH * share).round() as usize),
        ]);
    }
    format!(
        "As written: {} USD per month\n{}",
        with_half(&report.cost),
        table.text()
    )
}

fn attainments(report: &SensitivityReport) -> String {
    let mut table = Table::new([
        "Attainment, points",
        "at low",
        "at high",
        "high − low",
        "95 % interval",
        "verdict",
    ]);
    let points = |share: f64| format!("{:.1}", 100.0 * share);
    for bar in &report.bars {
        let swing = &bar.attainment_swing;
        table.row([
            bar.factor.path.clone(),
            points(bar.attainment_low.difference),
            points(bar.attainment_high.difference),
            points(swing.difference),
            format!("{} … {}", points(swing.ci_low), points(swing.ci_high)),
            swing.verdict.label().to_owned(),
        ]);
    }
    format!(
        "As written: {}\n{}",
        percent(report.attainment.estimate),
        table.text()
    )
}

/// What uncertain inputs do.
pub fn uncertain(report: &UncertaintyReport) -> String {
    let mut table = Table::new([
        "Uncertain input",
        "P5",
        "P50",
        "P95",
        "rank correlation with cost",
        "with budget used",
    ]);
    for input in &report.inputs {
        table.row([
            input.path.clone(),
            number(input.drawn.p5),
            number(input.drawn.p50),
            number(input.drawn.p95),
            correlation(input.cost),
            correlation(input.budget),
        ]);
    }
    format!(
        "{}Spread due to uncertain inputs, the rest is chance: cost {}, attainment {}\n",
        table.text(),
        share(report.cost),
        share(report.attainment)
    )
}

fn correlation(found: Option<Correlation>) -> String {
    found.map_or_else(
        || "–".to_owned(),
        |found| {
            format!(
                "{:.2} ({:.2} … {:.2})",
                found.estimate, found.ci_low, found.ci_high
            )
        },
    )
}

fn share(found: Option<SharedVariance>) -> String {
    found.map_or_else(
        || "does not vary, or too few runs".to_owned(),
        |found| {
            format!(
                "{} (95 % interval {} … {}, {} pairs of runs)",
                percent(found.share),
                percent(found.ci_low),
                percent(found.ci_high),
                found.pairs
            )
        },
    )
}
