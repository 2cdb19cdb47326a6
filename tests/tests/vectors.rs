//! Conformance vectors: every case of every file is a test of its own, named `family/kind/id`.
//!
//! The files are those of `tests/vectors/`, or of the folder that the environment variable `QEC_VECTORS` names.
//! A file is recognised by the beginning of its name, or else by a family that its name holds. In `QEC_VECTORS`, a
//! file of cases without a runner is a failure, and a file of something else is ignored.

#[path = "vectors/case.rs"]
mod case;
#[path = "vectors/checkpoint.rs"]
mod checkpoint;
#[path = "vectors/faas_cost.rs"]
mod faas_cost;
#[path = "vectors/hpa.rs"]
mod hpa;
#[path = "vectors/keda.rs"]
mod keda;
#[path = "vectors/kpa.rs"]
mod kpa;
#[path = "vectors/vpa.rs"]
mod vpa;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};

use case::{Case, Runner, read_cases};

/// Beginning of a file's name → family of test names, runner of its cases.
const RUNNERS: &[(&str, &str, Runner)] = &[
    ("kpa_vectors", "kpa", kpa::run),
    ("checkpoint_vectors", "checkpoint", checkpoint::run),
    ("faas_cost_vectors", "faas_cost", faas_cost::run),
    ("hpa_vectors", "hpa", hpa::run),
    ("vpa_vectors", "vpa", vpa::run),
    ("keda_vectors", "keda", keda::run),
];

fn main() {
    let arguments = Arguments::from_args();
    let (folder, foreign) = folder();
    libtest_mimic::run(&arguments, trials(&folder, foreign)).exit();
}

/// The folder of the vectors, and whether it is another than ours.
fn folder() -> (PathBuf, bool) {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    match std::env::var_os("QEC_VECTORS") {
        None => (package.join("vectors"), false),
        Some(given) => {
            let given = PathBuf::from(given);
            if given.is_dir() {
                return (given, true);
            }
            // cargo runs tests in the package's folder; a path relative to the workspace is meant as well.
            (package.join("..").join(given), true)
        }
    }
}

fn trials(folder: &Path, foreign: bool) -> Vec<Trial> {
    let files = match json_files(folder) {
        Ok(files) if !files.is_empty() => files,
        Ok(_) => {
            return vec![failing(
                "vectors".into(),
                format!("no file in {}", folder.display()),
            )];
        }
        Err(error) => {
            return vec![failing(
                "vectors".into(),
                format!("{}: {error}", folder.display()),
            )];
        }
    };
    files
        .iter()
        .flat_map(|file| trials_of_file(file, foreign))
        .collect()
}

fn json_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "json") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn trials_of_file(file: &Path, foreign: bool) -> Vec<Trial> {
    let name = file
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    let by_beginning = RUNNERS.iter().find(|(begins, ..)| name.starts_with(begins));
    let by_family = || RUNNERS.iter().find(|(_, family, _)| name.contains(family));
    let Some((_, family, run)) = by_beginning.or_else(by_family) else {
        let families: Vec<&str> = RUNNERS.iter().map(|(_, family, _)| *family).collect();
        let message = format!("no runner for {name}: its name holds none of {families:?}");
        let is_something_else = foreign && read_cases(file).is_err();
        return vec![failing(message.clone(), message).with_ignored_flag(is_something_else)];
    };
    match read_cases(file) {
        Ok(cases) => cases
            .into_iter()
            .map(|case| trial(family, *run, case))
            .collect(),
        Err(error) => vec![failing(
            format!("{family}/{name}"),
            format!("{name}: {error}"),
        )],
    }
}

fn trial(family: &str, run: Runner, case: Result<Case, (String, String)>) -> Trial {
    match case {
        Ok(case) => {
            let name = format!("{family}/{}/{}", case.kind, case.id);
            Trial::test(name, move || case.check(run).map_err(Failed::from))
        }
        Err((id, error)) => failing(format!("{family}/malformed/{id}"), error),
    }
}

fn failing(name: String, message: String) -> Trial {
    Trial::test(name, move || Err(Failed::from(message)))
}
