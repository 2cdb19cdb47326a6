//! Documents that are not JSON, that are written unusually, or that mean something hardly meant.

use serde_json::json;
use sim_core::scenario::limits::MAX_DOCUMENT_BYTES;
use sim_core::scenario::{Severity, check, check_json};
use tests::fixture::{FIXTURE, document, problems, set, with, with_two};

#[test]
fn suspicious_designs_are_warned_of() {
    let cpu_only = |target: u32| {
        let mut document = with(
            "/autoscaler/metrics",
            json!([{"kind": "cpu_utilization", "target_percent": target}]),
        );
        set(&mut document, "/sweep", json!([]));
        document
    };
    let spot = |path: &str, value: serde_json::Value| {
        let pool = json!({"name": "a", "discount_percent": 60, "monthly_interruption_percent": 5});
        let mut spot = json!({
            "on_demand_base": 1, "spot_share_percent": 50, "fallback_percent": 100, "pools": [pool]
        });
        set(&mut spot, path, value);
        with("/fleet/spot", spot)
    };
    let provisioned = |capacity: &str| {
        let mut document = spot("/notice_s", json!(120));
        let karpenter = json!({"kind": "karpenter", "instance_types": ["m6i.large"], "capacity_types": capacity});
        set(&mut document, "/fleet/provisioner", karpenter);
        document
    };
    let commit = |nodes: u32, discount: u32| json!({"nodes": nodes, "term": "three_years", "discount_percent": discount});
    let cases = [
        (
            "/fleet/spot/on_demand_base",
            "14 nodes are on demand before any is spot, and there are never more than 14",
            spot("/on_demand_base", json!(14)),
        ),
        (
            "/fleet/spot",
            "the provisioner takes nodes on demand only",
            provisioned("on_demand"),
        ),
        (
            "/fleet/spot/spot_share_percent",
            "the base on demand and the share of spot are those of the plain node group",
            provisioned("spot_and_on_demand"),
        ),
        (
            "/fleet/spot/pools/0/usd_per_hour",
            "spot costs 0.2 USD an hour, more than 0.096 on demand",
            spot("/pools/0/usd_per_hour", json!(0.2)),
        ),
        (
            "/fleet/spot/pools/0/trace/usd_per_hour",
            "spot costs 0.3 USD an hour on average, more than 0.096 on demand",
            spot(
                "/pools/0/trace",
                json!({"gap_s": 60, "available": [1, 0], "usd_per_hour": [0.2, 0.4]}),
            ),
        ),
        (
            "/fleet/spot/pools",
            "no pool ever has capacity",
            spot("/pools/0/trace", json!({"gap_s": 60, "available": [0, 0]})),
        ),
        (
            "/fleet/backfill/most_cores",
            "work for 2 processors comes all the time, and at most 1 work on it",
            with(
                "/fleet/backfill",
                json!({"core_hours_per_day": 48, "most_cores": 1}),
            ),
        ),
        (
            "/fleet/commitments/nodes",
            "15 nodes are committed to, and there are never more than 14",
            with("/fleet/commitments", commit(15, 40)),
        ),
        (
            "/fleet/commitments",
            "the commitment is 10 % off, nodes without one are 20 %",
            with_two(
                ("/fleet/commitments", commit(2, 10)),
                ("/prices/node_discount_percent", json!(20)),
            ),
        ),
        (
            "/service/timeout_ms",
            "the client gives up after 50 ms",
            with("/service/timeout_ms", json!(50)),
        ),
        (
            "/service/pod/cpu_request_millicores",
            "with all slots busy a replica uses",
            with("/service/cpu_ms_per_request", json!(30)),
        ),
        (
            "/service/cpu_ms_per_request",
            "a request uses 90 ms of processor",
            with("/service/cpu_ms_per_request", json!(90)),
        ),
        (
            "/autoscaler/metrics/0",
            "CPU utilisation (in per cent of the request) is at most 98.67",
            cpu_only(90),
        ),
        (
            "/autoscaler/metrics/1",
            "at most 2000 even with every slot busy",
            with("/autoscaler/metrics/1/target/value", json!(1900)),
        ),
        (
            "/autoscaler/metrics/1",
            "without any waiting, above the target of 100 ms",
            with("/autoscaler/metrics/1/target/value", json!(100)),
        ),
        (
            "/autoscaler/metrics/0",
            "above the 53.33 req/s that a replica can serve",
            with(
                "/autoscaler/metrics/0",
                json!({"kind": "pods", "signal": "requests_per_second", "average_value": 60}),
            ),
        ),
        (
            "/autoscaler/max_replicas",
            "the traffic peaks at about",
            with_two(
                ("/autoscaler/max_replicas", json!(3)),
                ("/autoscaler/min_replicas", json!(2)),
            ),
        ),
        (
            "/fleet/max_nodes",
            "3 nodes have room for 6 pods (2 each), but there may be 24 replicas at most",
            with("/fleet/max_nodes", json!(3)),
        ),
        (
            "/fleet/max_nodes",
            "14 nodes have room for 22 pods, but there may be 24 replicas at most",
            with(
                "/fleet/provisioner",
                json!({"kind": "cluster_autoscaler", "groups": [
                    {"node": {"kind": "catalogue", "instance_type": "m6i.xlarge"}, "min_nodes": 0, "max_nodes": 4},
                    {"node": {"kind": "catalogue", "instance_type": "m6i.large"}, "min_nodes": 0, "max_nodes": 1}
                ]}),
            ),
        ),
        (
            "/fleet/max_nodes",
            "14 nodes have room for 20 pods, but there may be 24 replicas at most",
            with(
                "/fleet/provisioner",
                json!({"kind": "karpenter", "instance_types": ["m6i.xlarge"], "limits": {"vcpus": 13.0}}),
            ),
        ),
        (
            "/fleet/provisioner",
            "1 of the provisioner's 2 types, such as c6i.large, have not that to give",
            with_two(
                (
                    "/fleet/provisioner",
                    json!({"kind": "karpenter", "instance_types": ["m6i.xlarge", "c6i.large"]}),
                ),
                ("/service/pod/memory_request_mib", json!(3500)),
            ),
        ),
        (
            "/fleet/max_nodes",
            "the fixed base of 14 nodes is all that the fleet may have",
            with_two(
                (
                    "/fleet/provisioner",
                    json!({"kind": "karpenter", "instance_types": ["m6i.xlarge"]}),
                ),
                ("/fleet/min_nodes", json!(14)),
            ),
        ),
        (
            "/fleet/provisioner/registration_timeout_s",
            "half of the nodes take 86 s or more to come, but are given up after 60 s",
            with(
                "/fleet/provisioner",
                json!({"kind": "karpenter", "instance_types": ["m6i.xlarge"], "registration_timeout_s": 60}),
            ),
        ),
        (
            "/fleet/provisioner/batch_idle_s",
            "a batch waits 20 s for more pods, but is closed after 10 s",
            with(
                "/fleet/provisioner",
                json!({"kind": "karpenter", "instance_types": ["m6i.xlarge"], "batch_idle_s": 20.0}),
            ),
        ),
        (
            "/slo/objectives/1/threshold_ms",
            "is not below the client's timeout",
            with("/slo/objectives/1/threshold_ms", json!(2500)),
        ),
        (
            "/slo/objectives/1",
            "even without any waiting only",
            with("/slo/objectives/1/threshold_ms", json!(200)),
        ),
        (
            "/slo/objectives/0",
            "even without any waiting only",
            with("/service/error_percent", json!(0.5)),
        ),
        (
            "/slo/objectives/2",
            "measures the same as number 1",
            with(
                "/slo/objectives/-",
                json!({"sli": "success", "target_percent": 99}),
            ),
        ),
        (
            "/autoscaler/sync_period_s",
            "20 s is not a whole number of ticks of 15 s: simulated as 15 s",
            with("/autoscaler/sync_period_s", json!(20)),
        ),
        (
            "/telemetry/window_s",
            "50 s is not a whole number of ticks of 15 s: simulated as 45 s",
            with("/telemetry/window_s", json!(50)),
        ),
        (
            "/traffic/flash_crowds/0/at_hour",
            "after the end of the window",
            with(
                "/traffic/flash_crowds",
                json!([{"at_hour": 700, "factor": 2, "ramp_minutes": 1, "hold_minutes": 1, "fall_minutes": 1}]),
            ),
        ),
        (
            "/traffic/flash_crowds/0",
            "this crowd lasts 0 minutes",
            with(
                "/traffic/flash_crowds",
                json!([{"at_hour": 7, "factor": 2, "ramp_minutes": 0, "hold_minutes": 0, "fall_minutes": 0}]),
            ),
        ),
    ];
    for (path, fragment, document) in cases {
        let found = problems(&document);
        let named = found
            .iter()
            .find(|problem| problem.path == path && problem.message.contains(fragment));
        assert!(
            named.is_some_and(|problem| problem.severity == Severity::Warning),
            "{path}: {fragment}\n{found:#?}"
        );
    }
}

#[test]
fn text_that_is_not_a_scenario_is_refused_in_words() {
    let good = FIXTURE;
    for (text, fragment) in [
        (String::new(), "the document is empty"),
        (" \n\t".to_owned(), "the document is empty"),
        ("[]".to_owned(), "a scenario is a JSON object"),
        ("null".to_owned(), "a scenario is a JSON object"),
        ("{".to_owned(), "line 1 column 1"),
        (
            good[..good.len() / 2].to_owned(),
            "it may have been cut off",
        ),
        (
            good.replace("\"base_rps\": 120", "\"base_rps\": NaN"),
            "line 8 column",
        ),
        (
            good.replace("\"base_rps\": 120", "\"base_rps\": Infinity"),
            "line 8 column",
        ),
        (
            good.replace("\"base_rps\": 120", "\"base_rps\": 1e999"),
            "number out of range at line 8",
        ),
        (
            good.replace("\"base_rps\": 120", "\"base_rps\": 0120"),
            "line 8 column",
        ),
        (
            good.replace("\"base_rps\": 120", "\"base_rps\": 120, \"base_rps\": 130"),
            "the key \"base_rps\" stands twice",
        ),
        (format!("{good} trailing"), "trailing characters"),
        ("[".repeat(100_000), "recursion limit exceeded"),
        (
            format!("{{\"version\":{}", "[".repeat(100_000)),
            "recursion limit exceeded",
        ),
        ("\u{0}\u{1}".to_owned(), "line 1 column 1"),
        ("x".repeat(MAX_DOCUMENT_BYTES + 1), "bytes long; at most"),
        ("[1,".repeat(17_000_000), "bytes long; at most"),
    ] {
        let found = check_json(&text).expect_err("refused").to_string();
        assert!(
            found.contains(fragment),
            "expected {fragment:?}, found {found}"
        );
    }
}

#[test]
fn harmless_spellings_are_read() {
    let with_mark = format!("\u{feff}{}", FIXTURE);
    assert_eq!(
        check_json(&with_mark).expect("sound").document(),
        &document()
    );
    let whole = FIXTURE.replace("\"concurrency\": 4", "\"concurrency\": 4.0");
    assert_eq!(check_json(&whole).expect("sound").document(), &document());
}

#[test]
fn a_document_with_numbers_that_json_lacks_is_refused() {
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let mut document = document();
        document.service.timeout_ms = value;
        let problems = check(&document).expect_err("refused");
        assert!(
            problems
                .0
                .iter()
                .any(|problem| problem.path == "/service/timeout_ms"),
            "{problems}"
        );
    }
}
