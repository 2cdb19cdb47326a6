//! `cargo xtask validate`: measure every oracle and write docs/VALIDATION.md.

use crate::process;
use crate::project::Project;
use crate::step::step;
use anyhow::Result;
use clap::Args;

/// Measure every oracle and write docs/VALIDATION.md
#[derive(Args)]
pub struct Options {}

/// Runs the program of the `tests` package that does it.
///
/// # Errors
/// It does not build, or fails.
pub fn run(_: &Options) -> Result<()> {
    let project = Project::find()?;
    step("Measure every oracle and write docs/VALIDATION.md", || {
        let mut cargo = project.cargo();
        cargo.args([
            "run",
            "--release",
            "--package",
            "tests",
            "--bin",
            "validate",
        ]);
        process::run(&mut cargo, "Its message is above")
    })
}
