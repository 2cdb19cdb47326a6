//! Queues at the replicas against those that are played.

use super::super::versus::{Figures, steady};
use crate::plane::{Balancing, ServiceModel};
use crate::random::Distribution;

const MEAN_S: f64 = 0.1;

fn cell(balancing: Balancing, cv: f64, slots: u32, replicas: u32, load: f64) -> [Figures; 2] {
    let law = if cv == 1.0 {
        Distribution::exponential(MEAN_S)
    } else {
        Distribution::log_normal(MEAN_S, cv)
    };
    let model = ServiceModel {
        balancing,
        concurrency: slots,
        thresholds_s: vec![4.0 * MEAN_S],
        ..ServiceModel::new(law.expect("a law"))
    };
    let servers = slots * replicas;
    let rate_rps = load * f64::from(servers) / MEAN_S;
    let arrivals = 150_000.0 / (1.0 - load);
    steady(&model, servers, rate_rps, u32::MAX, arrivals)
}

/// How far the good share and the P95 (relative) may be off. Policies that go by load are refused with fewer than four slots.
fn bounds(balancing: Balancing, cv: f64, slots: u32) -> (f64, f64) {
    let goes_by_load = matches!(
        balancing,
        Balancing::LeastOutstanding | Balancing::PowerOfTwo
    );
    match balancing {
        Balancing::Random => (0.015, 0.1),
        _ if goes_by_load && slots < 4 => (0.07, 0.17),
        _ if goes_by_load => (0.025, 0.12),
        _ if cv > 1.0 => (0.02, 0.13),
        _ => (0.015, 0.06),
    }
}

#[test]
fn every_policy_on_a_grid() {
    let mut wrong = Vec::new();
    for balancing in [
        Balancing::Random,
        Balancing::RoundRobin,
        Balancing::LeastOutstanding,
        Balancing::PowerOfTwo,
    ] {
        for cv in [0.5, 1.0, 2.0] {
            for (slots, replicas) in [(1, 2), (1, 5), (1, 20), (4, 4), (16, 10)] {
                for load in [0.4, 0.6, 0.75, 0.9] {
                    let [requests, fluid] = cell(balancing, cv, slots, replicas, load);
                    let good = fluid.good - requests.good;
                    let p95 = fluid.p95_s / requests.p95_s - 1.0;
                    let line = format!(
                        "{balancing:?} cv {cv} {replicas} × {slots} load {load}: good {:.4} {good:+.4}, p95 {:.3} {:+.1} %, wait {:.4} {:.4}",
                        requests.good,
                        requests.p95_s,
                        100.0 * p95,
                        requests.mean_wait_s,
                        fluid.mean_wait_s,
                    );
                    println!("{line}");
                    let (most_good, most_p95) = bounds(balancing, cv, slots);
                    if good.abs() > most_good || p95.abs() > most_p95 {
                        wrong.push(line);
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Small queues at the replicas: what is turned away.
#[test]
fn limited_queues_on_a_grid() {
    let mut wrong = Vec::new();
    for balancing in [
        Balancing::Random,
        Balancing::RoundRobin,
        Balancing::LeastOutstanding,
        Balancing::PowerOfTwo,
    ] {
        for load in [0.7, 0.9, 1.2] {
            for (slots, replicas, room) in [(1, 5, 3), (4, 4, 4)] {
                let model = ServiceModel {
                    balancing,
                    concurrency: slots,
                    thresholds_s: vec![4.0 * MEAN_S],
                    ..ServiceModel::new(Distribution::exponential(MEAN_S).expect("a law"))
                };
                let servers = slots * replicas;
                let rate_rps = load * f64::from(servers) / MEAN_S;
                let [requests, fluid] = steady(&model, servers, rate_rps, room * replicas, 3e5);
                let rejected = fluid.rejected - requests.rejected;
                let good = fluid.good - requests.good;
                let line = format!(
                    "{balancing:?} {replicas} × {slots} room {room} each, load {load}: rejected {:.4} {rejected:+.4}, good {:.4} {good:+.4}",
                    requests.rejected, requests.good
                );
                println!("{line}");
                let most = if slots < 4 {
                    (0.06, 0.035)
                } else {
                    (0.012, 0.013)
                };
                if good.abs() > most.0 || rejected.abs() > most.1 {
                    wrong.push(line);
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_grid_of_replicas_has_two_numbers_to_a_doubling() {
    use super::neighbours;
    let around: Vec<_> = [2, 3, 5, 6, 7, 8, 9, 13, 100].map(neighbours).into();
    let known = [
        (2, 2),
        (3, 3),
        (4, 6),
        (6, 6),
        (6, 8),
        (8, 8),
        (8, 12),
        (12, 16),
        (96, 128),
    ];
    assert_eq!(around, known);
}
