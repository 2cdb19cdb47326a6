use super::*;
use crate::functions::Platform;
use crate::functions::{BurstLimit, ColdStart, Levels, NextInstance, Warmer};
use crate::random::Distribution;

fn constant(seconds: f64) -> Distribution {
    Distribution::deterministic(seconds).unwrap()
}

/// Service 2 s, start 1 s, kept for 10 s.
fn model() -> FunctionModel {
    FunctionModel::new(
        constant(2.0),
        ColdStart::Init(constant(1.0)),
        constant(10.0),
    )
}

fn pool(model: &FunctionModel) -> FunctionPool {
    FunctionPool::new(model, 1, 0, 0)
}

fn warm(latency_s: f64) -> Fate {
    Fate::Warm { latency_s }
}

fn cold(latency_s: f64) -> Fate {
    Fate::Cold { latency_s }
}

fn play(model: &FunctionModel, arrivals: &[f64]) -> (Vec<Fate>, FunctionPool) {
    let mut pool = pool(model);
    let fates = arrivals.iter().map(|&at_s| pool.invoke(at_s)).collect();
    (fates, pool)
}

#[test]
fn an_instance_stays_for_its_keep_alive_time() {
    // Free again at 3 and kept until 13; then served at 12 until 14, kept until 24.
    let (fates, mut pool) = play(&model(), &[0.0, 12.0, 24.0]);
    assert_eq!(fates, [cold(3.0), warm(2.0), cold(3.0)]);
    let outcome = pool.close(40.0);
    assert_eq!((outcome.arrivals, outcome.warm, outcome.cold), (3, 1, 2));
    assert_eq!((outcome.started, outcome.ended), (2, 2));
    // 0 to 24 and 24 to 37
    assert_eq!(outcome.instance_s, 37.0);
    assert_eq!((outcome.running_s, outcome.service_s), (8.0, 6.0));
    assert_eq!((outcome.init_s, outcome.billed_s), (2.0, 8.0));
    let statistics = pool.take_statistics();
    assert_eq!(statistics.instances.seconds(), [3.0, 37.0]);
    assert_eq!(statistics.running.seconds(), [32.0, 8.0]);
    assert_eq!(statistics.lifespans.mean(), 18.5);
    assert_eq!(statistics.latency().count(), 3.0);
    assert_eq!(pool.instances(), 0);
}

/// At the moment of its end a service is over; at the moment of its expiry an instance is gone.
#[test]
fn moments_that_coincide() {
    let (fates, _) = play(&model(), &[0.0, 3.0, 15.0, 30.0]);
    assert_eq!(fates, [cold(3.0), warm(2.0), cold(3.0), cold(3.0)]);
}

#[test]
fn the_limit_rejects() {
    let limited = FunctionModel {
        max_instances: 2,
        ..model()
    };
    let (fates, mut pool) = play(&limited, &[0.0, 0.5, 1.0, 3.0]);
    assert_eq!(
        fates,
        [cold(3.0), cold(3.0), Fate::RejectedByLimit, warm(2.0)]
    );
    let outcome = pool.close(5.0);
    assert_eq!((outcome.rejected(), outcome.rejected_share()), (1, 0.25));
}

/// 3,000 requests at once: 1,000 start an instance, and 100 more every second from then on.
#[test]
fn starts_are_limited_by_the_bucket() {
    let limited = FunctionModel {
        burst: Some(BurstLimit::LAMBDA),
        ..FunctionModel::new(
            constant(1000.0),
            ColdStart::Init(constant(0.2)),
            constant(600.0),
        )
    };
    let mut pool = pool(&limited);
    for _ in 0..3000 {
        pool.invoke(0.0);
    }
    let at_once = pool.close(0.0);
    assert_eq!((at_once.cold, at_once.rejected_by_burst), (1000, 2000));
    for step in 1..=20_000 {
        pool.invoke(f64::from(step) * 1e-3);
    }
    let later = pool.close(20.0);
    assert_eq!((later.cold, later.rejected_by_burst), (2000, 18_000));
    assert_eq!(pool.running(), 3000);
}

#[test]
fn provisioned_instances_serve_first_and_stay() {
    let provisioned = FunctionModel {
        provisioned: 2,
        ..model()
    };
    let (fates, mut pool) = play(&provisioned, &[0.0, 0.1, 0.2, 3.5, 100.0]);
    assert_eq!(
        fates,
        [warm(2.0), warm(2.0), cold(3.0), warm(2.0), warm(2.0)]
    );
    let outcome = pool.close(200.0);
    assert_eq!((outcome.provisioned, outcome.cold), (4, 1));
    assert_eq!((outcome.billed_provisioned_s, outcome.billed_s), (8.0, 3.0));
    assert_eq!(outcome.provisioned_s, 400.0);
    assert_eq!(outcome.instance_s, 413.0);
    assert_eq!(pool.instances(), 2);
}

/// Instances 0, 1 and 2 are started at 0, 1 and 2 s and free from 4, 5 and 6 s on; 0 serves once more from 4.5 to
/// 5.5 s. At 7 s all are free, idle since 5.5, 5 and 6 s, to end at 15.5, 15 and 16 s. The one that serves then
/// ends at 18 s instead, which shows in the sum of the lifespans.
#[test]
fn who_serves_next() {
    let lifespans = |next_instance| {
        let model = FunctionModel {
            next_instance,
            ..FunctionModel::new(
                constant(1.0),
                ColdStart::Service(constant(4.0)),
                constant(10.0),
            )
        };
        let (_, mut pool) = play(&model, &[0.0, 1.0, 2.0, 4.5, 7.0]);
        assert_eq!(pool.close(100.0).ended, 3);
        pool.take_statistics().lifespans.mean() * 3.0
    };
    let served_by = |number: usize| 15.5 + 14.0 + 14.0 + 18.0 - [15.5, 15.0, 16.0][number];
    for (next_instance, number) in [
        (NextInstance::Newest, 2),
        (NextInstance::Oldest, 0),
        (NextInstance::MostRecentlyUsed, 2),
        (NextInstance::LeastRecentlyUsed, 1),
        // 0 was the last to serve.
        (NextInstance::RoundRobin, 1),
    ] {
        assert_eq!(
            lifespans(next_instance),
            served_by(number),
            "{next_instance:?}"
        );
    }
    let by_chance = lifespans(NextInstance::Random);
    assert!([0, 1, 2].map(served_by).contains(&by_chance));
}

/// Two requests at an instance that starts wait for it; a third one needs another. Later both hold two each.
#[test]
fn instances_shared_by_requests() {
    let shared = FunctionModel {
        concurrency: 2,
        max_instances: 2,
        ..model()
    };
    let (fates, mut pool) = play(&shared, &[0.0, 0.25, 0.5, 0.5, 0.6]);
    assert_eq!(
        fates,
        [
            cold(3.0),
            cold(2.75),
            cold(3.0),
            cold(3.0),
            Fate::RejectedByLimit
        ]
    );
    assert_eq!((pool.instances(), pool.running()), (2, 2));
    let outcome = pool.close(10.0);
    assert_eq!((outcome.started, outcome.cold), (2, 4));
    // Both run from their start to the end of their requests at 3 and 3.5.
    assert_eq!(outcome.running_s, 6.0);
    assert_eq!(pool.invoke(11.0), warm(2.0));
    assert_eq!(pool.invoke(11.5), warm(2.0));
    assert_eq!(pool.running(), 1);
    // The newest is full; the other one serves.
    assert_eq!(pool.invoke(12.0), warm(2.0));
    assert_eq!(pool.running(), 2);
    let later = pool.close(30.0);
    assert_eq!(later.ended, 2);
    assert_eq!(later.running_s, 2.5 + 2.0);
}

/// Cutting a run into intervals changes nothing but the rounding of their sums.
#[test]
fn intervals_do_not_show() {
    let model = FunctionModel {
        concurrency: 3,
        provisioned: 2,
        max_instances: 9,
        next_instance: NextInstance::Random,
        ..FunctionModel::new(
            Distribution::log_normal(2.0, 1.5).unwrap(),
            ColdStart::Init(Distribution::exponential(1.0).unwrap()),
            Distribution::exponential(20.0).unwrap(),
        )
    };
    let (mut whole, mut parts) = (pool(&model), pool(&model));
    let once = whole.serve(8.0, 1000.0);
    let mut sum = FunctionOutcome::default();
    for _ in 0..500 {
        sum.add(&parts.serve(8.0, 2.0));
    }
    assert_eq!(
        (once.arrivals, once.warm, once.cold, once.rejected()),
        (sum.arrivals, sum.warm, sum.cold, sum.rejected())
    );
    assert!(once.rejected() > 0 && once.provisioned > 0);
    let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-6 * b, "{a} and {b}");
    near(sum.instance_s, once.instance_s);
    near(sum.running_s, once.running_s);
    near(sum.billed_s, once.billed_s);
    let (a, b) = (whole.take_statistics(), parts.take_statistics());
    near(a.instances.mean(), b.instances.mean());
    assert_eq!(a.lifespans.n(), b.lifespans.n());
}

/// What must hold whatever happens: outcomes sum to arrivals, levels to the time, and instances started less
/// instances ended to those that exist.
#[test]
fn nothing_is_lost() {
    for (seed, next_instance) in (0..).zip(NextInstance::ALL) {
        for concurrency in [1, 4] {
            let model = FunctionModel {
                concurrency,
                next_instance,
                max_instances: 40,
                burst: Some(BurstLimit {
                    size: 2.0,
                    per_s: 0.1,
                }),
                ..FunctionModel::new(
                    Distribution::exponential(1.0).unwrap(),
                    ColdStart::Init(Distribution::exponential(0.5).unwrap()),
                    Distribution::exponential(5.0).unwrap(),
                )
            };
            let mut pool = FunctionPool::new(&model, seed, 0, 0);
            let mut sum = FunctionOutcome::default();
            for step in 0..200 {
                let rate_rps = f64::from(step % 7) * 4.0;
                sum.add(&pool.serve(rate_rps, 10.0));
                let alive = sum.started - sum.ended;
                assert_eq!(alive, u64::from(pool.instances()));
                assert!(pool.running() <= pool.instances());
            }
            assert_eq!(sum.arrivals, sum.served() + sum.rejected());
            assert!(
                sum.rejected_by_burst > 0 && sum.ended > 0 && sum.warm > 0,
                "{sum:?}"
            );
            let statistics = pool.take_statistics();
            let near = |a: f64, b: f64| assert!((a - b).abs() <= 1e-9 * b, "{a} and {b}");
            near(statistics.instances.total_s(), 2000.0);
            near(statistics.instances.sum_s(), sum.instance_s);
            near(statistics.running.sum_s(), sum.running_s);
            assert_eq!(statistics.latency().count(), sum.served() as f64);
            assert_eq!(statistics.lifespans.n(), sum.ended);
            assert!(statistics.mean_idle() >= 0.0);
        }
    }
}

/// Which instance serves changes neither the arrivals nor what they need.
#[test]
fn the_rule_leaves_the_requests_alone() {
    let outcomes: Vec<FunctionOutcome> = NextInstance::ALL
        .iter()
        .map(|&next_instance| {
            let model = FunctionModel {
                next_instance,
                ..FunctionModel::new(
                    Distribution::exponential(2.0).unwrap(),
                    ColdStart::Init(constant(0.3)),
                    constant(60.0),
                )
            };
            pool(&model).serve(3.0, 5000.0)
        })
        .collect();
    for outcome in &outcomes {
        assert_eq!(outcome.arrivals, outcomes[0].arrivals);
        assert!((outcome.service_s / outcomes[0].service_s - 1.0).abs() < 1e-12);
    }
}

/// More instances than one level of the set of free ones holds, going up and down, in every order: each instance
/// ends exactly once, and none is taken twice.
#[test]
fn thousands_of_instances() {
    for next_instance in NextInstance::ALL {
        let model = FunctionModel {
            next_instance,
            ..FunctionModel::new(
                Distribution::exponential(2.0).unwrap(),
                ColdStart::Init(constant(0.1)),
                Distribution::exponential(30.0).unwrap(),
            )
        };
        let mut pool = pool(&model);
        let mut sum = FunctionOutcome::default();
        for rate_rps in [100.0, 3000.0, 10.0, 2500.0, 0.0] {
            sum.add(&pool.serve(rate_rps, 40.0));
        }
        sum.add(&pool.serve(0.0, 2000.0));
        assert_eq!((sum.started, pool.instances()), (sum.ended, 0));
        let levels: Levels = pool.take_statistics().instances;
        assert!(levels.highest() > 4096, "{}", levels.highest());
        assert!((sum.running_s / (sum.service_s + sum.init_s) - 1.0).abs() < 1e-9);
    }
}

/// Ten provisioned, five wanted: the idle ones end at once, the busy ones when they fall idle.
#[test]
fn provisioned_instances_come_and_go() {
    let model = FunctionModel {
        provisioned: 3,
        ..model()
    };
    let mut platform = Platform::new(&model, 1, 0, 0);
    let grants: Vec<_> = (0..2)
        .map(|_| platform.acquire(1.0, true).unwrap())
        .collect();
    assert!(
        grants
            .iter()
            .all(|grant| grant.provisioned && !grant.is_cold)
    );
    assert_eq!(platform.of_account(), 3);
    platform.provision(1, 2.0);
    // The idle one is gone, one of the busy ones will be.
    assert_eq!((platform.instances(), platform.of_account()), (2, 2));
    platform.release(grants[0].slot, 3.0);
    platform.release(grants[1].slot, 4.0);
    assert_eq!((platform.instances(), platform.running()), (1, 0));
    platform.provision(4, 6.0);
    assert_eq!(platform.instances(), 4);
    let outcome = platform.close(10.0);
    assert_eq!(outcome.provisioned_s, 3.0 * 2.0 + 4.0 + 4.0 * 4.0);
    assert_eq!((outcome.peak_instances, outcome.provisioned), (4, 2));
}

/// Without room in the account only provisioned instances serve.
#[test]
fn an_account_without_room() {
    let model = FunctionModel {
        provisioned: 1,
        account_instances: 2,
        ..model()
    };
    let (fates, _) = play(&model, &[0.0, 0.0, 0.0, 2.5, 3.5, 3.5]);
    // Provisioned, started (and at work until 3), neither; then the provisioned one, the warm one, neither.
    let expected = [warm(2.0), cold(3.0), Fate::RejectedByLimit];
    assert_eq!(fates[..3], expected);
    assert_eq!(fates[3..], [warm(2.0), warm(2.0), Fate::RejectedByLimit]);
}

/// Two calls every 8 s keep two instances warm for ever that would expire after 10 s; each call is billed for its hold,
/// and the first two for their starts.
#[test]
fn a_warmer_keeps_instances() {
    let model = FunctionModel {
        warmer: Some(Warmer {
            every_s: 8.0,
            calls: 2,
        }),
        ..model()
    };
    let (fates, mut pool) = play(&model, &[30.0, 30.0, 30.0]);
    assert_eq!(fates, [warm(2.0), warm(2.0), cold(3.0)]);
    let outcome = pool.close(39.0);
    assert_eq!((outcome.pings, outcome.started, outcome.ended), (10, 3, 0));
    let billed_s = 10.0 * Warmer::HOLD_S + 2.0 + 2.0 * 2.0 + 3.0;
    assert!((outcome.billed_s - billed_s).abs() < 1e-9);
    assert_eq!(outcome.arrivals, 3);
}

/// A start that is not billed.
#[test]
fn billed_from_the_handler_on() {
    let model = FunctionModel {
        bills_init: false,
        ..model()
    };
    let (_, mut pool) = play(&model, &[0.0]);
    assert_eq!(pool.close(10.0).billed_s, 2.0);
}
