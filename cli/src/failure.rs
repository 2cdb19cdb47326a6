//! Why a command ends without its result.

use core::fmt;
use sim_core::scenario::{Problem, Problems};
use std::process::ExitCode;

/// Why a command ends without its result.
#[derive(Debug)]
pub enum Failure {
    /// What was given cannot be used; the text says what, where and what to do. Exit code 2.
    Input(String),
    /// What was computed does not agree with what is known. Exit code 1.
    Disagreement(String),
    /// Something that should not happen. Exit code 3.
    Internal(String),
}

impl Failure {
    /// The process's exit code.
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::Disagreement(_) => ExitCode::from(1),
            Self::Input(_) => ExitCode::from(2),
            Self::Internal(_) => ExitCode::from(3),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Input(message) | Self::Disagreement(message) => f.write_str(message),
            Self::Internal(message) => write!(f, "internal error: {message}"),
        }
    }
}

impl From<Problems> for Failure {
    fn from(problems: Problems) -> Self {
        Self::Input(list(&problems.0))
    }
}

/// Problems for people, one below the other.
pub fn list(problems: &[Problem]) -> String {
    problems.iter().map(in_words).collect::<Vec<_>>().join("\n")
}

fn in_words(problem: &Problem) -> String {
    let mut text = match &problem.limit {
        Some(limit) if !problem.message.contains(limit.as_str()) => {
            let mut with_limit = problem.clone();
            with_limit.message.push_str("; allowed: ");
            with_limit.message.push_str(limit);
            with_limit.hint.clear();
            with_limit.to_string()
        }
        _ => Problem {
            hint: String::new(),
            ..problem.clone()
        }
        .to_string(),
    };
    if !problem.hint.is_empty() {
        text.push_str("\n  hint: ");
        text.push_str(&problem.hint);
    }
    text
}
