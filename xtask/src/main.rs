//! `cargo xtask`: sets up, builds, serves and tests QEC Studio.
//!
//! One file of `commands/` per command. To add one: write the file with its `Options` and its `run`, and name it
//! in the list below.

mod browser;
mod commands;
mod node;
mod packages;
mod process;
mod project;
mod server;
mod site;
mod step;
mod toolchain;
mod wasm;
mod watch;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Set up, build, serve and test QEC Studio.
///
/// `cargo xtask studio` is all a visitor needs, `cargo xtask test` all a contributor needs.
#[derive(Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Studio(commands::studio::Options),
    Build(commands::build::Options),
    Serve(commands::serve::Options),
    Test(commands::test::Options),
    Bench(commands::bench::Options),
    Schema(commands::schema::Options),
    Validate(commands::validate::Options),
}

fn main() -> ExitCode {
    let done = |()| ExitCode::SUCCESS;
    let outcome = match Cli::parse().command {
        Command::Studio(options) => commands::studio::run(&options).map(done),
        Command::Build(options) => commands::build::run(&options).map(done),
        Command::Serve(options) => commands::serve::run(&options).map(done),
        Command::Test(options) => commands::test::run(&options),
        Command::Bench(options) => commands::bench::run(&options).map(done),
        Command::Schema(options) => commands::schema::run(&options).map(done),
        Command::Validate(options) => commands::validate::run(&options).map(done),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("\nerror: {error:#}");
        ExitCode::FAILURE
    })
}
