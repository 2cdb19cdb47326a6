//! Tiered storage against arithmetic by hand, published break-evens, conservation, and objects played one by one.

#[path = "storage/bill.rs"]
mod bill;
#[path = "storage/documents.rs"]
mod documents;

use proptest::prelude::*;
use serde_json::{Value, json};
use sim_core::cost::Resource;
use sim_core::cost::storage_prices::StoragePrices;
use sim_core::import;
use sim_core::random::{Distribution, Purpose, StreamKey, uniform};
use sim_core::scenario::document::{ScenarioDocument, StorageClass};
use sim_core::scenario::{check_value, templates::template};
use sim_core::storage::access::{Ages, QueryClass};
use sim_core::storage::cache::Cache;
use sim_core::storage::lifecycle::{Basis, Lifecycle, Step};
use sim_core::storage::run::{StorageRun, run};
use sim_core::storage::{Dataset, StorageModel, StorageResult, StorageSetup, Target, Tier};
use tests::fixture::problems;

/// A class of S3 with a constant wait.
fn tier(class: StorageClass) -> Tier {
    let price = StoragePrices::CURRENT.class(class).expect("in the list");
    let first_byte_s = Distribution::deterministic(0.1).expect("a constant");
    Tier::listed(price, first_byte_s, 100.0)
}

fn step(after_days: u32, tier: usize) -> Step {
    Step { after_days, tier }
}

/// 10 GiB a day in objects of 1 MiB, for 100 days so far.
fn dataset() -> Dataset {
    Dataset {
        name: "Data".to_owned(),
        ingest_gib_per_day: 10.0,
        growth_per_month: 0.0,
        history_days: 100,
        object_kib: 1024.0,
        top_fifth: 0.2,
        lifecycle: Lifecycle::keep(None),
        queries: Vec::new(),
    }
}

fn query(per_day: f64, objects: u32, ages: Ages) -> QueryClass {
    QueryClass {
        per_day,
        over_dispersion: 0.0,
        objects,
        parallel_reads: 4,
        ages,
    }
}

fn model(classes: &[StorageClass], dataset: Dataset) -> StorageModel {
    StorageModel {
        tiers: classes.iter().map(|class| tier(*class)).collect(),
        cache: None,
        datasets: vec![dataset],
        target: Target {
            within_s: 1.0,
            share: 0.9,
        },
    }
}

fn month(model: StorageModel) -> StorageResult {
    run(&StorageSetup::new(model, 30.0), 1, 0)
}

fn usd(result: &StorageResult, resource: Resource) -> f64 {
    let index = Resource::STORAGE
        .iter()
        .position(|other| *other == resource);
    result.usd_per_month[index.expect("of storage")]
}

fn to_the_cent(found: f64, by_hand: f64) {
    assert!((found - by_hand).abs() < 0.005, "{found} {by_hand}");
}

/// Every day and tier: what was held, written and moved in is what is held, moved out and expired.
#[test]
fn bytes_are_conserved_every_day_in_every_tier() {
    let by_age = Basis::Age { keep_share: 0.1 };
    let by_access = |free_moves| Basis::LastAccess {
        monitoring_usd_per_1000: 0.0025,
        free_moves,
    };
    for basis in [by_age, by_access(false), by_access(true)] {
        for starts_with_window in [false, true] {
            let mut data = dataset();
            (data.top_fifth, data.growth_per_month) = (0.8, 0.2);
            data.lifecycle = Lifecycle {
                basis,
                steps: vec![step(7, 1), step(40, 2)],
                expire_after_days: Some(90),
                min_object_kib: 0.0,
                starts_with_window,
            };
            let recent = Ages::Recent {
                half_life_days: 10.0,
            };
            data.queries = vec![query(500.0, 20, recent), query(3.0, 2000, Ages::Uniform)];
            let classes = [
                StorageClass::Standard,
                StorageClass::StandardIa,
                StorageClass::Glacier,
            ];
            let setup = StorageSetup::new(model(&classes, data), 30.0);
            let mut run = StorageRun::new(&setup, 1, 0);
            let mut before = run.datasets()[0].held_gib();
            for day in 0..30 {
                run.day();
                let (after, flows) = (run.datasets()[0].held_gib(), run.datasets()[0].flows());
                for tier in 0..3 {
                    let came = flows.written[tier] + flows.moved_in[tier];
                    let went = flows.moved_out[tier] + flows.expired[tier];
                    let balance = before[tier] + came - went;
                    assert!(
                        (after[tier] - balance).abs() < 1e-6,
                        "{basis:?} {starts_with_window} day {day} tier {tier}: {} {balance}",
                        after[tier]
                    );
                }
                let moved = |by_tier: &[f64]| by_tier.iter().sum::<f64>();
                assert!((moved(&flows.moved_in) - moved(&flows.moved_out)).abs() < 1e-6);
                before = after;
            }
            let result = run.finish();
            let held: f64 = result.tiers.iter().map(|tier| tier.gib_at_end).sum();
            let balance = result.gib_at_start + result.written_gib - result.expired_gib;
            assert!((held - balance).abs() < 1e-6, "{held} {balance}");
            let by_tier: f64 = result.tiers.iter().map(|tier| tier.usd_per_month).sum();
            assert!((by_tier - result.total_usd_per_month()).abs() < 1e-9);
        }
    }
}

/// Objects played one by one, with reads by chance, are where rules on last access have them on average.
#[test]
fn last_access_is_that_of_single_objects() {
    let mut data = dataset();
    (data.history_days, data.ingest_gib_per_day) = (60, 1.0);
    data.lifecycle = Lifecycle {
        basis: Basis::LastAccess {
            monitoring_usd_per_1000: 0.0,
            free_moves: true,
        },
        steps: vec![step(5, 1), step(12, 2)],
        expire_after_days: Some(61),
        ..Lifecycle::keep(None)
    };
    // 0.1 reads a day of each of 61 × 1024 objects.
    data.queries = vec![query(0.1 * 61.0 * 1024.0, 1, Ages::Uniform)];
    let classes = [
        StorageClass::Standard,
        StorageClass::IntelligentInfrequent,
        StorageClass::IntelligentArchiveInstant,
    ];
    let result = month(model(&classes, data));
    let key = StreamKey {
        seed: 9,
        replication: 0,
        component: 0,
        purpose: Purpose::Arrivals,
    };
    let (mut rng, mut places, played) = (key.rng(), [0u32; 3], 100_000);
    for _ in 0..played {
        let age = (uniform(&mut rng) * 61.0) as u32;
        let idle = (0..=age).fold(0, |idle, _| {
            if uniform(&mut rng) < libm::exp(-0.1) {
                idle + 1
            } else {
                0
            }
        });
        let place = if idle >= 12 {
            2
        } else {
            usize::from(idle >= 5)
        };
        places[place] += 1;
    }
    for (place, tier) in places.iter().zip(&result.tiers) {
        let share = f64::from(*place) / f64::from(played);
        // Three and a half standard deviations of the played share, and one per cent for the drawn number of reads.
        let allowed = 3.5 * (share * (1.0 - share) / f64::from(played)).sqrt() + 0.01 * share;
        assert!(
            (tier.gib_at_end / 61.0 - share).abs() < allowed,
            "{places:?} {result:?}"
        );
    }
}

/// Half of the data are in a slow tier: half of the queries of one object, and all but 1/1024 of those of ten, wait.
#[test]
fn queries_wait_for_their_slowest_object() {
    let run_with = |objects: u32, top_fifth: f64, keep_share: f64, replication| {
        let mut data = dataset();
        data.top_fifth = top_fifth;
        data.lifecycle = Lifecycle {
            basis: Basis::Age { keep_share },
            steps: vec![step(1, 1)],
            expire_after_days: Some(100),
            ..Lifecycle::keep(None)
        };
        data.queries = vec![query(1000.0, objects, Ages::Uniform)];
        let mut model = model(&[StorageClass::Standard, StorageClass::StandardIa], data);
        model.tiers[1].first_byte_s = Distribution::deterministic(50.0).expect("a constant");
        run(&StorageSetup::new(model, 30.0), 5, replication)
    };
    let near = |found: f64, expected: f64, n: f64| {
        let allowed = 3.5 * (expected * (1.0 - expected) / n).sqrt();
        assert!(
            (found - expected).abs() < allowed,
            "{found} {expected} ± {allowed}"
        );
    };
    // One of a hundred cohorts is new; of the others half is kept. All are read alike.
    let fast = |objects: i32| 0.01 + 0.99 * 0.5_f64.powi(objects);
    for (objects, power) in [(1, 1), (10, 10)] {
        let result = run_with(objects, 0.2, 0.5, 0);
        near(result.within_share(), fast(power), result.queries);
    }
    // Kept by popularity, the most read fifth gets 80 % of the reads.
    let result = run_with(1, 0.8, 0.2, 0);
    near(result.within_share(), 0.01 + 0.99 * 0.8, result.queries);
    let mean = (0..20)
        .map(|r| run_with(1, 0.2, 0.5, r).queries)
        .sum::<f64>()
        / 20.0;
    assert!(
        (mean - 30_000.0).abs() < 3.5 * (30_000.0_f64 / 20.0).sqrt(),
        "{mean}"
    );
}

/// Read alike, a cache of a quarter of the data answers a quarter of the reads, and retrieval falls by as much.
#[test]
fn a_cache_answers_its_share() {
    let run_with = |capacity_gib: Option<f64>| {
        let mut data = dataset();
        data.lifecycle = Lifecycle {
            steps: vec![step(1, 1)],
            expire_after_days: Some(100),
            ..Lifecycle::keep(None)
        };
        data.queries = vec![query(1000.0, 1, Ages::Uniform)];
        let mut model = model(&[StorageClass::Standard, StorageClass::StandardIa], data);
        model.cache = capacity_gib.map(|capacity_gib| Cache {
            capacity_gib,
            usd_per_gib_month: 0.08,
            first_byte_s: Distribution::deterministic(0.01).expect("a constant"),
            throughput_mib_per_s: 1000.0,
        });
        month(model)
    };
    let (without, with) = (run_with(None), run_with(Some(250.0)));
    // The same queries: demand does not depend on the design.
    assert_eq!(without.queries, with.queries);
    let ratio = usd(&with, Resource::StorageRetrieval) / usd(&without, Resource::StorageRetrieval);
    assert!((ratio - 0.75).abs() < 1e-6, "{ratio}");
    to_the_cent(usd(&with, Resource::StorageCache), 250.0 * 0.08);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the storage: bytes and dollars add up, and nothing is negative or not a number.
    #[test]
    fn any_storage_adds_up(storage in tests::arbitrary::storage(), days in 0.02..30.0_f64, seed in any::<u64>()) {
        let mut document = tests::fixture::document();
        document.storage = Some(storage);
        let scenario = sim_core::scenario::check(&document).map_err(|p| TestCaseError::fail(p.to_string()))?;
        let model = scenario.storage.expect("storage");
        let result = run(&StorageSetup::new(model, days), seed, 0);
        let near = |a: f64, b: f64| (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0);
        let held: f64 = result.tiers.iter().map(|tier| tier.gib_at_end).sum();
        prop_assert!(near(held, result.gib_at_start + result.written_gib - result.expired_gib));
        let by_tier: f64 = result.tiers.iter().map(|tier| tier.usd_per_month).sum();
        prop_assert!(near(by_tier + result.cache_usd_per_month, result.total_usd_per_month()));
        prop_assert!(result.usd_per_month.iter().all(|usd| *usd >= 0.0 && usd.is_finite()));
        prop_assert!(result.within <= result.queries * (1.0 + 1e-9) && result.p50_s <= result.p95_s);
        for tier in &result.tiers {
            prop_assert!(tier.gib_at_end >= 0.0 && tier.queries >= 0.0 && tier.usd_per_month >= 0.0);
        }
    }
}
