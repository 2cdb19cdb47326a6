//! Storage: tiers that are known and told apart, rules in order, and moves that save money.

use super::super::document::{
    AgesDocument, CatalogueTierDocument, CustomTierDocument, DatasetDocument, LifecycleDocument,
    MovesCost, QueryDocument, RestoreSpeed, RulesSince, StorageClass, StorageDocument,
    TierDocument, TransitionDocument,
};
use super::super::limits::plain_number;
use super::super::problem::Found;
use super::distribution::compile;
use super::service::rounded;
use crate::cost::storage_prices::StoragePrices;
use crate::random::Distribution;
use crate::storage::access::{Ages, QueryClass};
use crate::storage::cache::Cache;
use crate::storage::lifecycle::{Basis, Lifecycle, Step};
use crate::storage::tiers::object_usd_per_day;
use crate::storage::{DAYS_PER_MONTH, Dataset, StorageModel, Target, Tier};
use crate::words::closest;
use std::collections::BTreeSet;

const KIB_PER_MIB: f64 = 1024.0;
/// Objects that are watched, moved and billed; beyond it cents are no longer exact.
const MOST_OBJECTS: f64 = 1e15;

/// Notes every problem and compiles the model; `None` when a part of it fails.
pub(super) fn hold(document: &StorageDocument, found: &mut Found) -> Option<StorageModel> {
    let tiers: Vec<Option<Tier>> = document
        .tiers
        .iter()
        .enumerate()
        .map(|(index, tier)| compile_tier(tier, &format!("/storage/tiers/{index}"), found))
        .collect();
    hold_names(document, found);
    let tiers: Option<Vec<Tier>> = tiers.into_iter().collect();
    let cache = match &document.cache {
        None => None,
        Some(cache) => Some(Cache {
            capacity_gib: cache.capacity_gib,
            usd_per_gib_month: cache.usd_per_gib_month,
            first_byte_s: milliseconds(
                &cache.first_byte_ms,
                "/storage/cache/first_byte_ms",
                found,
            )?,
            throughput_mib_per_s: cache.throughput_mib_per_s,
        }),
    };
    let tiers = tiers?;
    let datasets: Option<Vec<Dataset>> = document
        .datasets
        .iter()
        .enumerate()
        .map(|(index, dataset)| {
            let path = format!("/storage/datasets/{index}");
            let compiled = compile_dataset(dataset, &path, &tiers, found)?;
            hold_size(&compiled, &path, found);
            hold_savings(&compiled, dataset, &path, &tiers, found);
            Some(compiled)
        })
        .collect();
    Some(StorageModel {
        tiers,
        cache,
        datasets: datasets?,
        target: Target {
            within_s: document.target.within_s,
            share: document.target.target_percent / 100.0,
        },
    })
}

fn milliseconds(
    document: &super::super::document::DistributionDocument,
    path: &str,
    found: &mut Found,
) -> Option<Distribution> {
    compile(document, path, "storage.first_byte_ms", found).map(|ms| ms.scale(0.001))
}

fn compile_tier(document: &TierDocument, path: &str, found: &mut Found) -> Option<Tier> {
    match document {
        TierDocument::Catalogue(tier) => catalogue_tier(tier, path, found),
        TierDocument::Custom(tier) => custom_tier(tier, path, found),
    }
}

/// AWS, "Best Practices Design Patterns: Optimizing Amazon S3 Performance": first bytes after 100 to 200 ms, 85 to
/// 90 MB/s per connection.
fn catalogue_tier(document: &CatalogueTierDocument, path: &str, found: &mut Found) -> Option<Tier> {
    const FIRST_BYTE_S: (f64, f64) = (0.15, 0.3);
    const THROUGHPUT_MIB_PER_S: f64 = 85.0;
    let class = document.storage_class;
    let price = StoragePrices::CURRENT.class(class)?;
    let archived = matches!(class, StorageClass::Glacier | StorageClass::DeepArchive);
    let restore = StoragePrices::CURRENT.restore(class, document.restore);
    if archived && restore.is_none() {
        let hint = "write standard or bulk";
        found.error(
            format!("{path}/restore"),
            "Deep Archive has no expedited restore",
            hint,
        );
        return None;
    }
    if !archived && document.restore != RestoreSpeed::Standard {
        let message = format!("{} is read at once, without a restore", class.name());
        found.warning(format!("{path}/restore"), message, "remove it");
    }
    let hours = |(least, most): (f64, f64)| {
        if least < most {
            Distribution::empirical(&[(0.0, least * 3600.0), (1.0, most * 3600.0)])
        } else {
            Distribution::deterministic(most * 3600.0)
        }
    };
    let first_byte_s = Distribution::log_normal(FIRST_BYTE_S.0, FIRST_BYTE_S.1).ok()?;
    let at_once = Tier::listed(price, first_byte_s, THROUGHPUT_MIB_PER_S);
    let Some(restore) = restore else {
        return Some(at_once);
    };
    Some(Tier {
        retrieval_usd_per_gib: price.retrieval_usd_per_gb + restore.usd_per_gb,
        restore_s: Some(hours(restore.hours).ok()?),
        restore_usd_per_1000: restore.usd_per_1000,
        ..at_once
    })
}

fn custom_tier(document: &CustomTierDocument, path: &str, found: &mut Found) -> Option<Tier> {
    let first_byte_s = milliseconds(
        &document.first_byte_ms,
        &format!("{path}/first_byte_ms"),
        found,
    )?;
    let restore_s = match document.restore_hours {
        Some(hours) => Some(Distribution::deterministic(hours * 3600.0).ok()?),
        None => None,
    };
    Some(Tier {
        name: document.name.clone(),
        usd_per_gib_month: document.usd_per_gib_month,
        put_usd_per_1000: document.put_usd_per_1000,
        get_usd_per_1000: document.get_usd_per_1000,
        transition_usd_per_1000: document.transition_usd_per_1000,
        retrieval_usd_per_gib: document.retrieval_usd_per_gib,
        min_days: document.min_days,
        min_object_kib: document.min_object_kib,
        index_kib: 0.0,
        first_tier_index_kib: 0.0,
        first_byte_s,
        restore_s,
        restore_usd_per_1000: 0.0,
        throughput_mib_per_s: document.throughput_mib_per_s,
    })
}

/// Rules and reports tell tiers, datasets and queries apart by name.
fn hold_names(document: &StorageDocument, found: &mut Found) {
    let mut seen = BTreeSet::new();
    for (index, tier) in document.tiers.iter().enumerate() {
        if !seen.insert(tier.name()) {
            let (field, hint) = match tier {
                TierDocument::Catalogue(_) => ("storage_class", "take each class once"),
                TierDocument::Custom(_) => ("name", "give each tier a name of its own"),
            };
            let message = format!("there is another tier {:?}", tier.name());
            found.error(format!("/storage/tiers/{index}/{field}"), message, hint);
        }
    }
}

fn compile_dataset(
    document: &DatasetDocument,
    path: &str,
    tiers: &[Tier],
    found: &mut Found,
) -> Option<Dataset> {
    let lifecycle = compile_lifecycle(
        &document.lifecycle,
        &format!("{path}/lifecycle"),
        tiers,
        found,
    )?;
    Some(Dataset {
        name: document.name.clone(),
        ingest_gib_per_day: document.ingest_gib_per_day,
        growth_per_month: document.growth_percent_per_month / 100.0,
        history_days: document.history_days,
        object_kib: document.object_mib * KIB_PER_MIB,
        top_fifth: document.top_fifth_percent / 100.0,
        lifecycle,
        queries: document.queries.iter().map(query_class).collect(),
    })
}

fn query_class(query: &QueryDocument) -> QueryClass {
    QueryClass {
        per_day: query.per_day,
        over_dispersion: query.over_dispersion,
        objects: query.objects,
        parallel_reads: query.parallel_reads,
        ages: match query.ages {
            AgesDocument::Recent { half_life_days } => Ages::Recent { half_life_days },
            AgesDocument::Uniform {} => Ages::Uniform,
        },
    }
}

fn compile_lifecycle(
    document: &LifecycleDocument,
    path: &str,
    tiers: &[Tier],
    found: &mut Found,
) -> Option<Lifecycle> {
    let (basis, transitions, expire_after_days, min_object_kib, since) = match document {
        LifecycleDocument::Keep(keep) => return Some(Lifecycle::keep(keep.expire_after_days)),
        LifecycleDocument::ByAge(rules) => (
            Basis::Age {
                keep_share: rules.keep_popular_percent / 100.0,
            },
            &rules.transitions,
            rules.expire_after_days,
            rules.min_object_kib,
            rules.since,
        ),
        LifecycleDocument::ByLastAccess(rules) => (
            Basis::LastAccess {
                monitoring_usd_per_1000: rules.monitoring_usd_per_1000,
                free_moves: rules.moves == MovesCost::Free,
            },
            &rules.transitions,
            rules.expire_after_days,
            rules.min_object_kib,
            rules.since,
        ),
    };
    let steps = compile_steps(transitions, path, tiers, found);
    if let (Some(last), Some(expiry)) = (transitions.last(), expire_after_days)
        && expiry <= last.after_days
    {
        let message = format!(
            "objects are deleted after {expiry} days, before the last transition at {}",
            last.after_days
        );
        let hint = "let them expire later, or remove that transition";
        found.error(format!("{path}/expire_after_days"), message, hint);
    }
    Some(Lifecycle {
        basis,
        steps: steps?,
        expire_after_days,
        min_object_kib,
        starts_with_window: since == RulesSince::WindowStart,
    })
}

fn compile_steps(
    transitions: &[TransitionDocument],
    path: &str,
    tiers: &[Tier],
    found: &mut Found,
) -> Option<Vec<Step>> {
    let mut steps = Vec::with_capacity(transitions.len());
    let (mut before, mut sound) = (0, true);
    for (index, transition) in transitions.iter().enumerate() {
        let path = format!("{path}/transitions/{index}");
        let position = tiers.iter().position(|tier| tier.name == transition.tier);
        match position {
            None => {
                sound = false;
                let names = || tiers.iter().map(|tier| tier.name.as_str());
                let hint = match closest(&transition.tier, names()) {
                    Some(near) => format!("did you mean {near:?}?"),
                    None => format!("one of {}", names().collect::<Vec<_>>().join(", ")),
                };
                let message = format!("there is no tier {:?}", transition.tier);
                found.error(format!("{path}/tier"), message, hint);
            }
            Some(0) => {
                sound = false;
                let message = format!(
                    "{:?} is the first tier, where data are from the start",
                    transition.tier
                );
                found.error(format!("{path}/tier"), message, "name a later tier");
            }
            Some(tier) => steps.push(Step {
                after_days: transition.after_days,
                tier,
            }),
        }
        if index > 0 && transition.after_days <= before {
            sound = false;
            let message = format!(
                "{} days are not after the {before} of the transition before",
                transition.after_days
            );
            let hint = "put the transitions in the order of their days";
            found.error(format!("{path}/after_days"), message, hint);
        }
        before = transition.after_days;
        if steps
            .iter()
            .filter(|step| Some(step.tier) == position)
            .count()
            > 1
        {
            sound = false;
            let message = format!("objects come to {:?} twice", transition.tier);
            found.error(format!("{path}/tier"), message, "name each tier once");
        }
    }
    sound.then_some(steps)
}

fn hold_size(dataset: &Dataset, path: &str, found: &mut Found) {
    let oldest = -f64::from(dataset.history_days);
    let daily = dataset
        .objects_written(0.0)
        .max(dataset.objects_written(oldest));
    let objects = daily * f64::from(dataset.history_days.max(1));
    if objects >= MOST_OBJECTS || objects.is_nan() {
        let message = format!("the dataset would have up to {} objects", rounded(objects));
        let hint = "write less a day, take larger objects, less growth or a shorter history";
        found.error(format!("{path}/ingest_gib_per_day"), message, hint);
    }
    if dataset.growth_per_month <= -1.0 {
        let message = "nothing would be written after the first day";
        found.error(
            format!("{path}/growth_percent_per_month"),
            message,
            "take more than -100",
        );
    }
}

/// Transitions that cost more than they save, tier by tier.
fn hold_savings(
    dataset: &Dataset,
    document: &DatasetDocument,
    path: &str,
    tiers: &[Tier],
    found: &mut Found,
) {
    let lifecycle = &dataset.lifecycle;
    if lifecycle.steps.is_empty() {
        return;
    }
    if !lifecycle.moves(dataset.object_kib) {
        let message = format!(
            "objects of {} KiB are smaller than what is moved, {} KiB: everything stays in the first tier",
            rounded(dataset.object_kib),
            plain_number(lifecycle.min_object_kib)
        );
        let hint = "lower min_object_kib, or take larger objects";
        found.warning(format!("{path}/object_mib"), message, hint);
        return;
    }
    if !matches!(document.lifecycle, LifecycleDocument::ByAge(_)) {
        return;
    }
    let usd_per_day = object_usd_per_day(tiers, dataset.object_kib);
    let day = |tier: usize| usd_per_day.get(tier).copied().unwrap_or_default();
    let mut from = 0;
    for (index, step) in lifecycle.steps.iter().enumerate() {
        let Some(tier) = tiers.get(step.tier) else {
            return;
        };
        let path = format!("{path}/lifecycle/transitions/{index}");
        let saved = day(from) - day(step.tier);
        if saved <= 0.0 {
            let message = format!(
                "an object of {} KiB costs {} USD a million and month there, and {} where it was",
                rounded(dataset.object_kib),
                rounded(day(step.tier) * DAYS_PER_MONTH * 1e6),
                rounded(day(from) * DAYS_PER_MONTH * 1e6)
            );
            let hint = "larger objects, or a tier that is cheaper for them";
            found.warning(format!("{path}/tier"), message, hint);
        }
        let next = lifecycle.steps.get(index + 1).map(|next| next.after_days);
        if let Some(leaves) = next.or(lifecycle.expire_after_days) {
            let days = leaves.saturating_sub(step.after_days);
            if days < tier.min_days {
                let message = format!(
                    "objects leave {} after {days} days and pay for {}",
                    tier.name, tier.min_days
                );
                let hint = "let them stay as long, or skip this tier";
                found.warning(format!("{path}/after_days"), message, hint);
            }
            let paid = f64::from(days.max(tier.min_days)) * day(step.tier);
            let costs = tier.transition_usd_per_1000 / 1000.0 + paid;
            if saved > 0.0 && costs > f64::from(days) * day(from) {
                let message = format!(
                    "moving a million objects costs {} USD, more than {days} days in {} save",
                    rounded(tier.transition_usd_per_1000 * 1000.0),
                    tier.name
                );
                found.warning(
                    path.clone(),
                    message,
                    "larger objects, or fewer transitions",
                );
            }
        }
        let infrequent = ["standard_ia", "onezone_ia"].contains(&tier.name.as_str());
        let own = matches!(tiers.first(), Some(first) if first.name == "standard");
        if index == 0 && infrequent && own && step.after_days < 30 {
            let message = format!("S3 refuses to move objects to {} before 30 days", tier.name);
            found.warning(
                format!("{path}/after_days"),
                message,
                "take 30 days or more",
            );
        }
        from = step.tier;
    }
}
