//! Calls that are tried again: how much load that makes, and when it never ends.

use super::*;
use crate::plane::QueueDiscipline;

/// An attempt fails with probability p; with n attempts the load is (1 − pⁿ) / (1 − p) times as high.
#[test]
fn retries_amplify_the_load() {
    let (p, n) = (0.4, 3);
    let amplification = (1.0 - libm::pow(p, f64::from(n))) / (1.0 - p);
    let failing = ServiceModel {
        error_probability: p,
        ..ample(exponential(0.01))
    };
    let by_caller = Call {
        retries: attempts(n),
        ..call(1, CallMode::Sequential)
    };
    let chain = [
        station(ample(exponential(0.01)), &[by_caller]),
        station(failing.clone(), &[]),
    ];
    let by_user = [station(
        ServiceModel {
            retries: attempts(n),
            ..failing
        },
        &[],
    )];
    for (net, at) in [(&chain[..], 1), (&by_user[..], 0)] {
        let amplified = settled(net, 50.0, &[MANY; 2][..net.len()], 200.0, |_, outcome| {
            let station = &outcome.stations[at];
            (station.arrivals + station.retries) / station.arrivals
        });
        assert_mean("amplification", &amplified, amplification);
        let failed = settled(net, 50.0, &[MANY; 2][..net.len()], 200.0, |_, outcome| {
            outcome.entries[0].total.failed / outcome.entries[0].total.arrivals
        });
        assert_mean("failed", &failed, libm::pow(p, f64::from(n)));
    }
}

/// Where everything fails at the end of k hops with n attempts each, it is called nᵏ times.
#[test]
fn retries_of_retries_multiply() {
    let n = 3;
    let hop = |to| Call {
        retries: attempts(n),
        ..call(to, CallMode::Sequential)
    };
    let chain = [
        station(ample(constant(0.01)), &[hop(1)]),
        station(ample(constant(0.01)), &[hop(2)]),
        station(ample(constant(0.01)), &[hop(3)]),
        station(ample(constant(0.01)), &[]),
    ];
    let mut plane = network(&chain, 0);
    let ample = conditions(100.0, MANY);
    let mut now = [ample; 4];
    now[3].down = true;
    let outage = serve(&mut plane, 10.0, &now);
    now.iter_mut().for_each(|now| now.down = false);
    let after = serve(&mut plane, 0.0, &now);
    let calls = |k: usize| {
        outage.stations[k].arrivals
            + outage.stations[k].retries
            + after.stations[k].arrivals
            + after.stations[k].retries
    };
    // But for those under way when the outage ended.
    let total = &outage.entries[0].total;
    assert!(total.failed > 900.0 && total.served == 0.0);
    for k in 1..4u32 {
        let ratio = calls(k as usize) / total.arrivals / f64::from(n.pow(k));
        assert!((ratio - 1.0).abs() < 0.01, "{k}: {ratio}");
    }
    assert_eq!(outage.entries[0].blamed[3].failed, total.failed);
}

#[test]
fn a_budget_bounds_retries() {
    let budgeted = Call {
        retries: RetryModel {
            budget: 0.1,
            ..attempts(5)
        },
        ..call(1, CallMode::Sequential)
    };
    let pair = [
        station(ample(constant(0.01)), &[budgeted]),
        station(ample(constant(0.01)), &[]),
    ];
    let mut now = [conditions(1_000.0, MANY); 2];
    now[1].error_probability = 1.0;
    let outcome = serve(&mut network(&pair, 0), 50.0, &now);
    let called = &outcome.stations[1];
    let spent = called.retries / called.arrivals;
    assert!((spent - 0.1).abs() < 0.001, "{spent}");
}

/// Share of good answers in the five minutes that begin five minutes after an outage of ten seconds: of a server for 300
/// requests a second at the end of `net`.
fn goodput_after_an_outage(net: &[Station], rate_rps: f64, replication: u32) -> f64 {
    let last = net.len() - 1;
    let mut plane = network(net, replication);
    let mut serve_for = |length_s: f64, servers: u32| {
        let mut now = vec![conditions(length_s, MANY); net.len()];
        now[last].interval.servers = servers;
        serve(&mut plane, rate_rps, &now).entries[0].total
    };
    serve_for(20.0, 1);
    serve_for(10.0, 0);
    serve_for(300.0, 1);
    let late = serve_for(300.0, 1);
    late.served / late.arrivals
}

/// Bronson et al., "Metastable failures in distributed systems" (HotOS 2021): 300 a second, a timeout of 1 s and r
/// retries, and a server that works on what nobody waits for. After an outage it is good again if and only if
/// λ (1 + r) < 300. Here the users' patience ends at a front that holds no one up, and the queue behind knows nothing
/// of it.
#[test]
fn a_retry_storm_feeds_itself_above_the_published_threshold() {
    let storm = |retries: u32| {
        let front = ServiceModel {
            timeout_s: 1.0,
            retries: attempts(1 + retries),
            ..ample(constant(0.0))
        };
        [
            station(front, &[call(1, CallMode::Sequential)]),
            station(ServiceModel::new(constant(1.0 / 300.0)), &[]),
        ]
    };
    for (rate_rps, retries) in [(160.0, 1), (200.0, 1), (280.0, 1), (110.0, 2)] {
        let goodput = goodput_after_an_outage(&storm(retries), rate_rps, 0);
        assert!(goodput < 0.01, "{rate_rps}: {goodput}");
    }
    for (rate_rps, retries) in [(140.0, 1), (280.0, 0), (90.0, 2)] {
        let goodput = goodput_after_an_outage(&storm(retries), rate_rps, 0);
        assert!(goodput > 0.99, "{rate_rps}: {goodput}");
    }
}

/// The same storm ends by itself where the queue serves the newest first, or CoDel drops who has waited too long: the
/// server then works on what somebody waits for.
#[test]
fn other_queues_end_a_retry_storm() {
    let codel = QueueDiscipline::Codel {
        target_s: 0.005,
        interval_s: 0.1,
    };
    for (queue, rate_rps) in [
        (QueueDiscipline::Lifo, 280.0),
        (QueueDiscipline::Lifo, 200.0),
        (codel, 280.0),
        (codel, 200.0),
    ] {
        let front = ServiceModel {
            timeout_s: 1.0,
            retries: attempts(2),
            ..ample(constant(0.0))
        };
        let behind = ServiceModel {
            queue,
            ..ServiceModel::new(constant(1.0 / 300.0))
        };
        let storm = [
            station(front, &[call(1, CallMode::Sequential)]),
            station(behind, &[]),
        ];
        let goodput = goodput_after_an_outage(&storm, rate_rps, 0);
        assert!(goodput > 0.99, "{queue:?} {rate_rps}: {goodput}");
    }
}

/// The same, where what nobody waits for leaves the queue. In overload the time that the oldest has left when it starts
/// then is a walk: less by a service of s = 1/C each time, but not below 0, and more by the exponential distance (of the
/// rate Λ of all attempts) to the next deadline. That is the wait in D/M/1, so a start is in time with probability σ,
/// where σ = e^{−(Λ/C)(1−σ)}. The overload lasts if failures make up for it: Λ = λ (2 − Cσ/Λ), that is
/// λ/C = x² / (2x − σ(x)) for x = Λ/C > 1, which is at least 0.8346: from 250.4 a second on.
#[test]
fn a_queue_that_knows_deadlines_raises_the_threshold() {
    // Pauses, so that retries come as evenly as first attempts.
    let retries = RetryModel {
        backoff_s: 2.0,
        full_jitter: true,
        ..attempts(2)
    };
    let server = [station(
        ServiceModel {
            timeout_s: 1.0,
            retries,
            ..ServiceModel::new(constant(1.0 / 300.0))
        },
        &[],
    )];
    for rate_rps in [160.0, 200.0, 230.0] {
        let goodput = goodput_after_an_outage(&server, rate_rps, 0);
        assert!(goodput > 0.99, "{rate_rps}: {goodput}");
    }
    // The upper solution of the equation above, by bisection.
    let share_in_time = |x: f64| (0..1_000).fold(0.0, |share, _| libm::exp(-x * (1.0 - share)));
    let (mut low, mut high) = (1.3, 2.0);
    for _ in 0..60 {
        let x = 0.5 * (low + high);
        if x * x / (2.0 * x - share_in_time(x)) < 280.0 / 300.0 {
            low = x;
        } else {
            high = x;
        }
    }
    let expected = share_in_time(low) * 300.0 / 280.0;
    let mut goodput = Welford::new();
    for replication in 0..20 {
        goodput.push(goodput_after_an_outage(&server, 280.0, replication));
    }
    assert_mean("goodput", &goodput, expected);
}
