//! Imports: Kubernetes manifests of autoscalers and node pools, and recorded traffic.

use super::icons::{Icon, icon};
use super::modal::Modal;
use crate::editor::outline;
use crate::state::{Dialog, Studio, files, pointer, studio};
use leptos::html::{Input, Textarea};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Serialize;
use serde_json::Value;
use sim_core::import::{HpaOptions, TrafficOptions, hpa, keda, nodepool, traffic};

/// What an import gives: the fields to set with their values, and how it was read.
#[derive(Default)]
struct Imported {
    changes: Vec<(String, Value)>,
    /// Fields to set where the document has none.
    assumed: Vec<(String, Value)>,
    /// What was taken, in words.
    taken: Vec<String>,
    notes: Vec<String>,
    message: String,
}

impl Imported {
    fn set(&mut self, field: &str, part: &impl Serialize) -> Result<(), String> {
        let value = serde_json::to_value(part).map_err(|error| error.to_string())?;
        let value = pointer::tidy(value);
        self.taken.extend(outline(field, &value));
        self.changes.push((field.to_owned(), value));
        Ok(())
    }
}

/// How a text becomes parts of the document.
type Reader = fn(&str, &str) -> Result<Imported, String>;

/// Reads the autoscaler and the node pool of a text that may hold both.
fn read_manifests(text: &str, name: &str) -> Result<Imported, String> {
    let options = HpaOptions::default();
    let mut imported = Imported::default();
    let (has_keda, has_pool) = (text.contains("keda.sh/"), text.contains("karpenter.sh/v"));
    if has_keda {
        let read = keda(text, &options).map_err(|error| error.message)?;
        imported.set("/autoscaler", &read.autoscaler)?;
        imported.notes = read.notes;
    } else if text.contains("HorizontalPodAutoscaler") || !has_pool {
        let read = hpa(text, &options).map_err(|error| advised(error.message, text))?;
        imported.set("/autoscaler", &read.autoscaler)?;
        imported.notes = read.notes;
    }
    if has_pool {
        let read = nodepool(text).map_err(|error| error.message)?;
        imported.set("/fleet/provisioner", &read.provisioner)?;
        if let Some(spot) = &read.spot {
            let spot = serde_json::to_value(spot).map_err(|error| error.to_string())?;
            let spot = pointer::tidy(spot);
            imported.assumed.push(("/fleet/spot".to_owned(), spot));
        }
        if let Some(most) = read.max_nodes {
            imported.set("/fleet/max_nodes", &most)?;
        }
        imported.notes.extend(read.notes);
    }
    imported.message = match name {
        "" => "Imported the manifest".to_owned(),
        name => format!("Imported {name}"),
    };
    Ok(imported)
}

/// What to do about a text that holds no autoscaler.
fn advised(message: String, text: &str) -> String {
    if text.trim().is_empty() {
        return "There is nothing to import yet: paste a manifest, or choose a file.".to_owned();
    }
    match text.contains("VerticalPodAutoscaler") {
        true => format!("{message}. A VerticalPodAutoscaler is set in the form: Pod sizes (VPA)."),
        false => message,
    }
}

fn read_traffic(text: &str, name: &str) -> Result<Imported, String> {
    let imported = traffic(text, &TrafficOptions::default()).map_err(|error| error.message)?;
    let mut value =
        pointer::tidy(serde_json::to_value(imported.source()).map_err(|error| error.to_string())?);
    if !name.is_empty() && imported.origin.is_empty() {
        pointer::set(&mut value, "/origin", Value::from(name));
    }
    let message = format!(
        "Imported {} intervals of recorded traffic",
        imported.counts.len()
    );
    Ok(Imported {
        changes: vec![("/traffic/source".to_owned(), value)],
        assumed: Vec::new(),
        taken: Vec::new(),
        notes: imported.notes,
        message,
    })
}

/// The dialog for manifests.
#[component]
pub fn HpaImport() -> impl IntoView {
    let content = || {
        body(
            read_manifests,
            "Paste what kubectl get hpa NAME -o yaml prints, or choose a file: a HorizontalPodAutoscaler, KEDA's ScaledObject or ScaledJob, or Karpenter's NodePool, in YAML or JSON. It replaces the autoscaler (or the node autoscaler) of this scenario; all else stays.",
            ".yaml,.yml,.json,.txt",
        )
    };
    view! { <Modal which=Dialog::Hpa title="Import a Kubernetes manifest" testid="hpa-dialog" wide=true content=content/> }
}

/// The dialog for recordings.
#[component]
pub fn RecordingImport() -> impl IntoView {
    let content = || {
        body(
            read_traffic,
            "Paste or choose a CSV file with a column of times and one of counts or rates, or the JSON answer of Prometheus to query_range. It replaces the traffic of this scenario.",
            ".csv,.json,.txt,.tsv",
        )
    };
    view! { <Modal which=Dialog::Recording title="Import recorded traffic" testid="recording-dialog" wide=true content=content/> }
}

fn body(reader: Reader, words: &'static str, accept: &'static str) -> AnyView {
    let studio = studio();
    let text = NodeRef::<Textarea>::new();
    let file = NodeRef::<Input>::new();
    let failure = RwSignal::new(None::<String>);
    let read = RwSignal::new(None::<[Vec<String>; 2]>);
    let take = move |content: &str, name: &str| match reader(content, name) {
        Ok(imported) => {
            failure.set(None);
            read.set(Some(apply(studio, imported)));
        }
        Err(message) => failure.set(Some(message)),
    };
    // A dropped file is read at once, and stays in sight when it cannot be.
    let waiting = studio.dropped.try_update(Option::take).flatten();
    let waiting = waiting.unwrap_or_default();
    if !waiting.text.is_empty() {
        // What the import reads must not make this dialog anew.
        untrack(|| take(&waiting.text, &waiting.name));
    }
    let dropped = StoredValue::new(waiting.text);
    let from_text = move |_| {
        if let Some(area) = text.get_untracked() {
            take(&area.value(), "");
        }
    };
    let from_file = move |_| {
        let chosen = file
            .get_untracked()
            .and_then(|input| input.files())
            .and_then(|files| files.get(0));
        if let Some(chosen) = chosen {
            spawn_local(async move {
                match files::read_text(&chosen).await {
                    Ok(content) => take(&content, &chosen.name()),
                    Err(message) => failure.set(Some(message)),
                }
            });
        }
    };
    let form = move || {
        view! {
            <p>{words}</p>
            <textarea node_ref=text class="paste" rows="10" spellcheck="false" aria-label="Content" data-testid="import-text" prop:value=dropped.get_value()></textarea>
            {move || failure.get().map(|message| view! { <p class="problem error" role="alert" data-testid="import-problem">{message}</p> })}
            <div class="choices">
                <button type="button" class="primary" data-testid="import-apply" on:click=from_text>{icon(Icon::Import)} "Import"</button>
                <label class="file ghost">
                    {icon(Icon::Export)}
                    "Choose a file…"
                    <input node_ref=file type="file" accept=accept on:change=from_file/>
                </label>
            </div>
        }
        .into_any()
    };
    let close = move |_| {
        studio.editor_open.set(false);
        studio.close_dialog();
    };
    let done = move |[taken, notes]: [Vec<String>; 2]| {
        let list = |lines: Vec<String>| {
            let lines = lines.into_iter().map(|line| view! { <li>{line}</li> });
            lines.collect_view()
        };
        view! {
            <p><strong>"Imported."</strong> " This is how it was read:"</p>
            <ul class="notes" data-testid="import-notes">
                {list(taken)}
                {list(notes)}
            </ul>
            <div class="choices">
                <button type="button" class="primary" data-testid="import-done" on:click=close>"See the results"</button>
                <button type="button" class="ghost" on:click=move |_| { studio.undo(); studio.close_dialog(); }>"Undo"</button>
            </div>
        }
        .into_any()
    };
    (move || match read.get() {
        Some(lines) => done(lines),
        None => form(),
    })
    .into_any()
}

/// A sweep's knobs were meant for what is replaced: they go with it.
fn without_knobs(studio: Studio, changes: &mut Vec<(String, Value)>) -> Option<String> {
    let replaced = |knob: &Value| {
        let path = knob.get("path").and_then(Value::as_str).unwrap_or_default();
        let inside = |(field, _): &(String, Value)| path.starts_with(field.as_str());
        changes.iter().any(inside)
    };
    let Value::Array(mut knobs) = studio.value("/sweep")? else {
        return None;
    };
    let before = knobs.len();
    knobs.retain(|knob| !replaced(knob));
    if knobs.len() == before {
        return None;
    }
    changes.push(("/sweep".to_owned(), Value::from(knobs)));
    Some("The sweep varied what was replaced; add its knobs anew, under Sweep.".to_owned())
}

fn apply(studio: Studio, imported: Imported) -> [Vec<String>; 2] {
    let (mut changes, mut notes) = (imported.changes, imported.notes);
    let is_missing =
        |(field, _): &(String, Value)| studio.value(field).is_none_or(|value| value.is_null());
    changes.extend(imported.assumed.into_iter().filter(is_missing));
    notes.extend(without_knobs(studio, &mut changes));
    studio.set_many(&changes, &imported.message);
    if imported.taken.is_empty() && notes.is_empty() {
        notes.push("Everything was taken as it stands".to_owned());
    }
    [imported.taken, notes]
}
