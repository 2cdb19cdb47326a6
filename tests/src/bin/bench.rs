//! The table of `cargo xtask bench`: `bench [--quick] [--json]`.

use std::process::ExitCode;
use tests::bench::{Effort, Machine, json, markdown, rows};

fn main() -> ExitCode {
    let (mut quick, mut as_json) = (false, false);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--quick" => quick = true,
            "--json" => as_json = true,
            other => {
                eprintln!("unknown argument {other}; there are --quick and --json");
                return ExitCode::from(2);
            }
        }
    }
    if cfg!(debug_assertions) {
        eprintln!("This is not a release build: the figures mean nothing.");
    }
    let machine = Machine::this();
    let rows = rows(Effort { quick }, |next| eprintln!("    {next} …"));
    let text = if as_json {
        json(&machine, quick, &rows)
    } else {
        markdown(&machine, quick, &rows)
    };
    print!("{text}");
    ExitCode::SUCCESS
}
