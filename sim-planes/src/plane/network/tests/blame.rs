//! Who is to blame, by hand.

use super::*;

/// Front 0.3 s, then 0.5 s and 0.4 s with thresholds of 0.9, 1.15 and 1.3 s.
#[test]
fn what_is_slow_without_waiting_is_blamed_on_the_longest_service() {
    let calls = [call(1, CallMode::Sequential), call(2, CallMode::Sequential)];
    let net = [
        station(ample(constant(0.3)), &calls),
        station(ample(constant(0.5)), &[]),
        station(ample(constant(0.4)), &[]),
    ];
    let mut plane = RequestsNetwork::new(&net, &FRONT, &[0.9, 1.15, 1.3], 1, 1, 0).unwrap();
    let outcome = serve(&mut plane, 5.0, &[conditions(50.0, MANY); 3]);
    let EntryOutcome { total, blamed } = &outcome.entries[0];
    assert_eq!(total.slow, [total.served, total.served, 0.0]);
    assert_eq!(total.slow_in_service, total.slow);
    assert_eq!(blamed[1].slow, total.slow);
    assert_eq!(blamed[1].slow_in_service, total.slow);
    assert_eq!([blamed[0].slow[0], blamed[2].slow[0]], [0.0; 2]);
}

/// Of two calls made together the one answered last decides; the other's wait, though longer, does not matter.
#[test]
fn only_the_path_that_decides_is_looked_at() {
    let calls = [call(1, CallMode::Parallel), call(2, CallMode::Parallel)];
    let net = [
        station(ample(constant(0.0)), &calls),
        station(ServiceModel::new(constant(0.2)), &[]),
        station(ample(constant(50.0)), &[]),
    ];
    let mut plane = RequestsNetwork::new(&net, &FRONT, &[1.0], 1, 1, 0).unwrap();
    let outcome = serve(
        &mut plane,
        5.0,
        &[
            conditions(90.0, MANY),
            conditions(90.0, 1),
            conditions(90.0, MANY),
        ],
    );
    assert!(outcome.stations[1].wait_sum_s > 0.0);
    let EntryOutcome { total, blamed } = &outcome.entries[0];
    assert!(total.served > 0.0);
    assert_eq!(total.wait_sum_s, 0.0);
    assert_eq!(blamed[2].slow_in_service[0], total.served);
}

/// The queue of the second station makes requests slow that would have been in time.
#[test]
fn what_waits_is_blamed_on_the_longest_wait() {
    let net = [
        station(ample(constant(0.5)), &[call(1, CallMode::Sequential)]),
        station(ServiceModel::new(constant(0.1)), &[]),
    ];
    let mut plane = RequestsNetwork::new(&net, &FRONT, &[1.0], 1, 1, 0).unwrap();
    let outcome = serve(
        &mut plane,
        12.0,
        &[conditions(50.0, MANY), conditions(50.0, 1)],
    );
    let EntryOutcome { total, blamed } = &outcome.entries[0];
    assert!(total.slow[0] > 300.0 && total.slow_in_service[0] == 0.0);
    assert_eq!(blamed[1].slow[0], total.slow[0]);
}

/// The user's patience ends while the request waits two hops down.
#[test]
fn a_user_who_gives_up_blames_the_queue_in_which_the_request_is() {
    let front = ServiceModel {
        timeout_s: 2.0,
        ..ample(constant(0.1))
    };
    let net = [
        station(front, &[call(1, CallMode::Sequential)]),
        station(ample(constant(0.2)), &[call(2, CallMode::Sequential)]),
        station(ServiceModel::new(constant(0.1)), &[]),
    ];
    let mut now = [conditions(50.0, MANY); 3];
    now[2].interval.servers = 1;
    let outcome = serve(&mut network(&net, 0), 20.0, &now);
    let EntryOutcome { total, blamed } = &outcome.entries[0];
    assert!(total.timed_out > 400.0 && total.timed_out_in_service == 0.0);
    assert_eq!(blamed[2].timed_out, total.timed_out);
}

/// Rejected at the third: failed for all above, and the third is to blame.
#[test]
fn the_deepest_failure_is_to_blame() {
    let net = [
        station(ample(constant(0.1)), &[call(1, CallMode::Sequential)]),
        station(
            ample(constant(0.2)),
            &[call(2, CallMode::Parallel), call(3, CallMode::Parallel)],
        ),
        station(ServiceModel::new(constant(0.1)), &[]),
        station(ample(constant(0.05)), &[]),
    ];
    let mut now = [conditions(50.0, MANY); 4];
    now[2].interval.servers = 1;
    now[2].interval.queue_limit = 0;
    let outcome = serve(&mut network(&net, 0), 20.0, &now);
    let EntryOutcome { total, blamed } = &outcome.entries[0];
    assert!(total.failed > 300.0);
    assert_eq!(blamed[2].rejected, total.failed);
    assert_eq!(outcome.stations[2].rejected, total.failed);
    assert_eq!(outcome.stations[1].failed, total.failed);
    // Their neighbours know nothing of it and end well.
    assert!(outcome.stations[3].served > 900.0 && outcome.stations[3].timed_out == 0.0);
}

/// A failed first attempt and the pause after it made the request slow: the station that failed is to blame.
#[test]
fn what_a_failed_attempt_took_is_blamed_on_where_it_failed() {
    let patient = Call {
        retries: RetryModel {
            backoff_s: 0.5,
            ..attempts(3)
        },
        ..call(1, CallMode::Sequential)
    };
    let net = [
        station(ample(constant(0.4)), &[patient]),
        station(
            ServiceModel {
                error_probability: 0.3,
                ..ample(constant(0.2))
            },
            &[],
        ),
    ];
    let mut plane = RequestsNetwork::new(&net, &FRONT, &[1.0], 1, 1, 0).unwrap();
    let outcome = serve(&mut plane, 20.0, &[conditions(50.0, MANY); 2]);
    let EntryOutcome { total, blamed } = &outcome.entries[0];
    assert!(total.slow[0] > 200.0 && total.slow_in_service[0] == 0.0);
    assert_eq!(blamed[1].slow[0], total.slow[0]);
}

/// Two calls together, one in a queue that grows, one long in service. If that alone is longer than the user's patience,
/// no capacity would have helped; otherwise the queue is to blame.
#[test]
fn of_calls_made_together_a_long_service_comes_before_a_long_wait() {
    for (service_s, to_blame, in_service) in [(50.0, 2, true), (1.5, 1, false)] {
        let front = ServiceModel {
            timeout_s: 2.0,
            ..ample(constant(0.1))
        };
        for swapped in [false, true] {
            let mut calls = [call(1, CallMode::Parallel), call(2, CallMode::Parallel)];
            if swapped {
                calls.swap(0, 1);
            }
            let net = [
                station(front.clone(), &calls),
                station(ServiceModel::new(constant(0.1)), &[]),
                station(ample(constant(service_s)), &[]),
            ];
            let mut now = [conditions(50.0, MANY); 3];
            now[1].interval.servers = 1;
            let mut plane = network(&net, 0);
            // Until the queue is longer than anybody waits.
            serve(&mut plane, 20.0, &now);
            let outcome = serve(&mut plane, 20.0, &now);
            let EntryOutcome { total, blamed } = &outcome.entries[0];
            assert!(total.timed_out > 900.0 && total.served == 0.0);
            assert_eq!(blamed[to_blame].timed_out, total.timed_out);
            let in_service = if in_service { total.timed_out } else { 0.0 };
            assert_eq!(total.timed_out_in_service, in_service);
        }
    }
}

/// Two calls together, both in queues that grow, one of them half a second later.
#[test]
fn of_calls_made_together_the_one_that_waits_longest_is_to_blame() {
    let front = ServiceModel {
        timeout_s: 2.0,
        ..ample(constant(0.1))
    };
    for order in [[1, 2], [2, 1]] {
        let net = [
            station(front.clone(), &order.map(|to| call(to, CallMode::Parallel))),
            station(ServiceModel::new(constant(0.1)), &[]),
            station(ample(constant(0.5)), &[call(3, CallMode::Sequential)]),
            station(ServiceModel::new(constant(0.1)), &[]),
        ];
        let mut now = [conditions(50.0, MANY); 4];
        now[1].interval.servers = 1;
        now[3].interval.servers = 1;
        let mut plane = network(&net, 0);
        serve(&mut plane, 20.0, &now);
        let outcome = serve(&mut plane, 20.0, &now);
        let EntryOutcome { total, blamed } = &outcome.entries[0];
        assert!(total.timed_out > 900.0 && total.timed_out_in_service == 0.0);
        assert_eq!(blamed[1].timed_out, total.timed_out);
    }
}
