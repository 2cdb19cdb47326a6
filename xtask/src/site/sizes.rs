//! How much a visitor downloads.

use super::headers::ASSETS;
use anyhow::{Context, Result};
use std::fmt;
use std::fs;
use std::path::Path;

/// Most that the WebAssembly of the page, which is that of its workers too, may have, in kB (1000 bytes) of brotli.
pub const LIMIT_KB: u64 = 1170;

/// Sizes of the WebAssembly module, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    raw: u64,
    brotli: u64,
}

impl Sizes {
    /// Reads the sizes from a written site.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub fn read(out: &Path) -> Result<Self> {
        let folder = out.join(ASSETS);
        let mut sizes = Self::default();
        for entry in fs::read_dir(&folder)
            .with_context(|| format!("cannot read {}", folder.display()))?
            .flatten()
        {
            let name = entry.file_name();
            let name = name.to_string_lossy();
            let bytes = entry
                .metadata()
                .with_context(|| format!("cannot look at {name}"))?
                .len();
            if name.ends_with(".wasm") {
                sizes.raw += bytes;
            } else if name.ends_with(".wasm.br") {
                sizes.brotli += bytes;
            }
        }
        Ok(sizes)
    }

    /// Whether it is as small as it should be.
    pub fn within_limit(&self) -> bool {
        self.brotli <= LIMIT_KB * 1000
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kb = |bytes: u64| bytes as f64 / 1000.0;
        let (raw, brotli) = (kb(self.raw), kb(self.brotli));
        write!(
            f,
            "WebAssembly of page and workers: {raw:.0} kB, {brotli:.0} of {LIMIT_KB} kB brotli"
        )
    }
}
