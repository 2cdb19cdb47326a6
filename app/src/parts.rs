//! Parts of the program that are loaded when they are first used, so that the first answer does not wait for them.
//!
//! `wasm_split` marks the functions at which `cargo xtask build` cuts the program: what only they need becomes a file of
//! its own. Such a function is asynchronous; once its part is there, it is done when it is first asked.

use leptos::prelude::*;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use wasm_bindgen_futures::spawn_local;
pub use wasm_split_helpers::{SplitLoaderError as NotLoaded, wasm_split};

/// What to do about a part that is not there, for people. Their work is saved as they type.
pub const ADVICE: &str = "This part of the page could not be loaded: the network is away, or a newer version of the page \
                          has taken its place. Your work is kept. Try again, or reload the page.";

/// A part on its way.
pub type Loading = Pin<Box<dyn Future<Output = Result<(), NotLoaded>>>>;

/// What a function of a part gives, where that is loaded.
pub fn now<T>(call: impl Future<Output = Result<T, NotLoaded>>) -> Option<T> {
    match poll(&mut Box::pin(call)) {
        Poll::Ready(given) => given.ok(),
        Poll::Pending => None,
    }
}

/// Goes on with what a function of a part gives: at once where it is loaded, else when it is.
pub fn then<T: 'static>(
    call: impl Future<Output = Result<T, NotLoaded>> + 'static,
    go_on: impl FnOnce(Result<T, NotLoaded>) + 'static,
) {
    let mut call = Box::pin(call);
    match poll(&mut call) {
        Poll::Ready(given) => go_on(given),
        Poll::Pending => {
            // The part's function runs when it is there; what it asks of the page it asks from here.
            let owner = Owner::current();
            spawn_local(async move {
                let given =
                    poll_fn(|context| within(owner.as_ref(), || call.as_mut().poll(context)));
                let given = given.await;
                within(owner.as_ref(), || go_on(given));
            });
        }
    }
}

fn within<T>(owner: Option<&Owner>, run: impl FnOnce() -> T) -> T {
    match owner {
        Some(owner) => owner.with(run),
        None => run(),
    }
}

fn poll<F: Future>(call: &mut Pin<Box<F>>) -> Poll<F::Output> {
    call.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// Where the loading of a part stands.
#[derive(Clone, Copy, PartialEq)]
enum State {
    Loading,
    Loaded,
    Failed,
}

/// A view of a part. Until that is loaded it says so; where it cannot be, it says what to do.
pub fn view_of(
    load: impl Fn() -> Loading + Clone + Send + 'static,
    view: impl Fn() -> Option<AnyView> + Send + 'static,
) -> AnyView {
    // Counted, not owned by the view: that may be gone when the part comes.
    let state = ArcRwSignal::new(State::Loading);
    let start = {
        let state = state.clone();
        move || {
            state.set(State::Loading);
            let state = state.clone();
            then(load(), move |loaded| {
                state.set(loaded.map_or(State::Failed, |()| State::Loaded));
            });
        }
    };
    start();
    let body = move || match state.get() {
        State::Loading => view! { <p class="hint" role="status">"Loading…"</p> }.into_any(),
        State::Loaded => untrack(&view).into_any(),
        State::Failed => failed(start.clone()),
    };
    body.into_any()
}

fn failed(again: impl Fn() + Send + 'static) -> AnyView {
    let reload = move |_| {
        window().location().reload().ok();
    };
    view! {
        <section class="panel wide" data-testid="part-problem">
            <p class="problem error" role="alert">{ADVICE}</p>
            <div class="choices">
                <button type="button" class="primary" on:click=move |_| again()>"Try again"</button>
                <button type="button" class="ghost" on:click=reload>"Reload the page"</button>
            </div>
        </section>
    }
    .into_any()
}
