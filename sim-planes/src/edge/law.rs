//! Closed forms of caches in steady state.

use super::catalogue::Catalogue;
use super::{Fetch, Keeping};

/// What an object asked for at a steady rate is like.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Steady {
    /// Share of its requests that are answered from the cache.
    pub(super) hit: f64,
    /// Share of its requests that start a fetch.
    pub(super) fill: f64,
}

impl Steady {
    /// Share of its requests that come while it is being fetched.
    pub(super) fn during_fetch(self) -> f64 {
        (1.0 - self.hit - self.fill).max(0.0)
    }
}

/// A fixed time to live: a cycle is the wait for a request (1/λ), the fetch, and the time to live if it succeeded.
pub(super) fn fixed(rate: f64, ttl_s: f64, fetch: Fetch) -> Steady {
    let fresh = rate * ttl_s * (1.0 - fetch.failure);
    cycle(fresh, rate * fetch.seconds)
}

/// Kept until no request has come for a while in which `expected` requests are expected. A stay in the cache then has
/// e^expected − 1 requests in the mean, that which filled it not counted.
pub(super) fn sliding(expected: f64, rate: f64, fetch: Fetch) -> Steady {
    let none = libm::exp(-expected);
    sliding_of(none, rate, fetch)
}

/// The same by the probability that no request comes in that while.
pub(super) fn sliding_of(none: f64, rate: f64, fetch: Fetch) -> Steady {
    let success = 1.0 - fetch.failure;
    // Numbers of requests in a cycle, times the probability of none, so that nothing overflows.
    let (stay, away) = ((1.0 - none) * success, none * (1.0 + rate * fetch.seconds));
    let all = stay + away;
    if all > 0.0 {
        Steady {
            hit: stay / all,
            fill: none / all,
        }
    } else {
        // Every fetch fails, and requests are so many that none opens a gap: all of them meet a fetch.
        Steady::default()
    }
}

fn cycle(fresh: f64, fetching: f64) -> Steady {
    let all = 1.0 + fetching + fresh;
    Steady {
        hit: fresh / all,
        fill: 1.0 / all,
    }
}

/// The number of requests after which an object that nobody asked for has left a cache of `capacity` most recently used
/// ones: the root of Σ (1 − e^(−share·n)) = capacity (Che's characteristic time, counted in requests). Infinite where
/// all objects fit.
pub fn characteristic_requests(catalogue: &Catalogue, capacity: f64) -> f64 {
    let held = |requests: f64| -> f64 {
        catalogue
            .classes()
            .iter()
            .map(|class| -class.objects * libm::expm1(-class.share_each * requests))
            .sum()
    };
    let objects: f64 = catalogue.classes().iter().map(|class| class.objects).sum();
    if capacity >= objects {
        return f64::INFINITY;
    }
    // Each request brings one object at most, so no fewer requests than places.
    let mut low = capacity;
    let mut high = capacity.max(1.0) * 2.0;
    while held(high) < capacity && high < 1e18 {
        low = high;
        high *= 2.0;
    }
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if held(middle) < capacity {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// The hit ratio in steady state with fetches that take no time: share of the cacheable requests answered from the cache,
/// at `rate_rps` of them.
pub fn hit_ratio(catalogue: &Catalogue, keeping: Keeping, rate_rps: f64) -> f64 {
    let requests = match keeping {
        Keeping::Fixed { .. } => 0.0,
        Keeping::Sliding { ttl_s } => rate_rps * ttl_s,
        Keeping::LeastRecentlyUsed { objects } => {
            characteristic_requests(catalogue, f64::from(objects))
        }
    };
    let hits = catalogue.classes().iter().map(|class| {
        let steady = match keeping {
            Keeping::Fixed { ttl_s } => fixed(rate_rps * class.share_each, ttl_s, Fetch::default()),
            _ => sliding(class.share_each * requests, 0.0, Fetch::default()),
        };
        class.objects * class.share_each * steady.hit
    });
    hits.sum()
}
