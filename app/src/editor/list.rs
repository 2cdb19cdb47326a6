//! Lists of groups: add, remove.

use super::defaults;
use super::field::{Frame, element_id, field, problem_lines, problems_at};
use super::text::{chosen_help, select};
use super::variant::{fields_of, word_at};
use crate::state::{pointer as json_pointer, studio};
use crate::views::icons::{Icon, icon};
use leptos::prelude::*;
use serde_json::Value;
use sim_core::words::capitalised;
use sim_report::form::schema::{Kind, Node};

/// A list of groups.
pub fn list_field(node: &'static Node, item: &'static Node, pointer: String) -> AnyView {
    let studio = studio();
    let length = {
        let pointer = pointer.clone();
        Memo::new(move |_| {
            studio.document.with(|d| {
                d.pointer(&pointer)
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len)
            })
        })
    };
    let full = move || node.items.1.is_some_and(|most| length.get() as u64 >= most);
    let add = {
        let pointer = pointer.clone();
        move |_| {
            let place = json_pointer::child(&pointer, &length.get_untracked().to_string());
            if studio.value(&pointer).is_none() {
                studio.set_step(&pointer, Value::from(vec![defaults::value_of(item, None)]));
            } else {
                studio.set_step(&place, defaults::value_of(item, None));
            }
        }
    };
    let items = {
        let pointer = pointer.clone();
        move || {
            let items = (0..length.get()).map(|index| item_view(node, item, &pointer, index));
            items.collect_view()
        }
    };
    let limit = node
        .items
        .1
        .map(|most| format!("At most {most}"))
        .unwrap_or_default();
    let controls = view! {
        <div class="items">{items}</div>
        <button
            type="button"
            class="ghost small"
            disabled=full
            title=move || if full() { limit.clone() } else { String::new() }
            on:click=add
        >
            {icon(Icon::Plus)}
            {format!("Add {}", singular(&node.label))}
        </button>
    }
    .into_any();
    let range_text = match node.items {
        (Some(low), Some(high)) => format!("{low} to {high} items"),
        _ => String::new(),
    };
    Frame {
        pointer,
        node,
        control: None,
        range_text,
        resettable: true,
    }
    .around(controls)
}

fn item_view(node: &'static Node, item: &'static Node, list: &str, index: usize) -> AnyView {
    let studio = studio();
    let pointer = json_pointer::child(list, &index.to_string());
    let title = format!("{} {}", capitalised(&singular(&node.label)), index + 1);
    let remove = {
        let pointer = pointer.clone();
        move |_| studio.remove(&pointer)
    };
    let fewest = node.items.0.unwrap_or(0);
    let locked = {
        let list = list.to_owned();
        Memo::new(move |_| {
            let length = studio.document.with(|d| {
                d.pointer(&list)
                    .and_then(Value::as_array)
                    .map_or(0, Vec::len)
            });
            length as u64 <= fewest
        })
    };
    let problems = problems_at(studio, pointer.clone());
    let body = match &item.kind {
        Kind::Variant { tag, options } => {
            let word = word_at(tag, &pointer);
            let place = pointer.clone();
            let on_change = move |event| {
                let wanted = event_target_value(&event);
                if let Some(option) = options.iter().find(|option| option.word == wanted) {
                    let former = studio.value(&place).unwrap_or(Value::Null);
                    studio.set_step(&place, defaults::variant(tag, option, &former, Some(item)));
                }
            };
            let control = format!("{}-kind", element_id(&pointer));
            let place = pointer.clone();
            let fields = move || {
                let chosen = options
                    .iter()
                    .find(|option| word.with(|word| *word == option.word));
                chosen.map(|option| fields_of(&option.fields, &place, None))
            };
            view! {
                <div class="field-controls">{select(control, options, word, on_change)}</div>
                {chosen_help(options, word)}
                {fields}
            }
            .into_any()
        }
        Kind::Group(fields) => fields_of(fields, &pointer, None),
        _ => field(item, pointer.clone(), None),
    };
    // What an item is called names its choice, too.
    let name = match &item.kind {
        Kind::Variant { .. } => {
            let control = format!("{}-kind", element_id(&pointer));
            view! { <label class="label" for=control>{title.clone()}</label> }.into_any()
        }
        _ => view! { <span class="label">{title.clone()}</span> }.into_any(),
    };
    view! {
        <div class="item" id=element_id(&pointer)>
            <div class="item-head">
                {name}
                <button
                    type="button"
                    class="mini"
                    aria-label=format!("Remove {title}")
                    title=move || if locked.get() { format!("At least {fewest} needed") } else { "Remove".to_owned() }
                    disabled=move || locked.get()
                    on:click=remove
                >
                    {icon(Icon::Bin)}
                </button>
            </div>
            {body}
            {problem_lines(problems)}
        </div>
    }
    .into_any()
}

fn singular(label: &str) -> String {
    let low = label.to_ascii_lowercase();
    match low.as_str() {
        "policies" => "policy".to_owned(),
        "sweep" | "knobs that may move" => "knob".to_owned(),
        _ => low.strip_suffix('s').map_or(low.clone(), str::to_owned),
    }
}
