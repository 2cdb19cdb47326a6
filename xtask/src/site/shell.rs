//! Names everything by its content and writes those names into the shell.

use super::Live;
use super::bindgen::Bundle;
use super::digest::{digest, hashed_name};
use super::headers::{ASSETS, EMBED, headers_file, meta_policy};
use super::split::{GLUE, LOADER};
use super::stamp::public_files;
use crate::project::Project;
use anyhow::{Context, Result, bail};
use std::collections::BTreeMap;
use std::fs;

/// The site: bytes by path.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Kinds of file that only the site itself refers to, so that they can be named by their content.
const NAMED_BY_CONTENT: [&str; 6] = ["css", "jpg", "png", "svg", "webp", "woff2"];

/// Where the page of a live site looks for news.
const BUILD_FILE: &str = "build.txt";

/// Puts the site together.
///
/// # Errors
/// A file cannot be read, or the shell lacks a place that has to be filled.
pub fn assemble(project: &Project, program: &Bundle, live: Live) -> Result<Files> {
    let mut site = Site::default();
    site.add_public(project)?;
    let wasm = site.add_asset("app.wasm", program.wasm.clone());
    let (module, loader) = site.add_module(program)?;
    // Page and workers start the same program, each in its own way.
    let names = [("MODULE", module.as_str()), ("WASM", wasm.as_str())];
    let boot = site.add_asset(
        "boot.js",
        fill(include_str!("boot.js"), &names)?.into_bytes(),
    );
    let worker = fill(include_str!("worker_boot.js"), &names)?;
    let worker = site.add_asset("worker-boot.js", worker.into_bytes());
    let file = project.root.join("index.html");
    let shell =
        fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let shell = site.refer(&shell, &format!("{ASSETS}/"));
    let in_assets = |name: &str| format!("{ASSETS}/{name}");
    let mut shell = fill(
        &shell,
        &[
            ("%POLICY%", &meta_policy()),
            ("%BOOT%", &in_assets(&boot)),
            ("%MODULE%", &in_assets(&module)),
            ("%LOADER%", &in_assets(&loader)),
            ("%WASM%", &in_assets(&wasm)),
            ("%WORKER%", &in_assets(&worker)),
        ],
    )
    .with_context(|| format!("{} is no shell", file.display()))?;
    if live == Live::Reload {
        shell = site.add_live(&shell)?;
    }
    site.files
        .insert(EMBED.to_owned(), shell.clone().into_bytes());
    site.files
        .insert("index.html".to_owned(), shell.into_bytes());
    let keeper = match live {
        Live::No => keeper(&site.files)?,
        Live::Reload => include_str!("no_sw.js").to_owned(),
    };
    site.files.insert("sw.js".to_owned(), keeper.into_bytes());
    site.files
        .insert("_headers".to_owned(), headers_file().into_bytes());
    Ok(site.files)
}

/// A site in the making.
#[derive(Default)]
struct Site {
    files: Files,
    /// Hashed names by the names in `public/`.
    names: BTreeMap<String, String>,
}

impl Site {
    /// Adds a file named by its content; says its name in `assets/`.
    fn add_asset(&mut self, name: &str, bytes: Vec<u8>) -> String {
        let hashed = hashed_name(name, &bytes);
        self.files.insert(format!("{ASSETS}/{hashed}"), bytes);
        hashed
    }

    /// Adds a program's JavaScript and the parts that it loads later; says the names in `assets/` of the glue and of the
    /// loader.
    fn add_module(&mut self, bundle: &Bundle) -> Result<(String, String)> {
        for (path, script) in &bundle.snippets {
            let path = format!("{ASSETS}/{path}");
            self.files.insert(path, script.clone());
        }
        let mut loader = text_of(&bundle.loader, LOADER)?;
        for (name, part) in &bundle.later {
            let hashed = self.add_asset(&part_name(name), part.clone());
            let quoted = |name: &str| format!("\"./{name}\"");
            loader = fill(&loader, &[(&quoted(name), &quoted(&hashed))])?;
        }
        // The two import each other: the loader's name goes by the content of both but for the names.
        let glue = text_of(&bundle.glue, GLUE)?;
        let loader_name = hashed_name("loader.js", format!("{loader}{glue}").as_bytes());
        let import = |name: &str| format!("from \"{name}\"");
        let glue = glue.replace(&format!("from '{LOADER}'"), &import(LOADER));
        let glue = fill(
            &glue,
            &[(&import(LOADER), &import(&format!("./{loader_name}")))],
        )?;
        let glue_name = self.add_asset("app.js", glue.into_bytes());
        let loader = fill(
            &loader,
            &[(&import(GLUE), &import(&format!("./{glue_name}")))],
        )?;
        self.files
            .insert(format!("{ASSETS}/{loader_name}"), loader.into_bytes());
        Ok((glue_name, loader_name))
    }

    /// Adds the files of `public/`: pictures and fonts first, then styles, which name them, then the rest.
    fn add_public(&mut self, project: &Project) -> Result<()> {
        let mut files = Vec::new();
        for path in public_files(project)? {
            let Some(name) = path
                .file_name()
                .and_then(|name| name.to_str())
                .map(str::to_owned)
            else {
                continue;
            };
            let bytes =
                fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
            files.push((rank(&name), name, bytes));
        }
        files.sort();
        for (rank, name, bytes) in files {
            match rank {
                Rank::Leaf => {
                    let hashed = self.add_asset(&name, bytes);
                    self.names.insert(name, hashed);
                }
                Rank::Style => {
                    let style =
                        String::from_utf8(bytes).with_context(|| format!("{name} is not UTF-8"))?;
                    let hashed = self.add_asset(&name, self.refer(&style, "").into_bytes());
                    self.names.insert(name, hashed);
                }
                Rank::Known if name.ends_with(".webmanifest") => {
                    let text =
                        String::from_utf8(bytes).with_context(|| format!("{name} is not UTF-8"))?;
                    let text = self.refer(&text, &format!("{ASSETS}/"));
                    self.files.insert(name, text.into_bytes());
                }
                Rank::Known => {
                    self.files.insert(name, bytes);
                }
            }
        }
        Ok(())
    }

    /// Replaces the names of `public/` files, where they stand in quotes or brackets, by the names they got.
    fn refer(&self, text: &str, folder: &str) -> String {
        let mut text = text.to_owned();
        for (name, hashed) in &self.names {
            for (open, close) in [('"', '"'), ('\'', '\''), ('(', ')')] {
                text = text.replace(
                    &format!("{open}{name}{close}"),
                    &format!("{open}{folder}{hashed}{close}"),
                );
            }
        }
        text
    }

    /// Adds what reloads the page; gives the shell that does.
    fn add_live(&mut self, shell: &str) -> Result<String> {
        let script = fill(include_str!("live.js"), &[("BUILD_FILE", BUILD_FILE)])?;
        let script = self.add_asset("live.js", script.into_bytes());
        let end = "</head>";
        let Some((head, rest)) = shell.split_once(end) else {
            bail!("the shell has no {end}")
        };
        let shell = format!(
            "{head}<script type=\"module\" src=\"{ASSETS}/{script}\"></script>\n{end}{rest}"
        );
        self.files
            .insert(BUILD_FILE.to_owned(), digest(shell.as_bytes()).into_bytes());
        Ok(shell)
    }
}

/// In which order the files of `public/` get their names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// Refers to nothing.
    Leaf,
    /// Refers to leaves.
    Style,
    /// Keeps its name, because others know it.
    Known,
}

fn rank(name: &str) -> Rank {
    match name.rsplit_once('.').map(|(_, extension)| extension) {
        Some("css") => Rank::Style,
        Some(extension) if NAMED_BY_CONTENT.contains(&extension) => Rank::Leaf,
        _ => Rank::Known,
    }
}

/// What a browser need not keep: programs on other machines read it.
const NOT_KEPT: &str = "scenario.schema.json";

/// The service worker: its list names every file of the site, its version all their content.
fn keeper(files: &Files) -> Result<String> {
    let kept = files.iter().filter(|(path, _)| *path != NOT_KEPT);
    let mut list = Vec::new();
    let mut contents = String::new();
    for (path, bytes) in kept {
        // The shell is asked for by the folder's name.
        let name = if path == "index.html" { "./" } else { path };
        list.push(format!("  {}", serde_json::to_string(name)?));
        contents.push_str(&format!("{path} {}\n", digest(bytes)));
    }
    let version = digest(contents.as_bytes());
    let places = [
        ("VERSION", version.as_str()),
        ("FILE_LIST", &list.join(",\n")),
    ];
    fill(include_str!("sw.js"), &places)
}

/// What the site calls a part, `split_NAME.wasm` or `chunk_NUMBER.wasm` of what several parts share.
fn part_name(name: &str) -> String {
    name.replace("split_", "part-").replace("chunk_", "shared-")
}

/// A script's text.
fn text_of(script: &[u8], name: &str) -> Result<String> {
    String::from_utf8(script.to_vec()).with_context(|| format!("{name} is not UTF-8"))
}

/// Fills the places of a template; each has to be there.
fn fill(template: &str, values: &[(&str, &str)]) -> Result<String> {
    let mut text = template.to_owned();
    for (place, value) in values {
        if !text.contains(place) {
            bail!("it has no place for {place}");
        }
        text = text.replace(place, value);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::{Bundle, Files, Rank, Site, fill, keeper, rank};
    use std::collections::BTreeMap;

    #[test]
    fn the_service_worker_names_every_file_and_changes_with_each() {
        let site = |text: &str| {
            Files::from([
                ("index.html".to_owned(), b"shell".to_vec()),
                ("assets/a-1.js".to_owned(), text.as_bytes().to_vec()),
                ("scenario.schema.json".to_owned(), b"{}".to_vec()),
            ])
        };
        let (one, two) = (keeper(&site("1")), keeper(&site("2")));
        let one = one.unwrap_or_default();
        assert!(one.contains("  \"assets/a-1.js\",\n  \"./\"\n"), "{one}");
        assert!(!one.contains("schema"), "{one}");
        assert_ne!(one, two.unwrap_or_default());
    }

    #[test]
    fn the_program_s_scripts_and_parts_name_each_other() {
        let names = |glue: &str, part: &[u8]| {
            let bundle = Bundle {
                glue: format!("import * as parts from './loader.js';{glue}").into_bytes(),
                wasm: Vec::new(),
                loader: b"import { initSync } from \"./glue.js\"; fetch(\"./split_more.wasm\")"
                    .to_vec(),
                later: BTreeMap::from([("split_more.wasm".to_owned(), part.to_vec())]),
                snippets: BTreeMap::new(),
            };
            let mut site = Site::default();
            let (glue, loader) = site.add_module(&bundle).unwrap_or_default();
            let part = site.files.keys().find(|path| path.contains("/part-more-"));
            let part = part
                .map(|path| path.replace("assets/", "./"))
                .unwrap_or_default();
            let text = |name: &str| {
                let script = site.files.get(&format!("assets/{name}"));
                String::from_utf8_lossy(script.map_or(&[], Vec::as_slice)).into_owned()
            };
            assert!(text(&glue).starts_with(&format!("import * as parts from \"./{loader}\";")));
            assert_eq!(
                text(&loader),
                format!("import {{ initSync }} from \"./{glue}\"; fetch(\"{part}\")")
            );
            (glue, loader)
        };
        let first = names("", b"1");
        assert_eq!(names("", b"1"), first);
        // A change of either is a change of both, which know each other's names.
        for other in [names("", b"2"), names("f();", b"1")] {
            assert!(other.0 != first.0 && other.1 != first.1, "{other:?}");
        }
    }

    #[test]
    fn references_follow_the_names() {
        let mut site = Site::default();
        site.names.insert("a.svg".to_owned(), "a-1.svg".to_owned());
        assert_eq!(
            site.refer("url(a.svg) \"a.svg\" ba.svg", "assets/"),
            "url(assets/a-1.svg) \"assets/a-1.svg\" ba.svg"
        );
    }

    #[test]
    fn a_template_without_the_place_is_refused() {
        assert_eq!(fill("a %B%", &[("%B%", "c")]).ok(), Some("a c".to_owned()));
        assert!(fill("a", &[("%B%", "c")]).is_err());
    }

    #[test]
    fn files_others_know_keep_their_names() {
        assert!(rank("style.css") == Rank::Style && rank("icon.svg") == Rank::Leaf);
        assert!(
            rank("scenario.schema.json") == Rank::Known
                && rank("manifest.webmanifest") == Rank::Known
        );
    }
}
