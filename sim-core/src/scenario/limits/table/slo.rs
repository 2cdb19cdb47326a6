//! Objectives.

use super::super::Limit;
use super::{items, number};
use crate::plane::MAX_THRESHOLDS;

pub(super) const ROWS: &[Limit] = &[
    number("slo.window_days", 0.02, 30.0, "days")
        .soft(0.25, 30.0)
        .step(0.25)
        .default(28.0)
        .source("Google SRE Workbook: a four-week window"),
    items("slo.objectives", 1, 1 + MAX_THRESHOLDS as u32),
    number("slo.target_percent", 1.0, 99.9999, "%")
        .soft(90.0, 99.99)
        .step(0.01)
        .default(99.9),
    number("slo.threshold_ms", 0.1, 600_000.0, "ms")
        .log()
        .soft(10.0, 10_000.0)
        .default(300.0),
    number("slo.wanted_attainment_percent", 1.0, 99.9, "%")
        .soft(50.0, 99.0)
        .step(1.0)
        .default(95.0),
    number("slo.revenue_usd_per_1000_requests", 0.0, 1_000_000.0, "USD")
        .soft(0.0, 1000.0)
        .step(1.0)
        .default(10.0),
];
