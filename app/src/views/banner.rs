//! Lasting messages above the results.

use super::icons::{Icon, icon};
use crate::state::studio;
use leptos::prelude::*;

/// The messages, if there are any.
#[component]
pub fn Banner() -> impl IntoView {
    let studio = studio();
    let message = move || {
        studio.banner.get().map(|message| {
            let close = close_button(move || studio.banner.set(None));
            notice("banner", message, close)
        })
    };
    let update = move || {
        studio.update.get().then(|| {
            // `boot.js` hears it: it changes the service worker and then loads the page anew.
            let reload = |_| {
                if let Ok(event) = web_sys::Event::new("qec-reload") {
                    window().dispatch_event(&event).ok();
                }
            };
            let buttons = view! {
                <button type="button" class="ghost small" data-testid="update-reload" on:click=reload>"Reload"</button>
                {close_button(move || studio.update.set(false))}
            };
            let words = "A new version of the studio is there. Your work is kept when you reload.";
            notice("update", words.to_owned(), buttons.into_any())
        })
    };
    view! { {message}{update} }
}

fn notice(testid: &'static str, message: String, buttons: AnyView) -> AnyView {
    view! {
        <section class="notice" role="status" data-testid=testid>
            {icon(Icon::Warning)}
            <p>{message}</p>
            {buttons}
        </section>
    }
    .into_any()
}

fn close_button(close: impl Fn() + 'static) -> AnyView {
    view! { <button type="button" class="icon" aria-label="Close" on:click=move |_| close()>{icon(Icon::Close)}</button> }
        .into_any()
}
