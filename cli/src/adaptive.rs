//! Studies that decide as they go, on threads: round by round, each replication computed anywhere.

use crate::compute::{progress_bar, threads};
use crate::failure::Failure;
use rayon::prelude::*;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::{Adaptive, Answer, Plan, Prepared};

/// Runs a study to its end; `says` tells what is known after each round.
pub fn run<S: Adaptive>(
    document: &ScenarioDocument,
    mut study: S,
    wanted_threads: Option<u16>,
    says: impl Fn(&S) -> String,
) -> Result<S, Failure> {
    let prepared = Prepared::new(Plan::probed(document))?;
    let pool = threads(wanted_threads)?;
    let bar = progress_bar("replications");
    loop {
        let probes = study.next_round();
        let (done, needed) = study.progress();
        bar.set_length(u64::from(needed));
        bar.set_position(u64::from(done));
        bar.set_message(says(&study));
        if probes.is_empty() {
            break;
        }
        let answers: Vec<Answer> = pool.install(|| {
            let answer = |probe| {
                let answer = prepared.answer(probe);
                bar.inc(1);
                answer
            };
            probes.par_iter().map(answer).collect()
        });
        answers.into_iter().for_each(|answer| study.tell(answer));
    }
    bar.finish_and_clear();
    Ok(study)
}
