//! Groups of fields, and groups of which one is chosen.

use super::defaults;
use super::field::{Frame, element_id, field};
use super::text::{chosen_help, select};
use crate::state::{pointer as json_pointer, studio};
use leptos::prelude::*;
use serde_json::Value;
use sim_report::form::schema::{Choice, Node};

/// A group; an optional one can be switched on and off.
pub fn group_field(node: &'static Node, fields: &'static [Node], pointer: String) -> AnyView {
    let body = {
        let pointer = pointer.clone();
        move || view! { <div class="nested">{fields_of(fields, &pointer, None)}</div> }.into_any()
    };
    let controls = if node.optional {
        switched(node, pointer.clone(), body)
    } else {
        body()
    };
    Frame {
        pointer,
        node,
        control: None,
        range_text: String::new(),
        resettable: node.optional,
    }
    .around(controls)
}

/// The fields of a group.
pub fn fields_of(fields: &'static [Node], pointer: &str, range: Option<&'static Node>) -> AnyView {
    let views = fields
        .iter()
        .map(|node| field(node, json_pointer::child(pointer, &node.name), range));
    views.collect_view().into_any()
}

/// A switch, and what it switches on.
fn switched(
    node: &'static Node,
    pointer: String,
    body: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    let studio = studio();
    let present = {
        let pointer = pointer.clone();
        Memo::new(move |_| {
            studio.document.with(|document| {
                document
                    .pointer(&pointer)
                    .is_some_and(|value| !value.is_null())
            })
        })
    };
    let on_change = move |event| {
        if event_target_checked(&event) {
            studio.set_step(&pointer, defaults::value_of(node, None));
        } else {
            studio.remove(&pointer);
        }
    };
    view! {
        <label class="switch">
            <input type="checkbox" role="switch" prop:checked=move || present.get() on:change=on_change/>
            <span>{move || if present.get() { "On" } else { "Off" }}</span>
        </label>
        {move || present.get().then(&body)}
    }
    .into_any()
}

/// One of several groups.
pub fn variant_field(
    node: &'static Node,
    tag: &'static str,
    options: &'static [Choice],
    pointer: String,
) -> AnyView {
    let body = {
        let pointer = pointer.clone();
        move || variant_body(node, tag, options, pointer.clone())
    };
    let controls = if node.optional {
        switched(node, pointer.clone(), body)
    } else {
        body()
    };
    let control = Some(format!("{}-kind", element_id(&pointer)));
    let range_text = node
        .default
        .as_ref()
        .map(|_| String::new())
        .unwrap_or_default();
    Frame {
        pointer,
        node,
        control,
        range_text,
        resettable: true,
    }
    .around(controls)
}

fn variant_body(
    node: &'static Node,
    tag: &'static str,
    options: &'static [Choice],
    pointer: String,
) -> AnyView {
    let studio = studio();
    let control = format!("{}-kind", element_id(&pointer));
    let word = word_at(tag, &pointer);
    let on_change = {
        let pointer = pointer.clone();
        move |event| {
            let wanted = event_target_value(&event);
            if let Some(option) = options.iter().find(|option| option.word == wanted) {
                let former = studio.value(&pointer).unwrap_or(Value::Null);
                studio.set_step(
                    &pointer,
                    defaults::variant(tag, option, &former, Some(node)),
                );
            }
        }
    };
    // Only quantities pass their limits on to the numbers of their variants.
    let range = node.soft.0.is_some().then_some(node);
    let fields = move || {
        let chosen = options
            .iter()
            .find(|option| word.with(|word| *word == option.word));
        chosen
            .filter(|option| !option.fields.is_empty())
            .map(|option| view! { <div class="nested">{fields_of(&option.fields, &pointer, range)}</div> })
    };
    view! {
        <div class="field-controls">{select(control, options, word, on_change)}</div>
        {chosen_help(options, word)}
        {fields}
    }
    .into_any()
}

/// The word that tells which variant holds.
pub fn word_at(tag: &'static str, pointer: &str) -> Memo<String> {
    let studio = studio();
    let place = json_pointer::child(pointer, tag);
    Memo::new(move |_| studio.text(&place).unwrap_or_default())
}
