//! Manifests of the Kubernetes HPA.

use super::*;

fn read_hpa(name: &str) -> (HpaDocument, Vec<String>) {
    let imported = hpa(&fixture(name), &HpaOptions::default())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    match imported.autoscaler {
        AutoscalerDocument::Hpa(hpa) => (hpa, imported.notes),
        other => panic!("{other:?}"),
    }
}

fn hpa_refused(text: &str) -> String {
    hpa(text, &HpaOptions::default())
        .expect_err("refused")
        .message
}

#[test]
fn autoscaling_v2_in_full() {
    let (read, notes) = read_hpa("hpa_v2.yaml");
    let expected = HpaDocument {
        min_replicas: 3,
        max_replicas: 30,
        metrics: vec![
            MetricDocument::CpuUtilization { target_percent: 65 },
            MetricDocument::MemoryAverage { target_mib: 800.0 },
            MetricDocument::CpuAverage {
                target_millicores: 350,
            },
            MetricDocument::Pods {
                signal: Signal::RequestsPerSecond,
                average_value: 1000.0,
            },
            MetricDocument::Object {
                signal: Signal::P95LatencyMs,
                target: MetricTarget::Value { value: 300.0 },
            },
            MetricDocument::External {
                signal: Signal::WaitingRequests,
                target: MetricTarget::AverageValue { value: 30.0 },
            },
        ],
        behavior: Some(BehaviorDocument {
            scale_up: Some(ScalingRulesDocument {
                stabilization_window_s: Some(0),
                select_policy: SelectPolicy::Max,
                policies: vec![
                    PolicyDocument::Percent {
                        value: 100,
                        period_s: 15,
                    },
                    PolicyDocument::Pods {
                        value: 4,
                        period_s: 15,
                    },
                ],
                tolerance_percent: Some(5.0),
            }),
            scale_down: Some(ScalingRulesDocument {
                stabilization_window_s: Some(300),
                select_policy: SelectPolicy::Disabled,
                policies: Vec::new(),
                tolerance_percent: None,
            }),
        }),
        tolerance_percent: 10.0,
        sync_period_s: 15,
        cpu_initialization_period_s: 300,
        initial_readiness_delay_s: 30,
    };
    assert_eq!(read, expected);
    for wanted in [
        "says in /service/memory what a replica uses",
        "container app",
        "PodDisruptionBudget checkout",
        "http_requests_per_second",
        "P95 latency, in seconds",
        "queue_messages_ready",
        "selector is ignored",
    ] {
        noted(&notes, wanted);
    }
    let document = fixture::with(
        "/autoscaler",
        serde_json::to_value(AutoscalerDocument::Hpa(read)).expect("is JSON"),
    );
    check_value(&document).expect("an imported autoscaler fits into a scenario");
}

#[test]
fn older_versions_are_converted() {
    let cpu = |target_percent| MetricDocument::CpuUtilization { target_percent };
    let (hpa, notes) = read_hpa("hpa_v2beta2.yaml");
    assert_eq!(
        (hpa.min_replicas, hpa.max_replicas, hpa.metrics),
        (1, 8, vec![cpu(50)])
    );
    noted(&notes, "autoscaling/v2beta2 was read as autoscaling/v2");
    let (hpa, notes) = read_hpa("hpa_v2beta1.yaml");
    let pods = MetricDocument::Pods {
        signal: Signal::RequestsPerSecond,
        average_value: 25.0,
    };
    let object = MetricDocument::Object {
        signal: Signal::InFlightRequests,
        target: MetricTarget::Value { value: 200.0 },
    };
    assert_eq!(hpa.metrics, [cpu(70), pods, object]);
    noted(&notes, "v2beta1 was converted");
    let (hpa, notes) = read_hpa("hpa_v1.yaml");
    assert_eq!((hpa.max_replicas, hpa.metrics), (10, vec![cpu(50)]));
    noted(&notes, "autoscaling/v1 was converted");
}

#[test]
fn misspelt_fields_are_all_named() {
    let message = hpa_refused(&fixture("hpa_misspelt.yaml"));
    for wanted in [
        "stabilisationWindowSeconds",
        "averageUtilisation",
        "spec.minReplicas",
        "spec.maxReplicas",
        "policies[0].periodSeconds",
    ] {
        assert!(message.contains(wanted), "{wanted} in {message}");
    }
    let extra =
        fixture("hpa_v2beta2.yaml").replace("  maxReplicas: 8", "  maxReplicas: 8\n  paused: true");
    noted(
        &hpa(&extra, &HpaOptions::default()).expect("reads").notes,
        "spec.paused",
    );
}

#[test]
fn what_is_no_autoscaler_is_refused_with_what_it_is() {
    let template = hpa_refused(&fixture("hpa_template.yaml"));
    assert!(
        template.starts_with("line 6:") && template.contains("helm template"),
        "{template}"
    );
    let bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n\
                d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\ne: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n";
    let disk_only = "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nspec:\n  maxReplicas: 3\n  metrics:\n  - type: Resource\n    resource: {name: ephemeral-storage, target: {type: Utilization, averageUtilization: 70}}\n";
    let unknown_metric = disk_only.replace("type: Resource\n    resource: {name: ephemeral-storage, target: {type: Utilization, averageUtilization: 70}}", "type: External\n    external: {metric: {name: foo_bar}, target: {type: Value, value: 3}}");
    let memory = disk_only.replace("ephemeral-storage", "memory");
    let read = hpa(&memory, &HpaOptions::default()).expect("memory is modelled");
    let AutoscalerDocument::Hpa(read) = read.autoscaler else {
        panic!("not an HPA");
    };
    let target_percent = 70;
    assert_eq!(
        read.metrics,
        [MetricDocument::MemoryUtilization { target_percent }]
    );
    for (text, wanted) in [
        ("", "no HorizontalPodAutoscaler"),
        (
            "kind: ScaledObject\nmetadata: {name: x}\n",
            "ScaledObject x",
        ),
        (
            "apiVersion: autoscaling/v3\nkind: HorizontalPodAutoscaler\nspec: {maxReplicas: 3}\n",
            "autoscaling/v3",
        ),
        (
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n",
            "no spec",
        ),
        ("{ unclosed: [", "no YAML"),
        ("a: 1\na: 2\n", "no YAML"),
        (bomb, "no YAML"),
        (disk_only, "none of its metrics is modelled"),
        (&unknown_metric, "foo_bar"),
    ] {
        let message = hpa_refused(text);
        assert!(message.contains(wanted), "{text:?}: {message}");
    }
    let options = HpaOptions {
        signals: [("foo_bar".to_owned(), Signal::WaitingRequests)].into(),
    };
    hpa(&unknown_metric, &options).expect("reads, once told");
}
