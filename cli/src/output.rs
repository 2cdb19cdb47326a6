//! Writing: results to standard output, words about them to standard error.

use crate::failure::Failure;
use serde::Serialize;
use std::io::{ErrorKind, Write};

/// Writes a result. A reader that has seen enough (`qec … | head`) is no error.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let end = if text.ends_with('\n') { "" } else { "\n" };
    match out
        .write_all(text.as_bytes())
        .and_then(|()| out.write_all(end.as_bytes()))
        .and_then(|()| out.flush())
    {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::Input(format!("cannot write the result: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a result as JSON on one line.
pub fn print_json<T: Serialize>(value: &T) -> Result<(), Failure> {
    print(&serde_json::to_string(value).map_err(|error| Failure::Internal(error.to_string()))?)
}

/// Writes a result as JSON to be read and edited.
pub fn print_json_pretty<T: Serialize>(value: &T) -> Result<(), Failure> {
    print(
        &serde_json::to_string_pretty(value)
            .map_err(|error| Failure::Internal(error.to_string()))?,
    )
}

/// Says something about the result. When nobody listens, nothing is lost.
pub fn explain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Says several things, one a line.
pub fn explain_all(notes: &[String]) {
    for note in notes {
        explain(&format!("note: {note}"));
    }
}
