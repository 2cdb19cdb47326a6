//! The HPA in the closed loop: traffic → pods → telemetry → controller → pods.
//!
//! At rest the controller stands where its formula says it must, whatever the plane: that is what simulators
//! that multiply current replicas by a stale utilisation get wrong.

use sim_core::scenario::document::{
    AutoscalerDocument, HpaDocument, MetricDocument, MetricTarget, PlaneKind, ScenarioDocument,
    Signal, TrafficSource,
};
use sim_core::study::{Figure, ReplicationResult};
use tests::base::base;
use tests::runs::run_once;

fn with_hpa(base_rps: f64, metrics: Vec<MetricDocument>, plane: PlaneKind) -> ScenarioDocument {
    let mut document = base();
    if let TrafficSource::Model { base_rps: rate, .. } = &mut document.traffic.source {
        *rate = base_rps;
    }
    document.autoscaler = AutoscalerDocument::Hpa(HpaDocument {
        min_replicas: 2,
        max_replicas: 40,
        metrics,
        behavior: None,
        tolerance_percent: 10.0,
        sync_period_s: 15,
        cpu_initialization_period_s: 300,
        initial_readiness_delay_s: 30,
    });
    document.service.concurrency = 20;
    document.slo.window_days = 0.125;
    document.run.plane = plane;
    document
}

/// Replicas at which the controller rests: within tolerance of the target, reached from below.
fn rests_between(result: &ReplicationResult, low: f64, high: f64) {
    let (mean, peak) = (
        result.figure(Figure::MeanReplicas),
        result.figure(Figure::PeakReplicas),
    );
    assert!(
        (low..=high).contains(&mean) && peak <= high + 1.0,
        "mean {mean}, peak {peak}, wanted {low}..{high}"
    );
}

#[test]
fn request_rate_per_pod_rests_where_the_formula_says() {
    // 1000 requests a second at 70 a pod: ceil(14.29) = 15 and the tolerance keeps 13 to 15.
    for plane in [PlaneKind::Fluid, PlaneKind::Requests] {
        let metric = MetricDocument::Pods {
            signal: Signal::RequestsPerSecond,
            average_value: 70.0,
        };
        rests_between(
            &run_once(&with_hpa(1000.0, vec![metric], plane)),
            13.0,
            16.0,
        );
    }
}

#[test]
fn cpu_utilisation_rests_where_the_formula_says() {
    // 400 requests a second × 50 ms = 20 cores; at 60 % of half a core: 66.7 pods; the maximum of 40 binds.
    let metric = MetricDocument::CpuUtilization { target_percent: 60 };
    let bound = run_once(&with_hpa(400.0, vec![metric.clone()], PlaneKind::Fluid));
    assert_eq!(bound.figure(Figure::PeakReplicas), 40.0);
    // 150 requests a second: 7.5 cores, 25 pods at 60 % exactly.
    rests_between(
        &run_once(&with_hpa(150.0, vec![metric], PlaneKind::Fluid)),
        23.0,
        28.0,
    );
}

#[test]
fn a_service_wide_average_rests_at_its_quotient() {
    let metric = MetricDocument::External {
        signal: Signal::RequestsPerSecond,
        target: MetricTarget::AverageValue { value: 50.0 },
    };
    rests_between(
        &run_once(&with_hpa(600.0, vec![metric], PlaneKind::Fluid)),
        11.0,
        13.5,
    );
}

#[test]
fn latency_without_answers_leaves_the_decision_to_cpu() {
    // P95 of a service that is never slow asks for fewer; CPU keeps 25 pods.
    let metrics = vec![
        MetricDocument::External {
            signal: Signal::P95LatencyMs,
            target: MetricTarget::Value { value: 2000.0 },
        },
        MetricDocument::CpuUtilization { target_percent: 60 },
    ];
    rests_between(
        &run_once(&with_hpa(150.0, metrics, PlaneKind::Fluid)),
        23.0,
        28.0,
    );
}

#[test]
fn latency_above_its_target_adds_replicas_until_it_is_met() {
    // 300 requests a second × 100 ms = 30 busy slots. With 4 slots a pod, 8 pods are 94 % busy and slow.
    let metrics = vec![MetricDocument::External {
        signal: Signal::P95LatencyMs,
        target: MetricTarget::Value { value: 400.0 },
    }];
    let mut document = with_hpa(300.0, metrics, PlaneKind::Requests);
    document.service.concurrency = 4;
    let result = run_once(&document);
    assert!(
        result.figure(Figure::MeanReplicas) > 8.0,
        "{}",
        result.figure(Figure::MeanReplicas)
    );
    assert!(
        result.figure(Figure::P95Latency) < 600.0,
        "{}",
        result.figure(Figure::P95Latency)
    );
}

#[test]
fn pods_that_find_no_node_are_blamed_on_the_node_limit() {
    let metric = MetricDocument::Pods {
        signal: Signal::RequestsPerSecond,
        average_value: 20.0,
    };
    let mut document = with_hpa(300.0, vec![metric], PlaneKind::Fluid);
    document.service.concurrency = 4;
    document.fleet.max_nodes = 1;
    let result = run_once(&document);
    // Eight pods of half a core on four cores: 32 slots for 30 busy ones, and 15 pods wanted.
    assert_eq!(result.figure(Figure::PeakReplicas), 8.0);
    let latency = &result.objectives[1];
    let node_limit = latency.bad_by_cause[sim_core::slo::Cause::NodeLimit as usize];
    assert!(
        node_limit > 0.9 * (latency.bad() - latency.bad_by_cause[0]),
        "{latency:?}"
    );
}
