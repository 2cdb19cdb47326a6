//! Holds the data planes against theory and against each other, and writes `docs/VALIDATION.md`:
//! - `cargo run --release -p tests --bin validate` (about a minute);
//! - with `-- measure`, first measures the cells of the grid that `figures/planes_grid.json` does not hold yet
//!   (without the file all of them: about 15 minutes).

use std::path::Path;
use tests::validation::dynamics::{by_fluid, by_requests, courses};
use tests::validation::grid::{self, Cell, GridFile, Reference};
use tests::validation::oracles;
use tests::validation::report::{Validation, markdown};

/// Replications of the courses with changing load.
const REPLICATIONS: u32 = 10;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let figures = root.join("figures/planes_grid.json");
    if std::env::args().nth(1).as_deref() == Some("measure") {
        std::fs::write(&figures, measured_grid(known(&figures))?)?;
    }
    let grid: GridFile = serde_json::from_str(&std::fs::read_to_string(&figures)?)?;
    let validation = Validation {
        oracles: oracles::cases()
            .into_iter()
            .map(|case| (oracles::judge(&case), case))
            .map(swap)
            .collect(),
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
    };
    let docs = root.join("../docs");
    std::fs::create_dir_all(&docs)?;
    let path = docs.join("VALIDATION.md");
    std::fs::write(&path, markdown(&validation))?;
    println!("wrote {}", path.display());
    Ok(())
}

fn swap<A, B>((a, b): (A, B)) -> (B, A) {
    (b, a)
}

/// What the file holds; nothing when there is none.
fn known(path: &Path) -> Vec<Reference> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    serde_json::from_str::<GridFile>(&text).map_or(Vec::new(), |file| file.cells)
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
