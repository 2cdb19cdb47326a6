//! The table of oracles: families, cases, figures.

use super::interval::graphic;
use crate::state::{Board, CaseState, studio};
use crate::views::icons::{Icon, icon};
use crate::workers::{EngineRoom, engine_room};
use leptos::prelude::*;
use sim_core::validation::{Case, Family, Judgement, Oracle, Rule, Verdict};
use std::sync::Arc;

/// The table.
#[component]
pub fn OracleTable() -> impl IntoView {
    let board = studio().validation.board();
    let room = engine_room();
    let bodies = Family::ALL
        .iter()
        .map(|&family| bodies_of(family, &board, room))
        .collect_view();
    view! {
        <section class="panel">
            <table class="oracles" data-testid="oracles">
                <caption>
                    "Models against what is known of them. In the small pictures the bar is the 99 % interval of the run, its dot what was measured, and the tall mark the known value. Where that is an approximation, it is off by as much as is stated."
                </caption>
                <thead>
                    <tr>
                        <th scope="col">"Figure"</th>
                        <th scope="col">"Known value"</th>
                        <th scope="col">"Measured ± 99 % interval"</th>
                        <th scope="col">"Verdict"</th>
                    </tr>
                </thead>
                {bodies}
            </table>
        </section>
    }
}

fn bodies_of(family: Family, board: &Arc<Board>, room: EngineRoom) -> AnyView {
    let places: Vec<usize> = board
        .cases
        .iter()
        .enumerate()
        .filter(|(_, case)| case.about.family == family)
        .map(|(place, _)| place)
        .collect();
    let cases = places
        .iter()
        .filter_map(|&place| body_of(place, board, room))
        .collect_view();
    let run = move |_| room.validate(&places);
    view! {
        <tbody class="family">
            <tr>
                <th scope="rowgroup" colspan="3">
                    <strong>{family.title()}</strong>
                    <span>{family.summary()}</span>
                </th>
                <td>
                    <button type="button" class="ghost small" aria-label=format!("Run group {}", family.title()) on:click=run>
                        {icon(Icon::Play)} "Run group"
                    </button>
                </td>
            </tr>
        </tbody>
        {cases}
    }
    .into_any()
}

/// A case: what it is, how to run it, its figures.
fn body_of(place: usize, board: &Arc<Board>, room: EngineRoom) -> Option<AnyView> {
    let case = board.cases.get(place)?;
    let state = board.states.get(place)?.clone();
    let about = &case.about;
    let rows = case
        .oracles
        .iter()
        .enumerate()
        .map(|(index, oracle)| row_of(index, case, oracle, state.clone()))
        .collect_view();
    let view = view! {
        <tbody class="case" data-testid=format!("case:{}", about.id)>
            <tr class="case-head">
                <th scope="rowgroup" colspan="3">
                    <span class="case-name">
                        <strong>{about.subject.clone()}</strong>
                        <span class="badge">{about.id}</span>
                    </span>
                    <span class="case-words">{about.shows}</span>
                    <span class="case-words">{format!("Source: {}", about.source)}</span>
                    {why(case)}
                </th>
                <td>{run_button(place, case, state, room)}</td>
            </tr>
            {rows}
        </tbody>
    };
    Some(view.into_any())
}

/// The formulas and what counts as agreement.
fn why(case: &Case) -> AnyView {
    let line = |oracle: &Oracle| {
        view! {
            <li>
                <strong>{oracle.figure.clone()}</strong>
                {format!(": {}. Agrees if {}.", oracle.formula, oracle.rule.words())}
            </li>
        }
    };
    let lines = case.oracles.iter().map(line).collect_view();
    let effort = if case.requests > 0.0 {
        format!(
            "{} samples of about {} requests",
            case.samples,
            crate::format::short((case.requests / 100.0).round() * 100.0)
        )
    } else {
        "Rules without chance".to_owned()
    };
    view! {
        <details class="why">
            <summary>"How it is known"</summary>
            <ul>{lines}<li>{effort}</li></ul>
        </details>
    }
    .into_any()
}

fn run_button(
    place: usize,
    case: &Case,
    state: ArcRwSignal<CaseState>,
    room: EngineRoom,
) -> AnyView {
    let subject = case.about.subject.clone();
    let id = case.about.id;
    let open = {
        let state = state.clone();
        Memo::new(move |_| state.with(CaseState::is_open))
    };
    let words = move || {
        state.with(|state| match state {
            CaseState::NotRun => "Run".to_owned(),
            CaseState::Waiting => "Waiting".to_owned(),
            CaseState::Running(share, _) => crate::format::percent(*share, 0),
            CaseState::Done(_) => "Run again".to_owned(),
        })
    };
    view! {
        <button
            type="button"
            class="ghost small run"
            data-testid=format!("run:{id}")
            disabled=move || open.get()
            on:click=move |_| room.validate(&[place])
        >
            {icon(Icon::Play)}
            <span>{words}</span>
            <span class="visually-hidden">{format!(": {subject}")}</span>
        </button>
    }
    .into_any()
}

fn row_of(index: usize, case: &Case, oracle: &Oracle, state: ArcRwSignal<CaseState>) -> AnyView {
    let name = format!("oracle:{}/{}", case.about.id, oracle.key);
    let kept = oracle.clone();
    // Only what this row shows, so that the row rests while others move.
    let shown = Memo::new(move |_| {
        state.with(|state| {
            (
                state.verdict(index).cloned(),
                matches!(state, CaseState::Done(_)),
                state.is_open(),
            )
        })
    });
    let near = is_near(&oracle.rule);
    let word =
        move || shown.with(|(verdict, done, open)| word_of(verdict.as_ref(), near, *done, *open));
    let measured = move || {
        shown.with(|(verdict, ..)| {
            verdict.as_ref().map(|verdict| {
                view! {
                    <span class="number">{verdict.measured.words()}</span>
                    " "
                    <span class="half">{verdict.half_width_words()}</span>
                    {graphic(&kept, verdict)}
                }
            })
        })
    };
    let off = {
        let oracle = oracle.clone();
        move || {
            shown.with(|(verdict, done, _)| {
                let verdict = verdict.as_ref().filter(|_| *done)?;
                let error = verdict.error_words(&oracle)?;
                Some(view! { <span class="off">{format!("off by {error}")}</span> })
            })
        }
    };
    view! {
        <tr data-testid=name data-verdict=word class:open=move || shown.with(|(_, _, open)| *open)>
            <th scope="row">{oracle.figure.clone()}</th>
            <td>{oracle.expected.words()}</td>
            <td class="measured">{measured}</td>
            <td class="judged">
                <span class=move || format!("stamp {}", word())>
                    <span aria-hidden="true">{move || mark_of(word())}</span>
                    {move || words_of(word())}
                </span>
                {off}
            </td>
        </tr>
    }
    .into_any()
}

/// Whether the known value is known to be off, so that agreement means "by as much as is stated".
pub fn is_near(rule: &Rule) -> bool {
    matches!(rule, Rule::Approximation { .. } | Rule::Published { .. })
}

fn word_of(verdict: Option<&Verdict>, near: bool, done: bool, open: bool) -> &'static str {
    match verdict.map(|verdict| verdict.judgement) {
        _ if open => "running",
        Some(Judgement::Agrees) if done && near => "as-stated",
        Some(Judgement::Agrees) if done => "agrees",
        Some(Judgement::Differs) if done => "differs",
        Some(Judgement::TooWide) if done => "too-wide",
        _ => "not-run",
    }
}

fn mark_of(word: &str) -> &'static str {
    match word {
        "agrees" | "as-stated" => "✓ ",
        "differs" => "✗ ",
        "too-wide" => "? ",
        "running" => "… ",
        _ => "",
    }
}

fn words_of(word: &str) -> &'static str {
    match word {
        "agrees" => "agrees",
        "as-stated" => "as stated",
        "differs" => "differs",
        "too-wide" => "too wide",
        "running" => "running",
        _ => "not run",
    }
}
