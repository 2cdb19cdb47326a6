//! `qec explain`: what would help most.

use crate::args::ExplainArguments;
use crate::failure::Failure;
use crate::table::{Table, number, probability};
use crate::{adaptive, output, source};
use sim_core::scenario::document::ScenarioDocument;
use sim_core::study::explain::{Explain, ExplainReport, Move};

/// Tells what would help most.
pub fn explain(options: &ExplainArguments) -> Result<(), Failure> {
    let document = document(options)?;
    let study = Explain::new(&document, options.replications);
    let study = adaptive::run(&document, study, options.threads, |_| String::new())?;
    let Some(report) = study.report() else {
        return Err(Failure::Internal("nothing was computed".to_owned()));
    };
    if options.json {
        return output::print_json(&report);
    }
    output::print(&text(&report))
}

/// The scenario, with what the command line says instead of it.
pub fn document(options: &ExplainArguments) -> Result<ScenarioDocument, Failure> {
    let mut document = source::checked(&options.scenario)?.document().clone();
    if let Some(seed) = options.seed {
        document.run.seed = seed;
    }
    Ok(document)
}

fn text(report: &ExplainReport) -> String {
    let [chance, interval] = probability(&report.attainment);
    let mut table = Table::new([
        "What would help most",
        "attainment, points",
        "95 % interval",
        "USD/month",
        "95 % interval",
        "budget consumed",
        "n",
    ]);
    report.moves.iter().for_each(|one| table.row(cells(one)));
    format!(
        "{}\n{} moves judged, {} dropped after a screening, {} not sound, {} replications, seed {}\n\nAs it is: attainment {chance} ({interval}), wanted {} %, {} USD per month\n\n{}\nEach move alone; of attainments in points, of budgets as a factor.\nengine {}, study {}\ndigest {}\n",
        report.name,
        report.moves.len(),
        report.dropped,
        report.unsound,
        report.replications,
        report.seed,
        100.0 * report.wanted_attainment,
        number(report.cost_per_month.mean),
        table.text(),
        report.engine_version,
        report.plan,
        report.digest,
    )
}

fn cells(one: &Move) -> Vec<String> {
    let edits: Vec<String> = one
        .edits
        .iter()
        .map(|(path, value)| {
            format!(
                "{path} = {}",
                value
                    .as_str()
                    .map_or_else(|| value.to_string(), str::to_owned)
            )
        })
        .collect();
    let points = |share: f64| format!("{:+.1}", 100.0 * share);
    let (gain, low, high) = one.gain;
    vec![
        edits.join(", "),
        points(gain),
        format!("{} … {}", points(low), points(high)),
        format!("{:+.2}", one.cost.mean),
        format!("{:+.2} … {:+.2}", one.cost.ci_low, one.cost.ci_high),
        format!("×{:.2}", one.budget.mean.exp()),
        one.replications.to_string(),
    ]
}
