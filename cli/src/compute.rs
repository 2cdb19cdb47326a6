//! A study on threads: rounds of shards, each shard computed anywhere, results merged by index.

use crate::args::{ComputeArguments, StudyArguments};
use crate::failure::Failure;
use crate::source;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rayon::prelude::*;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::scenario::limits::Limit;
use sim_core::study::{Collection, Plan, Prepared, Rounds, ShardResult};

/// The scenario that an argument names, with what the command line says instead of it.
pub fn document(named: &str, options: &ComputeArguments) -> Result<ScenarioDocument, Failure> {
    let mut document = source::checked(named)?.document().clone();
    if let Some(seed) = options.seed {
        document.run.seed = seed;
    }
    if let Some(plane) = options.plane {
        document.run.plane = plane.into();
    }
    Ok(document)
}

/// A computed study.
pub struct Computed {
    /// What was computed.
    pub prepared: Prepared,
    /// The results.
    pub collection: Collection,
}

/// Computes a plan to the end.
pub fn compute(plan: Plan, options: &StudyArguments) -> Result<Computed, Failure> {
    let rounds = Rounds::new(&plan);
    compute_by(plan, rounds, options)
}

/// Computes a plan by a rule.
pub fn compute_by(
    plan: Plan,
    rounds: Rounds,
    options: &StudyArguments,
) -> Result<Computed, Failure> {
    let rounds = match options.replications {
        Some(replications) => {
            within_limits(replications)?;
            rounds.of_exactly(replications)
        }
        None => rounds,
    };
    let prepared = Prepared::new(plan)?;
    let pool = threads(options.of.compute.threads)?;
    let mut collection = Collection::new(prepared.plan());
    let bar = progress_bar("replications");
    loop {
        let shards = rounds.next_round(&collection);
        if shards.is_empty() {
            break;
        }
        bar.inc_length(shards.len() as u64);
        let results: Vec<ShardResult> = pool.install(|| {
            let compute = |&shard| {
                let result = prepared.run_shard(shard);
                bar.inc(1);
                result
            };
            shards.par_iter().map(compute).collect()
        });
        for result in results {
            collection.add(result);
        }
        let progress = rounds.progress(&collection, 0);
        bar.set_message(format!(
            "attainment ±{:.1} points, cost ±{:.1} %",
            progress.attainment_points, progress.cost_percent
        ));
    }
    bar.finish_and_clear();
    Ok(Computed {
        prepared,
        collection,
    })
}

/// Whether so many replications may be asked for.
pub fn within_limits(replications: u32) -> Result<(), Failure> {
    match Limit::find("run.replications").filter(|limit| !limit.contains(f64::from(replications))) {
        None => Ok(()),
        Some(limit) => Err(Failure::Input(format!(
            "--replications {replications} is not possible; allowed: {}",
            limit.range()
        ))),
    }
}

/// So many threads; all processors unless something else is said.
pub fn threads(wanted: Option<u16>) -> Result<rayon::ThreadPool, Failure> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(wanted.map_or(0, usize::from))
        .build()
        .map_err(|error| Failure::Internal(error.to_string()))
}

/// A bar that counts `what`. On a terminal only: indicatif draws nothing elsewhere.
pub fn progress_bar(what: &str) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    let template = format!("{{bar:30}} {{pos}}/{{len}} {what}, {{elapsed}} ({{eta}} left) {{msg}}");
    match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
