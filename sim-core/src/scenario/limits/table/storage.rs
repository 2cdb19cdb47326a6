//! Storage.

use super::super::Limit;
use super::{items, mean, number, text, whole};
use crate::storage::MAX_TIERS;

const S3_PRICES: &str = "Amazon S3 in us-east-1, 2024-07-01";

pub(super) const ROWS: &[Limit] = &[
    items("storage.tiers", 1, MAX_TIERS as u32),
    items("storage.datasets", 1, 8),
    number("storage.within_s", 0.001, 1e6, "s")
        .log()
        .soft(0.1, 86_400.0)
        .default(5.0),
    number("storage.target_percent", 1.0, 99.9999, "%")
        .soft(50.0, 99.9)
        .step(0.1)
        .default(90.0),
    text("storage.name", 1, 60),
    text("storage.tier", 1, 60),
    number("storage.usd_per_gib_month", 0.0, 100.0, "USD/GiB")
        .soft(0.0, 0.2)
        .default(0.023)
        .source(S3_PRICES),
    number("storage.put_usd_per_1000", 0.0, 100.0, "USD/1000")
        .soft(0.0, 0.1)
        .default(0.005)
        .source(S3_PRICES),
    number("storage.get_usd_per_1000", 0.0, 100.0, "USD/1000")
        .soft(0.0, 0.1)
        .default(0.0004)
        .source(S3_PRICES),
    number("storage.transition_usd_per_1000", 0.0, 100.0, "USD/1000")
        .soft(0.0, 0.1)
        .default(0.01)
        .source(S3_PRICES),
    number("storage.retrieval_usd_per_gib", 0.0, 100.0, "USD/GiB")
        .soft(0.0, 0.1)
        .default(0.0)
        .source(S3_PRICES),
    whole("storage.min_days", 0, 3650, "days")
        .soft(0.0, 180.0)
        .default(0.0),
    number("storage.min_object_kib", 0.0, 1_048_576.0, "KiB")
        .soft(0.0, 1024.0)
        .default(0.0),
    mean("storage.first_byte_ms", 0.001, 86_400_000.0, "ms")
        .log()
        .soft(0.1, 10_000.0)
        .default(150.0)
        .source("AWS: S3 answers small objects within 100 to 200 ms"),
    number("storage.throughput_mib_per_s", 0.1, 100_000.0, "MiB/s")
        .log()
        .soft(10.0, 2000.0)
        .default(85.0)
        .source("AWS: 85 to 90 MB/s per connection to S3"),
    number("storage.restore_hours", 0.001, 240.0, "h")
        .log()
        .soft(0.01, 48.0)
        .default(4.0),
    number("storage.capacity_gib", 0.0, 1e9, "GiB")
        .soft(0.0, 100_000.0)
        .default(1000.0),
    number("storage.cache_usd_per_gib_month", 0.0, 100.0, "USD/GiB")
        .soft(0.0, 1.0)
        .default(0.08)
        .source("AWS price list: EBS gp3, us-east-1"),
    number("storage.ingest_gib_per_day", 0.001, 1e7, "GiB/day")
        .log()
        .soft(1.0, 10_000.0)
        .default(100.0),
    number("storage.growth_percent_per_month", -90.0, 100.0, "%/month")
        .soft(-10.0, 20.0)
        .step(0.5)
        .default(0.0),
    whole("storage.history_days", 0, 3650, "days")
        .soft(0.0, 1095.0)
        .default(365.0),
    number("storage.object_mib", 0.001, 5_242_880.0, "MiB")
        .log()
        .soft(0.01, 1024.0)
        .default(64.0)
        .source("S3 takes objects of up to 5 TiB"),
    number("storage.top_fifth_percent", 20.0, 99.0, "%")
        .step(1.0)
        .default(20.0),
    items("storage.queries", 0, 8),
    number("storage.queries_per_day", 0.001, 1e7, "1/day")
        .log()
        .soft(0.1, 100_000.0)
        .default(100.0),
    number("storage.over_dispersion", 0.0, 10.0, "")
        .soft(0.0, 2.0)
        .step(0.05)
        .default(0.1),
    whole("storage.objects", 1, 1_000_000, "objects")
        .log()
        .soft(1.0, 10_000.0)
        .default(10.0),
    whole("storage.parallel_reads", 1, 10_000, "")
        .log()
        .soft(1.0, 256.0)
        .default(16.0),
    number("storage.half_life_days", 0.1, 3650.0, "days")
        .log()
        .soft(0.5, 365.0)
        .default(7.0),
    items("storage.transitions", 1, MAX_TIERS as u32 - 1),
    whole("storage.after_days", 1, 3650, "days")
        .soft(1.0, 365.0)
        .default(30.0),
    whole("storage.expire_after_days", 1, 3650, "days")
        .soft(1.0, 1095.0)
        .default(365.0),
    number("storage.moved_object_kib", 0.0, 1_048_576.0, "KiB")
        .soft(0.0, 1024.0)
        .default(128.0)
        .source("S3 Lifecycle: objects below 128 KiB are not moved by default"),
    number("storage.keep_popular_percent", 0.0, 99.0, "%")
        .soft(0.0, 50.0)
        .step(0.5)
        .default(0.0),
    number("storage.monitoring_usd_per_1000", 0.0, 10.0, "USD/1000")
        .soft(0.0, 0.01)
        .default(0.0025)
        .source(S3_PRICES),
];
