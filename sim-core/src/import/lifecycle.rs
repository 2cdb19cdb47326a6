//! S3 lifecycle configurations become the lifecycle of a dataset.
//!
//! ```text
//!   JSON of get-bucket-lifecycle-configuration ──► the first enabled rule that moves or expires current objects
//!   ──► LifecycleDocument, and the tiers that it needs
//! ```
//!
//! Source: the API model of Amazon S3 2006-03-01 (botocore 1.44), shape LifecycleConfiguration.

use super::manifest::fields::{Fields, Findings, in_words};
use super::{ImportError, MAX_MANIFEST_BYTES, listed, shown};
use crate::cost::storage_prices::StoragePrices;
use crate::scenario::document::{
    ByAgeDocument, ByLastAccessDocument, CatalogueTierDocument, KeepDocument, LifecycleDocument,
    MovesCost, RestoreSpeed, RulesSince, StorageClass, StorageDocument, TierDocument,
    TransitionDocument,
};
use crate::stats::sort_by_key;
use serde_json::Value;

/// Smaller objects are not moved unless a configuration says otherwise, KiB.
const DEFAULT_MIN_OBJECT_KIB: f64 = 128.0;

/// A lifecycle, ready for a scenario document.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedLifecycle {
    /// The part of the document: `/storage/datasets/…/lifecycle`.
    pub lifecycle: LifecycleDocument,
    /// Storage classes that objects move to.
    pub classes: Vec<StorageClass>,
    /// How it was read, and what was assumed, ignored or left out, in sentences.
    pub notes: Vec<String>,
}

impl ImportedLifecycle {
    /// Puts the lifecycle into a dataset, and the tiers that it needs into the storage.
    ///
    /// # Errors
    /// There is no dataset of this name (the first, when none is given).
    pub fn place(
        &self,
        storage: &mut StorageDocument,
        dataset: Option<&str>,
    ) -> Result<(), ImportError> {
        let names: Vec<String> = storage.datasets.iter().map(|d| d.name.clone()).collect();
        let found = storage
            .datasets
            .iter_mut()
            .find(|other| dataset.is_none_or(|name| other.name == name))
            .ok_or_else(|| {
                let wanted = shown(dataset.unwrap_or_default());
                ImportError::new(format!(
                    "there is no dataset {wanted:?}; there are {}",
                    listed(&names)
                ))
            })?;
        found.lifecycle = self.lifecycle.clone();
        for &storage_class in &self.classes {
            if !storage
                .tiers
                .iter()
                .any(|tier| tier.name() == storage_class.name())
            {
                let restore = RestoreSpeed::Standard;
                storage
                    .tiers
                    .push(TierDocument::Catalogue(CatalogueTierDocument {
                        storage_class,
                        restore,
                    }));
            }
        }
        Ok(())
    }
}

/// Reads a lifecycle configuration from JSON.
///
/// # Errors
/// The text is no JSON, has no enabled rule, or one that cannot be modelled; all reasons at once.
pub fn lifecycle(text: &str) -> Result<ImportedLifecycle, ImportError> {
    if text.len() > MAX_MANIFEST_BYTES {
        return Err(ImportError::new(format!(
            "the file has {} bytes; at most {MAX_MANIFEST_BYTES} are read",
            text.len()
        )));
    }
    let mut value: Value = serde_json::from_str(text)
        .map_err(|error| ImportError::new(format!("this is no JSON that can be read: {error}")))?;
    if let Some(inner) = value.get_mut("LifecycleConfiguration") {
        value = inner.take();
    }
    let mut found = Findings::new("S3 Lifecycle");
    let mut top = Fields::of("", &value, &mut found);
    let by_class = match top.take("TransitionDefaultMinimumObjectSize") {
        None => false,
        Some(Value::String(text)) if text == "all_storage_classes_128K" => false,
        Some(Value::String(text)) if text == "varies_by_storage_class" => true,
        Some(other) => {
            let words = "all_storage_classes_128K or varies_by_storage_class";
            found.error(format!(
                "TransitionDefaultMinimumObjectSize: expected is {words}, not {}",
                in_words(&other)
            ));
            false
        }
    };
    let rules = match top.take("Rules") {
        Some(Value::Array(rules)) => rules,
        _ => {
            return Err(ImportError::new(
                "there is no list of Rules in it: expected is what aws s3api get-bucket-lifecycle-configuration prints",
            ));
        }
    };
    top.note_unknown(&mut found);
    let rule = choose(&rules, &mut found)?;
    let (lifecycle, classes) = read_rule(rule, by_class, &mut found);
    let Findings { errors, notes, .. } = found;
    match lifecycle {
        Some(lifecycle) if errors.is_empty() => Ok(ImportedLifecycle {
            lifecycle,
            classes,
            notes,
        }),
        _ => Err(ImportError::new(errors.join("\n"))),
    }
}

/// The first enabled rule that moves or deletes current objects.
fn choose<'a>(rules: &'a [Value], found: &mut Findings) -> Result<Fields, ImportError> {
    let enabled = |rule: &&'a Value| rule.get("Status").and_then(Value::as_str) == Some("Enabled");
    let acts =
        |rule: &&'a Value| rule.get("Transitions").is_some() || rule.get("Expiration").is_some();
    let mut usable = rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| enabled(rule) && acts(rule));
    let Some((index, rule)) = usable.next() else {
        return Err(ImportError::new(format!(
            "none of its {} rules is enabled and has Transitions or an Expiration",
            rules.len()
        )));
    };
    let name = |rule: &Value| {
        let id = rule.get("ID").and_then(Value::as_str);
        shown(id.unwrap_or("a rule without ID"))
    };
    let others: Vec<String> = usable.map(|(_, rule)| name(rule)).collect();
    if !others.is_empty() {
        found.note(format!(
            "{} was read, the first; not {}: a dataset has one lifecycle.",
            name(rule),
            listed(&others)
        ));
    }
    if rules.iter().any(|rule| !enabled(&rule)) {
        found.note("Rules that are not enabled were left out.");
    }
    Ok(Fields::of(&format!("Rules[{index}]"), rule, found))
}

fn read_rule(
    mut rule: Fields,
    by_class: bool,
    found: &mut Findings,
) -> (Option<LifecycleDocument>, Vec<StorageClass>) {
    let _ = (rule.take("ID"), rule.take("Status"));
    for ignored in [
        "NoncurrentVersionTransitions",
        "NoncurrentVersionExpiration",
        "AbortIncompleteMultipartUpload",
    ] {
        if rule.take(ignored).is_some() {
            found.note(format!(
                "{} was left out: only current objects are modelled.",
                rule.path(ignored)
            ));
        }
    }
    if let Some(prefix) = rule.text("Prefix", found) {
        note_prefix(&prefix, found);
    }
    let mut smallest_kib = None;
    if let Some(filter) = rule.object("Filter", found) {
        read_filter(filter, &mut smallest_kib, found);
    }
    let expire_after_days = rule.object("Expiration", found).and_then(|mut expiration| {
        let _ = expiration.take("ExpiredObjectDeleteMarker");
        let days = days_of(&mut expiration, found);
        expiration.note_unknown(found);
        days
    });
    let moves = match rule.take("Transitions") {
        None => Vec::new(),
        Some(Value::Array(moves)) => read_moves(&moves, &rule.path("Transitions"), found),
        Some(other) => {
            found.error(format!(
                "{}: expected is a list, not {}",
                rule.path("Transitions"),
                in_words(&other)
            ));
            Vec::new()
        }
    };
    rule.note_unknown(found);
    let least = if by_class {
        0.0
    } else {
        DEFAULT_MIN_OBJECT_KIB
    };
    if by_class {
        found.note("varies_by_storage_class was read as: objects of every size are moved.");
    }
    build(
        moves,
        expire_after_days,
        smallest_kib.unwrap_or(least),
        found,
    )
}

fn note_prefix(prefix: &str, found: &mut Findings) {
    if !prefix.is_empty() {
        found.note(format!(
            "The rule is for objects below {:?}; here it holds for a whole dataset.",
            shown(prefix)
        ));
    }
}

fn read_filter(mut filter: Fields, smallest_kib: &mut Option<f64>, found: &mut Findings) {
    if let Some(prefix) = filter.text("Prefix", found) {
        note_prefix(&prefix, found);
    }
    if filter.take("Tag").is_some() || filter.take("Tags").is_some() {
        found.note("The rule is for tagged objects; here it holds for a whole dataset.");
    }
    if let Some(bytes) = filter
        .take("ObjectSizeGreaterThan")
        .and_then(|bytes| bytes.as_f64())
    {
        *smallest_kib = Some(bytes.max(0.0) / 1024.0);
    }
    if filter.take("ObjectSizeLessThan").is_some() {
        found.note("ObjectSizeLessThan was left out: a dataset has objects of one size.");
    }
    if let Some(inner) = filter.object("And", found) {
        read_filter(inner, smallest_kib, found);
    }
    filter.note_unknown(found);
}

fn days_of(fields: &mut Fields, found: &mut Findings) -> Option<u32> {
    if fields.take("Date").is_some() {
        found.error(format!(
            "{}: a date is not modelled; write Days",
            fields.path("Date")
        ));
    }
    fields.whole("Days", found)
}

/// Days and class of each transition; `None` for Intelligent-Tiering.
fn read_moves(
    moves: &[Value],
    path: &str,
    found: &mut Findings,
) -> Vec<(u32, Option<StorageClass>)> {
    let mut read = Vec::new();
    for (index, one) in moves.iter().enumerate() {
        let mut fields = Fields::of(&format!("{path}[{index}]"), one, found);
        let days = days_of(&mut fields, found);
        let class = fields.text("StorageClass", found);
        let class = match class.as_deref() {
            Some("STANDARD_IA") => Some(Some(StorageClass::StandardIa)),
            Some("ONEZONE_IA") => Some(Some(StorageClass::OnezoneIa)),
            Some("GLACIER_IR") => Some(Some(StorageClass::GlacierIr)),
            Some("GLACIER") => Some(Some(StorageClass::Glacier)),
            Some("DEEP_ARCHIVE") => Some(Some(StorageClass::DeepArchive)),
            Some("INTELLIGENT_TIERING") => Some(None),
            other => {
                found.error(format!(
                    "{}: {:?} is not known; STANDARD_IA, ONEZONE_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER and DEEP_ARCHIVE are",
                    fields.path("StorageClass"),
                    shown(other.unwrap_or_default())
                ));
                None
            }
        };
        if days == Some(0) {
            found.note(format!(
                "{}: 0 was read as 1: rules run once a day.",
                fields.path("Days")
            ));
        }
        fields.note_unknown(found);
        if let Some((days, class)) = days.zip(class) {
            read.push((days.max(1), class));
        }
    }
    sort_by_key(&mut read, |(days, _)| *days);
    read
}

fn build(
    moves: Vec<(u32, Option<StorageClass>)>,
    expire_after_days: Option<u32>,
    min_object_kib: f64,
    found: &mut Findings,
) -> (Option<LifecycleDocument>, Vec<StorageClass>) {
    let transition = |after_days: u32, class: StorageClass| TransitionDocument {
        after_days,
        tier: class.name().to_owned(),
    };
    if moves.is_empty() {
        let keep = KeepDocument { expire_after_days };
        return (Some(LifecycleDocument::Keep(keep)), Vec::new());
    }
    if let [(_, None)] = moves[..] {
        found.note("INTELLIGENT_TIERING was read as rules on last access: infrequent after 30 days without a read, archive-instant after 90.");
        let classes = [
            StorageClass::IntelligentInfrequent,
            StorageClass::IntelligentArchiveInstant,
        ];
        let steps = [30, 90].into_iter().zip(classes);
        let rules = ByLastAccessDocument {
            transitions: steps.map(|(days, class)| transition(days, class)).collect(),
            expire_after_days,
            min_object_kib: min_object_kib.max(DEFAULT_MIN_OBJECT_KIB),
            monitoring_usd_per_1000: StoragePrices::CURRENT.monitoring_usd_per_1000,
            moves: MovesCost::Free,
            since: RulesSince::Always,
        };
        return (
            Some(LifecycleDocument::ByLastAccess(rules)),
            classes.to_vec(),
        );
    }
    let classes: Option<Vec<StorageClass>> = moves.iter().map(|(_, class)| *class).collect();
    let Some(classes) = classes else {
        found.error("Transitions: INTELLIGENT_TIERING beside other classes is not modelled; leave one of them out");
        return (None, Vec::new());
    };
    let steps = moves.iter().zip(&classes);
    let rules = ByAgeDocument {
        transitions: steps
            .map(|((days, _), class)| transition(*days, *class))
            .collect(),
        expire_after_days,
        min_object_kib,
        keep_popular_percent: 0.0,
        since: RulesSince::Always,
    };
    (Some(LifecycleDocument::ByAge(rules)), classes)
}
