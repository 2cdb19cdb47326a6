//! What must hold for every network of services and every sequence of intervals, when every span is played.

use proptest::prelude::*;
use sim_core::plane::network::breaker::{BreakerModel, SlowCalls};
use sim_core::plane::network::{
    Call, CallGuard, CallMode, Entry, EntryOutcome, FluidNetwork, NetworkOutcome, NetworkPlane,
    NetworkTables, RequestsNetwork, Station, StationInterval,
};
use sim_core::plane::{
    Balancing, Interval, OnTimeout, Outcome, Overflow, QueueDiscipline, RateLimit, Removal,
    RetryModel, ServiceModel,
};
use sim_core::random::Distribution;
use sim_core::stats::LogHistogram;

const MOST_STATIONS: usize = 6;
/// Spans that a test plays at most, all attempts and calls of calls included.
const MOST_SPANS: f64 = 1_000_000.0;

fn retries() -> impl Strategy<Value = RetryModel> {
    (
        prop_oneof![3 => Just(1), 1 => 2..4u32],
        prop_oneof![Just(0.0), 0.001..2.0f64],
        1.0..3.0f64,
        any::<bool>(),
        prop_oneof![Just(f64::INFINITY), 0.0..0.5f64],
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

fn service() -> impl Strategy<Value = ServiceModel> {
    let time = prop_oneof![
        (0.0..0.5f64).prop_map(|seconds| Distribution::deterministic(seconds.max(1e-6))),
        (0.001..0.5f64).prop_map(Distribution::exponential),
        (0.001..0.5f64).prop_map(|mean| Distribution::log_normal(mean, 2.0)),
    ];
    let balancing = prop_oneof![
        Just(Balancing::Shared),
        Just(Balancing::Random),
        Just(Balancing::RoundRobin),
        Just(Balancing::LeastOutstanding),
        Just(Balancing::PowerOfTwo),
    ];
    (
        time,
        prop_oneof![Just(f64::INFINITY), 0.01..3.0f64],
        prop_oneof![Just(0.0), 0.0..0.5f64],
        1..8u32,
        balancing,
        prop_oneof![Just(Overflow::RejectNew), Just(Overflow::DropOldest)],
        prop_oneof![Just(OnTimeout::Finish), Just(OnTimeout::Cancel)],
        prop_oneof![Just(Removal::Drain), Just(Removal::Kill)],
        (retries(), queue(), rate_limit()),
    )
        .prop_map(
            |(
                time,
                timeout_s,
                errors,
                concurrency,
                balancing,
                overflow,
                on_timeout,
                removal,
                (retries, queue, rate_limit),
            )| {
                ServiceModel {
                    timeout_s,
                    error_probability: errors,
                    thresholds_s: vec![0.1, 1.0],
                    concurrency,
                    balancing,
                    overflow,
                    on_timeout,
                    removal,
                    may_be_killed: true,
                    retries,
                    queue,
                    rate_limit,
                    ..ServiceModel::new(time.expect("parameters in range"))
                }
            },
        )
}

fn guard() -> impl Strategy<Value = CallGuard> {
    let slow = proptest::option::weighted(0.3, (0.01..1.0f64, 1.0..100.0f64));
    let breaker = (
        1..30u32,
        1..30u32,
        1.0..100.0f64,
        0.1..5.0f64,
        1..6u32,
        slow,
    )
        .prop_map(
            |(window, minimum, failure_percent, open_s, half_open, slow)| BreakerModel {
                window,
                minimum,
                failure_percent,
                open_s,
                half_open,
                slow: slow.map(|(longer_than_s, percent)| SlowCalls {
                    longer_than_s,
                    percent,
                }),
            },
        );
    (
        proptest::option::weighted(0.3, breaker),
        proptest::option::weighted(0.3, 1..10u32),
        proptest::option::weighted(0.3, 0.001..0.5f64),
    )
        .prop_map(|(breaker, max_concurrent, hedge_after_s)| CallGuard {
            breaker,
            max_concurrent,
            hedge_after_s,
        })
}

fn queue() -> impl Strategy<Value = QueueDiscipline> {
    prop_oneof![
        3 => Just(QueueDiscipline::Fifo),
        1 => Just(QueueDiscipline::Lifo),
        1 => (0.001..0.2f64, 0.01..0.5f64).prop_map(|(target_s, interval_s)| {
            QueueDiscipline::Codel { target_s, interval_s }
        }),
    ]
}

fn rate_limit() -> impl Strategy<Value = Option<RateLimit>> {
    let limit = (5.0..200.0f64, 1.0..50.0f64);
    proptest::option::weighted(0.2, limit.prop_map(|(rps, burst)| RateLimit { rps, burst }))
}

fn call() -> impl Strategy<Value = Call> {
    (
        0..MOST_STATIONS,
        prop_oneof![6 => Just(1.0), 1 => Just(0.0), 3 => 0.0..2.5f64],
        prop_oneof![
            Just(CallMode::Sequential),
            Just(CallMode::Parallel),
            Just(CallMode::Async)
        ],
        any::<bool>(),
        retries(),
        guard(),
    )
        .prop_map(|(to, per_request, mode, required, retries, guard)| Call {
            to,
            per_request,
            mode,
            required,
            retries,
            guard,
        })
}

/// Stations whose calls go to later ones only.
fn stations() -> impl Strategy<Value = Vec<Station>> {
    let station = (service(), prop::collection::vec(call(), 0..4));
    prop::collection::vec(station, 1..=MOST_STATIONS).prop_map(|stations| {
        let count = stations.len();
        let placed = stations.into_iter().enumerate();
        placed
            .map(|(number, (service, mut calls))| {
                let later = count - number - 1;
                for call in &mut calls {
                    call.to = if later > 0 {
                        number + 1 + call.to % later
                    } else {
                        0
                    };
                }
                calls.truncate(if later > 0 { calls.len() } else { 0 });
                Station {
                    service,
                    calls,
                    function: None,
                }
            })
            .collect()
    })
}

/// Spans that a user's request makes at most on average, all attempts failing.
fn most_spans(stations: &[Station]) -> f64 {
    let mut most = vec![0.0; stations.len()];
    for (number, station) in stations.iter().enumerate().rev() {
        let calls = station.calls.iter().map(|call| {
            let hedges = u32::from(call.guard.hedge_after_s.is_some());
            let attempts = f64::from(call.retries.max_attempts + hedges);
            call.per_request * attempts * most[call.to]
        });
        most[number] = 1.0 + calls.sum::<f64>();
    }
    most.iter().copied().fold(0.0, f64::max) * 3.0
}

fn conditions() -> impl Strategy<Value = StationInterval> {
    (
        prop_oneof![Just(0u32), 0..10u32, 0..100u32],
        prop_oneof![Just(0u32), 0..20u32, Just(u32::MAX)],
        prop_oneof![4 => Just(0u32), 1 => 1..5u32],
        prop_oneof![3 => Just(1.0), 1 => 0.1..5.0f64],
        prop_oneof![3 => Just(0.0), 1 => 0.0..1.0f64],
        prop_oneof![7 => Just(false), 1 => Just(true)],
    )
        .prop_map(
            |(servers, queue_limit, killed_replicas, time_factor, error_probability, down)| {
                StationInterval {
                    interval: Interval {
                        servers,
                        queue_limit,
                        killed_replicas,
                        ..Interval::default()
                    },
                    time_factor,
                    error_probability,
                    down,
                }
            },
        )
}

/// Length and load of each interval, 0 to 1, and the conditions.
type Intervals = Vec<(f64, f64, Vec<StationInterval>)>;

fn intervals() -> impl Strategy<Value = Intervals> {
    let now = prop::collection::vec(conditions(), MOST_STATIONS);
    prop::collection::vec((0.01..10.0f64, 0.0..1.0f64, now), 1..6)
}

fn fates(outcome: &Outcome) -> f64 {
    outcome.served + outcome.rejected + outcome.timed_out + outcome.failed + outcome.lost
}

/// The counts of what was bad.
fn bad(outcome: &Outcome) -> Vec<f64> {
    // What was rejected far below is failed to the user: only all of them together are the same.
    let nothing = outcome.rejected + outcome.timed_out + outcome.failed + outcome.lost;
    let all = core::iter::once(nothing).chain(outcome.slow);
    all.chain(outcome.slow_in_service).collect()
}

/// `attempts`: of one request that may wait at the same time.
fn assert_consistent(outcome: &Outcome, attempts: f64) {
    assert!(outcome.dropped <= outcome.rejected, "{outcome:?}");
    assert!(outcome.throttled <= outcome.rejected, "{outcome:?}");
    assert!(outcome.refused <= outcome.failed, "{outcome:?}");
    assert!(
        outcome.timed_out_in_service <= outcome.timed_out,
        "{outcome:?}"
    );
    for k in 0..outcome.slow.len() {
        assert!(outcome.slow_in_service[k] <= outcome.slow[k], "{outcome:?}");
        assert!(outcome.slow[k] <= outcome.served, "{outcome:?}");
    }
    assert!(outcome.waited <= outcome.waits, "{outcome:?}");
    assert!(
        outcome.waiting_at_end <= attempts * outcome.open_at_end,
        "{outcome:?}"
    );
    assert!(outcome.latency_sum_s >= 0.0 && outcome.wait_sum_s >= 0.0);
}

fn assert_blamed(entry: &EntryOutcome) {
    let mut sums = vec![0.0; bad(&entry.total).len()];
    for blamed in &entry.blamed {
        for (sum, count) in sums.iter_mut().zip(bad(blamed)) {
            assert!(count >= 0.0);
            *sum += count;
        }
        // Nothing else is said.
        let Outcome {
            arrivals,
            served,
            latency_sum_s,
            open_at_end,
            ..
        } = *blamed;
        assert_eq!([arrivals, served, latency_sum_s, open_at_end], [0.0; 4]);
    }
    assert_eq!(sums, bad(&entry.total));
}

/// Counts of an interval of a sequence.
struct Run {
    plane: RequestsNetwork,
    /// Requests without a fate: by station, then by entry.
    open: Vec<f64>,
    served: f64,
    /// Attempts of one request that may wait at the same time: two where some are hedged.
    attempts: f64,
    outcomes: Vec<NetworkOutcome>,
}

impl Run {
    fn serve(&mut self, rate_rps: f64, now: &[StationInterval], slots: &[u32]) {
        let mut outcome = NetworkOutcome::default();
        self.plane.serve(rate_rps, now, &mut outcome);
        let totals = outcome.entries.iter().map(|entry| &entry.total);
        for (open, outcome) in self
            .open
            .iter_mut()
            .zip(outcome.stations.iter().chain(totals))
        {
            *open += outcome.arrivals - fates(outcome);
            assert_eq!(*open, outcome.open_at_end, "{outcome:?}");
            assert_consistent(outcome, self.attempts);
        }
        for ((outcome, now), slots) in outcome.stations.iter().zip(now).zip(slots) {
            let interval = &now.interval;
            let servers = interval.servers / slots * slots;
            let capacity_s = f64::from(servers) * interval.length_s;
            assert!(outcome.in_service_s <= capacity_s + 1e-6, "{outcome:?}");
            assert!(
                outcome.busy_server_s <= outcome.in_service_s + 1e-6,
                "{outcome:?}"
            );
        }
        outcome.entries.iter().for_each(assert_blamed);
        for call in &outcome.calls {
            assert!(
                call.short_circuited + call.crowded_out <= call.wanted,
                "{call:?}"
            );
            assert!(call.open_s <= 1e-9 + now[0].interval.length_s, "{call:?}");
        }
        self.served += outcome.entries[0].total.served;
        self.outcomes.push(outcome);
    }
}

fn run(stations: &[Station], at: usize, intervals: &Intervals, seed: u64) -> Run {
    let entries = [
        Entry {
            station: 0,
            share: 0.6,
        },
        Entry {
            station: at % stations.len(),
            share: 0.4,
        },
    ];
    let plane = RequestsNetwork::new(stations, &entries, &[0.2, 1.0, 3.0], 3, seed, 0)
        .expect("a proper network");
    let mut calls = stations.iter().flat_map(|station| &station.calls);
    let hedged = calls.any(|call| call.guard.hedge_after_s.is_some());
    let mut run = Run {
        plane,
        open: vec![0.0; stations.len() + entries.len()],
        served: 0.0,
        attempts: if hedged { 2.0 } else { 1.0 },
        outcomes: Vec::new(),
    };
    let slots: Vec<u32> = stations
        .iter()
        .map(|station| station.service.concurrency)
        .collect();
    let seconds: f64 = intervals.iter().map(|(length_s, ..)| length_s).sum();
    let most_rps = (MOST_SPANS / most_spans(stations) / seconds).min(200.0);
    for (length_s, load, now) in intervals {
        let mut now = now[..stations.len()].to_vec();
        now.iter_mut()
            .for_each(|now| now.interval.length_s = *length_s);
        run.serve(load * most_rps, &now, &slots);
    }
    // At last there is all that anybody could wait for.
    let interval = Interval {
        length_s: 1e6,
        servers: 1_000,
        queue_limit: u32::MAX,
        ..Interval::default()
    };
    let rest = StationInterval {
        interval,
        ..StationInterval::default()
    };
    run.serve(0.0, &vec![rest; stations.len()], &slots);
    // And then all is at rest.
    run.serve(0.0, &vec![rest; stations.len()], &slots);
    let still = run.outcomes.last().map_or(&[][..], |last| &last.stations);
    for outcome in still {
        assert_eq!(*outcome, Outcome::default());
    }
    run
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn every_request_has_one_fate_and_every_bad_one_is_blamed_once(
        stations in stations(),
        at in 0..MOST_STATIONS,
        intervals in intervals(),
        seed in any::<u64>(),
    ) {
        let mut once = run(&stations, at, &intervals, seed);
        // Nothing is forgotten, and no slot is lost: all of it ends.
        prop_assert!(once.open.iter().all(|open| *open == 0.0), "{:?}", once.open);
        let mut latencies = LogHistogram::new();
        once.plane.drain_latency(0, &mut latencies);
        prop_assert_eq!(latencies.count(), once.served);
        let again = run(&stations, at, &intervals, seed);
        prop_assert_eq!(once.outcomes, again.outcomes);
    }
}

/// What the closed form computes of a service.
fn computed(mut stations: Vec<Station>) -> Vec<Station> {
    for station in &mut stations {
        let service = &mut station.service;
        *service = ServiceModel {
            timeout_s: service.timeout_s,
            error_probability: service.error_probability,
            thresholds_s: service.thresholds_s.clone(),
            concurrency: service.concurrency,
            rate_limit: service.rate_limit,
            ..ServiceModel::new(service.service_time_s.clone())
        };
    }
    stations
}

/// Whether two sums of a tick's counts are the same, but for rounding.
fn is_near(a: f64, b: f64, of: f64) -> bool {
    (a - b).abs() <= 1e-6 * (1.0 + of)
}

fn compute(stations: &[Station], intervals: &Intervals, seed: u64) -> Vec<NetworkOutcome> {
    let entries = [Entry {
        station: 0,
        share: 1.0,
    }];
    let tables = NetworkTables::new(stations, &entries, &[0.2, 1.0]).expect("a network");
    let mut plane = FluidNetwork::new(&tables, 3, seed, 0);
    let mut open = 0.0;
    let mut outcomes = Vec::new();
    for (length_s, load, now) in intervals {
        let mut now = now[..stations.len()].to_vec();
        for now in &mut now {
            now.interval.length_s = *length_s;
            now.interval.killed_replicas = 0;
        }
        let mut outcome = NetworkOutcome::default();
        plane.serve(load * 200.0, &now, &mut outcome);
        for entry in &outcome.entries {
            let total = &entry.total;
            open += total.arrivals - fates(total);
            assert!(
                is_near(open, total.open_at_end, total.arrivals),
                "{open} {total:?}"
            );
            assert!(
                total.slow_in_service[0] <= total.slow[0] + 1e-6,
                "{total:?}"
            );
            assert!(total.slow[0] <= total.served + 1e-6, "{total:?}");
            let mut sums = vec![0.0; bad(total).len()];
            for blamed in &entry.blamed {
                for (sum, count) in sums.iter_mut().zip(bad(blamed)) {
                    assert!(count >= 0.0 && count.is_finite(), "{blamed:?}");
                    *sum += count;
                }
                assert!(blamed.refused <= blamed.failed * (1.0 + 1e-9), "{blamed:?}");
            }
            for (sum, count) in sums.iter().zip(bad(total)) {
                assert!(is_near(*sum, count, total.arrivals), "{sums:?} {total:?}");
            }
        }
        for station in &outcome.stations {
            let all = [fates(station), station.retries, station.in_service_s];
            assert!(
                all.iter().all(|count| count.is_finite() && *count >= -1e-6),
                "{station:?}"
            );
        }
        for call in &outcome.calls {
            let away = call.short_circuited + call.crowded_out;
            assert!(
                away >= 0.0 && away <= call.wanted * (1.0 + 1e-9),
                "{call:?}"
            );
            assert!(
                call.open_s >= 0.0 && call.open_s <= length_s * (1.0 + 1e-9),
                "{call:?}"
            );
            assert!(
                call.hedges_won >= 0.0 && call.hedges_won <= call.hedges + 1e-6,
                "{call:?}"
            );
        }
        outcomes.push(outcome);
    }
    let mut latencies = LogHistogram::new();
    plane.drain_latency(0, &mut latencies);
    assert!(latencies.count().is_finite());
    outcomes
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    /// In closed form, too: with guards of all kinds, everybody's fate and blame sum to what came.
    #[test]
    fn computed_requests_have_one_fate_and_are_blamed_once(
        stations in stations(),
        intervals in intervals(),
        seed in any::<u64>(),
    ) {
        let stations = computed(stations);
        let once = compute(&stations, &intervals, seed);
        prop_assert_eq!(once, compute(&stations, &intervals, seed));
    }
}
