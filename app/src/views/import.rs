//! Imports: a HorizontalPodAutoscaler or KEDA's ScaledObject, and recorded traffic.

use super::icons::{Icon, icon};
use super::modal::Modal;
use crate::state::{Dialog, Studio, files, pointer, studio};
use leptos::html::{Input, Textarea};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::Value;
use sim_core::import::{HpaOptions, TrafficOptions, hpa, keda, traffic};

/// What an import gives: the field to set, its value, and notes on how it was read.
struct Imported {
    field: &'static str,
    value: Value,
    notes: Vec<String>,
    message: String,
}

/// How a text becomes a part of the document.
type Reader = fn(&str, &str) -> Result<Imported, String>;

fn read_hpa(text: &str, name: &str) -> Result<Imported, String> {
    let options = HpaOptions::default();
    let read = if text.contains("keda.sh/") {
        keda(text, &options).map(|imported| (imported.autoscaler, imported.notes))
    } else {
        hpa(text, &options).map(|imported| (imported.autoscaler, imported.notes))
    };
    let (autoscaler, notes) = read.map_err(|error| error.message)?;
    let value = serde_json::to_value(&autoscaler).map_err(|error| error.to_string())?;
    let message = if name.is_empty() {
        "Imported the autoscaler".to_owned()
    } else {
        format!("Imported the autoscaler of {name}")
    };
    Ok(Imported {
        field: "/autoscaler",
        value: pointer::tidy(value),
        notes,
        message,
    })
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
        field: "/traffic/source",
        value,
        notes: imported.notes,
        message,
    })
}

/// The dialog for autoscalers.
#[component]
pub fn HpaImport() -> impl IntoView {
    let content = || {
        body(
            read_hpa,
            "Paste the manifest of a HorizontalPodAutoscaler, or of KEDA's ScaledObject or ScaledJob, YAML or JSON, as kubectl get hpa NAME -o yaml prints it, or choose a file. It replaces the autoscaler of this scenario.",
            ".yaml,.yml,.json,.txt",
        )
    };
    view! { <Modal which=Dialog::Hpa title="Import an autoscaler" testid="hpa-dialog" wide=true content=content/> }
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
    let notes = RwSignal::new(None::<Vec<String>>);
    let take = move |content: &str, name: &str| match reader(content, name) {
        Ok(imported) => {
            failure.set(None);
            notes.set(Some(apply(studio, imported)));
        }
        Err(message) => failure.set(Some(message)),
    };
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
            <textarea node_ref=text class="paste" rows="10" spellcheck="false" aria-label="Content" data-testid="import-text"></textarea>
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
    let done = move |lines: Vec<String>| {
        view! {
            <p><strong>"Imported."</strong> " This is how it was read:"</p>
            <ul class="notes" data-testid="import-notes">
                {if lines.is_empty() { vec!["Everything was taken as it stands".to_owned()] } else { lines }.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}
            </ul>
            <div class="choices">
                <button type="button" class="primary" on:click=move |_| studio.close_dialog()>"Done"</button>
                <button type="button" class="ghost" on:click=move |_| { studio.undo(); studio.close_dialog(); }>"Undo"</button>
            </div>
        }
        .into_any()
    };
    (move || match notes.get() {
        Some(lines) => done(lines),
        None => form(),
    })
    .into_any()
}

fn apply(studio: Studio, imported: Imported) -> Vec<String> {
    studio.set_many(
        &[(imported.field.to_owned(), imported.value)],
        &imported.message,
    );
    imported.notes
}
