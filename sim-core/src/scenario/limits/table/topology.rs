//! Topology.

use super::super::Limit;
use super::{items, number, text, whole};

pub(super) const ROWS: &[Limit] = &[
    items("topology.components", 1, 63),
    items("topology.calls", 0, 256),
    items("topology.routes", 0, 15),
    text("topology.name", 1, 60),
    whole("topology.connections", 1, 100_000, "connections")
        .log()
        .soft(1.0, 1000.0)
        .default(100.0),
    whole("topology.queue_limit", 0, 1_000_000, "calls")
        .soft(0.0, 1000.0)
        .default(1000.0),
    number("topology.calls_per_request", 0.0, 100.0, "")
        .soft(0.0, 10.0)
        .step(0.1)
        .default(1.0),
    number("topology.share_percent", 0.0, 100.0, "%").default(10.0),
    number("topology.hours_between", 0.01, 100_000.0, "h")
        .log()
        .soft(1.0, 2000.0)
        .default(240.0),
    number("topology.duration_minutes", 0.1, 10_000.0, "min")
        .log()
        .soft(0.5, 240.0)
        .default(10.0),
    number("topology.slowdown", 1.0, 100.0, "×")
        .log()
        .soft(1.0, 20.0)
        .default(3.0),
    number("topology.usd_per_month", 0.0, 1e7, "USD")
        .soft(0.0, 5000.0)
        .default(0.0),
    number("topology.usd_per_million_calls", 0.0, 1e6, "USD")
        .soft(0.0, 100.0)
        .default(0.0),
];
