//! Random controllers of replicas, of every kind, alone or several on one target.

use super::keda;
use proptest::prelude::*;
use sim_core::scenario::document::*;

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
pub(super) fn needs_short_ticks(
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
pub(super) fn shared_control() -> impl Strategy<Value = SharedControlDocument> {
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
