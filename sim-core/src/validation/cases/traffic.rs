//! Rates that change over time: in steps, and in waves.

use super::super::case::About;
use super::super::theory::{Follow, follow_constant, follow_exponential};
use super::super::tide::Tide;
use super::super::{Case, Family, Oracle};
use super::{Steps, law};
use crate::random::Distribution;

pub(super) fn cases() -> Vec<Case> {
    let exponential = law(Distribution::exponential(SERVICE_S));
    let constant = law(Distribution::deterministic(SERVICE_S));
    vec![
        steps(),
        wave(
            "Q20",
            "Mt/M/∞",
            exponential,
            follow_exponential(SERVICE_S, PERIOD_S),
            "amplitude 50 s/√(1 + (ωs)²), lag atan(ωs)/ω",
        ),
        wave(
            "Q20-constant",
            "Mt/D/∞",
            constant,
            follow_constant(SERVICE_S, PERIOD_S),
            "amplitude 50 · 2 sin(ωs/2)/ω, lag s/2",
        ),
    ]
}

fn steps() -> Case {
    let count = |key, figure: &str, expected| {
        Oracle::interval(key, figure, "rate × time, twice", expected, 0.01)
    };
    Case::of_steps(
        About {
            id: "Q19",
            family: Family::Traffic,
            subject: "Poisson arrivals, rates 5, 1.5, 3 until 3.2, 7.9, 10; time 20".to_owned(),
            shows: "A recorded rate brings as many requests as it says, scattered as chance scatters them.",
            source: "Ciw, tests/test_sampling.py",
        },
        50,
        Steps::of_ciw(),
        vec![
            count("first", "mean count at rate 5", 32.0),
            count("second", "mean count at rate 1.5", 14.1),
            count("third", "mean count at rate 3", 12.6),
            Oracle::interval(
                "dispersion",
                "variance / mean of the count at rate 5",
                "1 for Poisson counts",
                1.0,
                0.05,
            ),
        ],
    )
}

const SERVICE_S: f64 = 60.0;
const PERIOD_S: f64 = 3600.0;

fn wave(
    id: &'static str,
    name: &str,
    service: Distribution,
    follow: Follow,
    formula: &'static str,
) -> Case {
    let tide = Tide {
        service,
        mean_rps: 100.0,
        swing_rps: 50.0,
        period_s: PERIOD_S,
        tick_s: 15.0,
        servers: 12_000,
    };
    let oracles = [
        Oracle::interval("mean", "mean busy servers", "λ s", 100.0 * SERVICE_S, 0.005),
        Oracle::interval(
            "amplitude",
            "amplitude of the busy servers",
            formula,
            50.0 * follow.gain_s,
            0.01,
        ),
        Oracle::interval(
            "lag",
            "lag behind the rate, seconds",
            formula,
            follow.lag_s,
            0.05,
        ),
    ];
    Case::of_tide(
        About {
            id,
            family: Family::Traffic,
            subject: format!("{name}, λ(t) = 100 + 50 sin(2πt/3600), mean service 60 s"),
            shows: "Load follows traffic late and damped; a tick that shifts time would show here.",
            source: "Eick, Massey & Whitt 1993",
        },
        60,
        tide,
        oracles,
    )
}
