//! What a visitor can do to the document. Every change goes through here, so that it can be undone.

use super::companions;
use super::history::Snapshot;
use super::model::{Dialog, Studio, Theme, Toast};
use super::persist;
use super::pointer;
use super::route;
use super::uncertain;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use serde_json::Value;
use sim_report::currency::Currency;
use std::rc::Rc;
use std::sync::Arc;

/// How long a note stays, milliseconds.
const TOAST_MS: u32 = 9000;

impl Studio {
    /// Sets the value of a field. Edits of one field in quick succession are one step.
    pub fn set(&self, field: &str, value: Value) {
        if self
            .document
            .with_untracked(|document| document.pointer(field) == Some(&value))
        {
            self.forget_unreadable(field);
            return;
        }
        self.remember_edit(field);
        self.document
            .update(|document| pointer::set(document, field, value));
        self.forget_unreadable(field);
        self.edited();
    }

    /// Makes a number uncertain: 90 % of its values lie between the two.
    pub fn set_range(&self, field: &str, low: f64, high: f64) {
        self.remember_edit(field);
        let belief = Some(uncertain::range(low, high));
        self.document
            .update(|document| uncertain::set(document, field, belief));
        self.forget_unreadable(field);
        self.edited();
    }

    /// Sets the value of a field that was uncertain: it is known now.
    pub fn set_known(&self, field: &str, value: Value) {
        self.remember_edit(field);
        self.document.update(|document| {
            uncertain::set(document, field, None);
            pointer::set(document, field, value);
        });
        self.forget_unreadable(field);
        self.edited();
    }

    /// Removes a field or an item of a list.
    pub fn remove(&self, field: &str) {
        self.step(|document| pointer::remove(document, field), field);
    }

    /// Sets a field as a step of its own: switching a variant, adding an item.
    pub fn set_step(&self, field: &str, value: Value) {
        self.step(|document| pointer::set(document, field, value), field);
    }

    /// A step of its own, with what else must change for it.
    fn step(&self, change: impl FnOnce(&mut Value), field: &str) {
        self.remember_step();
        let said = self.change(change);
        self.unreadable
            .update(|texts| texts.retain(|pointer, _| !pointer.starts_with(field)));
        self.edited();
        if !said.is_empty() {
            self.toast(&said, true, false);
        }
    }

    /// Changes the document, with what else must change for it; says what.
    fn change(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut said = Vec::new();
        self.document.update(|document| {
            let before = document.clone();
            change(document);
            said = companions::settle(&before, document);
        });
        said.join("; ")
    }

    /// Sets several fields as one step, with a note that can take it back.
    pub fn set_many(&self, changes: &[(String, Value)], message: &str) {
        self.remember_step();
        let said = self.change(|document| {
            for (field, value) in changes {
                pointer::put(document, field, value.clone());
            }
        });
        self.unreadable.update(|texts| {
            texts.retain(|pointer, _| !changes.iter().any(|(field, _)| field == pointer))
        });
        self.edited();
        let message = match said.is_empty() {
            true => message.to_owned(),
            false => format!("{message}; {said}"),
        };
        self.toast(&message, true, false);
    }

    /// Puts a field back to what it was when the document was opened.
    pub fn reset(&self, field: &str) {
        let reference = self.reference.get_untracked();
        match reference.pointer(field).cloned() {
            Some(value) => self.step(
                |document| {
                    pointer::set(document, field, value);
                    uncertain::restore(document, &reference, field);
                },
                field,
            ),
            None => self.remove(field),
        }
    }

    /// Opens another document in place of this one.
    pub fn open(&self, document: Value, template: Option<String>, message: Option<&str>) {
        self.remember_step();
        self.replace(Arc::new(document.clone()), document, template);
        route::show_studio(self);
        self.sweep.set(Default::default());
        self.advice.set(Default::default());
        if let Some(message) = message {
            self.toast(message, true, false);
        }
    }

    /// Keeps a text that is not a number, so that the field can explain itself.
    pub fn keep_unreadable(&self, field: &str, text: &str) {
        self.unreadable.update(|texts| {
            texts.insert(field.to_owned(), text.to_owned());
        });
        self.edited();
    }

    fn forget_unreadable(&self, field: &str) {
        if self
            .unreadable
            .with_untracked(|texts| texts.contains_key(field))
        {
            self.unreadable.update(|texts| {
                texts.remove(field);
            });
            self.edited();
        }
    }

    /// Takes the last step back.
    pub fn undo(&self) {
        let now = self.snapshot();
        if let Some(Some(before)) = self.history.try_update_value(|history| history.undo(now)) {
            self.restore(before);
        }
    }

    /// Takes the last undo back.
    pub fn redo(&self) {
        let now = self.snapshot();
        if let Some(Some(after)) = self.history.try_update_value(|history| history.redo(now)) {
            self.restore(after);
        }
    }

    fn restore(&self, state: Snapshot) {
        let document = Rc::unwrap_or_clone(state.document);
        let reference =
            super::reference_of(state.template.as_deref()).unwrap_or_else(|| document.clone());
        self.replace(Arc::new(reference), document, state.template);
        self.toasts.set(Vec::new());
    }

    fn replace(&self, reference: Arc<Value>, document: Value, template: Option<String>) {
        self.unreadable.set(Default::default());
        self.reference.set(reference);
        self.template.set(template);
        self.document.set(document);
        self.edited();
    }

    fn remember_edit(&self, field: &str) {
        let now = super::now_ms();
        if self
            .history
            .try_update_value(|history| history.continues(field, now))
            == Some(false)
        {
            self.remember(self.snapshot());
        }
    }

    fn remember_step(&self) {
        self.history.update_value(|history| history.seal());
        self.remember(self.snapshot());
    }

    fn remember(&self, before: Snapshot) {
        self.history
            .update_value(|history| history.remember(before));
    }

    fn edited(&self) {
        let can = self
            .history
            .with_value(|history| (history.can_undo(), history.can_redo()));
        if self.can_undo.get_untracked() != can {
            self.can_undo.set(can);
        }
        self.edits.update(|count| *count += 1);
    }

    /// Shows a note for a while.
    pub fn toast(&self, message: &str, undo: bool, error: bool) {
        let id = self
            .toasts
            .with_untracked(|toasts| toasts.iter().map(|toast| toast.id).max().unwrap_or(0) + 1);
        let id = id.max(super::now_ms() as u32);
        let toast = Toast {
            id,
            message: message.to_owned(),
            undo,
            error,
        };
        self.toasts.update(|toasts| {
            // Only the newest step can be taken back by its note.
            toasts.retain(|old| !(undo && old.undo));
            toasts.push(toast);
        });
        let toasts = self.toasts;
        Timeout::new(TOAST_MS, move || {
            toasts.try_update(|toasts| toasts.retain(|toast| toast.id != id));
        })
        .forget();
    }

    /// Shows money in another currency, from now on and at the next visit.
    pub fn show_in(&self, currency: Currency) {
        persist::save_currency(&currency);
        sim_report::currency::show_in(currency.clone());
        self.currency.set(currency);
    }

    /// Automatic, light and dark colours, in turn.
    pub fn turn_theme(&self) {
        self.theme.update(|theme| {
            *theme = match theme {
                Theme::Auto => Theme::Light,
                Theme::Light => Theme::Dark,
                Theme::Dark => Theme::Auto,
            }
        });
        persist::save_theme(self.theme.get_untracked());
    }

    /// Closes whatever lies over the page.
    pub fn close_dialog(&self) {
        self.dialog.set(Dialog::None);
    }
}
