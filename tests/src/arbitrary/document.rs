//! Random sound scenarios: small enough to simulate in a test, wide enough to reach every branch.

use super::batch::batch;
use super::edge::edge_cache;
use super::keda;
use super::resilience::{queue, rate_limit};
use super::spot::{commitments, spot};
use super::storage::storage;
use super::topology::topology;
use proptest::prelude::*;
use sim_core::scenario::document::*;

/// A sound scenario of up to three hours, without a sweep: every kind of traffic, distribution, autoscaler, metric and node.
pub fn document() -> impl Strategy<Value = ScenarioDocument> {
    (
        traffic(),
        service(),
        (
            autoscaler(),
            proptest::option::weighted(0.2, shared_control()),
            proptest::option::weighted(0.2, right_sizing()),
        ),
        telemetry(),
        fleet(),
        (
            prices(),
            proptest::option::weighted(0.2, storage()),
            proptest::option::weighted(0.2, batch()),
            proptest::option::weighted(0.2, uncertain()),
            proptest::option::weighted(0.2, search()),
            proptest::option::weighted(0.2, edge_cache()),
        ),
        slo(),
        run(),
    )
        .prop_flat_map(|parts| {
            let topology = proptest::option::weighted(0.25, topology(&parts.1));
            (Just(parts), topology.prop_map(Option::flatten))
        })
        .prop_map(
            |(
                (
                    traffic,
                    service,
                    (autoscaler, shared_control, right_sizing),
                    telemetry,
                    fleet,
                    (prices, storage, batch, uncertain, search, edge_cache),
                    slo,
                    mut run,
                ),
                topology,
            )| {
                if !is_plain(&service) {
                    // The fluid plane cannot compute it yet.
                    run.plane = PlaneKind::Requests;
                }
                if needs_short_ticks(&autoscaler, shared_control.as_ref()) {
                    run.tick_s = 1 + run.tick_s % 2;
                }
                ScenarioDocument {
                    version: DOCUMENT_VERSION,
                    name: "Random".into(),
                    description: String::new(),
                    traffic,
                    service,
                    autoscaler,
                    shared_control,
                    right_sizing,
                    telemetry,
                    fleet,
                    prices,
                    topology,
                    edge_cache,
                    storage,
                    batch,
                    slo,
                    run,
                    sweep: vec![],
                    search,
                    uncertain: uncertain.into_iter().collect(),
                }
            },
        )
}

/// Sound traffic of up to a few hundred requests per second, before bursts and crowds.
pub fn traffic() -> impl Strategy<Value = TrafficDocument> {
    (
        source(),
        prop_oneof![Just(0.0), 0.0..0.2_f64],
        proptest::option::of(bursts()),
        proptest::collection::vec(flash_crowd(), 0..3),
    )
        .prop_map(
            |(source, over_dispersion, bursts, flash_crowds)| TrafficDocument {
                source,
                over_dispersion,
                bursts,
                flash_crowds,
            },
        )
}

fn source() -> impl Strategy<Value = TrafficSource> {
    let model = (
        1.0..200.0_f64,
        daily(),
        proptest::collection::vec(0.1..2.0_f64, 7),
        growth(),
    )
        .prop_map(
            |(base_rps, daily, weekday_weights, growth_percent_per_month)| TrafficSource::Model {
                base_rps,
                daily,
                weekday_weights,
                growth_percent_per_month,
            },
        );
    let counts =
        proptest::collection::vec(proptest::option::weighted(0.9, 0.0..5000.0_f64), 1..200);
    let recorded = (
        60.0..3600.0_f64,
        1.0..5000.0_f64,
        counts,
        proptest::option::of(1.0..200.0_f64),
        growth(),
    )
        .prop_map(
            |(interval_s, first, mut counts, mean_rps, growth_percent_per_month)| {
                // One count is known and above zero, so that there is a recording.
                counts[0] = Some(first);
                TrafficSource::Recorded {
                    origin: "random".into(),
                    interval_s,
                    counts,
                    mean_rps,
                    growth_percent_per_month,
                }
            },
        );
    prop_oneof![model, recorded]
}

fn growth() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), -50.0..100.0_f64]
}

fn daily() -> impl Strategy<Value = DailyShape> {
    prop_oneof![
        Just(DailyShape::Flat {}),
        (0.0..=1.0_f64, 0.0..24.0_f64).prop_map(|(amplitude, peak_hour)| DailyShape::Sine {
            amplitude,
            peak_hour
        }),
        proptest::collection::vec(0.1..2.0_f64, 24)
            .prop_map(|weights| DailyShape::Hourly { weights }),
    ]
}

fn bursts() -> impl Strategy<Value = BurstsDocument> {
    (1.0..4.0_f64, 0.1..24.0_f64, 0.5..60.0_f64).prop_map(
        |(factor, mean_gap_hours, mean_duration_minutes)| BurstsDocument {
            factor,
            mean_gap_hours,
            mean_duration_minutes,
        },
    )
}

fn flash_crowd() -> impl Strategy<Value = FlashCrowdDocument> {
    (
        0.0..4.0_f64,
        0.0..5.0_f64,
        0.0..60.0_f64,
        0.0..60.0_f64,
        0.0..60.0_f64,
    )
        .prop_map(
            |(at_hour, factor, ramp_minutes, hold_minutes, fall_minutes)| FlashCrowdDocument {
                at_hour,
                factor,
                ramp_minutes,
                hold_minutes,
                fall_minutes,
            },
        )
}

/// A distribution whose mean lies within a factor of about 30 of `scale`, of any kind.
pub fn distribution(scale: f64) -> impl Strategy<Value = DistributionDocument> {
    let mean = move || (0.3..3.0_f64).prop_map(move |factor| factor * scale);
    let quantiles = (
        proptest::collection::vec((0.01..1.0_f64, 0.1..3.0_f64), 1..8),
        mean(),
    )
        .prop_map(|(gaps, start)| {
            let total: f64 = gaps.iter().map(|(gap, _)| gap).sum();
            let (mut p, mut value) = (0.0, start);
            let mut quantiles = vec![QuantileDocument { p, value }];
            for (gap, growth) in &gaps {
                p += gap / total;
                value += growth * start;
                quantiles.push(QuantileDocument { p, value });
            }
            if let Some(last) = quantiles.last_mut() {
                last.p = 1.0;
            }
            DistributionDocument::Empirical { quantiles }
        });
    prop_oneof![
        mean().prop_map(|value| DistributionDocument::Deterministic { value }),
        mean().prop_map(|mean| DistributionDocument::Exponential { mean }),
        (mean(), 0.01..3.0_f64).prop_map(|(mean, cv)| DistributionDocument::Lognormal { mean, cv }),
        (mean(), 0.01..3.0_f64).prop_map(|(mean, cv)| DistributionDocument::Gamma { mean, cv }),
        (mean(), 0.4..10.0_f64)
            .prop_map(|(mean, shape)| DistributionDocument::Weibull { mean, shape }),
        (mean(), 1.5..10.0_f64)
            .prop_map(|(minimum, shape)| DistributionDocument::Pareto { minimum, shape }),
        (mean(), 1.0..5.0_f64)
            .prop_map(|(mean, cv)| DistributionDocument::HyperExponential { mean, cv }),
        quantiles,
    ]
}

fn service() -> impl Strategy<Value = ServiceDocument> {
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

fn is_plain(service: &ServiceDocument) -> bool {
    service.balancing == Balancing::Shared
        && service.processor_sharing.is_none()
        && service.overflow == Overflow::RejectNew
        && service.on_timeout == OnTimeout::Finish
        && service.removal == Removal::Drain
        && service.high_priority_percent == 0.0
        && service.retries.is_none()
        && service.queue.is_none()
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
fn right_sizing() -> impl Strategy<Value = VpaDocument> {
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

/// Every kind of autoscaler.
pub fn autoscaler() -> impl Strategy<Value = AutoscalerDocument> {
    let hpa = (
        (1..10_u32, 0..30_u32),
        proptest::collection::vec(metric(), 1..4),
        proptest::option::of(behavior()),
        (0.0..30.0_f64, 5..60_u32, 0..600_u32, 0..120_u32),
    )
        .prop_map(|((min_replicas, more), metrics, behavior, periods)| {
            AutoscalerDocument::Hpa(HpaDocument {
                min_replicas,
                max_replicas: min_replicas + more,
                metrics,
                behavior,
                tolerance_percent: periods.0,
                sync_period_s: periods.1,
                cpu_initialization_period_s: periods.2,
                initial_readiness_delay_s: periods.3,
            })
        });
    prop_oneof![
        2 => (1..30_u32).prop_map(|replicas| AutoscalerDocument::Static { replicas }),
        6 => hpa,
        3 => keda::scaled_object(),
        1 => keda::scaled_job(),
        1 => scheduled(),
        1 => step_scaling(),
        1 => target_tracking(),
        1 => predictive(),
        1 => slo_driven(),
        1 => knative(),
    ]
}

fn knative() -> impl Strategy<Value = AutoscalerDocument> {
    let scales = (0..5_u32, 0..30_u32, 0..8_u32, 1..6_u32);
    let metric = prop_oneof![Just(KnativeMetric::Concurrency), Just(KnativeMetric::Rps)];
    let averaging = prop_oneof![
        Just(KnativeAveraging::Linear),
        Just(KnativeAveraging::WeightedExponential)
    ];
    let target = (proptest::option::of(0.01..50.0_f64), 1.0..100.0_f64);
    let windows = (6..120_u32, 1.0..100.0_f64, 110.0..1000.0_f64);
    let rates = (1.01..1000.0_f64, 1.01..1000.0_f64, -1..300_i32);
    let zero = (any::<bool>(), 0..60_u32, 0..60_u32, 0..60_u32);
    (scales, metric, averaging, target, windows, rates, zero).prop_map(
        |(scales, metric, averaging, target, windows, rates, zero)| {
            let (min_scale, more, initial_scale, activation_scale) = scales;
            AutoscalerDocument::Knative(KnativeDocument {
                min_scale,
                max_scale: initial_scale.max(min_scale).max(1) + more,
                initial_scale,
                metric,
                target: target.0,
                target_utilization_percent: target.1,
                averaging,
                stable_window_s: windows.0,
                panic_window_percent: windows.1,
                panic_threshold_percent: windows.2,
                max_scale_up_rate: rates.0,
                max_scale_down_rate: rates.1,
                target_burst_capacity: rates.2,
                scale_to_zero: zero.0,
                scale_to_zero_grace_s: zero.1,
                scale_to_zero_retention_s: zero.2,
                scale_down_delay_s: zero.3,
                activation_scale,
            })
        },
    )
}

/// Whether a controller needs ticks of 1 or 2 s.
fn needs_short_ticks(
    autoscaler: &AutoscalerDocument,
    shared: Option<&SharedControlDocument>,
) -> bool {
    let others = shared.into_iter().flat_map(|shared| &shared.controllers);
    core::iter::once(autoscaler)
        .chain(others)
        .any(|controller| matches!(controller, AutoscalerDocument::Knative(_)))
}

fn scheduled() -> impl Strategy<Value = AutoscalerDocument> {
    let days = prop_oneof![
        Just(DaysDocument::EveryDay),
        Just(DaysDocument::Workdays),
        Just(DaysDocument::Weekend)
    ];
    let entry = (days, 0.0..24.0_f64, 0.0..24.0_f64, 1..30_u32).prop_map(
        |(days, from_hour, to_hour, replicas)| ScheduleEntryDocument {
            days,
            from_hour,
            to_hour,
            replicas,
        },
    );
    (1..20_u32, proptest::collection::vec(entry, 1..4)).prop_map(|(replicas, entries)| {
        AutoscalerDocument::Scheduled(ScheduledDocument { replicas, entries })
    })
}

fn scaler_metric() -> impl Strategy<Value = ScalerMetricDocument> {
    prop_oneof![
        Just(ScalerMetricDocument::CpuUtilization {}),
        signal().prop_map(|signal| ScalerMetricDocument::Service { signal }),
        signal().prop_map(|signal| ScalerMetricDocument::PerReplica { signal }),
    ]
}

fn step_scaling() -> impl Strategy<Value = AutoscalerDocument> {
    let steps = || {
        let step = (0.1..500.0_f64, 1..10_u32)
            .prop_map(|(bound, replicas)| StepDocument { bound, replicas });
        proptest::collection::vec(step, 1..4)
    };
    (
        (1..10_u32, 0..30_u32),
        scaler_metric(),
        (steps(), steps()),
        (5..120_u32, 1..5_u32, 0..600_u32),
    )
        .prop_map(|((min_replicas, more), metric, steps, periods)| {
            AutoscalerDocument::StepScaling(StepScalingDocument {
                min_replicas,
                max_replicas: min_replicas + more,
                metric,
                scale_out: steps.0,
                scale_in: steps.1,
                period_s: periods.0,
                datapoints: periods.1,
                cooldown_s: periods.2,
            })
        })
}

fn target_tracking() -> impl Strategy<Value = AutoscalerDocument> {
    (
        (1..10_u32, 0..30_u32),
        scaler_metric(),
        0.1..500.0_f64,
        (5..120_u32, 1..5_u32, 1..20_u32),
        (0..600_u32, 0..600_u32, any::<bool>()),
    )
        .prop_map(|((min_replicas, more), metric, target, periods, pauses)| {
            AutoscalerDocument::TargetTracking(TargetTrackingDocument {
                min_replicas,
                max_replicas: min_replicas + more,
                metric,
                target,
                period_s: periods.0,
                datapoints_out: periods.1,
                datapoints_in: periods.2,
                scale_out_cooldown_s: pauses.0,
                scale_in_cooldown_s: pauses.1,
                disable_scale_in: pauses.2,
            })
        })
}

fn predictive() -> impl Strategy<Value = AutoscalerDocument> {
    (
        (1..10_u32, 0..30_u32),
        0.5..50.0_f64,
        (0..120_u32, 1..4_u32, 5..600_u32),
        0.0..50.0_f64,
        any::<bool>(),
    )
        .prop_map(
            |((min_replicas, more), rps_per_replica, times, margin_percent, correct_level)| {
                AutoscalerDocument::Predictive(PredictiveDocument {
                    min_replicas,
                    max_replicas: min_replicas + more,
                    rps_per_replica,
                    lead_minutes: times.0,
                    weeks: times.1,
                    margin_percent,
                    correct_level,
                    period_s: times.2,
                })
            },
        )
}

fn slo_driven() -> impl Strategy<Value = AutoscalerDocument> {
    let indicator = prop_oneof![
        Just(IndicatorDocument::P95LatencyMs),
        Just(IndicatorDocument::P99LatencyMs),
        Just(IndicatorDocument::BurnRate)
    ];
    (
        (1..10_u32, 0..30_u32),
        (indicator, 0.1..1000.0_f64, 0.0..100.0_f64),
        (1..200_u32, 1..100_u32, 10..120_u32),
        (5..120_u32, 0..600_u32, 0..600_u32),
    )
        .prop_map(
            |((min_replicas, more), (indicator, target, relax_percent), steps, times)| {
                AutoscalerDocument::SloDriven(SloDrivenDocument {
                    min_replicas,
                    max_replicas: min_replicas + more,
                    indicator,
                    target,
                    relax_percent,
                    step_up_percent: steps.0,
                    step_down_percent: steps.1,
                    cpu_target_percent: steps.2,
                    period_s: times.0,
                    up_cooldown_s: times.1,
                    down_cooldown_s: times.2,
                })
            },
        )
}

/// One to three further controllers, under any arbitration.
fn shared_control() -> impl Strategy<Value = SharedControlDocument> {
    let arbitration = prop_oneof![
        Just(ArbitrationDocument::LastWriter {}),
        Just(ArbitrationDocument::Max {}),
        Just(ArbitrationDocument::Priority {}),
        (0..900_u32).prop_map(|lock_s| ArbitrationDocument::Lock { lock_s }),
    ];
    (arbitration, proptest::collection::vec(autoscaler(), 1..4)).prop_map(
        |(arbitration, controllers)| SharedControlDocument {
            arbitration,
            controllers,
        },
    )
}

fn metric() -> impl Strategy<Value = MetricDocument> {
    prop_oneof![
        (10..120_u32).prop_map(|target_percent| MetricDocument::CpuUtilization { target_percent }),
        (10..1500_u32)
            .prop_map(|target_millicores| MetricDocument::CpuAverage { target_millicores }),
        (10..120_u32)
            .prop_map(|target_percent| MetricDocument::MemoryUtilization { target_percent }),
        (50.0..3000.0_f64).prop_map(|target_mib| MetricDocument::MemoryAverage { target_mib }),
        (signal(), 0.1..500.0_f64).prop_map(|(signal, average_value)| MetricDocument::Pods {
            signal,
            average_value
        }),
        (signal(), target()).prop_map(|(signal, target)| MetricDocument::Object { signal, target }),
        (signal(), target())
            .prop_map(|(signal, target)| MetricDocument::External { signal, target }),
    ]
}

pub(super) fn signal() -> impl Strategy<Value = Signal> {
    prop_oneof![
        Just(Signal::RequestsPerSecond),
        Just(Signal::InFlightRequests),
        Just(Signal::WaitingRequests),
        Just(Signal::P95LatencyMs),
        Just(Signal::P99LatencyMs),
        Just(Signal::BurnRate),
    ]
}

fn target() -> impl Strategy<Value = MetricTarget> {
    prop_oneof![
        (0.1..1000.0_f64).prop_map(|value| MetricTarget::Value { value }),
        (0.1..1000.0_f64).prop_map(|value| MetricTarget::AverageValue { value }),
    ]
}

pub(super) fn behavior() -> impl Strategy<Value = BehaviorDocument> {
    (proptest::option::of(rules()), proptest::option::of(rules())).prop_map(
        |(scale_up, scale_down)| BehaviorDocument {
            scale_up,
            scale_down,
        },
    )
}

fn rules() -> impl Strategy<Value = ScalingRulesDocument> {
    let select = prop_oneof![
        Just(SelectPolicy::Max),
        Just(SelectPolicy::Min),
        Just(SelectPolicy::Disabled)
    ];
    let policy = prop_oneof![
        (1..10_u32, 1..300_u32)
            .prop_map(|(value, period_s)| PolicyDocument::Pods { value, period_s }),
        (1..200_u32, 1..300_u32)
            .prop_map(|(value, period_s)| PolicyDocument::Percent { value, period_s }),
    ];
    (
        proptest::option::of(0..900_u32),
        select,
        proptest::collection::vec(policy, 0..4),
        proptest::option::of(0.0..30.0_f64),
    )
        .prop_map(
            |(stabilization_window_s, select_policy, policies, tolerance_percent)| {
                ScalingRulesDocument {
                    stabilization_window_s,
                    select_policy,
                    policies,
                    tolerance_percent,
                }
            },
        )
}

fn telemetry() -> impl Strategy<Value = TelemetryDocument> {
    let gaps =
        (0.1..48.0_f64, 0.1..240.0_f64).prop_map(|(mean_hours_between, mean_duration_minutes)| {
            GapsDocument {
                mean_hours_between,
                mean_duration_minutes,
            }
        });
    let gaps = proptest::option::weighted(0.2, gaps);
    (5..90_u32, 5..300_u32, 0..90_u32, gaps).prop_map(
        |(scrape_interval_s, window_s, lag_s, gaps)| TelemetryDocument {
            scrape_interval_s,
            window_s,
            lag_s,
            gaps,
        },
    )
}

fn fleet() -> impl Strategy<Value = FleetDocument> {
    (
        node(),
        (0..5_u32, 1..30_u32),
        distribution(90.0),
        0..1200_u32,
        (0..400_u32, 0..1000_u32),
        (
            proptest::option::of(provisioner()),
            proptest::option::weighted(0.6, spot()),
            proptest::option::weighted(0.3, commitments()),
            proptest::option::weighted(0.2, backfill()),
        ),
    )
        .prop_map(
            |(
                node,
                (min_nodes, more),
                provisioning_s,
                empty_node_removal_s,
                reserved,
                (provisioner, spot, commitments, backfill),
            )| {
                // The groups' fewest nodes come beside the base.
                let fewest = match &provisioner {
                    Some(ProvisionerDocument::ClusterAutoscaler(autoscaler)) => {
                        autoscaler.groups.iter().map(|group| group.min_nodes).sum()
                    }
                    _ => 0,
                };
                let provisioner = provisioner.map(|provisioner| match &spot {
                    Some(_) => provisioner,
                    None => on_demand_only(provisioner),
                });
                FleetDocument {
                    node,
                    min_nodes,
                    max_nodes: min_nodes + fewest + more,
                    provisioning_s,
                    empty_node_removal_s,
                    reserved_millicores: reserved.0,
                    reserved_mib: reserved.1,
                    spot: spot.map(|spot| match &provisioner {
                        // A price of its own would stand for several types.
                        Some(_) => without_prices(spot),
                        None => spot,
                    }),
                    commitments,
                    backfill,
                    provisioner,
                }
            },
        )
}

/// The provisioner where there are no spot nodes.
pub fn on_demand_only(provisioner: ProvisionerDocument) -> ProvisionerDocument {
    match provisioner {
        ProvisionerDocument::Karpenter(karpenter) => {
            ProvisionerDocument::Karpenter(KarpenterDocument {
                capacity_types: CapacityTypes::OnDemand,
                ..karpenter
            })
        }
        ProvisionerDocument::ClusterAutoscaler(mut autoscaler) => {
            for group in &mut autoscaler.groups {
                group.capacity = GroupCapacity::OnDemand;
            }
            ProvisionerDocument::ClusterAutoscaler(autoscaler)
        }
    }
}

/// Spot nodes whose prices go by the discount.
pub fn without_prices(mut spot: SpotDocument) -> SpotDocument {
    for pool in &mut spot.pools {
        pool.usd_per_hour = None;
        if let Some(trace) = &mut pool.trace {
            trace.usd_per_hour.clear();
        }
    }
    spot
}

fn backfill() -> impl Strategy<Value = BackfillDocument> {
    let work = prop_oneof![Just(0.0), 0.0..2000.0_f64];
    (work, 0.1..100.0_f64, 0..300_u32, 0.0..1.0_f64).prop_map(
        |(core_hours_per_day, most_cores, preemption_s, usd_per_core_hour)| BackfillDocument {
            core_hours_per_day,
            most_cores,
            preemption_s,
            usd_per_core_hour,
        },
    )
}

/// Nodes with room for the largest pod of this generator.
fn node() -> impl Strategy<Value = NodeDocument> {
    let catalogue =
        instance_type().prop_map(|instance_type| NodeDocument::Catalogue { instance_type });
    let custom = (2.0..16.0_f64, 4.0..64.0_f64, 0.0..2.0_f64).prop_map(
        |(vcpus, memory_gib, usd_per_hour)| NodeDocument::Custom {
            vcpus,
            memory_gib,
            usd_per_hour,
        },
    );
    prop_oneof![catalogue, custom]
}

fn instance_type() -> impl Strategy<Value = String> {
    let instances = sim_core::cost::price_book::PriceBook::CURRENT.instances;
    (0..instances.len()).prop_map(move |index| instances[index].name.to_owned())
}

/// What adds and removes nodes, quick enough to be seen in a few hours.
pub fn provisioner() -> impl Strategy<Value = ProvisionerDocument> {
    prop_oneof![
        cluster_autoscaler().prop_map(ProvisionerDocument::ClusterAutoscaler),
        karpenter().prop_map(ProvisionerDocument::Karpenter),
    ]
}

fn cluster_autoscaler() -> impl Strategy<Value = ClusterAutoscalerDocument> {
    let capacity = prop_oneof![Just(GroupCapacity::OnDemand), Just(GroupCapacity::Spot)];
    let group = (node(), 0..3_u32, 1..20_u32, capacity, 0..4_u32).prop_map(
        |(node, min_nodes, more, capacity, priority)| NodeGroupDocument {
            node,
            min_nodes,
            max_nodes: min_nodes + more,
            capacity,
            priority,
        },
    );
    let expander = prop_oneof![
        Just(ExpanderDocument::LeastWaste),
        Just(ExpanderDocument::Random),
        Just(ExpanderDocument::MostPods),
        Just(ExpanderDocument::Price),
        Just(ExpanderDocument::Priority),
    ];
    (
        proptest::collection::vec(group, 1..4),
        expander,
        (1..60_u32, 0.0..=100.0_f64, 0..900_u32, 0..900_u32),
        (10..900_u32, prop_oneof![Just(0.0), 0.0..60.0_f64]),
        (1..12_u32, 0..120_u32),
    )
        .prop_map(
            |(groups, expander, times, patience, removal)| ClusterAutoscalerDocument {
                groups,
                expander,
                scan_interval_s: times.0,
                utilization_threshold_percent: times.1,
                unneeded_s: times.2,
                delay_after_add_s: times.3,
                max_provision_s: patience.0,
                provisioning_failure_percent: patience.1,
                max_empty_bulk_delete: removal.0,
                drain_s: removal.1,
            },
        )
}

fn karpenter() -> impl Strategy<Value = KarpenterDocument> {
    let policy = prop_oneof![
        3 => Just(ConsolidationPolicy::WhenEmptyOrUnderutilized),
        1 => Just(ConsolidationPolicy::WhenEmpty),
        1 => Just(ConsolidationPolicy::Never),
    ];
    let capacity = prop_oneof![
        Just(CapacityTypes::OnDemand),
        Just(CapacityTypes::Spot),
        Just(CapacityTypes::SpotAndOnDemand),
    ];
    let limits = (
        proptest::option::of(4.0..200.0_f64),
        proptest::option::of(16.0..800.0_f64),
    )
        .prop_map(|(vcpus, memory_gib)| PoolLimitsDocument { vcpus, memory_gib });
    (
        proptest::collection::vec(instance_type(), 1..12),
        (0.0..20.0_f64, 0.0..60.0_f64),
        policy,
        prop_oneof![Just(0), 0..900_u32],
        proptest::collection::vec(budget(), 0..3),
        proptest::option::of(0.1..10.0_f64),
        (10..900_u32, 0..120_u32),
        (proptest::option::of(limits), capacity, any::<bool>()),
    )
        .prop_map(
            |(
                instance_types,
                batch,
                consolidation,
                consolidate_after_s,
                budgets,
                expire_after_hours,
                times,
                (limits, capacity_types, spot_to_spot),
            )| {
                KarpenterDocument {
                    instance_types,
                    capacity_types,
                    spot_to_spot,
                    batch_idle_s: batch.0,
                    batch_max_s: batch.1,
                    consolidation,
                    consolidate_after_s,
                    budgets,
                    expire_after_hours,
                    registration_timeout_s: times.0,
                    limits,
                    drain_s: times.1,
                }
            },
        )
}

fn budget() -> impl Strategy<Value = BudgetDocument> {
    let reason = prop_oneof![
        Just(DisruptionReason::Underutilized),
        Just(DisruptionReason::Empty),
        Just(DisruptionReason::Drifted),
    ];
    let days = prop_oneof![
        Just(DaysDocument::EveryDay),
        Just(DaysDocument::Workdays),
        Just(DaysDocument::Weekend),
    ];
    let hours = (days, 0.0..24.0_f64, 0.0..24.0_f64).prop_map(|(days, from_hour, to_hour)| {
        BudgetHoursDocument {
            days,
            from_hour,
            to_hour,
        }
    });
    let most = prop_oneof![
        (0.0..=100.0_f64).prop_map(|percent| BudgetLimitDocument::Percent { percent }),
        (0..6_u32).prop_map(|nodes| BudgetLimitDocument::Count { nodes }),
    ];
    (
        most,
        proptest::collection::vec(reason, 0..3),
        proptest::option::of(hours),
    )
        .prop_map(|(most, reasons, hours)| BudgetDocument {
            most,
            reasons,
            hours,
        })
}

/// A belief about a price that every document has.
fn uncertain() -> impl Strategy<Value = UncertainDocument> {
    let belief = prop_oneof![
        (0.01..0.1_f64, 1.1..2.0_f64).prop_map(|(p5, width)| BeliefDocument::Lognormal {
            p5,
            p95: p5 * width
        }),
        (0.01..0.1_f64, 0.01..0.1_f64).prop_map(|(low, width)| BeliefDocument::Uniform {
            low,
            high: low + width
        }),
        proptest::collection::vec(0.01..0.2_f64, 2..9)
            .prop_map(|samples| BeliefDocument::Samples { samples }),
    ];
    belief.prop_map(|distribution| UncertainDocument {
        path: "/prices/egress_usd_per_gb".into(),
        distribution,
    })
}

/// A search over prices that every document has: all kinds of knobs that fit there, bounds and a third figure.
fn search() -> impl Strategy<Value = SearchDocument> {
    let figure = || {
        prop_oneof![
            Just(BoundedFigure::P95Latency),
            Just(BoundedFigure::PeakReplicas),
            Just(BoundedFigure::NodeHours),
            Just(BoundedFigure::ScaleEventsPerHour),
            Just(BoundedFigure::ViolationMinutes),
        ]
    };
    let discount =
        (0.0..30.0_f64, 1.0..50.0_f64).prop_map(|(from, width)| SearchKnobDocument::Range {
            path: "/prices/node_discount_percent".into(),
            from,
            to: from + width,
            scale: KnobScale::Linear,
        });
    let cluster =
        (0.01..0.1_f64, 2.0..9.0_f64).prop_map(|(from, ratio)| SearchKnobDocument::Range {
            path: "/prices/cluster_usd_per_hour".into(),
            from,
            to: from * ratio,
            scale: KnobScale::Log,
        });
    let connections = Just(SearchKnobDocument::Choice {
        path: "/prices/requests_per_connection".into(),
        values: vec!["1".into(), "10".into(), "100".into()],
    });
    let constraints = (figure(), 0.1..1e4_f64)
        .prop_map(|(figure, at_most)| ConstraintDocument { figure, at_most });
    (
        discount,
        cluster,
        connections,
        proptest::collection::vec(constraints, 0..2),
        proptest::option::of(figure()),
        proptest::option::of(60..300_u32),
    )
        .prop_map(
            |(discount, cluster, connections, constraints, third_figure, budget)| SearchDocument {
                knobs: vec![discount, cluster, connections],
                constraints,
                third_figure,
                budget,
            },
        )
}

fn prices() -> impl Strategy<Value = PricesDocument> {
    (
        0.0..90.0_f64,
        0.0..1.0_f64,
        0.0..0.1_f64,
        0.0..0.05_f64,
        1.0..100.0_f64,
        0.0..0.2_f64,
    )
        .prop_map(
            |(discount, cluster, balancer, unit, requests_per_connection, egress_usd_per_gb)| {
                PricesDocument {
                    node_discount_percent: discount,
                    cluster_usd_per_hour: cluster,
                    load_balancer_usd_per_hour: balancer,
                    load_balancer_usd_per_lcu_hour: unit,
                    requests_per_connection,
                    egress_usd_per_gb,
                }
            },
        )
}

fn slo() -> impl Strategy<Value = SloDocument> {
    let success =
        (90.0..99.99_f64).prop_map(|target_percent| ObjectiveDocument::Success { target_percent });
    let latency = || {
        (10.0..3000.0_f64, 50.0..99.9_f64).prop_map(|(threshold_ms, target_percent)| {
            ObjectiveDocument::Latency {
                threshold_ms,
                target_percent,
            }
        })
    };
    (
        0.02..0.12_f64,
        success,
        proptest::collection::vec(latency(), 0..4),
        50.0..99.0_f64,
    )
        .prop_map(
            |(window_days, success, mut objectives, wanted_attainment_percent)| {
                objectives.insert(0, success);
                SloDocument {
                    window_days,
                    objectives,
                    wanted_attainment_percent,
                }
            },
        )
}

fn run() -> impl Strategy<Value = RunDocument> {
    (
        0..1_u64 << 53,
        any::<bool>(),
        5..60_u32,
        0..30_u32,
        (1..8_u32, 0..8_u32),
    )
        .prop_map(
            |(seed, requests, tick_s, warm_up_minutes, replications)| RunDocument {
                seed,
                plane: if requests {
                    PlaneKind::Requests
                } else {
                    PlaneKind::Fluid
                },
                tick_s,
                warm_up_minutes,
                min_replications: replications.0,
                max_replications: replications.0 + replications.1,
                attainment_precision_points: 5.0,
                cost_precision_percent: 1.0,
            },
        )
}
