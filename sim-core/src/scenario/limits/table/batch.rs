//! Batch jobs.

use super::super::Limit;
use super::{items, mean, number, text, whole};
use crate::batch::{MAX_JOBS, MAX_MACHINES, MAX_POINTS, MAX_POOLS};

pub(super) const ROWS: &[Limit] = &[
    items("batch.jobs", 1, MAX_JOBS as u32),
    text("batch.name", 1, 60),
    number("batch.every_hours", 1.0, 720.0, "h")
        .log()
        .soft(1.0, 168.0)
        .default(24.0),
    mean("batch.work_hours", 0.01, 100_000.0, "h")
        .log()
        .soft(0.1, 1000.0)
        .default(8.0),
    number("batch.planned_hours", 0.01, 100_000.0, "h")
        .log()
        .soft(0.1, 1000.0)
        .default(8.0),
    whole("batch.parallelism", 1, MAX_MACHINES as u64, "machines")
        .log()
        .soft(1.0, 64.0)
        .default(1.0),
    number("batch.deadline_hours", 0.05, 1000.0, "h")
        .log()
        .soft(1.0, 72.0)
        .default(12.0),
    number("batch.on_time_percent", 1.0, 100.0, "%")
        .soft(50.0, 100.0)
        .step(0.5)
        .default(95.0),
    number("batch.start_seconds", 0.0, 36_000.0, "s")
        .soft(0.0, 900.0)
        .step(10.0)
        .default(0.0),
    number("batch.restart_seconds", 0.0, 36_000.0, "s")
        .soft(0.0, 900.0)
        .step(10.0)
        .default(120.0),
    number("batch.interval_minutes", 0.5, 10_000.0, "min")
        .log()
        .soft(1.0, 480.0)
        .default(45.0),
    number("batch.cost_seconds", 0.0, 36_000.0, "s")
        .soft(0.0, 900.0)
        .step(10.0)
        .default(180.0),
    whole("batch.base_machines", 0, MAX_MACHINES as u64, "machines")
        .soft(0.0, 64.0)
        .default(1.0),
    items("batch.pools", 1, MAX_POOLS as u32),
    number("batch.on_demand_usd_per_hour", 0.0, 1000.0, "USD/h")
        .soft(0.0, 10.0)
        .default(0.192)
        .source("AWS price list: m5.xlarge, Linux, us-east-1"),
    number("batch.spot_usd_per_hour", 0.0, 1000.0, "USD/h")
        .soft(0.0, 10.0)
        .default(0.065)
        .source("AWS Spot Advisor, 2025-07: m5.xlarge in us-east-1 saves 66 %"),
    number("batch.mean_hours_between_reclaims", 0.05, 100_000.0, "h")
        .log()
        .soft(0.25, 2000.0)
        .default(6.0)
        .source("Recorded by SkyPilot: 0.7 to 10 hours where capacity is scarce; interruption bands of AWS: thousands"),
    number("batch.mean_minutes_unavailable", 0.0, 10_000.0, "min")
        .soft(0.0, 240.0)
        .step(1.0)
        .default(20.0),
    number("batch.step_seconds", 1.0, 86_400.0, "s")
        .log()
        .soft(10.0, 3600.0)
        .default(600.0),
    text("batch.available", 1, MAX_POINTS as u32),
    number("batch.look_every_seconds", 1.0, 86_400.0, "s")
        .log()
        .soft(10.0, 3600.0)
        .default(600.0),
];
