//! The edge cache.

use super::super::Limit;
use super::{items, mean, number, whole};

const CLOUDFRONT: &str =
    "Amazon CloudFront, United States and Europe, aws.amazon.com/cloudfront/pricing, read 2026-11";

pub(super) const ROWS: &[Limit] = &[
    number("edge.cacheable_percent", 0.0, 100.0, "%")
        .step(1.0)
        .default(80.0),
    whole("edge.catalogue_objects", 1, 1_000_000, "")
        .log()
        .soft(10.0, 1_000_000.0)
        .default(10_000.0),
    number("edge.popularity_exponent", 0.0, 3.0, "")
        .soft(0.5, 1.3)
        .step(0.05)
        .default(0.9)
        .source("Breslau et al., Web caching and Zipf-like distributions (INFOCOM 1999): 0.64 to 0.83; 0.9 and more since"),
    number("edge.purge_every_hours", 0.1, 8_760.0, "h")
        .log()
        .soft(1.0, 720.0)
        .default(24.0),
    number("edge.changes_every_hours", 0.001, 87_600.0, "h")
        .log()
        .soft(0.1, 720.0)
        .default(24.0),
    mean("edge.hit_latency_ms", 0.1, 10_000.0, "ms")
        .log()
        .soft(1.0, 500.0)
        .default(20.0),
    number("edge.ttl_s", 0.1, 31_536_000.0, "s")
        .log()
        .soft(1.0, 86_400.0)
        .default(300.0),
    whole("edge.capacity_objects", 1, 1_000_000, "")
        .log()
        .soft(10.0, 100_000.0)
        .default(1_000.0),
    number("edge.usd_per_million_requests", 0.0, 1_000.0, "USD")
        .soft(0.0, 5.0)
        .step(0.05)
        .default(1.0)
        .source(CLOUDFRONT),
    items("edge.transfer_tiers", 0, 12),
    number("edge.tier_tb", 0.001, 1e6, "TB")
        .log()
        .soft(1.0, 1_000.0)
        .default(10.0)
        .source(CLOUDFRONT),
    number("edge.usd_per_gb", 0.0, 10.0, "USD/GB")
        .soft(0.0, 0.2)
        .step(0.005)
        .default(0.085)
        .source(CLOUDFRONT),
    number("edge.origin_usd_per_gb", 0.0, 10.0, "USD/GB")
        .soft(0.0, 0.2)
        .step(0.005)
        .default(0.0)
        .source(CLOUDFRONT),
];
