//! M/M/c + D: clients leave the queue after waiting as long as their timeout, or their server too.

use super::super::case::{About, Effort, read};
use super::super::theory::impatient;
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::plane::ServiceModel;
use crate::random::Distribution;
use crate::scenario::document::OnTimeout;

pub(super) fn cases() -> Vec<Case> {
    vec![
        queue("A1", 1, 1.2, 2.0),
        queue("A10", 10, 8.0, 0.5),
        queue("A10-over", 10, 12.0, 0.5),
        cancelled("A1-cancel", 1.2, 2.0),
    ]
}

fn queue(id: &'static str, servers: u32, rate: f64, patience: f64) -> Case {
    let expected = impatient(servers, rate, patience);
    let mut station = Station::new(law(Distribution::exponential(1.0)), servers, rate);
    station.model.timeout_s = patience;
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

/// One server that stops working on a request when its client gives up: the work found never exceeds the patience
/// τ, and its density is λ p₀ e^(λ−μ)v up to there, with p₀ the probability that the server is idle.
fn cancelled(id: &'static str, rate: f64, patience: f64) -> Case {
    let idle = 1.0 / (1.0 + rate * libm::expm1((rate - 1.0) * patience) / (rate - 1.0));
    let model = ServiceModel {
        timeout_s: patience,
        on_timeout: OnTimeout::Cancel,
        ..ServiceModel::new(law(Distribution::exponential(1.0)))
    };
    let known = vec![
        read(
            Oracle::interval(
                "busy",
                "utilisation",
                "1 − p₀, 1/p₀ = 1 + λ (e^(λ−μ)τ − 1)/(λ − μ)",
                1.0 - idle,
                0.01,
            ),
            Run::utilisation,
        ),
        read(
            Oracle::interval(
                "served",
                "share served",
                "(1 − p₀) μ / λ: services are completed at rate μ while the server is busy",
                (1.0 - idle) / rate,
                0.01,
            ),
            |run| run.outcome.served / run.outcome.arrivals,
        ),
    ];
    Case::of_stations(
        About {
            id,
            family: Family::Patience,
            subject: format!("M/M/1, λ {rate}, μ 1, cancelled after {patience}, in service too"),
            shows: "A server that notices that nobody waits for its answer has time for those who still do.",
            source: "Barrer 1957",
        },
        Effort {
            samples: 100,
            arrivals: 2e5,
        },
        vec![(Station::of(model, 1, rate), known)],
    )
}
