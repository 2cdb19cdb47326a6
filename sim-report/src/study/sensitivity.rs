//! The report on a sensitivity study.

use super::assumptions::Origin;
use super::compare::signed;
use super::run::half_width;
use crate::chart::bars::{Row, height, scene};
use crate::chart::ink::Ink;
use crate::form::name_of;
use crate::format;
use crate::paper::{Block, Paper};
use crate::table::Table;
use sim_core::stats::{Correlation, SharedVariance};
use sim_core::study::{SensitivityBar, SensitivityReport, UncertaintyReport};

/// The report.
pub fn paper(
    report: &SensitivityReport,
    uncertainty: Option<&UncertaintyReport>,
    origin: &Origin,
) -> Paper {
    let mut paper = origin.head("Which number matters");
    let answer = report.bars.first().map_or_else(
        || "Nothing was moved.".to_owned(),
        |bar| {
            format!(
                "{} matters most for the cost: {} a month from its low to its high end.",
                name_of(&bar.factor.path),
                signed(bar.cost_swing.mean, format::money)
            )
        },
    );
    let rows: Vec<Row> = report.bars.iter().map(row).collect();
    let note = "Cost per month at the low end (green) and the high end (orange) of each number against the design as it is; the line is the 95 % interval from low to high, laid from the low end";
    let chart = Block::chart(answer.clone(), height(rows.len()), |width| {
        scene(&rows, width)
    });
    paper.section(
        "The answer",
        [Block::Verdict(answer), Block::Hint(note.to_owned()), chart],
    );
    paper.section("In figures", [Block::Table(table(report))]);
    if let Some(found) = uncertainty {
        uncertain(&mut paper, found);
    }
    origin.foot(&mut paper);
    paper
}

fn row(bar: &SensitivityBar) -> Row {
    let (low, high) = (bar.cost_low.difference.mean, bar.cost_high.difference.mean);
    let swing = &bar.cost_swing;
    Row {
        name: name_of(&bar.factor.path),
        parts: vec![(0.0, low, Ink::Green), (0.0, high, Ink::Orange)],
        interval: (swing.n > 1).then_some((low + swing.ci_low, low + swing.ci_high)),
        value: signed(swing.mean, format::money),
    }
}

fn table(report: &SensitivityReport) -> Table {
    let row = |bar: &SensitivityBar| {
        let kind = if bar.factor.uncertain {
            " (uncertain)"
        } else {
            ""
        };
        let swing = &bar.attainment_swing;
        let money = |usd| signed(usd, format::money);
        let points = |share: f64| format::signed(100.0 * share, 0);
        vec![
            format!("{}{kind}", name_of(&bar.factor.path)),
            format::range(bar.factor.low, bar.factor.high, format::number),
            money(bar.cost_low.difference.mean),
            money(bar.cost_high.difference.mean),
            format!(
                "{}{}",
                money(bar.cost_swing.mean),
                half_width(&bar.cost_swing, format::money)
            ),
            format!(
                "{}\u{a0}points ({} to {})",
                points(swing.difference),
                points(swing.ci_low),
                points(swing.ci_high)
            ),
        ]
    };
    Table::new(
        [
            "Number",
            "Low – high",
            "Cost at low",
            "Cost at high",
            "Cost, high − low (95 %)",
            "Chance to meet the SLO, high − low (95 %)",
        ],
        report.bars.iter().map(row),
    )
}

fn uncertain(paper: &mut Paper, found: &UncertaintyReport) {
    let percent = |share| format::percent(share, 0);
    let part = |split: Option<SharedVariance>| match split {
        Some(split) => format!(
            "{} ({})",
            percent(split.share),
            format::range(split.ci_low, split.ci_high, percent)
        ),
        None => "not known yet, or nothing varies".to_owned(),
    };
    let correlation = |found: Option<Correlation>| match found {
        Some(found) => format!(
            "{:.2} ({:.2} to {:.2})",
            found.estimate, found.ci_low, found.ci_high
        ),
        None => "–".to_owned(),
    };
    let rows = found.inputs.iter().map(|input| {
        vec![
            name_of(&input.path),
            format::range(input.drawn.p5, input.drawn.p95, format::number),
            correlation(input.cost),
            correlation(input.budget),
        ]
    });
    let heads = [
        "Uncertain number",
        "Drawn, P5–P95",
        "Rank correlation with the cost (95 %)",
        "With the budget used (95 %)",
    ];
    let words = format!(
        "Due to uncertain inputs, the rest is chance: cost {}, meeting the SLO {}.",
        part(found.cost),
        part(found.attainment)
    );
    paper.section(
        "What uncertain numbers do together",
        [Block::Words(words), Block::Table(Table::new(heads, rows))],
    );
}
