mod queues;

use super::*;
use crate::plane::OnTimeout;
use crate::plane::RetryModel;
use crate::random::Distribution;

fn model(service_time_s: Distribution, timeout_s: f64) -> ServiceModel {
    ServiceModel {
        timeout_s,
        thresholds_s: vec![1.5],
        ..ServiceModel::new(service_time_s)
    }
}

fn constant(seconds: f64) -> Distribution {
    Distribution::deterministic(seconds).unwrap()
}

fn interval(length_s: f64, rate_rps: f64, servers: u32) -> Interval {
    Interval {
        length_s,
        rate_rps,
        servers,
        queue_limit: u32::MAX,
        ..Interval::default()
    }
}

fn settled(outcome: &Outcome) -> f64 {
    outcome.served + outcome.timed_out + outcome.rejected + outcome.failed
}

#[test]
fn requests_wait_while_there_is_no_server_and_start_when_there_is_one() {
    let mut plane = RequestsPlane::new(&model(constant(1.0), f64::INFINITY), 2, 3, 0, 0);
    let blind = plane.serve(&interval(10.0, 5.0, 0));
    assert!(blind.arrivals > 20.0);
    assert_eq!((settled(&blind), blind.busy_server_s), (0.0, 0.0));
    assert_eq!(blind.waiting_at_end, blind.arrivals);
    // Two servers, no arrivals: two requests start at once, two more each second.
    let seeing = plane.serve(&interval(3.5, 0.0, 2));
    assert_eq!((seeing.arrivals, seeing.served), (0.0, 8.0));
    assert_eq!(seeing.waiting_at_end, blind.arrivals - 8.0);
    assert!((seeing.busy_server_s - 7.0).abs() < 1e-9);
    // The server taken away finishes its request; the other goes on alone.
    let draining = plane.serve(&interval(2.0, 0.0, 1));
    assert_eq!(draining.served, 2.0);
    assert!((draining.busy_server_s - 2.0).abs() < 1e-9);
}

#[test]
fn more_servers_start_waiting_requests_at_once() {
    let mut plane = RequestsPlane::new(&model(constant(10.0), f64::INFINITY), 2, 3, 0, 0);
    let first = plane.serve(&interval(5.0, 10.0, 2));
    let waiting = first.waiting_at_end;
    assert!(waiting > 20.0);
    let second = plane.serve(&interval(0.001, 0.0, 2 + waiting as u32));
    assert_eq!((second.served, second.waiting_at_end), (waiting, 0.0));
}

#[test]
fn a_change_of_capacity_back_and_forth_changes_nothing() {
    let run = |dip: bool| {
        let mut plane = RequestsPlane::new(&model(constant(1.0), f64::INFINITY), 2, 9, 0, 0);
        let mut total = plane.serve(&interval(10.0, 6.0, 4)).latency_sum_s;
        if dip {
            // More servers for no time at all, then the idle ones among them taken away again.
            let Engine::Booked(booked) = &mut plane.engine else {
                panic!("nothing here needs events");
            };
            booked.resize(4);
        }
        for _ in 0..5 {
            total += plane.serve(&interval(10.0, 3.0, 4)).latency_sum_s;
        }
        total
    };
    assert_eq!(run(false), run(true));
}

#[test]
fn clients_leave_after_their_timeout_and_free_no_server() {
    let mut plane = RequestsPlane::new(&model(constant(1.0), 2.0), 2, 5, 0, 0);
    let mut total = 0.0;
    let mut busy = 0.0;
    for _ in 0..100 {
        let outcome = plane.serve(&interval(10.0, 4.0, 1));
        total += outcome.served + outcome.timed_out - outcome.arrivals;
        busy += outcome.busy_server_s;
        // Nobody stays longer than the timeout.
        assert!(outcome.waiting_at_end <= 20.0);
        assert!(outcome.wait_sum_s <= 2.0 * settled(&outcome));
    }
    // A wait below 1 leaves time for the service; the server works without a pause.
    assert!(busy > 995.0, "{busy}");
    assert!(total.abs() <= 20.0);
}

#[test]
fn a_full_queue_rejects_and_an_idle_server_does_not() {
    let mut plane = RequestsPlane::new(&model(constant(1.0), f64::INFINITY), 2, 5, 0, 0);
    let closed = Interval {
        queue_limit: 3,
        ..interval(10.0, 50.0, 0)
    };
    let outcome = plane.serve(&closed);
    assert_eq!(outcome.waiting_at_end, 3.0);
    assert_eq!(outcome.rejected, outcome.arrivals - 3.0);
    let no_queue = Interval {
        queue_limit: 0,
        ..interval(10.0, 1.0, 1000)
    };
    assert_eq!(plane.serve(&no_queue).rejected, 0.0);
}

#[test]
fn arrivals_and_demands_do_not_depend_on_capacity() {
    let service = Distribution::exponential(1.0).unwrap();
    let total_work = |servers| {
        let mut plane = RequestsPlane::new(&model(service.clone(), f64::INFINITY), 2, 11, 2, 0);
        let loaded = plane.serve(&interval(100.0, 5.0, servers));
        let drained = plane.serve(&interval(10_000.0, 0.0, servers));
        assert_eq!(drained.waiting_at_end, 0.0);
        (
            loaded.arrivals,
            loaded.busy_server_s + drained.busy_server_s,
        )
    };
    let (few, many) = (total_work(3), total_work(60));
    assert_eq!(few.0, many.0);
    assert!((few.1 / many.1 - 1.0).abs() < 1e-9);
}

#[test]
fn errors_and_slow_requests_are_counted_apart() {
    let mut erring = model(constant(2.0), f64::INFINITY);
    erring.error_probability = 0.25;
    let mut plane = RequestsPlane::new(&erring, 2, 1, 0, 0);
    let outcome = plane.serve(&interval(10_000.0, 1.0, 100));
    let share = outcome.failed / outcome.arrivals;
    // Five standard deviations of a proportion over some 10 000 requests.
    assert!(
        (share - 0.25).abs() < 5.0 * (0.25 * 0.75 / 10_000.0f64).sqrt(),
        "{share}"
    );
    assert_eq!(outcome.slow[0], outcome.served);
    assert_eq!(outcome.slow_in_service[0], outcome.served);
    assert_eq!(outcome.slow[1], 0.0);
}

#[test]
fn latencies_are_recalled_and_drained() {
    let mut plane = RequestsPlane::new(&model(constant(0.25), f64::INFINITY), 2, 1, 0, 0);
    assert_eq!(plane.recent_quantile(0.5, 3), None);
    let outcome = plane.serve(&interval(100.0, 1.0, 100));
    plane.serve(&interval(100.0, 0.0, 100));
    assert_eq!(plane.recent_quantile(0.5, 1), None);
    let median = plane.recent_quantile(0.5, 2).unwrap();
    assert!((median / 0.25 - 1.0).abs() < 0.09, "{median}");
    let mut drained = LogHistogram::new();
    plane.drain_latency(&mut drained);
    plane.drain_latency(&mut drained);
    assert_eq!(drained.count(), outcome.served);
}

/// Everything that the fast engines can do, with the replicas coming and going.
fn rich(balancing: Balancing) -> ServiceModel {
    ServiceModel {
        timeout_s: 3.0,
        error_probability: 0.05,
        concurrency: 3,
        balancing,
        retries: RetryModel {
            max_attempts: 3,
            backoff_s: 0.7,
            multiplier: 2.0,
            full_jitter: true,
            budget: 0.3,
        },
        ..ServiceModel::new(Distribution::log_normal(1.0, 1.5).unwrap())
    }
}

fn ups_and_downs() -> Vec<Interval> {
    let interval = |index: u32| Interval {
        length_s: 15.0,
        rate_rps: [12.0, 40.0, 3.0, 25.0][index as usize % 4],
        servers: 3 * [5, 9, 2, 0, 7][index as usize % 5],
        queue_limit: 60,
        ..Interval::default()
    };
    (0..400).map(interval).collect()
}

/// Serves the intervals, then lets everything end.
fn totals(model: &ServiceModel, intervals: &[Interval]) -> Outcome {
    let mut plane = RequestsPlane::new(model, 0, 7, 0, 0);
    let mut total = Outcome::default();
    let rest = Interval {
        length_s: 1e5,
        servers: intervals.last().map_or(0, |last| last.servers),
        ..Interval::default()
    };
    for interval in intervals.iter().chain([&rest]) {
        let outcome = plane.serve(interval);
        for (sum, count) in counts_mut(&mut total).into_iter().zip(counts(&outcome)) {
            *sum += count;
        }
        total.wait_sum_s += outcome.wait_sum_s;
        total.latency_sum_s += outcome.latency_sum_s;
        total.busy_server_s += outcome.busy_server_s;
        total.open_at_end = outcome.open_at_end;
        total.waiting_at_end = outcome.waiting_at_end;
    }
    assert_eq!((total.open_at_end, total.waiting_at_end), (0.0, 0.0));
    total
}

fn sums(o: &Outcome) -> [f64; 3] {
    [o.wait_sum_s, o.latency_sum_s, o.busy_server_s]
}

fn counts(o: &Outcome) -> [f64; 13] {
    let mut copy = *o;
    counts_mut(&mut copy).map(|count| *count)
}

fn counts_mut(o: &mut Outcome) -> [&mut f64; 13] {
    [
        &mut o.arrivals,
        &mut o.retries,
        &mut o.served,
        &mut o.rejected,
        &mut o.dropped,
        &mut o.timed_out,
        &mut o.timed_out_in_service,
        &mut o.failed,
        &mut o.lost,
        &mut o.waits,
        &mut o.waited,
        &mut o.blocked,
        &mut o.cancelled,
    ]
}

fn assert_near(fast: &Outcome, slow: &Outcome) {
    for (a, b) in sums(fast).into_iter().zip(sums(slow)) {
        assert!((a / b - 1.0).abs() < 1e-9, "{fast:?} {slow:?}");
    }
}

/// The same model, played by events.
fn by_events(model: &ServiceModel) -> ServiceModel {
    ServiceModel {
        may_be_killed: true,
        ..model.clone()
    }
}

#[test]
fn the_engines_agree_to_the_request() {
    let policies = [
        Balancing::Random,
        Balancing::RoundRobin,
        Balancing::LeastOutstanding,
        Balancing::PowerOfTwo,
    ];
    for balancing in policies {
        for on_timeout in [OnTimeout::Finish, OnTimeout::Cancel] {
            for concurrency in [1, 3, 20] {
                let model = ServiceModel {
                    on_timeout,
                    concurrency,
                    ..rich(balancing)
                };
                let mut intervals = ups_and_downs();
                for interval in &mut intervals {
                    interval.servers = interval.servers / 3 * concurrency;
                }
                let (fast, slow) = (
                    totals(&model, &intervals),
                    totals(&by_events(&model), &intervals),
                );
                assert_eq!(
                    counts(&fast),
                    counts(&slow),
                    "{balancing:?} {on_timeout:?} {concurrency}"
                );
                assert_near(&fast, &slow);
            }
        }
    }
}

/// With one queue for all only the number of busy slots matters, until replicas are removed: which ones then
/// differs.
#[test]
fn booked_and_events_agree_to_the_request_while_capacity_stays_or_grows() {
    for on_timeout in [OnTimeout::Finish, OnTimeout::Cancel] {
        for overflow in [Overflow::RejectNew, Overflow::Block] {
            let model = ServiceModel {
                on_timeout,
                overflow,
                ..rich(Balancing::Shared)
            };
            let mut intervals = ups_and_downs();
            for (index, interval) in intervals.iter_mut().enumerate() {
                interval.servers = 3 * (4 + index as u32 / 40);
                interval.queue_limit = 10;
                interval.buffer_limit = 5;
            }
            let (fast, slow) = (
                totals(&model, &intervals),
                totals(&by_events(&model), &intervals),
            );
            assert_eq!(counts(&fast), counts(&slow), "{on_timeout:?} {overflow:?}");
            assert_near(&fast, &slow);
        }
    }
}

fn killable(concurrency: u32) -> ServiceModel {
    ServiceModel {
        concurrency,
        may_be_killed: true,
        ..ServiceModel::new(constant(10.0))
    }
}

#[test]
fn a_killed_replica_loses_what_it_holds_and_a_drained_one_does_not() {
    let full = |balancing, discipline| {
        let model = ServiceModel {
            balancing,
            discipline,
            ..killable(2)
        };
        let mut plane = RequestsPlane::new(&model, 0, 3, 0, 0);
        let filled = plane.serve(&interval(5.0, 40.0, 8));
        assert_eq!(filled.open_at_end, filled.arrivals);
        let killed = plane.serve(&Interval {
            killed_replicas: 1,
            ..interval(0.001, 0.0, 8)
        });
        (filled.waiting_at_end, killed)
    };
    let sharing = Discipline::ProcessorSharing { cores: 1.0 };
    for discipline in [Discipline::Slots, sharing] {
        // The queue in front stays, and feeds the replica that takes the killed one's place.
        let (waiting, killed) = full(Balancing::Shared, discipline);
        assert_eq!((killed.lost, killed.waiting_at_end), (2.0, waiting - 2.0));
        // A queue at the replica goes with it.
        let (waiting, killed) = full(Balancing::RoundRobin, discipline);
        let its_queue = killed.lost - 2.0;
        assert!(
            (its_queue - waiting / 4.0).abs() < 1.0,
            "{its_queue} of {waiting}"
        );
        assert_eq!(killed.waiting_at_end, waiting - its_queue);
    }
    // Without a kill nothing is lost, even when replicas go.
    let mut plane = RequestsPlane::new(&killable(2), 0, 3, 0, 0);
    let filled = plane.serve(&interval(5.0, 40.0, 8));
    let drained = plane.serve(&interval(1e4, 0.0, 2));
    assert_eq!((drained.lost, drained.served), (0.0, filled.arrivals));
}

#[test]
fn scaling_in_kills_where_the_model_says_so() {
    let model = ServiceModel {
        removal: Removal::Kill,
        retries: RetryModel {
            max_attempts: 2,
            ..RetryModel::NONE
        },
        ..ServiceModel::new(constant(1.0))
    };
    let mut plane = RequestsPlane::new(&model, 0, 3, 0, 0);
    plane.serve(&interval(10.0, 40.0, 10));
    // Nine are lost, and their clients come back at once.
    let scaled = plane.serve(&interval(0.001, 0.0, 1));
    assert_eq!((scaled.retries, scaled.lost), (9.0, 0.0));
}

#[test]
fn a_buffer_holds_requests_while_there_is_no_replica() {
    for balancing in [
        Balancing::Shared,
        Balancing::Random,
        Balancing::LeastOutstanding,
    ] {
        let model = ServiceModel {
            balancing,
            may_be_buffered: true,
            ..ServiceModel::new(constant(1.0))
        };
        let mut plane = RequestsPlane::new(&model, 0, 3, 0, 0);
        let closed = Interval {
            queue_limit: 0,
            buffer_limit: 20,
            ..interval(10.0, 10.0, 0)
        };
        let outcome = plane.serve(&closed);
        assert_eq!(outcome.waiting_at_end, 20.0, "{balancing:?}");
        assert_eq!(outcome.rejected, outcome.arrivals - 20.0);
        assert_eq!(outcome.blocked, 20.0);
        // Two replicas without a queue take them on, two a second.
        let open = Interval {
            servers: 2,
            rate_rps: 0.0,
            length_s: 5.5,
            ..closed
        };
        let outcome = plane.serve(&open);
        assert_eq!(outcome.waiting_at_end, 8.0, "{balancing:?}");
        assert_eq!(
            plane
                .serve(&Interval {
                    length_s: 20.0,
                    ..open
                })
                .waiting_at_end,
            0.0
        );
    }
}

#[test]
fn the_oldest_of_the_lowest_priority_makes_way() {
    for balancing in [Balancing::Shared, Balancing::RoundRobin] {
        let model = ServiceModel {
            balancing,
            overflow: Overflow::DropOldest,
            high_priority_share: 0.5,
            ..ServiceModel::new(constant(1e6))
        };
        let mut plane = RequestsPlane::new(&model, 0, 3, 0, 0);
        let outcome = plane.serve(&Interval {
            queue_limit: 10,
            ..interval(100.0, 10.0, 1)
        });
        assert_eq!(outcome.waiting_at_end, 10.0);
        // Half are high and push out all others; a low newcomer then finds only high ones and is rejected.
        assert_eq!(outcome.rejected, outcome.arrivals - 11.0);
        let pushed = outcome.dropped / outcome.rejected;
        assert!((pushed - 0.5).abs() < 0.1, "{pushed}");
        // Of those that wait now all are high.
        let after = plane.serve(&Interval {
            queue_limit: 10,
            ..interval(0.001, 0.0, 11)
        });
        if balancing == Balancing::Shared {
            assert_eq!((after.waits, after.waits_high), (10.0, 10.0));
        }
    }
}

#[test]
fn a_retry_budget_bounds_the_retries() {
    let model = |budget| ServiceModel {
        error_probability: 1.0,
        retries: RetryModel {
            max_attempts: 4,
            budget,
            ..RetryModel::NONE
        },
        ..ServiceModel::new(constant(0.01))
    };
    let retries = |budget| {
        let mut plane = RequestsPlane::new(&model(budget), 0, 3, 0, 0);
        let outcome = plane.serve(&interval(1000.0, 10.0, 10));
        (
            outcome.retries / outcome.arrivals,
            outcome.failed / outcome.arrivals,
        )
    };
    assert!((retries(f64::INFINITY).0 - 3.0).abs() < 0.01);
    let (share, failed) = retries(0.2);
    assert!(share <= 0.2 && share > 0.19, "{share}");
    assert!(failed > 0.99);
}

/// No template has queues with a balancer: their bytes are kept here. Every number of every outcome counts.
#[test]
fn balanced_queues_keep_their_bytes() {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    let policies = [
        Balancing::Random,
        Balancing::RoundRobin,
        Balancing::LeastOutstanding,
        Balancing::PowerOfTwo,
    ];
    for balancing in policies {
        for on_timeout in [OnTimeout::Finish, OnTimeout::Cancel] {
            for (concurrency, max_attempts) in [(1, 3), (1, 1), (3, 3), (20, 1)] {
                let mut model = rich(balancing);
                (model.on_timeout, model.concurrency) = (on_timeout, concurrency);
                model.retries.max_attempts = max_attempts;
                model.thresholds_s = vec![1.0, 2.5];
                let mut plane = RequestsPlane::new(&model, 2, 11, 3, 0);
                for mut interval in ups_and_downs() {
                    interval.servers = interval.servers / 3 * concurrency;
                    let text = format!("{:?}", plane.serve(&interval));
                    for byte in text.bytes() {
                        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
                    }
                }
            }
        }
    }
    assert_eq!(format!("{hash:016x}"), "4a41fb27faa3cb75");
}
