//! The form as a whole: its sections, and the list of what is wrong.

use super::field::{field, problem_lines, problems_at};
use super::variant::fields_of;
use crate::state::{Dialog, Studio, studio};
use crate::views::icons::{Icon, icon};
use leptos::prelude::*;
use sim_report::form::schema::{Kind, Node};

/// Sections that are open at first.
const OPEN: [&str; 2] = ["traffic", "autoscaler"];

/// The controls of a few fields, by their pointers; those that are no fields of the document are left out.
pub fn few_fields(studio: Studio, pointers: Vec<String>) -> AnyView {
    super::mark::provide(studio);
    let is_there = |pointer: &String| {
        let known = |document: &serde_json::Value| document.pointer(pointer).is_some();
        studio.document.with_untracked(known)
    };
    let fields = pointers.into_iter().filter(is_there).filter_map(|pointer| {
        let node = sim_report::form::node_at(&pointer)?;
        Some(field(node, pointer, None))
    });
    fields.collect_view().into_any()
}

/// The editor.
#[component]
pub fn Editor() -> impl IntoView {
    let studio = studio();
    let Some(Kind::Group(sections)) = super::form().map(|form| &form.kind) else {
        return view! { <p class="problem error">"The form cannot be built: the schema is unreadable"</p> }.into_any();
    };
    super::mark::provide(studio);
    let is_word = |node: &&'static Node| matches!(node.kind, Kind::Text);
    let words = sections
        .iter()
        .filter(is_word)
        .map(|node| field(node, format!("/{}", node.name), None));
    let parts = sections
        .iter()
        .filter(|node| !is_word(node) && node.name != "version")
        .map(section);
    view! {
        <div class="editor" aria-label="Scenario editor">
            <div class="editor-head">
                <h2>"Scenario"</h2>
                {import_button(studio, "import-hpa", Dialog::Hpa)}
                <button
                    type="button"
                    class="icon"
                    title="Undo (Ctrl+Z)"
                    aria-label="Undo"
                    disabled=move || !studio.can_undo.get().0
                    on:click=move |_| studio.undo()
                >
                    {icon(Icon::Undo)}
                </button>
                <button
                    type="button"
                    class="icon"
                    title="Redo (Ctrl+Shift+Z)"
                    aria-label="Redo"
                    disabled=move || !studio.can_undo.get().1
                    on:click=move |_| studio.redo()
                >
                    {icon(Icon::Redo)}
                </button>
            </div>
            <details class="section" id="field-words">
                <summary><span class="section-name">"Name and description"</span></summary>
                <div class="section-body">{words.collect_view()}</div>
            </details>
            {parts.collect_view()}
            <p class="hint document-format">
                "Scenario document, format " {move || studio.number("/version").map(super::quantity::text_of)}
            </p>
        </div>
    }
    .into_any()
}

fn import_button(studio: Studio, testid: &'static str, dialog: Dialog) -> AnyView {
    let words = match dialog {
        Dialog::Lifecycle => "Import S3 lifecycle…",
        Dialog::SpotTrace => "Import spot availability…",
        _ => "Import manifest…",
    };
    view! {
        <button type="button" class="ghost small" data-testid=testid on:click=move |_| studio.dialog.set(dialog.clone())>
            {icon(Icon::Import)} {words}
        </button>
    }
    .into_any()
}

/// The imports that fill a section.
fn imports(section: &str) -> &'static [(&'static str, Dialog)] {
    match section {
        "autoscaler" => &[("import", Dialog::Hpa)],
        "fleet" => &[("import", Dialog::Hpa), ("import-spot", Dialog::SpotTrace)],
        "storage" => &[("import-lifecycle", Dialog::Lifecycle)],
        "batch" => &[("import-spot", Dialog::SpotTrace)],
        _ => &[],
    }
}

fn section(node: &'static Node) -> AnyView {
    let studio = studio();
    let pointer = format!("/{}", node.name);
    let blocking = {
        let start = format!("{pointer}/");
        let own = pointer.clone();
        Memo::new(move |_| {
            let inside = |place: &str| place == own || place.starts_with(&start);
            studio.problems.with(|all| {
                all.iter()
                    .filter(|problem| problem.blocking && inside(&problem.pointer))
                    .count()
            })
        })
    };
    let changed = {
        let pointer = pointer.clone();
        Memo::new(move |_| studio.changed(&pointer))
    };
    let problems = problems_at(studio, pointer.clone());
    let body = match &node.kind {
        Kind::Group(fields) => {
            view! { {fields_of(fields, &pointer, None)} {problem_lines(problems)} }.into_any()
        }
        _ => field(node, pointer.clone(), None),
    };
    let buttons = imports(&node.name).iter();
    let buttons = buttons.map(|(testid, dialog)| import_button(studio, testid, dialog.clone()));
    let import = buttons.collect_view();
    view! {
        <details class="section" data-testid=format!("section-{}", node.name) open=OPEN.contains(&node.name.as_str())>
            <summary>
                <span class="section-name">{node.label.clone()}</span>
                <Show when=move || changed.get()>
                    <span class="changed" title="Changed since it was opened"></span>
                </Show>
                <Show when=move || { blocking.get() > 0 }>
                    <span class="count error">{move || blocking.get()}</span>
                </Show>
            </summary>
            <div class="section-body">
                <p class="hint">{node.help.clone()}</p>
                {import}
                {body}
            </div>
        </details>
    }
    .into_any()
}
