//! Service.

use super::super::Limit;
use super::{mean, number, whole};

pub(super) const ROWS: &[Limit] = &[
    mean("service.service_time_ms", 0.01, 600_000.0, "ms")
        .log()
        .soft(1.0, 2000.0)
        .default(80.0),
    whole("service.concurrency", 1, 1000, "requests")
        .log()
        .soft(1.0, 200.0)
        .default(8.0),
    number("service.cpu_ms_per_request", 0.0, 600_000.0, "ms")
        .soft(0.0, 500.0)
        .step(0.5)
        .default(30.0),
    whole("service.queue_limit", 0, 100_000, "requests")
        .soft(0.0, 500.0)
        .default(100.0),
    number("service.timeout_ms", 1.0, 600_000.0, "ms")
        .log()
        .soft(50.0, 60_000.0)
        .default(2000.0),
    number("service.error_percent", 0.0, 100.0, "%")
        .soft(0.0, 1.0)
        .step(0.005)
        .default(0.0),
    number("service.response_kib", 0.0, 1e6, "KiB")
        .soft(0.0, 500.0)
        .step(1.0)
        .default(20.0),
    number("service.cores", 0.05, 1000.0, "cores")
        .log()
        .soft(0.25, 64.0)
        .default(1.0),
    whole("service.buffer_limit", 0, 1_000_000, "requests")
        .soft(0.0, 1000.0)
        .default(0.0),
    number("service.high_priority_percent", 0.0, 100.0, "%")
        .step(1.0)
        .default(0.0),
    whole("retries.max_attempts", 1, 10, "attempts")
        .soft(1.0, 5.0)
        .default(3.0),
    number("retries.backoff_ms", 0.0, 600_000.0, "ms")
        .soft(0.0, 5000.0)
        .step(10.0)
        .default(100.0),
    number("retries.multiplier", 1.0, 10.0, "×")
        .soft(1.0, 4.0)
        .step(0.1)
        .default(2.0),
    number("retries.budget_percent", 0.0, 1000.0, "%")
        .soft(0.0, 100.0)
        .step(1.0)
        .default(20.0)
        .source("Envoy, Finagle and Linkerd: default of 20 %"),
    whole("pod.cpu_request_millicores", 1, 512_000, "millicores")
        .log()
        .soft(50.0, 8000.0)
        .default(500.0),
    whole("pod.memory_request_mib", 1, 25_165_824, "MiB")
        .log()
        .soft(64.0, 32_768.0)
        .default(512.0),
    number("memory.base_mib", 1.0, 25_165_824.0, "MiB")
        .log()
        .soft(16.0, 16_384.0)
        .default(200.0),
    number("memory.mib_per_request", 0.0, 1_048_576.0, "MiB")
        .soft(0.0, 100.0)
        .step(0.1)
        .default(5.0),
    number("memory.leak_mib_per_hour", 0.0, 1_048_576.0, "MiB/h")
        .soft(0.0, 100.0)
        .step(0.1)
        .default(0.0),
    whole("memory.limit_mib", 1, 25_165_824, "MiB")
        .log()
        .soft(64.0, 32_768.0)
        .default(512.0),
    mean("pod.startup_s", 0.001, 3600.0, "s")
        .log()
        .soft(1.0, 300.0)
        .default(30.0),
];
