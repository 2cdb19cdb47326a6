//! A queue at each replica: which one a request goes to.

use super::super::case::{About, Effort, read};
use super::super::station::Reading;
use super::super::{Case, Family, Oracle, Run, Station};
use super::law;
use crate::plane::ServiceModel;
use crate::random::Distribution;
use crate::scenario::document::Balancing;

pub(super) fn cases() -> Vec<Case> {
    vec![
        at_random(),
        in_turn("B-turn-10", 10, 8.0),
        in_turn("B-turn-3", 3, 2.7),
        two_choices(),
        shorter_of_two(
            "B-least",
            "to the least outstanding",
            Balancing::LeastOutstanding,
        ),
        shorter_of_two("B-two", "to the better of two picks", Balancing::PowerOfTwo),
    ]
}

const EFFORT: Effort = Effort {
    samples: 160,
    arrivals: 2.5e5,
};

/// Exponential replicas of rate 1, each with a queue of its own.
fn station(balancing: Balancing, replicas: u32, rate: f64) -> Station {
    let model = ServiceModel {
        balancing,
        ..ServiceModel::new(law(Distribution::exponential(1.0)))
    };
    Station::of(model, replicas, rate)
}

fn about(id: &'static str, subject: String, shows: &'static str, source: &'static str) -> About {
    About {
        id,
        family: Family::Balancing,
        subject,
        shows,
        source,
    }
}

fn waits(formula: &'static str, expected: f64, precision: f64) -> (Oracle, Reading) {
    read(
        Oracle::interval("waits", "P(wait)", formula, expected, precision),
        Run::share_waiting,
    )
}

fn wait(formula: &'static str, expected: f64, precision: f64) -> (Oracle, Reading) {
    read(
        Oracle::interval("wait", "mean wait", formula, expected, precision),
        Run::mean_wait_s,
    )
}

fn latency(formula: &'static str, expected: f64, precision: f64) -> (Oracle, Reading) {
    read(
        Oracle::interval("latency", "mean latency", formula, expected, precision),
        Run::mean_latency_s,
    )
}

/// Poisson arrivals split at random are Poisson.
fn at_random() -> Case {
    let (replicas, rate) = (10, 8.0);
    let load = rate / f64::from(replicas);
    let known = vec![
        waits("ρ: each replica is an M/M/1", load, 0.01),
        wait("ρ / (μ − λ/n)", load / (1.0 - load), 0.02),
    ];
    Case::of_stations(
        about(
            "B-random",
            format!("{replicas} replicas of M/M/1, λ {rate}, μ 1, at random"),
            "Spread at random, ten replicas wait like ten small services, not like one large one.",
            "Kleinrock 1975",
        ),
        EFFORT,
        vec![(station(Balancing::Random, replicas, rate), known)],
    )
}

/// In turn, every n-th arrival comes to a replica: E_n/M/1.
fn in_turn(id: &'static str, replicas: u32, rate: f64) -> Case {
    let stages = f64::from(replicas);
    let mut sigma = 0.5;
    for _ in 0..1000 {
        sigma = libm::pow(rate / (rate + 1.0 - sigma), stages);
    }
    let known = vec![
        waits(
            "the root σ in (0, 1) of σ = (λ / (λ + μ (1 − σ)))ⁿ: each replica is an E_n/M/1",
            sigma,
            0.01,
        ),
        wait("σ / (μ (1 − σ))", sigma / (1.0 - sigma), 0.03),
    ];
    Case::of_stations(
        about(
            id,
            format!("{replicas} replicas, λ {rate}, μ 1, in turn"),
            "Taking turns evens out the arrivals of each replica, but not the work.",
            "Kleinrock 1975 (G/M/1)",
        ),
        EFFORT,
        vec![(station(Balancing::RoundRobin, replicas, rate), known)],
    )
}

/// The better of two replicas picked at random, of very many. The formula is the limit of infinitely many; what n
/// replicas miss falls like 1/n, and with 4000 it is far inside the interval.
fn two_choices() -> Case {
    let (replicas, load) = (4000, 0.8);
    let rate = f64::from(replicas) * load;
    let served = |k: u32| libm::pow(load, f64::from((1_u32 << k) - 2));
    let known = vec![
        waits(
            "ρ²: both picks are busy; k or more requests are at a share ρ^(2^k − 1) of the replicas",
            load * load,
            0.005,
        ),
        latency(
            "Σ ρ^(2^k − 2) / μ over k ≥ 1",
            (1..12).map(served).sum(),
            0.005,
        ),
    ];
    // From empty, a difference from the limit lasts 6 mean service times: by the limit's differential equations
    // P(wait) is 0.25 % too low after 30 of them and 0.0005 % after 70.
    let station = Station {
        warm_up: 70.0,
        ..station(Balancing::PowerOfTwo, replicas, rate)
    };
    Case::of_stations(
        about(
            "B-choices",
            format!("{replicas} replicas, λ {rate}, μ 1, to the better of two picks"),
            "Two picks instead of one make long queues all but impossible.",
            "Vvedenskaya, Dobrushin & Karpelevich 1996; Mitzenmacher 2001",
        ),
        Effort {
            samples: 40,
            arrivals: 5e5,
        },
        vec![(station, known)],
    )
}

/// Arrivals per second at the two replicas.
const RATE: f64 = 1.6;

/// Requests present, on average, where each arrival at [`RATE`] joins the shorter of two queues.
const PRESENT: f64 = 4.729_178;

/// How often both are busy there.
const BOTH_BUSY: f64 = 0.694_165;

/// Two replicas, and always the shorter queue: with two of them, two picks see both.
fn shorter_of_two(id: &'static str, words: &str, balancing: Balancing) -> Case {
    let known = vec![
        waits(
            "P(both busy), from the balance equations of the two lengths, solved numerically",
            BOTH_BUSY,
            0.01,
        ),
        latency(
            "mean number present / λ, from the same equations",
            PRESENT / RATE,
            0.02,
        ),
    ];
    Case::of_stations(
        about(
            id,
            format!("2 replicas, λ {RATE}, μ 1, {words}"),
            "Joining the shorter queue comes close to one queue for both.",
            "Haight 1958; Kingman 1961",
        ),
        EFFORT,
        vec![(station(balancing, 2, RATE), known)],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Longest queue of the balance equations; all but never reached.
    const CUT: usize = 60;

    /// How often the queues are so long: (shorter, longer).
    type Law = [[f64; CUT + 1]; CUT + 1];

    /// The law when each arrival joins the shorter queue: Gauss–Seidel on the balance equations.
    fn shorter_queue(rate: f64) -> Law {
        let mut p: Law = [[0.0; CUT + 1]; CUT + 1];
        for (i, row) in p.iter_mut().enumerate() {
            row[i..].fill(1.0);
        }
        for _ in 0..4000 {
            for i in 0..=CUT {
                for j in i..=CUT {
                    p[i][j] = flow_in(&p, rate, i, j) / rate_out(rate, i, j);
                }
            }
            let total: f64 = p.iter().flatten().sum();
            p.iter_mut().flatten().for_each(|share| *share /= total);
        }
        p
    }

    fn rate_out(rate: f64, i: usize, j: usize) -> f64 {
        let arrives = if i < CUT { rate } else { 0.0 };
        arrives + f64::from(u8::from(i > 0)) + f64::from(u8::from(j > 0))
    }

    fn flow_in(p: &Law, rate: f64, i: usize, j: usize) -> f64 {
        let at = |i: usize, j: usize| if j > CUT { 0.0 } else { p[i][j] };
        let mut flow = 0.0;
        // An arrival made the shorter queue longer.
        if i > 0 {
            flow += rate * at(i - 1, j);
        }
        if j == i + 1 {
            flow += rate * at(i, i);
        }
        // A departure from the shorter queue; of two equal ones either.
        if j > i {
            flow += at(i + 1, j) * if i + 1 == j { 2.0 } else { 1.0 };
        }
        // A departure from the longer queue.
        flow + at(i, j + 1)
    }

    #[test]
    fn the_shorter_queue_has_these_figures() {
        let law = shorter_queue(RATE);
        let sum = |value: fn(usize, usize) -> f64| -> f64 {
            let row = |(i, row): (usize, &[f64; CUT + 1])| -> f64 {
                let weighted = row.iter().enumerate();
                weighted.map(|(j, share)| value(i, j) * share).sum()
            };
            law.iter().enumerate().map(row).sum()
        };
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-6, "{a} instead of {b}");
        near(sum(|i, j| (i + j) as f64), PRESENT);
        near(sum(|i, _| if i > 0 { 1.0 } else { 0.0 }), BOTH_BUSY);
        // As many are served as come.
        let busy = sum(|i, j| f64::from(u8::from(i > 0)) + f64::from(u8::from(j > 0)));
        near(busy, RATE);
    }
}
