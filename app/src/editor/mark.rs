//! Marks on fields: which may move when designs are looked for.

use super::knob;
use crate::state::{Studio, pointer as json_pointer};
use crate::views::icons::{Icon, icon};
use leptos::prelude::*;
use serde_json::{Value, json};
use sim_report::form::schema::{Kind, Node};
use std::collections::BTreeSet;

/// The list of the marked knobs.
const KNOBS: &str = "/search/knobs";

/// The paths that are marked, watched once for the whole form.
#[derive(Clone, Copy)]
pub struct Marked(Memo<BTreeSet<String>>);

/// Watches the marks; call once, from the form.
pub fn provide(studio: Studio) {
    let marked = move |_: Option<&BTreeSet<String>>| studio.document.with(paths);
    provide_context(Marked(Memo::new(marked)));
}

/// Paths of the knobs of the search; where it names none, of the sweep.
fn paths(document: &Value) -> BTreeSet<String> {
    let of = |list: &str| -> BTreeSet<String> {
        let knobs = document.pointer(list).and_then(Value::as_array);
        let paths = knobs
            .into_iter()
            .flatten()
            .filter_map(|knob| knob.get("path")?.as_str());
        paths.map(str::to_owned).collect()
    };
    let own = of(KNOBS);
    if own.is_empty() { of("/sweep") } else { own }
}

/// A button that marks a field, where it can be one of the knobs.
pub fn button(studio: Studio, node: &'static Node, pointer: &str) -> Option<AnyView> {
    let can = matches!(node.kind, Kind::Number { .. } | Kind::Choice(_));
    if !can
        || knob::NOT_KNOBS
            .iter()
            .any(|start| pointer.starts_with(start))
    {
        return None;
    }
    let marked = use_context::<Marked>()?.0;
    let path = pointer.to_owned();
    let is_marked = Memo::new(move |_| marked.with(|paths| paths.contains(&path)));
    let path = pointer.to_owned();
    let label = node.label.clone();
    let title = move || match is_marked.get() {
        true => "May move when designs are looked for; click to hold it",
        false => "Let it move when designs are looked for",
    };
    let view = view! {
        <button
            class="mini mark"
            class:on=move || is_marked.get()
            type="button"
            data-testid=format!("mark:{pointer}")
            title=title
            aria-label=format!("{label} may move")
            aria-pressed=move || is_marked.get().to_string()
            on:click=move |_| toggle(studio, &path, is_marked.get_untracked())
        >
            {icon(Icon::Front)}
        </button>
    };
    Some(view.into_any())
}

/// Marks a path or takes its mark away. The first mark takes those of the sweep along, which held until then.
fn toggle(studio: Studio, path: &str, is_marked: bool) {
    let document = studio.document.get_untracked();
    let list = document.pointer(KNOBS).and_then(Value::as_array);
    let mut knobs = list.cloned().unwrap_or_default();
    if knobs.is_empty() {
        let swept = document.get("sweep").and_then(Value::as_array);
        knobs.extend(swept.into_iter().flatten().map(|knob| {
            json!({ "kind": "range", "path": knob["path"], "from": knob["from"], "to": knob["to"] })
        }));
    }
    if is_marked {
        knobs.retain(|knob| knob["path"] != path);
    } else {
        knobs.extend(knob::knob_for(path, &document));
    }
    match document.pointer("/search").is_some_and(Value::is_object) {
        true => studio.set_step(KNOBS, Value::from(knobs)),
        false => studio.set_step(
            "/search",
            json!({ "knobs": json_pointer::tidy(Value::from(knobs)) }),
        ),
    }
}
