//! What must hold for every sequence of intervals, in both planes.

use proptest::prelude::*;
use sim_core::plane::{
    DataPlane, Discipline, FluidPlane, FluidTables, Interval, MAX_THRESHOLDS, Outcome,
    RequestsPlane, RetryModel, ServiceModel,
};
use sim_core::random::Distribution;
use sim_core::scenario::document::{Balancing, OnTimeout, Overflow, Removal};
use sim_core::stats::LogHistogram;

fn interval() -> impl Strategy<Value = Interval> {
    let length = prop_oneof![Just(15.0), 0.01..100.0f64];
    let rate = prop_oneof![Just(0.0), 0.0..5.0f64, 0.0..500.0f64];
    let servers = prop_oneof![Just(0u32), 0..5u32, 0..200u32];
    let limit = prop_oneof![Just(0u32), 0..20u32, 0..2000u32, Just(u32::MAX)];
    (length, rate, servers, limit).prop_map(|(length_s, rate_rps, servers, queue_limit)| Interval {
        length_s,
        rate_rps,
        servers,
        queue_limit,
        ..Interval::default()
    })
}

fn model() -> impl Strategy<Value = ServiceModel> {
    let service = prop_oneof![
        (0.001..20.0f64).prop_map(Distribution::deterministic),
        (0.001..20.0f64).prop_map(Distribution::exponential),
        (0.001..20.0f64, 0.1..5.0f64).prop_map(|(mean, cv)| Distribution::log_normal(mean, cv)),
        (0.001..20.0f64, 0.1..5.0f64).prop_map(|(mean, cv)| Distribution::gamma(mean, cv)),
        (0.001..20.0f64, 1.0..5.0f64)
            .prop_map(|(mean, cv)| Distribution::hyper_exponential(mean, cv)),
        (0.001..1.0f64, 1.1..5.0f64)
            .prop_map(|(minimum, shape)| Distribution::pareto(minimum, shape)),
    ];
    let timeout = prop_oneof![Just(f64::INFINITY), 0.01..60.0f64];
    (
        service,
        timeout,
        0.0..1.0f64,
        prop::collection::vec(0.001..10.0f64, 0..=MAX_THRESHOLDS),
    )
        .prop_map(
            |(service, timeout_s, error_probability, thresholds_s)| ServiceModel {
                timeout_s,
                error_probability,
                thresholds_s,
                ..ServiceModel::new(service.expect("parameters in range"))
            },
        )
}

fn retries() -> impl Strategy<Value = RetryModel> {
    (
        1..5u32,
        prop_oneof![Just(0.0), 0.001..20.0f64],
        1.0..3.0f64,
        any::<bool>(),
        prop_oneof![Just(f64::INFINITY), Just(0.0), 0.0..0.5f64],
    )
        .prop_map(
            |(max_attempts, backoff_s, multiplier, full_jitter, budget)| RetryModel {
                max_attempts,
                backoff_s,
                multiplier,
                full_jitter,
                budget,
            },
        )
}

/// A model with any of its features on.
fn rich_model() -> impl Strategy<Value = ServiceModel> {
    let balancing = prop_oneof![
        Just(Balancing::Shared),
        Just(Balancing::Random),
        Just(Balancing::RoundRobin),
        Just(Balancing::LeastOutstanding),
        Just(Balancing::PowerOfTwo),
    ];
    let discipline = prop_oneof![
        2 => Just(Discipline::Slots),
        1 => (0.1..8.0f64).prop_map(|cores| Discipline::ProcessorSharing { cores }),
    ];
    let overflow = prop_oneof![
        Just(Overflow::RejectNew),
        Just(Overflow::DropOldest),
        Just(Overflow::Block),
    ];
    (
        (model(), 1..30u32, balancing, discipline, overflow),
        (
            prop_oneof![Just(OnTimeout::Finish), Just(OnTimeout::Cancel)],
            prop_oneof![Just(Removal::Drain), Just(Removal::Kill)],
            any::<bool>(),
            any::<bool>(),
            prop_oneof![Just(0.0), 0.0..1.0f64],
            retries(),
        ),
    )
        .prop_map(
            |((model, concurrency, balancing, discipline, overflow), rest)| ServiceModel {
                concurrency,
                balancing,
                discipline,
                overflow,
                on_timeout: rest.0,
                removal: rest.1,
                may_be_killed: rest.2,
                may_be_buffered: rest.3,
                high_priority_share: rest.4,
                retries: rest.5,
                ..model
            },
        )
}

/// An interval for it, whose `servers` are replicas yet.
fn rich_interval() -> impl Strategy<Value = Interval> {
    let replicas = prop_oneof![Just(0u32), 0..4u32, 0..30u32];
    let killed = prop_oneof![3 => Just(0u32), 1 => 0..10u32];
    let buffer = prop_oneof![Just(0u32), 0..50u32];
    (interval(), replicas, killed, buffer).prop_map(
        |(interval, servers, killed_replicas, buffer_limit)| Interval {
            servers,
            killed_replicas,
            buffer_limit,
            ..interval
        },
    )
}

/// Serves the intervals, checks each outcome, and the latencies at the end.
fn serve_all(
    plane: &mut dyn DataPlane,
    model: &ServiceModel,
    intervals: &[Interval],
) -> Result<(), TestCaseError> {
    let (mut balance, mut served, mut open) = (0.0, 0.0, 0.0);
    let mut arrivals = 0.0;
    for interval in intervals {
        let outcome = plane.serve(interval);
        check(model, interval, &outcome)?;
        balance += outcome.arrivals
            - outcome.served
            - outcome.timed_out
            - outcome.rejected
            - outcome.failed
            - outcome.lost;
        balance -= outcome.open_at_end - open;
        open = outcome.open_at_end;
        served += outcome.served;
        arrivals += outcome.arrivals;
        if let Some(p95) = plane.recent_quantile(0.95, 4) {
            prop_assert!(p95.is_finite() && p95 > 0.0);
        }
    }
    prop_assert!(
        balance.abs() <= 1e-9 * (1.0 + arrivals),
        "arrivals not accounted for: {balance}"
    );
    let mut latencies = LogHistogram::new();
    plane.drain_latency(&mut latencies);
    prop_assert!(
        (latencies.count() - served).abs() <= 1e-9 * (1.0 + served),
        "{} {served}",
        latencies.count()
    );
    Ok(())
}

/// No outcome is negative or not a number, parts are not larger than their whole.
fn check(model: &ServiceModel, interval: &Interval, o: &Outcome) -> Result<(), TestCaseError> {
    let counts = [
        o.arrivals,
        o.served,
        o.rejected,
        o.timed_out,
        o.timed_out_in_service,
        o.failed,
        o.wait_sum_s,
        o.waited,
        o.latency_sum_s,
        o.busy_server_s,
        o.waiting_at_end,
        o.open_at_end,
        o.retries,
        o.dropped,
        o.lost,
        o.waits,
        o.waits_high,
        o.wait_sum_high_s,
        o.blocked,
        o.cancelled,
        o.in_service_s,
    ];
    let attempts = o.arrivals + o.retries + o.waits;
    let rounding = 1e-9 * (1.0 + attempts + o.open_at_end + o.served);
    for count in counts.iter().chain(&o.slow).chain(&o.slow_in_service) {
        prop_assert!(count.is_finite() && *count >= 0.0, "{interval:?} {o:?}");
    }
    for k in 0..MAX_THRESHOLDS {
        prop_assert!(o.slow[k] <= o.served + rounding, "{interval:?} {o:?}");
        prop_assert!(
            o.slow_in_service[k] <= o.slow[k] + rounding,
            "{interval:?} {o:?}"
        );
    }
    prop_assert!(
        o.timed_out_in_service <= o.timed_out + rounding,
        "{interval:?} {o:?}"
    );
    let parts = [
        (o.waited, o.waits),
        (o.waits_high, o.waits),
        (o.wait_sum_high_s, o.wait_sum_s),
        (o.dropped, o.rejected),
        (o.waiting_at_end, o.open_at_end),
        (o.blocked, o.arrivals + o.retries),
    ];
    for (part, whole) in parts {
        prop_assert!(
            part <= whole * (1.0 + 1e-9) + rounding,
            "{interval:?} {o:?}"
        );
    }
    let slots_s = f64::from(interval.servers) * interval.length_s;
    let capacity_s = match model.discipline {
        Discipline::Slots => slots_s,
        Discipline::ProcessorSharing { cores } => {
            slots_s / f64::from(model.concurrency) * cores.min(f64::from(model.concurrency))
        }
    };
    for (used_s, most_s) in [(o.busy_server_s, capacity_s), (o.in_service_s, slots_s)] {
        prop_assert!(used_s <= most_s * (1.0 + 1e-9) + 1e-9, "{interval:?} {o:?}");
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn requests_are_conserved_one_by_one(
        model in model(), intervals in prop::collection::vec(interval(), 1..20), seed in any::<u64>()
    ) {
        serve_all(&mut RequestsPlane::new(&model, 4, seed, 0, 0), &model, &intervals)?;
    }

    #[test]
    fn requests_are_conserved_with_everything_on(
        model in rich_model(), mut intervals in prop::collection::vec(rich_interval(), 1..20), seed in any::<u64>()
    ) {
        for interval in &mut intervals {
            interval.servers *= model.concurrency;
        }
        serve_all(&mut RequestsPlane::new(&model, 4, seed, 0, 0), &model, &intervals)?;
    }

    #[test]
    fn features_of_no_effect_change_no_bit(
        model in rich_model(), mut intervals in prop::collection::vec(rich_interval(), 1..20), seed in any::<u64>()
    ) {
        for interval in &mut intervals {
            interval.servers *= model.concurrency;
            interval.killed_replicas = 0;
            interval.buffer_limit = 0;
        }
        let plain = ServiceModel { high_priority_share: 0.0, retries: RetryModel::NONE, ..model.clone() };
        let outcomes = |model: &ServiceModel| -> Vec<Outcome> {
            let mut plane = RequestsPlane::new(model, 4, seed, 0, 0);
            intervals.iter().map(|interval| plane.serve(interval)).collect()
        };
        let one_attempt = RetryModel { max_attempts: 1, ..model.retries };
        let no_budget = RetryModel { budget: 0.0, ..model.retries };
        let expected = outcomes(&plain);
        for retries in [one_attempt, no_budget] {
            prop_assert_eq!(&outcomes(&ServiceModel { retries, ..plain.clone() }), &expected);
        }
    }

    #[test]
    fn arrivals_do_not_depend_on_what_becomes_of_them(
        model in rich_model(), mut intervals in prop::collection::vec(rich_interval(), 1..20), seed in any::<u64>()
    ) {
        let plain = ServiceModel::new(model.service_time_s.clone());
        let mut rich = RequestsPlane::new(&model, 4, seed, 0, 0);
        let mut poor = RequestsPlane::new(&plain, 4, seed, 0, 0);
        for interval in &mut intervals {
            let bare = Interval { servers: 1, killed_replicas: 0, buffer_limit: 0, ..*interval };
            interval.servers *= model.concurrency;
            prop_assert_eq!(rich.serve(interval).arrivals, poor.serve(&bare).arrivals);
        }
    }

    #[test]
    fn requests_are_conserved_in_expectation(
        model in model(), intervals in prop::collection::vec(interval(), 1..20), seed in any::<u64>()
    ) {
        let tables = FluidTables::new(model.clone());
        serve_all(&mut FluidPlane::new(&tables, 4, seed, 0, 0), &model, &intervals)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn classes_and_blocked_requests_are_conserved_in_expectation(
        model in model(), mut intervals in prop::collection::vec(rich_interval(), 1..20), high in 0.0..1.0f64,
        concurrency in 1..30u32, blocks in any::<bool>(), seed in any::<u64>()
    ) {
        let model = ServiceModel {
            high_priority_share: high,
            concurrency,
            overflow: if blocks { Overflow::Block } else { Overflow::RejectNew },
            ..model
        };
        for interval in &mut intervals {
            interval.servers *= concurrency;
            interval.killed_replicas = 0;
        }
        let tables = FluidTables::new(model.clone());
        serve_all(&mut FluidPlane::new(&tables, 4, seed, 0, 0), &model, &intervals)?;
    }
}

// What is played of shared processors takes a third of a second for each number of replicas.
proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn sharing_requests_are_conserved_in_expectation(
        model in model(), mut intervals in prop::collection::vec(interval(), 1..20), cores in 0.1..8.0f64,
        concurrency in 1..30u32, replicas in 1..12u32, seed in any::<u64>()
    ) {
        let model = ServiceModel { concurrency, discipline: Discipline::ProcessorSharing { cores }, ..model };
        for interval in &mut intervals {
            interval.servers = if interval.servers == 0 { 0 } else { replicas * concurrency };
        }
        let tables = FluidTables::new(model.clone());
        serve_all(&mut FluidPlane::new(&tables, 4, seed, 0, 0), &model, &intervals)?;
    }
}

/// Values far outside of any plan, in every combination, several times over.
#[test]
fn extremes_give_numbers() {
    let extremes = |length_s: f64, rates: &[f64]| {
        let mut intervals = Vec::new();
        for &rate_rps in rates {
            for servers in [0, 1, 7, 100_000] {
                for queue_limit in [0, 1, 1000, u32::MAX] {
                    intervals.push(Interval {
                        length_s,
                        rate_rps,
                        servers,
                        queue_limit,
                        ..Interval::default()
                    });
                }
            }
        }
        intervals
    };
    for mean_s in [1e-6, 0.05, 1000.0] {
        for cv in [0.0, 1.0, 20.0] {
            for timeout_s in [1e-3, 30.0, f64::INFINITY] {
                let model = ServiceModel {
                    timeout_s,
                    error_probability: 0.5,
                    thresholds_s: vec![0.0, mean_s, 1e9],
                    ..ServiceModel::new(Distribution::log_normal(mean_s, cv).unwrap())
                };
                let tables = FluidTables::new(model.clone());
                let mut fluid = FluidPlane::new(&tables, 4, 1, 0, 0);
                serve_all(&mut fluid, &model, &extremes(15.0, &[0.0, 1e-9, 10.0, 1e7])).unwrap();
                let mut requests = RequestsPlane::new(&model, 4, 1, 0, 0);
                serve_all(
                    &mut requests,
                    &model,
                    &extremes(1e-3, &[0.0, 1e-9, 10.0, 1e7]),
                )
                .unwrap();
            }
        }
    }
}

/// The same seed gives the same bits, whoever filled the shared tables before.
#[test]
fn shared_tables_change_nothing() {
    let model = ServiceModel {
        timeout_s: 5.0,
        error_probability: 0.01,
        thresholds_s: vec![0.3],
        ..ServiceModel::new(Distribution::log_normal(0.1, 1.5).unwrap())
    };
    let outcomes = |tables: &FluidTables, servers: u32| -> Vec<Outcome> {
        let mut plane = FluidPlane::new(tables, 4, 7, 0, 0);
        let interval = |i: u32| Interval {
            length_s: 15.0,
            rate_rps: f64::from(i % 50) * 6.0,
            servers: servers + i % 7,
            queue_limit: 500,
            ..Interval::default()
        };
        (0..200).map(|i| plane.serve(&interval(i))).collect()
    };
    let fresh = FluidTables::new(model.clone());
    let used = FluidTables::new(model);
    outcomes(&used, 33);
    assert_eq!(outcomes(&fresh, 20), outcomes(&used, 20));
}
