//! Two to four scenarios side by side, under common random numbers.
//!
//! Replication r of every scenario draws the same random numbers, so that what they share – traffic, luck with the
//! service times – cancels in the difference of a pair. Each scenario runs as its own [`Plan::single`], with the
//! baseline's seed; a comparison reads their collections and adds nothing to what is computed.
//!
//! **Intervals.** Means: Student's t of the paired differences (Law, "Simulation Modeling and Analysis", §10.2.1,
//! paired-t with common random numbers). Attainment: Tango's score interval for paired proportions
//! ([`crate::stats::tango`]). Shares of runs: Wilson. Each interval holds on its own at 95 %, not all at once.
//!
//! **How many.** Rounds as in [`super::Rounds`], until for every candidate the cost difference is known to within the
//! cost precision (in per cent of the baseline's cost) and the attainment difference to within the attainment
//! precision, or the cap is reached. Only the first replications up to a round's end count, whatever else was
//! computed, so that page and command line find the same.

mod difference;
mod report;
mod rule;
mod waterfall;
mod words;

pub use difference::{Difference, PairedProportion, Verdict};
pub use report::{CandidateReport, CompareReport, ComparedScenario, ObjectiveDifference};
pub use rule::CompareRound;
pub(super) use rule::pair_precision;
pub use waterfall::{Waterfall, WaterfallStep};

use super::collection::Collection;
use super::plan::{Plan, hex};
use super::result::ReplicationResult;
use crate::scenario::document::ScenarioDocument;
use sha2::{Digest, Sha256};

/// Most scenarios of a comparison, with the baseline.
pub const MAX_COMPARED: usize = 4;

/// What is compared: the baseline first, then the candidates.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    plans: Vec<Plan>,
}

impl Comparison {
    /// Compares the first document with the others. All take the first one's seed, for it is what pairs them; what
    /// is beyond [`MAX_COMPARED`] is left out.
    pub fn new(documents: &[ScenarioDocument]) -> Self {
        let seed = documents.first().map(|document| document.run.seed);
        let plan = |document: &ScenarioDocument| {
            let mut document = document.clone();
            document.run.seed = seed.unwrap_or(document.run.seed);
            Plan::single(&document)
        };
        Self {
            plans: documents.iter().take(MAX_COMPARED).map(plan).collect(),
        }
    }

    /// The plans, the baseline's first. Their results go into one [`Collection`] each.
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// What is known and what is to be computed next; ask at a barrier, when all that was asked for has arrived.
    pub fn round(&self, collections: &[&Collection]) -> CompareRound {
        rule::round(&self.plans, collections, None)
    }

    /// The same, asking for exactly so many replications.
    pub fn round_of_exactly(&self, collections: &[&Collection], replications: u32) -> CompareRound {
        rule::round(&self.plans, collections, Some(replications))
    }

    /// The report on the first `replications` of each; `None` before the first that all have.
    pub fn report(&self, collections: &[&Collection], replications: u32) -> Option<CompareReport> {
        let results: Vec<&[ReplicationResult]> = collections
            .iter()
            .map(|collection| collection.results(0))
            .map(|results| results.get(..replications as usize).unwrap_or(results))
            .collect();
        report::report(self, &results)
    }

    /// SHA-256 over the plans and the results, without what they recorded over time.
    fn digest(&self, results: &[&[ReplicationResult]]) -> String {
        let mut hash = Sha256::new();
        for (plan, results) in self.plans.iter().zip(results) {
            hash.update(plan.id().as_bytes());
            hash.update((results.len() as u64).to_le_bytes());
            for result in *results {
                hash.update(result.clone().without_series().bytes());
            }
        }
        hex(&hash.finalize(), 32)
    }
}

/// The letter that a scenario goes by: A is the baseline.
pub(super) fn letter(index: usize) -> &'static str {
    ["A", "B", "C", "D"].get(index).copied().unwrap_or("?")
}
