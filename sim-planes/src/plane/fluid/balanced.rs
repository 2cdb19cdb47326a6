//! Replicas with queues of their own: how much longer or shorter they are than if each request went to a random one.
//!
//! With a random choice each replica is an M/G/k queue of its own with its part of the arrivals, k its slots. For the other
//! policies there is no closed form for any service, number of slots and number of replicas. So this plane plays them: at
//! seven loads the policy and the random choice with the same arrivals and services, when first asked for, and keeps the
//! ratios of P(wait) and of the mean wait of those who wait. Numbers of replicas are two to a doubling; between them, and
//! between loads, the logarithms of the ratios are interpolated. What is played is a pure function of the service.

use crate::plane::{Balancing, DataPlane, Interval, RequestsPlane, ServiceModel};
use crate::stats::special::normal_quantile;
use crate::stats::{LOWEST_EDGE_S, LogHistogram, edges};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Loads that are played.
const LOADS: [f64; 7] = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95];
/// Requests that are played at load 0, and at most.
const REQUESTS: f64 = 40_000.0;
const MOST_REQUESTS: f64 = 500_000.0;
/// More replicas than this are as good as this many.
const MOST_REPLICAS: u32 = 512;
/// Seed of what is played.
const SEED: u64 = 20_261_126;
/// Fewer than this many are not told apart from none.
const HARDLY_ANY: f64 = 0.5;

/// Logarithms of what a policy makes of the random choice.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Ratio {
    /// Of P(wait).
    pub(super) waits: f64,
    /// Of the mean wait of those who wait.
    pub(super) mean: f64,
    /// Logarithm of the squared coefficient of variation of the policy's own wait of those who wait.
    pub(super) scv: f64,
}

impl Ratio {
    fn between(a: Self, b: Self, t: f64) -> Self {
        Self {
            waits: a.waits + t * (b.waits - a.waits),
            mean: a.mean + t * (b.mean - a.mean),
            scv: a.scv + t * (b.scv - a.scv),
        }
    }
}

/// The ratios of a number of replicas, by load.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ratios([Ratio; LOADS.len()]);

impl Ratios {
    /// At a load; below the first and above the last as there.
    pub(super) fn at(&self, load: f64) -> Ratio {
        let right = LOADS
            .partition_point(|&known| known < load)
            .clamp(1, LOADS.len() - 1);
        let (low, high) = (LOADS[right - 1], LOADS[right]);
        let t = ((load - low) / (high - low)).clamp(0.0, 1.0);
        Ratio::between(self.0[right - 1], self.0[right], t)
    }
}

/// The ratios of a service's policy.
#[derive(Debug, Default)]
pub(super) struct Balance {
    played: Mutex<BTreeMap<u32, Arc<Ratios>>>,
}

impl Balance {
    /// The ratios of `replicas` of a service.
    pub(super) fn ratios(&self, service: &ServiceModel, replicas: u32) -> Ratios {
        let same = Ratios([Ratio::default(); LOADS.len()]);
        if replicas <= 1 || service.balancing == Balancing::Random {
            return same;
        }
        let (fewer, more) = neighbours(replicas.min(MOST_REPLICAS));
        let at = |count: u32| {
            if count <= 1 {
                same
            } else {
                *self.of(service, count)
            }
        };
        if fewer == more {
            return at(fewer);
        }
        let [a, n, b] = [fewer, replicas.min(MOST_REPLICAS), more].map(f64::from);
        let t = libm::log(n / a) / libm::log(b / a);
        let (few, many) = (at(fewer), at(more));
        Ratios(std::array::from_fn(|load| {
            Ratio::between(few.0[load], many.0[load], t)
        }))
    }

    fn of(&self, service: &ServiceModel, replicas: u32) -> Arc<Ratios> {
        let mut played = self.played.lock().unwrap_or_else(PoisonError::into_inner);
        let of = played
            .entry(replicas)
            .or_insert_with(|| Arc::new(play(service, replicas)));
        Arc::clone(of)
    }
}

/// The numbers of the grid 1, 2, 3, 4, 6, 8, 12, 16, … around a number.
fn neighbours(replicas: u32) -> (u32, u32) {
    let (mut fewer, mut more) = (1, 2);
    while more < replicas {
        fewer = more;
        more = if more.is_power_of_two() {
            more + more / 2
        } else {
            more + more / 3
        };
        more = more.max(fewer + 1);
    }
    if more == replicas {
        (more, more)
    } else {
        (fewer, more)
    }
}

fn play(service: &ServiceModel, replicas: u32) -> Ratios {
    let mut ratios = LOADS.map(|load| {
        let random = waits(service, Balancing::Random, replicas, load);
        let policy = waits(service, service.balancing, replicas, load);
        // The same services without any wait: what they vary is not the waits'.
        let alone = alone(service, replicas, load);
        let second = (policy.variance - alone.variance) / policy.share
            + policy.all_s * policy.all_s / policy.share;
        let scv = second / (policy.mean_s * policy.mean_s) - 1.0;
        Ratio {
            waits: libm::log(policy.share / random.share),
            mean: libm::log(policy.mean_s / random.mean_s),
            scv: libm::log(scv.clamp(LEAST_SCV, MOST_SCV)),
        }
    });
    // Where few wait the variance of the services drowns that of the waits.
    let known = ratios[FIRST_KNOWN].scv;
    for ratio in ratios.iter_mut().take(FIRST_KNOWN) {
        ratio.scv = known;
    }
    Ratios(ratios)
}

/// Parts of the law of a wait that are told apart.
pub(super) const PARTS: u32 = 12;

/// What is exceeded with probability `tail` of a law with mean 1 and a squared coefficient of variation: the gamma law up to
/// 1 (Wilson & Hilferty 1931), the lognormal above.
pub(super) fn exceeded(scv: f64, tail: f64) -> f64 {
    let z = normal_quantile(1.0 - tail.clamp(1e-12, 1.0 - 1e-12));
    if scv > 1.0 {
        let variance = libm::log1p(scv);
        libm::exp(variance.sqrt() * z - 0.5 * variance)
    } else {
        let ninth = scv / 9.0;
        let root = (1.0 - ninth + z * ninth.sqrt()).max(0.0);
        root * root * root
    }
}

/// Points of such a law, equally likely, with its mean.
pub(super) fn points(scv: f64) -> impl Iterator<Item = f64> {
    let at = move |part: u32| exceeded(scv, 1.0 - (f64::from(part) + 0.5) / f64::from(PARTS));
    let mean: f64 = (0..PARTS).map(at).sum::<f64>() / f64::from(PARTS);
    (0..PARTS).map(move |part| at(part) / mean)
}

/// Bounds of what is measured of the shape of waits, and the first load at which it is.
const LEAST_SCV: f64 = 0.05;
const MOST_SCV: f64 = 20.0;
const FIRST_KNOWN: usize = 2;

/// What has been played.
#[derive(Clone, Copy, Debug)]
struct Played {
    /// P(wait).
    share: f64,
    /// Mean wait of those who wait, and of all, seconds.
    mean_s: f64,
    all_s: f64,
    /// Of the latency, seconds².
    variance: f64,
}

/// Variance of the latencies, evenly spread over each bucket.
fn variance(latencies: &LogHistogram) -> f64 {
    let (mut all, mut sum, mut square) = (0.0, 0.0, 0.0);
    let mut low_s = 0.0;
    for (slot, &weight) in latencies.weights().iter().enumerate() {
        let high_s = edges()
            .get(slot)
            .copied()
            .unwrap_or(low_s)
            .max(LOWEST_EDGE_S);
        all += weight;
        sum += weight * 0.5 * (low_s + high_s);
        square += weight * (low_s * low_s + low_s * high_s + high_s * high_s) / 3.0;
        low_s = high_s;
    }
    if all > 0.0 {
        square / all - (sum / all) * (sum / all)
    } else {
        0.0
    }
}

/// The same arrivals and services where nobody waits.
fn alone(service: &ServiceModel, replicas: u32, load: f64) -> Played {
    play_one(service, Balancing::Shared, replicas, load, 4)
}

/// Plays `replicas` of a service.
fn waits(service: &ServiceModel, balancing: Balancing, replicas: u32, load: f64) -> Played {
    play_one(service, balancing, replicas, load, 1)
}

/// Plays them with so many times the servers.
fn play_one(
    service: &ServiceModel,
    balancing: Balancing,
    replicas: u32,
    load: f64,
    times: u32,
) -> Played {
    let model = ServiceModel {
        concurrency: service.concurrency,
        balancing,
        ..ServiceModel::new(service.service_time_s.clone())
    };
    let servers = replicas.saturating_mul(service.concurrency);
    let rate_rps = load * f64::from(servers) / service.service_time_s.mean();
    // A queue remembers for some 1/(1 − ρ)² services; each replica must have forgotten its start.
    let heavy = 0.5 * (1.0 + service.service_time_s.cv() * service.service_time_s.cv());
    let requests = (REQUESTS * heavy.max(1.0) / (1.0 - load)).min(MOST_REQUESTS);
    let interval = |requests: f64| Interval {
        length_s: requests / rate_rps,
        rate_rps,
        servers: servers.saturating_mul(times).saturating_add(if times > 1 {
            64 * model.concurrency
        } else {
            0
        }),
        queue_limit: u32::MAX,
        ..Interval::default()
    };
    let mut plane = RequestsPlane::new(&model, 0, SEED, 0, 0);
    plane.serve(&interval(0.2 * requests));
    let mut latencies = LogHistogram::new();
    plane.drain_latency(&mut latencies);
    latencies.clear();
    let outcome = plane.serve(&interval(requests));
    let waited = outcome.waited.max(HARDLY_ANY);
    // Who waits behind all slots of a replica waits for a part of a service at least.
    let least_s = 1e-3 * service.service_time_s.mean() / f64::from(service.concurrency);
    plane.drain_latency(&mut latencies);
    let waits = outcome.waits.max(1.0);
    Played {
        share: waited / waits,
        mean_s: (outcome.wait_sum_s / waited).max(least_s),
        all_s: outcome.wait_sum_s / waits,
        variance: variance(&latencies),
    }
}

#[cfg(test)]
mod tests;
