//! Random services: how they serve, their pods and memory, and who sizes them.

use super::distribution::distribution;
use super::resilience::{queue, rate_limit};
use proptest::prelude::*;
use sim_core::scenario::document::*;

pub(super) fn service() -> impl Strategy<Value = ServiceDocument> {
    (
        distribution(60.0),
        1..20_u32,
        0.0..60.0_f64,
        0..200_u32,
        10.0..5000.0_f64,
        prop_oneof![Just(0.0), 0.0..5.0_f64],
        0.0..100.0_f64,
        (
            pod(),
            proptest::option::weighted(0.15, rate_limit()),
            prop_oneof![6 => Just(Serving::default()), 1 => serving()],
            proptest::option::weighted(0.3, memory()),
        ),
    )
        .prop_map(
            |(
                service_time_ms,
                concurrency,
                cpu_ms_per_request,
                queue_limit,
                timeout_ms,
                error_percent,
                response_kib,
                (pod, rate_limit, serving, memory),
            )| {
                let memory = memory.map(|memory| fit_memory(memory, &pod));
                ServiceDocument {
                    service_time_ms,
                    concurrency,
                    cpu_ms_per_request,
                    queue_limit,
                    timeout_ms,
                    error_percent,
                    response_kib,
                    balancing: serving.balancing,
                    processor_sharing: serving.processor_sharing,
                    overflow: serving.overflow,
                    buffer_limit: serving.buffer_limit,
                    on_timeout: serving.on_timeout,
                    removal: serving.removal,
                    high_priority_percent: serving.high_priority_percent,
                    retries: serving.retries,
                    rate_limit,
                    queue: serving.queue,
                    memory,
                    pod,
                }
            },
        )
}

/// The part of a service that says how requests meet replicas.
#[derive(Clone, Debug, Default)]
struct Serving {
    balancing: Balancing,
    processor_sharing: Option<ProcessorSharingDocument>,
    overflow: Overflow,
    buffer_limit: u32,
    on_timeout: OnTimeout,
    removal: Removal,
    high_priority_percent: f64,
    retries: Option<RetryDocument>,
    queue: Option<QueueDocument>,
}

fn serving() -> impl Strategy<Value = Serving> {
    let balancing = prop_oneof![
        Just(Balancing::Shared),
        Just(Balancing::Random),
        Just(Balancing::RoundRobin),
        Just(Balancing::LeastOutstanding),
        Just(Balancing::PowerOfTwo),
    ];
    let sharing = (0.1..16.0_f64).prop_map(|cores| ProcessorSharingDocument { cores });
    let overflow = prop_oneof![
        Just(Overflow::RejectNew),
        Just(Overflow::DropOldest),
        Just(Overflow::Block),
    ];
    let on_timeout = prop_oneof![Just(OnTimeout::Finish), Just(OnTimeout::Cancel)];
    let removal = prop_oneof![Just(Removal::Drain), Just(Removal::Kill)];
    (
        balancing,
        proptest::option::of(sharing),
        overflow,
        prop_oneof![Just(0), 0..500_u32],
        on_timeout,
        removal,
        prop_oneof![Just(0.0), 0.0..100.0_f64],
        (
            proptest::option::of(retries()),
            proptest::option::of(queue()),
        ),
    )
        .prop_map(
            |(
                balancing,
                processor_sharing,
                overflow,
                buffer_limit,
                on_timeout,
                removal,
                high_priority_percent,
                (retries, queue),
            )| Serving {
                balancing,
                processor_sharing,
                overflow,
                buffer_limit,
                on_timeout,
                removal,
                high_priority_percent,
                retries,
                queue,
            },
        )
}

fn retries() -> impl Strategy<Value = RetryDocument> {
    (
        1..5_u32,
        prop_oneof![Just(0.0), 1.0..2000.0_f64],
        1.0..3.0_f64,
        prop_oneof![Just(Jitter::Full), Just(Jitter::None)],
        proptest::option::of(0.0..50.0_f64),
    )
        .prop_map(
            |(max_attempts, backoff_ms, multiplier, jitter, budget_percent)| RetryDocument {
                max_attempts,
                backoff_ms,
                multiplier,
                jitter,
                budget_percent,
            },
        )
}

/// Of the services with shared processors, one in so many is left to the fluid plane, which plays them for a third of a
/// second for each number of replicas.
const ONE_IN: u32 = 8;
/// Slots of a service with priorities, or whose work is cancelled, that it computes, at least.
const FEWEST_WITH_PRIORITIES: u32 = 4;
/// The same of one that serves the newest first or drops by CoDel.
const FEWEST_WITH_RULE: u32 = 16;

/// Whether the fluid plane computes it, whatever its size, and soon.
pub(super) fn fits_fluid(service: &ServiceDocument) -> bool {
    service.balancing == Balancing::Shared
        && (service.processor_sharing.is_none()
            || service.high_priority_percent == 0.0 && service.concurrency.is_multiple_of(ONE_IN))
        && (service.high_priority_percent == 0.0 || service.concurrency >= FEWEST_WITH_PRIORITIES)
        && (service.on_timeout == OnTimeout::Finish
            || service.processor_sharing.is_none()
                && service.high_priority_percent == 0.0
                && service.concurrency >= FEWEST_WITH_PRIORITIES)
        && service.removal == Removal::Drain
        && service.retries.is_none()
        && fits_rule(service)
}

/// Whether it has no rule of who is served next, or one that the fluid plane computes.
fn fits_rule(service: &ServiceDocument) -> bool {
    if service.overflow == Overflow::DropOldest {
        // Networks do not compute it.
        return false;
    }
    service.queue.is_none()
        || service.concurrency >= FEWEST_WITH_RULE
            && matches!(
                service.service_time_ms,
                DistributionDocument::Exponential { .. }
                    | DistributionDocument::Deterministic { .. }
            )
            && service.processor_sharing.is_none()
            && service.high_priority_percent == 0.0
            && service.overflow != Overflow::Block
}

fn pod() -> impl Strategy<Value = PodDocument> {
    (50..1500_u32, 64..3000_u32, distribution(30.0)).prop_map(
        |(cpu_request_millicores, memory_request_mib, startup_s)| PodDocument {
            cpu_request_millicores,
            memory_request_mib,
            startup_s,
        },
    )
}

/// Memory of a replica whose pod requests nothing yet; `fit_memory` lifts it above the request.
fn memory() -> impl Strategy<Value = MemoryDocument> {
    (
        5.0..2000.0_f64,
        prop_oneof![Just(0.0), 0.1..100.0_f64],
        prop_oneof![Just(0.0), 1.0..5000.0_f64],
        1..2000_u32,
    )
        .prop_map(
            |(base_mib, mib_per_request, leak_mib_per_hour, limit_mib)| MemoryDocument {
                base_mib,
                mib_per_request,
                leak_mib_per_hour,
                limit_mib,
            },
        )
}

/// Lifts a limit above the pod's request and above idle use.
fn fit_memory(memory: MemoryDocument, pod: &PodDocument) -> MemoryDocument {
    let least = pod.memory_request_mib.max(memory.base_mib as u32);
    MemoryDocument {
        limit_mib: memory.limit_mib + least,
        ..memory
    }
}

/// A Vertical Pod Autoscaler in any mode.
pub(super) fn right_sizing() -> impl Strategy<Value = VpaDocument> {
    let mode = prop_oneof![
        Just(UpdateMode::Off),
        Just(UpdateMode::Recreate),
        Just(UpdateMode::InPlace),
    ];
    let resources = prop_oneof![
        Just(ControlledResources::CpuAndMemory),
        Just(ControlledResources::Cpu),
        Just(ControlledResources::Memory),
    ];
    // The least, and how much more the most is.
    let range = || proptest::option::of((1..500_u32, 0..2000_u32));
    (
        (mode, resources),
        (range(), range()),
        (0.0..50.0_f64, 0.0..40.0_f64, 1.0..10.0_f64, 0.0..50.0_f64),
        (5..300_u32, 1..5_u32, 0.0..100.0_f64),
    )
        .prop_map(|((update_mode, resources), ranges, shares, others)| {
            let least = |range: Option<(u32, u32)>| range.map(|(least, _)| least);
            let most = |range: Option<(u32, u32)>| range.map(|(least, more)| least + more);
            let lower = shares.0;
            VpaDocument {
                update_mode,
                resources,
                min_cpu_millicores: least(ranges.0),
                max_cpu_millicores: most(ranges.0),
                min_memory_mib: least(ranges.1),
                max_memory_mib: most(ranges.1),
                target_percentile: lower + shares.1 + 1.0,
                lower_percentile: lower,
                upper_percentile: lower + shares.1 + shares.2,
                margin_percent: shares.3,
                interval_s: others.0,
                min_replicas: others.1,
                eviction_tolerance_percent: others.2,
            }
        })
}
