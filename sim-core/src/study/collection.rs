//! Results of a plan, merged by design and replication whatever the order in which they arrive.

use super::plan::{Plan, hex};
use super::probe::Outcome;
use super::report::Report;
use super::result::{Figure, ReplicationResult, ShardResult};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Series are kept of so many replications of a design: enough for the P5 to P95 of a fan, while the memory of a
/// study does not grow by a hundred kilobytes with every hundred replications more.
const KEPT_SERIES: usize = 200;

/// Whole results are kept of plans with up to so many designs; of larger sweeps only what their designs are judged by,
/// 40 bytes a replication where a whole result takes kilobytes.
const KEPT_WHOLE: usize = 64;

/// What a sweep judges a design by, of one replication.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Brief {
    /// Whether every objective was met.
    pub met: bool,
    /// Largest share of an error budget that was consumed: see [`Outcome::budget`].
    pub budget: f64,
    /// Cost per month, US dollars.
    pub cost: f64,
    /// 95th percentile of latency, milliseconds.
    pub p95_ms: f64,
    /// Mean replicas.
    pub mean_replicas: f64,
}

impl Brief {
    fn of(result: &ReplicationResult) -> Self {
        let Outcome { met, budget, .. } = Outcome::of(result);
        Self {
            met,
            budget,
            cost: result.figure(Figure::CostPerMonth),
            p95_ms: result.figure(Figure::P95Latency),
            mean_replicas: result.figure(Figure::MeanReplicas),
        }
    }
}

/// All results of a plan that have arrived.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    plan: String,
    /// Whether whole results are kept.
    whole: bool,
    /// Per design: results from replication 0 on without a gap, and those that arrived early.
    designs: Vec<Arrived>,
}

#[derive(Clone, Debug, Default)]
struct Arrived {
    briefs: Vec<Brief>,
    /// The same in full, where whole results are kept.
    in_order: Vec<ReplicationResult>,
    early: BTreeMap<u32, ReplicationResult>,
    /// Over the bytes of the results in order, so that a digest costs nothing however often it is asked for.
    hash: Sha256,
}

impl Arrived {
    /// Takes in one result; whether it was new.
    fn add(&mut self, replication: u32, result: ReplicationResult, whole: bool) -> bool {
        let known =
            (replication as usize) < self.briefs.len() || self.early.contains_key(&replication);
        if known {
            return false;
        }
        self.early.insert(replication, result);
        while let Some(next) = self.early.remove(&(self.briefs.len() as u32)) {
            self.hash.update(next.bytes());
            self.briefs.push(Brief::of(&next));
            if !whole {
                continue;
            }
            self.in_order.push(if self.in_order.len() < KEPT_SERIES {
                next
            } else {
                next.without_series()
            });
        }
        true
    }
}

impl Collection {
    /// Nothing has arrived yet.
    pub fn new(plan: &Plan) -> Self {
        Self {
            plan: plan.id(),
            whole: plan.designs.len() <= KEPT_WHOLE,
            designs: vec![Arrived::default(); plan.designs.len()],
        }
    }

    /// Takes in a shard's results. Those of another plan and repeated ones change nothing; whether any was new.
    pub fn add(&mut self, shard: ShardResult) -> bool {
        if shard.plan != self.plan {
            return false;
        }
        let mut any_new = false;
        let replications = shard.shard.replications.max(1) as usize;
        for (index, result) in shard.results.into_iter().enumerate() {
            let design = shard.shard.first_design as usize + index / replications;
            let replication = shard.shard.first_replication + (index % replications) as u32;
            if let Some(arrived) = self.designs.get_mut(design) {
                any_new |= arrived.add(replication, result, self.whole);
            }
        }
        any_new
    }

    /// Number of designs.
    pub fn designs(&self) -> u32 {
        self.designs.len() as u32
    }

    /// Id of the plan.
    pub fn plan_id(&self) -> &str {
        &self.plan
    }

    /// What a design is judged by, from replication 0 on, as far as there is no gap.
    pub fn briefs(&self, design: u32) -> &[Brief] {
        self.designs
            .get(design as usize)
            .map_or(&[], |arrived| arrived.briefs.as_slice())
    }

    /// Results of a design from replication 0 on, as far as there is no gap; none of a plan with more than 64 designs,
    /// of which only the [`briefs`](Self::briefs) are kept.
    pub fn results(&self, design: u32) -> &[ReplicationResult] {
        self.designs
            .get(design as usize)
            .map_or(&[], |arrived| arrived.in_order.as_slice())
    }

    /// Replications of a design, as far as there is no gap.
    pub fn replications(&self, design: u32) -> u32 {
        self.briefs(design).len() as u32
    }

    /// SHA-256 over the results of a design in order.
    pub fn digest(&self, design: u32) -> String {
        let hash = self
            .designs
            .get(design as usize)
            .map(|arrived| arrived.hash.clone())
            .unwrap_or_default();
        hex(&hash.finalize(), 32)
    }

    /// The report on the first design; `None` before its first result.
    pub fn report(&self, plan: &Plan) -> Option<Report> {
        Report::new(plan, self)
    }
}
