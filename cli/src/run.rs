//! `qec run`: one design, many replications.

use crate::args::RunArguments;
use crate::failure::Failure;
use crate::report_file::{self, origin};
use crate::{compute, output, report_text};
use sim_core::study::Plan;
use sim_report::study::Origin;

/// Simulates a scenario.
pub fn run(options: &RunArguments) -> Result<(), Failure> {
    let wanted = &options.study.of.compute;
    let document = compute::document(&options.study.of.scenario, wanted)?;
    let computed = compute::compute(Plan::single(&document), &options.study)?;
    let report = computed
        .collection
        .report(computed.prepared.plan())
        .ok_or_else(|| Failure::Internal("no replication was computed".to_owned()))?;
    let attainment = document.slo.wanted_attainment_percent;
    let text = report_text::write(&report, document.slo.window_days, attainment);
    report_file::write(wanted, || {
        let origin = Origin {
            engine: report.engine_version.clone(),
            seed: report.seed,
            plane: report.plane.clone(),
            prices: report.prices.clone(),
            replications: report.replications,
            digest: report.digest.clone(),
            ..origin(&[&document], wanted)
        };
        sim_report::study::run(&report, attainment / 100.0, &text, &origin)
    })?;
    if wanted.json {
        return output::print_json(&report);
    }
    output::print(&text)
}
