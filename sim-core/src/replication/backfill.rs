//! Batch work on what the service's nodes have left, tick by tick: what comes waits until there is room for it.

use crate::fleet::Fleet;
use crate::scenario::document::BackfillDocument;
use crate::study::BackfillResult;

/// The work of one replication.
#[derive(Clone, Debug)]
pub(super) struct BackfillQueue {
    /// Core-hours that come in an hour.
    offered_per_hour: f64,
    most_cores: f64,
    tick_hours: f64,
    /// Core-hours that wait.
    waiting: f64,
    preemptions_at_start: u32,
    sums: BackfillResult,
}

impl BackfillQueue {
    pub(super) fn new(document: &BackfillDocument, tick_s: f64) -> Self {
        Self {
            offered_per_hour: document.core_hours_per_day / 24.0,
            most_cores: document.most_cores,
            tick_hours: tick_s / 3600.0,
            waiting: 0.0,
            preemptions_at_start: 0,
            sums: BackfillResult::default(),
        }
    }

    /// The work of a tick, on the nodes as they are.
    pub(super) fn tick(&mut self, fleet: &mut Fleet, now_s: f64) {
        let offered = self.offered_per_hour * self.tick_hours;
        self.waiting += offered;
        let wanted_cores = self.most_cores.min(self.waiting / self.tick_hours);
        let tick = fleet.backfill(wanted_cores, now_s);
        let done = (tick.used_cores * self.tick_hours).min(self.waiting);
        self.waiting -= done;
        self.sums.offered += offered;
        self.sums.done += done;
        self.sums.idle += tick.idle_cores * self.tick_hours;
        self.sums.hours += self.tick_hours;
    }

    /// The warm-up is over.
    pub(super) fn start_window(&mut self, fleet: &Fleet) {
        self.preemptions_at_start = fleet.preemptions();
        self.sums = BackfillResult {
            left_at_start: self.waiting,
            ..BackfillResult::default()
        };
    }

    /// What the window came to.
    pub(super) fn result(&self, fleet: &Fleet) -> BackfillResult {
        BackfillResult {
            left: self.waiting,
            preemptions: f64::from(fleet.preemptions() - self.preemptions_at_start),
            ..self.sums
        }
    }
}
