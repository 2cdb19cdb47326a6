//! `qec sensitivity`: which knob or uncertain input matters most.

use crate::args::SensitivityArguments;
use crate::failure::Failure;
use crate::{compute, output, sensitivity_text};
use serde::Serialize;
use sim_core::scenario::check;
use sim_core::study::{Plan, Rounds, Sensitivity, SensitivityReport, UncertaintyReport};

/// What is written as JSON.
#[derive(Serialize)]
struct Found {
    #[serde(flatten)]
    tornado: SensitivityReport,
    /// Draws of all uncertain inputs together, if there are any.
    #[serde(skip_serializing_if = "Option::is_none")]
    uncertainty: Option<UncertaintyReport>,
}

/// Moves each knob and each uncertain input to its ends.
pub fn sensitivity(options: &SensitivityArguments) -> Result<(), Failure> {
    let document = compute::document(&options.study)?;
    let study = Sensitivity::new(&check(&document)?).ok_or_else(|| {
        Failure::Input(
            "this scenario names no knobs and no uncertain numbers; add a sweep, or write a number as {\"p5\": …, \"p95\": …}".to_owned(),
        )
    })?;
    let rounds = Rounds::paired(study.plan());
    let computed = compute::compute_by(study.plan().clone(), rounds, &options.study)?;
    let none = || Failure::Internal("no replication was computed".to_owned());
    let tornado = study.report(&computed.collection).ok_or_else(none)?;
    let uncertainty = if document.uncertain.is_empty() {
        None
    } else {
        let plan = Plan::single(&document);
        let rounds = Rounds::new(&plan);
        let computed = compute::compute_by(plan, rounds, &options.study)?;
        let report = computed.collection.report(computed.prepared.plan());
        report.ok_or_else(none)?.uncertainty
    };
    if options.study.json {
        return output::print_json(&Found {
            tornado,
            uncertainty,
        });
    }
    output::print(&sensitivity_text::write(&tornado, uncertainty.as_ref()))
}
