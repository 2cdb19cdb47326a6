//! Pools under Karpenter.

use super::*;

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
