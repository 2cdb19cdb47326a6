//! When a job runs on spot, when on demand, and when it waits.
//!
//! The safety net of Wu et al.: work that must still be done, and what losing the machine would cost, are held against
//! the time that is left. Without saved work a spot machine risks more than a restart: all that is done between two
//! checkpoints, or everything. So a stretch of work that could be lost is begun on spot only when its loss could still
//! be made good on demand.

use super::job::{Job, Saves};

/// A rule for the choice of machines.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Policy {
    /// Never on spot.
    OnDemand,
    /// Spot whenever there is some, until the slack is gone; then on demand.
    SpotGreedy,
    /// As greedy, and on demand whenever less is done than the same share of the time to the deadline: Wu et al.
    UniformProgress,
    /// The first machines on demand, the others on spot; what is not done at the deadline moves on demand.
    OnDemandBase {
        /// Machines on demand.
        machines: u32,
    },
}

/// Where a share of the work is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// Nowhere: waiting for a spot machine.
    Waiting,
    /// On a spot machine of this pool, until it is reclaimed at this time.
    Spot {
        /// Index of the pool.
        pool: usize,
        /// When it will be reclaimed, seconds.
        until_s: f64,
    },
    /// On an on-demand machine.
    OnDemand,
}

/// Where a share could go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// Nowhere.
    Wait,
    /// Spot; on spot: stay.
    Spot,
    /// On demand.
    OnDemand,
}

/// What a policy sees of one machine's share, seconds.
#[derive(Clone, Copy, Debug)]
pub struct View {
    /// Since the run started.
    pub time_s: f64,
    /// Where the share is.
    pub place: Place,
    /// Whether some pool has a spot machine.
    pub has_spot: bool,
    /// Work that the policy reckons with.
    pub planned_s: f64,
    /// Work done, saved or not.
    pub done_s: f64,
    /// Work saved.
    pub saved_s: f64,
    /// Time left of starting the machine.
    pub starting_s: f64,
    /// Time left of saving a checkpoint; 0 when none is being saved.
    pub saving_s: f64,
    /// What starting a machine now would take.
    pub start_s: f64,
    /// Whether this share is one of the base, which is always on demand.
    pub in_base: bool,
}

/// Equal times, when they are not counted in whole steps, seconds.
const SAME_S: f64 = 1e-6;

impl View {
    /// Work that is left, as planned.
    pub fn left_s(&self) -> f64 {
        (self.planned_s - self.done_s).max(0.0)
    }

    fn on_spot(&self) -> bool {
        matches!(self.place, Place::Spot { .. })
    }

    /// Whether less is done than the same share of the time, `ahead_s` from now.
    fn is_behind(&self, job: &Job, ahead_s: f64) -> bool {
        let due_s = (self.time_s + ahead_s) * self.planned_s / job.deadline_s;
        self.done_s - due_s < if job.look_s.is_some() { 0.0 } else { SAME_S }
    }

    /// On demand, and so much ahead that a move to spot and back would still be.
    pub fn may_return(&self, job: &Job) -> bool {
        let due_s = (self.time_s + 2.0 * job.restart_s) * self.planned_s / job.deadline_s;
        self.done_s - due_s > if job.look_s.is_some() { 0.0 } else { -SAME_S }
    }

    /// Time that must be left for spot to be tried or waited for: the work, two starts and what the first stretch
    /// could lose.
    pub fn need_s(&self, job: &Job) -> f64 {
        let move_s = match (self.place, job.saves) {
            (Place::OnDemand, Saves::Checkpoints { cost_s, .. }) => cost_s,
            _ => 0.0,
        };
        self.left_s() + self.start_s + job.restart_s + move_s + job.saves.stretch_s(self.left_s())
    }

    /// Whether the slack is gone: as much time is needed as is left, both counted in steps where time is.
    fn is_late(&self, job: &Job, need_s: f64, at_s: f64) -> bool {
        let left_s = job.deadline_s - at_s;
        match job.look_s {
            Some(step_s) => (need_s / step_s).ceil() * step_s >= (left_s / step_s).floor() * step_s,
            None => need_s + SAME_S >= left_s,
        }
    }

    /// The end of the stretch of work under way on spot, and what is left then: its checkpoint is saved.
    pub fn stretch_end_s(&self, interval_s: f64, cost_s: f64) -> (f64, f64) {
        let now_s = self.time_s + self.starting_s;
        if self.saving_s > 0.0 {
            return (now_s + self.saving_s, self.left_s());
        }
        let rest_s = (interval_s - (self.done_s - self.saved_s)).max(0.0);
        (now_s + rest_s + cost_s, self.left_s() - rest_s)
    }

    /// Whether losing the spot machine before the next look could no longer be made good.
    fn must_leave(&self, job: &Job) -> bool {
        match job.saves {
            // Nothing is lost, so on a machine that has started time and work run down together.
            Saves::OnNotice => {
                self.starting_s > 1e-3
                    && self.is_late(job, self.left_s() + job.restart_s, self.time_s)
            }
            Saves::Never => false,
            Saves::Checkpoints { interval_s, cost_s } => {
                let fresh = self.done_s - self.saved_s <= SAME_S && self.saving_s <= 0.0;
                let (mut end_s, mut left_s) = self.stretch_end_s(interval_s, cost_s);
                let (horizon_s, mut at_risk_s) = match job.look_s {
                    Some(step_s) => (self.time_s + step_s, self.planned_s - self.saved_s),
                    None if fresh => (end_s, self.planned_s - self.saved_s),
                    None => return false,
                };
                if end_s >= horizon_s && !fresh {
                    return false;
                }
                while end_s < horizon_s && left_s > 0.0 {
                    at_risk_s = left_s;
                    end_s += interval_s + cost_s;
                    left_s -= interval_s;
                }
                if left_s <= 0.0 {
                    // The work ends before another checkpoint.
                    end_s += left_s - cost_s;
                }
                self.is_late(job, at_risk_s.max(0.0) + job.restart_s, end_s)
            }
        }
    }
}

impl Job {
    /// Where a share shall be now.
    pub fn decide(&self, view: &View) -> Want {
        let spot_or = |other: Want| if view.has_spot { Want::Spot } else { other };
        match self.policy {
            Policy::OnDemand => Want::OnDemand,
            Policy::OnDemandBase { .. } if view.in_base || view.place == Place::OnDemand => {
                Want::OnDemand
            }
            Policy::OnDemandBase { .. } if view.on_spot() => Want::Spot,
            Policy::OnDemandBase { .. } if view.time_s >= self.deadline_s => Want::OnDemand,
            Policy::OnDemandBase { .. } => spot_or(Want::Wait),
            Policy::SpotGreedy => self.kept_safe(view, spot_or(Want::Wait)),
            Policy::UniformProgress => {
                let mut want = spot_or(Want::Wait);
                if view.is_behind(self, 0.0) {
                    want = spot_or(Want::OnDemand);
                }
                if view.place == Place::OnDemand && !(view.has_spot && view.may_return(self)) {
                    want = Want::OnDemand;
                }
                self.kept_safe(view, want)
            }
        }
    }

    /// The safety net.
    fn kept_safe(&self, view: &View, want: Want) -> Want {
        if view.on_spot() {
            return if view.must_leave(self) {
                Want::OnDemand
            } else {
                want
            };
        }
        // Work that is never saved would be lost by a move.
        let stuck = view.place == Place::OnDemand && self.saves == Saves::Never;
        if stuck || view.is_late(self, view.need_s(self), view.time_s) {
            Want::OnDemand
        } else {
            want
        }
    }
}
