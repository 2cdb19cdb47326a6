//! The pool of function instances, beyond the cases of `sim_core::validation`: laws instead of means, orders, and the
//! published figures that fit no interval.

#[path = "functions/chain.rs"]
mod chain;

use chain::Chain;
use sim_core::functions::{ColdStart, FunctionModel, NextInstance};
use sim_core::plane::queueing::erlang_b;
use sim_core::random::Distribution;
use sim_core::stats::Welford;
use sim_core::validation::{FunctionRun, FunctionStation, LEVEL, Value, cases};

fn exponential(mean_s: f64) -> Distribution {
    Distribution::exponential(mean_s).expect("a positive mean")
}

fn constant(seconds: f64) -> Distribution {
    Distribution::deterministic(seconds).expect("a constant time")
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

/// Runs with different random numbers.
struct Runs(Vec<FunctionRun>);

fn play(station: &FunctionStation, replications: u32) -> Runs {
    Runs(
        (0..replications)
            .map(|index| station.play(1, index, 0))
            .collect(),
    )
}

impl Runs {
    fn mean(&self, read: impl Fn(&FunctionRun) -> f64) -> f64 {
        self.0.iter().map(read).sum::<f64>() / self.0.len() as f64
    }

    /// The expected figure lies in the runs' own 99 % interval, half of which is at most `precision` of it.
    #[track_caller]
    fn agree(&self, read: impl Fn(&FunctionRun) -> f64, expected: f64, precision: f64) {
        let mut seen = Welford::new();
        self.0.iter().for_each(|run| seen.push(read(run)));
        let (low, high) = seen.mean_ci(LEVEL).expect("several runs");
        assert!(
            low <= expected && expected <= high,
            "expected {expected}, measured {low}..{high}"
        );
        assert!(0.5 * (high - low) <= precision * expected, "{low}..{high}");
    }

    #[track_caller]
    fn is_near(&self, read: impl Fn(&FunctionRun) -> f64, published: f64, tolerance: f64) {
        let mean = self.mean(read);
        assert!(
            (mean / published - 1.0).abs() <= tolerance,
            "published {published}, measured {mean}"
        );
    }
}

/// How long how many instances exist in SimFaaS's example (its notebook 2), to two hundredths.
#[test]
fn the_law_of_the_number_of_instances() {
    let station = FunctionStation::from_empty(simfaas(1.991, 2.244, 600.0), 0.9, 1e6);
    let runs = play(&station, 10);
    let law = [0.0520, 0.4041, 0.3876, 0.1197, 0.0306, 0.0054, 0.0006];
    for (count, share) in (6..).zip(law) {
        let measured = runs.mean(|run| run.statistics.instances.share(count));
        assert!((measured - share).abs() <= 0.02, "{count}: {measured}");
    }
}

/// A pool with a limit rejects like a loss system, whatever the service time, the keep-alive time and the order.
#[test]
fn limits_reject_whatever_the_laws() {
    let model = FunctionModel {
        max_instances: 20,
        next_instance: NextInstance::LeastRecentlyUsed,
        ..alike(
            Distribution::log_normal(2.0, 2.0).expect("a lognormal"),
            exponential(5.0),
        )
    };
    for rate in [9.0, 20.0] {
        let station = FunctionStation::from_empty(model.clone(), rate, 5e4).after(100.0);
        let theory = erlang_b(20, 2.0 * rate);
        play(&station, 20).agree(FunctionRun::rejected_share, theory, 0.02);
    }
}

/// λ 1000, 2.016 s, a thousand instances: SimFaaS's 0.5039 includes the filling of the empty pool.
#[test]
fn a_thousand_instances() {
    let model = FunctionModel {
        max_instances: 1000,
        ..alike(exponential(2.016), constant(600.0))
    };
    let station = FunctionStation::from_empty(model, 1000.0, 1000.0);
    let runs = play(&station, 10);
    runs.is_near(FunctionRun::rejected_share, 0.5039, 0.002);
    assert_eq!(
        runs.mean(|run| f64::from(run.statistics.instances.highest())),
        1000.0
    );
}

#[test]
fn without_keep_alive_an_instance_lives_for_one_request() {
    let station = FunctionStation::from_empty(simfaas(1.991, 2.244, 0.0), 0.9, 1e5).after(100.0);
    let runs = play(&station, 20);
    runs.agree(FunctionRun::mean_life_s, 2.244, 0.01);
    assert_eq!(
        runs.mean(FunctionRun::mean_instances),
        runs.mean(FunctionRun::mean_running)
    );
}

/// Exponential times make the pool a Markov chain, and then it does not matter which instance serves next: every
/// order has the chain's law, computed without simulation. So the expiry of drawn keep-alive times, the limit and
/// every order are exact.
#[test]
fn exponential_keep_alive_is_a_markov_chain() {
    let chain = Chain {
        rate: 2.0,
        service_s: 1.0,
        keep_alive_s: 3.0,
        most: 7,
    }
    .solve();
    let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-9, "{a} and {b}");
    near(chain.rejected, erlang_b(7, 2.0));
    // The constants of the case.
    let cases = cases();
    let case = cases.iter().find(|case| case.about.id == "F-chain");
    for pair in case.expect("the case").oracles.chunks(2) {
        let expected: Vec<f64> = pair.iter().map(|oracle| oracle.expected.number()).collect();
        near(expected[0], chain.cold);
        near(expected[1], chain.instances);
        assert!(matches!(pair[0].expected, Value::Number(_)));
    }
    for next_instance in NextInstance::ALL {
        let model = FunctionModel {
            next_instance,
            max_instances: 7,
            ..alike(exponential(1.0), exponential(3.0))
        };
        let station = FunctionStation::from_empty(model, 2.0, 5e4).after(200.0);
        let runs = play(&station, 20);
        runs.agree(FunctionRun::rejected_share, chain.rejected, 0.05);
        for count in 1..=7 {
            let share = |run: &FunctionRun| run.statistics.instances.share(count);
            runs.agree(share, chain.law[count as usize], 0.1);
        }
    }
}

/// Which instance serves next moves cold starts fifty-fold and instances by half: p(cold) 0.000026 with 11.3
/// instances instead of 0.001337 with 7.70 (one run of an independent program).
///
/// Going round keeps every instance alive, so none ends and the only cold starts are those that fill the pool: their
/// share falls with the length of the run. The published one fits half a million seconds.
#[test]
fn the_order_is_a_dial() {
    let with = |next_instance| {
        let model = FunctionModel {
            next_instance,
            ..simfaas(1.991, 2.244, 600.0)
        };
        play(&FunctionStation::from_empty(model, 0.9, 5e5), 10)
    };
    let newest = with(NextInstance::Newest);
    for next_instance in [
        NextInstance::LeastRecentlyUsed,
        NextInstance::RoundRobin,
        NextInstance::Random,
    ] {
        let runs = with(next_instance);
        runs.is_near(FunctionRun::mean_instances, 11.3, 0.05);
        let cold = runs.mean(FunctionRun::cold_share);
        assert!((1.5e-5..4e-5).contains(&cold), "{next_instance:?}: {cold}");
        assert!(newest.mean(FunctionRun::cold_share) > 30.0 * cold);
        assert_eq!(runs.mean(|run| run.outcome.ended as f64), 0.0);
    }
    // Serving from either end, by age or by use, lets the other end expire.
    for next_instance in [NextInstance::Oldest, NextInstance::MostRecentlyUsed] {
        let runs = with(next_instance);
        let (cold, instances) = (FunctionRun::cold_share, FunctionRun::mean_instances);
        runs.is_near(cold, newest.mean(cold), 0.03);
        runs.is_near(instances, newest.mean(instances), 0.01);
    }
}

/// AWS Lambda at its rarest measured rate: within the measurement's own interval.
#[test]
fn lambda_s_own_interval() {
    let model = simfaas(1.981_341, 2.303_745, 600.0);
    let station = FunctionStation::from_empty(model, 0.001_863_1, 1e6);
    let cold = play(&station, 20).mean(FunctionRun::cold_share);
    assert!((cold - 0.342_99).abs() <= 0.031_76, "{cold}");
}
