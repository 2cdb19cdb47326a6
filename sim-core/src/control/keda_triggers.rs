//! KEDA's triggers in the simulation: what each reads at a moment.
//!
//! A Prometheus trigger sees the newest sample of the telemetry; as with KEDA's `ignoreNullValues`, an answer without
//! a value is 0, while before the first sample there is nothing to answer and it fails. A queue trigger asks the
//! queue itself and sees the end of the tick exactly. A cron trigger looks at the clock, where the window starts on a
//! Monday at 00:00.

use super::controller::{LatencyWanted, Surroundings, View};
use super::decision::Input;
use super::hpa_words::signal_words;
use super::keda::{CronWindow, MetricKind, TriggerState, is_active};
use super::scaler_metric::signal_value;
use crate::scenario::document::{MetricTypeDocument, Signal, TriggerDocument, WeekdayDocument};

/// One trigger.
#[derive(Clone, Debug)]
pub(super) struct Trigger {
    /// What it measures, for people.
    pub(super) label: String,
    /// Value per replica or for all of them.
    pub(super) threshold: f64,
    /// How the HPA takes it.
    pub(super) metric_kind: MetricKind,
    activation: f64,
    source: Source,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    Cpu { percent: u32 },
    Telemetry(Signal),
    Queue,
    Cron(CronWindow),
}

/// What a trigger says at a moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    /// Its value and whether it is active.
    pub(super) state: TriggerState,
    /// Age of the sample, seconds; `None`: it is of now.
    pub(super) age_s: Option<f64>,
}

impl Reading {
    /// Its value, if it has one.
    pub(super) fn value(&self) -> Option<f64> {
        match self.state {
            TriggerState::Read { value, .. } => Some(value),
            TriggerState::Resource | TriggerState::Failed => None,
        }
    }
}

/// All triggers of a ScaledObject or ScaledJob.
#[derive(Clone, Debug)]
pub(super) struct Triggers {
    triggers: Vec<Trigger>,
    window_start_s: f64,
}

impl Triggers {
    pub(super) fn new(documents: &[TriggerDocument], around: Surroundings<'_>) -> Self {
        Self {
            triggers: documents.iter().map(trigger).collect(),
            window_start_s: f64::from(around.warm_up_ticks) * around.tick_s,
        }
    }

    /// The triggers in the order of the document.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Trigger> {
        self.triggers.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.triggers.len()
    }

    /// Reads all of them, in their order.
    pub(super) fn read(&self, view: &View<'_>, into: &mut Vec<Reading>) {
        into.clear();
        let time_s = view.now_s - self.window_start_s;
        into.extend(self.triggers.iter().map(|t| t.read(view, time_s)));
    }

    /// Which latencies any of them looks at.
    pub(super) fn latency_wanted(&self) -> LatencyWanted {
        let looks_at = |wanted| {
            let of =
                |t: &Trigger| matches!(t.source, Source::Telemetry(signal) if signal == wanted);
            self.triggers.iter().any(of)
        };
        LatencyWanted {
            p95: looks_at(Signal::P95LatencyMs),
            p99: looks_at(Signal::P99LatencyMs),
        }
    }

    /// Seconds from an event until a trigger can show it.
    pub(super) fn delay_s(&self, around: Surroundings<'_>) -> f64 {
        let sampled = |t: &Trigger| matches!(t.source, Source::Telemetry(_) | Source::Cpu { .. });
        if !self.triggers.iter().any(sampled) {
            return 0.0;
        }
        let telemetry = &around.document.telemetry;
        f64::from(telemetry.window_s + telemetry.scrape_interval_s + telemetry.lag_s)
    }

    /// The triggers as inputs of a decision of the poll, which does not look at CPU.
    pub(super) fn inputs(&self, readings: &[Reading]) -> Vec<Input> {
        let read = self.triggers.iter().zip(readings);
        read.filter(|(trigger, _)| trigger.cpu_percent().is_none())
            .map(|(trigger, reading)| trigger.input(reading))
            .collect()
    }
}

impl Trigger {
    /// The target of a CPU trigger, per cent.
    pub(super) fn cpu_percent(&self) -> Option<u32> {
        match self.source {
            Source::Cpu { percent } => Some(percent),
            _ => None,
        }
    }

    fn read(&self, view: &View<'_>, time_s: f64) -> Reading {
        let sample = view.telemetry.visible();
        let (value, age_s) = match self.source {
            Source::Cpu { .. } => {
                return Reading {
                    state: TriggerState::Resource,
                    age_s: None,
                };
            }
            Source::Telemetry(signal) => (
                sample.map(|sample| signal_value(sample, signal).unwrap_or(0.0)),
                sample.map(|sample| view.now_s - sample.taken_s),
            ),
            Source::Queue => (Some(view.measure.waiting), None),
            Source::Cron(window) => {
                let (value, active) = window.read(time_s);
                return Reading {
                    state: TriggerState::Read { value, active },
                    age_s: None,
                };
            }
        };
        let state = value.map_or(TriggerState::Failed, |value| TriggerState::Read {
            value,
            active: is_active(value, self.activation),
        });
        Reading { state, age_s }
    }

    fn input(&self, reading: &Reading) -> Input {
        let problem = match reading.state {
            TriggerState::Failed => "nothing has been measured yet",
            TriggerState::Resource | TriggerState::Read { .. } => "",
        };
        Input {
            name: self.label.clone(),
            value: reading.value(),
            // A cron trigger is active by the clock, not by its value.
            target: (!matches!(self.source, Source::Cron(_))).then_some(self.activation),
            age_s: reading.age_s,
            proposes: None,
            problem: problem.into(),
        }
    }
}

fn trigger(document: &TriggerDocument) -> Trigger {
    let label = |what: &str| match document.name() {
        Some(name) => format!("{what} ({name})"),
        None => what.to_owned(),
    };
    match document {
        TriggerDocument::Prometheus {
            signal,
            threshold,
            activation_threshold,
            metric_type,
            ..
        } => Trigger {
            label: label(signal_words(*signal)),
            threshold: *threshold,
            metric_kind: kind(*metric_type),
            activation: *activation_threshold,
            source: Source::Telemetry(*signal),
        },
        TriggerDocument::Queue {
            threshold,
            activation_threshold,
            metric_type,
            ..
        } => Trigger {
            label: label("Queue length"),
            threshold: *threshold,
            metric_kind: kind(*metric_type),
            activation: *activation_threshold,
            source: Source::Queue,
        },
        TriggerDocument::Cpu { target_percent } => Trigger {
            label: label("CPU use"),
            threshold: f64::from(*target_percent),
            metric_kind: MetricKind::AverageValue,
            activation: 0.0,
            source: Source::Cpu {
                percent: *target_percent,
            },
        },
        TriggerDocument::Cron {
            start_hour,
            end_hour,
            days,
            desired_replicas,
            ..
        } => Trigger {
            label: label("Replicas by the clock"),
            threshold: 1.0,
            metric_kind: MetricKind::AverageValue,
            activation: 0.0,
            source: Source::Cron(CronWindow {
                start_s: second_of_day(*start_hour),
                end_s: second_of_day(*end_hour),
                days: WeekdayDocument::ALL.map(|day| days.contains(&day)),
                desired_replicas: *desired_replicas,
            }),
        },
    }
}

/// Hour 24 is midnight.
fn second_of_day(hour: f64) -> f64 {
    let second = hour * 3600.0;
    if second >= 86_400.0 { 0.0 } else { second }
}

/// How the HPA takes a metric.
pub(super) fn kind(document: MetricTypeDocument) -> MetricKind {
    match document {
        MetricTypeDocument::AverageValue => MetricKind::AverageValue,
        MetricTypeDocument::Value => MetricKind::Value,
    }
}
