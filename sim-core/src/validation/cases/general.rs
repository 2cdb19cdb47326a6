//! M/D/c, whose mean wait is known exactly, and M/G/c, for which there are only approximations.

use super::super::case::{About, Effort, read};
use super::super::theory::{allen_cunneen_wait_ratio, mdc_mean_wait};
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::plane::queueing::{erlang_c, mgc_wait_ratio, mmc_mean_wait};
use crate::random::Distribution;

pub(super) fn cases() -> Vec<Case> {
    let lognormal = |cv| law(Distribution::log_normal(1.0, cv));
    let hyper = |cv| law(Distribution::hyper_exponential(1.0, cv));
    vec![
        constant("MD3", 3, 2.4),
        constant("MD10", 10, 8.0),
        approximated(
            "MG8",
            "lognormal, cv 0.5",
            lognormal(0.5),
            (8, 0.9),
            Errors {
                waits: (0.01, 0.022),
                kimura: (-0.025, 0.032),
                allen_cunneen: (-0.045, 0.01),
            },
        ),
        approximated(
            "MG4",
            "lognormal, cv 2",
            lognormal(2.0),
            (4, 0.8),
            Errors {
                waits: (-0.028, -0.013),
                kimura: (-0.01, 0.085),
                allen_cunneen: (0.09, 0.19),
            },
        ),
        approximated(
            "MG16",
            "lognormal, cv 2",
            lognormal(2.0),
            (16, 0.8),
            Errors {
                waits: (-0.068, -0.028),
                kimura: (0.02, 0.15),
                allen_cunneen: (0.3, 0.49),
            },
        ),
        approximated(
            "MG16-hyper",
            "hyper-exponential, cv 3",
            hyper(3.0),
            (16, 0.8),
            Errors {
                waits: (-0.105, -0.05),
                kimura: (-0.26, -0.09),
                allen_cunneen: (0.31, 0.59),
            },
        ),
    ]
}

fn constant(id: &'static str, servers: u32, offered: f64) -> Case {
    let known = vec![
        read(
            Oracle::interval(
                "wait",
                "mean wait",
                "Crommelin's sum over Poisson tails",
                mdc_mean_wait(servers, offered),
                0.03,
            ),
            Run::mean_wait_s,
        ),
        read(
            Oracle::interval(
                "busy",
                "utilisation",
                "λ D / c",
                offered / f64::from(servers),
                0.01,
            ),
            Run::utilisation,
        ),
    ];
    Case::of_stations(
        About {
            id,
            family: Family::General,
            subject: format!("M/D/{servers}, λ {offered}, service 1"),
            shows: "With constant service times the wait is about half as long as with exponential ones.",
            source: "Crommelin 1932",
        },
        Effort {
            samples: 60,
            arrivals: 2e5,
        },
        vec![(
            Station::new(law(Distribution::deterministic(1.0)), servers, offered),
            known,
        )],
    )
}

/// Relative errors of the approximations of a queue: what runs with seeds 10 to 40 gave on average, with room for two and
/// a half half-widths of a run's own interval.
struct Errors {
    waits: (f64, f64),
    kimura: (f64, f64),
    allen_cunneen: (f64, f64),
}

fn approximated(
    id: &'static str,
    name: &str,
    service: Distribution,
    (servers, load): (u32, f64),
    errors: Errors,
) -> Case {
    let (cv, offered) = (service.cv(), load * f64::from(servers));
    let markov = mmc_mean_wait(servers, offered);
    let known = vec![
        read(
            Oracle::approximation(
                "waits",
                "P(wait), by Erlang C",
                "C(c, a) of M/M/c",
                erlang_c(servers, offered),
                errors.waits,
            ),
            Run::share_waiting,
        ),
        read(
            Oracle::approximation(
                "kimura",
                "mean wait, by Kimura",
                "interpolates between M/M/c and M/D/c (Cosmetatos) by cv²",
                markov * mgc_wait_ratio(f64::from(servers), load, cv),
                errors.kimura,
            ),
            Run::mean_wait_s,
        ),
        read(
            Oracle::approximation(
                "allen-cunneen",
                "mean wait, by Allen–Cunneen",
                "M/M/c × (1 + cv²)/2",
                markov * allen_cunneen_wait_ratio(cv),
                errors.allen_cunneen,
            ),
            Run::mean_wait_s,
        ),
    ];
    Case::of_stations(
        About {
            id,
            family: Family::General,
            subject: format!("M/G/{servers} {name}, ρ {load}, mean service 1"),
            shows: "How far the usual rules are off; the fluid plane rests on a measured table instead.",
            source: "Kimura 1986, Cosmetatos 1975; Allen 1978. Stated errors: measured with seeds 10 to 40",
        },
        Effort {
            samples: 100,
            arrivals: 2.5e5,
        },
        vec![(Station::new(service, servers, offered), known)],
    )
}
