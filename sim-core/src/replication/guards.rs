//! What is counted of guards of calls and of rate limits over the window of a replication.

use super::Setup;
use crate::plane::Outcome;
use crate::plane::network::CallOutcome;
use crate::study::{
    GuardedCallResult, RateLimitResult, ResilienceResult, guarded_calls, limited_components,
};

/// Counts over the window; nothing where there are neither guards nor limits.
pub(super) struct Guards {
    calls: Vec<(usize, Sums)>,
    limits: Vec<(usize, RateLimitResult)>,
    tick_s: f64,
    with_series: bool,
}

/// Counts of one call.
#[derive(Default)]
struct Sums {
    result: GuardedCallResult,
    open_s: f64,
    counted_s: f64,
    /// The same since the last point of the series.
    point_open_s: f64,
    point_s: f64,
}

impl Guards {
    /// What there is to count of a design.
    pub(super) fn new(setup: &Setup) -> Self {
        let topology = setup.scenario.topology.as_ref();
        let calls = topology.map(guarded_calls).unwrap_or_default();
        Self {
            calls: calls
                .into_iter()
                .map(|(place, ..)| (place, Sums::default()))
                .collect(),
            limits: limited_components(&setup.scenario)
                .into_iter()
                .map(|(place, ..)| (place, RateLimitResult::default()))
                .collect(),
            tick_s: setup.tick_s,
            with_series: setup.ticks_per_point > 0,
        }
    }

    /// Counts a tick of the window: what became of all calls, and of the requests of all components.
    #[inline]
    pub(super) fn count(&mut self, calls: &[CallOutcome], components: &[Outcome]) {
        if !(self.calls.is_empty() && self.limits.is_empty()) {
            self.count_some(calls, components);
        }
    }

    fn count_some(&mut self, calls: &[CallOutcome], components: &[Outcome]) {
        for (place, sums) in &mut self.calls {
            let Some(call) = calls.get(*place) else {
                continue;
            };
            let result = &mut sums.result;
            result.wanted += call.wanted;
            result.short_circuited += call.short_circuited;
            result.crowded_out += call.crowded_out;
            result.hedges += call.hedges;
            result.hedges_won += call.hedges_won;
            result.opened += call.opened;
            sums.open_s += call.open_s;
            sums.counted_s += self.tick_s;
            sums.point_open_s += call.open_s;
            sums.point_s += self.tick_s;
        }
        for (place, limit) in &mut self.limits {
            let Some(outcome) = components.get(*place) else {
                continue;
            };
            limit.attempts += outcome.arrivals + outcome.retries;
            limit.turned_away += outcome.turned_away;
            limit.throttled += outcome.throttled;
        }
    }

    /// A point of the series is over.
    pub(super) fn close_point(&mut self) {
        if !self.with_series {
            return;
        }
        for (_, sums) in &mut self.calls {
            if sums.point_s > 0.0 {
                let open = sums.point_open_s / sums.point_s;
                sums.result.open_series.push(open.clamp(0.0, 1.0) as f32);
            }
            (sums.point_open_s, sums.point_s) = (0.0, 0.0);
        }
    }

    /// The window's result; `None` where there was nothing to count.
    pub(super) fn result(&self) -> Option<ResilienceResult> {
        if self.calls.is_empty() && self.limits.is_empty() {
            return None;
        }
        let calls = self.calls.iter().map(|(_, sums)| GuardedCallResult {
            open: if sums.counted_s > 0.0 {
                (sums.open_s / sums.counted_s).clamp(0.0, 1.0)
            } else {
                0.0
            },
            ..sums.result.clone()
        });
        Some(ResilienceResult {
            calls: calls.collect(),
            limits: self.limits.iter().map(|(_, limit)| *limit).collect(),
        })
    }
}
