//! How far one step may go: bounds, the cap of the path without behaviour, policies per period.
//!
//! Source: `convertDesiredReplicasWithRules`, `convertDesiredReplicasWithBehaviorRate`,
//! `calculateScaleUpLimitWithScalingRules`, `calculateScaleDownLimitWithBehaviors` of `horizontal.go`.

use super::condition::LimitReason;
use super::history::ScaleEvents;
use super::spec::{Behavior, HpaSpec, PolicyKind, ScalingPolicy, ScalingRules, SelectPolicy};

/// The changes that policies are counted against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalingHistory<'a> {
    /// Now, ms.
    pub now_ms: u64,
    /// Changes upward.
    pub up: &'a ScaleEvents,
    /// Changes downward.
    pub down: &'a ScaleEvents,
}

impl ScalingHistory<'_> {
    /// Replicas at the start of a policy's period.
    fn base(&self, current: i32, policy: &ScalingPolicy) -> i32 {
        let period_ms = super::seconds_to_ms(policy.period_s);
        let added = self.up.change_within(self.now_ms, period_ms);
        let removed = self.down.change_within(self.now_ms, period_ms);
        current.saturating_sub(added).saturating_add(removed)
    }
}

/// Bounds a recommendation without behaviour: between the minimum and the smaller of the maximum and
/// `max(factor × current, floor)`.
pub fn limit_by_rules(spec: &HpaSpec, current: i32, desired: i32) -> (i32, LimitReason) {
    let cap = (spec.scale_up_limit_factor * f64::from(current))
        .max(f64::from(spec.scale_up_limit_minimum)) as i32;
    let (highest, reason) = if spec.max_replicas > cap {
        (cap, LimitReason::ScaleUpLimit)
    } else {
        (spec.max_replicas, LimitReason::TooManyReplicas)
    };
    if desired < spec.min_replicas {
        (spec.min_replicas, LimitReason::TooFewReplicas)
    } else if desired > highest {
        (highest, reason)
    } else {
        (desired, LimitReason::DesiredWithinRange)
    }
}

/// Bounds a stabilised recommendation with behaviour: the rules of its direction, then minimum and maximum.
///
pub fn limit_by_behavior(
    current: i32,
    desired: i32,
    (min, max): (i32, i32),
    behavior: &Behavior,
    history: ScalingHistory<'_>,
) -> (i32, LimitReason) {
    if desired > current {
        // A period that has used up its allowance forbids going further, not staying.
        let limit = scale_up_limit(current, &behavior.scale_up, history).max(current);
        let (highest, reason) = if max > limit {
            (limit, LimitReason::ScaleUpLimit)
        } else {
            (max, LimitReason::TooManyReplicas)
        };
        if desired > highest {
            return (highest, reason);
        }
    } else if desired < current {
        let limit = scale_down_limit(current, &behavior.scale_down, history).min(current);
        let (lowest, reason) = if min < limit {
            (limit, LimitReason::ScaleDownLimit)
        } else {
            (min, LimitReason::TooFewReplicas)
        };
        if desired < lowest {
            return (lowest, reason);
        }
    }
    (desired, LimitReason::DesiredWithinRange)
}

/// Most replicas that the policies upward allow now. It lies below `current` where the period's allowance is
/// overdrawn, and at `i32::MIN` (Max) or `i32::MAX` (Min) without any policy.
pub fn scale_up_limit(current: i32, rules: &ScalingRules, history: ScalingHistory<'_>) -> i32 {
    let allowed = rules.policies.iter().map(|policy| {
        let base = history.base(current, policy);
        match policy.kind {
            PolicyKind::Pods => base.saturating_add(policy.value),
            // Rounded up: a small percentage of few replicas must still lead somewhere.
            PolicyKind::Percent => {
                (f64::from(base) * (1.0 + f64::from(policy.value) / 100.0)).ceil() as i32
            }
        }
    });
    match rules.select_policy {
        SelectPolicy::Disabled => current,
        SelectPolicy::Max => allowed.fold(i32::MIN, i32::max),
        SelectPolicy::Min => allowed.fold(i32::MAX, i32::min),
    }
}

/// Fewest replicas that the policies downward allow now. It lies above `current` where the period's allowance is
/// overdrawn, and at `i32::MAX` (Max) or `i32::MIN` (Min) without any policy.
pub fn scale_down_limit(current: i32, rules: &ScalingRules, history: ScalingHistory<'_>) -> i32 {
    let allowed = rules.policies.iter().map(|policy| {
        let base = history.base(current, policy);
        match policy.kind {
            PolicyKind::Pods => base.saturating_sub(policy.value),
            PolicyKind::Percent => {
                (f64::from(base) * (1.0 - f64::from(policy.value) / 100.0)) as i32
            }
        }
    });
    match rules.select_policy {
        SelectPolicy::Disabled => current,
        // The biggest change is the smallest number.
        SelectPolicy::Max => allowed.fold(i32::MAX, i32::min),
        SelectPolicy::Min => allowed.fold(i32::MIN, i32::max),
    }
}
