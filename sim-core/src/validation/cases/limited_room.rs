//! M/M/c/K: a limited number of requests may wait.

use super::super::case::{About, Effort, read};
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::plane::queueing::finite_queue;
use crate::random::Distribution;

pub(super) fn cases() -> Vec<Case> {
    vec![
        queue("Q13-1-10", 1, 9, 0.9, 1.0, "Kleinrock 1975"),
        queue("Q13-10-20", 10, 10, 12.0, 1.0, "Kleinrock 1975"),
        queue(
            "Q13-3-10",
            3,
            7,
            10.0,
            4.0,
            "Kleinrock 1975. The bench of Ciw's pull request 166",
        ),
    ]
}

fn queue(
    id: &'static str,
    servers: u32,
    room: u32,
    rate: f64,
    mu: f64,
    source: &'static str,
) -> Case {
    let expected = finite_queue(servers, rate / mu, room);
    let mut station = Station::new(law(Distribution::exponential(1.0 / mu)), servers, rate);
    station.queue_limit = room;
    let known = vec![
        read(
            Oracle::interval(
                "turned-away",
                "share turned away",
                "states c … K of a birth–death chain are geometric with ratio ρ",
                expected.blocked,
                0.02,
            ),
            Run::share_rejected,
        ),
        read(
            Oracle::interval(
                "wait",
                "mean wait of those let in",
                "mean queue / (λ (1 − share turned away))",
                expected.mean_wait / mu,
                0.02,
            ),
            Run::mean_wait_s,
        ),
        read(
            Oracle::interval(
                "throughput",
                "served per second",
                "λ (1 − share turned away)",
                rate * (1.0 - expected.blocked),
                0.01,
            ),
            Run::throughput_rps,
        ),
    ];
    Case::of_stations(
        About {
            id,
            family: Family::LimitedRoom,
            subject: format!("M/M/{servers}/{}, λ {rate}, μ {mu}", servers + room),
            shows: "A short queue keeps waits short by turning requests away.",
            source,
        },
        Effort {
            samples: 100,
            arrivals: 1e5,
        },
        vec![(station, known)],
    )
}
