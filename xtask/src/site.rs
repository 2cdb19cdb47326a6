//! The static site: from compiled modules and the files of `public/` to a folder any web server can serve.
//!
//! ```text
//! dist/index.html            the shell, with the names of everything below        (never cached)
//! dist/embed.html            the same for frames on other pages, which may frame nothing else
//! dist/manifest.webmanifest … files other programs know by their name
//! dist/_headers              headers for hosts that read such a file
//! dist/assets/NAME-HASH.EXT  all else, named by its content                       (cached for ever)
//! dist/assets/part-NAME-HASH.wasm   a part of the program that is loaded when it is first used
//! ```
//! Beside each compressible file lie its `.br` and `.gz` forms. All references are relative.

mod bindgen;
mod digest;
mod headers;
mod pack;
mod shell;
mod sizes;
mod split;
mod stamp;

pub use headers::{EMBED, cache_control, security_headers};
pub use sizes::Sizes;

use crate::project::Project;
use crate::step::{note, step};
use crate::toolchain::Toolchain;
use crate::wasm;
use anyhow::Result;
use std::path::Path;

/// Whether the page reloads itself when the site is built anew.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Live {
    /// For visitors.
    No,
    /// For who works on it.
    Reload,
}

/// Compiles and writes the site; steps whose inputs did not change are left out.
///
/// # Errors
/// A step fails; the message says what to do.
pub fn build(project: &Project, out: &Path, live: Live) -> Result<Sizes> {
    project.check_bindgen_version()?;
    let toolchain = step("Looking for a compiler for wasm32", || {
        Toolchain::ensure(project)
    })?;
    step("Compiling the page", || wasm::compile(project, &toolchain))?;
    step(&format!("Writing the site to {}", out.display()), || {
        write(project, out, live)
    })?;
    let sizes = Sizes::read(out)?;
    note(&sizes.to_string());
    if !sizes.within_limit() {
        note("warning: that is more than it should be");
    }
    Ok(sizes)
}

/// Bundles the compiled modules and writes the site, unless it is there already.
fn write(project: &Project, out: &Path, live: Live) -> Result<()> {
    let inputs = stamp::inputs(project, live)?;
    let stamp = stamp::Stamp::of(project, out)?;
    if stamp.is_fresh(&inputs) {
        note("up to date");
        return Ok(());
    }
    let program = bindgen::bundle(project)?;
    let files = shell::assemble(project, &program, live)?;
    let written = pack::write(out, &files)?;
    stamp.write(&inputs, &written)
}
