//! The autoscaler: bounds in order, targets that can be reached, capacity that suffices.

use super::super::document::{
    AutoscalerDocument, BehaviorDocument, HpaDocument, MetricDocument, MetricTarget,
    ServiceDocument, Signal, StepDocument, StepScalingDocument, TrafficDocument,
};
use super::super::limits::{MAX_SERVERS, MAX_WAITING, plain_number};
use super::super::problem::{Found, Problem};
use super::keda;
use super::knative;
use super::memory::{most_requests, used_mib};
use super::service::{CompiledService, rounded, rounded_time};
use super::traffic::regular_peak_rps;
use serde_json::Value;

pub(super) fn hold(autoscaler: &AutoscalerDocument, place: &str, found: &mut Found) {
    let (fewest, most) = autoscaler.bounds();
    if fewest > most {
        let message = format!("the fewest replicas, {fewest}, are above the most, {most}");
        let (fewest_field, most_field) = autoscaler.bound_fields();
        found.error(
            format!("{place}/{fewest_field}"),
            message,
            format!("lower it, or raise {most_field}"),
        );
    }
    match autoscaler {
        AutoscalerDocument::Keda(keda) => keda::hold(keda, place, found),
        AutoscalerDocument::KedaScaledJob(jobs) => keda::hold_jobs(jobs, place, found),
        AutoscalerDocument::Knative(knative) => knative::hold(knative, place, found),
        _ => {}
    }
}

/// Whether the service can be simulated at the most replicas.
pub(super) fn hold_most(
    autoscaler: &AutoscalerDocument,
    place: &str,
    document: &ServiceDocument,
    found: &mut Found,
) {
    let most = autoscaler.bounds().1;
    let path = format!("{place}/{}", autoscaler.bound_fields().1);
    let products = [
        (
            document.concurrency,
            MAX_SERVERS,
            "in service",
            "lower the concurrency or the replicas",
        ),
        (
            document.queue_limit,
            MAX_WAITING,
            "waiting",
            "lower the queue limit or the replicas",
        ),
    ];
    for (per_replica, allowed, what, hint) in products {
        let total = u64::from(most) * u64::from(per_replica);
        if total > allowed {
            let message = format!(
                "{most} replicas could have {} requests {what}",
                plain_number(total as f64)
            );
            let limit = format!("at most {}", plain_number(allowed as f64));
            found.push(Problem::error(path.clone(), message, hint).with_limit(limit));
        }
    }
}

/// Whether the service can bear the usual peak.
pub(super) fn hold_capacity(
    autoscaler: &AutoscalerDocument,
    place: &str,
    document: &ServiceDocument,
    service: &CompiledService,
    traffic: &TrafficDocument,
    found: &mut Found,
) {
    let most = autoscaler.bounds().1;
    let path = format!("{place}/{}", autoscaler.bound_fields().1);
    let (peak, capacity) = (
        regular_peak_rps(traffic),
        f64::from(most) * service.replica_rps(document),
    );
    if peak > capacity {
        let message = format!(
            "on an ordinary day the traffic peaks at about {} req/s, but {most} replicas serve {} req/s at most",
            rounded(peak),
            rounded(capacity)
        );
        found.warning(
            path.clone(),
            message,
            "allow more replicas, or more concurrency",
        );
        let enough = (peak / service.replica_rps(document) * HEADROOM).ceil();
        if enough <= MOST_ADVISED {
            let words = format!("Allow {enough} replicas");
            found.remedy(words, path, Some(Value::from(enough as u64)));
        }
    }
}

/// Room that remedies leave above what is just enough.
const HEADROOM: f64 = 1.25;
/// More replicas are nothing to advise without a look at the design.
const MOST_ADVISED: f64 = 500.0;

/// Metrics whose target the service can never cross, so that they never ask for more replicas.
pub(super) fn hold_signals(
    autoscaler: &AutoscalerDocument,
    place: &str,
    document: &ServiceDocument,
    service: &CompiledService,
    found: &mut Found,
) {
    let (metrics, tolerance_percent) = match autoscaler {
        AutoscalerDocument::Hpa(hpa) => (
            metrics(hpa),
            up_tolerance_percent(hpa.behavior.as_ref(), hpa.tolerance_percent),
        ),
        AutoscalerDocument::Keda(keda) => (
            keda::metrics(keda),
            up_tolerance_percent(keda.behavior.as_ref(), KEDA_TOLERANCE_PERCENT),
        ),
        AutoscalerDocument::SloDriven(slo) => {
            let path = format!("{place}/target");
            return hold_idle(slo.indicator.signal(), slo.target, &path, service, found);
        }
        AutoscalerDocument::StepScaling(steps) => return hold_steps(steps, place, found),
        AutoscalerDocument::Knative(knative) => {
            return knative::hold_signals(knative, place, document, service, found);
        }
        _ => return,
    };
    let tolerance = 1.0 + tolerance_percent / 100.0;
    for (field, metric) in &metrics {
        let path = format!("{place}/{field}");
        if let Some((most, target, words)) = ceiling(metric, document, service)
            && most <= target * tolerance
        {
            let message = format!(
                "{words} is at most {} even with every slot busy; more replicas are asked for only above {}",
                rounded(most),
                rounded(target * tolerance)
            );
            let effect = if metrics.len() == 1 {
                "it never scales up"
            } else {
                "this metric never asks for more"
            };
            found.warning(path.clone(), message, format!("{effect}: lower the target"));
            let reached = (most / tolerance / HEADROOM).floor();
            if matches!(metric, MetricDocument::CpuUtilization { .. }) && reached >= 1.0 {
                let words = format!("Set the target to {reached} %");
                let target = format!("{path}/target_percent");
                found.remedy(words, target, Some(Value::from(reached as u64)));
            }
        }
        hold_latency(metric, &path, document, service, found);
        hold_memory(metric, &path, document, found);
    }
}

/// The tolerance of the HPA that KEDA makes: the controller's default.
const KEDA_TOLERANCE_PERCENT: f64 = 10.0;

/// The metrics with their places.
fn metrics(hpa: &HpaDocument) -> Vec<(String, MetricDocument)> {
    let metrics = hpa.metrics.iter().enumerate();
    metrics
        .map(|(index, metric)| (format!("metrics/{index}"), metric.clone()))
        .collect()
}

fn up_tolerance_percent(behavior: Option<&BehaviorDocument>, controller: f64) -> f64 {
    let rules = behavior.and_then(|behavior| behavior.scale_up.as_ref());
    rules
        .and_then(|rules| rules.tolerance_percent)
        .unwrap_or(controller)
}

/// The highest value of a metric per replica, its target, and what it is; `None` for metrics without a ceiling.
fn ceiling(
    metric: &MetricDocument,
    document: &ServiceDocument,
    service: &CompiledService,
) -> Option<(f64, f64, &'static str)> {
    let full = service.full_millicores(document);
    let per_pod = |signal: &Signal, target: f64| match signal {
        // What waits in the buffer has no bound per replica.
        Signal::InFlightRequests | Signal::WaitingRequests if document.buffer_limit > 0 => None,
        Signal::InFlightRequests => {
            let most = f64::from(document.concurrency) + f64::from(document.queue_limit);
            Some((most, target, "the number of requests in a replica"))
        }
        Signal::WaitingRequests => Some((
            f64::from(document.queue_limit),
            target,
            "the number of requests waiting per replica",
        )),
        Signal::P95LatencyMs
        | Signal::P99LatencyMs
        | Signal::BurnRate
        | Signal::RequestsPerSecond => None,
    };
    match metric {
        MetricDocument::CpuUtilization { target_percent } => {
            let most = 100.0 * full / f64::from(document.pod.cpu_request_millicores);
            Some((
                most,
                f64::from(*target_percent),
                "CPU utilisation (in per cent of the request)",
            ))
        }
        MetricDocument::CpuAverage { target_millicores } => Some((
            full,
            f64::from(*target_millicores),
            "CPU use (in millicores)",
        )),
        MetricDocument::MemoryUtilization { .. } | MetricDocument::MemoryAverage { .. } => {
            memory_use(metric, document).map(|memory| (memory.most, memory.target, memory.words))
        }
        MetricDocument::Pods {
            signal,
            average_value,
        } => per_pod(signal, *average_value),
        MetricDocument::Object { signal, target } | MetricDocument::External { signal, target } => {
            match target {
                MetricTarget::AverageValue { value } => per_pod(signal, *value),
                MetricTarget::Value { value } if quantile(*signal).is_some() => Some((
                    document.timeout_ms,
                    *value,
                    "the latency of answered requests (in ms)",
                )),
                MetricTarget::Value { .. } => None,
            }
        }
    }
}

/// Latency targets below what the service needs even when idle.
fn hold_idle(
    signal: Signal,
    target: f64,
    path: &str,
    service: &CompiledService,
    found: &mut Found,
) {
    let Some(quantile) = quantile(signal) else {
        return;
    };
    let idle_ms = service.service_time_s.quantile(quantile) * 1000.0;
    if idle_ms > target {
        let message = format!(
            "{} % of the requests last up to {} without any waiting, above the target of {}",
            rounded(100.0 * quantile),
            rounded_time(idle_ms),
            rounded_time(target)
        );
        found.warning(
            path,
            message,
            "it scales to the most replicas and stays there: raise the target",
        );
    }
}

/// Steps in and out that overlap would undo each other.
fn hold_steps(steps: &StepScalingDocument, place: &str, found: &mut Found) {
    let bounds = |steps: &[StepDocument]| steps.iter().map(|step| step.bound).collect::<Vec<_>>();
    let lowest_out = bounds(&steps.scale_out).into_iter().reduce(f64::min);
    let highest_in = bounds(&steps.scale_in).into_iter().reduce(f64::max);
    if let (Some(out), Some(back)) = (lowest_out, highest_in)
        && back >= out
    {
        let message = format!(
            "it removes replicas up to {} and adds them from {} on",
            rounded(back),
            rounded(out)
        );
        found.warning(
            format!("{place}/scale_in"),
            message,
            "between the two steps out win: leave a gap",
        );
    }
}

/// What a memory metric can be, in the unit of its target.
struct MemoryUse {
    idle: f64,
    most: f64,
    target: f64,
    words: &'static str,
}

/// `None` for other metrics, and without a memory model.
fn memory_use(metric: &MetricDocument, document: &ServiceDocument) -> Option<MemoryUse> {
    let memory = document.memory.as_ref()?;
    let (unit, target, words) = match metric {
        MetricDocument::MemoryUtilization { target_percent } => (
            100.0 / f64::from(document.pod.memory_request_mib),
            f64::from(*target_percent),
            "memory utilisation (in per cent of the request)",
        ),
        MetricDocument::MemoryAverage { target_mib } => (1.0, *target_mib, "memory use (in MiB)"),
        _ => return None,
    };
    let limit = f64::from(memory.limit_mib);
    let most = if memory.leak_mib_per_hour > 0.0 {
        limit
    } else {
        used_mib(memory, most_requests(document)).min(limit)
    };
    Some(MemoryUse {
        idle: memory.base_mib * unit,
        most: most * unit,
        target,
        words,
    })
}

/// Memory metrics that nothing measures, and those that more replicas cannot bring down.
fn hold_memory(metric: &MetricDocument, path: &str, document: &ServiceDocument, found: &mut Found) {
    let of_memory = matches!(
        metric,
        MetricDocument::MemoryUtilization { .. } | MetricDocument::MemoryAverage { .. }
    );
    if of_memory && document.memory.is_none() {
        found.warning(
            path,
            "the memory that a replica uses is not modelled, so this metric is passed over",
            "add /service/memory, or remove the metric",
        );
    }
    if let Some(memory) = memory_use(metric, document).filter(|memory| memory.idle > memory.target)
    {
        let message = format!(
            "{} is {} even without any request, above the target of {}",
            memory.words,
            rounded(memory.idle),
            rounded(memory.target)
        );
        found.warning(
            path,
            message,
            "it scales to the most replicas and stays there: raise the target",
        );
    }
}

/// The quantile that a latency signal measures.
fn quantile(signal: Signal) -> Option<f64> {
    match signal {
        Signal::P95LatencyMs => Some(0.95),
        Signal::P99LatencyMs => Some(0.99),
        _ => None,
    }
}

/// Targets of single metrics: latencies below what the service needs when idle, rates above what a replica bears.
fn hold_latency(
    metric: &MetricDocument,
    path: &str,
    document: &ServiceDocument,
    service: &CompiledService,
    found: &mut Found,
) {
    let (signal, target, divided) = match metric {
        MetricDocument::Pods {
            signal,
            average_value,
        } => (signal, *average_value, true),
        MetricDocument::Object { signal, target } | MetricDocument::External { signal, target } => {
            match target {
                MetricTarget::Value { value } => (signal, *value, false),
                MetricTarget::AverageValue { value } => (signal, *value, true),
            }
        }
        MetricDocument::CpuUtilization { .. }
        | MetricDocument::CpuAverage { .. }
        | MetricDocument::MemoryUtilization { .. }
        | MetricDocument::MemoryAverage { .. } => return,
    };
    if !divided {
        hold_idle(*signal, target, path, service, found);
    }
    if *signal == Signal::RequestsPerSecond && divided {
        let serves = service.replica_rps(document);
        if target > serves {
            let message = format!(
                "the target of {} req/s per replica is above the {} req/s that a replica can serve",
                rounded(target),
                rounded(serves)
            );
            found.warning(
                path,
                message,
                "replicas are overloaded before more are asked for: lower the target",
            );
        }
    }
}
