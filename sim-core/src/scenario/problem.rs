//! What is wrong with a document, where, and what to do about it.

use core::fmt;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// At most this many problems are listed; the rest is counted.
const MAX_LISTED: usize = 100;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The scenario cannot be simulated.
    Error,
    /// It can, but it is probably not what was meant.
    Warning,
}

/// A change of the document that would mend a problem.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remedy {
    /// What it does, in a few words.
    pub words: String,
    /// JSON Pointer of the field.
    pub path: String,
    /// Its new value; `None` takes it out.
    pub value: Option<Value>,
}

/// One problem of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// JSON Pointer of the field; empty for the whole document.
    pub path: String,
    /// What is wrong, with the value.
    pub message: String,
    /// The range that is allowed, where there is one, such as "0.02 to 30 days".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    /// What to do about it.
    pub hint: String,
    /// How bad it is.
    pub severity: Severity,
    /// A change that would mend it, where one is as good as any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Box<Remedy>>,
}

impl Problem {
    /// An error of the field at `path`.
    pub fn error(
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            path: path.into(),
            message: message.into(),
            limit: None,
            hint: hint.into(),
            severity: Severity::Error,
            remedy: None,
        }
    }

    /// A warning about the field at `path`.
    pub fn warning(
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        Self {
            severity: Severity::Warning,
            ..Self::error(path, message, hint)
        }
    }

    /// The same with the allowed range.
    #[must_use]
    pub fn with_limit(self, limit: impl Into<String>) -> Self {
        Self {
            limit: Some(limit.into()),
            ..self
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "document"
        } else {
            &self.path
        };
        let kind = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        write!(f, "{kind}: {path}: {}", self.message)?;
        if !self.hint.is_empty() {
            write!(f, " ({})", self.hint)?;
        }
        Ok(())
    }
}

/// Everything found wrong with a document: at least one error, and the warnings beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problems(pub Vec<Problem>);

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let line_break = if index == 0 { "" } else { "\n" };
            write!(f, "{line_break}{problem}")?;
        }
        Ok(())
    }
}

impl core::error::Error for Problems {}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Self(vec![problem])
    }
}

/// Problems as they are being found.
#[derive(Debug, Default)]
pub(super) struct Found {
    listed: Vec<Problem>,
    errors: usize,
    unlisted: usize,
}

impl Found {
    pub(super) fn push(&mut self, problem: Problem) {
        self.errors += usize::from(problem.severity == Severity::Error);
        if self.listed.len() < MAX_LISTED {
            self.listed.push(problem);
        } else {
            self.unlisted += 1;
        }
    }

    pub(super) fn error(
        &mut self,
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(Problem::error(path, message, hint));
    }

    pub(super) fn warning(
        &mut self,
        path: impl Into<String>,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.push(Problem::warning(path, message, hint));
    }

    /// A change that would mend the problem found last.
    pub(super) fn remedy(
        &mut self,
        words: impl Into<String>,
        path: impl Into<String>,
        value: Option<Value>,
    ) {
        if let Some(last) = self.listed.last_mut().filter(|_| self.unlisted == 0) {
            last.remedy = Some(Box::new(Remedy {
                words: words.into(),
                path: path.into(),
                value,
            }));
        }
    }

    /// True when an error of exactly this field is listed.
    pub(super) fn names(&self, path: &str) -> bool {
        self.listed
            .iter()
            .any(|problem| problem.severity == Severity::Error && problem.path == path)
    }

    pub(super) fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// The list, closed by a count of what did not fit in it.
    pub(super) fn into_list(mut self) -> Vec<Problem> {
        if self.unlisted > 0 {
            let message = format!("{} more problems are not listed", self.unlisted);
            let hint = "mend the ones above and check again";
            let severity = if self.has_errors() {
                Severity::Error
            } else {
                Severity::Warning
            };
            self.listed.push(Problem {
                severity,
                ..Problem::error("", message, hint)
            });
        }
        self.listed
    }
}
