//! Other people's files: recorded traffic, manifests of autoscalers and of node pools, lifecycles of buckets and spot availability become parts of a scenario document.
//!
//! Importers read text and touch nothing else. They take what they can, say in notes what they assumed, added
//! up, converted or left out, and refuse with one sentence what they cannot take: nothing is lost silently.

mod availability;
mod hpa;
mod instant;
mod keda;
mod lifecycle;
mod manifest;
mod nodepool;
mod points;
mod prometheus;
mod recording;
mod spot_trace;
mod table;
mod traffic;

pub use availability::{ImportedAvailability, availability};
pub use hpa::{HpaOptions, ImportedHpa, hpa};
pub use instant::{Instant, parse_instant};
pub use keda::{ImportedKeda, keda};
pub use lifecycle::{ImportedLifecycle, lifecycle};
pub use nodepool::{ImportedNodePool, nodepool};
pub use points::Unit;
pub use spot_trace::{ImportedSpotTrace, SpotTraceOptions, spot_trace};
pub use traffic::{ImportedTraffic, TrafficOptions, traffic};

use core::fmt;

/// Largest traffic file that is read on the command line, in bytes.
pub const MAX_TRAFFIC_BYTES: usize = 64 * 1024 * 1024;

/// Largest traffic file that the page should offer to read, in bytes: a browser tab has less memory to give.
pub const MAX_TRAFFIC_BYTES_PAGE: usize = 8 * 1024 * 1024;

/// Largest manifest that is read, in bytes; the API server itself takes no object above 1.5 MiB.
pub const MAX_MANIFEST_BYTES: usize = 1024 * 1024;

/// Why a file is not taken: one sentence or more for its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImportError {
    /// What was found, what is expected, and what to do.
    pub message: String,
}

impl ImportError {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
        }
    }
}

impl fmt::Display for ImportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for ImportError {}

/// A piece of someone's text for a message: on one line, shortened.
fn shown(text: &str) -> String {
    const LONGEST: usize = 60;
    let line: String = text
        .trim()
        .chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .collect();
    if line.chars().count() <= LONGEST {
        line
    } else {
        line.chars().take(LONGEST).chain(['…']).collect()
    }
}

/// A list for a message, of which the first few are named.
fn listed<S: AsRef<str>>(items: &[S]) -> String {
    const NAMED: usize = 12;
    let mut text = items
        .iter()
        .take(NAMED)
        .map(|item| shown(item.as_ref()))
        .collect::<Vec<_>>()
        .join(", ");
    if items.len() > NAMED {
        text.push_str(&format!(" and {} more", items.len() - NAMED));
    }
    text
}
