//! What the page shows of the planes' comparison and of the vectors: `tests/figures/planes_summary.json`.

use super::courses::Course;
use super::dynamics::Figures;
use super::grid::{Difference, Reference, wanted};
use serde_json::Value;
use sim_core::validation::planes::{
    CourseSummary, FamilySummary, PlanesSummary, QueueError, VectorFile,
};
use std::path::Path;

/// The summary.
pub fn summary(
    grid: &[(Reference, Difference)],
    courses: &[(Course, Figures, Figures)],
    vectors: Vec<VectorFile>,
) -> PlanesSummary {
    PlanesSummary {
        families: families(grid),
        courses: courses.iter().map(course).collect(),
        vectors,
    }
}

/// The worst queues of each family of service times, in the order in which the grid has them.
pub fn families(grid: &[(Reference, Difference)]) -> Vec<FamilySummary> {
    let mut names: Vec<&str> = Vec::new();
    for (reference, _) in grid {
        if !names.contains(&reference.cell.service.as_str()) {
            names.push(&reference.cell.service);
        }
    }
    let of = |name: &str| {
        let cells: Vec<&(Reference, Difference)> = grid
            .iter()
            .filter(|(reference, _)| reference.cell.service == name)
            .collect();
        let worst = |error: fn(&Difference) -> f64| {
            let furthest = cells
                .iter()
                .max_by(|a, b| error(&a.1).abs().total_cmp(&error(&b.1).abs()));
            let (reference, difference) = furthest.expect("a family of the grid has cells");
            QueueError {
                cv: reference.cell.cv,
                servers: reference.cell.servers,
                load: reference.cell.load,
                error: rounded(error(difference)),
            }
        };
        let meets = |(reference, difference): &&&(Reference, Difference)| {
            let (p95, good) = wanted(&reference.cell);
            difference.p95.abs() <= p95 && difference.worst_good() <= good
        };
        FamilySummary {
            service: name.to_owned(),
            queues: cells.len() as u32,
            within: cells.iter().filter(meets).count() as u32,
            worst_p95: worst(|difference| difference.p95),
            worst_good: worst(worst_good),
        }
    };
    names.into_iter().map(of).collect()
}

/// The larger difference of the good share, with its sign.
fn worst_good(difference: &Difference) -> f64 {
    let [first, second] = difference.good;
    if first.abs() >= second.abs() {
        first
    } else {
        second
    }
}

fn course((course, requests, fluid): &(Course, Figures, Figures)) -> CourseSummary {
    CourseSummary {
        name: course.name.to_owned(),
        good: rounded(requests.good),
        good_ci: rounded(requests.good_ci),
        error: rounded(fluid.good - requests.good),
    }
}

/// To five decimals: more would be noise, and the page carries every digit.
fn rounded(value: f64) -> f64 {
    (value * 1e5).round() / 1e5
}

/// The files of `tests/vectors` and how many cases each holds, by name.
pub fn vectors(folder: &Path) -> std::io::Result<Vec<VectorFile>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|kind| kind != "json") {
            continue;
        }
        let content: Value = serde_json::from_str(&std::fs::read_to_string(&path)?)?;
        let cases = content.get("cases").and_then(Value::as_array);
        let file = path.file_name().unwrap_or_default();
        files.push(VectorFile {
            file: file.to_string_lossy().into_owned(),
            cases: cases.map_or(0, Vec::len) as u32,
        });
    }
    files.sort_by(|a, b| a.file.cmp(&b.file));
    Ok(files)
}
