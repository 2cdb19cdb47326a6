//! Processor sharing: all requests of a replica are served at once, each more slowly.

use super::super::case::{About, Effort, read};
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::plane::queueing::mmc_mean_wait;
use crate::plane::{Discipline, ServiceModel};
use crate::random::Distribution;

/// The first three are Ciw's tests, which print 0.5, 1 and 1/3.
pub(super) fn cases() -> Vec<Case> {
    let exponential = |mu: f64| law(Distribution::exponential(1.0 / mu));
    let constant = law(Distribution::deterministic(0.2));
    let lognormal = |mu: f64| law(Distribution::log_normal(1.0 / mu, 2.0));
    vec![
        queue("PS-1", "M/M/1-PS, λ 3, μ 5", exponential(5.0), 1, 3.0),
        queue("PS-2", "M/M/1-PS, λ 4, μ 5", exponential(5.0), 1, 4.0),
        queue("PS-3", "M/M/1-PS, λ 3, μ 6", exponential(6.0), 1, 3.0),
        queue("PS-constant", "M/D/1-PS, λ 4, μ 5", constant, 1, 4.0),
        queue(
            "PS-cv2",
            "M/G/1-PS lognormal, cv 2, λ 4, μ 5",
            lognormal(5.0),
            1,
            4.0,
        ),
        queue(
            "PS-3-cv2",
            "M/G/3-PS lognormal, cv 2, λ 10, μ 4",
            lognormal(4.0),
            3,
            10.0,
        ),
    ]
}

/// Requests that one replica takes at once: more than ever come.
const SLOTS: u32 = 100_000;

/// The number in the system is that of M/M/c whatever the law of the service time, so the mean latency is too.
fn queue(id: &'static str, subject: &str, service: Distribution, cores: u32, rate: f64) -> Case {
    let mean_s = service.mean();
    let model = ServiceModel {
        concurrency: SLOTS,
        discipline: Discipline::ProcessorSharing {
            cores: f64::from(cores),
        },
        ..ServiceModel::new(service)
    };
    let known = vec![
        read(
            Oracle::interval(
                "latency",
                "mean latency",
                "that of M/M/c, whatever the service time's law: C / (c μ − λ) + 1/μ; for c = 1, 1/(μ − λ)",
                mean_s + mmc_mean_wait(cores, rate * mean_s) * mean_s,
                0.02,
            ),
            Run::mean_latency_s,
        ),
        read(
            Oracle::interval(
                "little",
                "1 + rate × mean latency − mean number in service",
                "Little: L = λ W",
                1.0,
                0.01,
            ),
            // Not their quotient: the two ends of a run leave a bias in it, of one in a hundred thousand.
            |run| 1.0 + (run.outcome.latency_sum_s - run.outcome.in_service_s) / run.length_s,
        ),
    ];
    Case::of_stations(
        About {
            id,
            family: Family::Sharing,
            subject: subject.to_owned(),
            shows: "When requests share the processors, long ones delay short ones little, and spread does not matter.",
            source: "Kleinrock 1967; Cohen 1979. M/M/1-PS with 3/5, 4/5, 3/6 is in Ciw's tests",
        },
        Effort {
            samples: 100,
            arrivals: 2e5,
        },
        vec![(Station::of(model, SLOTS, rate), known)],
    )
}
