//! What the browser keeps: the work, the baseline and the theme.

use super::model::{Studio, Theme};
use gloo::storage::{LocalStorage, Storage};
use serde::{Deserialize, Serialize};
use serde_json::Value;

const WORK: &str = "qec-studio.work";
const BASELINE: &str = "qec-studio.baseline";
const THEME: &str = "qec-studio.theme";
const LETTERS: &str = "qec-studio.letters";

/// Work as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// The document.
    pub document: Value,
    /// The template that it came from.
    pub template: Option<String>,
    /// Whether the visitor changed it since it was opened.
    pub changed: bool,
}

/// The work kept from the last visit. What cannot be read is left alone until the next save.
pub fn load() -> Option<Work> {
    let work: Work = LocalStorage::get(WORK).ok()?;
    work.document.is_object().then_some(work)
}

/// Keeps the work.
///
/// # Errors
/// The browser refuses: storage is full or switched off.
pub fn save(studio: &Studio) -> Result<(), String> {
    use leptos::prelude::{GetUntracked, WithUntracked};
    let changed = studio
        .reference
        .with_untracked(|reference| studio.document.with_untracked(|now| **reference != *now));
    let work = Work {
        document: studio.document.get_untracked(),
        template: studio.template.get_untracked(),
        changed: changed || studio.template.with_untracked(Option::is_none),
    };
    LocalStorage::set(WORK, work).map_err(|error| error.to_string())
}

/// The baseline pinned before.
pub fn load_baseline() -> Option<Value> {
    let baseline: Value = LocalStorage::get(BASELINE).ok()?;
    baseline.is_object().then_some(baseline)
}

/// Keeps the baseline, or forgets it.
///
/// # Errors
/// The browser refuses: storage is full or switched off.
pub fn save_baseline(baseline: Option<&Value>) -> Result<(), String> {
    match baseline {
        Some(baseline) => LocalStorage::set(BASELINE, baseline).map_err(|error| error.to_string()),
        None => {
            LocalStorage::delete(BASELINE);
            Ok(())
        }
    }
}

/// Whether single letters are shortcuts: unless they were switched off.
pub fn load_letters() -> bool {
    LocalStorage::get::<bool>(LETTERS).unwrap_or(true)
}

/// Keeps whether single letters are shortcuts; a browser that refuses just forgets it.
pub fn save_letters(on: bool) {
    LocalStorage::set(LETTERS, on).ok();
}

/// The theme chosen before.
pub fn load_theme() -> Theme {
    match LocalStorage::get::<String>(THEME).as_deref() {
        Ok("light") => Theme::Light,
        Ok("dark") => Theme::Dark,
        _ => Theme::Auto,
    }
}

/// Keeps the theme; a browser that refuses just forgets it.
pub fn save_theme(theme: Theme) {
    let word = match theme {
        Theme::Auto => "auto",
        Theme::Light => "light",
        Theme::Dark => "dark",
    };
    LocalStorage::set(THEME, word).ok();
}
