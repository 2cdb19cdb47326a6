//! The fluid plane's calibration:
//! - `cargo run --release -p tests --bin calibrate > tests/figures/waits.csv` measures the wait in M/G/c on
//!   a grid (15 minutes);
//! - `cargo run --release -p tests --bin calibrate -- table` turns that file into
//!   `sim-planes/src/plane/fluid/calibration_table.rs`.

use std::path::Path;
use tests::validation::wait_table::{LOADS, SERVERS, source};
use tests::validation::waits::{Cell, Family, Waits, measure};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    if std::env::args().nth(1).as_deref() == Some("table") {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let csv = std::fs::read_to_string(root.join("figures/waits.csv"))?;
        let table = root.join("../sim-planes/src/plane/fluid/calibration_table.rs");
        std::fs::write(table, source(&csv)?)?;
    } else {
        measure_all();
    }
    Ok(())
}

fn measure_all() {
    println!(
        "family,cv,servers,load,requests,share,share_ci,mean,mean_ci,above_0.5,above_1,above_2,above_3"
    );
    for family in Family::ALL {
        // Below cv 1.5 the family hardly matters; the heaviest tail stands for all.
        let heavy = family == Family::Lognormal;
        let cvs: &[f64] = if heavy {
            &[0.0, 0.5, 1.0, 1.5, 2.0, 3.0]
        } else {
            &[1.5, 2.0, 3.0]
        };
        let effort = if heavy { 1.0 } else { 0.5 };
        for &cv in cvs {
            for servers in SERVERS {
                for load in LOADS {
                    let cell = Cell {
                        family,
                        cv,
                        servers,
                        load,
                    };
                    print(cell, &measure(cell, effort));
                }
            }
        }
    }
}

fn print(cell: Cell, waits: &Waits) {
    let Cell {
        family,
        cv,
        servers,
        load,
    } = cell;
    let Waits {
        requests,
        share,
        mean,
        above: [a, b, c, d],
    } = waits;
    println!(
        "{},{cv},{servers},{load},{requests:.0},{:.8},{:.1e},{:.6e},{:.1e},{a:.5},{b:.5},{c:.5},{d:.5}",
        family.name(),
        share.0,
        share.1,
        mean.0,
        mean.1
    );
}
