//! How many pods the averages ask for: rates, panic mode, scale-down delay; and the spare room for bursts.
//!
//! Source: `pkg/autoscaler/scaling/autoscaler.go` and `multiscaler.go` of knative/serving.

use super::averages::Averages;
use super::max_window::TimeWindowMax;

/// Time between two looks of the decider, ms.
pub const TICK_MS: u64 = 2000;

/// What a decider is told.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DeciderSpec {
    /// What one pod should have of the metric, > 0.
    pub target_value: f64,
    /// What one pod can bear of the metric.
    pub total_value: f64,
    /// Requests that should find room at once on top of those that are there; 0 keeps the activator out of the path
    /// (but for no pods), −1 keeps it in. Upstream's default: 211.
    pub target_burst_capacity: f64,
    /// Panic begins when the panic average asks for this many times the ready pods. Upstream's default: 2.
    pub panic_threshold: f64,
    /// One step multiplies the ready pods by this at most, > 1. Upstream's default: 1000.
    pub max_scale_up_rate: f64,
    /// One step divides the ready pods by this at most, > 1. Upstream's default: 2.
    pub max_scale_down_rate: f64,
    /// Length of the stable window, ms: panic lasts until this long after the threshold was last reached.
    pub stable_window_ms: u64,
    /// Fewer pods must have been enough for this long, ms; 0 for at once. What it is when the decider is made
    /// holds for its life.
    pub scale_down_delay_ms: u64,
    /// Whether a route leads to the revision: without one it may go down at once.
    pub reachable: bool,
    /// Fewest pods while there is any load; 1 or less for no such rule.
    pub activation_scale: i32,
}

/// What a look gave.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale {
    /// Pods wanted, ≥ 0, before the bounds.
    pub desired: i32,
    /// Requests for which there is room beyond the target burst capacity; negative when it is not there.
    pub excess_burst_capacity: i32,
    /// Pods that the stable average alone asks for.
    pub stable_pods: i32,
    /// Pods that the panic average alone asks for.
    pub panic_pods: i32,
    /// Fewest and most pods that the rates allow.
    pub rate_limits: (i32, i32),
    /// Whether it is in panic.
    pub panicking: bool,
    /// Whether the activation scale raised the number that counts.
    pub activation_scaled: bool,
    /// Without panic and delay it would be this many.
    pub undelayed: i32,
    /// What panic mode holds it at, if that is more than is asked for.
    pub held_by_panic: bool,
    /// Whether the scale-down delay holds it up.
    pub held_by_delay: bool,
}

/// Looks at the averages every two seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Decider {
    spec: DeciderSpec,
    /// When the panic threshold was last reached; `None` outside panic.
    panic_ms: Option<u64>,
    max_panic_pods: i32,
    delay: Option<TimeWindowMax>,
}

impl Decider {
    /// A decider that starts now beside `ready` pods. More than one starts it in panic, so that it keeps them until
    /// it has seen enough.
    pub fn new(spec: DeciderSpec, ready: i32, now_ms: u64) -> Self {
        let delay = (spec.scale_down_delay_ms > 0)
            .then(|| TimeWindowMax::new(spec.scale_down_delay_ms, TICK_MS / 1000));
        Self {
            spec,
            panic_ms: (ready > 1).then_some(now_ms),
            max_panic_pods: ready,
            delay,
        }
    }

    /// The same with another memory of panic: since when, and the most pods in it.
    pub fn with_panic(self, panic_ms: Option<u64>, max_panic_pods: i32) -> Self {
        Self {
            panic_ms,
            max_panic_pods,
            ..self
        }
    }

    /// Changes what it is told.
    pub fn update(&mut self, spec: DeciderSpec) {
        self.spec = spec;
    }

    /// When the panic threshold was last reached; `None` outside panic.
    pub fn panic_ms(&self) -> Option<u64> {
        self.panic_ms
    }

    /// Most pods since panic began; at the start the pods that were there.
    pub fn max_panic_pods(&self) -> i32 {
        self.max_panic_pods
    }

    /// One look, with `ready` pods. `None` without averages: the last answer goes on to hold.
    pub fn scale(&mut self, now_ms: u64, averages: Option<Averages>, ready: i32) -> Option<Scale> {
        let averages = averages?;
        let spec = self.spec;
        let pods = f64::from(ready.max(1));
        // At least one more, however small the rate.
        let most = (spec.max_scale_up_rate * pods).ceil();
        let fewest = if spec.reachable {
            (pods / spec.max_scale_down_rate).floor()
        } else {
            0.0
        };
        let stable = (averages.stable / spec.target_value).ceil();
        let panic = (averages.panic / spec.target_value).ceil();
        let limited = |wanted: f64| wanted.max(fewest).min(most) as i32;
        let activated = |wanted: f64| {
            let limited = limited(wanted);
            if spec.activation_scale > 1 && wanted > 0.0 {
                limited.max(spec.activation_scale)
            } else {
                limited
            }
        };
        self.follow_panic(now_ms, panic / pods >= spec.panic_threshold);
        let panicking = self.panic_ms.is_some();
        let winner = if panicking && activated(panic) > activated(stable) {
            panic
        } else {
            stable
        };
        let undelayed = activated(winner);
        let mut desired = undelayed;
        if panicking {
            self.max_panic_pods = self.max_panic_pods.max(undelayed);
            desired = self.max_panic_pods;
        }
        let before_delay = desired;
        if let Some(delay) = self.delay.as_mut().filter(|_| spec.reachable) {
            delay.record(now_ms, desired);
            desired = delay.current().unwrap_or(desired);
        }
        Some(Scale {
            desired,
            excess_burst_capacity: spec.excess_burst_capacity(ready, averages.panic),
            stable_pods: stable as i32,
            panic_pods: panic as i32,
            rate_limits: (fewest as i32, most as i32),
            panicking,
            activation_scaled: undelayed > limited(winner),
            undelayed,
            held_by_panic: before_delay > undelayed,
            held_by_delay: desired > before_delay,
        })
    }

    /// Panic begins, goes on, or is over when the threshold was not reached for a stable window.
    fn follow_panic(&mut self, now_ms: u64, over_threshold: bool) {
        if over_threshold {
            self.panic_ms = Some(now_ms);
        } else if let Some(since_ms) = self.panic_ms
            && since_ms.saturating_add(self.spec.stable_window_ms) < now_ms
        {
            self.panic_ms = None;
            self.max_panic_pods = 0;
        }
    }
}

impl DeciderSpec {
    fn excess_burst_capacity(&self, ready: i32, panic_average: f64) -> i32 {
        let burst = self.target_burst_capacity;
        if burst == 0.0 {
            0
        } else if burst > 0.0 {
            (f64::from(ready) * self.total_value - burst - panic_average).floor() as i32
        } else {
            -1
        }
    }
}

/// The excess burst capacity before the first look: what the initial pods have room for.
pub fn initial_excess_burst_capacity(
    initial_scale: i32,
    total_value: f64,
    target_burst_capacity: f64,
) -> i32 {
    if target_burst_capacity == 0.0 || target_burst_capacity == -1.0 {
        target_burst_capacity as i32
    } else {
        (f64::from(initial_scale) * total_value - target_burst_capacity) as i32
    }
}

/// Whether requests go through the activator: while there is no room for a burst, and at no pods. `wanted` is what
/// the [scaler](super::scale) says; −1 (unknown) counts as none while the revision is inactive.
pub fn activator_is_in_path(wanted: i32, excess_burst_capacity: i32, inactive: bool) -> bool {
    wanted == 0 || excess_burst_capacity < 0 || (wanted == -1 && inactive)
}
