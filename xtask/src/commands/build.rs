//! `cargo xtask build`: just the static site.

use crate::project::Project;
use crate::site::{self, Live};
use anyhow::{Context, Result};
use clap::Args;
use std::env;
use std::path::PathBuf;

/// Build the static site, to be served by any web server from any path
#[derive(Args)]
pub struct Options {
    /// Where to write it; by default `dist` in the project's folder
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Builds the site.
///
/// # Errors
/// A step fails; the message says what to do.
pub fn run(options: &Options) -> Result<()> {
    let project = Project::find()?;
    let out = match &options.out {
        Some(out) => env::current_dir()
            .context("the current folder is gone")?
            .join(out),
        None => project.root.join("dist"),
    };
    site::build(&project, &out, Live::No)?;
    Ok(())
}
