//! A compiler for wasm32-unknown-unknown, with its standard library.
//!
//! The compiler that built this program serves when it has that standard library or rustup can add it. Where
//! rustup cannot (no rustup, or its server is out of reach) Debian's packaged compiler serves, with the standard
//! library built from its packaged sources.

mod debian;

use crate::packages;
use crate::process;
use crate::project::Project;
use crate::step::note;
use anyhow::{Result, bail};
use debian::Debian;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What the page is compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";

/// A compiler that can build the page.
pub enum Toolchain {
    /// The compiler that built this program.
    Own,
    /// Debian's packaged compiler.
    Debian(Debian),
}

impl Toolchain {
    /// Finds a compiler for the page, or installs what is missing.
    ///
    /// # Errors
    /// None can be had; the message says what to type.
    pub fn ensure(project: &Project) -> Result<Self> {
        if has_own_library() {
            return Ok(Self::Own);
        }
        if let Some(debian) = Debian::find(project) {
            return Ok(Self::Debian(debian));
        }
        if process::find("rustup").is_some() {
            note("adding the standard library for wasm32 with rustup");
            let mut add = Command::new("rustup");
            add.args(["target", "add", TARGET]);
            match process::run(&mut add, "") {
                Ok(()) if has_own_library() => return Ok(Self::Own),
                Ok(()) => note("rustup added it to another toolchain than the one in use"),
                Err(error) => note(&format!("{error:#}")),
            }
        }
        if packages::has_apt() {
            return Ok(Self::Debian(Debian::ensure(project)?));
        }
        bail!(
            "the compiler has no standard library for {TARGET}. Type one of:\n  \
             rustup target add {TARGET}                      (Rust from rustup; needs static.rust-lang.org)\n  \
             sudo dnf install rust-std-static-{TARGET}       (Fedora)\n  \
             sudo pacman -S rust-wasm lld                                      (Arch)"
        )
    }

    /// `cargo` with a subcommand, set up to compile for wasm32.
    pub fn cargo(&self, project: &Project, subcommand: &str) -> Command {
        let mut cargo = match self {
            Self::Own => {
                let mut cargo = project.cargo();
                cargo.arg(subcommand);
                cargo
            }
            Self::Debian(debian) => debian.cargo(project, subcommand),
        };
        cargo.args(["--target", TARGET]);
        cargo
    }

    /// Makes sure that `cargo clippy` works for wasm32.
    ///
    /// # Errors
    /// It cannot be installed.
    pub fn ensure_clippy(&self) -> Result<()> {
        match self {
            Self::Own => Ok(()),
            Self::Debian(_) => debian::ensure_clippy(),
        }
    }
}

/// Whether the compiler in use has a standard library for wasm32.
fn has_own_library() -> bool {
    let mut ask = Command::new("rustc");
    ask.args(["--print", "target-libdir", "--target", TARGET]);
    process::output(&mut ask).is_ok_and(|folder| has_library(Path::new(folder.trim())))
}

/// Whether a folder holds a compiled standard library.
fn has_library(folder: &Path) -> bool {
    let Ok(files) = fs::read_dir(folder) else {
        return false;
    };
    files.flatten().any(|file| {
        let name = file.file_name();
        let name = name.to_string_lossy();
        name.starts_with("libstd") && !name.starts_with("libstd_") && name.ends_with(".rlib")
    })
}
