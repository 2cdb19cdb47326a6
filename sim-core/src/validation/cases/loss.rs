//! Erlang's loss formula, which holds for every law of the service time.

use super::super::case::{About, Effort, read};
use super::super::station::Reading;
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::plane::queueing::erlang_b;
use crate::random::{Distribution, DistributionError};

pub(super) fn cases() -> Vec<Case> {
    let several = || {
        vec![
            (
                "constant",
                "constant service",
                Distribution::deterministic(1.0),
            ),
            (
                "exponential",
                "exponential service",
                Distribution::exponential(1.0),
            ),
            (
                "lognormal",
                "lognormal service, cv 2",
                Distribution::log_normal(1.0, 2.0),
            ),
        ]
    };
    // A thousand servers that start empty stay in step for long when the service time is constant, and lack the
    // longest requests for long when it varies more.
    let forgetful = vec![
        (
            "exponential",
            "exponential service",
            Distribution::exponential(1.0),
        ),
        (
            "lognormal",
            "lognormal service, cv 1",
            Distribution::log_normal(1.0, 1.0),
        ),
    ];
    vec![
        queue("Q10-10", 10, 8.0, 40, several()),
        queue("Q10-20", 20, 18.0, 40, several()),
        queue("Q10-20-full", 20, 40.0, 30, several()),
        queue("Q10-100", 100, 90.0, 80, several()),
        queue("Q10-1000", 1000, 2016.0, 30, forgetful),
    ]
}

/// A law of the service time: a key, words, the law.
type Law = (
    &'static str,
    &'static str,
    Result<Distribution, DistributionError>,
);

fn queue(id: &'static str, servers: u32, offered: f64, samples: u32, laws: Vec<Law>) -> Case {
    let station = |(key, words, service): Law| -> (Station, Vec<(Oracle, Reading)>) {
        let mut station = Station::new(law(service), servers, offered);
        station.queue_limit = 0;
        let oracle = Oracle::interval(
            key,
            format!("share turned away, {words}"),
            "B(c, a) = (aᶜ/c!) / Σ aᵏ/k!",
            erlang_b(servers, offered),
            0.03,
        );
        (station, vec![read(oracle, Run::share_rejected)])
    };
    Case::of_stations(
        About {
            id,
            family: Family::Loss,
            subject: format!("M/G/{servers}/{servers}, {offered} erlang"),
            shows: "The share turned away is the same whatever the law of the service time.",
            source: "Erlang 1917; for any law Sevastyanov 1957",
        },
        Effort {
            samples,
            arrivals: 1e5,
        },
        laws.into_iter().map(station).collect(),
    )
}
