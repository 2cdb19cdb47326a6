//! Random sound ScaledObjects and ScaledJobs.

use super::autoscaler::{behavior, signal};
use proptest::prelude::*;
use sim_core::scenario::document::*;

/// A ScaledObject with every kind of trigger, idle replicas, fallback and scaling modifiers.
pub(super) fn scaled_object() -> impl Strategy<Value = AutoscalerDocument> {
    (
        (0..4_u32, 1..20_u32, any::<bool>()),
        (5..60_u32, 0..400_u32, 0..400_u32),
        proptest::collection::vec(trigger(), 1..4),
        proptest::option::of(modifiers()),
        proptest::option::of(fallback()),
        proptest::option::of(behavior()),
    )
        .prop_map(
            |((min_replicas, more, idle), periods, triggers, modifiers, fallback, behavior)| {
                let triggers = named(triggers);
                // CPU alone cannot wake a workload.
                let all_cpu = triggers.iter().all(TriggerDocument::is_cpu);
                let min_replicas = min_replicas.max(u32::from(all_cpu));
                // A formula needs a trigger to speak of.
                let formula = triggers.iter().find_map(TriggerDocument::name);
                let scaling_modifiers =
                    modifiers
                        .zip(formula)
                        .map(|(modifiers, name)| ScalingModifiersDocument {
                            formula: modifiers.formula.replace("NAME", name),
                            ..modifiers
                        });
                AutoscalerDocument::Keda(KedaDocument {
                    min_replicas,
                    max_replicas: min_replicas + more,
                    idle_replicas: (idle && min_replicas > 0).then_some(0),
                    polling_interval_s: periods.0,
                    cooldown_s: periods.1,
                    initial_cooldown_s: periods.2,
                    triggers,
                    scaling_modifiers,
                    fallback,
                    behavior,
                })
            },
        )
}

/// A ScaledJob under every strategy.
pub(super) fn scaled_job() -> impl Strategy<Value = AutoscalerDocument> {
    let strategy = prop_oneof![
        Just(JobStrategyDocument::Default {}),
        (0..5_u32, 0.0..150.0_f64).prop_map(|(queue_length_deduction, running_job_percent)| {
            JobStrategyDocument::Custom {
                queue_length_deduction,
                running_job_percent,
            }
        }),
        Just(JobStrategyDocument::Accurate {}),
        Just(JobStrategyDocument::Eager {}),
    ];
    let calculation = prop_oneof![
        Just(CalculationDocument::Max),
        Just(CalculationDocument::Min),
        Just(CalculationDocument::Avg),
        Just(CalculationDocument::Sum),
    ];
    let triggers = proptest::collection::vec(
        prop_oneof![
            prometheus(Just(MetricTypeDocument::AverageValue)),
            queue(),
            cron()
        ],
        1..4,
    );
    (
        (0..4_u32, 1..20_u32),
        5..60_u32,
        triggers,
        calculation,
        strategy,
    )
        .prop_map(
            |((min_replicas, more), polling_interval_s, triggers, calculation, strategy)| {
                AutoscalerDocument::KedaScaledJob(KedaScaledJobDocument {
                    min_replicas,
                    max_replicas: min_replicas + more,
                    polling_interval_s,
                    triggers: named(triggers),
                    calculation,
                    strategy,
                })
            },
        )
}

fn trigger() -> impl Strategy<Value = TriggerDocument> {
    prop_oneof![
        3 => prometheus(metric_type()),
        3 => queue(),
        2 => (10..120_u32).prop_map(|target_percent| TriggerDocument::Cpu { target_percent }),
        2 => cron(),
    ]
}

fn metric_type() -> impl Strategy<Value = MetricTypeDocument> {
    prop_oneof![
        Just(MetricTypeDocument::AverageValue),
        Just(MetricTypeDocument::Value)
    ]
}

fn activation() -> impl Strategy<Value = f64> {
    prop_oneof![Just(0.0), 0.0..100.0_f64]
}

fn prometheus(
    metric_type: impl Strategy<Value = MetricTypeDocument>,
) -> impl Strategy<Value = TriggerDocument> {
    (signal(), 0.1..200.0_f64, activation(), metric_type).prop_map(
        |(signal, threshold, activation_threshold, metric_type)| TriggerDocument::Prometheus {
            name: String::new(),
            signal,
            threshold,
            activation_threshold,
            metric_type,
        },
    )
}

fn queue() -> impl Strategy<Value = TriggerDocument> {
    (0.1..50.0_f64, activation()).prop_map(|(threshold, activation_threshold)| {
        TriggerDocument::Queue {
            name: String::new(),
            threshold,
            activation_threshold,
            metric_type: MetricTypeDocument::AverageValue,
        }
    })
}

fn cron() -> impl Strategy<Value = TriggerDocument> {
    (
        0.0..24.0_f64,
        0.1..23.9_f64,
        proptest::sample::subsequence(WeekdayDocument::ALL.to_vec(), 1..=7),
        1..12_u32,
    )
        .prop_map(
            |(start_hour, length, days, desired_replicas)| TriggerDocument::Cron {
                name: String::new(),
                start_hour,
                end_hour: (start_hour + length) % 24.0,
                days,
                desired_replicas,
            },
        )
}

/// A name for each, as KEDA wants them to be different.
fn named(mut triggers: Vec<TriggerDocument>) -> Vec<TriggerDocument> {
    for (index, trigger) in triggers.iter_mut().enumerate() {
        match trigger {
            TriggerDocument::Prometheus { name, .. }
            | TriggerDocument::Queue { name, .. }
            | TriggerDocument::Cron { name, .. } => *name = format!("trigger_{index}"),
            TriggerDocument::Cpu { .. } => {}
        }
    }
    triggers
}

/// `NAME` stands for the name of a trigger.
fn modifiers() -> impl Strategy<Value = ScalingModifiersDocument> {
    let formula = prop_oneof![
        Just("NAME"),
        Just("NAME / 2 + 1"),
        Just("max(NAME, 10) - 10"),
        Just("NAME > 5 ? NAME * 2 : 0"),
        Just("100 / NAME"),
    ];
    (formula, 1.0..50.0_f64, activation(), metric_type()).prop_map(
        |(formula, target, activation_target, metric_type)| ScalingModifiersDocument {
            formula: formula.into(),
            target,
            activation_target,
            metric_type,
        },
    )
}

fn fallback() -> impl Strategy<Value = FallbackDocument> {
    let behavior = prop_oneof![
        Just(FallbackBehaviorDocument::Static),
        Just(FallbackBehaviorDocument::CurrentReplicas),
        Just(FallbackBehaviorDocument::CurrentReplicasIfHigher),
        Just(FallbackBehaviorDocument::CurrentReplicasIfLower),
    ];
    (0..5_u32, 0..12_u32, behavior).prop_map(|(failure_threshold, replicas, behavior)| {
        FallbackDocument {
            failure_threshold,
            replicas,
            behavior,
        }
    })
}
