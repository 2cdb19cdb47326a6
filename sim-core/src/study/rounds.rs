//! How many replications: in rounds, each half as long again as all before, until the answer is precise enough
//! or the cap is reached.
//!
//! Decisions are taken from complete rounds only, so they do not depend on how the work was spread.

use super::collection::Collection;
use super::compare::pair_precision;
use super::plan::{Plan, Shard};
use super::report::Proportion;
use crate::scenario::document::RunDocument;
use crate::stats::{Summaries, Welford, sort_by_key};

/// The rule for when to stop.
#[derive(Clone, Debug, PartialEq)]
pub struct Rounds {
    run: RunDocument,
    wanted: f64,
    sweep: bool,
    twins: bool,
    paired: bool,
}

/// How far a design has come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Replications merged.
    pub done: u32,
    /// Replications that the current round ends with.
    pub round_end: u32,
    /// Half the width of the 95 % interval of the attainment, percentage points.
    pub attainment_points: f64,
    /// Half the width of the 95 % interval of the mean cost, per cent of it.
    pub cost_percent: f64,
    /// Whether no more replications are needed.
    pub finished: bool,
}

/// A sweep's first round, per design: enough to drop hopeless designs.
const SWEEP_FIRST_ROUND: u32 = 8;

impl Rounds {
    /// The rule of a plan: precision for a single design; for a sweep also that a design is decided when its
    /// attainment is clearly above or below what is wanted.
    pub fn new(plan: &Plan) -> Self {
        Self {
            run: plan.document.run.clone(),
            wanted: plan.document.slo.wanted_attainment_percent / 100.0,
            sweep: !plan.knobs.is_empty(),
            twins: plan.is_twin(1),
            paired: false,
        }
    }

    /// A rule under which all designs get the same replications, until the difference of each from the first is
    /// precise: see [`super::Comparison`].
    pub fn paired(plan: &Plan) -> Self {
        Self {
            sweep: false,
            paired: true,
            ..Self::new(plan)
        }
    }

    /// The same rule, asking for exactly so many replications.
    #[must_use]
    pub fn of_exactly(mut self, replications: u32) -> Self {
        self.run.min_replications = replications;
        self.run.max_replications = replications;
        self.sweep = false;
        self
    }

    /// A rule that asks for exactly so many replications.
    pub fn exactly(plan: &Plan, replications: u32) -> Self {
        Self::new(plan).of_exactly(replications)
    }

    fn first_round(&self) -> u32 {
        let first = if self.sweep {
            SWEEP_FIRST_ROUND.min(self.run.min_replications)
        } else {
            self.run.min_replications
        };
        first.clamp(1, self.cap())
    }

    fn cap(&self) -> u32 {
        self.run
            .max_replications
            .max(self.run.min_replications)
            .max(1)
    }

    /// End of the round that follows `done` replications.
    fn round_end(&self, done: u32) -> u32 {
        let mut end = self.first_round();
        while end < done {
            end = end.saturating_add(end.div_ceil(2));
        }
        end.min(self.cap())
    }

    /// All designs end together.
    fn paired_progress(&self, collection: &Collection, design: u32) -> Progress {
        let designs = 0..collection.designs();
        let done = collection.replications(design);
        let least = designs
            .clone()
            .map(|design| collection.replications(design));
        let least = least.min().unwrap_or(0);
        let round_end = self.round_end(least);
        let pairs = |design: u32| {
            let first_of = |design| {
                let results = collection.results(design);
                results.get(..least as usize).unwrap_or(results)
            };
            pair_precision(first_of(0), first_of(design))
        };
        let is_precise = |(cost, attainment): (f64, f64)| {
            cost <= self.run.cost_precision_percent
                && attainment <= self.run.attainment_precision_points
        };
        let at_barrier = least == round_end;
        let finished = at_barrier
            && (least >= self.cap() || designs.skip(1).all(|design| is_precise(pairs(design))));
        let (cost_percent, attainment_points) = pairs(design);
        Progress {
            done,
            round_end: match at_barrier && !finished {
                true => self.round_end(least + 1),
                false => round_end,
            },
            attainment_points,
            cost_percent,
            finished,
        }
    }

    /// Twins follow the replications that they belong to.
    fn twins_progress(&self, collection: &Collection) -> Progress {
        let first = self.progress(collection, 0);
        let done = collection.replications(1);
        let round_end = if first.finished {
            first.done
        } else {
            first.round_end
        };
        Progress {
            done,
            round_end: round_end.max(done),
            finished: first.finished && done >= round_end,
            ..first
        }
    }

    /// Whether how far a design has come depends on its own results only.
    pub fn is_each_alone(&self) -> bool {
        !self.paired && !self.twins
    }

    /// How far a design has come.
    pub fn progress(&self, collection: &Collection, design: u32) -> Progress {
        self.progress_of(collection, design, &mut Summaries::default())
    }

    fn progress_of(
        &self,
        collection: &Collection,
        design: u32,
        summaries: &mut Summaries,
    ) -> Progress {
        if self.paired {
            return self.paired_progress(collection, design);
        }
        if self.twins && design == 1 {
            return self.twins_progress(collection);
        }
        let done = collection.replications(design);
        let round_end = self.round_end(done);
        let (attainment, cost_percent) = precision(collection, design, summaries);
        let attainment_points = 50.0 * (attainment.ci_high - attainment.ci_low);
        let precise = attainment_points <= self.run.attainment_precision_points
            && cost_percent <= self.run.cost_precision_percent;
        let decided =
            self.sweep && (attainment.ci_high < self.wanted || attainment.ci_low >= self.wanted);
        let at_barrier = done == round_end;
        let finished = at_barrier && (done >= self.cap() || precise || decided);
        let round_end = if at_barrier && !finished {
            self.round_end(done + 1)
        } else {
            round_end
        };
        Progress {
            done,
            round_end,
            attainment_points,
            cost_percent,
            finished,
        }
    }

    /// The shards of the next round, one replication of one design each, in the order in which they help
    /// most: replication by replication over all designs. Empty when the study is finished.
    ///
    /// Ask at a barrier only: when everything asked for before has been added to the collection.
    pub fn next_round(&self, collection: &Collection) -> Vec<Shard> {
        let mut summaries = Summaries::default();
        let open: Vec<(u32, Progress)> = (0..collection.designs())
            .map(|design| (design, self.progress_of(collection, design, &mut summaries)))
            .filter(|(_, progress)| !progress.finished)
            .collect();
        let mut shards: Vec<Shard> = open
            .iter()
            .flat_map(|&(design, progress)| {
                (progress.done..progress.round_end).map(move |first_replication| Shard {
                    first_design: design,
                    designs: 1,
                    first_replication,
                    replications: 1,
                })
            })
            .collect();
        sort_by_key(&mut shards, |shard| {
            (shard.first_replication, shard.first_design)
        });
        shards
    }
}

fn precision(collection: &Collection, design: u32, summaries: &mut Summaries) -> (Proportion, f64) {
    let briefs = collection.briefs(design);
    let attainment = Proportion::of(briefs.iter().map(|brief| brief.met));
    let mut cost = Welford::new();
    let costs = briefs.iter().map(|brief| brief.cost);
    costs
        .filter(|cost| cost.is_finite())
        .for_each(|one| cost.push(one));
    // One replication tells nothing of the spread: its half-width is infinite.
    let half_width = summaries
        .interval(&cost)
        .map_or(f64::INFINITY, |(low, high)| 0.5 * (high - low));
    let percent = if cost.mean() > 0.0 {
        100.0 * half_width / cost.mean()
    } else {
        0.0
    };
    (attainment, percent)
}
