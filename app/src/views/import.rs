//! Imports: Kubernetes manifests of autoscalers and node pools, recorded traffic, lifecycles of buckets, recorded spot
//! availability.

mod read;

use super::icons::{Icon, icon};
use super::modal::Modal;
use crate::parts::{self, NotLoaded, wasm_split};
use crate::state::{Dialog, Studio, files, studio};
use leptos::html::{Input, Select, Textarea};
use leptos::prelude::*;
use leptos::task::spawn_local;
use read::{Imported, Place, Reader, Source};
use serde_json::Value;

/// The dialog for manifests.
#[component]
pub fn HpaImport() -> impl IntoView {
    view! { <Modal which=Dialog::Hpa title="Import a Kubernetes manifest" testid="hpa-dialog" wide=true content=|| later(Kind::Manifest)/> }
}

/// The dialog for recordings.
#[component]
pub fn RecordingImport() -> impl IntoView {
    view! { <Modal which=Dialog::Recording title="Import recorded traffic" testid="recording-dialog" wide=true content=|| later(Kind::Traffic)/> }
}

/// The dialog for lifecycles of buckets.
#[component]
pub fn LifecycleImport() -> impl IntoView {
    view! { <Modal which=Dialog::Lifecycle title="Import an S3 lifecycle" testid="lifecycle-dialog" wide=true content=|| later(Kind::Lifecycle)/> }
}

/// The dialog for recorded spot availability.
#[component]
pub fn SpotTraceImport() -> impl IntoView {
    view! { <Modal which=Dialog::SpotTrace title="Import recorded spot availability" testid="spot-trace-dialog" wide=true content=|| later(Kind::SpotTrace)/> }
}

/// What is imported.
#[derive(Clone, Copy)]
enum Kind {
    Manifest,
    Traffic,
    Lifecycle,
    SpotTrace,
}

/// What is in a dialog; the readers of other people's files are loaded when the first is opened.
fn later(kind: Kind) -> AnyView {
    parts::view_of(|| Box::pin(load()), move || parts::now(content(kind)))
}

#[allow(unsafe_code, reason = "the cut at a part is a foreign function")]
#[wasm_split(imports, fallible, preload(load))]
fn content(kind: Kind) -> Result<AnyView, NotLoaded> {
    let made = match kind {
        Kind::Manifest => body(
            read::manifests,
            no_places,
            "Paste what kubectl get hpa NAME -o yaml prints, or choose a file: a HorizontalPodAutoscaler, KEDA's ScaledObject or ScaledJob, or Karpenter's NodePool, in YAML or JSON. It replaces the autoscaler (or the node autoscaler) of this scenario; all else stays.",
            ".yaml,.yml,.json,.txt",
        ),
        Kind::Traffic => body(
            read::traffic,
            no_places,
            "Paste or choose a CSV file with a column of times and one of counts or rates, or the JSON answer of Prometheus to query_range. It replaces the traffic of this scenario.",
            ".csv,.json,.txt,.tsv",
        ),
        Kind::Lifecycle => body(
            read::lifecycle,
            read::datasets,
            "Paste what aws s3api get-bucket-lifecycle-configuration prints, or choose a file. It replaces the lifecycle of a dataset and adds the tiers that it needs; all else stays.",
            ".json,.txt",
        ),
        Kind::SpotTrace => body(
            read::spot_trace,
            read::spot_places,
            "Paste or choose a recording of spot capacity: JSON with metadata.gap_seconds, data (1 or more where there were machines, 0 where there were none) and, if there are, prices. It says when a spot pool of the fleet, or of a batch job, has machines.",
            ".json,.txt",
        ),
    };
    Ok(made)
}

fn no_places(_: &Value) -> Vec<Place> {
    Vec::new()
}

fn body(
    reader: Reader,
    places: fn(&Value) -> Vec<Place>,
    words: &'static str,
    accept: &'static str,
) -> AnyView {
    let studio = studio();
    let places = studio.document.with_untracked(places);
    let names: Vec<String> = places.iter().map(|place| place.name.clone()).collect();
    let several = names.len() > 1;
    let (places, names) = (StoredValue::new(places), StoredValue::new(names));
    let chosen = NodeRef::<Select>::new();
    let text = NodeRef::<Textarea>::new();
    let file = NodeRef::<Input>::new();
    let failure = RwSignal::new(None::<String>);
    let read = RwSignal::new(None::<[Vec<String>; 2]>);
    let take = move |content: &str, name: &str| {
        let place = chosen
            .get_untracked()
            .map_or(0, |list| list.selected_index());
        let imported = places.with_value(|places| {
            studio.document.with_untracked(|document| {
                reader(&Source {
                    text: content,
                    name,
                    document,
                    place: usize::try_from(place).ok().and_then(|at| places.get(at)),
                })
            })
        });
        match imported {
            Ok(imported) => {
                failure.set(None);
                read.set(Some(apply(studio, imported)));
            }
            Err(message) => failure.set(Some(message)),
        }
    };
    // A dropped file is read at once where it can belong to one place only, and stays in sight when it cannot be.
    let waiting = studio.dropped.try_update(Option::take).flatten();
    let waiting = waiting.unwrap_or_default();
    if !waiting.text.is_empty() && !several {
        // What the import reads must not make this dialog anew.
        untrack(|| take(&waiting.text, &waiting.name));
    }
    let dropped = StoredValue::new((waiting.name, waiting.text));
    let from_text = move |_| {
        if let Some(area) = text.get_untracked() {
            let content = area.value();
            let name = dropped.with_value(|(name, text)| (*text == content).then(|| name.clone()));
            take(&content, &name.unwrap_or_default());
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
            <textarea node_ref=text class="paste" rows="10" spellcheck="false" aria-label="Content" data-testid="import-text" prop:value=dropped.get_value().1></textarea>
            {move || failure.get().map(|message| view! { <p class="problem error" role="alert" data-testid="import-problem">{message}</p> })}
            {several.then(|| place_list(names.get_value(), chosen))}
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

/// Where the part goes.
fn place_list(names: Vec<String>, chosen: NodeRef<Select>) -> AnyView {
    let options = names
        .into_iter()
        .map(|name| view! { <option>{name}</option> });
    view! {
        <label class="place">
            <span>"Into"</span>
            <select node_ref=chosen data-testid="import-place">{options.collect_view()}</select>
        </label>
    }
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
    notes.extend(without_knobs(studio, &mut changes));
    studio.set_many(&changes, &imported.message);
    if imported.taken.is_empty() && notes.is_empty() {
        notes.push("Everything was taken as it stands".to_owned());
    }
    [imported.taken, notes]
}
