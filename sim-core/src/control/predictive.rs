//! Predictive scaling: a seasonal forecast, made ready in advance.
//!
//! The forecast for a time is the mean of what was observed at the same time of the past weeks (seasonal naive
//! with a period of a week, averaged: Hyndman & Athanasopoulos, *Forecasting*, §5.2), if wanted scaled by how much
//! the last hour differed from its own forecast. Replicas for the highest forecast between now and the lead time
//! are asked for now, so that they are ready when the load comes. It never looks at what is to come: weeks before
//! the window had the expected traffic of those weeks, without crowds and bursts.

use super::alarm::{period_ticks, reaction_ticks};
use super::controller::{Controller, Surroundings, View, Wish};
use super::decision::{Decision, DecisionLog, Input, Rule};
use super::hpa_words::{at_least, at_most, number};
use super::telemetry::Sample;
use crate::scenario::document::PredictiveDocument;
use crate::traffic::RateCurve;

/// Length of the slots in which traffic is remembered, seconds.
const SLOT_S: f64 = 300.0;
const SLOTS_PER_WEEK: usize = 7 * 24 * 12;
const SLOTS_PER_HOUR: usize = 12;

/// A slot's observations.
#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    sum_rps: f64,
    samples: u32,
}

/// Predictive scaling with its memory of the traffic.
#[derive(Clone, Debug)]
pub struct Predictive {
    document: PredictiveDocument,
    period_ticks: u32,
    reaction_ticks: u32,
    warm_up_s: f64,
    /// From `weeks` weeks before the window on; means of samples, or the expected rate before the simulation.
    history_rps: Vec<f64>,
    /// The slot that is being observed.
    open: Option<usize>,
    observed: Slot,
    at_maximum: bool,
}

impl Predictive {
    /// A controller that knows the expected traffic of the weeks before.
    pub fn new(document: &PredictiveDocument, around: Surroundings<'_>) -> Self {
        let tick_s = around.tick_s;
        let past_slots = document.weeks.saturating_mul(SLOTS_PER_WEEK as u32);
        let past = RateCurve::new(&around.document.traffic, SLOT_S, past_slots, 0);
        Self {
            period_ticks: period_ticks(document.period_s, tick_s),
            reaction_ticks: reaction_ticks(
                &around.document.telemetry,
                document.period_s,
                1,
                tick_s,
            ),
            document: document.clone(),
            warm_up_s: f64::from(around.warm_up_ticks) * tick_s,
            history_rps: past.rates_rps().to_vec(),
            open: None,
            observed: Slot::default(),
            at_maximum: false,
        }
    }

    /// The slot of a time in seconds since the start of the window.
    fn slot(&self, at_s: f64) -> Option<usize> {
        let weeks = f64::from(self.document.weeks) * SLOTS_PER_WEEK as f64;
        let slot = (at_s / SLOT_S).floor() + weeks;
        (slot >= 0.0).then_some(slot as usize)
    }

    /// Remembers a sample in the slot of its time.
    fn remember(&mut self, sample: &Sample) {
        let Some(slot) = self.slot(sample.taken_s - self.warm_up_s) else {
            return;
        };
        if self.open != Some(slot) {
            self.close();
            self.open = Some(slot);
        }
        self.observed.sum_rps += sample.requests_per_second;
        self.observed.samples += 1;
    }

    fn close(&mut self) {
        let observed = core::mem::take(&mut self.observed);
        let Some(slot) = self.open.take().filter(|_| observed.samples > 0) else {
            return;
        };
        // A slot without a sample is taken to have been as the one before it.
        let before = self.history_rps.last().copied().unwrap_or(0.0);
        if slot >= self.history_rps.len() {
            self.history_rps.resize(slot + 1, before);
        }
        if let Some(rps) = self.history_rps.get_mut(slot) {
            *rps = observed.sum_rps / f64::from(observed.samples);
        }
    }

    /// Mean of the same slot of the past weeks.
    fn forecast(&self, slot: usize) -> Option<f64> {
        let weeks = self.document.weeks as usize;
        let past = (1..=weeks).filter_map(|week| {
            self.history_rps
                .get(slot.checked_sub(week * SLOTS_PER_WEEK)?)
        });
        let (sum, count) = past.fold((0.0, 0_u32), |(sum, count), rps| (sum + rps, count + 1));
        (count > 0).then(|| sum / f64::from(count))
    }

    /// How much the last hour differed from its own forecast.
    fn level(&self, now: usize) -> f64 {
        if !self.document.correct_level {
            return 1.0;
        }
        let mut sums = (0.0, 0.0);
        for slot in now.saturating_sub(SLOTS_PER_HOUR)..now {
            if let (Some(seen), Some(forecast)) = (self.history_rps.get(slot), self.forecast(slot))
            {
                sums.0 += seen;
                sums.1 += forecast;
            }
        }
        if sums.1 > 0.0 {
            (sums.0 / sums.1).clamp(0.5, 2.0)
        } else {
            1.0
        }
    }

    /// The highest forecast from `at_s` until the lead time, requests per second.
    fn expected_rps(&self, at_s: f64) -> Option<f64> {
        let now = self.slot(at_s)?;
        let last = self.slot(at_s + 60.0 * f64::from(self.document.lead_minutes))?;
        let highest = (now..=last)
            .filter_map(|slot| self.forecast(slot))
            .reduce(f64::max)?;
        Some(highest * self.level(now) * (1.0 + self.document.margin_percent / 100.0))
    }
}

impl Controller for Predictive {
    fn initial_replicas(&self) -> u32 {
        self.document.min_replicas
    }

    fn reaction_ticks(&self) -> u32 {
        self.reaction_ticks
    }

    fn decide(&mut self, view: &View<'_>, log: &mut DecisionLog) -> Option<Wish> {
        if let Some(sample) = view.telemetry.visible() {
            self.remember(sample);
        }
        if !view.tick.is_multiple_of(self.period_ticks) {
            return None;
        }
        let document = &self.document;
        let expected = self.expected_rps(view.now_s - self.warm_up_s);
        let raw = expected.map_or(view.current, |rps| {
            (rps / document.rps_per_replica).ceil() as u32
        });
        let to = raw.clamp(document.min_replicas, document.max_replicas);
        self.at_maximum = raw > document.max_replicas;
        log.record(|| {
            let (rule, end) = match to {
                _ if expected.is_none() => (Rule::NoData, String::new()),
                to if to < raw => (Rule::Maximum, format!(", {}", at_most(to, raw))),
                to if to > raw => (Rule::Minimum, format!(", {}", at_least(to, raw))),
                _ => (Rule::Forecast, String::new()),
            };
            let rps = expected.unwrap_or(0.0);
            Decision {
                at_s: 0.0,
                controller: "Predictive scaling".into(),
                from: view.current,
                to,
                rule,
                inputs: vec![Input {
                    name: format!(
                        "Highest forecast of the next {} min (requests per second)",
                        document.lead_minutes
                    ),
                    value: expected,
                    target: None,
                    age_s: None,
                    proposes: expected.map(|_| raw),
                    problem: String::new(),
                }],
                why: format!(
                    "The same hours of the past {} weeks lead to expect up to {} requests per second: {raw} replicas at {} each{end}.",
                    document.weeks,
                    number(rps),
                    number(document.rps_per_replica)
                ),
            }
        });
        Some(Wish {
            replicas: to,
            at_maximum: self.at_maximum,
        })
    }
}
