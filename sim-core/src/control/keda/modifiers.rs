//! Scaling modifiers: one composite metric in place of the triggers' own.
//!
//! Source: `pkg/scaling/modifiers/formula.go` and `getScaledObjectState` of `scale_handler.go`.

use super::activity::{TriggerState, is_active};
use super::formula::Formula;

/// How the HPA holds a metric against its target (`metricType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MetricKind {
    /// The metric divided by the replicas. KEDA's default.
    #[default]
    AverageValue,
    /// The metric as it is: replicas change in proportion to metric over target.
    Value,
}

/// A metric in milli-units, truncated as KEDA does; what is not a number is 0.
pub fn metric_milli(value: f64) -> i64 {
    (value * 1000.0) as i64
}

/// A formula over the triggers with a target of its own. The triggers' thresholds have no part any more.
#[derive(Clone, Debug, PartialEq)]
pub struct Modifiers {
    /// The formula; its names are those of the triggers, in their order.
    pub formula: Formula,
    /// Target of the composite metric, above 0.
    pub target: f64,
    /// The workload is active while the composite is above it. Default 0.
    pub activation_target: f64,
    /// How the HPA holds the composite against `target`.
    pub kind: MetricKind,
}

impl Modifiers {
    /// The composite metric, milli-units; `None` when a value that it may need is missing.
    ///
    /// `values` are those of the triggers in the order of the formula's names. A division by zero gives an infinite
    /// composite, as in KEDA's evaluator; it saturates.
    pub fn composite_m(&self, values: &[Option<f64>]) -> Option<i64> {
        let mut present = [0.0; Formula::MAX_NAMES];
        let present = present.get_mut(..values.len())?;
        for (slot, value) in present.iter_mut().zip(values) {
            *slot = (*value)?;
        }
        Some(metric_milli(self.formula.evaluate(present)))
    }

    /// Whether the composite of these triggers is above the activation target.
    pub(super) fn are_active(&self, triggers: &[TriggerState]) -> bool {
        let mut values = [None; Formula::MAX_NAMES];
        for (slot, trigger) in values.iter_mut().zip(triggers) {
            *slot = match trigger {
                TriggerState::Read { value, .. } => Some(*value),
                // No formula can name a CPU trigger: it has no value here.
                TriggerState::Resource => Some(0.0),
                TriggerState::Failed => None,
            };
        }
        let values = values.get(..triggers.len()).unwrap_or(&values);
        self.composite_m(values)
            .is_some_and(|value_m| is_active(value_m as f64 / 1000.0, self.activation_target))
    }

    /// Whether a fallback can stand beside it: KEDA reads the target as a whole number there.
    pub fn allow_fallback(&self) -> bool {
        self.target > 0.0 && self.target.fract() == 0.0
    }
}
