//! KEDA: what its admission webhook refuses, and what would hardly be meant.

use super::super::document::{
    AutoscalerDocument, KedaDocument, KedaScaledJobDocument, MetricDocument, MetricTarget,
    MetricTypeDocument, ServiceDocument, Signal, TriggerDocument,
};
use super::super::limits::plain_number;
use super::super::problem::Found;
use super::service::{CompiledService, rounded};
use crate::control::keda::Formula;

pub(super) fn hold(keda: &KedaDocument, place: &str, found: &mut Found) {
    hold_triggers(&keda.triggers, place, found);
    if let Some(idle) = keda.idle_replicas {
        let path = format!("{place}/idle_replicas");
        if idle >= keda.min_replicas {
            let message = format!(
                "the idle replicas, {idle}, are not below the fewest, {}",
                keda.min_replicas
            );
            found.error(path, message, "lower them, or raise min_replicas");
        } else if idle > 0 {
            let message = format!(
                "the HPA raises {idle} to the fewest replicas, {}, at its next look",
                keda.min_replicas
            );
            found.warning(path, message, "KEDA supports 0 only");
        }
    }
    let all_cpu = keda.triggers.iter().all(TriggerDocument::is_cpu);
    if all_cpu && keda.min_replicas == 0 && !keda.triggers.is_empty() {
        found.error(
            format!("{place}/min_replicas"),
            "with CPU triggers alone there is no way back from zero".to_owned(),
            "set it to 1 or more, or add another trigger",
        );
    }
    hold_modifiers(keda, place, found);
    hold_fallback(keda, all_cpu, place, found);
}

fn hold_modifiers(keda: &KedaDocument, place: &str, found: &mut Found) {
    let Some(modifiers) = &keda.scaling_modifiers else {
        return;
    };
    let names: Vec<Option<&str>> = keda.triggers.iter().map(TriggerDocument::name).collect();
    if let Err(error) = Formula::compile(&modifiers.formula, &names) {
        found.error(
            format!("{place}/scaling_modifiers/formula"),
            error.to_string(),
            "write a number made of the triggers' names, such as (a + b) / 2",
        );
    }
}

fn hold_fallback(keda: &KedaDocument, all_cpu: bool, place: &str, found: &mut Found) {
    let Some(fallback) = &keda.fallback else {
        return;
    };
    let path = format!("{place}/fallback");
    let fraction = keda
        .scaling_modifiers
        .as_ref()
        .filter(|modifiers| modifiers.target.fract() != 0.0);
    if let Some(modifiers) = fraction {
        let message = format!(
            "KEDA never uses it beside scaling modifiers whose target, {}, is no whole number",
            plain_number(modifiers.target)
        );
        found.warning(path, message, "take a whole number as the target");
    } else if all_cpu {
        let message = "it does not apply to CPU triggers, and there are no others".to_owned();
        found.warning(path, message, "leave it out");
    } else if fallback.replicas > keda.max_replicas {
        let message = format!(
            "{} replicas are above the most, {}",
            fallback.replicas, keda.max_replicas
        );
        found.warning(
            format!("{path}/replicas"),
            message,
            "the HPA stops at the most: lower it, or raise max_replicas",
        );
    }
}

pub(super) fn hold_jobs(jobs: &KedaScaledJobDocument, place: &str, found: &mut Found) {
    hold_triggers(&jobs.triggers, place, found);
    for (index, trigger) in jobs.triggers.iter().enumerate() {
        let path = format!("{place}/triggers/{index}");
        let by_value = matches!(
            trigger,
            TriggerDocument::Prometheus {
                metric_type: MetricTypeDocument::Value,
                ..
            } | TriggerDocument::Queue {
                metric_type: MetricTypeDocument::Value,
                ..
            }
        );
        if trigger.is_cpu() {
            let message = "no jobs are created for CPU use".to_owned();
            found.error(path, message, "take a queue, a query or a time of the day");
        } else if by_value {
            let message = "the work of one job is an average value".to_owned();
            found.error(
                format!("{path}/metric_type"),
                message,
                "leave it out, or set it to average_value",
            );
        }
    }
}

fn hold_triggers(triggers: &[TriggerDocument], place: &str, found: &mut Found) {
    for (index, trigger) in triggers.iter().enumerate() {
        let path = format!("{place}/triggers/{index}");
        if let TriggerDocument::Cron {
            start_hour,
            end_hour,
            ..
        } = trigger
            && start_hour.rem_euclid(24.0) == end_hour.rem_euclid(24.0)
        {
            found.error(
                format!("{path}/end_hour"),
                "it ends at the hour at which it starts".to_owned(),
                "KEDA wants two different times",
            );
        }
        let earlier = triggers.iter().take(index);
        if let Some(name) = trigger.name()
            && earlier.filter_map(TriggerDocument::name).any(|n| n == name)
        {
            found.error(
                format!("{path}/name"),
                format!("another trigger is named {name:?} already"),
                "give each its own name, or none",
            );
        }
    }
}

/// A workload without replicas needs a place where requests wait, and clients that wait long enough.
pub(super) fn hold_waking(
    autoscaler: &AutoscalerDocument,
    document: &ServiceDocument,
    service: &CompiledService,
    found: &mut Found,
) {
    let polling_interval_s = match autoscaler {
        AutoscalerDocument::Keda(keda) if keda.lowest() == 0 => keda.polling_interval_s,
        AutoscalerDocument::KedaScaledJob(jobs) if jobs.min_replicas == 0 => {
            jobs.polling_interval_s
        }
        _ => return,
    };
    if document.buffer_limit == 0 {
        let message = "there may be no replicas, and nothing waits for the first".to_owned();
        let hint = "requests in that time are rejected; allow some to wait, or keep a replica";
        found.warning("/service/buffer_limit", message, hint);
        return;
    }
    let waking_s = f64::from(polling_interval_s) + service.startup_s.mean();
    if document.timeout_ms < waking_s * 1000.0 {
        let message = format!(
            "from zero the first replica takes up to {} s, but the client gives up after {} s",
            rounded(waking_s),
            rounded(document.timeout_ms / 1000.0)
        );
        found.warning(
            "/service/timeout_ms",
            message,
            "requests that wake the workload time out: allow more, poll more often or keep a replica",
        );
    }
}

/// The triggers as the metrics of the HPA, with their places; with scaling modifiers only CPU is left of them.
pub(super) fn metrics(keda: &KedaDocument) -> Vec<(String, MetricDocument)> {
    let composite = keda.scaling_modifiers.is_some();
    let target = |value, kind| match kind {
        MetricTypeDocument::AverageValue => MetricTarget::AverageValue { value },
        MetricTypeDocument::Value => MetricTarget::Value { value },
    };
    let metric = |trigger: &TriggerDocument| match trigger {
        TriggerDocument::Cpu { target_percent } => Some(MetricDocument::CpuUtilization {
            target_percent: *target_percent,
        }),
        TriggerDocument::Cron { .. } => None,
        _ if composite => None,
        TriggerDocument::Prometheus {
            signal,
            threshold,
            metric_type,
            ..
        } => Some(MetricDocument::External {
            signal: *signal,
            target: target(*threshold, *metric_type),
        }),
        TriggerDocument::Queue {
            threshold,
            metric_type,
            ..
        } => Some(MetricDocument::External {
            signal: Signal::WaitingRequests,
            target: target(*threshold, *metric_type),
        }),
    };
    let triggers = keda.triggers.iter().enumerate();
    triggers
        .filter_map(|(index, trigger)| Some((format!("triggers/{index}"), metric(trigger)?)))
        .collect()
}
