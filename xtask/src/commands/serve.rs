//! `cargo xtask serve`: serves a site that is built already.

use crate::server::{Server, site_folder};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

/// Serve a site that is built already
#[derive(Args)]
pub struct Options {
    /// The site's folder; by default `dist` in the project's folder
    #[arg(long, value_name = "FOLDER")]
    dir: Option<PathBuf>,
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

/// Serves until ended. The first line on standard output is the address.
///
/// # Errors
/// There is no site or no port.
pub fn run(options: &Options) -> Result<()> {
    let server = Server::bind(&site_folder(options.dir.as_deref())?, options.port)?;
    println!("{}", server.url()?);
    server.run()
}
