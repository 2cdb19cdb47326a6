//! The report on a comparison.

use super::assumptions::Origin;
use crate::chart::bars::{Row, height, scene};
use crate::chart::ink::Ink;
use crate::designs::chance;
use crate::format;
use crate::paper::{Block, Paper};
use crate::table::Table;
use sim_core::study::{
    CandidateReport, CompareReport, Difference, PairedProportion, Verdict, Waterfall,
};

/// The report.
pub fn paper(report: &CompareReport, origin: &Origin) -> Paper {
    let mut paper = origin.head("Designs compared under common random numbers");
    let scenarios = report.scenarios.iter();
    let scenarios = scenarios.map(|one| {
        vec![
            one.letter.clone(),
            one.name.clone(),
            chance(&one.attainment),
            one.plane.clone(),
        ]
    });
    let heads = [
        "",
        "Scenario",
        "Chance to meet the SLO (95\u{a0}%)",
        "Plane",
    ];
    let verdicts = report.candidates.iter();
    let verdicts = verdicts.map(|one| Block::Verdict(one.sentence.clone()));
    let table = Block::Table(Table::new(heads, scenarios));
    paper.section("The answer", verdicts.chain([table]));
    for candidate in &report.candidates {
        against(&mut paper, candidate);
    }
    origin.foot(&mut paper);
    paper
}

fn against(paper: &mut Paper, candidate: &CandidateReport) {
    let letter = &candidate.letter;
    let notes = candidate.notes.iter();
    let notes = notes.map(|note| Block::Hint(format!("{note}.")));
    let figures = Block::Table(figures(candidate));
    paper.section(&format!("{letter} against A"), notes.chain([figures]));
    let heading = format!("From A's cost to {letter}'s");
    paper.section(&heading, waterfall(&candidate.cost, format::money));
    for objective in &candidate.objectives {
        let heading = format!("Error budget of {}, A to {letter}", objective.label);
        let percent = |share| format::percent(share, 1);
        paper.section(&heading, waterfall(&objective.causes, percent));
    }
}

/// Figures of both, with the difference and its interval.
fn figures(candidate: &CandidateReport) -> Table {
    let rows = rows(candidate).into_iter().map(|(cells, _)| cells);
    let heads = heads(candidate);
    Table::new(heads.iter().map(String::as_str), rows)
}

/// Names of the columns of [`rows`].
pub fn heads(candidate: &CandidateReport) -> [String; 6] {
    let letter = &candidate.letter;
    let difference = format!("{letter} − A");
    [
        "Figure",
        "A",
        letter,
        &difference,
        "95 % interval",
        "Verdict",
    ]
    .map(str::to_owned)
}

/// Figures of both, with the difference and its interval; and the class of the verdict in the style sheet.
pub fn rows(candidate: &CandidateReport) -> Vec<(Vec<String>, &'static str)> {
    let mut rows = vec![proportion("All objectives met", &candidate.attainment)];
    for objective in &candidate.objectives {
        let label = &objective.label;
        rows.push(proportion(&format!("{label} met"), &objective.attainment));
        let budget = &objective.budget_consumed;
        let name = format!("{label}: budget used");
        rows.push(row(&name, budget, |share| format::percent(share, 1)));
    }
    // What is zero in both says nothing here.
    let shown = |figure: &&Difference| figure.baseline != 0.0 || figure.candidate != 0.0;
    rows.extend(candidate.figures.iter().filter(shown).map(|figure| {
        let show = |value| format::with_unit(value, &figure.unit);
        row(&figure.label, figure, show)
    }));
    rows
}

/// A difference with its sign.
pub fn signed(value: f64, show: impl Fn(f64) -> String) -> String {
    let sign = if value > 0.0 { "+" } else { "" };
    format!("{sign}{}", show(value))
}

fn row(
    name: &str,
    difference: &Difference,
    show: impl Fn(f64) -> String,
) -> (Vec<String>, &'static str) {
    let summary = &difference.difference;
    let (interval, verdict) = match summary.n {
        0 | 1 => ("–".to_owned(), "–"),
        _ => (
            format!(
                "{} to {}",
                signed(summary.ci_low, &show),
                signed(summary.ci_high, &show)
            ),
            difference.verdict.label(),
        ),
    };
    let cells = vec![
        name.to_owned(),
        show(difference.baseline),
        show(difference.candidate),
        signed(summary.mean, &show),
        interval,
        verdict.to_owned(),
    ];
    (cells, "")
}

fn proportion(name: &str, met: &PairedProportion) -> (Vec<String>, &'static str) {
    let show = |share: f64| format::percent(share, 1);
    let points = |share: f64| {
        signed(100.0 * share, |points| {
            format::minus(&format!("{points:.1}"))
        })
    };
    let class = match met.verdict {
        Verdict::More => "good",
        Verdict::Less => "bad",
        Verdict::Same | Verdict::Open => "",
    };
    let cells = vec![
        name.to_owned(),
        show(met.baseline),
        show(met.candidate),
        format!("{}\u{a0}points", points(met.difference)),
        format!("{} to {}", points(met.ci_low), points(met.ci_high)),
        met.verdict.label().to_owned(),
    ];
    (cells, class)
}

/// The way from A's total to the other's, part by part, as bars that begin where the one before ended, and as a table.
fn waterfall(waterfall: &Waterfall, show: impl Fn(f64) -> String) -> Vec<Block> {
    let mut at = waterfall.from;
    let total = |name: &str, to: f64| Row {
        name: name.to_owned(),
        parts: vec![(0.0, to, Ink::Muted)],
        interval: None,
        value: show(to),
    };
    let mut rows = vec![total("A", waterfall.from)];
    for step in &waterfall.steps {
        let mean = step.difference.mean;
        let ink = if mean > 0.0 { Ink::Orange } else { Ink::Green };
        let (low, high) = (step.difference.ci_low, step.difference.ci_high);
        rows.push(Row {
            name: step.label.clone(),
            parts: vec![(at, at + mean, ink)],
            interval: (step.difference.n > 1).then_some((at + low, at + high)),
            value: signed(mean, &show),
        });
        at += mean;
    }
    rows.push(total("Together", waterfall.to));
    let steps = waterfall.steps.iter();
    let mut figures: Vec<Vec<String>> = steps
        .map(|step| {
            let summary = &step.difference;
            let interval = match summary.n {
                0 | 1 => "–".to_owned(),
                _ => format!(
                    "{} to {}",
                    signed(summary.ci_low, &show),
                    signed(summary.ci_high, &show)
                ),
            };
            vec![
                step.label.clone(),
                show(step.baseline),
                show(step.candidate),
                signed(summary.mean, &show),
                interval,
            ]
        })
        .collect();
    let (from, to) = (waterfall.from, waterfall.to);
    figures.push(vec![
        "Together".to_owned(),
        show(from),
        show(to),
        signed(to - from, &show),
        String::new(),
    ]);
    let label = format!("From {} to {}, part by part", show(from), show(to));
    vec![
        Block::chart(label, height(rows.len()), |width| scene(&rows, width)),
        Block::Table(Table::new(
            ["Part", "Before", "After", "Difference", "95 % interval"],
            figures,
        )),
    ]
}
