//! What the page shows without measuring it (`tests/figures/planes_summary.json`) is what would be measured.

use std::path::Path;
use tests::validation::grid::{GridFile, difference};
use tests::validation::summary::{families, vectors};

use sim_core::validation::planes::PlanesSummary;

const COMMITTED: &str = include_str!("../figures/planes_summary.json");

fn committed() -> PlanesSummary {
    serde_json::from_str(COMMITTED).expect("the summary's file")
}

#[test]
fn the_summary_is_small() {
    assert!(COMMITTED.len() < 10_000, "{} bytes", COMMITTED.len());
}

#[test]
fn the_vectors_are_counted() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    assert_eq!(
        committed().vectors,
        vectors(&folder).expect("the folder of vectors"),
        "type: cargo run -p tests --bin validate -- vectors"
    );
}

#[test]
fn the_worst_queues_are_those_of_the_grid() {
    let file: GridFile =
        serde_json::from_str(include_str!("../figures/planes_grid.json")).expect("the grid's file");
    let pairs: Vec<_> = file
        .cells
        .into_iter()
        .map(|reference| {
            let difference = difference(&reference);
            (reference, difference)
        })
        .collect();
    assert_eq!(
        committed().families,
        families(&pairs),
        "type: cargo xtask validate"
    );
}
