//! A lasting message above the results.

use super::icons::{Icon, icon};
use crate::state::studio;
use leptos::prelude::*;

/// The message, if there is one.
#[component]
pub fn Banner() -> impl IntoView {
    let studio = studio();
    move || {
        studio.banner.get().map(|message| {
            view! {
                <section class="notice" role="status" data-testid="banner">
                    {icon(Icon::Warning)}
                    <p>{message}</p>
                    <button type="button" class="icon" aria-label="Close" on:click=move |_| studio.banner.set(None)>{icon(Icon::Close)}</button>
                </section>
            }
        })
    }
}
