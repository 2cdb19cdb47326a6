//! Queues that are followed against queues that are played.

use crate::plane::fluid::versus::{Figures, both, law, steady, with_overloads};
use crate::plane::network::{
    Call, CallGuard, CallMode, Entry, FluidNetwork, NetworkOutcome, NetworkPlane, NetworkTables,
    RequestsNetwork, Station, StationInterval,
};
use crate::plane::{Interval, Overflow, QueueDiscipline, RetryModel, ServiceModel};
use crate::random::Distribution;
use crate::stats::LogHistogram;

const MEAN_S: f64 = 0.1;

fn model(cv: f64, after: f64, timeout: f64) -> ServiceModel {
    ServiceModel {
        thresholds_s: vec![after * MEAN_S],
        timeout_s: timeout * MEAN_S,
        ..ServiceModel::new(law(MEAN_S, cv))
    }
}

/// What is wrong with a run of both planes.
fn wrong(what: &str, [r, f]: [Figures; 2], most_good: f64, most_p95: f64) -> Option<String> {
    let off = [
        f.good - r.good,
        f.timed_out - r.timed_out,
        f.rejected - r.rejected,
    ];
    let p95 = f.p95_s / r.p95_s - 1.0;
    let is_wrong = off[0].abs() > most_good || p95.abs() > most_p95;
    is_wrong.then(|| {
        format!(
            "{what}: good {:.4} {:+.4} late {:.4} {:+.4} rejected {:.4} {:+.4} p95 {:.3} {:+.3} wait {:.4} {:.4}",
            r.good, off[0], r.timed_out, off[1], r.rejected, off[2], r.p95_s, p95, r.mean_wait_s, f.mean_wait_s
        )
    })
}

#[test]
fn codel_under_constant_load() {
    let mut all = Vec::new();
    for servers in [16, 50] {
        for cv in [0.5, 1.0] {
            for load in [0.5, 0.8, 0.95, 1.1, 1.4] {
                for (target_s, interval_s, timeout) in [
                    (0.005, 0.1, f64::INFINITY),
                    (0.05, 0.5, f64::INFINITY),
                    (0.2, 2.0, 20.0),
                ] {
                    let of = ServiceModel {
                        queue: QueueDiscipline::Codel {
                            target_s,
                            interval_s,
                        },
                        ..model(cv, 4.0, timeout)
                    };
                    let rate_rps = load * f64::from(servers) / MEAN_S;
                    let figures = steady(&of, servers, rate_rps, 1_000_000, 4e5);
                    let what =
                        format!("{servers} servers, cv {cv}, load {load}, target {target_s}");
                    // Under an overload that never ends the rule goes round in circles of its own.
                    let (good, p95) = if load > 1.0 {
                        (0.11, 0.32)
                    } else {
                        (0.015, 0.08)
                    };
                    all.extend(wrong(&what, figures, good, p95));
                }
            }
        }
    }
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

#[test]
fn the_oldest_are_dropped_under_constant_load() {
    let mut all = Vec::new();
    for servers in [16, 50] {
        for cv in [0.5, 1.0] {
            for load in [0.5, 0.8, 0.95, 1.1, 1.4] {
                for (room, timeout) in [
                    (servers, f64::INFINITY),
                    (5 * servers, f64::INFINITY),
                    (20 * servers, 10.0),
                ] {
                    let of = ServiceModel {
                        overflow: Overflow::DropOldest,
                        ..model(cv, 4.0, timeout)
                    };
                    let rate_rps = load * f64::from(servers) / MEAN_S;
                    let figures = steady(&of, servers, rate_rps, room, 1e6);
                    let what = format!("{servers} servers, cv {cv}, load {load}, room {room}");
                    all.extend(wrong(&what, figures, 0.015, 0.08));
                }
            }
        }
    }
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

/// Load above 1 for a minute, and half a minute without servers.
#[test]
fn over_time() {
    let mut all = Vec::new();
    let codel = QueueDiscipline::Codel {
        target_s: 0.05,
        interval_s: 0.5,
    };
    for cv in [0.5, 1.0] {
        for (name, queue, overflow, room, timeout) in [
            (
                "codel",
                codel,
                Overflow::RejectNew,
                1_000_000,
                f64::INFINITY,
            ),
            ("codel, patience", codel, Overflow::RejectNew, 200, 20.0),
            (
                "drop oldest",
                QueueDiscipline::Fifo,
                Overflow::DropOldest,
                100,
                f64::INFINITY,
            ),
            (
                "drop oldest, patience",
                QueueDiscipline::Fifo,
                Overflow::DropOldest,
                100,
                20.0,
            ),
        ] {
            let course = with_overloads(MEAN_S, room);
            let of = ServiceModel {
                queue,
                overflow,
                ..model(cv, 5.0, timeout)
            };
            let figures = both(&of, &course, 20);
            all.extend(wrong(&format!("{name}, cv {cv}"), figures, 0.005, 0.08));
        }
    }
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

/// Good requests of all, and P95, of users whose calls go to a service with a rule: over loads of it up to 1.3.
fn by_network(plane: &mut dyn NetworkPlane) -> [f64; 3] {
    let mut outcome = NetworkOutcome::default();
    let mut latencies = LogHistogram::new();
    let (mut arrivals, mut served, mut slow) = (0.0, 0.0, 0.0);
    for round in 0..12 {
        for (count, load) in [(30, 0.7), (6, 1.3), (30, 0.6), (20, 0.9)] {
            for tick in 0..count {
                let given = |servers: u32| StationInterval {
                    interval: Interval {
                        length_s: 15.0,
                        servers,
                        queue_limit: 5000,
                        ..Interval::default()
                    },
                    ..StationInterval::default()
                };
                plane.serve(
                    load * 20.0 / MEAN_S,
                    &[given(1000), given(20)],
                    &mut outcome,
                );
                if round == 0 && tick == 0 {
                    continue;
                }
                let total = &outcome.entries[0].total;
                arrivals += total.arrivals;
                served += total.served;
                slow += total.slow[0];
            }
        }
    }
    plane.drain_latency(0, &mut latencies);
    [
        (served - slow) / arrivals,
        served / arrivals,
        latencies.quantile(0.95).unwrap_or(0.0),
    ]
}

/// The service that is called has the rule: what its callers' users see.
#[test]
fn in_a_network() {
    let codel = QueueDiscipline::Codel {
        target_s: 0.05,
        interval_s: 0.5,
    };
    for queue in [QueueDiscipline::Lifo, codel, QueueDiscipline::Fifo] {
        let call = Call {
            to: 1,
            per_request: 1.0,
            mode: CallMode::Sequential,
            required: true,
            retries: RetryModel::NONE,
            guard: CallGuard::default(),
        };
        let front = ServiceModel::new(Distribution::exponential(0.02).expect("a law"));
        let called = ServiceModel {
            queue,
            ..model(1.0, 5.0, 20.0)
        };
        let station = |service: ServiceModel, calls: &[Call]| Station {
            service,
            calls: calls.to_vec(),
            function: None,
        };
        let stations = [station(front, &[call]), station(called, &[])];
        let entries = [Entry {
            station: 0,
            share: 1.0,
        }];
        let tables = NetworkTables::new(&stations, &entries, &[0.6]).expect("a network");
        let fluid = by_network(&mut FluidNetwork::new(&tables, 1, 5, 0));
        let mut played =
            RequestsNetwork::new(&stations, &entries, &[0.6], 1, 5, 0).expect("a network");
        let played = by_network(&mut played);
        let words = format!("{queue:?}: played {played:?} computed {fluid:?}");
        println!("{words}");
        assert!((played[0] - fluid[0]).abs() < 0.01, "{words}");
        assert!((played[1] - fluid[1]).abs() < 0.01, "{words}");
        assert!((played[2] / fluid[2] - 1.0).abs() < 0.15, "{words}");
    }
}
