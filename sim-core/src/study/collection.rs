//! Results of a plan, merged by design and replication whatever the order in which they arrive.

use super::plan::{Plan, hex};
use super::report::Report;
use super::result::{ReplicationResult, ShardResult};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// Series are kept of so many replications of a design: enough for the P5 to P95 of a fan, while the memory of a
/// study does not grow by a hundred kilobytes with every hundred replications more.
const KEPT_SERIES: usize = 200;

/// All results of a plan that have arrived.
#[derive(Clone, Debug, Default)]
pub struct Collection {
    plan: String,
    /// Per design: results from replication 0 on without a gap, and those that arrived early.
    designs: Vec<Arrived>,
}

#[derive(Clone, Debug, Default)]
struct Arrived {
    in_order: Vec<ReplicationResult>,
    early: BTreeMap<u32, ReplicationResult>,
    /// Over the bytes of `in_order`, so that a digest costs nothing however often it is asked for.
    hash: Sha256,
}

impl Arrived {
    /// Takes in one result; whether it was new.
    fn add(&mut self, replication: u32, result: ReplicationResult) -> bool {
        let known =
            (replication as usize) < self.in_order.len() || self.early.contains_key(&replication);
        if known {
            return false;
        }
        self.early.insert(replication, result);
        while let Some(next) = self.early.remove(&(self.in_order.len() as u32)) {
            self.hash.update(next.bytes());
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
                any_new |= arrived.add(replication, result);
            }
        }
        any_new
    }

    /// Number of designs.
    pub fn designs(&self) -> u32 {
        self.designs.len() as u32
    }

    /// Results of a design from replication 0 on, as far as there is no gap.
    pub fn results(&self, design: u32) -> &[ReplicationResult] {
        self.designs
            .get(design as usize)
            .map_or(&[], |arrived| arrived.in_order.as_slice())
    }

    /// Replications of a design, as far as there is no gap.
    pub fn replications(&self, design: u32) -> u32 {
        self.results(design).len() as u32
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
