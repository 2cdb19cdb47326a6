//! `cargo xtask bench`: how fast the simulation is.

use crate::process;
use crate::project::Project;
use crate::step::step;
use anyhow::Result;
use clap::Args;

/// Time the simulation with criterion
#[derive(Args)]
pub struct Options {
    /// Fewer and shorter measurements, within a minute
    #[arg(long)]
    quick: bool,
}

/// Runs the benches.
///
/// # Errors
/// They do not build, or one fails.
pub fn run(options: &Options) -> Result<()> {
    let project = Project::find()?;
    step("Time the simulation", || {
        let mut cargo = project.cargo();
        cargo.args(["bench", "--package", "sim-core"]);
        if options.quick {
            cargo.args([
                "--benches",
                "--",
                "--warm-up-time",
                "0.3",
                "--measurement-time",
                "1",
                "--sample-size",
                "10",
            ]);
        }
        process::run(&mut cargo, "Its message is above")
    })
}
