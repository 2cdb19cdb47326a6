//! `spec.metrics`: what the autoscaler looks at, and which of our signals that is.

use super::super::manifest::fields::{Fields, Findings};
use super::super::shown;
use super::HpaOptions;
use crate::import::table::words;
use crate::scenario::document::{MetricDocument, MetricTarget, Signal};
use serde_json::Value;

/// Reads one metric; `None` where it was left out (with a note) or is wrong (with an error).
pub(super) fn read(
    index: usize,
    item: &Value,
    options: &HpaOptions,
    found: &mut Findings,
) -> Option<MetricDocument> {
    let path = format!("spec.metrics[{index}]");
    let mut fields = Fields::of(&path, item, found);
    let kind = fields.text("type", found).unwrap_or_default();
    let source = match kind.as_str() {
        "Resource" => "resource",
        "ContainerResource" => "containerResource",
        "Pods" => "pods",
        "Object" => "object",
        "External" => "external",
        other => {
            found.error(format!(
                "{path}.type: {other:?} is not possible; Resource, ContainerResource, Pods, Object and External are"
            ));
            return None;
        }
    };
    let body = fields.object(source, found);
    fields.refuse_unknown(found);
    let Some(mut body) = body else {
        found.missing(&format!("{path}.{source}"), "the metric's description");
        return None;
    };
    let metric = match source {
        "resource" => resource(&mut body, found),
        "containerResource" => {
            let container = body.text("container", found).unwrap_or_default();
            found.note(format!(
                "{path}: container {} was read as the whole pod.",
                shown(&container)
            ));
            resource(&mut body, found)
        }
        _ => custom(source, &mut body, options, found),
    };
    body.refuse_unknown(found);
    metric
}

/// Bytes of a MiB.
const BYTES_PER_MIB: f64 = 1_048_576.0;

/// What a target says.
enum Target {
    Utilization(u32),
    Value(f64),
    AverageValue(f64),
}

fn target(body: &mut Fields, found: &mut Findings) -> Option<Target> {
    let path = body.path("target");
    let Some(mut fields) = body.object("target", found) else {
        found.missing(&path, "type with averageUtilization, averageValue or value");
        return None;
    };
    let kind = fields.text("type", found);
    let utilization = fields.whole("averageUtilization", found);
    let value = fields.quantity("value", found);
    let average_value = fields.quantity("averageValue", found);
    fields.refuse_unknown(found);
    let target = match kind.as_deref() {
        Some("Utilization") => utilization.map(Target::Utilization),
        Some("Value") => value.map(Target::Value),
        Some("AverageValue") => average_value.map(Target::AverageValue),
        Some(other) => {
            found.error(format!(
                "{path}.type: {other:?} is not possible; Utilization, Value and AverageValue are"
            ));
            return None;
        }
        None => None,
    };
    if target.is_none() {
        found.missing(
            &path,
            "type with the number of that type: averageUtilization, averageValue or value",
        );
    }
    target
}

fn resource(body: &mut Fields, found: &mut Findings) -> Option<MetricDocument> {
    let path = body.path("target");
    let name = body.text("name", found).unwrap_or_default();
    let target = target(body, found)?;
    match name.as_str() {
        "cpu" => cpu(&path, target, found),
        "memory" => {
            found.note(format!(
                "{}: the scenario says in /service/memory what a replica uses; without that this metric is passed over.",
                body.path("name")
            ));
            memory(&path, target, found)
        }
        other => {
            found.note(format!(
                "{}: {} is not modelled; this metric was left out.",
                body.path("name"),
                shown(other)
            ));
            None
        }
    }
}

fn memory(path: &str, target: Target, found: &mut Findings) -> Option<MetricDocument> {
    match target {
        Target::Utilization(target_percent) => {
            Some(MetricDocument::MemoryUtilization { target_percent })
        }
        Target::AverageValue(bytes) => Some(MetricDocument::MemoryAverage {
            target_mib: bytes / BYTES_PER_MIB,
        }),
        Target::Value(_) => not_for_resources(path, found),
    }
}

fn cpu(path: &str, target: Target, found: &mut Findings) -> Option<MetricDocument> {
    match target {
        Target::Utilization(target_percent) => {
            Some(MetricDocument::CpuUtilization { target_percent })
        }
        Target::AverageValue(cores) => {
            let millicores = (cores * 1000.0).round();
            if (1.0..=f64::from(u32::MAX)).contains(&millicores) {
                return Some(MetricDocument::CpuAverage {
                    target_millicores: millicores as u32,
                });
            }
            found.error(format!(
                "{path}: {cores} cores are not possible as an average of CPU"
            ));
            None
        }
        Target::Value(_) => not_for_resources(path, found),
    }
}

fn not_for_resources(path: &str, found: &mut Findings) -> Option<MetricDocument> {
    found.error(format!(
        "{path}.type: Value is not possible for a Resource; Utilization and AverageValue are"
    ));
    None
}

fn custom(
    source: &str,
    body: &mut Fields,
    options: &HpaOptions,
    found: &mut Findings,
) -> Option<MetricDocument> {
    let path = body.path("metric");
    let _ = body.take("describedObject");
    let mut metric = body.object("metric", found);
    let name = metric
        .as_mut()
        .and_then(|metric| metric.text("name", found))
        .unwrap_or_default();
    if metric
        .as_mut()
        .is_some_and(|metric| metric.take("selector").is_some())
    {
        found.note(format!(
            "{path}.selector is ignored: the studio has one service."
        ));
    }
    if let Some(metric) = metric {
        metric.refuse_unknown(found);
    }
    let target = target(body, found)?;
    if name.is_empty() {
        found.missing(&format!("{path}.name"), "the metric's name");
        return None;
    }
    let (signal, per_unit) = signal(&path, &name, &target, options, found)?;
    match (source, target) {
        ("pods", Target::AverageValue(value)) => Some(MetricDocument::Pods {
            signal,
            average_value: value * per_unit,
        }),
        ("pods", _) => {
            found.error(format!(
                "{}: Pods metrics take AverageValue only",
                body.path("target.type")
            ));
            None
        }
        (source, Target::Value(value)) => Some(service_wide(
            source,
            signal,
            MetricTarget::Value {
                value: value * per_unit,
            },
        )),
        (source, Target::AverageValue(value)) => Some(service_wide(
            source,
            signal,
            MetricTarget::AverageValue {
                value: value * per_unit,
            },
        )),
        (_, Target::Utilization(_)) => {
            found.error(format!(
                "{}: Utilization is for Resource metrics; Value and AverageValue are possible",
                body.path("target.type")
            ));
            None
        }
    }
}

fn service_wide(source: &str, signal: Signal, target: MetricTarget) -> MetricDocument {
    if source == "object" {
        MetricDocument::Object { signal, target }
    } else {
        MetricDocument::External { signal, target }
    }
}

/// The signal that a metric measures, and how many of the signal's units one of the metric's is.
fn signal(
    path: &str,
    name: &str,
    target: &Target,
    options: &HpaOptions,
    found: &mut Findings,
) -> Option<(Signal, f64)> {
    let value = match target {
        Target::Value(value) | Target::AverageValue(value) => *value,
        Target::Utilization(percent) => f64::from(*percent),
    };
    let chosen = options.signals.get(name).copied();
    signal_of(&format!("{path}.name"), name, chosen, value, found)
}

/// The signal that a name or query measures, unless it is chosen, and how many of the signal's units one of its own
/// is; `target` is what it is compared with.
pub(in crate::import) fn signal_of(
    path: &str,
    name: &str,
    chosen: Option<Signal>,
    target: f64,
    found: &mut Findings,
) -> Option<(Signal, f64)> {
    let Some(signal) = chosen.or_else(|| guess(name)) else {
        found.error(format!(
            "{path}: what {:?} measures cannot be told from its name; say which of requests_per_second, in_flight_requests, waiting_requests, p95_latency_ms, p99_latency_ms and burn_rate it is",
            shown(name)
        ));
        return None;
    };
    let (signal_name, per_unit) = match signal {
        Signal::RequestsPerSecond => ("requests per second".to_owned(), per_second(name)),
        Signal::InFlightRequests => ("requests in flight".to_owned(), 1.0),
        Signal::WaitingRequests => ("waiting requests".to_owned(), 1.0),
        Signal::BurnRate => ("burn rate of the error budget".to_owned(), 1.0),
        Signal::P95LatencyMs | Signal::P99LatencyMs => {
            let ms = milliseconds(name, target);
            let quantile = if signal == Signal::P95LatencyMs {
                "P95"
            } else {
                "P99"
            };
            (
                format!(
                    "{quantile} latency, in {}",
                    if ms == 1.0 { "milliseconds" } else { "seconds" }
                ),
                ms,
            )
        }
    };
    let how = if chosen.is_some() {
        "as told"
    } else {
        "by its name"
    };
    found.note(format!(
        "Metric {} was read as {signal_name} ({how}).",
        shown(name)
    ));
    Some((signal, per_unit))
}

/// Reads the words of a metric's name.
pub(in crate::import) fn guess(name: &str) -> Option<Signal> {
    let words = words(name);
    let says = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    let per = says(&["per"]) && says(&["second", "sec", "s", "minute", "min"]);
    let is_latency = says(&[
        "latency", "duration", "p95", "p99", "p90", "p50", "quantile",
    ]) || says(&["response"]) && says(&["time"]);
    if says(&["burn", "burnrate"]) {
        Some(Signal::BurnRate)
    } else if is_latency && (says(&["p99"]) || name.contains("0.99")) {
        Some(Signal::P99LatencyMs)
    } else if is_latency {
        Some(Signal::P95LatencyMs)
    } else if says(&[
        "queue", "queued", "waiting", "backlog", "pending", "lag", "depth",
    ]) {
        Some(Signal::WaitingRequests)
    } else if says(&[
        "concurrency",
        "concurrent",
        "inflight",
        "active",
        "connections",
        "sessions",
        "busy",
    ]) || (says(&["in"]) && says(&["flight"]))
    {
        Some(Signal::InFlightRequests)
    } else if says(&[
        "rps",
        "qps",
        "tps",
        "rpm",
        "throughput",
        "requests",
        "request",
        "hits",
        "packets",
    ]) || per
    {
        Some(Signal::RequestsPerSecond)
    } else {
        None
    }
}

/// Requests per second in one unit of a rate metric.
fn per_second(name: &str) -> f64 {
    let words = words(name);
    if words
        .iter()
        .any(|word| ["minute", "min", "rpm"].contains(&word.as_str()))
    {
        1.0 / 60.0
    } else {
        1.0
    }
}

/// Milliseconds in one unit of a latency metric: by its name, else by the size of its target, as nobody aims
/// at less than 10 ms or more than 10 s.
fn milliseconds(name: &str, target: f64) -> f64 {
    let words = words(name);
    let says = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    if says(&["ms", "msec", "millis", "milliseconds", "millisecond"])
        || (target >= 10.0 && !says(&["s", "sec", "second", "seconds"]))
    {
        1.0
    } else {
        1000.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_by_name() {
        for (name, signal) in [
            ("http_requests_per_second", Some(Signal::RequestsPerSecond)),
            ("packets-per-second", Some(Signal::RequestsPerSecond)),
            (
                "http_request_duration_seconds_p95",
                Some(Signal::P95LatencyMs),
            ),
            ("istio_request_latency_ms", Some(Signal::P95LatencyMs)),
            ("latency_p99_ms", Some(Signal::P99LatencyMs)),
            ("slo_error_budget_burn_rate", Some(Signal::BurnRate)),
            ("queue_messages_ready", Some(Signal::WaitingRequests)),
            ("requestsInFlight", Some(Signal::InFlightRequests)),
            ("concurrency", Some(Signal::InFlightRequests)),
            ("foo_bar", None),
        ] {
            assert_eq!(guess(name), signal, "{name}");
        }
    }

    #[test]
    fn latency_units() {
        assert_eq!(milliseconds("request_duration_seconds", 0.3), 1000.0);
        assert_eq!(milliseconds("request_latency_ms", 5.0), 1.0);
        assert_eq!(milliseconds("p95", 250.0), 1.0);
        assert_eq!(milliseconds("p95", 0.25), 1000.0);
    }
}
