//! Says what is being done and how long it took.

use anyhow::Result;
use std::time::{Duration, Instant};

/// Runs one step of work, saying what it is before and how long it took after.
///
/// # Errors
/// Those of the work.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {what}");
    let start = Instant::now();
    let result = work();
    let outcome = if result.is_ok() {
        "done in"
    } else {
        "failed after"
    };
    eprintln!("    {outcome} {}", seconds(start.elapsed()));
    result
}

/// A remark of the running step.
pub fn note(text: &str) {
    eprintln!("    {text}");
}

/// A duration as people read it, in seconds.
pub fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
