//! Compiles the page. Its workers run the same program.

use crate::process;
use crate::project::Project;
use crate::toolchain::{TARGET, Toolchain};
use anyhow::Result;
use std::path::PathBuf;

/// Name of the package and of its program.
pub const NAME: &str = "app";

/// Profile it is compiled with: small, with a fast simulation.
const PROFILE: &str = "page";

/// Where cargo leaves the compiled module.
pub fn module(project: &Project) -> PathBuf {
    let folder = project.target.join(TARGET).join(PROFILE);
    folder.join(format!("{NAME}.wasm"))
}

/// What to do when cargo fails.
pub const KEPT: &str = "What cargo said is above. After a failed download or with a full disk (df -h): mend that and \
                        type the same again; what is done is kept";

/// Compiles the program.
///
/// # Errors
/// It does not compile; the compiler's messages have been shown.
pub fn compile(project: &Project, toolchain: &Toolchain) -> Result<()> {
    let mut cargo = toolchain.cargo(project, "build");
    cargo.args(["--package", NAME, "--profile", PROFILE]);
    process::run(&mut cargo, KEPT)
}
