//! What the browser keeps: the work, the baseline and the theme.

use super::model::{Studio, Theme};
use gloo::storage::{LocalStorage, SessionStorage, Storage};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sim_report::currency::Currency;

const WORK: &str = "qec-studio.work";
const ASIDE: &str = "qec-studio.aside";
const TAB: &str = "qec-studio.tab";
/// Most works of other tabs that are kept.
const MOST_ASIDE: usize = 5;
const BASELINE: &str = "qec-studio.baseline";
const THEME: &str = "qec-studio.theme";
const LETTERS: &str = "qec-studio.letters";
const CURRENCY: &str = "qec-studio.currency";

/// Work as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Work {
    /// The document.
    pub document: Value,
    /// The template that it came from.
    pub template: Option<String>,
    /// Whether the visitor changed it since it was opened.
    pub changed: bool,
    /// Which tab keeps it; older versions of the page did not say.
    #[serde(default)]
    pub tab: String,
}

impl Work {
    /// The name of its scenario.
    pub fn name(&self) -> &str {
        let name = self.document.get("name").and_then(Value::as_str);
        name.unwrap_or_default()
    }
}

/// The work kept from the last visit. What cannot be read is left alone until the next save.
pub fn load() -> Option<Work> {
    let work: Work = LocalStorage::get(WORK).ok()?;
    work.document.is_object().then_some(work)
}

/// This tab's own name: it stays over a reload, and no other tab has it.
fn own_tab() -> String {
    SessionStorage::get(TAB).unwrap_or_else(|_| {
        let name = format!("{:.0}-{}", js_sys::Date::now(), js_sys::Math::random());
        // A browser that refuses makes each save one of a new tab: nothing is lost by that.
        SessionStorage::set(TAB, &name).ok();
        name
    })
}

/// Work of other tabs that this one would have overwritten, the latest first.
pub fn set_aside() -> Vec<Work> {
    LocalStorage::get(ASIDE).unwrap_or_default()
}

/// Sets the work that is kept aside, if another tab's changes would be lost; whether it was.
fn spare_others(own: &Work) -> bool {
    let Some(kept) = load() else { return false };
    if !kept.changed || kept.tab == own.tab || kept.tab.is_empty() || kept.document == own.document
    {
        return false;
    }
    let mut aside = set_aside();
    // One place for each tab: its latest work.
    aside.retain(|work| work.tab != kept.tab);
    aside.insert(0, kept);
    aside.truncate(MOST_ASIDE);
    LocalStorage::set(ASIDE, aside).is_ok()
}

/// Keeps the work. What another tab keeps is set aside first; whether that happened.
///
/// # Errors
/// The browser refuses: storage is full or switched off.
pub fn save(studio: &Studio) -> Result<bool, String> {
    use leptos::prelude::{GetUntracked, WithUntracked};
    let changed = studio
        .reference
        .with_untracked(|reference| studio.document.with_untracked(|now| **reference != *now));
    let work = Work {
        document: studio.document.get_untracked(),
        template: studio.template.get_untracked(),
        changed: changed || studio.template.with_untracked(Option::is_none),
        tab: own_tab(),
    };
    let spared = spare_others(&work);
    LocalStorage::set(WORK, work).map_err(|error| error.to_string())?;
    Ok(spared)
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

/// The currency to show money in; US dollars where none was chosen, or what is kept is none.
pub fn load_currency() -> Currency {
    let kept = LocalStorage::get::<(String, f64)>(CURRENCY).ok();
    kept.and_then(|(symbol, per_usd)| Currency::new(&symbol, per_usd).ok())
        .unwrap_or_default()
}

/// Keeps the currency; a browser that refuses just forgets it.
pub fn save_currency(currency: &Currency) {
    LocalStorage::set(CURRENCY, (&currency.symbol, currency.per_usd)).ok();
}
