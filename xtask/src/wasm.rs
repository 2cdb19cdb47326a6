//! Compiles the page and its worker.

use crate::process;
use crate::project::Project;
use crate::toolchain::{TARGET, Toolchain};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Stdio;

/// One of the two programs that run in the browser.
#[derive(Clone, Copy)]
pub struct Program {
    /// Name of the package and of its binary.
    pub name: &'static str,
    /// Profile it is compiled with.
    pub profile: &'static str,
    /// What `wasm-opt` should aim at.
    pub aim: &'static str,
}

/// The page: small, because the visitor waits for it.
pub const PAGE: Program = Program {
    name: "app",
    profile: "page",
    aim: "-Oz",
};

/// The worker: fast, because it holds the simulation.
pub const WORKER: Program = Program {
    name: "worker",
    profile: "worker",
    aim: "-O3",
};

impl Program {
    /// Where cargo leaves the compiled module.
    pub fn module(&self, project: &Project) -> PathBuf {
        project
            .target
            .join(TARGET)
            .join(self.profile)
            .join(format!("{}.wasm", self.name))
    }
}

/// What to do when cargo fails.
pub const KEPT: &str = "What cargo said is above. After a failed download or with a full disk (df -h): mend that and \
                        type the same again; what is done is kept";

/// Compiles both programs side by side; each ends in one long single-threaded link.
///
/// # Errors
/// One does not compile; the compiler's messages have been shown.
pub fn compile(project: &Project, toolchain: &Toolchain) -> Result<()> {
    let build = |program: Program| {
        let mut cargo = toolchain.cargo(project, "build");
        cargo.args(["--package", program.name, "--profile", program.profile]);
        cargo
    };
    // Two progress bars would overwrite each other: the worker's messages come when it is done.
    let worker = build(WORKER)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start cargo")?;
    let page = process::run(&mut build(PAGE), KEPT);
    let worker = worker.wait_with_output().context("cargo was lost")?;
    let said = String::from_utf8_lossy(&worker.stderr);
    if !worker.status.success() {
        bail!("the worker does not compile:\n{}", said.trim_end());
    }
    for line in said.lines().filter(|line| !is_progress(line)) {
        eprintln!("{line}");
    }
    page
}

/// Whether a line of cargo says only how far it is.
fn is_progress(line: &str) -> bool {
    let words = [
        "Adding",
        "Blocking",
        "Compiling",
        "Downloaded",
        "Downloading",
        "Locking",
        "Updating",
    ];
    let first = line.split_whitespace().next();
    line.starts_with(' ') && first.is_some_and(|first| words.contains(&first))
}
