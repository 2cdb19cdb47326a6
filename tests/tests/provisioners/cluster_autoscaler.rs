//! Groups under the Cluster Autoscaler.

use super::*;

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
