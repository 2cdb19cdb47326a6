//! Queues that drop the oldest request, against those that are played.

use super::super::versus::steady;
use crate::plane::{Overflow, ServiceModel};
use crate::random::Distribution;

#[test]
fn dropping_the_oldest_on_a_grid() {
    const MEAN_S: f64 = 0.1;
    let mut wrong = Vec::new();
    for cv in [0.5, 1.0, 2.0] {
        for servers in [1, 4, 16] {
            for room in [2, 20] {
                for load in [0.7, 0.9, 1.1, 1.5] {
                    let law = Distribution::log_normal(MEAN_S, cv);
                    let model = ServiceModel {
                        overflow: Overflow::DropOldest,
                        thresholds_s: vec![3.0 * MEAN_S],
                        ..ServiceModel::new(law.expect("a law"))
                    };
                    let room = room * servers;
                    let rate_rps = load * f64::from(servers) / MEAN_S;
                    let [requests, fluid] = steady(&model, servers, rate_rps, room, 3e5);
                    let good = fluid.good - requests.good;
                    let rejected = fluid.rejected - requests.rejected;
                    let p95 = fluid.p95_s / requests.p95_s - 1.0;
                    let line = format!(
                        "cv {cv} c {servers} room {room} load {load}: good {:.4} {good:+.4}, p95 {:.3} {:+.1} %, rejected {:.4} {rejected:+.4}",
                        requests.good,
                        requests.p95_s,
                        100.0 * p95,
                        requests.rejected
                    );
                    println!("{line}");
                    if good.abs() > 0.015 || rejected.abs() > 0.015 || p95.abs() > 0.08 {
                        wrong.push(line);
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
