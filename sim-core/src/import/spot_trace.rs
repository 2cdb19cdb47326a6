//! Recorded spot availability becomes the trace of a pool.
//!
//! ```text
//!   {"metadata": {"gap_seconds": 600}, "data": [1, 0, …], "prices": [1.27, …]} ──► SpotTraceDocument
//! ```
//!
//! Source: github.com/skypilot-org/spot-traces, the traces of "Can't Be Late" (NSDI 2024). 1 stands for available; in
//! traces of several nodes a step is the number of nodes that could be had.

use super::manifest::fields::in_words;
use super::{ImportError, MAX_MANIFEST_BYTES};
use crate::fleet::spot::SpotTrace;
use crate::scenario::document::{SpotTraceDocument, TraceStart};
use crate::scenario::limits::Limit;
use serde_json::{Map, Value};

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
    if text.len() > MAX_MANIFEST_BYTES {
        return refuse(format!(
            "the file has {} bytes; at most {MAX_MANIFEST_BYTES} are read",
            text.len()
        ));
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|error| ImportError::new(format!("this is no JSON that can be read: {error}")))?;
    let Value::Object(mut top) = value else {
        return refuse(
            "expected is an object with metadata.gap_seconds and a list named data".to_owned(),
        );
    };
    let gap_s = gap(&top)?;
    let counts = list(&mut top, "data")?.ok_or_else(|| {
        ImportError::new("there is no list named data in it: expected is 1 or 0 for each step")
    })?;
    let most = limit_of("spot.trace_available");
    if counts.is_empty() {
        return refuse("data: the trace has no steps".to_owned());
    }
    if counts.len() as f64 > most {
        return refuse(format!(
            "data: {} steps are more than the {most} that a scenario takes; cut the trace",
            counts.len()
        ));
    }
    let mut nodes = Vec::with_capacity(counts.len());
    for (index, count) in counts.iter().enumerate() {
        match count.as_u64() {
            Some(count) => nodes.push(count),
            None => {
                return refuse(format!(
                    "data[{index}]: expected is a number of nodes, not {}",
                    in_words(count)
                ));
            }
        }
    }
    let usd_per_hour = prices(&mut top, nodes.len())?;
    let up = |count: &u64| *count >= u64::from(options.at_least.max(1));
    let trace = SpotTraceDocument {
        gap_s,
        available: nodes.iter().map(|count| u32::from(up(count))).collect(),
        usd_per_hour,
        start: TraceStart::Random,
    };
    let mut notes = vec![describe(&trace)];
    let largest = nodes.iter().copied().max().unwrap_or(0);
    if largest > 1 {
        notes.push(format!(
            "The trace counts up to {largest} nodes; the pool counts as available with at least {}.",
            options.at_least.max(1)
        ));
    }
    top.remove("metadata");
    if !top.is_empty() {
        let names: Vec<&str> = top.keys().map(String::as_str).collect();
        notes.push(format!("Ignored: {}.", super::listed(&names)));
    }
    Ok(ImportedSpotTrace { trace, notes })
}

fn refuse<T>(message: String) -> Result<T, ImportError> {
    Err(ImportError::new(message))
}

/// The upper limit of a row of the table.
fn limit_of(key: &str) -> f64 {
    Limit::find(key).map_or(0.0, |limit| limit.max)
}

fn gap(top: &Map<String, Value>) -> Result<f64, ImportError> {
    let gap = top.get("metadata").and_then(|data| data.get("gap_seconds"));
    let Some(gap) = gap else {
        return refuse("metadata.gap_seconds is missing: the seconds between two steps".to_owned());
    };
    let range = Limit::find("spot.trace_gap_s");
    let allowed = |seconds: &f64| range.is_some_and(|range| range.contains(*seconds));
    gap.as_f64().filter(allowed).ok_or_else(|| {
        let range = range.map(Limit::range).unwrap_or_default();
        ImportError::new(format!(
            "metadata.gap_seconds: expected is {range}, not {}",
            in_words(gap)
        ))
    })
}

fn list(top: &mut Map<String, Value>, name: &str) -> Result<Option<Vec<Value>>, ImportError> {
    match top.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(items)) => Ok(Some(items)),
        Some(other) => refuse(format!(
            "{name}: expected is a list, not {}",
            in_words(&other)
        )),
    }
}

fn prices(top: &mut Map<String, Value>, steps: usize) -> Result<Vec<f64>, ImportError> {
    let Some(items) = list(top, "prices")? else {
        return Ok(Vec::new());
    };
    if items.len() != steps {
        return refuse(format!(
            "prices: there are {} for {steps} steps; one for each is expected",
            items.len()
        ));
    }
    let most = limit_of("spot.trace_usd_per_hour[]");
    let mut prices = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        match item.as_f64().filter(|usd| (0.0..=most).contains(usd)) {
            Some(usd) => prices.push(usd),
            None => {
                return refuse(format!(
                    "prices[{index}]: expected is 0 to {most} US dollars an hour, not {}",
                    in_words(item)
                ));
            }
        }
    }
    Ok(prices)
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
