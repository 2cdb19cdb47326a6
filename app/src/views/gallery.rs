//! The template gallery.

use super::modal::Modal;
use crate::charts::spark;
use crate::state::persist::{self, Work};
use crate::state::{Dialog, pointer, studio};
use leptos::prelude::*;
use sim_core::scenario::templates::{TEMPLATES, Template};

/// The gallery.
#[component]
pub fn Gallery() -> impl IntoView {
    view! { <Modal which=Dialog::Gallery title="Start from a template" testid="gallery" wide=true content=cards/> }
}

/// The rows of the guide that a template shows, if any.
fn rows(template: &Template) -> Option<impl IntoView + use<>> {
    let rows = template.rows.join(", ");
    let title = "Rows of the guide: scenarios (S), use cases (U), what breaks in production (B), layers (L), anti-patterns (AP)";
    (!rows.is_empty()).then(|| view! { <small title=title>"Shows "{rows}</small> })
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
                {rows(template)}
            </button>
        }
    };
    let cards = TEMPLATES.iter().map(card).collect_view();
    let aside = |work: Work| {
        let name = work.name().to_owned();
        let message = format!("Opened “{name}”");
        let open = move |_| {
            studio.open(work.document.clone(), None, Some(&message));
            studio.close_dialog();
        };
        view! { <li><button type="button" class="link" data-testid="aside" on:click=open>{name}</button></li> }
    };
    let others = persist::set_aside();
    let others = (!others.is_empty()).then(|| {
        let lines = others.into_iter().map(aside).collect_view();
        view! { <div><p><strong>"Work of other tabs"</strong></p><ul>{lines}</ul></div> }
    });
    view! {
        {others}
        <p class="hint">"Each one runs at once; change anything. Your present work can be brought back with Undo."</p>
        <div class="cards">{cards}</div>
    }
    .into_any()
}
