//! `qec compare`: scenarios side by side, under common random numbers.

use crate::args::CompareArguments;
use crate::failure::Failure;
use crate::report_file::{self, origin};
use crate::{compare_text, compute, output};
use rayon::prelude::*;
use sim_core::study::{Collection, CompareReport, Comparison, Prepared, ShardResult};
use sim_report::study::Origin;

/// Compares scenarios.
pub fn compare(options: &CompareArguments) -> Result<(), Failure> {
    if let Some(replications) = options.replications {
        compute::within_limits(replications)?;
    }
    let wanted = &options.compute;
    let named = options.scenarios.iter();
    let documents = named
        .map(|named| compute::document(named, wanted))
        .collect::<Result<Vec<_>, _>>()?;
    let report = computed(&Comparison::new(&documents), options)?;
    report_file::write(wanted, || {
        let first = report.scenarios.first();
        let origin = Origin {
            engine: report.engine_version.clone(),
            seed: report.seed,
            plane: first.map(|one| one.plane.clone()).unwrap_or_default(),
            prices: first.map(|one| one.prices.clone()).unwrap_or_default(),
            replications: report.replications,
            digest: report.digest.clone(),
            ..origin(&documents.iter().collect::<Vec<_>>(), wanted)
        };
        sim_report::study::compare(&report, &origin)
    })?;
    if wanted.json {
        return output::print_json(&report);
    }
    output::print(&compare_text::write(&report))
}

fn computed(comparison: &Comparison, options: &CompareArguments) -> Result<CompareReport, Failure> {
    let prepared = comparison
        .plans()
        .iter()
        .map(|plan| Prepared::new(plan.clone()))
        .collect::<Result<Vec<_>, _>>()?;
    let mut collections: Vec<Collection> = comparison.plans().iter().map(Collection::new).collect();
    let pool = compute::threads(options.compute.threads)?;
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
