//! Runners of KEDA's vectors, by kind.

#[path = "keda/jobs.rs"]
mod jobs;
#[path = "keda/object.rs"]
mod object;

use crate::case::{Answer, Case};

/// Computes a case of a file `keda_vectors*.json`.
pub fn run(case: &Case) -> Result<Answer, String> {
    match case.kind.as_str() {
        "activation" => object::activation(&case.inputs()?),
        "object_activity" => object::object_activity(&case.inputs()?),
        "scaled_object" => object::scaled_object(&case.inputs()?),
        "fallback" => object::fallback(&case.inputs()?),
        "formula" => object::formula(&case.inputs()?),
        "cron" => object::cron(&case.inputs()?),
        "job_strategy" => jobs::strategy(&case.inputs()?),
        "job_decision" => jobs::decision(&case.inputs()?),
        "job_aggregate" => jobs::aggregated(&case.inputs()?),
        "target_average" => jobs::target_average_of(&case.inputs()?),
        other => Err(format!("unknown kind {other:?}")),
    }
}
