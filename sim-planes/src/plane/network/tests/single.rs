//! A network of one station: the plane of a single service, and its closed forms.

use super::*;
use crate::plane::queueing::{mg1_mean_wait, mmc_latency_tail, mmc_mean_wait};
use crate::plane::{Balancing, DataPlane, OnTimeout, Overflow, Removal, RequestsPlane};

fn mean_wait(_: &mut RequestsNetwork, outcome: &NetworkOutcome) -> f64 {
    outcome.stations[0].wait_sum_s / outcome.stations[0].waits
}

#[test]
fn one_station_is_mmc() {
    let alone = [station(ServiceModel::new(exponential(0.1)), &[])];
    let waits = settled(&alone, 32.0, &[4], 2_000.0, mean_wait);
    assert_mean("mean wait", &waits, 0.1 * mmc_mean_wait(4, 3.2));
    let slow = settled(&alone, 32.0, &[4], 2_000.0, |_, outcome| {
        outcome.entries[0].total.slow[0] / outcome.entries[0].total.served
    });
    // One second is ten service times: so few are slow that the interval is wide.
    let (low, high) = slow.mean_ci(LEVEL).unwrap();
    let expected = mmc_latency_tail(4, 3.2, 10.0);
    assert!(
        low <= expected && expected <= high,
        "{low} to {high}: {expected}"
    );
}

#[test]
fn one_station_is_mg1() {
    let service = Distribution::log_normal(0.1, 1.5).unwrap();
    let alone = [station(ServiceModel::new(service), &[])];
    let waits = settled(&alone, 7.0, &[1], 8_000.0, mean_wait);
    assert_mean("mean wait", &waits, 0.1 * mg1_mean_wait(0.7, 1.5));
}

/// A service with all that a network plays, but for retries: their demands are drawn in another way.
fn rich(balancing: Balancing, on_timeout: OnTimeout, overflow: Overflow) -> ServiceModel {
    ServiceModel {
        timeout_s: 0.5,
        error_probability: 0.02,
        thresholds_s: vec![0.1, 0.3],
        concurrency: 3,
        balancing,
        on_timeout,
        overflow,
        removal: Removal::Kill,
        may_be_killed: true,
        ..ServiceModel::new(exponential(0.1))
    }
}

/// Counts exactly, sums of seconds but for the order of adding.
fn assert_same(alone: &Outcome, in_network: &Outcome) {
    let seconds = |outcome: &Outcome| {
        [
            outcome.wait_sum_s,
            outcome.latency_sum_s,
            outcome.busy_server_s,
            outcome.in_service_s,
        ]
    };
    for (a, b) in seconds(alone).into_iter().zip(seconds(in_network)) {
        assert!((a - b).abs() <= 1e-9 * (1.0 + a), "{a} {b}");
    }
    let counts = |outcome: &Outcome| Outcome {
        wait_sum_s: 0.0,
        latency_sum_s: 0.0,
        busy_server_s: 0.0,
        in_service_s: 0.0,
        ..*outcome
    };
    assert_eq!(counts(alone), counts(in_network));
}

#[test]
fn one_station_plays_the_same_requests_as_the_plane_of_a_single_service() {
    let policies = [
        (Balancing::Shared, OnTimeout::Finish, Overflow::RejectNew),
        (
            Balancing::PowerOfTwo,
            OnTimeout::Cancel,
            Overflow::RejectNew,
        ),
        (Balancing::Random, OnTimeout::Finish, Overflow::DropOldest),
        (
            Balancing::RoundRobin,
            OnTimeout::Cancel,
            Overflow::DropOldest,
        ),
        (
            Balancing::LeastOutstanding,
            OnTimeout::Finish,
            Overflow::DropOldest,
        ),
    ];
    // Rate, servers, killed replicas, queue.
    let intervals = [
        (60.0, 9, 0, 60),
        (200.0, 9, 1, 60),
        (80.0, 12, 0, 30),
        (100.0, 6, 2, 8),
        (50.0, 0, 0, 10),
        (20.0, 9, 0, 60),
    ];
    for (balancing, on_timeout, overflow) in policies {
        let model = rich(balancing, on_timeout, overflow);
        let mut alone = RequestsPlane::new(&model, 4, 7, 3, 0);
        let mut plane = network(&[station(model, &[])], 3);
        let mut seen = Outcome::default();
        for (rate_rps, servers, killed_replicas, queue_limit) in intervals {
            let interval = Interval {
                length_s: 50.0,
                rate_rps,
                servers,
                killed_replicas,
                queue_limit,
                ..Interval::default()
            };
            let expected = alone.serve(&interval);
            let now = StationInterval {
                interval,
                ..StationInterval::default()
            };
            let outcome = serve(&mut plane, rate_rps, &[now]);
            assert_same(&expected, &outcome.stations[0]);
            seen.rejected += expected.rejected;
            seen.timed_out += expected.timed_out;
            seen.failed += expected.failed;
            seen.lost += expected.lost;
            seen.cancelled += expected.cancelled;
        }
        assert!(
            seen.rejected > 0.0 && seen.timed_out > 0.0 && seen.failed > 0.0 && seen.lost > 0.0
        );
        assert_eq!(seen.cancelled > 0.0, on_timeout == OnTimeout::Cancel);
    }
}

#[test]
fn what_networks_do_not_play_is_refused() {
    let plain = || ServiceModel::new(exponential(1.0));
    let refused = |service: ServiceModel| {
        let plane = RequestsNetwork::new(&[station(service, &[])], &FRONT, &[], 1, 1, 0);
        matches!(
            plane.err(),
            Some(NetworkError::Unsupported { station: 0, .. })
        )
    };
    assert!(!refused(plain()));
    assert!(refused(ServiceModel {
        discipline: crate::plane::Discipline::ProcessorSharing { cores: 1.0 },
        ..plain()
    }));
    assert!(refused(ServiceModel {
        high_priority_share: 0.1,
        ..plain()
    }));
    assert!(refused(ServiceModel {
        overflow: Overflow::Block,
        ..plain()
    }));
    assert!(refused(ServiceModel {
        may_be_buffered: true,
        balancing: Balancing::Random,
        ..plain()
    }));
}

#[test]
fn networks_that_make_no_sense_are_refused() {
    let leaf = || station(ServiceModel::new(exponential(1.0)), &[]);
    let calls = |calls: &[Call]| station(ServiceModel::new(exponential(1.0)), calls);
    let new = |stations: &[Station], entries: &[Entry]| {
        RequestsNetwork::new(stations, entries, &[], 1, 1, 0).err()
    };
    assert_eq!(new(&[], &FRONT), Some(NetworkError::Size));
    assert_eq!(new(&[leaf()], &[]), Some(NetworkError::Size));
    let back = [leaf(), calls(&[call(0, CallMode::Sequential)])];
    let order = NetworkError::Order { station: 1, to: 0 };
    assert_eq!(new(&back, &FRONT), Some(order));
    let mut many = call(1, CallMode::Sequential);
    many.per_request = f64::NAN;
    let per_request = NetworkError::PerRequest { station: 0 };
    assert_eq!(new(&[calls(&[many]), leaf()], &FRONT), Some(per_request));
    let half = [Entry {
        station: 0,
        share: 0.5,
    }];
    assert_eq!(new(&[leaf()], &half), Some(NetworkError::Shares));
    let nowhere = [Entry {
        station: 1,
        share: 1.0,
    }];
    let entry = NetworkError::EntryStation { entry: 0 };
    assert_eq!(new(&[leaf()], &nowhere), Some(entry));
}
