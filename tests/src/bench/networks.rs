//! Networks of services.

use super::clock::{Effort, rates};
use super::row::{Row, Wanted};
use sim_core::plane::network::{
    Call, CallGuard, CallMode, Entry, NetworkOutcome, NetworkPlane, RequestsNetwork, Station,
    StationInterval,
};
use sim_core::plane::{Balancing, Interval, RetryModel, ServiceModel};
use sim_core::random::Distribution;
use std::hint::black_box;

/// Requests of users per second.
const RATE_RPS: f64 = 2_000.0;
/// Slots of a replica.
const CONCURRENCY: u32 = 8;

/// Six services: a front calls one in sequence, two together and one asynchronously; two of these call a fifth.
pub fn rows(effort: Effort) -> Vec<Row> {
    let call = |to, mode| Call {
        to,
        per_request: 1.0,
        mode,
        required: true,
        retries: RetryModel {
            max_attempts: 2,
            budget: 0.1,
            ..RetryModel::NONE
        },
        guard: CallGuard::default(),
    };
    let front = [
        call(1, CallMode::Sequential),
        call(2, CallMode::Parallel),
        call(3, CallMode::Parallel),
        call(5, CallMode::Async),
    ];
    let below = [call(4, CallMode::Sequential)];
    // Mean service time, slots, calls.
    let services: [(f64, u32, &[Call]); 6] = [
        (0.005, 240, &front),
        (0.010, 80, &below),
        (0.020, 80, &below),
        (0.010, 40, &[]),
        (0.003, 24, &[]),
        (0.003, 16, &[]),
    ];
    let station = |(mean_s, _, calls): (f64, u32, &[Call])| Station {
        service: ServiceModel {
            timeout_s: 1.0,
            error_probability: 0.001,
            thresholds_s: vec![0.2],
            concurrency: CONCURRENCY,
            balancing: Balancing::PowerOfTwo,
            ..ServiceModel::new(Distribution::log_normal(mean_s, 1.0).expect("a lognormal"))
        },
        calls: calls.to_vec(),
        function: None,
    };
    let entry = Entry {
        station: 0,
        share: 1.0,
    };
    let mut plane = RequestsNetwork::new(&services.map(station), &[entry], &[0.1], 0, 1, 0)
        .expect("a proper network");
    let mut outcome = NetworkOutcome::default();
    let spans = |wanted: f64| {
        let spans_per_request = 7.0;
        let now = services.map(|(_, servers, _)| StationInterval {
            interval: Interval {
                length_s: wanted / spans_per_request / RATE_RPS,
                servers,
                queue_limit: 1_000,
                ..Interval::default()
            },
            ..StationInterval::default()
        });
        plane.serve(RATE_RPS, &now, &mut outcome);
        let stations = black_box(&outcome).stations.iter();
        stations
            .map(|station| station.arrivals + station.retries)
            .sum()
    };
    let seen = rates(effort, &mut [Box::new(spans)]);
    let row = Row::new(
        "network of six services that call each other",
        "spans/s",
        seen[0],
    );
    vec![row.wanted(Wanted::AtLeast(3e6))]
}
