//! How long calls take, and how many there are.

use super::*;
use crate::plane::queueing::{erlang_b, mg1_mean_wait, mmc_mean_wait};
use crate::stats::LogHistogram;

fn end_to_end(_: &mut RequestsNetwork, outcome: &NetworkOutcome) -> f64 {
    mean_latency(&outcome.entries[0].total)
}

/// Jackson 1957: with slots to spare at the caller, the stations are M/M/c, independent of each other.
#[test]
fn queues_in_tandem_are_mmc_each() {
    let front = station(
        ample(exponential(0.05)),
        &[call(1, CallMode::Sequential), call(2, CallMode::Sequential)],
    );
    let behind = [0.1, 0.04].map(|mean_s| station(ServiceModel::new(exponential(mean_s)), &[]));
    let [first, second] = behind;
    let tandem = [front, first, second];
    let latencies = settled(&tandem, 24.0, &[MANY, 3, 2], 1_500.0, end_to_end);
    let sojourns = 0.1 * (1.0 + mmc_mean_wait(3, 2.4)) + 0.04 * (1.0 + mmc_mean_wait(2, 0.96));
    assert_mean("mean latency", &latencies, 0.05 + sojourns);
    let waiting = settled(&tandem, 24.0, &[MANY, 3, 2], 1_500.0, |_, outcome| {
        outcome.entries[0].total.wait_sum_s / outcome.entries[0].total.waits
    });
    let waits = 0.1 * mmc_mean_wait(3, 2.4) + 0.04 * mmc_mean_wait(2, 0.96);
    assert_mean("mean wait on the path", &waiting, waits);
}

/// Of two M/M/1 in tandem the sojourns are independent (Burke 1956) and exponential of rates a = μ₁ − λ and
/// b = μ₂ − λ: P(both > t) = (b e^{−at} − a e^{−bt}) / (b − a).
#[test]
fn the_latency_of_two_mm1_in_tandem_is_hypoexponential() {
    let front = station(
        ample(constant(0.0)),
        &[call(1, CallMode::Sequential), call(2, CallMode::Sequential)],
    );
    let behind = [0.1, 0.05].map(|mean_s| station(ServiceModel::new(exponential(mean_s)), &[]));
    let [first, second] = behind;
    let tandem = [front, first, second];
    let (a, b) = (10.0 - 6.0, 20.0 - 6.0);
    let tail = |t: f64| (b * libm::exp(-a * t) - a * libm::exp(-b * t)) / (b - a);
    let (mut low, mut high) = (0.0, 10.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if tail(middle) > 0.05 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let p95_s = low;
    // The share beyond the edge of a bucket is exact.
    let (at, edge_s) = crate::stats::edges()
        .iter()
        .enumerate()
        .find(|(_, edge_s)| **edge_s >= p95_s)
        .unwrap();
    let beyond = settled(&tandem, 6.0, &[MANY, 1, 1], 8_000.0, |plane, _| {
        let mut latencies = LogHistogram::new();
        plane.drain_latency(0, &mut latencies);
        let above: f64 = latencies.weights()[at + 1..].iter().sum();
        above / latencies.count()
    });
    assert_mean("share beyond the P95", &beyond, tail(*edge_s));
}

/// A caller with one slot holds it while it calls: M/G/1 whose service is both times (Pollaczek & Khinchine). If it
/// does not wait for the answer, M/M/1.
#[test]
fn a_caller_holds_its_slot_while_it_waits_for_the_answer() {
    for (mode, service_s, variance) in [
        (CallMode::Sequential, 0.1, 0.06 * 0.06 + 0.04 * 0.04),
        (CallMode::Parallel, 0.1, 0.06 * 0.06 + 0.04 * 0.04),
        (CallMode::Async, 0.06, 0.06 * 0.06),
    ] {
        let pair = [
            station(ServiceModel::new(exponential(0.06)), &[call(1, mode)]),
            station(ample(exponential(0.04)), &[]),
        ];
        let rate = 7.0;
        let cv = f64::sqrt(variance) / service_s;
        let expected = service_s * (1.0 + mg1_mean_wait(rate * service_s, cv));
        let latencies = settled(&pair, rate, &[1, MANY], 8_000.0, end_to_end);
        assert_mean("mean latency", &latencies, expected);
        let held = settled(&pair, rate, &[1, MANY], 8_000.0, |_, outcome| {
            outcome.stations[0].in_service_s / 8_000.0
        });
        assert_mean("slots held", &held, rate * service_s);
        let busy = settled(&pair, rate, &[1, MANY], 8_000.0, |_, outcome| {
            outcome.stations[0].busy_server_s / 8_000.0
        });
        assert_mean("own service", &busy, rate * 0.06);
    }
}

/// The longest of n exponential times is Hₙ means long on average; one after another they are n.
#[test]
fn calls_made_together_take_as_long_as_the_longest() {
    let n = 5;
    for (mode, expected) in [
        (
            CallMode::Parallel,
            1.0 + 1.0 / 2.0 + 1.0 / 3.0 + 1.0 / 4.0 + 1.0 / 5.0,
        ),
        (CallMode::Sequential, 5.0),
    ] {
        // Of the same kind, and of different kinds next to each other.
        let several = Call {
            per_request: f64::from(n),
            ..call(1, mode)
        };
        let kinds = [
            Call {
                per_request: 2.0,
                ..call(1, mode)
            },
            Call {
                per_request: 3.0,
                ..call(2, mode)
            },
        ];
        for calls in [&[several][..], &kinds[..]] {
            let fan = [
                station(ample(constant(0.0)), calls),
                station(ample(exponential(0.1)), &[]),
                station(ample(exponential(0.1)), &[]),
            ];
            let latencies = settled(&fan, 50.0, &[MANY; 3], 200.0, end_to_end);
            assert_mean("mean latency", &latencies, 0.1 * expected);
        }
    }
}

/// Two calls together, one alone, two together: the longest of two, one, the longest of two.
#[test]
fn only_parallel_calls_next_to_each_other_are_made_together() {
    use CallMode::{Async, Parallel, Sequential};
    let calls = [
        (1, Parallel),
        (1, Parallel),
        (1, Sequential),
        (1, Parallel),
        (1, Parallel),
        // Does not count.
        (1, Async),
    ]
    .map(|(to, mode)| call(to, mode));
    let fan = [
        station(ample(constant(0.02)), &calls),
        station(ample(constant(0.1)), &[]),
    ];
    let outcome = serve(
        &mut network(&fan, 0),
        10.0,
        &[conditions(100.0, MANY), conditions(100.0, MANY)],
    );
    assert!((mean_latency(&outcome.entries[0].total) - 0.32).abs() < 1e-9);
    let made = outcome.stations[1].arrivals / outcome.entries[0].total.arrivals;
    assert!((made - 6.0).abs() < 0.1, "{made}");
}

#[test]
fn calls_per_request_and_shares_of_routes_set_the_rates() {
    for mode in [CallMode::Sequential, CallMode::Parallel, CallMode::Async] {
        let mut two_and_a_half = call(2, mode);
        two_and_a_half.per_request = 2.5;
        let net = [
            station(ample(exponential(0.01)), &[two_and_a_half.clone()]),
            station(ample(exponential(0.01)), &[two_and_a_half]),
            station(ample(exponential(0.01)), &[]),
        ];
        let entries = [
            Entry {
                station: 0,
                share: 0.7,
            },
            Entry {
                station: 1,
                share: 0.3,
            },
        ];
        let mut rates = [Welford::new(), Welford::new(), Welford::new()];
        for replication in 0..80 {
            let mut plane = RequestsNetwork::new(&net, &entries, &[], 1, 7, replication).unwrap();
            let outcome = serve(&mut plane, 40.0, &[conditions(100.0, MANY); 3]);
            for (rate, station) in rates.iter_mut().zip(&outcome.stations) {
                rate.push(station.arrivals / 100.0);
            }
        }
        assert_mean("first route", &rates[0], 28.0);
        assert_mean("second route", &rates[1], 12.0);
        // Some calls are still to come at the end, of those under way: less than one in a thousand.
        assert_mean("called", &rates[2], 100.0);
    }
}

/// Calls of requests that leave M/M/∞ are Poisson (Burke), so of those to c slots without a queue Erlang's B are turned
/// away; that fails the caller if it needs the answer.
#[test]
fn calls_to_full_slots_are_lost_as_erlang_says() {
    for required in [true, false] {
        let optional = Call {
            required,
            ..call(1, CallMode::Sequential)
        };
        let pair = [
            station(ample(exponential(0.1)), &[optional]),
            station(ServiceModel::new(exponential(0.1)), &[]),
        ];
        let (mut rejected, mut failed) = (Welford::new(), Welford::new());
        let mut now = [conditions(500.0, MANY), conditions(500.0, 5)];
        now[1].interval.queue_limit = 0;
        for replication in 0..20 {
            let mut plane = network(&pair, replication);
            serve(&mut plane, 40.0, &now);
            let outcome = serve(&mut plane, 40.0, &now);
            let called = &outcome.stations[1];
            rejected.push(called.rejected / called.arrivals);
            let total = &outcome.entries[0].total;
            failed.push(total.failed / total.arrivals);
            assert_eq!(outcome.entries[0].blamed[1].rejected, total.failed);
        }
        assert_mean("rejected", &rejected, erlang_b(5, 4.0));
        if required {
            assert_mean("failed", &failed, erlang_b(5, 4.0));
        } else {
            assert_eq!(failed.mean(), 0.0);
        }
    }
}

/// A caller with c slots whose requests hold them for two exponential stages: its slots and the queue in front of it obey
/// Little's law, end to end.
#[test]
fn littles_law_holds_end_to_end() {
    let pair = [
        station(
            ServiceModel::new(exponential(0.05)),
            &[call(1, CallMode::Sequential)],
        ),
        station(ServiceModel::new(exponential(0.05)), &[]),
    ];
    let mut plane = network(&pair, 0);
    // Empty at both ends: the area under the number of open requests is the sum of the latencies.
    let mut now = [conditions(0.01, 8), conditions(0.01, 6)];
    let (mut area_s, mut latency_s) = (0.0, 0.0);
    for step in 0..40_000 {
        let rate_rps = if step < 38_000 { 60.0 } else { 0.0 };
        let total = serve(&mut plane, rate_rps, &now).entries[0].total;
        area_s += 0.01 * total.open_at_end;
        latency_s += total.latency_sum_s;
    }
    now[0].interval.length_s = 1.0;
    assert_eq!(
        serve(&mut plane, 0.0, &now).entries[0].total.open_at_end,
        0.0
    );
    // A sum of samples every 0.01 s: each latency is met to within one step, evenly above and below.
    assert!(
        (area_s / latency_s - 1.0).abs() < 0.005,
        "{area_s} {latency_s}"
    );
}
