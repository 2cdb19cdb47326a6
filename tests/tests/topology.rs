//! Topologies in documents and reports: what is refused, what sums up, and the fluid plane against the played one on the
//! template.

use serde_json::{Value, json};
use sim_core::scenario::check_value;
use sim_core::scenario::document::{PlaneKind, ScenarioDocument};
use sim_core::scenario::templates::template;
use sim_core::slo::{Cause, CauseCounts};
use sim_core::study::{Figure, Plan, Prepared, ReplicationResult, Shard};
use tests::fixture::problems;

fn shop() -> Value {
    let mut document: Value =
        serde_json::from_str(template("online-shop").expect("in the gallery").json).expect("JSON");
    document["sweep"] = json!([]);
    document
}

fn changed(path: &str, value: Value) -> Value {
    let mut document = shop();
    *document
        .pointer_mut(path)
        .unwrap_or_else(|| panic!("{path}")) = value;
    document
}

#[test]
fn what_does_not_fit_is_named() {
    let call = |from: &str, to: &str| json!({"from": from, "to": to, "per_request": 1});
    let cases = [
        (
            "/topology/calls/0/to",
            json!("katalogue"),
            "/topology/calls/0/to",
            "catalogue",
        ),
        (
            "/topology/calls/0/from",
            json!("nobody at all"),
            "/topology/calls/0/from",
            "there are",
        ),
        (
            "/topology/routes/0/enters",
            json!("shop"),
            "/topology/routes/0/enters",
            "no component",
        ),
        (
            "/topology/components/1/name",
            json!("catalogue"),
            "/topology/components/1/name",
            "two components",
        ),
        (
            "/topology/components/1/name",
            json!("service"),
            "/topology/components/1/name",
            "main service",
        ),
        (
            "/topology/calls/0",
            call("database", "cart"),
            "/topology/calls/0/from",
            "dependency",
        ),
        (
            "/topology/calls/3",
            call("catalogue", "service"),
            "/topology/calls/3",
            "service → catalogue → service",
        ),
        (
            "/topology/calls/3",
            call("catalogue", "catalogue"),
            "/topology/calls/3",
            "circle",
        ),
        (
            "/topology/calls/0/per_request",
            json!(-1),
            "/topology/calls/0/per_request",
            "",
        ),
        (
            "/topology/components/6/connections",
            json!(0),
            "/topology/components/6/connections",
            "",
        ),
        (
            "/topology/components/6/brown_outs/slowdown",
            json!(0.5),
            "/topology/components/6/brown_outs/slowdown",
            "",
        ),
        (
            "/topology/components/0/service/concurrency",
            json!(0),
            "/topology/components/0/service/concurrency",
            "",
        ),
        (
            "/topology/components/0/autoscaler/max_replicas",
            json!(1),
            "/topology/components/0/autoscaler",
            "",
        ),
        (
            "/topology/components",
            json!([]),
            "/topology/components",
            "",
        ),
        (
            "/topology/routes/0/enters",
            json!("database"),
            "/topology/routes/0/enters",
            "dependency",
        ),
        (
            "/topology/routes/0/name",
            json!("service"),
            "/topology/routes/0/name",
            "another route",
        ),
        (
            "/topology/components/0/autoscaler",
            json!({"kind": "static", "replicas": 0}),
            "/topology/components/0/autoscaler",
            "",
        ),
    ];
    for (path, value, place, words) in cases {
        let found = problems(&changed(path, value.clone()));
        let named = found.iter().any(|p| {
            p.path.starts_with(place) && format!("{} {}", p.message, p.hint).contains(words)
        });
        assert!(named, "{path} = {value}: {found:?}");
    }
    let mut shares = shop();
    shares["topology"]["routes"] = json!([
        {"name": "a", "enters": "checkout", "share_percent": 60},
        {"name": "b", "enters": "cart", "share_percent": 60},
    ]);
    assert!(
        problems(&shares)
            .iter()
            .any(|p| p.path == "/topology/routes")
    );
    let mut sharing = changed("/run/plane", json!("requests"));
    sharing["topology"]["components"][0]["service"]["processor_sharing"] = json!({"cores": 1.0});
    let found = problems(&sharing);
    let place = "/topology/components/0/service/processor_sharing";
    assert!(found.iter().any(|p| p.path == place), "{found:?}");
}

/// A user's request may not become millions, and what is wrong with names is said beside what else is wrong.
#[test]
fn sizes_are_bounded_and_everything_is_said_at_once() {
    let mut many = shop();
    for index in [0, 3, 5] {
        many["topology"]["calls"][index]["per_request"] = json!(100);
    }
    assert!(problems(&many).iter().any(|p| p.path == "/topology/calls"));
    let mut two = changed("/topology/calls/0/to", json!("katalogue"));
    two["run"]["max_replications"] = json!(0);
    let paths: Vec<String> = problems(&two).into_iter().map(|p| p.path).collect();
    for path in ["/topology/calls/0/to", "/run/max_replications"] {
        assert!(paths.iter().any(|found| found == path), "{paths:?}");
    }
}

fn result(document: &ScenarioDocument, replication: u32) -> ReplicationResult {
    let prepared = Prepared::new(Plan::single(document)).unwrap_or_else(|p| panic!("{p}"));
    let shard = Shard {
        first_design: 0,
        designs: 1,
        first_replication: replication,
        replications: 1,
    };
    prepared.run_shard(shard).results.remove(0)
}

/// The shop for some hours around its daily peak, with failures in reach.
fn hours(plane: PlaneKind, hours: f64) -> ScenarioDocument {
    let mut document: ScenarioDocument = serde_json::from_value(shop()).expect("a document");
    document.run.plane = plane;
    document.slo.window_days = hours / 24.0;
    document
}

/// Everybody's bad requests and dollars are all there are.
#[test]
fn components_sum_up_to_the_whole() {
    for plane in [PlaneKind::Fluid, PlaneKind::Requests] {
        let result = result(&hours(plane, 2.0), 0);
        let network = result.network.as_ref().expect("a topology");
        for (index, objective) in result.objectives.iter().enumerate() {
            let by_cause = |cause: Cause| {
                let of = |bad: &Vec<CauseCounts>| bad[index][cause as usize];
                network
                    .components
                    .iter()
                    .map(|c| of(&c.bad_by_cause))
                    .sum::<f64>()
            };
            for cause in Cause::ALL {
                let (parts, whole) = (by_cause(cause), objective.bad_by_cause[cause as usize]);
                assert!(
                    (parts - whole).abs() <= 1e-9 * (1.0 + whole),
                    "{plane:?} {cause:?}"
                );
            }
            let routes = network.routes.iter();
            let bad: f64 = routes
                .map(|route| (1.0 - route.good[index]) * route.requests)
                .sum();
            assert!(
                (bad - objective.bad()).abs() < 1e-6 * (1.0 + bad),
                "{bad} {}",
                objective.bad()
            );
        }
        let all: f64 = network.routes.iter().map(|route| route.requests).sum();
        assert!((all - result.objectives[0].total).abs() < 1e-6 * all);
        let costs: f64 = result.costs().iter().map(|(_, usd)| usd).sum();
        let total = result.figure(Figure::CostPerMonth);
        assert!((costs - total).abs() < 1e-6 * total, "{costs} {total}");
        let nodes: f64 = network
            .components
            .iter()
            .zip(&network.dependencies)
            .filter(|(_, is_dependency)| !**is_dependency)
            .map(|(component, _)| component.usd_per_month)
            .sum();
        assert!((nodes - result.cost_per_month[0]).abs() < 1e-6 * nodes);
    }
}

/// Visits: what arrives where follows from the calls.
#[test]
fn components_are_visited_as_often_as_the_calls_say() {
    let result = result(&hours(PlaneKind::Requests, 2.0), 0);
    let document = hours(PlaneKind::Requests, 2.0);
    let scenario = check_value(&serde_json::to_value(&document).expect("JSON")).expect("sound");
    let topology = scenario.topology.as_ref().expect("a topology");
    let network = result.network.as_ref().expect("a topology");
    let users = result.figure(Figure::Requests) / 7200.0;
    for (component, found) in topology.components.iter().zip(&network.components) {
        let expected = component.visits * users;
        let slack = 0.01 * expected + 5.0 * (expected / 7200.0).sqrt();
        let words = format!("{}: {} {expected}", component.name, found.requests_rps);
        assert!((found.requests_rps - expected).abs() < slack, "{words}");
    }
}

/// End to end on the template: P95 within 15 %, good requests within one point, by route.
#[test]
fn fluid_is_as_played_on_the_template() {
    let mean = |plane| {
        let results: Vec<_> = (0..3)
            .map(|replication| result(&hours(plane, 1.0), replication))
            .collect();
        let network = |r: &ReplicationResult| r.network.clone().expect("a topology");
        let of = |value: &dyn Fn(&ReplicationResult) -> f64| {
            results.iter().map(value).sum::<f64>() / results.len() as f64
        };
        [
            of(&|r| r.figure(Figure::P95Latency)),
            of(&|r| network(r).routes[1].p95_ms),
            of(&|r| 100.0 * r.objectives[0].good_fraction()),
            of(&|r| 100.0 * r.objectives[1].good_fraction()),
            of(&|r| 100.0 * network(r).routes[1].good[1]),
        ]
    };
    let (fluid, played) = (mean(PlaneKind::Fluid), mean(PlaneKind::Requests));
    for (index, (fluid, played)) in fluid.iter().zip(&played).enumerate() {
        let slack = if index < 2 { 0.15 * played } else { 1.0 };
        assert!((fluid - played).abs() < slack, "{index}: {fluid} {played}");
    }
}

/// A dependency that never fails changes no byte by having outages once in a million years.
#[test]
fn a_fault_that_does_not_happen_changes_nothing() {
    let mut never = hours(PlaneKind::Fluid, 1.0);
    let topology = never.topology.as_mut().expect("a topology");
    topology.calls.retain(|call| call.per_request > 0.0);
    let mut without = never.clone();
    let parts = &mut without.topology.as_mut().expect("a topology").calls;
    parts.push(sim_core::scenario::document::CallDocument {
        from: "service".to_owned(),
        to: "cart".to_owned(),
        per_request: 0.0,
        mode: Default::default(),
        optional: false,
        retries: None,
        breaker: None,
        max_concurrent: None,
        hedge_after_ms: None,
    });
    // A call that is never made is none.
    let (never, without) = (result(&never, 0), result(&without, 0));
    assert_eq!(never.fates, without.fates);
}

/// The shop in closed form, whose carts scale to zero when nobody asks for them.
fn asleep() -> Value {
    let mut document = shop();
    document["run"]["plane"] = json!("fluid");
    document["run"]["tick_s"] = json!(2);
    document["slo"]["window_days"] = json!(0.05);
    document["telemetry"] = json!({ "scrape_interval_s": 10, "window_s": 10, "lag_s": 0 });
    let topology = &mut document["topology"];
    for component in topology["components"].as_array_mut().expect("a list") {
        if component["name"] == json!("cart") {
            component["autoscaler"] =
                json!({ "kind": "knative", "min_scale": 0, "max_scale": 8, "initial_scale": 1 });
            component["service"]["buffer_limit"] = json!(1000);
        }
    }
    for call in topology["calls"].as_array_mut().expect("a list") {
        for field in ["retries", "breaker", "max_concurrent", "hedge_after_ms"] {
            call.as_object_mut().expect("a call").remove(field);
        }
    }
    document
}

/// Services that scale to zero are computed on the fluid plane, unless those who wait for them try again, are guarded, or wait
/// for two of them one after the other; `requests` plays all of it.
#[test]
fn services_that_others_call_may_scale_to_zero() {
    let sound = |document: &Value| check_value(document).map(|_| ());
    assert_eq!(sound(&asleep()), Ok(()));
    let to_cart = |document: &mut Value, field: &str, value: Value| {
        let calls = document["topology"]["calls"]
            .as_array_mut()
            .expect("a list");
        let mut to_it = calls.iter_mut().filter(|call| call["to"] == json!("cart"));
        to_it.next().expect("a call")[field] = value;
    };
    let mut again = asleep();
    to_cart(
        &mut again,
        "retries",
        json!({ "max_attempts": 2, "backoff_ms": 100 }),
    );
    let mut guarded = asleep();
    to_cart(&mut guarded, "max_concurrent", json!(10));
    for (mut document, words) in [(again, "tries calls again"), (guarded, "a bulkhead")] {
        let found = problems(&document);
        let is_named = found.iter().any(|problem| {
            problem.path.ends_with("/autoscaler")
                && problem
                    .message
                    .contains("\"cart\" may scale to no replicas")
                && problem.message.contains(words)
        });
        assert!(is_named, "{found:?}");
        document["run"]["plane"] = json!("requests");
        assert_eq!(sound(&document), Ok(()));
    }
}
