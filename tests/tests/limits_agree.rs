//! One queue with a limit, in closed form against played: patience that ends and room that is full, before uneven services.

use sim_core::plane::{Interval, ServiceModel};
use sim_core::random::Distribution;
use tests::validation::courses::Course;
use tests::validation::dynamics::{Figures, by_fluid, by_requests};

/// Mean service time, seconds.
const MEAN_S: f64 = 0.1;
const REPLICATIONS: u32 = 16;
/// Requests of a replication.
const REQUESTS: f64 = 3e5;

/// What limits a queue.
#[derive(Clone, Copy, Debug)]
enum Limit {
    /// Clients leave after so many mean service times.
    Patience(f64),
    /// So many may wait.
    Room(u32),
}

#[derive(Clone, Copy, Debug)]
struct Cell {
    servers: u32,
    cv: f64,
    load: f64,
    limit: Limit,
}

impl Cell {
    fn course(self) -> Course {
        let service = Distribution::log_normal(MEAN_S, self.cv).expect("a positive cv");
        let (timeout_s, queue_limit) = match self.limit {
            Limit::Patience(services) => (services * MEAN_S, 1_000_000),
            Limit::Room(room) => (f64::INFINITY, room),
        };
        let tick_s = 15.0;
        let rate_rps = self.load * f64::from(self.servers) / MEAN_S;
        let interval = Interval {
            length_s: tick_s,
            rate_rps,
            servers: self.servers,
            queue_limit,
            ..Interval::default()
        };
        Course {
            name: "one queue with a limit",
            model: ServiceModel {
                timeout_s,
                thresholds_s: vec![10.0 * MEAN_S],
                ..ServiceModel::new(service)
            },
            tick_s,
            target: 0.95,
            intervals: vec![interval; (REQUESTS / rate_rps / tick_s).ceil() as usize],
        }
    }
}

/// Good and successful requests within a point, P95 within a tenth.
fn complain(cell: Cell) -> Option<String> {
    let course = cell.course();
    let (played, fluid) = (
        by_requests(&course, REPLICATIONS),
        by_fluid(&course, REPLICATIONS),
    );
    let successful = |of: &Figures| 1.0 - of.rejected - of.timed_out;
    let open = fluid.good_open.hypot(played.good_open);
    let good = fluid.good - played.good;
    let success = successful(&fluid) - successful(&played);
    let p95 = fluid.p95_s / played.p95_s - 1.0;
    let words = format!(
        "{cell:?}: good {:.4} {:+.2} ± {:.2}, successful {:.4} {:+.2} points; P95 {:.3} s {:+.1} %",
        played.good,
        100.0 * good,
        100.0 * open,
        successful(&played),
        100.0 * success,
        played.p95_s,
        100.0 * p95,
    );
    println!("{words}");
    let fine = good.abs() <= 0.01 + open && success.abs() <= 0.01 && p95.abs() <= 0.1;
    (!fine).then_some(words)
}

/// Calls `then` for every cell.
fn each(sizes: &[(u32, [f64; 2])], limits: impl Fn(u32) -> Vec<Limit>, mut then: impl FnMut(Cell)) {
    for &(servers, loads) in sizes {
        for load in loads {
            for cv in [1.0, 1.5, 2.0, 3.0] {
                for limit in limits(servers) {
                    then(Cell {
                        servers,
                        cv,
                        load,
                        limit,
                    });
                }
            }
        }
    }
}

#[test]
fn waits_before_a_limit_are_as_played() {
    let mut wrong = Vec::new();
    let sizes = [
        (1, [0.6, 0.8]),
        (2, [0.6, 0.8]),
        (4, [0.8, 0.9]),
        (16, [0.8, 0.9]),
    ];
    let limits = |servers| {
        vec![
            Limit::Patience(20.0),
            Limit::Patience(60.0),
            Limit::Room(8 * servers),
            Limit::Room(50),
            Limit::Room(200),
        ]
    };
    each(&sizes, limits, |cell| wrong.extend(complain(cell)));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Little room, short patience, hardly anything to spare: for figures as in docs/MODELS.md.
#[test]
#[ignore = "asserts nothing"]
fn at_the_edge() {
    let sizes = [
        (1, [0.9, 0.97]),
        (2, [0.9, 0.97]),
        (4, [0.6, 0.97]),
        (16, [0.6, 0.97]),
    ];
    let limits = |servers| {
        vec![
            Limit::Patience(5.0),
            Limit::Patience(20.0),
            Limit::Patience(60.0),
            Limit::Room(servers),
            Limit::Room(4 * servers),
            Limit::Room(16 * servers),
        ]
    };
    each(&sizes, limits, |cell| drop(complain(cell)));
}
