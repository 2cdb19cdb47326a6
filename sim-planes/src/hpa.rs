//! The Kubernetes HorizontalPodAutoscaler (autoscaling/v2), rule for rule.
//!
//! Source: `pkg/controller/podautoscaler` of Kubernetes (`replica_calculator.go`, `horizontal.go`,
//! `metrics/utilization.go`), rules as of 1.33 and later: tolerance per direction (KEP-4951), scaling
//! behaviour (KEP-853). No code of it is used here. Held against the tables of its unit tests by the test
//! target `vectors`.
//!
//! ```text
//!   pods + samples ──► pods.rs: ready | unready | missing | ignored
//!                          │
//!   one metric      ──► replicas.rs: ratio (ratio.rs) → proposed replicas, or a MetricError
//!   all metrics     ──► reconcile.rs: the highest proposal; none goes down while any metric failed
//!                          │
//!   no behaviour    ──► limits.rs + history.rs: highest of the last 300 s, at most 2 × current (or 4)
//!   with behaviour  ──► limits.rs + history.rs: window per direction, then policies per period
//!                          │
//!                      a Decision, conditions with the upstream reasons (condition.rs)
//! ```
//!
//! Quantities are integer milli-units (`i64`; 1000 = 1), replicas `i32`, ratios `f64`. Integer divisions
//! truncate toward zero, sums saturate, a ratio that is not a number compares false and casts to 0 replicas.
//!
//! Time is an input: `now_ms`, milliseconds on the caller's clock. Times of things that happened are `i64`
//! milliseconds on the same clock; negative ones lie before its start, [`LONG_AGO_MS`] infinitely far back.
//!
//! Identical pods form a [`PodGroup`] with a count, so that a reconcile costs O(groups + history), and it does
//! not allocate once the histories of [`HpaState`] have their size.

mod condition;
mod history;
mod limits;
mod listing;
mod look_back;
mod metric;
mod pods;
mod ratio;
mod readings;
mod reconcile;
mod replicas;
mod spec;

pub use condition::{AbleToScaleReason, Conditions, LimitReason, ScalingActiveReason};
pub use history::{Recommendation, RecommendationLog, ScaleEvent, ScaleEvents};
pub use limits::{
    ScalingHistory, limit_by_behavior, limit_by_rules, scale_down_limit, scale_up_limit,
};
pub use listing::{PodList, milli, sampled_again};
pub use metric::{MetricApi, MetricError, MetricInput, MetricOutcome};
pub use pods::{
    PodClass, PodCounts, PodGroup, PodPhase, PodSample, PodSamples, PodTiming, ReadyCondition,
    ReadyStatus, UnmatchedSamples,
};
pub use ratio::{Usage, UsageRatio, UsageSums, UtilizationRatio, UtilizationSums, per_pod_usage};
pub use readings::{MAX_METRICS, Readings};
pub use reconcile::{Decision, HpaState, RescaleReason, reconcile};
pub use replicas::{
    Proposal, average_value_replicas, external_per_pod_replicas, external_value_replicas,
    object_per_pod_replicas, object_value_replicas, utilization_replicas,
};
pub use spec::{
    Behavior, HpaSpec, MetricSpec, PolicyKind, ResourceName, ResourceTarget, ScalingPolicy,
    ScalingRules, SelectPolicy, ServiceTarget, Tolerances,
};

/// A time infinitely long ago (Go's zero time): older than every window and period.
pub const LONG_AGO_MS: i64 = i64::MIN;

/// Milliseconds from `at_ms` to `now_ms`; negative for a time to come, saturating.
fn age_ms(now_ms: u64, at_ms: i64) -> i64 {
    to_signed_ms(now_ms).saturating_sub(at_ms)
}

/// A time or duration in milliseconds as a signed number, saturating.
fn to_signed_ms(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

/// A duration in seconds as signed milliseconds.
fn seconds_to_ms(seconds: u32) -> i64 {
    i64::from(seconds) * 1000
}
