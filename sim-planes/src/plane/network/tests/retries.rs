//! Calls that are tried again: how much load that makes, and when it never ends.

use super::*;

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

/// Share of good answers in the minutes after an overload of 20 s, capacity being 300 requests a second, patience one
/// second.
fn goodput_after_a_spike(net: &[Station], rate_rps: f64) -> f64 {
    let mut plane = network(net, 0);
    let mut now = vec![conditions(20.0, 1); net.len()];
    serve(&mut plane, rate_rps, &now);
    serve(&mut plane, 1_500.0, &now);
    now.iter_mut().for_each(|now| now.interval.length_s = 300.0);
    serve(&mut plane, rate_rps, &now);
    let late = serve(&mut plane, rate_rps, &now).entries[0].total;
    late.served / late.arrivals
}

/// Bronson et al., "Metastable failures in distributed systems" (HotOS 2021): 300 a second, a timeout of 1 s and r
/// retries, and a server that works on what nobody waits for. After a spike it is good again if and only if
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
    for rate_rps in [160.0, 200.0, 280.0] {
        let goodput = goodput_after_a_spike(&storm(1), rate_rps);
        assert!(goodput < 0.01, "{rate_rps}: {goodput}");
    }
    for (rate_rps, retries) in [(140.0, 1), (280.0, 0), (90.0, 2)] {
        let goodput = goodput_after_a_spike(&storm(retries), rate_rps);
        assert!(goodput > 0.99, "{rate_rps}: {goodput}");
    }
}

/// If what nobody waits for leaves the queue, the oldest that is left has, as arrivals are Poisson, an exponential time
/// to go: of rate Λ, the rate of all attempts. It makes it with probability e^{−Λ/C}, and the storm lasts if with
/// Λ = C the failures suffice: λ (2 − 1/e) > C, from 183.8 a second on.
#[test]
fn a_queue_that_knows_deadlines_raises_the_threshold() {
    let server = [station(
        ServiceModel {
            timeout_s: 1.0,
            retries: attempts(2),
            ..ServiceModel::new(constant(1.0 / 300.0))
        },
        &[],
    )];
    for rate_rps in [160.0, 175.0] {
        let goodput = goodput_after_a_spike(&server, rate_rps);
        assert!(goodput > 0.99, "{rate_rps}: {goodput}");
    }
    for rate_rps in [200.0, 280.0] {
        let goodput = goodput_after_a_spike(&server, rate_rps);
        assert!(goodput < 0.6, "{rate_rps}: {goodput}");
    }
}
