//! Spot nodes and commitments against closed forms, arithmetic by hand and recorded traces.

#[path = "spot/traces.rs"]
mod traces;

use serde_json::{Value, json};
use sim_core::cost::Resource;
use sim_core::fleet::Fleet;
use sim_core::fleet::spot::hazard_per_hour;
use sim_core::import::{SpotTraceOptions, spot_trace};
use sim_core::scenario::check;
use sim_core::scenario::document::{PlaneKind, ScenarioDocument};
use sim_core::slo::Cause;
use sim_core::study::{Figure, ReplicationResult};
use std::path::PathBuf;
use tests::base::base;
use tests::runs::{market, report, run};

/// Twenty nodes of one replica each, with room for as many again.
fn fleet_of(nodes: u32, spot: Value) -> ScenarioDocument {
    let mut document = base();
    let mut value = serde_json::to_value(&document).expect("JSON");
    value["autoscaler"] = json!({"kind": "static", "replicas": nodes});
    value["service"]["pod"]["cpu_request_millicores"] = json!(4000);
    value["fleet"]["min_nodes"] = json!(0);
    if !spot.is_null() {
        value["fleet"]["spot"] = spot;
    }
    document = serde_json::from_value(value).expect("a document");
    document.run.warm_up_minutes = 0;
    document
}

/// All nodes spot, in one pool that never changes as a whole.
fn one_pool(changes: &[(&str, Value)]) -> Value {
    let pool = json!({
        "name": "a", "discount_percent": 60, "monthly_interruption_percent": 0
    });
    let mut spot = json!({
        "on_demand_base": 0, "spot_share_percent": 100, "fallback_percent": 100, "pools": [pool]
    });
    for (path, value) in changes {
        tests::fixture::set(&mut spot, path, value.clone());
    }
    spot
}

fn cost(result: &ReplicationResult, resource: Resource) -> f64 {
    let costs = result.costs();
    let found = costs.iter().find(|(other, _)| *other == resource);
    found.expect("listed").1
}

/// Twenty nodes at a constant hazard are reclaimed λ·N·T times, a Poisson number: of sixty windows within four standard
/// deviations of the mean. A replacement is there a minute after the warning, a twenty-thousandth of a life.
#[test]
fn interruptions_are_poisson() {
    let spot = one_pool(&[("/pools/0/monthly_interruption_percent", json!(90))]);
    let mut document = fleet_of(20, spot);
    document.slo.window_days = 10.0;
    document.run.tick_s = 60;
    document.traffic = serde_json::from_value(json!({
        "source": {"kind": "model", "base_rps": 1, "daily": {"kind": "flat"}, "weekday_weights": [1, 1, 1, 1, 1, 1, 1]}
    }))
    .expect("traffic");
    let results = run(&document, 60);
    let counts: Vec<f64> = results.iter().map(|r| market(r).interruptions()).collect();
    let mean = counts.iter().sum::<f64>() / 60.0;
    let expected = hazard_per_hour(0.9) * 20.0 * 240.0;
    assert!((expected - 15.14).abs() < 0.01, "{expected}");
    let allowed = 4.0 * (expected / 60.0).sqrt();
    assert!(
        (mean - expected).abs() < allowed,
        "{mean} {expected} ± {allowed}"
    );
    // Its variance is its mean; that of a sample of 60 strays by √(2/59) of it, and a little for its own spread.
    let variance = counts.iter().map(|c| (c - mean) * (c - mean)).sum::<f64>() / 59.0;
    assert!(
        (variance / expected - 1.0).abs() < 4.0 * (2.1_f64 / 59.0).sqrt(),
        "{variance}"
    );
}

/// Ten nodes: two on demand, of the other eight 75 % spot. Node 0.2 USD/h, spot 0.08, committed 0.123; 730 h a month.
#[test]
fn the_bill_by_hand() {
    let spot = one_pool(&[
        ("/on_demand_base", json!(2)),
        ("/spot_share_percent", json!(75)),
    ]);
    let mut document = fleet_of(10, spot);
    let bill = |document: &ScenarioDocument| {
        let result = run(document, 1).remove(0);
        [
            Resource::OnDemandNodes,
            Resource::SpotNodes,
            Resource::CommittedNodes,
            Resource::UnusedCommitment,
        ]
        .map(|resource| (cost(&result, resource) * 100.0).round() / 100.0)
    };
    // 4 · 0.2 · 730 and 6 · 0.08 · 730.
    assert_eq!(bill(&document), [584.0, 350.4, 0.0, 0.0]);
    let commit = |document: &mut ScenarioDocument, nodes: f64| {
        document.fleet.commitments = Some(
            serde_json::from_value(json!({"nodes": nodes, "term": "one_year_no_upfront"}))
                .expect("a commitment"),
        );
    };
    // 3 of the 4 committed: 1 · 0.2 · 730, and 3 · 0.123 · 730.
    commit(&mut document, 3.0);
    assert_eq!(bill(&document), [146.0, 350.4, 269.37, 0.0]);
    // 6.5 committed, 4 used: 4 · 0.123 · 730 and 2.5 · 0.123 · 730 = 224.475.
    commit(&mut document, 6.5);
    let [on_demand, spot, committed, unused] = bill(&document);
    assert_eq!((on_demand, spot, committed), (0.0, 350.4, 359.16));
    assert!((unused - 224.475).abs() < 0.006, "{unused}");
    // A discount on nodes holds for what is on demand, not for spot and commitments.
    document.prices.node_discount_percent = 10.0;
    commit(&mut document, 3.0);
    assert_eq!(bill(&document), [131.4, 350.4, 269.37, 0.0]);
    // What it would cost on demand: 10 · 0.18 · 730.
    let all = market(&run(&document, 1)[0]).all_on_demand_usd_per_month;
    assert!((all - 1314.0).abs() < 1e-6, "{all}");
}

/// Nodes that are never reclaimed are nodes on demand: the same requests, replicas, nodes, to the last bit; only cheaper.
#[test]
fn spot_that_is_never_reclaimed_is_on_demand_but_cheaper() {
    let mut document = sim_core::scenario::templates::template("kubernetes-slo-driven")
        .map(|template| serde_json::from_str::<ScenarioDocument>(template.json).expect("JSON"))
        .expect("the first template");
    document.slo.window_days = 2.0;
    document.sweep.clear();
    let on_demand = run(&document, 2);
    document.fleet.spot = Some(
        serde_json::from_value(one_pool(&[("/spot_share_percent", json!(70))])).expect("spot"),
    );
    let spot = run(&document, 2);
    for (spot, on_demand) in spot.iter().zip(&on_demand) {
        assert_eq!(spot.objectives, on_demand.objectives);
        assert_eq!(spot.fates, on_demand.fates);
        assert_eq!(spot.series, on_demand.series);
        for (index, info) in sim_core::study::FIGURES.iter().enumerate() {
            let (spot, on_demand) = (spot.figures[index], on_demand.figures[index]);
            let holds = match info.key {
                "cost_per_month" | "cost_per_million_requests" => spot < on_demand,
                // Node-hours are added up by type: the last bit may differ.
                "node_hours" | "node_allocation" => (spot / on_demand - 1.0).abs() < 1e-12,
                _ => spot == on_demand,
            };
            assert!(holds, "{}: {spot} {on_demand}", info.key);
        }
        assert!(market(spot).spot_share() > 0.4);
    }
}

/// The market changes nothing for others: the same arrivals, and the same start-ups of pods that are asked for.
#[test]
fn the_market_has_its_own_luck() {
    let quiet = one_pool(&[]);
    let wild = one_pool(&[
        ("/pools/0/monthly_interruption_percent", json!(99)),
        (
            "/pools/0/reclaims",
            json!({"per_month": 300, "nodes_percent": 50, "mean_unavailable_minutes": 20}),
        ),
        ("/recovery_s", json!(30)),
    ]);
    let scenario = |spot| {
        let mut document = fleet_of(10, spot);
        let mut value = serde_json::to_value(&document).expect("JSON");
        value["service"]["pod"]["cpu_request_millicores"] = json!(500);
        value["service"]["pod"]["startup_s"] = json!({"kind": "lognormal", "mean": 40, "cv": 0.5});
        document = serde_json::from_value(value).expect("a document");
        document
    };
    let (quiet, wild) = (scenario(quiet), scenario(wild));
    let requests = |document| run(document, 1)[0].figure(Figure::Requests);
    assert_eq!(requests(&quiet), requests(&wild));
    let startups = |document: &ScenarioDocument| {
        let scenario = check(document).expect("sound");
        let mut fleet = Fleet::new(&scenario, 60, 1, 0, 0);
        let mut found = Vec::new();
        for step in 1..60_u32 {
            let now_s = f64::from(step) * 1800.0;
            fleet.advance(now_s);
            // One replica less makes room for the one more that is then asked for.
            fleet.set_desired(50, now_s);
            fleet.advance(now_s + 400.0);
            let before: Vec<_> = fleet.placed_pods().copied().collect();
            fleet.set_desired(51, now_s + 400.0);
            let new = fleet.placed_pods().find(|pod| !before.contains(pod));
            found.push(new.map(|pod| pod.ready_s - pod.started_s));
        }
        (found, fleet.reclaimed_nodes().iter().sum::<u32>())
    };
    let ((quiet, none), (wild, many)) = (startups(&quiet), startups(&wild));
    assert_eq!(none, 0);
    assert!(many > 20, "{many}");
    // Where the new pod found a node at once, it took the same time to start in both.
    let pairs = quiet.iter().zip(&wild);
    let both: Vec<_> = pairs.filter_map(|(a, b)| (*a).zip(*b)).collect();
    let same = both.iter().filter(|(a, b)| (a - b).abs() < 1e-9).count();
    assert!(
        both.len() > 40 && same as f64 > 0.8 * both.len() as f64,
        "{same} of {}",
        both.len()
    );
}

/// A warning that is heeded loses nothing; one that is not loses what each replica had in service, by Little's law load ×
/// slots, and in both planes. The cause is the eviction.
#[test]
fn what_a_node_holds_is_lost_without_a_drain() {
    let spot = |on_notice: &str| {
        one_pool(&[
            (
                "/pools/0/reclaims",
                json!({"per_month": 1000, "nodes_percent": 10, "mean_unavailable_minutes": 0.1}),
            ),
            ("/on_notice", json!(on_notice)),
        ])
    };
    let with = |on_notice: &str, plane: PlaneKind| {
        let mut document = fleet_of(20, spot(on_notice));
        document.slo.window_days = 1.0;
        document.run.plane = plane;
        let mut value = serde_json::to_value(&document).expect("JSON");
        value["traffic"]["source"]["base_rps"] = json!(40);
        value["service"]["service_time_ms"]["mean"] = json!(1000);
        value["traffic"]["over_dispersion"] = json!(0);
        document = serde_json::from_value(value).expect("a document");
        run(&document, 4)
    };
    let lost = |result: &ReplicationResult| result.fates[4];
    for plane in [PlaneKind::Fluid, PlaneKind::Requests] {
        let drained = with("drain", plane);
        assert!(drained.iter().all(|result| lost(result) == 0.0));
        assert!(
            drained
                .iter()
                .all(|result| market(result).interruptions() > 0.0)
        );
        let ignored = with("ignore", plane);
        let kills: f64 = ignored.iter().map(|r| market(r).interruptions()).sum();
        let sum: f64 = ignored.iter().map(lost).sum();
        // 40/s · 1 s on 20 replicas: two requests in service at each.
        let expected = 2.0 * kills;
        // In service at one replica: about Poisson, at most its four slots; four standard deviations of the sum.
        let allowed = 4.0 * expected.sqrt();
        assert!(
            (sum - expected).abs() < allowed,
            "{plane:?}: {sum} {expected} ± {allowed}"
        );
        for result in &ignored {
            let objective = &result.objectives[0];
            let evicted = objective.bad_by_cause[Cause::Eviction as usize];
            assert!(evicted >= 0.999 * lost(result), "{objective:?}");
            assert!((market(result).lost - lost(result)).abs() < 1e-6);
        }
    }
}

/// No capacity, ever: with a full fallback all nodes are on demand, with none there is no node.
#[test]
fn the_fallback_stands_in() {
    let never = json!({"gap_s": 600, "available": [0]});
    let with = |fallback: f64| {
        let spot = one_pool(&[
            ("/pools/0/trace", never.clone()),
            ("/fallback_percent", json!(fallback)),
        ]);
        run(&fleet_of(10, spot), 1).remove(0)
    };
    let (full, half, none) = (with(100.0), with(50.0), with(0.0));
    let nodes = |result: &ReplicationResult| market(result).fallback_hours / 6.0;
    for (found, expected) in [(&full, 10.0), (&half, 5.0), (&none, 0.0)] {
        assert!((nodes(found) - expected).abs() < 1e-9, "{}", nodes(found));
    }
    let on_demand = run(&fleet_of(10, Value::Null), 1).remove(0);
    assert_eq!(full.objectives, on_demand.objectives);
    assert!((full.figures[0] - on_demand.figures[0]).abs() < 1e-9);
    assert!(!none.met());
    assert_eq!(none.figure(Figure::MeanReplicas), 0.0);
    // Nobody is out of nodes: they wait for spot.
    assert_eq!(
        none.objectives[0].bad_by_cause[Cause::NodeLimit as usize],
        0.0
    );
}

/// An hour with capacity, an hour without, six hours: half of the node-hours are spot, less the two retries of an hour
/// without, and what provisioning and draining add.
#[test]
fn a_trace_is_followed_and_fallback_nodes_go_back_to_spot() {
    let trace =
        json!({"gap_s": 3600, "available": [1, 0], "usd_per_hour": [0.05, 0.09], "start": "first"});
    let spot = one_pool(&[
        ("/pools/0/trace", trace),
        ("/retry_spot_after_s", json!(60)),
    ]);
    let document = fleet_of(10, spot);
    for result in run(&document, 2) {
        let market = market(&result);
        // Three times capacity ends within the window: the second and third time all nodes are spot again.
        assert_eq!(market.reclaimed, [30]);
        // 10 nodes for three hours; 120 s of notice each time; from the second hour with capacity on a new node
        // runs after its 60 s of provisioning, and is paid for from the start of that.
        let hours = market.pool_hours[0];
        let expected = 10.0 * 3.0 + 30.0 * 120.0 / 3600.0;
        assert!((hours - expected).abs() < 0.6, "{hours} {expected}");
        // 0.05 while there is capacity, 0.09 in the two minutes of the notice.
        let usd = cost(&result, Resource::SpotNodes) * 6.0 / 730.0;
        let expected = 0.05 * (hours - 1.0) + 0.09;
        assert!((usd - expected).abs() < 0.02, "{usd} {expected}");
        // Replaced before they go, ten nodes lose nothing.
        assert_eq!(result.fates[4], 0.0);
        assert!(result.met(), "{:?}", result.objectives);
    }
}

/// Ten nodes in one pool, or in five: the same number is reclaimed, and fewer at once. One pool takes 10 nodes a time, five
/// take 2 each, so the variance of the number within a time is a fifth (a sum of Poisson events, size² × rate).
#[test]
fn diversification_spreads_the_loss() {
    let pools = |count: u32| -> Vec<Value> {
        (0..count)
            .map(|index| {
                json!({
                    "name": format!("zone {index}"), "discount_percent": 60,
                    "monthly_interruption_percent": 0,
                    "reclaims": {"per_month": 100, "nodes_percent": 100, "mean_unavailable_minutes": 0.1}
                })
            })
            .collect()
    };
    let variance_and_mean = |count: u32| {
        let spot = one_pool(&[
            ("/pools", json!(pools(count))),
            ("/allocation", json!("diversified")),
        ]);
        let scenario = check(&fleet_of(10, spot)).expect("sound");
        let mut losses = Vec::new();
        for replication in 0..20 {
            let mut fleet = Fleet::new(&scenario, 10, 1, replication, 0);
            let mut before = 0;
            for hour in 1..=1000_u32 {
                fleet.advance(3600.0 * f64::from(hour));
                let now: u32 = fleet.reclaimed_nodes().iter().sum();
                losses.push(f64::from(now - before));
                before = now;
            }
        }
        let n = losses.len() as f64;
        let mean = losses.iter().sum::<f64>() / n;
        let variance = losses.iter().map(|l| (l - mean) * (l - mean)).sum::<f64>() / (n - 1.0);
        (variance, mean)
    };
    let ((one, mean_of_one), (five, mean_of_five)) = (variance_and_mean(1), variance_and_mean(5));
    // 20,000 hours at 100/730 events an hour of ten nodes: the mean's standard error is 10·√(0.137/20000).
    let allowed = 4.0 * 10.0 * (100.0 / 730.0 / 20_000.0_f64).sqrt();
    let expected = 1000.0 / 730.0;
    assert!(
        (mean_of_one - expected).abs() < allowed,
        "{mean_of_one} {expected} ± {allowed}"
    );
    assert!(
        (mean_of_five - expected).abs() < allowed,
        "{mean_of_five} {expected} ± {allowed}"
    );
    let ratio = five / one;
    assert!((0.15..0.27).contains(&ratio), "{ratio}");
}

/// The commitment that the report finds is the cheapest of all, and what it says of a level is what a run there costs.
#[test]
fn the_best_commitment_is_the_cheapest_of_all() {
    let mut document = sim_core::scenario::templates::template("kubernetes-slo-driven")
        .map(|template| serde_json::from_str::<ScenarioDocument>(template.json).expect("JSON"))
        .expect("the first template");
    document.slo.window_days = 2.0;
    document.sweep.clear();
    let with = |nodes: u32| {
        let mut document = document.clone();
        document.fleet.commitments = Some(
            serde_json::from_value(json!({"nodes": nodes, "term": "one_year_all_upfront"}))
                .expect("a commitment"),
        );
        report(&document, 3)
    };
    let commitment = with(0).commitment.expect("a commitment");
    let costs: Vec<f64> = (0..commitment.usd_per_month.len() as u32)
        .map(|nodes| {
            let report = with(nodes);
            let of = |cost: &&sim_core::study::CostReport| {
                matches!(
                    cost.resource,
                    Resource::OnDemandNodes | Resource::CommittedNodes | Resource::UnusedCommitment
                )
            };
            let costs = report.costs.iter().filter(of);
            costs.map(|cost| cost.usd_per_month.mean).sum()
        })
        .collect();
    for (found, said) in costs.iter().zip(&commitment.usd_per_month) {
        assert!((found - said).abs() < 1e-6 * found, "{found} {said}");
    }
    let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
    let best = costs[commitment.best_nodes as usize];
    assert!(best <= least + 1e-9, "{best} {least}");
    assert!(commitment.best_nodes > 0);
    // One node more or less costs more, so it is no accident.
    assert!(costs[commitment.best_nodes as usize + 1] > best);
    assert!(costs[commitment.best_nodes as usize - 1] > best);
}

/// Over-eager spot: the more of the nodes are spot, without warning or fallback, the more clients try again, and the fewer
/// get an answer.
#[test]
fn over_eager_spot_amplifies_retries() {
    let with = |share: f64| {
        let spot = one_pool(&[
            (
                "/pools/0/reclaims",
                json!({"per_month": 900, "nodes_percent": 100, "mean_unavailable_minutes": 20}),
            ),
            ("/on_notice", json!("ignore")),
            ("/fallback_percent", json!(0)),
            ("/spot_share_percent", json!(share)),
        ]);
        let mut value = serde_json::to_value(fleet_of(10, spot)).expect("JSON");
        value["traffic"]["source"]["base_rps"] = json!(30);
        value["service"]["service_time_ms"]["mean"] = json!(500);
        value["service"]["queue_limit"] = json!(5);
        value["service"]["retries"] =
            json!({"max_attempts": 3, "backoff_ms": 200, "multiplier": 2, "jitter": "full"});
        value["run"]["plane"] = json!("requests");
        let results = run(&serde_json::from_value(value).expect("a document"), 3);
        let mean = |figure: &dyn Fn(&ReplicationResult) -> f64| {
            results.iter().map(figure).sum::<f64>() / results.len() as f64
        };
        let good = mean(&|result| result.objectives[0].good_fraction());
        (mean(&|result| market(result).retries_per_request), good)
    };
    let found = [0.0, 50.0, 100.0].map(with);
    // 15 of 40 slots busy: without spot hardly anybody tries again.
    assert!(found[0].0 < 1e-3 && found[0].1 > 0.999, "{found:?}");
    assert!(
        found.is_sorted_by(|a, b| a.0 <= b.0 && a.1 >= b.1),
        "{found:?}"
    );
    assert!(found[2].0 > 0.1 && found[2].1 < 0.95, "{found:?}");
}

#[test]
fn recovery_delays_replicas_of_reclaimed_nodes_only() {
    let with = |recovery_s: f64| {
        let spot = one_pool(&[
            (
                "/pools/0/reclaims",
                json!({"per_month": 200, "nodes_percent": 50, "mean_unavailable_minutes": 1}),
            ),
            ("/recovery_s", json!(recovery_s)),
        ]);
        let scenario = check(&fleet_of(10, spot)).expect("sound");
        let mut fleet = Fleet::new(&scenario, 10, 1, 0, 0);
        let mut startups = Vec::new();
        for step in 1..2000_u32 {
            fleet.advance(60.0 * f64::from(step));
            let starting = fleet.placed_pods().filter(|pod| pod.started_s > 0.0);
            startups.extend(starting.map(|pod| pod.ready_s - pod.started_s));
        }
        let mean = startups.iter().sum::<f64>() / startups.len() as f64;
        (mean, startups.len())
    };
    let ((plain, n), (slow, _)) = (with(0.0), with(45.0));
    assert!(n > 100);
    // 60 s for the node, 20 s for the pod, and 45 s for its state.
    assert!((plain - 80.0).abs() < 0.5, "{plain}");
    assert!((slow - 125.0).abs() < 0.5, "{slow}");
}
