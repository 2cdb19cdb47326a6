//! Documents that are run, as most tests want it: the first replications of the design that the document describes.

use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::{
    Collection, NodeMarketResult, Plan, Prepared, ReplicationResult, Report, Shard,
};

/// The first replications of the first design.
pub const fn first(replications: u32) -> Shard {
    Shard {
        first_design: 0,
        designs: 1,
        first_replication: 0,
        replications,
    }
}

/// So many replications.
///
/// # Panics
/// The document is not sound.
pub fn run(document: &ScenarioDocument, replications: u32) -> Vec<ReplicationResult> {
    let prepared =
        Prepared::new(Plan::single(document)).unwrap_or_else(|problems| panic!("{problems}"));
    prepared.run_shard(first(replications)).results
}

/// One replication.
///
/// # Panics
/// The document is not sound.
pub fn run_once(document: &ScenarioDocument) -> ReplicationResult {
    run(document, 1).remove(0)
}

/// The report on so many replications.
///
/// # Panics
/// The document is not sound.
pub fn report(document: &ScenarioDocument, replications: u32) -> Report {
    let plan = Plan::single(document);
    let prepared = Prepared::new(plan.clone()).unwrap_or_else(|problems| panic!("{problems}"));
    let mut collection = Collection::new(&plan);
    collection.add(prepared.run_shard(first(replications)));
    collection.report(&plan).expect("there are results")
}

/// What the spot market did.
///
/// # Panics
/// There are no spot nodes.
pub fn market(result: &ReplicationResult) -> &NodeMarketResult {
    result.node_market.as_ref().expect("spot nodes")
}
