//! The report of a sweep for people.

use crate::report_text::footer;
use crate::table::{Table, number, probability};
use sim_core::study::{DesignPoint, SweepReport};

/// Writes the report: the front, or all designs.
pub fn write(report: &SweepReport, all: bool) -> String {
    let replications: u32 = report.points.iter().map(|point| point.replications).sum();
    let title = format!(
        "{}\n{} designs, {} plane, {replications} replications, seed {}\n",
        report.name,
        report.points.len(),
        report.plane,
        report.seed
    );
    let knobs: String = report
        .knobs
        .iter()
        .enumerate()
        .map(|(index, path)| format!("knob {} is {path}\n", index + 1))
        .collect();
    let footer = footer(&report.engine_version, &report.prices, &report.plan, None);
    [
        title,
        knobs,
        points(report, all),
        recommendation(report),
        footer,
    ]
    .join("\n")
}

fn points(report: &SweepReport, all: bool) -> String {
    let title = if all {
        "Design (* on the front)"
    } else {
        "Front, cheapest first"
    };
    let mut heading = vec![title.to_owned()];
    heading.extend((1..=report.knobs.len()).map(|knob| format!("knob {knob}")));
    heading.extend(
        [
            "USD/month",
            "95 % CI",
            "attainment",
            "95 % interval",
            "P95 ms",
            "replicas",
            "n",
        ]
        .map(str::to_owned),
    );
    let mut table = Table::new(heading);
    if all {
        report
            .points
            .iter()
            .for_each(|point| table.row(cells(report, point)));
    } else {
        let front = report
            .front
            .iter()
            .filter_map(|&design| report.point(design));
        front.for_each(|point| table.row(cells(report, point)));
    }
    table.text()
}

fn cells(report: &SweepReport, point: &DesignPoint) -> Vec<String> {
    let recommended = if report.recommended == Some(point.design) {
        " ← recommended"
    } else {
        ""
    };
    let front = if point.on_front { " *" } else { "" };
    let half = point.cost_per_month.half_width();
    let mut cells = vec![format!("{}{front}{recommended}", point.design)];
    cells.extend(point.values.iter().map(f64::to_string));
    cells.push(number(point.cost_per_month.mean));
    cells.push(if half.is_finite() {
        format!("±{}", number(half))
    } else {
        "–".to_owned()
    });
    cells.extend(probability(&point.attainment));
    cells.push(number(point.p95_latency_ms.mean));
    cells.push(number(point.mean_replicas.mean));
    cells.push(point.replications.to_string());
    cells
}

fn recommendation(report: &SweepReport) -> String {
    let wanted = 100.0 * report.wanted_attainment;
    match report.recommended.and_then(|design| report.point(design)) {
        Some(point) => {
            let values: Vec<String> = report
                .knobs
                .iter()
                .zip(&point.values)
                .map(|(path, value)| format!("{path} = {value}"))
                .collect();
            format!(
                "Recommended: design {}, the cheapest whose attainment is at least {wanted} % even by its lower bound:\n  {}\n  {} USD per month\n",
                point.design,
                values.join(", "),
                number(point.cost_per_month.mean)
            )
        }
        None => format!(
            "No design's attainment is at least {wanted} % by its lower bound: widen the knobs, or compute more replications.\n"
        ),
    }
}
