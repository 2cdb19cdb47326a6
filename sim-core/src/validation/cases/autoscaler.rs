//! The replicas that the Kubernetes HPA asks for under a steady load, where other simulators settle elsewhere.

use super::super::case::{About, Sample};
use super::super::{Case, Family, Oracle, Value};
use crate::control::hpa::{
    Behavior, HpaSpec, HpaState, MetricInput, MetricSpec, PodGroup, PodSamples, ResourceName,
    ResourceTarget, reconcile,
};

/// Requests per second that the pods share, in thousandths.
const LOAD_M: i64 = 1_000_000;
/// What a pod can serve, in thousandths: with all of it, its CPU is at 100 %.
const POD_M: i64 = 100_000;

pub(super) fn cases() -> Vec<Case> {
    vec![
        rests(
            "H16",
            "1000 requests/s, target 70 per pod, from 2",
            "A rate per pod has no ceiling, so the way up is limited by the scaling policies alone.",
            "⌈2 × 500/70⌉ = 15, but at most +4 or ×2 within 15 s; 15 is within 10 % of the target",
            &[2, 6, 12, 15],
            || vec![course(2, &rate_per_pod())],
        ),
        rests(
            "H17-2",
            "1000 requests/s at 100 a pod, CPU target 70 %, from 2",
            "A pod's CPU cannot exceed 100 %, so each step sees at most 100/70 of the pods it has.",
            "⌈n × CPU/70⌉ with CPU = min(100, 1000/n) %",
            &[2, 3, 5, 8, 12, 15],
            || vec![course(2, &cpu())],
        ),
        rests(
            "H17-13",
            "The same, from 13",
            "A ratio within the tolerance changes nothing: 76.9/70 = 1.099.",
            "1000/13 = 76.9 % is within 10 % of 70 %",
            &[13],
            || vec![course(13, &cpu())],
        ),
        rests(
            "H17-16",
            "The same, from 16",
            "The way down waits for the stabilisation window of five minutes.",
            "⌈16 × 62.5/70⌉ = 15",
            &[16, 15],
            || vec![course(16, &cpu())],
        ),
    ]
}

fn rests(
    id: &'static str,
    subject: &str,
    shows: &'static str,
    formula: &'static str,
    course: &[u32],
    rules: fn() -> Sample,
) -> Case {
    Case::of_rules(
        About {
            id,
            family: Family::Autoscaler,
            subject: subject.to_owned(),
            shows,
            source: "Rules of Kubernetes (horizontal.go, replica_calculator.go), defaults of autoscaling/v2",
        },
        vec![Oracle::exact(
            "replicas",
            "replicas until they rest",
            formula,
            Value::Course(course.to_vec()),
        )],
        rules,
    )
}

/// A metric, and its sample of each pod when so many share the load.
struct Measured {
    metric: MetricSpec,
    per_pod_m: fn(i64) -> i64,
}

fn rate_per_pod() -> Measured {
    Measured {
        metric: MetricSpec::Pods {
            average_value_m: 70_000,
        },
        per_pod_m: |pods| LOAD_M / pods,
    }
}

fn cpu() -> Measured {
    Measured {
        metric: MetricSpec::Resource {
            resource: ResourceName::Cpu,
            target: ResourceTarget::Utilization { percent: 70 },
        },
        per_pod_m: |pods| (LOAD_M / pods).min(POD_M),
    }
}

/// Syncs of a quarter of an hour: three times the stabilisation window.
const SYNCS: u64 = 60;

/// The replicas that a new controller with all defaults passes through; its pods are ready at once.
fn course(start: i32, measured: &Measured) -> Value {
    let mut spec = HpaSpec::new(100);
    spec.metrics = vec![measured.metric];
    spec.behavior = Some(Behavior::default());
    let mut state = HpaState::new(&spec);
    let (mut replicas, mut course) = (start, vec![start.unsigned_abs()]);
    for sync in 0..SYNCS {
        let value_m = (measured.per_pod_m)(i64::from(replicas.max(1)));
        let pods = [PodGroup::steady(
            replicas.unsigned_abs(),
            Some(POD_M),
            value_m,
        )];
        let input = MetricInput::Pods(PodSamples {
            pods: &pods,
            unmatched: &[],
        });
        let now_ms = sync * spec.sync_period_ms;
        let decision = reconcile(&spec, &mut state, now_ms, replicas, replicas, &[input]);
        if decision.desired != replicas {
            replicas = decision.desired;
            course.push(replicas.unsigned_abs());
        }
    }
    Value::Course(course)
}
