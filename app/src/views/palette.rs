//! The command palette, and the list of shortcuts; both are the table of commands.

use super::modal::Modal;
use crate::commands::{COMMANDS, Command, Hands, hands};
use crate::editor::{knob_name, reveal};
use crate::state::{Dialog, persist, pointer, studio};
use leptos::html::Input;
use leptos::prelude::*;
use web_sys::KeyboardEvent;

/// Most fields that are offered.
const MOST_FIELDS: usize = 8;
/// Lists longer than this hold data, not settings.
const LONGEST_LIST: usize = 24;

/// Something that the palette offers.
#[derive(Clone)]
enum Offer {
    Do(usize),
    /// A number of the document, by JSON Pointer.
    Go(String),
}

impl Offer {
    fn command(&self) -> Option<&'static Command> {
        match self {
            Offer::Do(place) => COMMANDS.get(*place),
            Offer::Go(_) => None,
        }
    }

    fn name(&self) -> String {
        match self {
            Offer::Do(_) => self.command().map_or("", |command| command.name).to_owned(),
            Offer::Go(pointer) => format!("Go to {}", knob_name(pointer)),
        }
    }

    fn keys(&self) -> &'static str {
        let command = self.command();
        command
            .and_then(|command| command.keys.first())
            .copied()
            .unwrap_or_default()
    }
}

/// Whether all words of what was typed are in a name.
fn fits(name: &str, typed: &str) -> bool {
    let name = name.to_ascii_lowercase();
    typed
        .to_ascii_lowercase()
        .split_whitespace()
        .all(|word| name.contains(word))
}

fn offers(typed: &str) -> Vec<Offer> {
    let commands = COMMANDS.iter().enumerate().skip(1);
    let mut offers: Vec<Offer> = commands
        .filter(|(_, command)| fits(command.name, typed))
        .map(|(place, _)| Offer::Do(place))
        .collect();
    if !typed.trim().is_empty() {
        let numbers = studio()
            .document
            .with_untracked(|document| pointer::numbers(document, LONGEST_LIST));
        let fields = numbers
            .into_iter()
            .map(|(pointer, _)| pointer)
            .filter(|pointer| fits(&knob_name(pointer), typed));
        offers.extend(fields.take(MOST_FIELDS).map(Offer::Go));
    }
    offers
}

fn take(hands: Hands, offer: &Offer) {
    hands.studio.close_dialog();
    match offer {
        Offer::Do(_) => {
            if let Some(command) = offer.command() {
                (command.run)(hands);
            }
        }
        Offer::Go(pointer) => {
            hands.studio.editor_open.set(true);
            let pointer = pointer.clone();
            // After the dialog has given the focus back.
            request_animation_frame(move || reveal(&pointer));
        }
    }
}

/// The palette.
#[component]
pub fn Palette() -> impl IntoView {
    view! { <Modal which=Dialog::Palette title="Search commands and fields" testid="palette" content=palette/> }
}

fn palette() -> AnyView {
    let hands = hands();
    let typed = RwSignal::new(String::new());
    let at = RwSignal::new(0usize);
    let found = StoredValue::new_local(offers(""));
    let shown = move || {
        let now = offers(&typed.get());
        found.set_value(now.clone());
        now
    };
    let field = NodeRef::<Input>::new();
    request_animation_frame(move || {
        if let Some(field) = field.get_untracked() {
            field.focus().ok();
        }
    });
    let on_key = move |event: KeyboardEvent| {
        let count = found.with_value(Vec::len).max(1);
        match event.key().as_str() {
            "ArrowDown" => at.update(|at| *at = (*at + 1) % count),
            "ArrowUp" => at.update(|at| *at = (*at + count - 1) % count),
            "Enter" => {
                let offer = found.with_value(|found| found.get(at.get_untracked()).cloned());
                if let Some(offer) = offer {
                    take(hands, &offer);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let option = move |(place, offer): (usize, Offer)| {
        let (name, keys) = (offer.name(), offer.keys());
        view! {
            <li
                role="option"
                id=format!("offer-{place}")
                aria-selected=move || (at.get() == place).to_string()
                on:click=move |_| take(hands, &offer)
            >
                <span>{name}</span>
                {(!keys.is_empty()).then(|| view! { <kbd>{keys}</kbd> })}
            </li>
        }
        .into_any()
    };
    view! {
        <input
            node_ref=field
            type="text"
            class="search"
            role="combobox"
            autocomplete="off"
            spellcheck="false"
            aria-label="Search commands and fields"
            aria-controls="offers"
            aria-expanded="true"
            aria-activedescendant=move || format!("offer-{}", at.get())
            data-testid="palette-input"
            on:input=move |event| { at.set(0); typed.set(event_target_value(&event)); }
            on:keydown=on_key
        />
        <ul class="offers" id="offers" role="listbox" aria-label="Commands and fields">
            {move || shown().into_iter().enumerate().map(option).collect_view()}
        </ul>
    }
    .into_any()
}

/// The shortcuts.
#[component]
pub fn Keys() -> impl IntoView {
    view! { <Modal which=Dialog::Keys title="Keyboard shortcuts" testid="keys" content=keys/> }
}

fn keys() -> AnyView {
    let studio = studio();
    let row = |command: &'static Command| {
        let keys = command.keys.iter().map(|keys| view! { <kbd>{*keys}</kbd> });
        view! { <tr><th scope="row">{command.name}</th><td>{keys.collect_view()}</td></tr> }
    };
    let rows = COMMANDS
        .iter()
        .filter(|command| !command.keys.is_empty())
        .map(row)
        .collect_view();
    let on_switch = move |event| {
        studio.letters.set(event_target_checked(&event));
        persist::save_letters(studio.letters.get_untracked());
    };
    view! {
        <label class="switch">
            <input type="checkbox" role="switch" data-testid="letters" prop:checked=move || studio.letters.get() on:change=on_switch/>
            <span>"Single letters are shortcuts"</span>
        </label>
        <div class="table-scroll" tabindex="0" role="region" aria-label="Shortcuts"><table class="keys"><tbody>{rows}</tbody></table></div>
        <p class="hint">"⌘ counts as Ctrl. In sliders arrows are one step, in number boxes with Shift ten steps and with Alt a tenth."</p>
    }
    .into_any()
}
