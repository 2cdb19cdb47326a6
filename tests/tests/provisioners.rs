//! The autoscalers of nodes, held against cases worked out by hand.

#[path = "provisioners/cluster_autoscaler.rs"]
mod cluster_autoscaler;
#[path = "provisioners/karpenter.rs"]
mod karpenter;

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
use sim_core::study::{Plan, Prepared};
use std::collections::BTreeSet;
use tests::base::base;
use tests::runs::first;

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
    let shard = first(1);
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
