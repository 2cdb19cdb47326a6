//! Random sound edge caches: small catalogues under every way to keep objects.

use super::distribution::distribution;
use proptest::prelude::*;
use sim_core::scenario::document::*;

/// An edge cache of up to a few thousand objects.
pub fn edge_cache() -> impl Strategy<Value = EdgeCacheDocument> {
    let ttl = || prop_oneof![0.1..10.0_f64, 10.0..20_000.0_f64];
    let keeping = prop_oneof![
        ttl().prop_map(|ttl_s| KeepingDocument::Fixed { ttl_s }),
        ttl().prop_map(|ttl_s| KeepingDocument::Sliding { ttl_s }),
        (1..3_000_u32)
            .prop_map(|capacity_objects| KeepingDocument::LeastRecentlyUsed { capacity_objects }),
    ];
    let tier = (0.001..1.0_f64, 0.0..0.2_f64)
        .prop_map(|(tb, usd_per_gb)| TransferTierDocument { tb, usd_per_gb });
    (
        (0.0..100.0_f64, 1..2_000_u32, 0.0..1.5_f64, keeping),
        any::<bool>(),
        proptest::option::of(0.1..2.0_f64),
        proptest::option::of(0.01..10.0_f64),
        distribution(10.0),
        (0.0..2.0_f64, proptest::collection::vec(tier, 0..3)),
        (0.0..0.2_f64, prop_oneof![Just(0.0), 0.0..0.1_f64]),
    )
        .prop_map(
            |(
                (cacheable_percent, catalogue_objects, popularity_exponent, keeping),
                coalescing,
                purge_every_hours,
                changes_every_hours,
                hit_latency_ms,
                (usd_per_million_requests, transfer_tiers),
                (transfer_usd_per_gb, origin_usd_per_gb),
            )| EdgeCacheDocument {
                cacheable_percent,
                catalogue_objects,
                popularity_exponent,
                keeping,
                coalescing,
                purge_every_hours,
                changes_every_hours,
                hit_latency_ms,
                usd_per_million_requests,
                transfer_tiers,
                transfer_usd_per_gb,
                origin_usd_per_gb,
            },
        )
}
