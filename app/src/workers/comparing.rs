//! The comparison of the design on the page with the pinned one: what is missing of either is dealt out, and what the
//! design's own run finds is taken as it is.

use super::deal::{Pace, joined};
use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::{
    Collection, CompareReport, CompareRound, Comparison, Plan, Shard, ShardResult,
};
use std::collections::VecDeque;
use std::rc::Rc;

/// A comparison being computed.
pub struct Comparing {
    comparison: Comparison,
    plans: Vec<Rc<Plan>>,
    collections: Vec<Collection>,
    /// Number of the baseline's job; the candidate's follows it.
    first_job: u32,
    waiting: VecDeque<(usize, Shard)>,
    out: u32,
    pace: Pace,
    /// Whether anything arrived since the last report.
    pub news: bool,
}

impl Comparing {
    /// Jobs of a comparison.
    pub const JOBS: u32 = 2;

    /// Compares two documents; `known` are results that may belong to one of them.
    pub fn new(
        first_job: u32,
        documents: &[ScenarioDocument; 2],
        known: impl Fn(&str) -> Option<Collection>,
    ) -> Self {
        let comparison = Comparison::new(documents);
        let plans = comparison.plans();
        let collections = plans
            .iter()
            .map(|plan| known(&plan.id()).unwrap_or_else(|| Collection::new(plan)));
        Self {
            collections: collections.collect(),
            plans: plans.iter().cloned().map(Rc::new).collect(),
            comparison,
            first_job,
            waiting: VecDeque::new(),
            out: 0,
            pace: Pace::default(),
            news: true,
        }
    }

    /// Id of the baseline's plan, and what has arrived of it.
    pub fn baseline(self) -> Option<(String, Collection)> {
        let id = self.plans.first()?.id();
        Some((id, self.collections.into_iter().next()?))
    }

    /// Whether a plan is the candidate's, whose results then come by themselves.
    pub fn is_candidate(&self, plan: &Plan) -> bool {
        self.plans.get(1).is_some_and(|own| **own == *plan)
    }

    /// Whether a job is one of this.
    pub fn is_job(&self, job: u32) -> bool {
        (self.first_job..self.first_job + Self::JOBS).contains(&job)
    }

    /// The least number of a job.
    pub fn first_job(&self) -> u32 {
        self.first_job
    }

    /// Lays out what is missing, when all that was asked for has arrived.
    pub fn go_on(&mut self) {
        if self.out == 0 && self.waiting.is_empty() {
            self.waiting = self.round().shards.into();
        }
    }

    /// The next shard, with its job and plan.
    pub fn next(&mut self) -> Option<(u32, Shard, Rc<Plan>)> {
        let (plan, mut shard) = self.waiting.pop_front()?;
        let most = self.pace.most();
        // Of the same plan, replication after replication: those of the other lie between.
        let mut place = 0;
        while shard.replications < most {
            match self.waiting.get(place) {
                Some(&(other, next)) if other == plan => match joined(shard, next) {
                    Some(longer) => {
                        self.waiting.remove(place);
                        shard = longer;
                    }
                    None => break,
                },
                Some(_) => place += 1,
                None => break,
            }
        }
        self.out += 1;
        let job = self.first_job + plan as u32;
        Some((job, shard, Rc::clone(self.plans.get(plan)?)))
    }

    /// Takes in a result that took so long.
    pub fn take(&mut self, job: u32, result: ShardResult, took_ms: f64) {
        self.out = self.out.saturating_sub(1);
        self.pace.note(result.results.len(), took_ms);
        let plan = job.saturating_sub(self.first_job) as usize;
        if let Some(collection) = self.collections.get_mut(plan) {
            self.news |= collection.add(result);
        }
    }

    /// Takes in what the run found of the candidate; results of other plans change nothing.
    pub fn overhear(&mut self, result: &ShardResult) {
        if let Some(collection) = self.collections.get_mut(1) {
            self.news |= collection.add(result.clone());
        }
    }

    fn all(&self) -> Vec<&Collection> {
        self.collections.iter().collect()
    }

    /// Where it stands.
    pub fn round(&self) -> CompareRound {
        self.comparison.round(&self.all())
    }

    /// The report on the pairs of so many replications.
    pub fn report(&self, replications: u32) -> Option<CompareReport> {
        self.comparison.report(&self.all(), replications)
    }
}
