//! Where the money goes, and what spends the error budget.

use super::ink::Ink;
use super::scale::{Scale, round_up};
use super::scene::{Anchor, Scene};
use crate::format;
use crate::table::Table;
use sim_core::study::{CostReport, ObjectiveReport, Report};

/// Room for the names, at least, and for each letter of the longest.
const NAMES: f64 = 112.0;
const LETTER: f64 = 6.9;
const VALUES: f64 = 64.0;
const ROW: f64 = 34.0;
/// Pixels of an objective.
const OBJECTIVE: f64 = 54.0;

/// Colours of the causes, in their order. The last ones share theirs with causes that they hardly meet.
const CAUSES: [(Ink, &str); sim_core::slo::Cause::COUNT] = [
    (Ink::Sky, "sky"),
    (Ink::Purple, "purple"),
    (Ink::Red, "red"),
    (Ink::Orange, "orange"),
    (Ink::Yellow, "yellow"),
    (Ink::Blue, "blue"),
    (Ink::Green, "green"),
    (Ink::Muted, "muted"),
    (Ink::Axis, "axis"),
    (Ink::Text, "text"),
    // Of functions, rate limits and guards; they share the inks of limits of nodes and replicas.
    (Ink::Blue, "blue"),
    (Ink::Yellow, "yellow"),
    (Ink::Green, "green"),
];

/// What costs anything in some replication; the table has the others, too.
fn paid(report: &Report) -> impl Iterator<Item = &CostReport> {
    report
        .costs
        .iter()
        .filter(|cost| cost.usd_per_month.mean != 0.0)
}

/// Height of the bars of cost.
pub fn cost_height(report: Option<&Report>) -> f64 {
    ROW * report.map_or(4, |report| paid(report).count()) as f64 + 8.0
}

/// Height of the bars of budgets.
pub fn budget_height(report: Option<&Report>) -> f64 {
    OBJECTIVE * report.map_or(1, |report| report.objectives.len().max(1)) as f64 + 30.0
}

fn total(report: &Report) -> f64 {
    report
        .costs
        .iter()
        .map(|cost| cost.usd_per_month.mean)
        .sum()
}

/// How to read the bars of cost.
pub fn cost_note(report: &Report) -> String {
    format!(
        "Mean per month, line from P5 to P95; together {}",
        format::money(total(report))
    )
}

/// The bars of cost in a sentence.
pub fn cost_sentence(report: &Report) -> String {
    let parts = paid(report).map(|cost| {
        format!(
            "{} {}",
            cost.resource.label(),
            format::money(cost.usd_per_month.mean)
        )
    });
    format!(
        "Cost per month by resource: {}",
        parts.collect::<Vec<_>>().join(", ")
    )
}

/// The bars of cost as a table.
pub fn cost_table(report: &Report) -> Table {
    let sum = total(report);
    let row = |cost: &CostReport| {
        let usd = &cost.usd_per_month;
        let half = if usd.n < 2 {
            "–".to_owned()
        } else {
            format::money(usd.half_width())
        };
        let share = if sum > 0.0 { usd.mean / sum } else { 0.0 };
        vec![
            cost.resource.label().to_owned(),
            format::money(usd.mean),
            half,
            format::money(usd.p5),
            format::money(usd.p95),
            format::percent(share, 1),
        ]
    };
    Table::new(
        [
            "Resource",
            "Mean per month",
            "± (95 %)",
            "P5",
            "P95",
            "Share",
        ],
        report.costs.iter().map(row),
    )
}

/// Bars with the cost of each resource.
pub fn cost_scene(report: &Report, width: f64) -> Scene {
    let mut scene = Scene::default();
    let longest = paid(report).map(|cost| cost.resource.label().chars().count());
    let names = NAMES.max(LETTER * longest.max().unwrap_or(0) as f64 + 8.0);
    let top = paid(report)
        .map(|cost| cost.usd_per_month.p95.max(cost.usd_per_month.mean))
        .fold(0.0, f64::max);
    let x = Scale::new(
        (0.0, top.max(1e-6)),
        (names, (width - VALUES).max(names + 10.0)),
    );
    for (index, cost) in paid(report).enumerate() {
        let (y, usd) = (index as f64 * ROW + 8.0, &cost.usd_per_month);
        scene.label(
            (names - 8.0, y + 15.0),
            cost.resource.label(),
            Anchor::End,
            "row-name",
        );
        scene.bar(
            (names, y + 2.0),
            ((x.at(usd.mean) - names).max(1.0), 17.0),
            Ink::Blue,
            0.85,
        );
        scene.line(
            vec![(x.at(usd.p5), y + 10.5), (x.at(usd.p95), y + 10.5)],
            Ink::Text,
            1.5,
        );
        scene.label(
            (x.at(usd.mean.max(usd.p95)) + 8.0, y + 15.0),
            format::money(usd.mean),
            Anchor::Start,
            "value",
        );
    }
    scene
}

/// One stacked bar for each objective.
pub fn budget_scene(report: &Report, width: f64) -> Scene {
    let mut scene = Scene::default();
    let (left, right) = (8.0, width - 56.0);
    let most = report
        .objectives
        .iter()
        .map(|objective| objective.budget_consumed.mean)
        .fold(1.0, f64::max);
    let x = Scale::new(
        (0.0, if most > 1.0 { round_up(most) } else { 1.0 }),
        (left, right.max(left + 10.0)),
    );
    let bottom = report.objectives.len() as f64 * OBJECTIVE + 6.0;
    for tick in x.ticks(4) {
        scene.line(
            vec![(x.at(tick), 4.0), (x.at(tick), bottom)],
            Ink::Grid,
            1.0,
        );
        scene.label(
            (x.at(tick).max(left + 8.0), bottom + 16.0),
            format::percent(tick, 0),
            Anchor::Middle,
            "tick",
        );
    }
    for (index, objective) in report.objectives.iter().enumerate() {
        let y = index as f64 * OBJECTIVE + 4.0;
        scene.label(
            (left, y + 13.0),
            objective.label.clone(),
            Anchor::Start,
            "row-name",
        );
        let mut sum = 0.0;
        for (cause, (ink, _)) in objective.causes.iter().zip(CAUSES) {
            let part = cause.budget_consumed.mean;
            let (from, to) = (x.at(sum), x.at(sum + part));
            if to - from > 0.2 {
                scene.bar((from, y + 20.0), (to - from, 20.0), ink, 1.0);
            }
            sum += part;
        }
        let at = x.at(objective.budget_consumed.mean);
        scene.label(
            (at + 6.0, y + 35.0),
            format::percent(
                objective.budget_consumed.mean,
                if objective.budget_consumed.mean < 0.1 {
                    1
                } else {
                    0
                },
            ),
            Anchor::Start,
            "value",
        );
    }
    scene.dashed(
        vec![(x.at(1.0), 0.0), (x.at(1.0), bottom)],
        Ink::Text,
        1.5,
        4.0,
    );
    scene
}

/// The bars of budgets in a sentence.
pub fn budget_sentence(report: &Report) -> String {
    let of = |objective: &ObjectiveReport| {
        let main = objective
            .causes
            .iter()
            .max_by(|a, b| a.budget_consumed.mean.total_cmp(&b.budget_consumed.mean));
        let main = main
            .filter(|cause| cause.budget_consumed.mean > 0.0)
            .map(|cause| {
                format!(
                    ", most of it by {}",
                    cause.cause.label().to_ascii_lowercase()
                )
            });
        format!(
            "{} uses {} of its error budget{}",
            objective.label,
            format::percent(objective.budget_consumed.mean, 0),
            main.unwrap_or_default()
        )
    };
    report
        .objectives
        .iter()
        .map(of)
        .collect::<Vec<_>>()
        .join("; ")
}

/// The bars of budgets as a table.
pub fn budget_table(report: &Report) -> Table {
    let mut head = vec!["Cause".to_owned()];
    head.extend(
        report
            .objectives
            .iter()
            .map(|objective| format!("{}: mean (P5–P95)", objective.label)),
    );
    let show = |summary: &sim_core::stats::Summary| {
        format!(
            "{} ({}–{})",
            format::percent(summary.mean, 1),
            format::percent(summary.p5, 1),
            format::percent(summary.p95, 1)
        )
    };
    let mut rows: Vec<Vec<String>> = sim_core::slo::Cause::ALL
        .iter()
        .map(|cause| {
            let mut cells = vec![cause.label().to_owned()];
            cells.extend(report.objectives.iter().map(|objective| {
                objective
                    .causes
                    .iter()
                    .find(|part| part.cause == *cause)
                    .map(|part| show(&part.budget_consumed))
                    .unwrap_or_default()
            }));
            cells
        })
        .collect();
    let mut total = vec!["All".to_owned()];
    total.extend(
        report
            .objectives
            .iter()
            .map(|objective| show(&objective.budget_consumed)),
    );
    rows.push(total);
    Table {
        head,
        rows,
        note: None,
    }
}

/// Causes that spent something, with their class in the style sheet.
pub fn causes(report: &Report) -> Vec<(sim_core::slo::Cause, &'static str)> {
    let used = |index: usize| {
        report.objectives.iter().any(|objective| {
            let cause = objective.causes.get(index);
            cause.is_some_and(|cause| cause.budget_consumed.mean > 0.0005)
        })
    };
    let all = sim_core::slo::Cause::ALL
        .into_iter()
        .zip(CAUSES)
        .enumerate();
    all.filter(|(index, _)| used(*index))
        .map(|(_, (cause, (_, class)))| (cause, class))
        .collect()
}

/// How to read the bars of budgets.
pub const BUDGET_NOTE: &str =
    "Share of each objective's error budget that was used, by cause; 100 % is all of it";
