//! Traffic.

use super::super::Limit;
use super::{items, number};

pub(super) const ROWS: &[Limit] = &[
    number("traffic.base_rps", 0.01, 1e6, "req/s")
        .log()
        .soft(1.0, 10_000.0)
        .default(120.0),
    items("traffic.weekday_weights", 7, 7),
    number("traffic.weekday_weights[]", 0.0, 1000.0, "")
        .soft(0.0, 2.0)
        .step(0.05)
        .default(1.0),
    items("traffic.hourly_weights", 24, 24),
    number("traffic.hourly_weights[]", 0.0, 1000.0, "")
        .soft(0.0, 2.0)
        .step(0.05)
        .default(1.0),
    number("traffic.growth_percent_per_month", -90.0, 1000.0, "%")
        .soft(-20.0, 50.0)
        .step(1.0)
        .default(0.0),
    number("traffic.amplitude", 0.0, 1.0, "")
        .step(0.01)
        .default(0.5),
    number("traffic.peak_hour", 0.0, 24.0, "h")
        .step(0.25)
        .default(14.0),
    number("traffic.interval_s", 1.0, 86_400.0, "s")
        .log()
        .soft(1.0, 3600.0)
        .default(600.0),
    items("traffic.counts", 1, 50_000),
    number("traffic.counts[]", 0.0, 1e10, "requests")
        .soft(0.0, 1e6)
        .default(0.0),
    number("traffic.over_dispersion", 0.0, 4.0, "")
        .soft(0.0, 0.2)
        .step(0.001)
        .default(0.0),
    number("traffic.burst_factor", 1.0, 100.0, "×")
        .soft(1.0, 5.0)
        .step(0.05)
        .default(1.5),
    number("traffic.burst_gap_hours", 0.1, 8760.0, "h")
        .log()
        .soft(1.0, 168.0)
        .default(24.0),
    number("traffic.burst_duration_minutes", 0.5, 1440.0, "min")
        .log()
        .soft(1.0, 240.0)
        .default(15.0),
    items("traffic.flash_crowds", 0, 20),
    number("traffic.crowd_at_hour", 0.0, 720.0, "h")
        .step(0.25)
        .default(36.0),
    number("traffic.crowd_factor", 0.0, 100.0, "×")
        .soft(0.0, 10.0)
        .step(0.05)
        .default(2.0),
    number("traffic.crowd_minutes", 0.0, 10_080.0, "min")
        .soft(0.0, 240.0)
        .step(1.0)
        .default(10.0),
];
