//! What the room puts on the page, and how often.

use super::Room;
use crate::state::{Phase, Preview, RunState, now_ms};
use crate::workers::deal::Deal;
use crate::workers::inquiry::Inquiry;
use gloo::timers::callback::Timeout;
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// Least time between two reports.
const REPORT_MS: f64 = 200.0;
/// As much more for each design that is being swept: thousands are judged, drawn and laid out anew each time, and few of them
/// have moved since.
const DESIGN_MS: f64 = 0.2;

impl Room {
    /// Shows the beginning of the first replication until there is more.
    pub(super) fn show_preview(&mut self) {
        let report = self.preview.as_mut().filter(|preview| preview.news);
        let report = report.and_then(|preview| {
            preview.news = false;
            Some(Preview {
                report: Arc::new(preview.report()?),
                days: preview.plan.document.slo.window_days,
            })
        });
        if report.is_some() {
            self.studio.preview.set(report);
        }
    }

    pub(super) fn drop_preview(&mut self) {
        self.preview = None;
        if self.studio.preview.with_untracked(Option::is_some) {
            self.studio.preview.set(None);
        }
    }

    pub(super) fn show_progress(&self) {
        let Some(run) = &self.run else { return };
        let (progress, needed) = (run.progress(), run.needed());
        let phase = if run.finished() {
            Phase::Done
        } else if self.stopped {
            Phase::Stopped
        } else if progress.done == 0 {
            Phase::Updating
        } else {
            Phase::Refining
        };
        self.studio.run.set(RunState {
            phase,
            done: progress.done,
            needed,
            attainment_points: progress.attainment_points,
            cost_percent: progress.cost_percent,
            seconds_left: run.seconds_left(needed.saturating_sub(progress.done), self.workers()),
        });
    }

    pub(super) fn show_report(&mut self) {
        let began = now_ms();
        if let Some(run) = self.run.as_mut().filter(|run| run.news) {
            run.news = false;
            if let Some(report) = run.report() {
                self.studio.report.set(Some(Arc::new(report)));
                self.studio.stale.set(false);
                self.drop_preview();
            }
        }
        self.show_progress();
        self.show_sweep();
        self.show_inquiry();
        self.show_comparison();
        self.show_tornado();
        // A report that takes long is made less often.
        self.last_report_ms = now_ms() + 4.0 * (now_ms() - began);
    }

    pub(super) fn show_sweep(&mut self) {
        let quick = self.sweep.as_ref().is_some_and(Deal::is_quick);
        let (stopped, workers) = (self.stopped, self.workers_asked(quick));
        let Some(sweep) = self.sweep.as_mut() else {
            return;
        };
        let news = std::mem::take(&mut sweep.news);
        let progress = sweep.totals();
        let running = !stopped && !sweep.finished();
        let former = self
            .studio
            .sweep
            .with_untracked(|state| state.report.clone());
        let report = news.then(|| Arc::new(sweep.sweep_report(former.as_deref())));
        let seconds_left = sweep.seconds_left(progress.1.saturating_sub(progress.0), workers);
        let signal = self.studio.sweep;
        let unchanged = signal.with_untracked(|state| {
            report.is_none() && state.progress == progress && state.running == running
        });
        if !unchanged {
            signal.update(|state| {
                (state.progress, state.running, state.seconds_left) =
                    (progress, running, seconds_left);
                state.report = report.or(state.report.take());
            });
        }
    }
}

impl Room {
    /// Puts the study that decides as it goes on the page.
    pub(super) fn show_inquiry(&mut self) {
        let quick = self.inquiry.as_ref().is_some_and(Inquiry::is_quick);
        let (stopped, workers) = (self.stopped, self.workers_asked(quick));
        let Some(inquiry) = self.inquiry.as_mut() else {
            return;
        };
        let progress = inquiry.totals();
        let running = !stopped && !inquiry.finished();
        let seconds_left = inquiry.seconds_left(workers);
        let news = std::mem::take(&mut inquiry.news);
        if !inquiry.is_search() {
            self.studio.advice.update(|advice| {
                (advice.progress, advice.running) = (progress, running);
                if news {
                    inquiry.advise(advice);
                }
            });
            return;
        }
        let report = news.then(|| inquiry.search_report()).flatten();
        let report = report.filter(|report| !report.points.is_empty());
        self.studio.sweep.update(|state| {
            (state.progress, state.running, state.seconds_left) = (progress, running, seconds_left);
            state.report = report.map(Arc::new).or(state.report.take());
        });
    }
}

/// Reports now if the last report was long enough ago (or it is the first or the last), else a little later.
pub(super) fn report_soon(room: &Rc<RefCell<Room>>) {
    let mut this = room.borrow_mut();
    this.show_preview();
    if this
        .run
        .as_ref()
        .is_some_and(|run| run.progress().done == 0)
        && this.sweep.as_ref().is_none_or(|sweep| !sweep.news)
        && this.inquiry.is_none()
        && this
            .tornado
            .as_ref()
            .is_none_or(|tornado| !tornado.deal.news)
        && this
            .comparing
            .as_ref()
            .is_none_or(|comparing| !comparing.news)
    {
        return;
    }
    let stale =
        this.studio.stale.get_untracked() || this.studio.report.with_untracked(Option::is_none);
    let over = [&this.run, &this.sweep]
        .into_iter()
        .flatten()
        .all(Deal::finished)
        && this.inquiry.as_ref().is_none_or(Inquiry::finished);
    let sweep = this.sweep.as_ref().filter(|sweep| !sweep.finished());
    let designs = sweep.map_or(0, |sweep| sweep.collection().designs());
    let pause = REPORT_MS + DESIGN_MS * f64::from(designs);
    let wait = this.last_report_ms + pause - now_ms();
    if stale || over || wait <= 0.0 {
        this.report_timer = None;
        this.show_report();
    } else if this.report_timer.is_none() {
        let later = Rc::downgrade(room);
        this.report_timer = Some(Timeout::new(wait.ceil() as u32, move || {
            if let Some(room) = later.upgrade() {
                let mut this = room.borrow_mut();
                this.report_timer = None;
                this.show_report();
            }
        }));
    }
}
