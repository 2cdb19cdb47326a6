//! A comparison for people.

use crate::table::{Table, number, percent, probability};
use sim_core::stats::Summary;
use sim_core::study::{
    CandidateReport, CompareReport, Difference, ObjectiveDifference, PairedProportion, Waterfall,
};

/// Writes the report.
pub fn write(report: &CompareReport) -> String {
    let title = format!(
        "{} replications of each with common random numbers, seed {}\n",
        report.replications, report.seed
    );
    let mut sections = vec![title, scenarios(report)];
    for candidate in &report.candidates {
        sections.extend(against(candidate));
    }
    sections.push(format!(
        "engine {}, digest {}\n",
        report.engine_version, report.digest
    ));
    sections.join("\n")
}

fn scenarios(report: &CompareReport) -> String {
    let mut table = Table::new(["Scenario", "attainment", "95 % interval", "plane", "plan"]);
    for (index, scenario) in report.scenarios.iter().enumerate() {
        let mark = if index == 0 { " (baseline)" } else { "" };
        let [estimate, interval] = probability(&scenario.attainment);
        table.row([
            format!("{}: {}{mark}", scenario.letter, scenario.name),
            estimate,
            interval,
            scenario.plane.clone(),
            scenario.plan.clone(),
        ]);
    }
    table.text()
}

fn against(candidate: &CandidateReport) -> Vec<String> {
    let mut words = format!("{}\n", candidate.sentence);
    if let Some(gain) = candidate.pairing_gain {
        words.push_str(&format!(
            "Common random numbers save replications: {}-fold on the cost difference.\n",
            number(gain)
        ));
    }
    for note in &candidate.notes {
        words.push_str(&format!("Note: {note}.\n"));
    }
    vec![
        words,
        figures(candidate),
        waterfall(
            &format!("Cost, A to {}: USD per month", candidate.letter),
            &candidate.cost,
            number,
        ),
        candidate
            .objectives
            .iter()
            .map(|objective| {
                waterfall(
                    &format!(
                        "Error budget of {}, A to {}",
                        objective.label, candidate.letter
                    ),
                    &objective.causes,
                    percent,
                )
            })
            .collect::<Vec<_>>()
            .join("\n"),
    ]
}

fn figures(candidate: &CandidateReport) -> String {
    let letter = candidate.letter.as_str();
    let mut table = Table::new([
        "Figure",
        "A",
        letter,
        &format!("{letter} − A"),
        "95 % interval",
        "lower in",
        "verdict",
        "unit",
    ]);
    proportion(&mut table, "All objectives met", &candidate.attainment);
    for objective in &candidate.objectives {
        objective_rows(&mut table, objective);
    }
    for figure in &candidate.figures {
        table.row(cells(figure, &figure.label, number, &figure.unit));
    }
    table.text()
}

fn objective_rows(table: &mut Table, objective: &ObjectiveDifference) {
    let label = &objective.label;
    proportion(table, &format!("{label}: met"), &objective.attainment);
    let used = &objective.budget_consumed;
    let name = format!("{label}: budget used");
    table.row(cells(used, &name, |share| number(100.0 * share), "%"));
}

fn proportion(table: &mut Table, name: &str, met: &PairedProportion) {
    let points = |share: f64| format!("{:.1}", 100.0 * share);
    table.row([
        name.to_owned(),
        points(met.baseline),
        points(met.candidate),
        points(met.difference),
        format!("{} … {}", points(met.ci_low), points(met.ci_high)),
        String::new(),
        met.verdict.label().to_owned(),
        "%".to_owned(),
    ]);
}

fn cells(
    difference: &Difference,
    name: &str,
    show: impl Fn(f64) -> String,
    unit: &str,
) -> Vec<String> {
    let verdict = match difference.difference.n {
        0 | 1 => "–",
        _ => difference.verdict.label(),
    };
    vec![
        name.to_owned(),
        show(difference.baseline),
        show(difference.candidate),
        show(difference.difference.mean),
        interval(&difference.difference, show),
        percent(difference.lower_in.estimate),
        verdict.to_owned(),
        unit.to_owned(),
    ]
}

fn interval(summary: &Summary, show: impl Fn(f64) -> String) -> String {
    if summary.n < 2 {
        return "–".to_owned();
    }
    format!("{} … {}", show(summary.ci_low), show(summary.ci_high))
}

fn waterfall(title: &str, waterfall: &Waterfall, show: impl Fn(f64) -> String) -> String {
    let mut table = Table::new([title, "A", "difference", "95 % interval"]);
    table.row(["A".to_owned(), show(waterfall.from)]);
    for step in &waterfall.steps {
        let sign = if step.difference.mean > 0.0 { "+" } else { "" };
        table.row([
            format!("  {}", step.label),
            show(step.baseline),
            format!("{sign}{}", show(step.difference.mean)),
            interval(&step.difference, &show),
        ]);
    }
    table.row(["Candidate".to_owned(), show(waterfall.to)]);
    table.text()
}
