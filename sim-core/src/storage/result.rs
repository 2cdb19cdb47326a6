//! What a window of storage yields.

use crate::cost::Resource;
use serde::{Deserialize, Serialize};

/// Storage over one window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StorageResult {
    /// Cost of a month by resource, US dollars, in the order of [`Resource::STORAGE`].
    pub usd_per_month: [f64; Resource::STORAGE.len()],
    /// The tiers, in their order.
    pub tiers: Vec<TierResult>,
    /// Held by the cache, cost of a month, US dollars.
    pub cache_usd_per_month: f64,
    /// Held, mean over the days, GiB.
    pub mean_gib: f64,
    /// Held before the first day, GiB.
    pub gib_at_start: f64,
    /// Written, GiB.
    pub written_gib: f64,
    /// Expired, GiB.
    pub expired_gib: f64,
    /// Queries.
    pub queries: f64,
    /// Queries done within the target's time.
    pub within: f64,
    /// Median time of a query, seconds.
    pub p50_s: f64,
    /// 95th percentile of the time of a query, seconds.
    pub p95_s: f64,
    /// Whether enough queries were done in time.
    pub met: bool,
}

/// One tier over one window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TierResult {
    /// Cost of a month, US dollars: all that is paid for this tier.
    pub usd_per_month: f64,
    /// Held at the end, GiB.
    pub gib_at_end: f64,
    /// Queries that waited for this tier: the slowest that they read from.
    pub queries: f64,
}

impl StorageResult {
    /// Cost of a month, US dollars.
    pub fn total_usd_per_month(&self) -> f64 {
        self.usd_per_month.iter().sum()
    }

    /// Share of the queries done in time, 0..1; 1 when there were none.
    pub fn within_share(&self) -> f64 {
        if self.queries > 0.0 {
            self.within / self.queries
        } else {
            1.0
        }
    }

    /// Share of the queries that waited for another tier than the first, 0..1.
    pub fn cold_share(&self) -> f64 {
        let cold: f64 = self.tiers.iter().skip(1).map(|tier| tier.queries).sum();
        if self.queries > 0.0 {
            cold / self.queries
        } else {
            0.0
        }
    }

    /// All that a GiB held costs a month, US dollars; 0 when nothing is held.
    pub fn usd_per_gib_month(&self) -> f64 {
        if self.mean_gib > 0.0 {
            self.total_usd_per_month() / self.mean_gib
        } else {
            0.0
        }
    }
}
