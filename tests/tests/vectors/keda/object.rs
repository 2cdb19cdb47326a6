//! ScaledObject: activation, poll, fallback, formula, cron.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::json;
use sim_core::control::keda::{
    CronWindow, Fallback, FallbackBehavior, Formula, Health, MetricKind, MetricReading, Modifiers,
    PollInput, PollSpec, PollState, TriggerState, Workload, is_active, poll,
};

use crate::case::Answer;

/// Now, in every case: ages count back from here.
const NOW_MS: u64 = 10_000_000_000_000;

fn ms(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

fn at_ms(age_s: f64) -> u64 {
    NOW_MS.saturating_sub(ms(age_s))
}

#[derive(Deserialize)]
pub struct Activation {
    value: f64,
    #[serde(default)]
    activation_threshold: f64,
}

pub fn activation(case: &Activation) -> Result<Answer, String> {
    let active = is_active(case.value, case.activation_threshold);
    Ok(Answer::of(json!({ "active": active })))
}

#[derive(Deserialize)]
pub struct ObjectActivity {
    triggers: Vec<Trigger>,
    modifiers: Option<ModifiersInput>,
}

/// `value` null: it cannot be read; `resource`: CPU or memory.
#[derive(Deserialize)]
struct Trigger {
    name: Option<String>,
    value: Option<f64>,
    #[serde(default)]
    activation_threshold: f64,
    #[serde(default)]
    resource: bool,
}

#[derive(Deserialize)]
struct ModifiersInput {
    formula: String,
    #[serde(default = "one")]
    target: f64,
    #[serde(default)]
    activation_target: f64,
}

fn one() -> f64 {
    1.0
}

pub fn object_activity(case: &ObjectActivity) -> Result<Answer, String> {
    let state = |t: &Trigger| match t.value {
        _ if t.resource => TriggerState::Resource,
        None => TriggerState::Failed,
        Some(value) => TriggerState::Read {
            value,
            active: is_active(value, t.activation_threshold),
        },
    };
    let triggers: Vec<TriggerState> = case.triggers.iter().map(state).collect();
    let modifiers = match &case.modifiers {
        None => None,
        Some(written) => {
            let named = case.triggers.iter().map(|t| t.name.as_deref());
            let names: Vec<Option<&str>> = named.collect();
            Some(Modifiers {
                formula: Formula::compile(&written.formula, &names).map_err(|e| e.to_string())?,
                target: written.target,
                activation_target: written.activation_target,
                kind: MetricKind::AverageValue,
            })
        }
    };
    let activity = sim_core::control::keda::object_activity(&triggers, modifiers.as_ref());
    Ok(Answer::of(json!({
        "active": activity.active,
        "error": activity.error,
        "by": activity.by,
    })))
}

#[derive(Deserialize)]
pub struct ScaledObject {
    current_replicas: i32,
    #[serde(default)]
    min_replicas: Option<i32>,
    idle_replicas: Option<i32>,
    active: bool,
    #[serde(default)]
    error: bool,
    fallback_replicas: Option<i32>,
    #[serde(default)]
    pause_scale_in: bool,
    #[serde(default)]
    pause_scale_out: bool,
    #[serde(default)]
    force_activation: bool,
    last_active_age_s: Option<f64>,
    cooldown_s: Option<f64>,
    created_age_s: Option<f64>,
    initial_cooldown_s: Option<f64>,
}

pub fn scaled_object(case: &ScaledObject) -> Result<Answer, String> {
    let defaults = PollSpec::default();
    let spec = PollSpec {
        min_replicas: case.min_replicas.unwrap_or(defaults.min_replicas),
        idle_replicas: case.idle_replicas,
        cooldown_ms: case.cooldown_s.map_or(defaults.cooldown_ms, ms),
        initial_cooldown_ms: case
            .initial_cooldown_s
            .map_or(defaults.initial_cooldown_ms, ms),
        fallback_replicas: case.fallback_replicas,
        pause_scale_in: case.pause_scale_in,
        pause_scale_out: case.pause_scale_out,
        force_activation: case.force_activation,
    };
    let mut state = PollState {
        created_ms: at_ms(case.created_age_s.unwrap_or(1e9)),
        last_active_ms: case.last_active_age_s.map(at_ms),
    };
    let input = PollInput {
        now_ms: NOW_MS,
        current_replicas: case.current_replicas,
        active: case.active,
        error: case.error,
    };
    let decision = poll(&spec, &mut state, input);
    let age_ms = state.last_active_ms.map(|at| NOW_MS.saturating_sub(at));
    Ok(Answer::of(json!({
        "replicas": decision.replicas,
        "reason": format!("{:?}", decision.reason),
        "last_active_age_s": age_ms.map(|age| age as f64 / 1000.0),
    })))
}

#[derive(Deserialize)]
pub struct FallbackInput {
    #[serde(default)]
    failures_before: u32,
    failure_threshold: Option<i32>,
    fallback_replicas: Option<i32>,
    behavior: Option<String>,
    current_replicas: Option<i32>,
    ready_replicas: Option<i32>,
    metric_type: Option<String>,
    target: f64,
    /// What the trigger read; null: it failed.
    value: Option<f64>,
}

/// KEDA truncates to thousandths.
fn units(milli: i64) -> f64 {
    milli as f64 / 1000.0
}

pub fn fallback(case: &FallbackInput) -> Result<Answer, String> {
    let fallback = match (case.failure_threshold, case.fallback_replicas) {
        (Some(failure_threshold), Some(replicas)) => Some(Fallback {
            failure_threshold,
            replicas,
            behavior: match case.behavior.as_deref() {
                Some("currentReplicas") => FallbackBehavior::CurrentReplicas,
                Some("currentReplicasIfHigher") => FallbackBehavior::CurrentReplicasIfHigher,
                Some("currentReplicasIfLower") => FallbackBehavior::CurrentReplicasIfLower,
                // As KEDA: anything else is static.
                _ => FallbackBehavior::Static,
            },
        }),
        _ => None,
    };
    let kind = match case.metric_type.as_deref() {
        Some("Value") => MetricKind::Value,
        Some("AverageValue") | None => MetricKind::AverageValue,
        Some(other) => return Err(format!("unknown metric_type {other:?}")),
    };
    let mut health = Health {
        failures: case.failures_before,
    };
    let workload = Workload {
        current_replicas: case.current_replicas,
        ready_replicas: case.ready_replicas,
    };
    let value_m = case.value.map(|value| (value * 1000.0) as i64);
    let reading = health.read(value_m, fallback.as_ref(), case.target, kind, workload);
    let (metric_value, used) = match reading {
        MetricReading::Value(milli) => (Some(units(milli)), false),
        MetricReading::Fallback(milli) => (Some(units(milli)), true),
        MetricReading::Unavailable => (None, false),
    };
    Ok(Answer::of(json!({
        "metric_value": metric_value,
        "fallback": used,
        "failures_after": health.failures,
    })))
}

#[derive(Deserialize)]
pub struct FormulaInput {
    formula: String,
    #[serde(default)]
    values: BTreeMap<String, f64>,
}

pub fn formula(case: &FormulaInput) -> Result<Answer, String> {
    let names: Vec<Option<&str>> = case.values.keys().map(|name| Some(name.as_str())).collect();
    let values: Vec<f64> = case.values.values().copied().collect();
    Ok(match Formula::compile(&case.formula, &names) {
        Ok(formula) => {
            let value = formula.evaluate(&values);
            let words = value.to_string();
            Answer::of(json!({ "value": value, "words": words }))
        }
        Err(error) => Answer::Refused(error.to_string()),
    })
}

/// Times are hours since Monday 00:00, of the window hours of the day; `days` counts from Monday = 0.
#[derive(Deserialize)]
pub struct Cron {
    start_hour: f64,
    end_hour: f64,
    days: Vec<usize>,
    desired_replicas: u32,
    at_hour: f64,
}

pub fn cron(case: &Cron) -> Result<Answer, String> {
    let mut days = [false; 7];
    for day in &case.days {
        *days.get_mut(*day).ok_or("a day above 6")? = true;
    }
    let window = CronWindow {
        start_s: case.start_hour * 3600.0,
        end_s: case.end_hour * 3600.0,
        days,
        desired_replicas: case.desired_replicas,
    };
    let (value, active) = window.read(case.at_hour * 3600.0);
    Ok(Answer::of(json!({ "value": value, "active": active })))
}
