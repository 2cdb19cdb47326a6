//! The report's part on storage.

use super::report::Proportion;
use super::result::ReplicationResult;
use crate::scenario::document::StorageDocument;
use crate::stats::Summary;
use crate::storage::{StorageResult, TierResult};
use serde::{Deserialize, Serialize};

/// What a study found out about storage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StorageReport {
    /// Such as "90 % of queries within 5 s".
    pub label: String,
    /// Share of the queries that shall be in time, 0..1.
    pub target: f64,
    /// Probability that enough of them are, over the window.
    pub attainment: Proportion,
    /// Share of the queries in time, 0..1.
    pub within: Summary,
    /// Median time of a query, seconds.
    pub p50_s: Summary,
    /// 95th percentile of the time of a query, seconds.
    pub p95_s: Summary,
    /// Share of the queries that waited for another tier than the first, 0..1.
    pub cold: Summary,
    /// US dollars per month, all of storage.
    pub usd_per_month: Summary,
    /// All of it per GiB held, US dollars per month.
    pub usd_per_gib_month: Summary,
    /// The tiers, in the document's order; with the cache they are all of the cost.
    pub tiers: Vec<TierReport>,
}

/// One tier.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TierReport {
    /// Name.
    pub name: String,
    /// US dollars per month.
    pub usd_per_month: Summary,
    /// Held at the end of the window, GiB.
    pub gib_at_end: Summary,
    /// Share of the queries that waited for this tier, 0..1.
    pub queries: Summary,
}

impl StorageReport {
    /// The report on results of a document with storage; `None` where they have none.
    pub(super) fn new(document: &StorageDocument, results: &[ReplicationResult]) -> Option<Self> {
        let results: Vec<&StorageResult> =
            results.iter().filter_map(|r| r.storage.as_ref()).collect();
        if results.is_empty() {
            return None;
        }
        let target = &document.target;
        let of = |value: &dyn Fn(&StorageResult) -> f64| {
            let values: Vec<f64> = results.iter().map(|result| value(result)).collect();
            Summary::of(&values)
        };
        let tier = |index: usize, value: &dyn Fn(&TierResult, f64) -> f64| {
            of(&|result| {
                let tier = result.tiers.get(index);
                tier.map_or(f64::NAN, |tier| value(tier, result.queries))
            })
        };
        let tiers = document
            .tiers
            .iter()
            .enumerate()
            .map(|(index, named)| TierReport {
                name: named.name().to_owned(),
                usd_per_month: tier(index, &|tier, _| tier.usd_per_month),
                gib_at_end: tier(index, &|tier, _| tier.gib_at_end),
                queries: tier(index, &|tier, all| {
                    if all > 0.0 { tier.queries / all } else { 0.0 }
                }),
            });
        Some(Self {
            label: format!(
                "{} % of queries within {} s",
                target.target_percent, target.within_s
            ),
            target: target.target_percent / 100.0,
            attainment: Proportion::of(results.iter().map(|result| result.met)),
            within: of(&StorageResult::within_share),
            p50_s: of(&|result| result.p50_s),
            p95_s: of(&|result| result.p95_s),
            cold: of(&StorageResult::cold_share),
            usd_per_month: of(&StorageResult::total_usd_per_month),
            usd_per_gib_month: of(&StorageResult::usd_per_gib_month),
            tiers: tiers.collect(),
        })
    }
}
