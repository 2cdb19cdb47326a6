//! The link to share.

use super::icons::{Icon, icon};
use super::modal::Modal;
use crate::format;
use crate::parts::{self, NotLoaded, wasm_split};
use crate::state::{Dialog, files, link, route, studio};
use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use sim_core::share::length_advice;
use wasm_bindgen_futures::JsFuture;

/// The dialog.
#[component]
pub fn Share() -> impl IntoView {
    let content = || parts::view_of(|| Box::pin(load()), || parts::now(content()));
    view! { <Modal which=Dialog::Share title="Share this scenario" testid="share-dialog" content=content/> }
}

#[allow(unsafe_code, reason = "the cut at a part is a foreign function")]
#[wasm_split(more, fallible, preload(load))]
fn content() -> Result<AnyView, NotLoaded> {
    let studio = studio();
    let made = match link::make(&studio) {
        Ok(link) => with_link(link),
        Err(message) => view! {
            <p class="problem error">{format!("There is no link: {message}")}</p>
            <button type="button" class="ghost" on:click=move |_| files::save_document(studio)>{icon(Icon::Export)} "Save as a file instead"</button>
        }
        .into_any(),
    };
    Ok(made)
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
        {for_frames(&link)}
    }
    .into_any()
}

/// What puts the answers and the marked knobs on another page.
fn for_frames(link: &str) -> AnyView {
    let knobs = studio().document.with_untracked(|document| {
        let lists = ["/search/knobs", "/sweep"].into_iter();
        let lists = lists.filter_map(|list| document.pointer(list)?.as_array());
        let paths = lists
            .flatten()
            .filter_map(|knob| knob.get("path")?.as_str());
        let mut knobs: Vec<String> = paths.map(str::to_owned).collect();
        knobs.dedup();
        knobs
    });
    let address = route::embed_address(link, &knobs);
    let code = format!(
        "<iframe src=\"{address}\" width=\"100%\" height=\"760\" title=\"QEC Studio\"></iframe>"
    );
    view! {
        <details class="twin">
            <summary>"Show it on another page"</summary>
            <p class="hint">"The key figures, the chart of cost against the chance, and the fields that are marked as knobs, in a frame; nothing is kept there."</p>
            <div class="copy-line">
                <label class="visually-hidden" for="embed-code">"Code of the frame"</label>
                <input id="embed-code" type="text" readonly data-testid="embed-code" data-address=address value=code/>
            </div>
        </details>
    }
    .into_any()
}
