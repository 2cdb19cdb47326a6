//! The report of a sweep for people.

use crate::report_text::footer;
use crate::table::{Table, number, probability};
use serde_json::Value;
use sim_core::study::optimise::SearchReport;
use sim_core::study::{DesignPoint, SweepReport, attainable, with_budget};

/// Writes the report: the front, or all designs.
pub fn write(report: &SweepReport, all: bool) -> String {
    let swept = || report.points.iter().map(|point| point.replications).sum();
    let search = report.search.as_ref();
    let replications: u32 = search.map_or_else(swept, |search| search.replications);
    let title = format!(
        "{}\n{} designs{}, {} plane, {replications} replications, seed {}\n",
        report.name,
        report.points.len(),
        search.map_or_else(String::new, |search| format!(
            " tried of {}",
            number(search.possible)
        )),
        report.plane,
        report.seed
    );
    let knobs: String = report
        .knobs
        .iter()
        .enumerate()
        .map(|(index, path)| format!("knob {} is {path}\n", index + 1))
        .collect();
    let digest = search.map(|search| search.digest.as_str());
    let footer = footer(&report.engine_version, &report.prices, &report.plan, digest);
    [
        title,
        knobs,
        points(report, all),
        recommendation(report),
        attainable_text(report),
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
    heading.extend(report.third.iter().map(|third| third.label.clone()));
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
    cells.extend(point.values.iter().map(words));
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
    cells.extend(point.third.as_ref().map(|third| number(third.mean)));
    cells
}

fn recommendation(report: &SweepReport) -> String {
    let wanted = 100.0 * report.wanted_attainment;
    if let Some(search) = &report.search {
        return confirmed(report, search) + &regretted(report, search);
    }
    match report.recommended.and_then(|design| report.point(design)) {
        Some(point) => {
            let values: Vec<String> = report
                .knobs
                .iter()
                .zip(&point.values)
                .map(|(path, value)| format!("{path} = {}", words(value)))
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

/// The best targets against cost; nothing where no design has enough replications.
pub fn attainable_text(report: &SweepReport) -> String {
    let best = attainable(report);
    if best.is_empty() {
        return String::new();
    }
    let wanted = 100.0 * report.wanted_attainment;
    let mut table = Table::new([
        "Design",
        "USD/month",
        "best targets",
        "error budget kept",
        "95 % interval",
        "n",
    ]);
    for point in best.iter().filter_map(|&design| report.point(design)) {
        let Some(kept) = point.budget_kept else {
            continue;
        };
        let objectives = report.objectives.iter();
        let targets = objectives.map(|objective| with_budget(objective, kept.estimate));
        let high = kept.ci_high.map_or("open".to_owned(), number);
        table.row([
            point.design.to_string(),
            number(point.cost_per_month.mean),
            targets.collect::<Vec<_>>().join(", "),
            format!("×{}", number(kept.estimate)),
            format!("{} … {high}", number(kept.ci_low)),
            point.replications.to_string(),
        ]);
    }
    format!(
        "Best SLO target against cost: what is met with a probability of {wanted} %, all objectives tightened alike\n{}",
        table.text()
    )
}

/// A value as it is written in the document.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.as_f64().unwrap_or(f64::NAN).to_string(),
        other => other.to_string(),
    }
}

/// What is regretted least over the uncertain inputs; nothing where no number is uncertain.
fn regretted(report: &SweepReport, search: &SearchReport) -> String {
    let least = search.least_regret.as_ref();
    let Some((least, point)) = least.and_then(|one| Some((one, report.point(one.design)?))) else {
        return String::new();
    };
    let values = report.knobs.iter().zip(&point.values);
    let values: Vec<String> = values
        .map(|(path, value)| format!("{path} = {}", words(value)))
        .collect();
    let [chance, interval] = probability(&least.attainment);
    let more = match &least.recommended_more {
        Some(more) => format!(
            "; the recommended design is regretted {} USD more (±{})",
            number(more.mean),
            number(more.half_width())
        ),
        None => String::new(),
    };
    format!(
        "Least regretted of {} over {} worlds of the uncertain numbers: design {}\n  {}\n  {} USD per month, met in {chance} ({interval}) of the worlds\n  regret {} USD per month (±{}), {} at worst{more}; a miss weighs ×{}\n",
        least.candidates,
        least.worlds,
        least.design,
        values.join(", "),
        number(least.cost_per_month.mean),
        number(least.regret.mean),
        number(least.regret.half_width()),
        number(least.worst),
        number(least.miss_weight),
    )
}

/// What a search recommends, on fresh replications, and why; or why nothing.
fn confirmed(report: &SweepReport, search: &SearchReport) -> String {
    let found = search.recommendation.as_ref();
    let Some((found, point)) = found.and_then(|one| Some((one, report.point(one.design)?))) else {
        return format!("No design is recommended: {}.\n", search.why);
    };
    let values = report.knobs.iter().zip(&point.values);
    let values: Vec<String> = values
        .map(|(path, value)| format!("  {path} = {}\n", words(value)))
        .collect();
    let [chance, interval] = probability(&found.attainment);
    let knee = match search.knee.and_then(|design| report.point(design)) {
        Some(knee) => format!(
            "The knee of the front is design {}: {} USD per month, attainment {}.\n",
            knee.design,
            number(knee.cost_per_month.mean),
            probability(&knee.attainment)[0]
        ),
        None => String::new(),
    };
    format!(
        "Recommended: design {}\n{}  {} USD per month (±{}), attainment {chance} ({interval})\nBecause {}.\n{knee}",
        found.design,
        values.concat(),
        number(found.cost_per_month.mean),
        number(found.cost_per_month.half_width()),
        search.why
    )
}
