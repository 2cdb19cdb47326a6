//! Properties of the HorizontalPodAutoscaler that hold for every input, and two steady states with a known path.

use proptest::prelude::*;
use sim_core::control::hpa::{
    Behavior, Decision, HpaSpec, HpaState, LONG_AGO_MS, MetricInput, MetricSpec, PodCounts,
    PodGroup, PodPhase, PodSample, PodSamples, PodTiming, Proposal, ReadyCondition, ReadyStatus,
    Recommendation, RecommendationLog, ResourceName, ResourceTarget, ScaleEvent, ScaleEvents,
    ScalingPolicy, ScalingRules, SelectPolicy, ServiceTarget, Tolerances, average_value_replicas,
    object_value_replicas, reconcile, utilization_replicas,
};

const NOW_MS: u64 = 10_000_000;
const MAX_REPLICAS: i32 = 1000;

fn millis_ago(age_ms: u64) -> i64 {
    NOW_MS as i64 - age_ms as i64
}

/// Ages around the windows and periods that are drawn, their very ends included.
fn age_ms() -> impl Strategy<Value = u64> {
    prop_oneof![0_u64..4_000_000, (0_u64..40).prop_map(|n| n * 15_000)]
}

fn any_rules() -> impl Strategy<Value = ScalingRules> {
    let policy = prop_oneof![
        (1..50, 1_u32..200).prop_map(|(value, period_s)| ScalingPolicy::pods(value, period_s)),
        (1..200, 1_u32..200).prop_map(|(value, period_s)| ScalingPolicy::percent(value, period_s)),
    ];
    let select = prop_oneof![
        Just(SelectPolicy::Max),
        Just(SelectPolicy::Min),
        Just(SelectPolicy::Disabled)
    ];
    let policies = prop::collection::vec(policy, 1..4);
    (
        prop::option::of(0_u32..=600),
        select,
        policies,
        prop::option::of(0.0..0.5),
    )
        .prop_map(
            |(stabilization_window_s, select_policy, policies, tolerance)| ScalingRules {
                stabilization_window_s,
                select_policy,
                policies,
                tolerance,
            },
        )
}

fn any_behavior() -> impl Strategy<Value = Option<Behavior>> {
    let behavior = (any_rules(), any_rules()).prop_map(|(scale_up, scale_down)| Behavior {
        scale_up,
        scale_down,
    });
    prop::option::of(behavior)
}

fn any_state() -> impl Strategy<Value = HpaState> {
    let log = prop::collection::vec((0..=MAX_REPLICAS, age_ms()), 0..20).prop_map(|entries| {
        let entry = |(replicas, age)| Recommendation {
            replicas,
            at_ms: millis_ago(age),
        };
        RecommendationLog::from_entries(entries.into_iter().map(entry).collect())
    });
    let events = || {
        prop::collection::vec((1..50, age_ms()), 0..6).prop_map(|entries| {
            let event = |(change, age)| ScaleEvent {
                change,
                at_ms: millis_ago(age),
                outdated: false,
            };
            ScaleEvents::from_entries(entries.into_iter().map(event).collect())
        })
    };
    (prop::option::of(log), events(), events())
        .prop_map(|(log, up, down)| HpaState::with_history(log, up, down))
}

fn any_group() -> impl Strategy<Value = PodGroup> {
    let phase = prop_oneof![
        8 => Just(PodPhase::Running),
        1 => Just(PodPhase::Pending),
        1 => Just(PodPhase::Failed),
        1 => Just(PodPhase::Succeeded),
    ];
    let status = prop_oneof![
        4 => Just(ReadyStatus::True),
        2 => Just(ReadyStatus::False),
        1 => Just(ReadyStatus::Unknown),
    ];
    let at = || prop_oneof![Just(LONG_AGO_MS), age_ms().prop_map(millis_ago)];
    let ready = prop::option::weighted(0.9, (status, at()));
    let sample = prop::option::weighted(0.8, (0_i64..4000, at()));
    let start = prop::option::weighted(0.9, at());
    (
        0_u32..6,
        phase,
        prop::bool::weighted(0.1),
        ready,
        start,
        100_i64..2000,
        sample,
    )
        .prop_map(
            |(count, phase, deleted, ready, start_ms, request_m, sample)| PodGroup {
                count,
                phase,
                deleted,
                ready: ready.map(|(status, last_transition_ms)| ReadyCondition {
                    status,
                    last_transition_ms,
                }),
                start_ms,
                request_m: Some(request_m),
                sample: sample.map(|(value_m, taken_ms)| PodSample {
                    value_m,
                    taken_ms,
                    window_ms: 30_000,
                }),
            },
        )
}

fn timing() -> PodTiming {
    PodTiming {
        now_ms: NOW_MS,
        cpu_initialization_period_ms: 300_000,
        initial_readiness_delay_ms: 30_000,
    }
}

fn cpu_spec(percent: i32, behavior: Option<Behavior>) -> HpaSpec {
    HpaSpec {
        metrics: vec![MetricSpec::Resource {
            resource: ResourceName::Cpu,
            target: ResourceTarget::Utilization { percent },
        }],
        behavior,
        ..HpaSpec::new(MAX_REPLICAS)
    }
}

/// One reconcile on identical ready pods with a CPU use of `value_m` of 1000.
fn step(spec: &HpaSpec, state: &mut HpaState, now_ms: u64, current: i32, value_m: i64) -> Decision {
    let pods = [PodGroup::steady(current as u32, Some(1000), value_m)];
    let input = MetricInput::Pods(PodSamples {
        pods: &pods,
        unmatched: &[],
    });
    reconcile(spec, state, now_ms, current, current, &[input])
}

proptest! {
    #[test]
    fn the_result_lies_within_the_bounds(
        behavior in any_behavior(),
        mut state in any_state(),
        groups in prop::collection::vec(any_group(), 0..8),
        external in prop::option::of(0_i64..=i64::MAX),
        (min, max) in (1..50).prop_flat_map(|min| (Just(min), min..=200)),
        current in 1..300,
    ) {
        let mut spec = HpaSpec { min_replicas: min, max_replicas: max, ..cpu_spec(60, behavior) };
        spec.metrics.push(MetricSpec::External { target: ServiceTarget::Value { milli: 700 } });
        let values = [external.unwrap_or(0)];
        let service = MetricInput::Service { values_m: &values, pods: PodCounts::of(&groups) };
        let inputs = [
            MetricInput::Pods(PodSamples { pods: &groups, unmatched: &[] }),
            if external.is_some() { service } else { MetricInput::Unavailable },
        ];
        let decision = reconcile(&spec, &mut state, NOW_MS, current, current, &inputs);
        prop_assert!((min..=max).contains(&decision.desired), "{decision:?}");
        prop_assert_eq!(decision.rescale.is_some(), decision.desired != current);
        prop_assert_eq!(decision.conditions, state.conditions());
    }

    #[test]
    fn within_tolerance_no_metric_asks_for_a_change(
        current in 1..MAX_REPLICAS,
        target_pct in 10..100,
        tolerance in 0.0..0.4,
        utilization in 1_i64..200,
    ) {
        let tolerances = Tolerances { down: tolerance, up: tolerance };
        let pods = [PodGroup::steady(current as u32, Some(1000), utilization * 10)];
        let samples = PodSamples { pods: &pods, unmatched: &[] };
        let cpu = ResourceName::Cpu;
        let proposal =
            utilization_replicas(current, target_pct, cpu, samples, &timing(), tolerances);
        let deviation = utilization as f64 / f64::from(target_pct) - 1.0;
        let replicas = proposal.map(|p| p.replicas);
        if deviation.abs() < tolerance - 1e-9 {
            prop_assert_eq!(replicas, Ok(current));
        }
        if deviation.abs() > tolerance + 1e-9 {
            // ceil(replicas × utilisation / target), in integers.
            let needed = (i64::from(current) * utilization + i64::from(target_pct) - 1)
                / i64::from(target_pct);
            prop_assert!(replicas.is_ok_and(|r| (i64::from(r) - needed).abs() <= 1));
        }
    }

    #[test]
    fn without_every_metric_nothing_is_removed(
        behavior in any_behavior(),
        mut state in any_state(),
        current in 1..MAX_REPLICAS,
        value_m in 0_i64..3000,
        failed_first in any::<bool>(),
    ) {
        let mut spec = cpu_spec(60, behavior);
        let pods = [PodGroup::steady(current as u32, Some(1000), value_m)];
        let external = MetricSpec::External { target: ServiceTarget::Value { milli: 1 } };
        let mut inputs = [
            MetricInput::Pods(PodSamples { pods: &pods, unmatched: &[] }),
            MetricInput::Unavailable,
        ];
        spec.metrics.push(external);
        if failed_first {
            spec.metrics.reverse();
            inputs.reverse();
        }
        let decision = reconcile(&spec, &mut state, NOW_MS, current, current, &inputs);
        prop_assert!(decision.desired >= current, "{decision:?}");
        prop_assert_eq!(decision.failed_metrics, 1);
    }

    #[test]
    fn more_usage_never_asks_for_fewer_replicas(
        behavior in any_behavior(),
        state in any_state(),
        current in 1..MAX_REPLICAS,
        (less_m, more_m) in (0_i64..5000, 0_i64..5000).prop_map(|(a, b)| (a.min(b), a.max(b))),
    ) {
        let spec = cpu_spec(60, behavior);
        let less = step(&spec, &mut state.clone(), NOW_MS, current, less_m);
        let more = step(&spec, &mut state.clone(), NOW_MS, current, more_m);
        prop_assert!(less.desired <= more.desired, "{less:?} {more:?}");
    }

    #[test]
    fn without_windows_the_default_policies_lead_to_the_target(
        current in 1..MAX_REPLICAS,
        value_m in 0_i64..5000,
    ) {
        let mut behavior = Behavior::default();
        behavior.scale_down.stabilization_window_s = Some(0);
        let spec = HpaSpec { min_replicas: 1, ..cpu_spec(60, Some(behavior)) };
        let decision = step(&spec, &mut HpaState::new(&spec), NOW_MS, current, value_m);
        let target = decision.proposed.unwrap_or(-1);
        let limit = (current + 4).max(2 * current).min(MAX_REPLICAS);
        prop_assert_eq!(decision.desired, target.clamp(1, limit));
    }

    #[test]
    fn a_group_counts_like_its_pods(
        groups in prop::collection::vec(any_group(), 0..8),
        current in 0..60,
        cpu in any::<bool>(),
    ) {
        let single = |group: &PodGroup| {
            std::iter::repeat_n(PodGroup { count: 1, ..*group }, group.count as usize)
        };
        let singles: Vec<PodGroup> = groups.iter().flat_map(single).collect();
        let resource = if cpu { ResourceName::Cpu } else { ResourceName::Memory };
        let compute = |pods: &[PodGroup]| {
            let samples = PodSamples { pods, unmatched: &[] };
            let tolerances = Tolerances::default();
            (
                utilization_replicas(current, 70, resource, samples, &timing(), tolerances),
                average_value_replicas(current, 700, Some(resource), samples, &timing(), tolerances),
                object_value_replicas(current, 700, 1500, PodCounts::of(pods), tolerances),
            )
        };
        prop_assert_eq!(compute(&groups), compute(&singles));
    }

    #[test]
    fn histories_stay_as_long_as_their_windows(
        behavior in any_behavior(),
        levels in prop::collection::vec(0_i64..2000, 200),
    ) {
        let spec = cpu_spec(60, behavior);
        let mut state = HpaState::new(&spec);
        let mut current = 5;
        for (tick, value_m) in levels.iter().cycle().take(1000).enumerate() {
            current = step(&spec, &mut state, tick as u64 * 15_000, current, *value_m).desired;
        }
        // Windows reach back 600 s, periods 200 s.
        prop_assert!(state.recommendations().entries().len() <= 600 / 15 + 2);
        prop_assert!(state.scale_up_events().entries().len() <= 200 / 15 + 2);
        prop_assert!(state.scale_down_events().entries().len() <= 200 / 15 + 2);
    }
}

/// The numbers of replicas that follow one another, for an hour of ticks, from `start` on.
fn path(spec: &HpaSpec, start: i32, per_pod: impl Fn(i32) -> i64) -> Vec<i32> {
    let mut state = HpaState::new(spec);
    let mut path = vec![start];
    let mut current = start;
    for tick in 0..240 {
        let decision = step(spec, &mut state, tick * 15_000, current, per_pod(current));
        current = decision.desired;
        if decision.rescale.is_some() {
            path.push(current);
        }
    }
    path
}

/// 1000 requests a second on pods that should serve 70 each, seen as a Pods metric that knows no ceiling.
#[test]
fn steady_load_on_an_uncapped_metric() {
    let spec = HpaSpec {
        metrics: vec![MetricSpec::Pods {
            average_value_m: 70_000,
        }],
        behavior: Some(Behavior::default()),
        ..HpaSpec::new(MAX_REPLICAS)
    };
    let per_pod = |replicas: i32| 1_000_000 / i64::from(replicas);
    assert_eq!(path(&spec, 2, per_pod), [2, 6, 12, 15]);
}

/// The same load seen as CPU use, which ends at 100 % (a pod serves 100 a second at most): a slower way up, and a
/// rest that depends on where it comes from.
#[test]
fn steady_load_on_capped_cpu() {
    let spec = cpu_spec(70, Some(Behavior::default()));
    let per_pod = |replicas: i32| (10_000 / i64::from(replicas)).min(1000);
    assert_eq!(path(&spec, 2, per_pod), [2, 3, 5, 8, 12, 15]);
    assert_eq!(path(&spec, 13, per_pod), [13]);
    assert_eq!(path(&spec, 16, per_pod), [16, 15]);
}

/// A target scaled to zero by hand stays there; with a minimum of zero an external metric brings it back.
#[test]
fn from_zero() {
    let target = ServiceTarget::Value { milli: 1000 };
    let mut spec = HpaSpec {
        metrics: vec![MetricSpec::External { target }],
        ..HpaSpec::new(MAX_REPLICAS)
    };
    let values = [2500];
    let inputs = [MetricInput::Service {
        values_m: &values,
        pods: PodCounts::default(),
    }];
    let by_hand = reconcile(&spec, &mut HpaState::new(&spec), NOW_MS, 0, 0, &inputs);
    assert_eq!((by_hand.desired, by_hand.proposed), (0, None));
    spec.min_replicas = 0;
    let back = reconcile(&spec, &mut HpaState::new(&spec), NOW_MS, 0, 0, &inputs);
    assert_eq!((back.desired, back.proposed), (3, Some(3)));
}

/// The log of what each metric said: index of the winner, outcomes in the spec's order.
#[test]
fn outcomes_say_which_metric_decided() {
    let mut spec = cpu_spec(50, None);
    spec.metrics.push(MetricSpec::Pods {
        average_value_m: 100,
    });
    let mut state = HpaState::new(&spec);
    let pods = [PodGroup::steady(4, Some(1000), 600)];
    let custom = [PodGroup::steady(4, None, 190)];
    let inputs = [
        MetricInput::Pods(PodSamples {
            pods: &pods,
            unmatched: &[],
        }),
        MetricInput::Pods(PodSamples {
            pods: &custom,
            unmatched: &[],
        }),
    ];
    let decision = reconcile(&spec, &mut state, NOW_MS, 4, 4, &inputs);
    let replicas: Vec<i32> = state
        .outcomes()
        .iter()
        .filter_map(|outcome| match outcome {
            sim_core::control::hpa::MetricOutcome::Proposed(Proposal { replicas, .. }) => {
                Some(*replicas)
            }
            sim_core::control::hpa::MetricOutcome::Failed(_) => None,
        })
        .collect();
    assert_eq!(replicas, [5, 8]);
    assert_eq!((decision.winner, decision.desired), (Some(1), 8));
}
