//! Requests of high priority are served before the others that wait, and interrupt none.

use super::super::case::{About, Effort, read};
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::plane::ServiceModel;
use crate::plane::queueing::erlang_c;
use crate::random::Distribution;

pub(super) fn cases() -> Vec<Case> {
    let exponential = || law(Distribution::exponential(1.0));
    let lognormal = law(Distribution::log_normal(1.0, 2.0));
    vec![
        queue("P1", "M/M/1", exponential(), 1, 0.8),
        queue("P1-cv2", "M/G/1 lognormal, cv 2", lognormal, 1, 0.8),
        queue("P3", "M/M/3", exponential(), 3, 2.5),
    ]
}

/// Share of the requests that are of high priority.
const HIGH: f64 = 0.3;

/// Mean service time 1. With W₀ the mean time until a server is free for a newcomer that passes all who wait: the high
/// wait W₀/(1 − ρ₁), the others W₀/((1 − ρ₁)(1 − ρ)), ρ₁ the load of the high.
fn queue(id: &'static str, name: &str, service: Distribution, servers: u32, rate: f64) -> Case {
    let load = rate / f64::from(servers);
    let cv = service.cv();
    // M/G/1: the rest of the service under way; M/M/c: all busy, and the first of c to end.
    let first = if servers == 1 {
        load * (1.0 + cv * cv) / 2.0
    } else {
        erlang_c(servers, rate) / f64::from(servers)
    };
    let high = first / (1.0 - HIGH * load);
    let model = ServiceModel {
        high_priority_share: HIGH,
        ..ServiceModel::new(service)
    };
    let known = vec![
        read(
            Oracle::interval(
                "high",
                "mean wait of the high",
                "W₀ / (1 − ρ₁), W₀ = ρ (1 + cv²)/2 for one server, C/c for more",
                high,
                0.02,
            ),
            Run::mean_wait_high_s,
        ),
        read(
            Oracle::interval(
                "low",
                "mean wait of the others",
                "W₀ / ((1 − ρ₁)(1 − ρ))",
                high / (1.0 - load),
                0.04,
            ),
            Run::mean_wait_low_s,
        ),
    ];
    let spread = cv > 1.5;
    Case::of_stations(
        About {
            id,
            family: Family::Priorities,
            subject: format!("{name}, λ {rate}, mean service 1, 30 % first"),
            shows: "What the important requests gain, and what the others pay for it.",
            source: "Cobham 1954",
        },
        Effort {
            samples: if spread { 200 } else { 100 },
            arrivals: if spread { 4e5 } else { 2e5 },
        },
        vec![(Station::of(model, servers, rate), known)],
    )
}
