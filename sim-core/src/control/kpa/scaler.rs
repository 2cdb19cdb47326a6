//! From wanted pods to a written scale: bounds, initial scale, and when the last pod may go.
//!
//! Source: `pkg/reconciler/autoscaling/kpa/scaler.go` of knative/serving.

use super::activity::Activity;

/// Pods that do not become ready for longer than this are given up, ms: the default progress deadline of 600 s and
/// 30 s.
pub const ACTIVATION_TIMEOUT_MS: u64 = 630_000;

/// Pods wanted while nothing is known.
const UNKNOWN: i32 = -1;

/// What a revision's scaler is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalerSpec {
    /// Fewest pods of a revision that routes lead to; 0 for none.
    pub min_scale: i32,
    /// Most pods; 0 for no limit.
    pub max_scale: i32,
    /// Pods that must have been ready once before fewer will do; 1 or less for no such rule.
    pub initial_scale: i32,
    /// Whether the last pod may go at all.
    pub scale_to_zero: bool,
    /// A revision is active for this long at least before its last pod may go, ms.
    pub stable_window_ms: u64,
    /// Requests must have gone through the activator for this long before the last pod goes, ms.
    pub grace_ms: u64,
    /// The last pod of a revision that routes lead to stays for this long after it became inactive, ms.
    pub retention_ms: u64,
    /// With a target burst capacity of −1 the activator is always in the path, and is not probed.
    pub activator_always_in_path: bool,
    /// Pods that do not become ready for longer than this are given up, ms.
    pub activation_timeout_ms: u64,
}

/// Whether a route leads to the revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reachability {
    /// One does.
    Reachable,
    /// None does.
    Unreachable,
    /// Not known yet; treated as reachable.
    Unknown,
}

/// What the scaler sees.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ScalerView {
    /// Pods asked for so far.
    pub current: i32,
    /// Active, inactive or activating.
    pub activity: Activity,
    /// For how long it has been so, ms.
    pub activity_age_ms: u64,
    /// Whether the initial scale was ready once.
    pub initialized: bool,
    /// Whether a route leads to it.
    pub reachability: Reachability,
    /// Whether a probe through the route is answered by the activator.
    pub activator_answers: bool,
    /// For how long requests have gone through the activator, ms; 0 when they do not.
    pub proxy_ms: u64,
}

/// Why the scaler says what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalerReason {
    /// The decider's number.
    Wanted,
    /// The decider does not know yet.
    Unknown,
    /// The fewest pods.
    Minimum,
    /// The initial scale was never ready.
    InitialScale,
    /// The most pods.
    Maximum,
    /// Scaling to zero is switched off.
    ZeroDisabled,
    /// The revision has not been active for a whole stable window.
    RecentlyActive,
    /// The revision becomes inactive; the activator takes over.
    BecomesInactive,
    /// Pods are still starting.
    Activating,
    /// Pods did not start in time.
    ActivationTimedOut,
    /// The activator does not answer yet.
    NoActivator,
    /// The last pod is retained.
    Retention,
    /// The activator has not been in the path for the grace period.
    Grace,
    /// There are no pods, or the last one goes.
    Zero,
}

/// What the scaler says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaled {
    /// Pods wanted; −1 when unknown.
    pub wanted: i32,
    /// Pods to ask for from now on, if another number than now.
    pub write: Option<i32>,
    /// Why.
    pub reason: ScalerReason,
}

/// Applies bounds and the rules for zero to the decider's number (−1 when it does not know).
pub fn scale(spec: &ScalerSpec, view: &ScalerView, desired: i32) -> Scaled {
    if desired < 0 && view.activity != Activity::Activating {
        return Scaled {
            wanted: desired,
            write: None,
            reason: ScalerReason::Unknown,
        };
    }
    let (bounded, reason) = bounded(spec, view, desired);
    let (wanted, apply, reason) = if bounded == 0 {
        to_zero(spec, view)
    } else {
        (bounded, true, reason)
    };
    Scaled {
        wanted,
        write: (apply && wanted != view.current).then_some(wanted),
        reason,
    }
}

fn bounded(spec: &ScalerSpec, view: &ScalerView, desired: i32) -> (i32, ScalerReason) {
    let reachable = view.reachability != Reachability::Unreachable;
    let mut fewest = (
        if reachable { spec.min_scale } else { 0 },
        ScalerReason::Minimum,
    );
    // A revision without a route need not have been ready first (knative/serving pull request 16327).
    if reachable && !view.initialized && spec.initial_scale > fewest.0.max(1) {
        fewest = (spec.initial_scale, ScalerReason::InitialScale);
    }
    if desired < fewest.0 {
        fewest
    } else if spec.max_scale != 0 && desired > spec.max_scale {
        (spec.max_scale, ScalerReason::Maximum)
    } else {
        (desired, ScalerReason::Wanted)
    }
}

/// What becomes of the last pod: pods wanted, whether they are asked for, and why.
fn to_zero(spec: &ScalerSpec, view: &ScalerView) -> (i32, bool, ScalerReason) {
    if !spec.scale_to_zero {
        return (1, true, ScalerReason::ZeroDisabled);
    }
    match view.activity {
        Activity::Activating if view.activity_age_ms > spec.activation_timeout_ms => {
            (0, true, ScalerReason::ActivationTimedOut)
        }
        Activity::Activating => (UNKNOWN, false, ScalerReason::Activating),
        Activity::Active if view.activity_age_ms >= spec.stable_window_ms => {
            (0, false, ScalerReason::BecomesInactive)
        }
        Activity::Active => (1, true, ScalerReason::RecentlyActive),
        Activity::Inactive => {
            let (go, reason) = last_pod_goes(spec, view);
            (0, go, reason)
        }
    }
}

/// Whether the last pod of an inactive revision goes.
fn last_pod_goes(spec: &ScalerSpec, view: &ScalerView) -> (bool, ScalerReason) {
    if !spec.activator_always_in_path && !view.activator_answers {
        return (false, ScalerReason::NoActivator);
    }
    let inactive_ms = view.activity_age_ms;
    let retention_ms = match view.reachability {
        Reachability::Unreachable => 0,
        Reachability::Reachable | Reachability::Unknown => spec.retention_ms,
    };
    if inactive_ms >= spec.grace_ms.max(retention_ms) {
        return (true, ScalerReason::Zero);
    }
    if inactive_ms < retention_ms {
        return (false, ScalerReason::Retention);
    }
    if view.proxy_ms >= spec.grace_ms {
        (true, ScalerReason::Zero)
    } else {
        (false, ScalerReason::Grace)
    }
}
