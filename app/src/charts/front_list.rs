//! The designs on the front as a list, cheapest first: the chart for keyboards and readers.

use crate::editor::value_words;
use crate::format;
use crate::state::{Studio, pointer, studio};
use crate::views::icons::{Icon, icon};
use leptos::prelude::*;
use serde_json::Value;
use sim_core::study::{DesignPoint, SweepReport};
use sim_report::designs::{
    MOST_ROWS, REGRET_NOTE, chance, cost_text, knob_text, least_regret, verdict,
};
use std::sync::Arc;

/// The list; nothing before a sweep.
#[component]
pub fn FrontList() -> impl IntoView {
    let studio = studio();
    let found = move || {
        studio
            .sweep
            .with(|sweep| Some((sweep.report.clone()?, sweep.running)))
    };
    move || found().map(|(report, running)| list(studio, report, running))
}

fn list(studio: Studio, report: Arc<SweepReport>, running: bool) -> AnyView {
    let verdict = verdict(&report, running);
    let regret = least_regret(&report).map(|words| {
        view! {
            <p class="verdict" data-testid="least-regret">{words} "."</p>
            <p class="hint">{REGRET_NOTE} "."</p>
        }
    });
    let front: Vec<usize> = report
        .front
        .iter()
        .filter_map(|design| report.place(*design))
        .collect();
    let left_out = front.len().saturating_sub(MOST_ROWS);
    let more = (left_out > 0).then(
        || view! { <p class="hint">{left_out} " dearer ones are in the file of the chart."</p> },
    );
    let rows = front
        .into_iter()
        .take(MOST_ROWS)
        .enumerate()
        .map(|(place, index)| row(studio, &report, place, index))
        .collect_view();
    view! {
        <p class="verdict" data-testid="sweep-verdict">{verdict}</p>
        {regret}
        <div class="table-scroll">
            <table class="front-list">
                <thead>
                    <tr><th scope="col">"On the front, cheapest first"</th><th scope="col">"Chance"</th><th scope="col">"Cost per month"</th><th scope="col">"P95"</th><th scope="col"><span class="visually-hidden">"Adopt"</span></th></tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
        {more}
    }
    .into_any()
}

fn row(studio: Studio, report: &Arc<SweepReport>, place: usize, index: usize) -> Option<AnyView> {
    let point = report.points.get(index)?;
    let recommended = report.recommended == Some(point.design);
    let name = knob_text(report, point);
    let held = Arc::clone(report);
    let values = edits(report, point);
    let current = move || {
        values
            .iter()
            .all(|(path, value)| studio.value(path).map(pointer::tidy).as_ref() == Some(value))
    };
    let view = view! {
        <tr
            data-testid=format!("front-point-{place}")
            data-cost=point.cost_per_month.mean.to_string()
            data-attainment=point.attainment.estimate.to_string()
            class:recommended=recommended
            class:current=current.clone()
            on:click=move |_| adopt(studio, &held, index)
        >
            <th scope="row">{name.clone()} {recommended.then(|| view! { <span class="badge good">"recommended"</span> })}</th>
            <td>{chance(&point.attainment)}</td>
            <td>{cost_text(&point.cost_per_month)}</td>
            <td>{format::milliseconds(point.p95_latency_ms.mean)}</td>
            <td>
                // The click goes up to the row.
                <button type="button" class="ghost small" aria-label=format!("Adopt {name}")>{icon(Icon::Tick)} "Adopt"</button>
            </td>
        </tr>
    };
    Some(view.into_any())
}

/// What sets a design apart from the one on the page: its knobs that differ.
pub fn difference(studio: Studio, sweep: &SweepReport, point: &DesignPoint) -> String {
    let differs = |(path, value): &(String, Value)| {
        studio.value(path).map(pointer::tidy).as_ref() != Some(value)
    };
    let edits = edits(sweep, point);
    let words: Vec<String> = edits
        .iter()
        .filter(|edit| differs(edit))
        .map(|(path, value)| value_words(path, value))
        .collect();
    match words.is_empty() {
        true => "As this design".to_owned(),
        false => words.join(", "),
    }
}

/// What adopting a design writes into the document.
fn edits(sweep: &SweepReport, point: &DesignPoint) -> Vec<(String, Value)> {
    let values = point.values.iter().cloned().map(pointer::tidy);
    sweep.knobs.iter().cloned().zip(values).collect()
}

/// Writes a design's knobs into the document, as one step.
pub fn adopt(studio: Studio, sweep: &SweepReport, index: usize) {
    let Some(point) = sweep.points.get(index) else {
        return;
    };
    let message = format!("Adopted {}", knob_text(sweep, point));
    studio.set_many(&edits(sweep, point), &message);
}
