//! Recordings of spot availability become the market of a job's pool.
//!
//! ```text
//!   {"metadata": {"gap_seconds": 600}, "data": [1, 0, …], "prices": [0.97, …]} ──► RecordedMarketDocument, spot price
//! ```
//!
//! 1 is available: as SkyPilot's spot-traces has it (Wu et al., NSDI 2024). Recordings of several machines hold how many
//! there were.

use super::{ImportError, MAX_MANIFEST_BYTES, listed, shown};
use crate::batch::MAX_POINTS;
use crate::scenario::document::{BatchDocument, MarketDocument, RecordedMarketDocument};
use crate::scenario::limits::{Limit, plain_number};
use serde_json::Value;

/// A recording, ready for a scenario document.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedAvailability {
    /// The part of the document: `/batch/jobs/…/pools/…/market`.
    pub market: MarketDocument,
    /// Mean of the recorded prices while there were machines, US dollars an hour.
    pub spot_usd_per_hour: Option<f64>,
    /// How it was read, and what was assumed or left out, in sentences.
    pub notes: Vec<String>,
}

impl ImportedAvailability {
    /// Puts the recording into a pool of a job, with its price where it has one.
    ///
    /// # Errors
    /// There is no job, or no pool, of this name (the first, when none is given).
    pub fn place(
        &self,
        batch: &mut BatchDocument,
        job: Option<&str>,
        pool: Option<&str>,
    ) -> Result<(), ImportError> {
        let index = find(batch.jobs.iter().map(|job| job.name.as_str()), "job", job)?;
        let Some(job) = batch.jobs.get_mut(index) else {
            return Ok(());
        };
        let names = job.pools.iter().map(|pool| pool.name.as_str());
        let index = find(names, "pool", pool)?;
        if let Some(found) = job.pools.get_mut(index) {
            found.market = self.market.clone();
            if let Some(usd) = self.spot_usd_per_hour {
                found.spot_usd_per_hour = usd;
            }
        }
        Ok(())
    }
}

fn find<'a>(
    names: impl Iterator<Item = &'a str>,
    what: &str,
    wanted: Option<&str>,
) -> Result<usize, ImportError> {
    let names: Vec<&str> = names.collect();
    let found = names
        .iter()
        .position(|name| wanted.is_none_or(|wanted| *name == wanted));
    found.ok_or_else(|| {
        ImportError::new(format!(
            "there is no {what} {:?}; there are {}",
            shown(wanted.unwrap_or_default()),
            listed(&names)
        ))
    })
}

/// Reads a recording from JSON.
///
/// # Errors
/// The text is no such JSON, has no points, or a value that cannot be taken; with place, value and what is expected.
pub fn availability(text: &str) -> Result<ImportedAvailability, ImportError> {
    if text.len() > MAX_MANIFEST_BYTES {
        return Err(ImportError::new(format!(
            "the file has {} bytes; at most {MAX_MANIFEST_BYTES} are read: record in longer steps, or cut it",
            text.len()
        )));
    }
    let value: Value = serde_json::from_str(text)
        .map_err(|error| ImportError::new(format!("this is no JSON that can be read: {error}")))?;
    let mut notes = Vec::new();
    let step_seconds = step(&value)?;
    let available = points(&value, &mut notes)?;
    let spot_usd_per_hour = price(&value, &available, &mut notes)?;
    let up = available.bytes().filter(|point| *point == b'1').count();
    notes.insert(
        0,
        format!(
            "{} points of {} s, {} days: there were machines in {} % of them (1 was read as available).",
            available.len(),
            plain_number(step_seconds),
            plain_number((available.len() as f64 * step_seconds / 864.0).round() / 100.0),
            plain_number((1000.0 * up as f64 / available.len() as f64).round() / 10.0),
        ),
    );
    let market = RecordedMarketDocument {
        step_seconds,
        available,
    };
    Ok(ImportedAvailability {
        market: MarketDocument::Recorded(market),
        spot_usd_per_hour,
        notes,
    })
}

fn step(value: &Value) -> Result<f64, ImportError> {
    let found = value.pointer("/metadata/gap_seconds");
    let limit = Limit::find("batch.step_seconds");
    let range = limit.map_or_else(String::new, |limit| limit.range());
    let seconds = found.and_then(Value::as_f64);
    match seconds.filter(|seconds| limit.is_some_and(|limit| limit.contains(*seconds))) {
        Some(seconds) => Ok(seconds),
        None => Err(ImportError::new(format!(
            "metadata.gap_seconds is {}: expected is the time between two points, {range}",
            found.map_or_else(|| "missing".to_owned(), |other| shown(&other.to_string())),
        ))),
    }
}

fn points(value: &Value, notes: &mut Vec<String>) -> Result<String, ImportError> {
    let Some(Value::Array(data)) = value.get("data") else {
        return Err(ImportError::new(
            "data is missing or no list: expected is a list with 1 for each point with machines and 0 for each without",
        ));
    };
    if data.is_empty() {
        return Err(ImportError::new(
            "data is an empty list: a recording has at least one point; record for longer",
        ));
    }
    if data.len() > MAX_POINTS {
        return Err(ImportError::new(format!(
            "data has {} points; at most {MAX_POINTS} are read: record in longer steps, or cut it",
            data.len()
        )));
    }
    let mut most = 0;
    let mut available = String::with_capacity(data.len());
    for (index, point) in data.iter().enumerate() {
        let number = match point {
            Value::Bool(up) => Some(u64::from(*up)),
            other => other.as_u64(),
        };
        let Some(number) = number else {
            return Err(ImportError::new(format!(
                "data[{index}] is {}: expected is 1 for machines, 0 for none",
                shown(&point.to_string())
            )));
        };
        most = most.max(number);
        available.push(if number > 0 { '1' } else { '0' });
    }
    if most > 1 {
        notes.push(format!(
            "The points count up to {most} machines; any at all was read as available."
        ));
    }
    Ok(available)
}

/// The mean price of the points with machines.
fn price(
    value: &Value,
    available: &str,
    notes: &mut Vec<String>,
) -> Result<Option<f64>, ImportError> {
    let Some(Value::Array(prices)) = value.get("prices") else {
        return Ok(None);
    };
    if prices.len() != available.len() {
        return Err(ImportError::new(format!(
            "prices has {} values for {} points of data: expected is one each",
            prices.len(),
            available.len()
        )));
    }
    let limit = Limit::find("batch.spot_usd_per_hour");
    let (mut sum, mut number) = (0.0, 0.0);
    for (index, (price, point)) in prices.iter().zip(available.bytes()).enumerate() {
        let usd = price.as_f64();
        match usd.filter(|usd| limit.is_some_and(|limit| limit.contains(*usd))) {
            Some(usd) if point == b'1' => {
                sum += usd;
                number += 1.0;
            }
            Some(_) => {}
            None => {
                return Err(ImportError::new(format!(
                    "prices[{index}] is {}: expected are US dollars an hour, {}",
                    shown(&price.to_string()),
                    limit.map_or_else(String::new, |limit| limit.range())
                )));
            }
        }
    }
    if number <= 0.0 {
        return Ok(None);
    }
    let mean = (sum / number * 1e6).round() / 1e6;
    notes.push(format!(
        "The spot price is the mean of those recorded while there were machines, {} USD an hour.",
        plain_number(mean)
    ));
    Ok(Some(mean))
}
