//! Where the money goes, and what spends the error budget.

use super::data;
use super::figure::{Figure, Table, report_stale};
use super::palette::Ink;
use super::scale::{Scale, round_up};
use super::scene::{Anchor, Scene};
use super::surface::Surface;
use crate::format;
use crate::state::studio;
use leptos::prelude::*;
use sim_core::study::Report;

const NAMES: f64 = 112.0;
const VALUES: f64 = 64.0;
const ROW: f64 = 34.0;

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

/// Bars with the cost of each resource.
#[component]
pub fn CostByResource() -> impl IntoView {
    let studio = studio();
    let total = |report: &Report| {
        report
            .costs
            .iter()
            .map(|cost| cost.usd_per_month.mean)
            .sum::<f64>()
    };
    let words = move || {
        studio.report.with(|report| {
            report
                .as_ref()
                .map(|report| format!("Mean per month; together {}", format::money(total(report))))
                .unwrap_or_default()
        })
    };
    let draw = move |width: f64| {
        studio.report.with(|report| {
            report
                .as_ref()
                .map_or_else(Scene::default, |report| cost_scene(report, width))
        })
    };
    let label = Signal::derive(move || {
        studio.report.with(|report| {
            let Some(report) = report else {
                return "Cost by resource, not computed yet".to_owned();
            };
            let parts = report.costs.iter().map(|cost| {
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
        })
    });
    let table = move || {
        studio.report.with(|report| {
            let Some(report) = report else {
                return Table::default();
            };
            let head = [
                "Resource",
                "Mean per month",
                "± (95 %)",
                "P5",
                "P95",
                "Share",
            ]
            .map(str::to_owned)
            .to_vec();
            let sum = total(report);
            let row = |cost: &sim_core::study::CostReport| {
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
            Table {
                head,
                rows: report.costs.iter().map(row).collect(),
            }
        })
    };
    // Storage and batch jobs bring rows of their own.
    let rows = Memo::new(move |_| {
        studio
            .report
            .with(|report| report.as_ref().map_or(4, |report| report.costs.len()))
    });
    let surface = move || {
        Surface {
            height: ROW * rows.get() as f64 + 8.0,
            label,
            draw,
            hover: |_| {},
            overlay: ().into_any(),
            above: ().into_any(),
        }
        .view()
    };
    view! {
        <Figure title="Cost by resource" note=Signal::derive(words) testid="chart-resources" data=data::costs table=table stale=report_stale()>
            {surface}
        </Figure>
    }
}

fn cost_scene(report: &Report, width: f64) -> Scene {
    let mut scene = Scene::default();
    let top = report
        .costs
        .iter()
        .map(|cost| cost.usd_per_month.p95.max(cost.usd_per_month.mean))
        .fold(0.0, f64::max);
    let x = Scale::new(
        (0.0, top.max(1e-6)),
        (NAMES, (width - VALUES).max(NAMES + 10.0)),
    );
    for (index, cost) in report.costs.iter().enumerate() {
        let (y, usd) = (index as f64 * ROW + 8.0, &cost.usd_per_month);
        scene.label(
            (NAMES - 8.0, y + 15.0),
            cost.resource.label(),
            Anchor::End,
            "row-name",
        );
        scene.bar(
            (NAMES, y + 2.0),
            ((x.at(usd.mean) - NAMES).max(1.0), 17.0),
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
#[component]
pub fn BudgetByCause() -> impl IntoView {
    let studio = studio();
    let rows = Memo::new(move |_| {
        studio.report.with(|report| {
            report
                .as_ref()
                .map_or(1, |report| report.objectives.len().max(1))
        })
    });
    let draw = move |width: f64| {
        studio.report.with(|report| {
            report
                .as_ref()
                .map_or_else(Scene::default, |report| budget_scene(report, width))
        })
    };
    let label = Signal::derive(move || {
        studio.report.with(|report| {
            report
                .as_deref()
                .map(budget_sentence)
                .unwrap_or_else(|| "Error budget by cause, not computed yet".to_owned())
        })
    });
    let table = move || {
        studio
            .report
            .with(|report| report.as_deref().map(budget_table).unwrap_or_default())
    };
    let note = Signal::derive(|| {
        "Share of each objective's error budget that was used, by cause; 100 % is all of it"
            .to_owned()
    });
    let surface = move || {
        Surface {
            height: rows.get() as f64 * 54.0 + 30.0,
            label,
            draw,
            hover: |_| {},
            overlay: ().into_any(),
            above: ().into_any(),
        }
        .view()
    };
    let legend = move || {
        studio.report.with(|report| {
            let Some(report) = report else { return Vec::new() };
            let used = |index: usize| report.objectives.iter().any(|objective| objective.causes.get(index).is_some_and(|cause| cause.budget_consumed.mean > 0.0005));
            let all = sim_core::slo::Cause::ALL.iter().zip(CAUSES).enumerate().filter(|(index, _)| used(*index));
            all.map(|(_, (cause, (_, class)))| view! { <li title=cause.help()><span class=format!("swatch {class}")></span>{cause.label()}</li> }.into_any()).collect()
        })
    };
    view! {
        <Figure title="Error budget by cause" note=note testid="chart-budget" data=data::budgets table=table stale=report_stale()>
            {surface}
            <ul class="legend">{legend}</ul>
        </Figure>
    }
}

fn budget_scene(report: &Report, width: f64) -> Scene {
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
    let bottom = report.objectives.len() as f64 * 54.0 + 6.0;
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
        let y = index as f64 * 54.0 + 4.0;
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

fn budget_sentence(report: &Report) -> String {
    let of = |objective: &sim_core::study::ObjectiveReport| {
        let main = objective
            .causes
            .iter()
            .max_by(|a, b| a.budget_consumed.mean.total_cmp(&b.budget_consumed.mean));
        let main = main
            .filter(|cause| cause.budget_consumed.mean > 0.0)
            .map(|cause| format!(", most of it by {}", cause.cause.label().to_lowercase()));
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

fn budget_table(report: &Report) -> Table {
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
    Table { head, rows }
}
