//! Text and words.

use super::field::{Frame, element_id};
use crate::state::studio;
use leptos::prelude::*;
use serde_json::Value;
use sim_report::form::schema::{Choice, Node};

/// Texts that may be longer than this get several lines.
const ONE_LINE: u64 = 200;

/// A text.
pub fn text_field(node: &'static Node, pointer: String) -> AnyView {
    let studio = studio();
    let control = format!("{}-box", element_id(&pointer));
    let value = {
        let pointer = pointer.clone();
        Memo::new(move |_| studio.text(&pointer).unwrap_or_default())
    };
    let on_type = {
        let pointer = pointer.clone();
        move |event| studio.set(&pointer, Value::from(event_target_value(&event)))
    };
    let long = node.items.1.is_some_and(|most| most > ONE_LINE);
    let input = if long {
        view! { <textarea id=control.clone() rows="3" prop:value=move || value.get() on:input=on_type></textarea> }.into_any()
    } else {
        view! { <input id=control.clone() type="text" prop:value=move || value.get() on:input=on_type/> }.into_any()
    };
    let range_text = node
        .items
        .1
        .map(|most| format!("at most {most} characters"))
        .unwrap_or_default();
    let controls = view! { <div class="field-controls">{input}</div> }.into_any();
    Frame {
        pointer,
        node,
        control: Some(control),
        range_text,
        resettable: true,
    }
    .around(controls)
}

/// One of a few words.
pub fn choice_field(node: &'static Node, words: &'static [Choice], pointer: String) -> AnyView {
    let studio = studio();
    let control = format!("{}-box", element_id(&pointer));
    let default = node
        .default
        .as_ref()
        .and_then(Value::as_str)
        .unwrap_or_default();
    let value = {
        let pointer = pointer.clone();
        Memo::new(move |_| studio.text(&pointer).unwrap_or_else(|| default.to_owned()))
    };
    let on_change = {
        let pointer = pointer.clone();
        move |event| studio.set_step(&pointer, Value::from(event_target_value(&event)))
    };
    let controls = view! {
        <div class="field-controls">{select(control.clone(), words, value, on_change)}</div>
        {chosen_help(words, value)}
    }
    .into_any();
    Frame {
        pointer,
        node,
        control: Some(control),
        range_text: String::new(),
        resettable: true,
    }
    .around(controls)
}

/// A list to choose a word from; a word that is not on it is shown all the same.
pub fn select(
    id: String,
    words: &'static [Choice],
    value: Memo<String>,
    on_change: impl Fn(web_sys::Event) + 'static,
) -> AnyView {
    let options = words.iter().map(|choice| {
        let word = choice.word.as_str();
        view! { <option value=word selected=move || value.with(|value| value == word)>{choice.label.clone()}</option> }
    });
    let unknown = move || {
        let word = value.get();
        (!words.iter().any(|choice| choice.word == word))
            .then(|| view! { <option value=word.clone() selected=true>{format!("{word} (unknown)")}</option> })
    };
    view! {
        <select id=id prop:value=move || value.get() on:change=on_change>
            {options.collect_view()}
            {unknown}
        </select>
    }
    .into_any()
}

/// What the chosen word means.
pub fn chosen_help(words: &'static [Choice], value: Memo<String>) -> AnyView {
    (move || {
        let word = value.get();
        let help = words
            .iter()
            .find(|choice| choice.word == word)
            .map(|choice| choice.help.as_str());
        help.filter(|help| !help.is_empty())
            .map(|help| view! { <p class="hint">{help}</p> })
    })
    .into_any()
}
