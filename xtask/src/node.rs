//! Node, in which the tests run the page's program a second time.

use crate::packages;
use crate::process;
use anyhow::{Result, bail};
use std::env;
use std::path::PathBuf;

/// Finds Node or installs it. `QEC_NODE` names another than that on the `PATH`.
///
/// # Errors
/// It is missing and cannot be installed; the message says what to do.
pub fn ensure_node() -> Result<PathBuf> {
    if let Some(node) = find() {
        return Ok(node);
    }
    if packages::has_apt() {
        packages::apt_install(&["nodejs"])?;
    }
    let Some(node) = find() else {
        bail!(
            "the tests need Node.js, 18 or newer. Install it from your distribution (Fedora: sudo dnf install nodejs; \
             Arch: sudo pacman -S nodejs; macOS: brew install node), or name it in QEC_NODE"
        );
    };
    Ok(node)
}

fn find() -> Option<PathBuf> {
    let named = env::var_os("QEC_NODE").map(PathBuf::from);
    named
        .or_else(|| process::find("node"))
        .or_else(|| process::find("nodejs"))
}
