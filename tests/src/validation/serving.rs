//! Theory of how requests meet replicas: sharing, priorities, balancing, retries, cancellation, full queues.

use super::measure::{Effort, Run, Station};
use super::oracles::{Case, deterministic, effort, exponential, lognormal, oracle};
use sim_core::plane::queueing::{erlang_c, finite_queue, mmc_mean_wait};
use sim_core::plane::{Discipline, RetryModel, ServiceModel};
use sim_core::random::Distribution;
use sim_core::scenario::document::{Balancing, OnTimeout, Overflow};

/// All cases.
pub fn cases() -> Vec<Case> {
    vec![
        // Ciw's tests: 0.5, 1 and 1/3.
        sharing("M/M/1-PS, λ 3, μ 5", exponential(0.2), 1, 3.0),
        sharing("M/M/1-PS, λ 4, μ 5", exponential(0.2), 1, 4.0),
        sharing("M/M/1-PS, λ 3, μ 6", exponential(1.0 / 6.0), 1, 3.0),
        sharing("M/D/1-PS, λ 4, μ 5", deterministic(0.2), 1, 4.0),
        sharing(
            "M/G/1-PS lognormal cv 2, λ 4, μ 5",
            lognormal(0.2, 2.0),
            1,
            4.0,
        ),
        sharing(
            "M/G/3-PS lognormal cv 2, λ 10, μ 4",
            lognormal(0.25, 2.0),
            3,
            10.0,
        ),
        priority("M/M/1, λ 0.8, 30 % first", exponential(1.0), 1, 0.8, 1.0),
        priority(
            "M/G/1 lognormal cv 2, λ 0.8, 30 % first",
            lognormal(1.0, 2.0),
            1,
            0.8,
            2.0,
        ),
        priority("M/M/3, λ 2.5, 30 % first", exponential(1.0), 3, 2.5, 1.0),
        random_split(),
        round_robin("10 replicas, λ 8, round robin", 10, 8.0),
        round_robin("3 replicas, λ 2.7, round robin", 3, 2.7),
        two_choices(),
        shortest_of_two(
            "2 replicas, λ 1.6, least outstanding",
            Balancing::LeastOutstanding,
        ),
        shortest_of_two("2 replicas, λ 1.6, power of two", Balancing::PowerOfTwo),
        feedback("M/M/1, λ 0.5, 30 % errors, 3 attempts", 1, 0.5),
        feedback("M/M/10, λ 5.5, 30 % errors, 3 attempts", 10, 5.5),
        cancellation(),
        drop_oldest(),
        blocking(),
    ]
}

fn station(model: ServiceModel, servers: u32, rate: f64) -> Station {
    Station {
        model,
        ..Station::new(exponential(1.0), servers, rate)
    }
}

fn mean_latency_s(run: &Run) -> f64 {
    run.outcome.latency_sum_s / run.outcome.served
}

/// Requests that share c processors, each using one at most: the number in the system is that of M/M/c whatever
/// the service-time law (Kleinrock 1967; Cohen 1979). With one processor the mean latency is 1/(μ − λ).
fn sharing(queue: &'static str, service: Distribution, cores: u32, rate: f64) -> Case {
    let mean_s = service.mean();
    let expected = mean_s + mmc_mean_wait(cores, rate * mean_s) * mean_s;
    let model = ServiceModel {
        concurrency: 100_000,
        discipline: Discipline::ProcessorSharing {
            cores: f64::from(cores),
        },
        ..ServiceModel::new(service)
    };
    Case {
        theory: "processor sharing",
        station: station(model, 100_000, rate),
        effort: effort(1e6),
        oracles: vec![
            oracle(queue, "mean latency", expected, 0.02, mean_latency_s),
            oracle(
                queue,
                "rate × mean latency / mean number in service",
                1.0,
                0.01,
                |run| run.outcome.latency_sum_s / run.outcome.in_service_s,
            ),
        ],
    }
}

/// Non-preemptive priorities (Cobham 1954): with W₀ the mean wait that a newcomer of the highest class would
/// have if nobody waited, W₀/(1 − ρ₁) and W₀/((1 − ρ₁)(1 − ρ)).
fn priority(queue: &'static str, service: Distribution, servers: u32, rate: f64, cv: f64) -> Case {
    let load = rate / f64::from(servers);
    let high_load = 0.3 * load;
    let residual = if servers == 1 {
        load * (1.0 + cv * cv) / 2.0
    } else {
        erlang_c(servers, rate) / f64::from(servers)
    };
    let model = ServiceModel {
        high_priority_share: 0.3,
        ..ServiceModel::new(service)
    };
    let high = residual / (1.0 - high_load);
    Case {
        theory: "priorities",
        station: station(model, servers, rate),
        effort: effort(if cv > 1.0 { 4e6 } else { 1e6 }),
        oracles: vec![
            oracle(queue, "mean wait of the high", high, 0.02, |run| {
                run.outcome.wait_sum_high_s / run.outcome.waits_high
            }),
            oracle(
                queue,
                "mean wait of the others",
                high / (1.0 - load),
                0.04,
                |run| {
                    (run.outcome.wait_sum_s - run.outcome.wait_sum_high_s)
                        / (run.outcome.waits - run.outcome.waits_high)
                },
            ),
        ],
    }
}

fn balanced(balancing: Balancing) -> ServiceModel {
    ServiceModel {
        balancing,
        ..ServiceModel::new(exponential(1.0))
    }
}

/// Poisson arrivals split at random are Poisson: ten independent M/M/1.
fn random_split() -> Case {
    let queue = "10 replicas, λ 8, random";
    Case {
        theory: "balancing",
        station: station(balanced(Balancing::Random), 10, 8.0),
        effort: effort(2e6),
        oracles: vec![
            oracle(queue, "P(wait)", 0.8, 0.01, Run::share_waiting),
            oracle(queue, "mean wait", 4.0, 0.02, Run::mean_wait_s),
        ],
    }
}

/// In turn, each replica is an E_c/M/1 queue: an arrival waits with probability σ, the root in (0, 1) of
/// σ = A(1 − σ) with A(s) = (λ/(λ + s))^c, and for σ/(1 − σ) on average.
fn round_robin(queue: &'static str, replicas: u32, rate: f64) -> Case {
    let mut sigma = 0.5;
    for _ in 0..1000 {
        sigma = (rate / (rate + 1.0 - sigma)).powi(replicas as i32);
    }
    Case {
        theory: "balancing",
        station: station(balanced(Balancing::RoundRobin), replicas, rate),
        effort: effort(2e6),
        oracles: vec![
            oracle(queue, "P(wait)", sigma, 0.01, Run::share_waiting),
            oracle(
                queue,
                "mean wait",
                sigma / (1.0 - sigma),
                0.03,
                Run::mean_wait_s,
            ),
        ],
    }
}

/// Two choices among many replicas: at least k requests at a share λ^(2^k − 1) of them (Vvedenskaya et al.
/// 1996, Mitzenmacher 2001), so P(wait) is λ² and the mean latency Σ λ^(2^k − 2). That is the limit; what n
/// replicas miss falls like 1/n, and with 4000 it is far inside the interval.
fn two_choices() -> Case {
    let (queue, load) = ("4000 replicas, λ 3200, power of two", 0.8_f64);
    let latency: f64 = (1..12).map(|k| load.powi((1 << k) - 2)).sum();
    Case {
        theory: "balancing",
        station: station(balanced(Balancing::PowerOfTwo), 4000, 4000.0 * load),
        effort: Effort {
            replications: 10,
            ..effort(2e6)
        },
        oracles: vec![
            oracle(queue, "P(wait)", load * load, 0.005, Run::share_waiting),
            oracle(queue, "mean latency", latency, 0.005, mean_latency_s),
        ],
    }
}

/// Joining the shorter of two queues: the stationary law of the two lengths, solved numerically.
fn shortest_of_two(queue: &'static str, balancing: Balancing) -> Case {
    let rate = 1.6;
    let (mean_number, all_busy) = shorter_queue(rate);
    Case {
        theory: "balancing",
        station: station(balanced(balancing), 2, rate),
        effort: effort(2e6),
        oracles: vec![
            oracle(queue, "P(wait)", all_busy, 0.01, Run::share_waiting),
            oracle(
                queue,
                "mean latency",
                mean_number / rate,
                0.02,
                mean_latency_s,
            ),
        ],
    }
}

/// Mean number in the system and the probability that both servers, of rate 1, are busy, when each arrival joins
/// the shorter queue: balance equations by Gauss–Seidel, queues cut at a length that is all but never reached.
pub fn shorter_queue(rate: f64) -> (f64, f64) {
    const CUT: usize = 60;
    // Lengths (shorter, longer).
    let mut p = vec![[0.0_f64; CUT + 1]; CUT + 1];
    for (i, row) in p.iter_mut().enumerate() {
        row[i..].fill(1.0);
    }
    let at = |p: &[[f64; CUT + 1]], i: usize, j: usize| {
        if i > CUT || j > CUT {
            0.0
        } else {
            p[i.min(j)][i.max(j)]
        }
    };
    for _ in 0..4000 {
        for i in 0..=CUT {
            for j in i..=CUT {
                let arrives = if i < CUT { rate } else { 0.0 };
                let out = arrives + f64::from(i > 0) + f64::from(j > 0);
                let mut flow = 0.0;
                // An arrival made the shorter queue longer.
                if i > 0 {
                    flow += rate * at(&p, i - 1, j);
                }
                if j > 0 && j == i + 1 {
                    flow += rate * at(&p, i, i);
                }
                // A departure: from a queue of i + 1, or of j + 1; of two equal ones either.
                let twice = if i == j { 1.0 } else { 0.0 };
                flow += at(&p, i + 1, j) * if i + 1 == j { 2.0 } else { 1.0 };
                flow += at(&p, i, j + 1) * (1.0 - twice);
                p[i][j] = flow / out;
            }
        }
        let total: f64 = p.iter().flatten().sum();
        p.iter_mut().flatten().for_each(|x| *x /= total);
    }
    let mut number = 0.0;
    let mut busy = 0.0;
    for (i, row) in p.iter().enumerate() {
        for (j, share) in row.iter().enumerate() {
            number += (i + j) as f64 * share;
            busy += if i > 0 { *share } else { 0.0 };
        }
    }
    (number, busy)
}

/// Attempts that fail with probability p come back after a pause, up to m attempts: a network of an exponential
/// server and a delay, so at the server all is as with Poisson arrivals at λ(1 + p + … + p^(m−1)) (Kelly 1979).
fn feedback(queue: &'static str, servers: u32, rate: f64) -> Case {
    let attempts = 1.0 + 0.3 + 0.09;
    let offered = rate * attempts;
    let model = ServiceModel {
        error_probability: 0.3,
        retries: RetryModel {
            max_attempts: 3,
            backoff_s: 5.0,
            multiplier: 2.0,
            full_jitter: true,
            budget: f64::INFINITY,
        },
        ..ServiceModel::new(exponential(1.0))
    };
    Case {
        theory: "retries",
        station: station(model, servers, rate),
        effort: effort(1e6),
        oracles: vec![
            oracle(queue, "attempts per request", attempts, 0.005, |run| {
                1.0 + run.outcome.retries / run.outcome.arrivals
            }),
            oracle(queue, "share failed", 0.027, 0.03, |run| {
                run.outcome.failed / run.outcome.arrivals
            }),
            oracle(
                queue,
                "P(wait) of an attempt",
                erlang_c(servers, offered),
                0.01,
                Run::share_waiting,
            ),
            oracle(
                queue,
                "mean wait of an attempt",
                mmc_mean_wait(servers, offered),
                0.03,
                Run::mean_wait_s,
            ),
        ],
    }
}

/// M/M/1 whose clients give up τ after they arrived, in service too, and whose server then stops: the work
/// found never exceeds τ, and its density is λ p₀ e^(λ−μ)v up to there (Barrer 1957), so
/// 1/p₀ = 1 + λ (e^(λ−μ)τ − 1)/(λ − μ), and the server is idle with probability p₀.
fn cancellation() -> Case {
    let (queue, rate, patience) = ("M/M/1, λ 1.2, cancelled after 2", 1.2_f64, 2.0);
    let idle = 1.0 / (1.0 + rate * (((rate - 1.0) * patience).exp() - 1.0) / (rate - 1.0));
    let model = ServiceModel {
        on_timeout: OnTimeout::Cancel,
        ..ServiceModel::new(exponential(1.0))
    };
    let mut station = station(model, 1, rate);
    station.timeout_s = patience;
    Case {
        theory: "patience",
        station,
        effort: effort(1e6),
        oracles: vec![
            oracle(queue, "utilisation", 1.0 - idle, 0.01, Run::utilisation),
            // Every completed service ends at the server's rate.
            oracle(queue, "share served", (1.0 - idle) / rate, 0.01, |run| {
                run.outcome.served / run.outcome.arrivals
            }),
        ],
    }
}

/// M/M/1/K: who is turned away, the newcomer or the oldest, changes nothing in the number present.
fn drop_oldest() -> Case {
    let queue = "M/M/1/10, ρ 0.9, oldest dropped";
    let model = ServiceModel {
        overflow: Overflow::DropOldest,
        ..ServiceModel::new(exponential(1.0))
    };
    let mut station = station(model, 1, 0.9);
    station.queue_limit = 9;
    Case {
        theory: "limited queue",
        station,
        effort: effort(1e6),
        oracles: vec![
            oracle(
                queue,
                "share rejected",
                finite_queue(1, 0.9, 9).blocked,
                0.02,
                Run::share_rejected,
            ),
            oracle(queue, "dropped / rejected", 1.0, 0.001, |run| {
                run.outcome.dropped / run.outcome.rejected
            }),
        ],
    }
}

/// M/M/1 with room for 4 whose further clients wait outside, in order: M/M/1, and ρ⁵ of them wait outside.
fn blocking() -> Case {
    let queue = "M/M/1, ρ 0.8, room for 4, others outside";
    let model = ServiceModel {
        overflow: Overflow::Block,
        ..ServiceModel::new(exponential(1.0))
    };
    let mut station = station(model, 1, 0.8);
    station.queue_limit = 4;
    Case {
        theory: "limited queue",
        station,
        effort: effort(1e6),
        oracles: vec![
            oracle(queue, "mean wait", 4.0, 0.03, Run::mean_wait_s),
            oracle(queue, "share outside", 0.8_f64.powi(5), 0.02, |run| {
                run.outcome.blocked / run.outcome.arrivals
            }),
        ],
    }
}
