//! Rate limits, queues, guards of calls and trouble by timetable, from the document to the result.

use sim_core::scenario::check;
use sim_core::scenario::document::*;
use sim_core::scenario::templates::template;
use sim_core::slo::Cause;
use sim_core::study::ReplicationResult;
use tests::runs::{run, run_once};

fn document(id: &str) -> ScenarioDocument {
    serde_json::from_str(template(id).expect("in the gallery").json).expect("a document")
}

fn problems(document: &ScenarioDocument) -> Vec<(String, String)> {
    match check(document) {
        Ok(scenario) => scenario.warnings.into_iter(),
        Err(problems) => problems.0.into_iter(),
    }
    .map(|problem| (problem.path.clone(), problem.hint.clone()))
    .collect()
}

/// A service with ample replicas, some hours at a steady rate.
fn steady(plane: PlaneKind, rps: f64, hours: f64) -> ScenarioDocument {
    let mut document = document("retry-storm");
    document.topology = None;
    document.service.retries = None;
    document.sweep.clear();
    document.run.plane = plane;
    document.slo.window_days = hours / 24.0;
    let TrafficSource::Model { base_rps, .. } = &mut document.traffic.source else {
        panic!("a model");
    };
    *base_rps = rps;
    document
}

fn limited(plane: PlaneKind, limit: RateLimitDocument, hours: f64) -> ScenarioDocument {
    let mut document = steady(plane, 16.0, hours);
    document.service.rate_limit = Some(limit);
    document
}

/// Both planes turn away what the closed form says: M/D/1 with as much room as the burst, and far above the
/// limit all but the limit. Every one of these has the cause, and they are all the bad ones.
#[test]
fn a_rate_limit_turns_away_the_same_in_both_planes() {
    for (rps, burst, expected) in [
        (20.0, 4, md1_loss(4, 0.8)),
        (8.0, 100, 0.5),
        (15.0, 30, md1_loss(30, 16.0 / 15.0)),
    ] {
        for plane in [PlaneKind::Requests, PlaneKind::Fluid] {
            let limit = RateLimitDocument { rps, burst };
            let (mut bad, mut total, mut attempts, mut away) = (0.0, 0.0, 0.0, 0.0);
            for result in run(&limited(plane, limit.clone(), 6.0), 4) {
                let success = &result.objectives[0];
                let throttled = success.bad_by_cause[Cause::Throttled as usize];
                assert!((success.bad() - throttled).abs() < 1e-6);
                bad += throttled;
                total += success.total;
                let limit = result.resilience.expect("a limit").limits[0];
                attempts += limit.attempts;
                away += limit.turned_away;
            }
            let share = bad / total;
            assert!((share - expected).abs() < 0.01, "{plane:?} {rps}: {share}");
            assert!((away / attempts - share).abs() < 1e-9);
        }
    }
}

/// What M/D/1 with so much room loses at a load: a Markov chain at its departures.
fn md1_loss(room: u32, load: f64) -> f64 {
    let room = room as usize;
    let mut arrive = vec![libm::exp(-load); room + 1];
    for count in 1..=room {
        arrive[count] = arrive[count - 1] * load / count as f64;
    }
    let mut at = vec![1.0 / room as f64; room];
    for _ in 0..20_000 {
        let mut next = vec![0.0; room];
        for (before, share) in at.iter().enumerate() {
            let left = before.max(1) - 1;
            let mut rest = 1.0;
            for count in 0..room - 1 - left {
                next[left + count] += share * arrive[count];
                rest -= arrive[count];
            }
            next[room - 1] += share * rest;
        }
        at = next;
    }
    1.0 - 1.0 / (load + at[0])
}

/// Clients who try again knock more often, and as many pass.
#[test]
fn retries_make_429_more_frequent_and_nothing_else() {
    let limit = RateLimitDocument {
        rps: 12.0,
        burst: 20,
    };
    let once = limited(PlaneKind::Requests, limit, 2.0);
    let mut again = once.clone();
    again.service.retries = document("retry-storm").service.retries;
    let share_away = |document: &ScenarioDocument| {
        let result = &run_once(document);
        let limit = result.resilience.as_ref().expect("a limit").limits[0];
        (limit.turned_away / limit.attempts, result.fates[0])
    };
    let ((once, passed_once), (again, passed_again)) = (share_away(&once), share_away(&again));
    assert!((once - 0.25).abs() < 0.02, "{once}");
    assert!(again > 1.3 * once, "{again}");
    assert!((passed_again / passed_once - 1.0).abs() < 0.02);
}

/// Everybody's bad requests are all there are, those that a breaker turned away among them.
#[test]
fn refused_calls_have_their_cause_at_the_one_that_was_called() {
    let mut required = document("third-party-risk");
    let call = &mut required.topology.as_mut().expect("a topology").calls[1];
    call.optional = false;
    for result in run(&required, 2) {
        let network = result.network.as_ref().expect("a topology");
        for (index, objective) in result.objectives.iter().enumerate() {
            for cause in Cause::ALL {
                let parts = network
                    .components
                    .iter()
                    .map(|component| component.bad_by_cause[index][cause as usize]);
                let (parts, whole): (f64, f64) =
                    (parts.sum(), objective.bad_by_cause[cause as usize]);
                assert!((parts - whole).abs() <= 1e-9 * (1.0 + whole), "{cause:?}");
            }
        }
        let refused = result.objectives[0].bad_by_cause[Cause::CircuitBreaker as usize];
        let guarded = &result.resilience.as_ref().expect("a breaker").calls[0];
        let turned_away = guarded.short_circuited + guarded.crowded_out;
        // But for those of callers whose users had gone.
        assert!(refused > 0.98 * turned_away && refused <= turned_away);
    }
}

/// Half an hour down in a day is 1/48 of the requests, whenever it is.
#[test]
fn trouble_comes_when_the_timetable_says() {
    for plane in [PlaneKind::Requests, PlaneKind::Fluid] {
        let mut document = document("retry-storm");
        document.run.plane = plane;
        document.slo.window_days = 0.25;
        document.service.retries = None;
        document.sweep.clear();
        let topology = document.topology.as_mut().expect("a topology");
        let ComponentDocument::Dependency(database) = &mut topology.components[1] else {
            panic!("the database is a dependency");
        };
        database.scheduled = vec![TroubleDocument {
            start_hour: 2.0,
            duration_minutes: 30.0,
            slowdown: None,
        }];
        for result in run(&document, 2) {
            let success = &result.objectives[0];
            let down = success.bad_by_cause[Cause::Dependency as usize] / success.total;
            assert!((down - 0.5 / 6.0).abs() < 0.004, "{plane:?}: {down}");
        }
    }
}

#[test]
fn what_the_fluid_plane_cannot_do_is_said_at_its_place() {
    let mut newest_first = steady(PlaneKind::Fluid, 16.0, 1.0);
    newest_first.service.queue = Some(QueueDocument::Lifo);
    newest_first.service.high_priority_percent = 10.0;
    let problems = problems(&newest_first);
    let found = problems.iter().find(|(place, _)| place == "/service/queue");
    let (_, hint) = found.unwrap_or_else(|| panic!("{problems:?}"));
    assert!(hint.contains("requests"), "{hint}");
}

/// The template on both planes: when the breaker was open, what it turned away, who is to blame, what users saw.
#[test]
fn a_breaker_does_the_same_in_both_planes() {
    let by = |plane, edit: &dyn Fn(&mut CallDocument)| {
        let mut document = document("third-party-risk");
        document.run.plane = plane;
        edit(&mut document.topology.as_mut().expect("a topology").calls[1]);
        run(&document, 4)
    };
    let required = |call: &mut CallDocument| call.optional = false;
    for edit in [
        &|_: &mut CallDocument| (),
        &required as &dyn Fn(&mut CallDocument),
    ] {
        let (requests, fluid) = (by(PlaneKind::Requests, edit), by(PlaneKind::Fluid, edit));
        let mean = |results: &[ReplicationResult], of: &dyn Fn(&ReplicationResult) -> f64| {
            results.iter().map(of).sum::<f64>() / results.len() as f64
        };
        let both = |of: &dyn Fn(&ReplicationResult) -> f64| (mean(&requests, of), mean(&fluid, of));
        let guard = |result: &ReplicationResult| {
            result.resilience.as_ref().expect("a breaker").calls[0].clone()
        };
        let near = |(played, computed): (f64, f64), relative: f64, least: f64, what: &str| {
            println!("{what}: {played} {computed}");
            let most = (relative * played).max(least);
            assert!(
                (computed - played).abs() < most,
                "{what}: {played} {computed}"
            );
        };
        near(both(&|of| guard(of).open), 0.05, 0.0, "open");
        near(both(&|of| guard(of).opened), 0.05, 0.0, "opened");
        let away = |of: &ReplicationResult| guard(of).short_circuited / guard(of).wanted;
        near(both(&away), 0.05, 0.0, "turned away");
        let crowded = |of: &ReplicationResult| guard(of).crowded_out / guard(of).wanted;
        near(both(&crowded), 0.0, 0.001, "crowded out");
        for objective in 0..2 {
            let good = |of: &ReplicationResult| of.objectives[objective].good_fraction();
            near(both(&good), 0.0, 0.002, "good");
            for cause in [Cause::CircuitBreaker, Cause::Dependency] {
                let bad = |of: &ReplicationResult| {
                    let objective = &of.objectives[objective];
                    objective.bad_by_cause[cause as usize] / objective.total
                };
                near(both(&bad), 0.0, 0.002, "blame");
            }
        }
        let p95 =
            |of: &ReplicationResult| of.network.as_ref().expect("a topology").routes[0].p95_ms;
        near(both(&p95), 0.05, 0.0, "P95");
    }
}

#[test]
fn guards_that_contradict_themselves_are_warned_of() {
    let mut document = document("third-party-risk");
    let call = &mut document.topology.as_mut().expect("a topology").calls[1];
    call.hedge_after_ms = Some(700.0);
    call.breaker.as_mut().expect("a breaker").minimum_calls = 21;
    let mut busy = steady(PlaneKind::Fluid, 16.0, 1.0);
    busy.service.rate_limit = Some(RateLimitDocument {
        rps: 10.0,
        burst: 10,
    });
    for (document, path) in [
        (&document, "/topology/calls/1/hedge_after_ms"),
        (&document, "/topology/calls/1/breaker/minimum_calls"),
        (&busy, "/service/rate_limit/rps"),
    ] {
        assert!(check(document).is_ok());
        let problems = problems(document);
        assert!(problems.iter().any(|(place, _)| place == path), "{path}");
    }
}

/// A month of a provider that is slow every other day for a third of an hour: the breaker is open then, and at the known
/// times of the first day, and every bad request has its cause.
#[test]
fn a_month_with_a_breaker_is_computed() {
    let mut document = document("third-party-risk");
    document.run.plane = PlaneKind::Fluid;
    document.slo.window_days = 28.0;
    document.sweep.clear();
    let topology = document.topology.as_mut().expect("a topology");
    let ComponentDocument::Dependency(provider) = &mut topology.components[1] else {
        panic!("the provider is a dependency");
    };
    provider.brown_outs = Some(BrownOutsDocument {
        mean_hours_between: 48.0,
        mean_duration_minutes: 20.0,
        slowdown: 30.0,
    });
    let (mut open, begun) = (0.0, std::time::Instant::now());
    let all = run(&document, 8);
    println!("{:?} a month", begun.elapsed() / 8);
    for result in &all {
        open += result.resilience.as_ref().expect("a breaker").calls[0].open / 8.0;
        for objective in &result.objectives {
            let causes: f64 = objective.bad_by_cause.iter().sum();
            assert!((causes - objective.bad()).abs() <= 1e-6 * (1.0 + causes));
        }
    }
    // Some 110 exponential times of 20 minutes in eight months, and 45 minutes in each: give or take 3 standard deviations.
    let expected = 20.0 / (48.0 * 60.0 + 20.0) + 45.0 / (28.0 * 24.0 * 60.0);
    println!("open {open}, expected {expected}");
    assert!((open / expected - 1.0).abs() < 3.0 * (2.0_f64 / 110.0).sqrt());
}

/// The fluid plane refuses breakers before functions that it computes worse than the rest, and says where and what to do;
/// `requests` plays them.
#[test]
fn breakers_before_some_functions_are_refused() {
    let with = |limit: u32, waits: bool, plane: PlaneKind| {
        let mut document = steady(plane, 100.0, 1.0);
        let breaker = serde_json::json!({"window_calls": 20, "minimum_calls": 10, "failure_percent": 50,
            "open_s": 30, "half_open_calls": 3});
        let mut topology = serde_json::json!({
            "components": [
                {"kind": "function", "name": "quotes", "memory_mb": 512, "max_instances": limit,
                    "duration_ms": {"kind": "lognormal", "mean": 80, "cv": 0.8},
                    "init_ms": {"kind": "deterministic", "value": 400}, "keep_alive_minutes": 10, "timeout_ms": 700},
                {"kind": "dependency", "name": "database", "latency_ms": {"kind": "exponential", "mean": 10},
                    "connections": 40, "queue_limit": 100, "timeout_ms": 500}
            ],
            "calls": [
                {"from": "service", "to": "database", "per_request": 1},
                {"from": "service", "to": "quotes", "per_request": 1, "optional": true, "breaker": breaker}
            ]
        });
        if waits {
            let call = serde_json::json!({"from": "quotes", "to": "database", "per_request": 1});
            topology["calls"].as_array_mut().expect("a list").push(call);
        }
        document.topology = Some(serde_json::from_value(topology).expect("a topology"));
        let found = problems(&document);
        let found = found
            .into_iter()
            .find(|(path, _)| path == "/topology/calls/1/breaker");
        found.map(|(_, hint)| hint)
    };
    let fluid = PlaneKind::Fluid;
    let refused = with(10, false, fluid).expect("eight at once, and ten at most");
    assert!(refused.contains("allow 17 instances or more"), "{refused}");
    assert_eq!(with(17, false, fluid), None);
    assert!(
        with(100, true, fluid)
            .expect("it waits")
            .contains("requests plane")
    );
    assert_eq!(with(10, true, PlaneKind::Requests), None);
}
