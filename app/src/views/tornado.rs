//! Which number matters: each knob and each uncertain input at its low and at its high end.

use super::figures::{half_width, table};
use crate::editor::{knob_name, quantity::significant};
use crate::format;
use crate::state::{TornadoState, studio};
use crate::workers::engine_room;
use leptos::prelude::*;
use serde_json::Value;
use sim_core::study::{SensitivityBar, SensitivityReport};

/// The panel; nothing in scenarios without knobs and uncertain inputs.
#[component]
pub fn TornadoPanel() -> impl IntoView {
    let studio = studio();
    let numbers = Memo::new(move |_| {
        let count = |document: &Value, list: &str| {
            let list = document.get(list).and_then(Value::as_array);
            list.map_or(0, Vec::len)
        };
        studio
            .document
            .with(|document| count(document, "sweep") + count(document, "uncertain"))
    });
    move || (numbers.get() > 0).then(panel)
}

fn panel() -> AnyView {
    let studio = studio();
    let room = engine_room();
    let state = studio.tornado;
    let running = move || state.with(|state| state.running);
    let outdated = Memo::new(move |_| {
        let of = state.with(|state| state.document.clone());
        of.is_some_and(|of| studio.document.with(|now| *of != *now))
    });
    let invalid = move || {
        studio
            .problems
            .with(|problems| problems.iter().any(|problem| problem.blocking))
    };
    let words = move || state.with(note);
    let body = move || state.with(|state| state.report.as_deref().map(found));
    view! {
        <section
            class="panel wide"
            class:stale=move || outdated.get()
            data-testid="tornado"
            data-digest=move || state.with(|state| state.report.as_ref().map(|report| report.digest.clone()))
            data-running=move || running().to_string()
        >
            <div class="panel-head">
                <div>
                    <h2>"Which number matters"</h2>
                    <p class="hint">{words}</p>
                </div>
                <div class="panel-tools">
                    <button type="button" class="primary" data-testid="tornado-run" disabled=move || invalid() || running() on:click=move |_| room.start_tornado()>
                        {move || if running() { "Computing…" } else { "Compute" }}
                    </button>
                </div>
            </div>
            {body}
        </section>
    }
    .into_any()
}

fn note(state: &TornadoState) -> String {
    let what = "Each knob of the sweep and each uncertain input goes to its low and high end while the others stay";
    match (&state.report, state.running) {
        (_, true) if state.progress.1 > 0 => format!(
            "{what}: {} of {} runs so far.",
            state.progress.0, state.progress.1
        ),
        (Some(report), _) => format!(
            "{what}. {} runs of each design with the same random numbers.",
            report.replications
        ),
        (None, _) => format!("{what}."),
    }
}

fn found(report: &SensitivityReport) -> AnyView {
    let ends = report.bars.iter().flat_map(|bar| {
        let at = |mean: f64| if mean.is_finite() { mean } else { 0.0 };
        [
            at(bar.cost_low.difference.mean),
            at(bar.cost_high.difference.mean),
        ]
    });
    let (low, high) = ends.fold((0.0f64, 0.0f64), |(low, high), end| {
        (low.min(end), high.max(end))
    });
    let rows = report
        .bars
        .iter()
        .map(|bar| row(bar, (low, high)))
        .collect_view();
    let head = [
        "Number",
        "Low – high",
        "Cost at low and high",
        "Cost, high − low",
        "Chance to meet the SLO, high − low",
    ];
    table("Sensitivity of cost and attainment", &head, rows)
}

fn row(bar: &SensitivityBar, scale: (f64, f64)) -> AnyView {
    let money = |usd: f64| {
        let sign = if usd > 0.0 { "+" } else { "" };
        format!("{sign}{}", format::money(significant(usd, 3)))
    };
    let swing = &bar.attainment_swing;
    let attainment = format!(
        "{}\u{a0}points ({} to {})",
        format::signed(100.0 * swing.difference, 0),
        format::signed(100.0 * swing.ci_low, 0),
        format::signed(100.0 * swing.ci_high, 0)
    );
    let factor = &bar.factor;
    let kind = if factor.uncertain { " (uncertain)" } else { "" };
    view! {
        <tr data-path=factor.path.clone()>
            <th scope="row">{knob_name(&factor.path)} {kind}</th>
            <td>{format::range(factor.low, factor.high, format::number)}</td>
            <td>
                {bars(bar, scale)}
                {money(bar.cost_low.difference.mean)} " / " {money(bar.cost_high.difference.mean)}
            </td>
            <td>{money(bar.cost_swing.mean)} {half_width(&bar.cost_swing, format::money)}</td>
            <td>{attainment}</td>
        </tr>
    }
    .into_any()
}

/// From the cost as written to that at either end.
fn bars(bar: &SensitivityBar, (low, high): (f64, f64)) -> AnyView {
    let width = (high - low).max(1e-9);
    let at = |usd: f64| 100.0 * (usd - low) / width;
    let part = |usd: f64, class: &'static str| {
        let (from, to) = (at(usd.min(0.0)), at(usd.max(0.0)));
        view! { <rect class=class x=format!("{from:.2}") y="1" width=format!("{:.2}", (to - from).max(0.4)) height="8"></rect> }
    };
    view! {
        <svg class="gauge" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            {part(bar.cost_low.difference.mean, "tornado-low")}
            {part(bar.cost_high.difference.mean, "tornado-high")}
            <rect class="gauge-mark" x=format!("{:.2}", at(0.0)) y="0" width="0.5" height="10"></rect>
        </svg>
    }
    .into_any()
}
