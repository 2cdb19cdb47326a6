//! How much a visitor downloads.

use super::headers::ASSETS;
use anyhow::{Context, Result};
use std::fmt;
use std::fs;
use std::path::Path;

/// Most that the WebAssembly of page and worker may have together, in kB (1000 bytes) of brotli.
pub const LIMIT_KB: u64 = 600;

/// Sizes of the two WebAssembly modules, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    page: Size,
    worker: Size,
}

/// Size of one module, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
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
            let module = if name.starts_with("app-") {
                &mut sizes.page
            } else {
                &mut sizes.worker
            };
            if name.ends_with(".wasm") {
                module.raw = bytes;
            } else if name.ends_with(".wasm.br") {
                module.brotli = bytes;
            }
        }
        Ok(sizes)
    }

    /// Whether page and worker together are as small as they should be.
    pub fn within_limit(&self) -> bool {
        self.page.brotli + self.worker.brotli <= LIMIT_KB * 1000
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kb = |bytes: u64| format!("{:.0} kB", bytes as f64 / 1000.0);
        write!(
            f,
            "WebAssembly: page {} ({} brotli), worker {} ({} brotli), together {} of {LIMIT_KB} kB brotli",
            kb(self.page.raw),
            kb(self.page.brotli),
            kb(self.worker.raw),
            kb(self.worker.brotli),
            kb(self.page.brotli + self.worker.brotli),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{Size, Sizes};

    #[test]
    fn the_limit_counts_both() {
        let sizes = |page, worker| Sizes {
            page: Size {
                raw: 0,
                brotli: page,
            },
            worker: Size {
                raw: 0,
                brotli: worker,
            },
        };
        assert!(sizes(300_000, 300_000).within_limit());
        assert!(!sizes(300_000, 300_001).within_limit());
    }
}
