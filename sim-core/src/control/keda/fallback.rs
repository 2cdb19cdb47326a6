//! Fallback: a metric in place of one that cannot be read.
//!
//! Source: `pkg/fallback/fallback.go`. KEDA's metrics server counts the failures, each time that the HPA asks
//! (every 15 s), not the poll.

use super::modifiers::MetricKind;

/// What to do when a metric fails again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fallback {
    /// More consecutive failures than this bring the fallback. Negative: not valid, never used.
    pub failure_threshold: i32,
    /// Replicas to fall back to. Negative: not valid, never used.
    pub replicas: i32,
    /// How `replicas` is put beside the replicas that are there.
    pub behavior: FallbackBehavior,
}

/// How the replicas of the fallback are put beside the replicas that are there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FallbackBehavior {
    /// Those of the fallback.
    #[default]
    Static,
    /// Those that are there.
    CurrentReplicas,
    /// The more.
    CurrentReplicasIfHigher,
    /// The fewer.
    CurrentReplicasIfLower,
}

/// Replicas of the workload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Workload {
    /// That it asks for; `None`: they cannot be read.
    pub current_replicas: Option<i32>,
    /// That are ready; `None`: they cannot be read.
    pub ready_replicas: Option<i32>,
}

/// Consecutive failures of one metric, as KEDA keeps them in the status of the ScaledObject.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// How many; 0 after a success. Without a valid fallback KEDA leaves it as it is.
    pub failures: u32,
}

/// What the HPA gets to see of one metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricReading {
    /// The value, milli-units.
    Value(i64),
    /// The fallback's value, milli-units.
    Fallback(i64),
    /// Nothing: the error is passed on.
    Unavailable,
}

impl Health {
    /// Takes in a reading (milli-units; `None`: it failed) and gives what the HPA gets to see.
    ///
    /// `target` is what the metric is held against: of its trigger, or of the scaling modifiers. Failures are counted,
    /// and forgotten, only where a valid fallback is there.
    pub fn read(
        &mut self,
        value_m: Option<i64>,
        fallback: Option<&Fallback>,
        target: f64,
        kind: MetricKind,
        workload: Workload,
    ) -> MetricReading {
        let fallback = fallback.filter(|fallback| fallback.is_valid());
        let Some(value_m) = value_m else {
            let Some(fallback) = fallback else {
                return MetricReading::Unavailable;
            };
            self.failures = self.failures.saturating_add(1);
            let threshold = fallback.failure_threshold.unsigned_abs();
            let value_m = (self.failures > threshold)
                .then(|| fallback.value_m(target, kind, workload))
                .flatten();
            return value_m.map_or(MetricReading::Unavailable, MetricReading::Fallback);
        };
        if fallback.is_some() {
            self.failures = 0;
        }
        MetricReading::Value(value_m)
    }
}

impl Fallback {
    /// Whether KEDA uses it at all.
    pub fn is_valid(&self) -> bool {
        self.failure_threshold >= 0 && self.replicas >= 0
    }

    /// The metric, milli-units, at which the HPA comes to the wanted replicas: it divides an AverageValue by its
    /// target, and multiplies the ratio of a Value by the ready replicas. `None`: the replicas cannot be read, or
    /// none is ready to be in proportion to.
    pub fn value_m(&self, target: f64, kind: MetricKind, workload: Workload) -> Option<i64> {
        let mut replicas = f64::from(self.wanted(workload)?);
        if kind == MetricKind::Value {
            let ready = workload.ready_replicas.filter(|ready| *ready > 0)?;
            replicas /= f64::from(ready);
        }
        // In this order, as upstream: the last bit decides what is truncated.
        Some((target * 1000.0 * replicas) as i64)
    }

    fn wanted(&self, workload: Workload) -> Option<i32> {
        let current = workload.current_replicas;
        match self.behavior {
            FallbackBehavior::Static => Some(self.replicas),
            FallbackBehavior::CurrentReplicas => current,
            FallbackBehavior::CurrentReplicasIfHigher => current.map(|c| c.max(self.replicas)),
            FallbackBehavior::CurrentReplicasIfLower => current.map(|c| c.min(self.replicas)),
        }
    }
}
