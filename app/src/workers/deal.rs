//! Which shard next: the work of one plan, dealt out to workers and put together again.

use sim_core::study::{
    Collection, Plan, Progress, Report, Rounds, Shard, ShardResult, SweepReport,
};
use std::collections::VecDeque;
use std::ops::Range;
use std::rc::Rc;

/// Work of one message should take about this long, so that a worker is soon free for something newer.
const MESSAGE_MS: f64 = 40.0;
/// Most replications of one message.
const MAX_REPLICATIONS: u32 = 32;

/// Work that takes less than this is quick: something newer can wait for it.
const QUICK_MS: f64 = 250.0;

/// How long replications take, as far as is known.
#[derive(Default)]
pub(super) struct Pace {
    pub(super) busy_ms: f64,
    pub(super) computed: u32,
}

impl Pace {
    /// Most replications of the next message.
    pub(super) fn most(&self) -> u32 {
        let quick = if self.computed > 0 {
            MESSAGE_MS / (self.busy_ms / f64::from(self.computed)).max(0.01)
        } else {
            1.0
        };
        (quick as u32).clamp(1, MAX_REPLICATIONS)
    }

    /// Whether a replication is known to be quick.
    pub(super) fn is_quick(&self) -> bool {
        self.computed > 0 && self.busy_ms < QUICK_MS * f64::from(self.computed)
    }

    /// Seconds left for `remaining` replications on so many workers, once there is a rate to tell from.
    pub(super) fn seconds_left(&self, remaining: u32, workers: usize) -> Option<f64> {
        let each_ms = self.busy_ms / f64::from(self.computed);
        let known = self.computed > 1 && self.busy_ms > 500.0;
        known.then(|| f64::from(remaining) * each_ms / workers.max(1) as f64 / 1000.0)
    }

    /// Notes that so many replications took so long.
    pub(super) fn note(&mut self, replications: usize, took_ms: f64) {
        self.computed += replications as u32;
        self.busy_ms += took_ms;
    }
}

/// One plan being computed.
pub struct Deal {
    /// Number of the job that workers know it by.
    pub job: u32,
    /// The plan.
    pub plan: Rc<Plan>,
    rounds: Rounds,
    collection: Collection,
    waiting: VecDeque<Shard>,
    out: u32,
    pace: Pace,
    /// Replications done and needed: of each design, as far as anything of it arrived, and of all.
    steps: Vec<(u32, u32)>,
    total: (u32, u32),
    /// Whether anything arrived since the last report.
    pub news: bool,
}

impl Deal {
    /// A plan with all its work before it.
    pub fn new(job: u32, plan: Plan) -> Self {
        let rounds = Rounds::new(&plan);
        Self::by(job, plan, rounds)
    }

    /// A plan with all its work before it, and the rule for how much that is.
    pub fn by(job: u32, plan: Plan, rounds: Rounds) -> Self {
        let collection = Collection::new(&plan);
        let waiting = rounds.next_round(&collection).into();
        let plan = Rc::new(plan);
        let mut deal = Self {
            job,
            plan,
            rounds,
            collection,
            waiting,
            out: 0,
            pace: Pace::default(),
            steps: Vec::new(),
            total: (0, 0),
            news: false,
        };
        deal.count(0..deal.collection.designs());
        deal
    }

    /// Counts anew what is done and needed of some designs.
    fn count(&mut self, designs: Range<u32>) {
        let all = self.collection.designs();
        self.steps.resize(all as usize, (0, 0));
        let designs = match self.rounds.is_each_alone() {
            true => designs.start..designs.end.min(all),
            false => 0..all,
        };
        for design in designs {
            let progress = self.rounds.progress(&self.collection, design);
            let needed = match progress.finished {
                true => progress.done,
                false => progress.round_end.max(progress.done),
            };
            if let Some(step) = self.steps.get_mut(design as usize) {
                self.total.0 = self.total.0 + progress.done - step.0;
                self.total.1 = self.total.1 + needed - step.1;
                *step = (progress.done, needed);
            }
        }
    }

    /// The next shard to compute, if this round has any left. Quick replications of one design go together.
    pub fn next(&mut self) -> Option<Shard> {
        let mut shard = self.waiting.pop_front()?;
        let most = self.pace.most();
        while shard.replications * shard.designs < most {
            let Some(longer) = self.waiting.front().and_then(|next| joined(shard, *next)) else {
                break;
            };
            self.waiting.pop_front();
            shard = longer;
        }
        self.out += 1;
        Some(shard)
    }

    /// Takes in a result that took so long; at the end of a round, the next is laid out.
    pub fn take(&mut self, result: ShardResult, took_ms: f64) {
        self.out = self.out.saturating_sub(1);
        self.pace.note(result.results.len(), took_ms);
        let first = result.shard.first_design;
        let designs = first..first.saturating_add(result.shard.designs);
        if self.collection.add(result) {
            self.news = true;
            self.count(designs);
        }
        if self.out == 0 && self.waiting.is_empty() {
            self.waiting = self.rounds.next_round(&self.collection).into();
        }
    }

    /// Whether its replications are quick.
    pub fn is_quick(&self) -> bool {
        self.pace.is_quick()
    }

    /// Whether nothing of it has been dealt out yet.
    pub fn untouched(&self) -> bool {
        self.out == 0 && self.pace.computed == 0
    }

    /// Whether a worker is at some of it.
    pub fn is_out(&self) -> bool {
        self.out > 0
    }

    /// Whether everything is computed.
    pub fn finished(&self) -> bool {
        self.out == 0 && self.waiting.is_empty()
    }

    /// How many replications of the first design will be needed, judging by the spread seen so far: a round's end.
    pub fn needed(&self) -> u32 {
        let (progress, run) = (self.progress(), &self.plan.document.run);
        if progress.finished || progress.done < 2 {
            return progress.done.max(progress.round_end);
        }
        let ratio = |reached: f64, wanted: f64| {
            if wanted > 0.0 {
                (reached / wanted).powi(2)
            } else {
                f64::INFINITY
            }
        };
        let attainment = ratio(progress.attainment_points, run.attainment_precision_points);
        let cost = ratio(progress.cost_percent, run.cost_precision_percent);
        let wanted = f64::from(progress.done) * attainment.max(cost);
        let cap = run.max_replications.max(run.min_replications).max(1);
        let mut end = progress.round_end;
        while f64::from(end) < wanted && end < cap {
            end = end.saturating_mul(2).min(cap);
        }
        end
    }

    /// Progress of the first design.
    pub fn progress(&self) -> Progress {
        self.rounds.progress(&self.collection, 0)
    }

    /// Replications done and needed over all designs, as far as is known.
    pub fn totals(&self) -> (u32, u32) {
        self.total
    }

    /// Seconds left for `remaining` replications on so many workers, once there is a rate to tell from.
    pub fn seconds_left(&self, remaining: u32, workers: usize) -> Option<f64> {
        self.pace.seconds_left(remaining, workers)
    }

    /// What has arrived.
    pub fn collection(&self) -> &Collection {
        &self.collection
    }

    /// The report on the first design.
    pub fn report(&self) -> Option<Report> {
        self.collection.report(&self.plan)
    }

    /// The report on all designs, of which the former one says what has not changed.
    pub fn sweep_report(&self, former: Option<&SweepReport>) -> SweepReport {
        SweepReport::renewed(&self.plan, &self.collection, former)
    }
}

/// Two shards as one, if the second goes on where the first ends: more replications of one design, or the same
/// replication of more designs.
pub(super) fn joined(shard: Shard, next: Shard) -> Option<Shard> {
    let same_designs = next.first_design == shard.first_design && next.designs == shard.designs;
    if same_designs && next.first_replication == shard.first_replication + shard.replications {
        return Some(Shard {
            replications: shard.replications + next.replications,
            ..shard
        });
    }
    let same_replications = next.first_replication == shard.first_replication
        && next.replications == shard.replications;
    (same_replications && next.first_design == shard.first_design + shard.designs).then(|| Shard {
        designs: shard.designs + next.designs,
        ..shard
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shard(first_design: u32, first_replication: u32) -> Shard {
        Shard {
            first_design,
            designs: 1,
            first_replication,
            replications: 1,
        }
    }

    /// What is done and needed, counted design by design as results come in, is what counting all of them anew gives.
    #[test]
    fn totals_are_those_of_all_designs() {
        let template = sim_core::scenario::templates::TEMPLATES[0].json;
        let mut document: serde_json::Value = serde_json::from_str(template).expect("a template");
        document["slo"]["window_days"] = 0.05.into();
        document["run"]["min_replications"] = 2.into();
        document["run"]["max_replications"] = 5.into();
        document["sweep"] = serde_json::json!([{ "path": "/autoscaler/min_replicas", "from": 2, "to": 6, "steps": 3 }]);
        let scenario = sim_core::scenario::check_value(&document).expect("sound");
        let plan = Plan::sweep(scenario.document());
        let prepared = sim_core::study::Prepared::new(plan.clone()).expect("sound");
        let mut deal = Deal::new(1, plan);
        let mut taken = 0;
        while let Some(shard) = deal.next() {
            deal.take(prepared.run_shard(shard), 500.0);
            taken += 1;
            let all = (0..deal.collection.designs()).map(|design| {
                let progress = deal.rounds.progress(&deal.collection, design);
                let open = progress.round_end.max(progress.done);
                (
                    progress.done,
                    if progress.finished {
                        progress.done
                    } else {
                        open
                    },
                )
            });
            let sum = all.fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            assert_eq!(deal.totals(), sum, "after {taken} shards");
        }
        assert!(deal.finished() && taken >= 6, "{taken}");
    }

    #[test]
    fn shards_join_along_one_side_only() {
        let longer = joined(shard(0, 0), shard(0, 1));
        assert_eq!(
            longer,
            Some(Shard {
                replications: 2,
                ..shard(0, 0)
            })
        );
        assert_eq!(
            joined(shard(0, 0), shard(1, 0)),
            Some(Shard {
                designs: 2,
                ..shard(0, 0)
            })
        );
        assert_eq!(joined(shard(0, 0), shard(1, 1)), None);
        assert_eq!(longer.and_then(|longer| joined(longer, shard(1, 0))), None);
        assert_eq!(longer.and_then(|longer| joined(longer, shard(0, 3))), None);
    }
}
