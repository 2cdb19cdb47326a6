//! Attempts that fail and come back.

use super::super::case::{About, Effort, read};
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::plane::queueing::{erlang_c, mmc_mean_wait};
use crate::plane::{RetryModel, ServiceModel};
use crate::random::Distribution;

pub(super) fn cases() -> Vec<Case> {
    vec![queue("R1", 1, 0.5), queue("R10", 10, 5.5)]
}

/// Probability that an attempt ends in an error.
const ERRORS: f64 = 0.3;

/// A network of exponential servers and a delay: at the servers all is as with Poisson arrivals of the rate at which
/// attempts come, although they do not come so.
fn queue(id: &'static str, servers: u32, rate: f64) -> Case {
    let attempts = 1.0 + ERRORS + ERRORS * ERRORS;
    let offered = rate * attempts;
    let model = ServiceModel {
        error_probability: ERRORS,
        retries: RetryModel {
            max_attempts: 3,
            backoff_s: 5.0,
            multiplier: 2.0,
            full_jitter: true,
            budget: f64::INFINITY,
        },
        ..ServiceModel::new(law(Distribution::exponential(1.0)))
    };
    let known = vec![
        read(
            Oracle::interval(
                "attempts",
                "attempts per request",
                "1 + p + p² for 3 attempts that fail with probability p",
                attempts,
                0.005,
            ),
            |run| 1.0 + run.outcome.retries / run.outcome.arrivals,
        ),
        read(
            Oracle::interval(
                "failed",
                "share failed",
                "p³",
                ERRORS * ERRORS * ERRORS,
                0.03,
            ),
            |run| run.outcome.failed / run.outcome.arrivals,
        ),
        read(
            Oracle::interval(
                "waits",
                "P(wait) of an attempt",
                "C(c, a), a = λ (1 + p + p²)/μ",
                erlang_c(servers, offered),
                0.01,
            ),
            Run::share_waiting,
        ),
        read(
            Oracle::interval(
                "wait",
                "mean wait of an attempt",
                "C / (c μ − λ (1 + p + p²))",
                mmc_mean_wait(servers, offered),
                0.03,
            ),
            Run::mean_wait_s,
        ),
    ];
    Case::of_stations(
        About {
            id,
            family: Family::Retries,
            subject: format!("M/M/{servers}, λ {rate}, μ 1, 30 % errors, up to 3 attempts"),
            shows: "Retries hide errors and load the service as much as so many more requests would.",
            source: "Jackson 1957; Kelly 1979",
        },
        Effort {
            samples: 100,
            arrivals: 2e5,
        },
        vec![(Station::of(model, servers, rate), known)],
    )
}
