//! Which pods the updater replaces, and in which order.
//!
//! Source: `updater/priority/priority_processor.go`, `update_priority_calculator.go`.

use super::DAY_MS;
use core::cmp::Ordering;

/// A request and what is recommended instead, both in the same unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizing {
    /// What the container requests; `None` when it requests nothing.
    pub request: Option<i64>,
    /// What it should.
    pub target: i64,
    /// Less is too little.
    pub lower: Option<i64>,
    /// More is too much.
    pub upper: Option<i64>,
}

/// The resources of a container that have a recommendation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContainerSize {
    /// CPU.
    pub cpu: Option<Sizing>,
    /// Memory.
    pub memory: Option<Sizing>,
}

/// How much a pod needs another size.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct UpdatePriority {
    /// Some request is outside its bounds, or missing.
    pub outside: bool,
    /// Some container wants to grow.
    pub grows: bool,
    /// Sum over resources of |request − target| / request, each summed over containers.
    pub difference: f64,
}

impl UpdatePriority {
    /// The priority of a pod.
    pub fn of(containers: &[ContainerSize]) -> Self {
        let mut priority = Self::default();
        let resources: [fn(&ContainerSize) -> Option<Sizing>; 2] = [|c| c.cpu, |c| c.memory];
        for resource in resources {
            let sizings = || containers.iter().filter_map(resource);
            for sizing in sizings() {
                priority.judge(&sizing);
            }
            let sum = |part: fn(Sizing) -> i64| {
                sizings()
                    .map(part)
                    .fold(0_i64, |sum, part| sum.saturating_add(part)) as f64
            };
            if sizings().next().is_some() {
                let request = sum(|s| s.request.unwrap_or(0)).max(1.0);
                priority.difference += (request - sum(|s| s.target)).abs() / request;
            }
        }
        priority
    }

    fn judge(&mut self, sizing: &Sizing) {
        let Some(request) = sizing.request else {
            self.grows = true;
            self.outside = true;
            return;
        };
        self.grows |= sizing.target > request;
        self.outside |= sizing.lower.is_some_and(|lower| request < lower)
            || sizing.upper.is_some_and(|upper| request > upper);
    }

    /// Orders the more urgent first: those that want to grow, then those that are furthest from their target.
    pub fn most_urgent_first(&self, other: &Self) -> Ordering {
        let urgency = |priority: &Self| (priority.grows, priority.difference);
        urgency(other)
            .partial_cmp(&urgency(self))
            .unwrap_or(Ordering::Equal)
    }
}

/// When a pod is replaced.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UpdateRules {
    /// Smallest difference that is worth it while all requests are within their bounds.
    pub least_difference: f64,
    /// A pod within its bounds is left alone until it is this old, ms.
    pub least_age_ms: i64,
    /// A container killed for memory sooner than this after its start was killed quickly, ms.
    pub quick_oom_ms: i64,
}

impl Default for UpdateRules {
    fn default() -> Self {
        Self {
            least_difference: 0.1,
            least_age_ms: DAY_MS / 2,
            quick_oom_ms: 10 * 60 * 1000,
        }
    }
}

impl UpdateRules {
    /// Whether a container that lived this long until it was killed was killed quickly.
    pub fn is_quick_oom(&self, lived_ms: i64) -> bool {
        lived_ms < self.quick_oom_ms
    }

    /// Whether to replace a pod. `quick_oom`: its container was killed quickly the last time it ended; `age_ms`
    /// counts from the pod's start.
    pub fn should_update(&self, priority: &UpdatePriority, quick_oom: bool, age_ms: i64) -> bool {
        if quick_oom && priority.difference == 0.0 {
            return false;
        }
        let old_and_off =
            age_ms >= self.least_age_ms && priority.difference >= self.least_difference;
        priority.outside || quick_oom || old_and_off
    }
}
