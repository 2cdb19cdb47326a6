//! Stations that are serverless functions.

use super::*;
use crate::functions::{ColdStart, FunctionModel, FunctionPool, FunctionUse};

/// Service 0.2 s, start 1 s, kept for 10 s.
fn model() -> FunctionModel {
    FunctionModel::new(
        constant(0.2),
        ColdStart::Init(constant(1.0)),
        constant(10.0),
    )
}

fn function(model: &FunctionModel, timeout_s: f64, calls: &[Call]) -> Station {
    Station {
        function: Some(model.clone()),
        ..station(
            ServiceModel {
                timeout_s,
                ..ServiceModel::new(model.service_s.clone())
            },
            calls,
        )
    }
}

fn used(outcome: &NetworkOutcome, station: usize) -> FunctionUse {
    outcome.functions.get(station).copied().unwrap_or_default()
}

/// A function that users enter at plays the requests of the pool of the same names.
#[test]
fn one_function_is_the_pool() {
    let model = FunctionModel {
        service_s: exponential(0.5),
        cold_start: ColdStart::Init(exponential(0.3)),
        max_instances: 6,
        ..model()
    };
    let mut plane = network(&[function(&model, f64::INFINITY, &[])], 3);
    let mut pool = FunctionPool::new(&model, 7, 3, 0);
    let now = [conditions(500.0, 0)];
    for rate_rps in [0.5, 8.0, 2.0] {
        let outcome = serve(&mut plane, rate_rps, &now);
        let expected: FunctionUse = pool.serve(rate_rps, 500.0).into();
        let found = used(&outcome, 0);
        let counts = |used: &FunctionUse| (used.invocations, used.cold, used.throttled);
        assert_eq!(counts(&found), counts(&expected));
        assert!((found.instance_s / expected.instance_s - 1.0).abs() < 1e-9);
        let total = &outcome.entries[0].total;
        assert_eq!(total.rejected, found.throttled);
        assert_eq!(total.arrivals, found.invocations + found.throttled);
    }
}

/// Little's law, and a share of cold starts: a function that is called holds as many instances as requests.
#[test]
fn instances_at_work_are_requests_under_way() {
    let model = FunctionModel {
        service_s: exponential(0.2),
        ..model()
    };
    let caller = station(ample(constant(0.01)), &[call(1, CallMode::Sequential)]);
    let stations = [caller, function(&model, f64::INFINITY, &[])];
    let running = settled(&stations, 20.0, &[MANY, 0], 400.0, |_, outcome| {
        let used = used(outcome, 1);
        used.running_s / 400.0 - 20.0 * (0.2 + used.cold / used.invocations)
    });
    let (low, high) = running.mean_ci(LEVEL).unwrap();
    assert!(
        low <= 0.0 && 0.0 <= high && high - low < 0.2,
        "{low} {high}"
    );
}

/// A function is billed while it waits for an answer, its start included: 1 + 0.2 + 0.5 s.
#[test]
fn waiting_for_an_answer_is_billed() {
    let calls = [call(1, CallMode::Sequential)];
    let stations = [
        function(&model(), f64::INFINITY, &calls),
        station(ample(constant(0.5)), &[]),
    ];
    let mut plane = network(&stations, 0);
    let outcome = serve(
        &mut plane,
        0.02,
        &[conditions(2000.0, 0), conditions(2000.0, MANY)],
    );
    let used = used(&outcome, 0);
    assert!(used.cold > 10.0 && used.invocations > used.cold);
    let billed_s = used.invocations * 0.7 + used.cold;
    assert!((used.billed_s - billed_s).abs() < 1e-6, "{used:?}");
    assert!((outcome.stations[0].in_service_s - billed_s).abs() < 1e-6);
    assert!((outcome.stations[0].busy_server_s - 0.2 * used.invocations).abs() < 1e-6);
}

/// At its timeout a function stops, and what it calls is not waited for; what ran is billed. A start counts as waiting.
#[test]
fn a_function_ends_at_its_timeout() {
    let model = FunctionModel {
        bills_init: false,
        ..model()
    };
    let calls = [call(1, CallMode::Sequential)];
    let stations = [
        function(&model, 1.3, &calls),
        station(ample(constant(0.5)), &[]),
    ];
    let mut plane = network(&stations, 0);
    let now = [conditions(3000.0, 0), conditions(3000.0, MANY)];
    let outcome = serve(&mut plane, 0.02, &now);
    let (used, total) = (used(&outcome, 0), &outcome.entries[0].total);
    // Cold ones would take 1.7 s, others take 0.7 s.
    assert_eq!(total.timed_out, used.cold);
    assert_eq!(total.timed_out_in_service, 0.0);
    assert_eq!(outcome.entries[0].blamed[0].timed_out, used.cold);
    let billed_s = 0.7 * (used.invocations - used.cold) + 0.3 * used.cold;
    assert!((used.billed_s - billed_s).abs() < 1e-6, "{used:?}");
}

/// Two functions share the account: Erlang's loss formula for the two streams together, B(8, 8) = 0.2356.
#[test]
fn functions_share_an_account() {
    let model = FunctionModel {
        service_s: exponential(0.4),
        cold_start: ColdStart::Init(constant(0.0)),
        account_instances: 8,
        ..model()
    };
    let parts = [
        function(&model, f64::INFINITY, &[]),
        function(&model, f64::INFINITY, &[]),
    ];
    let entries = [(0, 0.25), (1, 0.75)].map(|(station, share)| Entry { station, share });
    let mut rejected = Welford::new();
    for replication in 0..20 {
        let mut plane = RequestsNetwork::new(&parts, &entries, &[1.0], 1, 7, replication).unwrap();
        let now = [conditions(500.0, 0), conditions(500.0, 0)];
        serve(&mut plane, 20.0, &now);
        let outcome = serve(&mut plane, 20.0, &now);
        let all = |of: fn(&FunctionUse) -> f64| outcome.functions.iter().map(of).sum::<f64>();
        let throttled = all(|used| used.throttled);
        rejected.push(throttled / (throttled + all(|used| used.invocations)));
    }
    assert_mean("throttled", &rejected, 0.235_57);
}

/// Instances that are provisioned for an interval serve first, without a start.
#[test]
fn an_interval_provisions_instances() {
    let stations = [function(&model(), f64::INFINITY, &[])];
    let mut plane = network(&stations, 0);
    let outcome = serve(&mut plane, 2.0, &[conditions(1000.0, 20)]);
    let first = used(&outcome, 0);
    assert_eq!((first.cold, first.on_provisioned), (0.0, first.invocations));
    assert!((first.billed_provisioned_s - 0.2 * first.invocations).abs() < 1e-6);
    assert_eq!(first.provisioned_s, 20_000.0);
    let outcome = serve(&mut plane, 2.0, &[conditions(1000.0, 0)]);
    let second = used(&outcome, 0);
    assert!(second.cold > 0.0 && second.on_provisioned == 0.0 && second.provisioned_s == 0.0);
}
