//! `cargo xtask schema`: write the JSON Schema of the scenario document to public/.

use crate::process;
use crate::project::Project;
use crate::step::step;
use anyhow::Result;
use clap::Args;

/// Write the JSON Schema of the scenario document to public/
#[derive(Args)]
pub struct Options {}

/// Runs the program of the `tests` package that does it.
///
/// # Errors
/// It does not build, or fails.
pub fn run(_: &Options) -> Result<()> {
    let project = Project::find()?;
    step(
        "Write the JSON Schema of the scenario document to public/",
        || {
            let mut cargo = project.cargo();
            cargo.args(["run", "--package", "tests", "--bin", "schema"]);
            process::run(&mut cargo, "Its message is above")
        },
    )
}
