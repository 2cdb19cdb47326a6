//! Notes at the corner of the page.

use super::icons::{Icon, icon};
use crate::state::studio;
use leptos::prelude::*;

/// The notes.
#[component]
pub fn Toasts() -> impl IntoView {
    let studio = studio();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || studio.toasts.get() key=|toast| toast.id let:toast>
                <div class="toast" class:error=toast.error data-testid="toast">
                    <span>{toast.message.clone()}</span>
                    {toast.undo.then(|| view! {
                        <button type="button" class="link" data-testid="toast-undo" on:click=move |_| studio.undo()>"Undo"</button>
                    })}
                    <button
                        type="button"
                        class="icon"
                        aria-label="Close"
                        on:click=move |_| studio.toasts.update(|toasts| toasts.retain(|other| other.id != toast.id))
                    >
                        {icon(Icon::Close)}
                    </button>
                </div>
            </For>
        </div>
    }
}
