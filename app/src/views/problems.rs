//! What is wrong with the scenario, as a list that leads to the fields.

use super::icons::{Icon, icon};
use crate::editor::{knob_name, reveal};
use crate::state::{FieldProblem, Phase, pointer, studio};
use crate::workers::engine_room;
use leptos::prelude::*;

/// The list, and the card for failures of the studio itself.
#[component]
pub fn Problems() -> impl IntoView {
    let studio = studio();
    let blocking = Memo::new(move |_| {
        studio
            .problems
            .with(|all| all.iter().any(|problem| problem.blocking))
    });
    let title = move || {
        let (errors, warnings) = studio.problems.with(|all| {
            let errors = all.iter().filter(|problem| problem.blocking).count();
            (errors, all.len() - errors)
        });
        match (errors, warnings) {
            (0, 1) => "1 thing to look at".to_owned(),
            (0, n) => format!("{n} things to look at"),
            (n, more) => {
                let problems = if n == 1 { "problem" } else { "problems" };
                let more = match more {
                    0 => String::new(),
                    more => format!(", and {more} more to look at"),
                };
                format!("{n} {problems} to fix before this can run{more}")
            }
        }
    };
    let lines = move || {
        studio
            .problems
            .with(|all| all.iter().map(line).collect_view())
    };
    view! {
        {failure()}
        <Show when=move || studio.problems.with(|all| !all.is_empty())>
            <section class="notice problems" class:error=move || blocking.get() data-testid="problems" aria-label="Problems" role="status">
                {icon(Icon::Warning)}
                <div>
                    <strong>{title}</strong>
                    <ul>{lines}</ul>
                </div>
            </section>
        </Show>
    }
}

fn line(problem: &FieldProblem) -> AnyView {
    let studio = studio();
    let pointer = problem.pointer.clone();
    let name = if pointer.is_empty() {
        "Scenario".to_owned()
    } else {
        knob_name(&pointer)
    };
    let go = move |_| {
        studio.editor_open.set(true);
        reveal(&pointer);
    };
    let fix = problem.remedy.clone().map(|remedy| {
        let words = remedy.words.clone();
        let mend = move |_| match &remedy.value {
            Some(value) => {
                let change = (remedy.path.clone(), pointer::tidy(value.clone()));
                studio.set_many(&[change], &remedy.words);
            }
            None => studio.remove(&remedy.path),
        };
        view! { " " <button type="button" class="ghost small fix" data-testid="fix" on:click=mend>{words}</button> }
    });
    view! {
        <li>
            <button type="button" class="link" on:click=go>{name}</button>
            " "
            <span>{problem.message.clone()}</span>
            {fix}
        </li>
    }
    .into_any()
}

/// The card that says why the studio cannot compute.
fn failure() -> AnyView {
    let studio = studio();
    let room = engine_room();
    (move || {
        let message = studio.run.with(|run| match &run.phase {
            Phase::Failed(message) => Some(message.clone()),
            _ => None,
        });
        message.map(|message| {
            view! {
                <section class="notice error" role="alert" data-testid="failure">
                    {icon(Icon::Warning)}
                    <div>
                        <strong>"The simulation cannot run"</strong>
                        <p>{message}</p>
                        <p class="hint">"Your scenario is kept. It needs a browser with WebAssembly and module workers; if it worked before, try again or reload the page."</p>
                        <button type="button" class="primary" data-testid="retry" on:click=move |_| room.retry()>"Try again"</button>
                    </div>
                </section>
            }
        })
    })
    .into_any()
}
