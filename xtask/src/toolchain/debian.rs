//! Debian's packaged compiler (`rustc-web`) with a standard library for wasm32 built from its packaged sources.
//!
//! The library goes below the project's target folder and is named to the compiler by `--sysroot`, so that nothing
//! outside the project is written but the packages themselves.

use super::{TARGET, has_library};
use crate::packages;
use crate::process;
use crate::project::{Project, make_folder};
use crate::step::step;
use anyhow::{Context, Result, bail};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const CARGO: &str = "/usr/bin/cargo";
const RUSTC: &str = "/usr/bin/rustc";
const CLIPPY: &str = "/usr/bin/cargo-clippy";
const SOURCES: &str = "/usr/lib/rustlib/src/rust/library/sysroot/Cargo.toml";

/// Variables that would turn Debian's programs into those of rustup, or add flags to theirs.
const FOREIGN: [&str; 6] = [
    "LD_LIBRARY_PATH",
    "RUSTUP_TOOLCHAIN",
    "RUSTFLAGS",
    "CARGO_ENCODED_RUSTFLAGS",
    "RUSTC_WRAPPER",
    "CARGO",
];

/// The packaged compiler, ready for wasm32.
pub struct Debian {
    /// Folder that holds `lib/rustlib/wasm32-unknown-unknown/lib`.
    sysroot: PathBuf,
    /// Name of the linker, which Debian ships with a version in its name.
    linker: String,
}

impl Debian {
    /// What a former run left ready, if it still fits the compiler.
    pub fn find(project: &Project) -> Option<Self> {
        if !has_compiler() {
            return None;
        }
        let debian = Self::describe(project).ok()?;
        let ready = process::find(&debian.linker).is_some() && has_library(&debian.library());
        ready.then_some(debian)
    }

    /// Installs the packages and builds the standard library, as far as they are missing.
    pub fn ensure(project: &Project) -> Result<Self> {
        if !has_compiler() {
            step("Installing Debian's Rust compiler and its sources", || {
                packages::apt_install(&["rustc-web", "cargo-web", "rust-web-src"])
            })?;
        }
        let debian = Self::describe(project)?;
        if process::find(&debian.linker).is_none() {
            // The linker is named as its package, but for the first word.
            let package = debian.linker.replace("wasm-ld", "lld");
            step("Installing the linker for wasm32", || {
                packages::apt_install(&[&package])
            })?;
        }
        let library = debian.library();
        if !has_library(&library) {
            step("Building the standard library for wasm32 (once)", || {
                build_library(project, &library)
            })?;
        }
        Ok(debian)
    }

    /// Where the library belongs and what the linker is called, as the installed compiler has it.
    fn describe(project: &Project) -> Result<Self> {
        let version = process::output(debian_program(RUSTC).arg("-vV"))?;
        let llvm =
            llvm_major(&version).context("`/usr/bin/rustc -vV` does not name its LLVM version")?;
        let sysroot = project.work_folder("wasm-std")?.join(folder_name(&version));
        Ok(Self {
            sysroot,
            linker: format!("wasm-ld-{llvm}"),
        })
    }

    /// Where the compiler looks for the standard library.
    fn library(&self) -> PathBuf {
        self.sysroot.join("lib/rustlib").join(TARGET).join("lib")
    }

    /// `cargo` with a subcommand, set up with this compiler and library.
    pub fn cargo(&self, project: &Project, subcommand: &str) -> Command {
        // Found by cargo through the PATH, `clippy` would be the one of rustup.
        let mut cargo = debian_program(if subcommand == "clippy" {
            CLIPPY
        } else {
            CARGO
        });
        if subcommand == "clippy" {
            cargo.env("CARGO", CARGO);
        }
        cargo
            .current_dir(&project.root)
            .env("CARGO_TARGET_DIR", &project.target)
            .arg(subcommand);
        let sysroot = toml_text(&self.sysroot);
        cargo.arg("--config").arg(format!(
            "target.{TARGET}.rustflags=[\"--sysroot\", {sysroot}]"
        ));
        cargo
            .arg("--config")
            .arg(format!("target.{TARGET}.linker=\"{}\"", self.linker));
        cargo
    }
}

/// Whether the packages of the compiler and of its sources are installed.
fn has_compiler() -> bool {
    [CARGO, RUSTC, SOURCES]
        .iter()
        .all(|file| Path::new(file).exists())
}

/// Installs clippy for the packaged compiler.
pub fn ensure_clippy() -> Result<()> {
    if Path::new(CLIPPY).exists() {
        return Ok(());
    }
    step("Installing Debian's clippy", || {
        packages::apt_install(&["rust-web-clippy"])
    })
}

/// Builds the standard library from the packaged sources and puts it where the compiler looks.
fn build_library(project: &Project, library: &Path) -> Result<()> {
    let build = project.work_folder("wasm-std-build")?;
    let mut cargo = debian_program(CARGO);
    // How the Rust project itself builds its standard library: unstable features allowed, users kept from them,
    // and fit for link-time optimisation.
    cargo.env("RUSTC_BOOTSTRAP", "1");
    cargo.env(
        "RUSTFLAGS",
        "-Zforce-unstable-if-unmarked -Cembed-bitcode=yes",
    );
    cargo.args([
        "build",
        "--release",
        "--locked",
        "--target",
        TARGET,
        "--manifest-path",
        SOURCES,
    ]);
    cargo.arg("--target-dir").arg(&build);
    process::run(
        &mut cargo,
        "It needs crates.io for a few small crates: check the network, then type the same command again",
    )?;
    // Filled beside its place and then moved: what lies in the place is always whole.
    let unfinished = library.with_extension("unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)
            .with_context(|| format!("cannot remove {}", unfinished.display()))?;
    }
    make_folder(&unfinished)?;
    let built = build.join(TARGET).join("release/deps");
    for file in fs::read_dir(&built)
        .with_context(|| format!("cannot read {}", built.display()))?
        .flatten()
    {
        let name = file.file_name();
        let text = name.to_string_lossy();
        if text.ends_with(".rlib") && !text.starts_with("libsysroot") {
            fs::copy(file.path(), unfinished.join(&name))
                .with_context(|| format!("cannot copy {text}"))?;
        }
    }
    if !has_library(&unfinished) {
        bail!(
            "the build in {} left no standard library; remove that folder and try again",
            build.display()
        );
    }
    fs::rename(&unfinished, library)
        .with_context(|| format!("cannot make {}", library.display()))?;
    fs::remove_dir_all(&build).with_context(|| format!("cannot remove {}", build.display()))
}

/// One of Debian's own programs, shielded from rustup's.
fn debian_program(path: &str) -> Command {
    let mut program = Command::new(path);
    for name in FOREIGN {
        program.env_remove(name);
    }
    program.env("RUSTC", RUSTC);
    program
}

/// The first number of `LLVM version: 22.1.8`.
fn llvm_major(version: &str) -> Option<u32> {
    let line = version
        .lines()
        .find_map(|line| line.strip_prefix("LLVM version: "))?;
    line.split('.').next()?.parse().ok()
}

/// A folder's name from the compiler's release and commit: a library serves no other compiler.
fn folder_name(version: &str) -> String {
    let first = version.lines().next().unwrap_or_default();
    first
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect()
}

/// A path as a TOML string.
fn toml_text(path: &Path) -> String {
    // A JSON string of a path is a TOML string too.
    serde_json::Value::from(path.to_string_lossy()).to_string()
}

#[cfg(test)]
mod tests {
    use super::{folder_name, llvm_major};

    const VERSION: &str = "rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)\nbinary: rustc\n\
                           release: 1.96.0\nLLVM version: 22.1.8\n";

    #[test]
    fn the_linkers_version_is_the_compilers_llvm() {
        assert_eq!(llvm_major(VERSION), Some(22));
        assert_eq!(llvm_major("rustc 1.96.0"), None);
    }

    #[test]
    fn the_librarys_folder_is_the_compilers() {
        assert_eq!(
            folder_name(VERSION),
            "rustc-1.96.0--ac68faa20-2026-05-25---built-from-a-source-tarball-"
        );
    }
}
