//! One reconcile: samples and memory in, a decision and the new memory out.
//!
//! Source: `reconcileAutoscaler`, `computeReplicasForMetrics`, `normalizeDesiredReplicas` and
//! `normalizeDesiredReplicasWithBehaviors` of `horizontal.go`.

use super::condition::{AbleToScaleReason, Conditions, LimitReason, ScalingActiveReason};
use super::history::{RecommendationLog, ScaleEvents};
use super::limits::{ScalingHistory, limit_by_behavior, limit_by_rules};
use super::metric::{MetricError, MetricInput, MetricOutcome};
use super::pods::PodTiming;
use super::replicas::{
    Proposal, average_value_replicas, external_per_pod_replicas, external_value_replicas,
    object_per_pod_replicas, object_value_replicas, utilization_replicas,
};
use super::spec::{Behavior, HpaSpec, MetricSpec, ResourceTarget, ServiceTarget, Tolerances};

/// Most entries that a history reserves room for; beyond it grows when needed.
const LARGEST_RESERVE: u64 = 4096;

/// What the controller remembers of one autoscaler. It lives in memory only: a restarted controller starts with
/// [`HpaState::new`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HpaState {
    recommendations: RecommendationLog,
    scale_up_events: ScaleEvents,
    scale_down_events: ScaleEvents,
    /// Whether the log has its first entry.
    seeded: bool,
    conditions: Conditions,
    outcomes: Vec<MetricOutcome>,
}

impl HpaState {
    /// The memory of a controller that has not seen this autoscaler yet. Room for the histories of `spec` is
    /// reserved here, so that reconciling at the spec's sync period does not allocate.
    pub fn new(spec: &HpaSpec) -> Self {
        let down_ms = spec.downscale_stabilization_ms;
        let (window_ms, up_ms, back_ms) = match &spec.behavior {
            None => (super::to_signed_ms(down_ms), 0, 0),
            Some(b) => (
                b.longest_window_ms(down_ms),
                b.scale_up.longest_period_ms(),
                b.scale_down.longest_period_ms(),
            ),
        };
        let room = |ms: i64| reserve(ms, spec.sync_period_ms);
        Self {
            recommendations: RecommendationLog::with_capacity(room(window_ms)),
            scale_up_events: ScaleEvents::with_capacity(room(up_ms)),
            scale_down_events: ScaleEvents::with_capacity(room(back_ms)),
            seeded: false,
            conditions: Conditions::default(),
            outcomes: Vec::with_capacity(spec.metrics.len()),
        }
    }

    /// The memory of a controller that has run before: these histories, no conditions. Without a log the first
    /// reconcile seeds it with the replicas that it finds.
    pub fn with_history(
        recommendations: Option<RecommendationLog>,
        scale_up_events: ScaleEvents,
        scale_down_events: ScaleEvents,
    ) -> Self {
        Self {
            seeded: recommendations.is_some(),
            recommendations: recommendations.unwrap_or_default(),
            scale_up_events,
            scale_down_events,
            conditions: Conditions::default(),
            outcomes: Vec::new(),
        }
    }

    /// The conditions as they stand.
    pub fn conditions(&self) -> Conditions {
        self.conditions
    }

    /// What came of each metric in the last reconcile, in the spec's order; empty when none was looked at.
    pub fn outcomes(&self) -> &[MetricOutcome] {
        &self.outcomes
    }

    /// The recommendations of the look-back.
    pub fn recommendations(&self) -> &RecommendationLog {
        &self.recommendations
    }

    /// The changes upward.
    pub fn scale_up_events(&self) -> &ScaleEvents {
        &self.scale_up_events
    }

    /// The changes downward.
    pub fn scale_down_events(&self) -> &ScaleEvents {
        &self.scale_down_events
    }
}

/// Entries that a history of `window_ms` can hold at one entry per sync period.
fn reserve(window_ms: i64, sync_period_ms: u64) -> usize {
    let window_ms = u64::try_from(window_ms).unwrap_or(0);
    let entries = window_ms / sync_period_ms.max(1) + 2;
    usize::try_from(entries.min(LARGEST_RESERVE)).unwrap_or(0)
}

/// What a reconcile decides, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Replicas before.
    pub current: i32,
    /// Replicas from now on.
    pub desired: i32,
    /// Why they change; `None`: they do not.
    pub rescale: Option<RescaleReason>,
    /// The highest proposal of the metrics; `None`: no metric was looked at, or too many failed.
    pub proposed: Option<i32>,
    /// Index in the spec of the metric behind `proposed`.
    pub winner: Option<u32>,
    /// `proposed` after the look-back; `None` with `proposed`.
    pub stabilized: Option<i32>,
    /// Which look-back changed the recommendation: [`AbleToScaleReason::ScaleUpStabilized`] or
    /// [`AbleToScaleReason::ScaleDownStabilized`].
    pub stabilized_by: Option<AbleToScaleReason>,
    /// What bounded the recommendation after the look-back; `None`: nothing did.
    pub limited_by: Option<LimitReason>,
    /// How many metrics failed.
    pub failed_metrics: u32,
    /// The conditions after this reconcile.
    pub conditions: Conditions,
}

/// Why the number of replicas changes. Messages as in the upstream event `SuccessfulRescale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RescaleReason {
    /// More than the maximum were there.
    AboveMax,
    /// Fewer than the minimum were there.
    BelowMin,
    /// The metric named by [`Decision::winner`] lies above its target.
    MetricAboveTarget,
    /// Every metric lies below its target.
    AllMetricsBelowTarget,
    /// The metrics propose what is there, but the look-back or the bounds do not allow it.
    Normalized,
}

impl RescaleReason {
    /// The reason in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AboveMax => "Current number of replicas above Spec.MaxReplicas",
            Self::BelowMin => "Current number of replicas below Spec.MinReplicas",
            Self::MetricAboveTarget => "metric above target",
            Self::AllMetricsBelowTarget => "All metrics below target",
            Self::Normalized => "recommendation normalized",
        }
    }
}

/// Runs the controller once.
///
/// - `current_replicas`: what the target's spec asks for now, ≥ 0; `status_replicas`: what is there (it matters to
///   AverageValue targets of Object and External metrics).
/// - `metrics`: the inputs in the order of `spec.metrics`; a metric without an input of its kind counts as failed.
///
/// The result lies in `[min_replicas, max_replicas]`, except that a target that somebody scaled to zero stays
/// there while the minimum is above zero. The caller carries the decision out.
#[inline(never)]
pub fn reconcile(
    spec: &HpaSpec,
    state: &mut HpaState,
    now_ms: u64,
    current_replicas: i32,
    status_replicas: i32,
    metrics: &[MetricInput<'_>],
) -> Decision {
    state.conditions.able_to_scale = Some(AbleToScaleReason::SucceededGetScale);
    state.outcomes.clear();
    if !state.seeded {
        state.recommendations.seed(current_replicas, now_ms);
        state.seeded = true;
    }
    let mut decision = Decision {
        current: current_replicas,
        desired: current_replicas,
        rescale: None,
        proposed: None,
        winner: None,
        stabilized: None,
        stabilized_by: None,
        limited_by: None,
        failed_metrics: 0,
        conditions: state.conditions,
    };
    if current_replicas == 0 && spec.min_replicas != 0 {
        state.conditions.scaling_active = Some(ScalingActiveReason::ScalingDisabled);
    } else if current_replicas > spec.max_replicas {
        decision.desired = spec.max_replicas;
        decision.rescale = Some(RescaleReason::AboveMax);
    } else if current_replicas < spec.min_replicas {
        decision.desired = spec.min_replicas;
        decision.rescale = Some(RescaleReason::BelowMin);
    } else {
        follow_metrics(spec, state, now_ms, status_replicas, metrics, &mut decision);
    }
    if decision.desired != current_replicas {
        state.conditions.able_to_scale = Some(AbleToScaleReason::SucceededRescale);
        store_event(spec, state, now_ms, current_replicas, decision.desired);
    }
    decision.conditions = state.conditions;
    decision
}

/// Metrics → highest proposal → look-back → bounds.
fn follow_metrics(
    spec: &HpaSpec,
    state: &mut HpaState,
    now_ms: u64,
    status_replicas: i32,
    metrics: &[MetricInput<'_>],
    decision: &mut Decision,
) {
    let current = decision.current;
    let Some(proposed) = highest_proposal(spec, state, now_ms, status_replicas, metrics, decision)
    else {
        return;
    };
    let (stabilized, desired, limit) = match &spec.behavior {
        None => normalize_by_rules(spec, state, now_ms, current, proposed),
        Some(behavior) => normalize_by_behavior(spec, behavior, state, now_ms, current, proposed),
    };
    let able = if stabilized == proposed {
        AbleToScaleReason::ReadyForNewScale
    } else if spec.behavior.is_some() && proposed >= current {
        AbleToScaleReason::ScaleUpStabilized
    } else {
        AbleToScaleReason::ScaleDownStabilized
    };
    state.conditions.able_to_scale = Some(able);
    state.conditions.scaling_limited = Some(limit);
    decision.proposed = Some(proposed);
    decision.stabilized = Some(stabilized);
    decision.stabilized_by = (stabilized != proposed).then_some(able);
    decision.limited_by = limit.is_limited().then_some(limit);
    decision.desired = desired;
    decision.rescale = (desired != current).then_some(match proposed.cmp(&current) {
        std::cmp::Ordering::Greater => RescaleReason::MetricAboveTarget,
        std::cmp::Ordering::Less => RescaleReason::AllMetricsBelowTarget,
        std::cmp::Ordering::Equal => RescaleReason::Normalized,
    });
}

/// The highest proposal; `None` when all metrics failed, or some did and the others ask for fewer replicas.
fn highest_proposal(
    spec: &HpaSpec,
    state: &mut HpaState,
    now_ms: u64,
    status_replicas: i32,
    metrics: &[MetricInput<'_>],
    decision: &mut Decision,
) -> Option<i32> {
    let call = MetricCall {
        current: decision.current,
        status_replicas,
        tolerances: spec.effective_tolerances(),
        timing: PodTiming {
            now_ms,
            cpu_initialization_period_ms: spec.cpu_initialization_period_ms,
            initial_readiness_delay_ms: spec.initial_readiness_delay_ms,
        },
    };
    let mut highest = 0;
    let mut first_failure = None;
    for (index, metric) in (0_u32..).zip(&spec.metrics) {
        let input = metrics
            .get(index as usize)
            .unwrap_or(&MetricInput::Unavailable);
        match call.propose(metric, input) {
            Ok(proposal) => {
                if highest == 0 || proposal.replicas > highest {
                    highest = proposal.replicas;
                    decision.winner = Some(index);
                }
                state.outcomes.push(MetricOutcome::Proposed(proposal));
            }
            Err(error) => {
                first_failure = first_failure.or(Some(failure_reason(metric)));
                decision.failed_metrics += 1;
                state.outcomes.push(MetricOutcome::Failed(error));
            }
        }
    }
    let all_failed = decision.failed_metrics as usize >= spec.metrics.len();
    let partial_down = first_failure.is_some() && highest < decision.current;
    if all_failed || partial_down {
        let reason = first_failure.unwrap_or(ScalingActiveReason::InvalidMetricSourceType);
        state.conditions.scaling_active = Some(reason);
        decision.winner = None;
        return None;
    }
    state.conditions.scaling_active = Some(ScalingActiveReason::ValidMetricFound);
    Some(highest.max(0))
}

/// Look-back and bounds without behaviour.
fn normalize_by_rules(
    spec: &HpaSpec,
    state: &mut HpaState,
    now_ms: u64,
    current: i32,
    proposed: i32,
) -> (i32, i32, LimitReason) {
    let window_ms = super::to_signed_ms(spec.downscale_stabilization_ms);
    let stabilized = state
        .recommendations
        .highest_in_window(now_ms, window_ms, proposed);
    let (desired, limit) = limit_by_rules(spec, current, stabilized);
    (stabilized, desired, limit)
}

/// Look-back and bounds with behaviour.
fn normalize_by_behavior(
    spec: &HpaSpec,
    behavior: &Behavior,
    state: &mut HpaState,
    now_ms: u64,
    current: i32,
    proposed: i32,
) -> (i32, i32, LimitReason) {
    let up_window_ms = behavior.scale_up.window_ms(0);
    let down_window_ms = behavior
        .scale_down
        .window_ms(spec.downscale_stabilization_ms);
    let stabilized =
        state
            .recommendations
            .stabilize(now_ms, up_window_ms, down_window_ms, current, proposed);
    let history = ScalingHistory {
        now_ms,
        up: &state.scale_up_events,
        down: &state.scale_down_events,
    };
    let bounds = (spec.min_replicas, spec.max_replicas);
    let (desired, limit) = limit_by_behavior(current, stabilized, bounds, behavior, history);
    (stabilized, desired, limit)
}

/// Remembers a change; without behaviour nobody would read it.
fn store_event(spec: &HpaSpec, state: &mut HpaState, now_ms: u64, before: i32, after: i32) {
    let Some(behavior) = &spec.behavior else {
        return;
    };
    let change = after.saturating_sub(before).saturating_abs();
    if after > before {
        let longest_ms = behavior.scale_up.longest_period_ms();
        state.scale_up_events.store(now_ms, longest_ms, change);
    } else {
        let longest_ms = behavior.scale_down.longest_period_ms();
        state.scale_down_events.store(now_ms, longest_ms, change);
    }
}

/// What all metrics of a reconcile share.
struct MetricCall {
    current: i32,
    status_replicas: i32,
    tolerances: Tolerances,
    timing: PodTiming,
}

impl MetricCall {
    fn propose(
        &self,
        metric: &MetricSpec,
        input: &MetricInput<'_>,
    ) -> Result<Proposal, MetricError> {
        match (*metric, *input) {
            (
                MetricSpec::Resource { resource, target }
                | MetricSpec::ContainerResource { resource, target },
                MetricInput::Pods(samples),
            ) => match target {
                ResourceTarget::Utilization { percent } => utilization_replicas(
                    self.current,
                    percent,
                    resource,
                    samples,
                    &self.timing,
                    self.tolerances,
                ),
                ResourceTarget::AverageValue { milli } => average_value_replicas(
                    self.current,
                    milli,
                    Some(resource),
                    samples,
                    &self.timing,
                    self.tolerances,
                ),
            },
            (MetricSpec::Pods { average_value_m }, MetricInput::Pods(samples)) => {
                average_value_replicas(
                    self.current,
                    average_value_m,
                    None,
                    samples,
                    &self.timing,
                    self.tolerances,
                )
            }
            (MetricSpec::Object { target }, MetricInput::Service { values_m, pods }) => {
                let value_m = *values_m
                    .first()
                    .ok_or(MetricError::NothingReturned(super::MetricApi::Custom))?;
                match target {
                    ServiceTarget::Value { milli } => {
                        object_value_replicas(self.current, milli, value_m, pods, self.tolerances)
                    }
                    ServiceTarget::AverageValue { milli } => Ok(object_per_pod_replicas(
                        self.status_replicas,
                        milli,
                        value_m,
                        self.tolerances,
                    )),
                }
            }
            (MetricSpec::External { target }, MetricInput::Service { values_m, pods }) => {
                match target {
                    ServiceTarget::Value { milli } => external_value_replicas(
                        self.current,
                        milli,
                        values_m,
                        pods,
                        self.tolerances,
                    ),
                    ServiceTarget::AverageValue { milli } => external_per_pod_replicas(
                        self.status_replicas,
                        milli,
                        values_m,
                        self.tolerances,
                    ),
                }
            }
            (MetricSpec::Unknown, _) => Err(MetricError::UnknownSource),
            _ => Err(MetricError::Unavailable),
        }
    }
}

/// The reason that a failed metric gives to the condition `ScalingActive`.
fn failure_reason(metric: &MetricSpec) -> ScalingActiveReason {
    match metric {
        MetricSpec::Resource { .. } => ScalingActiveReason::FailedGetResourceMetric,
        MetricSpec::ContainerResource { .. } => {
            ScalingActiveReason::FailedGetContainerResourceMetric
        }
        MetricSpec::Pods { .. } => ScalingActiveReason::FailedGetPodsMetric,
        MetricSpec::Object { .. } => ScalingActiveReason::FailedGetObjectMetric,
        MetricSpec::External { .. } => ScalingActiveReason::FailedGetExternalMetric,
        MetricSpec::Unknown => ScalingActiveReason::InvalidMetricSourceType,
    }
}
