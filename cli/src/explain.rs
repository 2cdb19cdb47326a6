//! `qec explain`: what would help most.

use crate::args::ExplainArguments;
use crate::failure::Failure;
use crate::report_file::{self, origin};
use crate::table::{Table, number, probability};
use crate::{adaptive, compute, output};
use sim_core::study::explain::{Explain, ExplainReport, Move};
use sim_report::study::Origin;

/// Tells what would help most.
pub fn explain(options: &ExplainArguments) -> Result<(), Failure> {
    let wanted = &options.of.compute;
    let document = compute::document(&options.of.scenario, wanted)?;
    let study = Explain::new(&document, options.replications);
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
        sim_report::study::explain(&report, &origin)
    })?;
    if wanted.json {
        return output::print_json(&report);
    }
    output::print(&text(&report))
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
