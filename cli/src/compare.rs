//! `qec compare`: scenarios side by side, under common random numbers.

use crate::args::CompareArguments;
use crate::failure::Failure;
use crate::{compare_text, compute, output, source};
use rayon::prelude::*;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::{Collection, CompareReport, Comparison, Prepared, ShardResult};

/// Compares scenarios.
pub fn compare(options: &CompareArguments) -> Result<(), Failure> {
    if let Some(replications) = options.replications {
        compute::within_limits(replications)?;
    }
    let documents = options
        .scenarios
        .iter()
        .map(|named| document(named, options))
        .collect::<Result<Vec<_>, _>>()?;
    let report = computed(&Comparison::new(&documents), options)?;
    if options.json {
        return output::print_json(&report);
    }
    output::print(&compare_text::write(&report))
}

fn document(named: &str, options: &CompareArguments) -> Result<ScenarioDocument, Failure> {
    let mut document = source::checked(named)?.document().clone();
    if let Some(seed) = options.seed {
        document.run.seed = seed;
    }
    if let Some(plane) = options.plane {
        document.run.plane = plane.into();
    }
    Ok(document)
}

fn computed(comparison: &Comparison, options: &CompareArguments) -> Result<CompareReport, Failure> {
    let prepared = comparison
        .plans()
        .iter()
        .map(|plan| Prepared::new(plan.clone()))
        .collect::<Result<Vec<_>, _>>()?;
    let mut collections: Vec<Collection> = comparison.plans().iter().map(Collection::new).collect();
    let pool = compute::threads(options.threads)?;
    let bar = compute::progress_bar("replications");
    let replications = loop {
        let all: Vec<&Collection> = collections.iter().collect();
        let round = match options.replications {
            Some(replications) => comparison.round_of_exactly(&all, replications),
            None => comparison.round(&all),
        };
        if round.finished {
            break round.done;
        }
        bar.inc_length(round.shards.len() as u64);
        let results: Vec<(usize, ShardResult)> = pool.install(|| {
            let compute = |&(plan, shard): &(usize, _)| {
                let result = prepared.get(plan).map(|prepared| prepared.run_shard(shard));
                bar.inc(1);
                result.map(|result| (plan, result))
            };
            round.shards.par_iter().filter_map(compute).collect()
        });
        for (plan, result) in results {
            if let Some(collection) = collections.get_mut(plan) {
                collection.add(result);
            }
        }
        bar.set_message(format!("cost difference ±{:.2} %", round.cost_percent));
    };
    bar.finish_and_clear();
    let all: Vec<&Collection> = collections.iter().collect();
    comparison
        .report(&all, replications)
        .ok_or_else(|| Failure::Internal("no replication was computed".to_owned()))
}
