//! `cargo xtask studio`: from a clone to the open page.

use crate::browser;
use crate::project::Project;
use crate::server::Server;
use crate::site::{self, Live};
use crate::step::{note, seconds};
use crate::watch::Sources;
use anyhow::{Result, anyhow};
use clap::Args;
use std::thread;
use std::time::Instant;

/// Set up what is missing, build the page, serve it and open it
#[derive(Args)]
pub struct Options {
    /// Port on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Build anew when a source changes; open pages reload
    #[arg(long)]
    watch: bool,
    /// Do not open a browser
    #[arg(long)]
    no_open: bool,
}

/// Serves the studio until ended.
///
/// # Errors
/// A step fails; the message says what to do.
pub fn run(options: &Options) -> Result<()> {
    let start = Instant::now();
    let project = Project::find()?;
    let (out, live) = if options.watch {
        (project.work_folder("live-site")?, Live::Reload)
    } else {
        (project.root.join("dist"), Live::No)
    };
    // A taken port is told before minutes of work.
    let server = Server::bind(&out, options.port)?;
    let sources = Sources::look(&project);
    site::build(&project, &out, live)?;
    let url = server.url()?;
    println!(
        "\nQEC Studio is at {url} after {} (Ctrl-C ends it)",
        seconds(start.elapsed())
    );
    if !options.no_open {
        browser::open(&url);
    }
    if !options.watch {
        return server.run();
    }
    let serving = thread::spawn(|| server.run());
    watch(
        &project,
        sources,
        || site::build(&project, &out, live).map(|_| ()),
        || serving.is_finished(),
    );
    serving.join().map_err(|_| anyhow!("the server broke"))?
}

/// Builds after every change, until the server is gone.
fn watch(
    project: &Project,
    mut sources: Sources,
    build: impl Fn() -> Result<()>,
    gone: impl Fn() -> bool,
) {
    while !gone() {
        note("waiting for changes");
        sources = sources.wait_for_change(project);
        if let Err(error) = build() {
            // The site of before stays up while the source is being mended.
            eprintln!("error: {error:#}");
        }
    }
}
