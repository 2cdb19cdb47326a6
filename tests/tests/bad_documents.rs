//! Documents with a wrong field: every problem is named, with its value, its limit and what to do.

use serde_json::{Value, json};
use sim_core::scenario::{Problems, Severity, check_value};
use std::collections::BTreeSet;
use tests::fixture::{base, problems, set, with, with_two, without};

/// Path of the problem, a part of its message, and the document.
type Case = (&'static str, &'static str, Value);

fn group(instance_type: &str, fewest: u32, most: u32) -> Value {
    let node = json!({"kind": "catalogue", "instance_type": instance_type});
    json!({"node": node, "min_nodes": fewest, "max_nodes": most})
}

fn groups(groups: Value) -> Value {
    json!({"kind": "cluster_autoscaler", "groups": groups})
}

fn karpenter(instance_types: Value) -> Value {
    json!({"kind": "karpenter", "instance_types": instance_types})
}

/// Spot nodes in one pool, with one thing changed.
fn spot(path: &str, value: Value) -> Value {
    let pool = json!({"name": "a", "discount_percent": 60, "monthly_interruption_percent": 5});
    let mut spot = json!({
        "on_demand_base": 1, "spot_share_percent": 50, "fallback_percent": 100, "pools": [pool]
    });
    set(&mut spot, path, value);
    with("/fleet/spot", spot)
}

fn bad_spot() -> Vec<Case> {
    let pool = |name: &str| json!({"name": name, "discount_percent": 60, "monthly_interruption_percent": 5});
    let trace = |available: Value| json!({"gap_s": 600, "available": available});
    let reclaims = json!({"per_month": 4, "nodes_percent": 50, "mean_unavailable_minutes": 30});
    let mut karpenter = karpenter(json!(["m6i.large", "m6i.xlarge"]));
    karpenter["capacity_types"] = json!("spot");
    let provisioned = |path: &str, value: Value| {
        let mut document = spot(path, value);
        set(&mut document, "/fleet/provisioner", karpenter.clone());
        document
    };
    let no_pools = with("/fleet/provisioner", karpenter.clone());
    let group = json!({"node": {"kind": "catalogue", "instance_type": "m6i.large"}, "min_nodes": 0, "max_nodes": 9, "capacity": "spot"});
    let autoscaler = json!({"kind": "cluster_autoscaler", "groups": [group]});
    let mut both = spot("/pools/0/trace", trace(json!([1, 0])));
    set(&mut both, "/fleet/spot/pools/0/reclaims", reclaims);
    let mut prices = trace(json!([1, 0, 1]));
    prices["usd_per_hour"] = json!([0.1, 0.2]);
    vec![
        (
            "/fleet/provisioner/capacity_types",
            "there are no spot pools",
            no_pools,
        ),
        (
            "/fleet/provisioner/groups/0/capacity",
            "there are no spot pools",
            with("/fleet/provisioner", autoscaler),
        ),
        (
            "/fleet/spot/pools/0/instance_type",
            "c6i.large is none of the types that the provisioner takes from spot",
            provisioned("/pools/0/instance_type", json!("c6i.large")),
        ),
        (
            "/fleet/spot/pools/0/instance_type",
            "one price stands for 2 instance types",
            provisioned("/pools/0/usd_per_hour", json!(0.05)),
        ),
        (
            "/fleet/spot/spot_share_percent",
            "101 is too large",
            spot("/spot_share_percent", json!(101)),
        ),
        (
            "/fleet/spot/fallback_percent",
            "-1 is too small",
            spot("/fallback_percent", json!(-1)),
        ),
        (
            "/fleet/spot/allocation",
            "\"cheapest\" is not",
            spot("/allocation", json!("cheapest")),
        ),
        (
            "/fleet/spot/pools",
            "the list has 0 items",
            spot("/pools", json!([])),
        ),
        (
            "/fleet/spot/pools/1/name",
            "there are two pools named \"a\"",
            spot("/pools", json!([pool("a"), pool("a")])),
        ),
        (
            "/fleet/spot/pools/0/instance_type",
            "\"m6i.huge\" is not",
            spot("/pools/0/instance_type", json!("m6i.huge")),
        ),
        (
            "/fleet/spot/pools/0/instance_type",
            "an empty node of a has",
            {
                let mut small = spot("/pools/0/instance_type", json!("c6i.large"));
                set(&mut small, "/service/pod/memory_request_mib", json!(3500));
                small
            },
        ),
        (
            "/fleet/spot/pools/0/monthly_interruption_percent",
            "100 is too large",
            spot("/pools/0/monthly_interruption_percent", json!(100)),
        ),
        (
            "/fleet/spot/pools/0/trace/available",
            "the list has 0 items",
            spot("/pools/0/trace", trace(json!([]))),
        ),
        (
            "/fleet/spot/pools/0/trace/available/1",
            "2 is too large",
            spot("/pools/0/trace", trace(json!([1, 2]))),
        ),
        (
            "/fleet/spot/pools/0/trace/usd_per_hour",
            "there are 2 prices for 3 steps",
            spot("/pools/0/trace", prices),
        ),
        (
            "/fleet/spot/pools/0/reclaims",
            "the trace already says when the pool runs out",
            both,
        ),
        (
            "/fleet/backfill/most_cores",
            "0 is too small",
            with(
                "/fleet/backfill",
                json!({"core_hours_per_day": 1, "most_cores": 0}),
            ),
        ),
        (
            "/fleet/commitments/term",
            "\"forever\" is not",
            with("/fleet/commitments", json!({"nodes": 2, "term": "forever"})),
        ),
        (
            "/fleet/commitments/nodes",
            "-1 is too small",
            with(
                "/fleet/commitments",
                json!({"nodes": -1, "term": "three_years"}),
            ),
        ),
    ]
}

fn bad_fields() -> Vec<Case> {
    let recorded = |counts: Value| {
        let source = json!({"kind": "recorded", "interval_s": 60, "counts": counts});
        with("/traffic/source", source)
    };
    vec![
        (
            "/version",
            "written by a newer studio: version 7; this one reads version 1",
            with("/version", json!(7)),
        ),
        (
            "/version",
            "version 0 is unknown",
            with("/version", json!(0)),
        ),
        (
            "/version",
            "version -3 is unknown",
            with("/version", json!(-3)),
        ),
        (
            "/version",
            "\"1\" stands where a whole number is wanted",
            with("/version", json!("1")),
        ),
        (
            "/version",
            "1.5 is not a whole number",
            with("/version", json!(1.5)),
        ),
        ("/name", "\"name\" is missing", without("/name")),
        ("/name", "the text is empty", with("/name", json!(""))),
        (
            "/name",
            "the text has 101 characters",
            with("/name", json!("x".repeat(101))),
        ),
        (
            "/name",
            "null stands where a text is wanted",
            with("/name", json!(null)),
        ),
        (
            "/colour",
            "\"colour\" is not a field",
            with("/colour", json!(1)),
        ),
        ("/traffic", "\"traffic\" is missing", without("/traffic")),
        (
            "/traffic",
            "a list of 2 items stands where an object is wanted",
            with("/traffic", json!([1, 2])),
        ),
        (
            "/traffic/source/kind",
            "\"kind\" is missing",
            without("/traffic/source/kind"),
        ),
        (
            "/traffic/source/kind",
            "\"modle\" is not known here",
            with("/traffic/source/kind", json!("modle")),
        ),
        (
            "/traffic/source/kind",
            "5 is not known here",
            with("/traffic/source/kind", json!(5)),
        ),
        (
            "/traffic/source/base_rps",
            "-5 is too small",
            with("/traffic/source/base_rps", json!(-5)),
        ),
        (
            "/traffic/source/base_rps",
            "1e300 is too large",
            with("/traffic/source/base_rps", json!(1e300)),
        ),
        (
            "/traffic/source/base_rps",
            "null stands where a number",
            with("/traffic/source/base_rps", json!(null)),
        ),
        (
            "/traffic/source/weekday_weights",
            "the list has 6 items",
            with("/traffic/source/weekday_weights", json!([1, 1, 1, 1, 1, 1])),
        ),
        (
            "/traffic/source/weekday_weights",
            "every day of the week has weight 0",
            with(
                "/traffic/source/weekday_weights",
                json!([0, 0, 0, 0, 0, 0, 0]),
            ),
        ),
        (
            "/traffic/source/weekday_weights/2",
            "-1 is too small",
            with("/traffic/source/weekday_weights/2", json!(-1)),
        ),
        (
            "/traffic/source/daily/weights",
            "every hour has weight 0",
            with(
                "/traffic/source/daily",
                json!({"kind": "hourly", "weights": vec![0; 24]}),
            ),
        ),
        (
            "/traffic/source/daily/amplitude",
            "1.2 is too large",
            with("/traffic/source/daily/amplitude", json!(1.2)),
        ),
        (
            "/traffic/source/counts",
            "the recording holds no request",
            recorded(json!([0, null, 0])),
        ),
        (
            "/traffic/source/counts",
            "the list has 0 items",
            recorded(json!([])),
        ),
        (
            "/traffic/source/counts",
            "the list has 50,001 items",
            recorded(json!(vec![1; 50_001])),
        ),
        (
            "/traffic/source/counts/1",
            "-7 is too small",
            recorded(json!([1, -7])),
        ),
        (
            "/traffic",
            "at its height the traffic could reach",
            recorded(json!([1e10, 1e10])),
        ),
        (
            "/traffic/bursts/factor",
            "0.5 is too small",
            with("/traffic/bursts/factor", json!(0.5)),
        ),
        (
            "/service/service_time_ms",
            "the mean, 900,000 ms, is too large",
            with(
                "/service/service_time_ms",
                json!({"kind": "exponential", "mean": 900_000}),
            ),
        ),
        (
            "/service/service_time_ms/cv",
            "0 is too small",
            with("/service/service_time_ms/cv", json!(0)),
        ),
        (
            "/service/service_time_ms/shape",
            "\"shape\" is missing",
            with(
                "/service/service_time_ms",
                json!({"kind": "weibull", "mean": 5}),
            ),
        ),
        (
            "/service/service_time_ms/quantiles/0/p",
            "the first quantile is at probability 0.1",
            with(
                "/service/service_time_ms",
                json!({"kind": "empirical", "quantiles": [{"p": 0.1, "value": 1}, {"p": 1, "value": 2}]}),
            ),
        ),
        (
            "/service/service_time_ms/quantiles/1/p",
            "the last quantile is at probability 0.9",
            with(
                "/service/service_time_ms",
                json!({"kind": "empirical", "quantiles": [{"p": 0, "value": 1}, {"p": 0.9, "value": 2}]}),
            ),
        ),
        (
            "/service/service_time_ms/quantiles/2/p",
            "probability 0.5 does not rise",
            with(
                "/service/service_time_ms",
                json!({"kind": "empirical", "quantiles": [{"p": 0, "value": 1}, {"p": 0.5, "value": 2}, {"p": 0.5, "value": 3}, {"p": 1, "value": 4}]}),
            ),
        ),
        (
            "/service/service_time_ms/quantiles/1/value",
            "value 50 is below the one before, 100",
            with(
                "/service/service_time_ms",
                json!({"kind": "empirical", "quantiles": [{"p": 0, "value": 100}, {"p": 1, "value": 50}]}),
            ),
        ),
        (
            "/service/concurrency",
            "0 is too small",
            with("/service/concurrency", json!(0)),
        ),
        (
            "/service/concurrency",
            "2.5 is not a whole number",
            with("/service/concurrency", json!(2.5)),
        ),
        (
            "/service/concurrency",
            "true stands where a whole number",
            with("/service/concurrency", json!(true)),
        ),
        (
            "/service/concurency",
            "\"concurency\" is not a field",
            with("/service/concurency", json!(4)),
        ),
        (
            "/service/pod/cpu_request_millicores",
            "an empty m6i.large node has 1850 to give",
            with("/service/pod/cpu_request_millicores", json!(1900)),
        ),
        (
            "/service/pod/memory_request_mib",
            "a pod asks for 8000 MiB",
            with("/service/pod/memory_request_mib", json!(8000)),
        ),
        (
            "/autoscaler/min_replicas",
            "the fewest replicas, 30, are above the most, 24",
            with("/autoscaler/min_replicas", json!(30)),
        ),
        (
            "/autoscaler/max_replicas",
            "5001 is too large",
            with("/autoscaler/max_replicas", json!(5001)),
        ),
        (
            "/autoscaler/metrics",
            "the list has 0 items",
            with("/autoscaler/metrics", json!([])),
        ),
        (
            "/autoscaler/metrics/1/signal",
            "\"p95\" is not known here",
            with("/autoscaler/metrics/1/signal", json!("p95")),
        ),
        (
            "/autoscaler/metrics/1/target",
            "12 stands where an object is wanted",
            with("/autoscaler/metrics/1/target", json!(12)),
        ),
        (
            "/autoscaler/behavior/scale_up/policies/0/period_s",
            "1801 is too large",
            with(
                "/autoscaler/behavior/scale_up/policies/0/period_s",
                json!(1801),
            ),
        ),
        (
            "/autoscaler/behavior/scale_up/select_policy",
            "\"Max\" is not known here",
            with("/autoscaler/behavior/scale_up/select_policy", json!("Max")),
        ),
        (
            "/fleet/node/instance_type",
            "\"m6i-large\" is not known here",
            with("/fleet/node/instance_type", json!("m6i-large")),
        ),
        (
            "/fleet/min_nodes",
            "the fewest nodes, 15, are above the most, 14",
            with("/fleet/min_nodes", json!(15)),
        ),
        (
            "/fleet/reserved_millicores",
            "2000 millicores are reserved of a node that has 2000",
            with("/fleet/reserved_millicores", json!(2000)),
        ),
        (
            "/fleet/reserved_mib",
            "9000 MiB are reserved of a node that has 8192",
            with("/fleet/reserved_mib", json!(9000)),
        ),
        (
            "/fleet/provisioner/kind",
            "\"cluster-autoscaler\" is not known here",
            with("/fleet/provisioner", json!({"kind": "cluster-autoscaler"})),
        ),
        (
            "/fleet/provisioner/groups",
            "the list has 0 items",
            with("/fleet/provisioner", groups(json!([]))),
        ),
        (
            "/fleet/provisioner/groups/1/min_nodes",
            "the fewest nodes, 5, are above the most, 4",
            with(
                "/fleet/provisioner",
                groups(json!([group("m6i.large", 0, 4), group("m6i.xlarge", 5, 4)])),
            ),
        ),
        (
            "/fleet/max_nodes",
            "the base and the fewest nodes of the groups are 15 nodes together, above the most, 14",
            with(
                "/fleet/provisioner",
                groups(json!([group("m6i.large", 6, 8), group("m6i.xlarge", 7, 8)])),
            ),
        ),
        (
            "/fleet/provisioner/instance_types/1",
            "\"m6i.huge\" is not known here",
            with(
                "/fleet/provisioner",
                karpenter(json!(["m6i.large", "m6i.huge"])),
            ),
        ),
        (
            "/fleet/provisioner/budgets/0/most/percent",
            "101 is too large",
            with("/fleet/provisioner", {
                let mut document = karpenter(json!(["m6i.large"]));
                document["budgets"] = json!([{"most": {"kind": "percent", "percent": 101}}]);
                document
            }),
        ),
        (
            "/service/pod/memory_request_mib",
            "a pod asks for 1500 millicores and 9000 MiB; an empty node of no type of the provisioner has that to give",
            {
                let mut document = with_two(
                    ("/service/pod/cpu_request_millicores", json!(1500)),
                    ("/service/pod/memory_request_mib", json!(9000)),
                );
                set(
                    &mut document,
                    "/fleet/provisioner",
                    karpenter(json!(["m6i.large", "c6i.xlarge"])),
                );
                document
            },
        ),
        (
            "/prices/node_discount_percent",
            "101 is too large",
            with("/prices/node_discount_percent", json!(101)),
        ),
        (
            "/slo/window_days",
            "45 is too large",
            with("/slo/window_days", json!(45)),
        ),
        (
            "/slo/objectives",
            "there are 4 latency objectives",
            with(
                "/slo/objectives",
                json!([
            {"sli": "latency", "threshold_ms": 400, "target_percent": 90}, {"sli": "latency", "threshold_ms": 500, "target_percent": 90},
            {"sli": "latency", "threshold_ms": 600, "target_percent": 90}, {"sli": "latency", "threshold_ms": 700, "target_percent": 90}]),
            ),
        ),
        (
            "/slo/objectives/0/target_percent",
            "100 is too large",
            with("/slo/objectives/0/target_percent", json!(100)),
        ),
        (
            "/slo/objectives/0/sli",
            "\"sli\" is missing",
            without("/slo/objectives/0/sli"),
        ),
        (
            "/run/seed",
            "9,007,199,254,740,992 is too large",
            with("/run/seed", json!(9_007_199_254_740_992_u64)),
        ),
        ("/run/seed", "-1 is too small", with("/run/seed", json!(-1))),
        (
            "/run/plane",
            "one replication would play",
            with_two(
                ("/run/plane", json!("requests")),
                ("/traffic/source/base_rps", json!(5000)),
            ),
        ),
        (
            "/run/plane",
            "\"fluids\" is not known here",
            with("/run/plane", json!("fluids")),
        ),
        (
            "/run/min_replications",
            "the fewest replications, 200, are above the most, 128",
            with("/run/min_replications", json!(200)),
        ),
        (
            "/run/tick_s",
            "0 is too small",
            with("/run/tick_s", json!(0)),
        ),
        (
            "/run/tick_s",
            "one replication would take",
            with("/run/tick_s", json!(1)),
        ),
        (
            "/run/tick_s",
            "the Knative autoscaler (/autoscaler) looks every 2 s and averages over seconds; a tick lasts 15 s",
            with("/autoscaler", json!({"kind": "knative", "max_scale": 24})),
        ),
        (
            "/autoscaler/min_scale",
            "the fewest replicas, 25, are above the most, 24",
            with(
                "/autoscaler",
                json!({"kind": "knative", "min_scale": 25, "max_scale": 24}),
            ),
        ),
        (
            "/autoscaler/initial_scale",
            "the initial replicas, 25, are above the most, 24",
            with(
                "/autoscaler",
                json!({"kind": "knative", "initial_scale": 25, "max_scale": 24}),
            ),
        ),
        (
            "/autoscaler/target_burst_capacity",
            "-2 is too small",
            with(
                "/autoscaler",
                json!({"kind": "knative", "target_burst_capacity": -2, "max_scale": 24}),
            ),
        ),
        (
            "/sweep",
            "the list has 3 items",
            with(
                "/sweep/-",
                json!({"path": "/service/concurrency", "from": 1, "to": 2, "steps": 2}),
            ),
        ),
        (
            "/sweep",
            "the grid has 11,025 designs",
            with_two(
                ("/sweep/0/steps", json!(105)),
                ("/sweep/1/steps", json!(105)),
            ),
        ),
        (
            "/sweep/0/path",
            "there is no number at \"/autoscaler/metrics/7/target_percent\"",
            with(
                "/sweep/0/path",
                json!("/autoscaler/metrics/7/target_percent"),
            ),
        ),
        (
            "/sweep/0/path",
            "there is no number at \"/autoscaler/metrics/0/target_percent\"",
            with("/autoscaler", json!({"kind": "static", "replicas": 6})),
        ),
        (
            "/sweep/0/path",
            "there is no number at \"/name\"",
            with("/sweep/0/path", json!("/name")),
        ),
        (
            "/sweep/0/path",
            "there is no number at \"name\"",
            with("/sweep/0/path", json!("name")),
        ),
        (
            "/sweep/0/path",
            "cannot be varied",
            with("/sweep/0/path", json!("/run/seed")),
        ),
        (
            "/sweep/1/path",
            "is varied twice",
            with(
                "/sweep/1/path",
                json!("/autoscaler/metrics/0/target_percent"),
            ),
        ),
        (
            "/sweep/0/to",
            "2000 lies outside the limits",
            with("/sweep/0/to", json!(2000)),
        ),
        (
            "/sweep/0/steps",
            "0 is too small",
            with("/sweep/0/steps", json!(0)),
        ),
        (
            "/sweep",
            "the fewest replicas, 40, are above the most, 24",
            with("/sweep/1/to", json!(40)),
        ),
    ]
}

#[test]
fn every_bad_field_is_named_with_its_value() {
    for (path, fragment, document) in bad_fields().into_iter().chain(bad_spot()) {
        let Err(Problems(found)) = check_value(&document) else {
            panic!("accepted: {path}: {fragment}")
        };
        let named = found
            .iter()
            .find(|problem| problem.path == path && problem.message.contains(fragment));
        let Some(problem) = named else {
            panic!(
                "expected {path}: {fragment}\nfound:\n{}",
                Problems(found.clone())
            )
        };
        assert_eq!(problem.severity, Severity::Error);
        assert!(!problem.hint.is_empty(), "{path}: {fragment}: no hint");
    }
}

#[test]
fn hints_name_the_slip() {
    for (document, hint) in [
        (
            with("/service/concurency", json!(4)),
            "did you mean \"concurrency\"?",
        ),
        (
            with("/traffic/source/kind", json!("modle")),
            "did you mean \"model\"?",
        ),
        (
            with("/fleet/node/instance_type", json!("m6i-large")),
            "did you mean \"m6i.large\"?",
        ),
        (
            with("/autoscaler/behavior/scale_up/select_policy", json!("Max")),
            "did you mean \"max\"?",
        ),
        (
            with("/sweep/1/path", json!("/autoscaler/minReplicas")),
            "did you mean /autoscaler/min_replicas?",
        ),
        (
            with("/run/plane", json!(3)),
            "one of \"fluid\", \"requests\"",
        ),
        (
            with("/slo/window_days", json!(45)),
            "allowed: 0.02 to 30 days",
        ),
    ] {
        let found = problems(&document);
        assert!(
            found.iter().any(|problem| problem.hint.contains(hint)),
            "{hint}: {found:?}"
        );
    }
}

#[test]
fn all_problems_come_at_once() {
    let mut document = base();
    set(&mut document, "/traffic/source/base_rps", json!(-1));
    set(&mut document, "/service/concurrency", json!("many"));
    set(&mut document, "/autoscaler/min_replicas", json!(100));
    set(&mut document, "/fleet/min_nodes", json!(100));
    let paths: BTreeSet<String> = problems(&document)
        .into_iter()
        .map(|problem| problem.path)
        .collect();
    for path in [
        "/traffic/source/base_rps",
        "/service/concurrency",
        "/autoscaler/min_replicas",
        "/fleet/min_nodes",
    ] {
        assert!(paths.contains(path), "{path} is not among {paths:?}");
    }
}

#[test]
fn a_flood_of_problems_is_cut_and_counted() {
    let counts: Vec<i32> = vec![-1; 5000];
    let document = with(
        "/traffic/source",
        json!({"kind": "recorded", "interval_s": 60, "counts": counts}),
    );
    let found = problems(&document);
    assert!(found.len() <= 101, "{}", found.len());
    assert!(
        found
            .last()
            .is_some_and(|last| last.message.contains("more problems are not listed"))
    );
}

#[test]
fn one_slip_is_one_problem() {
    for (path, value) in [
        ("/service/service_time_ms/mean", json!(-5)),
        ("/service/service_time_ms/cv", json!(-1)),
        ("/traffic/source/base_rps", json!(0)),
        ("/fleet/node/instance_type", json!("none")),
    ] {
        let errors = problems(&with(path, value));
        assert_eq!(errors.len(), 1, "{path}: {errors:?}");
    }
}

/// What only the requests plane can do is refused on the other, with the way out.
#[test]
fn the_fluid_plane_says_what_it_cannot_do() {
    for (field, value) in [
        ("processor_sharing", json!({"cores": 2})),
        ("overflow", json!("block")),
        ("on_timeout", json!("cancel")),
        ("high_priority_percent", json!(10)),
    ] {
        let path = format!("/service/{field}");
        let complains = |plane: &str| {
            let mut document = with(&path, value.clone());
            set(&mut document, "/run/plane", json!(plane));
            problems(&document).into_iter().any(|problem| {
                problem.path == path
                    && problem.severity == Severity::Error
                    && problem.hint.contains("/run/plane")
            })
        };
        assert!(complains("fluid") && !complains("requests"), "{field}");
    }
    for (field, value) in [
        ("balancing", json!("random")),
        ("removal", json!("kill")),
        ("retries", json!({"max_attempts": 3, "backoff_ms": 100})),
    ] {
        let path = format!("/service/{field}");
        let mut document = with(&path, value);
        set(&mut document, "/run/plane", json!("fluid"));
        set(&mut document, "/service/concurrency", json!(4));
        let found = problems(&document);
        assert!(
            found.iter().all(|problem| problem.path != path),
            "{found:?}"
        );
    }
}

#[test]
fn choices_that_contradict_each_other_are_warned_of() {
    for (path, message, fields) in [
        (
            "/service/overflow",
            "there is no queue to drop",
            vec![
                ("overflow", json!("drop_oldest")),
                ("queue_limit", json!(0)),
            ],
        ),
        (
            "/service/processor_sharing/cores",
            "a replica has 64 cores to share",
            vec![("processor_sharing", json!({"cores": 64}))],
        ),
        (
            "/service/retries",
            "clients try again at once",
            vec![("retries", json!({"max_attempts": 3, "backoff_ms": 0}))],
        ),
        (
            "/service/retries",
            "try again together",
            vec![(
                "retries",
                json!({"max_attempts": 3, "backoff_ms": 100, "jitter": "none"}),
            )],
        ),
    ] {
        let mut document = with("/run/plane", json!("requests"));
        set(&mut document, "/traffic/source/base_rps", json!(10));
        for (field, value) in fields {
            set(&mut document, &format!("/service/{field}"), value);
        }
        let scenario = check_value(&document).expect("only warnings");
        assert!(
            scenario
                .warnings
                .iter()
                .any(|found| found.path == path && found.message.contains(message)),
            "{message}: {:?}",
            scenario.warnings
        );
    }
}
