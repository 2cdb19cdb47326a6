//! From a recommendation to replicas: stabilisation, limits, histories.

use serde::Deserialize;
use serde_json::json;
use sim_core::control::hpa::{
    HpaSpec, LimitReason, RecommendationLog, ScaleEvents, ScalingHistory, ScalingRules,
    limit_by_behavior, limit_by_rules, scale_down_limit, scale_up_limit,
};

use super::inputs::{
    Directions, Event, LogEntry, NOW_MS, Rules, events, four, log, signed_ms, twice,
};
use crate::case::Answer;

type Outcome = Result<Answer, String>;

fn limited((replicas, reason): (i32, LimitReason)) -> Outcome {
    Ok(Answer::of(
        json!({ "replicas": replicas, "reason": reason.as_str() }),
    ))
}

#[derive(Deserialize)]
pub struct Convert {
    current_replicas: i32,
    desired_replicas: i32,
    min_replicas: i32,
    max_replicas: i32,
    #[serde(default = "twice")]
    scale_up_limit_factor: f64,
    #[serde(default = "four")]
    scale_up_limit_minimum: i32,
}

pub fn convert_desired(case: &Convert) -> Outcome {
    let spec = HpaSpec {
        min_replicas: case.min_replicas,
        scale_up_limit_factor: case.scale_up_limit_factor,
        scale_up_limit_minimum: case.scale_up_limit_minimum,
        ..HpaSpec::new(case.max_replicas)
    };
    limited(limit_by_rules(
        &spec,
        case.current_replicas,
        case.desired_replicas,
    ))
}

#[derive(Deserialize)]
pub struct Stabilization {
    downscale_stabilization_s: i64,
    recommendations: Vec<LogEntry>,
    desired_replicas: i32,
}

pub fn stabilization(case: &Stabilization) -> Outcome {
    let mut log = log(&case.recommendations);
    let window_ms = signed_ms(case.downscale_stabilization_s);
    let replicas = log.highest_in_window(NOW_MS, window_ms, case.desired_replicas);
    stabilized(replicas, &log, "ScaleDownStabilized")
}

#[derive(Deserialize)]
pub struct StabilizationBehavior {
    scale_up_stabilization_s: i64,
    scale_down_stabilization_s: i64,
    recommendations: Vec<LogEntry>,
    current_replicas: i32,
    desired_replicas: i32,
}

pub fn stabilization_behavior(case: &StabilizationBehavior) -> Outcome {
    let mut log = log(&case.recommendations);
    let replicas = log.stabilize(
        NOW_MS,
        signed_ms(case.scale_up_stabilization_s),
        signed_ms(case.scale_down_stabilization_s),
        case.current_replicas,
        case.desired_replicas,
    );
    // The reason that a look-back in this direction gives, whether or not it changes anything.
    let reason = if case.desired_replicas >= case.current_replicas {
        "ScaleUpStabilized"
    } else {
        "ScaleDownStabilized"
    };
    stabilized(replicas, &log, reason)
}

fn stabilized(replicas: i32, log: &RecommendationLog, reason: &str) -> Outcome {
    let entries: Vec<i32> = log.entries().iter().map(|e| e.replicas).collect();
    Ok(Answer::of(json!({
        "replicas": replicas,
        "reason": reason,
        "log_length": entries.len(),
        "log": entries,
    })))
}

#[derive(Deserialize)]
pub struct StoreEvent {
    replica_change: i32,
    events: Vec<Event>,
    /// Without rules nothing is stored.
    rules: Option<Rules>,
    query_period_s: i64,
}

pub fn store_event(case: &StoreEvent) -> Outcome {
    let mut history = events(&case.events);
    let before = history.change_within(NOW_MS, signed_ms(case.query_period_s));
    if let Some(rules) = &case.rules {
        let rules = rules.over(ScalingRules::scale_up_default());
        history.store(NOW_MS, rules.longest_period_ms(), case.replica_change);
    }
    let after: Vec<_> = history
        .entries()
        .iter()
        .map(|e| json!({ "change": e.change, "outdated": e.outdated }))
        .collect();
    Ok(Answer::of(
        json!({ "change_in_period_before": before, "events_after": after }),
    ))
}

#[derive(Deserialize)]
pub struct Rate {
    current_replicas: i32,
    desired_replicas: i32,
    min_replicas: i32,
    max_replicas: i32,
    #[serde(flatten)]
    directions: Directions,
    #[serde(default)]
    scale_up_events: Vec<Event>,
    #[serde(default)]
    scale_down_events: Vec<Event>,
}

pub fn behavior(case: &Rate) -> Outcome {
    let (up, down) = (
        events(&case.scale_up_events),
        events(&case.scale_down_events),
    );
    limited(limit_by_behavior(
        case.current_replicas,
        case.desired_replicas,
        (case.min_replicas, case.max_replicas),
        &case.directions.behavior(),
        ScalingHistory {
            now_ms: NOW_MS,
            up: &up,
            down: &down,
        },
    ))
}

#[derive(Deserialize)]
pub struct Limit {
    current_replicas: i32,
    rules: Rules,
    #[serde(default)]
    scale_up_events: Vec<Event>,
    #[serde(default)]
    scale_down_events: Vec<Event>,
}

impl Limit {
    fn histories(&self) -> (ScaleEvents, ScaleEvents) {
        (
            events(&self.scale_up_events),
            events(&self.scale_down_events),
        )
    }
}

pub fn up_limit(case: &Limit) -> Outcome {
    let (up, down) = case.histories();
    let rules = case.rules.over(ScalingRules::scale_up_default());
    let history = ScalingHistory {
        now_ms: NOW_MS,
        up: &up,
        down: &down,
    };
    Ok(Answer::of(
        json!({ "limit": scale_up_limit(case.current_replicas, &rules, history) }),
    ))
}

pub fn down_limit(case: &Limit) -> Outcome {
    let (up, down) = case.histories();
    let rules = case.rules.over(ScalingRules::scale_down_default());
    let history = ScalingHistory {
        now_ms: NOW_MS,
        up: &up,
        down: &down,
    };
    Ok(Answer::of(
        json!({ "limit": scale_down_limit(case.current_replicas, &rules, history) }),
    ))
}
