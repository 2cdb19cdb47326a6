//! Files dropped onto the page: scenarios are opened, manifests, recordings and lifecycles go to their imports.

use super::files;
use super::model::{Dialog, Studio};
use gloo::events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, File};

/// A file's text that waits for its import.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Dropped {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Scenario,
    Manifest,
    Recording,
    Lifecycle,
    SpotTrace,
}

fn sort_of(name: &str, text: &str) -> Sort {
    let value: Option<serde_json::Value> = serde_json::from_str(text).ok();
    let has = |field: &str| {
        value
            .as_ref()
            .is_some_and(|value| value.get(field).is_some())
    };
    // Prometheus answers with an object named data.
    let is_spot_trace = value.as_ref().is_some_and(|value| {
        value.pointer("/metadata/gap_seconds").is_some()
            || value.get("data").is_some_and(serde_json::Value::is_array)
    });
    let table = [".csv", ".tsv"]
        .iter()
        .any(|end| name.to_ascii_lowercase().ends_with(end));
    if has("traffic") || has("slo") {
        Sort::Scenario
    } else if !table && (has("apiVersion") || text.contains("apiVersion:")) {
        Sort::Manifest
    } else if has("Rules") || has("LifecycleConfiguration") {
        Sort::Lifecycle
    } else if is_spot_trace {
        Sort::SpotTrace
    } else if table || value.is_some() {
        Sort::Recording
    } else {
        Sort::Manifest
    }
}

/// Takes dropped files for as long as the page lives.
pub fn listen(studio: Studio) {
    let options = EventListenerOptions::enable_prevent_default();
    let over = EventListener::new_with_options(&document(), "dragover", options, |event| {
        if files_of(event).is_some() {
            event.prevent_default();
        }
    });
    let drop = EventListener::new_with_options(&document(), "drop", options, move |event| {
        let Some(files) = files_of(event) else {
            return;
        };
        event.prevent_default();
        if let Some(file) = files.get(0) {
            take(studio, file);
        }
    });
    over.forget();
    drop.forget();
}

/// The files of a drag; `None` when it carries something else, such as a text for a box.
fn files_of(event: &web_sys::Event) -> Option<web_sys::FileList> {
    let data = event.dyn_ref::<DragEvent>()?.data_transfer()?;
    let kinds = data.types();
    let carries =
        (0..kinds.length()).any(|at| kinds.get(at).as_string().as_deref() == Some("Files"));
    carries.then(|| data.files()).flatten()
}

/// Opens a file, or the import that it belongs to.
fn take(studio: Studio, file: File) {
    spawn_local(async move {
        let text = match files::read_text(&file).await {
            Ok(text) => text,
            Err(message) => return studio.toast(&message, false, true),
        };
        let name = file.name();
        let dialog = match sort_of(&name, &text) {
            Sort::Scenario => return files::open_text(studio, &name, &text),
            Sort::Manifest => Dialog::Hpa,
            Sort::Recording => Dialog::Recording,
            Sort::Lifecycle => Dialog::Lifecycle,
            Sort::SpotTrace => Dialog::SpotTrace,
        };
        studio.dropped.set(Some(Dropped { name, text }));
        studio.dialog.set(dialog);
    });
}

#[cfg(test)]
mod tests {
    use super::{Sort, sort_of};

    #[test]
    fn files_are_told_apart_by_what_they_hold() {
        assert_eq!(
            sort_of("a.json", "{\"version\": 1, \"traffic\": {}}"),
            Sort::Scenario
        );
        assert_eq!(
            sort_of("a.json", "{\"apiVersion\": \"autoscaling/v2\"}"),
            Sort::Manifest
        );
        assert_eq!(
            sort_of("hpa.yaml", "apiVersion: autoscaling/v2\n"),
            Sort::Manifest
        );
        assert_eq!(sort_of("load.csv", "time,apiVersion: x\n"), Sort::Recording);
        assert_eq!(
            sort_of("range.json", "{\"status\": \"success\"}"),
            Sort::Recording
        );
        assert_eq!(sort_of("rules.json", "{\"Rules\": []}"), Sort::Lifecycle);
        assert_eq!(
            sort_of(
                "zone.json",
                "{\"metadata\": {\"gap_seconds\": 600}, \"data\": [1]}"
            ),
            Sort::SpotTrace
        );
        assert_eq!(
            sort_of("range.json", "{\"data\": {\"resultType\": \"matrix\"}}"),
            Sort::Recording
        );
        assert_eq!(sort_of("notes.txt", "hello"), Sort::Manifest);
    }
}
