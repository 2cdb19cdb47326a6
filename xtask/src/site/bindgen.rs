//! From a compiled module to what a browser can load: taken apart, with wasm-bindgen's glue, then `wasm-opt` where there
//! is one.

use super::digest::digest;
use super::split::{Parts, split};
use super::stamp::tool_version;
use crate::process;
use crate::project::{Project, make_folder, write_file};
use crate::step::{note, seconds};
use crate::wasm;
use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use wasm_bindgen_cli_support::Bindgen;

/// A program as the browser loads it.
pub struct Bundle {
    /// The JavaScript module that loads and serves the WebAssembly module.
    pub glue: Vec<u8>,
    /// The WebAssembly module.
    pub wasm: Vec<u8>,
    /// The JavaScript module that loads the parts, which the glue imports.
    pub loader: Vec<u8>,
    /// Parts of the program that are loaded when they are used, by the names in the loader.
    pub later: BTreeMap<String, Vec<u8>>,
    /// JavaScript that dependencies bring along, by the path at which the glue imports it.
    pub snippets: BTreeMap<String, Vec<u8>>,
}

/// Bundles a compiled program; the same module is bundled once.
///
/// # Errors
/// The module cannot be read or is no product of the locked wasm-bindgen.
pub fn bundle(project: &Project) -> Result<Bundle> {
    let file = wasm::module(project);
    let module = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let optimiser = optimiser();
    let key = format!(
        "{} {} {}",
        digest(&module),
        tool_version()?,
        optimiser.clone().unwrap_or_default()
    );
    let folder = project.work_folder(wasm::NAME)?;
    if let Some(bundle) = read(&folder, &key) {
        return Ok(bundle);
    }
    let start = Instant::now();
    let mut bundle = generate(wasm::NAME, split(&folder, &module)?)?;
    note(&format!(
        "{}: taken apart, wasm-bindgen, {}",
        wasm::NAME,
        seconds(start.elapsed())
    ));
    match optimiser {
        Some(version) => {
            let Bundle { wasm, later, .. } = &mut bundle;
            for module in std::iter::once(wasm).chain(later.values_mut()) {
                optimise(&folder, module, &version)?;
            }
        }
        None => note(&format!(
            "{}: no wasm-opt on the PATH, kept as compiled",
            wasm::NAME
        )),
    }
    if bundle.snippets.is_empty() {
        keep(&folder, &key, &bundle)?;
    }
    Ok(bundle)
}

/// Keeps a bundle for the next time.
fn keep(folder: &Path, key: &str, bundle: &Bundle) -> Result<()> {
    let later = folder.join(LATER);
    // Parts of a former program.
    fs::remove_dir_all(&later).ok();
    make_folder(&later)?;
    for (name, part) in &bundle.later {
        write_file(&later.join(name), part)?;
    }
    write_file(&folder.join("glue.js"), &bundle.glue)?;
    write_file(&folder.join("loader.js"), &bundle.loader)?;
    write_file(&folder.join("module.wasm"), &bundle.wasm)?;
    write_file(&folder.join("key"), key.as_bytes())
}

/// Folder of the parts of a bundle that is kept.
const LATER: &str = "later";

/// A bundle made before from the same inputs.
fn read(folder: &Path, key: &str) -> Option<Bundle> {
    if fs::read_to_string(folder.join("key")).ok()? != key {
        return None;
    }
    let glue = fs::read(folder.join("glue.js")).ok()?;
    let wasm = fs::read(folder.join("module.wasm")).ok()?;
    let loader = fs::read(folder.join("loader.js")).ok()?;
    let mut later = BTreeMap::new();
    for entry in fs::read_dir(folder.join(LATER)).ok()?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        later.insert(name, fs::read(entry.path()).ok()?);
    }
    Some(Bundle {
        glue,
        wasm,
        loader,
        later,
        snippets: BTreeMap::new(),
    })
}

/// Runs wasm-bindgen.
fn generate(name: &str, parts: Parts) -> Result<Bundle> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_bytes(name, parts.main)
        .web(true)?
        // The parts use the memory and the stack of the main one.
        .keep_lld_exports(true)
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true);
    let mut output = bindgen
        .generate_output()
        .with_context(|| format!("wasm-bindgen refuses {name}.wasm"))?;
    let mut snippets = BTreeMap::new();
    for (identifier, list) in output.snippets() {
        for (i, script) in list.iter().enumerate() {
            snippets.insert(
                format!("snippets/{identifier}/inline{i}.js"),
                script.clone().into_bytes(),
            );
        }
    }
    for path in output
        .local_modules()
        .keys()
        .collect::<std::collections::BTreeSet<_>>()
    {
        if let Some(script) = output.local_modules().get(path) {
            snippets.insert(format!("snippets/{path}"), script.clone().into_bytes());
        }
    }
    let glue = output.js().as_bytes().to_vec();
    Ok(Bundle {
        glue,
        wasm: output.wasm_mut().emit_wasm(),
        loader: parts.loader,
        later: parts.later,
        snippets,
    })
}

/// The version of the `wasm-opt` on the PATH.
pub fn optimiser() -> Option<String> {
    process::find("wasm-opt")?;
    let said = process::output(Command::new("wasm-opt").arg("--version")).ok()?;
    Some(said.trim().to_owned())
}

/// Makes a module smaller or faster. Versions of `wasm-opt` differ in what they understand: one that fails is
/// told about, and the module stays as it was.
fn optimise(folder: &Path, module: &mut Vec<u8>, version: &str) -> Result<()> {
    let before = folder.join("before.wasm");
    let after = folder.join("after.wasm");
    write_file(&before, module)?;
    let mut command = Command::new("wasm-opt");
    // What rustc turns on for this target; older versions need to be told.
    command.args([
        "-O2",
        "--enable-bulk-memory",
        "--enable-multivalue",
        "--enable-mutable-globals",
        "--enable-nontrapping-float-to-int",
        "--enable-reference-types",
        "--enable-sign-ext",
    ]);
    command.arg(&before).arg("-o").arg(&after);
    let start = Instant::now();
    match process::output(&mut command).and_then(|_| fs::read(&after).context("it wrote nothing")) {
        Ok(wasm) => {
            let (old, new) = (module.len() / 1000, wasm.len() / 1000);
            note(&format!(
                "{}: {version}, {old} kB to {new} kB, {}",
                wasm::NAME,
                seconds(start.elapsed())
            ));
            *module = wasm;
        }
        Err(error) => note(&format!(
            "{}: kept as compiled, for {version} fails: {error:#}",
            wasm::NAME
        )),
    }
    for file in [before, after] {
        // Left behind they would only take space.
        fs::remove_file(file).ok();
    }
    Ok(())
}
