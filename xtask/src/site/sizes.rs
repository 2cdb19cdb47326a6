//! How much a visitor downloads.

use super::headers::ASSETS;
use crate::wasm;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::Path;

/// Most that the WebAssembly of the page, which is that of its workers too, may have, in kB (1000 bytes) of brotli.
pub const LIMIT_KB: u64 = 900;

/// Most that it may have together with the parts that are loaded when they are used.
pub const LIMIT_WITH_PARTS_KB: u64 = 1250;

/// Sizes of files, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    raw: u64,
    brotli: u64,
}

/// Sizes of the WebAssembly modules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// What every visitor loads.
    main: Size,
    /// What is loaded when it is used, by name.
    parts: BTreeMap<String, Size>,
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
            sizes.add(&name, bytes);
        }
        Ok(sizes)
    }

    /// Counts a file of the site, if it is a module or the compressed form of one.
    fn add(&mut self, file: &str, bytes: u64) {
        let (file, is_brotli) = match file.strip_suffix(".br") {
            Some(file) => (file, true),
            None => (file, false),
        };
        let Some((name, _)) = file
            .strip_suffix(".wasm")
            .and_then(|stem| stem.rsplit_once('-'))
        else {
            return;
        };
        let size = if name == wasm::NAME {
            &mut self.main
        } else {
            let name = name.strip_prefix("part-").unwrap_or(name);
            self.parts.entry(name.to_owned()).or_default()
        };
        if is_brotli {
            size.brotli += bytes;
        } else {
            size.raw += bytes;
        }
    }

    /// All of it, compressed.
    fn with_parts(&self) -> u64 {
        self.main.brotli + self.parts.values().map(|part| part.brotli).sum::<u64>()
    }

    /// Whether it is as small as it should be.
    pub fn within_limit(&self) -> bool {
        self.main.brotli <= LIMIT_KB * 1000 && self.with_parts() <= LIMIT_WITH_PARTS_KB * 1000
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kb = |bytes: u64| bytes as f64 / 1000.0;
        let (raw, brotli) = (kb(self.main.raw), kb(self.main.brotli));
        write!(
            f,
            "WebAssembly of page and workers: {raw:.0} kB, {brotli:.0} of {LIMIT_KB} kB brotli; loaded when used:"
        )?;
        for (name, part) in &self.parts {
            write!(f, " {name} {:.0} kB,", kb(part.brotli))?;
        }
        let all = kb(self.with_parts());
        write!(f, " in all {all:.0} of {LIMIT_WITH_PARTS_KB} kB")
    }
}

#[cfg(test)]
mod tests {
    use super::Sizes;

    fn sizes(main: u64, part: u64) -> Sizes {
        let mut sizes = Sizes::default();
        for (file, bytes) in [
            ("app-0123.wasm", 3 * main),
            ("app-0123.wasm.br", main),
            ("app-0123.wasm.gz", 2 * main),
            ("app-4567.js.br", 9_000_000),
            ("part-imports-89ab.wasm", 3 * part),
            ("part-imports-89ab.wasm.br", part),
            ("shared-4-cdef.wasm.br", 1000),
        ] {
            sizes.add(file, bytes);
        }
        sizes
    }

    #[test]
    fn the_limits_are_on_what_all_load_and_on_all_of_it() {
        assert!(sizes(900_000, 300_000).within_limit());
        assert!(!sizes(900_001, 0).within_limit());
        assert!(!sizes(900_000, 349_001).within_limit());
        assert_eq!(
            sizes(800_000, 100_000).to_string(),
            "WebAssembly of page and workers: 2400 kB, 800 of 900 kB brotli; loaded when used: imports 100 kB, \
             shared-4 1 kB, in all 901 of 1250 kB"
        );
    }
}
