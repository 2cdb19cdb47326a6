//! What the page opens with, and keeping the work while it goes on.

use super::link;
use super::model::Studio;
use super::persist;
use super::pointer;
use super::route;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use serde_json::{Value, json};
use sim_core::scenario::templates::TEMPLATES;
use std::sync::Arc;

/// Pause after an edit before the work is kept.
const SAVE_PAUSE_MS: u32 = 500;

/// Opens what belongs on the page: a link's scenario, else the work of the last visit, else the first template.
pub fn open() -> Studio {
    let theme = persist::load_theme();
    // What stands in another page neither shows nor touches one's own work.
    let work = match route::embedded() {
        Some(_) => None,
        None => persist::load(),
    };
    let (document, template, own) = match work {
        Some(work) => (work.document, work.template, work.changed),
        None => {
            let first = TEMPLATES.first();
            let document = first
                .and_then(|template| serde_json::from_str(template.json).ok())
                .unwrap_or_else(|| json!({}));
            (
                document,
                first.map(|template| template.id.to_owned()),
                false,
            )
        }
    };
    let document = pointer::tidy(document);
    let studio = Studio::new(document, template.clone(), theme);
    if let Some(reference) = super::reference_of(template.as_deref()) {
        studio.reference.set(Arc::new(reference));
    }
    route::arrive(&studio);
    if let Some(incoming) = link::read_address(&studio) {
        let differs = studio
            .document
            .with_untracked(|now| *now != incoming.document);
        if own && differs {
            link::offer(studio, incoming);
        } else {
            show(&studio, incoming.document);
            link::tell_engine(&studio, &incoming.engine_version);
        }
    } else if own {
        studio.toast("Your work of the last visit is back", false, false);
    }
    studio
}

/// Shows a scenario on a page that has nothing to lose.
fn show(studio: &Studio, document: Value) {
    studio.reference.set(Arc::new(document.clone()));
    studio.template.set(None);
    studio.document.set(document);
}

/// Keeps the work after each edit; the first edit takes a link out of the address, for it no longer says what is
/// on the page.
pub fn keep(studio: Studio) {
    let timer = StoredValue::new_local(None::<Timeout>);
    let refused = StoredValue::new(false);
    Effect::new(move |former: Option<u64>| {
        let edits = studio.edits.get();
        if former.is_none() || former == Some(edits) {
            return edits;
        }
        timer.update_value(|timer| {
            if let Some(former) = timer.take() {
                former.cancel();
            }
            *timer = Some(Timeout::new(SAVE_PAUSE_MS, move || save(studio, refused)));
        });
        edits
    });
}

fn save(studio: Studio, refused: StoredValue<bool>) {
    if studio.incoming.with_untracked(Option::is_none) {
        link::forget_address();
    }
    let saved = persist::save(&studio);
    if saved == Ok(true) {
        let words = "The work of another tab is kept as well: it is among the templates";
        studio.toast(words, false, false);
    }
    if saved.is_err() && !refused.get_value() {
        refused.set_value(true);
        studio.banner.set(Some("This browser does not keep your work (its storage is full or switched off); save it as a file".to_owned()));
    }
}
