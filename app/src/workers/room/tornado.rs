//! The tornado: its designs, dealt out to the same workers.

use super::hands::dispatch;
use super::{EngineRoom, Room};
use crate::state::TornadoState;
use crate::workers::deal::Deal;
use leptos::prelude::*;
use sim_core::scenario::check_value;
use sim_core::study::{Rounds, Sensitivity};
use std::sync::Arc;

/// A sensitivity study being computed.
pub(super) struct Tornado {
    study: Sensitivity,
    pub(super) deal: Deal,
}

impl EngineRoom {
    /// Computes the tornado of the scenario on the page.
    pub fn start_tornado(&self) {
        self.0.with_value(|room| {
            {
                let mut this = room.borrow_mut();
                let studio = this.studio;
                let document = studio.document.get_untracked();
                let study = check_value(&document).ok();
                let study = study.and_then(|scenario| Sensitivity::new(&scenario));
                let Some(study) = study else { return };
                let job = this.next_job();
                let rounds = Rounds::paired(study.plan());
                let deal = Deal::by(job, study.plan().clone(), rounds);
                this.tornado = Some(Tornado { study, deal });
                this.stopped = false;
                studio.tornado.set(TornadoState {
                    document: Some(Arc::new(document)),
                    running: true,
                    ..TornadoState::default()
                });
                this.show_progress();
            }
            dispatch(room);
        });
    }
}

impl Room {
    pub(super) fn drop_tornado(&mut self) {
        self.tornado = None;
        if self.studio.tornado.with_untracked(|state| state.running) {
            self.studio.tornado.update(|state| state.running = false);
        }
    }

    /// Puts the tornado on the page.
    pub(super) fn show_tornado(&mut self) {
        let stopped = self.stopped;
        let Some(tornado) = self.tornado.as_mut() else {
            return;
        };
        let news = std::mem::take(&mut tornado.deal.news);
        let running = !stopped && !tornado.deal.finished();
        let signal = self.studio.tornado;
        if news || signal.with_untracked(|state| state.running != running) {
            let report = tornado.study.report(tornado.deal.collection());
            signal.update(|state| {
                state.report = report.map(Arc::new);
                state.running = running;
                state.progress = tornado.deal.totals();
            });
        }
    }
}
