//! Against closed forms, hand calculations and the plane of a single service.

mod blame;
mod calls;
mod followed;
mod functions;
mod guards;
mod held;
mod retries;
mod single;

use super::*;
use crate::plane::{Interval, Outcome, RetryModel, ServiceModel};
use crate::random::Distribution;
use crate::stats::Welford;

/// Confidence of the intervals that expected values must lie in.
const LEVEL: f64 = 0.99;
/// Slots that never run out.
const MANY: u32 = 1 << 20;

fn exponential(mean_s: f64) -> Distribution {
    Distribution::exponential(mean_s).unwrap()
}

fn constant(seconds: f64) -> Distribution {
    Distribution::deterministic(seconds).unwrap()
}

/// A service whose replicas have many slots each, so that few of them are many servers.
fn ample(service_time_s: Distribution) -> ServiceModel {
    ServiceModel {
        concurrency: MANY,
        ..ServiceModel::new(service_time_s)
    }
}

fn station(service: ServiceModel, calls: &[Call]) -> Station {
    Station {
        service,
        calls: calls.to_vec(),
        function: None,
    }
}

/// One required call of every request.
fn call(to: usize, mode: CallMode) -> Call {
    Call {
        to,
        per_request: 1.0,
        mode,
        required: true,
        retries: RetryModel::NONE,
        guard: CallGuard::default(),
    }
}

fn attempts(max_attempts: u32) -> RetryModel {
    RetryModel {
        max_attempts,
        ..RetryModel::NONE
    }
}

fn conditions(length_s: f64, servers: u32) -> StationInterval {
    StationInterval {
        interval: Interval {
            length_s,
            servers,
            queue_limit: u32::MAX,
            ..Interval::default()
        },
        ..StationInterval::default()
    }
}

const FRONT: [Entry; 1] = [Entry {
    station: 0,
    share: 1.0,
}];

/// A network whose users all enter at station 0.
fn network(stations: &[Station], replication: u32) -> RequestsNetwork {
    RequestsNetwork::new(stations, &FRONT, &[1.0], 4, 7, replication).unwrap()
}

fn serve(
    plane: &mut RequestsNetwork,
    rate_rps: f64,
    stations: &[StationInterval],
) -> NetworkOutcome {
    let mut outcome = NetworkOutcome::default();
    plane.serve(rate_rps, stations, &mut outcome);
    outcome
}

/// What `of` reads from replications of an interval of `length_s` after one, as long, for the queues to settle.
fn settled(
    stations: &[Station],
    rate_rps: f64,
    servers: &[u32],
    length_s: f64,
    of: impl Fn(&mut RequestsNetwork, &NetworkOutcome) -> f64,
) -> Welford {
    let mut values = Welford::new();
    let now: Vec<StationInterval> = servers
        .iter()
        .map(|&servers| conditions(length_s, servers))
        .collect();
    for replication in 0..20 {
        let mut plane = network(stations, replication);
        serve(&mut plane, rate_rps, &now);
        let mut settling = crate::stats::LogHistogram::new();
        plane.drain_latency(0, &mut settling);
        let outcome = serve(&mut plane, rate_rps, &now);
        values.push(of(&mut plane, &outcome));
    }
    values
}

/// The expected value lies in the interval that the replications give, and that says something.
fn assert_mean(what: &str, values: &Welford, expected: f64) {
    let (low, high) = values.mean_ci(LEVEL).unwrap();
    assert!(
        low <= expected && expected <= high && high - low < 0.1 * expected,
        "{what}: {low} to {high}, expected {expected}"
    );
}

fn mean_latency(outcome: &Outcome) -> f64 {
    outcome.latency_sum_s / outcome.served
}
