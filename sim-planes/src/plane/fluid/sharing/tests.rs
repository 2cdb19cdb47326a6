//! Shared processors in closed form against those that are played, and against theory.

use super::super::versus::{Figures, both, steady};
use super::*;
use crate::plane::{FluidPlane, FluidTables, Outcome};
use crate::random::Distribution;

const MEAN_S: f64 = 0.1;

fn service(cv: f64) -> Distribution {
    if cv == 1.0 {
        Distribution::exponential(MEAN_S).expect("a law")
    } else {
        Distribution::log_normal(MEAN_S, cv).expect("a law")
    }
}

/// Replicas of so many cores and slots.
#[derive(Clone, Copy, Debug)]
struct Replica {
    cores: f64,
    slots: u32,
}

fn model(cv: f64, of: Replica, balancing: Balancing, after: f64) -> ServiceModel {
    ServiceModel {
        concurrency: of.slots,
        balancing,
        discipline: Discipline::ProcessorSharing { cores: of.cores },
        thresholds_s: vec![after * MEAN_S],
        ..ServiceModel::new(service(cv))
    }
}

/// M/M/c: 1 + C/(c(1 − ρ)) services.
fn mean_of_markov(cores: u32, load: f64) -> f64 {
    let c = f64::from(cores);
    let waits = crate::plane::queueing::erlang_c(cores, c * load);
    1.0 + waits / (c * (1.0 - load))
}

/// The excess of one replica with slots for everybody is the queue of M/M/c, and half a core serves as one of half the speed.
#[test]
fn the_number_of_requests_is_that_of_markov_queues() {
    for (cores, load) in [(1, 0.5), (1, 0.9), (4, 0.8), (16, 0.95)] {
        let excess = excess_of_one(f64::from(cores), load);
        let expected = mean_of_markov(cores, load) - 1.0;
        assert!(
            (excess - expected).abs() < 1e-9,
            "{cores} {load}: {excess} {expected}"
        );
    }
    let slow = excess_of_one(0.5, 0.6);
    assert!((slow - (2.0 / 0.4 - 1.0)).abs() < 1e-9, "{slow}");
}

/// The mean latency is that of M/M/c whatever the service; arrivals and services vary by less than 3 % in that time.
#[test]
fn the_mean_latency_is_insensitive() {
    for (cv, cores, load) in [(0.5, 1, 0.8), (2.0, 1, 0.7), (2.0, 4, 0.8), (1.0, 2, 0.9)] {
        let of = Replica {
            cores: f64::from(cores),
            slots: 10_000,
        };
        let model = model(cv, of, Balancing::Shared, 5.0);
        let tables = FluidTables::new(model);
        let mut plane = FluidPlane::new(&tables, 0, 1, 0, 0);
        let mut sum = Outcome::default();
        for _ in 0..20_000 {
            let outcome = plane.serve(&Interval {
                length_s: 15.0,
                rate_rps: load * f64::from(cores) / MEAN_S,
                servers: of.slots,
                queue_limit: 1_000_000,
                ..Interval::default()
            });
            sum.served += outcome.served;
            sum.latency_sum_s += outcome.latency_sum_s;
            sum.in_service_s += outcome.in_service_s;
        }
        let mean = sum.latency_sum_s / sum.served / MEAN_S;
        let expected = mean_of_markov(cores, load);
        assert!(
            (mean / expected - 1.0).abs() < 0.03,
            "{cv} {cores} {load}: {mean} {expected}"
        );
        // Little.
        let there = sum.in_service_s / sum.latency_sum_s;
        assert!((there - 1.0).abs() < 0.03, "{cv} {cores} {load}: {there}");
    }
}

/// Good shares in points of all requests and the P95, against those that are played.
#[test]
fn constant_load_on_a_grid() {
    let mut wrong = Vec::new();
    for (replicas, cores, slots) in [(1, 2.0, 64), (4, 1.0, 32), (10, 2.0, 20), (7, 2.0, 4)] {
        for (cv, load, balancing) in [
            (0.5, 0.8, Balancing::Shared),
            (1.0, 0.6, Balancing::Random),
            (1.0, 0.9, Balancing::Shared),
            (2.0, 0.8, Balancing::LeastOutstanding),
            (2.0, 0.7, Balancing::RoundRobin),
            (1.5, 0.85, Balancing::PowerOfTwo),
        ] {
            let of = Replica { cores, slots };
            let model = model(cv, of, balancing, 5.0);
            let rate_rps = load * f64::from(replicas) * cores / MEAN_S;
            let [r, f] = steady(&model, replicas * slots, rate_rps, 1_000_000, 400_000.0);
            let (good, p95) = (f.good - r.good, f.p95_s / r.p95_s - 1.0);
            let busy = f.busy_s / r.busy_s - 1.0;
            let (most_good, most_p95) = if f64::from(replicas) * cores >= 8.0 {
                (0.005, 0.05)
            } else {
                (0.016, 0.08)
            };
            if good.abs() > most_good || p95.abs() > most_p95 || busy.abs() > 0.01 {
                wrong.push(format!(
                    "{of:?} × {replicas}, {cv} {load} {balancing:?}: {r:?} {f:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn course(
    model: &ServiceModel,
    of: Replica,
    ticks: &[(usize, f64, u32)],
    room: u32,
) -> [Figures; 2] {
    let mut intervals = Vec::new();
    for _ in 0..10 {
        for &(count, load_of_ten, replicas) in ticks {
            let interval = Interval {
                length_s: 15.0,
                rate_rps: load_of_ten * 10.0 * of.cores / MEAN_S,
                servers: replicas * of.slots,
                queue_limit: room,
                ..Interval::default()
            };
            intervals.extend(std::iter::repeat_n(interval, count));
        }
    }
    both(model, &intervals, 20)
}

/// Overload for minutes, full queues, clients that give up, replicas that come and go: good, late and rejected shares within a
/// point of what is played; 2.2 where replicas come while many share those that there are, whom the new ones cannot help.
#[test]
fn over_time() {
    let mut wrong = Vec::new();
    for (cv, cores, slots) in [
        (0.5, 1.0, 32),
        (1.0, 2.0, 8),
        (2.0, 2.0, 8),
        (2.0, 2.0, 200),
    ] {
        let of = Replica { cores, slots };
        let model = ServiceModel {
            timeout_s: 3.0,
            ..model(cv, of, Balancing::Shared, 10.0)
        };
        for (name, ticks, room) in [
            (
                "spike",
                vec![(40, 0.6, 10), (4, 1.3, 10), (40, 0.6, 10)],
                100_000,
            ),
            ("room", vec![(40, 0.6, 10), (20, 1.3, 10)], 50),
            (
                "more",
                vec![(40, 0.6, 10), (4, 1.3, 10), (40, 1.3, 16)],
                100_000,
            ),
            (
                "wave",
                vec![(20, 0.5, 10), (20, 0.8, 10), (20, 0.95, 10), (20, 0.8, 10)],
                100_000,
            ),
            ("fewer", vec![(40, 0.5, 10), (40, 0.5, 6)], 100_000),
        ] {
            let [r, f] = course(&model, of, &ticks, room);
            let most = if name == "more" { 0.022 } else { 0.0115 };
            let off = [
                f.good - r.good,
                f.timed_out - r.timed_out,
                f.rejected - r.rejected,
            ];
            let busy = f.busy_s / r.busy_s - 1.0;
            if off.iter().any(|off| off.abs() > most) || busy.abs() > 0.01 {
                wrong.push(format!("{name}, cv {cv}, {of:?}: {r:?} {f:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
