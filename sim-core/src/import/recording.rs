//! A recording of spot capacity, as it is published, for whoever makes something of it.
//!
//! ```text
//!   {"metadata": {"gap_seconds": 600}, "data": [1, 0, …], "prices": [1.27, …]} ──► Recording
//! ```
//!
//! Source: github.com/skypilot-org/spot-traces, the traces of "Can't Be Late" (Wu et al., NSDI 2024). 1 stands for
//! available; recordings of several machines hold how many could be had.

use super::{ImportError, MAX_MANIFEST_BYTES, shown};
use crate::batch::MAX_POINTS;
use crate::scenario::limits::Limit;
use serde_json::Value;

/// A recording.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Recording {
    /// Time between two points, seconds.
    pub(super) gap_s: f64,
    /// Machines that could be had, point by point; at least one point.
    pub(super) machines: Vec<u64>,
    /// Price of a machine, US dollars an hour, point by point; empty where there is none.
    pub(super) usd_per_hour: Vec<f64>,
    /// Names of what else is in the file.
    pub(super) ignored: Vec<String>,
}

/// Reads a recording from JSON.
///
/// # Errors
/// The text is too long or no such JSON, has no points or too many, or a value that cannot be taken: with place, value and
/// what is expected.
pub(super) fn read(text: &str) -> Result<Recording, ImportError> {
    if text.len() > MAX_MANIFEST_BYTES {
        return refuse(format!(
            "the file has {} bytes; at most {MAX_MANIFEST_BYTES} are read: record in longer steps, or cut it",
            text.len()
        ));
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|error| ImportError::new(format!("this is no JSON that can be read: {error}")))?;
    let Value::Object(top) = &value else {
        return refuse(
            "expected is an object with metadata.gap_seconds and a list named data".to_owned(),
        );
    };
    let machines = machines(top.get("data"))?;
    let known = ["metadata", "data", "prices"];
    let ignored = top.keys().filter(|name| !known.contains(&name.as_str()));
    Ok(Recording {
        gap_s: number(
            "metadata.gap_seconds",
            value.pointer("/metadata/gap_seconds"),
            "spot.trace_gap_s",
            "seconds between two points",
        )?,
        usd_per_hour: prices(top.get("prices"), machines.len())?,
        machines,
        ignored: ignored.cloned().collect(),
    })
}

fn refuse<T>(message: String) -> Result<T, ImportError> {
    Err(ImportError::new(message))
}

/// A number within the limits of a row of the table.
fn number(place: &str, value: Option<&Value>, limit: &str, what: &str) -> Result<f64, ImportError> {
    let limit = Limit::find(limit);
    let number = value.and_then(Value::as_f64);
    let within = number.filter(|number| limit.is_some_and(|limit| limit.contains(*number)));
    within.ok_or_else(|| {
        ImportError::new(format!(
            "{place} is {}: expected are {what}, {}",
            value.map_or_else(|| "missing".to_owned(), |other| shown(&other.to_string())),
            limit.map_or_else(String::new, Limit::range)
        ))
    })
}

fn machines(data: Option<&Value>) -> Result<Vec<u64>, ImportError> {
    let Some(Value::Array(data)) = data else {
        return refuse(
            "data is missing or no list: expected is a list with 1 for each point with machines (or how many there are) and 0 for each without"
                .to_owned(),
        );
    };
    if data.is_empty() {
        return refuse(
            "data is an empty list: a recording has at least one point; record for longer"
                .to_owned(),
        );
    }
    if data.len() > MAX_POINTS {
        return refuse(format!(
            "data has {} points; at most {MAX_POINTS} are read: record in longer steps, or cut it",
            data.len()
        ));
    }
    let counts = data.iter().enumerate().map(|(index, point)| {
        let count = match point {
            Value::Bool(up) => Some(u64::from(*up)),
            other => other.as_u64(),
        };
        count.ok_or_else(|| {
            ImportError::new(format!(
                "data[{index}] is {}: expected is a number of machines, 1 or more, or 0 for none",
                shown(&point.to_string())
            ))
        })
    });
    counts.collect()
}

fn prices(prices: Option<&Value>, points: usize) -> Result<Vec<f64>, ImportError> {
    let prices = match prices {
        None | Some(Value::Null) => return Ok(Vec::new()),
        Some(Value::Array(prices)) => prices,
        Some(other) => {
            return refuse(format!(
                "prices is {}: expected is a list with one for each point",
                shown(&other.to_string())
            ));
        }
    };
    if prices.len() != points {
        return refuse(format!(
            "prices has {} values for {points} points of data: expected is one each",
            prices.len()
        ));
    }
    let each = prices.iter().enumerate().map(|(index, price)| {
        number(
            &format!("prices[{index}]"),
            Some(price),
            "spot.trace_usd_per_hour[]",
            "US dollars an hour",
        )
    });
    each.collect()
}
