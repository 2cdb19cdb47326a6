//! Drives a KEDA ScaledObject in the simulation: two actors on the same replicas, each with its own clock.
//!
//! ```text
//!   triggers ──► KEDA operator, every polling interval: 0 (or idle) ↔ 1 (or the minimum)
//!          └───► HPA of KEDA, every 15 s: 1 … N; it keeps its hands off a workload at zero
//! ```
//!
//! When both are due at the end of the same tick the HPA comes first. The HPA asks KEDA's metrics server for its
//! metrics, which reads the triggers anew, counts their failures and puts the fallback in their place.

use super::controller::{Controller, LatencyWanted, Surroundings, View, Wish};
use super::decision::{Decision, DecisionLog, Input, Rule};
use super::hpa::{HpaSpec, MetricSpec, ResourceName, ResourceTarget, ServiceTarget};
use super::hpa_driver::{self, Given, HpaDriver, MadeHpa, as_i32};
use super::hpa_words::{number, replicas, stay};
use super::keda::{
    Activity, Fallback, FallbackBehavior, Formula, Health, MetricKind, MetricReading, Modifiers,
    PollDecision, PollInput, PollReason, PollSpec, PollState, TriggerState, Workload, metric_milli,
    object_activity, poll,
};
use super::keda_triggers::{Reading, Triggers, kind};
use crate::scenario::document::{
    FallbackBehaviorDocument, FallbackDocument, KedaDocument, ScalingModifiersDocument,
    TriggerDocument,
};
use crate::words::capitalised;

/// Where a metric of the HPA comes from.
#[derive(Clone, Copy, Debug)]
enum Slot {
    /// The trigger at this place.
    Trigger(usize),
    /// The composite of the scaling modifiers.
    Composite,
    /// The pods' CPU, which the HPA reads by itself.
    Cpu,
}

/// A ScaledObject with its HPA.
pub struct KedaDriver {
    triggers: Triggers,
    modifiers: Option<Modifiers>,
    fallback: Option<Fallback>,
    /// Failures of each trigger, as the metrics server counts them.
    health: Vec<Health>,
    poll_spec: PollSpec,
    poll_state: PollState,
    poll_ticks: u32,
    reaction_ticks: u32,
    start: u32,
    hpa: HpaDriver,
    slots: Vec<Slot>,
    /// Reused from call to call.
    readings: Vec<Reading>,
    given: Vec<Given>,
}

impl KedaDriver {
    /// A ScaledObject that has just been applied, to a workload of the fewest replicas that its HPA allows.
    pub fn new(keda: &KedaDocument, around: Surroundings<'_>) -> Self {
        let triggers = Triggers::new(&keda.triggers, around);
        let modifiers = keda
            .scaling_modifiers
            .as_ref()
            .and_then(|written| modifiers(written, &keda.triggers));
        let (made, slots) = hpa(keda, &triggers, modifiers.as_ref());
        let ticks = |seconds: f64| (seconds / around.tick_s).round().max(1.0) as u32;
        let interval_s = f64::from(keda.polling_interval_s);
        let hpa = HpaDriver::made(made, around);
        let wakes_after_s = triggers.delay_s(around) + interval_s;
        Self {
            health: vec![Health::default(); triggers.len()],
            fallback: keda.fallback.as_ref().map(fallback),
            poll_spec: PollSpec {
                min_replicas: as_i32(keda.min_replicas),
                idle_replicas: keda.idle_replicas.map(as_i32),
                cooldown_ms: u64::from(keda.cooldown_s) * 1000,
                initial_cooldown_ms: u64::from(keda.initial_cooldown_s) * 1000,
                fallback_replicas: keda.fallback.as_ref().map(|f| as_i32(f.replicas)),
                ..PollSpec::default()
            },
            poll_state: PollState::default(),
            poll_ticks: ticks(interval_s),
            reaction_ticks: hpa.reaction_ticks().max(ticks(wakes_after_s) + 1),
            start: keda.hpa_min_replicas(),
            hpa,
            slots,
            triggers,
            modifiers,
            readings: Vec::new(),
            given: Vec::new(),
        }
    }

    /// What the metrics server answers to the HPA.
    fn serve_metrics(&mut self, view: &View<'_>) {
        self.given.clear();
        self.given.resize(self.slots.len(), Given::default());
        if !self.hpa.looks_at_metrics(view.current) {
            return;
        }
        self.triggers.read(view, &mut self.readings);
        let workload = Workload {
            current_replicas: Some(as_i32(view.current)),
            ready_replicas: Some(as_i32(view.fleet.ready())),
        };
        let composite = self.modifiers.is_some().then(|| self.composite(workload));
        for (given, slot) in self.given.iter_mut().zip(&self.slots) {
            *given = match *slot {
                Slot::Cpu => Given::default(),
                Slot::Composite => composite.unwrap_or_default(),
                Slot::Trigger(index) => {
                    let trigger = self.triggers.iter().nth(index);
                    let health = self.health.get_mut(index);
                    let reading = self.readings.get(index);
                    let Some(((trigger, health), reading)) = trigger.zip(health).zip(reading)
                    else {
                        continue;
                    };
                    let served = health.read(
                        reading.value().map(metric_milli),
                        self.fallback.as_ref(),
                        trigger.threshold,
                        trigger.metric_kind,
                        workload,
                    );
                    given_from(served, reading.age_s)
                }
            };
        }
    }

    /// The composite of the scaling modifiers: the fallback's value as soon as one trigger falls back, nothing while
    /// one cannot be read.
    fn composite(&mut self, workload: Workload) -> Given {
        let Some(modifiers) = &self.modifiers else {
            return Given::default();
        };
        let fallback = self.fallback.filter(|_| modifiers.allow_fallback());
        let (mut failed, mut fallen_back, mut oldest_s) = (false, None, None::<f64>);
        for (reading, health) in self.readings.iter().zip(&mut self.health) {
            if reading.state == TriggerState::Resource {
                continue;
            }
            let served = health.read(
                reading.value().map(metric_milli),
                fallback.as_ref(),
                modifiers.target,
                modifiers.kind,
                workload,
            );
            match served {
                MetricReading::Value(_) => {}
                MetricReading::Fallback(_) => fallen_back = fallen_back.or(Some(served)),
                MetricReading::Unavailable => failed = true,
            }
            oldest_s = match (oldest_s, reading.age_s) {
                (Some(oldest_s), Some(age_s)) => Some(oldest_s.max(age_s)),
                (oldest_s, age_s) => oldest_s.or(age_s),
            };
        }
        let served = match fallen_back {
            Some(fallback) => fallback,
            None if failed => MetricReading::Unavailable,
            None => self
                .composite_m()
                .map_or(MetricReading::Unavailable, MetricReading::Value),
        };
        given_from(served, oldest_s)
    }

    /// The formula's value for what the triggers say.
    fn composite_m(&self) -> Option<i64> {
        let mut values = [None; Formula::MAX_NAMES];
        for (value, reading) in values.iter_mut().zip(&self.readings) {
            *value = match reading.state {
                TriggerState::Resource => Some(0.0),
                _ => reading.value(),
            };
        }
        let values = values.get(..self.readings.len())?;
        self.modifiers.as_ref()?.composite_m(values)
    }

    /// The operator's look: between none (or idle) and some.
    fn poll(&mut self, view: &View<'_>, current: u32, log: &mut DecisionLog) -> u32 {
        self.triggers.read(view, &mut self.readings);
        let mut states = [TriggerState::Resource; Formula::MAX_NAMES];
        for (state, reading) in states.iter_mut().zip(&self.readings) {
            *state = reading.state;
        }
        let states = states.get(..self.readings.len()).unwrap_or(&states);
        let activity = object_activity(states, self.modifiers.as_ref());
        let input = PollInput {
            now_ms: (view.now_s * 1000.0).round() as u64,
            current_replicas: as_i32(current),
            active: activity.active,
            error: activity.error,
        };
        let before = self.poll_state;
        let decision = poll(&self.poll_spec, &mut self.poll_state, input);
        log.record(|| self.explain(before, input, activity, decision));
        decision.replicas.unsigned_abs()
    }

    fn explain(
        &self,
        before: PollState,
        input: PollInput,
        activity: Activity,
        decision: PollDecision,
    ) -> Decision {
        let mut inputs = self.triggers.inputs(&self.readings);
        if let Some(modifiers) = &self.modifiers {
            let value = self.composite_m().map(|milli| milli as f64 / 1000.0);
            inputs.push(Input {
                name: "Composite of the scaling modifiers".into(),
                value,
                target: Some(modifiers.activation_target),
                age_s: None,
                proposes: None,
                problem: match value {
                    Some(_) => String::new(),
                    None => "a trigger that it may need cannot be read".into(),
                },
            });
        }
        let why = self.why(before, input, activity, decision);
        Decision {
            at_s: 0.0,
            controller: "KEDA operator".into(),
            from: input.current_replicas.unsigned_abs(),
            to: decision.replicas.unsigned_abs(),
            rule: rule(decision.reason),
            inputs,
            why,
        }
    }

    fn why(
        &self,
        before: PollState,
        input: PollInput,
        activity: Activity,
        decision: PollDecision,
    ) -> String {
        let spec = &self.poll_spec;
        let awake = || {
            let (what, value) = self.active(activity);
            match value {
                Some(value) => format!("{what} is {}, so it is active", number(value)),
                None => what,
            }
        };
        let to = replicas(decision.replicas);
        match decision.reason {
            PollReason::Activated => format!("{}: the workload is woken with {to}.", awake()),
            PollReason::LeftToHpa | PollReason::LeftToHpaWithErrors => {
                format!(
                    "{}: how many replicas there are is left to the HPA.",
                    awake()
                )
            }
            PollReason::CoolingDown => {
                let (since_ms, period_ms, since) = match before.last_active_ms {
                    Some(at_ms) => (at_ms, spec.cooldown_ms, "no trigger has been active"),
                    None => (
                        before.created_ms,
                        spec.initial_cooldown_ms,
                        "no trigger has ever been active",
                    ),
                };
                let past_s = input.now_ms.saturating_sub(since_ms) / 1000;
                let period_s = period_ms / 1000;
                format!(
                    "For {past_s} s {since}; {} until it is more than {period_s} s, the cooldown.",
                    stay(decision.replicas)
                )
            }
            PollReason::Deactivated => {
                let period_s = match before.last_active_ms {
                    Some(_) => spec.cooldown_ms,
                    None => spec.initial_cooldown_ms,
                } / 1000;
                format!(
                    "No trigger has been active for more than {period_s} s, the cooldown: it goes to {to}."
                )
            }
            PollReason::RaisedToMinimum => {
                format!(
                    "There were fewer replicas than the minimum of {}.",
                    spec.min_replicas
                )
            }
            PollReason::AwaitsFallback => {
                format!(
                    "The triggers cannot be read; {}, and the fallback acts through the HPA.",
                    stay(decision.replicas)
                )
            }
            PollReason::TriggerError => {
                format!(
                    "The triggers cannot be read, and there is no fallback; {}.",
                    stay(decision.replicas)
                )
            }
            reason => format!(
                "{}; {}.",
                capitalised(reason.as_str()),
                stay(decision.replicas)
            ),
        }
    }

    /// What makes it active, and its value.
    fn active(&self, activity: Activity) -> (String, Option<f64>) {
        if self.modifiers.is_some() {
            let value = self.composite_m().map(|milli| milli as f64 / 1000.0);
            return ("The composite of the scaling modifiers".into(), value);
        }
        let by = activity.by.map(|index| index as usize);
        let trigger = by.and_then(|index| self.triggers.iter().nth(index));
        match (trigger, by.and_then(|index| self.readings.get(index))) {
            (Some(trigger), Some(reading)) => (trigger.label.clone(), reading.value()),
            _ => ("CPU triggers alone are always active".into(), None),
        }
    }
}

impl Controller for KedaDriver {
    fn initial_replicas(&self) -> u32 {
        self.start
    }

    fn reaction_ticks(&self) -> u32 {
        self.reaction_ticks
    }

    fn latency_wanted(&self) -> LatencyWanted {
        self.triggers.latency_wanted()
    }

    fn decide(&mut self, view: &View<'_>, log: &mut DecisionLog) -> Option<Wish> {
        let mut wish = None;
        if self.hpa.is_due(view.tick) {
            self.serve_metrics(view);
            wish = Some(self.hpa.reconcile_given(view, &self.given, log));
        }
        if view.tick.is_multiple_of(self.poll_ticks) {
            let current = wish.map_or(view.current, |wish| wish.replicas);
            wish = Some(Wish {
                replicas: self.poll(view, current, log),
                at_maximum: self.hpa.at_maximum(),
            });
        }
        wish
    }
}

fn given_from(served: MetricReading, age_s: Option<f64>) -> Given {
    let (value_m, is_fallback) = match served {
        MetricReading::Value(value_m) => (Some(value_m), false),
        MetricReading::Fallback(value_m) => (Some(value_m), true),
        MetricReading::Unavailable => (None, false),
    };
    Given {
        value_m,
        age_s,
        is_fallback,
    }
}

fn rule(reason: PollReason) -> Rule {
    match reason {
        PollReason::Activated | PollReason::LeftToHpa | PollReason::LeftToHpaWithErrors => {
            Rule::Activation
        }
        PollReason::AwaitsFallback => Rule::Fallback,
        PollReason::TriggerError => Rule::NoData,
        PollReason::Deactivated | PollReason::NothingToDo => Rule::Idle,
        PollReason::CoolingDown => Rule::Cooldown,
        PollReason::RaisedToMinimum => Rule::Minimum,
        PollReason::ActivationPaused | PollReason::DeactivationPaused => Rule::Disabled,
    }
}

/// The HPA that KEDA makes: at least one replica, external metrics for the triggers or their composite.
fn hpa(
    keda: &KedaDocument,
    triggers: &Triggers,
    modifiers: Option<&Modifiers>,
) -> (MadeHpa, Vec<Slot>) {
    let (mut metrics, mut slots, mut names) = (Vec::new(), Vec::new(), Vec::new());
    let mut add = |metric, slot, name: &str| {
        metrics.push(metric);
        slots.push(slot);
        names.push(name.to_owned());
    };
    if let Some(modifiers) = modifiers {
        let metric = external(modifiers.target, modifiers.kind);
        add(
            metric,
            Slot::Composite,
            "Composite of the scaling modifiers",
        );
    }
    for (index, trigger) in triggers.iter().enumerate() {
        if let Some(percent) = trigger.cpu_percent() {
            let target = ResourceTarget::Utilization {
                percent: as_i32(percent),
            };
            let resource = ResourceName::Cpu;
            add(MetricSpec::Resource { resource, target }, Slot::Cpu, "");
        } else if modifiers.is_none() {
            let metric = external(trigger.threshold, trigger.metric_kind);
            add(metric, Slot::Trigger(index), &trigger.label);
        }
    }
    let source = |slot: &Slot| match slot {
        Slot::Cpu => hpa_driver::Source::Cpu,
        Slot::Composite | Slot::Trigger(_) => hpa_driver::Source::Given,
    };
    let made = MadeHpa {
        controller: "HPA of KEDA",
        sources: slots.iter().map(source).collect(),
        names,
        spec: HpaSpec {
            min_replicas: as_i32(keda.hpa_min_replicas()),
            metrics,
            behavior: keda.behavior.as_ref().map(hpa_driver::behavior),
            ..HpaSpec::new(as_i32(keda.max_replicas))
        },
    };
    (made, slots)
}

fn external(target: f64, kind: MetricKind) -> MetricSpec {
    let milli = metric_milli(target).max(1);
    MetricSpec::External {
        target: match kind {
            MetricKind::AverageValue => ServiceTarget::AverageValue { milli },
            MetricKind::Value => ServiceTarget::Value { milli },
        },
    }
}

/// `None` for a formula that the checker would have refused.
fn modifiers(
    written: &ScalingModifiersDocument,
    triggers: &[TriggerDocument],
) -> Option<Modifiers> {
    let names: Vec<Option<&str>> = triggers.iter().map(TriggerDocument::name).collect();
    Some(Modifiers {
        formula: Formula::compile(&written.formula, &names).ok()?,
        target: written.target,
        activation_target: written.activation_target,
        kind: kind(written.metric_type),
    })
}

fn fallback(document: &FallbackDocument) -> Fallback {
    Fallback {
        failure_threshold: as_i32(document.failure_threshold),
        replicas: as_i32(document.replicas),
        behavior: match document.behavior {
            FallbackBehaviorDocument::Static => FallbackBehavior::Static,
            FallbackBehaviorDocument::CurrentReplicas => FallbackBehavior::CurrentReplicas,
            FallbackBehaviorDocument::CurrentReplicasIfHigher => {
                FallbackBehavior::CurrentReplicasIfHigher
            }
            FallbackBehaviorDocument::CurrentReplicasIfLower => {
                FallbackBehavior::CurrentReplicasIfLower
            }
        },
    }
}
