//! Nodes and prices, the SLO, the run and its sweep.

use super::*;

pub(super) fn bad_fleet() -> Vec<Case> {
    vec![
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
    ]
}

pub(super) fn bad_run() -> Vec<Case> {
    vec![
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
            "the list has 5 items",
            with(
                "/sweep",
                json!(vec![
                    json!({"path": "/service/concurrency", "from": 1, "to": 2, "steps": 2});
                    5
                ]),
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
