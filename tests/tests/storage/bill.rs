//! Bills by hand and published break-evens.

use super::*;

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
