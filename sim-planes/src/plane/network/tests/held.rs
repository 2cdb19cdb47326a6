//! Deadlines, cancellation, replicas that go, outages: by hand, with constant times.

use super::*;
use crate::plane::{OnTimeout, Removal};

/// A caller with a second's patience for a call that takes ten, and one that goes on without the answer.
fn impatient(on_timeout: OnTimeout, required: bool) -> [Station; 2] {
    let slow = ServiceModel {
        timeout_s: 1.0,
        on_timeout,
        ..ample(constant(10.0))
    };
    let calls = Call {
        required,
        ..call(1, CallMode::Sequential)
    };
    [station(ample(constant(0.5)), &[calls]), station(slow, &[])]
}

#[test]
fn a_call_that_takes_too_long_is_given_up() {
    for required in [false, true] {
        let mut plane = network(&impatient(OnTimeout::Finish, required), 0);
        let busy = serve(&mut plane, 1.0, &[conditions(100.0, MANY); 2]);
        let rest = serve(&mut plane, 0.0, &[conditions(100.0, MANY); 2]);
        let users = busy.entries[0].total.arrivals;
        let both =
            |of: fn(&Outcome) -> f64, k: usize| of(&busy.stations[k]) + of(&rest.stations[k]);
        assert_eq!(both(|station| station.timed_out, 1), users);
        assert_eq!(both(|station| station.timed_out_in_service, 1), users);
        // It works to the end, for nobody.
        assert!((both(|station| station.busy_server_s, 1) - 10.0 * users).abs() < 1e-6);
        // The caller held its slot for its own half second and the second of patience.
        assert!((both(|station| station.in_service_s, 0) - 1.5 * users).abs() < 1e-6);
        assert!((both(|station| station.busy_server_s, 0) - 0.5 * users).abs() < 1e-6);
        let ends = [busy.entries[0].total, rest.entries[0].total];
        let served: f64 = ends.iter().map(|total| total.served).sum();
        let failed: f64 = ends.iter().map(|total| total.failed).sum();
        assert_eq!(
            [served, failed],
            if required { [0.0, users] } else { [users, 0.0] }
        );
        let latency: f64 = ends.iter().map(|total| total.latency_sum_s).sum();
        assert!((latency - 1.5 * served).abs() < 1e-6);
    }
}

#[test]
fn cancellation_frees_the_slots_of_all_that_is_called() {
    // The user gives up after 1 s; behind it are 0.5 s at the front, then ten seconds two hops down.
    for (on_timeout, held) in [(OnTimeout::Cancel, 0.5), (OnTimeout::Finish, 10.0)] {
        let service = |seconds: f64| ServiceModel {
            on_timeout,
            ..ample(constant(seconds))
        };
        let front = ServiceModel {
            timeout_s: 1.0,
            ..service(0.5)
        };
        let chain = [
            station(front, &[call(1, CallMode::Sequential)]),
            station(service(0.0), &[call(2, CallMode::Sequential)]),
            station(service(10.0), &[]),
        ];
        let mut plane = network(&chain, 0);
        let busy = serve(&mut plane, 2.0, &[conditions(50.0, MANY); 3]);
        let rest = serve(&mut plane, 0.0, &[conditions(50.0, MANY); 3]);
        let users = busy.entries[0].total.arrivals;
        assert!(users > 50.0);
        let late = busy.entries[0].total.timed_out + rest.entries[0].total.timed_out;
        assert_eq!(late, users);
        for k in [1, 2] {
            let slots = busy.stations[k].in_service_s + rest.stations[k].in_service_s;
            assert!((slots - held * users).abs() < 1e-6, "{slots} {users}");
            let cancelled = busy.stations[k].cancelled + rest.stations[k].cancelled;
            let stopped = on_timeout == OnTimeout::Cancel;
            assert_eq!(cancelled, if stopped { users } else { 0.0 });
        }
        assert_eq!(
            rest.stations
                .iter()
                .map(|station| station.open_at_end)
                .sum::<f64>(),
            0.0
        );
        // Ten seconds of service are more than the patience: no capacity would have helped.
        let blamed = busy.entries[0].blamed[2].timed_out_in_service;
        assert_eq!(blamed, busy.entries[0].total.timed_out);
    }
}

/// Whoever works on for nobody makes its calls, too; whoever stops makes none.
#[test]
fn a_request_that_nobody_waits_for_makes_its_calls_unless_it_is_cancelled() {
    for (on_timeout, called) in [(OnTimeout::Finish, 1.0), (OnTimeout::Cancel, 0.0)] {
        let front = ServiceModel {
            timeout_s: 1.0,
            on_timeout,
            ..ample(constant(2.0))
        };
        let pair = [
            station(front, &[call(1, CallMode::Sequential)]),
            station(ample(constant(0.1)), &[]),
        ];
        let mut plane = network(&pair, 0);
        let busy = serve(&mut plane, 2.0, &[conditions(50.0, MANY); 2]);
        let rest = serve(&mut plane, 0.0, &[conditions(50.0, MANY); 2]);
        let users = busy.entries[0].total.arrivals;
        let late = busy.entries[0].total.timed_out + rest.entries[0].total.timed_out;
        assert!(users > 50.0 && late == users);
        let calls = busy.stations[1].arrivals + rest.stations[1].arrivals;
        assert_eq!(calls, called * users);
        assert_eq!(rest.entries[0].total.open_at_end, 0.0);
    }
}

/// A required call fails after 0.1 s: its caller does not wait for the other, which takes a second.
#[test]
fn a_required_call_that_fails_fails_its_caller_at_once() {
    for (required, on_timeout) in [
        (true, OnTimeout::Finish),
        (true, OnTimeout::Cancel),
        (false, OnTimeout::Cancel),
    ] {
        let failing = ServiceModel {
            error_probability: 1.0,
            ..ample(constant(0.1))
        };
        let slow = ServiceModel {
            on_timeout,
            ..ample(constant(1.0))
        };
        let calls = [
            Call {
                required,
                ..call(1, CallMode::Parallel)
            },
            call(2, CallMode::Parallel),
            // Not made by those that have failed.
            call(3, CallMode::Sequential),
        ];
        let net = [
            station(ample(constant(0.5)), &calls),
            station(failing, &[]),
            station(slow, &[]),
            station(ample(constant(0.0)), &[]),
        ];
        let mut plane = network(&net, 0);
        let busy = serve(&mut plane, 2.0, &[conditions(50.0, MANY); 4]);
        let rest = serve(&mut plane, 0.0, &[conditions(50.0, MANY); 4]);
        let users = busy.entries[0].total.arrivals;
        let both =
            |of: fn(&Outcome) -> f64, k: usize| of(&busy.stations[k]) + of(&rest.stations[k]);
        let held = both(|station| station.in_service_s, 0);
        let expected = if required { 0.6 } else { 1.5 };
        assert!(users > 50.0 && (held - expected * users).abs() < 1e-6);
        assert_eq!(both(|station| station.failed, 1), users);
        let stops = required && on_timeout == OnTimeout::Cancel;
        let cancelled = both(|station| station.cancelled, 2);
        assert_eq!(cancelled, if stops { users } else { 0.0 });
        let ended = both(|station| station.timed_out, 2) + both(|station| station.served, 2);
        assert_eq!(ended, users);
        let further = both(|station| station.arrivals, 3);
        assert_eq!(further, if required { 0.0 } else { users });
        assert_eq!(both(|station| station.served, 0), further);
    }
}

/// While a station is down its callers pause for 5 s; then it is up, and the other call made together is long over.
#[test]
fn a_call_that_is_tried_again_is_waited_for() {
    let patient = Call {
        retries: RetryModel {
            backoff_s: 5.0,
            ..attempts(2)
        },
        ..call(1, CallMode::Parallel)
    };
    let net = [
        station(
            ample(constant(0.1)),
            &[patient, call(2, CallMode::Parallel)],
        ),
        station(ample(constant(0.2)), &[]),
        station(ample(constant(1.0)), &[]),
    ];
    let mut plane = network(&net, 0);
    let mut now = [conditions(4.0, MANY); 3];
    now[1].down = true;
    let down = serve(&mut plane, 10.0, &now);
    now[1].down = false;
    now[0].interval.length_s = 50.0;
    let up = serve(&mut plane, 0.0, &now);
    let users = down.entries[0].total.arrivals;
    let total = &up.entries[0].total;
    assert!(users > 20.0);
    // The last 0.1 s before the end had not called yet: those are served in 1.1 s.
    let quick = users - up.stations[1].retries;
    assert_eq!(total.served, users);
    assert!((total.latency_sum_s - 5.3 * (users - quick) - 1.1 * quick).abs() < 1e-6);
    // The pause counts as waiting, for the station that was down.
    assert!((total.wait_sum_s - 5.0 * (users - quick)).abs() < 1e-6);
}

/// Nobody tries a call again whose caller has stopped.
#[test]
fn who_has_gone_does_not_try_again() {
    let front = ServiceModel {
        timeout_s: 1.0,
        on_timeout: OnTimeout::Cancel,
        ..ample(constant(0.1))
    };
    let patient = Call {
        retries: RetryModel {
            backoff_s: 10.0,
            ..attempts(3)
        },
        ..call(1, CallMode::Sequential)
    };
    let pair = [
        station(front, &[patient]),
        station(ample(constant(0.1)), &[]),
    ];
    let mut plane = network(&pair, 0);
    let mut now = [conditions(50.0, MANY); 2];
    now[1].down = true;
    let busy = serve(&mut plane, 2.0, &now);
    let rest = serve(&mut plane, 0.0, &now);
    let users = busy.entries[0].total.arrivals;
    let both = |of: fn(&Outcome) -> f64, k: usize| of(&busy.stations[k]) + of(&rest.stations[k]);
    assert_eq!(both(|station| station.timed_out, 0), users);
    assert_eq!(both(|station| station.retries, 1), 0.0);
    // The fate of the call is that of the attempt before the pause.
    assert_eq!(both(|station| station.failed, 1), users);
    assert_eq!(rest.stations[1].open_at_end, 0.0);
}

/// The same if the call fails after its caller has stopped.
#[test]
fn who_goes_during_a_call_does_not_try_it_again() {
    let front = ServiceModel {
        timeout_s: 1.0,
        on_timeout: OnTimeout::Cancel,
        ..ample(constant(0.1))
    };
    let failing = ServiceModel {
        error_probability: 1.0,
        ..ample(constant(2.0))
    };
    let again = Call {
        retries: attempts(3),
        ..call(1, CallMode::Sequential)
    };
    let pair = [station(front, &[again]), station(failing, &[])];
    let mut plane = network(&pair, 0);
    let busy = serve(&mut plane, 2.0, &[conditions(50.0, MANY); 2]);
    let rest = serve(&mut plane, 0.0, &[conditions(50.0, MANY); 2]);
    let users = busy.entries[0].total.arrivals;
    let both = |of: fn(&Outcome) -> f64| of(&busy.stations[1]) + of(&rest.stations[1]);
    assert!(users > 50.0);
    assert_eq!(both(|station| station.retries), 0.0);
    assert_eq!(both(|station| station.failed), users);
}

/// A caller gives up, after a second, a call of whose time 0.2 s were service and 0.8 s part of a pause of ten: the
/// whole of the time is accounted for.
#[test]
fn of_a_pause_that_is_given_up_only_what_is_over_counts() {
    let optional = Call {
        required: false,
        ..call(1, CallMode::Sequential)
    };
    let patient = Call {
        retries: RetryModel {
            backoff_s: 10.0,
            ..attempts(3)
        },
        ..call(2, CallMode::Sequential)
    };
    let middle = ServiceModel {
        timeout_s: 1.0,
        ..ample(constant(0.2))
    };
    let net = [
        station(ample(constant(0.1)), &[optional]),
        station(middle, &[patient]),
        station(ample(constant(0.1)), &[]),
    ];
    let mut plane = network(&net, 0);
    let mut now = [conditions(50.0, MANY); 3];
    now[2].down = true;
    let total = serve(&mut plane, 2.0, &now).entries[0].total;
    assert!(total.served > 50.0);
    assert!((total.latency_sum_s - 1.1 * total.served).abs() < 1e-6);
    assert!((total.wait_sum_s - 0.8 * total.served).abs() < 1e-6);
}

#[test]
fn a_replica_that_ends_takes_its_calls_with_it() {
    let service = |seconds: f64| ServiceModel {
        on_timeout: OnTimeout::Cancel,
        may_be_killed: true,
        ..ServiceModel::new(constant(seconds))
    };
    let pair = [
        station(service(0.0), &[call(1, CallMode::Sequential)]),
        station(service(10.0), &[]),
    ];
    let mut plane = network(&pair, 0);
    let many = conditions(4.0, 100);
    let before = serve(&mut plane, 5.0, &[many; 2]);
    let held = before.entries[0].total.arrivals;
    assert!(held > 5.0);
    let mut killed = many;
    killed.interval.killed_replicas = 100;
    let after = serve(&mut plane, 0.0, &[killed, many]);
    assert_eq!(after.entries[0].total.lost, held);
    assert_eq!(after.entries[0].blamed[0].lost, held);
    // Those they called are stopped.
    assert_eq!(after.stations[1].cancelled, held);
    assert_eq!(after.stations[1].in_service_s, 0.0);
    assert_eq!(after.stations[1].open_at_end, 0.0);

    // If the called ones end, their callers fail, and the user sees that.
    let mut plane = network(&pair, 0);
    serve(&mut plane, 5.0, &[many; 2]);
    let after = serve(&mut plane, 0.0, &[many, killed]);
    assert_eq!(after.stations[1].lost, held);
    assert_eq!(after.entries[0].total.failed, held);
    assert_eq!(after.entries[0].blamed[1].lost, held);
}

#[test]
fn replicas_scaled_in_finish_or_lose_what_they_hold() {
    for removal in [Removal::Drain, Removal::Kill] {
        let service = ServiceModel {
            removal,
            ..ServiceModel::new(constant(2.0))
        };
        let pair = [
            station(service.clone(), &[call(1, CallMode::Sequential)]),
            station(service, &[]),
        ];
        let mut plane = network(&pair, 0);
        let before = serve(&mut plane, 3.0, &[conditions(3.5, 100); 2]);
        let held = before.entries[0].total.open_at_end;
        let after = serve(
            &mut plane,
            0.0,
            &[conditions(10.0, 0), conditions(10.0, 100)],
        );
        let total = &after.entries[0].total;
        match removal {
            Removal::Drain => assert_eq!((total.served, total.lost), (held, 0.0)),
            Removal::Kill => assert_eq!((total.served, total.lost), (0.0, held)),
        }
        assert_eq!(after.stations[0].in_service_s, 0.0);
    }
}

#[test]
fn a_brown_out_is_slower_and_an_outage_fails_at_once() {
    let pair = [
        station(ample(constant(0.1)), &[call(1, CallMode::Sequential)]),
        station(ample(constant(0.2)), &[]),
    ];
    let mut plane = network(&pair, 0);
    let ample = conditions(100.0, MANY);
    let mut now = [ample; 2];
    now[1].time_factor = 3.0;
    let slow = serve(&mut plane, 5.0, &now);
    assert!((mean_latency(&slow.entries[0].total) - 0.7).abs() < 1e-9);
    serve(&mut plane, 0.0, &[ample; 2]);
    now[1].down = true;
    let out = serve(&mut plane, 5.0, &now);
    let total = &out.entries[0].total;
    assert_eq!(total.failed + total.open_at_end, total.arrivals);
    assert_eq!(out.stations[1].failed, out.stations[1].arrivals);
    assert_eq!(out.stations[1].busy_server_s, 0.0);
    // The callers held their slots for their own service only.
    assert_eq!(out.stations[0].in_service_s, out.stations[0].busy_server_s);
}

/// The model's own errors, and those of the interval, are independent.
#[test]
fn errors_of_the_interval_come_on_top() {
    let erring = ServiceModel {
        error_probability: 0.2,
        ..ample(exponential(0.01))
    };
    let mut shares = Welford::new();
    for replication in 0..20 {
        let mut now = conditions(100.0, MANY);
        now.error_probability = 0.5;
        let mut plane = network(&[station(erring.clone(), &[])], replication);
        let outcome = serve(&mut plane, 50.0, &[now]);
        shares.push(outcome.stations[0].failed / outcome.stations[0].arrivals);
    }
    assert_mean("errors", &shares, 0.6);
}

#[test]
fn no_conditions_and_no_servers_are_no_reason_to_panic() {
    let pair = [
        station(
            ServiceModel::new(exponential(1.0)),
            &[call(1, CallMode::Parallel)],
        ),
        station(ServiceModel::new(exponential(1.0)), &[]),
    ];
    let mut plane = network(&pair, 0);
    assert_eq!(serve(&mut plane, 5.0, &[]).entries[0].total.arrivals, 0.0);
    let blind = serve(&mut plane, 5.0, &[conditions(10.0, 0); 2]);
    assert_eq!(
        blind.stations[0].waiting_at_end,
        blind.entries[0].total.arrivals
    );
    assert_eq!(plane.recent_quantile(0, 0.5, 4), None);
    assert_eq!(plane.recent_quantile(9, 0.5, 4), None);
    let now = [conditions(1_000.0, 50); 2];
    let seeing = serve(&mut plane, 0.0, &now);
    assert_eq!(
        seeing.entries[0].total.served,
        blind.entries[0].total.arrivals
    );
    assert!(plane.recent_quantile(1, 0.5, 4).is_some());
}

/// Two intervals or one: the same requests.
#[test]
fn cutting_an_interval_in_two_changes_no_request() {
    let front = ServiceModel {
        timeout_s: 0.4,
        retries: attempts(2),
        error_probability: 0.01,
        ..ServiceModel::new(exponential(0.05))
    };
    let calls = [
        Call {
            per_request: 1.5,
            retries: attempts(3),
            ..call(1, CallMode::Sequential)
        },
        call(2, CallMode::Async),
    ];
    let net = [
        station(front.clone(), &calls),
        station(front, &[call(2, CallMode::Parallel)]),
        station(ServiceModel::new(exponential(0.02)), &[]),
    ];
    let run = |pieces: u32| {
        let mut plane = network(&net, 0);
        let now = [conditions(64.0 / f64::from(pieces), 9); 3];
        let mut sums = [0.0; 5];
        for _ in 0..pieces {
            let outcome = serve(&mut plane, 50.0, &now);
            let total = &outcome.entries[0].total;
            let counts = [
                total.arrivals,
                total.served,
                total.timed_out,
                outcome.stations[2].arrivals,
                outcome.stations[1].retries,
            ];
            for (sum, count) in sums.iter_mut().zip(counts) {
                *sum += count;
            }
        }
        sums
    };
    let whole = run(1);
    assert!(whole.iter().all(|count| *count > 50.0), "{whole:?}");
    assert_eq!(run(2), whole);
    assert_eq!(run(16), whole);
}
