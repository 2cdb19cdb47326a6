//! M/G/1: one server, any law of the service time.

use super::super::case::{About, Effort, read};
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::plane::queueing::mg1_mean_wait;
use crate::random::Distribution;

pub(super) fn cases() -> Vec<Case> {
    let constant = law(Distribution::deterministic(1.0));
    let lognormal = |cv| law(Distribution::log_normal(1.0, cv));
    vec![
        queue("Q12-constant", "M/D/1", constant, 0.8, 0.02, 100),
        queue(
            "Q12-cv2",
            "M/G/1 lognormal, cv 2",
            lognormal(2.0),
            0.8,
            0.03,
            160,
        ),
        queue(
            "Q12-cv3",
            "M/G/1 lognormal, cv 3",
            lognormal(3.0),
            0.7,
            0.06,
            160,
        ),
    ]
}

fn queue(
    id: &'static str,
    name: &str,
    service: Distribution,
    load: f64,
    precision: f64,
    samples: u32,
) -> Case {
    let mean_wait = mg1_mean_wait(load, service.cv());
    let known = vec![
        read(
            Oracle::interval("waits", "P(wait)", "ρ", load, 0.01),
            Run::share_waiting,
        ),
        read(
            Oracle::interval(
                "wait",
                "mean wait",
                "ρ (1 + cv²) / (2 (1 − ρ)) mean service times",
                mean_wait,
                precision,
            ),
            Run::mean_wait_s,
        ),
        read(
            Oracle::interval("busy", "utilisation", "ρ", load, 0.01),
            Run::utilisation,
        ),
    ];
    Case::of_stations(
        About {
            id,
            family: Family::SingleServer,
            subject: format!("{name}, λ {load}, mean service 1"),
            shows: "The more the service time varies, the longer the wait, at the same load.",
            source: "Pollaczek 1930, Khinchine 1932",
        },
        Effort {
            samples,
            arrivals: 2e5,
        },
        vec![(Station::new(service, 1, load), known)],
    )
}
