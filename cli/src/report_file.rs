//! `--report`: the result as a file to be read without qec.

use crate::args::ComputeArguments;
use crate::failure::Failure;
use sim_core::scenario::document::{PlaneKind, ScenarioDocument};
use sim_core::share;
use sim_core::study::SweepReport;
use sim_report::paper::{Paper, html, markdown};
use sim_report::study::Origin;

/// Writes a report, if one is asked for.
pub fn write(options: &ComputeArguments, paper: impl FnOnce() -> Paper) -> Result<(), Failure> {
    let Some(path) = &options.report else {
        return Ok(());
    };
    let paper = paper();
    let text = match path.extension().and_then(|ending| ending.to_str()) {
        Some("md") => markdown::write(&paper),
        _ => html::write(&paper),
    };
    std::fs::write(path, text)
        .map_err(|error| Failure::Input(format!("cannot write {}: {error}", path.display())))
}

/// The report on designs.
pub fn designs(
    options: &ComputeArguments,
    document: &ScenarioDocument,
    report: &SweepReport,
) -> Result<(), Failure> {
    let replications = || report.points.iter().map(|point| point.replications).sum();
    let search = report.search.as_ref();
    write(options, || {
        let origin = Origin {
            engine: report.engine_version.clone(),
            seed: report.seed,
            plane: report.plane.clone(),
            prices: report.prices.clone(),
            replications: search.map_or_else(replications, |search| search.replications),
            digest: search.map_or_else(|| report.plan.clone(), |search| search.digest.clone()),
            ..origin(&[document], options)
        };
        sim_report::study::designs(report, &origin)
    })
}

/// Documents and links of a report.
pub fn origin(documents: &[&ScenarioDocument], options: &ComputeArguments) -> Origin {
    let studio = options.studio.trim_end_matches('#');
    let link = |document: &&ScenarioDocument| {
        // A scenario too long for a link is told by its assumptions alone.
        let fragment = share::encode(document).ok()?;
        Some(match studio.is_empty() {
            true => fragment,
            false => format!("{studio}#{fragment}"),
        })
    };
    let plane = documents.first().map(|document| document.run.plane);
    Origin {
        documents: documents
            .iter()
            .map(|document| serde_json::to_value(document).unwrap_or_default())
            .collect(),
        links: documents.iter().filter_map(link).collect(),
        plane: match plane {
            Some(PlaneKind::Requests) => "requests",
            _ => "fluid",
        }
        .to_owned(),
        ..Origin::default()
    }
}
