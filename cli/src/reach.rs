//! `qec reach`: how much more traffic the design carries.

use crate::args::ExplainArguments;
use crate::failure::Failure;
use crate::table::{Table, number, probability};
use crate::{adaptive, explain, output};
use sim_core::study::reach::{Reach, ReachReport};

/// Tells how much more traffic the design carries.
pub fn reach(options: &ExplainArguments) -> Result<(), Failure> {
    let document = explain::document(options)?;
    let study = Reach::new(&document, options.replications);
    let study = adaptive::run(&document, study, options.threads, |_| String::new())?;
    let Some(report) = study.report() else {
        return Err(Failure::Internal("nothing was computed".to_owned()));
    };
    if options.json {
        return output::print_json(&report);
    }
    output::print(&text(&report))
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
