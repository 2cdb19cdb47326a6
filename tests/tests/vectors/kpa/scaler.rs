//! Bounds, zero, activity and the activator.

use serde::Deserialize;
use serde_json::{Value, json};
use sim_core::control::kpa::{
    Activity, ActivityState, Reachability, ScalerSpec, ScalerView, activator_is_in_path, scale,
};

use super::{at_ms, ms};
use crate::case::{Answer, whole};

#[derive(Deserialize)]
pub struct Scaling {
    #[serde(deserialize_with = "whole")]
    current_replicas: i32,
    #[serde(deserialize_with = "whole")]
    desired: i32,
    #[serde(deserialize_with = "whole")]
    min_scale: i32,
    #[serde(deserialize_with = "whole")]
    max_scale: i32,
    active_state: String,
    state_age_s: f64,
    stable_window_s: f64,
    scale_to_zero_grace_s: f64,
    #[serde(default)]
    last_pod_retention_s: f64,
    /// "true", or a boolean; everything else is a probe that failed.
    #[serde(default)]
    activator_probe: Value,
    #[serde(default)]
    sks_proxy_for_s: f64,
    target_burst_capacity: f64,
    reachability: String,
    #[serde(deserialize_with = "whole")]
    initial_scale: i32,
    scale_target_initialized: bool,
    enable_scale_to_zero: bool,
    activation_timeout_s: f64,
}

fn activity_of(name: &str) -> Result<Activity, String> {
    match name {
        "active" => Ok(Activity::Active),
        "inactive" => Ok(Activity::Inactive),
        "activating" => Ok(Activity::Activating),
        other => Err(format!("unknown state {other:?}")),
    }
}

fn name_of(activity: Activity) -> &'static str {
    match activity {
        Activity::Active => "active",
        Activity::Inactive => "inactive",
        Activity::Activating => "activating",
    }
}

pub fn scaled(case: &Scaling) -> Result<Answer, String> {
    let spec = ScalerSpec {
        min_scale: case.min_scale,
        max_scale: case.max_scale,
        initial_scale: case.initial_scale,
        scale_to_zero: case.enable_scale_to_zero,
        stable_window_ms: ms(case.stable_window_s),
        grace_ms: ms(case.scale_to_zero_grace_s),
        retention_ms: ms(case.last_pod_retention_s),
        activator_always_in_path: case.target_burst_capacity == -1.0,
        activation_timeout_ms: ms(case.activation_timeout_s),
    };
    let view = ScalerView {
        current: case.current_replicas,
        activity: activity_of(&case.active_state)?,
        activity_age_ms: ms(case.state_age_s),
        initialized: case.scale_target_initialized,
        reachability: match case.reachability.as_str() {
            "reachable" => Reachability::Reachable,
            "unreachable" => Reachability::Unreachable,
            "unknown" | "" => Reachability::Unknown,
            other => return Err(format!("unknown reachability {other:?}")),
        },
        activator_answers: case.activator_probe == json!("true")
            || case.activator_probe == json!(true),
        proxy_ms: ms(case.sks_proxy_for_s),
    };
    let scaled = scale(&spec, &view, case.desired);
    Ok(Answer::of(json!({
        "desired": scaled.wanted,
        "writes_scale": scaled.write.is_some(),
    })))
}

#[derive(Deserialize)]
pub struct ActivityCase {
    state: String,
    #[serde(deserialize_with = "whole")]
    min_scale: i32,
    #[serde(deserialize_with = "whole")]
    initial_scale: i32,
    steps: Vec<ActivityStep>,
}

#[derive(Deserialize)]
struct ActivityStep {
    t_s: f64,
    #[serde(deserialize_with = "whole")]
    want: i32,
    #[serde(deserialize_with = "whole")]
    ready: i32,
}

pub fn activity(case: &ActivityCase) -> Result<Answer, String> {
    let start_ms = at_ms(0.0);
    let mut state = ActivityState::new(activity_of(&case.state)?, start_ms);
    let mut steps = Vec::new();
    for step in &case.steps {
        let now_ms = at_ms(step.t_s);
        state.follow(
            now_ms,
            step.want,
            step.ready,
            case.min_scale,
            case.initial_scale,
        );
        steps.push(json!({
            "state": name_of(state.activity()),
            "age_s": state.age_ms(now_ms) as f64 / 1000.0,
            "initialized": state.is_initialized(),
        }));
    }
    Ok(Answer::of(json!({ "steps": steps })))
}

#[derive(Deserialize)]
pub struct ProxyMode {
    #[serde(deserialize_with = "whole")]
    want: i32,
    #[serde(deserialize_with = "whole")]
    ebc: i32,
    inactive: bool,
}

pub fn proxy_mode(case: &ProxyMode) -> Answer {
    let proxy = activator_is_in_path(case.want, case.ebc, case.inactive);
    Answer::of(json!({ "proxy": proxy }))
}
