//! Drives the Knative Pod Autoscaler in the simulation: requests in, replicas out.
//!
//! What it hears is exact and of the last tick, not the telemetry that other controllers see: the queue-proxies of
//! the pods and the activator report every second. Ready pods share the load evenly, so that the pods that are
//! asked stand for all. A tick of 2 s counts as two seconds: those in service on average in both, those waiting by
//! a straight line from the start of the tick to its end.
//!
//! It looks every 2 s, and at once when a request arrives at a service that sleeps. What upstream wakes up for in
//! between (grace and retention ending) waits for the next look.
//!
//! Simplified: the activator adds no latency and has its buffer (`service.buffer_limit`) in front of the pods
//! whether or not it is in the path; it answers a probe from the look after it was put there.

use super::controller::{Controller, Surroundings, View, Wish};
use super::decision::DecisionLog;
use super::knative_words::{Look, decision};
use super::kpa::{
    ACTIVATION_TIMEOUT_MS, Activity, ActivityState, Averages, Averaging, BUCKET_MS, Decider,
    DeciderSpec, MetricTarget, MetricWindows, Reachability, ScalerSpec, ScalerView, ScalingMetric,
    TICK_MS, TargetInput, activator_is_in_path, initial_excess_burst_capacity, panic_window_ms,
    scale,
};
use super::telemetry::TickMeasure;
use crate::scenario::document::{KnativeAveraging, KnativeDocument, KnativeMetric};

/// Fewer requests than this, and linear averages of no more, are what expectations leave of none.
const NOTHING: f64 = 1e-6;
/// What the decider says before its first look.
const UNKNOWN: i32 = -1;

/// The autoscaler with its memory.
#[derive(Clone, Debug)]
pub struct Knative {
    metric: ScalingMetric,
    target: MetricTarget,
    windows: MetricWindows,
    windows_s: (u64, u64),
    averaging: Averaging,
    decider: Decider,
    scaler: ScalerSpec,
    activity: ActivityState,
    initial_replicas: u32,
    /// What the decider said last.
    desired: i32,
    excess_burst_capacity: i32,
    /// Since when requests go through the activator; `None` when they do not.
    proxy_since_ms: Option<u64>,
    /// Waiting requests at the end of the tick before.
    waited_before: f64,
    tick_ms: u64,
    ticks_per_look: u32,
    reaction_ticks: u32,
}

impl Knative {
    /// An autoscaler that starts together with the service and its initial pods.
    pub fn new(document: &KnativeDocument, around: Surroundings<'_>) -> Self {
        let concurrency = f64::from(around.document.service.concurrency);
        let target = resolve_target(document, concurrency);
        let stable_window_ms = u64::from(document.stable_window_s) * 1000;
        let panic_window_ms = panic_window_ms(stable_window_ms, document.panic_window_percent);
        let averaging = match document.averaging {
            KnativeAveraging::Linear => Averaging::Linear,
            KnativeAveraging::WeightedExponential => Averaging::WeightedExponential,
        };
        let initial_replicas = document.start_scale();
        let burst = f64::from(document.target_burst_capacity);
        let spec = decider_spec(document, target);
        let ticks = |seconds: f64| (seconds / around.tick_s).ceil().max(1.0) as u32;
        let look_s = TICK_MS as f64 / 1000.0;
        Self {
            metric: metric(document),
            target,
            windows: MetricWindows::new(averaging, stable_window_ms, panic_window_ms),
            windows_s: (stable_window_ms / 1000, panic_window_ms / 1000),
            averaging,
            decider: Decider::new(spec, as_i32(initial_replicas), 0),
            scaler: scaler_spec(document),
            activity: ActivityState::new(Activity::Activating, 0),
            initial_replicas,
            desired: UNKNOWN,
            excess_burst_capacity: initial_excess_burst_capacity(
                as_i32(document.initial_scale),
                target.total,
                burst,
            ),
            proxy_since_ms: None,
            waited_before: 0.0,
            tick_ms: (around.tick_s * 1000.0).round().max(1.0) as u64,
            ticks_per_look: ticks(look_s),
            reaction_ticks: ticks(f64::from(document.stable_window_s) + look_s),
        }
    }

    /// Takes in the seconds of a tick; whether there were any requests.
    fn hear(&mut self, now_ms: u64, measure: &TickMeasure) -> bool {
        // Nothing waits while pods have nothing to do; on average a little may.
        let idle = measure.ready > 0 && measure.in_service <= 0.0;
        let waiting = if idle { 0.0 } else { measure.waiting };
        let before = core::mem::replace(&mut self.waited_before, waiting);
        let in_service = measure.in_service.max(0.0);
        // The activator reports the first request of a service that sleeps at once, as one in flight.
        let woken = measure.ready == 0 && before < NOTHING && measure.arrivals > 0.0;
        let seconds = (self.tick_ms / BUCKET_MS).max(1);
        let start_ms = now_ms.saturating_sub(self.tick_ms);
        for second in 0..seconds {
            let middle = (second as f64 + 0.5) / seconds as f64;
            let mut in_flight = in_service + before + (waiting - before) * middle;
            if woken && second + 1 == seconds {
                in_flight = in_flight.max(1.0);
            }
            let arriving = measure.arrivals * 1000.0 / self.tick_ms as f64;
            let value = match self.metric {
                ScalingMetric::Concurrency => in_flight,
                ScalingMetric::Rps => arriving,
            };
            // Without pods only the activator is heard, and only when it has something to say.
            if measure.ready > 0 || in_flight > NOTHING || arriving > 0.0 {
                self.windows
                    .record(start_ms + (second + 1) * BUCKET_MS, value);
            }
        }
        in_service + waiting + measure.arrivals > NOTHING
    }

    fn look(&mut self, now_ms: u64, view: &View<'_>, log: &mut DecisionLog) -> Wish {
        let ready = as_i32(view.fleet.ready());
        let current = as_i32(view.current);
        let least = if self.averaging == Averaging::Linear {
            NOTHING
        } else {
            0.0
        };
        let some = |value: f64| if value > least { value } else { 0.0 };
        let averages = self.windows.averages(now_ms).map(|averages| Averages {
            stable: some(averages.stable),
            panic: some(averages.panic),
        });
        let decided = self.decider.scale(now_ms, averages, ready);
        if let Some(decided) = decided {
            self.desired = decided.desired;
            self.excess_burst_capacity = decided.excess_burst_capacity;
        }
        let seen = ScalerView {
            current,
            activity: self.activity.activity(),
            activity_age_ms: self.activity.age_ms(now_ms),
            initialized: self.activity.is_initialized(),
            reachability: Reachability::Reachable,
            activator_answers: self.proxy_since_ms.is_some(),
            proxy_ms: self.proxy_since_ms.map_or(0, |since| now_ms - since),
        };
        let scaled = scale(&self.scaler, &seen, self.desired);
        let inactive = seen.activity == Activity::Inactive;
        let in_path = activator_is_in_path(scaled.wanted, self.excess_burst_capacity, inactive);
        self.proxy_since_ms = in_path.then(|| self.proxy_since_ms.unwrap_or(now_ms));
        self.activity.follow(
            now_ms,
            scaled.wanted,
            ready,
            self.scaler.min_scale,
            self.scaler.initial_scale,
        );
        let replicas = scaled.write.unwrap_or(current).unsigned_abs();
        log.record(|| {
            decision(&Look {
                metric: self.metric,
                target: self.target,
                windows_s: self.windows_s,
                scaler: &self.scaler,
                seen: &seen,
                averages,
                decided: decided.as_ref(),
                desired: self.desired,
                scaled,
                excess_burst_capacity: self.excess_burst_capacity,
                activator_in_path: in_path,
                ready: view.fleet.ready(),
                to: replicas,
            })
        });
        Wish {
            replicas,
            at_maximum: self.scaler.max_scale != 0 && self.desired > self.scaler.max_scale,
        }
    }
}

impl Controller for Knative {
    fn initial_replicas(&self) -> u32 {
        self.initial_replicas
    }

    fn reaction_ticks(&self) -> u32 {
        self.reaction_ticks
    }

    fn goes_by_telemetry(&self) -> bool {
        false
    }

    fn decide(&mut self, view: &View<'_>, log: &mut DecisionLog) -> Option<Wish> {
        let now_ms = (view.now_s * 1000.0).round() as u64;
        let ticks = u64::from(view.tick) + 1;
        // The activator pokes a decider that wants no pods.
        let poked = self.hear(now_ms, view.measure) && self.desired == 0;
        if !poked && !ticks.is_multiple_of(u64::from(self.ticks_per_look)) {
            return None;
        }
        Some(self.look(now_ms, view, log))
    }
}

fn as_i32(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn metric(document: &KnativeDocument) -> ScalingMetric {
    match document.metric {
        KnativeMetric::Concurrency => ScalingMetric::Concurrency,
        KnativeMetric::Rps => ScalingMetric::Rps,
    }
}

/// The target of a document for a service with so many slots per replica.
fn resolve_target(document: &KnativeDocument, concurrency: f64) -> MetricTarget {
    MetricTarget::resolve(&TargetInput {
        metric: metric(document),
        container_concurrency: concurrency,
        target: document.target,
        target_utilization: Some(document.target_utilization_percent / 100.0),
        ..TargetInput::default()
    })
}

fn decider_spec(document: &KnativeDocument, target: MetricTarget) -> DeciderSpec {
    DeciderSpec {
        target_value: target.target,
        total_value: target.total,
        target_burst_capacity: f64::from(document.target_burst_capacity),
        panic_threshold: document.panic_threshold_percent / 100.0,
        max_scale_up_rate: document.max_scale_up_rate,
        max_scale_down_rate: document.max_scale_down_rate,
        stable_window_ms: u64::from(document.stable_window_s) * 1000,
        scale_down_delay_ms: u64::from(document.scale_down_delay_s) * 1000,
        reachable: true,
        activation_scale: as_i32(document.activation_scale),
    }
}

fn scaler_spec(document: &KnativeDocument) -> ScalerSpec {
    ScalerSpec {
        min_scale: as_i32(document.min_scale),
        max_scale: as_i32(document.max_scale),
        initial_scale: as_i32(document.initial_scale),
        scale_to_zero: document.scale_to_zero,
        stable_window_ms: u64::from(document.stable_window_s) * 1000,
        grace_ms: u64::from(document.scale_to_zero_grace_s) * 1000,
        retention_ms: u64::from(document.scale_to_zero_retention_s) * 1000,
        activator_always_in_path: document.target_burst_capacity == -1,
        activation_timeout_ms: ACTIVATION_TIMEOUT_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checker_aims_at_what_the_autoscaler_does() {
        for text in [
            r#"{"max_scale": 9}"#,
            r#"{"max_scale": 9, "target": 3.5, "target_utilization_percent": 55}"#,
            r#"{"max_scale": 9, "target": 300}"#,
            r#"{"max_scale": 9, "metric": "rps"}"#,
            r#"{"max_scale": 9, "metric": "rps", "target": 0.01, "target_utilization_percent": 10}"#,
        ] {
            let document: KnativeDocument = serde_json::from_str(text).expect("a document");
            let target = resolve_target(&document, 12.0);
            assert_eq!(document.aims_at(12), target.target, "{text}");
        }
    }
}
