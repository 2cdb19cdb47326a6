//! Target tracking: replicas in proportion to a metric over its target, behind two alarms.
//!
//! Source: AWS Application Auto Scaling, "Target tracking scaling policies": the high alarm rings after three
//! periods above the target, the low one after fifteen below nine tenths of it; capacity is rounded up; what the
//! scale-out that began a cooldown added counts as part of the next one, so that only a larger one is followed; the
//! scale-in cooldown blocks removals only.

use super::alarm::{Alarm, period_ticks, reaction_ticks};
use super::controller::{Controller, LatencyWanted, Surroundings, View, Wish};
use super::decision::{Decision, DecisionLog, Rule};
use super::hpa_words::{at_least, at_most, number};
use super::scaler_metric::ScalerMetric;
use crate::scenario::document::TargetTrackingDocument;

/// The low alarm watches this share of the target.
const LOW_SHARE: f64 = 0.9;

/// Target tracking with its alarms.
#[derive(Clone, Debug)]
pub struct TargetTracking {
    document: TargetTrackingDocument,
    metric: ScalerMetric,
    period_ticks: u32,
    reaction_ticks: u32,
    high: Alarm,
    low: Alarm,
    /// When it scaled out last, and from how many.
    out_s: f64,
    out_from: u32,
    changed_s: f64,
    at_maximum: bool,
}

impl TargetTracking {
    /// A controller that has not looked yet.
    pub fn new(document: &TargetTrackingDocument, around: Surroundings<'_>) -> Self {
        let scenario = around.document;
        let tick_s = around.tick_s;
        Self {
            metric: ScalerMetric::new(&document.metric),
            period_ticks: period_ticks(document.period_s, tick_s),
            reaction_ticks: reaction_ticks(
                &scenario.telemetry,
                document.period_s,
                document.datapoints_out,
                tick_s,
            ),
            document: document.clone(),
            high: Alarm::default(),
            low: Alarm::default(),
            out_s: f64::NEG_INFINITY,
            out_from: 0,
            changed_s: f64::NEG_INFINITY,
            at_maximum: false,
        }
    }

    fn look(&mut self, value: Option<f64>, current: u32, now_s: f64) -> (u32, Rule, String) {
        let document = &self.document;
        let (least, most) = (document.min_replicas, document.max_replicas);
        let Some(value) = value else {
            self.high.holds(false, 1);
            self.low.holds(false, 1);
            let why = "The metric has no value: target tracking does nothing without data.";
            return (current, Rule::NoData, why.into());
        };
        let target = document.target;
        let high = self.high.holds(value > target, document.datapoints_out);
        let low = self
            .low
            .holds(value < LOW_SHARE * target, document.datapoints_in);
        let says = format!(
            "{} is {} against a target of {}",
            self.metric.name(),
            number(value),
            number(target)
        );
        if !high && !low {
            let (periods, wanted) = if self.high.periods() > 0 {
                (self.high.periods(), document.datapoints_out)
            } else {
                (self.low.periods(), document.datapoints_in)
            };
            return if periods == 0 {
                let why = format!(
                    "{says}: between the low alarm (nine tenths, {}) and the target, so nothing changes.",
                    number(LOW_SHARE * target)
                );
                (current, Rule::Tolerance, why)
            } else {
                let why =
                    format!("{says} for {periods} of the {wanted} periods that its alarm takes.");
                (current, Rule::Stabilization, why)
            };
        }
        if low && document.disable_scale_in {
            return (
                current,
                Rule::Disabled,
                format!("{says}, but scaling in is switched off."),
            );
        }
        let out_waits_s = self.out_s + f64::from(document.scale_out_cooldown_s) - now_s;
        let base = if high && out_waits_s > 0.0 {
            self.out_from
        } else {
            current
        };
        // Rounded up; the cast saturates, and what is not a number is 0.
        let raw = (f64::from(base.max(1)) * value / target).ceil() as u32;
        let asks = format!("{says}: {raw} would bring it there");
        self.at_maximum = raw > most;
        let to = raw.clamp(least, most);
        if high && to <= current {
            return if out_waits_s > 0.0 {
                let why = format!(
                    "{asks}, counted from the {base} before the last scale-out, whose cooldown lasts {} s more.",
                    number(out_waits_s)
                );
                (current, Rule::Cooldown, why)
            } else {
                (
                    current,
                    Rule::Maximum,
                    format!("{asks}, {}.", at_most(most, raw)),
                )
            };
        }
        let in_waits_s = self.changed_s + f64::from(document.scale_in_cooldown_s) - now_s;
        if to < current && in_waits_s > 0.0 {
            let why = format!(
                "{asks}, but the cooldown lasts {} s more.",
                number(in_waits_s)
            );
            return (current, Rule::Cooldown, why);
        }
        match to {
            to if to < raw => (
                to,
                Rule::Maximum,
                format!("{asks}, {}.", at_most(most, raw)),
            ),
            to if to > raw => (
                to,
                Rule::Minimum,
                format!("{asks}, {}.", at_least(least, raw)),
            ),
            _ => (to, Rule::Metric, format!("{asks}.")),
        }
    }
}

impl Controller for TargetTracking {
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
        if to > view.current {
            let in_cooldown =
                view.now_s < self.out_s + f64::from(self.document.scale_out_cooldown_s);
            if !in_cooldown {
                self.out_s = view.now_s;
                self.out_from = view.current;
            }
        }
        if to != view.current {
            self.changed_s = view.now_s;
        }
        log.record(|| Decision {
            at_s: 0.0,
            controller: "Target tracking".into(),
            from: view.current,
            to,
            rule,
            inputs: vec![
                self.metric
                    .input(sample, view.now_s, Some(self.document.target)),
            ],
            why,
        });
        Some(Wish {
            replicas: to,
            at_maximum: self.at_maximum,
        })
    }
}
