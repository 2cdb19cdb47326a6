//! Parts of the page that are built one after the other, a frame for each: the browser shows what is there and hears the
//! visitor in between.

use gloo::timers::callback::Timeout;
use leptos::prelude::*;

/// A part of the page, to be built when its turn comes.
pub type Part = fn() -> AnyView;

/// The parts in their order: the first at once, the others in turn.
pub fn in_turn(parts: Vec<Part>) -> AnyView {
    let built = RwSignal::new(1);
    build_next(built, parts.len());
    let parts = parts.into_iter().enumerate().map(|(place, part)| {
        let is_built = Memo::new(move |_| built.get() > place);
        move || is_built.get().then(part)
    });
    parts.collect_view().into_any()
}

/// Builds the next part after the next frame, which lays out and paints what is there. Nothing more is built of what is not on the
/// page any more.
fn build_next(built: RwSignal<usize>, parts: usize) {
    let build = move || {
        let now = built.try_update(|built| {
            *built += 1;
            *built
        });
        if now.is_some_and(|built| built < parts) {
            build_next(built, parts);
        }
    };
    request_animation_frame(move || {
        Timeout::new(0, build).forget();
    });
}
