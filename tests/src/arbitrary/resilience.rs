//! Random rate limits, queues and guards of calls.

use proptest::prelude::*;
use sim_core::scenario::document::*;

/// A limit in the range of the random traffic.
pub fn rate_limit() -> impl Strategy<Value = RateLimitDocument> {
    (1.0..300.0_f64, prop_oneof![Just(1), 1..2000_u32])
        .prop_map(|(rps, burst)| RateLimitDocument { rps, burst })
}

/// The newest first, or CoDel.
pub fn queue() -> impl Strategy<Value = QueueDocument> {
    prop_oneof![
        Just(QueueDocument::Lifo),
        (0.1..500.0_f64, 1.0..5000.0_f64).prop_map(|(target_ms, interval_ms)| {
            QueueDocument::Codel {
                target_ms,
                interval_ms,
            }
        }),
    ]
}

/// A breaker that short runs can open and close.
pub fn breaker() -> impl Strategy<Value = BreakerDocument> {
    (
        1..200_u32,
        1..200_u32,
        1.0..100.0_f64,
        0.5..300.0_f64,
        1..30_u32,
        proptest::option::weighted(0.3, (1.0..2000.0_f64, 1.0..100.0_f64)),
    )
        .prop_map(
            |(window_calls, minimum_calls, failure_percent, open_s, half_open_calls, slow)| {
                BreakerDocument {
                    window_calls,
                    minimum_calls,
                    failure_percent,
                    open_s,
                    half_open_calls,
                    slow_calls: slow.map(|(longer_than_ms, slow_percent)| SlowCallsDocument {
                        longer_than_ms,
                        slow_percent,
                    }),
                }
            },
        )
}

/// Guards of one call: breaker, bulkhead, hedge.
pub type Guards = (Option<BreakerDocument>, Option<u32>, Option<f64>);

/// Any of the three, or none.
pub fn guards() -> impl Strategy<Value = Guards> {
    (
        proptest::option::weighted(0.4, breaker()),
        proptest::option::weighted(0.3, 1..40_u32),
        proptest::option::weighted(0.3, 1.0..500.0_f64),
    )
}
