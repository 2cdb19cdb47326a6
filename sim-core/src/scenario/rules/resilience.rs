//! Guards of calls and rate limits: what contradicts itself.

use super::super::document::{CallDocument, ComponentDocument, ScenarioDocument};
use super::super::document::{RateLimitDocument, TopologyDocument, TrafficDocument};
use super::super::limits::{plain_number, plain_time};
use super::super::problem::Found;
use super::traffic::mean_rps;

/// The guards of all calls.
pub(super) fn hold_calls(
    document: &ScenarioDocument,
    written: &TopologyDocument,
    found: &mut Found,
) {
    for (index, call) in written.calls.iter().enumerate() {
        let path = |field: &str| format!("/topology/calls/{index}/{field}");
        if let Some(breaker) = &call.breaker
            && breaker.minimum_calls > breaker.window_calls
        {
            found.warning(
                path("breaker/minimum_calls"),
                format!(
                    "{} calls are never known at once: the window has {}",
                    plain_number(f64::from(breaker.minimum_calls)),
                    plain_number(f64::from(breaker.window_calls))
                ),
                "the whole window counts, as in Resilience4j; lower it, or widen the window",
            );
        }
        let slow = call.breaker.as_ref();
        let slow = slow.and_then(|breaker| breaker.slow_calls.as_ref());
        if let (Some(slow), Some(timeout_ms)) = (slow, timeout_ms(call, document, written))
            && slow.longer_than_ms >= timeout_ms
        {
            found.warning(
                path("breaker/slow_calls/longer_than_ms"),
                format!(
                    "the caller has given up after {}: no call is ever slow",
                    plain_time(timeout_ms)
                ),
                "lower it, or raise the callee's timeout_ms",
            );
        }
        if let (Some(after_ms), Some(timeout_ms)) =
            (call.hedge_after_ms, timeout_ms(call, document, written))
            && after_ms >= timeout_ms
        {
            found.warning(
                path("hedge_after_ms"),
                format!(
                    "the caller has given up after {}: no second attempt is ever made",
                    plain_time(timeout_ms)
                ),
                "hedge after about the 95th percentile of the latency",
            );
        }
    }
}

/// How long the caller waits for an attempt.
fn timeout_ms(
    call: &CallDocument,
    document: &ScenarioDocument,
    written: &TopologyDocument,
) -> Option<f64> {
    if call.to == super::super::document::MAIN_SERVICE {
        return Some(document.service.timeout_ms);
    }
    let mut components = written.components.iter();
    let callee = components.find(|component| component.name() == call.to)?;
    Some(match callee {
        ComponentDocument::Service(service) => service.service.timeout_ms,
        ComponentDocument::Function(function) => function.timeout_ms,
        ComponentDocument::Dependency(dependency) => dependency.timeout_ms,
    })
}

/// A rate limit below what comes on average turns most away.
pub(super) fn hold_rate(limit: &RateLimitDocument, traffic: &TrafficDocument, found: &mut Found) {
    let mean_rps = mean_rps(traffic);
    if mean_rps > limit.rps {
        found.warning(
            "/service/rate_limit/rps",
            format!(
                "{} requests per second come on average, {} may pass",
                plain_number((mean_rps * 10.0).round() / 10.0),
                plain_number(limit.rps)
            ),
            "the rest is answered with 429 at all times; raise the limit",
        );
    }
}
