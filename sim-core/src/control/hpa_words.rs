//! Why the HPA scaled, or did not, in words that name its own rules.

use super::decision::{Decision, Input, Rule};
use super::hpa::{
    self, AbleToScaleReason, HpaSpec, LimitReason, MetricOutcome, MetricSpec, PolicyKind, Readings,
    ResourceTarget, ScalingRules, SelectPolicy, ServiceTarget,
};
use super::hpa_driver::{BYTES_PER_MIB, Given, Source};
use super::telemetry::Sample;
use crate::scenario::document::Signal;

/// A reconcile with all that it looked at.
pub(super) struct Explained<'a> {
    pub(super) controller: &'static str,
    pub(super) spec: &'a HpaSpec,
    pub(super) decision: &'a hpa::Decision,
    pub(super) outcomes: &'a [MetricOutcome],
    pub(super) sources: &'a [Source],
    /// Names of the metrics that somebody else reads, at their places.
    pub(super) names: &'a [String],
    /// Their values, at their places.
    pub(super) given: &'a [Given],
    /// Values of the service-wide metrics, milli-units.
    pub(super) readings: &'a Readings,
    pub(super) sample: Option<&'a Sample>,
    pub(super) now_s: f64,
}

/// The entry of the decision log.
pub(super) fn decision(explained: Explained<'_>) -> Decision {
    let inputs = explained.inputs();
    let (mut rule, mut why) = explained.reason(&inputs);
    let decision = explained.decision;
    if explained.winner_is_fallback() {
        rule = if rule == Rule::Metric {
            Rule::Fallback
        } else {
            rule
        };
        why.push_str(" That value is the fallback's: the trigger cannot be read.");
    }
    if decision.proposed.is_some() {
        for blind in inputs.iter().filter(|input| input.value.is_none()) {
            why.push_str(&format!(" {} has no value and is passed over.", blind.name));
        }
    }
    Decision {
        at_s: 0.0,
        controller: explained.controller.into(),
        from: decision.current.unsigned_abs(),
        to: decision.desired.unsigned_abs(),
        rule,
        inputs,
        why,
    }
}

impl Explained<'_> {
    fn inputs(&self) -> Vec<Input> {
        let metrics = self.spec.metrics.iter().zip(self.sources).enumerate();
        metrics
            .map(|(index, (metric, source))| self.input(index, metric, *source))
            .collect()
    }

    fn input(&self, index: usize, metric: &MetricSpec, source: Source) -> Input {
        let outcome = self.outcomes.get(index);
        let proposal = match outcome {
            Some(MetricOutcome::Proposed(proposal)) => Some(proposal),
            _ => None,
        };
        let given = match source {
            Source::Given => self.given.get(index).copied(),
            _ => None,
        };
        let (name, target) = describe(metric, source, self.names.get(index));
        let whole = self.readings.value_m(index);
        let value = match (metric, proposal) {
            (
                MetricSpec::Resource {
                    target: ResourceTarget::Utilization { .. },
                    ..
                },
                Some(proposal),
            ) => proposal.usage.utilization_pct.map(f64::from),
            (_, Some(proposal)) => Some(proposal.usage.value_m as f64 / per_unit(source)),
            (_, None) => whole.map(|value_m| value_m as f64 / 1000.0),
        };
        Input {
            name,
            value,
            target: Some(target),
            age_s: match given {
                Some(given) => given.age_s,
                None => self.sample.map(|sample| self.now_s - sample.taken_s),
            },
            proposes: proposal.map(|proposal| proposal.replicas.unsigned_abs()),
            problem: match outcome {
                Some(MetricOutcome::Failed(error)) => error.to_string(),
                _ if given.is_some_and(|given| given.is_fallback) => {
                    "it cannot be read; this is the fallback's value".into()
                }
                _ => String::new(),
            },
        }
    }

    /// Whether the metric that decides is a fallback's.
    fn winner_is_fallback(&self) -> bool {
        let winner = self
            .decision
            .winner
            .and_then(|i| self.given.get(i as usize));
        winner.is_some_and(|given| given.is_fallback)
    }

    fn reason(&self, inputs: &[Input]) -> (Rule, String) {
        let (decision, spec) = (self.decision, self.spec);
        let current = decision.current;
        if current == 0 && spec.min_replicas != 0 {
            return (
                Rule::Disabled,
                "The target was scaled to zero, which switches this autoscaler off.".into(),
            );
        }
        let Some(proposed) = decision.proposed else {
            return self.without_proposal();
        };
        let asks = self.asking(inputs, proposed);
        let stabilized = decision.stabilized.unwrap_or(proposed);
        if let Some(limit) = decision.limited_by {
            return self.limited(&asks, stabilized, limit);
        }
        if let Some(by) = decision.stabilized_by {
            return (Rule::Stabilization, self.held_back(&asks, by));
        }
        if proposed == current {
            let tolerance = spec.effective_tolerances();
            let close = inputs.iter().find(|input| {
                input.proposes == Some(current.unsigned_abs()) && within(input, tolerance)
            });
            return match close {
                Some(input) => (Rule::Tolerance, self.close_enough(input, tolerance)),
                None => (
                    Rule::Metric,
                    format!("{asks}, as many as there are, so nothing changes."),
                ),
            };
        }
        (
            Rule::Metric,
            format!(
                "{asks}, so it goes from {current} to {}.",
                replicas(decision.desired)
            ),
        )
    }

    /// A metric lies within the tolerance; beyond which values it would not.
    fn close_enough(&self, input: &Input, tolerance: hpa::Tolerances) -> String {
        let (current, target) = (self.decision.current, input.target.unwrap_or(0.0));
        let more = number(target * (1.0 + tolerance.up));
        let fewer = number(target * (1.0 - tolerance.down));
        let ends = match current > self.spec.min_replicas {
            true if self.spec.metrics.len() == 1 => format!(", below {fewer} for fewer"),
            true => format!(", below {fewer} for fewer, if no other metric objects"),
            false => String::new(),
        };
        format!(
            "{}, within the tolerance ({:.0} % down, {:.0} % up): {}. Above {more} it would ask for more{ends}.",
            seen(input),
            tolerance.down * 100.0,
            tolerance.up * 100.0,
            stay(current)
        )
    }

    /// No metric was looked at, or too many failed.
    fn without_proposal(&self) -> (Rule, String) {
        let decision = self.decision;
        match decision.rescale {
            Some(hpa::RescaleReason::AboveMax) => (
                Rule::Maximum,
                format!(
                    "There were more replicas than the maximum of {}.",
                    self.spec.max_replicas
                ),
            ),
            Some(hpa::RescaleReason::BelowMin) => (
                Rule::Minimum,
                format!(
                    "There were fewer replicas than the minimum of {}.",
                    self.spec.min_replicas
                ),
            ),
            _ => {
                let failed = decision.failed_metrics as usize;
                let what = if failed >= self.spec.metrics.len() {
                    "No metric has a value"
                } else {
                    "Some metrics have no value and the others ask for fewer, but nothing goes down on partial data"
                };
                (
                    Rule::NoData,
                    format!("{what}: {} until one comes.", stay(decision.current)),
                )
            }
        }
    }

    /// What the winning metric says: "CPU … is 91 against a target of 70: it asks for 8 replicas".
    fn asking(&self, inputs: &[Input], proposed: i32) -> String {
        let winner = self.decision.winner.and_then(|i| inputs.get(i as usize));
        match winner.filter(|input| input.value.is_some()) {
            None => format!("It asks for {}", replicas(proposed)),
            Some(input) => format!("{}: it asks for {}", seen(input), replicas(proposed)),
        }
    }

    fn held_back(&self, asks: &str, by: AbleToScaleReason) -> String {
        let (window_s, direction, extreme) = match (by, &self.spec.behavior) {
            (AbleToScaleReason::ScaleUpStabilized, Some(behavior)) => {
                (behavior.scale_up.window_ms(0) / 1000, "up", "lowest")
            }
            (_, Some(behavior)) => (
                behavior
                    .scale_down
                    .window_ms(self.spec.downscale_stabilization_ms)
                    / 1000,
                "down",
                "highest",
            ),
            (_, None) => (
                i64::try_from(self.spec.downscale_stabilization_ms / 1000).unwrap_or(0),
                "down",
                "highest",
            ),
        };
        let (to, proposed) = (self.decision.desired, self.decision.proposed.unwrap_or(0));
        let ends = if to == self.decision.current {
            stay(to)
        } else {
            format!("it goes to {} only", replicas(to))
        };
        format!(
            "{asks}, but on the way {direction} the {extreme} recommendation of the last {window_s} s counts, so {ends}. \
             It goes to {proposed} once that window holds no other."
        )
    }

    fn limited(&self, asks: &str, stabilized: i32, limit: LimitReason) -> (Rule, String) {
        let (spec, decision) = (self.spec, self.decision);
        let to = replicas(decision.desired);
        let after = if Some(stabilized) == decision.proposed {
            String::new()
        } else {
            format!(" ({stabilized} after the look-back)")
        };
        let policies = |up: bool| {
            let behavior = spec.behavior.as_ref();
            let rules = behavior.map(|b| if up { &b.scale_up } else { &b.scale_down });
            rules.map_or_else(String::new, policies)
        };
        let wanted = stabilized.unsigned_abs();
        match limit {
            LimitReason::TooManyReplicas => (
                Rule::Maximum,
                format!(
                    "{asks}{after}, {}.",
                    at_most(spec.max_replicas.unsigned_abs(), wanted)
                ),
            ),
            LimitReason::TooFewReplicas => (
                Rule::Minimum,
                format!(
                    "{asks}{after}, {}.",
                    at_least(spec.min_replicas.unsigned_abs(), wanted)
                ),
            ),
            LimitReason::ScaleUpLimit if spec.behavior.is_none() => (
                Rule::RateLimit,
                format!(
                    "{asks}{after}, but one step at most doubles the replicas (or goes to 4): {to} now, more in the next step."
                ),
            ),
            LimitReason::ScaleUpLimit => (
                Rule::RateLimit,
                format!(
                    "{asks}{after}, but the scale-up policies ({}) allow no more than {to} now.",
                    policies(true)
                ),
            ),
            LimitReason::ScaleDownLimit => (
                Rule::RateLimit,
                format!(
                    "{asks}{after}, but the scale-down policies ({}) allow no fewer than {to} now.",
                    policies(false)
                ),
            ),
            LimitReason::DesiredWithinRange => (Rule::Metric, format!("{asks}.")),
        }
    }
}

/// What a metric says: "CPU … is 91, measured 15 s ago, against a target of 70".
fn seen(input: &Input) -> String {
    let age = match input.age_s {
        Some(age_s) if age_s >= 1.0 => format!(", measured {age_s:.0} s ago,"),
        _ => String::new(),
    };
    format!(
        "{} is {}{age} against a target of {}",
        input.name,
        number(input.value.unwrap_or(0.0)),
        number(input.target.unwrap_or(0.0))
    )
}

/// The limits on the speed of a change, as the manifest has them.
fn policies(rules: &ScalingRules) -> String {
    let joined = match rules.select_policy {
        SelectPolicy::Disabled => return "selectPolicy Disabled".into(),
        SelectPolicy::Max => " or, if that is more, ",
        SelectPolicy::Min => " or, if that is less, ",
    };
    let each: Vec<String> = rules
        .policies
        .iter()
        .map(|policy| {
            let unit = match policy.kind {
                PolicyKind::Pods if policy.value == 1 => "pod",
                PolicyKind::Pods => "pods",
                PolicyKind::Percent => "%",
            };
            format!("{} {unit} in {} s", policy.value, policy.period_s)
        })
        .collect();
    each.join(joined)
}

fn within(input: &Input, tolerance: hpa::Tolerances) -> bool {
    match (input.value, input.target) {
        (Some(value), Some(target)) if target > 0.0 => tolerance.contains(value / target),
        _ => false,
    }
}

/// Name and target of a metric, in the units that people write them in.
fn describe(metric: &MetricSpec, source: Source, name: Option<&String>) -> (String, f64) {
    let signal = match source {
        Source::Cpu => "CPU use",
        Source::Memory => "Memory use",
        Source::PerPod(signal) | Source::Whole(signal) => signal_words(signal),
        Source::Given => name.map_or("A metric", String::as_str),
    };
    let service = |target: &ServiceTarget| match *target {
        ServiceTarget::Value { milli } => (signal.to_owned(), milli as f64 / 1000.0),
        ServiceTarget::AverageValue { milli } => {
            (format!("{signal} per replica"), milli as f64 / 1000.0)
        }
    };
    match metric {
        MetricSpec::Resource { target, .. } | MetricSpec::ContainerResource { target, .. } => {
            match *target {
                ResourceTarget::Utilization { percent } => {
                    (format!("{signal} (% of request)"), f64::from(percent))
                }
                ResourceTarget::AverageValue { milli } => {
                    let unit = match source {
                        Source::Memory => "MiB",
                        _ => "cores",
                    };
                    (
                        format!("{signal} per pod ({unit})"),
                        milli as f64 / per_unit(source),
                    )
                }
            }
        }
        MetricSpec::Pods { average_value_m } => (
            format!("{signal}, mean over pods"),
            *average_value_m as f64 / 1000.0,
        ),
        MetricSpec::Object { target } | MetricSpec::External { target } => service(target),
        MetricSpec::Unknown => (signal.to_owned(), 0.0),
    }
}

/// Milli-units of the metrics API in the unit that people read.
fn per_unit(source: Source) -> f64 {
    match source {
        Source::Memory => 1000.0 * BYTES_PER_MIB,
        _ => 1000.0,
    }
}

/// A signal in words, with its unit.
pub(super) fn signal_words(signal: Signal) -> &'static str {
    match signal {
        Signal::RequestsPerSecond => "Requests per second",
        Signal::InFlightRequests => "Requests in flight",
        Signal::WaitingRequests => "Waiting requests",
        Signal::P95LatencyMs => "P95 latency (ms)",
        Signal::P99LatencyMs => "P99 latency (ms)",
        Signal::BurnRate => "Burn rate of the error budget",
    }
}

/// "but the most replicas are 20; with a higher maximum it would go on towards 24".
pub(super) fn at_most(most: u32, wanted: u32) -> String {
    format!(
        "but the most replicas are {most}; with a higher maximum it would go on towards {wanted}"
    )
}

/// "but the fewest replicas are 3; with a lower minimum it would go on towards 1".
pub(super) fn at_least(least: u32, wanted: u32) -> String {
    format!(
        "but the fewest replicas are {least}; with a lower minimum it would go on towards {wanted}"
    )
}

/// "1 replica stays", "3 replicas stay".
pub(super) fn stay(count: i32) -> String {
    let verb = if count == 1 { "stays" } else { "stay" };
    format!("{} {verb}", replicas(count))
}

pub(super) fn replicas(count: i32) -> String {
    if count == 1 {
        "1 replica".into()
    } else {
        format!("{count} replicas")
    }
}

/// Three significant digits or so.
pub(super) fn number(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        size if size >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.digits$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}
