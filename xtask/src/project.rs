//! Where the project's files lie, and what its lock file says.

use crate::process;
use anyhow::{Context, Result, bail};
use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The workspace this program belongs to.
pub struct Project {
    /// The folder of the workspace's `Cargo.toml`.
    pub root: PathBuf,
    /// Cargo's target folder, wherever the user or the environment put it.
    pub target: PathBuf,
}

impl Project {
    /// Asks cargo where everything is.
    ///
    /// # Errors
    /// Cargo cannot be asked.
    pub fn find() -> Result<Self> {
        // `cargo run` says for which clone it runs; clones may share a target folder, and so this program's file.
        let package =
            env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let manifest = Path::new(&package).with_file_name("Cargo.toml");
        let mut ask = Command::new(cargo_path());
        ask.args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--manifest-path",
        ])
        .arg(&manifest);
        let answer: serde_json::Value = serde_json::from_str(&process::output(&mut ask)?)
            .context("`cargo metadata` answered no JSON")?;
        let path = |key: &str| -> Result<PathBuf> {
            let text = answer.get(key).and_then(serde_json::Value::as_str);
            Ok(PathBuf::from(text.with_context(|| {
                format!("`cargo metadata` does not name `{key}`")
            })?))
        };
        Ok(Self {
            root: path("workspace_root")?,
            target: path("target_directory")?,
        })
    }

    /// The cargo that started this program, working in the project's folder.
    pub fn cargo(&self) -> Command {
        let mut cargo = Command::new(cargo_path());
        cargo.current_dir(&self.root);
        cargo
    }

    /// A folder of this program's own below the target folder; made when missing.
    ///
    /// # Errors
    /// It cannot be made.
    pub fn work_folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("xtask").join(name);
        make_folder(&folder)?;
        Ok(folder)
    }

    /// Checks that the page's wasm-bindgen and the bundler linked into this program are of one version: their
    /// formats change with every release.
    ///
    /// # Errors
    /// They differ.
    pub fn check_bindgen_version(&self) -> Result<()> {
        let file = self.root.join("Cargo.lock");
        let lock =
            fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let page = locked_version(&lock, "wasm-bindgen");
        let bundler = locked_version(&lock, "wasm-bindgen-cli-support");
        if page.is_none() || page != bundler {
            bail!(
                "Cargo.lock has wasm-bindgen {} but wasm-bindgen-cli-support {}; both are pinned in the workspace's \
                 Cargo.toml and must be equal. Type: git checkout Cargo.toml Cargo.lock",
                page.unwrap_or("of no version"),
                bundler.unwrap_or("of no version"),
            );
        }
        Ok(())
    }
}

/// Makes a folder and those above it.
///
/// # Errors
/// No rights or no space.
pub fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| {
        format!(
            "cannot make the folder {}: check its rights (ls -ld) and the space left (df -h)",
            folder.display()
        )
    })
}

/// Writes a file.
///
/// # Errors
/// No rights or no space.
pub fn write_file(file: &Path, bytes: &[u8]) -> Result<()> {
    fs::write(file, bytes).with_context(|| {
        format!(
            "cannot write {}: check its rights (ls -l) and the space left (df -h)",
            file.display()
        )
    })
}

/// Cargo says by which path it was called.
fn cargo_path() -> OsString {
    env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// The version a lock file holds of a package, the first if there are several.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines
        .nth(1)?
        .strip_prefix("version = \"")?
        .strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::locked_version;

    #[test]
    fn the_lock_files_versions_are_read() {
        let lock = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"0.1.0\"\n\n[[package]]\n\
                    name = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "leptos"), None);
    }
}
