//! M/M/c + D: clients leave the queue after waiting as long as their timeout.

use super::super::case::{About, Effort, read};
use super::super::theory::impatient;
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::random::Distribution;

pub(super) fn cases() -> Vec<Case> {
    vec![
        queue("A1", 1, 1.2, 2.0),
        queue("A10", 10, 8.0, 0.5),
        queue("A10-over", 10, 12.0, 0.5),
    ]
}

fn queue(id: &'static str, servers: u32, rate: f64, patience: f64) -> Case {
    let expected = impatient(servers, rate, patience);
    let mut station = Station::new(law(Distribution::exponential(1.0)), servers, rate);
    station.timeout_s = patience;
    let known = vec![
        read(
            Oracle::interval(
                "waits",
                "share that finds all servers busy",
                "λ p ∫ of the density of the time until a server is free",
                expected.waits,
                0.01,
            ),
            Run::share_waiting,
        ),
        read(
            Oracle::interval(
                "busy",
                "utilisation",
                "λ (1 − share that gives up) / (c μ)",
                expected.utilisation,
                0.01,
            ),
            Run::utilisation,
        ),
        read(
            Oracle::interval(
                "wait",
                "mean time in the queue",
                "mean of the smaller of that time and the patience",
                expected.mean_wait,
                0.02,
            ),
            Run::mean_wait_s,
        ),
        read(
            Oracle::interval(
                "late",
                "share without an answer in time",
                "gave up, or wait + service longer than the patience",
                expected.late,
                0.01,
            ),
            Run::share_timed_out,
        ),
    ];
    Case::of_stations(
        About {
            id,
            family: Family::Patience,
            subject: format!("M/M/{servers} + D, λ {rate}, μ 1, patience {patience}"),
            shows: "Timeouts keep an overloaded service from drowning, at the price of answers.",
            source: "Gnedenko & Kovalenko 1968; Brandt & Brandt 1999",
        },
        Effort {
            samples: 100,
            arrivals: 1e5,
        },
        vec![(station, known)],
    )
}
