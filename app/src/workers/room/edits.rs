//! From an edit to a new run: results are stale at once, the check follows after a pause.

use super::Room;
use super::hands::{dispatch, replace_stuck};
use crate::check as checks;
use crate::state::{Phase, now_ms};
use crate::workers::deal::Deal;
use crate::workers::inquiry::Inquiry;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use serde_json::Value;
use sim_core::study::{Plan, beginning};
use std::cell::RefCell;
use std::rc::Rc;

/// Pause after an edit that follows another before it is checked, and the longest wait while edits keep coming; an
/// edit after a rest of that length is checked at once.
const CHECK_PAUSE_MS: u32 = 60;
const CHECK_LATEST_MS: f64 = 250.0;

/// After an edit: results are stale at once, the check follows at once or after a pause.
pub(super) fn edited(room: &Rc<RefCell<Room>>) {
    let mut this = room.borrow_mut();
    let studio = this.studio;
    if matches!(
        studio.run.with_untracked(|run| run.phase.clone()),
        Phase::Failed(_)
    ) {
        return;
    }
    this.crashes = 0;
    let now = now_ms();
    let first = *this.first_unchecked_edit_ms.get_or_insert(now);
    let later = Rc::downgrade(room);
    if this.check_timer.is_some() && now - first > CHECK_LATEST_MS {
        return;
    }
    let rested = now - this.last_edit_ms > CHECK_LATEST_MS;
    this.last_edit_ms = now;
    let pause_ms = if rested { 0 } else { CHECK_PAUSE_MS };
    if let Some(former) = this.check_timer.take() {
        former.cancel();
    }
    this.check_timer = Some(Timeout::new(pause_ms, move || {
        if let Some(room) = later.upgrade() {
            check_now(&room);
        }
    }));
    drop(this);
    if studio.run.with_untracked(|run| {
        matches!(
            run.phase,
            Phase::Done | Phase::Refining | Phase::Idle | Phase::Stopped
        )
    }) {
        studio.stale.set(true);
        studio.run.update(|run| run.phase = Phase::Updating);
    }
}

/// Checks the document; if it holds and its results would differ, starts a new run.
pub(super) fn check_now(room: &Rc<RefCell<Room>>) {
    let replaced = {
        let mut this = room.borrow_mut();
        this.check_timer = None;
        this.first_unchecked_edit_ms = None;
        this.check()
    };
    if replaced {
        replace_stuck(room);
    }
    dispatch(room);
}

impl Room {
    /// Whether former work became stale.
    fn check(&mut self) -> bool {
        let studio = self.studio;
        if matches!(
            studio.run.with_untracked(|run| run.phase.clone()),
            Phase::Failed(_)
        ) {
            return false;
        }
        let document = studio.document.get_untracked();
        match checks::judge(&studio, &document) {
            Err(problems) => {
                studio.problems.set(problems);
                self.drop_preview();
                self.run = None;
                self.run_key = None;
                self.comparing = None;
                self.drop_sweep();
                self.drop_tornado();
                studio.stale.set(true);
                studio.run.update(|run| run.phase = Phase::Invalid);
                true
            }
            Ok((checked, warnings)) => {
                if studio.problems.with_untracked(|old| *old != warnings) {
                    studio.problems.set(warnings);
                }
                let outdated = studio.sweep.with_untracked(|sweep| {
                    sweep
                        .document
                        .as_ref()
                        .is_some_and(|swept| !checks::same_sweep(swept, &document))
                });
                if outdated {
                    self.drop_sweep();
                }
                self.drop_advice(&document);
                let key = checks::run_key(&document);
                if self.run_key.as_ref() == Some(&key) {
                    studio.stale.set(false);
                    self.show_progress();
                    return false;
                }
                self.run_key = Some(key);
                let job = self.next_job();
                self.preview = beginning(&checked).map(|plan| Deal::new(job, plan));
                let job = self.next_job();
                self.run = Some(Deal::new(job, Plan::single(&checked)));
                self.compare();
                self.drop_tornado();
                self.stopped = false;
                studio
                    .stale
                    .set(studio.report.with_untracked(Option::is_some));
                self.show_progress();
                true
            }
        }
    }

    /// Gives up a question about a document that is no more.
    fn drop_advice(&mut self, now: &Value) {
        let advice = self.studio.advice;
        let asked = advice.with_untracked(|advice| advice.document.clone());
        let same = asked.is_some_and(|asked| checks::run_key(&asked) == checks::run_key(now));
        if !same && self.inquiry.as_ref().is_some_and(|one| !one.is_search()) {
            self.inquiry = None;
            advice.update(|advice| advice.running = false);
        }
    }

    pub(super) fn drop_sweep(&mut self) {
        self.sweep = None;
        if self.inquiry.as_ref().is_some_and(Inquiry::is_search) {
            self.inquiry = None;
        }
        if self.studio.sweep.with_untracked(|sweep| sweep.running) {
            self.studio.sweep.update(|sweep| sweep.running = false);
        }
    }
}
