//! Why the Knative Pod Autoscaler scaled, or did not, in words that name its own rules.

use super::decision::{Decision, Input, Rule};
use super::hpa_words::{number, replicas, stay};
use super::kpa::{
    Averages, MetricTarget, Scale, Scaled, ScalerReason, ScalerSpec, ScalerView, ScalingMetric,
    sample_size,
};

/// A look with all that it saw.
pub(super) struct Look<'a> {
    pub(super) metric: ScalingMetric,
    pub(super) target: MetricTarget,
    /// Stable and panic window, seconds.
    pub(super) windows_s: (u64, u64),
    pub(super) scaler: &'a ScalerSpec,
    pub(super) seen: &'a ScalerView,
    pub(super) averages: Option<Averages>,
    pub(super) decided: Option<&'a Scale>,
    /// What the decider says, now or still; −1 when it never said anything.
    pub(super) desired: i32,
    pub(super) scaled: Scaled,
    pub(super) excess_burst_capacity: i32,
    pub(super) activator_in_path: bool,
    pub(super) ready: u32,
    pub(super) to: u32,
}

/// The entry of the decision log.
pub(super) fn decision(look: &Look<'_>) -> Decision {
    let (rule, why) = look.reason();
    Decision {
        at_s: 0.0,
        controller: "Knative Pod Autoscaler".into(),
        from: look.seen.current.unsigned_abs(),
        to: look.to,
        rule,
        inputs: look.inputs(),
        why: format!("{why} {}", look.path()),
    }
}

impl Look<'_> {
    fn metric_words(&self) -> &'static str {
        match self.metric {
            ScalingMetric::Concurrency => "requests in flight",
            ScalingMetric::Rps => "requests per second",
        }
    }

    fn inputs(&self) -> Vec<Input> {
        let average = |name: &str, seconds: u64, value: Option<f64>, pods: Option<i32>| Input {
            name: format!(
                "{name} window: {} over {seconds} s, all replicas (target is for one)",
                self.metric_words()
            ),
            value,
            target: Some(self.target.target),
            age_s: Some(0.0),
            proposes: pods.map(i32::unsigned_abs),
            problem: match value {
                Some(_) => String::new(),
                None => "nothing was heard for a stable window".into(),
            },
        };
        let plain = |name: String, value: f64| Input {
            name,
            value: Some(value),
            target: None,
            age_s: None,
            proposes: None,
            problem: String::new(),
        };
        let (stable_s, panic_s) = self.windows_s;
        let averages = self.averages;
        let decided = self.decided;
        vec![
            average(
                "Stable",
                stable_s,
                averages.map(|a| a.stable),
                decided.map(|d| d.stable_pods),
            ),
            average(
                "Panic",
                panic_s,
                averages.map(|a| a.panic),
                decided.map(|d| d.panic_pods),
            ),
            plain(
                format!(
                    "Ready replicas ({} of them are asked)",
                    sample_size(self.ready)
                ),
                f64::from(self.ready),
            ),
            plain(
                "Panic mode (1 is on)".into(),
                flag(decided.is_some_and(|d| d.panicking)),
            ),
            plain(
                "Excess burst capacity (requests)".into(),
                f64::from(self.excess_burst_capacity),
            ),
            plain(
                "Activator in the path (1 is yes)".into(),
                flag(self.activator_in_path),
            ),
        ]
    }

    /// "3 requests in flight over 60 s and 12 over 6 s, at 0.7 a replica, ask for 5 and 18 replicas".
    fn asking(&self) -> String {
        let (Some(averages), Some(decided)) = (self.averages, self.decided) else {
            return match self.desired {
                desired if desired < 0 => "Nothing was heard yet".into(),
                desired => format!(
                    "Nothing was heard for a stable window, so {} from before hold",
                    replicas(desired)
                ),
            };
        };
        let (stable_s, panic_s) = self.windows_s;
        format!(
            "{} {} over {stable_s} s and {} over {panic_s} s, at {} a replica, ask for {} and {}",
            number(averages.stable),
            self.metric_words(),
            number(averages.panic),
            number(self.target.target),
            decided.stable_pods,
            replicas(decided.panic_pods)
        )
    }

    fn reason(&self) -> (Rule, String) {
        let asks = self.asking();
        let (scaler, seen) = (self.scaler, self.seen);
        let age = seconds(seen.activity_age_ms);
        match self.scaled.reason {
            ScalerReason::Wanted => self.wanted(asks),
            ScalerReason::Unknown => (Rule::NoData, format!("{asks}; {}.", stay(seen.current))),
            ScalerReason::Minimum => (
                Rule::Minimum,
                format!("{asks}, but the fewest are {}.", replicas(scaler.min_scale)),
            ),
            ScalerReason::InitialScale => (
                Rule::Minimum,
                format!(
                    "{asks}, but the initial {} must have been ready once.",
                    replicas(scaler.initial_scale)
                ),
            ),
            ScalerReason::Maximum => (
                Rule::Maximum,
                format!(
                    "{asks}{}, but the most are {}.",
                    self.aside(),
                    replicas(scaler.max_scale)
                ),
            ),
            ScalerReason::ZeroDisabled => (
                Rule::Minimum,
                format!("{asks}, but the last replica may not go."),
            ),
            ScalerReason::RecentlyActive => (
                Rule::Cooldown,
                format!(
                    "{asks}, but it has been active for {age} s only, less than the stable window: 1 replica stays."
                ),
            ),
            ScalerReason::BecomesInactive => (
                Rule::Idle,
                format!(
                    "{asks}: it becomes inactive, and the activator takes over before the last replica goes."
                ),
            ),
            ScalerReason::Activating => (
                Rule::Activation,
                format!(
                    "{asks}, but {} are still starting since {age} s.",
                    replicas(seen.current)
                ),
            ),
            ScalerReason::ActivationTimedOut => (
                Rule::Idle,
                format!("{asks}, and after {age} s no replica is ready: it is given up."),
            ),
            ScalerReason::NoActivator => (
                Rule::Cooldown,
                format!("{asks}, but the activator does not answer yet: the last replica stays."),
            ),
            ScalerReason::Retention => (
                Rule::Cooldown,
                format!(
                    "{asks}; inactive for {age} s, the last replica is kept for {} s.",
                    seconds(scaler.retention_ms)
                ),
            ),
            ScalerReason::Grace => (
                Rule::Cooldown,
                format!(
                    "{asks}; the activator has been in the path for {} s of the {} s of grace: the last replica stays.",
                    seconds(seen.proxy_ms),
                    seconds(scaler.grace_ms)
                ),
            ),
            ScalerReason::Zero if seen.current == 0 => (Rule::Idle, format!("{asks}: it sleeps.")),
            ScalerReason::Zero => (
                Rule::Idle,
                format!(
                    "{asks}; inactive for {age} s with the activator in the path, so the last replica goes."
                ),
            ),
        }
    }

    /// The decider's number, with what bound it.
    fn wanted(&self, asks: String) -> (Rule, String) {
        let (to, from) = (replicas(self.desired), self.seen.current);
        let Some(decided) = self.decided else {
            return (Rule::NoData, format!("{asks}."));
        };
        let limited = self.aside();
        if from == 0 && self.desired > 0 {
            let why =
                format!("{asks}{limited}: requests wait in the activator, so it wakes up to {to}.");
            return (Rule::Activation, why);
        }
        if decided.held_by_delay {
            let why =
                format!("{asks}{limited}, but more were wanted within the scale-down delay: {to}.");
            return (Rule::Stabilization, why);
        }
        if decided.held_by_panic {
            let why = format!(
                "{asks}{limited}, but nothing goes down in panic: {}.",
                stay(self.desired)
            );
            return (Rule::Panic, why);
        }
        if decided.panicking {
            let why = format!("{asks}{limited}: in panic mode the larger counts, {to}.");
            return (Rule::Panic, why);
        }
        let rule = if !limited.is_empty() && decided.activation_scaled {
            Rule::Activation
        } else if !limited.is_empty() {
            Rule::RateLimit
        } else {
            Rule::Metric
        };
        let does = if self.desired == from {
            stay(self.desired)
        } else {
            format!("it goes to {to}")
        };
        (rule, format!("{asks}{limited}: {does}."))
    }

    /// What rates and activation scale make of the number that counts; empty when nothing.
    fn aside(&self) -> String {
        let Some(decided) = self.decided else {
            return String::new();
        };
        let counts = if decided.panicking {
            decided.stable_pods.max(decided.panic_pods)
        } else {
            decided.stable_pods
        };
        let (fewest, most) = decided.rate_limits;
        if decided.activation_scaled {
            format!(" ({} by the activation scale)", decided.undelayed)
        } else if counts > most {
            format!(" ({most} by the scale-up rate)")
        } else if counts < fewest {
            format!(" ({fewest} by the scale-down rate)")
        } else {
            String::new()
        }
    }

    /// Where requests go.
    fn path(&self) -> String {
        let excess = self.excess_burst_capacity;
        if !self.activator_in_path {
            "Requests go straight to the replicas.".into()
        } else if excess < 0 && self.scaler.activator_always_in_path {
            "Requests go through the activator, as always.".into()
        } else if excess < 0 {
            format!(
                "Requests go through the activator: there is room for {} fewer than the burst that is planned for.",
                -i64::from(excess)
            )
        } else {
            "Requests go through the activator.".into()
        }
    }
}

fn flag(on: bool) -> f64 {
    if on { 1.0 } else { 0.0 }
}

fn seconds(ms: u64) -> String {
    number(ms as f64 / 1000.0)
}
