//! A few answers and a few knobs, for a frame on another page: read-only but for these, and nothing is kept.

use super::kpis::Kpis;
use crate::charts::{Framed, Front};
use crate::editor::few_fields;
use crate::parts::{self, NotLoaded, wasm_split};
use crate::state::{link, studio};
use leptos::prelude::*;

/// The view.
#[component]
pub fn Embed(
    /// JSON Pointers of the fields that may be changed.
    knobs: Vec<String>,
) -> impl IntoView {
    view! {
        <main class="embed" data-testid="embed">
            {parts::view_of(|| Box::pin(load()), move || parts::now(answers(knobs.clone())))}
        </main>
    }
}

/// What is in the frame; loaded there only, as the chart of designs and the links are on the page.
#[allow(unsafe_code, reason = "the cut at a part is a foreign function")]
#[wasm_split(more, fallible, preload(load))]
fn answers(knobs: Vec<String>) -> Result<AnyView, NotLoaded> {
    let studio = studio();
    let name = move || studio.name();
    let whole = Memo::new(move |_| {
        studio.edits.track();
        link::make(&studio).unwrap_or_default()
    });
    provide_context(Framed);
    let made = view! {
        <div class="embed-head">
            <h1>{name}</h1>
            <a class="ghost small" target="_blank" rel="noopener" data-testid="embed-open" href=move || whole.get()>"Open in QEC Studio"</a>
        </div>
        {view! { <Kpis/> }.into_any()}
        <section class="panel embed-knobs" aria-label="Knobs">{few_fields(studio, knobs)}</section>
        {view! { <Front/> }.into_any()}
    };
    Ok(made.into_any())
}
