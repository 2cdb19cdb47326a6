//! The report on one design.

use super::assumptions::Origin;
use crate::chart::distribution::{self, cost_scene, quantile_words, sli_scene};
use crate::chart::{breakdown, time, window};
use crate::format;
use crate::paper::{Block, Chart, Paper, WIDE};
use crate::summary;
use crate::table::Table;
use sim_core::stats::Summary;
use sim_core::study::{FigureReport, ObjectiveReport, Report};

/// The report; `words` is all that the command line says of it, `wanted` the wanted attainment (0..1).
pub fn paper(report: &Report, wanted: f64, words: &str, origin: &Origin) -> Paper {
    let mut paper = origin.head("What it costs, and how likely it is good enough");
    paper.section(
        "The answer",
        [
            Block::Verdict(summary::headline(report, wanted)),
            Block::Words(summary::drivers(report)),
        ],
    );
    let trouble = [summary::incidents(report), summary::at_risk(report)];
    let trouble = trouble.into_iter().flatten().map(Block::Words);
    paper.section(
        "Incidents and revenue at risk",
        trouble.chain([Block::Hint(summary::INCIDENT.to_owned())]),
    );
    paper.section(
        "Key figures",
        [
            Block::Hint(FIGURES_NOTE.to_owned()),
            Block::Table(objectives(report)),
            Block::Table(figures(report)),
        ],
    );
    money(&mut paper, report);
    budgets(&mut paper, report);
    distributions(&mut paper, report);
    over_time(&mut paper, report, latency_threshold(origin));
    let hint = "All parts of the scenario, as the command line tells them".to_owned();
    paper.section(
        "Everything in figures",
        [Block::Hint(hint), Block::Verbatim(words.to_owned())],
    );
    origin.foot(&mut paper);
    paper
}

/// How to read the key figures.
pub const FIGURES_NOTE: &str = "Means over the replications with the half width of their 95 % interval; P5, P50 and P95 are quantiles over the replications";

/// A mean with its 95 % half width, if there is one.
pub fn figure(summary: &Summary, show: impl Fn(f64) -> String) -> String {
    format!("{}{}", show(summary.mean), half_width(summary, show))
}

/// What follows a mean: its 95 % half width, if there is one.
pub fn half_width(summary: &Summary, show: impl Fn(f64) -> String) -> String {
    if summary.n < 2 {
        String::new()
    } else {
        format!(" ±\u{a0}{}", show(summary.half_width()))
    }
}

/// Every figure with its interval.
pub fn figures(report: &Report) -> Table {
    let row = |one: &FigureReport| {
        let summary = &one.summary;
        let show = |value| format::with_unit(value, &one.unit);
        vec![
            one.label.clone(),
            figure(summary, show),
            show(summary.p5),
            show(summary.p50),
            show(summary.p95),
        ]
    };
    Table::new(
        ["Figure", "Mean ± 95\u{a0}%", "P5", "P50", "P95"],
        report.figures.iter().map(row),
    )
}

/// Every objective with its interval.
pub fn objectives(report: &Report) -> Table {
    let row = |objective: &ObjectiveReport| {
        let met = &objective.attainment;
        let percent = |share| format::percent(share, 0);
        vec![
            objective.label.clone(),
            format!(
                "{} ({})",
                percent(met.estimate),
                format::range(met.ci_low, met.ci_high, percent)
            ),
            format::percent_near_one(objective.good_fraction.mean),
            figure(&objective.budget_consumed, |share| {
                format::percent(share, 1)
            }),
        ]
    };
    Table::new(
        [
            "Objective",
            "Met in (95\u{a0}%)",
            "Good requests",
            "Error budget used",
        ],
        report.objectives.iter().map(row),
    )
}

fn money(paper: &mut Paper, report: &Report) {
    let draw = |width| breakdown::cost_scene(report, width);
    paper.section(
        "Cost by resource",
        [
            Block::Hint(breakdown::cost_note(report)),
            Block::chart(
                breakdown::cost_sentence(report),
                breakdown::cost_height(Some(report)),
                draw,
            ),
            Block::Table(breakdown::cost_table(report)),
        ],
    );
}

fn budgets(paper: &mut Paper, report: &Report) {
    let causes = breakdown::causes(report).into_iter();
    let chart = Chart {
        label: breakdown::budget_sentence(report),
        size: (WIDE, breakdown::budget_height(Some(report))),
        scene: breakdown::budget_scene(report, WIDE),
        legend: causes
            .map(|(cause, class)| (class, cause.label().to_owned()))
            .collect(),
    };
    paper.section(
        "Error budget by cause",
        [
            Block::Hint(breakdown::BUDGET_NOTE.to_owned()),
            Block::Chart(chart),
            Block::Table(breakdown::budget_table(report)),
        ],
    );
}

fn distributions(paper: &mut Paper, report: &Report) {
    let words = quantile_words(&report.cost_samples, format::money);
    let label = format!("Monthly cost over the replications: {words}");
    let draw = |width| cost_scene(report, width);
    paper.section(
        "Monthly cost",
        [
            Block::Hint(words),
            Block::chart(label, distribution::HEIGHT, draw),
        ],
    );
    let objectives = report.objectives.iter().zip(&report.good_fraction_samples);
    let charts = objectives
        .enumerate()
        .flat_map(|(place, (objective, samples))| {
            let words = quantile_words(samples, format::percent_near_one);
            let words = format!("{}: {words}", objective.label);
            let label = format!("Share of good requests over the replications, {words}");
            let draw = |width| sli_scene(report, place, width).unwrap_or_default();
            [
                Block::Hint(words),
                Block::chart(label, distribution::HEIGHT, draw),
            ]
        });
    paper.section("Share of good requests", charts);
}

fn over_time(paper: &mut Paper, report: &Report, threshold: Option<f64>) {
    let panels = window::PANELS.iter().filter_map(|kind| {
        let sight = window::Sight {
            threshold,
            ..window::Sight::default()
        };
        let draw = move |width| window::panel(kind, report, &sight, width).unwrap_or_default();
        window::series(report, kind.key)?;
        Some([
            Block::Hint(kind.title.to_owned()),
            Block::chart(window::sentence(kind, report), kind.height, draw),
        ])
    });
    let note = "Band from P5 to P95 over the replications, line at the median".to_owned();
    let blocks: Vec<Block> = panels.flatten().collect();
    if !blocks.is_empty() {
        let table = Block::Table(window::table(Some(report)));
        let all = [Block::Hint(note)].into_iter().chain(blocks).chain([table]);
        paper.section("The window over time", all);
    }
}

/// The threshold of the first latency objective.
fn latency_threshold(origin: &Origin) -> Option<f64> {
    time::latency_threshold(origin.documents.first()?)
}
