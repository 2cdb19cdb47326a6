//! The report on how much traffic is carried.

use super::assumptions::Origin;
use crate::designs::{chance, cost_text};
use crate::paper::{Block, Paper};
use crate::table::Table;
use sim_core::study::reach::ReachReport;

/// The report.
pub fn paper(report: &ReachReport, origin: &Origin) -> Paper {
    let mut paper = origin.head("How much more traffic it carries");
    paper.section(
        "The answer",
        [Block::Verdict(format!("{}.", report.words()))],
    );
    let rows = report.points.iter().map(|point| {
        vec![
            format!("×{:.2}", point.factor),
            chance(&point.attainment),
            cost_text(&point.cost_per_month),
            point.attainment.n.to_string(),
        ]
    });
    let heads = [
        "Traffic",
        "Chance to meet the SLO (95 %)",
        "Cost per month (95 %)",
        "Replications",
    ];
    paper.section("In figures", [Block::Table(Table::new(heads, rows))]);
    origin.foot(&mut paper);
    paper
}
