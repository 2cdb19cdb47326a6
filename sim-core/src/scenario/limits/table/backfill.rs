//! Backfill.

use super::super::Limit;
use super::{number, whole};

pub(super) const ROWS: &[Limit] = &[
    number("backfill.core_hours_per_day", 0.0, 1e6, "core-h/day")
        .soft(0.0, 1000.0)
        .step(1.0)
        .default(100.0),
    number("backfill.most_cores", 0.1, 100_000.0, "cores")
        .log()
        .soft(1.0, 200.0)
        .default(16.0),
    whole("backfill.preemption_s", 0, 3600, "s")
        .soft(0.0, 300.0)
        .default(30.0)
        .source("Kubernetes: default of terminationGracePeriodSeconds"),
    number("backfill.usd_per_core_hour", 0.0, 100.0, "USD/h")
        .soft(0.0, 0.2)
        .step(0.001)
        .default(0.048)
        .source("m6i.large on demand, us-east-1, 2026-07-20: 0.096 USD an hour for two processors"),
];
