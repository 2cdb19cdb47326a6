//! M/M/c: any number of requests may wait.

use super::super::case::{About, Effort, read};
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::plane::queueing::{erlang_c, mmc_latency_quantile, mmc_mean_wait};
use crate::random::Distribution;

/// The four queues of the survey of peers; the M/M/1 is Ciw's tutorial, the M/M/3 that of Palmer et al.
pub(super) fn cases() -> Vec<Case> {
    let short = |samples| Effort {
        samples,
        arrivals: 1e5,
    };
    let long = Effort {
        samples: 160,
        arrivals: 2.5e5,
    };
    vec![
        queue(
            "Q1",
            (1, 5.0, 8.0),
            "Erlang 1917; Kleinrock 1975. Ciw's tutorial (simulationpractice.rst) prints 0.201313 from 25 short runs",
            short(100),
        ),
        queue(
            "Q2",
            (10, 8.0, 1.0),
            "Erlang 1917; Kleinrock 1975",
            short(120),
        ),
        queue(
            "Q3",
            (3, 10.0, 4.0),
            "Erlang 1917; Kleinrock 1975. The queue by which Palmer et al. 2017 compare simulators",
            short(200),
        ),
        queue("Q6", (100, 90.0, 1.0), "Erlang 1917; Kleinrock 1975", long),
    ]
}

fn queue(
    id: &'static str,
    (servers, rate, mu): (u32, f64, f64),
    source: &'static str,
    effort: Effort,
) -> Case {
    let offered = rate / mu;
    let mut station = Station::new(law(Distribution::exponential(1.0 / mu)), servers, rate);
    let quantile = |q| mmc_latency_quantile(servers, offered, q) / mu;
    let [p95, p99, p999] = [0.95, 0.99, 0.999].map(quantile);
    station.model.thresholds_s = vec![p95, p99, p999];
    let mean_wait = mmc_mean_wait(servers, offered) / mu;
    let known = vec![
        read(
            Oracle::interval(
                "waits",
                "P(wait)",
                "C(c, a) by way of Erlang B, a = λ/μ",
                erlang_c(servers, offered),
                0.02,
            ),
            Run::share_waiting,
        ),
        read(
            Oracle::interval("wait", "mean wait", "C / (c μ − λ)", mean_wait, 0.03),
            Run::mean_wait_s,
        ),
        read(
            Oracle::interval(
                "latency",
                "mean wait + service",
                "C / (c μ − λ) + 1/μ",
                mean_wait + 1.0 / mu,
                0.02,
            ),
            Run::mean_latency_s,
        ),
        read(tail("p95", "P95", p95, 0.05, 0.05), |run| run.share_slow(0)),
        read(tail("p99", "P99", p99, 0.01, 0.1), |run| run.share_slow(1)),
        read(tail("p999", "P99.9", p999, 0.001, 0.2), |run| {
            run.share_slow(2)
        }),
    ];
    Case::of_stations(
        About {
            id,
            family: Family::Delay,
            subject: format!("M/M/{servers}, λ {rate}, μ {mu}"),
            shows: "How often and how long a request waits, and the tail of its latency.",
            source,
        },
        effort,
        vec![(station, known)],
    )
}

fn tail(key: &'static str, name: &str, quantile: f64, share: f64, precision: f64) -> Oracle {
    Oracle::interval(
        key,
        format!("share above {name} = {quantile:.5}"),
        "wait is 0 or exponential of rate c μ − λ, plus an exponential service",
        share,
        precision,
    )
}
