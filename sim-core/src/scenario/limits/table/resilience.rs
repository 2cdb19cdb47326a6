//! Rate limits, queues, guards of calls, trouble by timetable.

use super::super::Limit;
use super::{items, number, whole};

pub(super) const ROWS: &[Limit] = &[
    number("rate_limit.rps", 0.01, 1e6, "requests/s")
        .log()
        .soft(1.0, 10_000.0)
        .default(100.0),
    whole("rate_limit.burst", 1, 1_000_000, "requests")
        .log()
        .soft(1.0, 10_000.0)
        .default(200.0),
    number("codel.target_ms", 0.1, 60_000.0, "ms")
        .log()
        .soft(1.0, 1000.0)
        .default(5.0)
        .source("RFC 8289: 5 ms"),
    number("codel.interval_ms", 1.0, 600_000.0, "ms")
        .log()
        .soft(10.0, 10_000.0)
        .default(100.0)
        .source("RFC 8289: 100 ms"),
    whole("breaker.window_calls", 1, 10_000, "calls")
        .log()
        .soft(5.0, 1000.0)
        .default(100.0)
        .source("Resilience4j: 100"),
    whole("breaker.minimum_calls", 1, 10_000, "calls")
        .log()
        .soft(5.0, 1000.0)
        .default(100.0)
        .source("Resilience4j: 100"),
    number("breaker.failure_percent", 1.0, 100.0, "%")
        .step(1.0)
        .default(50.0)
        .source("Resilience4j: 50 %"),
    number("breaker.open_s", 0.1, 86_400.0, "s")
        .log()
        .soft(1.0, 600.0)
        .default(60.0)
        .source("Resilience4j: 60 s"),
    whole("breaker.half_open_calls", 1, 10_000, "calls")
        .log()
        .soft(1.0, 100.0)
        .default(10.0)
        .source("Resilience4j: 10"),
    number("breaker.longer_than_ms", 0.1, 600_000.0, "ms")
        .log()
        .soft(10.0, 10_000.0)
        .default(1000.0)
        .source("Resilience4j: 60 s, longer than most wait"),
    number("breaker.slow_percent", 1.0, 100.0, "%")
        .step(1.0)
        .default(50.0)
        .source("Resilience4j: 100 %"),
    number("call.hedge_after_ms", 0.1, 600_000.0, "ms")
        .log()
        .soft(5.0, 10_000.0)
        .default(500.0)
        .source("gRPC's example: 500 ms"),
    whole("call.max_concurrent", 1, 100_000, "calls")
        .log()
        .soft(1.0, 200.0)
        .default(25.0)
        .source("Resilience4j: 25"),
    items("topology.scheduled", 0, 100),
    number("trouble.start_hour", 0.0, 8760.0, "h")
        .soft(0.0, 720.0)
        .step(0.25)
        .default(12.0),
];
