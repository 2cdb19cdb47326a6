//! From measured waits to the fluid plane's calibration table, a Rust source file.

use super::waits::{Family, MULTIPLES};
use sim_core::plane::queueing::erlang_c;
use std::fmt::Write as _;

pub const SERVERS: [u32; 6] = [2, 4, 8, 16, 32, 100];
pub const LOADS: [f64; 6] = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95];
pub const CVS: [f64; 6] = [0.0, 0.5, 1.0, 1.5, 2.0, 3.0];

/// Relative half width of its interval above which a measured share says too little.
const USELESS: f64 = 0.2;

/// Share, mean and shares above multiples of the mean, relative to M/M/c.
type Entry = [f64; 6];

/// One line of `tests/figures/waits.csv`.
struct Line {
    family: String,
    cv: f64,
    servers: u32,
    load: f64,
    /// Share waiting, its half width, mean wait.
    share: f64,
    share_ci: f64,
    mean: f64,
    above: [f64; 4],
}

/// The table's source, from the CSV of the program `calibrate`.
pub fn source(csv: &str) -> Result<String, String> {
    let lines: Vec<Line> = csv.lines().skip(1).map(parse).collect::<Result<_, _>>()?;
    let mut text = String::from(HEADER);
    for family in Family::ALL {
        let _ = writeln!(text, "    // {}", family.name());
        text.push_str("    [\n");
        for cv in CVS {
            let _ = writeln!(text, "        // cv {cv}");
            text.push_str("        [\n");
            for servers in SERVERS {
                write_row(&mut text, &row(&lines, family, cv, servers)?);
            }
            text.push_str("        ],\n");
        }
        text.push_str("    ],\n");
    }
    text.push_str("];\n");
    Ok(text)
}

fn parse(line: &str) -> Result<Line, String> {
    let fields: Vec<&str> = line.split(',').collect();
    let number = |index: usize| -> Result<f64, String> {
        let field = fields
            .get(index)
            .ok_or_else(|| format!("field {index} is missing: {line}"))?;
        field.parse().map_err(|error| format!("{field}: {error}"))
    };
    Ok(Line {
        family: fields.first().unwrap_or(&"").to_string(),
        cv: number(1)?,
        servers: number(2)? as u32,
        load: number(3)?,
        share: number(5)?,
        share_ci: number(6)?,
        mean: number(7)?,
        above: [number(9)?, number(10)?, number(11)?, number(12)?],
    })
}

/// All loads of one queue. Where waiting is so rare that the run says nothing, the next load stands in.
fn row(
    lines: &[Line],
    family: Family,
    cv: f64,
    servers: u32,
) -> Result<[Entry; LOADS.len()], String> {
    let exponential = family != Family::Lognormal && cv == 1.0;
    // Below cv 1 the lognormal family stands for all.
    let name = if cv < 1.0 {
        Family::Lognormal.name()
    } else {
        family.name()
    };
    let mut row = [exponential_entry(); LOADS.len()];
    if exponential {
        return Ok(row);
    }
    for place in (0..LOADS.len()).rev() {
        let load = LOADS[place];
        let wanted =
            |l: &&Line| l.family == name && l.cv == cv && l.servers == servers && l.load == load;
        let line = lines
            .iter()
            .find(wanted)
            .ok_or_else(|| format!("{name} {cv} {servers} {load} is missing"))?;
        let next = row.get(place + 1).copied();
        row[place] = match next {
            Some(next) if line.share_ci > USELESS * line.share || line.share <= 0.0 => next,
            _ => entry(line),
        };
    }
    Ok(row)
}

fn entry(line: &Line) -> Entry {
    let c = f64::from(line.servers);
    let [a, b, d, e] = line.above;
    let mean = line.mean * c * (1.0 - line.load);
    [
        line.share / erlang_c(line.servers, c * line.load),
        mean,
        a,
        b,
        d,
        e,
    ]
}

fn exponential_entry() -> Entry {
    let [a, b, c, d] = MULTIPLES.map(|x: f64| (-x).exp());
    [1.0, 1.0, a, b, c, d]
}

fn write_row(text: &mut String, row: &[Entry; LOADS.len()]) {
    text.push_str("            [\n");
    for pair in row.chunks(2) {
        let shown = |[share, mean, a, b, c, d]: &Entry| {
            format!("m({share:.4}, {mean:.4}, [{a:.4}, {b:.4}, {c:.4}, {d:.4}])")
        };
        let both: Vec<String> = pair.iter().map(shown).collect();
        let _ = writeln!(text, "                {},", both.join(", "));
    }
    text.push_str("            ],\n");
}

const HEADER: &str = "\
//! The wait in M/G/c, measured. Generated from `tests/figures/waits.csv` by
//! `cargo run --release -p tests --bin calibrate -- table`; do not edit.

/// Gamma, hyper-exponential (balanced means), lognormal.
pub(super) const FAMILIES: usize = 3;
/// Numbers of servers measured.
pub(super) const SERVERS: [f64; 6] = [2.0, 4.0, 8.0, 16.0, 32.0, 100.0];
/// Loads measured.
pub(super) const LOADS: [f64; 6] = [0.3, 0.5, 0.7, 0.8, 0.9, 0.95];
/// Multiples of the mean wait of those who wait.
pub(super) const MULTIPLES: [f64; 4] = [0.5, 1.0, 2.0, 3.0];

/// One queue against M/M/c, each number in ten-thousandths: a quarter of the room that the page would load otherwise.
#[derive(Clone, Copy, Debug)]
pub(super) struct Measured {
    /// P(wait) / Erlang C.
    pub(super) share: u16,
    /// Mean wait of those who wait, relative to M/M/c.
    pub(super) mean: u16,
    /// Share of those who wait that waits longer than [`MULTIPLES`] of their mean.
    pub(super) above: [u16; 4],
}

const fn m(share: f64, mean: f64, [a, b, c, d]: [f64; 4]) -> Measured {
    Measured {
        share: parts(share),
        mean: parts(mean),
        above: [parts(a), parts(b), parts(c), parts(d)],
    }
}

/// Ten-thousandths of what has four decimals.
const fn parts(number: f64) -> u16 {
    (number * 1e4 + 0.5) as u16
}

/// By family, coefficient of variation (0, 0.5, 1, 1.5, 2, 3), servers, load.
#[rustfmt::skip]
#[allow(clippy::approx_constant, reason = \"measured numbers\")]
pub(super) static MEASURED: [[[[Measured; 6]; 6]; 6]; FAMILIES] = [
";
