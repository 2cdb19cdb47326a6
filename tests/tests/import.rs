//! Other people's files: taken or refused with a clear message, never a panic, never a silent loss.

use proptest::prelude::*;
use sim_core::import::{
    HpaOptions, ImportError, ImportedTraffic, TrafficOptions, Unit, hpa, keda, traffic,
};
use sim_core::scenario::check_value;
use sim_core::scenario::document::{
    AutoscalerDocument, BehaviorDocument, HpaDocument, MetricDocument, MetricTarget,
    PolicyDocument, ScalingRulesDocument, SelectPolicy, Signal,
};
use std::path::{Path, PathBuf};
use tests::fixture;

fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn read(text: &str) -> Result<ImportedTraffic, ImportError> {
    traffic(text, &TrafficOptions::default())
}

fn refused(text: &str) -> String {
    read(text).expect_err("refused").message
}

fn noted(notes: &[String], wanted: &str) {
    assert!(
        notes.iter().any(|note| note.contains(wanted)),
        "no note on {wanted:?} in {notes:#?}"
    );
}

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
fn gaps_and_garbage_are_reported() {
    let imported = read(&fixture("gaps_and_garbage.csv")).expect("reads");
    assert_eq!(imported.interval_s, 300.0);
    let rates: Vec<Option<f64>> = imported
        .counts
        .iter()
        .map(|count| count.map(|count| count / 300.0))
        .collect();
    let none = None;
    assert_eq!(
        rates,
        [
            Some(1.5),
            none,
            none,
            Some(2.0),
            none,
            none,
            Some(2.25),
            none,
            none,
            Some(3.0)
        ]
    );
    noted(&imported.notes, "requests per second");
    noted(
        &imported.notes,
        "3 rows were left out (line 7: \"nonsense\" is no time)",
    );
    noted(&imported.notes, "6 of 10 intervals have no number");
    noted(&imported.notes, "read as UTC");
}

#[test]
fn unsorted_milliseconds_with_duplicates() {
    let imported = read(&fixture("unsorted_ms.csv")).expect("reads");
    assert_eq!(
        (imported.counts, imported.interval_s),
        (vec![Some(5.0), Some(7.0), Some(7.0)], 60.0)
    );
    noted(&imported.notes, "sorted");
    noted(&imported.notes, "added up");
}

#[test]
fn a_range_answer_is_added_up_over_its_series() {
    let imported = read(&fixture("range_answer.json")).expect("reads");
    let expected = [
        Some(600.0),
        Some(900.0),
        Some(300.0),
        None,
        Some(180.0),
        Some(660.0),
    ];
    assert_eq!(
        (imported.counts.as_slice(), imported.interval_s),
        (&expected[..], 60.0)
    );
    noted(&imported.notes, "2 series were added up");
    noted(&imported.notes, "some data may be missing");
    noted(&imported.notes, "requests per second");
}

#[test]
fn units_columns_and_intervals_can_be_chosen() {
    let text = "when,alpha,beta\n2024-01-01T00:00Z,1,10\n2024-01-01T00:01Z,2,20\n2024-01-01T00:02Z,3,30\n2024-01-01T00:03Z,4,40\n";
    assert!(refused(text).contains("choose one of alpha, beta"));
    let options = TrafficOptions {
        value_column: Some("beta".to_owned()),
        ..TrafficOptions::default()
    };
    assert_eq!(
        traffic(text, &options).expect("reads").counts,
        [10.0, 20.0, 30.0, 40.0].map(Some)
    );
    let options = TrafficOptions {
        unit: Some(Unit::PerSecond),
        ..options
    };
    assert_eq!(
        traffic(text, &options).expect("reads").counts,
        [600.0, 1200.0, 1800.0, 2400.0].map(Some)
    );
    let options = TrafficOptions {
        interval_s: Some(120.0),
        ..options
    };
    assert_eq!(
        traffic(text, &options).expect("reads").counts,
        [1800.0, 4200.0].map(Some)
    );
    let options = TrafficOptions {
        value_column: Some("gamma".to_owned()),
        ..options
    };
    assert!(
        traffic(text, &options)
            .expect_err("refused")
            .message
            .contains("no column gamma")
    );
}

#[test]
fn counts_without_times_need_an_interval() {
    let text = "requests\n10\n20\n\n30\n";
    assert!(refused(text).contains("how long an interval is"));
    let options = TrafficOptions {
        interval_s: Some(10.0),
        ..TrafficOptions::default()
    };
    assert_eq!(
        traffic(text, &options).expect("reads").counts,
        [10.0, 20.0, 30.0].map(Some)
    );
}

#[test]
fn rows_per_function_and_columns_per_minute() {
    let minutes: Vec<String> = (1..=1440).map(|minute| minute.to_string()).collect();
    let counts = |each: &str| vec![each; 1440].join(",");
    let text = format!(
        "HashOwner,HashApp,HashFunction,Trigger,{}\na,b,c,http,{}\nd,e,f,queue,{}\n",
        minutes.join(","),
        counts("2"),
        counts("3")
    );
    let imported = read(&text).expect("reads");
    assert_eq!(
        (imported.counts, imported.interval_s),
        (vec![Some(5.0); 1440], 60.0)
    );
}

#[test]
fn a_list_of_times_is_counted() {
    let imported =
        read("timestamp\n2024-01-01T00:00:01Z\n2024-01-01T00:00:02Z\n2024-01-01T02:00:00Z\n")
            .expect("reads");
    assert_eq!((imported.interval_s, imported.counts.len()), (60.0, 121));
    assert_eq!(imported.counts.iter().flatten().sum::<f64>(), 3.0);
}

#[test]
fn what_is_no_traffic_is_refused_with_what_it_is() {
    for (text, wanted) in [
        ("", "empty"),
        ("   \n\n", "empty"),
        ("\u{0}\u{1}\u{2}", "no row of data"),
        ("hello world", "no row of data"),
        (
            "instance_type,usd_per_hour\na1.large,0.05\na1.xlarge,0.1\n",
            "no column of times",
        ),
        (
            "time,price_usd\n2024-01-01,0.05\n2024-01-02,0.1\n",
            "no column of requests",
        ),
        (
            "BilledCost,ChargePeriodStart\n1,2024-09-18 22:00:00\n",
            "bill",
        ),
        ("time,requests\n2024-01-01,5\n", "only one point in time"),
        ("time,requests\n2024-01-01,0\n2024-01-02,0\n", "no requests"),
        (
            "time,requests\n2024-01-01,5\n2025-01-01,6\n2026-01-01,6\n",
            "too coarse|86,400 s",
        ),
        (
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n",
            "manifest",
        ),
        ("{\"traffic\":{},\"autoscaler\":{}}", "open it"),
    ] {
        let message = refused(text);
        assert!(
            wanted.split('|').any(|wanted| message.contains(wanted)),
            "{text:?}: {message}"
        );
    }
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

/// All importers, whatever the text: answered with parts or with a message.
fn try_all(text: &str) -> [Result<(), ImportError>; 3] {
    [
        read(text).map(|_| ()),
        hpa(text, &HpaOptions::default()).map(|_| ()),
        keda(text, &HpaOptions::default()).map(|_| ()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in "\\PC{0,300}", bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        for text in [text.as_str(), &String::from_utf8_lossy(&bytes)] {
            for result in try_all(text) {
                prop_assert!(result.is_ok() || result.is_err_and(|error| !error.message.is_empty()));
            }
        }
    }

    #[test]
    fn any_table_is_answered(rows in proptest::collection::vec(("[-0-9TZ:. e+]{0,20}", "[-0-9.,eNa]{0,8}"), 0..40), head in any::<bool>()) {
        let mut text = if head { "timestamp,requests\n".to_owned() } else { String::new() };
        text.extend(rows.iter().map(|(time, value)| format!("{time},{value}\n")));
        for result in try_all(&text) {
            prop_assert!(result.is_ok() || result.is_err_and(|error| !error.message.is_empty()));
        }
    }

    #[test]
    fn spoilt_files_are_answered(which in 0_usize..11, at in any::<prop::sample::Index>(), length in 0_usize..40, with in "\\PC{0,12}") {
        let names = ["gaps_and_garbage.csv", "unsorted_ms.csv", "range_answer.json", "hpa_v2.yaml", "hpa_v2beta2.yaml",
            "hpa_v2beta1.yaml", "hpa_v1.yaml", "hpa_misspelt.yaml", "hpa_template.yaml", "keda_scaledobject.yaml", "keda_scaledjob.yaml"];
        let mut characters: Vec<char> = fixture(names[which]).chars().collect();
        let at = at.index(characters.len());
        let end = (at + length).min(characters.len());
        characters.splice(at..end, with.chars());
        for result in try_all(&characters.into_iter().collect::<String>()) {
            prop_assert!(result.is_ok() || result.is_err_and(|error| !error.message.is_empty()));
        }
    }

    #[test]
    fn the_sum_of_requests_is_preserved(steps in proptest::collection::vec((1_u32..400, 0_u32..1000), 3..200)) {
        let mut at = 0;
        let mut text = "timestamp,count\n".to_owned();
        let mut sum = 0;
        for (step, count) in steps {
            at += step;
            sum += count;
            text.push_str(&format!("{},{count}\n", 1_700_000_000 + at));
        }
        if let Ok(imported) = read(&text) {
            prop_assert_eq!(imported.counts.iter().flatten().sum::<f64>(), f64::from(sum));
        } else {
            prop_assert_eq!(sum, 0);
        }
    }
}

/// All files below a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    paths.sort();
    paths
        .into_iter()
        .flat_map(|path| {
            if path.is_dir() {
                files(&path)
            } else {
                vec![path]
            }
        })
        .collect()
}

/// `QEC_SAMPLES` names a folder of real files; without it, the folder of fixtures stands in.
#[test]
fn every_real_file_is_taken_or_refused_with_a_message() {
    let folder = std::env::var_os("QEC_SAMPLES").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures"),
        PathBuf::from,
    );
    let files = files(&folder);
    assert!(!files.is_empty(), "no files in {}", folder.display());
    for path in files {
        let Ok(bytes) = std::fs::read(&path) else {
            continue;
        };
        let text = String::from_utf8_lossy(&bytes);
        let results = std::panic::catch_unwind(|| try_all(&text));
        let results =
            results.unwrap_or_else(|_| panic!("{}: an importer panicked", path.display()));
        for result in results {
            if let Err(error) = result {
                assert!(
                    error.message.len() > 10,
                    "{}: refused without a reason",
                    path.display()
                );
            }
        }
    }
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

/// Files whose answers are known, where the folder has them: intervals, length of one, sum of requests.
#[test]
fn known_traces_are_read_in_full() {
    let Some(folder) = std::env::var_os("QEC_SAMPLES").map(PathBuf::from) else {
        return;
    };
    for (name, intervals, interval_s, requests) in [
        (
            "traces/nasa_http_jul95_per_minute_14d.csv",
            20_160,
            60.0,
            None,
        ),
        (
            "traces/nasa_http_jul_aug95_hourly.csv",
            1406,
            3600.0,
            Some(3_461_610.0),
        ),
        ("traces/azure2021_200.csv", 41, 30.0, Some(199.0)),
    ] {
        let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
            continue;
        };
        let imported = read(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let sum: f64 = imported.counts.iter().flatten().sum();
        assert_eq!(imported.interval_s, interval_s, "{name}");
        assert_eq!(imported.counts.len(), intervals, "{name}");
        assert!(
            requests.is_none_or(|requests| sum == requests),
            "{name}: {sum}"
        );
    }
    for (name, wanted) in [
        ("cost/focus_1.0_sample_250rows.csv", "bill"),
        (
            "pricing/aws_ec2_ondemand_us-east-1_2026-07-20.csv",
            "no column of times",
        ),
        (
            "traces/spot_avail_aws_p3.2xlarge_us-west-2a.json",
            "spot capacity",
        ),
        ("s3/lifecycle_botocore_put_example.json", "lifecycle"),
    ] {
        let Ok(text) = std::fs::read_to_string(folder.join(name)) else {
            continue;
        };
        let message = refused(&text);
        assert!(message.contains(wanted), "{name}: {message}");
    }
}
