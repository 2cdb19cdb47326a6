//! The choice between a link's scenario and one's own work.

use super::modal::Modal;
use crate::state::{Dialog, link, studio};
use leptos::prelude::*;
use serde_json::Value;

/// The choice.
#[component]
pub fn Restore() -> impl IntoView {
    let studio = studio();
    let content = move || {
        let theirs = studio.incoming.with(|incoming| {
            incoming.as_ref().and_then(|incoming| {
                incoming
                    .document
                    .get("name")
                    .and_then(Value::as_str)
                    .map(str::to_owned)
            })
        });
        let mine = studio.name();
        view! {
            <p>
                "The link holds “" <strong>{theirs.unwrap_or_default()}</strong> "”. You were working on “"
                <strong>{mine}</strong> "”, and your changes are kept in this browser."
            </p>
            <div class="choices">
                <button type="button" class="primary" data-testid="open-shared" on:click=move |_| link::accept(studio)>"Open shared scenario"</button>
                <button type="button" class="ghost" data-testid="keep-mine" on:click=move |_| link::decline(studio)>"Keep mine"</button>
            </div>
            <p class="hint">"Opening it can be undone."</p>
        }
        .into_any()
    };
    view! { <Modal which=Dialog::Restore title="Open the shared scenario?" testid="restore-dialog" content=content/> }
}
