//! An edge cache in scenarios: both planes agree, counts and dollars add up, and what does not fit is named.

use proptest::prelude::*;
use serde_json::{Value, json};
use sim_core::cost::Resource;
use sim_core::scenario::document::{KeepingDocument, PlaneKind, ScenarioDocument};
use sim_core::scenario::templates::template;
use sim_core::study::{Figure, ReplicationResult};
use tests::fixture::problems;
use tests::runs::run;

fn news() -> ScenarioDocument {
    let json = template("news-behind-cdn").expect("in the gallery").json;
    serde_json::from_str(json).expect("a document")
}

/// Two hours of the template at a tenth of its traffic and fleet, which both planes can play, with slow fetches.
fn small(plane: PlaneKind, coalescing: bool) -> ScenarioDocument {
    let mut document = serde_json::to_value(news()).expect("JSON");
    document["sweep"] = json!([]);
    document["traffic"]["source"]["base_rps"] = json!(80.0);
    document["autoscaler"]["min_replicas"] = json!(4);
    document["edge_cache"]["purge_every_hours"] = json!(0.5);
    document["edge_cache"]["catalogue_objects"] = json!(2_000);
    document["slo"]["window_days"] = json!(2.0 / 24.0);
    document["run"]["warm_up_minutes"] = json!(30);
    let mut document: ScenarioDocument = serde_json::from_value(document).expect("a document");
    document.run.plane = plane;
    document.edge_cache.as_mut().expect("an edge").coalescing = coalescing;
    document
}

fn mean(results: &[ReplicationResult], value: impl Fn(&ReplicationResult) -> f64) -> f64 {
    results.iter().map(value).sum::<f64>() / results.len() as f64
}

#[test]
fn fluid_and_requests_agree() {
    for coalescing in [true, false] {
        let of = |plane| run(&small(plane, coalescing), 12);
        let (fluid, requests) = (of(PlaneKind::Fluid), of(PlaneKind::Requests));
        let hits = |results: &[ReplicationResult]| {
            mean(results, |result| {
                let edge = result.edge.as_ref().expect("an edge");
                edge.hits / edge.cacheable()
            })
        };
        let difference = (hits(&fluid) - hits(&requests)).abs();
        assert!(
            difference < 0.01,
            "hits: {} {}",
            hits(&fluid),
            hits(&requests)
        );
        let p95 = |results: &[ReplicationResult]| mean(results, |r| r.figure(Figure::P95Latency));
        let ratio = p95(&fluid) / p95(&requests);
        assert!(
            (ratio - 1.0).abs() < 0.05,
            "P95: {} {}",
            p95(&fluid),
            p95(&requests)
        );
        let good = |results: &[ReplicationResult]| {
            mean(results, |result| result.objectives[1].good_fraction())
        };
        let points = (good(&fluid) - good(&requests)).abs();
        assert!(points < 0.005, "good: {} {}", good(&fluid), good(&requests));
        let cost =
            |results: &[ReplicationResult]| mean(results, |r| r.figure(Figure::CostPerMonth));
        assert!((cost(&fluid) / cost(&requests) - 1.0).abs() < 0.02);
    }
}

/// By hand: requests at a dollar a million; transfer of 40 KiB an answer, all of it in the first step.
#[test]
fn the_bill_is_that_of_the_price_list() {
    let results = run(&small(PlaneKind::Requests, true), 1);
    let edge = results[0].edge.as_ref().expect("an edge");
    let months = 2.0 / 730.0;
    let requests = results[0].figure(Figure::Requests);
    let [by_requests, transfer] = edge.usd_per_month;
    assert!((by_requests - requests / 1e6 / months).abs() < 1e-6);
    let answers = results[0].fates[0] + results[0].fates[3];
    let gb = answers * 40.0 / (1024.0 * 1024.0) / months;
    assert!((edge.gb_per_month - gb).abs() < 1e-6 * gb);
    assert!(gb < 10.0 * 1024.0 && (transfer - gb * 0.085).abs() < 1e-6 * transfer);
    let egress = results[0]
        .costs()
        .into_iter()
        .find(|(r, _)| *r == Resource::Egress);
    assert_eq!(egress.map(|(_, usd)| usd), Some(0.0));
}

#[test]
fn waiting_for_a_fetch_spares_the_services() {
    let of = |coalescing| run(&small(PlaneKind::Fluid, coalescing), 2);
    let at_origin = |results: &[ReplicationResult]| {
        mean(results, |result| {
            let edge = result.edge.as_ref().expect("an edge");
            edge.fills + edge.duplicates
        })
    };
    let (together, each) = (of(true), of(false));
    assert!(at_origin(&together) < at_origin(&each));
    assert!(together.iter().all(|result| {
        result
            .edge
            .as_ref()
            .is_some_and(|e| e.waited > 0.0 && e.duplicates == 0.0)
    }));
    assert!(each.iter().all(|result| {
        result
            .edge
            .as_ref()
            .is_some_and(|e| e.waited == 0.0 && e.duplicates > 0.0)
    }));
}

#[test]
fn what_does_not_fit_is_named() {
    let cases = [
        (
            "/edge_cache/catalogue_objects",
            json!(0),
            "/edge_cache/catalogue_objects",
        ),
        (
            "/edge_cache/catalogue_objects",
            json!(2_000_000),
            "/edge_cache/catalogue_objects",
        ),
        (
            "/edge_cache/keeping/ttl_s",
            json!(0),
            "/edge_cache/keeping/ttl_s",
        ),
        (
            "/edge_cache/cacheable_percent",
            json!(101),
            "/edge_cache/cacheable_percent",
        ),
        (
            "/edge_cache/hit_latency_ms/mean",
            json!(1e6),
            "/edge_cache/hit_latency_ms",
        ),
        (
            "/edge_cache/transfer_tiers/0/tb",
            json!(-1),
            "/edge_cache/transfer_tiers/0/tb",
        ),
        (
            "/edge_cache/keeping",
            json!({"kind": "least_recently_used", "capacity_objects": 20_000}),
            "/edge_cache/keeping/capacity_objects",
        ),
        (
            "/service/response_kib",
            json!(0),
            "/edge_cache/transfer_usd_per_gb",
        ),
    ];
    for (path, value, place) in cases {
        let mut document: Value = serde_json::to_value(news()).expect("JSON");
        document["sweep"] = json!([]);
        *document
            .pointer_mut(path)
            .unwrap_or_else(|| panic!("{path}")) = value;
        let found = problems(&document);
        assert!(
            found.iter().any(|p| p.path.starts_with(place)),
            "{path}: {found:?}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the edge, in either plane: every request has one fate, every bad one a cause, every dollar a resource.
    #[test]
    fn any_edge_adds_up(edge in tests::arbitrary::edge_cache(), played in any::<bool>(), seed in any::<u32>()) {
        let mut document = tests::fixture::document();
        document.sweep.clear();
        document.slo.window_days = 0.02;
        document.run.warm_up_minutes = 10;
        document.run.seed = u64::from(seed);
        document.run.plane = if played { PlaneKind::Requests } else { PlaneKind::Fluid };
        document.edge_cache = Some(edge);
        let result = run(&document, 1).remove(0);
        let edge = result.edge.as_ref().expect("an edge");
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0);
        let arrivals = result.figure(Figure::Requests);
        prop_assert!(near(edge.requests(), arrivals) || !played, "{} {arrivals}", edge.requests());
        let fates: f64 = result.fates.iter().sum();
        let open = result.figure(Figure::InFlightAtEnd);
        prop_assert!(near(arrivals + result.open_at_start, fates + open), "{arrivals} {fates} {open}");
        let total: f64 = result.costs().iter().map(|(_, usd)| usd).sum();
        prop_assert!(near(total, result.figure(Figure::CostPerMonth)));
        prop_assert!(edge.stale >= 0.0 && edge.stale <= edge.hits * (1.0 + 1e-9));
        for objective in &result.objectives {
            prop_assert!(objective.bad() <= objective.total * (1.0 + 1e-9));
            prop_assert!(near(objective.total, fates));
        }
    }
}

/// A shorter time to live is fresher and asks the services more.
#[test]
fn freshness_is_paid_for() {
    let of = |ttl_s| {
        let mut document = small(PlaneKind::Fluid, true);
        document.edge_cache.as_mut().expect("an edge").keeping = KeepingDocument::Fixed { ttl_s };
        let result = run(&document, 1).remove(0);
        let edge = result.edge.expect("an edge");
        (edge.stale / edge.hits, edge.fills / edge.cacheable())
    };
    let (short, long) = (of(20.0), of(600.0));
    assert!(short.0 < long.0 && short.1 > long.1, "{short:?} {long:?}");
}
