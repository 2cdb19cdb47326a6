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
    let designs = studio.designs();
    let is_found = Memo::new(move |_| designs.with(Option::is_some));
    move || is_found.get().then(|| list(studio, designs))
}

type Designs = Memo<Option<Arc<SweepReport>>>;

fn list(studio: Studio, designs: Designs) -> AnyView {
    let running = Memo::new(move |_| studio.sweep.with(|sweep| sweep.running));
    let words = move || designs.with(|report| Some(verdict(report.as_deref()?, running.get())));
    let regret = move || {
        let words = designs.with(|report| least_regret(report.as_deref()?));
        words.map(|words| {
            view! {
                <p class="verdict" data-testid="least-regret">{words} "."</p>
                <p class="hint">{REGRET_NOTE} "."</p>
            }
        })
    };
    let more = move || {
        let front = designs.with(|report| report.as_ref().map_or(0, |report| report.front.len()));
        let left_out = front.saturating_sub(MOST_ROWS);
        (left_out > 0).then(
            || view! { <p class="hint">{left_out} " dearer ones are in the file of the chart."</p> },
        )
    };
    view! {
        <p class="verdict" data-testid="sweep-verdict">{words}</p>
        {regret}
        <div class="table-scroll">
            <table class="front-list">
                <thead>
                    <tr><th scope="col">"On the front, cheapest first"</th><th scope="col">"Chance"</th><th scope="col">"Cost per month"</th><th scope="col">"P95"</th><th scope="col"><span class="visually-hidden">"Adopt"</span></th></tr>
                </thead>
                <tbody>
                    <ForEnumerate
                        each=move || designs.with(|report| report.as_deref().map_or_else(Vec::new, rows))
                        key=Clone::clone
                        children=move |place, shown| row(studio, designs, place, &shown)
                    />
                </tbody>
            </table>
        </div>
        {more}
    }
    .into_any()
}

/// What a row shows: while this is the same, the row stays as it is.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Shown {
    plan: String,
    design: u32,
    replications: u32,
    is_recommended: bool,
}

fn rows(report: &SweepReport) -> Vec<Shown> {
    let shown = |point: &DesignPoint| Shown {
        plan: report.plan.clone(),
        design: point.design,
        replications: point.replications,
        is_recommended: report.recommended == Some(point.design),
    };
    let front = report
        .front
        .iter()
        .filter_map(|design| report.point(*design));
    front.take(MOST_ROWS).map(shown).collect()
}

fn row(
    studio: Studio,
    designs: Designs,
    place: ReadSignal<usize>,
    shown: &Shown,
) -> Option<AnyView> {
    let Shown {
        design,
        is_recommended,
        ..
    } = *shown;
    let report = designs.get_untracked()?;
    let point = report.point(design)?;
    let name = knob_text(&report, point);
    let values = edits(&report, point);
    let current = move || {
        values
            .iter()
            .all(|(path, value)| studio.value(path).map(pointer::tidy).as_ref() == Some(value))
    };
    let take = move |_| {
        let report = designs.get_untracked();
        let found = report.and_then(|report| Some((report.place(design)?, report)));
        if let Some((index, report)) = found {
            adopt(studio, &report, index);
        }
    };
    let view = view! {
        <tr
            data-testid=move || format!("front-point-{}", place.get())
            data-cost=point.cost_per_month.mean.to_string()
            data-attainment=point.attainment.estimate.to_string()
            class:recommended=is_recommended
            class:current=current
            on:click=take
        >
            <th scope="row">{name.clone()} {is_recommended.then(|| view! { <span class="badge good">"recommended"</span> })}</th>
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
