//! The link to share.

use super::icons::{Icon, icon};
use super::modal::Modal;
use crate::format;
use crate::state::{Dialog, files, link, studio};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use sim_core::share::length_advice;
use wasm_bindgen_futures::JsFuture;

/// The dialog.
#[component]
pub fn Share() -> impl IntoView {
    view! { <Modal which=Dialog::Share title="Share this scenario" testid="share-dialog" content=content/> }
}

fn content() -> AnyView {
    let studio = studio();
    match link::make(&studio) {
        Ok(link) => with_link(link),
        Err(message) => view! {
            <p class="problem error">{format!("There is no link: {message}")}</p>
            <button type="button" class="ghost" on:click=move |_| files::save_document(studio)>{icon(Icon::Export)} "Save as a file instead"</button>
        }
        .into_any(),
    }
}

fn with_link(link: String) -> AnyView {
    let field = NodeRef::<Input>::new();
    let copied = RwSignal::new(None::<bool>);
    let advice = length_advice(link.chars().count());
    let length = format!(
        "{} characters",
        format::grouped(link.chars().count() as f64)
    );
    let copy = {
        let link = link.clone();
        move |_| {
            let link = link.clone();
            if let Some(field) = field.get_untracked() {
                field.select();
            }
            spawn_local(async move {
                let written =
                    JsFuture::from(window().navigator().clipboard().write_text(&link)).await;
                copied.set(Some(written.is_ok()));
            });
        }
    };
    let said = move || match copied.get() {
        None => "",
        Some(true) => "Copied",
        Some(false) => "The browser did not let the page copy; the link is selected, press Ctrl+C",
    };
    view! {
        <p>"Whoever opens this link sees this scenario and the same numbers. It is all in the link: no server keeps it."</p>
        <div class="copy-line">
            <label class="visually-hidden" for="share-link">"Link"</label>
            <input id="share-link" node_ref=field type="text" readonly data-testid="share-link" prop:value=link.clone() value=link.clone()/>
            <button type="button" class="primary" data-testid="share-copy" on:click=copy>{icon(Icon::Copy)} "Copy"</button>
        </div>
        <p class="copy-note">
            <span class="badge" class:warn=advice.is_some() data-testid="share-length">{length}</span>
            <span>{advice.unwrap_or("short enough for chats and mail")}</span>
            <span class="said" role="status">{said}</span>
        </p>
    }
    .into_any()
}
