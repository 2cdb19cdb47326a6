//! The whole shop: everything in one document, whose causes and dollars sum; the fluid plane against the played one; and
//! how long and how large a replication is.

use sim_core::cost::Resource;
use sim_core::scenario::check;
use sim_core::scenario::document::{PlaneKind, ScenarioDocument};
use sim_core::scenario::templates::template;
use sim_core::slo::Cause;
use sim_core::study::{Figure, ReplicationResult};
use tests::runs::run;

fn shop() -> ScenarioDocument {
    let json = template("large-shop").expect("in the gallery").json;
    let mut document: ScenarioDocument = serde_json::from_str(json).expect("a document");
    document.sweep.clear();
    document
}

/// It is what it says, and the checker has nothing to say about it.
#[test]
fn everything_is_in_one_document() {
    let document = shop();
    let scenario = check(&document).unwrap_or_else(|problems| panic!("{problems}"));
    assert_eq!(scenario.warnings, []);
    let topology = scenario.topology.as_ref().expect("a topology");
    let of = |found: fn(&sim_core::topology::ComponentKind) -> bool| {
        topology
            .components
            .iter()
            .filter(|c| found(&c.kind))
            .count()
    };
    use sim_core::topology::ComponentKind;
    assert!(of(|kind| matches!(kind, ComponentKind::Main | ComponentKind::Service(_))) >= 6);
    assert!(of(|kind| matches!(kind, ComponentKind::Function(_))) >= 2);
    assert!(of(|kind| matches!(kind, ComponentKind::Dependency(_))) >= 4);
    let spot = scenario.spot.as_ref().expect("spot nodes");
    assert!(spot.share > 0.5 && spot.fallback > 0.0);
    assert!(scenario.edge.is_some() && scenario.storage.is_some() && scenario.batch.is_some());
}

/// Every bad request has a cause, every dollar a resource, and every service its part of both.
#[test]
fn causes_and_dollars_sum() {
    let mut document = shop();
    document.slo.window_days = 3.0;
    for result in run(&document, 2) {
        let network = result.network.as_ref().expect("a topology");
        for (index, objective) in result.objectives.iter().enumerate() {
            for cause in Cause::ALL {
                let components = network.components.iter();
                let parts: f64 = components
                    .map(|c| c.bad_by_cause[index][cause as usize])
                    .sum();
                let whole = objective.bad_by_cause[cause as usize];
                assert!(
                    (parts - whole).abs() <= 1e-9 * (1.0 + whole),
                    "{cause:?}: {parts} {whole}"
                );
            }
        }
        let [_, rejected, timed_out, failed, lost] = result.fates;
        let bad = rejected + timed_out + failed + lost;
        assert!((bad - result.objectives[0].bad()).abs() < 1e-6 * (1.0 + bad));
        let costs = result.costs();
        let sum: f64 = costs.iter().map(|(_, usd)| usd).sum();
        let total = result.figure(Figure::CostPerMonth);
        assert!((sum - total).abs() < 1e-9 * total, "{sum} {total}");
        let paid = |resource| {
            costs
                .iter()
                .any(|(other, usd)| *other == resource && *usd > 0.0)
        };
        for resource in [
            Resource::SpotNodes,
            Resource::OnDemandNodes,
            Resource::Dependencies,
            Resource::FunctionDuration,
            Resource::EdgeTransfer,
            Resource::Storage,
            Resource::BatchSpot,
        ] {
            assert!(paid(resource), "{resource:?}");
        }
        let spot = result.node_market.as_ref().expect("spot nodes");
        assert!(
            (0.6..0.9).contains(&spot.spot_share()),
            "{}",
            spot.spot_share()
        );
    }
}

/// End to end, P95 within 15 % and good requests within one point, in the evening's busiest hours.
#[test]
fn fluid_is_as_played() {
    let hours = |plane| {
        let mut document = shop();
        document.run.plane = plane;
        document.slo.window_days = 1.0 / 24.0;
        document.storage = None;
        document.batch = None;
        let source = &mut document.traffic.source;
        if let sim_core::scenario::document::TrafficSource::Model { daily, .. } = source {
            // The evening, all day.
            *daily = sim_core::scenario::document::DailyShape::Flat {};
        }
        let results = run(&document, 3);
        let network = |r: &ReplicationResult| r.network.clone().expect("a topology");
        let of = |value: &dyn Fn(&ReplicationResult) -> f64| {
            results.iter().map(value).sum::<f64>() / results.len() as f64
        };
        [
            of(&|r| r.figure(Figure::P95Latency)),
            of(&|r| network(r).routes[0].p95_ms),
            of(&|r| network(r).routes[1].p95_ms),
            of(&|r| network(r).routes[2].p95_ms),
            of(&|r| 100.0 * r.objectives[0].good_fraction()),
            of(&|r| 100.0 * r.objectives[1].good_fraction()),
            of(&|r| 100.0 * network(r).routes[0].good[1]),
            of(&|r| 100.0 * network(r).routes[1].good[1]),
            of(&|r| 100.0 * network(r).routes[2].good[1]),
        ]
    };
    let (fluid, played) = (hours(PlaneKind::Fluid), hours(PlaneKind::Requests));
    println!("{fluid:?} {played:?}");
    for (index, (fluid, played)) in fluid.iter().zip(&played).enumerate() {
        let slack = if index < 4 { 0.15 * played } else { 1.0 };
        assert!((fluid - played).abs() < slack, "{index}: {fluid} {played}");
    }
}

/// Its promise: spot pays, evictions hardly cost anything, the whole meets its SLO and the checkout route does not.
#[test]
fn spot_pays_and_the_checkout_waits_for_the_provider() {
    let document = shop();
    let mut on_demand = document.clone();
    on_demand.fleet.spot = None;
    on_demand.batch = None;
    on_demand.storage = None;
    let (spot, on_demand) = (run(&document, 4), run(&on_demand, 4));
    let nodes = |result: &ReplicationResult| -> f64 {
        let costs = result.costs();
        let is_node = |resource| {
            [
                Resource::Nodes,
                Resource::OnDemandNodes,
                Resource::SpotNodes,
            ]
            .contains(&resource)
        };
        let nodes = costs.iter().filter(|(resource, _)| is_node(*resource));
        nodes.map(|(_, usd)| usd).sum()
    };
    for (spot, on_demand) in spot.iter().zip(&on_demand) {
        let saved = 1.0 - nodes(spot) / nodes(on_demand);
        println!("saved {saved}, {:?}", spot.objectives);
        assert!((0.33..0.5).contains(&saved), "{saved}");
        assert!(spot.met());
        assert!(spot.storage.as_ref().expect("storage").met);
        assert!(spot.node_market.as_ref().expect("spot").interruptions() > 5.0);
        for objective in &spot.objectives {
            let evicted = objective.bad_by_cause[Cause::Eviction as usize];
            assert!(evicted < 0.2 * objective.bad(), "{objective:?}");
        }
        let network = spot.network.as_ref().expect("a topology");
        assert!(network.routes[0].good[1] > 0.99 && network.routes[1].good[1] > 0.99);
        assert!(
            (0.8..0.97).contains(&network.routes[2].good[1]),
            "{:?}",
            network.routes[2]
        );
        let costs = spot.costs();
        let largest = costs
            .iter()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .expect("costs");
        assert_eq!(largest.0, Resource::EdgeTransfer);
    }
}
