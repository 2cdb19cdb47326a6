//! What would help most, one click to apply; and how much more traffic the design carries.

use super::figures::table;
use super::icons::{Icon, icon};
use crate::check::run_key;
use crate::editor::value_words;
use crate::format;
use crate::state::{Phase, Studio, pointer, studio};
use crate::workers::engine_room;
use leptos::prelude::*;
use serde_json::Value;
use sim_core::study::explain::{ExplainReport, Move};
use sim_core::study::reach::ReachReport;

/// Most moves that are listed.
const MOST: usize = 8;

/// The section.
#[component]
pub fn AdvicePanel() -> impl IntoView {
    let studio = studio();
    let room = engine_room();
    let running = Memo::new(move |_| studio.advice.with(|advice| advice.running));
    let blocked = move || {
        running.get()
            || studio
                .run
                .with(|run| matches!(run.phase, Phase::Invalid | Phase::Failed(_)))
    };
    let words = move |idle: &'static str, explains: bool| {
        move || {
            studio.advice.with(|advice| {
                let (done, needed) = advice.progress;
                match advice.running && advice.explains == explains {
                    true => format!("Computing {done} of {needed}"),
                    false => idle.to_owned(),
                }
            })
        }
    };
    let stale = Memo::new(move |_| {
        studio.advice.with(|advice| {
            let made_of = advice.document.as_deref();
            made_of
                .is_some_and(|made_of| studio.document.with(|now| run_key(now) != run_key(made_of)))
        })
    });
    let moves = move || {
        studio
            .advice
            .with(|advice| advice.explain.clone())
            .map(|report| explained(studio, &report))
    };
    let reach = move || {
        studio
            .advice
            .with(|advice| advice.reach.clone())
            .map(|report| reached(&report))
    };
    view! {
        <section class="panel wide" class:stale=move || stale.get() data-testid="advice">
            <div class="panel-head">
                <h2>"What would help"</h2>
                <div class="panel-tools">
                    <button type="button" class="ghost" data-testid="explain-run" disabled=blocked on:click=move |_| room.start_explain()>
                        {words("What would help most?", true)}
                    </button>
                    <button type="button" class="ghost" data-testid="reach-run" disabled=blocked on:click=move |_| room.start_reach()>
                        {words("How much traffic does it carry?", false)}
                    </button>
                    <Show when=move || running.get()>
                        <button type="button" class="ghost small" on:click=move |_| room.give_up()>"Cancel"</button>
                    </Show>
                </div>
            </div>
            <p class="hint">
                {move || if stale.get() {
                    "This belongs to an earlier version of the scenario; ask again"
                } else {
                    "One change of the design at a time, on the same simulated months as the design as it is"
                }}
            </p>
            {reach}
            {moves}
        </section>
    }
}

fn explained(studio: Studio, report: &ExplainReport) -> AnyView {
    let rows = report.moves.iter().take(MOST).map(|one| row(studio, one));
    let note = format!(
        "{} changes looked at, {} replications; intervals of 95\u{a0}% hold for each change alone.",
        report.moves.len() as u32 + report.dropped,
        report.replications
    );
    view! {
        {table(
            "What would help most",
            &["Change", "Chance to meet the SLO", "Cost per month", "Error budget used", ""],
            rows.collect_view(),
        )}
        <p class="hint">{note}</p>
    }
    .into_any()
}

fn row(studio: Studio, one: &Move) -> impl IntoView + use<> {
    let points = |share: f64| format::signed(100.0 * share, 0);
    let words: Vec<String> = one
        .edits
        .iter()
        .map(|(path, value)| value_words(path, value))
        .collect();
    let name = words.join(", ");
    let (gain, low, high) = one.gain;
    let chance = format!(
        "{} points ({} to {})",
        points(gain),
        points(low),
        points(high)
    );
    let signed = |value: f64| {
        let sign = if value < 0.0 { "−" } else { "+" };
        format!("{sign}{}", format::money(value.abs()))
    };
    let cost = format!(
        "{} ({} to {})",
        signed(one.cost.mean),
        signed(one.cost.ci_low),
        signed(one.cost.ci_high)
    );
    let budget = format!("×{:.2}", one.budget.mean.exp());
    let edits: Vec<(String, Value)> = one
        .edits
        .iter()
        .map(|(path, value)| (path.clone(), pointer::tidy(value.clone())))
        .collect();
    let label = format!("Apply {name}");
    let message = format!("Applied {name}");
    view! {
        <tr data-testid="move">
            <th scope="row">{name}</th>
            <td>{chance}</td>
            <td>{cost}</td>
            <td>{budget}</td>
            <td>
                <button type="button" class="ghost small" aria-label=label on:click=move |_| studio.set_many(&edits, &message)>
                    {icon(Icon::Tick)} "Apply"
                </button>
            </td>
        </tr>
    }
}

fn reached(report: &ReachReport) -> AnyView {
    let words = match report.finished {
        true => format!("{}.", report.words()),
        false => "Looking for the traffic at which the design breaks…".to_owned(),
    };
    view! { <p class="verdict" data-testid="reach-verdict">{words}</p> }.into_any()
}
