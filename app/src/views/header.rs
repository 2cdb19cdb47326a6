//! The bar at the top: what this is, what is open, what can be done with it.

use super::compare::PinButton;
use super::icons::{Icon, icon};
use super::status::Status;
use crate::state::{Dialog, Page, Theme, files, studio};
use leptos::html::Input;
use leptos::prelude::*;
use serde_json::Value;

/// The bar.
#[component]
pub fn Header() -> impl IntoView {
    let studio = studio();
    let name = Memo::new(move |_| studio.name());
    let changed = Memo::new(move |_| studio.is_changed());
    let file = NodeRef::<Input>::new();
    let choose_file = move |_| {
        if let Some(input) = file.get_untracked() {
            input.set_value("");
            input.click();
        }
    };
    let read_file = move |_| {
        if let Some(chosen) = file
            .get_untracked()
            .and_then(|input| input.files())
            .and_then(|files| files.get(0))
        {
            files::open_document(studio, chosen);
        }
    };
    view! {
        <header class="bar">
            <div class="brand">
                {logo()}
                <h1>"QEC Studio"</h1>
            </div>
            <div class="title">
                <label class="visually-hidden" for="scenario-name">"Name of the scenario"</label>
                <input
                    id="scenario-name"
                    class="name"
                    type="text"
                    autocomplete="off"
                    spellcheck="false"
                    maxlength="120"
                    data-testid="scenario-name"
                    prop:value=move || name.get()
                    on:input=move |event| studio.set("/name", Value::from(event_target_value(&event)))
                />
                <Show when=move || changed.get()>
                    <span class="changed" title="Changed since it was opened"></span>
                </Show>
            </div>
            {view! { <Status/> }.into_any()}
            <nav class="actions" aria-label="Scenario">
                <button type="button" class="ghost" data-testid="gallery-open" title="Templates" on:click=move |_| studio.dialog.set(Dialog::Gallery)>
                    {icon(Icon::Gallery)} <span>"Templates"</span>
                </button>
                <button type="button" class="ghost" data-testid="import-open" title="Open a scenario file" on:click=choose_file>
                    {icon(Icon::Import)} <span>"Open"</span>
                </button>
                <input node_ref=file type="file" accept=".json,application/json" hidden data-testid="import-file" on:change=read_file/>
                <button type="button" class="ghost" data-testid="export" title="Save as a file" on:click=move |_| files::save_document(studio)>
                    {icon(Icon::Export)} <span>"Save"</span>
                </button>
                {view! { <PinButton/> }.into_any()}
                <button type="button" class="primary" data-testid="share-open" title="Share a link" on:click=move |_| studio.dialog.set(Dialog::Share)>
                    {icon(Icon::Share)} <span>"Share"</span>
                </button>
                <a
                    class="ghost validation-link"
                    href=Page::Validation.address()
                    data-testid="validation-open"
                    title="Validation: the models against theory"
                    aria-current=move || (studio.page.get() == Page::Validation).then_some("page")
                >
                    {icon(Icon::Tick)} <span>"Validation"</span>
                </a>
                <ThemeToggle/>
                <button type="button" class="ghost search-open" data-testid="palette-open" title="Search commands and fields (Ctrl+K)" aria-label="Search commands and fields" on:click=move |_| studio.dialog.set(Dialog::Palette)>
                    {icon(Icon::Search)}
                </button>
            </nav>
        </header>
    }
}

/// The product's mark: the step line of a front.
fn logo() -> AnyView {
    view! {
        <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
            <rect class="logo-back" x="1" y="1" width="30" height="30" rx="7"></rect>
            <path class="logo-line" d="M7 24h6v-7h6v-6h6"></path>
            <circle class="logo-dot" cx="19" cy="11" r="3"></circle>
        </svg>
    }
    .into_any()
}

/// Auto, light, dark, in turn.
#[component]
fn ThemeToggle() -> impl IntoView {
    let studio = studio();
    let word = move || match studio.theme.get() {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    view! {
        <button
            type="button"
            class="ghost theme"
            data-testid="theme-toggle"
            title=move || format!("Colours: {}", word())
            aria-label=move || format!("Colours: {}", word())
            on:click=move |_| studio.turn_theme()
        >
            {icon(Icon::Theme)} <span>{word}</span>
        </button>
    }
}
