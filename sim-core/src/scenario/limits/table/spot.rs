//! Spot and commitments.

use super::super::Limit;
use super::{items, number, text, whole};
use crate::fleet::MAX_SPOT_POOLS;

const SPOT_ADVISOR: &str = "AWS Spot Instance Advisor, m6i.xlarge in us-east-1, 2025-07: 55 % off, 5 to 10 % interrupted in a month";

pub(super) const ROWS: &[Limit] = &[
    whole("spot.on_demand_base", 0, 5000, "nodes")
        .soft(0.0, 20.0)
        .default(1.0),
    number("spot.spot_share_percent", 0.0, 100.0, "%")
        .step(5.0)
        .default(70.0),
    number("spot.fallback_percent", 0.0, 100.0, "%")
        .step(10.0)
        .default(100.0),
    whole("spot.retry_spot_after_s", 1, 86_400, "s")
        .log()
        .soft(30.0, 7200.0)
        .default(180.0)
        .source("Karpenter: an offering without capacity is tried again after 3 minutes"),
    whole("spot.notice_s", 0, 3600, "s")
        .soft(0.0, 300.0)
        .default(120.0)
        .source("AWS 2 minutes; Google Cloud and Azure 30 s"),
    number("spot.recovery_s", 0.0, 86_400.0, "s")
        .soft(0.0, 1800.0)
        .step(10.0)
        .default(0.0),
    items("spot.pools", 1, MAX_SPOT_POOLS),
    text("spot.pool_name", 1, 60),
    number("spot.discount_percent", 0.0, 95.0, "%")
        .step(1.0)
        .default(55.0)
        .source(SPOT_ADVISOR),
    number("spot.monthly_interruption_percent", 0.0, 99.0, "%")
        .soft(0.0, 60.0)
        .step(0.5)
        .default(7.5)
        .source(SPOT_ADVISOR),
    number("spot.depth", 0.001, 1000.0, "")
        .log()
        .soft(0.1, 10.0)
        .default(1.0),
    number("spot.reclaims_per_month", 0.001, 1000.0, "1/month")
        .log()
        .soft(0.1, 100.0)
        .default(4.0),
    number("spot.reclaimed_nodes_percent", 0.0, 100.0, "%")
        .step(5.0)
        .default(60.0),
    number("spot.mean_unavailable_minutes", 0.1, 100_000.0, "min")
        .log()
        .soft(1.0, 1000.0)
        .default(45.0),
    number("spot.trace_gap_s", 1.0, 86_400.0, "s")
        .log()
        .soft(10.0, 3600.0)
        .default(600.0),
    items("spot.trace_available", 1, 50_000),
    whole("spot.trace_available[]", 0, 1, ""),
    items("spot.trace_usd_per_hour", 0, 50_000),
    number("spot.trace_usd_per_hour[]", 0.0, 1000.0, "USD/h"),
    number("commitments.nodes", 0.0, 5000.0, "nodes")
        .soft(0.0, 50.0)
        .step(1.0)
        .default(2.0),
    number("commitments.discount_percent", 0.0, 95.0, "%")
        .step(0.5)
        .default(38.5)
        .source("AWS standard reserved, one year, nothing upfront, 2026-07-20"),
];
