//! The report on what would help most.

use super::assumptions::Origin;
use super::compare::signed;
use crate::chart::bars::{Row, height, scene};
use crate::chart::ink::Ink;
use crate::designs::{chance, cost_text};
use crate::form::value_words;
use crate::format;
use crate::paper::{Block, Paper};
use crate::table::Table;
use sim_core::study::explain::{ExplainReport, Move};

/// Most moves that are drawn.
const MOST: usize = 10;

/// The report.
pub fn paper(report: &ExplainReport, origin: &Origin) -> Paper {
    let mut paper = origin.head("What would help most");
    let now = format!(
        "As it is, the design meets the SLO with a chance of {} and costs {} a month; wanted are {}.",
        chance(&report.attainment),
        cost_text(&report.cost_per_month),
        format::percent(report.wanted_attainment, 0)
    );
    let best = report.moves.first().map_or_else(
        || "None of the changes that were looked at can be simulated.".to_owned(),
        |one| {
            format!(
                "{} helps most: {}, {} a month.",
                name(one),
                points(one),
                cost(one)
            )
        },
    );
    let drawn = report.moves.iter().take(MOST);
    let rows: Vec<Row> = drawn.map(row).collect();
    let label = format!("Change of the chance to meet the SLO, in points. {best}");
    let chart = Block::chart(label, height(rows.len()), |width| scene(&rows, width));
    let note = "Change of the chance to meet the SLO in points, with its 95 % interval, for each change alone";
    paper.section(
        "The answer",
        [
            Block::Words(now),
            Block::Verdict(best),
            Block::Hint(note.to_owned()),
            chart,
        ],
    );
    let rows = report.moves.iter().map(|one| {
        vec![
            name(one),
            points(one),
            cost(one),
            format!("×{:.2}", one.budget.mean.exp()),
            one.replications.to_string(),
        ]
    });
    let heads = [
        "Change",
        "Chance to meet the SLO (95 %)",
        "Cost per month (95 %)",
        "Error budget used",
        "Replications",
    ];
    let note = format!(
        "{} changes looked at, {} of them dropped after a screening; intervals hold for each change alone",
        report.moves.len() as u32 + report.dropped,
        report.dropped
    );
    paper.section(
        "All changes",
        [Block::Hint(note), Block::Table(Table::new(heads, rows))],
    );
    origin.foot(&mut paper);
    paper
}

fn name(one: &Move) -> String {
    let edits = one.edits.iter();
    let words: Vec<String> = edits
        .map(|(path, value)| value_words(path, value))
        .collect();
    words.join(", ")
}

fn points(one: &Move) -> String {
    let (gain, low, high) = one.gain;
    let signed = |share: f64| format::signed(100.0 * share, 0);
    format!(
        "{}\u{a0}points ({} to {})",
        signed(gain),
        signed(low),
        signed(high)
    )
}

fn cost(one: &Move) -> String {
    let money = |usd| signed(usd, format::money);
    format!(
        "{} ({} to {})",
        money(one.cost.mean),
        money(one.cost.ci_low),
        money(one.cost.ci_high)
    )
}

fn row(one: &Move) -> Row {
    let (gain, low, high) = one.gain;
    let ink = if gain < 0.0 { Ink::Red } else { Ink::Green };
    Row {
        name: name(one),
        parts: vec![(0.0, 100.0 * gain, ink)],
        interval: Some((100.0 * low, 100.0 * high)),
        value: format::signed(100.0 * gain, 0),
    }
}
