//! Takes the program apart: what the first answer does without becomes parts that are loaded when they are used.
//!
//! `wasm_split_cli_support` cuts the linked module at the functions that the program marks with `wasm_split`. It needs
//! the linker's relocations (`.cargo/config.toml`) and comes before wasm-bindgen, which sees the main part only: what
//! a later part needs of JavaScript is called by way of the main part.

use anyhow::{Context, Result, anyhow};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use walrus::ModuleConfig;
use walrus::passes::gc;
use wasm_split_cli_support::{Options, transform};

/// The script that loads the parts, as the glue imports it.
pub const LOADER: &str = "./loader.js";

/// The glue, as the loader imports it.
pub const GLUE: &str = "./glue.js";

/// A program in parts.
pub struct Parts {
    /// What is loaded at once; for wasm-bindgen.
    pub main: Vec<u8>,
    /// What is loaded later, by the names in the loader.
    pub later: BTreeMap<String, Vec<u8>>,
    /// The JavaScript that loads the parts.
    pub loader: Vec<u8>,
}

/// Splits a linked module; the folder is for files in between.
///
/// # Errors
/// The module has no relocations, or marks that do not fit.
pub fn split(folder: &Path, module: &[u8]) -> Result<Parts> {
    let main = folder.join("main.wasm");
    let mut options = Options::new(module);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = LOADER;
    options.main_module = GLUE;
    let split = transform(options).map_err(|error| {
        anyhow!(
            "the program cannot be taken apart: {error:#}. RUSTFLAGS in the environment takes the place of what \
             .cargo/config.toml asks of the linker: unset it"
        )
    })?;
    let mut later = BTreeMap::new();
    for file in &split.split_modules {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        // Parts without content are not loaded, but their files are written.
        if let Some(part) = shorter(&take(file)?)? {
            later.insert(name.into_owned(), part);
        }
    }
    Ok(Parts {
        main: take(&main)?,
        later,
        loader: take(&folder.join(LOADER))?,
    })
}

/// Reads a file that is not needed any more.
fn take(file: &Path) -> Result<Vec<u8>> {
    let bytes = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    // Left behind it would only take space.
    fs::remove_file(file).ok();
    Ok(bytes)
}

/// A part without names, without types that it does not use, and with numbers as short as they can be: the linker left
/// room for changing them. `None` when there is nothing in it.
fn shorter(part: &[u8]) -> Result<Option<Vec<u8>>> {
    let mut config = ModuleConfig::new();
    config.generate_name_section(false);
    config.generate_producers_section(false);
    let mut module = config
        .parse(part)
        .map_err(|error| anyhow!("a part cannot be read: {error:#}"))?;
    let is_empty =
        module.funcs.iter_local().next().is_none() && module.data.iter().next().is_none();
    gc::run(&mut module);
    Ok((!is_empty).then(|| module.emit_wasm()))
}
