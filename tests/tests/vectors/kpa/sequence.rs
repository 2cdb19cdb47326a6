//! A decider over a few looks.

use serde::Deserialize;
use serde_json::{Map, Value, json};
use sim_core::control::kpa::{
    Averages, Decider, DeciderSpec, Scale, initial_excess_burst_capacity,
};

use super::{ORIGIN_S, at_ms, ms};
use crate::case::{Answer, Tolerances, whole, whole_or_null};

/// The Go tests accept ±1 of the excess burst capacity.
const ROUGHLY: Tolerances = &[("ebc", 1.0)];

#[derive(Deserialize)]
pub struct Sequence {
    spec: Map<String, Value>,
    /// Null when they cannot be counted.
    #[serde(default, deserialize_with = "whole_or_null")]
    initial_ready: Option<i32>,
    #[serde(default)]
    initial_state: InitialState,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Spec {
    target_value: f64,
    total_value: f64,
    target_burst_capacity: f64,
    panic_threshold: f64,
    max_scale_up_rate: f64,
    max_scale_down_rate: f64,
    stable_window_s: f64,
    #[serde(default)]
    scale_down_delay_s: f64,
    #[serde(default = "yes")]
    reachable: bool,
    #[serde(default, deserialize_with = "whole")]
    activation_scale: i32,
}

fn yes() -> bool {
    true
}

#[derive(Default, Deserialize)]
struct InitialState {
    panic_time_s: Option<f64>,
    #[serde(default, deserialize_with = "whole_or_null")]
    max_panic_pods: Option<i32>,
}

#[derive(Deserialize)]
struct Step {
    t_s: f64,
    stable: Option<f64>,
    panic: Option<f64>,
    /// Null when they cannot be counted.
    #[serde(default, deserialize_with = "whole_or_null")]
    ready: Option<i32>,
    #[serde(default)]
    set_spec: Map<String, Value>,
}

fn spec(fields: &Map<String, Value>) -> Result<DeciderSpec, String> {
    let spec: Spec = serde_json::from_value(Value::Object(fields.clone()))
        .map_err(|error| format!("malformed spec: {error}"))?;
    Ok(DeciderSpec {
        target_value: spec.target_value,
        total_value: spec.total_value,
        target_burst_capacity: spec.target_burst_capacity,
        panic_threshold: spec.panic_threshold,
        max_scale_up_rate: spec.max_scale_up_rate,
        max_scale_down_rate: spec.max_scale_down_rate,
        stable_window_ms: ms(spec.stable_window_s),
        scale_down_delay_ms: ms(spec.scale_down_delay_s),
        reachable: spec.reachable,
        activation_scale: spec.activation_scale,
    })
}

pub fn sequence(case: Sequence) -> Result<Answer, String> {
    let mut fields = case.spec;
    let start_s = case.steps.first().map_or(0.0, |step| step.t_s);
    let mut decider = Decider::new(
        spec(&fields)?,
        case.initial_ready.unwrap_or(0),
        at_ms(start_s),
    );
    let state = case.initial_state;
    if state.panic_time_s.is_some() || state.max_panic_pods.is_some() {
        let panic_ms = state.panic_time_s.map(at_ms).or(decider.panic_ms());
        let pods = state.max_panic_pods.unwrap_or(decider.max_panic_pods());
        decider = decider.with_panic(panic_ms, pods);
    }
    let mut steps = Vec::new();
    for step in case.steps {
        if !step.set_spec.is_empty() {
            fields.extend(step.set_spec);
            decider.update(spec(&fields)?);
        }
        let averages = step.stable.zip(step.panic);
        let averages = averages.map(|(stable, panic)| Averages { stable, panic });
        // Pods that cannot be counted leave everything as it is, as a metric without data does.
        let scale = step
            .ready
            .and_then(|ready| decider.scale(at_ms(step.t_s), averages, ready));
        steps.push(described(scale, &decider));
    }
    Ok(Answer::roughly(json!({ "steps": steps }), ROUGHLY))
}

fn described(scale: Option<Scale>, decider: &Decider) -> Value {
    let panic_time_s = decider
        .panic_ms()
        .map(|panic_ms| panic_ms as f64 / 1000.0 - ORIGIN_S);
    json!({
        "valid": scale.is_some(),
        "desired": scale.map_or(0, |scale| scale.desired),
        "ebc": scale.map_or(0, |scale| scale.excess_burst_capacity),
        "panic_time_s": panic_time_s,
    })
}

#[derive(Deserialize)]
pub struct Init {
    /// Null when they cannot be counted.
    #[serde(default, deserialize_with = "whole_or_null")]
    initial_ready: Option<i32>,
}

pub fn init(case: &Init) -> Answer {
    let spec = DeciderSpec {
        target_value: 10.0,
        total_value: 10.0,
        target_burst_capacity: 0.0,
        panic_threshold: 2.0,
        max_scale_up_rate: 10.0,
        max_scale_down_rate: 2.0,
        stable_window_ms: 60_000,
        scale_down_delay_ms: 0,
        reachable: true,
        activation_scale: 1,
    };
    let decider = Decider::new(spec, case.initial_ready.unwrap_or(0), at_ms(0.0));
    Answer::of(json!({
        "panic": decider.panic_ms().is_some(),
        "max_panic_pods": decider.max_panic_pods(),
    }))
}

#[derive(Deserialize)]
pub struct InitialEbc {
    initial_scale: i32,
    total_value: f64,
    target_burst_capacity: f64,
}

pub fn initial_ebc(case: &InitialEbc) -> Answer {
    let ebc = initial_excess_burst_capacity(
        case.initial_scale,
        case.total_value,
        case.target_burst_capacity,
    );
    Answer::of(json!({ "ebc": ebc }))
}
