//! `cargo xtask test`: everything that has to hold before a change is accepted.

use crate::browser::ensure_chromium;
use crate::node::ensure_node;
use crate::process::run as start;
use crate::project::Project;
use crate::site::{self, Live};
use crate::step::{seconds, step};
use crate::toolchain::Toolchain;
use crate::wasm::KEPT;
use anyhow::{Context, Result, bail};
use clap::Args;
use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

/// Check formatting and lints, run all tests, build everything, and test the page in a real browser
#[derive(Args)]
pub struct Options {
    /// Leave out what is built for the browser, and the browser itself: for the minutes between two edits
    #[arg(long)]
    quick: bool,
}

/// What happened in one step.
struct Outcome {
    name: &'static str,
    time: Duration,
    passed: bool,
}

/// Runs all steps, also after one failed, and sums up: the count is the last line.
///
/// # Errors
/// The project cannot be found. A failed step is no error here but the exit code.
pub fn run(options: &Options) -> Result<ExitCode> {
    let project = Project::find()?;
    let mut outcomes = Vec::new();
    let mut check = |name: &'static str, work: &dyn Fn() -> Result<()>| {
        let begin = Instant::now();
        let result = step(name, work);
        if let Err(error) = &result {
            eprintln!("error: {error:#}");
        }
        outcomes.push(Outcome {
            name,
            time: begin.elapsed(),
            passed: result.is_ok(),
        });
    };
    check("format", &|| format(&project));
    check("lints", &|| lints(&project));
    check("tests", &|| tests(&project));
    if !options.quick {
        check("lints of what runs in the browser", &|| {
            browser_lints(&project)
        });
        check("command line, release build", &|| {
            command_line(&project, "release")
        });
        check("command line, not optimised", &|| {
            command_line(&project, "plain")
        });
        check("the page", &|| page(&project));
        check("the same bytes elsewhere", &|| elsewhere_tests(&project));
        check("the page in Chromium", &|| browser_tests(&project));
    }
    Ok(summary(&outcomes))
}

fn format(project: &Project) -> Result<()> {
    start(
        project.cargo().args(["fmt", "--all", "--check"]),
        "Type: cargo fmt --all",
    )
}

fn lints(project: &Project) -> Result<()> {
    let mut cargo = project.cargo();
    cargo.args(["clippy", "--workspace", "--all-targets"]);
    cargo.args(["--features", "tests/browser", "--", "--deny", "warnings"]);
    start(&mut cargo, "The lints are above")
}

/// Where proptest looks for the seed of what it draws.
const PROPERTY_SEED: &str = "PROPTEST_RNG_SEED";

fn browser_lints(project: &Project) -> Result<()> {
    let toolchain = Toolchain::ensure(project)?;
    toolchain.ensure_clippy()?;
    let mut cargo = toolchain.cargo(project, "clippy");
    cargo.args([
        "--package",
        "app",
        "--package",
        "sim-core",
        "--package",
        "sim-loop",
        "--package",
        "sim-planes",
        "--package",
        "sim-report",
        "--",
        "--deny",
        "warnings",
    ]);
    start(&mut cargo, "The lints are above")
}

fn tests(project: &Project) -> Result<()> {
    let mut cargo = project.cargo();
    cargo.args(["test", "--workspace", "--no-fail-fast"]);
    // The same random documents each time, so that a failure is that of the change at hand. `cargo test` alone draws others.
    if std::env::var_os(PROPERTY_SEED).is_none() {
        cargo.env(PROPERTY_SEED, "1");
    }
    start(&mut cargo, "The failed tests are above")
}

fn command_line(project: &Project, profile: &str) -> Result<()> {
    let mut cargo = project.cargo();
    cargo.args(["build", "--profile", profile, "--package", "cli"]);
    start(&mut cargo, KEPT)
}

/// The command line as a profile built it.
fn built(project: &Project, profile: &str) -> Result<PathBuf> {
    let qec = project
        .target
        .join(profile)
        .join(format!("qec{}", env::consts::EXE_SUFFIX));
    is_built(qec, "the command line")
}

fn is_built(file: PathBuf, what: &str) -> Result<PathBuf> {
    if !file.is_file() {
        bail!("{what} is not built: {} is missing", file.display());
    }
    Ok(file)
}

/// The page's program in Node, and the command line as each profile builds it.
fn elsewhere_tests(project: &Project) -> Result<()> {
    let dist = project.root.join("dist");
    is_built(dist.join("index.html"), "the page")?;
    let builds = env::join_paths([built(project, "plain")?, built(project, "release")?])?;
    let mut cargo = project.cargo();
    cargo.args(["test", "--package", "tests", "--features", "browser"]);
    cargo.args(["--test", "elsewhere"]);
    cargo.env("QEC_DIST", dist).env("QEC_BUILDS", builds);
    cargo.env("QEC_NODE", ensure_node()?);
    start(&mut cargo, "The failed tests are above")
}

fn page(project: &Project) -> Result<()> {
    let sizes = site::build(project, &project.root.join("dist"), Live::No)?;
    if !sizes.within_limit() {
        bail!("the page is too big. {sizes}");
    }
    Ok(())
}

/// Drives the built page; the tests learn from the environment where everything is.
fn browser_tests(project: &Project) -> Result<()> {
    let dist = project.root.join("dist");
    is_built(dist.join("index.html"), "the page")?;
    let qec = built(project, "release")?;
    let chromium = ensure_chromium()?;
    let mut cargo = project.cargo();
    cargo.args([
        "test",
        "--package",
        "tests",
        "--features",
        "browser",
        "--test",
        "browser",
    ]);
    cargo.args(["--", "--test-threads=1"]);
    cargo.env("QEC_DIST", dist).env("QEC_BIN", qec);
    cargo.env(
        "QEC_XTASK",
        env::current_exe().context("cannot find this program's own file")?,
    );
    cargo
        .env("QEC_CHROMIUM", chromium.browser)
        .env("QEC_CHROMEDRIVER", chromium.driver);
    cargo.env("QEC_SCREENSHOTS", project.target.join("screenshots"));
    start(&mut cargo, "The failed tests are above")
}

/// The table of steps, then their count as the last line.
fn summary(outcomes: &[Outcome]) -> ExitCode {
    println!("\n{:<38}{:>10}", "step", "time");
    for outcome in outcomes {
        let verdict = if outcome.passed { "passed" } else { "FAILED" };
        println!(
            "{:<38}{:>10}  {verdict}",
            outcome.name,
            seconds(outcome.time)
        );
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.passed).count();
    println!("{} passed, {failed} failed", outcomes.len() - failed);
    if failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
