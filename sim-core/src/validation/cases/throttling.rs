//! A token bucket in front: what it turns away is what a queue with constant service and limited room loses.

use super::super::case::{About, Effort, read};
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::plane::{RateLimit, ServiceModel};
use crate::random::Distribution;

pub(super) fn cases() -> Vec<Case> {
    vec![
        bucket("TB1", 1, 0.7),
        bucket("TB5", 5, 0.9),
        bucket("TB8", 8, 1.3),
    ]
}

/// One token per second, so many at most, requests at a rate of `load`.
fn bucket(id: &'static str, burst: u32, load: f64) -> Case {
    let model = ServiceModel {
        rate_limit: Some(RateLimit {
            rps: 1.0,
            burst: f64::from(burst),
        }),
        ..ServiceModel::new(law(Distribution::deterministic(0.01)))
    };
    // Room for everybody behind it.
    let station = Station::of(model, 1000, load);
    let known = Oracle::interval(
        "away",
        "share turned away",
        "1 − b/(1 + ρb), b = Σₖ (−1)ᵏ/k! (n−k)ᵏ e^((n−k)ρ) ρᵏ, n = burst − 1",
        loss(burst, load),
        0.03,
    );
    Case::of_stations(
        About {
            id,
            family: Family::LimitedRoom,
            subject: format!("token bucket of {burst}, load {load}"),
            shows: "How much of an even but random load a rate limit turns away below and above its rate.",
            source: "Brun & Garcia 2000, M/D/1 with limited room",
        },
        Effort {
            samples: 40,
            arrivals: 1e5,
        },
        vec![(station, vec![read(known, Run::share_rejected)])],
    )
}

/// What M/D/1 with room for `room`, the one in service among them, loses.
fn loss(room: u32, load: f64) -> f64 {
    let last = room.saturating_sub(1);
    let mut factorial = 1.0;
    let mut sum = 0.0;
    for k in 0..=last {
        factorial *= f64::from(k.max(1));
        let left = f64::from(last - k);
        let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
        let power = libm::pow(left * load, f64::from(k));
        sum += sign / factorial * power * libm::exp(left * load);
    }
    1.0 - sum / (1.0 + load * sum)
}
