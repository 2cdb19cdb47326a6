//! Instances of serverless functions: Erlang's loss formula, Little's law, a Markov chain, the published steady
//! states of SimFaaS, and what was measured on AWS Lambda.

use super::super::case::About;
use super::super::instances::{FunctionReading, FunctionRun, FunctionStation};
use super::super::{Case, Family, Oracle};
use super::law;
use crate::functions::{ColdStart, FunctionModel, NextInstance};
use crate::plane::queueing::erlang_b;
use crate::random::Distribution;

/// From half a 95 % interval to half a 99 % interval of a normal law.
const TO_99: f64 = 2.576 / 1.960;
/// Of whom the converged figures are.
const CONVERGED: &str = "an independent program over many seeds";
/// Whose semantics and published figures.
const SIMFAAS: &str = "Mahmoudi & Khazaei, SimFaaS, CLOSER 2021: README and notebooks; converged figures by a program of its own";
/// Little's law for instances at work.
const LITTLE: &str = "λ (warm + p(cold) (cold − warm))";

type Known = (Oracle, FunctionReading);

pub(super) fn cases() -> Vec<Case> {
    let mut cases = vec![readme(), quickly()];
    cases.extend([
        limit("F9-20", 20, 9.0, 2.0, 1e4),
        limit("F9-20-full", 20, 20.0, 2.0, 5e3),
        limit("F9-1000", 1000, 1000.0, 2.016, 200.0),
        shared(),
        provisioned(),
        no_keep_alive(),
        at_work(),
        chain(),
        lambda(),
    ]);
    cases
}

fn exponential(mean_s: f64) -> Distribution {
    law(Distribution::exponential(mean_s))
}

fn constant(seconds: f64) -> Distribution {
    law(Distribution::deterministic(seconds))
}

/// Exponential services, a law of its own for cold ones, a constant keep-alive time, newest first.
fn simfaas(warm_s: f64, cold_s: f64, keep_alive_s: f64) -> FunctionModel {
    FunctionModel::new(
        exponential(warm_s),
        ColdStart::Service(exponential(cold_s)),
        constant(keep_alive_s),
    )
}

/// Cold requests take as long as warm ones, both exponential.
fn alike(service_s: f64, keep_alive_s: Distribution) -> FunctionModel {
    let service = exponential(service_s);
    FunctionModel::new(service.clone(), ColdStart::Service(service), keep_alive_s)
}

fn known(oracle: Oracle, read: FunctionReading) -> Known {
    (oracle, read)
}

/// A converged figure with half its 95 % interval.
fn converged(
    key: &'static str,
    figure: &str,
    (value, half): (f64, f64),
    precision: f64,
    read: FunctionReading,
) -> Known {
    let oracle = Oracle::estimate(key, figure, CONVERGED, (value, half * TO_99), precision);
    known(oracle, read)
}

fn published(
    key: &'static str,
    figure: &str,
    source: &'static str,
    value: f64,
    tolerance: f64,
    read: FunctionReading,
) -> Known {
    known(
        Oracle::published(key, figure, source, value, tolerance),
        read,
    )
}

fn readme() -> Case {
    let running = 0.9 * (1.991 + 0.001_337 * (2.244 - 1.991));
    let (readme, notebook) = ("SimFaaS's README, one run", "SimFaaS's notebook 2, one run");
    let cold = FunctionRun::cold_share;
    let instances = FunctionRun::mean_instances;
    let at_work = FunctionRun::mean_running;
    let figures = vec![
        converged("cold", "p(cold)", (0.001_337, 1.5e-5), 0.02, cold),
        converged(
            "instances",
            "mean instances",
            (7.7005, 0.0081),
            0.002,
            instances,
        ),
        known(
            Oracle::interval("running", "mean instances at work", LITTLE, running, 0.001),
            at_work,
        ),
        converged(
            "life",
            "mean lifespan, s",
            (6424.0, 69.0),
            0.02,
            FunctionRun::mean_life_s,
        ),
        published(
            "cold-readme",
            "p(cold), published",
            readme,
            0.0014,
            0.06,
            cold,
        ),
        published(
            "instances-readme",
            "mean instances, published",
            readme,
            7.6612,
            0.03,
            instances,
        ),
        published(
            "running-readme",
            "at work, published",
            readme,
            1.7879,
            0.03,
            at_work,
        ),
        published(
            "cold-nb2",
            "p(cold), published",
            notebook,
            1183.0 / 900_020.0,
            0.06,
            cold,
        ),
        published(
            "instances-nb2",
            "mean instances, published",
            notebook,
            7.6910,
            0.03,
            instances,
        ),
        published(
            "running-nb2",
            "at work, published",
            notebook,
            1.7971,
            0.03,
            at_work,
        ),
    ];
    Case::of_functions(
        About {
            id: "F1",
            family: Family::Functions,
            subject: "0.9 requests/s, warm 1.991 s, cold 2.244 s, kept 600 s, newest first"
                .to_owned(),
            shows: "Cold starts, instances and their lifespans, as a validated simulator of AWS Lambda has them.",
            source: SIMFAAS,
        },
        30,
        vec![(
            FunctionStation::from_empty(simfaas(1.991, 2.244, 600.0), 0.9, 1e6),
            figures,
        )],
    )
}

fn quickly() -> Case {
    let running = 10.0 * (2.016 + 0.023_872 * (2.163 - 2.016));
    let notebook = "SimFaaS's notebook 8, one run";
    let cold = FunctionRun::cold_share;
    let instances = FunctionRun::mean_instances;
    let figures = vec![
        converged("cold", "p(cold)", (0.023_872, 0.000_15), 0.01, cold),
        converged(
            "instances",
            "mean instances",
            (28.794, 0.034),
            0.002,
            instances,
        ),
        known(
            Oracle::interval("running", "mean instances at work", LITTLE, running, 0.002),
            FunctionRun::mean_running,
        ),
        converged(
            "life",
            "mean lifespan, s",
            (120.7, 0.7),
            0.01,
            FunctionRun::mean_life_s,
        ),
        published(
            "cold-nb8",
            "p(cold), published",
            notebook,
            0.023_818,
            0.06,
            cold,
        ),
        published(
            "instances-nb8",
            "mean instances, published",
            notebook,
            28.6548,
            0.03,
            instances,
        ),
    ];
    Case::of_functions(
        About {
            id: "F3",
            family: Family::Functions,
            subject: "10 requests/s, warm 2.016 s, cold 2.163 s, kept 10 s, newest first"
                .to_owned(),
            shows: "Instances that come and go all the time.",
            source: SIMFAAS,
        },
        40,
        vec![(
            FunctionStation::from_empty(simfaas(2.016, 2.163, 10.0), 10.0, 1e5),
            figures,
        )],
    )
}

fn limit(id: &'static str, most: u32, rate_rps: f64, service_s: f64, length_s: f64) -> Case {
    let model = FunctionModel {
        max_instances: most,
        ..alike(service_s, constant(600.0))
    };
    let offered = rate_rps * service_s;
    let oracle = Oracle::interval(
        "rejected",
        "share answered 429",
        "B(c, a) = (aᶜ/c!) / Σ aᵏ/k!",
        erlang_b(most, offered),
        0.03,
    );
    Case::of_functions(
        About {
            id,
            family: Family::Functions,
            subject: format!("{rate_rps} requests/s of {service_s} s, at most {most} instances"),
            shows: "With a concurrency limit the function is a loss system, however long instances are kept.",
            source: "Erlang 1917; SimFaaS's notebook 3",
        },
        40,
        vec![(
            FunctionStation::from_empty(model, rate_rps, length_s).after(60.0),
            vec![known(oracle, FunctionRun::rejected_share)],
        )],
    )
}

fn shared() -> Case {
    let model = FunctionModel {
        concurrency: 5,
        max_instances: 4,
        ..alike(2.0, constant(600.0))
    };
    let oracle = Oracle::interval(
        "rejected",
        "share answered 429",
        "B(4 × 5, a)",
        erlang_b(20, 18.0),
        0.03,
    );
    Case::of_functions(
        About {
            id: "F9-shared",
            family: Family::Functions,
            subject: "9 requests/s of 2 s, at most 4 instances for 5 requests each".to_owned(),
            shows: "Places on shared instances are servers, whichever instance takes a request.",
            source: "Erlang 1917",
        },
        40,
        vec![(
            FunctionStation::from_empty(model, 9.0, 1e4).after(60.0),
            vec![known(oracle, FunctionRun::rejected_share)],
        )],
    )
}

fn provisioned() -> Case {
    let station = |provisioned: u32, key: &'static str| {
        let model = FunctionModel {
            provisioned,
            ..alike(2.0, exponential(30.0))
        };
        let oracle = Oracle::interval(
            key,
            format!("share beside {provisioned} provisioned instances"),
            "B(c, a) = (aᶜ/c!) / Σ aᵏ/k!",
            erlang_b(provisioned, 18.0),
            0.03,
        );
        (
            FunctionStation::from_empty(model, 9.0, 1e4).after(60.0),
            vec![known(oracle, FunctionRun::overflow_share)],
        )
    };
    Case::of_functions(
        About {
            id: "F-provisioned",
            family: Family::Functions,
            subject: "9 requests/s of 2 s with provisioned concurrency".to_owned(),
            shows: "What provisioned instances cannot take is the overflow of a loss system.",
            source: "Erlang 1917",
        },
        40,
        vec![station(5, "five"), station(20, "twenty")],
    )
}

fn no_keep_alive() -> Case {
    let figures = vec![
        known(
            Oracle::interval("cold", "p(cold)", "every request", 1.0, 1e-9),
            FunctionRun::cold_share,
        ),
        known(
            Oracle::interval("instances", "mean instances", "λ × cold", 0.9 * 2.244, 0.01),
            FunctionRun::mean_instances,
        ),
    ];
    Case::of_functions(
        About {
            id: "F12-cold",
            family: Family::Functions,
            subject: "0.9 requests/s, warm 1.991 s, cold 2.244 s, not kept".to_owned(),
            shows: "Without keep-alive every request starts an instance, which lives as long as the request.",
            source: "Little 1961",
        },
        40,
        vec![(
            FunctionStation::from_empty(simfaas(1.991, 2.244, 0.0), 0.9, 1e5).after(60.0),
            figures,
        )],
    )
}

/// Every order, with a key.
const ORDERS: [(&str, &str, NextInstance); 6] = [
    ("newest", "newest first", NextInstance::Newest),
    ("oldest", "oldest first", NextInstance::Oldest),
    (
        "recent",
        "most recently used first",
        NextInstance::MostRecentlyUsed,
    ),
    (
        "idle",
        "least recently used first",
        NextInstance::LeastRecentlyUsed,
    ),
    ("random", "random", NextInstance::Random),
    ("turns", "in turn", NextInstance::RoundRobin),
];

/// Seconds at work per request that arrived, over what its cold or warm service takes on average. The rate that was
/// drawn is divided out: most of the noise is its.
fn work_per_request(run: &FunctionRun) -> f64 {
    let needed_s = 2.016 + run.cold_share() * (4.0 - 2.016);
    run.outcome.running_s / run.outcome.arrivals as f64 / needed_s
}

fn at_work() -> Case {
    let station = |(key, words, next_instance)| {
        let model = FunctionModel {
            next_instance,
            ..simfaas(2.016, 4.0, 3.0)
        };
        let oracle = Oracle::interval(
            key,
            format!("work per request / (warm + p(cold) (cold − warm)), {words}"),
            "Little: at work = rate × work per request",
            1.0,
            0.005,
        );
        (
            FunctionStation::from_empty(model, 3.0, 1e4).after(60.0),
            vec![known(oracle, work_per_request as FunctionReading)],
        )
    };
    Case::of_functions(
        About {
            id: "F12-work",
            family: Family::Functions,
            subject: "3 requests/s, warm 2.016 s, cold 4 s, kept 3 s".to_owned(),
            shows: "Whichever instance serves next, as many are at work as the requests need.",
            source: "Little 1961",
        },
        40,
        ORDERS.map(station).into(),
    )
}

/// Share of the arrivals that start an instance.
fn started_share(run: &FunctionRun) -> f64 {
    run.outcome.cold as f64 / run.outcome.arrivals as f64
}

/// The chain's steady state: solved by `tests/tests/functions/chain.rs`.
const CHAIN: &str = "global balance of the chain (at work, idle)";
/// Share of the arrivals that start an instance.
const CHAIN_COLD: f64 = 0.243_157_432_442_083_8;
/// Mean number of instances.
const CHAIN_INSTANCES: f64 = 3.452_062_874_222_089;

fn chain() -> Case {
    let station = |(key, words, next_instance): (&'static str, &str, NextInstance), instances| {
        let model = FunctionModel {
            next_instance,
            max_instances: 7,
            ..alike(1.0, exponential(3.0))
        };
        let cold = Oracle::interval(
            key,
            format!("share that starts an instance, {words}"),
            CHAIN,
            CHAIN_COLD,
            0.01,
        );
        let mean = Oracle::interval(
            instances,
            format!("mean instances, {words}"),
            CHAIN,
            CHAIN_INSTANCES,
            0.01,
        );
        (
            FunctionStation::from_empty(model, 2.0, 2e4).after(100.0),
            vec![
                known(cold, started_share as FunctionReading),
                known(mean, FunctionRun::mean_instances),
            ],
        )
    };
    let keys = [
        "newest-instances",
        "oldest-instances",
        "recent-instances",
        "idle-instances",
        "random-instances",
        "turns-instances",
    ];
    let stations = ORDERS.into_iter().zip(keys);
    Case::of_functions(
        About {
            id: "F-chain",
            family: Family::Functions,
            subject: "2 requests/s of 1 s, kept 3 s, all exponential, at most 7 instances"
                .to_owned(),
            shows: "With exponential times it cannot matter which instance serves next.",
            source: "its own 36 balance equations",
        },
        40,
        stations.map(|(order, key)| station(order, key)).collect(),
    )
}

fn lambda() -> Case {
    let measured = "measured on AWS Lambda";
    let model = "their own model";
    let cold = FunctionRun::cold_share;
    let play =
        |rate_rps| FunctionStation::from_empty(simfaas(1.981_341, 2.303_745, 600.0), rate_rps, 1e6);
    let often = vec![
        published(
            "often",
            "p(cold) at 1.0005/s",
            measured,
            0.001_307_0,
            0.15,
            cold,
        ),
        published(
            "often-model",
            "p(cold) at 1.0005/s",
            model,
            0.001_20,
            0.06,
            cold,
        ),
        published(
            "instances",
            "mean instances at 1.0005/s",
            measured,
            8.3971,
            0.04,
            FunctionRun::mean_instances,
        ),
        published(
            "instances-model",
            "mean instances at 1.0005/s",
            model,
            8.118,
            0.03,
            FunctionRun::mean_instances,
        ),
    ];
    Case::of_functions(
        About {
            id: "F13",
            family: Family::Functions,
            subject: "AWS Lambda: warm 1.981341 s, cold 2.303745 s, kept 600 s".to_owned(),
            shows: "What was measured on the real platform; accepted within the mean error of the published table, 15 % of p(cold) and 4 % of instances.",
            source: "Mahmoudi & Khazaei 2021, simfaas/examples/exp.csv: three of its 20 rates",
        },
        20,
        vec![
            (
                play(0.001_863_1),
                vec![
                    published(
                        "rare",
                        "p(cold) at 0.00186/s",
                        measured,
                        0.342_99,
                        0.15,
                        cold,
                    ),
                    published(
                        "rare-model",
                        "p(cold) at 0.00186/s",
                        model,
                        0.325_13,
                        0.06,
                        cold,
                    ),
                ],
            ),
            (
                play(0.198_076_1),
                vec![
                    published(
                        "medium",
                        "p(cold) at 0.198/s",
                        measured,
                        0.003_724_3,
                        0.15,
                        cold,
                    ),
                    published(
                        "medium-model",
                        "p(cold) at 0.198/s",
                        model,
                        0.003_82,
                        0.06,
                        cold,
                    ),
                ],
            ),
            (play(1.000_533_2), often),
        ],
    )
}
