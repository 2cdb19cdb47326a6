//! What must hold for every sequence of intervals, in both planes.

use proptest::prelude::*;
use sim_core::plane::{
    DataPlane, FluidPlane, FluidTables, Interval, MAX_THRESHOLDS, Outcome, RequestsPlane,
    ServiceModel,
};
use sim_core::random::Distribution;
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

/// Serves the intervals, checks each outcome, and the latencies at the end.
fn serve_all(plane: &mut dyn DataPlane, intervals: &[Interval]) -> Result<(), TestCaseError> {
    let (mut balance, mut served, mut waiting) = (0.0, 0.0, 0.0);
    let mut arrivals = 0.0;
    for interval in intervals {
        let outcome = plane.serve(interval);
        check(interval, &outcome)?;
        balance += outcome.arrivals
            - outcome.served
            - outcome.timed_out
            - outcome.rejected
            - outcome.failed;
        balance -= outcome.waiting_at_end - waiting;
        waiting = outcome.waiting_at_end;
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
fn check(interval: &Interval, o: &Outcome) -> Result<(), TestCaseError> {
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
    ];
    let rounding = 1e-9 * (1.0 + o.arrivals + o.waiting_at_end + o.served);
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
    prop_assert!(
        o.waited <= o.served + o.timed_out + o.failed + rounding,
        "{interval:?} {o:?}"
    );
    let capacity_s = f64::from(interval.servers) * interval.length_s;
    prop_assert!(
        o.busy_server_s <= capacity_s * (1.0 + 1e-9),
        "{interval:?} {o:?}"
    );
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn requests_are_conserved_one_by_one(
        model in model(), intervals in prop::collection::vec(interval(), 1..20), seed in any::<u64>()
    ) {
        serve_all(&mut RequestsPlane::new(&model, 4, seed, 0, 0), &intervals)?;
    }

    #[test]
    fn requests_are_conserved_in_expectation(
        model in model(), intervals in prop::collection::vec(interval(), 1..20), seed in any::<u64>()
    ) {
        let tables = FluidTables::new(model);
        serve_all(&mut FluidPlane::new(&tables, 4, seed, 0, 0), &intervals)?;
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
                serve_all(&mut fluid, &extremes(15.0, &[0.0, 1e-9, 10.0, 1e7])).unwrap();
                let mut requests = RequestsPlane::new(&model, 4, 1, 0, 0);
                serve_all(&mut requests, &extremes(1e-3, &[0.0, 1e-9, 10.0, 1e7])).unwrap();
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
