//! Error budgets: bad requests per objective, by cause, over the window and over each hour.

use super::incidents::IncidentWatch;
use super::{Cause, CauseCounts};
use crate::bounds::Bounds;
use crate::plane::Outcome;

/// At most this many objectives.
pub const MAX_OBJECTIVES: usize = 4;

/// Bad requests of one tick, split as far as the data plane can: the rest waits for a cause.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BadRequests {
    /// The service itself was too slow.
    pub slow_service: f64,
    /// The service answered with an error.
    pub service_error: f64,
    /// The replica that held them ended abruptly.
    pub lost: f64,
    /// A rate limit turned them away.
    pub throttled: f64,
    /// A breaker or bulkhead turned away a call that they needed.
    pub refused: f64,
    /// They waited too long, or found the queue full.
    pub for_want_of_capacity: f64,
}

impl BadRequests {
    /// All of them.
    #[inline(always)]
    pub fn total(&self) -> f64 {
        self.slow_service
            + self.service_error
            + self.lost
            + self.for_want_of_capacity
            + self.throttled
            + self.refused
    }
}

/// One interval, judged by every objective.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Judged {
    /// Requests that got an outcome.
    pub concluded: f64,
    /// Bad requests of the objective that has most of them.
    pub worst: f64,
    /// Bad requests over the share of bad ones that the target allows, of the objective where that is most.
    pub budget_burnt: f64,
    bad: [BadRequests; MAX_OBJECTIVES],
}

impl Judged {
    /// Bad requests of each objective.
    #[inline(always)]
    pub fn bad(&self, objectives: &Objectives) -> &[BadRequests] {
        let count = objectives.len().min(MAX_OBJECTIVES);
        &self.bad[..count]
    }
}

/// One objective: which requests are good, and how many of them must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Objective {
    /// Index of its latency threshold; `None` for success.
    pub threshold: Option<usize>,
    /// Share of requests that must be good, 0..1.
    pub target: f64,
}

/// The objectives of a scenario, ready to judge outcomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Objectives {
    objectives: Vec<Objective>,
}

impl Objectives {
    /// These, in their order, [`MAX_OBJECTIVES`] at most.
    pub fn new(objectives: impl Iterator<Item = Objective>) -> Self {
        Self {
            objectives: objectives.take(MAX_OBJECTIVES).collect(),
        }
    }

    /// Number of objectives.
    pub fn len(&self) -> usize {
        self.objectives.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.objectives.is_empty()
    }

    /// Judges an interval by every objective.
    #[inline(never)]
    pub fn judge(&self, outcome: &Outcome) -> Judged {
        // What is bad whatever the objective.
        let always = BadRequests {
            slow_service: outcome.timed_out_in_service,
            service_error: outcome.failed - outcome.refused,
            lost: outcome.lost,
            throttled: outcome.throttled,
            refused: outcome.refused,
            for_want_of_capacity: (outcome.rejected - outcome.throttled)
                + (outcome.timed_out - outcome.timed_out_in_service).at_least(0.0),
        };
        let mut judged = Judged {
            concluded: outcome.served
                + outcome.rejected
                + outcome.timed_out
                + outcome.failed
                + outcome.lost,
            worst: 0.0,
            budget_burnt: 0.0,
            bad: [always; MAX_OBJECTIVES],
        };
        for (bad, objective) in judged.bad.iter_mut().zip(&self.objectives) {
            if let Some(k) = objective.threshold {
                let (slow, in_service) = (outcome.slow[k], outcome.slow_in_service[k]);
                bad.slow_service += in_service;
                bad.for_want_of_capacity += (slow - in_service).at_least(0.0);
            }
            let total = bad.total();
            judged.worst = total.at_least(judged.worst);
            // Hardly ever is any bad.
            if total > 0.0 {
                let burnt = total / (1.0 - objective.target);
                judged.budget_burnt = burnt.at_least(judged.budget_burnt);
            }
        }
        judged
    }

    /// Share of requests that must be good for objective `index`, 0..1.
    pub fn target(&self, index: usize) -> f64 {
        self.objectives[index].target
    }
}

/// Length of the slices of time that are judged for themselves, seconds: the short window of the usual
/// burn-rate alerts. A single tick has too few requests: one bad one would decide.
const SLICE_S: f64 = 300.0;
/// Slices of an hour.
const SLICES_PER_HOUR: u32 = 12;

/// Requests of a stretch of time, and the bad ones per objective.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Stretch {
    pub(super) total: f64,
    pub(super) bad: [f64; MAX_OBJECTIVES],
}

impl Stretch {
    pub(super) fn add(&mut self, other: &Stretch) {
        self.total += other.total;
        for (sum, bad) in self.bad.iter_mut().zip(other.bad) {
            *sum += bad;
        }
    }

    /// The largest burn rate of any objective: the share of bad requests over the share that the target allows.
    fn burn(&self, objectives: &Objectives) -> f64 {
        if self.total <= 0.0 {
            return 0.0;
        }
        let shares = self
            .bad
            .iter()
            .map(|bad| bad / self.total)
            .enumerate()
            .take(objectives.len());
        shares.fold(0.0, |worst, (index, share)| {
            worst.max(share / (1.0 - objectives.target(index)))
        })
    }
}

/// Bad requests of one window that one component is to blame for, by objective and cause.
#[derive(Clone, Debug, PartialEq)]
pub struct Ledger {
    bad: Vec<CauseCounts>,
}

impl Ledger {
    /// Nobody has been blamed yet.
    pub fn new(objectives: &Objectives) -> Self {
        Self {
            bad: vec![CauseCounts::default(); objectives.len()],
        }
    }

    /// Takes in a tick's bad requests as far as their cause is known. Those whose replica ended abruptly have the cause
    /// `lost_to`.
    #[inline(never)]
    pub fn count(&mut self, bad: &[BadRequests], lost_to: Cause) {
        for (by_cause, bad) in self.bad.iter_mut().zip(bad) {
            by_cause[Cause::SlowService as usize] += bad.slow_service;
            by_cause[Cause::ServiceError as usize] += bad.service_error;
            by_cause[lost_to as usize] += bad.lost;
            by_cause[Cause::Throttled as usize] += bad.throttled;
            by_cause[Cause::CircuitBreaker as usize] += bad.refused;
        }
    }

    /// Takes in a tick's bad requests, all with one cause but for those that were turned away before they got there.
    pub fn count_all(&mut self, bad: &[BadRequests], cause: Cause) {
        for (by_cause, bad) in self.bad.iter_mut().zip(bad) {
            by_cause[cause as usize] += bad.total() - bad.throttled - bad.refused;
            by_cause[Cause::Throttled as usize] += bad.throttled;
            by_cause[Cause::CircuitBreaker as usize] += bad.refused;
        }
    }

    /// Takes in the bad requests of a tick that a function is to blame for; `rejected` of them were answered 429, and all
    /// that waited there waited for the start of an instance.
    pub fn count_function(&mut self, bad: &[BadRequests], rejected: f64) {
        self.count(bad, Cause::ServiceError);
        for (by_cause, bad) in self.bad.iter_mut().zip(bad) {
            let throttled = rejected.min(bad.for_want_of_capacity);
            by_cause[Cause::Throttled as usize] += throttled;
            by_cause[Cause::ColdStart as usize] += bad.for_want_of_capacity - throttled;
        }
    }

    /// Gives requests that lacked capacity their cause.
    pub fn attribute(&mut self, index: usize, cause: Cause, requests: f64) {
        self.bad[index][cause as usize] += requests;
    }

    /// By objective and cause.
    pub fn bad(&self) -> &[CauseCounts] {
        &self.bad
    }
}

/// Adds up one window.
#[derive(Clone, Debug)]
pub struct BudgetMeter {
    total: f64,
    slice: Stretch,
    slice_ticks: u32,
    ticks_per_slice: u32,
    hour: Stretch,
    hour_slices: u32,
    worst_hourly_burn: f64,
    slices_in_violation: u32,
    slice_minutes: f64,
    incidents: IncidentWatch,
}

impl BudgetMeter {
    /// An empty window.
    pub fn new(tick_s: f64) -> Self {
        let ticks_per_slice = (SLICE_S / tick_s).round().max(1.0) as u32;
        Self {
            total: 0.0,
            slice: Stretch::default(),
            slice_ticks: 0,
            ticks_per_slice,
            hour: Stretch::default(),
            hour_slices: 0,
            worst_hourly_burn: 0.0,
            slices_in_violation: 0,
            incidents: IncidentWatch::default(),
            slice_minutes: f64::from(ticks_per_slice) * tick_s / 60.0,
        }
    }

    /// Counts a tick's requests (those that got an outcome) and its bad ones.
    #[inline(never)]
    pub fn count(&mut self, objectives: &Objectives, total: f64, bad: &[BadRequests]) {
        self.total += total;
        self.slice.total += total;
        for (sum, bad) in self.slice.bad.iter_mut().zip(bad) {
            *sum += bad.total();
        }
        self.slice_ticks += 1;
        if self.slice_ticks == self.ticks_per_slice {
            self.close_slice(objectives);
        }
    }

    fn close_slice(&mut self, objectives: &Objectives) {
        self.slices_in_violation += u32::from(self.slice.burn(objectives) > 1.0);
        let targets = (0..objectives.len()).map(|index| objectives.target(index));
        self.incidents.add(self.slice, targets);
        self.hour.add(&self.slice);
        self.slice = Stretch::default();
        self.slice_ticks = 0;
        self.hour_slices += 1;
        if self.hour_slices == SLICES_PER_HOUR {
            self.close_hour(objectives);
        }
    }

    fn close_hour(&mut self, objectives: &Objectives) {
        self.worst_hourly_burn = self.worst_hourly_burn.max(self.hour.burn(objectives));
        self.hour = Stretch::default();
        self.hour_slices = 0;
    }

    /// The window has ended: a slice or an hour that is not full is judged as it is.
    pub fn finish(&mut self, objectives: &Objectives) {
        if self.slice_ticks > 0 {
            self.close_slice(objectives);
        }
        if self.hour_slices > 0 {
            self.close_hour(objectives);
        }
    }

    /// Time in slices of five minutes in which some objective's share of good requests was below its target.
    pub fn violation_minutes(&self) -> f64 {
        f64::from(self.slices_in_violation) * self.slice_minutes
    }

    /// Times that budget burnt so fast that somebody would have been called.
    pub fn incidents(&self) -> u32 {
        self.incidents.incidents()
    }

    /// Largest burn rate over any hour of the window, over all objectives.
    pub fn worst_hourly_burn(&self) -> f64 {
        self.worst_hourly_burn
    }

    /// Requests of the window that got an outcome.
    pub fn total(&self) -> f64 {
        self.total
    }
}
