//! The page as a whole.

use super::banner::Banner;
use super::compare::CompareLine;
use super::currency::CurrencyChoice;
use super::embed::Embed;
use super::gallery::Gallery;
use super::header::Header;
use super::import::{HpaImport, LifecycleImport, RecordingImport, SpotTraceImport};
use super::kpis::Kpis;
use super::palette::{Keys, Palette};
use super::problems::Problems;
use super::restore::Restore;
use super::results::Results;
use super::share::Share;
use super::toasts::Toasts;
use super::uncertain::UncertaintyLine;
use super::validation::Validation;
use crate::charts::provide_palette;
use crate::commands::{self, Hands};
use crate::editor::Editor;
use crate::state::{Dialog, Page, dropped, link, route, start};
use crate::views::icons::{Icon, icon};
use crate::workers::{provide_engine_room, provide_microscope};
use gloo::events::EventListener;
use leptos::prelude::*;
use sim_report::currency::Currency;
use wasm_bindgen::JsCast;
use web_sys::{HashChangeEvent, KeyboardEvent};

/// The page.
#[component]
pub fn App() -> impl IntoView {
    let studio = start::open();
    provide_context(studio);
    sim_report::currency::show_in(studio.currency.get_untracked());
    provide_palette(studio);
    if let Some(knobs) = route::embedded() {
        provide_engine_room(studio);
        return view! { <Embed knobs=knobs/> }.into_any();
    }
    let hands = Hands {
        studio,
        room: provide_engine_room(studio),
        microscope: provide_microscope(studio),
    };
    provide_context(hands);
    start::keep(studio);
    listen(hands);
    dropped::listen(studio);
    follow(studio.page);
    let editor_open = studio.editor_open;
    let page = studio.page;
    view! {
        <a class="skip" href="#results" on:click=skip>"Skip to results"</a>
        {view! { <Header/> }.into_any()}
        <div class="layout" hidden=move || page.get() != Page::Studio>
            <aside class="side" class:open=move || editor_open.get() id="editor" aria-label="Editor">
                {view! { <Editor/> }.into_any()}
                <button type="button" class="primary sheet-close" on:click=move |_| editor_open.set(false)>"Show results"</button>
            </aside>
            <main class="main" id="results" tabindex="-1">
                {view! { <Banner/> }.into_any()}
                {view! { <Problems/> }.into_any()}
                {in_currency(|| view! { <Kpis/> }.into_any())}
                {view! { <UncertaintyLine/> }.into_any()}
                {in_currency(|| view! { <CompareLine/> }.into_any())}
                <button
                    type="button"
                    class="sheet-open"
                    data-testid="editor-toggle"
                    aria-expanded=move || editor_open.get().to_string()
                    aria-controls="editor"
                    on:click=move |_| editor_open.update(|open| *open = !*open)
                >
                    {icon(Icon::Sliders)}
                    "Edit" <span class="roomy">" scenario"</span>
                </button>
                {in_currency(|| view! { <Results/> }.into_any())}
                <Footer/>
            </main>
        </div>
        {move || (page.get() == Page::Validation).then(|| view! { <Validation/> }.into_any())}
        {view! { <Gallery/> }.into_any()}
        {view! { <Share/> }.into_any()}
        {view! { <Restore/> }.into_any()}
        {view! { <HpaImport/> }.into_any()}
        {view! { <RecordingImport/> }.into_any()}
        {view! { <LifecycleImport/> }.into_any()}
        {view! { <SpotTraceImport/> }.into_any()}
        {view! { <Palette/> }.into_any()}
        {view! { <Keys/> }.into_any()}
        {view! { <CurrencyChoice/> }.into_any()}
        {view! { <Toasts/> }.into_any()}
    }
    .into_any()
}

/// A part of the page that shows money: made anew in another currency.
fn in_currency(part: fn() -> AnyView) -> impl Fn() -> AnyView {
    let currency = crate::state::studio().currency;
    move || {
        currency.track();
        part()
    }
}

/// Moves the focus past the bar, to what the shown view says; the address, which names the view, stays.
fn skip(event: web_sys::MouseEvent) {
    event.prevent_default();
    focus_main();
}

/// Moves the focus to the shown view.
fn focus_main() {
    let main = document()
        .query_selector("main:not([hidden] *)")
        .ok()
        .flatten();
    if let Some(main) = main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok()) {
        main.focus().ok();
    }
}

/// After a change of the view: its title, its beginning, and the focus on it.
fn follow(page: RwSignal<Page>) {
    Effect::new(move |former: Option<Page>| {
        let now = page.get();
        let name = match now {
            Page::Studio => "QEC Studio",
            Page::Validation => "Validation · QEC Studio",
        };
        document().set_title(name);
        if former.is_some_and(|former| former != now) {
            request_animation_frame(|| {
                window().scroll_to_with_x_and_y(0.0, 0.0);
                focus_main();
            });
        }
        now
    });
}

/// Keys and links that concern the page as a whole.
fn listen(hands: Hands) {
    let studio = hands.studio;
    let keys = EventListener::new_with_options(
        &document(),
        "keydown",
        gloo::events::EventListenerOptions::enable_prevent_default(),
        move |event| {
            let Some(event) = event.dyn_ref::<KeyboardEvent>() else {
                return;
            };
            let Some(command) = commands::of_key(event, studio.letters.get_untracked()) else {
                return;
            };
            // A step that cannot be seen is not taken.
            if studio.page.get_untracked() == Page::Studio || !command.changes() {
                event.prevent_default();
                (command.run)(hands);
            }
        },
    );
    let hash = EventListener::new(&window(), "hashchange", move |event| {
        route::arrive(&studio);
        let event = event.dyn_ref::<HashChangeEvent>();
        let links = event.map(|event| (event.old_url(), event.new_url()));
        // Another tab beside the same link brings nothing new.
        if links.is_none_or(|(old, new)| route::link_of(&old) != route::link_of(&new)) {
            link::receive(studio);
        }
    });
    let update = EventListener::new(&window(), "qec-update", move |_| studio.update.set(true));
    // The listeners live as long as the page.
    update.forget();
    keys.forget();
    hash.forget();
}

/// What stands below everything: where the numbers come from.
#[component]
fn Footer() -> impl IntoView {
    let studio = crate::state::studio();
    let line = move || {
        studio.report.with(|report| {
            report.as_ref().map(|report| {
                format!(
                    "Seed {} · {} plane · prices {} · engine {}",
                    report.seed, report.plane, report.prices, report.engine_version
                )
            })
        })
    };
    let currency = move || {
        let note = studio.currency.with(Currency::note);
        note.unwrap_or_else(|| "money in US dollars".to_owned())
    };
    let digest = move || {
        studio
            .report
            .with(|report| report.as_ref().map(|report| report.digest.clone()))
    };
    view! {
        <footer class="footer">
            <p>
                {line}
                " · "
                <button type="button" class="link" data-testid="currency-open" on:click=move |_| studio.dialog.set(Dialog::Currency)>{currency}</button>
            </p>
            <p class="hint">
                "All figures are estimates from a model, "
                <a href=Page::Validation.address()>"held against theory"</a>
                "; it runs in this browser, and nothing leaves it. "
                <span class="mono" title="SHA-256 of the results: equal wherever the same study runs" data-testid="digest">{digest}</span>
            </p>
        </footer>
    }
}
