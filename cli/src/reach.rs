//! `qec reach`: how much more traffic the design carries.

use crate::args::ReachArguments;
use crate::failure::Failure;
use crate::report_file::{self, origin};
use crate::table::{Table, number, probability};
use crate::{adaptive, compute, optimise, output, sweep_text};
use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::reach::{Reach, ReachReport};
use sim_report::study::Origin;

/// Tells how much more traffic the design carries.
pub fn reach(options: &ReachArguments) -> Result<(), Failure> {
    let wanted = &options.of.compute;
    let document = compute::document(&options.of.scenario, wanted)?;
    if options.targets {
        return targets(options, &document);
    }
    let study = Reach::new(&document, options.replications);
    let study = adaptive::run(&document, study, wanted.threads, |_| String::new())?;
    let Some(report) = study.report() else {
        return Err(Failure::Internal("nothing was computed".to_owned()));
    };
    report_file::write(wanted, || {
        let origin = Origin {
            engine: report.engine_version.clone(),
            seed: report.seed,
            replications: report.replications,
            digest: report.digest.clone(),
            ..origin(&[&document], wanted)
        };
        sim_report::study::reach(&report, &origin)
    })?;
    if wanted.json {
        return output::print_json(&report);
    }
    output::print(&text(&report))
}

/// The best SLO target against cost.
fn targets(options: &ReachArguments, document: &ScenarioDocument) -> Result<(), Failure> {
    let wanted = &options.of.compute;
    let report = optimise::found(document, None, wanted.threads)?;
    report_file::designs(wanted, document, &report)?;
    if wanted.json {
        return output::print_json(&report);
    }
    output::print(&sweep_text::attainable_text(&report))
}

fn text(report: &ReachReport) -> String {
    let mut table = Table::new(["Traffic", "attainment", "95 % interval", "USD/month", "n"]);
    for point in &report.points {
        let [chance, interval] = probability(&point.attainment);
        table.row([
            format!("×{:.2}", point.factor),
            chance,
            interval,
            number(point.cost_per_month.mean),
            point.attainment.n.to_string(),
        ]);
    }
    format!(
        "{}\n{} replications, seed {}\n\n{}.\n\n{}\nengine {}, study {}\ndigest {}\n",
        report.name,
        report.replications,
        report.seed,
        report.words(),
        table.text(),
        report.engine_version,
        report.plan,
        report.digest,
    )
}
