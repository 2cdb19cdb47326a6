//! Random sound storage: small datasets under every kind of lifecycle.

use super::distribution::distribution;
use proptest::prelude::*;
use sim_core::scenario::document::*;

/// Storage of one to three datasets in two or more tiers.
pub fn storage() -> impl Strategy<Value = StorageDocument> {
    let tiers = (
        custom(0),
        proptest::collection::vec(any::<prop::sample::Index>(), 0..3),
        custom(1),
    );
    let cache = (
        0.0..500.0_f64,
        0.0..1.0_f64,
        distribution(5.0),
        10.0..2000.0_f64,
    )
        .prop_map(
            |(capacity_gib, usd_per_gib_month, first_byte_ms, throughput_mib_per_s)| {
                StorageCacheDocument {
                    capacity_gib,
                    usd_per_gib_month,
                    first_byte_ms,
                    throughput_mib_per_s,
                }
            },
        );
    let target =
        (0.1..1e5_f64, 1.0..99.0_f64).prop_map(|(within_s, target_percent)| QueryTargetDocument {
            within_s,
            target_percent,
        });
    (
        tiers,
        proptest::option::of(cache),
        proptest::collection::vec(dataset(), 1..3),
        target,
    )
        .prop_map(|((first, classes, last), cache, datasets, target)| {
            let mut tiers = vec![TierDocument::Custom(first)];
            for class in classes {
                let tier = TierDocument::Catalogue(CatalogueTierDocument {
                    storage_class: *class.get(&CLASSES),
                    restore: RestoreSpeed::Standard,
                });
                if !tiers.contains(&tier) {
                    tiers.push(tier);
                }
            }
            // The tier that every lifecycle here ends in.
            tiers.push(TierDocument::Custom(last));
            StorageDocument {
                tiers,
                cache,
                datasets,
                target,
            }
        })
}

const CLASSES: [StorageClass; 4] = [
    StorageClass::StandardIa,
    StorageClass::GlacierIr,
    StorageClass::Glacier,
    StorageClass::DeepArchive,
];

fn custom(number: u32) -> impl Strategy<Value = CustomTierDocument> {
    (
        (
            0.0..0.1_f64,
            0.0..0.1_f64,
            0.0..0.1_f64,
            0.0..0.1_f64,
            0.0..0.1_f64,
        ),
        (0..200_u32, 0.0..512.0_f64),
        distribution(100.0),
        10.0..500.0_f64,
        proptest::option::of(0.01..48.0_f64),
    )
        .prop_map(
            move |(prices, least, first_byte_ms, throughput_mib_per_s, restore_hours)| {
                CustomTierDocument {
                    name: format!("tier {number}"),
                    usd_per_gib_month: prices.0,
                    put_usd_per_1000: prices.1,
                    get_usd_per_1000: prices.2,
                    transition_usd_per_1000: prices.3,
                    retrieval_usd_per_gib: prices.4,
                    min_days: least.0,
                    min_object_kib: least.1,
                    first_byte_ms,
                    throughput_mib_per_s,
                    restore_hours,
                }
            },
        )
}

fn dataset() -> impl Strategy<Value = DatasetDocument> {
    (
        0.1..1000.0_f64,
        -20.0..20.0_f64,
        0..200_u32,
        0.01..500.0_f64,
        20.0..99.0_f64,
        lifecycle(),
        proptest::collection::vec(query(), 0..3),
    )
        .prop_map(
            |(
                ingest_gib_per_day,
                growth_percent_per_month,
                history_days,
                object_mib,
                top_fifth_percent,
                lifecycle,
                queries,
            )| DatasetDocument {
                name: "Data".into(),
                ingest_gib_per_day,
                growth_percent_per_month,
                history_days,
                object_mib,
                top_fifth_percent,
                lifecycle,
                queries,
            },
        )
}

fn query() -> impl Strategy<Value = QueryDocument> {
    let ages = prop_oneof![
        (0.1..100.0_f64).prop_map(|half_life_days| AgesDocument::Recent { half_life_days }),
        Just(AgesDocument::Uniform {}),
    ];
    (
        0.1..10_000.0_f64,
        0.0..1.0_f64,
        1..1000_u32,
        1..64_u32,
        ages,
    )
        .prop_map(
            |(per_day, over_dispersion, objects, parallel_reads, ages)| QueryDocument {
                name: "Queries".into(),
                per_day,
                over_dispersion,
                objects,
                parallel_reads,
                ages,
            },
        )
}

fn lifecycle() -> impl Strategy<Value = LifecycleDocument> {
    let rules = || {
        (
            1..100_u32,
            proptest::option::of(1..200_u32),
            prop_oneof![Just(128.0), 0.0..1024.0_f64],
            prop_oneof![Just(RulesSince::Always), Just(RulesSince::WindowStart)],
        )
    };
    let transitions = |after_days| {
        vec![TransitionDocument {
            after_days,
            tier: "tier 1".into(),
        }]
    };
    prop_oneof![
        proptest::option::of(1..300_u32).prop_map(|expire_after_days| LifecycleDocument::Keep(
            KeepDocument { expire_after_days }
        )),
        (rules(), prop_oneof![Just(0.0), 0.0..90.0_f64]).prop_map(
            move |((after_days, more, min_object_kib, since), keep_popular_percent)| {
                LifecycleDocument::ByAge(ByAgeDocument {
                    transitions: transitions(after_days),
                    expire_after_days: more.map(|more| after_days + more),
                    min_object_kib,
                    keep_popular_percent,
                    since,
                })
            }
        ),
        (rules(), 0.0..0.01_f64, any::<bool>()).prop_map(
            move |((after_days, more, min_object_kib, since), monitoring_usd_per_1000, free)| {
                LifecycleDocument::ByLastAccess(ByLastAccessDocument {
                    transitions: transitions(after_days),
                    expire_after_days: more.map(|more| after_days + more),
                    min_object_kib,
                    monitoring_usd_per_1000,
                    moves: if free {
                        MovesCost::Free
                    } else {
                        MovesCost::Charged
                    },
                    since,
                })
            }
        ),
    ]
}
