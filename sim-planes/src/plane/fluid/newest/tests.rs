//! The newest first in closed form against the newest first that is played.

use crate::plane::fluid::versus::{Figures, both, law, steady, with_overloads};
use crate::plane::{QueueDiscipline, ServiceModel};

const MEAN_S: f64 = 0.1;

fn model(cv: f64, after: f64, timeout: f64) -> ServiceModel {
    ServiceModel {
        thresholds_s: vec![after * MEAN_S],
        timeout_s: timeout * MEAN_S,
        queue: QueueDiscipline::Lifo,
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
    // Where both room and patience run out, who is first is chance: those that come to nothing count together.
    let unserved = off[1] + off[2];
    let is_wrong = off[0].abs().max(unserved.abs()) > most_good || p95.abs() > most_p95;
    is_wrong.then(|| {
        format!(
            "{what}: good {:.4} {:+.4} late {:.4} {:+.4} rejected {:.4} {:+.4} p95 {:.3} {:+.3} wait {:.4} {:.4}",
            r.good, off[0], r.timed_out, off[1], r.rejected, off[2], r.p95_s, p95, r.mean_wait_s, f.mean_wait_s
        )
    })
}

#[test]
fn constant_load_on_a_grid() {
    let mut all = Vec::new();
    for servers in [4, 16, 50] {
        for cv in [0.5, 1.0, 1.5, 2.0] {
            for load in [0.5, 0.8, 0.95, 1.1, 1.4] {
                for (name, room, timeout) in [
                    ("endless", 1_000_000, f64::INFINITY),
                    ("short patience", 1_000_000, 5.0),
                    ("patience", 1_000_000, 50.0),
                    ("room", 5 * servers, f64::INFINITY),
                    ("both", 10 * servers, 20.0),
                ] {
                    let is_uneven = cv > 1.0;
                    if load > 1.0 && name == "endless" || is_uneven && servers < 16 {
                        continue;
                    }
                    let after = if servers == 16 { 2.0 } else { 4.0 };
                    let rate_rps = load * f64::from(servers) / MEAN_S;
                    let of = model(cv, after, timeout);
                    let arrivals = if load == 0.95 && room == 1_000_000 {
                        1e6
                    } else {
                        2e5
                    };
                    let figures = steady(&of, servers, rate_rps, room, arrivals);
                    let what = format!("{servers} servers, cv {cv}, load {load}, {name}");
                    let good = if servers < 8 || is_uneven {
                        0.015
                    } else {
                        0.0075
                    };
                    let p95 = if is_uneven { 0.12 } else { 0.1 };
                    all.extend(wrong(&what, figures, good, p95));
                }
            }
        }
    }
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}

/// Load above 1 for a minute, with room for all, room for a few, and clients that give up.
#[test]
fn over_time() {
    let mut all = Vec::new();
    for cv in [1.0, 2.0] {
        for (name, room, timeout) in [
            ("endless", 1_000_000, f64::INFINITY),
            ("room", 40, f64::INFINITY),
            ("patience", 1_000_000, 20.0),
            ("both", 100, 300.0),
        ] {
            let course = with_overloads(MEAN_S, room);
            let figures = both(&model(cv, 5.0, timeout), &course, 20);
            all.extend(wrong(&format!("{name}, cv {cv}"), figures, 0.005, 0.08));
        }
    }
    assert!(all.is_empty(), "\n{}", all.join("\n"));
}
