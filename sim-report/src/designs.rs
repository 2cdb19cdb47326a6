//! Designs of a sweep or a search in words and tables.

use crate::form::value_words;
use crate::format;
use crate::table::Table;
use sim_core::stats::sort_by;
use sim_core::study::{DesignPoint, Report, SweepReport, attainable, with_budget};

/// The knobs of a design with their values: "Metric 1 target 65 %, Min replicas 4".
pub fn knob_text(sweep: &SweepReport, point: &DesignPoint) -> String {
    let knobs = sweep.knobs.iter().zip(&point.values);
    knobs
        .map(|(path, value)| value_words(path, value))
        .collect::<Vec<_>>()
        .join(", ")
}

/// What is recommended and why, or why nothing; `running` while more is being found.
pub fn verdict(report: &SweepReport, running: bool) -> String {
    match report.recommended.and_then(|design| report.point(design)) {
        _ if report.search.is_some() => searched(report, running),
        Some(point) => format!(
            "Cheapest design whose lower bound clears {}: {} for {} per month",
            format::percent(report.wanted_attainment, 0),
            knob_text(report, point),
            cost_text(&point.cost_per_month)
        ),
        None => format!(
            "No design of this sweep clears {} with its lower bound{}",
            format::percent(report.wanted_attainment, 0),
            if running { " yet" } else { "" }
        ),
    }
}

/// What a search recommends and why, or why nothing.
fn searched(report: &SweepReport, running: bool) -> String {
    let Some(search) = &report.search else {
        return String::new();
    };
    let found = search.recommendation.as_ref();
    match found.and_then(|found| Some((found, report.point(found.design)?))) {
        Some((found, point)) => format!(
            "Recommended: {} for {} per month, because {}",
            knob_text(report, point),
            cost_text(&found.cost_per_month),
            search.why
        ),
        None if running => format!(
            "{} of {} designs tried; candidates are confirmed on fresh replications at the end",
            search.tried,
            format::number(search.possible)
        ),
        None if !search.finished => {
            "The search was given up before it confirmed a design".to_owned()
        }
        None => format!("No design is recommended: {}", search.why),
    }
}

/// The design that is regretted least over the uncertain inputs, in a sentence; none where no number is uncertain.
pub fn least_regret(report: &SweepReport) -> Option<String> {
    let least = report.search.as_ref()?.least_regret.as_ref()?;
    let point = report.point(least.design)?;
    let same = report.recommended == Some(least.design);
    let more = match &least.recommended_more {
        Some(more) if !same => format!(
            "; the recommended design is regretted {} more",
            cost_text(more)
        ),
        _ if same => ", the recommended design itself".to_owned(),
        _ => String::new(),
    };
    Some(format!(
        "Least regretted over {} worlds of the uncertain numbers{more}: {} for {} per month, met in {}. Its regret is {} per month, {} in the worst world",
        least.worlds,
        knob_text(report, point),
        cost_text(&least.cost_per_month),
        chance(&least.attainment),
        cost_text(&least.regret),
        format::money(least.worst),
    ))
}

/// How regret is counted.
pub const REGRET_NOTE: &str = "Regret: in each world, how far a design's cost lies from that of the cheapest that met the SLO there; w / (1 − w) times as much where it missed, w being the wanted chance. The least on average is chosen; it promises no chance, the recommended design does";

/// A chance with its interval.
pub fn chance(proportion: &sim_core::study::Proportion) -> String {
    format!(
        "{} ({:.0}–{:.0} %)",
        format::percent(proportion.estimate, 0),
        proportion.ci_low * 100.0,
        proportion.ci_high * 100.0
    )
}

/// A monthly cost with its interval.
pub fn cost_text(cost: &sim_core::stats::Summary) -> String {
    if cost.n < 2 {
        format::money(cost.mean)
    } else {
        format!(
            "{} ± {}",
            format::money(cost.mean),
            format::money(cost.half_width())
        )
    }
}

/// The chart in a sentence.
pub fn sentence(report: Option<&Report>, sweep: Option<&SweepReport>, wanted: f64) -> String {
    let Some(report) = report else {
        return "Cost against the chance to meet the SLO, not computed yet".to_owned();
    };
    let cost = report
        .figure("cost_per_month")
        .map(|figure| cost_text(&figure.summary))
        .unwrap_or_default();
    let mut text = format!(
        "This design costs {cost} per month and meets the SLO with a chance of {}; wanted are {}.",
        chance(&report.attainment),
        format::percent(wanted, 0)
    );
    if let Some(sweep) = sweep {
        text = format!("{text} {}", found(sweep));
    }
    text
}

/// What was found, in a sentence.
pub fn found(sweep: &SweepReport) -> String {
    let recommended = sweep.recommended.and_then(|design| sweep.point(design));
    let best = recommended.map_or_else(
        || "none clears the wanted chance for certain".to_owned(),
        |point| {
            format!(
                "the cheapest that clears it costs {} with {}",
                format::money(point.cost_per_month.mean),
                knob_text(sweep, point)
            )
        },
    );
    format!(
        "Of {} designs tried, {} are on the front; {best}.",
        sweep.points.len(),
        sweep.front.len()
    )
}

/// Most designs of a table for people; files have all.
pub const MOST_ROWS: usize = 200;

/// All designs. Of very many the front, cheapest first, and those that lie nearest to it.
pub fn table(sweep: Option<&SweepReport>) -> Table {
    let Some(sweep) = sweep else {
        return Table::new(["Find designs or run a sweep to fill this table"], []);
    };
    let all = sweep.points.len();
    if all <= MOST_ROWS {
        return of_points(sweep, sweep.points.iter());
    }
    let front = sweep.front.iter().filter_map(|design| sweep.point(*design));
    let mut shown: Vec<&DesignPoint> = front.take(MOST_ROWS).collect();
    let on_front = shown.len();
    shown.extend(nearest(sweep, MOST_ROWS - on_front));
    let (near, left) = (shown.len() - on_front, all - shown.len());
    let note = format!(
        "The {on_front} designs of the front, and the {near} that cost least more than one of it that is as likely to meet the SLO; {} more are in the CSV and JSON files",
        format::grouped(left as f64)
    );
    Table {
        note: Some(note),
        ..of_points(sweep, shown.into_iter())
    }
}

/// So many of the designs that others beat, those first that cost least more than a design that is as likely.
fn nearest(sweep: &SweepReport, most: usize) -> Vec<&DesignPoint> {
    let front: Vec<(f64, f64)> = sweep
        .front
        .iter()
        .filter_map(|design| sweep.point(*design))
        .map(|point| (point.attainment.estimate, point.cost_per_month.mean))
        .collect();
    let beaten = sweep.points.iter().filter(|point| !point.on_front);
    let mut beaten: Vec<(f64, &DesignPoint)> = beaten
        .map(|point| {
            let as_likely = front
                .iter()
                .filter(|(chance, _)| *chance >= point.attainment.estimate);
            let cheapest = as_likely.fold(f64::INFINITY, |least, (_, cost)| least.min(*cost));
            (point.cost_per_month.mean - cheapest, point)
        })
        .collect();
    sort_by(&mut beaten, |a, b| a.0.total_cmp(&b.0));
    beaten
        .into_iter()
        .take(most)
        .map(|(_, point)| point)
        .collect()
}

/// The designs on the front, cheapest first.
pub fn front_table(sweep: &SweepReport) -> Table {
    let front = sweep.front.iter().filter_map(|design| sweep.point(*design));
    of_points(sweep, front)
}

fn of_points<'a>(sweep: &SweepReport, points: impl Iterator<Item = &'a DesignPoint>) -> Table {
    let third = sweep.third.iter().map(|third| third.label.as_str());
    let heads = HEADS.into_iter().chain(third);
    Table::new(heads, points.map(|point| row(sweep, point)))
}

/// The third figure of a design with its interval; none where the front trades none.
pub fn third_text(sweep: &SweepReport, point: &DesignPoint) -> Option<String> {
    let (info, value) = (sweep.third.as_ref()?, point.third.as_ref()?);
    let show = |value| format::with_unit(value, &info.unit);
    Some(crate::study::figure(value, show))
}

const HEADS: [&str; 7] = [
    "Design",
    "Chance (95 %)",
    "Cost per month (95 %)",
    "P95 latency",
    "Mean replicas",
    "Replications",
    "Front",
];

fn row(sweep: &SweepReport, point: &DesignPoint) -> Vec<String> {
    let mark = if sweep.recommended == Some(point.design) {
        "recommended"
    } else if point.on_front {
        "yes"
    } else {
        ""
    };
    let mut cells = vec![
        knob_text(sweep, point),
        chance(&point.attainment),
        cost_text(&point.cost_per_month),
        format::milliseconds(point.p95_latency_ms.mean),
        format::number(point.mean_replicas.mean),
        point.replications.to_string(),
        mark.to_owned(),
    ];
    cells.extend(third_text(sweep, point));
    cells
}

/// The best target against cost in a sentence; none where no design has enough replications.
pub fn attainable_sentence(sweep: &SweepReport) -> Option<String> {
    let best = attainable(sweep);
    let dearest = best.last().and_then(|design| sweep.point(*design))?;
    let cheapest = best.iter().filter_map(|design| sweep.point(*design));
    let holds = |point: &&DesignPoint| point.budget_kept.is_some_and(|kept| kept.estimate <= 1.0);
    let enough = cheapest.clone().find(holds);
    let wanted = format::percent(sweep.wanted_attainment, 0);
    let reaches = enough.map_or_else(
        || "no design that was tried keeps the SLO as it is".to_owned(),
        |point| {
            format!(
                "the SLO as it is takes {} a month",
                cost_text(&point.cost_per_month)
            )
        },
    );
    Some(format!(
        "With a chance of {wanted}, {reaches}, and the best that was found is {} for {} a month",
        targets(sweep, dearest).join(" and "),
        cost_text(&dearest.cost_per_month)
    ))
}

/// The targets that a design attains as surely as wanted.
fn targets(sweep: &SweepReport, point: &DesignPoint) -> Vec<String> {
    let objectives = sweep.objectives.iter();
    let Some(kept) = point.budget_kept else {
        return objectives.map(|_| String::new()).collect();
    };
    objectives
        .map(|objective| with_budget(objective, kept.estimate))
        .collect()
}

/// How to read the best targets.
pub const ATTAINABLE_NOTE: &str = "The highest targets that a design would meet with the wanted chance, all objectives tightened or loosened alike, with the 95 % interval; the line joins those that no cheaper design beats. An open end means that too few replications tell";

/// The best targets against cost, cheapest first.
pub fn attainable_table(sweep: &SweepReport) -> Table {
    let best = attainable(sweep);
    let points = best.iter().filter_map(|design| sweep.point(*design));
    let row = |point: &DesignPoint| {
        let mut cells = vec![knob_text(sweep, point), cost_text(&point.cost_per_month)];
        if let Some(kept) = point.budget_kept {
            let high = kept.ci_high.map_or("open".to_owned(), format::number);
            let low = format::number(kept.ci_low);
            cells.push(format!(
                "×{} ({low} to {high})",
                format::number(kept.estimate)
            ));
            cells.extend(sweep.objectives.iter().map(|objective| {
                let at = |share| with_budget(objective, share);
                let worst = kept.ci_high.map_or("open".to_owned(), at);
                let (best, estimate) = (at(kept.ci_low), at(kept.estimate));
                format!("{estimate} ({worst} to {best})")
            }));
        }
        cells.push(point.replications.to_string());
        cells
    };
    let names = (1..=sweep.objectives.len()).map(|place| match sweep.objectives.len() {
        1 => "Best target (95 %)".to_owned(),
        _ => format!("Best target {place} (95 %)"),
    });
    let names: Vec<String> = names.collect();
    let heads = [
        "Design",
        "Cost per month (95 %)",
        "Error budget kept (95 %)",
    ]
    .into_iter();
    let heads = heads
        .chain(names.iter().map(String::as_str))
        .chain(["Replications"]);
    Table::new(heads, points.map(row))
}

/// What the size of a point says; none where the front trades no third figure.
pub fn third_legend(sweep: &SweepReport) -> Option<String> {
    let third = sweep.third.as_ref()?;
    Some(format!(
        "the larger, the more {}",
        third.label.to_ascii_lowercase()
    ))
}
