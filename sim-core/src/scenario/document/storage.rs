//! Tiered storage beside the request path.

use super::DistributionDocument;
use super::serving::is_default;
use crate::scenario::read::FromValue;
use serde::Serialize;

/// Data in storage tiers, who reads them, and the rules that move them. It runs beside the requests, day by day.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StorageDocument {
    /// The tiers; data are written to the first.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.tiers")))]
    pub tiers: Vec<TierDocument>,
    /// A cache in front of the tiers; without it every read goes to a tier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cache: Option<StorageCacheDocument>,
    /// The datasets.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.datasets")))]
    pub datasets: Vec<DatasetDocument>,
    /// How fast queries shall be; it is one of the objectives.
    pub target: QueryTargetDocument,
}

/// A share of the queries within a time.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QueryTargetDocument {
    /// A query is fast enough when its data are read within this time.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.within_s")))]
    pub within_s: f64,
    /// Share of the queries of the window that shall be.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.target_percent")))]
    pub target_percent: f64,
}

/// A storage tier.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum TierDocument {
    /// A storage class of Amazon S3 at its published prices in us-east-1; lifecycle rules know it by the class.
    Catalogue(CatalogueTierDocument),
    /// A tier with values of your own.
    Custom(CustomTierDocument),
}

impl TierDocument {
    /// The name that lifecycle rules know it by.
    pub fn name(&self) -> &str {
        match self {
            Self::Catalogue(tier) => tier.storage_class.name(),
            Self::Custom(tier) => &tier.name,
        }
    }
}

/// A storage class of the price list.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CatalogueTierDocument {
    /// The class.
    pub storage_class: StorageClass,
    /// How archived objects are restored; the other classes are read at once.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "standard")))]
    pub restore: RestoreSpeed,
}

/// A storage class of Amazon S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum StorageClass {
    /// S3 Standard: no retrieval price, no minimum.
    Standard,
    /// S3 Standard-Infrequent Access: 30 days and 128 KiB at least, retrieval 0.01 USD/GB.
    StandardIa,
    /// S3 One Zone-Infrequent Access: as Standard-IA in one zone.
    OnezoneIa,
    /// S3 Glacier Instant Retrieval: 90 days and 128 KiB at least, retrieval 0.03 USD/GB, read at once.
    GlacierIr,
    /// S3 Glacier Flexible Retrieval: 90 days at least; restored within minutes to 12 hours.
    Glacier,
    /// S3 Glacier Deep Archive: 180 days at least; restored within 12 to 48 hours.
    DeepArchive,
    /// Infrequent tier of S3 Intelligent-Tiering: for rules on last access, which pay for watching instead of retrieval.
    IntelligentInfrequent,
    /// Archive-instant tier of S3 Intelligent-Tiering.
    IntelligentArchiveInstant,
}

impl StorageClass {
    /// The name, as the document has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::StandardIa => "standard_ia",
            Self::OnezoneIa => "onezone_ia",
            Self::GlacierIr => "glacier_ir",
            Self::Glacier => "glacier",
            Self::DeepArchive => "deep_archive",
            Self::IntelligentInfrequent => "intelligent_infrequent",
            Self::IntelligentArchiveInstant => "intelligent_archive_instant",
        }
    }
}

/// How archived objects are restored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RestoreSpeed {
    /// Glacier 3 to 5 hours, Deep Archive 12 hours.
    #[default]
    Standard,
    /// Glacier 1 to 5 minutes; Deep Archive has none.
    Expedited,
    /// Glacier 5 to 12 hours, Deep Archive 48 hours.
    Bulk,
}

/// A tier with values of your own.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CustomTierDocument {
    /// Name, by which lifecycle rules know it.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.name")))]
    pub name: String,
    /// Holding a GiB for a month of 730 hours.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.usd_per_gib_month")))]
    pub usd_per_gib_month: f64,
    /// Writing a thousand objects to it.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.put_usd_per_1000")))]
    pub put_usd_per_1000: f64,
    /// Reading a thousand objects from it.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.get_usd_per_1000")))]
    pub get_usd_per_1000: f64,
    /// Moving a thousand objects to it by a lifecycle rule.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.transition_usd_per_1000")))]
    pub transition_usd_per_1000: f64,
    /// Reading a GiB from it.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.retrieval_usd_per_gib")))]
    pub retrieval_usd_per_gib: f64,
    /// An object that leaves sooner is paid for as long.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.min_days")))]
    pub min_days: u32,
    /// A smaller object is billed as if it had this size.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.min_object_kib")))]
    pub min_object_kib: f64,
    /// From asking to the first byte.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.first_byte_ms")))]
    pub first_byte_ms: DistributionDocument,
    /// What one connection reads.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.throughput_mib_per_s")))]
    pub throughput_mib_per_s: f64,
    /// Data must be restored before they can be read, which takes so long; without it they can be read at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.restore_hours")))]
    pub restore_hours: Option<f64>,
}

/// A cache of whole objects; the least recently used goes first.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StorageCacheDocument {
    /// What it holds.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.capacity_gib")))]
    pub capacity_gib: f64,
    /// A GiB of it for a month; an EBS gp3 volume costs 0.08.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.cache_usd_per_gib_month")))]
    pub usd_per_gib_month: f64,
    /// From asking to the first byte.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.first_byte_ms")))]
    pub first_byte_ms: DistributionDocument,
    /// What one connection reads.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.throughput_mib_per_s")))]
    pub throughput_mib_per_s: f64,
}

/// Objects of about one size, written day by day.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DatasetDocument {
    /// Name shown in reports.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.name")))]
    pub name: String,
    /// Data written on the first day of the window.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.ingest_gib_per_day")))]
    pub ingest_gib_per_day: f64,
    /// Growth of what is written a day, by the month; it holds for the days before the window too.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.growth_percent_per_month")))]
    pub growth_percent_per_month: f64,
    /// Days before the window on which data were written too: the age of the oldest data at its start, unless they have expired.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.history_days")))]
    pub history_days: u32,
    /// Size of an object.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.object_mib")))]
    pub object_mib: f64,
    /// Share of the reads that go to the most read fifth of the objects of an age: 20 when all are read alike, 80 is common.
    #[serde(default = "top_fifth_percent")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.top_fifth_percent")))]
    pub top_fifth_percent: f64,
    /// Where its objects go as they age.
    pub lifecycle: LifecycleDocument,
    /// Who reads it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.queries")))]
    pub queries: Vec<QueryDocument>,
}

/// Queries of one kind. Each reads objects of one day's data, and waits for the slowest of them.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QueryDocument {
    /// Name shown in reports.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.name")))]
    pub name: String,
    /// Queries a day.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.queries_per_day")))]
    pub per_day: f64,
    /// Variance of the random factor on each day's number; 0 is pure chance (Poisson), 1 doubles or empties many a day.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.over_dispersion")))]
    pub over_dispersion: f64,
    /// Objects that a query reads, whole.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.objects")))]
    pub objects: u32,
    /// Objects that it reads at the same time.
    #[serde(default = "parallel_reads")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.parallel_reads")))]
    pub parallel_reads: u32,
    /// The ages that it looks at.
    pub ages: AgesDocument,
}

/// Which ages of data queries look at.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum AgesDocument {
    /// Recent data first: interest halves with age.
    Recent {
        /// Age at which interest is half of that in new data.
        #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.half_life_days")))]
        half_life_days: f64,
    },
    /// All data alike, old and new: audits, training runs, re-computations.
    Uniform {},
}

/// Where objects go as they age.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum LifecycleDocument {
    /// Everything stays in the first tier.
    Keep(KeepDocument),
    /// Objects move when they reach an age, as by S3 Lifecycle.
    ByAge(ByAgeDocument),
    /// Objects move when nobody has read them for so long, and back when someone does, as by S3 Intelligent-Tiering.
    ByLastAccess(ByLastAccessDocument),
}

/// Everything stays in the first tier.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct KeepDocument {
    /// Age at which objects are deleted; without it they are kept for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.expire_after_days")))]
    pub expire_after_days: Option<u32>,
}

/// Objects move when they reach an age.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ByAgeDocument {
    /// Steps in the order of their age.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.transitions")))]
    pub transitions: Vec<TransitionDocument>,
    /// Age at which objects are deleted; without it they are kept for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.expire_after_days")))]
    pub expire_after_days: Option<u32>,
    /// Smaller objects stay in the first tier; S3 does not move those below 128 KiB.
    #[serde(default = "min_object_kib", skip_serializing_if = "is_min_object_kib")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.moved_object_kib")))]
    pub min_object_kib: f64,
    /// The most read objects, this share of all, stay in the first tier.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.keep_popular_percent")))]
    pub keep_popular_percent: f64,
    /// Whether the rules have been there all along.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "always")))]
    pub since: RulesSince,
}

/// Objects move when nobody has read them for so long.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ByLastAccessDocument {
    /// Steps in the order of their days without a read.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.transitions")))]
    pub transitions: Vec<TransitionDocument>,
    /// Age at which objects are deleted; without it they are kept for ever.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.expire_after_days")))]
    pub expire_after_days: Option<u32>,
    /// Smaller objects stay in the first tier and are not watched; S3 has 128 KiB.
    #[serde(default = "min_object_kib", skip_serializing_if = "is_min_object_kib")]
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.moved_object_kib")))]
    pub min_object_kib: f64,
    /// Watching a thousand objects for a month.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.monitoring_usd_per_1000")))]
    pub monitoring_usd_per_1000: f64,
    /// Whether moves and retrieval cost something beside the watching.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "free")))]
    pub moves: MovesCost,
    /// Whether the rules have been there all along.
    #[serde(default, skip_serializing_if = "is_default")]
    #[cfg_attr(feature = "schema", schemars(extend("default" = "always")))]
    pub since: RulesSince,
}

/// Since when rules hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum RulesSince {
    /// All along: what is old is already where they put it.
    #[default]
    Always,
    /// From the start of the window: until then everything is in the first tier, and moving it is part of the cost.
    WindowStart,
}

/// What moves between tiers cost under rules on last access.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MovesCost {
    /// Nothing, nor does retrieval: S3 Intelligent-Tiering.
    #[default]
    Free,
    /// The tiers' prices for transitions, writes and retrieval.
    Charged,
}

/// From here on, that tier.
#[derive(Clone, Debug, PartialEq, Serialize, FromValue)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TransitionDocument {
    /// Age, or days without a read, at which objects move.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.after_days")))]
    pub after_days: u32,
    /// Name of the tier.
    #[cfg_attr(feature = "schema", schemars(extend("x-limit" = "storage.tier")))]
    pub tier: String,
}

fn top_fifth_percent() -> f64 {
    20.0
}

fn parallel_reads() -> u32 {
    16
}

fn min_object_kib() -> f64 {
    128.0
}

fn is_min_object_kib(value: &f64) -> bool {
    *value == min_object_kib()
}
