//! Pools of function instances: SimFaaS's published steady states, Erlang's loss formula, an exact Markov chain, and
//! what was measured on AWS Lambda.

use super::super::case::About;
use super::super::pool::{PoolReading, PoolRun, PoolStation};
use super::super::{Case, Family, Oracle};
use super::law;
use crate::functions::{ColdStart, FunctionModel, NextInstance};
use crate::plane::queueing::erlang_b;
use crate::random::Distribution;

const SIMFAAS: &str =
    "SimFaaS (Mahmoudi & Khazaei 2021), run to convergence by an independent program";

pub(super) fn cases() -> Vec<Case> {
    vec![
        readme(),
        quick_expiry(),
        limits(),
        thousand(),
        provisioned(),
        no_keep_alive(),
        chain(),
        lambda(),
    ]
}

fn exponential(mean_s: f64) -> Distribution {
    law(Distribution::exponential(mean_s))
}

fn constant(seconds: f64) -> Distribution {
    law(Distribution::deterministic(seconds))
}

/// SimFaaS: exponential services, a law of its own for cold ones, a constant keep-alive time, newest first.
fn simfaas(warm_s: f64, cold_s: f64, keep_alive_s: f64) -> FunctionModel {
    FunctionModel::new(
        exponential(warm_s),
        ColdStart::Service(exponential(cold_s)),
        constant(keep_alive_s),
    )
}

/// Cold requests take as long as warm ones.
fn alike(service_s: Distribution, keep_alive_s: Distribution) -> FunctionModel {
    FunctionModel::new(
        service_s.clone(),
        ColdStart::Service(service_s),
        keep_alive_s,
    )
}

fn read(oracle: Oracle, reading: PoolReading) -> (Oracle, PoolReading) {
    (oracle, reading)
}

fn about(id: &'static str, subject: &str, shows: &'static str, source: &'static str) -> About {
    About {
        id,
        family: Family::Serverless,
        subject: subject.to_owned(),
        shows,
        source,
    }
}

/// SimFaaS's README.
fn readme() -> Case {
    let pool = PoolStation {
        model: simfaas(1.991, 2.244, 600.0),
        rate_rps: 0.9,
        length_s: 1e5,
        warm_up_s: 1e4,
    };
    let known = vec![
        read(
            Oracle::published(
                "cold",
                "share of cold starts",
                "λ 0.9, warm 1.991 s, cold 2.244 s, kept 600 s",
                (0.001_337, 1.5e-5),
                0.06,
            ),
            PoolRun::share_cold,
        ),
        read(
            Oracle::published(
                "instances",
                "mean instances",
                "busy and idle ones, over time",
                (7.7005, 0.0081),
                0.005,
            ),
            PoolRun::mean_instances,
        ),
        read(
            Oracle::interval(
                "running",
                "mean instances at work",
                "λ (warm + p(cold) (cold − warm)), Little",
                0.9 * (1.991 + 0.001_337 * (2.244 - 1.991)),
                0.005,
            ),
            PoolRun::mean_running,
        ),
        read(
            Oracle::published(
                "seven",
                "share of time with 7 instances",
                "notebook 2, one run, to two hundredths",
                (0.4041, 0.0152),
                0.05,
            ),
            |run| run.statistics.instances.share(7),
        ),
    ];
    Case::of_pools(
        about(
            "F1",
            "0.9 requests/s, 2 s, kept for 600 s",
            "One request in 750 finds no instance, though eight are kept warm for two at work.",
            SIMFAAS,
        ),
        100,
        vec![(pool, known)],
    )
}

fn quick_expiry() -> Case {
    let pool = PoolStation {
        model: simfaas(2.016, 2.163, 10.0),
        rate_rps: 10.0,
        length_s: 5000.0,
        warm_up_s: 500.0,
    };
    let known = vec![
        read(
            Oracle::published(
                "cold",
                "share of cold starts",
                "λ 10, warm 2.016 s, cold 2.163 s, kept 10 s",
                (0.023_872, 1.5e-4),
                0.03,
            ),
            PoolRun::share_cold,
        ),
        read(
            Oracle::published(
                "instances",
                "mean instances",
                "busy and idle ones, over time",
                (28.794, 0.034),
                0.005,
            ),
            PoolRun::mean_instances,
        ),
        read(
            Oracle::published(
                "life",
                "mean life of an instance, seconds",
                "from start to the end of its keep-alive time",
                (120.7, 0.7),
                0.03,
            ),
            PoolRun::mean_life_s,
        ),
    ];
    Case::of_pools(
        about(
            "F3",
            "10 requests/s, 2 s, kept for 10 s",
            "A short keep-alive saves idle instances and pays with cold starts.",
            SIMFAAS,
        ),
        60,
        vec![(pool, known)],
    )
}

fn limits() -> Case {
    let pool = |service, next_instance, rate_rps| PoolStation {
        model: FunctionModel {
            max_instances: 20,
            next_instance,
            ..alike(service, exponential(5.0))
        },
        rate_rps,
        length_s: 50_000.0 / rate_rps,
        warm_up_s: 200.0,
    };
    let known = |key, figure: &str, offered| {
        let oracle = Oracle::interval(
            key,
            figure,
            "B(20, λ s), for any law and order",
            erlang_b(20, offered),
            0.03,
        );
        vec![read(oracle, PoolRun::share_rejected)]
    };
    let lognormal = law(Distribution::log_normal(2.0, 2.0));
    let (newest, longest_idle) = (NextInstance::Newest, NextInstance::LeastRecentlyUsed);
    Case::of_pools(
        about(
            "F9",
            "at most 20 instances, 2 s",
            "A limit on instances turns requests away like a telephone exchange.",
            "Erlang 1917; SimFaaS",
        ),
        60,
        vec![
            (
                pool(exponential(2.0), newest, 9.0),
                known(
                    "nine",
                    "share turned away, 9/s, exponential, newest first",
                    18.0,
                ),
            ),
            (
                pool(lognormal, longest_idle, 9.0),
                known(
                    "nine-lognormal",
                    "share turned away, 9/s, lognormal, longest idle first",
                    18.0,
                ),
            ),
            (
                pool(exponential(2.0), newest, 20.0),
                known(
                    "twenty",
                    "share turned away, 20/s, exponential, newest first",
                    40.0,
                ),
            ),
        ],
    )
}

fn thousand() -> Case {
    let pool = PoolStation {
        model: FunctionModel {
            max_instances: 1000,
            ..alike(exponential(2.016), constant(600.0))
        },
        rate_rps: 1000.0,
        length_s: 100.0,
        warm_up_s: 30.0,
    };
    let oracle = Oracle::interval(
        "turned-away",
        "share turned away",
        "B(1000, 2016)",
        erlang_b(1000, 2016.0),
        0.01,
    );
    Case::of_pools(
        about(
            "F9-1000",
            "1000 requests/s, 2.016 s, at most 1000 instances",
            "Lambda's default limit under twice its load.",
            "Erlang 1917; SimFaaS's notebook 3 prints 0.5039 with the filling of the pool",
        ),
        40,
        vec![(pool, vec![read(oracle, PoolRun::share_rejected)])],
    )
}

fn provisioned() -> Case {
    let pool = |provisioned| PoolStation {
        model: FunctionModel {
            provisioned,
            ..alike(exponential(2.0), exponential(30.0))
        },
        rate_rps: 9.0,
        length_s: 5000.0,
        warm_up_s: 300.0,
    };
    let known = |key, figure: &str, instances| {
        let oracle = Oracle::interval(
            key,
            figure,
            "B(provisioned, λ s): the overflow of a loss system",
            erlang_b(instances, 18.0),
            0.03,
        );
        vec![read(oracle, PoolRun::share_beside_provisioned)]
    };
    Case::of_pools(
        about(
            "F-provisioned",
            "9 requests/s, 2 s, provisioned instances",
            "What provisioned instances cannot take goes to others.",
            "Erlang 1917",
        ),
        60,
        vec![
            (pool(5), known("five", "share beside 5 provisioned", 5)),
            (pool(20), known("twenty", "share beside 20 provisioned", 20)),
        ],
    )
}

fn no_keep_alive() -> Case {
    let pool = PoolStation {
        model: simfaas(1.991, 2.244, 0.0),
        rate_rps: 0.9,
        length_s: 5e4,
        warm_up_s: 100.0,
    };
    let known = vec![
        read(
            Oracle::interval("instances", "mean instances", "λ × cold", 0.9 * 2.244, 0.01),
            PoolRun::mean_instances,
        ),
        read(
            Oracle::interval(
                "life",
                "mean life of an instance, seconds",
                "cold",
                2.244,
                0.01,
            ),
            PoolRun::mean_life_s,
        ),
    ];
    Case::of_pools(
        about(
            "F12",
            "0.9 requests/s, not kept at all",
            "Without keep-alive every request starts an instance, which lives for that request.",
            "Little 1961",
        ),
        60,
        vec![(pool, known)],
    )
}

/// Exponential keep-alive times: the pool is a Markov chain of busy and idle instances, and which one serves next does
/// not matter. The figures are those of the chain's stationary law.
fn chain() -> Case {
    let pool = |next_instance| PoolStation {
        model: FunctionModel {
            next_instance,
            max_instances: 7,
            ..alike(exponential(1.0), exponential(3.0))
        },
        rate_rps: 2.0,
        length_s: 2e4,
        warm_up_s: 200.0,
    };
    let formula = "stationary law of (busy, idle), solved numerically";
    let known = |keys: [&'static str; 3], order: &str| {
        let [cold, instances, rejected] = keys;
        vec![
            read(
                Oracle::interval(
                    cold,
                    format!("cold starts per arrival, {order}"),
                    formula,
                    CHAIN_COLD,
                    0.02,
                ),
                |run| run.outcome.cold as f64 / run.outcome.arrivals as f64,
            ),
            read(
                Oracle::interval(
                    instances,
                    format!("mean instances, {order}"),
                    formula,
                    CHAIN_INSTANCES,
                    0.01,
                ),
                PoolRun::mean_instances,
            ),
            read(
                Oracle::interval(
                    rejected,
                    format!("share turned away, {order}"),
                    formula,
                    CHAIN_REJECTED,
                    0.1,
                ),
                PoolRun::share_rejected,
            ),
        ]
    };
    Case::of_pools(
        about(
            "F-chain",
            "2 requests/s, 1 s, kept for 3 s on average, at most 7 instances",
            "With exponential times everything is known exactly, and the order does not matter.",
            "Markov chain (tests/tests/functions/chain.rs)",
        ),
        60,
        vec![
            (
                pool(NextInstance::Newest),
                known(["cold", "instances", "turned-away"], "newest first"),
            ),
            (
                pool(NextInstance::Random),
                known(
                    ["cold-random", "instances-random", "turned-away-random"],
                    "at random",
                ),
            ),
        ],
    )
}

const CHAIN_COLD: f64 = 0.243_157_432_442;
const CHAIN_INSTANCES: f64 = 3.452_062_874_222;
const CHAIN_REJECTED: f64 = 0.003_440_860_215;

/// Three rates of the twenty measured.
fn lambda() -> Case {
    let pool = |rate_rps, requests: f64| PoolStation {
        model: simfaas(1.981_341, 2.303_745, 600.0),
        rate_rps,
        length_s: requests / rate_rps,
        warm_up_s: 2e4,
    };
    let formula = "measured; the model has one mean for warm and one for cold requests, and 600 s";
    Case::of_pools(
        about(
            "F13",
            "AWS Lambda at three rates",
            "What was measured on the real platform, within the errors that SimFaaS's authors accept.",
            "Mahmoudi & Khazaei 2021 (simfaas/examples/exp.csv): mean errors 12 % of cold starts, 3 % of instances",
        ),
        100,
        vec![
            (
                pool(0.001_863_1, 2000.0),
                vec![read(
                    Oracle::published(
                        "rare",
                        "share of cold starts at 0.00186/s",
                        formula,
                        (0.342_99, 0.031_76),
                        0.02,
                    ),
                    PoolRun::share_cold,
                )],
            ),
            (
                pool(0.198_076_1, 20_000.0),
                vec![read(
                    Oracle::near(
                        "medium",
                        "share of cold starts at 0.198/s",
                        formula,
                        0.003_724_3,
                        (-0.15, 0.15),
                    ),
                    PoolRun::share_cold,
                )],
            ),
            (
                pool(1.000_533_2, 50_000.0),
                vec![read(
                    Oracle::near(
                        "often",
                        "mean instances at 1.0005/s",
                        formula,
                        8.3971,
                        (-0.04, 0.04),
                    ),
                    PoolRun::mean_instances,
                )],
            ),
        ],
    )
}
