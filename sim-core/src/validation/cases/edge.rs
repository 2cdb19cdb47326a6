//! Caches in front of the services: times to live exactly, least recently used by Che's approximation.

use super::super::case::About;
use super::super::{Case, Family, Oracle};
use crate::edge::{Catalogue, EdgeModel, Fetch, Keeping, PlayedEdge, hit_ratio};

/// Requests of a sample and cache.
const REQUESTS: f64 = 20_000.0;
const SAMPLES: u32 = 40;
const TICK_S: f64 = 15.0;

/// A cache and the rate of the requests that it sees, and how long a fetch takes.
#[derive(Clone, Debug)]
struct Visited {
    model: EdgeModel,
    rate_rps: f64,
    fetch_s: f64,
}

/// Caches that are asked again and again; of each the share of hits, and where fetches take time that of requests for what
/// is being fetched.
#[derive(Clone, Debug)]
pub struct Visits(Vec<Visited>);

impl Visits {
    /// A sample: hits over requests of each cache, then requests during a fetch over requests of those that take time.
    pub(in super::super) fn play(&self, seed: u64, index: u32, component: u32) -> Vec<f64> {
        let mut hits = Vec::new();
        let mut during = Vec::new();
        for (visited, place) in self.0.iter().zip(0..) {
            let own = component.wrapping_add(place);
            let mut edge = PlayedEdge::new(&visited.model, seed, index, own);
            let fetch = Fetch {
                seconds: visited.fetch_s,
                failure: 0.0,
            };
            let (mut sum, mut played) = (crate::edge::EdgeOutcome::default(), 0.0);
            while played < REQUESTS {
                sum.add(&edge.serve(TICK_S, visited.rate_rps, fetch));
                played += TICK_S * visited.rate_rps;
            }
            hits.push(sum.hits / sum.requests().max(1.0));
            if visited.fetch_s > 0.0 {
                during.push(sum.duplicates / sum.requests().max(1.0));
            }
        }
        hits.extend(during);
        hits
    }

    pub(in super::super) fn requests(&self) -> f64 {
        REQUESTS * self.0.len() as f64
    }
}

pub(super) fn cases() -> Vec<Case> {
    vec![fixed(), sliding(), recent(), stampede()]
}

fn visited(objects: u32, exponent: f64, keeping: Keeping, rate_rps: f64) -> Visited {
    Visited {
        model: EdgeModel {
            cacheable_share: 1.0,
            objects,
            exponent,
            keeping,
            coalesces: false,
            purge_every_s: f64::INFINITY,
            change_mean_s: f64::INFINITY,
        },
        rate_rps,
        fetch_s: 0.0,
    }
}

fn fixed() -> Case {
    let one = |rate_rps, ttl_s| visited(1, 1.0, Keeping::Fixed { ttl_s }, rate_rps);
    let many = |ttl_s| visited(10_000, 0.9, Keeping::Fixed { ttl_s }, 100.0);
    let formula = "Σ p Λp T / (1 + Λp T)";
    let caches = vec![
        one(0.5, 10.0),
        one(0.01, 60.0),
        many(10.0),
        many(60.0),
        many(300.0),
    ];
    // Sums over 10,000 objects, computed elsewhere.
    let expected = [5.0 / 6.0, 0.375, 0.428_42, 0.640_16, 0.825_68];
    let names = [
        ("one", "one object, λ 0.5/s, 10 s: hit ratio"),
        ("rare", "one object, λ 0.01/s, 60 s: hit ratio"),
        ("ten", "10,000 objects, Zipf 0.9, 100/s, 10 s: hit ratio"),
        ("sixty", "10,000 objects, 60 s: hit ratio"),
        ("long", "10,000 objects, 300 s: hit ratio"),
    ];
    let hits = names
        .iter()
        .zip(expected)
        .map(|((key, figure), expected)| Oracle::interval(key, *figure, formula, expected, 0.01));
    Case::of_visits(
        About {
            id: "EC1",
            family: Family::Edge,
            subject: "A cache that keeps each object for a fixed time from its fill".to_owned(),
            shows: "The hit ratio of a time to live.",
            source: "Jung, Berger & Balakrishnan, INFOCOM 2003",
        },
        SAMPLES,
        Visits(caches),
        hits.collect(),
    )
}

fn sliding() -> Case {
    let keeping = Keeping::Sliding { ttl_s: 60.0 };
    let catalogue = Catalogue::new(1, 1.0);
    let expected = hit_ratio(&catalogue, keeping, 0.02);
    Case::of_visits(
        About {
            id: "EC2",
            family: Family::Edge,
            subject: "A cache that keeps an object for 60 s from its last request, λ 0.02/s"
                .to_owned(),
            shows: "A time to live that restarts.",
            source: "Fofack, Nain, Neglia & Towsley 2012",
        },
        SAMPLES,
        Visits(vec![visited(1, 1.0, keeping, 0.02)]),
        vec![Oracle::interval(
            "hit",
            "hit ratio",
            "1 − e^(−λT)",
            expected,
            0.01,
        )],
    )
}

fn recent() -> Case {
    let cache = |objects, exponent, capacity| {
        visited(
            objects,
            exponent,
            Keeping::LeastRecentlyUsed { objects: capacity },
            100.0,
        )
    };
    let caches = vec![
        cache(1_000, 0.8, 100),
        cache(1_000, 1.0, 100),
        cache(10_000, 0.9, 500),
    ];
    let names = [
        (
            "flat",
            "1,000 objects, Zipf 0.8, room for 100: hit ratio",
            0.377_79,
        ),
        (
            "steep",
            "1,000 objects, Zipf 1.0, room for 100: hit ratio",
            0.576_52,
        ),
        (
            "many",
            "10,000 objects, Zipf 0.9, room for 500: hit ratio",
            0.455_38,
        ),
    ];
    let formula = "Σ p (1 − e^(−p n)), Σ (1 − e^(−p n)) = room";
    let hits = names.map(|(key, figure, expected)| {
        // Simulated elsewhere it was 0.3 % above, 0.2 % below, 0.2 % above.
        Oracle::approximation(key, figure, formula, expected, (-0.01, 0.01))
    });
    Case::of_visits(
        About {
            id: "EC3",
            family: Family::Edge,
            subject: "A cache of the least recently used objects".to_owned(),
            shows: "Che's approximation, on which the fluid plane rests.",
            source: "Che, Tung & Wang, IEEE JSAC 2002",
        },
        SAMPLES,
        Visits(caches),
        hits.into(),
    )
}

fn stampede() -> Case {
    let (rate_rps, ttl_s, fetch_s) = (10.0, 60.0, 2.0);
    let visited = Visited {
        fetch_s,
        ..visited(1, 1.0, Keeping::Fixed { ttl_s }, rate_rps)
    };
    let all = 1.0 + rate_rps * (ttl_s + fetch_s);
    Case::of_visits(
        About {
            id: "EC4",
            family: Family::Edge,
            subject: "One object asked for 10 times a second, kept for 60 s, fetched in 2 s, by everyone who asks meanwhile".to_owned(),
            shows: "The stampede when a popular object runs out.",
            source: "renewal cycle: 1/λ until it is asked for, the fetch, the time to live",
        },
        SAMPLES,
        Visits(vec![visited]),
        vec![
            Oracle::interval("hit", "hit ratio", "λT / (1 + λ(T + W))", rate_rps * ttl_s / all, 0.01),
            Oracle::interval("during", "asked for during a fetch", "λW / (1 + λ(T + W))", rate_rps * fetch_s / all, 0.02),
        ],
    )
}
