//! Windows of replications, played request by request.

use sim_core::plane::network::trace::{Fate, FollowedTrace};
use sim_core::replication::{WindowReplay, WindowRequest, replay_window};
use sim_core::scenario::document::{PlaneKind, ScenarioDocument};
use sim_core::scenario::templates::template;
use sim_core::stats::Welford;
use sim_core::study::{Plan, Prepared};
use tests::base::base;

const LEVEL: f64 = 0.99;
/// How far the planes may be apart where they do not play the same: as in `networks_agree`, a point of all requests.
const POINT: f64 = 0.01;

fn of_template(id: &str) -> ScenarioDocument {
    let template = template(id).expect("there is such a template");
    serde_json::from_str(template.json).expect("templates are documents")
}

/// The base with as much traffic as its replicas carry, and a little more.
fn crowded(plane: PlaneKind, overflow: &str) -> ScenarioDocument {
    let mut document = serde_json::to_value(base()).expect("a document is JSON");
    document["traffic"]["source"]["base_rps"] = 165.0.into();
    document["service"]["overflow"] = overflow.into();
    document["service"]["timeout_ms"] = 700.0.into();
    document["service"]["error_percent"] = 0.5.into();
    let mut document: ScenarioDocument =
        serde_json::from_value(document).expect("still a document");
    document.run.plane = plane;
    document.slo.window_days = 0.05;
    document
}

fn window(document: &ScenarioDocument, replication: u32, from_s: f64, to_s: f64) -> WindowReplay {
    let prepared = Prepared::new(Plan::single(document)).unwrap_or_else(|wrong| panic!("{wrong}"));
    let request = WindowRequest {
        replication,
        from_s,
        to_s,
    };
    let setup = prepared.setup_of(replication);
    replay_window(&setup, document.run.seed, &request)
}

fn concluded(replay: &WindowReplay) -> f64 {
    let counts = &replay.played;
    counts.served + counts.rejected + counts.timed_out + counts.failed + counts.lost
}

/// Spans are of their request: they begin and end within it, in order, and the user's own is the first.
fn is_sound(trace: &FollowedTrace) {
    let (request, spans) = (&trace.request, &trace.spans);
    let near = |a: f64, b: f64| (a - b).abs() < 1e-6;
    let end_s = request.arrival_s + request.latency_s;
    assert!(near(spans[0].arrival_s, request.arrival_s), "{trace:#?}");
    assert_eq!(spans[0].parent, None);
    let own: Vec<_> = spans.iter().filter(|span| span.parent.is_none()).collect();
    assert_eq!(own.len(), request.attempts as usize, "{trace:#?}");
    let last = own.last().expect("there is one");
    assert!(last.end_s.is_some_and(|s| near(s, end_s)), "{trace:#?}");
    for (place, span) in spans.iter().enumerate() {
        let times = [span.start_s, span.served_s, span.end_s];
        let times: Vec<f64> = times.into_iter().flatten().collect();
        assert!(span.arrival_s >= request.arrival_s - 1e-6 && span.arrival_s <= end_s + 1e-6);
        assert!(
            times.iter().all(|s| *s >= span.arrival_s - 1e-6),
            "{span:?}"
        );
        assert!(
            times.is_sorted() || span.fate != Some(Fate::Served),
            "{span:?}"
        );
        if let Some(parent) = span.parent {
            assert!((parent as usize) < place);
            let above = &spans[parent as usize];
            // A caller calls when its own service is over.
            assert!(
                above.served_s.is_some_and(|s| s <= span.arrival_s + 1e-6),
                "{trace:#?}"
            );
        }
    }
    if matches!(
        request.fate,
        Fate::Served | Fate::SlowService | Fate::SlowWaiting
    ) {
        assert!(near(request.wait_s + request.service_s, request.latency_s));
        assert_eq!(last.fate, Some(Fate::Served));
    }
}

fn is_whole(replay: &WindowReplay) {
    assert!(replay.is_followed);
    let listed = replay.requests.len() as f64 + replay.left_out as f64;
    assert_eq!(listed, concluded(replay));
    let served = replay.played.served;
    let binned: f64 = replay.latency.iter().map(|bin| bin.requests).sum();
    assert_eq!(binned, served);
    let came_to_nothing: u64 = replay
        .causes
        .iter()
        .filter(|cause| !matches!(cause.fate, Fate::SlowService | Fate::SlowWaiting))
        .map(|cause| cause.requests)
        .sum();
    assert_eq!(came_to_nothing as f64, concluded(replay) - served);
    replay.traces.iter().for_each(is_sound);
    for one in &replay.replicas {
        let slots = replay.slots[usize::from(one.station)] as f32;
        assert!(
            one.held.iter().all(|held| *held <= slots * 1.000_01),
            "{one:?}"
        );
    }
}

#[test]
fn a_window_of_the_requests_plane_is_the_replications_own() {
    let mut shop = of_template("online-shop");
    shop.run.plane = PlaneKind::Requests;
    shop.slo.window_days = 0.05;
    let cases = [
        (crowded(PlaneKind::Requests, "drop_oldest"), 600.0, 900.0),
        (of_template("retry-storm"), 3600.0, 3900.0),
        (of_template("third-party-risk"), 7200.0, 7500.0),
        (shop, 300.0, 480.0),
    ];
    for (document, from_s, to_s) in cases {
        for replication in [0, 3] {
            let replay = window(&document, replication, from_s, to_s);
            assert!(replay.is_own && !replay.is_shortened);
            assert_eq!(replay.ticks, replay.played, "{}", document.name);
            assert!(replay.played.arrivals > 500.0, "{:?}", replay.played);
            assert_eq!((replay.from_s, replay.to_s), (from_s, to_s));
            is_whole(&replay);
            println!("{} {:?} {:?}", document.name, replay.played, replay.causes);
        }
    }
}

/// A plain service's tick counts a request when its fate is certain, the replay when it is there: so much the less.
#[test]
fn a_plain_service_counts_requests_earlier_and_plays_the_same() {
    let document = crowded(PlaneKind::Requests, "reject_new");
    let replay = window(&document, 1, 600.0, 1200.0);
    assert_eq!(replay.ticks.arrivals, replay.played.arrivals);
    // Those that are under way at either end: 16 in service and at most 400 that wait.
    assert!((replay.ticks.served - replay.played.served).abs() <= 16.0);
    assert!((replay.ticks.timed_out - replay.played.timed_out).abs() <= 416.0);
    assert!(replay.played.timed_out > 100.0, "{:?}", replay.played);
    is_whole(&replay);
    // From the first tick to the last, nothing is left that could differ but what is under way at the end.
    let all = window(&document, 1, -1e9, 3600.0);
    assert_eq!(all.from_s, -60.0 * f64::from(document.run.warm_up_minutes));
    assert_eq!(all.ticks.arrivals, all.played.arrivals);
    assert!((all.ticks.served - all.played.served).abs() <= 16.0);
}

/// Over replications the played counts are the fluid plane's expected ones, within what chance allows.
#[test]
fn a_window_of_the_fluid_plane_is_played_in_its_mean() {
    let mut busy = base();
    busy.traffic.source = crowded(PlaneKind::Fluid, "reject_new").traffic.source;
    let mut shop = of_template("online-shop");
    shop.slo.window_days = 0.5;
    let calm = base();
    for (name, document, replications) in
        [("calm", calm, 30), ("busy", busy, 30), ("shop", shop, 12)]
    {
        let (mut arrivals, mut served, mut bad) = (Welford::new(), Welford::new(), Welford::new());
        for replication in 0..replications {
            let replay = window(&document, replication, 3600.0, 3900.0);
            assert!(
                !replay.is_own && replay.lead_s >= 300.0,
                "{}",
                replay.lead_s
            );
            is_whole(&replay);
            let (ticks, played) = (replay.ticks, replay.played);
            arrivals.push(played.arrivals / ticks.arrivals - 1.0);
            served.push((played.served - ticks.served) / ticks.arrivals);
            bad.push((played.bad - ticks.bad) / ticks.arrivals);
        }
        for (what, values, more) in [
            ("arrivals", &arrivals, 0.0),
            ("served", &served, POINT),
            ("bad", &bad, POINT),
        ] {
            let (low, high) = values.mean_ci(LEVEL).expect("there are many");
            println!("{name} {what}: {low} to {high}");
            assert!(
                low <= more && high >= -more,
                "{name} {what}: {low} to {high}"
            );
            assert!(
                high - low < 0.1,
                "{name} {what}: {low} to {high} says nothing"
            );
        }
    }
}

#[test]
fn a_window_is_the_same_whenever_it_is_played() {
    let document = of_template("retry-storm");
    let first = window(&document, 2, 1000.0, 1100.0);
    let again = window(&document, 2, 1000.0, 1100.0);
    assert_eq!(first.digest, again.digest);
    assert_eq!(first.digest.len(), 64);
    // It holds whole ticks.
    assert_eq!((first.from_s, first.to_s), (990.0, 1110.0));
    let bytes = postcard::to_allocvec(&first).expect("it can be sent");
    let read: WindowReplay = postcard::from_bytes(&bytes).expect("and read");
    assert_eq!(read, first);
    let csv = first.requests_csv();
    assert_eq!(csv.lines().count(), first.requests.len() + 1);
}

/// What networks do not play is played all the same, without its spans.
#[test]
fn processor_sharing_is_played_but_not_followed() {
    let mut document = serde_json::to_value(base()).expect("a document is JSON");
    document["service"]["processor_sharing"] = serde_json::json!({ "cores": 2.0 });
    document["run"]["plane"] = "requests".into();
    let document: ScenarioDocument = serde_json::from_value(document).expect("still a document");
    let replay = window(&document, 0, 600.0, 900.0);
    assert!(!replay.is_followed && replay.traces.is_empty());
    assert_eq!(replay.ticks, replay.played);
    assert_eq!(replay.left_out as f64, concluded(&replay));
    assert!(replay.quantiles_ms.is_some());
}
