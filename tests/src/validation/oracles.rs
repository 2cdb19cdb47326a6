//! Queueing theory's answers, and the requests plane's.

use super::measure::{Effort, Figure, Run, Station, measure};
use sim_core::plane::queueing::{erlang_b, finite_queue, mg1_mean_wait, mmc_latency_quantile};
use sim_core::random::Distribution;
use sim_core::stats::Welford;

/// Confidence of the interval in which the expected figure must lie.
pub const LEVEL: f64 = 0.99;

/// One figure of one queue whose value theory knows.
pub struct Oracle {
    /// The queue, in Kendall's notation.
    pub queue: &'static str,
    pub figure: &'static str,
    pub expected: f64,
    /// Largest half width of the confidence interval, relative to `expected`, with which the run proves
    /// anything.
    pub precision: f64,
    pub(super) read: Figure,
}

/// Oracles that share one run.
pub struct Case {
    /// Whose theory it is.
    pub theory: &'static str,
    pub station: Station,
    pub effort: Effort,
    pub oracles: Vec<Oracle>,
}

/// An oracle's verdict.
#[derive(Clone, Copy, Debug)]
pub struct Verdict {
    pub measured: f64,
    pub low: f64,
    pub high: f64,
    /// The expected figure lies in the interval.
    pub agrees: bool,
    /// The interval is narrow enough to mean something.
    pub precise: bool,
}

/// Runs a case; one verdict for each of its oracles.
pub fn judge(case: &Case) -> Vec<Verdict> {
    let figures: Vec<Figure> = case.oracles.iter().map(|oracle| oracle.read).collect();
    let seen = measure(&case.station, case.effort, &figures);
    case.oracles
        .iter()
        .zip(&seen)
        .map(|(oracle, seen)| verdict(oracle, seen))
        .collect()
}

fn verdict(oracle: &Oracle, seen: &Welford) -> Verdict {
    let (low, high) = seen
        .mean_ci(LEVEL)
        .unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    Verdict {
        measured: seen.mean(),
        low,
        high,
        agrees: low <= oracle.expected && oracle.expected <= high,
        precise: 0.5 * (high - low) <= oracle.precision * oracle.expected,
    }
}

/// Every oracle case.
pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        // λ, μ, c, P(wait), mean wait: Ciw's tutorial (M/M/1) and Palmer et al. 2017 (M/M/3) among them.
        markov("M/M/1, λ 5, μ 8", 1, 5.0, 8.0, 0.625, 0.208_333),
        markov("M/M/10, λ 8, μ 1", 10, 8.0, 1.0, 0.409_180, 0.204_590),
        markov("M/M/3, λ 10, μ 4", 3, 10.0, 4.0, 0.702_247, 0.351_124),
        markov("M/M/100, λ 90, μ 1", 100, 90.0, 1.0, 0.216_940, 0.021_694_0),
        one_server("M/D/1, λ 0.8", deterministic(1.0), 0.8, 0.0, 0.02),
        one_server(
            "M/G/1 lognormal cv 2, λ 0.8",
            lognormal(1.0, 2.0),
            0.8,
            2.0,
            0.03,
        ),
        one_server(
            "M/G/1 lognormal cv 3, λ 0.7",
            lognormal(1.0, 3.0),
            0.7,
            3.0,
            0.06,
        ),
        finite("M/M/1/10, ρ 0.9", 1, 9, 0.9, 1.0),
        finite("M/M/10/20, λ 12", 10, 10, 12.0, 1.0),
        finite("M/M/3/10, λ 10, μ 4", 3, 7, 10.0, 4.0),
        impatient(),
        little(),
    ];
    cases.extend(super::serving::cases());
    cases.extend(
        [
            (10, 8.0),
            (20, 18.0),
            (20, 40.0),
            (100, 90.0),
            (1000, 2016.0),
        ]
        .map(loss),
    );
    cases
}

pub(super) fn effort(arrivals: f64) -> Effort {
    Effort {
        seed: 1,
        replications: 20,
        arrivals,
    }
}

pub(super) fn oracle(
    queue: &'static str,
    figure: &'static str,
    expected: f64,
    precision: f64,
    read: Figure,
) -> Oracle {
    Oracle {
        queue,
        figure,
        expected,
        precision,
        read,
    }
}

fn markov(
    queue: &'static str,
    servers: u32,
    rate: f64,
    mu: f64,
    waits: f64,
    mean_wait: f64,
) -> Case {
    let mut station = Station::new(exponential(1.0 / mu), servers, rate);
    station.thresholds_s = [0.95, 0.99, 0.999]
        .map(|q| mmc_latency_quantile(servers, rate / mu, q) / mu)
        .to_vec();
    Case {
        theory: "Erlang C",
        station,
        effort: effort(if servers >= 100 { 8e6 } else { 1e6 }),
        oracles: vec![
            oracle(queue, "P(wait)", waits, 0.01, Run::share_waiting),
            oracle(queue, "mean wait", mean_wait, 0.03, Run::mean_wait_s),
            oracle(queue, "share above the P95 latency", 0.05, 0.05, |run| {
                run.outcome.slow[0] / run.outcome.served
            }),
            oracle(queue, "share above the P99 latency", 0.01, 0.1, |run| {
                run.outcome.slow[1] / run.outcome.served
            }),
            oracle(queue, "share above the P99.9 latency", 0.001, 0.2, |run| {
                run.outcome.slow[2] / run.outcome.served
            }),
        ],
    }
}

fn one_server(
    queue: &'static str,
    service: Distribution,
    load: f64,
    cv: f64,
    precision: f64,
) -> Case {
    Case {
        theory: "Pollaczek–Khinchine",
        station: Station::new(service, 1, load),
        effort: effort(if cv > 1.0 { 4e6 } else { 1e6 }),
        oracles: vec![
            oracle(queue, "P(wait)", load, 0.01, Run::share_waiting),
            oracle(
                queue,
                "mean wait",
                mg1_mean_wait(load, cv),
                precision,
                Run::mean_wait_s,
            ),
        ],
    }
}

fn finite(queue: &'static str, servers: u32, limit: u32, rate: f64, mu: f64) -> Case {
    let expected = finite_queue(servers, rate / mu, limit);
    let mut station = Station::new(exponential(1.0 / mu), servers, rate);
    station.queue_limit = limit;
    Case {
        theory: "limited queue",
        station,
        effort: effort(1e6),
        oracles: vec![
            oracle(
                queue,
                "share rejected",
                expected.blocked,
                0.02,
                Run::share_rejected,
            ),
            oracle(
                queue,
                "mean wait of the admitted",
                expected.mean_wait / mu,
                0.02,
                Run::mean_wait_s,
            ),
        ],
    }
}

/// Erlang's loss formula holds for every service-time law: here lognormal with cv 2.
fn loss((servers, offered): (u32, f64)) -> Case {
    let mut station = Station::new(lognormal(1.0, 2.0), servers, offered);
    station.queue_limit = 0;
    let queue = match servers {
        10 => "M/G/10/10, 8 erlang",
        20 if offered < 20.0 => "M/G/20/20, 18 erlang",
        20 => "M/G/20/20, 40 erlang",
        100 => "M/G/100/100, 90 erlang",
        _ => "M/G/1000/1000, 2016 erlang",
    };
    let expected = erlang_b(servers, offered);
    Case {
        theory: "Erlang B",
        station,
        effort: effort(1e6),
        oracles: vec![oracle(
            queue,
            "share rejected",
            expected,
            0.03,
            Run::share_rejected,
        )],
    }
}

/// M/M/1 above its capacity whose clients leave after waiting τ: the density of the virtual wait is
/// λ p₀ e^(λ−μ)v up to τ and falls like e^−μv beyond (Gnedenko & Kovalenko 1968), so with ρ = λ/μ
/// 1/p₀ = 1 + ρ (e^(λ−μ)τ − 1)/(ρ − 1) + ρ e^(λ−μ)τ, and the server is idle with probability p₀.
fn impatient() -> Case {
    let (rate, patience) = (1.2, 2.0);
    let mut station = Station::new(exponential(1.0), 1, rate);
    station.timeout_s = patience;
    let growth = ((rate - 1.0) * patience).exp();
    let idle = 1.0 / (1.0 + rate * (growth - 1.0) / (rate - 1.0) + rate * growth);
    let queue = "M/M/1 + D, λ 1.2, patience 2";
    Case {
        theory: "patience",
        station,
        effort: effort(1e6),
        oracles: vec![oracle(
            queue,
            "utilisation",
            1.0 - idle,
            0.01,
            Run::utilisation,
        )],
    }
}

/// Little's law, with the queue's length observed and the wait measured, and the utilisation law.
fn little() -> Case {
    let queue = "M/G/5 lognormal cv 1.5, ρ 0.8";
    Case {
        theory: "Little",
        station: Station::new(lognormal(0.5, 1.5), 5, 8.0),
        effort: effort(2e6),
        oracles: vec![
            oracle(queue, "mean queue / (rate × mean wait)", 1.0, 0.05, |run| {
                run.mean_queue * run.length_s / (run.outcome.arrivals * run.mean_wait_s())
            }),
            oracle(queue, "utilisation", 0.8, 0.01, Run::utilisation),
        ],
    }
}

pub(super) fn deterministic(seconds: f64) -> Distribution {
    Distribution::deterministic(seconds).expect("a constant service time")
}

pub(super) fn exponential(mean_s: f64) -> Distribution {
    Distribution::exponential(mean_s).expect("a positive mean")
}

pub(super) fn lognormal(mean_s: f64, cv: f64) -> Distribution {
    Distribution::log_normal(mean_s, cv).expect("a positive mean and cv")
}
