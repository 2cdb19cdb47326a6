//! The pinned design, and the comparison with it.

use super::hands::dispatch;
use super::{EngineRoom, Room, Work};
use crate::check::run_key;
use crate::state::{CompareState, persist};
use crate::workers::comparing::Comparing;
use crate::workers::deal::Deal;
use crate::workers::protocol::Request;
use leptos::prelude::*;
use serde_json::Value;
use sim_core::scenario::check_value;
use sim_core::study::{Collection, ShardResult};
use std::sync::Arc;

impl EngineRoom {
    /// Pins the design on the page, if it is sound.
    pub fn pin_present(&self) {
        let studio = self.0.with_value(|room| room.borrow().studio);
        let document = studio.document.get_untracked();
        if let Ok(scenario) = check_value(&document)
            && let Ok(document) = serde_json::to_value(scenario.document())
        {
            self.pin(Some(document));
            let said = "Pinned: what you change now is compared with it";
            studio.toast(said, false, false);
        }
    }

    /// Pins the design on the page as the baseline that later ones are compared with; `None` lets go of it.
    pub fn pin(&self, baseline: Option<Value>) {
        self.0.with_value(|room| {
            {
                let mut this = room.borrow_mut();
                let studio = this.studio;
                studio.pinned.set(baseline.map(Arc::new));
                if studio
                    .pinned
                    .with_untracked(|pinned| persist::save_baseline(pinned.as_deref()))
                    .is_err()
                {
                    studio.toast(
                        "This browser does not keep the baseline; it is gone with the page",
                        false,
                        true,
                    );
                }
                this.comparing = None;
                this.baseline = this.known_of_run();
                this.compare();
                this.show_comparison();
            }
            dispatch(room);
        });
    }
}

impl Room {
    /// What the present run has found, by the id of its plan.
    fn known_of_run(&self) -> Option<(String, Collection)> {
        let run = self.run.as_ref()?;
        Some((run.plan.id(), run.collection().clone()))
    }

    /// Compares the design on the page with the pinned one, if there is one and it differs.
    pub(super) fn compare(&mut self) {
        let former = self.comparing.take().and_then(Comparing::baseline);
        self.baseline = former.or(self.baseline.take());
        let studio = self.studio;
        let pinned = studio.pinned.get_untracked();
        let now = studio.document.get_untracked();
        let pair = pinned
            .filter(|pinned| run_key(pinned) != run_key(&now))
            .and_then(|pinned| Some([check_value(&pinned).ok()?, check_value(&now).ok()?]));
        let Some(pair) = pair else {
            studio.comparison.set(CompareState::default());
            return;
        };
        let documents = pair.map(|scenario| scenario.document().clone());
        let first_job = self.next_job();
        self.jobs += Comparing::JOBS - 1;
        let of_run = self.known_of_run();
        let known = |id: &str| {
            let known = [self.baseline.as_ref(), of_run.as_ref()];
            let mut known = known.into_iter().flatten();
            known
                .find(|known| known.0 == id)
                .map(|known| known.1.clone())
        };
        self.comparing = Some(Comparing::new(first_job, &documents, known));
    }

    pub(super) fn is_comparing(&self, job: u32) -> bool {
        self.comparing
            .as_ref()
            .is_some_and(|comparing| comparing.is_job(job))
    }

    /// The next shard of the comparison: the run comes first, for its results are half of it.
    pub(super) fn next_comparing(&mut self) -> Option<Work> {
        let run_over = self.run.as_ref().is_none_or(Deal::finished);
        let comparing = self.comparing.as_mut().filter(|_| !self.stopped)?;
        let waits = !run_over
            && self
                .run
                .as_ref()
                .is_some_and(|run| comparing.is_candidate(&run.plan));
        if waits {
            return None;
        }
        comparing.go_on();
        let (job, shard, plan) = comparing.next()?;
        Some(Work {
            job,
            request: Request::Shard { job, shard },
            plan: Some(plan),
        })
    }

    /// Takes in a result of the comparison's own jobs.
    pub(super) fn take_compared(&mut self, job: u32, result: ShardResult, took_ms: f64) {
        if let Some(comparing) = self.comparing.as_mut() {
            comparing.take(job, result, took_ms);
        }
    }

    /// Puts the comparison on the page.
    pub(super) fn show_comparison(&mut self) {
        let Some(comparing) = self.comparing.as_mut().filter(|comparing| comparing.news) else {
            return;
        };
        comparing.news = false;
        let round = comparing.round();
        let report = comparing.report(round.done).map(Arc::new);
        self.studio.comparison.set(CompareState {
            report,
            finished: round.finished,
            done: round.done,
            needed: round.round_end,
        });
    }
}
