//! What to request, and which pods to replace for it.

use serde::Deserialize;
use serde_json::json;
use sim_core::control::vpa::{
    Amounts, ContainerSize, ContainerUsage, Disruption, MemoryPeaks, OomBump, Recommender, Sizing,
    UpdatePriority, UpdateRules, at_least_share_of, with_confidence, with_margin,
};

use super::history::{HOUR_MS, MINUTE_MS, ms};
use crate::case::{Answer, whole, whole_or_null};

type Outcome = Result<Answer, String>;

#[derive(Deserialize)]
pub struct Widened {
    #[serde(deserialize_with = "whole")]
    base: i64,
    confidence: f64,
    multiplier: f64,
    exponent: f64,
}

pub fn confidence_multiplier(case: &Widened) -> Outcome {
    let amount = with_confidence(case.base, case.confidence, case.multiplier, case.exponent);
    Ok(Answer::of(json!(amount)))
}

#[derive(Deserialize)]
pub struct Margin {
    #[serde(deserialize_with = "whole")]
    base: i64,
    margin: f64,
}

pub fn margin(case: &Margin) -> Outcome {
    Ok(Answer::of(json!(with_margin(case.base, case.margin))))
}

#[derive(Deserialize)]
pub struct Floor {
    #[serde(deserialize_with = "whole")]
    base: i64,
    #[serde(deserialize_with = "whole")]
    minimum: i64,
    #[serde(default = "one", deserialize_with = "whole")]
    containers: u32,
}

fn one() -> u32 {
    1
}

pub fn min_resource(case: &Floor) -> Outcome {
    let amount = at_least_share_of(case.base, case.minimum, case.containers);
    Ok(Answer::of(json!(amount)))
}

/// A stream of equal samples, one every `every_min`, with kills for memory in between.
#[derive(Deserialize)]
pub struct Steady {
    cpu_cores: f64,
    #[serde(deserialize_with = "whole")]
    memory_bytes: i64,
    every_min: f64,
    samples: u32,
    #[serde(default = "one")]
    containers: u32,
    /// Kills at these minutes, of a container that requested `requested_bytes`.
    #[serde(default)]
    oom_at_min: Vec<f64>,
    #[serde(default)]
    requested_bytes: i64,
}

pub fn recommendation(case: &Steady) -> Outcome {
    let mut usage = ContainerUsage::default();
    let mut peaks = MemoryPeaks::new(ms(24.0, HOUR_MS));
    let mut kills = case.oom_at_min.iter().map(|t| ms(*t, MINUTE_MS)).peekable();
    for index in 0..case.samples {
        let at_ms = ms(f64::from(index) * case.every_min, MINUTE_MS);
        while let Some(killed_ms) = kills.next_if(|killed_ms| *killed_ms <= at_ms) {
            let change = peaks.oom(killed_ms, case.requested_bytes, OomBump::default());
            usage.change_peak(1.0, change.unwrap_or_default());
        }
        usage.add_cpu(1.0, case.cpu_cores, at_ms);
        let change = peaks.sample(at_ms, case.memory_bytes);
        usage.change_peak(1.0, change.unwrap_or_default());
    }
    let amounts = |amounts: Amounts| json!([amounts.cpu_m, amounts.memory_bytes]);
    let recommendation = Recommender::default().recommend(&usage, case.containers);
    Ok(Answer::of(match recommendation {
        None => json!({ "none": true }),
        Some(recommendation) => json!({
            "target": amounts(recommendation.target),
            "lower": amounts(recommendation.lower),
            "upper": amounts(recommendation.upper),
        }),
    }))
}

#[derive(Deserialize)]
pub struct Pod {
    containers: Vec<Container>,
}

#[derive(Deserialize)]
struct Container {
    cpu: Option<Resource>,
    memory: Option<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    #[serde(default, deserialize_with = "whole_or_null")]
    request: Option<i64>,
    #[serde(default, deserialize_with = "whole_or_null")]
    target: Option<i64>,
    #[serde(default, deserialize_with = "whole_or_null")]
    lower: Option<i64>,
    #[serde(default, deserialize_with = "whole_or_null")]
    upper: Option<i64>,
}

impl Resource {
    fn sizing(&self) -> Option<Sizing> {
        self.target.map(|target| Sizing {
            request: self.request,
            target,
            lower: self.lower,
            upper: self.upper,
        })
    }
}

pub fn update_priority(case: &Pod) -> Outcome {
    let containers: Vec<ContainerSize> = case
        .containers
        .iter()
        .map(|container| ContainerSize {
            cpu: container.cpu.as_ref().and_then(Resource::sizing),
            memory: container.memory.as_ref().and_then(Resource::sizing),
        })
        .collect();
    let priority = UpdatePriority::of(&containers);
    Ok(Answer::of(json!({
        "outside": priority.outside,
        "scale_up": priority.grows,
        "resource_diff": priority.difference,
    })))
}

#[derive(Deserialize)]
pub struct Candidate {
    outside: bool,
    quick_oom: bool,
    age_h: f64,
    diff: f64,
    min_change: f64,
    lifetime_h: f64,
}

pub fn should_update(case: &Candidate) -> Outcome {
    let rules = UpdateRules {
        least_difference: case.min_change,
        least_age_ms: ms(case.lifetime_h, HOUR_MS),
        ..UpdateRules::default()
    };
    let priority = UpdatePriority {
        outside: case.outside,
        grows: false,
        difference: case.diff,
    };
    let update = rules.should_update(&priority, case.quick_oom, ms(case.age_h, HOUR_MS));
    Ok(Answer::of(json!(update)))
}

#[derive(Deserialize)]
pub struct Queue {
    pods: Vec<QueuedPod>,
}

#[derive(Clone, Deserialize)]
struct QueuedPod {
    name: String,
    scale_up: bool,
    resource_diff: f64,
}

pub fn update_order(case: &Queue) -> Outcome {
    let priority = |pod: &QueuedPod| UpdatePriority {
        outside: false,
        grows: pod.scale_up,
        difference: pod.resource_diff,
    };
    let mut pods = case.pods.clone();
    pods.sort_by(|one, two| priority(one).most_urgent_first(&priority(two)));
    let names: Vec<&str> = pods.iter().map(|pod| pod.name.as_str()).collect();
    Ok(Answer::of(json!(names)))
}

/// How many pods of a group can be taken away one after another.
#[derive(Deserialize)]
pub struct Group {
    configured: u32,
    running: u32,
    #[serde(default)]
    pending: u32,
    tolerance: f64,
    min_replicas: u32,
}

pub fn disruption(case: &Group) -> Outcome {
    let mut group = Disruption::new(
        case.configured,
        case.running,
        case.pending,
        case.tolerance,
        case.min_replicas,
    );
    let mut running = 0;
    while running < case.running && group.allows_running() {
        group.disrupt();
        running += 1;
    }
    let pending = if group.allows_pending() {
        case.pending
    } else {
        0
    };
    Ok(Answer::of(
        json!({ "running": running, "pending": pending }),
    ))
}
