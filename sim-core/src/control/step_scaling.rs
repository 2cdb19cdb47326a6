//! Step scaling: alarms add or remove replicas by how far a metric is out of bounds.
//!
//! Source: AWS Application Auto Scaling, "Step scaling policies": of the steps whose interval holds the metric one
//! is taken; within the cooldown after a scale-out what it added counts as part of the next one, so that only a
//! larger step is followed, and nothing is removed within the cooldown after any change.

use super::alarm::{Alarm, period_ticks, reaction_ticks};
use super::controller::{Controller, LatencyWanted, Surroundings, View, Wish};
use super::decision::{Decision, DecisionLog, Rule};
use super::hpa_words::{at_least, at_most, number};
use super::scaler_metric::ScalerMetric;
use crate::scenario::document::{StepDocument, StepScalingDocument};

/// Step scaling with its alarms.
#[derive(Clone, Debug)]
pub struct StepScaling {
    document: StepScalingDocument,
    metric: ScalerMetric,
    period_ticks: u32,
    reaction_ticks: u32,
    high: Alarm,
    low: Alarm,
    /// When it changed last, and when it scaled out last, from how many.
    changed_s: f64,
    out_s: f64,
    out_from: u32,
    at_maximum: bool,
}

impl StepScaling {
    /// A controller that has not looked yet.
    pub fn new(document: &StepScalingDocument, around: Surroundings<'_>) -> Self {
        let scenario = around.document;
        let tick_s = around.tick_s;
        Self {
            metric: ScalerMetric::new(&document.metric),
            period_ticks: period_ticks(document.period_s, tick_s),
            reaction_ticks: reaction_ticks(
                &scenario.telemetry,
                document.period_s,
                document.datapoints,
                tick_s,
            ),
            document: document.clone(),
            high: Alarm::default(),
            low: Alarm::default(),
            changed_s: f64::NEG_INFINITY,
            out_s: f64::NEG_INFINITY,
            out_from: 0,
            at_maximum: false,
        }
    }

    /// The step out that a value calls for: the highest bound reached.
    fn out(&self, value: f64) -> Option<&StepDocument> {
        let reached = self
            .document
            .scale_out
            .iter()
            .filter(|step| value >= step.bound);
        reached.max_by(|a, b| a.bound.total_cmp(&b.bound))
    }

    /// The step in that a value calls for: the lowest bound not exceeded.
    fn back(&self, value: f64) -> Option<&StepDocument> {
        let reached = self
            .document
            .scale_in
            .iter()
            .filter(|step| value <= step.bound);
        reached.min_by(|a, b| a.bound.total_cmp(&b.bound))
    }

    /// Replicas after a look, what bound them, and why.
    fn look(&mut self, value: Option<f64>, current: u32, now_s: f64) -> (u32, Rule, String) {
        let document = &self.document;
        let (least, most) = (document.min_replicas, document.max_replicas);
        let Some(value) = value else {
            self.high.holds(false, 1);
            self.low.holds(false, 1);
            return (
                current,
                Rule::NoData,
                "The metric has no value, so no alarm rings.".into(),
            );
        };
        let (out, back) = (self.out(value).cloned(), self.back(value).cloned());
        let wanted = document.datapoints;
        let high = self.high.holds(out.is_some(), wanted);
        let low = self.low.holds(back.is_some(), wanted);
        let periods = self.high.periods().max(self.low.periods());
        let name = self.metric.name();
        let says = format!("{name} is {}", number(value));
        let out_waits_s = self.out_s + f64::from(document.cooldown_s) - now_s;
        let base = if out_waits_s > 0.0 {
            self.out_from
        } else {
            current
        };
        let (raw, step) = match (out, back) {
            (Some(step), _) if high => (base.saturating_add(step.replicas).max(current), step),
            (None, Some(step)) if low => (current.saturating_sub(step.replicas), step),
            (None, None) => {
                return (
                    current,
                    Rule::Tolerance,
                    format!("{says}: no step's bound is reached."),
                );
            }
            _ => {
                let why = format!(
                    "{says}: out of bounds for {periods} of the {wanted} periods that a step takes."
                );
                return (current, Rule::Stabilization, why);
            }
        };
        let bound = number(step.bound);
        let direction = if high { "more" } else { "fewer" };
        let asks = format!(
            "{says}, which calls for {} {direction} (bound {bound})",
            step.replicas
        );
        self.at_maximum = raw > most;
        let to = raw.clamp(least, most);
        let waits_s = self.changed_s + f64::from(document.cooldown_s) - now_s;
        let held_out = high && raw == current && out_waits_s > 0.0;
        if held_out || (to < current && waits_s > 0.0) {
            let waits_s = if high { out_waits_s } else { waits_s };
            let why = format!("{asks}, but the cooldown lasts {} s more.", number(waits_s));
            return (current, Rule::Cooldown, why);
        }
        if to != raw {
            let (rule, bound) = if raw > most {
                (Rule::Maximum, at_most(most, raw))
            } else {
                (Rule::Minimum, at_least(least, raw))
            };
            return (to, rule, format!("{asks}, {bound}."));
        }
        (to, Rule::Metric, format!("{asks}: {to}."))
    }
}

impl Controller for StepScaling {
    fn initial_replicas(&self) -> u32 {
        self.document.min_replicas
    }

    fn reaction_ticks(&self) -> u32 {
        self.reaction_ticks
    }

    fn latency_wanted(&self) -> LatencyWanted {
        self.metric.latency_wanted()
    }

    fn decide(&mut self, view: &View<'_>, log: &mut DecisionLog) -> Option<Wish> {
        if !view.tick.is_multiple_of(self.period_ticks) {
            return None;
        }
        let sample = view.telemetry.visible();
        let value = self.metric.value(sample);
        self.at_maximum = false;
        let (to, rule, why) = self.look(value, view.current, view.now_s);
        if to > view.current && view.now_s >= self.out_s + f64::from(self.document.cooldown_s) {
            self.out_s = view.now_s;
            self.out_from = view.current;
        }
        if to != view.current {
            self.changed_s = view.now_s;
        }
        log.record(|| Decision {
            at_s: 0.0,
            controller: "Step scaling".into(),
            from: view.current,
            to,
            rule,
            inputs: vec![self.metric.input(sample, view.now_s, None)],
            why,
        });
        Some(Wish {
            replicas: to,
            at_maximum: self.at_maximum,
        })
    }
}
