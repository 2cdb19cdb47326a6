//! `qec sensitivity`: which knob or uncertain input matters most.

use crate::args::SensitivityArguments;
use crate::failure::Failure;
use crate::report_file::{self, origin};
use crate::{compute, output, sensitivity_text};
use serde::Serialize;
use sim_core::scenario::check;
use sim_core::study::{Plan, Rounds, Sensitivity, SensitivityReport, UncertaintyReport};
use sim_report::study::Origin;

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
    let wanted = &options.study.of.compute;
    let document = compute::document(&options.study.of.scenario, wanted)?;
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
    report_file::write(wanted, || {
        let origin = Origin {
            engine: tornado.engine_version.clone(),
            seed: tornado.seed,
            plane: tornado.plane.clone(),
            prices: tornado.prices.clone(),
            replications: tornado.replications,
            digest: tornado.digest.clone(),
            ..origin(&[&document], wanted)
        };
        sim_report::study::sensitivity(&tornado, uncertainty.as_ref(), &origin)
    })?;
    if wanted.json {
        return output::print_json(&Found {
            tornado,
            uncertainty,
        });
    }
    output::print(&sensitivity_text::write(&tornado, uncertainty.as_ref()))
}
