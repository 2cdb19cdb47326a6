//! The report on a sweep or a search for designs.

use super::assumptions::Origin;
use crate::chart::attainable;
use crate::chart::front::{HEIGHT, Layout};
use crate::designs::{
    ATTAINABLE_NOTE, REGRET_NOTE, attainable_sentence, attainable_table, found, front_table,
    least_regret, table, third_legend, verdict,
};
use crate::paper::{Block, Chart, Paper, WIDE};
use sim_core::study::SweepReport;

/// The report.
pub fn paper(report: &SweepReport, origin: &Origin) -> Paper {
    let mut paper = origin.head("Designs: cost against the chance to meet the SLO");
    let chart = Chart {
        label: found(report),
        size: (WIDE, HEIGHT),
        scene: Layout::new(None, Some(report), (WIDE, HEIGHT), None)
            .scene(Some(report), report.wanted_attainment),
        legend: [
            ("disc blue", "on the front"),
            ("disc muted", "beaten by another"),
            ("ring green", "cheapest that clears the wanted chance"),
        ]
        .map(|(class, words)| (class, words.to_owned()))
        .into_iter()
        .chain(third_legend(report).map(|words| ("disc blue", words)))
        .collect(),
    };
    let note =
        "Each point is a design with its 95 % intervals; the line joins those that no other beats";
    let regret = least_regret(report).map(|words| {
        [
            Block::Words(format!("{words}.")),
            Block::Hint(format!("{REGRET_NOTE}.")),
        ]
    });
    let verdict = Block::Verdict(verdict(report, false));
    let blocks = [verdict].into_iter().chain(regret.into_iter().flatten());
    let chart = [Block::Hint(note.to_owned()), Block::Chart(chart)];
    paper.section("The answer", blocks.chain(chart));
    paper.section(
        "The front, cheapest first",
        [Block::Table(front_table(report))],
    );
    if let Some(words) = attainable_sentence(report) {
        let draw = |width| attainable::scene(report, width);
        paper.section(
            "Best SLO target against cost",
            [
                Block::Verdict(format!("{words}.")),
                Block::Hint(format!("{ATTAINABLE_NOTE}.")),
                Block::chart(words, attainable::HEIGHT, draw),
                Block::Table(attainable_table(report)),
            ],
        );
    }
    paper.section("All designs", [Block::Table(table(Some(report)))]);
    origin.foot(&mut paper);
    paper
}
