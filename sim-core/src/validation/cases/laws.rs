//! Laws that hold whatever the distributions are.

use super::super::case::{About, Effort, read};
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::random::Distribution;

pub(super) fn cases() -> Vec<Case> {
    let mut station = Station::new(law(Distribution::log_normal(0.5, 1.5)), 5, 8.0);
    station.looks = 2000;
    let known = vec![
        read(
            Oracle::interval(
                "little",
                "mean queue / (rate × mean wait)",
                "Little: L = λ W",
                1.0,
                0.02,
            ),
            |run| run.mean_queue * run.length_s / (run.outcome.arrivals * run.mean_wait_s()),
        ),
        read(
            Oracle::interval("busy", "utilisation", "λ × mean service / c", 0.8, 0.01),
            Run::utilisation,
        ),
    ];
    vec![Case::of_stations(
        About {
            id: "little",
            family: Family::Laws,
            subject: "M/G/5 lognormal, cv 1.5, ρ 0.8".to_owned(),
            shows: "The queue is as long as rate times wait; the servers are as busy as the work that came.",
            source: "Little 1961",
        },
        Effort {
            samples: 100,
            arrivals: 1e5,
        },
        vec![(station, known)],
    )]
}
