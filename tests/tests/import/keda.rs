//! Manifests of KEDA.

use super::*;

fn keda_refused(text: &str) -> String {
    keda(text, &HpaOptions::default())
        .expect_err("refused")
        .message
}

fn read_keda(name: &str) -> (serde_json::Value, Vec<String>) {
    let imported = keda(&fixture(name), &HpaOptions::default())
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    let value = serde_json::to_value(&imported.autoscaler).expect("is JSON");
    // The fixture's sweep varies a metric of its own autoscaler.
    let document = fixture::with_two(
        ("/autoscaler", value.clone()),
        ("/sweep", serde_json::json!([])),
    );
    check_value(&document).unwrap_or_else(|problems| panic!("{name}: {problems}"));
    (value, imported.notes)
}

#[test]
fn a_scaled_object_in_full() {
    let (read, notes) = read_keda("keda_scaledobject.yaml");
    let every_day = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let expected = serde_json::json!({
        "kind": "keda",
        "min_replicas": 2,
        "max_replicas": 40,
        "idle_replicas": 0,
        "polling_interval_s": 15,
        "cooldown_s": 120,
        "initial_cooldown_s": 60,
        "triggers": [
            {
                "kind": "prometheus",
                "name": "rate",
                "signal": "requests_per_second",
                "threshold": 50.0,
                "activation_threshold": 0.5,
                "metric_type": "average_value",
            },
            {
                "kind": "queue",
                "name": "orders",
                "threshold": 20.0,
                "activation_threshold": 5.0,
                "metric_type": "average_value",
            },
            {
                "kind": "prometheus",
                "name": "p99",
                "signal": "p99_latency_ms",
                "threshold": 250.0,
                "activation_threshold": 0.0,
                "metric_type": "value",
            },
            { "kind": "cpu", "target_percent": 75 },
            {
                "kind": "cron",
                "start_hour": 7.5,
                "end_hour": 19.0,
                "days": every_day[..5],
                "desired_replicas": 6,
            },
            {
                "kind": "cron",
                "start_hour": 22.0,
                "end_hour": 4.0,
                "days": ["friday", "saturday"],
                "desired_replicas": 3,
            },
        ],
        "scaling_modifiers": {
            "formula": "(rate + orders) / 2",
            "target": 20.0,
            "activation_target": 2.0,
            "metric_type": "average_value",
        },
        "fallback": { "failure_threshold": 4, "replicas": 6, "behavior": "current_replicas_if_higher" },
        "behavior": {
            "scale_down": {
                "stabilization_window_s": 600,
                "select_policy": "max",
                "policies": [{ "kind": "percent", "value": 50, "period_s": 60 }],
            },
        },
    });
    assert_eq!(read, expected);
    for wanted in [
        "requests per second (by its name)",
        "P99 latency, in seconds",
        "queue of rabbitmq",
        "memory is not modelled",
        "Europe/Berlin",
        "service/buffer_limit",
        "container app",
        "Deployment orders",
        "autoscaling.keda.sh/paused",
    ] {
        noted(&notes, wanted);
    }
}

#[test]
fn a_scaled_job_in_full() {
    let (read, notes) = read_keda("keda_scaledjob.yaml");
    let expected = serde_json::json!({
        "kind": "keda_scaled_job",
        "min_replicas": 1,
        "max_replicas": 100,
        "polling_interval_s": 5,
        "triggers": [{
            "kind": "queue",
            "threshold": 5.0,
            "activation_threshold": 0.0,
            "metric_type": "average_value",
        }],
        "calculation": "sum",
        "strategy": { "kind": "custom", "queue_length_deduction": 1, "running_job_percent": 50.0 },
    });
    assert_eq!(read, expected);
    noted(&notes, "pollingInterval 2 was read as 5 s");
    noted(&notes, "KEDA's default of 5");
    noted(&notes, "pendingPodConditions");
}

#[test]
fn what_keda_cannot_mean_is_refused() {
    let object = |rest: &str| {
        format!(
            "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\nmetadata: {{name: x}}\nspec:\n{rest}"
        )
    };
    let trigger = |text: &str| object(&format!("  triggers:\n  - {text}\n"));
    for (text, wanted) in [
        ("", "no ScaledObject"),
        (
            "kind: HorizontalPodAutoscaler\nmetadata: {name: x}\n",
            "HorizontalPodAutoscaler x",
        ),
        (
            "apiVersion: keda.k8s.io/v1\nkind: ScaledObject\nspec: {}\n",
            "keda.k8s.io/v1",
        ),
        (
            "apiVersion: keda.sh/v1alpha1\nkind: ScaledObject\n",
            "no spec",
        ),
        (&object("  triggers: []\n"), "none of its triggers"),
        (&object("  triggers: 3\n"), "a list of triggers"),
        (
            &object("  minReplicaCount: 5\n  maxReplicaCount: 3\n"),
            "below minReplicaCount, 5",
        ),
        (
            &trigger("{type: example-trigger, metadata: {property: example-property}}"),
            "\"example-trigger\" is not modelled",
        ),
        (
            &trigger("{type: prometheus, metadata: {query: foo_bar, threshold: '3'}}"),
            "foo_bar",
        ),
        (
            &trigger("{type: prometheus, metadata: {query: 'sum(rate(http_requests_total[1m]))'}}"),
            "metadata.threshold: missing",
        ),
        (
            &trigger(
                "{type: prometheus, metadata: {query: 'sum(increase(http_requests_total[1m]))', threshold: '3'}}",
            ),
            "increase()",
        ),
        (
            &trigger("{type: cpu, metricType: AverageValue, metadata: {value: '500m'}}"),
            "Utilization is",
        ),
        (
            &trigger("{type: rabbitmq, metricType: Utilization, metadata: {value: '5'}}"),
            "AverageValue and Value are",
        ),
        (
            &trigger(
                "{type: cron, metadata: {timezone: UTC, start: '0 8 1 * *', end: '0 20 * * *', desiredReplicas: '3'}}",
            ),
            "days of the month",
        ),
        (
            &trigger(
                "{type: cron, metadata: {timezone: UTC, start: '0 8 * * 1-5', end: '0 20 * * *', desiredReplicas: '3'}}",
            ),
            "end once for each start",
        ),
        (
            &trigger(
                "{type: cron, metadata: {timezone: UTC, start: '0 8 * * *', end: '0 8 * * *', desiredReplicas: '3'}}",
            ),
            "at which it starts",
        ),
        (
            &trigger("{type: rabbitmq, metaData: {value: '5'}}"),
            "metaData: unknown to keda.sh/v1alpha1",
        ),
        (
            &object("  fallback: {replicas: 3}\n  triggers: []\n"),
            "spec.fallback.failureThreshold: missing",
        ),
        (
            &object("  advanced: {scalingModifiers: {formula: a}}\n  triggers: []\n"),
            "scalingModifiers.target: missing",
        ),
        (
            &object("  triggers:\n  - type: {{ .Values.trigger }}\n"),
            "template variable",
        ),
    ] {
        let message = keda_refused(text);
        assert!(message.contains(wanted), "{text:?}: {message}");
    }
    let options = HpaOptions {
        signals: [("foo".to_owned(), Signal::WaitingRequests)].into(),
    };
    let told = trigger("{type: prometheus, name: foo, metadata: {query: foo_bar, threshold: '3'}}");
    keda(&told, &options).expect("reads, once told");
}

/// The ScaledObject of KEDA's own documentation, whose trigger stands for any.
#[test]
fn the_sample_of_keda_is_refused_for_its_trigger() {
    let Some(folder) = std::env::var_os("QEC_SAMPLES").map(PathBuf::from) else {
        return;
    };
    if let Ok(text) = std::fs::read_to_string(folder.join("k8s/keda_scaledobject_sample.yaml")) {
        let message = keda_refused(&text);
        assert!(
            message.starts_with("spec.triggers[0].type: \"example-trigger\" is not modelled"),
            "{message}"
        );
        keda(
            &text.replace("type: example-trigger", "type: rabbitmq"),
            &HpaOptions::default(),
        )
        .expect("reads with a trigger that is known");
    }
}
