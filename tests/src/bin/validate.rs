//! Holds the models against theory and the planes against each other, and writes `docs/VALIDATION.md` and
//! `tests/figures/planes_summary.json` (what the page shows of it):
//! - `cargo run --release -p tests --bin validate` (one to two minutes);
//! - with `-- measure`, first measures the cells of the grid that `figures/planes_grid.json` does not hold yet
//!   (without the file all of them: about 15 minutes);
//! - with `-- coverage`, first runs the oracles with twenty seeds (`figures/oracle_coverage.json`, about 10 minutes);
//! - with `-- vectors`, only counts the vectors anew.

use serde::Serialize;
use sim_core::validation::planes::PlanesSummary;
use sim_core::validation::{Case, Evidence, SEED, Verdict, cases};
use std::error::Error;
use std::path::Path;
use tests::validation::courses::courses;
use tests::validation::coverage;
use tests::validation::dynamics::{by_fluid, by_requests};
use tests::validation::grid::{self, Cell, GridFile, Reference};
use tests::validation::networks;
use tests::validation::report::{Validation, markdown};
use tests::validation::summary::{summary, vectors};

/// Replications of the courses with changing load.
const REPLICATIONS: u32 = 40;
/// Seeds of the coverage run.
const SEEDS: u64 = 20;

fn main() -> Result<(), Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let figures = root.join("figures");
    let (grid_file, coverage_file, summary_file) = (
        figures.join("planes_grid.json"),
        figures.join("oracle_coverage.json"),
        figures.join("planes_summary.json"),
    );
    match std::env::args().nth(1).as_deref() {
        Some("measure") => std::fs::write(&grid_file, measured_grid(known(&grid_file))?)?,
        Some("coverage") => write(&coverage_file, &coverage::measure(SEEDS))?,
        Some("vectors") => {
            let mut summary: PlanesSummary = read(&summary_file)?;
            summary.vectors = vectors(&root.join("vectors"))?;
            return write(&summary_file, &summary);
        }
        Some(other) => return Err(format!("{other} is not known").into()),
        None => {}
    }
    let grid: GridFile = read(&grid_file)?;
    let validation = Validation {
        oracles: cases().into_iter().map(judged).collect(),
        coverage: read(&coverage_file)?,
        vectors: vectors(&root.join("vectors"))?,
        differences: grid.cells.iter().map(grid::difference).collect(),
        grid,
        courses: courses()
            .into_iter()
            .map(|course| {
                let (requests, fluid) = (
                    by_requests(&course, REPLICATIONS),
                    by_fluid(&course, REPLICATIONS),
                );
                (course, requests, fluid)
            })
            .collect(),
        networks: networks::cases().into_iter().map(both_planes).collect(),
        guarded: networks::guarded_cases()
            .into_iter()
            .map(both_planes)
            .collect(),
    };
    let pairs = validation.grid.cells.iter().cloned();
    let pairs: Vec<_> = pairs.zip(validation.differences.iter().copied()).collect();
    let short = summary(&pairs, &validation.courses, validation.vectors.clone());
    write(&summary_file, &short)?;
    let docs = root.join("../docs");
    std::fs::create_dir_all(&docs)?;
    let path = docs.join("VALIDATION.md");
    std::fs::write(&path, markdown(&validation))?;
    println!("wrote {}", path.display());
    Ok(())
}

/// A network, by `requests` and by `fluid`.
fn both_planes(case: networks::Case) -> (networks::Case, networks::Figures, networks::Figures) {
    let (requests, fluid) = (networks::by_requests(&case), networks::by_fluid(&case));
    (case, requests, fluid)
}

fn judged(case: Case) -> (Case, Vec<Verdict>) {
    let mut evidence = Evidence::new(&case);
    for index in 0..case.samples {
        evidence.add(index, case.sample(SEED, index));
    }
    let verdicts = evidence.verdicts(&case);
    (case, verdicts)
}

fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<T, Box<dyn Error>> {
    let text =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(serde_json::from_str(&text)?)
}

fn write<T: Serialize>(path: &Path, value: &T) -> Result<(), Box<dyn Error>> {
    let text = serde_json::to_string(value)?.replace("},{", "},\n{") + "\n";
    Ok(std::fs::write(path, text)?)
}

/// What the file holds; nothing when there is none.
fn known(path: &Path) -> Vec<Reference> {
    read::<GridFile>(path).map_or(Vec::new(), |file| file.cells)
}

fn measured_grid(known: Vec<Reference>) -> Result<String, serde_json::Error> {
    let cells = grid::cells();
    let measure = |(index, cell): (usize, &Cell)| {
        if let Some(reference) = known.iter().find(|reference| reference.cell == *cell) {
            return reference.clone();
        }
        eprintln!("cell {} of {}: {cell:?}", index + 1, cells.len());
        grid::reference(cell, 1.0)
    };
    let file = GridFile {
        origin: "requests plane; cargo run --release -p tests --bin validate -- measure".into(),
        seed: grid::SEED,
        cells: cells.iter().enumerate().map(measure).collect(),
    };
    serde_json::to_string(&file).map(|text| text.replace("},{", "},\n{") + "\n")
}
