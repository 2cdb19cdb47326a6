//! A few answers and a few knobs, for a frame on another page: read-only but for these, and nothing is kept.

use super::kpis::Kpis;
use crate::charts::Front;
use crate::editor::few_fields;
use crate::state::{link, studio};
use leptos::prelude::*;

/// The view.
#[component]
pub fn Embed(
    /// JSON Pointers of the fields that may be changed.
    knobs: Vec<String>,
) -> impl IntoView {
    let studio = studio();
    let name = move || studio.name();
    let whole = Memo::new(move |_| {
        studio.edits.track();
        link::make(&studio).unwrap_or_default()
    });
    view! {
        <main class="embed" data-testid="embed">
            <div class="embed-head">
                <h1>{name}</h1>
                <a class="ghost small" target="_blank" rel="noopener" data-testid="embed-open" href=move || whole.get()>"Open in QEC Studio"</a>
            </div>
            {view! { <Kpis/> }.into_any()}
            <section class="panel embed-knobs" aria-label="Knobs">{few_fields(studio, knobs)}</section>
            {view! { <Front/> }.into_any()}
        </main>
    }
}
