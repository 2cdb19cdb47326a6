//! The autoscalers of nodes, held against cases worked out by hand.

use serde_json::{Value, json};
use sim_core::control::decision::{Decision, LogFilter, Rule};
use sim_core::cost::Resource;
use sim_core::cost::meter::CostMeter;
use sim_core::cost::node_market::MarketTick;
use sim_core::cost::price_book::PriceBook;
use sim_core::fleet::{Fleet, NodeState, Size};
use sim_core::replication::{ReplayRequest, Setup, replay};
use sim_core::scenario::{Scenario, check_json};
use sim_core::slo::Cause;
use sim_core::study::{Plan, Prepared, Shard};
use std::collections::BTreeSet;
use tests::base::base;

/// Pods of one core and 2 GiB that start in 20 s; nodes come after 100 s; nothing is reserved, no base.
fn scenario(provisioner: Value) -> Scenario {
    scenario_with(provisioner, |_| ())
}

fn scenario_with(provisioner: Value, change: impl Fn(&mut Value)) -> Scenario {
    let mut document = serde_json::to_value(base()).expect("a document is JSON");
    document["service"]["pod"]["cpu_request_millicores"] = json!(1000);
    document["service"]["pod"]["memory_request_mib"] = json!(2048);
    document["fleet"]["provisioning_s"] = json!({"kind": "deterministic", "value": 100.0});
    document["fleet"]["min_nodes"] = json!(0);
    document["fleet"]["provisioner"] = provisioner;
    document["run"]["warm_up_minutes"] = json!(0);
    change(&mut document);
    check_json(&document.to_string()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn cluster_autoscaler(groups: Value) -> Value {
    json!({"kind": "cluster_autoscaler", "groups": groups})
}

fn group(vcpus: u32, memory_gib: u32, usd_per_hour: f64, nodes: [u32; 2]) -> Value {
    let node = json!({"kind": "custom", "vcpus": vcpus, "memory_gib": memory_gib, "usd_per_hour": usd_per_hour});
    json!({"node": node, "min_nodes": nodes[0], "max_nodes": nodes[1]})
}

fn karpenter(instance_types: &[&str], more: Value) -> Value {
    let mut document = json!({"kind": "karpenter", "instance_types": instance_types});
    for (key, value) in more.as_object().expect("fields") {
        document[key] = value.clone();
    }
    document
}

/// A fleet, driven second by second.
struct Driver {
    fleet: Fleet,
    now_s: f64,
}

impl Driver {
    fn new(scenario: &Scenario, replicas: u32) -> Self {
        let mut fleet = Fleet::new(scenario, replicas, 1, 0, 0);
        fleet.log_decisions();
        Self { fleet, now_s: 0.0 }
    }

    fn want(&mut self, replicas: u32) {
        self.fleet.set_desired(replicas, self.now_s);
    }

    fn wait(&mut self, seconds: u32) {
        for _ in 0..seconds {
            self.now_s += 1.0;
            self.fleet.advance(self.now_s);
        }
    }

    /// Waits until it is so, and answers the time.
    fn until(&mut self, most_s: u32, is_so: impl Fn(&Fleet) -> bool) -> f64 {
        for _ in 0..most_s {
            if is_so(&self.fleet) {
                return self.now_s;
            }
            self.wait(1);
        }
        panic!("not within {most_s} s");
    }

    fn nodes(&self) -> u32 {
        self.fleet.paid_nodes()
    }

    fn in_state(&self, state: NodeState) -> usize {
        self.fleet
            .nodes()
            .filter(|node| node.state == state)
            .count()
    }

    /// Names of the types, sorted.
    fn types<'a>(&self, scenario: &'a Scenario) -> Vec<&'a str> {
        let mut names: Vec<&str> = self
            .fleet
            .nodes()
            .map(|node| scenario.node_types[node.kind as usize].name.as_str())
            .collect();
        names.sort_unstable();
        names
    }

    fn changes(&mut self) -> Vec<Decision> {
        let mut decisions = self.fleet.take_decisions();
        decisions.retain(Decision::is_change);
        decisions
    }
}

#[test]
fn cluster_autoscaler_adds_at_a_scan_and_pods_start_when_the_node_is_ready() {
    let scenario = scenario(cluster_autoscaler(json!([group(4, 16, 0.2, [0, 10])])));
    let mut driver = Driver::new(&scenario, 4);
    assert_eq!((driver.fleet.ready(), driver.nodes()), (4, 1));
    driver.wait(33);
    driver.want(10);
    assert_eq!((driver.fleet.pending(), driver.nodes()), (6, 1));
    assert!(!driver.fleet.is_out_of_nodes(), "help is on its way");
    let scanned_s = driver.until(10, |fleet| fleet.paid_nodes() == 3);
    assert_eq!(driver.fleet.pending(), 0, "all pods have a node to come");
    let ready_s = driver.until(200, |fleet| fleet.ready() == 10);
    let lag_s = ready_s - scanned_s;
    assert!((119.0..=120.0).contains(&lag_s), "100 s + 20 s: {lag_s}");
    let decisions = driver.changes();
    assert_eq!(decisions.len(), 1, "{decisions:#?}");
    assert_eq!((decisions[0].from, decisions[0].to), (1, 3));
    assert_eq!(decisions[0].rule, Rule::PendingPods);
}

#[test]
fn cluster_autoscaler_removes_after_the_unneeded_time_and_the_pause() {
    let scenario = scenario(cluster_autoscaler(json!([group(4, 16, 0.2, [1, 10])])));
    let mut driver = Driver::new(&scenario, 12);
    assert_eq!(driver.nodes(), 3);
    // No scale-up before: the unneeded time alone.
    driver.wait(100);
    driver.want(4);
    assert_eq!(driver.fleet.ready(), 4);
    driver.wait(599);
    assert_eq!(driver.nodes(), 3);
    driver.wait(12);
    assert_eq!(driver.nodes(), 1, "empty nodes go together");
    // After a scale-up: the pause of ten minutes after it.
    driver.want(12);
    let added_s = driver.until(11, |fleet| fleet.paid_nodes() == 3);
    driver.until(200, |fleet| fleet.ready() == 12);
    driver.want(4);
    driver.until(800, |fleet| fleet.paid_nodes() == 1);
    let kept_s = driver.now_s - added_s;
    assert!(
        (720.0..=735.0).contains(&kept_s),
        "{kept_s}: unneeded from about 121 s on"
    );
}

#[test]
fn cluster_autoscaler_drains_one_node_at_a_time_and_loses_no_pod() {
    let scenario = scenario(cluster_autoscaler(json!([group(8, 64, 0.4, [0, 10])])));
    let mut driver = Driver::new(&scenario, 40);
    assert_eq!(driver.nodes(), 5);
    // Six pods of each node make way for small ones, which all fit on the first node: it is used to five eighths,
    // the others to one quarter. The pods of three of them fit on the rest.
    driver.fleet.set_pod_request(Size {
        millicores: 100,
        mib: 128,
    });
    let mut left = [6; 5];
    let evicted = driver.fleet.evict(30, 0.0, |pod| {
        let left = &mut left[pod.node as usize];
        let take = *left > 0;
        *left -= i32::from(take);
        take
    });
    assert_eq!(evicted, 30);
    driver.wait(599);
    assert_eq!(driver.nodes(), 5);
    let mut drained = BTreeSet::new();
    for _ in 0..300 {
        driver.wait(1);
        let draining = driver
            .fleet
            .nodes()
            .filter(|node| node.state == NodeState::Draining);
        let places: Vec<u32> = draining.map(|node| node.place).collect();
        assert!(places.len() <= 1);
        drained.extend(places);
    }
    let drained = drained.len();
    assert_eq!((drained, driver.nodes(), driver.fleet.ready()), (3, 2, 40));
}

#[test]
fn cluster_autoscaler_moves_the_pods_of_a_little_used_node() {
    let scenario = scenario(cluster_autoscaler(json!([group(8, 64, 0.4, [0, 10])])));
    // Nodes of 8, 8 and 4 pods; then 4 of the first node's go, so that the last node's fit there.
    let mut driver = Driver::new(&scenario, 20);
    assert_eq!(driver.nodes(), 3);
    driver.fleet.set_pod_request(Size {
        millicores: 250,
        mib: 512,
    });
    driver.fleet.evict(4, 0.0, |pod| pod.node == 0);
    driver.wait(30);
    // Node 0: 4 of 1000 m and 4 of 250 m = 5 cores; node 2: 4 cores of 8 = 50 %, not below.
    driver.wait(1200);
    assert_eq!(driver.nodes(), 3, "one half is not below one half");
    driver.want(19);
    // The youngest went: one of the small ones, from node 0; still 50 % on node 2.
    driver.fleet.evict(1, driver.now_s, |pod| pod.node == 2);
    driver.wait(30);
    // Node 2 has 3 cores in use: below, and 3 cores fit on node 0 (4.75 - 0.25 + 0.25 of 8 used).
    assert_eq!(driver.fleet.ready(), 19);
    driver.wait(560);
    assert_eq!(driver.in_state(NodeState::Draining), 0);
    driver.until(40, |fleet| {
        fleet.nodes().any(|node| node.state == NodeState::Draining)
    });
    assert_eq!(driver.fleet.not_ready_after_eviction(), 3);
    assert_eq!(driver.fleet.pending(), 0);
    driver.wait(31);
    assert_eq!((driver.nodes(), driver.fleet.ready()), (2, 19));
}

#[test]
fn a_group_backs_off_when_nodes_do_not_come() {
    let mut provisioner = cluster_autoscaler(json!([group(4, 16, 0.2, [1, 10])]));
    provisioner["provisioning_failure_percent"] = json!(100.0);
    let scenario = scenario(provisioner);
    let mut driver = Driver::new(&scenario, 4);
    driver.want(8);
    driver.wait(6 * 3600);
    let decisions = driver.changes();
    let asked_s: Vec<f64> = decisions
        .iter()
        .filter(|decision| decision.rule == Rule::PendingPods)
        .map(|decision| decision.at_s)
        .collect();
    // Given up after 900 s, then a pause of 300, 600, 1200, 1800, 1800 … s, each up to the next scan of 10 s.
    for (pair, pause_s) in asked_s
        .windows(2)
        .zip([300.0, 600.0, 1200.0, 1800.0, 1800.0])
    {
        let gap_s = pair[1] - pair[0];
        assert!(
            (900.0 + pause_s..=910.0 + pause_s).contains(&gap_s),
            "{gap_s}"
        );
    }
    assert!(asked_s.len() >= 6, "{asked_s:?}");
    assert_eq!(driver.fleet.ready(), 4);
    assert!(!driver.fleet.is_out_of_nodes(), "it will be tried again");
}

#[test]
fn pods_beyond_the_most_nodes_are_out_of_nodes() {
    let scenario = scenario(cluster_autoscaler(json!([group(4, 16, 0.2, [1, 2])])));
    let mut driver = Driver::new(&scenario, 4);
    driver.want(12);
    driver.wait(300);
    assert_eq!(
        (driver.nodes(), driver.fleet.ready(), driver.fleet.pending()),
        (2, 8, 4)
    );
    assert!(driver.fleet.is_out_of_nodes());
    driver.want(8);
    assert!(!driver.fleet.is_out_of_nodes());
}

#[test]
fn the_expander_picks_the_group() {
    // Six pods of 1 core and 2 GiB. Two nodes of 4 cores and 8 GiB waste a quarter of both; one of 8 and 16 GiB the
    // same; one of 6 and 24 GiB no CPU and one half of the memory.
    let groups = json!([
        group(4, 8, 0.10, [0, 10]),
        group(8, 16, 0.30, [0, 10]),
        group(6, 24, 0.15, [0, 10])
    ]);
    let picked = |expander: &str, pods: u32| {
        let mut provisioner = cluster_autoscaler(groups.clone());
        provisioner["expander"] = json!(expander);
        let scenario = scenario(provisioner);
        let driver = Driver::new(&scenario, pods);
        driver.fleet.paid_nodes_by_type()[1..].to_vec()
    };
    assert_eq!(
        picked("price", 6),
        [0, 0, 1],
        "0.15 against 0.2 and 0.3 for six pods"
    );
    assert_eq!(picked("price", 4), [1, 0, 0]);
    // Waste of 8 pods: none on two small nodes or on a large one; two of 6 cores waste a third and two thirds.
    let eight = picked("least_waste", 8);
    assert!(eight == [2, 0, 0] || eight == [0, 1, 0], "{eight:?}");
    // Waste of 6 pods: one quarter twice, against nothing and one half: 0.5 each, all equal.
    let six = picked("least_waste", 6);
    assert_eq!(six.iter().sum::<u32>(), if six[0] > 0 { 2 } else { 1 });
    // Waste of 5 pods: 3/8 twice; 3/8 twice; 1/6 and 7/12: equal again. Of 7: 1/8 twice; 1/8 twice; 5/12 and 17/24.
    let seven = picked("least_waste", 7);
    assert_eq!(seven[2], 0, "{seven:?}");
}

#[test]
fn karpenter_waits_for_its_batch_and_launches_the_cheapest_type_that_takes_it() {
    let types = [
        "m6i.large",
        "m6i.xlarge",
        "m6i.2xlarge",
        "c6i.2xlarge",
        "c6i.xlarge",
    ];
    let scenario = scenario(karpenter(&types, json!({"consolidation": "never"})));
    let mut driver = Driver::new(&scenario, 0);
    assert_eq!(driver.nodes(), 0);
    driver.wait(50);
    driver.want(3);
    // More pods each half second for 12 s: the batch is closed after 10 s, not after each pause.
    for step in 1..=24 {
        driver.now_s = 50.0 + 0.5 * f64::from(step);
        driver.fleet.advance(driver.now_s);
        if step <= 23 {
            driver.want(3 + step.min(2));
        }
        let launched = driver.nodes() > 0;
        // Pods stop coming after step 2, at 51 s: closed at 52 s.
        assert_eq!(launched, driver.now_s >= 52.0, "{}", driver.now_s);
    }
    // Five pods of 1 core and 2 GiB need 5 cores and 10 GiB: c6i.2xlarge (8, 16) at 0.34 is cheaper than m6i.2xlarge.
    assert_eq!(driver.types(&scenario), ["c6i.2xlarge"]);
    driver.wait(121);
    assert_eq!(driver.fleet.ready(), 5);
    driver.want(6);
    driver.wait(25);
    assert_eq!(
        (driver.nodes(), driver.fleet.ready()),
        (1, 6),
        "there is room"
    );
}

#[test]
fn karpenter_closes_a_batch_after_its_longest_time() {
    let scenario = scenario(karpenter(
        &["c6i.2xlarge"],
        json!({"consolidation": "never"}),
    ));
    let mut driver = Driver::new(&scenario, 0);
    driver.wait(50);
    let mut launched_s = None;
    for step in 0..30 {
        driver.now_s = 50.0 + 0.5 * f64::from(step);
        driver.fleet.advance(driver.now_s);
        if driver.nodes() > 0 {
            launched_s = Some(driver.now_s);
            break;
        }
        driver.want(1 + step);
    }
    assert_eq!(launched_s, Some(60.0));
    // Twenty pods came by 59.5 s: eight cores take eight, so three nodes.
    assert_eq!(driver.nodes(), 3);
}

#[test]
fn karpenter_deletes_empty_nodes_within_the_budget() {
    // Five nodes of eight pods; 20 % of 5 is one at a time.
    let budgets = json!([{"most": {"kind": "percent", "percent": 20.0}}]);
    let scenario = scenario(karpenter(
        &["c6i.2xlarge"],
        json!({"consolidation": "when_empty", "budgets": budgets}),
    ));
    let mut driver = Driver::new(&scenario, 40);
    assert_eq!(driver.nodes(), 5);
    driver.want(8);
    let mut seen = vec![5];
    for _ in 0..200 {
        driver.wait(1);
        if seen.last() != Some(&driver.nodes()) {
            seen.push(driver.nodes());
        }
    }
    assert_eq!(seen, [5, 4, 3, 2, 1], "one after the other");
    assert_eq!(driver.fleet.ready(), 8);
    let decisions = driver.changes();
    assert!(decisions.iter().all(|d| d.rule == Rule::Consolidation));
    // Each is looked at again after 15 s, and looks are 10 s apart.
    for pair in decisions.windows(2) {
        let gap_s = pair[1].at_s - pair[0].at_s;
        assert!((gap_s - 20.0).abs() < 1e-9, "{pair:#?}");
    }
}

#[test]
fn karpenter_replaces_nodes_by_one_cheaper_node_that_is_ready_first() {
    let types = ["c6i.large", "c6i.xlarge", "c6i.2xlarge", "c6i.4xlarge"];
    let budgets = json!([{"most": {"kind": "percent", "percent": 100.0}}]);
    let scenario = scenario(karpenter(&types, json!({"budgets": budgets})));
    let mut driver = Driver::new(&scenario, 16);
    assert_eq!(driver.types(&scenario), ["c6i.4xlarge"]);
    driver.want(3);
    driver.until(40, |fleet| fleet.paid_nodes() == 2);
    // Three pods fit on c6i.xlarge: it comes first, the old node takes no new pods and keeps the ones it has.
    assert_eq!(driver.types(&scenario), ["c6i.4xlarge", "c6i.xlarge"]);
    assert_eq!(driver.in_state(NodeState::Cordoned), 1);
    assert_eq!(driver.fleet.ready(), 3);
    driver.wait(99);
    assert_eq!(driver.fleet.ready(), 3);
    driver.wait(2);
    assert_eq!(driver.in_state(NodeState::Draining), 1);
    assert_eq!(
        (
            driver.fleet.ready(),
            driver.fleet.not_ready_after_eviction()
        ),
        (0, 3)
    );
    driver.wait(20);
    assert_eq!(driver.fleet.ready(), 3);
    driver.wait(20);
    assert_eq!(driver.types(&scenario), ["c6i.xlarge"]);
    driver.wait(3600);
    assert_eq!(
        driver.types(&scenario),
        ["c6i.xlarge"],
        "no cheaper type takes three pods"
    );
}

#[test]
fn karpenter_merges_two_nodes_into_one_that_is_cheaper_than_both() {
    let budgets = json!([{"most": {"kind": "percent", "percent": 100.0}}]);
    let types = ["m6i.large", "c6i.xlarge"];
    let provisioner = karpenter(&types, json!({"budgets": budgets}));
    let scenario = scenario_with(provisioner, |document| {
        document["service"]["pod"]["memory_request_mib"] = json!(4096);
    });
    // Pods of 4 GiB: two on each m6i.large at 0.096, where a c6i.xlarge at 0.17 would hold two as well.
    let mut driver = Driver::new(&scenario, 4);
    assert_eq!(driver.types(&scenario), ["m6i.large", "m6i.large"]);
    // Of 1 GiB all four fit on the c6i.xlarge, which is cheaper than both, but not than one of them.
    driver.fleet.set_pod_request(Size {
        millicores: 1000,
        mib: 1024,
    });
    driver.fleet.evict(4, 0.0, |_| true);
    driver.wait(10);
    assert_eq!(driver.types(&scenario), ["m6i.large", "m6i.large"]);
    driver.wait(300);
    assert_eq!(driver.types(&scenario), ["c6i.xlarge"]);
    assert_eq!(driver.fleet.ready(), 4);
}

#[test]
fn karpenter_leaves_nodes_alone_outside_the_hours_of_the_budget() {
    let hours = json!({"from_hour": 2.0, "to_hour": 1.0});
    let budgets = json!([{"most": {"kind": "count", "nodes": 0}, "hours": hours}]);
    let scenario = scenario(karpenter(&["c6i.2xlarge"], json!({"budgets": budgets})));
    let mut driver = Driver::new(&scenario, 16);
    // Nothing may go but from one to two o'clock.
    driver.want(4);
    driver.wait(3599);
    assert_eq!(driver.nodes(), 2);
    driver.wait(30);
    assert_eq!(driver.nodes(), 1);
}

#[test]
fn expired_nodes_are_drained_whatever_the_budget_says() {
    let budgets = json!([{"most": {"kind": "count", "nodes": 0}}]);
    let scenario = scenario(karpenter(
        &["c6i.large"],
        json!({"budgets": budgets, "expire_after_hours": 2.0}),
    ));
    let mut driver = Driver::new(&scenario, 4);
    assert_eq!(driver.nodes(), 2);
    // Ages of half an hour and one and a half: the older one expires after half an hour.
    driver.wait(1799);
    assert_eq!(driver.in_state(NodeState::Draining), 0);
    driver.wait(1);
    assert_eq!(driver.in_state(NodeState::Draining), 1);
    assert_eq!((driver.fleet.ready(), driver.fleet.pending()), (2, 2));
    driver.wait(1 + 100 + 20);
    assert_eq!(driver.fleet.ready(), 4);
    let expiries = driver.changes();
    assert_eq!(expiries[0].rule, Rule::Expiry);
    // The budget of 0 keeps everything else from happening.
    driver.want(1);
    driver.wait(600);
    assert_eq!(driver.nodes(), 2);
}

/// A node that takes longer to come than it may live: time does not run back to when it should have gone.
#[test]
fn a_node_too_old_on_arrival_goes_on_arrival() {
    let provisioner = karpenter(
        &["c6i.large"],
        json!({"expire_after_hours": 0.1, "registration_timeout_s": 400}),
    );
    let scenario = scenario_with(provisioner, |document| {
        document["fleet"]["provisioning_s"] = json!({"kind": "deterministic", "value": 370.0});
    });
    let mut driver = Driver::new(&scenario, 0);
    driver.want(1);
    driver.wait(2000);
    let changes = driver.changes();
    let mut expiries = changes.iter().filter(|change| change.rule == Rule::Expiry);
    assert!(
        expiries.next().is_some_and(|expiry| expiry.at_s >= 370.0),
        "{changes:?}"
    );
    assert!(changes.is_sorted_by(|a, b| a.at_s <= b.at_s), "{changes:?}");
}

#[test]
fn a_pool_keeps_within_its_limits() {
    let types = ["c6i.large", "c6i.xlarge", "c6i.2xlarge"];
    let scenario = scenario(karpenter(
        &types,
        json!({"limits": {"vcpus": 12.0}, "consolidation": "never"}),
    ));
    let mut driver = Driver::new(&scenario, 0);
    driver.want(20);
    driver.wait(300);
    // 8 + 4 cores of the 12; the rest stays pending.
    assert_eq!(driver.types(&scenario), ["c6i.2xlarge", "c6i.xlarge"]);
    assert_eq!((driver.fleet.ready(), driver.fleet.pending()), (12, 8));
    assert!(driver.fleet.is_out_of_nodes());
}

#[test]
fn the_base_is_left_alone() {
    let provisioner = karpenter(&["c6i.large"], json!({"expire_after_hours": 0.5}));
    let scenario = scenario_with(provisioner, |document| {
        document["fleet"]["min_nodes"] = json!(2);
    });
    let mut driver = Driver::new(&scenario, 8);
    assert_eq!(driver.fleet.paid_nodes_by_type(), [2, 0]);
    driver.want(9);
    driver.wait(200);
    assert_eq!(driver.fleet.paid_nodes_by_type(), [2, 1]);
    driver.want(0);
    driver.wait(4000);
    assert_eq!(driver.fleet.paid_nodes_by_type(), [2, 0]);
}

/// What the meter bills is what the nodes that were there cost, to the cent.
#[test]
fn the_bill_is_the_sum_over_nodes_of_hours_times_price() {
    for provisioner in [
        karpenter(
            &["c6i.large", "c6i.xlarge", "m6i.2xlarge", "r6i.4xlarge"],
            json!({"expire_after_hours": 3.0}),
        ),
        cluster_autoscaler(json!([
            group(4, 8, 0.17, [1, 10]),
            group(8, 32, 0.384, [0, 10])
        ])),
    ] {
        let scenario = scenario(provisioner);
        let mut fleet = Fleet::new(&scenario, 5, 3, 0, 0);
        let tick_s = 15.0;
        let mut meter = CostMeter::new(&scenario, tick_s);
        let (mut by_node_usd, mut by_rate_usd) = (0.0, 0.0);
        for tick in 0..5760u32 {
            let start_s = f64::from(tick) * tick_s;
            fleet.advance(start_s + 0.5 * tick_s);
            if tick % 20 == 0 {
                let wanted = [5, 30, 12, 60, 3][(tick / 20 % 5) as usize];
                fleet.set_desired(wanted, start_s + tick_s);
            }
            for node in fleet.nodes() {
                let kind = &scenario.node_types[node.kind as usize];
                by_node_usd += kind.usd_per_hour * tick_s / 3600.0;
            }
            by_rate_usd += fleet.nodes_usd_per_hour() * tick_s / 3600.0;
            meter.tick(fleet.paid_nodes_by_type(), MarketTick::default(), 0.0, 0.0);
        }
        let billed = meter.finish(None)[Resource::Nodes as usize];
        assert!(billed > 10.0);
        assert!(
            (billed - by_node_usd).abs() < 0.005,
            "{billed} {by_node_usd}"
        );
        assert!(
            (billed - by_rate_usd).abs() < 0.005,
            "{billed} {by_rate_usd}"
        );
    }
}

/// From large on each size has twice the processors, and a family a fixed amount of memory for each.
#[test]
fn sizes_of_the_price_book_follow_the_families() {
    let instances = PriceBook::CURRENT.instances;
    assert!(instances.len() >= 60);
    for instance in instances {
        let (family, size) = instance.name.split_once('.').expect("family and size");
        let vcpus = match size {
            "large" => 2,
            "xlarge" => 4,
            size => {
                4 * size
                    .strip_suffix("xlarge")
                    .and_then(|n| n.parse().ok())
                    .unwrap_or(0)
            }
        };
        let gib_per_vcpu = match family.as_bytes()[0] {
            b'c' => 2.0,
            b'r' => 8.0,
            _ => 4.0,
        };
        assert_eq!(instance.vcpus, vcpus, "{}", instance.name);
        assert_eq!(
            instance.memory_gib,
            gib_per_vcpu * f64::from(vcpus),
            "{}",
            instance.name
        );
    }
}

/// Nodes of a busy service that expire take their pods with them: the bad requests are blamed on that.
#[test]
fn requests_lost_to_an_eviction_are_blamed_on_it() {
    let provisioner = karpenter(&["c6i.xlarge"], json!({"expire_after_hours": 4.0}));
    let scenario = scenario_with(provisioner, |document| {
        document["autoscaler"] = json!({"kind": "static", "replicas": 2});
        document["service"]["queue_limit"] = json!(20);
    });
    let document = scenario.document().clone();
    let prepared = Prepared::new(Plan::single(&document)).expect("sound");
    let shard = Shard {
        first_design: 0,
        designs: 1,
        first_replication: 0,
        replications: 1,
    };
    let result = prepared.run_shard(shard).results.remove(0);
    let success = &result.objectives[0];
    let evicted = success.bad_by_cause[Cause::Eviction as usize];
    // Both pods are on one node, which expires after two hours and again four later: each time 120 s without any.
    assert!(evicted > 100.0, "{success:?}");
    assert!(evicted > 0.9 * success.bad(), "{success:?}");
}

/// The log of a replication holds the decisions about nodes among those about replicas, in order of time.
#[test]
fn decisions_about_nodes_are_in_the_log() {
    let provisioner = karpenter(&["c6i.large", "c6i.xlarge", "c6i.2xlarge"], json!({}));
    let scenario = scenario_with(provisioner, |document| {
        document["traffic"]["source"]["daily"] =
            json!({"kind": "sine", "amplitude": 0.9, "peak_hour": 3.0});
        document["autoscaler"] = json!({"kind": "hpa", "min_replicas": 1, "max_replicas": 20, "metrics": [
            {"kind": "pods", "signal": "requests_per_second", "average_value": 8.0}
        ]});
    });
    let setup = Setup::new(scenario, false, None);
    let filter = LogFilter {
        from_s: 0.0,
        to_s: 6.0 * 3600.0,
        changes_only: false,
        most: 100_000,
    };
    let request = ReplayRequest {
        replication: 0,
        filter,
        most_ticks: 0,
    };
    let decisions = replay(&setup, 1, &request).decisions;
    assert!(decisions.is_sorted_by(|a, b| a.at_s <= b.at_s));
    let karpenter: Vec<&Decision> = decisions
        .iter()
        .filter(|d| d.controller == "Karpenter")
        .collect();
    let has = |rule: Rule| karpenter.iter().any(|decision| decision.rule == rule);
    assert!(has(Rule::PendingPods) && has(Rule::Consolidation) && has(Rule::InUse));
    assert!(karpenter.iter().all(|decision| !decision.why.is_empty()));
}
