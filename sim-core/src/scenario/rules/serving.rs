//! How requests meet replicas: choices that contradict each other, and what only one of the planes can do.

use super::super::document::{
    Balancing, Jitter, OnTimeout, Overflow, PlaneKind, QueueDocument, RunDocument, ServiceDocument,
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

/// Requests that a replica serves at once, at least, for the fluid plane to compute a balancer that goes by load, and any in a
/// topology.
pub(super) const FEWEST_SLOTS: u32 = 4;
/// Requests that a service with retries serves at once, at least, for the fluid plane.
const FEWEST_WITH_RETRIES: f64 = 16.0;
/// The same where work is cancelled as well.
const FEWEST_WITH_CANCELLED_RETRIES: f64 = 32.0;
/// The same where a queue is short enough to matter beside the clients' patience, and how short that is.
const FEWEST_WITH_SHORT_QUEUES: f64 = 4.0;
const SHORT_QUEUE: u32 = 100;
/// The same of a service with priorities.
const FEWEST_WITH_PRIORITIES: f64 = 4.0;

/// The same of a service that serves the newest first, and of one whose service time has a coefficient of variation above
/// 1; and that coefficient at most.
const FEWEST_NEWEST_FIRST: f64 = 4.0;
const FEWEST_UNEVEN_NEWEST_FIRST: f64 = 16.0;
const MOST_UNEVEN_NEWEST: f64 = 2.0;
/// The same of a queue that CoDel controls, or that drops the oldest when it is full.
const FEWEST_FOLLOWED: f64 = 16.0;
pub(super) const MOST_UNEVEN: f64 = 1.0 + 1e-6;

/// What the fluid plane does not compute yet, of a service with at least so many replicas, whose service time has this
/// coefficient of variation.
pub(super) fn hold_plane(
    document: &ServiceDocument,
    run: &RunDocument,
    fewest_replicas: u32,
    cv: f64,
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
    let drops = document.overflow == Overflow::DropOldest;
    let newest_first = document.queue == Some(QueueDocument::Lifo);
    let controlled = document.queue.is_some() && !newest_first;
    let fewest_newest = if cv > MOST_UNEVEN {
        FEWEST_UNEVEN_NEWEST_FIRST
    } else {
        FEWEST_NEWEST_FIRST
    };
    // One queue, and nothing that changes who is next.
    let is_plain = has_one_queue
        && !tries_again
        && document.processor_sharing.is_none()
        && document.high_priority_percent <= 0.0;
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
            drops && (!is_plain || newest_first),
            "overflow",
            "a full queue that drops the oldest request beside queues at the replicas, shared processors, priorities, \
             retries, or the newest first",
        ),
        (
            drops && (fewest.max(serves) < FEWEST_FOLLOWED || cv > MOST_UNEVEN),
            "overflow",
            "a full queue that drops the oldest request where there may be room in service for fewer than 16 requests, or \
             the service time has a cv above 1,",
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
            document.queue.is_some() && (!is_plain || document.overflow == Overflow::Block),
            "queue",
            "other queues than first come, first served, beside queues at the replicas, shared processors, priorities, \
             retries, or requests that wait outside",
        ),
        (
            newest_first && (fewest.max(serves) < fewest_newest || cv > MOST_UNEVEN_NEWEST),
            "queue",
            "the newest first where there may be room in service for fewer than 4 requests (16 where the service time has \
             a cv above 1), or the cv is above 2,",
        ),
        (
            controlled && (fewest.max(serves) < FEWEST_FOLLOWED || cv > MOST_UNEVEN),
            "queue",
            "CoDel where there may be room in service for fewer than 16 requests, or the service time has a cv above 1,",
        ),
    ];
    if controlled {
        found.warning(
            "/service/queue",
            "in an overload of many minutes CoDel goes round in circles whose length chance decides; the fluid plane may then \
             be off by some points of good requests, in the worst case ten",
            "play a day of it with /run/plane \"requests\" to be sure",
        );
        found.remedy("Play every request", "/run/plane", Some("requests".into()));
    }
    for (_, field, what) in only_requests.iter().filter(|(used, ..)| *used) {
        found.error(
            format!("/service/{field}"),
            format!("the fluid plane does not compute {what} yet"),
            "set /run/plane to \"requests\", or leave it at its default",
        );
        found.remedy("Play every request", "/run/plane", Some("requests".into()));
    }
}
