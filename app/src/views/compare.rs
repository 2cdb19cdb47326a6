//! The design on the page against the pinned one: a sentence, the figures side by side, and where the difference lies.

use super::figures::{headed, table};
use super::icons::{Icon, icon};
use crate::format;
use crate::state::{CompareState, Tab, route, studio};
use crate::workers::engine_room;
use leptos::prelude::*;
use sim_core::study::{CandidateReport, CompareReport, Waterfall};
use sim_report::study::{compared_heads, compared_rows, signed};

/// Pins the design on the page as the baseline; pressed again on the same design, lets go of it.
#[component]
pub fn PinButton() -> impl IntoView {
    let studio = studio();
    let room = engine_room();
    let pinned = Memo::new(move |_| studio.pinned.with(Option::is_some));
    let sound = Memo::new(move |_| {
        studio
            .problems
            .with(|problems| !problems.iter().any(|problem| problem.blocking))
    });
    view! {
        <button
            type="button"
            class="ghost"
            data-testid="pin"
            title=move || if pinned.get() { "Pin this design as the baseline instead" } else { "Pin this design as the baseline, and compare what you change with it" }
            disabled=move || !sound.get()
            on:click=move |_| room.pin_present()
        >
            {icon(Icon::Pin)} <span>{move || if pinned.get() { "Pin anew" } else { "Pin" }}</span>
        </button>
    }
}

/// The comparison in a sentence, on every tab; nothing while there is none.
#[component]
pub fn CompareLine() -> impl IntoView {
    let studio = studio();
    let sentence = Memo::new(move |_| {
        studio.comparison.with(|state| {
            let report = state.report.as_ref()?;
            Some(report.candidates.first()?.sentence.clone())
        })
    });
    move || {
        sentence.get().map(|sentence| {
            view! {
                <p class="verdict compare-line" class:stale=move || studio.stale.get()>
                    <span data-testid="compare-sentence">{sentence}</span> " "
                    <button type="button" class="ghost small" on:click=move |_| route::show_tab(&studio, Tab::Compare)>"Compare"</button>
                </p>
            }
        })
    }
}

/// The comparison; what to do for one while no design is pinned.
#[component]
pub fn ComparePanel() -> impl IntoView {
    let studio = studio();
    let room = engine_room();
    let pinned = Memo::new(move |_| {
        studio.pinned.with(|pinned| {
            let name = pinned.as_ref()?.get("name")?.as_str()?;
            Some(name.to_owned())
        })
    });
    move || {
        match pinned.get() {
        Some(name) => panel(name),
        None => view! {
            <section class="panel wide" data-testid="compare-none">
                <h2>"Nothing to compare with yet"</h2>
                <p class="hint">"Pin a design as the baseline, then change something: the two are run with the same random numbers, and the differences are told with their intervals."</p>
                <p><button type="button" class="ghost small" data-testid="compare-pin" on:click=move |_| room.pin_present()>{icon(Icon::Pin)} <span>"Pin this design"</span></button></p>
            </section>
        }
        .into_any(),
    }
    }
}

fn panel(name: String) -> AnyView {
    let studio = studio();
    let room = engine_room();
    let back = move |_| {
        if let Some(baseline) = studio.pinned.get_untracked() {
            studio.open((*baseline).clone(), None, Some("The baseline is back"));
        }
    };
    let state = studio.comparison;
    let differs = move || state.with(|state| state.report.is_some());
    let body = move || {
        state.with(|state| match &state.report {
            Some(report) => found(report),
            None => view! { <p class="hint">"The design on the page is the pinned one: change something to see what it does."</p> }.into_any(),
        })
    };
    let note = move || state.with(pairs);
    view! {
        <section
            class="panel wide"
            class:stale=move || studio.stale.get() && differs()
            data-testid="compare"
            data-digest=move || state.with(|state| state.report.as_ref().map(|report| report.digest.clone()))
            data-finished=move || state.with(|state| state.finished).to_string()
        >
            <div class="panel-head">
                <div>
                    <h2>"Compared with the baseline"</h2>
                    <p class="hint">"A is the pinned “" {name} "”, B the design on the page. " {note}</p>
                </div>
                <div class="panel-tools">
                    <button type="button" class="ghost small" data-testid="compare-back" disabled=move || !differs() on:click=back>{icon(Icon::Undo)} <span>"Back to A"</span></button>
                    <button type="button" class="ghost small" data-testid="unpin" on:click=move |_| room.pin(None)>{icon(Icon::Close)} <span>"Unpin"</span></button>
                </div>
            </div>
            {body}
        </section>
    }
    .into_any()
}

fn pairs(state: &CompareState) -> String {
    match state.done {
        0 => String::new(),
        done if state.finished => {
            format!("{done} pairs of runs with the same random numbers.")
        }
        done => format!(
            "{done} of {} pairs of runs with the same random numbers so far.",
            state.needed
        ),
    }
}

fn found(report: &CompareReport) -> AnyView {
    let Some(candidate) = report.candidates.first() else {
        return ().into_any();
    };
    let notes = candidate
        .notes
        .iter()
        .map(|note| view! { <p class="hint">{note.clone()} "."</p> })
        .collect_view();
    let budgets = candidate
        .objectives
        .iter()
        .map(|objective| {
            waterfall(
                format!("Error budget of {}", objective.label),
                &objective.causes,
                |share| format::percent(share, 1),
            )
        })
        .collect_view();
    view! {
        {notes}
        {figures(candidate)}
        <details>
            <summary>"Where the difference lies"</summary>
            {waterfall("Cost per month".to_owned(), &candidate.cost, format::money)}
            {budgets}
        </details>
    }
    .into_any()
}

fn figures(candidate: &CandidateReport) -> AnyView {
    let row = |(mut cells, class): (Vec<String>, &'static str)| {
        let verdict = cells.pop();
        let mut cells = cells.into_iter();
        let name = cells.next();
        let cells = cells.map(|cell| view! { <td>{cell}</td> }).collect_view();
        view! { <tr><th scope="row">{name}</th>{cells}<td class=class>{verdict}</td></tr> }
    };
    let rows = compared_rows(candidate).into_iter().map(row).collect_view();
    let heads = compared_heads(candidate).to_vec();
    headed("Figures of both designs", heads, rows.into_any())
}

/// The way from A's total to B's, part by part.
fn waterfall(title: String, waterfall: &Waterfall, show: fn(f64) -> String) -> AnyView {
    let sizes = waterfall
        .steps
        .iter()
        .map(|step| step.difference.mean.abs());
    let most = sizes.fold(0.0, f64::max);
    let rows = waterfall
        .steps
        .iter()
        .map(|step| {
            let mean = step.difference.mean;
            let share = if most > 0.0 { 100.0 * mean.abs() / most } else { 0.0 };
            let class = if mean > 0.0 { "bar-more" } else { "bar-less" };
            view! {
                <tr>
                    <th scope="row">{step.label.clone()}</th>
                    <td>{show(step.baseline)}</td>
                    <td>{show(step.candidate)}</td>
                    <td>{signed(mean, show)}</td>
                    <td class="bar-cell" aria-hidden="true"><span class=class style=format!("width:{share:.0}%")></span></td>
                </tr>
            }
        })
        .collect_view();
    let (from, to) = (waterfall.from, waterfall.to);
    let total = view! {
        {rows}
        <tr><th scope="row">"Together"</th><td>{show(from)}</td><td>{show(to)}</td><td>{signed(to - from, show)}</td><td></td></tr>
    };
    view! {
        <h3>{title.clone()}</h3>
        {table("From A to B", &["Part", "A", "B", "B − A", ""], total)}
    }
    .into_any()
}
