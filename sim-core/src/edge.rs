//! The edge cache of a scenario: what it is, what its answers are like, and what it costs.
//!
//! How it keeps objects says `sim_planes::edge`, the neighbour of the data planes; this is the part that knows objectives
//! and money.

use crate::cost::Resource;
use crate::plane::MAX_THRESHOLDS;
use crate::random::Distribution;
use crate::scenario::document::{EdgeCacheDocument, KeepingDocument};
use crate::stats::{LogHistogram, edges};
use serde::{Deserialize, Serialize};

pub use sim_planes::edge::{
    Catalogue, ComputedEdge, EdgeModel, EdgeOutcome, Fetch, Keeping, PlayedEdge, hit_ratio,
};

/// Gigabytes of a terabyte, as providers bill transfer.
const GB_PER_TB: f64 = 1024.0;

/// An edge cache, checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Edge {
    /// How it keeps objects.
    pub model: EdgeModel,
    /// Time of an answer from the cache, seconds.
    pub hit_latency_s: Distribution,
    /// What it costs.
    pub prices: EdgePrices,
}

/// Prices of an edge cache, US dollars.
#[derive(Clone, Debug, PartialEq)]
pub struct EdgePrices {
    /// A million requests.
    pub usd_per_million_requests: f64,
    /// Steps of a month's transfer to users: gigabytes, and the price of each of them.
    pub tiers: Vec<(f64, f64)>,
    /// A gigabyte beyond these.
    pub beyond_usd_per_gb: f64,
    /// A gigabyte from the services to the edge.
    pub origin_usd_per_gb: f64,
}

impl EdgePrices {
    /// What a month's transfer to users costs.
    pub fn transfer_usd(&self, gb: f64) -> f64 {
        let mut left = gb;
        let mut usd = 0.0;
        for (size, price) in &self.tiers {
            let part = left.min(*size);
            usd += part * price;
            left -= part;
        }
        usd + left * self.beyond_usd_per_gb
    }
}

impl Edge {
    /// From its document, whose distribution has been compiled.
    pub(crate) fn new(document: &EdgeCacheDocument, hit_latency_s: Distribution) -> Self {
        let hours = |hours: Option<f64>| hours.map_or(f64::INFINITY, |hours| hours * 3600.0);
        let tiers = document.transfer_tiers.iter();
        Self {
            model: EdgeModel {
                cacheable_share: document.cacheable_percent / 100.0,
                objects: document.catalogue_objects,
                exponent: document.popularity_exponent,
                keeping: match document.keeping {
                    KeepingDocument::Fixed { ttl_s } => Keeping::Fixed { ttl_s },
                    KeepingDocument::Sliding { ttl_s } => Keeping::Sliding { ttl_s },
                    KeepingDocument::LeastRecentlyUsed { capacity_objects } => {
                        Keeping::LeastRecentlyUsed {
                            objects: capacity_objects.min(document.catalogue_objects),
                        }
                    }
                },
                coalesces: document.coalescing,
                purge_every_s: hours(document.purge_every_hours),
                change_mean_s: hours(document.changes_every_hours),
            },
            hit_latency_s,
            prices: EdgePrices {
                usd_per_million_requests: document.usd_per_million_requests,
                tiers: tiers
                    .map(|tier| (tier.tb * GB_PER_TB, tier.usd_per_gb))
                    .collect(),
                beyond_usd_per_gb: document.transfer_usd_per_gb,
                origin_usd_per_gb: document.origin_usd_per_gb,
            },
        }
    }

    /// Share of the users' requests that reach the services in steady state at `rate_rps`.
    pub fn origin_share(&self, rate_rps: f64) -> f64 {
        let share = self.model.cacheable_share;
        let catalogue = Catalogue::new(self.model.objects, self.model.exponent);
        1.0 - share * hit_ratio(&catalogue, self.model.keeping, rate_rps * share)
    }
}

/// Answers from the cache, one of them: what a report needs to know of their latency.
#[derive(Clone, Debug, PartialEq)]
pub struct HitLatency {
    /// Spread over the buckets; its weight is 1.
    pub histogram: LogHistogram,
    /// Mean, seconds.
    pub mean_s: f64,
    /// Share that is slower than each threshold.
    pub slow: [f64; MAX_THRESHOLDS],
}

impl HitLatency {
    /// Of answers with a latency, against the thresholds of the latency objectives, seconds.
    pub fn new(latency_s: &Distribution, thresholds_s: &[f64]) -> Self {
        let mut histogram = LogHistogram::new();
        let mean_s = latency_s.mean();
        let edges = edges();
        let mut below = 0.0;
        for (slot, edge) in edges.iter().enumerate() {
            let upto = latency_s.cdf(*edge);
            let weight = (upto - below).max(0.0);
            histogram.record_in_slot(slot, weight, weight * mean_s);
            below = upto;
        }
        let rest = (1.0 - below).max(0.0);
        histogram.record_in_slot(edges.len(), rest, rest * mean_s);
        let mut slow = [0.0; MAX_THRESHOLDS];
        for (slow, threshold) in slow.iter_mut().zip(thresholds_s) {
            *slow = latency_s.survival(*threshold);
        }
        Self {
            histogram,
            mean_s,
            slow,
        }
    }
}

/// What a window yields of the edge.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EdgeResult {
    /// Answered from the cache.
    pub hits: f64,
    /// Waited for a fetch that was under way.
    pub waited: f64,
    /// Sent to the services, to fill the cache.
    pub fills: f64,
    /// Sent to the services although the object was being fetched.
    pub duplicates: f64,
    /// Sent to the services because their answers cannot be kept.
    pub passed: f64,
    /// Of the hits: stale.
    pub stale: f64,
    /// Sum of the ages of the hits, seconds.
    pub age_sum_s: f64,
    /// Sent to users in a month, GB.
    pub gb_per_month: f64,
    /// US dollars per month, in the order of [`Resource::EDGE`].
    pub usd_per_month: [f64; Resource::EDGE.len()],
}

impl EdgeResult {
    /// Requests whose answers may be kept.
    pub fn cacheable(&self) -> f64 {
        self.hits + self.waited + self.fills + self.duplicates
    }

    /// All requests.
    pub fn requests(&self) -> f64 {
        self.cacheable() + self.passed
    }

    /// All of the edge, US dollars per month.
    pub fn total_usd_per_month(&self) -> f64 {
        self.usd_per_month.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 12 TB at Amazon CloudFront's first two steps: 10 TB at $0.085 and 2 TB at $0.080 a GB.
    #[test]
    fn transfer_is_billed_by_steps() {
        let prices = EdgePrices {
            usd_per_million_requests: 1.0,
            tiers: vec![(10.0 * GB_PER_TB, 0.085), (40.0 * GB_PER_TB, 0.080)],
            beyond_usd_per_gb: 0.060,
            origin_usd_per_gb: 0.0,
        };
        let usd = prices.transfer_usd(12.0 * GB_PER_TB);
        assert!((usd - (870.40 + 163.84)).abs() < 1e-9, "{usd}");
        let usd = prices.transfer_usd(60.0 * GB_PER_TB);
        assert!((usd - (870.40 + 3276.80 + 614.40)).abs() < 1e-9, "{usd}");
    }

    #[test]
    fn hits_have_their_distribution() {
        let latency_s = Distribution::log_normal(0.02, 0.8).unwrap();
        let hits = HitLatency::new(&latency_s, &[0.05, 0.2]);
        assert!((hits.histogram.count() - 1.0).abs() < 1e-9);
        assert!((hits.histogram.mean().unwrap() - 0.02).abs() < 1e-9);
        let p95 = hits.histogram.quantile(0.95).unwrap();
        assert!((p95 / latency_s.quantile(0.95) - 1.0).abs() < 0.02);
        assert!((hits.slow[0] - latency_s.survival(0.05)).abs() < 1e-12);
    }
}
