//! Share links: making one, and receiving one.

use super::model::{Dialog, Incoming, Studio};
use super::pointer;
use super::route;
use leptos::prelude::*;

use sim_core::share;
use wasm_bindgen::JsValue;

/// A link to the scenario as it stands.
///
/// # Errors
/// Why there is none: the scenario has problems, or is too large.
pub fn make(studio: &Studio) -> Result<String, String> {
    let document = studio.document.get_untracked();
    let scenario = sim_core::scenario::check_value(&document)
        .map_err(|_| "fix the problems of the scenario first".to_owned())?;
    let fragment = share::encode(scenario.document()).map_err(|error| error.to_string())?;
    let here = window().location().href().unwrap_or_default();
    let page = route::studio_address(here.split('#').next().unwrap_or_default());
    Ok(format!("{page}#{fragment}"))
}

/// The scenario of the page's address, if that holds one; a link that cannot be opened is explained in the banner.
pub fn read_address(studio: &Studio) -> Option<Incoming> {
    let fragment = window()
        .location()
        .hash()
        .ok()
        .filter(|hash| is_link(hash))?;
    match open(&fragment) {
        Ok(incoming) => Some(incoming),
        Err(message) => {
            studio.banner.set(Some(format!(
                "The link could not be opened: {message}. Your own work is untouched."
            )));
            None
        }
    }
}

/// Whether a fragment means to be a share link; others name a view, or a place on the page.
fn is_link(hash: &str) -> bool {
    route::link_of(hash).is_some()
}

fn open(fragment: &str) -> Result<Incoming, String> {
    let shared = share::decode(fragment).map_err(|error| error.to_string())?;
    let scenario = sim_core::scenario::check_json(&shared.document_json).map_err(|problems| {
        let first = problems
            .0
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        format!(
            "its scenario has {} – {first}",
            if problems.0.len() == 1 {
                "a problem".to_owned()
            } else {
                format!("{} problems", problems.0.len())
            }
        )
    })?;
    let document = serde_json::to_value(scenario.document()).map_err(|error| error.to_string())?;
    Ok(Incoming {
        document: pointer::tidy(document),
        engine_version: shared.engine_version,
    })
}

/// The address of the open page changed. A link to what is on the page anyway (the way back from another view)
/// changes nothing.
pub fn receive(studio: Studio) {
    let hash = window().location().hash().unwrap_or_default();
    if !is_link(&hash) {
        return;
    }
    if let Some(incoming) = read_address(&studio) {
        let same = studio
            .document
            .with_untracked(|now| *now == incoming.document);
        if !same {
            offer(studio, incoming);
        }
    } else {
        forget_address();
    }
}

/// Opens a link's scenario, or asks first when it would replace work of one's own.
pub fn offer(studio: Studio, incoming: Incoming) {
    let own_work = studio
        .document
        .with_untracked(|now| *now != incoming.document)
        && (studio.template.with_untracked(Option::is_none) || studio.is_changed());
    studio.incoming.set(Some(incoming));
    if own_work {
        studio.dialog.set(Dialog::Restore);
    } else {
        accept(studio);
    }
}

/// Opens the scenario that waits.
pub fn accept(studio: Studio) {
    studio.close_dialog();
    let Some(incoming) = studio.incoming.try_update(Option::take).flatten() else {
        return;
    };
    tell_engine(&studio, &incoming.engine_version);
    studio.open(incoming.document, None, Some("Opened the shared scenario"));
}

/// Keeps one's own work; the link leaves the address.
pub fn decline(studio: Studio) {
    studio.incoming.set(None);
    studio.close_dialog();
    forget_address();
}

/// Says so when another engine made the link.
pub fn tell_engine(studio: &Studio, version: &str) {
    if version != sim_core::ENGINE_VERSION {
        studio.banner.set(Some(format!(
            "This link was made by engine {version}; this page runs {}. The numbers may differ from those its author saw.",
            sim_core::ENGINE_VERSION
        )));
    }
}

/// Takes the link out of the address, once the page shows something else.
pub fn forget_address() {
    let location = window().location();
    let hash = location.hash().unwrap_or_default();
    if !is_link(&hash) {
        return;
    }
    let page = format!(
        "{}{}{}",
        location.pathname().unwrap_or_default(),
        location.search().unwrap_or_default(),
        route::without_link(&hash)
    );
    if let Ok(history) = window().history() {
        // A browser that refuses leaves the old address, which does no harm.
        history
            .replace_state_with_url(&JsValue::NULL, "", Some(&page))
            .ok();
    }
}
