//! Run all, stop, the seed, and how far it is.

use crate::format;
use crate::state::{CaseState, Phase, studio};
use crate::views::icons::{Icon, icon};
use crate::workers::engine_room;
use leptos::prelude::*;

/// The bar above the table.
#[component]
pub fn Toolbar() -> impl IntoView {
    let studio = studio();
    let validation = studio.validation;
    let room = engine_room();
    let all = validation.board().cases.len();
    let run_all = move |_| room.validate(&(0..all).collect::<Vec<_>>());
    let failed = move || match studio.run.with(|run| run.phase.clone()) {
        Phase::Failed(message) => Some(message),
        _ => None,
    };
    let failure = move || {
        failed().map(|message| {
            view! {
                <p class="problem error" role="alert">
                    {format!("The workers failed: {message} ")}
                    <button type="button" class="link" on:click=move |_| room.retry()>"Start them again"</button>
                </p>
            }
        })
    };
    view! {
        <div class="toolbar">
            <button
                type="button"
                class="primary"
                data-testid="validation-run-all"
                disabled=move || validation.running.get() || failed().is_some()
                on:click=run_all
            >
                {icon(Icon::Play)} "Run all"
            </button>
            <button
                type="button"
                class="ghost"
                data-testid="validation-stop"
                disabled=move || !validation.running.get()
                on:click=move |_| room.stop_validation()
            >
                {icon(Icon::Stop)} "Stop"
            </button>
            <Seed/>
            <Count/>
        </div>
        <progress
            class="progress"
            max="1"
            value=move || format!("{:.3}", validation.progress.get().0)
            aria-label="Requests of the validation simulated"
        ></progress>
        {failure}
    }
}

/// The seed; another one clears what was measured.
#[component]
fn Seed() -> impl IntoView {
    let validation = studio().validation;
    let room = engine_room();
    let wrong = RwSignal::new(false);
    let change = move |event| {
        let text = event_target_value(&event);
        match text.trim().parse::<u64>() {
            Ok(seed) => {
                wrong.set(false);
                if seed != validation.seed.get_untracked() {
                    room.stop_validation();
                    validation.seed.set(seed);
                    validation.board().set_all(&CaseState::NotRun, |_| true);
                    validation.progress.set((0.0, None));
                }
            }
            Err(_) => wrong.set(true),
        }
    };
    view! {
        <label class="seed">
            "Seed"
            <input
                type="text"
                inputmode="numeric"
                autocomplete="off"
                maxlength="20"
                data-testid="validation-seed"
                aria-invalid=move || wrong.get().to_string()
                aria-describedby="validation-seed-problem"
                prop:value=move || validation.seed.get().to_string()
                on:change=change
            />
        </label>
        <span id="validation-seed-problem" class="problem error" role="alert">
            {move || wrong.get().then_some("The seed is a whole number from 0 to 18446744073709551615")}
        </span>
    }
}

/// How many figures were run and agree, and the time left; readers are told at the end.
#[component]
fn Count() -> impl IntoView {
    let validation = studio().validation;
    let board = validation.board();
    let figures = board.figures();
    let counts = Memo::new(move |_| board.count());
    let words = move || {
        let (run, agree) = counts.get();
        let differ = match run - agree {
            0 => String::new(),
            differ => format!(", {differ} not"),
        };
        if run == 0 {
            format!("{figures} figures, none run yet")
        } else {
            format!("{run} of {figures} figures run: {agree} agree{differ}")
        }
    };
    let left = move || match (validation.running.get(), validation.progress.get().1) {
        (true, Some(seconds)) => format!(" · {} left", format::time_left(seconds)),
        (true, None) => " · running".to_owned(),
        _ => String::new(),
    };
    view! {
        <p
            class="count"
            data-testid="validation-count"
            data-run=move || counts.get().0.to_string()
            data-agree=move || counts.get().1.to_string()
            data-figures=figures.to_string()
            data-running=move || validation.running.get().to_string()
        >
            {words}
            {left}
        </p>
        <p class="visually-hidden" role="status">
            {move || (!validation.running.get() && counts.get().0 > 0).then(words)}
        </p>
    }
}
