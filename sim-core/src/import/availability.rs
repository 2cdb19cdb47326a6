//! Recordings of spot availability become the market of a job's pool.

use super::recording::{self, Recording};
use super::{ImportError, listed, shown};
use crate::scenario::document::{BatchDocument, MarketDocument, RecordedMarketDocument};
use crate::scenario::limits::plain_number;

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
    let Recording {
        gap_s,
        machines,
        usd_per_hour,
        ignored,
    } = recording::read(text)?;
    let up = machines.iter().filter(|count| **count > 0).count();
    let mut notes = vec![format!(
        "{} points of {} s, {} days: there were machines in {} % of them (1 was read as available).",
        machines.len(),
        plain_number(gap_s),
        plain_number((machines.len() as f64 * gap_s / 864.0).round() / 100.0),
        plain_number((1000.0 * up as f64 / machines.len() as f64).round() / 10.0),
    )];
    let most = machines.iter().copied().max().unwrap_or(0);
    if most > 1 {
        notes.push(format!(
            "The points count up to {most} machines; any at all was read as available."
        ));
    }
    let spot_usd_per_hour = price(&machines, &usd_per_hour, &mut notes);
    if !ignored.is_empty() {
        notes.push(format!("Ignored: {}.", listed(&ignored)));
    }
    let point = |count: &u64| if *count > 0 { '1' } else { '0' };
    let market = RecordedMarketDocument {
        step_seconds: gap_s,
        available: machines.iter().map(point).collect(),
    };
    Ok(ImportedAvailability {
        market: MarketDocument::Recorded(market),
        spot_usd_per_hour,
        notes,
    })
}

/// The mean price of the points with machines, US dollars an hour.
fn price(machines: &[u64], usd_per_hour: &[f64], notes: &mut Vec<String>) -> Option<f64> {
    let points = machines.iter().zip(usd_per_hour);
    let paid: Vec<f64> = points
        .filter(|(count, _)| **count > 0)
        .map(|(_, usd)| *usd)
        .collect();
    if paid.is_empty() {
        return None;
    }
    let mean = (paid.iter().sum::<f64>() / paid.len() as f64 * 1e6).round() / 1e6;
    notes.push(format!(
        "The spot price is the mean of those recorded while there were machines, {} USD an hour.",
        plain_number(mean)
    ));
    Some(mean)
}
