//! `cargo xtask bench`: how fast the simulation is.

use crate::browser::ensure_chromium;
use crate::process;
use crate::project::Project;
use crate::site::{self, Live};
use crate::step::step;
use anyhow::{Context, Result};
use clap::Args;
use std::env;
use std::path::PathBuf;

/// Time the simulation, beside a bare loop and beside other simulators
#[derive(Args)]
pub struct Options {
    /// The table only, with fewer and shorter measurements: within a minute
    #[arg(long)]
    quick: bool,
    /// The table for machines
    #[arg(long)]
    json: bool,
}

/// Prints the table on standard output; before that, unless it must be quick, the benches of criterion run.
///
/// # Errors
/// Something does not build, or fails.
pub fn run(options: &Options) -> Result<()> {
    let project = Project::find()?;
    if !options.quick && !options.json {
        step("Time the parts (criterion)", || {
            let mut cargo = project.cargo();
            cargo.args(["bench", "--package", "sim-core"]);
            process::run(&mut cargo, "Its message is above")
        })?;
    }
    let dist = project.root.join("dist");
    site::build(&project, &dist, Live::No)?;
    let chromium = ensure_chromium()?;
    let mut program = vec!["--release", "--package", "tests", "--bin", "bench"];
    program.extend(["--features", "browser"]);
    step("Build the table's program", || {
        let mut cargo = project.cargo();
        cargo.arg("build").args(&program);
        process::run(&mut cargo, "Its message is above")
    })?;
    step("Time the simulation", || {
        let mut cargo = project.cargo();
        cargo.args(["run", "--quiet"]).args(&program).arg("--");
        cargo.env("QEC_DIST", &dist);
        cargo.env("QEC_XTASK", own_file()?);
        cargo.env("QEC_CHROMIUM", &chromium.browser);
        cargo.env("QEC_CHROMEDRIVER", &chromium.driver);
        if options.quick {
            cargo.arg("--quick");
        }
        if options.json {
            cargo.arg("--json");
        }
        process::run(&mut cargo, "Its message is above")
    })
}

/// This program's file, which serves the page to the browser.
fn own_file() -> Result<PathBuf> {
    env::current_exe().context("cannot find this program's own file")
}
