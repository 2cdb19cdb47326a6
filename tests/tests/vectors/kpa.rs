//! Runners of the Knative Pod Autoscaler's vectors, by kind.

#[path = "kpa/scaler.rs"]
mod scaler;
#[path = "kpa/sequence.rs"]
mod sequence;
#[path = "kpa/windows.rs"]
mod windows;

use serde::Deserialize;
use serde_json::json;
use sim_core::control::kpa::{MetricTarget, ScalingMetric, TargetInput, sample_size};

use crate::case::{Answer, Case};

/// Second 0 of every case, on the clock of the rules: a whole number of buckets of any length that cases have.
const ORIGIN_S: f64 = 720_720_000.0;

/// A time of a case in milliseconds; negative ones lie before its origin.
fn at_ms(t_s: f64) -> u64 {
    ((ORIGIN_S + t_s) * 1000.0).round() as u64
}

/// A length of time in milliseconds.
fn ms(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

/// Computes a case of a file `kpa_vectors*.json`.
pub fn run(case: &Case) -> Result<Answer, String> {
    match case.kind.as_str() {
        "kpa_sequence" => sequence::sequence(case.inputs()?),
        "kpa_init" => Ok(sequence::init(&case.inputs()?)),
        "kpa_initial_ebc" => Ok(sequence::initial_ebc(&case.inputs()?)),
        "kpa_scale" => scaler::scaled(&case.inputs()?),
        "kpa_activity" => scaler::activity(&case.inputs()?),
        "kpa_proxy_mode" => Ok(scaler::proxy_mode(&case.inputs()?)),
        "kpa_target" => target(&case.inputs()?),
        "kpa_sample_size" => Ok(sample(&case.inputs()?)),
        "kpa_panic_window" => Ok(windows::panic_window(&case.inputs()?)),
        "window_average" => windows::window_average(&case.inputs()?),
        "max_window" => Ok(windows::max_window(&case.inputs()?)),
        "time_window_max" => Ok(windows::time_window_max(&case.inputs()?)),
        "smoothing_coeff" => Ok(windows::smoothing_coeff(&case.inputs()?)),
        other => Err(format!("unknown kind {other:?}")),
    }
}

#[derive(Deserialize)]
struct Target {
    metric: String,
    container_concurrency: f64,
    target_annotation: Option<f64>,
    target_utilization_annotation_pct: Option<f64>,
    config: TargetConfig,
}

#[derive(Deserialize)]
struct TargetConfig {
    cc_target_fraction: f64,
    cc_target_default: f64,
    rps_target_default: f64,
    target_utilization: f64,
}

fn target(case: &Target) -> Result<Answer, String> {
    let metric = match case.metric.as_str() {
        "concurrency" => ScalingMetric::Concurrency,
        "rps" => ScalingMetric::Rps,
        other => return Err(format!("unknown metric {other:?}")),
    };
    let resolved = MetricTarget::resolve(&TargetInput {
        metric,
        container_concurrency: case.container_concurrency,
        target: case.target_annotation,
        target_utilization: case
            .target_utilization_annotation_pct
            .map(|pct| pct / 100.0),
        default_concurrency: case.config.cc_target_default,
        default_rps: case.config.rps_target_default,
        concurrency_utilization: case.config.cc_target_fraction,
        rps_utilization: case.config.target_utilization,
    });
    Ok(Answer::of(
        json!({ "target": resolved.target, "total": resolved.total }),
    ))
}

#[derive(Deserialize)]
struct Sample {
    population: i64,
}

fn sample(case: &Sample) -> Answer {
    let population = u32::try_from(case.population).unwrap_or(0);
    Answer::of(json!({ "sample": sample_size(population) }))
}
