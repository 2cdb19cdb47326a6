//! The table of `cargo xtask bench`: `bench [--quick] [--json] [--only PART]`.

use std::process::ExitCode;
use tests::bench::{Effort, Machine, json, markdown, memory_mib, rows};

fn main() -> ExitCode {
    let (mut quick, mut as_json, mut only) = (false, false, String::new());
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--quick" => quick = true,
            "--json" => as_json = true,
            "--only" => only = arguments.next().unwrap_or_default(),
            // What the table's rows about memory call.
            "--memory" => {
                let case = arguments.next().unwrap_or_default();
                let (each, all) =
                    memory_mib(Effort { quick }, &case).unwrap_or((f64::NAN, f64::NAN));
                println!("{each:.2} {all:.1}");
                return ExitCode::SUCCESS;
            }
            other => {
                eprintln!("unknown argument {other}; there are --quick, --json and --only PART");
                return ExitCode::from(2);
            }
        }
    }
    if cfg!(debug_assertions) {
        eprintln!("This is not a release build: the figures mean nothing.");
    }
    let machine = Machine::this();
    let rows = rows(Effort { quick }, &only, |next| eprintln!("    {next} …"));
    let text = if as_json {
        json(&machine, quick, &rows)
    } else {
        markdown(&machine, quick, &rows)
    };
    print!("{text}");
    ExitCode::SUCCESS
}
