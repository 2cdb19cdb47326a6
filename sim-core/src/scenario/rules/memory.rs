//! Memory and the sizes of pods: limits above requests, and controllers that do not chase each other.

use super::super::document::{
    AutoscalerDocument, MemoryDocument, MetricDocument, ScalerMetricDocument, ServiceDocument,
    TriggerDocument, UpdateMode, VpaDocument,
};
use super::super::limits::plain_number;
use super::super::problem::Found;
use super::service::rounded;

/// Memory of a replica with this many requests, before it leaks, MiB.
pub(super) fn used_mib(memory: &MemoryDocument, requests: f64) -> f64 {
    memory.base_mib + memory.mib_per_request * requests
}

/// The most requests that a replica holds: in service and waiting.
pub(super) fn most_requests(service: &ServiceDocument) -> f64 {
    f64::from(service.concurrency) + f64::from(service.queue_limit)
}

pub(super) fn hold(service: &ServiceDocument, found: &mut Found) {
    let Some(memory) = &service.memory else {
        return;
    };
    let limit = f64::from(memory.limit_mib);
    let request = service.pod.memory_request_mib;
    if memory.limit_mib < request {
        let message = format!(
            "the limit, {} MiB, is below the pod's request of {request} MiB",
            memory.limit_mib
        );
        let hint = "Kubernetes refuses such a pod: raise the limit, or request less";
        found.error("/service/memory/limit_mib", message, hint);
    }
    if memory.base_mib >= limit {
        let message = format!(
            "a replica without requests uses {} MiB, not less than its limit of {} MiB",
            plain_number(memory.base_mib),
            memory.limit_mib
        );
        let hint = "it would be killed as soon as it starts: raise limit_mib, or lower base_mib";
        found.error("/service/memory/base_mib", message, hint);
        return;
    }
    let busy = used_mib(memory, f64::from(service.concurrency));
    let full = used_mib(memory, most_requests(service));
    if full > limit {
        let (most, when) = if busy > limit {
            (busy, "with all slots busy")
        } else {
            (full, "with all slots busy and a full queue")
        };
        let message = format!(
            "{when} a replica uses {} MiB, above its limit of {} MiB",
            rounded(most),
            memory.limit_mib
        );
        let hint = "all replicas would be killed when it is busiest: raise limit_mib, or lower the concurrency or the queue limit";
        found.warning("/service/memory/limit_mib", message, hint);
    }
}

pub(super) fn hold_vpa(vpa: &VpaDocument, found: &mut Found) {
    let ranges = [
        (
            "min_cpu_millicores",
            "max_cpu_millicores",
            vpa.min_cpu_millicores.zip(vpa.max_cpu_millicores),
            "millicores",
        ),
        (
            "min_memory_mib",
            "max_memory_mib",
            vpa.min_memory_mib.zip(vpa.max_memory_mib),
            "MiB",
        ),
    ];
    for (least_field, most_field, range, unit) in ranges {
        if let Some((least, most)) = range.filter(|(least, most)| least > most) {
            let message = format!("the least, {least} {unit}, is above the most, {most} {unit}");
            let hint = format!("lower it, or raise {most_field}");
            found.error(format!("/right_sizing/{least_field}"), message, hint);
        }
    }
    let (lower, target, upper) = (
        vpa.lower_percentile,
        vpa.target_percentile,
        vpa.upper_percentile,
    );
    if lower > target || target > upper {
        let message = format!(
            "the percentiles of the lower bound, the target and the upper bound are {}, {} and {}",
            plain_number(lower),
            plain_number(target),
            plain_number(upper)
        );
        let hint = "a pod of the recommended size would be out of bounds and replaced again and again: put them in ascending order";
        found.error("/right_sizing/target_percentile", message, hint);
    }
}

/// Right-sizing against the service and the controllers of the number of replicas.
pub(super) fn hold_sizes(
    vpa: &VpaDocument,
    service: &ServiceDocument,
    controllers: &[(String, &AutoscalerDocument)],
    found: &mut Found,
) {
    if vpa.resources.has_memory() && service.memory.is_none() {
        found.warning(
            "/right_sizing/resources",
            "the memory that a replica uses is not modelled, so memory requests stay as they are",
            "add /service/memory, or let it control CPU only",
        );
    }
    if vpa.update_mode == UpdateMode::Off {
        return;
    }
    for (place, controller) in controllers {
        let (cpu, memory) = scales_on(controller);
        let fights = (cpu && vpa.resources.has_cpu())
            || (memory && vpa.resources.has_memory() && service.memory.is_some());
        if fights {
            let message = format!(
                "{place} scales on the utilisation of a request that this autoscaler changes"
            );
            let hint = "each undoes what the other does: let this one control the other resource, or scale on another metric";
            found.warning("/right_sizing/resources", message, hint);
        }
    }
    let fixed = controllers
        .iter()
        .all(|(_, controller)| controller.bounds().1 < vpa.min_replicas);
    if fixed && !controllers.is_empty() {
        let message = format!(
            "it takes no pod away while there are fewer than {} replicas, and there are never that many",
            vpa.min_replicas
        );
        found.warning(
            "/right_sizing/min_replicas",
            message,
            "lower it, or allow more replicas",
        );
    }
}

/// Whether a controller compares use with requests: of CPU, of memory.
fn scales_on(controller: &AutoscalerDocument) -> (bool, bool) {
    match controller {
        AutoscalerDocument::Hpa(hpa) => {
            let uses = |wanted: fn(&MetricDocument) -> bool| hpa.metrics.iter().any(wanted);
            (
                uses(|metric| matches!(metric, MetricDocument::CpuUtilization { .. })),
                uses(|metric| matches!(metric, MetricDocument::MemoryUtilization { .. })),
            )
        }
        AutoscalerDocument::Keda(keda) => {
            (keda.triggers.iter().any(TriggerDocument::is_cpu), false)
        }
        AutoscalerDocument::StepScaling(document) => (is_cpu(&document.metric), false),
        AutoscalerDocument::TargetTracking(document) => (is_cpu(&document.metric), false),
        AutoscalerDocument::SloDriven(_) => (true, false),
        _ => (false, false),
    }
}

fn is_cpu(metric: &ScalerMetricDocument) -> bool {
    matches!(metric, ScalerMetricDocument::CpuUtilization {})
}
