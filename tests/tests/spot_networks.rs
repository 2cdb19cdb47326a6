//! Spot nodes of several services that call each other: causes and dollars sum, the planes agree, pools are shared.

use serde_json::{Value, json};
use sim_core::cost::Resource;
use sim_core::fleet::Fleet;
use sim_core::scenario::check;
use sim_core::scenario::document::{PlaneKind, ScenarioDocument};
use sim_core::scenario::templates::template;
use sim_core::slo::Cause;
use sim_core::study::{Figure, ReplicationResult};
use sim_core::topology::ComponentKind;
use tests::base::base;
use tests::runs::{market, report, run};

fn cost(result: &ReplicationResult, resource: Resource) -> f64 {
    let costs = result.costs();
    costs
        .iter()
        .filter(|(other, _)| *other == resource)
        .map(|(_, usd)| usd)
        .sum()
}

fn spot(discount_percent: f64, reclaims: Value, on_notice: &str) -> Value {
    let mut pool = json!({
        "name": "a", "discount_percent": discount_percent, "monthly_interruption_percent": 0
    });
    if !reclaims.is_null() {
        pool["reclaims"] = reclaims;
    }
    json!({
        "on_demand_base": 0, "spot_share_percent": 100, "fallback_percent": 100, "on_notice": on_notice,
        "pools": [pool]
    })
}

/// A service on twenty spot nodes calls one on sixteen of its own, one replica a node: 20 requests a second, which are
/// with the first for a second in all, and with the second for 0.8 s of it. So each replica holds one request.
fn two_services(reclaims: &Value, on_notice: &str, plane: PlaneKind) -> ScenarioDocument {
    let mut value = serde_json::to_value(base()).expect("JSON");
    value["traffic"]["source"]["base_rps"] = json!(20);
    value["traffic"]["over_dispersion"] = json!(0);
    value["service"]["service_time_ms"]["mean"] = json!(200);
    value["service"]["timeout_ms"] = json!(60_000);
    value["service"]["cpu_ms_per_request"] = json!(50);
    value["service"]["pod"]["cpu_request_millicores"] = json!(4000);
    value["autoscaler"] = json!({"kind": "static", "replicas": 20});
    value["fleet"]["min_nodes"] = json!(0);
    value["slo"]["window_days"] = json!(1);
    value["slo"]["objectives"][1]["threshold_ms"] = json!(3000);
    let mut stock = json!({
        "kind": "service", "name": "stock",
        "service": value["service"], "autoscaler": {"kind": "static", "replicas": 16},
        "fleet": value["fleet"]
    });
    stock["service"]["service_time_ms"]["mean"] = json!(800);
    stock["fleet"]["spot"] = spot(50.0, reclaims.clone(), on_notice);
    value["fleet"]["spot"] = spot(60.0, reclaims.clone(), on_notice);
    value["topology"] = json!({
        "components": [stock], "calls": [{"from": "service", "to": "stock", "per_request": 1}], "routes": []
    });
    let mut document: ScenarioDocument = serde_json::from_value(value).expect("a document");
    document.run.warm_up_minutes = 0;
    document.run.plane = plane;
    document
}

/// Nodes that are never reclaimed are nodes on demand: the same to the last bit for every component, only cheaper.
#[test]
fn a_network_on_spot_that_is_never_reclaimed_is_on_demand_but_cheaper() {
    let mut document: ScenarioDocument =
        serde_json::from_str(template("online-shop").expect("a template").json).expect("JSON");
    document.slo.window_days = 2.0;
    document.sweep.clear();
    let on_demand = run(&document, 2);
    let quiet = spot(60.0, Value::Null, "ignore");
    document.fleet.spot = Some(serde_json::from_value(quiet).expect("spot"));
    for (spot, on_demand) in run(&document, 2).iter().zip(&on_demand) {
        assert_eq!(spot.objectives, on_demand.objectives);
        assert_eq!(spot.fates, on_demand.fates);
        assert_eq!(spot.series, on_demand.series);
        let components = |result: &ReplicationResult| {
            let network = result.network.as_ref().expect("a network");
            let all = network.components.iter();
            all.map(|c| {
                (
                    c.requests_rps,
                    c.mean_ms,
                    c.p95_ms,
                    c.mean_replicas,
                    c.bad_by_cause.clone(),
                )
            })
            .collect::<Vec<_>>()
        };
        assert_eq!(components(spot), components(on_demand));
        let usd = |result: &ReplicationResult| result.figure(Figure::CostPerMonth);
        assert!(usd(spot) < usd(on_demand));
        assert!((market(spot).spot_share() - 1.0).abs() < 1e-12);
    }
}

/// Twenty nodes at 0.08 USD an hour and sixteen at 0.1: 730 hours a month. All costs sum to the bill.
#[test]
fn the_bill_of_two_services_by_hand() {
    let document = two_services(&Value::Null, "drain", PlaneKind::Fluid);
    let result = run(&document, 1).remove(0);
    let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} {b}");
    near(
        cost(&result, Resource::SpotNodes),
        20.0 * 0.08 * 730.0 + 16.0 * 0.1 * 730.0,
    );
    near(cost(&result, Resource::OnDemandNodes), 0.0);
    near(
        market(&result).all_on_demand_usd_per_month,
        36.0 * 0.2 * 730.0,
    );
    near(market(&result).pool_hours[0], 20.0 * 24.0);
    near(market(&result).pool_hours[1], 16.0 * 24.0);
    let components = &result.network.as_ref().expect("a network").components;
    near(components[0].usd_per_month, 20.0 * 0.08 * 730.0);
    near(components[1].usd_per_month, 16.0 * 0.1 * 730.0);
    let sum: f64 = result.costs().iter().map(|(_, usd)| usd).sum();
    near(sum, result.figure(Figure::CostPerMonth));
}

/// A warning that is heeded loses nothing. One that is not loses what each replica held (one request, by Little's law), at
/// both services and in both planes; the users' requests fail for evictions, which have the blame where they happened; and
/// the planes agree end to end.
#[test]
fn evictions_in_a_network_lose_what_littles_law_says_in_both_planes() {
    let reclaims = json!({"per_month": 1000, "nodes_percent": 10, "mean_unavailable_minutes": 0.1});
    let mut seen = Vec::new();
    for plane in [PlaneKind::Fluid, PlaneKind::Requests] {
        let drained = run(&two_services(&reclaims, "drain", plane), 2);
        for result in &drained {
            assert_eq!(result.fates[4], 0.0);
            assert!(market(result).reclaimed.iter().all(|count| *count > 20));
        }
        let ignored = run(&two_services(&reclaims, "ignore", plane), 4);
        for service in 0..2 {
            let sum =
                |value: &dyn Fn(&ReplicationResult) -> f64| ignored.iter().map(value).sum::<f64>();
            let kills = sum(&|result| f64::from(market(result).reclaimed[service]));
            let evicted = sum(&|result| {
                let network = result.network.as_ref().expect("a network");
                network.components[service].bad_by_cause[0][Cause::Eviction as usize]
            });
            // In service at one replica: about Poisson; four standard deviations of the sum.
            let allowed = 4.0 * kills.sqrt();
            assert!(kills > 150.0, "{kills}");
            assert!(
                (evicted - kills).abs() < allowed,
                "{plane:?} {service}: {evicted} {kills} ± {allowed}"
            );
        }
        for result in &ignored {
            // Users of the main service lose their connection; for those who wait for the other one, it fails.
            let [served, rejected, timed_out, failed, lost] = result.fates;
            assert!(lost > 0.0 && failed > 0.0 && rejected + timed_out < 1e-6);
            let success = &result.objectives[0];
            let bad = lost + failed;
            assert!((success.bad() - bad).abs() < 1e-6 * bad, "{success:?}");
            let evicted = success.bad_by_cause[Cause::Eviction as usize];
            assert!((evicted - bad).abs() < 1e-6 * bad, "{success:?}");
            assert!((success.good_fraction() - (1.0 - bad / (served + bad))).abs() < 1e-9);
            let sum: f64 = result.costs().iter().map(|(_, usd)| usd).sum();
            assert!((sum - result.figure(Figure::CostPerMonth)).abs() < 1e-6);
        }
        let mean = |value: &dyn Fn(&ReplicationResult) -> f64| {
            ignored.iter().map(value).sum::<f64>() / ignored.len() as f64
        };
        let good = mean(&|result| result.objectives[1].good_fraction());
        seen.push((mean(&|result| result.figure(Figure::P95Latency)), good));
    }
    let [(fluid_ms, fluid_good), (requests_ms, requests_good)] = seen[..] else {
        panic!("two planes");
    };
    assert!(
        (fluid_ms / requests_ms - 1.0).abs() < 0.15,
        "{fluid_ms} {requests_ms}"
    );
    assert!(
        (fluid_good - requests_good).abs() < 0.01,
        "{fluid_good} {requests_good}"
    );
}

/// A call that is tried again hides the loss of the first attempt: in both planes hardly any user sees it.
#[test]
fn a_second_attempt_hides_an_eviction_below() {
    let reclaims = json!({"per_month": 1000, "nodes_percent": 10, "mean_unavailable_minutes": 0.1});
    for plane in [PlaneKind::Fluid, PlaneKind::Requests] {
        let mut value =
            serde_json::to_value(two_services(&reclaims, "ignore", plane)).expect("JSON");
        value["topology"]["calls"][0]["retries"] = json!({"max_attempts": 2, "backoff_ms": 10});
        let document = serde_json::from_value(value).expect("a document");
        let (mut failed, mut kills) = (0.0, 0.0);
        for result in run(&document, 2) {
            failed += result.fates[3];
            kills += f64::from(market(&result).reclaimed[1]);
            assert!(result.fates[4] > 0.0);
        }
        assert!(failed < 0.05 * kills, "{plane:?}: {failed} {kills}");
    }
}

/// Services without nodes of their own have theirs from the fleet's pools, which run out for all at once.
#[test]
fn the_pools_of_the_fleet_run_out_for_all_at_once() {
    let reclaims = json!({"per_month": 300, "nodes_percent": 100, "mean_unavailable_minutes": 5});
    let mut shared =
        serde_json::to_value(two_services(&reclaims, "ignore", PlaneKind::Fluid)).expect("JSON");
    let own = shared.clone();
    shared["topology"]["components"][0]
        .as_object_mut()
        .expect("a component")
        .remove("fleet");
    let times = |document: Value| {
        let document: ScenarioDocument = serde_json::from_value(document).expect("a document");
        let scenario = check(&document).expect("sound");
        let topology = scenario.topology.as_ref().expect("a topology");
        let stock = topology
            .components
            .iter()
            .find_map(|component| match &component.kind {
                ComponentKind::Service(service) => Some(service),
                _ => None,
            });
        let reclaims = |mut fleet: Fleet| {
            let mut found = Vec::new();
            for minute in 0..4000_u32 {
                fleet.advance(f64::from(minute) * 60.0);
                let so_far = fleet.reclaimed_nodes()[0];
                if so_far > found.last().map_or(0, |(_, count)| *count) {
                    found.push((minute, so_far));
                }
            }
            found
                .into_iter()
                .map(|(minute, _)| minute)
                .collect::<Vec<_>>()
        };
        let main = reclaims(Fleet::new(&scenario, 20, 1, 0, 0));
        let other = reclaims(Fleet::new(stock.expect("a service"), 16, 1, 0, 1));
        (main, other)
    };
    let (main, stock) = times(shared);
    assert!(main.len() > 10, "{main:?}");
    assert_eq!(main, stock);
    let (main, stock) = times(own);
    assert!(main != stock);
}

/// The same two services, all on demand: twenty nodes at 0.2 USD/h, and sixteen of their own at 0.4, which use a commitment as
/// thirty-two do. The committed price is 0.123 (38.5 % off), a month has 730 hours.
fn committed(nodes: f64) -> ScenarioDocument {
    let mut document = two_services(&Value::Null, "drain", PlaneKind::Fluid);
    document.fleet.spot = None;
    let mut value = serde_json::to_value(&document).expect("JSON");
    value["fleet"]["commitments"] = json!({"nodes": nodes, "term": "one_year_no_upfront"});
    let own = &mut value["topology"]["components"][0]["fleet"];
    own["node"]["usd_per_hour"] = json!(0.4);
    own.as_object_mut().expect("fields").remove("spot");
    serde_json::from_value(value).expect("a document")
}

#[test]
fn services_share_one_commitment() {
    let month = |usd: f64| usd * 730.0;
    for (nodes, on_demand, used, unused) in [
        (0.0, 52.0, 0.0, 0.0),
        (13.0, 39.0, 13.0, 0.0),
        (60.0, 0.0, 52.0, 8.0),
    ] {
        let result = run(&committed(nodes), 1).remove(0);
        for (resource, expected) in [
            (Resource::OnDemandNodes, month(0.2 * on_demand)),
            (Resource::CommittedNodes, month(0.123 * used)),
            (Resource::UnusedCommitment, month(0.123 * unused)),
        ] {
            let found = cost(&result, resource);
            assert!(
                (found - expected).abs() < 1e-6,
                "{nodes} {resource:?}: {found} {expected}"
            );
        }
        // Each service has its share: 20 and 32 of 52.
        let all = month(0.2 * on_demand + 0.123 * (used + unused));
        let network = result.network.as_ref().expect("a network");
        let services = network
            .components
            .iter()
            .map(|component| component.usd_per_month);
        let mut services: Vec<f64> = services.collect();
        services.sort_by(f64::total_cmp);
        for (found, share) in services.iter().zip([20.0 / 52.0, 32.0 / 52.0]) {
            assert!((found - all * share).abs() < 1e-6, "{services:?} {all}");
        }
        // All of the 52 are used all the time.
        let used = &market(&result).used;
        assert_eq!(used.len(), 52);
        assert!(
            used.iter().all(|share| (share - 1.0).abs() < 1e-9),
            "{used:?}"
        );
    }
}

/// One service in the place of two alike: the same commitment costs the same, whoever has the nodes.
#[test]
fn what_is_committed_to_does_not_ask_who_uses_it() {
    let nodes_usd = |document: &ScenarioDocument| {
        let result = run(document, 1).remove(0);
        [
            Resource::OnDemandNodes,
            Resource::CommittedNodes,
            Resource::UnusedCommitment,
        ]
        .map(|resource| cost(&result, resource))
    };
    let two = committed(30.0);
    let mut one = two.clone();
    one.topology = None;
    one.autoscaler =
        serde_json::from_value(json!({"kind": "static", "replicas": 52})).expect("JSON");
    for (two, one) in nodes_usd(&two).into_iter().zip(nodes_usd(&one)) {
        assert!((two - one).abs() < 1e-6, "{two} {one}");
    }
}

/// The level that the report finds for two services that scale at different hours is the cheapest of all, and what it says
/// of a level is what a run there costs.
#[test]
fn the_best_shared_commitment_is_the_cheapest_of_all() {
    let with = |nodes: f64| {
        let mut value = serde_json::to_value(committed(nodes)).expect("JSON");
        let scheduled = |fewest: u32, most: u32, from: u32, to: u32| {
            json!({
                "kind": "scheduled", "replicas": fewest,
                "entries": [{"from_hour": from, "to_hour": to, "replicas": most}]
            })
        };
        value["autoscaler"] = scheduled(4, 12, 6, 12);
        value["topology"]["components"][0]["autoscaler"] = scheduled(2, 6, 9, 20);
        let document: ScenarioDocument = serde_json::from_value(value).expect("a document");
        report(&document, 2)
    };
    let commitment = with(0.0).commitment.expect("a commitment");
    let cost_of = |nodes: usize| -> f64 {
        let report = with(nodes as f64);
        let is_node = |resource| {
            matches!(
                resource,
                Resource::OnDemandNodes | Resource::CommittedNodes | Resource::UnusedCommitment
            )
        };
        let costs = report.costs.iter().filter(|cost| is_node(cost.resource));
        costs.map(|cost| cost.usd_per_month.mean).sum()
    };
    let costs: Vec<f64> = (0..commitment.usd_per_month.len()).map(cost_of).collect();
    for (found, said) in costs.iter().zip(&commitment.usd_per_month) {
        assert!((found - said).abs() < 1e-6 * found, "{found} {said}");
    }
    let best = commitment.best_nodes as usize;
    let least = costs.iter().copied().fold(f64::INFINITY, f64::min);
    assert!(best > 0 && costs[best] <= least + 1e-9, "{best} {costs:?}");
    assert!(
        costs[best + 1] > costs[best] && costs[best - 1] > costs[best],
        "{costs:?}"
    );
}

/// What the services share is stated once.
#[test]
fn components_state_no_commitment_and_no_backfill_of_their_own() {
    for (field, own) in [
        ("commitments", json!({"nodes": 1, "term": "three_years"})),
        (
            "backfill",
            json!({"core_hours_per_day": 1, "most_cores": 1}),
        ),
    ] {
        let mut value = serde_json::to_value(committed(1.0)).expect("JSON");
        value["topology"]["components"][0]["fleet"][field] = own;
        let document: ScenarioDocument = serde_json::from_value(value).expect("a document");
        let problems = check(&document).expect_err("refused").to_string();
        let place = format!("/topology/components/0/fleet/{field}");
        assert!(problems.contains(&place), "{problems}");
    }
    // 200 nodes of one size and 200 of twice the price.
    let warned = |nodes: f64| {
        let scenario = check(&committed(nodes)).unwrap_or_else(|problems| panic!("{problems}"));
        let warnings = scenario.warnings.iter();
        warnings
            .filter(|warning| warning.path == "/fleet/commitments/nodes")
            .count()
    };
    assert_eq!((warned(600.0), warned(601.0)), (0, 1));
}
