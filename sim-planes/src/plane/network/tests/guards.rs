//! Breakers, bulkheads and hedges of calls, against hand calculations and closed forms.

use super::breaker::{BreakerModel, SlowCalls};
use super::*;
use crate::plane::OnTimeout;
use crate::plane::queueing::erlang_b;

const BREAKER: BreakerModel = BreakerModel {
    window: 20,
    minimum: 10,
    failure_percent: 50.0,
    open_s: 30.0,
    half_open: 5,
    slow: None,
};

fn guarded(guard: CallGuard, mode: CallMode, required: bool) -> Call {
    Call {
        guard,
        required,
        ..call(1, mode)
    }
}

/// A front that calls what is behind it.
fn pair(call: Call, behind: ServiceModel) -> [Station; 2] {
    [station(ample(constant(0.0)), &[call]), station(behind, &[])]
}

/// Ten minutes of outage: the minimum of calls fails, and after each wait the trial's. Everything else is turned away.
#[test]
fn a_breaker_spares_what_is_down_and_closes_again() {
    let breaker = CallGuard {
        breaker: Some(BREAKER),
        ..CallGuard::default()
    };
    for required in [true, false] {
        let call = guarded(breaker, CallMode::Sequential, required);
        let net = pair(call, ample(constant(0.01)));
        let mut plane = network(&net, 0);
        let mut now = [conditions(600.0, MANY); 2];
        let before = serve(&mut plane, 50.0, &now);
        assert_eq!(before.calls[0].short_circuited, 0.0);
        now[1].down = true;
        let outage = serve(&mut plane, 50.0, &now);
        now[1].down = false;
        let after = serve(&mut plane, 50.0, &now);

        // It opens with the tenth failure: half of the last twenty.
        let called = outage.stations[1].arrivals;
        let rounds = outage.calls[0].opened;
        assert_eq!(called, 10.0 + 5.0 * (rounds - 1.0));
        // A wait of 30 s, and the gap of some 0.02 s to the next call, or five of them.
        assert!((19.0..=20.0).contains(&rounds), "{rounds}");
        let outcome = &outage.calls[0];
        let users = &outage.entries[0];
        assert_eq!(outcome.wanted, called + outcome.short_circuited);
        assert_eq!(outcome.wanted, users.total.arrivals);
        assert!((outcome.open_s - 600.0).abs() < 5.0, "{}", outcome.open_s);
        if required {
            assert_eq!(users.total.failed, users.total.arrivals);
            assert_eq!(users.blamed[1].refused, outcome.short_circuited);
            assert_eq!(users.blamed[1].failed, users.total.failed);
        } else {
            // Degraded answers are good ones.
            assert_eq!(
                users.total.served + users.total.open_at_end,
                users.total.arrivals
            );
        }
        // Half open once more, and closed for good.
        let late = &after.calls[0];
        assert_eq!(late.opened, 0.0);
        assert!(late.open_s <= 30.1, "{}", late.open_s);
        let expected = 50.0 * late.open_s;
        assert!((late.short_circuited - expected).abs() < 5.0 * expected.sqrt() + 5.0);
    }
}

/// Half a second of every answer is slow, and none fails. Ten of those answered open the breaker: half of the last twenty. Those
/// under way then, 50/s for half a second, are served all the same; after each wait the trial's five are, too.
#[test]
fn a_breaker_for_slow_calls_spares_what_is_slow() {
    let breaker = |longer_than_s| CallGuard {
        breaker: Some(BreakerModel {
            slow: Some(SlowCalls {
                longer_than_s,
                percent: 50.0,
            }),
            ..BREAKER
        }),
        ..CallGuard::default()
    };
    let run = |longer_than_s| {
        let call = guarded(breaker(longer_than_s), CallMode::Sequential, false);
        let net = pair(call, ample(constant(0.5)));
        serve(&mut network(&net, 0), 50.0, &[conditions(600.0, MANY); 2])
    };
    let slow = run(0.4);
    let rounds = slow.calls[0].opened;
    let called = slow.stations[1].arrivals;
    // A wait of 30 s, and half a second for the trial.
    assert!((18.0..=20.0).contains(&rounds), "{rounds}");
    let expected = 10.0 + 25.0 + 5.0 * (rounds - 1.0);
    assert!(
        (called - expected).abs() < 5.0 * 25.0_f64.sqrt(),
        "{called} {expected}"
    );
    assert_eq!(slow.calls[0].wanted, called + slow.calls[0].short_circuited);
    // As long is not longer.
    assert_eq!(run(0.5 + 1e-9).calls[0].opened, 0.0);
}

/// Errors below the threshold do not open it; errors above it keep it open but for the trials, and then callers are
/// turned away for `open_s` in every round of a minimum, or a trial, of calls.
#[test]
fn a_share_of_errors_below_the_threshold_passes() {
    let breaker = CallGuard {
        breaker: Some(BreakerModel {
            window: 100,
            minimum: 100,
            ..BREAKER
        }),
        ..CallGuard::default()
    };
    for (errors, opens) in [(0.25, false), (0.75, true)] {
        let failing = ServiceModel {
            error_probability: errors,
            ..ample(constant(0.01))
        };
        let net = pair(guarded(breaker, CallMode::Sequential, true), failing);
        let mut plane = network(&net, 1);
        let outcome = serve(&mut plane, 100.0, &[conditions(1000.0, MANY); 2]);
        assert_eq!(outcome.calls[0].opened > 0.0, opens, "{errors}");
    }
}

/// Asynchronous calls to something with ample room meet nothing but the bulkhead: Erlang's loss system.
#[test]
fn a_bulkhead_turns_away_what_erlang_b_says() {
    let bulkhead = CallGuard {
        max_concurrent: Some(8),
        ..CallGuard::default()
    };
    let net = pair(
        guarded(bulkhead, CallMode::Async, true),
        ample(exponential(0.1)),
    );
    let shares = settled(&net, 60.0, &[MANY, MANY], 500.0, |_, outcome| {
        let calls = &outcome.calls[0];
        assert_eq!(
            calls.wanted,
            outcome.stations[1].arrivals + calls.crowded_out
        );
        calls.crowded_out / calls.wanted
    });
    assert_mean("turned away", &shares, erlang_b(8, 6.0));
}

/// The limit is for each replica of the caller, all together.
#[test]
fn more_callers_have_more_room_in_the_bulkhead() {
    let bulkhead = CallGuard {
        max_concurrent: Some(2),
        ..CallGuard::default()
    };
    let front = ServiceModel {
        concurrency: 1000,
        ..ServiceModel::new(constant(0.0))
    };
    let net = [
        station(front, &[guarded(bulkhead, CallMode::Sequential, false)]),
        station(ample(exponential(0.1)), &[]),
    ];
    let shares = settled(&net, 60.0, &[4000, MANY], 500.0, |_, outcome| {
        outcome.calls[0].crowded_out / outcome.calls[0].wanted
    });
    assert_mean("turned away", &shares, erlang_b(8, 6.0));
}

const SHIFT_S: f64 = 0.05;
const MEAN_S: f64 = 0.1;

/// A front hedges its calls to a station whose answers take a constant and an exponential time: the constant is the
/// station's own service, the exponential that of one that it calls.
fn hedging(after_s: f64, behind: ServiceModel) -> [Station; 3] {
    let hedge = CallGuard {
        hedge_after_s: Some(after_s),
        ..CallGuard::default()
    };
    [
        station(
            ample(constant(0.0)),
            &[guarded(hedge, CallMode::Sequential, true)],
        ),
        station(behind, &[call(2, CallMode::Sequential)]),
        station(ample(exponential(MEAN_S)), &[]),
    ]
}

/// Of two attempts with times d + X, the second one h ≥ d after the first, the first answer takes
/// d + m (1 − e^{−(h−d)/m}) + m (e^{−(h−d)/m} − e^{−h/m}) + m e^{−h/m}/2 on average, m the mean of X.
#[test]
fn the_first_of_two_attempts_counts() {
    let (d, m) = (SHIFT_S, MEAN_S);
    for h in [0.05, 0.1, 0.3] {
        let expected = d + m - 0.5 * m * libm::exp(-h / m);
        let second = libm::exp(-(h - d) / m);
        for cancels in [false, true] {
            let behind = ServiceModel {
                on_timeout: if cancels {
                    OnTimeout::Cancel
                } else {
                    OnTimeout::Finish
                },
                ..ample(constant(d))
            };
            let net = hedging(h, behind);
            let latency = settled(&net, 50.0, &[MANY; 3], 400.0, |_, outcome| {
                let total = &outcome.entries[0].total;
                let sum = total.served + total.open_at_end;
                assert!((sum - total.arrivals).abs() < 60.0);
                mean_latency(total)
            });
            assert_mean("latency", &latency, expected);
            let hedges = settled(&net, 50.0, &[MANY; 3], 400.0, |_, outcome| {
                assert_eq!(outcome.calls[0].hedges, outcome.stations[1].retries);
                outcome.calls[0].hedges / outcome.calls[0].wanted
            });
            assert_mean("hedges", &hedges, second);
            // The second is first if X₁ > h + X₂.
            let won = settled(&net, 50.0, &[MANY; 3], 400.0, |_, outcome| {
                outcome.calls[0].hedges_won / outcome.calls[0].wanted
            });
            assert_mean("won", &won, 0.5 * libm::exp(-h / m));
        }
    }
}

/// Every request has one fate, with everything on: hedges, retries, breaker, bulkhead, errors, cancelled work.
#[test]
fn every_request_has_one_fate_behind_every_guard() {
    for (on_timeout, required, mode) in [
        (OnTimeout::Cancel, true, CallMode::Sequential),
        (OnTimeout::Finish, true, CallMode::Parallel),
        (OnTimeout::Cancel, false, CallMode::Async),
        (OnTimeout::Finish, false, CallMode::Sequential),
    ] {
        let guard = CallGuard {
            breaker: Some(BREAKER),
            max_concurrent: Some(12),
            hedge_after_s: Some(0.05),
        };
        let hedged = Call {
            retries: RetryModel {
                backoff_s: 0.02,
                full_jitter: true,
                ..attempts(3)
            },
            per_request: 1.5,
            ..guarded(guard, mode, required)
        };
        let behind = ServiceModel {
            error_probability: 0.2,
            timeout_s: 0.3,
            on_timeout,
            ..ServiceModel::new(exponential(0.1))
        };
        let front = ServiceModel {
            timeout_s: 0.5,
            on_timeout,
            ..ample(exponential(0.01))
        };
        let net = [station(front, &[hedged]), station(behind, &[])];
        let mut plane = network(&net, 3);
        let mut sums = [0.0; 2];
        for servers in [10, 4, 0, 10, 20, 10, 10] {
            let now = [conditions(60.0, MANY), conditions(60.0, servers)];
            let outcome = serve(&mut plane, 60.0, &now);
            let all = outcome.stations.iter().chain([&outcome.entries[0].total]);
            for (index, station) in all.enumerate() {
                let over = station.served + station.rejected + station.timed_out;
                let over = over + station.failed + station.lost;
                if index < 2 {
                    sums[index] += station.arrivals - over;
                    assert_eq!(sums[index], station.open_at_end, "{index} {servers}");
                }
            }
        }
        // Nobody comes any more: everything ends.
        let ends = [conditions(600.0, MANY), conditions(600.0, 10)];
        let end = serve(&mut plane, 0.0, &ends);
        for station in &end.stations {
            assert_eq!((station.open_at_end, station.waiting_at_end), (0.0, 0.0));
        }
        assert!(
            plane.network.spans.under_way() <= 1,
            "{on_timeout:?} {mode:?}"
        );
    }
}
