//! A field of any kind, and what all fields share: name, help, marks, problems.

use super::{knob, list, mark, number, recording, text, variant, weights};
use crate::state::{FieldProblem, Studio, studio};
use crate::views::icons::{Icon, icon};
use leptos::prelude::*;
use sim_report::form::schema::{Kind, Node};
use wasm_bindgen::JsCast;

/// Lists longer than this are recordings, not something to edit by hand.
const LONGEST_LIST: u64 = 64;

/// The id of the element that holds a field.
pub fn element_id(pointer: &str) -> String {
    format!("field{}", pointer.replace(['/', '~'], "-"))
}

/// The controls of a field. `range` is the field whose limits hold for numbers without their own.
pub fn field(node: &'static Node, pointer: String, range: Option<&'static Node>) -> AnyView {
    match &node.kind {
        Kind::Number { integer } => number::number_field(node, pointer, range, *integer),
        Kind::Text if knob::is_path(&pointer) => knob::path_field(node, pointer),
        Kind::Text => text::text_field(node, pointer),
        Kind::Choice(words) => text::choice_field(node, words, pointer),
        Kind::Group(fields) => variant::group_field(node, fields, pointer),
        Kind::Variant { tag, options } => variant::variant_field(node, tag, options, pointer),
        Kind::List(item) => match (&item.kind, node.items.1) {
            (Kind::Number { .. }, Some(most)) if most > LONGEST_LIST => {
                recording::recording_field(node, pointer)
            }
            (Kind::Number { .. }, _) => weights::weights_field(node, pointer),
            _ => list::list_field(node, item, pointer),
        },
    }
}

/// The frame around the controls of a field.
pub struct Frame {
    /// JSON Pointer.
    pub pointer: String,
    /// The field.
    pub node: &'static Node,
    /// Id of the control that the name belongs to, if there is one.
    pub control: Option<String>,
    /// A second line of help: range and default.
    pub range_text: String,
    /// Whether the field can be put back to what it was.
    pub resettable: bool,
}

impl Frame {
    /// Puts the frame around the controls.
    pub fn around(self, controls: AnyView) -> AnyView {
        let Frame {
            pointer,
            node,
            control,
            range_text,
            resettable,
        } = self;
        let studio = studio();
        let help_open = RwSignal::new(false);
        let problems = problems_at(studio, pointer.clone());
        let changed = {
            let pointer = pointer.clone();
            Memo::new(move |_| resettable && studio.changed(&pointer))
        };
        let reset = {
            let pointer = pointer.clone();
            move |_| studio.reset(&pointer)
        };
        let help_id = format!("{}-help", element_id(&pointer));
        let label = node.label.clone();
        let mark = mark::button(studio, node, &pointer);
        let name = match control {
            Some(control) => view! { <label for=control>{label.clone()}</label> }.into_any(),
            None => view! { <span class="label">{label.clone()}</span> }.into_any(),
        };
        view! {
            <div
                class="field"
                class:invalid=move || problems.with(|list| list.iter().any(|problem| problem.blocking))
                id=element_id(&pointer)
                data-testid=format!("field:{pointer}")
            >
                <div class="field-head">
                    {name}
                    <Show when=move || changed.get()>
                        <span class="changed" title="Changed since it was opened"></span>
                        <button class="mini" type="button" title="Put back" aria-label=format!("Put back {label}") on:click=reset.clone()>
                            {icon(Icon::Undo)}
                        </button>
                    </Show>
                    {mark}
                    <button
                        class="mini help-toggle"
                        type="button"
                        aria-label=format!("Help on {}", node.label)
                        aria-expanded=move || help_open.get().to_string()
                        aria-controls=help_id.clone()
                        on:click=move |_| help_open.update(|open| *open = !*open)
                    >
                        "?"
                    </button>
                </div>
                {controls}
                <div class="help" id=help_id.clone() hidden=move || !help_open.get()>
                    <p>{node.help.clone()}</p>
                    {(!range_text.is_empty()).then(|| view! { <p class="range">{range_text.clone()}</p> })}
                    {(!node.source.is_empty()).then(|| view! { <p class="source">"Source " {node.source.clone()}</p> })}
                </div>
                {problem_lines(problems)}
            </div>
        }
        .into_any()
    }
}

/// The problems of exactly this field.
pub fn problems_at(studio: Studio, pointer: String) -> Memo<Vec<FieldProblem>> {
    Memo::new(move |_| {
        studio.problems.with(|all| {
            all.iter()
                .filter(|problem| problem.pointer == pointer)
                .cloned()
                .collect::<Vec<_>>()
        })
    })
}

/// Problems as lines under a field.
pub fn problem_lines(problems: Memo<Vec<FieldProblem>>) -> AnyView {
    (move || {
        problems.with(|list| {
            let lines = list.iter().map(|problem| {
                let class = if problem.blocking {
                    "problem error"
                } else {
                    "problem warning"
                };
                view! { <p class=class role="status">{problem.message.clone()}</p> }
            });
            lines.collect_view()
        })
    })
    .into_any()
}

/// Opens the sections around a field, scrolls to it and puts the focus on its first control. A pointer without a
/// field of its own leads to the nearest field around it.
pub fn reveal(pointer: &str) {
    let mut pointer = pointer;
    let element = loop {
        if let Some(element) = document().get_element_by_id(&element_id(pointer)) {
            break element;
        }
        match pointer.rsplit_once('/') {
            Some((parent, _)) if !parent.is_empty() => pointer = parent,
            _ => return,
        }
    };
    let mut around = Some(element.clone());
    while let Some(here) = around {
        if here.tag_name().eq_ignore_ascii_case("details") {
            here.set_attribute("open", "").ok();
        }
        around = here.parent_element();
    }
    let options = web_sys::ScrollIntoViewOptions::new();
    options.set_block(web_sys::ScrollLogicalPosition::Center);
    element.scroll_into_view_with_scroll_into_view_options(&options);
    let control = element
        .query_selector("input, select, textarea, .field-controls button")
        .ok()
        .flatten();
    if let Some(control) =
        control.and_then(|control| control.dyn_into::<web_sys::HtmlElement>().ok())
    {
        control.focus().ok();
    }
}
