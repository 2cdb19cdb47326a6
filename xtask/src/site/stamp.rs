//! Knows whether the site has to be written anew.

use super::Live;
use super::bindgen::optimiser;
use super::digest::digest;
use crate::project::{Project, write_file};
use crate::wasm;
use anyhow::{Context, Result};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Everything the site is made of, as one digest.
///
/// # Errors
/// An input cannot be read.
pub fn inputs(project: &Project, live: Live) -> Result<String> {
    let mut text = tool_version()?;
    if live == Live::Reload {
        text.push_str(" live");
    }
    text.push_str(&optimiser().unwrap_or_default());
    let mut files = vec![wasm::module(project), project.root.join("index.html")];
    files.extend(public_files(project)?);
    for file in files {
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        text.push_str(&format!("\n{} {}", file.display(), digest(&bytes)));
    }
    Ok(digest(text.as_bytes()))
}

/// What tells one build of this program from another: its size and its time.
pub fn tool_version() -> Result<String> {
    let program = env::current_exe().context("cannot find this program's own file")?;
    let meta = program
        .metadata()
        .with_context(|| format!("cannot look at {}", program.display()))?;
    let time = meta
        .modified()
        .ok()
        .and_then(|time| time.duration_since(UNIX_EPOCH).ok())
        .unwrap_or_default();
    Ok(format!("{} {}", meta.len(), time.as_nanos()))
}

/// The files of `public/`, in order.
///
/// # Errors
/// The folder cannot be read.
pub fn public_files(project: &Project) -> Result<Vec<PathBuf>> {
    let folder = project.root.join("public");
    let entries =
        fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    Ok(files)
}

/// Remembers from which inputs a folder was written, and what was written.
pub struct Stamp {
    file: PathBuf,
    out: PathBuf,
}

impl Stamp {
    /// The stamp of an output folder.
    ///
    /// # Errors
    /// There is no place for it.
    pub fn of(project: &Project, out: &Path) -> Result<Self> {
        let name = digest(out.to_string_lossy().as_bytes());
        Ok(Self {
            file: project.work_folder("stamps")?.join(name),
            out: out.to_path_buf(),
        })
    }

    /// Whether the folder holds what these inputs give.
    pub fn is_fresh(&self, inputs: &str) -> bool {
        let Ok(text) = fs::read_to_string(&self.file) else {
            return false;
        };
        let mut lines = text.lines();
        lines.next() == Some(inputs) && lines.all(|line| self.is_there(line))
    }

    /// Whether the file of a line `SIZE PATH` is there with this size.
    fn is_there(&self, line: &str) -> bool {
        let Some((size, path)) = line.split_once(' ') else {
            return false;
        };
        self.out
            .join(path)
            .metadata()
            .is_ok_and(|meta| Some(meta.len()) == size.parse().ok())
    }

    /// Remembers what was written.
    ///
    /// # Errors
    /// The stamp cannot be written.
    pub fn write(&self, inputs: &str, written: &[(String, u64)]) -> Result<()> {
        let mut text = format!("{inputs}\n");
        for (path, size) in written {
            text.push_str(&format!("{size} {path}\n"));
        }
        write_file(&self.file, text.as_bytes())
    }
}
