//! `qec`: QEC Studio on the command line.
//!
//! One file per command; `source` finds the scenario that a command is about, `compute` spreads a study over
//! threads, `table` and the `*_text` files write for people. Results go to standard output, everything about
//! them (warnings, notes, progress) to standard error.

mod adaptive;
mod args;
mod check;
mod compare;
mod compare_text;
mod compute;
mod decisions;
mod explain;
mod failure;
mod import;
mod link;
mod optimise;
mod output;
mod reach;
mod replay;
mod report_file;
mod report_text;
mod run;
mod sensitivity;
mod sensitivity_text;
mod source;
mod sweep;
mod sweep_text;
mod table;
mod templates;
mod validate;

use args::{Arguments, Command};
use clap::Parser;
use failure::Failure;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    // A panic is our mistake, not the user's: the default hook has told what happened, the exit code says whose it is.
    let outcome = std::panic::catch_unwind(|| dispatch(arguments));
    match outcome.unwrap_or_else(|_| {
        Err(Failure::Internal(
            "this is a mistake in qec; please report it".to_owned(),
        ))
    }) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::explain(&failure.to_string());
            failure.exit_code()
        }
    }
}

fn dispatch(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Command::Run(options) => run::run(&options),
        Command::Sweep(options) => sweep::sweep(&options),
        Command::Optimise(options) => optimise::optimise(&options),
        Command::Explain(options) => explain::explain(&options),
        Command::Reach(options) => reach::reach(&options),
        Command::Compare(options) => compare::compare(&options),
        Command::Sensitivity(options) => sensitivity::sensitivity(&options),
        Command::Check(options) => check::check(&options),
        Command::Decisions(options) => decisions::decisions(&options),
        Command::Replay(options) => replay::replay(&options),
        Command::Link(command) => link::link(&command),
        Command::Import(command) => import::import(&command),
        Command::Validate(options) => validate::validate(&options),
        Command::Templates { id } => templates::templates(id.as_deref()),
    }
}
