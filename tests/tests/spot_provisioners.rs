//! Spot nodes under Karpenter and the Cluster Autoscaler, against cases worked out by hand and closed forms.

use serde_json::{Value, json};
use sim_core::cost::Resource;
use sim_core::fleet::Fleet;
use sim_core::fleet::spot::hazard_per_hour;
use sim_core::scenario::document::ScenarioDocument;
use sim_core::scenario::{Scenario, check_json};
use sim_core::slo::Cause;
use sim_core::study::ReplicationResult;
use tests::base::base;
use tests::runs::{self, market};

/// Pods of one core and 2 GiB that start in 20 s; nodes come after 100 s; nothing is reserved, no base.
fn document(provisioner: Value, pools: Value, more: Value) -> Value {
    let mut document = serde_json::to_value(base()).expect("a document is JSON");
    document["service"]["pod"]["cpu_request_millicores"] = json!(1000);
    document["service"]["pod"]["memory_request_mib"] = json!(2048);
    document["fleet"]["provisioning_s"] = json!({"kind": "deterministic", "value": 100.0});
    document["fleet"]["min_nodes"] = json!(0);
    document["fleet"]["provisioner"] = provisioner;
    document["fleet"]["spot"] = json!({
        "on_demand_base": 0, "spot_share_percent": 100, "fallback_percent": 100, "pools": pools
    });
    for (key, value) in more.as_object().expect("fields") {
        document["fleet"]["spot"][key] = value.clone();
    }
    document["run"]["warm_up_minutes"] = json!(0);
    document
}

fn checked(document: &Value) -> Scenario {
    check_json(&document.to_string()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn scenario(provisioner: Value, pools: Value) -> Scenario {
    checked(&document(provisioner, pools, json!({})))
}

fn karpenter(instance_types: &[&str], more: Value) -> Value {
    let mut document = json!({
        "kind": "karpenter", "instance_types": instance_types, "capacity_types": "spot_and_on_demand"
    });
    for (key, value) in more.as_object().expect("fields") {
        document[key] = value.clone();
    }
    document
}

/// A pool without single interruptions.
fn pool(name: &str, discount_percent: f64) -> Value {
    json!({"name": name, "discount_percent": discount_percent, "monthly_interruption_percent": 0})
}

/// The same with capacity as recorded, from the first step on.
fn traced(name: &str, discount_percent: f64, gap_s: u32, available: &[u32]) -> Value {
    let mut pool = pool(name, discount_percent);
    pool["trace"] = json!({"gap_s": gap_s, "available": available, "start": "first"});
    pool
}

/// A fleet, driven second by second.
struct Driver<'a> {
    scenario: &'a Scenario,
    fleet: Fleet,
    now_s: f64,
}

impl<'a> Driver<'a> {
    fn new(scenario: &'a Scenario, replicas: u32) -> Self {
        let fleet = Fleet::new(scenario, replicas, 1, 0, 0);
        Self {
            scenario,
            fleet,
            now_s: 0.0,
        }
    }

    fn want(&mut self, replicas: u32) {
        self.fleet.set_desired(replicas, self.now_s);
    }

    fn until(&mut self, end_s: f64) {
        while self.now_s < end_s {
            self.now_s += 1.0;
            self.fleet.advance(self.now_s);
        }
    }

    /// Names of the types of the nodes that are paid for, sorted.
    fn types(&self) -> Vec<&'a str> {
        let nodes = self.fleet.nodes().filter(|node| !node.is_wanting);
        let mut names: Vec<&str> = nodes
            .map(|node| self.scenario.node_types[node.kind as usize].name.as_str())
            .collect();
        names.sort_unstable();
        names
    }
}

fn run(document: &Value, replications: u32) -> Vec<ReplicationResult> {
    let document: ScenarioDocument = serde_json::from_value(document.clone()).expect("a document");
    runs::run(&document, replications)
}

fn cost(result: &ReplicationResult, resource: Resource) -> f64 {
    let costs = result.costs();
    costs
        .iter()
        .find(|(other, _)| *other == resource)
        .expect("listed")
        .1
}

/// Of the types that take what was packed and the pools that are deep enough, the cheapest node.
#[test]
fn karpenter_takes_the_cheapest_node_of_the_deep_pools() {
    let types = ["m6i.large", "c7g.large", "m6i.4xlarge"];
    // c7g.large costs 0.0725, m6i.large 0.096: at 60 % off 0.029 and 0.0384.
    let cheap = scenario(karpenter(&types, json!({})), json!([pool("any", 60.0)]));
    assert_eq!(Driver::new(&cheap, 1).types(), ["c7g.large spot, any"]);
    // A shallow pool is left out, however cheap.
    let mut shallow = pool("graviton", 60.0);
    shallow["instance_type"] = json!("c7g.large");
    shallow["depth"] = json!(0.4);
    let mut deep = pool("intel", 60.0);
    deep["instance_type"] = json!("m6i.large");
    let deep = scenario(karpenter(&types, json!({})), json!([shallow, deep]));
    assert_eq!(Driver::new(&deep, 1).types(), ["m6i.large spot, intel"]);
    // The whole node counts, not the processor: the 4xlarge at 95 % off is 0.0384 for 16 of them, and no cheaper than 0.029.
    let mut large = pool("large", 95.0);
    large["instance_type"] = json!("m6i.4xlarge");
    let mut small = pool("small", 60.0);
    small["instance_type"] = json!("c7g.large");
    let pools = json!([large, small]);
    let whole = scenario(karpenter(&types, json!({})), pools);
    assert_eq!(Driver::new(&whole, 1).types(), ["c7g.large spot, small"]);
}

/// The warning comes at 1000 s. The batch is closed a second later, the node comes after 100 s, the pod starts in 20 s: it
/// serves at 1121 s; the old one ends at 1120 s.
#[test]
fn karpenter_replaces_a_node_at_the_warning() {
    let pools = json!([traced("a", 60.0, 1000, &[1, 0]), pool("b", 40.0)]);
    let scenario = scenario(karpenter(&["m6i.large"], json!({})), pools);
    let mut driver = Driver::new(&scenario, 1);
    driver.until(999.0);
    assert_eq!(driver.types(), ["m6i.large spot, a"]);
    driver.until(1001.0);
    assert_eq!(driver.types(), ["m6i.large spot, a", "m6i.large spot, b"]);
    assert_eq!(driver.fleet.reclaimed_nodes(), [1, 0]);
    assert_eq!(driver.fleet.not_ready_after_eviction(), 1);
    driver.until(1119.0);
    assert_eq!((driver.fleet.ready(), driver.fleet.leaving()), (1, 1));
    driver.until(1120.0);
    assert_eq!(driver.fleet.ready(), 0);
    assert_eq!(driver.types(), ["m6i.large spot, b"]);
    driver.until(1121.0);
    assert_eq!(driver.fleet.ready(), 1);
}

/// A node is given back as soon as its pods have been replaced: with nodes in 50 s, at 1071 s.
#[test]
fn karpenter_gives_an_emptied_node_back_before_its_end() {
    let pools = json!([traced("a", 60.0, 1000, &[1, 0]), pool("b", 40.0)]);
    let mut document = document(karpenter(&["m6i.large"], json!({})), pools, json!({}));
    document["fleet"]["provisioning_s"]["value"] = json!(50.0);
    let scenario = checked(&document);
    let mut driver = Driver::new(&scenario, 1);
    driver.until(1070.0);
    assert_eq!((driver.types().len(), driver.fleet.ready()), (2, 1));
    driver.until(1071.0);
    assert_eq!((driver.types().len(), driver.fleet.ready()), (1, 1));
}

/// Without capacity it takes the cheapest on demand; where on demand is not allowed, pods wait, and are looked at again when
/// the pool is not left out any more: three minutes after it was asked in vain.
#[test]
fn karpenter_falls_back_to_on_demand_or_waits() {
    let with = |capacity: &str| {
        let pools = json!([traced("a", 60.0, 100, &[1, 0, 0, 1, 1, 1, 1, 1, 1, 1])]);
        let more = json!({"capacity_types": capacity, "consolidation": "never"});
        scenario(karpenter(&["m6i.large", "c7g.large"], more), pools)
    };
    let both = with("spot_and_on_demand");
    let mut driver = Driver::new(&both, 0);
    driver.until(150.0);
    driver.want(1);
    driver.until(152.0);
    assert_eq!(driver.types(), ["c7g.large"]);
    assert_eq!(driver.fleet.fallback_nodes(), 1);
    let spot = with("spot");
    let mut driver = Driver::new(&spot, 0);
    driver.until(150.0);
    driver.want(1);
    // Asked at 151 s, there is capacity from 300 s on, asked again at 331 s.
    driver.until(330.0);
    assert_eq!((driver.types().len(), driver.fleet.pending()), (0, 1));
    assert!(!driver.fleet.is_out_of_nodes(), "it waits for spot");
    driver.until(331.0);
    assert_eq!(driver.types(), ["c7g.large spot, a"]);
}

/// A node that had to be on demand is replaced by spot when there is some: consolidation finds it cheaper.
#[test]
fn consolidation_goes_back_to_spot() {
    let mut available = [1; 20];
    available[0] = 0;
    let pools = json!([traced("a", 60.0, 1000, &available)]);
    let scenario = scenario(karpenter(&["m6i.large"], json!({})), pools);
    let mut driver = Driver::new(&scenario, 1);
    driver.until(999.0);
    assert_eq!(driver.types(), ["m6i.large"]);
    // A look within 10 s, another 15 s later, and the replacement is ready before the old one is drained (30 s).
    driver.until(1026.0);
    assert_eq!(driver.types(), ["m6i.large", "m6i.large spot, a"]);
    driver.until(1160.0);
    assert_eq!(driver.types(), ["m6i.large spot, a"]);
}

/// One large node is left with one pod. Behind the feature gate it is replaced by one of the 15 cheapest types, if there are
/// 15 that are cheaper.
#[test]
fn spot_by_spot_takes_fifteen_cheaper_types() {
    let small = [
        "m6i.large",
        "m6i.xlarge",
        "m6i.2xlarge",
        "m7i.large",
        "m7i.xlarge",
        "m7i.2xlarge",
        "m7a.large",
        "m7a.xlarge",
        "m7a.2xlarge",
        "c6i.large",
        "c6i.xlarge",
        "c6i.2xlarge",
        "c7g.large",
        "c7g.xlarge",
        "c7g.2xlarge",
    ];
    let after = |cheaper: usize, gate: bool| {
        let mut types = small[15 - cheaper..].to_vec();
        types.push("m6i.8xlarge");
        let more = json!({"spot_to_spot": gate});
        let scenario = scenario(karpenter(&types, more), json!([pool("any", 60.0)]));
        let mut driver = Driver::new(&scenario, 30);
        assert_eq!(driver.types(), ["m6i.8xlarge spot, any"]);
        driver.want(1);
        driver.until(300.0);
        assert_eq!(driver.fleet.ready(), 1);
        driver.types().join(" + ")
    };
    assert_eq!(after(15, true), "c7g.large spot, any");
    assert_eq!(after(14, true), "m6i.8xlarge spot, any");
    assert_eq!(after(15, false), "m6i.8xlarge spot, any");
}

/// Ten nodes of m6i.xlarge (0.192 USD/h, 60 % off 0.0768), 730 hours a month; with no capacity the same on demand.
#[test]
fn the_bill_of_karpenters_nodes_by_hand() {
    let with = |available: u32| {
        let pools = json!([traced("a", 60.0, 600, &[available])]);
        let mut document = document(karpenter(&["m6i.xlarge"], json!({})), pools, json!({}));
        document["service"]["pod"]["cpu_request_millicores"] = json!(4000);
        document["autoscaler"] = json!({"kind": "static", "replicas": 10});
        run(&document, 1).remove(0)
    };
    let (spot, none) = (with(1), with(0));
    assert!((cost(&spot, Resource::SpotNodes) - 560.64).abs() < 1e-6);
    assert_eq!(cost(&spot, Resource::OnDemandNodes), 0.0);
    assert_eq!(cost(&none, Resource::SpotNodes), 0.0);
    assert!((cost(&none, Resource::OnDemandNodes) - 1401.6).abs() < 1e-6);
    assert!((market(&none).fallback_hours - 60.0).abs() < 1e-6);
    assert!((market(&spot).all_on_demand_usd_per_month - 1401.6).abs() < 1e-6);
}

/// Twenty nodes at a constant hazard, under each provisioner: λ·N·T reclaimed nodes within four standard deviations of a
/// Poisson mean. A replacement is there within two minutes, a ten-thousandth of a life.
#[test]
fn interruptions_are_as_many_as_in_the_simple_group() {
    let mut often = pool("a", 60.0);
    often["monthly_interruption_percent"] = json!(90);
    let group = json!({
        "node": {"kind": "catalogue", "instance_type": "m6i.xlarge"},
        "min_nodes": 0, "max_nodes": 100, "capacity": "spot"
    });
    for provisioner in [
        karpenter(&["m6i.xlarge"], json!({})),
        json!({"kind": "cluster_autoscaler", "groups": [group]}),
    ] {
        let mut document = document(provisioner, json!([often]), json!({}));
        document["service"]["pod"]["cpu_request_millicores"] = json!(4000);
        document["autoscaler"] = json!({"kind": "static", "replicas": 20});
        document["slo"]["window_days"] = json!(10.0);
        document["run"]["tick_s"] = json!(60);
        document["traffic"]["source"]["base_rps"] = json!(1);
        let results = run(&document, 40);
        let counts = results.iter().map(|result| market(result).interruptions());
        let mean = counts.sum::<f64>() / 40.0;
        let expected = hazard_per_hour(0.9) * 20.0 * 240.0;
        let allowed = 4.0 * (expected / 40.0).sqrt();
        assert!(
            (mean - expected).abs() < allowed,
            "{mean} {expected} ± {allowed}"
        );
        for result in &results {
            let share = market(result).spot_share();
            assert!((share - 1.0).abs() < 1e-12, "all is spot: {share}");
        }
    }
}

/// What a node holds that ends without a drain is lost, and the eviction is to blame, whoever added the node.
#[test]
fn losses_are_blamed_on_the_eviction() {
    let mut reclaimed = pool("a", 60.0);
    reclaimed["reclaims"] =
        json!({"per_month": 1000, "nodes_percent": 10, "mean_unavailable_minutes": 0.1});
    let provisioner = karpenter(&["m6i.xlarge"], json!({"capacity_types": "spot"}));
    let more = json!({"on_notice": "ignore", "retry_spot_after_s": 1});
    let mut document = document(provisioner, json!([reclaimed]), more);
    document["service"]["pod"]["cpu_request_millicores"] = json!(4000);
    document["autoscaler"] = json!({"kind": "static", "replicas": 20});
    document["slo"]["window_days"] = json!(1.0);
    document["traffic"]["source"]["base_rps"] = json!(40);
    document["traffic"]["over_dispersion"] = json!(0);
    document["service"]["service_time_ms"]["mean"] = json!(1000);
    let results = run(&document, 4);
    let kills: f64 = results.iter().map(|r| market(r).interruptions()).sum();
    let lost: f64 = results.iter().map(|result| result.fates[4]).sum();
    // Two requests in service at each of 20 replicas, about Poisson.
    let (expected, allowed) = (2.0 * kills, 4.0 * (2.0 * kills).sqrt());
    assert!(
        kills > 50.0 && (lost - expected).abs() < allowed,
        "{lost} {expected} ± {allowed}"
    );
    for result in &results {
        let evicted = result.objectives[0].bad_by_cause[Cause::Eviction as usize];
        assert!(evicted >= 0.999 * result.fates[4], "{evicted}");
    }
}

fn two_groups(more: Value) -> Value {
    let group = |capacity: &str, priority: u32| {
        json!({
            "node": {"kind": "custom", "vcpus": 4, "memory_gib": 16, "usd_per_hour": 0.2},
            "min_nodes": 0, "max_nodes": 10, "capacity": capacity, "priority": priority
        })
    };
    let mut document = json!({
        "kind": "cluster_autoscaler", "expander": "priority", "max_provision_s": 300,
        "groups": [group("on_demand", 1), group("spot", 10)]
    });
    for (key, value) in more.as_object().expect("fields") {
        document[key] = value.clone();
    }
    document
}

/// Pods come at 150 s, when the pool has no capacity: the spot group, of the higher priority, is asked first, and nothing is
/// paid for while it waits. After the time-out of 300 s the group on demand grows.
#[test]
fn the_cluster_autoscaler_takes_another_group_after_the_time_out() {
    let mut available = [0; 40];
    available[0] = 1;
    let pools = json!([traced("a", 60.0, 100, &available)]);
    let scenario = scenario(two_groups(json!({})), pools);
    let mut driver = Driver::new(&scenario, 0);
    driver.until(150.0);
    driver.want(4);
    driver.until(161.0);
    assert_eq!((driver.fleet.pending(), driver.fleet.paid_nodes()), (0, 0));
    assert_eq!(
        driver.fleet.nodes().filter(|node| node.is_wanting).count(),
        1
    );
    driver.until(449.0);
    assert_eq!(driver.fleet.paid_nodes(), 0);
    // Asked within 10 s of 150 s, given up 300 s later, the next look within 10 s of that.
    driver.until(471.0);
    assert_eq!(driver.types(), ["custom"]);
    driver.until(592.0);
    assert_eq!(
        (driver.fleet.ready(), driver.fleet.fallback_nodes()),
        (4, 1)
    );
}

/// There is capacity again at 300 s, within the time-out: the node comes then, at the price of its pool.
#[test]
fn a_spot_group_waits_for_capacity() {
    let mut available = [1; 40];
    (available[1], available[2]) = (0, 0);
    let pools = json!([traced("a", 60.0, 100, &available)]);
    let scenario = scenario(two_groups(json!({})), pools);
    let mut driver = Driver::new(&scenario, 0);
    driver.until(150.0);
    driver.want(4);
    driver.until(299.0);
    assert_eq!(driver.fleet.paid_nodes(), 0);
    driver.until(300.0);
    assert_eq!(driver.types(), ["custom spot, a"]);
    driver.until(419.0);
    assert_eq!(driver.fleet.ready(), 0);
    driver.until(420.0);
    assert_eq!(driver.fleet.ready(), 4);
}

/// The price expander knows the spot price; the pods of a reclaimed node are seen by the next scan.
#[test]
fn the_cluster_autoscaler_prices_spot_and_replaces_what_is_reclaimed() {
    let pools = json!([traced("a", 60.0, 1000, &[1, 0]), pool("b", 20.0)]);
    let scenario = scenario(two_groups(json!({"expander": "price"})), pools);
    let mut driver = Driver::new(&scenario, 4);
    assert_eq!(driver.types(), ["custom spot, a"]);
    driver.until(1000.0);
    assert_eq!(driver.fleet.reclaimed_nodes(), [1, 0]);
    assert_eq!(driver.fleet.leaving(), 4);
    driver.until(1011.0);
    assert_eq!(driver.types(), ["custom spot, a", "custom spot, b"]);
    driver.until(1120.0);
    assert_eq!(driver.types(), ["custom spot, b"]);
    driver.until(1131.0);
    assert_eq!(driver.fleet.ready(), 4);
}
