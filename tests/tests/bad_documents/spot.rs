//! Spot nodes, and what several tests need of nodes.

use super::*;

pub(super) fn group(instance_type: &str, fewest: u32, most: u32) -> Value {
    let node = json!({"kind": "catalogue", "instance_type": instance_type});
    json!({"node": node, "min_nodes": fewest, "max_nodes": most})
}

pub(super) fn groups(groups: Value) -> Value {
    json!({"kind": "cluster_autoscaler", "groups": groups})
}

pub(super) fn karpenter(instance_types: Value) -> Value {
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

pub(super) fn bad_spot() -> Vec<Case> {
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
