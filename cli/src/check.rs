//! `qec check`: every problem of a scenario.

use crate::args::CheckArguments;
use crate::failure::{Failure, list};
use crate::{output, source};
use sim_core::scenario::check_json;

/// Checks a scenario.
pub fn check(options: &CheckArguments) -> Result<(), Failure> {
    let checked = check_json(&source::find(&options.scenario)?);
    let problems = match &checked {
        Ok(scenario) => &scenario.warnings,
        Err(problems) => &problems.0,
    };
    if options.json {
        output::print_json(problems)?;
    }
    match checked {
        Ok(scenario) => {
            if options.json {
                return Ok(());
            }
            if !scenario.warnings.is_empty() {
                output::explain(&list(&scenario.warnings));
            }
            let name = &scenario.document().name;
            output::print(&format!(
                "{name}: sound, {} warnings",
                scenario.warnings.len()
            ))
        }
        Err(problems) => Err(problems.into()),
    }
}
