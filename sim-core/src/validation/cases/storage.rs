//! Tiered storage: a bucket's bill by hand, and the sizes at which watching objects pays.

use super::super::case::About;
use super::super::{Case, Family, Oracle, Value};
use crate::cost::storage_prices::StoragePrices;
use crate::random::Distribution;
use crate::scenario::document::StorageClass;
use crate::storage::lifecycle::{Basis, Lifecycle, Step};
use crate::storage::run::run;
use crate::storage::{Dataset, StorageModel, StorageResult, StorageSetup, Target, Tier};

pub(super) fn cases() -> Vec<Case> {
    vec![bucket(), watching()]
}

fn exact(key: &'static str, figure: &str, formula: &'static str, value: f64) -> Oracle {
    Oracle::exact(key, figure, formula, Value::Number(value))
}

fn rounded(value: f64, digits: f64) -> Value {
    Value::Number((value * digits).round() / digits)
}

fn tier(class: StorageClass) -> Option<Tier> {
    let price = StoragePrices::CURRENT.class(class)?;
    let first_byte_s = Distribution::deterministic(0.1).ok()?;
    Some(Tier::listed(price, first_byte_s, 85.0))
}

fn played(classes: &[StorageClass], dataset: Dataset, days: f64) -> StorageResult {
    let model = StorageModel {
        tiers: classes.iter().filter_map(|class| tier(*class)).collect(),
        cache: None,
        datasets: vec![dataset],
        target: Target {
            within_s: 1.0,
            share: 0.9,
        },
    };
    run(&StorageSetup::new(model, days), 1, 0)
}

fn dataset(
    object_kib: f64,
    history_days: u32,
    growth_per_month: f64,
    lifecycle: Lifecycle,
) -> Dataset {
    Dataset {
        name: "data".to_owned(),
        ingest_gib_per_day: 10.0,
        growth_per_month,
        history_days,
        object_kib,
        top_fifth: 0.2,
        lifecycle,
        queries: Vec::new(),
    }
}

fn bucket() -> Case {
    Case::of_rules(
        About {
            id: "S1",
            family: Family::Storage,
            subject: "10 GiB a day in objects of 1 MiB: 30 days in S3 Standard, 10 of the 30 paid for in Standard-IA, then deleted".to_owned(),
            shows: "Each line of a month's bill, to the cent, and that nothing is lost.",
            source: "prices of Amazon S3 in us-east-1, 2024-07-01; months of 730 hours",
        },
        vec![
            exact("held", "held, $", "300 × 0.023 + 100 × 0.0125", 8.15),
            exact("requests", "written, $", "30 × 10.24 × 0.005 × 730/720", 1.56),
            exact("moves", "moved, $", "30 × 10.24 × 0.01 × 730/720", 3.11),
            exact("early", "20 days left of 30, $", "300 × 0.0125 × 20/30", 2.5),
            exact("lost", "held + expired − written − there before, GiB", "", 0.0),
        ],
        || {
            let lifecycle = Lifecycle {
                steps: vec![Step {
                    after_days: 30,
                    tier: 1,
                }],
                expire_after_days: Some(40),
                ..Lifecycle::keep(None)
            };
            let classes = [StorageClass::Standard, StorageClass::StandardIa];
            let result = played(&classes, dataset(1024.0, 100, 0.0, lifecycle), 30.0);
            let [held, requests, _, moves, early, ..] = result.usd_per_month;
            let gib: f64 = result.tiers.iter().map(|tier| tier.gib_at_end).sum();
            let lost = gib + result.expired_gib - result.written_gib - result.gib_at_start;
            vec![
                rounded(held, 100.0),
                rounded(requests, 100.0),
                rounded(moves, 100.0),
                rounded(early, 100.0),
                // Never −0.
                Value::Number((lost * 1e6).round().abs()),
            ]
        },
    )
}

fn watching() -> Case {
    let formula = "months × 0.0025/1000 over the storage saved";
    Case::of_rules(
        About {
            id: "S2",
            family: Family::Storage,
            subject: "S3 Intelligent-Tiering, objects that nobody reads".to_owned(),
            shows: "From which size on watching an object costs less than what it saves.",
            source: "a published calculation; prices 0.023, 0.0125, 0.004 $/GB, watching 0.0025 $/1000",
        },
        vec![
            exact("three", "in 3 months, KiB", formula, 374.5),
            exact("six", "in 6 months, KiB", formula, 201.6),
            exact("twelve", "in 12 months, KiB", formula, 163.8),
        ],
        || {
            let sizes = [90.0, 180.0, 360.0].map(break_even_kib);
            sizes.map(|kib| rounded(kib, 10.0)).into()
        },
    )
}

fn break_even_kib(days: f64) -> f64 {
    let watched = Lifecycle {
        basis: Basis::LastAccess {
            monitoring_usd_per_1000: StoragePrices::CURRENT.monitoring_usd_per_1000,
            free_moves: true,
        },
        steps: vec![
            Step {
                after_days: 30,
                tier: 1,
            },
            Step {
                after_days: 90,
                tier: 2,
            },
        ],
        min_object_kib: 128.0,
        ..Lifecycle::keep(None)
    };
    let classes = [
        StorageClass::Standard,
        StorageClass::IntelligentInfrequent,
        StorageClass::IntelligentArchiveInstant,
    ];
    let cost = |lifecycle: &Lifecycle, kib: f64| {
        // Written on the first day, and nothing after it.
        let data = dataset(kib, 0, -1.0, lifecycle.clone());
        played(&classes, data, days).total_usd_per_month()
    };
    let (keep, mut low, mut high) = (Lifecycle::keep(None), 128.0, 1024.0);
    for _ in 0..30 {
        let kib = 0.5 * (low + high);
        if cost(&watched, kib) > cost(&keep, kib) {
            low = kib;
        } else {
            high = kib;
        }
    }
    low
}
