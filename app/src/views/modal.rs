//! A dialog over the page: the browser's own, which keeps the focus and closes on Escape.

use super::icons::{Icon, icon};
use crate::state::{Dialog, studio};
use leptos::html;
use leptos::prelude::*;

/// A dialog that is open while the page's dialog is `which`.
#[component]
pub fn Modal(
    /// Which dialog this is.
    which: Dialog,
    /// Its title.
    title: &'static str,
    /// Its stable name for tests.
    testid: &'static str,
    /// Whether it is wide.
    #[prop(optional)]
    wide: bool,
    /// Its content, made anew each time it opens.
    content: impl Fn() -> AnyView + Send + 'static,
) -> impl IntoView {
    let studio = studio();
    let element = NodeRef::<html::Dialog>::new();
    let open = {
        let which = which.clone();
        Memo::new(move |_| studio.dialog.with(|dialog| *dialog == which))
    };
    Effect::new(move |_| {
        let Some(element) = element.get() else { return };
        if open.get() && !element.open() {
            element.show_modal().ok();
        } else if !open.get() && element.open() {
            element.close();
        }
    });
    let on_close = move |_| {
        // The event comes late: the dialog may have been opened again by then.
        let closed = element
            .get_untracked()
            .is_none_or(|element| !element.open());
        if closed && open.get_untracked() {
            studio.close_dialog();
        }
    };
    view! {
        <dialog node_ref=element class="modal" class:wide=wide data-testid=testid aria-label=title on:close=on_close>
            <div class="modal-head">
                <h2>{title}</h2>
                <button type="button" class="icon" aria-label="Close" on:click=move |_| studio.close_dialog()>{icon(Icon::Close)}</button>
            </div>
            <div class="modal-body">{move || open.get().then(&content)}</div>
        </dialog>
    }
}
