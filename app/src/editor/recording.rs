//! A recording: too long to edit by hand, so it is shown small and imported from a file.

use super::field::Frame;
use crate::charts::spark;
use crate::format;
use crate::state::{Dialog, studio};
use crate::views::icons::{Icon, icon};
use leptos::prelude::*;
use serde_json::Value;
use sim_report::form::schema::Node;

/// The recording.
pub fn recording_field(node: &'static Node, pointer: String) -> AnyView {
    let studio = studio();
    let summary = {
        let pointer = pointer.clone();
        Memo::new(move |_| {
            studio.document.with(|document| {
                let list = document.pointer(&pointer).and_then(Value::as_array)?;
                let values: Vec<f64> = list
                    .iter()
                    .map(|value| value.as_f64().unwrap_or(f64::NAN))
                    .collect();
                let gaps = values.iter().filter(|value| !value.is_finite()).count();
                Some((values.len(), gaps, spark::outline(&values)))
            })
        })
    };
    let words = move || {
        summary.with(|summary| match summary {
            Some((count, 0, _)) => format!("{} intervals", format::grouped(*count as f64)),
            Some((count, gaps, _)) => {
                format!("{} intervals, {gaps} gaps", format::grouped(*count as f64))
            }
            None => "Nothing recorded".to_owned(),
        })
    };
    let picture = move || {
        summary.with(|summary| {
            summary
                .as_ref()
                .map(|(.., path)| spark::picture(path.clone()))
        })
    };
    let import = match pointer.rsplit('/').next() {
        Some("counts") => Some((Dialog::Recording, "Import CSV or Prometheus JSON…")),
        Some("available") => Some((Dialog::SpotTrace, "Import recorded availability…")),
        _ => None,
    };
    let import = import.map(|(dialog, words)| {
        view! {
            <button type="button" class="ghost small" data-testid="import-recording" on:click=move |_| studio.dialog.set(dialog.clone())>
                {icon(Icon::Import)}
                {words}
            </button>
        }
    });
    let controls = view! {
        <div class="recording">
            {picture}
            <p class="hint">{words}</p>
            {import}
        </div>
    }
    .into_any();
    let range_text = match node.items {
        (Some(low), Some(high)) => format!("{low} to {} intervals", format::grouped(high as f64)),
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
