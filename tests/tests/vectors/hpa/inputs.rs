//! The vectors' inputs, and what they are in the simulation core.

use serde::Deserialize;
use sim_core::control::hpa::{
    Behavior, LONG_AGO_MS, PodGroup, PodPhase, PodSample, PodTiming, ReadyCondition, ReadyStatus,
    Recommendation, RecommendationLog, ResourceName, ScaleEvent, ScaleEvents, ScalingPolicy,
    ScalingRules, SelectPolicy, Tolerances, UnmatchedSamples,
};

/// Now, in every case: ages count back from here.
pub const NOW_MS: u64 = 100_000_000_000;

/// The time `age_s` seconds ago; without an age infinitely long ago.
pub fn at_ms(age_s: Option<f64>) -> i64 {
    age_s.map_or(LONG_AGO_MS, |age_s| {
        (NOW_MS as i64).saturating_sub((age_s * 1000.0).round() as i64)
    })
}

/// Seconds in milliseconds, saturating.
pub fn signed_ms(seconds: i64) -> i64 {
    seconds.saturating_mul(1000)
}

/// The same of a duration.
pub fn duration_ms(seconds: u64) -> u64 {
    seconds.saturating_mul(1000)
}

/// What Kubernetes has for the cap without behaviour.
pub fn twice() -> f64 {
    2.0
}

/// The same for the size that may always be reached.
pub fn four() -> i32 {
    4
}

#[derive(Deserialize)]
pub struct Settings {
    #[serde(default = "ten_percent")]
    tolerance_down: f64,
    #[serde(default = "ten_percent")]
    tolerance_up: f64,
    #[serde(default = "five_minutes")]
    pub cpu_initialization_period_s: u64,
    #[serde(default = "half_a_minute")]
    pub initial_readiness_delay_s: u64,
}

fn five_minutes() -> u64 {
    300
}

fn half_a_minute() -> u64 {
    30
}

fn ten_percent() -> f64 {
    0.1
}

impl Settings {
    pub fn tolerances(&self) -> Tolerances {
        Tolerances {
            down: self.tolerance_down,
            up: self.tolerance_up,
        }
    }

    pub fn timing(&self) -> PodTiming {
        PodTiming {
            now_ms: NOW_MS,
            cpu_initialization_period_ms: duration_ms(self.cpu_initialization_period_s),
            initial_readiness_delay_ms: duration_ms(self.initial_readiness_delay_s),
        }
    }
}

/// The resource of a name; none for the empty name.
pub fn resource(name: &str) -> Option<ResourceName> {
    match name {
        "" => None,
        "cpu" => Some(ResourceName::Cpu),
        "memory" => Some(ResourceName::Memory),
        _ => Some(ResourceName::Other),
    }
}

#[derive(Deserialize)]
pub struct Pod {
    pub name: String,
    phase: Phase,
    #[serde(default)]
    deleted: bool,
    ready: Option<Ready>,
    start_age_s: Option<f64>,
    has_start: Option<bool>,
    ready_transition_age_s: Option<f64>,
    request_m: Option<i64>,
}

#[derive(Clone, Copy, Deserialize)]
enum Phase {
    Pending,
    Running,
    Succeeded,
    Failed,
}

#[derive(Clone, Copy, Deserialize)]
enum Ready {
    True,
    False,
    Unknown,
}

#[derive(Deserialize)]
pub struct Metric {
    pub pod: String,
    pub value_m: i64,
    pub age_s: Option<f64>,
    #[serde(default)]
    pub window_s: u64,
}

impl Pod {
    /// The pod with the sample of its name, the last one if there are several.
    pub fn group(&self, metrics: &[Metric]) -> PodGroup {
        let sample = metrics.iter().rfind(|m| m.pod == self.name);
        PodGroup {
            count: 1,
            phase: match self.phase {
                Phase::Pending => PodPhase::Pending,
                Phase::Running => PodPhase::Running,
                Phase::Succeeded => PodPhase::Succeeded,
                Phase::Failed => PodPhase::Failed,
            },
            deleted: self.deleted,
            ready: self.ready.map(|status| ReadyCondition {
                status: match status {
                    Ready::True => ReadyStatus::True,
                    Ready::False => ReadyStatus::False,
                    Ready::Unknown => ReadyStatus::Unknown,
                },
                last_transition_ms: at_ms(self.ready_transition_age_s),
            }),
            start_ms: self
                .has_start
                .unwrap_or(true)
                .then(|| at_ms(self.start_age_s)),
            request_m: self.request_m,
            sample: sample.map(|m| PodSample {
                value_m: m.value_m,
                taken_ms: at_ms(m.age_s),
                window_ms: duration_ms(m.window_s),
            }),
        }
    }
}

/// Pods with their samples.
pub fn groups(pods: &[Pod], metrics: &[Metric]) -> Vec<PodGroup> {
    pods.iter().map(|pod| pod.group(metrics)).collect()
}

/// Samples whose pod is not listed.
pub fn unmatched(pods: &[Pod], metrics: &[Metric]) -> Vec<UnmatchedSamples> {
    let orphans = metrics
        .iter()
        .filter(|m| pods.iter().all(|p| p.name != m.pod));
    orphans
        .map(|m| UnmatchedSamples {
            count: 1,
            value_m: m.value_m,
        })
        .collect()
}

#[derive(Deserialize)]
pub struct Rules {
    stabilization_window_s: Option<u32>,
    select_policy: Option<Select>,
    policies: Option<Vec<Policy>>,
    tolerance: Option<f64>,
}

#[derive(Clone, Copy, Deserialize)]
enum Select {
    Max,
    Min,
    Disabled,
}

#[derive(Clone, Copy, Deserialize)]
struct Policy {
    r#type: PolicyType,
    value: i32,
    period_s: u32,
}

#[derive(Clone, Copy, Deserialize)]
enum PolicyType {
    Pods,
    Percent,
}

impl Rules {
    /// The rules, with what is not given taken from `defaults`.
    pub fn over(&self, defaults: ScalingRules) -> ScalingRules {
        let policy = |p: &Policy| match p.r#type {
            PolicyType::Pods => ScalingPolicy::pods(p.value, p.period_s),
            PolicyType::Percent => ScalingPolicy::percent(p.value, p.period_s),
        };
        let policies = self.policies.as_ref();
        ScalingRules {
            stabilization_window_s: self
                .stabilization_window_s
                .or(defaults.stabilization_window_s),
            select_policy: match self.select_policy {
                None => defaults.select_policy,
                Some(Select::Max) => SelectPolicy::Max,
                Some(Select::Min) => SelectPolicy::Min,
                Some(Select::Disabled) => SelectPolicy::Disabled,
            },
            policies: policies.map_or(defaults.policies, |p| p.iter().map(policy).collect()),
            tolerance: self.tolerance.or(defaults.tolerance),
        }
    }
}

#[derive(Deserialize)]
pub struct Directions {
    scale_up: Option<Rules>,
    scale_down: Option<Rules>,
}

impl Directions {
    /// The behaviour, as the API server fills it up.
    pub fn behavior(&self) -> Behavior {
        let mut behavior = Behavior::default();
        if let Some(rules) = &self.scale_up {
            behavior.scale_up = rules.over(behavior.scale_up);
        }
        if let Some(rules) = &self.scale_down {
            behavior.scale_down = rules.over(behavior.scale_down);
        }
        behavior
    }
}

#[derive(Clone, Copy, Deserialize)]
pub struct LogEntry {
    replicas: i32,
    age_s: Option<f64>,
}

/// A log of recommendations.
pub fn log(entries: &[LogEntry]) -> RecommendationLog {
    let entry = |e: &LogEntry| Recommendation {
        replicas: e.replicas,
        at_ms: at_ms(e.age_s),
    };
    RecommendationLog::from_entries(entries.iter().map(entry).collect())
}

#[derive(Clone, Copy, Deserialize)]
pub struct Event {
    change: i32,
    age_s: Option<f64>,
    #[serde(default)]
    outdated: bool,
}

/// A history of changes.
pub fn events(events: &[Event]) -> ScaleEvents {
    let event = |e: &Event| ScaleEvent {
        change: e.change,
        at_ms: at_ms(e.age_s),
        outdated: e.outdated,
    };
    ScaleEvents::from_entries(events.iter().map(event).collect())
}
