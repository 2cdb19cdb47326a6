//! Batch work on what the service's nodes have left: what a replication yields of it, and the report's part.

use super::result::ReplicationResult;
use crate::cost::HOURS_PER_MONTH;
use crate::scenario::document::ScenarioDocument;
use crate::stats::Summary;
use serde::{Deserialize, Serialize};

/// What the work of a window came to, in core-hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BackfillResult {
    /// Waiting when the window started.
    pub left_at_start: f64,
    /// What came in the window.
    pub offered: f64,
    /// Done. With what is left it sums to what came and what waited.
    pub done: f64,
    /// Waiting at the end.
    pub left: f64,
    /// What ready nodes had and no pod asked for.
    pub idle: f64,
    /// Pods that waited for the work to leave.
    pub preemptions: f64,
    /// Length of the window, hours.
    pub hours: f64,
}

/// What a study found out about the work.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackfillReport {
    /// Core-hours done in the window.
    pub done: Summary,
    /// Core-hours waiting at its end.
    pub left: Summary,
    /// Share of the idle core-hours that were used, 0..1.
    pub idle_used: Summary,
    /// Pods that waited for the work to leave.
    pub preemptions: Summary,
    /// How long each of them waited, seconds.
    pub preemption_s: f64,
    /// What the work done would cost a month on machines of its own, US dollars.
    pub saved_usd_per_month: Summary,
}

impl BackfillReport {
    /// The report on results of a document with backfill; `None` without it.
    pub(super) fn new(document: &ScenarioDocument, all: &[ReplicationResult]) -> Option<Self> {
        let written = document.fleet.backfill.as_ref()?;
        let results: Vec<&BackfillResult> = all
            .iter()
            .filter_map(|result| result.backfill.as_ref())
            .collect();
        if results.is_empty() {
            return None;
        }
        let of = |value: &dyn Fn(&BackfillResult) -> f64| {
            let values = results.iter().map(|result| value(result));
            Summary::of(&values.collect::<Vec<_>>())
        };
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        Some(Self {
            done: of(&|result| result.done),
            left: of(&|result| result.left),
            idle_used: of(&|result| share(result.done, result.idle)),
            preemptions: of(&|result| result.preemptions),
            preemption_s: f64::from(written.preemption_s),
            saved_usd_per_month: of(&|result| {
                let per_month = HOURS_PER_MONTH / result.hours.max(f64::MIN_POSITIVE);
                result.done * written.usd_per_core_hour * per_month
            }),
        })
    }
}
