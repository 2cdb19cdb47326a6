//! Whatever is done to a fleet: pods are conserved, capacity is kept, budgets are kept, and what is due is done.

use proptest::prelude::*;
use sim_core::fleet::{Fleet, MAX_PODS_PER_NODE, NodeState, NodeView, Size};
use sim_core::scenario::document::{
    BudgetDocument, BudgetHoursDocument, BudgetLimitDocument, ConsolidationPolicy, DaysDocument,
    KarpenterDocument, ProvisionerDocument, ScenarioDocument,
};
use sim_core::scenario::{Scenario, check};
use std::collections::BTreeMap;
use tests::arbitrary;

/// Something that happens to a fleet.
#[derive(Clone, Debug)]
enum Step {
    Want(u32),
    /// The clock goes on, and the fleet is not told until the next thing happens, as within a tick.
    Pass(f64),
    Wait(f64),
    Evict(u32, u32),
    Restart(u32, u32),
    Request(Size),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..60_u32).prop_map(Step::Want),
        3 => (1.0..30.0_f64).prop_map(Step::Pass),
        6 => (1.0..2000.0_f64).prop_map(Step::Wait),
        1 => (0..20_u32, 1..4_u32).prop_map(|(most, every)| Step::Evict(most, every)),
        1 => (0..20_u32, 1..4_u32).prop_map(|(most, every)| Step::Restart(most, every)),
        1 => (1..4000_u32, 1..8000_u32)
            .prop_map(|(millicores, mib)| Step::Request(Size { millicores, mib })),
    ]
}

/// A random scenario that the checker takes.
fn checked(mut document: ScenarioDocument) -> Option<Scenario> {
    document.sweep.clear();
    check(&document).ok()
}

/// What must be true at any moment.
fn is_consistent(fleet: &Fleet, scenario: &Scenario) {
    let mut on_nodes: BTreeMap<u32, BTreeMap<Size, u32>> = BTreeMap::new();
    let mut placed = 0;
    for pod in fleet.placed_pods() {
        placed += 1;
        *on_nodes
            .entry(pod.node)
            .or_default()
            .entry(pod.size)
            .or_default() += 1;
    }
    assert_eq!(fleet.ready() + fleet.not_ready(), fleet.desired());
    assert_eq!(placed + fleet.pending(), fleet.desired() + fleet.leaving());
    assert!(fleet.ready() <= fleet.desired());
    let by_size: u32 = fleet
        .pod_ages()
        .ready_by_size()
        .iter()
        .map(|(_, n)| n)
        .sum();
    let by_age: u32 = fleet
        .pod_ages()
        .groups_youngest_first()
        .map(|g| g.count)
        .sum();
    assert_eq!((by_size, by_age), (fleet.ready(), fleet.ready()));
    let ages: Vec<f64> = fleet
        .pod_ages()
        .groups_youngest_first()
        .map(|group| group.ready_s)
        .collect();
    assert!(ages.is_sorted_by(|a, b| a >= b), "{ages:?}");
    let mut by_type = vec![0; scenario.node_types.len()];
    for node in fleet.nodes() {
        by_type[node.kind as usize] += u32::from(!node.is_wanting);
        let pods: BTreeMap<Size, u32> = node.pods.iter().copied().collect();
        assert_eq!(pods.len(), node.pods.len(), "no size twice");
        assert_eq!(on_nodes.remove(&node.place).unwrap_or_default(), pods);
        let used =
            |part: fn(Size) -> u32| -> u32 { pods.iter().map(|(size, n)| part(*size) * n).sum() };
        let (cpu, memory) = (used(|size| size.millicores), used(|size| size.mib));
        assert_eq!(cpu + node.room.millicores, node.allocatable.millicores);
        assert_eq!(memory + node.room.mib, node.allocatable.mib);
        assert!(pods.values().sum::<u32>() <= MAX_PODS_PER_NODE);
        if node.state == NodeState::Draining {
            assert!(pods.is_empty());
        }
    }
    assert!(
        on_nodes.is_empty(),
        "pods on nodes that are gone: {on_nodes:?}"
    );
    assert_eq!(by_type, fleet.paid_nodes_by_type());
    assert_eq!(by_type.iter().sum::<u32>(), fleet.paid_nodes());
    let is_going = |node: &NodeView<'_>| node.state == NodeState::Cordoned;
    let going = match &scenario.spot {
        Some(_) => fleet.nodes().filter(is_going).count() as u32,
        None => 0,
    };
    assert!(fleet.paid_nodes() - going <= scenario.document().fleet.max_nodes);
    assert!(!fleet.is_out_of_nodes() || fleet.pending() > 0);
}

fn play(fleet: &mut Fleet, step: &Step, now_s: &mut f64) {
    let one_of = |every: u32| {
        let mut count = 0;
        move || {
            count += 1;
            count % every == 0
        }
    };
    match *step {
        Step::Want(replicas) => fleet.set_desired(replicas, *now_s),
        Step::Pass(seconds) => *now_s += seconds,
        Step::Wait(seconds) => {
            *now_s += seconds;
            fleet.advance(*now_s);
        }
        Step::Evict(most, every) => {
            let mut pick = one_of(every);
            fleet.evict(most, *now_s, |_| pick());
        }
        Step::Restart(most, every) => {
            let mut pick = one_of(every);
            fleet.restart_ready(most, *now_s, |_| pick());
        }
        Step::Request(size) => fleet.set_pod_request(size),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pods_are_conserved_and_capacity_is_kept(
        document in arbitrary::document(),
        provisioner in proptest::option::weighted(0.5, arbitrary::provisioner()),
        replicas in 0..40_u32,
        steps in proptest::collection::vec(step(), 1..60),
    ) {
        let mut document = document;
        if let Some(ProvisionerDocument::ClusterAutoscaler(autoscaler)) = &provisioner {
            let fewest: u32 = autoscaler.groups.iter().map(|group| group.min_nodes).sum();
            document.fleet.max_nodes += fewest;
        }
        let spot = document.fleet.spot.take();
        document.fleet.provisioner = match (&spot, provisioner) {
            (None, Some(provisioner)) => Some(arbitrary::on_demand_only(provisioner)),
            (_, provisioner) => provisioner,
        };
        document.fleet.spot = match document.fleet.provisioner {
            Some(_) => spot.map(arbitrary::without_prices),
            None => spot,
        };
        let Some(scenario) = checked(document) else {
            return Ok(());
        };
        let mut fleet = Fleet::new(&scenario, replicas, 1, 0, 0);
        fleet.log_decisions();
        is_consistent(&fleet, &scenario);
        let (mut now_s, mut told_s) = (0.0, 0.0);
        for step in &steps {
            let before: Vec<_> = fleet.placed_pods().map(|pod| pod.started_s).collect();
            play(&mut fleet, step, &mut now_s);
            is_consistent(&fleet, &scenario);
            // Nothing happens before what it answers to.
            let news = fleet.placed_pods().map(|pod| pod.started_s);
            for started_s in news.filter(|started_s| !before.contains(started_s)) {
                prop_assert!(started_s >= told_s && started_s <= now_s, "{started_s} {told_s}");
            }
            if !matches!(step, Step::Pass(_) | Step::Request(_)) {
                told_s = now_s;
            }
            let decisions = fleet.take_decisions();
            prop_assert!(decisions.is_sorted_by(|a, b| a.at_s <= b.at_s));
        }
    }

    /// Advancing in one go or in many small steps is the same: everything has its own time.
    #[test]
    fn the_length_of_the_steps_does_not_matter(
        document in arbitrary::document(),
        provisioner in arbitrary::provisioner(),
        wants in proptest::collection::vec((0..40_u32, 10.0..3000.0_f64), 1..12),
    ) {
        let mut document = document;
        document.fleet.provisioner = Some(arbitrary::on_demand_only(provisioner));
        document.fleet.spot = None;
        document.fleet.max_nodes += 100;
        let Some(scenario) = checked(document) else {
            return Ok(());
        };
        let mut coarse = Fleet::new(&scenario, 5, 1, 0, 0);
        let mut fine = coarse.clone();
        let mut now_s = 0.0;
        for (replicas, wait_s) in wants {
            coarse.set_desired(replicas, now_s);
            fine.set_desired(replicas, now_s);
            for part in 1..=7 {
                fine.advance(now_s + wait_s * f64::from(part) / 7.0);
            }
            now_s += wait_s;
            coarse.advance(now_s);
            fine.advance(now_s);
            let look = |fleet: &Fleet| {
                let pods: Vec<_> = fleet.placed_pods().copied().collect();
                (fleet.ready(), fleet.pending(), fleet.paid_nodes_by_type().to_vec(), pods)
            };
            prop_assert_eq!(look(&coarse), look(&fine));
        }
    }

    /// Without expiry, Karpenter never disrupts more nodes than its budget; and in the end all pods serve.
    #[test]
    fn disruption_keeps_within_its_budget(
        most in 0..4_u32,
        percent in 0..60_u32,
        by_count in any::<bool>(),
        wants in proptest::collection::vec((1..60_u32, 30.0..1500.0_f64), 1..15),
        consolidate_after_s in prop_oneof![Just(0), 0..600_u32],
    ) {
        let scenario = karpenter(|karpenter| {
            karpenter.consolidate_after_s = consolidate_after_s;
            karpenter.budgets[0].most = if by_count {
                BudgetLimitDocument::Count { nodes: most }
            } else {
                BudgetLimitDocument::Percent { percent: f64::from(percent) }
            };
        });
        let mut fleet = Fleet::new(&scenario, 20, 1, 0, 0);
        let (mut now_s, mut before) = (0.0, 0);
        for (replicas, wait_s) in wants {
            fleet.set_desired(replicas, now_s);
            let end_s = now_s + wait_s;
            while now_s < end_s {
                // Half a second: between two looks at the nodes at most one thing is decided.
                let total = fleet.nodes().filter(|node| node.state != NodeState::Coming).count() as u32;
                now_s += 0.5;
                fleet.advance(now_s);
                let now = fleet
                    .nodes()
                    .filter(|node| matches!(node.state, NodeState::Cordoned | NodeState::Draining))
                    .count() as u32;
                let allowed = if by_count { most } else { (percent * (total + 1)).div_ceil(100) };
                prop_assert!(now <= before || now <= allowed, "{now} of {total}, {allowed} allowed");
                before = now;
            }
        }
        fleet.advance(now_s + 20_000.0);
        prop_assert_eq!((fleet.ready(), fleet.pending()), (fleet.desired(), 0));
    }

    /// From whatever state: when the hours in which nothing may be disrupted end, the price falls and no pod is lost.
    #[test]
    fn consolidation_lowers_the_price_and_loses_no_pod(
        wants in proptest::collection::vec((0..80_u32, 600.0..4000.0_f64), 1..8),
        when_empty in any::<bool>(),
    ) {
        let scenario = karpenter(|karpenter| {
            if when_empty {
                karpenter.consolidation = ConsolidationPolicy::WhenEmpty;
            }
            karpenter.budgets = vec![BudgetDocument {
                most: BudgetLimitDocument::Count { nodes: 0 },
                reasons: vec![],
                hours: Some(BudgetHoursDocument {
                    days: DaysDocument::EveryDay,
                    from_hour: 0.0,
                    to_hour: 12.0,
                }),
            }];
        });
        let warm_up_s = f64::from(scenario.document().run.warm_up_minutes) * 60.0;
        let mut fleet = Fleet::new(&scenario, 10, 1, 0, 0);
        let mut now_s = warm_up_s;
        for (replicas, wait_s) in &wants {
            fleet.set_desired(*replicas, now_s);
            now_s += wait_s;
            fleet.advance(now_s);
        }
        let last = fleet.desired();
        let price = |fleet: &mut Fleet, hour: f64| {
            fleet.advance(warm_up_s + 3600.0 * hour);
            (fleet.ready(), fleet.nodes_usd_per_hour())
        };
        let (before, after) = (price(&mut fleet, 11.99), price(&mut fleet, 23.0));
        prop_assert_eq!((before.0, after.0), (last, last));
        prop_assert!(after.1 <= before.1 + 1e-9, "{after:?} {before:?}");
        if last == 0 {
            prop_assert_eq!(after.1, 0.0);
        }
        let idle = fleet.nodes().filter(|node| node.pods.is_empty()).count();
        prop_assert_eq!(idle, 0);
    }
}

/// Karpenter over a few types; pods of one core and 2 GiB.
fn karpenter(change: impl Fn(&mut KarpenterDocument)) -> Scenario {
    let document = serde_json::json!({
        "instance_types": ["c6i.large", "c6i.xlarge", "c6i.2xlarge", "c6i.4xlarge", "m6i.large", "m6i.2xlarge"]
    });
    let mut karpenter: KarpenterDocument =
        serde_json::from_value(document).expect("a document of Karpenter");
    change(&mut karpenter);
    let mut document = tests::base::base();
    document.service.pod.cpu_request_millicores = 1000;
    document.service.pod.memory_request_mib = 2048;
    document.fleet.min_nodes = 0;
    document.fleet.provisioner = Some(ProvisionerDocument::Karpenter(karpenter));
    check(&document).unwrap_or_else(|problems| panic!("{problems}"))
}
