//! ScaledJob: strategies, decision, aggregation.

use serde::{Deserialize, Deserializer};
use serde_json::json;
use sim_core::control::keda::{
    Calculation, JobCounts, JobScale, JobSpec, JobStrategy, JobTrigger, aggregate, target_average,
};

use crate::case::Answer;

#[derive(Deserialize)]
pub struct Strategy {
    strategy: Option<String>,
    max_scale: i64,
    scale_to: i64,
    running: i64,
    #[serde(default)]
    pending: i64,
    max_replicas: i64,
    /// For a decision.
    #[serde(default)]
    min_replicas: i64,
    custom_queue_deduction: Option<i64>,
    #[serde(default, deserialize_with = "percentage")]
    custom_running_pct: Option<f64>,
}

/// A number, or KEDA's text for one; a text that is none is as if there were nothing.
fn percentage<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Written {
        Number(f64),
        Text(String),
    }
    Ok(match Option::deserialize(deserializer)? {
        None => None,
        Some(Written::Number(value)) => Some(value),
        Some(Written::Text(text)) => text.parse().ok(),
    })
}

impl Strategy {
    /// As KEDA picks it: a custom one without a percentage, and an unknown one, is the default.
    fn strategy(&self) -> JobStrategy {
        match (self.strategy.as_deref(), self.custom_running_pct) {
            (Some("custom"), Some(running_share)) => JobStrategy::Custom {
                queue_length_deduction: self.custom_queue_deduction.unwrap_or(0),
                running_share,
            },
            (Some("accurate"), _) => JobStrategy::Accurate,
            (Some("eager"), _) => JobStrategy::Eager,
            _ => JobStrategy::Default,
        }
    }

    fn wanted(&self) -> JobScale {
        JobScale {
            max_scale: self.max_scale,
            scale_to: self.scale_to,
        }
    }

    fn counts(&self) -> JobCounts {
        JobCounts {
            running: self.running,
            pending: self.pending,
        }
    }
}

fn answer(scale: JobScale) -> Answer {
    Answer::of(json!({
        "max_scale": scale.max_scale,
        "scale_to": scale.scale_to,
        "jobs": scale.jobs(),
    }))
}

pub fn strategy(case: &Strategy) -> Result<Answer, String> {
    let strategy = case.strategy();
    let scale = strategy.effective_max_scale(case.wanted(), case.counts(), case.max_replicas);
    Ok(answer(scale))
}

pub fn decision(case: &Strategy) -> Result<Answer, String> {
    let bounds = (case.min_replicas, case.max_replicas);
    Ok(answer(case.strategy().decide(
        bounds,
        case.wanted(),
        case.counts(),
    )))
}

#[derive(Deserialize)]
pub struct Aggregate {
    #[serde(default)]
    min_replicas: i64,
    max_replicas: i64,
    calculation: Option<String>,
    triggers: Vec<Trigger>,
}

#[derive(Deserialize)]
struct Trigger {
    queue_length: f64,
    target_average: f64,
    active: bool,
}

pub fn aggregated(case: &Aggregate) -> Result<Answer, String> {
    let calculation = match case.calculation.as_deref() {
        Some("min") => Calculation::Min,
        Some("avg") => Calculation::Avg,
        Some("sum") => Calculation::Sum,
        _ => Calculation::Max,
    };
    let trigger = |t: &Trigger| JobTrigger {
        queue_length: t.queue_length,
        target_average: t.target_average,
        active: t.active,
    };
    let triggers: Vec<JobTrigger> = case.triggers.iter().map(trigger).collect();
    let demand = aggregate(&triggers, calculation, case.min_replicas, case.max_replicas);
    Ok(Answer::of(json!({
        "active": demand.active,
        "queue_length": demand.queue_length,
        "max_value": demand.max_value,
    })))
}

#[derive(Deserialize)]
pub struct Targets {
    targets: Vec<Option<f64>>,
    /// `minReplicaCount` and `maxReplicaCount`, for the bounds that strategies see.
    min_count: Option<i64>,
    max_count: Option<i64>,
}

pub fn target_average_of(case: &Targets) -> Result<Answer, String> {
    let spec = JobSpec {
        min_count: case.min_count.unwrap_or(0),
        max_count: case.max_count.unwrap_or(100),
        strategy: JobStrategy::Default,
    };
    Ok(Answer::of(json!({
        "value": target_average(&case.targets),
        "min_replicas": spec.min_replicas(),
        "max_replicas": spec.max_replicas(),
    })))
}
