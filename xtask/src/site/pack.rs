//! Writes the site's files with their compressed forms.

use super::headers::ASSETS;
use super::shell::Files;
use crate::project::{make_folder, write_file};
use crate::step::{note, seconds};
use anyhow::{Context, Result, bail};
use brotli::enc::BrotliEncoderParams;
use brotli::enc::backward_references::BrotliEncoderMode;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Kinds of file worth compressing.
const COMPRESSIBLE: [&str; 8] = [
    "css",
    "html",
    "js",
    "json",
    "svg",
    "txt",
    "wasm",
    "webmanifest",
];

/// Files that hosts read and do not serve.
const NOT_SERVED: &str = "_headers";

/// Writes the files to a folder and removes what lies there of former sites; says what was written, with sizes in
/// bytes. Files that are there already are not compressed again. The shell comes last: a page that is open
/// meanwhile finds either the old site or the new one.
///
/// # Errors
/// No rights, no space, or the folder holds something that is not a site.
pub fn write(out: &Path, files: &Files) -> Result<Vec<(String, u64)>> {
    refuse_foreign(out)?;
    let start = Instant::now();
    let mut written = Vec::new();
    let (shell, rest): (Vec<_>, Vec<_>) =
        files.iter().partition(|(path, _)| path.ends_with(".html"));
    for (path, bytes) in rest.into_iter().chain(shell) {
        let forms = if is_compressible(path) {
            forms(out, path, bytes)?
        } else {
            Vec::new()
        };
        for (suffix, bytes) in forms {
            written.push(put(out, &format!("{path}{suffix}"), &bytes)?);
        }
        written.push(put(out, path, bytes)?);
    }
    note(&format!(
        "wrote and compressed {} files, {}",
        files.len(),
        seconds(start.elapsed())
    ));
    let keep: BTreeSet<PathBuf> = written.iter().map(|(path, _)| out.join(path)).collect();
    remove_others(out, &keep)?;
    Ok(written)
}

/// Nobody's folder is emptied by a mistyped `--out`.
fn refuse_foreign(out: &Path) -> Result<()> {
    let Ok(mut entries) = fs::read_dir(out) else {
        return Ok(());
    };
    if entries.next().is_some() && !out.join(NOT_SERVED).exists() {
        bail!(
            "{} holds something that is not a site. Name an empty folder with --out",
            out.display()
        );
    }
    Ok(())
}

/// The compressed forms of a file, by suffix; those written before are taken from the folder.
fn forms(out: &Path, path: &str, bytes: &[u8]) -> Result<Vec<(&'static str, Vec<u8>)>> {
    let known = |suffix: &str| {
        // Only a name that follows from the content vouches for it.
        if path.starts_with(ASSETS) {
            fs::read(out.join(format!("{path}{suffix}"))).ok()
        } else {
            None
        }
    };
    let brotli = known(".br").map_or_else(|| brotli(bytes), Ok)?;
    let gzip = known(".gz").map_or_else(|| gzip(bytes), Ok)?;
    Ok(vec![(".br", brotli), (".gz", gzip)])
}

/// Brotli at its best and slowest. What it knows of fonts, and blocks of 2¹⁷ bytes, serve WebAssembly best.
fn brotli(bytes: &[u8]) -> Result<Vec<u8>> {
    let parameters = BrotliEncoderParams {
        quality: 11,
        lgwin: 24,
        lgblock: 17,
        size_hint: bytes.len(),
        mode: BrotliEncoderMode::BROTLI_MODE_FONT,
        ..BrotliEncoderParams::default()
    };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &*bytes, &mut packed, &parameters).context("brotli fails")?;
    Ok(packed)
}

/// Gzip at its best, for the few that do not read brotli.
fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut writer = GzEncoder::new(Vec::new(), Compression::best());
    writer.write_all(bytes).context("gzip fails")?;
    writer.finish().context("gzip fails")
}

fn is_compressible(path: &str) -> bool {
    path.rsplit_once('.')
        .is_some_and(|(_, extension)| COMPRESSIBLE.contains(&extension))
}

/// Writes one file; who reads meanwhile sees the old one or the new one, never half of it.
fn put(out: &Path, path: &str, bytes: &[u8]) -> Result<(String, u64)> {
    let file = out.join(path);
    if let Some(folder) = file.parent() {
        make_folder(folder)?;
    }
    let mut unfinished = file.clone().into_os_string();
    unfinished.push(".unfinished");
    let unfinished = PathBuf::from(unfinished);
    write_file(&unfinished, bytes)?;
    fs::rename(&unfinished, &file).with_context(|| format!("cannot write {}", file.display()))?;
    Ok((path.to_owned(), bytes.len() as u64))
}

/// Removes the files of a folder that are not to be kept.
fn remove_others(folder: &Path, keep: &BTreeSet<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder)
        .with_context(|| format!("cannot read {}", folder.display()))?
        .flatten()
    {
        let path = entry.path();
        if path.is_dir() {
            remove_others(&path, keep)?;
        } else if !keep.contains(&path) {
            fs::remove_file(&path).with_context(|| format!("cannot remove {}", path.display()))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{brotli, gzip};
    use std::io::Read;

    #[test]
    fn what_is_compressed_comes_back() {
        let text = b"cost against attainment ".repeat(1000);
        let mut back = Vec::new();
        brotli::Decompressor::new(brotli(&text).unwrap().as_slice(), 4096)
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, text);
        back.clear();
        flate2::read::GzDecoder::new(gzip(&text).unwrap().as_slice())
            .read_to_end(&mut back)
            .unwrap();
        assert_eq!(back, text);
    }
}
