//! Dev stage.
use tests::validation::grid::{GridFile, SEED, cells, difference, reference, wanted};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/vectors/planes_grid.json");
    if std::env::args().nth(1).as_deref() == Some("measure") {
        let cells = cells()
            .iter()
            .map(|cell| {
                let r = reference(cell, 1.0);
                eprintln!("{}", serde_json::to_string(&r).unwrap());
                r
            })
            .collect();
        let file = GridFile {
            origin: String::new(),
            seed: SEED,
            cells,
        };
        std::fs::write(path, serde_json::to_string_pretty(&file)?)?;
    }
    let cells: Vec<tests::validation::grid::Reference> =
        if let Some(lines) = std::env::args().nth(2) {
            std::fs::read_to_string(lines)?
                .lines()
                .filter_map(|l| serde_json::from_str(l).ok())
                .collect()
        } else {
            serde_json::from_str::<GridFile>(&std::fs::read_to_string(path)?)?.cells
        };
    for r in &cells {
        let d = difference(r);
        let (p, g) = wanted(&r.cell);
        println!(
            "{:12} cv {} c {:3} rho {:.2}: p95 {:+.2} % (±{:.2})  good {:+.2} {:+.2} pp (±{:.2} {:.2}) {}",
            r.cell.service,
            r.cell.cv,
            r.cell.servers,
            r.cell.load,
            d.p95 * 100.0,
            r.p95_ci * 100.0,
            d.good[0] * 100.0,
            d.good[1] * 100.0,
            r.good_ci[0] * 100.0,
            r.good_ci[1] * 100.0,
            if d.p95.abs() > p || d.worst_good() > g {
                "MISS"
            } else {
                ""
            }
        );
    }
    Ok(())
}
