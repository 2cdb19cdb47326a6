//! SLO-driven scaling: follows the objective itself, with CPU as a fallback and a floor.
//!
//! Latency and burn rate are no load: they do not fall in proportion to replicas, and say nothing while all is
//! well. So this controller takes steps, up by as much as the indicator is above its target, down by little while
//! it is well below, waits after each for its effect, and lets CPU (which is a load) tell how far down is safe and
//! what to do while the indicator is missing. It is the studio's own, after the usual practice of hysteresis and
//! cooldown (Hellerstein et al., *Feedback Control of Computing Systems*, 2004, ch. 9).

use super::alarm::{period_ticks, reaction_ticks};
use super::controller::{Controller, LatencyWanted, Surroundings, View, Wish};
use super::decision::{Decision, DecisionLog, Rule};
use super::hpa_words::{at_least, at_most, number};
use super::scaler_metric::{ScalerMetric, latency_of};
use crate::scenario::document::{ScalerMetricDocument, SloDrivenDocument};

/// Deviation of CPU from its target that the fallback ignores, as the HPA does.
const CPU_TOLERANCE: f64 = 0.1;

/// SLO-driven scaling with the times of its last change.
#[derive(Clone, Debug)]
pub struct SloDriven {
    document: SloDrivenDocument,
    indicator: ScalerMetric,
    cpu: ScalerMetric,
    period_ticks: u32,
    reaction_ticks: u32,
    changed_s: f64,
    at_maximum: bool,
}

/// What the inputs call for before cooldown and bounds.
struct Call {
    replicas: u32,
    rule: Rule,
    why: String,
}

impl SloDriven {
    /// A controller that has not looked yet.
    pub fn new(document: &SloDrivenDocument, around: Surroundings<'_>) -> Self {
        let scenario = around.document;
        let indicator = ScalerMetricDocument::Service {
            signal: document.indicator.signal(),
        };
        Self {
            indicator: ScalerMetric::new(&indicator),
            cpu: ScalerMetric::cpu(),
            period_ticks: period_ticks(document.period_s, around.tick_s),
            reaction_ticks: reaction_ticks(
                &scenario.telemetry,
                document.period_s.saturating_add(document.up_cooldown_s),
                1,
                around.tick_s,
            ),
            document: document.clone(),
            changed_s: f64::NEG_INFINITY,
            at_maximum: false,
        }
    }

    /// Replicas at which CPU would be at its target; rounded up, the cast saturates.
    fn by_cpu(&self, cpu: f64, current: u32) -> u32 {
        let target = f64::from(self.document.cpu_target_percent);
        (f64::from(current) * cpu / target).ceil() as u32
    }

    fn call(&self, indicator: Option<f64>, cpu: Option<f64>, current: u32) -> Call {
        let document = &self.document;
        let Some(value) = indicator else {
            return self.fall_back(cpu, current);
        };
        let target = document.target;
        let says = format!(
            "{} is {} against a target of {}",
            self.indicator.name(),
            number(value),
            number(target)
        );
        let share = |percent: f64| f64::from(current) * percent / 100.0;
        if value > target {
            let above = (100.0 * (value / target - 1.0)).min(f64::from(document.step_up_percent));
            let step = (share(above).ceil() as u32).max(1);
            return Call {
                replicas: current.saturating_add(step),
                rule: Rule::Metric,
                why: format!("{says}: {step} more"),
            };
        }
        if value > target * document.relax_percent / 100.0 {
            return Call {
                replicas: current,
                rule: Rule::Tolerance,
                why: format!(
                    "{says}: met, and not below {} ({} %), where replicas are removed",
                    number(target * document.relax_percent / 100.0),
                    number(document.relax_percent)
                ),
            };
        }
        let step = (share(f64::from(document.step_down_percent)).floor() as u32).max(1);
        let down = current.saturating_sub(step);
        match cpu.map(|cpu| self.by_cpu(cpu, current)) {
            Some(floor) if floor >= current => Call {
                replicas: current,
                rule: Rule::Tolerance,
                why: format!(
                    "{says}, but CPU is {} % against {} %: fewer replicas would be too busy",
                    number(cpu.unwrap_or(0.0)),
                    document.cpu_target_percent
                ),
            },
            floor => Call {
                replicas: down.max(floor.unwrap_or(down)),
                rule: Rule::Metric,
                why: format!("{says}, well below: {step} fewer"),
            },
        }
    }

    /// The indicator is missing: CPU decides, in proportion.
    fn fall_back(&self, cpu: Option<f64>, current: u32) -> Call {
        let Some(cpu) = cpu else {
            return Call {
                replicas: current,
                rule: Rule::NoData,
                why: "Neither the indicator nor CPU has a value".into(),
            };
        };
        let target = f64::from(self.document.cpu_target_percent);
        let says = format!(
            "{} has no value; CPU is {} % against {} %",
            self.indicator.name(),
            number(cpu),
            number(target)
        );
        if (cpu / target - 1.0).abs() <= CPU_TOLERANCE {
            return Call {
                replicas: current,
                rule: Rule::Tolerance,
                why: format!("{says}: within tolerance"),
            };
        }
        let replicas = self.by_cpu(cpu, current.max(1));
        Call {
            replicas,
            rule: Rule::Fallback,
            why: format!("{says}: {replicas} would bring it there"),
        }
    }

    /// Cooldown and bounds.
    fn bound(&mut self, call: Call, current: u32, now_s: f64) -> (u32, Rule, String) {
        let document = &self.document;
        let (least, most) = (document.min_replicas, document.max_replicas);
        self.at_maximum = call.replicas > most;
        let to = call.replicas.clamp(least, most);
        let cooldown_s = if to > current {
            document.up_cooldown_s
        } else {
            document.down_cooldown_s
        };
        let waits_s = self.changed_s + f64::from(cooldown_s) - now_s;
        if to != current && waits_s > 0.0 && (least..=most).contains(&current) {
            let why = format!(
                "{}, but the pause after the last change lasts {} s more.",
                call.why,
                number(waits_s)
            );
            return (current, Rule::Cooldown, why);
        }
        match to {
            to if to < call.replicas => (
                to,
                Rule::Maximum,
                format!("{}, {}.", call.why, at_most(most, call.replicas)),
            ),
            to if to > call.replicas => (
                to,
                Rule::Minimum,
                format!("{}, {}.", call.why, at_least(least, call.replicas)),
            ),
            _ => (to, call.rule, format!("{}.", call.why)),
        }
    }
}

impl Controller for SloDriven {
    fn initial_replicas(&self) -> u32 {
        self.document.min_replicas
    }

    fn reaction_ticks(&self) -> u32 {
        self.reaction_ticks
    }

    fn latency_wanted(&self) -> LatencyWanted {
        latency_of(self.document.indicator.signal())
    }

    fn decide(&mut self, view: &View<'_>, log: &mut DecisionLog) -> Option<Wish> {
        if !view.tick.is_multiple_of(self.period_ticks) {
            return None;
        }
        let sample = view.telemetry.visible();
        let call = self.call(
            self.indicator.value(sample),
            self.cpu.value(sample),
            view.current,
        );
        let (to, rule, why) = self.bound(call, view.current, view.now_s);
        if to != view.current {
            self.changed_s = view.now_s;
        }
        log.record(|| {
            let target = Some(self.document.target);
            let cpu_target = Some(f64::from(self.document.cpu_target_percent));
            Decision {
                at_s: 0.0,
                controller: "SLO-driven scaling".into(),
                from: view.current,
                to,
                rule,
                inputs: vec![
                    self.indicator.input(sample, view.now_s, target),
                    self.cpu.input(sample, view.now_s, cpu_target),
                ],
                why,
            }
        });
        Some(Wish {
            replicas: to,
            at_maximum: self.at_maximum,
        })
    }
}
