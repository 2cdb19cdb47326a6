//! The report's part on the edge cache.

use super::result::ReplicationResult;
use crate::edge::EdgeResult;
use crate::stats::Summary;
use serde::{Deserialize, Serialize};

/// What a study found out about the edge cache.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EdgeReport {
    /// Share of the cacheable requests answered from the cache, 0..1.
    pub hit_ratio: Summary,
    /// Share of all requests that reach the services, 0..1.
    pub at_origin: Summary,
    /// Share of all requests that wait for another one's fetch, 0..1.
    pub waited: Summary,
    /// Share of all requests that go to the services for an object that is being fetched, 0..1.
    pub duplicates: Summary,
    /// Share of the hits that are stale, 0..1.
    pub stale: Summary,
    /// Mean time since a hit's object was fetched, seconds.
    pub age_s: Summary,
    /// Sent to users in a month, GB.
    pub gb_per_month: Summary,
    /// US dollars per month, requests and transfer.
    pub usd_per_month: Summary,
}

impl EdgeReport {
    /// The report on results; `None` where they have no edge cache.
    pub(super) fn new(results: &[ReplicationResult]) -> Option<Self> {
        let results: Vec<&EdgeResult> = results.iter().filter_map(|r| r.edge.as_ref()).collect();
        if results.is_empty() {
            return None;
        }
        let of = |part: fn(&EdgeResult) -> f64, whole: fn(&EdgeResult) -> f64| {
            let values: Vec<f64> = results
                .iter()
                .map(|result| {
                    let whole = whole(result);
                    if whole > 0.0 {
                        part(result) / whole
                    } else {
                        0.0
                    }
                })
                .collect();
            Summary::of(&values)
        };
        Some(Self {
            hit_ratio: of(|edge| edge.hits, EdgeResult::cacheable),
            at_origin: of(
                |edge| edge.fills + edge.duplicates + edge.passed,
                EdgeResult::requests,
            ),
            waited: of(|edge| edge.waited, EdgeResult::requests),
            duplicates: of(|edge| edge.duplicates, EdgeResult::requests),
            stale: of(|edge| edge.stale, |edge| edge.hits),
            age_s: of(|edge| edge.age_sum_s, |edge| edge.hits),
            gb_per_month: of(|edge| edge.gb_per_month, |_| 1.0),
            usd_per_month: of(EdgeResult::total_usd_per_month, |_| 1.0),
        })
    }
}
