//! `qec run`: one design, many replications.

use crate::args::RunArguments;
use crate::failure::Failure;
use crate::{compute, output, report_text};
use sim_core::study::Plan;

/// Simulates a scenario.
pub fn run(options: &RunArguments) -> Result<(), Failure> {
    let document = compute::document(&options.study)?;
    let computed = compute::compute(Plan::single(&document), &options.study)?;
    let report = computed
        .collection
        .report(computed.prepared.plan())
        .ok_or_else(|| Failure::Internal("no replication was computed".to_owned()))?;
    if options.study.json {
        return output::print_json(&report);
    }
    output::print(&report_text::write(
        &report,
        document.slo.window_days,
        document.slo.wanted_attainment_percent,
    ))
}
