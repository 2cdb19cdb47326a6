//! How requests meet replicas: choices that contradict each other, and what only one of the planes can do.

use super::super::document::{
    Balancing, Jitter, OnTimeout, Overflow, PlaneKind, RunDocument, ServiceDocument,
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

/// Requests that a replica serves at once, at least, for the fluid plane to compute a balancer that goes by load.
const FEWEST_SLOTS: u32 = 4;
/// Requests that a service with retries serves at once, at least, for the fluid plane.
const FEWEST_WITH_RETRIES: f64 = 16.0;
/// The same where work is cancelled as well.
const FEWEST_WITH_CANCELLED_RETRIES: f64 = 32.0;
/// The same where a queue is short enough to matter beside the clients' patience, and how short that is.
const FEWEST_WITH_SHORT_QUEUES: f64 = 4.0;
const SHORT_QUEUE: u32 = 100;
/// The same of a service with priorities.
const FEWEST_WITH_PRIORITIES: f64 = 4.0;

/// What the fluid plane does not compute yet, of a service with at least so many replicas.
pub(super) fn hold_plane(
    document: &ServiceDocument,
    run: &RunDocument,
    fewest_replicas: u32,
    found: &mut Found,
) {
    if run.plane != PlaneKind::Fluid {
        return;
    }
    // Where processors are shared, it is these that serve.
    let serves = document
        .processor_sharing
        .as_ref()
        .map_or(f64::from(document.concurrency), |sharing| {
            sharing.cores.min(f64::from(document.concurrency))
        });
    let fewest = f64::from(fewest_replicas) * serves;
    let retries = document.retries.as_ref();
    let tries_again = retries.is_some_and(|retries| retries.max_attempts > 1);
    let room = document.queue_limit.saturating_add(document.buffer_limit);
    let has_short_queue =
        document.overflow == Overflow::RejectNew && (1..SHORT_QUEUE).contains(&room);
    let cancels = document.on_timeout == OnTimeout::Cancel;
    let has_one_queue = document.balancing == Balancing::Shared;
    // Where few serve, it is off by more than is of use.
    let goes_by_load = matches!(
        document.balancing,
        Balancing::LeastOutstanding | Balancing::PowerOfTwo
    );
    let only_requests = [
        (
            goes_by_load && document.concurrency < FEWEST_SLOTS,
            "balancing",
            "queues at replicas that serve fewer than 4 requests at once, chosen by load,",
        ),
        (
            tries_again && fewest < FEWEST_WITH_RETRIES,
            "retries",
            "retries where there may be room in service for fewer than 16 requests",
        ),
        (
            document.overflow == Overflow::DropOldest,
            "overflow",
            "a full queue that drops the oldest request",
        ),
        (
            document.overflow == Overflow::Block && !has_one_queue,
            "overflow",
            "requests that wait outside full queues at the replicas",
        ),
        (
            cancels
                && (!has_one_queue
                    || document.processor_sharing.is_some()
                    || document.high_priority_percent > 0.0
                    || document.overflow == Overflow::DropOldest
                    || document.queue.is_some()),
            "on_timeout",
            "work that is cancelled beside queues at the replicas, priorities, shared processors or other queues",
        ),
        (
            cancels && tries_again && fewest < FEWEST_WITH_CANCELLED_RETRIES,
            "on_timeout",
            "work that is cancelled, and tried again, where there may be room in service for fewer than 32 requests",
        ),
        (
            cancels && has_short_queue && fewest.max(serves) < FEWEST_WITH_SHORT_QUEUES,
            "on_timeout",
            "work that is cancelled beside a queue for 1 to 99 requests where there may be room in service for fewer than 4",
        ),
        (
            document.high_priority_percent > 0.0
                && (!has_one_queue || tries_again || document.processor_sharing.is_some()),
            "high_priority_percent",
            "priorities beside queues at the replicas, retries or shared processors",
        ),
        (
            document.high_priority_percent > 0.0 && fewest.max(serves) < FEWEST_WITH_PRIORITIES,
            "high_priority_percent",
            "priorities where there may be room in service for fewer than 4 requests",
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
