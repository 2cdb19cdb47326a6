//! How requests meet replicas: choices that contradict each other, and what only one of the planes can do.

use super::super::document::{
    Jitter, OnTimeout, Overflow, PlaneKind, RunDocument, ServiceDocument,
};
use super::super::limits::plain_number;
use super::super::problem::Found;

pub(super) fn hold(document: &ServiceDocument, found: &mut Found) {
    if document.overflow == Overflow::DropOldest && document.queue_limit == 0 {
        found.warning(
            "/service/overflow",
            "there is no queue to drop the oldest request from",
            "the new request is rejected; allow a queue, or choose reject_new",
        );
        found.remedy(
            "Reject the new request",
            "/service/overflow",
            Some("reject_new".into()),
        );
    }
    if let Some(sharing) = &document.processor_sharing
        && sharing.cores > f64::from(document.concurrency)
    {
        let message = format!(
            "a replica has {} cores to share, but serves at most {} requests at once, each on one core",
            plain_number(sharing.cores),
            document.concurrency
        );
        found.warning(
            "/service/processor_sharing/cores",
            message,
            "the rest stays idle; allow more concurrent requests, or give it fewer cores",
        );
    }
    if let Some(retries) = &document.retries
        && retries.max_attempts > 1
        && (retries.backoff_ms == 0.0 || retries.jitter == Jitter::None)
    {
        let message = if retries.backoff_ms == 0.0 {
            "clients try again at once"
        } else {
            "clients that failed together try again together"
        };
        found.warning(
            "/service/retries",
            message,
            "retries then add to an overload when it is worst; pause, with jitter",
        );
        if retries.backoff_ms > 0.0 {
            found.remedy(
                "Use full jitter",
                "/service/retries/jitter",
                Some("full".into()),
            );
        }
    }
}

/// What the fluid plane does not compute yet.
pub(super) fn hold_plane(document: &ServiceDocument, run: &RunDocument, found: &mut Found) {
    if run.plane != PlaneKind::Fluid {
        return;
    }
    let only_requests = [
        (
            document.processor_sharing.is_some(),
            "processor_sharing",
            "processor sharing",
        ),
        (
            document.overflow != Overflow::RejectNew,
            "overflow",
            "a full queue that drops the oldest request or blocks",
        ),
        (
            document.on_timeout != OnTimeout::Finish,
            "on_timeout",
            "work that is cancelled",
        ),
        (
            document.high_priority_percent > 0.0,
            "high_priority_percent",
            "priorities",
        ),
        (
            document.queue.is_some(),
            "queue",
            "other queues than first come, first served",
        ),
    ];
    for (_, field, what) in only_requests.iter().filter(|(used, ..)| *used) {
        found.error(
            format!("/service/{field}"),
            format!("the fluid plane does not compute {what} yet"),
            "set /run/plane to \"requests\", or leave it at its default",
        );
    }
}
