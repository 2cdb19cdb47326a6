//! Tiered storage against arithmetic by hand, published break-evens, conservation, and objects played one by one.

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
use sim_core::study::{Plan, Prepared, Shard};
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

/// 30 of 30.4167 days' worth of a month: counts of the window as counts of a month.
const OF_A_MONTH: f64 = 730.0 / 24.0 / 30.0;

#[test]
fn a_bucket_in_standard_by_hand() {
    let result = month(model(&[StorageClass::Standard], dataset()));
    // On day d 1000 + 10 (d + 1) GiB are held, 1155 on average; 10,240 objects are written a day.
    to_the_cent(usd(&result, Resource::Storage), 1155.0 * 0.023);
    let puts = 30.0 * 10_240.0 / 1000.0 * 0.005;
    to_the_cent(usd(&result, Resource::StorageRequests), puts * OF_A_MONTH);
    to_the_cent(
        result.total_usd_per_month(),
        1155.0 * 0.023 + puts * OF_A_MONTH,
    );
}

#[test]
fn a_bucket_with_transitions_and_early_deletion_by_hand() {
    let mut data = dataset();
    // Ten days in Standard-IA, of thirty that are paid for; then deleted.
    data.lifecycle = Lifecycle {
        steps: vec![step(30, 1)],
        expire_after_days: Some(40),
        ..Lifecycle::keep(None)
    };
    let classes = [StorageClass::Standard, StorageClass::StandardIa];
    let result = month(model(&classes, data));
    to_the_cent(
        usd(&result, Resource::Storage),
        300.0 * 0.023 + 100.0 * 0.0125,
    );
    let moved = 30.0 * 10_240.0 / 1000.0 * 0.01;
    to_the_cent(
        usd(&result, Resource::StorageTransitions),
        moved * OF_A_MONTH,
    );
    let days_left = 20.0 / (730.0 / 24.0);
    let early = 30.0 * 10.0 * 0.0125 * days_left;
    to_the_cent(
        usd(&result, Resource::StorageEarlyDeletion),
        early * OF_A_MONTH,
    );
    assert!(
        (result.expired_gib - 300.0).abs() < 1e-9 && (result.gib_at_start - 400.0).abs() < 1e-9
    );
}

#[test]
fn small_objects_are_billed_at_the_minimum_and_archives_with_their_index() {
    let held = |class: StorageClass, object_kib: f64| {
        let mut data = dataset();
        data.object_kib = object_kib;
        data.lifecycle = Lifecycle {
            steps: vec![step(1, 1)],
            ..Lifecycle::keep(None)
        };
        let result = month(model(&[StorageClass::Standard, class], data));
        usd(&result, Resource::Storage)
    };
    // On average 10 GiB are new, the other 1145 moved.
    to_the_cent(
        held(StorageClass::StandardIa, 32.0),
        10.0 * 0.023 + 4.0 * 1145.0 * 0.0125,
    );
    to_the_cent(
        held(StorageClass::Glacier, 64.0),
        10.0 * 0.023 + 1145.0 * (1.5 * 0.0036 + 0.125 * 0.023),
    );
}

/// Standard-IA costs as much as Standard when 105 % of what is held are read a month, Glacier Instant Retrieval as
/// much as Standard-IA at 42.5 %: prices of storage over prices of retrieval, requests left out.
#[test]
fn reads_at_which_classes_break_even() {
    let cost = |class: StorageClass, share: f64| {
        let mut data = dataset();
        // All but nothing is new, so that all reads go to the class.
        data.history_days = 3650;
        data.lifecycle = Lifecycle {
            steps: vec![step(1, 1)],
            expire_after_days: Some(3650),
            ..Lifecycle::keep(None)
        };
        let objects = 3650.0 * 10_240.0;
        // So many that their number is certain to a ten-thousandth.
        let per_day = share * objects / (730.0 / 24.0);
        data.queries = vec![query(per_day, 1, Ages::Uniform)];
        let mut model = model(&[StorageClass::Standard, class], data);
        for tier in &mut model.tiers {
            tier.get_usd_per_1000 = 0.0;
        }
        let result = month(model);
        usd(&result, Resource::Storage) + usd(&result, Resource::StorageRetrieval)
    };
    let near = |a: f64, b: f64| assert!((a / b - 1.0).abs() < 1e-3, "{a} {b}");
    let (ia, instant) = (StorageClass::StandardIa, StorageClass::GlacierIr);
    near(cost(ia, 1.05), 36_500.0 * 0.023);
    near(cost(ia, 0.425), cost(instant, 0.425));
    assert!(cost(ia, 1.0) < 36_500.0 * 0.023 && cost(ia, 1.1) > 36_500.0 * 0.023);
}

/// Published: objects that nobody reads repay being watched above 374.5, 201.6 and 163.8 KiB in 3, 6 and 12 months.
#[test]
fn intelligent_tiering_breaks_even_at_published_sizes() {
    for (days, published_kib) in [(90, 374.5), (180, 201.6), (360, 163.8)] {
        let cost = |lifecycle: Lifecycle, kib: f64| {
            let mut data = dataset();
            // One cohort.
            (data.history_days, data.growth_per_month) = (0, -1.0);
            (data.object_kib, data.lifecycle) = (kib, lifecycle);
            let classes = [
                StorageClass::Standard,
                StorageClass::IntelligentInfrequent,
                StorageClass::IntelligentArchiveInstant,
            ];
            let setup = StorageSetup::new(model(&classes, data), f64::from(days));
            run(&setup, 1, 0).total_usd_per_month()
        };
        let watched = Lifecycle {
            basis: Basis::LastAccess {
                monitoring_usd_per_1000: StoragePrices::CURRENT.monitoring_usd_per_1000,
                free_moves: true,
            },
            steps: vec![step(30, 1), step(90, 2)],
            min_object_kib: 128.0,
            ..Lifecycle::keep(None)
        };
        let (mut low, mut high) = (128.0, 1024.0);
        for _ in 0..40 {
            let kib = 0.5 * (low + high);
            if cost(watched.clone(), kib) > cost(Lifecycle::keep(None), kib) {
                low = kib;
            } else {
                high = kib;
            }
        }
        assert!(
            (low - published_kib).abs() < 0.06,
            "{days} days: {low} {published_kib}"
        );
    }
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

fn lake() -> Value {
    serde_json::from_str(
        template("data-lake-lifecycle")
            .expect("in the gallery")
            .json,
    )
    .expect("JSON")
}

#[test]
fn bad_storage_is_answered_at_its_path() {
    const LIFE: &str = "/storage/datasets/0/lifecycle";
    let with = |path: &str, value: Value| {
        let mut document = lake();
        tests::fixture::set(&mut document, path, value);
        document
    };
    let at = |path: &str| format!("{LIFE}{path}");
    let class = json!({"kind": "catalogue", "storage_class": "standard"});
    let cases: Vec<(String, &str, Value)> = vec![
        (
            at("/transitions/0/tier"),
            "there is no tier",
            with(&at("/transitions/0/tier"), json!("standrad_ia")),
        ),
        (
            at("/transitions/0/tier"),
            "is the first tier",
            with(&at("/transitions/0/tier"), json!("standard")),
        ),
        (
            at("/transitions/1/tier"),
            "twice",
            with(&at("/transitions/1/tier"), json!("standard_ia")),
        ),
        (
            at("/transitions/1/after_days"),
            "not after the 30",
            with(&at("/transitions/1/after_days"), json!(30)),
        ),
        (
            at("/expire_after_days"),
            "before the last transition",
            with(&at("/expire_after_days"), json!(100)),
        ),
        (
            "/storage/tiers/1/storage_class".into(),
            "another tier",
            with("/storage/tiers/1", class),
        ),
        (
            "/storage/datasets/0/object_mib".into(),
            "too small",
            with("/storage/datasets/0/object_mib", json!(0)),
        ),
        (
            "/storage/datasets/0/ingest_gib_per_day".into(),
            "too small",
            with("/storage/datasets/0/ingest_gib_per_day", json!(0)),
        ),
        (
            "/storage/datasets".into(),
            "the list has 0 items",
            with("/storage/datasets", json!([])),
        ),
        (
            "/storage".into(),
            "stands where an object is wanted",
            with("/storage", json!(3)),
        ),
        // What can be simulated, but was hardly meant.
        (
            at("/transitions/1/after_days"),
            "pay for 90",
            with(&at("/expire_after_days"), json!(150)),
        ),
        (
            at("/transitions/0/after_days"),
            "refuses",
            with(&at("/transitions/0/after_days"), json!(10)),
        ),
        (
            at("/transitions/0/tier"),
            "costs",
            with("/storage/datasets/0/object_mib", json!(0.01)),
        ),
    ];
    for (path, fragment, mut document) in cases {
        if fragment == "costs" {
            tests::fixture::set(&mut document, &at("/min_object_kib"), json!(0));
        }
        let found = problems(&document);
        let named = found
            .iter()
            .any(|problem| problem.path == path && problem.message.contains(fragment));
        assert!(named, "{path} {fragment}: {found:?}");
    }
}

#[test]
fn lifecycles_of_buckets_are_read() {
    let text = r#"{"Rules": [{"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"},
        "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}, {"Days": 30, "StorageClass": "STANDARD_IA"}],
        "Expiration": {"Days": 365}, "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}]}"#;
    let imported = import::lifecycle(text).expect("readable");
    let expected = json!({"kind": "by_age", "expire_after_days": 365, "transitions": [
        {"after_days": 30, "tier": "standard_ia"}, {"after_days": 90, "tier": "glacier"}]});
    assert_eq!(
        serde_json::to_value(&imported.lifecycle).expect("JSON"),
        expected
    );
    assert_eq!(imported.notes.len(), 2, "{:?}", imported.notes);
    // Into a scenario whose tiers it needs.
    let mut document = lake();
    document["storage"]["tiers"] = json!([{"kind": "catalogue", "storage_class": "standard"}]);
    document["storage"]["datasets"][0]["lifecycle"] = json!({"kind": "keep"});
    let _ = document.as_object_mut().expect("an object").remove("sweep");
    let mut document: ScenarioDocument = serde_json::from_value(document).expect("a document");
    let storage = document.storage.as_mut().expect("storage");
    assert!(imported.place(storage, Some("nothing")).is_err());
    imported.place(storage, None).expect("a dataset");
    sim_core::scenario::check(&document).expect("sound");
    // Intelligent-Tiering is a lifecycle by last access.
    let text = r#"{"Rules": [{"Status": "Enabled", "Prefix": "",
        "Transitions": [{"Days": 0, "StorageClass": "INTELLIGENT_TIERING"}]}]}"#;
    let imported = import::lifecycle(text).expect("readable");
    let value = serde_json::to_value(&imported.lifecycle).expect("JSON");
    assert_eq!(value["kind"], json!("by_last_access"));
    for (text, fragment) in [
        ("", "no JSON"),
        ("[]", "no list of Rules"),
        (r#"{"Rules": []}"#, "none of its 0 rules"),
        (
            r#"{"Rules": [{"Status": "Disabled", "Expiration": {"Days": 3}}]}"#,
            "none of its 1 rules",
        ),
        (
            r#"{"Rules": [{"Status": "Enabled", "Expiration": {"Date": "2026-01-01"}}]}"#,
            "a date is not modelled",
        ),
        (
            r#"{"Rules": [{"Status": "Enabled", "Transitions": [{"Days": 3, "StorageClass": "ICE"}]}]}"#,
            "is not known",
        ),
    ] {
        let error = import::lifecycle(text).expect_err(fragment);
        assert!(error.message.contains(fragment), "{text}: {error}");
    }
}

#[test]
fn lifecycles_among_the_samples_are_read() {
    let Some(folder) = std::env::var_os("QEC_SAMPLES") else {
        return;
    };
    for name in [
        "lifecycle_botocore_get_example_legacy_prefix.json",
        "lifecycle_botocore_put_example.json",
    ] {
        let path = std::path::Path::new(&folder).join("s3").join(name);
        let text = std::fs::read_to_string(&path).expect(name);
        import::lifecycle(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn a_report_names_tiers_and_sums_up() {
    let document: ScenarioDocument = serde_json::from_value(lake()).expect("a document");
    let plan = Plan::single(&document);
    let prepared = Prepared::new(plan.clone()).expect("sound");
    let mut collection = sim_core::study::Collection::new(&plan);
    collection.add(prepared.run_shard(Shard {
        first_design: 0,
        designs: 1,
        first_replication: 0,
        replications: 4,
    }));
    let report = collection.report(&plan).expect("results");
    let costs: f64 = report
        .costs
        .iter()
        .map(|cost| cost.usd_per_month.mean)
        .sum();
    let total = report.figure("cost_per_month").expect("there").summary.mean;
    assert!((costs - total).abs() < 1e-6, "{costs} {total}");
    let storage = report.storage.expect("storage");
    let names: Vec<&str> = storage
        .tiers
        .iter()
        .map(|tier| tier.name.as_str())
        .collect();
    assert_eq!(names, ["standard", "standard_ia", "glacier"]);
    let by_tier: f64 = storage
        .tiers
        .iter()
        .map(|tier| tier.usd_per_month.mean)
        .sum();
    assert!((by_tier - storage.usd_per_month.mean).abs() < 1e-6);
    assert!(storage.within.ci_low < storage.within.mean && storage.p50_s.mean < storage.p95_s.mean);
    assert!(report.prices.contains(StoragePrices::CURRENT.id));
}

#[test]
fn results_without_storage_have_the_bytes_they_had() {
    let document = tests::fixture::document();
    let mut short = document.clone();
    short.slo.window_days = 0.05;
    let prepared = Prepared::new(Plan::single(&short)).expect("sound");
    let shard = Shard {
        first_design: 0,
        designs: 1,
        first_replication: 0,
        replications: 1,
    };
    let result = prepared.run_shard(shard).results.remove(0);
    let whole = postcard::to_allocvec(&result).expect("serialises");
    // Neither storage, jobs, a topology, spot nodes, an edge, functions, guards, uncertain inputs nor backfill: empty options at the end.
    let (bytes, nothing) = whole.split_at(whole.len() - 9);
    assert!(bytes == result.bytes());
    assert_eq!(nothing, [0; 9]);
    // With spot nodes the options before them keep their bytes.
    short.fleet.commitments =
        serde_json::from_value(serde_json::json!({"nodes": 1, "term": "three_years"}))
            .expect("a commitment");
    let prepared = Prepared::new(Plan::single(&short)).expect("sound");
    let result = prepared.run_shard(shard).results.remove(0);
    let whole = postcard::to_allocvec(&result).expect("serialises");
    assert!(whole[..whole.len() - 5] == result.bytes());
    assert!(check_value(&lake()).is_ok());
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
