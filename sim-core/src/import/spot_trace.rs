//! Recorded spot availability becomes the trace of a pool.

use super::ImportError;
use super::recording::{self, Recording};
use crate::fleet::spot::SpotTrace;
use crate::scenario::document::{SpotTraceDocument, TraceStart};

/// How a trace is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SpotTraceOptions {
    /// Nodes that a step must have for the pool to count as available.
    pub at_least: u32,
}

impl Default for SpotTraceOptions {
    fn default() -> Self {
        Self { at_least: 1 }
    }
}

/// A trace, ready for a scenario document.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedSpotTrace {
    /// The part of the document: `/fleet/spot/pools/…/trace`.
    pub trace: SpotTraceDocument,
    /// How it was read, and what it amounts to, in sentences.
    pub notes: Vec<String>,
}

/// Reads a trace from JSON.
///
/// # Errors
/// The text is no JSON, or no trace: without steps, with a gap that is none, with prices that do not match.
pub fn spot_trace(
    text: &str,
    options: &SpotTraceOptions,
) -> Result<ImportedSpotTrace, ImportError> {
    let Recording {
        gap_s,
        machines,
        usd_per_hour,
        ignored,
    } = recording::read(text)?;
    let at_least = u64::from(options.at_least.max(1));
    let up = |count: &u64| u32::from(*count >= at_least);
    let trace = SpotTraceDocument {
        gap_s,
        available: machines.iter().map(up).collect(),
        usd_per_hour,
        start: TraceStart::Random,
    };
    let mut notes = vec![describe(&trace)];
    let most = machines.iter().copied().max().unwrap_or(0);
    if most > 1 {
        notes.push(format!(
            "The trace counts up to {most} nodes; the pool counts as available with at least {at_least}."
        ));
    }
    if !ignored.is_empty() {
        notes.push(format!("Ignored: {}.", super::listed(&ignored)));
    }
    Ok(ImportedSpotTrace { trace, notes })
}

/// What the trace amounts to.
fn describe(document: &SpotTraceDocument) -> String {
    let available = document.available.iter().map(|up| *up == 1).collect();
    let trace = SpotTrace::new(document.gap_s, available, document.usd_per_hour.clone());
    let Some(trace) = trace else {
        return String::new();
    };
    let found = trace.statistics();
    let days = f64::from(found.steps) * document.gap_s / 86_400.0;
    let mut words = format!(
        "{} steps of {} s, {days:.1} days: available {:.1} % of the time, in {} runs of {:.2} h on average; {:.2} h without in between.",
        found.steps,
        document.gap_s,
        100.0 * found.availability,
        found.up_runs,
        found.mean_up_hours,
        found.mean_down_hours
    );
    if let Some((low, high)) = found.usd_per_hour {
        words.push_str(&format!(" {low} to {high} USD an hour."));
    }
    words
}
