//! Scenario files: opening and saving.

use super::model::Studio;
use super::pointer;
use crate::check::field_problem;
use leptos::prelude::*;
use leptos::task::spawn_local;
use sim_core::scenario::check_json;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, File, HtmlAnchorElement, Url};

/// Largest file that is read into the page, bytes.
const MAX_FILE_BYTES: f64 = 20.0 * 1024.0 * 1024.0;
/// Problems of a bad file that are told.
const TOLD: usize = 5;

/// Reads a file as text.
///
/// # Errors
/// It is too large or cannot be read.
pub async fn read_text(file: &File) -> Result<String, String> {
    if file.size() > MAX_FILE_BYTES {
        return Err(format!("{} is larger than 20 MB", file.name()));
    }
    let text = JsFuture::from(file.text())
        .await
        .map_err(|_| format!("{} cannot be read", file.name()))?;
    text.as_string()
        .ok_or_else(|| format!("{} is not text", file.name()))
}

/// Opens a scenario file; a bad one is explained and changes nothing.
pub fn open_document(studio: Studio, file: File) {
    spawn_local(async move {
        match read_text(&file).await.and_then(|text| document_of(&text)) {
            Ok(document) => studio.open(document, None, Some(&format!("Opened {}", file.name()))),
            Err(message) => {
                studio.banner.set(Some(format!(
                    "{} was not opened: {message}. Your own work is untouched.",
                    file.name()
                )));
            }
        }
    });
}

fn document_of(text: &str) -> Result<serde_json::Value, String> {
    match check_json(text) {
        Ok(scenario) => serde_json::to_value(scenario.document())
            .map(pointer::tidy)
            .map_err(|error| error.to_string()),
        Err(problems) => {
            let lines = problems
                .0
                .iter()
                .map(field_problem)
                .filter(|problem| problem.blocking);
            let told: Vec<String> = lines
                .clone()
                .take(TOLD)
                .map(|p| format!("{} {}", p.pointer, p.message).trim().to_owned())
                .collect();
            let more = lines.count().saturating_sub(TOLD);
            let rest = if more > 0 {
                format!("; and {more} more")
            } else {
                String::new()
            };
            Err(format!("{}{rest}", told.join("; ")))
        }
    }
}

/// Saves the scenario as a file, whether it has problems or not.
pub fn save_document(studio: Studio) {
    let text = studio
        .document
        .with_untracked(|document| serde_json::to_string_pretty(document).unwrap_or_default());
    save(studio, &text, "json", "application/json");
}

/// Hands a text to the visitor as a file named after the scenario.
pub fn save(studio: Studio, text: &str, extension: &str, kind: &str) {
    save_part(studio, "", text, extension, kind);
}

/// Hands a text to the visitor as a file named after the scenario and a part of it.
pub fn save_part(studio: Studio, part: &str, text: &str, extension: &str, kind: &str) {
    match blob_of(text, kind) {
        Ok(blob) => save_blob(studio, part, &blob, extension),
        Err(_) => refused(studio),
    }
}

/// Hands bytes to the visitor as a file named after the scenario and a part of it.
pub fn save_blob(studio: Studio, part: &str, blob: &Blob, extension: &str) {
    let mut name = file_stem(&studio.name());
    if !part.is_empty() {
        name = format!("{name}-{}", part.trim_start_matches("chart-"));
    }
    if offer(&format!("{name}.{extension}"), blob).is_none() {
        refused(studio);
    }
}

fn refused(studio: Studio) {
    studio.toast("The browser did not take the file", false, true);
}

/// The name of a file, without its extension: letters, digits and dashes.
fn file_stem(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let words: Vec<&str> = plain.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        "scenario".to_owned()
    } else {
        words.join("-").chars().take(60).collect()
    }
}

fn blob_of(text: &str, mime: &str) -> Result<Blob, JsValue> {
    let kind = BlobPropertyBag::new();
    kind.set_type(mime);
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    Blob::new_with_str_sequence_and_options(&parts, &kind)
}

/// An address in this page under which a text can be loaded, until it is revoked.
///
/// # Errors
/// The browser refuses.
pub fn url_of(text: &str, mime: &str) -> Result<String, JsValue> {
    Url::create_object_url_with_blob(&blob_of(text, mime)?)
}

/// Hands bytes to the browser as a download.
fn offer(name: &str, blob: &Blob) -> Option<()> {
    let url = Url::create_object_url_with_blob(blob).ok()?;
    let anchor: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    Url::revoke_object_url(&url).ok()
}

#[cfg(test)]
mod tests {
    use super::file_stem;

    #[test]
    fn file_names_are_plain() {
        assert_eq!(
            file_stem("Checkout API · on Kubernetes"),
            "checkout-api-on-kubernetes"
        );
        assert_eq!(file_stem("../../etc"), "etc");
        assert_eq!(file_stem("日本"), "scenario");
    }
}
