//! Rate limits and queues that are not first come, first served, against closed forms.

use super::*;
use crate::plane::queueing::mg1_second_moment_of_wait;
use crate::plane::{QueueDiscipline, RETRY_BURST, RateLimit};
use crate::stats::{LogHistogram, Welford, edges};

/// Confidence of the intervals that expected values must lie in.
const LEVEL: f64 = 0.99;

fn assert_mean(what: &str, values: &Welford, expected: f64) {
    let (low, high) = values.mean_ci(LEVEL).unwrap();
    assert!(
        low <= expected && expected <= high && high - low < 0.15 * expected,
        "{what}: {low} to {high}, expected {expected}"
    );
}

/// What M/D/1 with room for `room` requests, the one in service among them, loses at a load: with
/// bₙ = Σₖ (−1)ᵏ/k! (n−k)ᵏ e^((n−k)ρ) ρᵏ it is 1 − b / (1 + ρ b) for b = b₍room−1₎ (Brun & Garcia, "Analytical
/// solution of finite capacity M/D/1 queues", 2000).
fn md1_loss(room: u32, load: f64) -> f64 {
    let last = room - 1;
    let mut factorial = 1.0;
    let mut sum = 0.0;
    for k in 0..=last {
        if k > 0 {
            factorial *= f64::from(k);
        }
        let left = f64::from(last - k);
        let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
        let power = libm::pow(left * load, f64::from(k));
        sum += sign / factorial * power * libm::exp(left * load);
    }
    1.0 - sum / (1.0 + load * sum)
}

/// A service of ample capacity behind a rate limit.
fn limited(rps: f64, burst: f64) -> ServiceModel {
    ServiceModel {
        rate_limit: Some(RateLimit { rps, burst }),
        ..model(constant(0.01), f64::INFINITY)
    }
}

#[test]
fn what_a_token_bucket_turns_away_is_what_md1_loses() {
    // One token: an arrival passes if none has within 1/r, so 1/(1 + ρ) do.
    assert!((md1_loss(1, 0.7) - 0.7 / 1.7).abs() < 1e-12);
    for (rate_rps, burst) in [(7.0, 1), (7.0, 4), (9.0, 6), (13.0, 8)] {
        let mut shares = Welford::new();
        for replication in 0..20 {
            let mut plane =
                RequestsPlane::new(&limited(10.0, f64::from(burst)), 1, 5, replication, 0);
            plane.serve(&interval(100.0, rate_rps, 1000));
            let outcome = plane.serve(&interval(4000.0, rate_rps, 1000));
            assert_eq!(outcome.rejected, outcome.throttled);
            shares.push(outcome.throttled / outcome.arrivals);
        }
        assert_mean("turned away", &shares, md1_loss(burst, rate_rps / 10.0));
    }
}

/// In the long run min(λ, r) pass, and clients that try again do not change that: they only knock more often.
#[test]
fn no_more_than_the_rate_passes_however_often_clients_knock() {
    for (rate_rps, attempts) in [(5.0, 1), (40.0, 1), (40.0, 4)] {
        let retries = RetryModel {
            max_attempts: attempts,
            backoff_s: 0.5,
            multiplier: 2.0,
            full_jitter: true,
            budget: f64::INFINITY,
        };
        let service = ServiceModel {
            retries,
            ..limited(20.0, 200.0)
        };
        let mut plane = RequestsPlane::new(&service, 1, 5, 0, 0);
        plane.serve(&interval(100.0, rate_rps, 1000));
        let outcome = plane.serve(&interval(10_000.0, rate_rps, 1000));
        let passed = outcome.served / 10_000.0;
        let expected = if rate_rps > 20.0 { 20.0 } else { rate_rps };
        assert!((passed - expected).abs() < 0.02 * expected, "{passed}");
        assert_eq!(outcome.retries > 0.0, attempts > 1);
        let over = outcome.served + outcome.throttled;
        assert!((outcome.arrivals - over).abs() < 200.0 + RETRY_BURST);
    }
}

/// Mean of the squares, even within each bucket.
fn mean_square(latency: &LogHistogram) -> f64 {
    let below = |seconds| latency.fraction_below(seconds).unwrap();
    let buckets = edges().windows(2).filter(|edges| edges[1].is_finite());
    buckets
        .map(|edges| {
            let (a, b) = (edges[0], edges[1]);
            (below(b) - below(a)) * (a * a + a * b + b * b) / 3.0
        })
        .sum()
}

/// M/M/1 with load ρ: the order changes no mean, and E(W²) of the newest first is that of the oldest first divided by
/// 1 − ρ (Kingman, "The effect of queue discipline on waiting time variance", 1962). A latency is a wait and a service of
/// its own.
#[test]
fn the_newest_first_waits_as_long_on_average_and_more_variably() {
    let load = 0.6;
    let mean_wait = load / (1.0 - load);
    let fifo = mg1_second_moment_of_wait(load, 1.0, 6.0);
    for (queue, wait_squared) in [
        (QueueDiscipline::Fifo, fifo),
        (QueueDiscipline::Lifo, fifo / (1.0 - load)),
    ] {
        let service = ServiceModel {
            queue,
            ..model(Distribution::exponential(1.0).unwrap(), f64::INFINITY)
        };
        let (mut means, mut squares) = (Welford::new(), Welford::new());
        for replication in 0..20 {
            let mut plane = RequestsPlane::new(&service, 1, 11, replication, 0);
            plane.serve(&interval(1000.0, load, 1));
            plane.drain_latency(&mut LogHistogram::new());
            let outcome = plane.serve(&interval(200_000.0, load, 1));
            means.push(outcome.wait_sum_s / outcome.waits);
            let mut latency = LogHistogram::new();
            plane.drain_latency(&mut latency);
            squares.push(mean_square(&latency));
        }
        assert_mean("mean wait", &means, mean_wait);
        // E(W + S)² with independent W and S.
        assert_mean("square", &squares, wait_squared + 2.0 * mean_wait + 2.0);
    }
}

/// CoDel keeps the wait near its target under an overload that would fill any queue.
#[test]
fn codel_bounds_the_wait_in_overload() {
    let wait = |queue| {
        let service = ServiceModel {
            queue,
            ..ServiceModel::new(Distribution::exponential(0.01).unwrap())
        };
        let mut plane = RequestsPlane::new(&service, 1, 3, 0, 0);
        plane.serve(&interval(300.0, 110.0, 1));
        let outcome = plane.serve(&interval(300.0, 110.0, 1));
        assert_eq!(outcome.dropped > 0.0, queue != QueueDiscipline::Fifo);
        assert_eq!(outcome.dropped, outcome.rejected);
        outcome.wait_sum_s / outcome.waits
    };
    let controlled = wait(QueueDiscipline::Codel {
        target_s: 0.1,
        interval_s: 0.5,
    });
    assert!((0.05..0.3).contains(&controlled), "{controlled}");
    assert!(wait(QueueDiscipline::Fifo) > 10.0);
}
