//! The requests plane against queueing theory: each figure within the run's own 99 % confidence interval,
//! and that interval narrow enough to mean something.

use sim_core::plane::queueing::{
    erlang_b, erlang_c, finite_queue, mg1_mean_wait, mmc_latency_quantile, mmc_mean_wait,
};
use tests::validation::oracles::{Case, cases, judge};

#[track_caller]
fn near(actual: f64, published: f64) {
    // The published figures have six digits.
    assert!(
        (actual / published - 1.0).abs() < 5e-6,
        "{actual} instead of {published}"
    );
}

#[test]
fn formulas_give_the_published_figures() {
    // λ, μ, c; P(wait), mean wait, P95, P99 of wait + service.
    let table: [(f64, f64, u32, [f64; 4]); 4] = [
        (5.0, 8.0, 1, [0.625, 0.208_333_3, 0.998_577, 1.535_06]),
        (8.0, 1.0, 10, [0.409_180, 0.204_590, 3.328_27, 4.946_11]),
        (10.0, 4.0, 3, [0.702_247, 0.351_124, 1.662_50, 2.471_40]),
        (90.0, 1.0, 100, [0.216_940, 0.021_694_0, 3.019_55, 4.628_99]),
    ];
    for (rate, mu, servers, [waits, mean_wait, p95, p99]) in table {
        let offered = rate / mu;
        near(erlang_c(servers, offered), waits);
        near(mmc_mean_wait(servers, offered) / mu, mean_wait);
        near(mmc_latency_quantile(servers, offered, 0.95) / mu, p95);
        near(mmc_latency_quantile(servers, offered, 0.99) / mu, p99);
    }
    for (servers, offered, lost) in [
        (10, 8.0, 0.121_661),
        (20, 18.0, 0.109_213),
        (20, 40.0, 0.521_307),
        (100, 90.0, 0.026_957_4),
        (1000, 2016.0, 0.504_455),
    ] {
        near(erlang_b(servers, offered), lost);
    }
    near(mg1_mean_wait(0.8, 0.0), 2.0);
    near(mg1_mean_wait(0.8, 2.0), 10.0);
    near(mg1_mean_wait(0.7, 3.0), 11.666_67);
    for (servers, offered, queue, blocked, mean_wait) in [
        (1, 0.9, 9, 0.050_813_8, 3.646_60),
        (10, 12.0, 10, 0.179_666, 0.635_969),
        (3, 2.5, 7, 0.039_040_1, 4.0 * 0.172_642),
    ] {
        let finite = finite_queue(servers, offered, queue);
        near(finite.blocked, blocked);
        near(finite.mean_wait, mean_wait);
    }
}

/// Judges the cases of one theory; there must be some.
#[track_caller]
fn hold(theory: &str) {
    let cases: Vec<Case> = cases()
        .into_iter()
        .filter(|case| case.theory == theory)
        .collect();
    assert!(!cases.is_empty(), "no case of {theory}");
    let mut wrong = Vec::new();
    for case in &cases {
        for (oracle, verdict) in case.oracles.iter().zip(judge(case)) {
            if !(verdict.agrees && verdict.precise) {
                wrong.push(format!(
                    "{}: {}: expected {}, {verdict:?}",
                    oracle.queue, oracle.figure, oracle.expected
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn markov_queues_follow_erlang_c() {
    hold("Erlang C");
}

#[test]
fn single_servers_follow_pollaczek_and_khinchine() {
    hold("Pollaczek–Khinchine");
}

#[test]
fn limited_queues_reject() {
    hold("limited queue");
}

#[test]
fn queues_without_waiting_room_follow_erlang_b() {
    hold("Erlang B");
}

#[test]
fn impatient_clients_leave() {
    hold("patience");
}

#[test]
fn little_s_law_holds() {
    hold("Little");
}

#[test]
fn shared_processors_are_insensitive() {
    hold("processor sharing");
}

#[test]
fn priorities_follow_cobham() {
    hold("priorities");
}

#[test]
fn balanced_queues_follow_their_theories() {
    hold("balancing");
}

#[test]
fn retries_add_to_the_load() {
    hold("retries");
}
