//! Serverless functions.

use super::super::Limit;
use super::{items, mean, number, whole};

const LAMBDA_LIMITS: &str = "AWS Lambda quotas";
const LAMBDA_PRICES: &str = "AWS Lambda pricing, us-east-1, x86";

pub(super) const ROWS: &[Limit] = &[
    whole("functions.memory_mb", 128, 65_536, "MB")
        .log()
        .soft(128.0, 10_240.0)
        .default(1024.0)
        .source(LAMBDA_LIMITS),
    mean("functions.init_ms", 0.1, 600_000.0, "ms")
        .log()
        .soft(20.0, 10_000.0)
        .default(400.0),
    number("functions.keep_alive_minutes", 0.05, 1440.0, "min")
        .log()
        .soft(1.0, 60.0)
        .default(10.0)
        .source("Observed on Lambda: 5 to 10 minutes"),
    whole("functions.concurrency", 1, 1000, "requests")
        .log()
        .soft(1.0, 100.0)
        .default(1.0),
    whole("functions.instances", 1, 100_000, "instances")
        .log()
        .soft(10.0, 10_000.0)
        .default(1000.0)
        .source(LAMBDA_LIMITS),
    whole("functions.burst_instances", 1, 100_000, "instances")
        .log()
        .soft(10.0, 3000.0)
        .default(1000.0)
        .source(LAMBDA_LIMITS),
    number("functions.burst_per_second", 0.0, 100_000.0, "1/s")
        .soft(0.0, 500.0)
        .default(100.0)
        .source(LAMBDA_LIMITS),
    whole("functions.provisioned", 0, 100_000, "instances")
        .soft(0.0, 200.0)
        .default(5.0),
    whole("functions.provisioned_bound", 1, 100_000, "instances")
        .log()
        .soft(1.0, 500.0)
        .default(5.0),
    number("functions.utilization_percent", 10.0, 90.0, "%")
        .default(70.0)
        .source("AWS Application Auto Scaling: 10 to 90 %"),
    number("functions.warmer_minutes", 1.0, 1440.0, "min")
        .log()
        .soft(1.0, 60.0)
        .default(5.0),
    whole("functions.warmer_calls", 1, 100, "calls")
        .log()
        .soft(1.0, 100.0)
        .default(5.0),
    number("functions.usd_per_million_requests", 0.0, 1000.0, "USD")
        .soft(0.0, 1.0)
        .default(0.2)
        .source(LAMBDA_PRICES),
    items("functions.tiers", 1, 8),
    number("functions.tier_end", 0.001, 1e9, "M GB-s")
        .log()
        .soft(1.0, 20_000.0)
        .default(6000.0)
        .source(LAMBDA_PRICES),
    number("functions.usd_per_million_gb_s", 0.0, 10_000.0, "USD")
        .soft(0.0, 30.0)
        .default(16.6667)
        .source(LAMBDA_PRICES),
    number("functions.rounding_ms", 0.001, 60_000.0, "ms")
        .log()
        .soft(1.0, 1000.0)
        .default(1.0)
        .source(LAMBDA_PRICES),
    number("functions.provisioned_usd", 0.0, 10_000.0, "USD")
        .soft(0.0, 10.0)
        .default(4.1667)
        .source(LAMBDA_PRICES),
    number("functions.provisioned_duration_usd", 0.0, 10_000.0, "USD")
        .soft(0.0, 30.0)
        .default(9.7222)
        .source(LAMBDA_PRICES),
];
