//! The template gallery.

use super::modal::Modal;
use crate::charts::spark;
use crate::state::{Dialog, pointer, studio};
use leptos::prelude::*;
use sim_core::scenario::templates::{TEMPLATES, Template};

/// The gallery.
#[component]
pub fn Gallery() -> impl IntoView {
    view! { <Modal which=Dialog::Gallery title="Start from a template" testid="gallery" wide=true content=cards/> }
}

fn cards() -> AnyView {
    let studio = studio();
    let card = |template: &'static Template| {
        let open = move |_| {
            if let Ok(document) = serde_json::from_str(template.json) {
                let message = format!("Opened “{}”", template.title);
                studio.open(
                    pointer::tidy(document),
                    Some(template.id.to_owned()),
                    Some(&message),
                );
            }
            studio.close_dialog();
        };
        let current = move || {
            studio
                .template
                .with(|now| now.as_deref() == Some(template.id))
        };
        view! {
            <button type="button" class="card" class:current=current data-testid=format!("template-{}", template.id) on:click=open>
                {spark::of_document(template.json)}
                <strong>{template.title}</strong>
                <span>{template.summary}</span>
                <em>{template.promise}</em>
            </button>
        }
    };
    let cards = TEMPLATES.iter().map(card).collect_view();
    view! {
        <p class="hint">"Each one runs at once; change anything. Your present work can be brought back with Undo."</p>
        <div class="cards">{cards}</div>
    }
    .into_any()
}
