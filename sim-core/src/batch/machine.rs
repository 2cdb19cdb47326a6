//! One machine's share of a run, from event to event.
//!
//! Without a look interval time is continuous: the next event is the first of a reclaim, the end of the work, a spot
//! machine becoming available, and the moment at which the policy would decide differently. With one, the policy looks
//! at whole steps, and whole steps are paid for.

use super::MAX_POOLS;
use super::job::{Job, Saves};
use super::policy::{Place, Policy, View, Want};
use super::pool::PoolRuns;

/// Work below this is done, seconds.
const DONE_S: f64 = 1e-3;

/// Moments so close are one: the end of a checkpoint, when it is looked for, is not missed by rounding, seconds.
const SAME_S: f64 = 1e-6;

/// What one machine has to do.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Work, seconds.
    pub work_s: f64,
    /// Work that the policy reckons with, seconds.
    pub planned_s: f64,
    /// Whether it is one of the base.
    pub in_base: bool,
}

/// What came of it, seconds. Spot, on demand and waiting sum to the time until it was finished.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ShareResult {
    /// When it was done.
    pub finished_s: f64,
    /// Work done that was not lost.
    pub done_s: f64,
    /// On spot, by pool.
    pub spot_s: [f64; MAX_POOLS],
    /// On demand.
    pub on_demand_s: f64,
    /// Waiting.
    pub waiting_s: f64,
    /// Machines reclaimed.
    pub evictions: u32,
}

struct Machine<'a> {
    job: &'a Job,
    share: Share,
    pools: PoolRuns<'a>,
    time_s: f64,
    place: Place,
    done_s: f64,
    saved_s: f64,
    starting_s: f64,
    saving_s: f64,
    /// Whether a machine has been started before.
    started: bool,
    result: ShareResult,
}

/// Plays a share to its end.
pub fn play(job: &Job, share: Share, pools: PoolRuns<'_>) -> ShareResult {
    let mut machine = Machine {
        job,
        share,
        pools,
        time_s: 0.0,
        place: Place::Waiting,
        done_s: 0.0,
        saved_s: 0.0,
        starting_s: 0.0,
        saving_s: 0.0,
        started: false,
        result: ShareResult::default(),
    };
    while machine.left_s() > DONE_S {
        let pool = machine.look();
        let view = machine.view(pool.is_some());
        machine.move_to(job.decide(&view), pool);
        let next_s = machine.next_look_s();
        machine.spend(next_s);
    }
    ShareResult {
        finished_s: machine.time_s,
        done_s: machine.done_s,
        ..machine.result
    }
}

impl Machine<'_> {
    fn left_s(&self) -> f64 {
        self.share.work_s - self.done_s
    }

    /// A reclaimed machine is gone. The first pool that has another, and until when.
    fn look(&mut self) -> Option<(usize, f64)> {
        if let Place::Spot { pool, until_s } = self.place {
            if until_s > self.time_s {
                return Some((pool, until_s));
            }
            if self.job.saves == Saves::OnNotice {
                self.saved_s = self.done_s;
            }
            self.done_s = self.saved_s;
            (self.starting_s, self.saving_s) = (0.0, 0.0);
            self.place = Place::Waiting;
            self.result.evictions += 1;
        }
        let time_s = self.time_s;
        let mut pools = self.pools.iter_mut().enumerate();
        pools.find_map(|(index, pool)| {
            let (up, until_s) = pool.as_mut()?.at(time_s);
            up.then_some((index, until_s))
        })
    }

    fn view(&self, has_spot: bool) -> View {
        View {
            time_s: self.time_s,
            place: self.place,
            has_spot,
            planned_s: self.share.planned_s,
            done_s: self.done_s,
            saved_s: self.saved_s,
            starting_s: self.starting_s,
            saving_s: self.saving_s,
            start_s: if self.started {
                self.job.restart_s
            } else {
                self.job.start_s
            },
            in_base: self.share.in_base,
        }
    }

    fn move_to(&mut self, want: Want, pool: Option<(usize, f64)>) {
        let to = match (want, self.place, pool) {
            (Want::Spot, Place::Spot { .. }, _) | (Want::OnDemand, Place::OnDemand, _) => return,
            (Want::Spot, _, Some((pool, until_s))) => Place::Spot { pool, until_s },
            (Want::OnDemand, ..) => Place::OnDemand,
            (Want::Spot | Want::Wait, ..) => Place::Waiting,
        };
        let was = std::mem::replace(&mut self.place, to);
        let mut save_s = 0.0;
        if was != Place::Waiting {
            // A planned move saves first, where it can.
            match self.job.saves {
                Saves::Never => self.done_s = self.saved_s,
                Saves::OnNotice => self.saved_s = self.done_s,
                Saves::Checkpoints { cost_s, .. } => {
                    save_s = if self.done_s > self.saved_s {
                        cost_s
                    } else {
                        0.0
                    };
                    self.saved_s = self.done_s;
                }
            }
        }
        self.saving_s = 0.0;
        if to == Place::Waiting {
            return;
        }
        let start_s = if self.started {
            self.job.restart_s
        } else {
            self.job.start_s
        };
        self.starting_s = start_s + save_s;
        self.started = true;
    }

    /// When something may change.
    fn next_look_s(&mut self) -> f64 {
        let now_s = self.time_s;
        if let Some(step_s) = self.job.look_s {
            // One product, so that no rounding adds up.
            return ((now_s / step_s).round() + 1.0) * step_s;
        }
        let next_s = match self.place {
            Place::Waiting => self.wait_until_s(),
            Place::OnDemand => self.on_demand_until_s(),
            Place::Spot { until_s, .. } => {
                let finish_s = now_s + self.starting_s + self.saving_s + self.rest_on_spot_s();
                until_s.min(finish_s).min(self.leave_at_s())
            }
        };
        // Rounding must not stop the clock.
        next_s.max(now_s + DONE_S)
    }

    fn next_spot_s(&mut self) -> f64 {
        let time_s = self.time_s;
        let pools = self.pools.iter_mut().flatten();
        pools.fold(f64::INFINITY, |soonest, pool| {
            soonest.min(pool.at(time_s).1)
        })
    }

    fn wait_until_s(&mut self) -> f64 {
        let spot_s = self.next_spot_s();
        let (job, view) = (self.job, self.view(false));
        let slack_gone_s = job.deadline_s - view.need_s(job);
        let behind_s = view.done_s * job.deadline_s / view.planned_s.max(DONE_S);
        spot_s.min(match job.policy {
            Policy::OnDemandBase { .. } => job.deadline_s,
            Policy::UniformProgress => slack_gone_s.min(behind_s),
            Policy::SpotGreedy | Policy::OnDemand => slack_gone_s,
        })
    }

    fn on_demand_until_s(&mut self) -> f64 {
        let finish_s = self.time_s + self.starting_s + self.left_s();
        let (job, view) = (self.job, self.view(false));
        if job.policy != Policy::UniformProgress || job.saves == Saves::Never {
            return finish_s;
        }
        let pace = view.planned_s / job.deadline_s;
        let ahead_s = if view.may_return(job) {
            // Spot that is there now was declined for good: the slack does not grow.
            self.next_spot_s()
        } else if pace < 1.0 {
            let due_s = 2.0 * job.restart_s * pace;
            (self.time_s + self.starting_s - self.done_s + due_s) / (1.0 - pace)
        } else {
            f64::INFINITY
        };
        finish_s.min(ahead_s)
    }

    /// Work and checkpoints until the end, on a spot machine that is not lost; none is saved after the last stretch.
    fn rest_on_spot_s(&self) -> f64 {
        let left_s = self.left_s();
        let Saves::Checkpoints { interval_s, cost_s } = self.job.saves else {
            return left_s;
        };
        let stretch_s = if self.saving_s > 0.0 {
            interval_s
        } else {
            interval_s - (self.done_s - self.saved_s)
        };
        left_s + cost_s * ((left_s - DONE_S - stretch_s) / interval_s).ceil().max(0.0)
    }

    /// The end of the stretch after which another could no longer be made good.
    fn leave_at_s(&self) -> f64 {
        let job = self.job;
        let guarded = matches!(job.policy, Policy::SpotGreedy | Policy::UniformProgress);
        let (true, Saves::Checkpoints { interval_s, cost_s }) = (guarded, job.saves) else {
            return f64::INFINITY;
        };
        let view = self.view(true);
        let (end_s, left_s) = view.stretch_end_s(interval_s, cost_s);
        let slack_s = job.deadline_s - end_s - left_s - job.restart_s - interval_s - cost_s;
        // Each further stretch takes the time of a checkpoint from the slack, while the plan holds.
        let mut further = if slack_s <= SAME_S {
            0.0
        } else if cost_s > 0.0 {
            ((slack_s - SAME_S) / cost_s).ceil()
        } else {
            f64::INFINITY
        };
        further = further.min(((left_s - DONE_S) / interval_s).ceil().max(0.0));
        end_s + further * (interval_s + cost_s)
    }

    /// Goes on to a time.
    fn spend(&mut self, until_s: f64) {
        let spent_s = until_s - self.time_s;
        match self.place {
            Place::Waiting => self.result.waiting_s += spent_s,
            Place::OnDemand => {
                self.result.on_demand_s += spent_s;
                let working_s = (spent_s - self.starting_s).max(0.0);
                self.starting_s -= self.starting_s.min(spent_s);
                self.done_s += working_s.min(self.left_s());
            }
            Place::Spot {
                pool,
                until_s: lost_s,
            } => {
                if let Some(spot_s) = self.result.spot_s.get_mut(pool) {
                    *spot_s += spent_s;
                }
                self.work_on_spot((lost_s - self.time_s).min(spent_s));
            }
        }
        self.time_s = until_s;
        if self.left_s() <= DONE_S {
            self.done_s = self.share.work_s;
        }
    }

    fn work_on_spot(&mut self, mut time_s: f64) {
        let starting_s = self.starting_s.min(time_s);
        self.starting_s -= starting_s;
        time_s -= starting_s;
        let Saves::Checkpoints { interval_s, cost_s } = self.job.saves else {
            self.done_s += time_s.min(self.left_s());
            return;
        };
        // What rounding leaves of the time must not begin another stretch.
        while time_s > SAME_S && self.left_s() > DONE_S {
            if self.saving_s > 0.0 {
                let saving_s = self.saving_s.min(time_s);
                self.saving_s -= saving_s;
                time_s -= saving_s;
                if self.saving_s <= 0.0 {
                    self.saved_s = self.done_s;
                }
                continue;
            }
            if self.done_s <= self.saved_s {
                // Whole stretches at once; the last has no checkpoint.
                let whole = ((time_s + SAME_S) / (interval_s + cost_s)).floor();
                // What rounding leaves of the work is not worth a checkpoint.
                let before_last = ((self.left_s() - DONE_S) / interval_s).ceil() - 1.0;
                let stretches = whole.min(before_last).max(0.0);
                if stretches > 0.0 {
                    self.done_s += stretches * interval_s;
                    self.saved_s = self.done_s;
                    time_s -= stretches * (interval_s + cost_s);
                    continue;
                }
            }
            let rest_s = (interval_s - (self.done_s - self.saved_s)).max(0.0);
            let working_s = rest_s.min(self.left_s()).min(time_s);
            self.done_s += working_s;
            time_s -= working_s;
            if rest_s - working_s <= SAME_S && self.left_s() > DONE_S {
                self.saving_s = cost_s;
                if cost_s <= SAME_S {
                    (self.saving_s, self.saved_s) = (0.0, self.done_s);
                }
            }
        }
        if self.saving_s > 0.0 && self.saving_s <= SAME_S {
            (self.saving_s, self.saved_s) = (0.0, self.done_s);
        }
    }
}
