//! Cancelled work in closed form against what is played, and against theory.

use super::super::versus::{Figures, both, steady};
use super::*;
use crate::plane::queueing::finite_queue;
use crate::plane::{Interval, OnTimeout, Overflow, RetryModel, ServiceModel};
use crate::random::Distribution;

const MEAN_S: f64 = 0.1;

fn service(cv: f64) -> Distribution {
    if cv == 1.0 {
        Distribution::exponential(MEAN_S).expect("a law")
    } else {
        Distribution::log_normal(MEAN_S, cv).expect("a law")
    }
}

/// Clients wait for so many mean services; answers are good below three quarters of that.
fn model(cv: f64, patience: f64) -> ServiceModel {
    ServiceModel {
        timeout_s: patience * MEAN_S,
        on_timeout: OnTimeout::Cancel,
        thresholds_s: vec![0.75 * patience * MEAN_S],
        ..ServiceModel::new(service(cv))
    }
}

fn cancelling(service: &Distribution, timeout_s: f64) -> Cancelling {
    let law = ServiceLaw::new(service);
    let shapes = std::sync::Arc::new(Shapes::new(&law));
    Cancelling::new(&law, timeout_s, &shapes)
}

/// M/M/1, cancelled after τ: the wait has the density λ p₀ e^((λ − μ)x) below τ, and μ × the share of time busy is served.
#[test]
fn one_server_is_exact() {
    for (rate, timeout_s) in [
        (1.2, 2.0),
        (0.7, 3.0),
        (0.99, 10.0),
        (3.0, 1.0),
        (0.5, 20.0),
    ] {
        let of = cancelling(&Distribution::exponential(1.0).expect("a law"), timeout_s);
        let point = of.point(1, u32::MAX, rate * of.mean_s);
        let drift: f64 = rate - 1.0;
        let idle = 1.0 / (1.0 + rate * libm::expm1(drift * timeout_s) / drift);
        assert!(
            (point.waits - (1.0 - idle)).abs() < 2e-3,
            "{rate} {timeout_s}: {point:?}"
        );
        assert!(
            (point.busy - (1.0 - idle)).abs() < 2e-3,
            "{rate} {timeout_s}: {point:?}"
        );
        assert!((rate * point.held_s - point.busy).abs() < 1e-9, "{point:?}");
    }
}

/// With clients that hardly ever lose their patience it is M/M/c/K, below and above full load.
#[test]
fn patient_clients_make_a_finite_queue() {
    for (servers, load, room) in [
        (1, 0.9, 9),
        (10, 1.2, 10),
        (3, 0.8, 0),
        (4, 1.5, 50),
        (2, 1.0, 1),
    ] {
        let of = cancelling(&Distribution::exponential(1.0).expect("a law"), 80.0);
        let point = of.point(servers, room, load);
        let exact = finite_queue(servers, f64::from(servers) * load, room);
        let waiting = exact.mean_wait * f64::from(servers) * load * (1.0 - exact.blocked);
        assert!(
            (point.lost - exact.blocked).abs() < 2e-3,
            "{servers} {load} {room}: {point:?} {exact:?}"
        );
        assert!(
            (point.queue - waiting).abs() < 0.01 * (1.0 + waiting),
            "{servers} {load} {room}: {point:?} {waiting}"
        );
    }
}

/// What may be off: shares of all requests, and parts of the P95.
#[derive(Clone, Copy)]
struct Most {
    good: f64,
    /// Of all that are served, late and rejected.
    shares: f64,
    p95: f64,
}

fn wrong(what: &str, [r, f]: [Figures; 2], most: Most) -> Option<String> {
    let shares = [
        f.served - r.served,
        f.timed_out - r.timed_out,
        f.rejected - r.rejected,
    ];
    let good = f.good - r.good;
    let (p95, busy) = (f.p95_s / r.p95_s - 1.0, f.busy_s / r.busy_s - 1.0);
    let is_wrong = good.abs() > most.good
        || shares.iter().any(|off| off.abs() > most.shares)
        || p95.abs() > most.p95
        || busy.abs() > 0.017;
    is_wrong.then(|| {
        let shares = shares.map(|off| 100.0 * off);
        format!(
            "{what}: good {:.2} {:+.2} served, late, rejected {shares:+.2?} P95 {:+.1} % busy {:+.2} %",
            100.0 * r.good,
            100.0 * good,
            100.0 * p95,
            100.0 * busy
        )
    })
}

/// Below, near and above full load: good shares within 1.5 points, and 3 just above it, where the wait wanders between none and
/// the deadline.
#[test]
fn constant_load_on_a_grid() {
    let mut all = Vec::new();
    for servers in [1_u32, 2, 4, 8, 16, 50] {
        for patience in [2.0, 5.0] {
            for cv in [0.5, 1.0, 2.0] {
                for load in [0.5, 0.95, 1.1, 1.5] {
                    // With many servers that few requests are few ticks, each with luck of its own.
                    let (good, shares) = match (servers, load) {
                        (50, 1.5) => (0.04, 0.022),
                        (_, 1.1) => (0.03, 0.015),
                        _ => (0.017, 0.015),
                    };
                    let arrivals = if servers > 2 { 200_000.0 } else { 500_000.0 };
                    let rate_rps = load * f64::from(servers) / MEAN_S;
                    let of = model(cv, patience);
                    let figures = steady(&of, servers, rate_rps, 1_000_000, arrivals);
                    let what =
                        format!("{servers} servers, timeout {patience}, cv {cv}, load {load}");
                    all.extend(wrong(
                        &what,
                        figures,
                        Most {
                            good,
                            shares,
                            p95: 0.05,
                        },
                    ));
                }
            }
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

/// The same with room for two requests a server, and none.
#[test]
fn room_on_a_grid() {
    let mut all = Vec::new();
    for servers in [4_u32, 16] {
        for (cv, load, room) in [
            (0.5, 0.95, 2),
            (0.5, 1.1, 2),
            (1.0, 0.95, 2),
            (1.0, 1.5, 2),
            (2.0, 0.95, 2),
            (2.0, 1.5, 2),
            (0.5, 1.1, 0),
            (2.0, 1.1, 0),
        ] {
            let rate_rps = load * f64::from(servers) / MEAN_S;
            let of = model(cv, 5.0);
            let figures = steady(&of, servers, rate_rps, room * servers, 300_000.0);
            let what = format!("{servers} servers, cv {cv}, load {load}, room {room}");
            all.extend(wrong(
                &what,
                figures,
                Most {
                    good: 0.017,
                    shares: 0.015,
                    p95: 0.05,
                },
            ));
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

/// Ticks of so many, of a load of all servers, with a part of these.
type Course = [(usize, f64, f64)];

fn course(servers: u32, room: u32, course: &Course) -> Vec<Interval> {
    let mut intervals = Vec::new();
    for _ in 0..6 {
        for &(count, load, part) in course {
            let interval = Interval {
                length_s: 15.0,
                rate_rps: load * f64::from(servers) / MEAN_S,
                servers: (part * f64::from(servers)) as u32,
                queue_limit: room,
                ..Interval::default()
            };
            intervals.extend(std::iter::repeat_n(interval, count));
        }
    }
    intervals
}

/// A minute at load 1.3, half the replicas, half as many again when it is late, and a minute without any. Waits as long as a
/// tick change within it, which moves the good share by up to 3.5 points, and the P95 where one request in twenty is late.
#[test]
fn over_time() {
    let spike = [
        (30, 0.6, 1.0),
        (4, 1.3, 1.0),
        (30, 0.6, 1.0),
        (10, 0.9, 1.0),
    ];
    let fewer = [(30, 0.6, 1.0), (30, 0.6, 0.5)];
    let more = [(10, 0.6, 1.0), (4, 1.4, 1.0), (20, 1.4, 1.5)];
    let none = [(30, 0.6, 1.0), (4, 0.6, 0.0), (20, 0.6, 1.0)];
    let courses: [(&str, &Course, &[u32]); 4] = [
        ("spike", &spike, &[40, 1_000_000]),
        ("fewer", &fewer, &[40, 1_000_000]),
        ("more", &more, &[40, 1_000_000]),
        ("none", &none, &[1_000_000]),
    ];
    let mut all = Vec::new();
    for servers in [4, 20] {
        for cv in [0.5, 1.0, 2.0] {
            for patience in [5.0, 20.0, 100.0, 600.0] {
                let (good, p95) = match patience {
                    5.0 | 20.0 => (0.032, 0.05),
                    _ => (0.036, 0.2),
                };
                for (name, ticks, rooms) in courses {
                    for &room in rooms {
                        let figures = both(&model(cv, patience), &course(servers, room, ticks), 20);
                        let what = format!(
                            "{name}: {servers} servers, timeout {patience}, cv {cv}, room {room}"
                        );
                        all.extend(wrong(
                            &what,
                            figures,
                            Most {
                                good,
                                shares: 0.015,
                                p95,
                            },
                        ));
                    }
                }
            }
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

/// Who finds no room waits outside: as if there were room.
#[test]
fn blocked_requests_wait_outside() {
    let model = ServiceModel {
        overflow: Overflow::Block,
        ..model(1.0, 20.0)
    };
    let intervals = course(10, 5, &[(30, 0.9, 1.0), (6, 1.2, 1.0), (30, 0.7, 1.0)]);
    let figures = both(&model, &intervals, 10);
    assert_eq!(
        wrong(
            "outside",
            figures,
            Most {
                good: 0.01,
                shares: 0.015,
                p95: 0.05
            }
        ),
        None
    );
}

/// Clients that try again, twice at most, which makes an overload of a load near 1.
#[test]
fn clients_try_again() {
    let mut all = Vec::new();
    for servers in [32_u32, 64] {
        for patience in [5.0, 20.0] {
            for cv in [0.5, 1.0, 2.0] {
                for load in [0.5, 0.8, 0.95, 1.05, 1.2, 1.5] {
                    let model = ServiceModel {
                        retries: RetryModel {
                            max_attempts: 3,
                            backoff_s: 2.0 * MEAN_S,
                            multiplier: 2.0,
                            full_jitter: true,
                            budget: f64::INFINITY,
                        },
                        ..model(cv, patience)
                    };
                    let rate_rps = load * f64::from(servers) / MEAN_S;
                    let figures = steady(&model, servers, rate_rps, 1_000_000, 300_000.0);
                    let what =
                        format!("{servers} servers, timeout {patience}, cv {cv}, load {load}");
                    all.extend(wrong(
                        &what,
                        figures,
                        Most {
                            good: 0.022,
                            shares: 0.025,
                            p95: 0.07,
                        },
                    ));
                    let [r, f] = figures;
                    if (f.retries - r.retries).abs() > 0.03 {
                        all.push(format!("{what}: retries {} {}", r.retries, f.retries));
                    }
                }
            }
        }
    }
    assert!(all.is_empty(), "{all:#?}");
}

/// From services much longer than the timeout to much shorter ones, one server and thousands: shares are shares, and the queue
/// grows with the load.
#[test]
fn extremes_are_finite() {
    let laws = [
        Distribution::pareto(0.01, 1.1),
        Distribution::deterministic(1.0),
        Distribution::log_normal(20.0, 5.0),
        Distribution::gamma(0.001, 0.1),
        Distribution::hyper_exponential(0.1, 5.0),
    ];
    for law in laws {
        let law = law.expect("a law");
        for timeout_s in [0.01, 1.0, 60.0] {
            let of = cancelling(&law, timeout_s);
            for servers in [1, 3, 40, 5000] {
                for room in [0, 7, 3000, u32::MAX] {
                    let mut before = -1e-6;
                    for load in [0.0, 0.1, 0.8, 1.0, 1.2, 4.2, 60.0] {
                        let point = of.point(servers, room, load);
                        let what = format!("{law:?} {timeout_s} {servers} {room}: {point:?}");
                        let shares = [point.lost, point.waits];
                        assert!(
                            shares.iter().all(|x| (0.0..=1.000_001).contains(x)),
                            "{what}"
                        );
                        let longest_s = point.parts_s[PARTS - 1];
                        assert!((0.0..=timeout_s * 1.000_001).contains(&longest_s), "{what}");
                        assert!(
                            point.busy <= f64::from(servers) && point.held_s > 0.0,
                            "{what}"
                        );
                        assert!(point.queue >= before * 0.999 - 1e-6, "{before} {what}");
                        before = point.queue;
                    }
                }
            }
        }
    }
}
