//! Both edges against closed forms and published figures, and against each other.

use super::*;

fn model(objects: u32, exponent: f64, keeping: Keeping) -> EdgeModel {
    EdgeModel {
        cacheable_share: 1.0,
        objects,
        exponent,
        keeping,
        coalesces: true,
        purge_every_s: f64::INFINITY,
        change_mean_s: f64::INFINITY,
    }
}

fn played(model: &EdgeModel, rate_rps: f64, seconds: f64, fetch: Fetch) -> EdgeOutcome {
    let mut edge = PlayedEdge::new(model, 11, 0, 0);
    let mut sum = EdgeOutcome::default();
    for _ in 0..(seconds / 15.0) as u32 {
        let outcome = edge.serve(15.0, rate_rps, fetch);
        assert_eq!(edge.at_origin().len() as f64, outcome.at_origin());
        assert!(edge.at_origin().is_sorted());
        sum.add(&outcome);
    }
    sum
}

fn computed(model: &EdgeModel, rate_rps: f64, seconds: f64, fetch: Fetch) -> EdgeOutcome {
    let mut edge = ComputedEdge::new(model);
    let mut sum = EdgeOutcome::default();
    for _ in 0..(seconds / 15.0) as u32 {
        sum.add(&edge.serve(15.0, rate_rps, fetch));
    }
    sum
}

/// Reference figures: shared/reference/formats.md §f (sums over Zipf, and Che's approximation), 2026-11.
#[test]
fn hit_ratios_are_the_published_ones() {
    let fixed = [
        (10.0, 0.42842),
        (60.0, 0.64016),
        (300.0, 0.82568),
        (3600.0, 0.97449),
    ];
    for (ttl_s, expected) in fixed {
        let hit = hit_ratio(
            &Catalogue::new(10_000, 0.9),
            Keeping::Fixed { ttl_s },
            100.0,
        );
        assert!((hit - expected).abs() < 2e-4, "TTL {ttl_s}: {hit}");
    }
    let lru = [
        (1_000, 0.8, 100, 133.865, 0.37779),
        (1_000, 1.0, 100, 180.929, 0.57652),
        (10_000, 0.9, 500, 770.854, 0.45538),
    ];
    for (objects, exponent, capacity, characteristic, expected) in lru {
        let catalogue = Catalogue::new(objects, exponent);
        let requests = characteristic_requests(&catalogue, f64::from(capacity));
        assert!((requests / characteristic - 1.0).abs() < 1e-3, "{requests}");
        let keeping = Keeping::LeastRecentlyUsed { objects: capacity };
        let hit = hit_ratio(&catalogue, keeping, 1.0);
        // Classes of objects of like, not of equal popularity cost a twentieth of a percentage point at most.
        assert!((hit - expected).abs() < 5e-4, "LRU {capacity}: {hit}");
    }
}

/// Played requests within a percentage point of the closed forms, computed ones at them.
#[test]
fn both_edges_give_the_closed_forms() {
    let cases = [
        (1, 1.0, 0.5, Keeping::Fixed { ttl_s: 10.0 }),
        (1, 1.0, 0.01, Keeping::Fixed { ttl_s: 60.0 }),
        (10_000, 0.9, 100.0, Keeping::Fixed { ttl_s: 60.0 }),
        (10_000, 0.9, 100.0, Keeping::Sliding { ttl_s: 60.0 }),
        (
            1_000,
            0.8,
            100.0,
            Keeping::LeastRecentlyUsed { objects: 100 },
        ),
        (
            10_000,
            0.9,
            100.0,
            Keeping::LeastRecentlyUsed { objects: 500 },
        ),
    ];
    for (objects, exponent, rate_rps, keeping) in cases {
        let model = model(objects, exponent, keeping);
        let expected = hit_ratio(&Catalogue::new(objects, exponent), keeping, rate_rps);
        let seconds = 200_000.0 / rate_rps;
        let share = |outcome: EdgeOutcome| outcome.hits / outcome.requests();
        let played = share(played(&model, rate_rps, seconds, Fetch::default()));
        assert!(
            (played - expected).abs() < 0.01,
            "{keeping:?} played: {played} for {expected}"
        );
        let computed = share(computed(&model, rate_rps, 15.0 * 200.0, Fetch::default()));
        assert!(
            (computed - expected).abs() < 2e-3,
            "{keeping:?} computed: {computed} for {expected}"
        );
    }
}

/// Slow fetches that fail now and then, with changing objects: the two edges agree on every count.
#[test]
fn the_two_edges_agree() {
    let keepings = [
        Keeping::Fixed { ttl_s: 5.0 },
        Keeping::Fixed { ttl_s: 100.0 },
        Keeping::Sliding { ttl_s: 20.0 },
        Keeping::LeastRecentlyUsed { objects: 60 },
    ];
    for coalesces in [true, false] {
        for keeping in keepings {
            let model = EdgeModel {
                cacheable_share: 0.8,
                coalesces,
                change_mean_s: 90.0,
                ..model(1_000, 0.9, keeping)
            };
            let fetch = Fetch {
                seconds: 0.4,
                failure: 0.1,
            };
            let (rate_rps, seconds) = (50.0, 15_000.0);
            let played = played(&model, rate_rps, seconds, fetch);
            let computed = computed(&model, rate_rps, seconds, fetch);
            let requests = rate_rps * seconds;
            let pairs = [
                ("hits", played.hits, computed.hits),
                ("waited", played.waited, computed.waited),
                ("fills", played.fills, computed.fills),
                ("duplicates", played.duplicates, computed.duplicates),
                ("passed", played.passed, computed.passed),
                ("stale", played.stale, computed.stale),
            ];
            for (name, played, computed) in pairs {
                let points = (played - computed).abs() / requests;
                assert!(points < 0.01, "{keeping:?} {name}: {played} {computed}");
            }
            assert!((computed.requests() - requests).abs() < 1e-6 * requests);
            if let Keeping::Fixed { .. } = keeping {
                let age = |outcome: &EdgeOutcome| outcome.age_sum_s / outcome.hits;
                let (played, computed) = (age(&played), age(&computed));
                assert!(
                    (played / computed - 1.0).abs() < 0.03,
                    "{keeping:?} age: {played} {computed}"
                );
            }
        }
    }
}

/// Mean ages of a sliding time to live, long enough for stays to end: a popular object grows old.
#[test]
fn sliding_ages_agree() {
    let model = EdgeModel {
        change_mean_s: 30.0,
        ..model(200, 0.5, Keeping::Sliding { ttl_s: 20.0 })
    };
    let played = played(&model, 40.0, 60_000.0, Fetch::default());
    let computed = computed(&model, 40.0, 60_000.0, Fetch::default());
    let age = |outcome: &EdgeOutcome| outcome.age_sum_s / outcome.hits;
    assert!(
        (age(&played) / age(&computed) - 1.0).abs() < 0.1,
        "{} {}",
        age(&played),
        age(&computed)
    );
    let stale = |outcome: &EdgeOutcome| outcome.stale / outcome.hits;
    assert!(
        (stale(&played) - stale(&computed)).abs() < 0.01,
        "{} {}",
        stale(&played),
        stale(&computed)
    );
}

/// A purge empties the cache: right after it everything goes to the origin, and it fills again alike.
#[test]
fn a_purge_is_a_stampede_that_both_edges_see() {
    for keeping in [
        Keeping::Fixed { ttl_s: 600.0 },
        Keeping::Sliding { ttl_s: 600.0 },
        Keeping::LeastRecentlyUsed { objects: 300 },
    ] {
        let model = EdgeModel {
            purge_every_s: 1_500.0,
            ..model(1_000, 0.9, keeping)
        };
        let (mut played, mut computed) =
            (PlayedEdge::new(&model, 3, 0, 0), ComputedEdge::new(&model));
        let (mut before, mut after) = ([0.0; 2], [0.0; 2]);
        for tick in 0..1_000 {
            let outcomes = [
                played.serve(15.0, 60.0, Fetch::default()),
                computed.serve(15.0, 60.0, Fetch::default()),
            ];
            for (edge, outcome) in outcomes.iter().enumerate() {
                if tick > 0 && tick % 100 == 0 {
                    after[edge] += outcome.at_origin() / outcome.requests() / 9.0;
                } else if tick % 100 == 99 {
                    before[edge] += outcome.at_origin() / outcome.requests() / 10.0;
                }
            }
        }
        assert!(
            (after[0] - after[1]).abs() < 0.02,
            "{keeping:?} after: {after:?}"
        );
        assert!(
            (before[0] - before[1]).abs() < 0.02,
            "{keeping:?} before: {before:?}"
        );
        assert!(
            after[1] > before[1] + 0.1,
            "{keeping:?} {before:?} {after:?}"
        );
    }
}

/// A rate that doubles within a time to live: the share held follows, and the two edges agree tick by tick.
#[test]
fn a_changing_rate_is_followed() {
    let model = model(1_000, 0.9, Keeping::Fixed { ttl_s: 300.0 });
    let mut computed = ComputedEdge::new(&model);
    let replications = 40;
    let mut edges: Vec<PlayedEdge> = (0..replications)
        .map(|replication| PlayedEdge::new(&model, 8, replication, 0))
        .collect();
    for tick in 0..120 {
        let rate_rps = if (40..80).contains(&tick) { 40.0 } else { 10.0 };
        let expected = computed.serve(15.0, rate_rps, Fetch::default());
        let hits: f64 = edges
            .iter_mut()
            .map(|edge| edge.serve(15.0, rate_rps, Fetch::default()).hits)
            .sum::<f64>()
            / f64::from(replications);
        // Hits are nearly Poisson.
        let error = (expected.hits / f64::from(replications)).sqrt();
        assert!(
            (hits - expected.hits).abs() < 4.5 * error,
            "tick {tick}: {hits} {}",
            expected.hits
        );
    }
}
