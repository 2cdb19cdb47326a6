//! A dated price list of object storage: the classes of Amazon S3.

use crate::scenario::document::{RestoreSpeed, StorageClass};

/// A storage class with its prices, US dollars, and its minimum charges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoragePrice {
    /// The class.
    pub class: StorageClass,
    /// Holding a GB (2³⁰ bytes) for a month; of S3 Standard the first 50 TB.
    pub usd_per_gb_month: f64,
    /// Writing a thousand objects (PUT, COPY, POST, LIST).
    pub put_usd_per_1000: f64,
    /// Reading a thousand objects (GET, SELECT).
    pub get_usd_per_1000: f64,
    /// Moving a thousand objects to it by a lifecycle rule.
    pub transition_usd_per_1000: f64,
    /// Reading a GB from it; of the archives see [`StoragePrices::restore`].
    pub retrieval_usd_per_gb: f64,
    /// Days that an object is paid for at least.
    pub min_days: u32,
    /// Size that an object is billed as at least, KiB.
    pub min_object_kib: f64,
    /// Index data billed with each object at the class's price, KiB.
    pub index_kib: f64,
    /// Index data billed with each object at the price of S3 Standard, KiB.
    pub standard_index_kib: f64,
}

/// Restoring archived objects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RestorePrice {
    /// The archive.
    pub class: StorageClass,
    /// How fast.
    pub speed: RestoreSpeed,
    /// A thousand requests, US dollars.
    pub usd_per_1000: f64,
    /// A GB, US dollars.
    pub usd_per_gb: f64,
    /// The published shortest and longest time, hours; where only the longest is published, that.
    pub hours: (f64, f64),
}

/// Prices of one provider and region on one day.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StoragePrices {
    /// Name of the list with its date; every report on storage carries it.
    pub id: &'static str,
    /// Day of the prices, ISO 8601.
    pub date: &'static str,
    /// Region the prices hold for.
    pub region: &'static str,
    /// Where the prices come from.
    pub origin: &'static str,
    /// The classes.
    pub classes: &'static [StoragePrice],
    /// Restorations.
    pub restores: &'static [RestorePrice],
    /// Watching a thousand objects for a month (S3 Intelligent-Tiering), US dollars.
    pub monitoring_usd_per_1000: f64,
}

const fn price(
    class: StorageClass,
    usd_per_gb_month: f64,
    [put, get, transition]: [f64; 3],
    retrieval_usd_per_gb: f64,
    (min_days, min_object_kib): (u32, f64),
    (index_kib, standard_index_kib): (f64, f64),
) -> StoragePrice {
    StoragePrice {
        class,
        usd_per_gb_month,
        put_usd_per_1000: put,
        get_usd_per_1000: get,
        transition_usd_per_1000: transition,
        retrieval_usd_per_gb,
        min_days,
        min_object_kib,
        index_kib,
        standard_index_kib,
    }
}

const fn restore(
    class: StorageClass,
    speed: RestoreSpeed,
    usd_per_1000: f64,
    usd_per_gb: f64,
    hours: (f64, f64),
) -> RestorePrice {
    RestorePrice {
        class,
        speed,
        usd_per_1000,
        usd_per_gb,
        hours,
    }
}

/// A price list by class, as infracost's golden files have it.
const CLASSES: &[StoragePrice] = &[
    price(
        StorageClass::Standard,
        0.023,
        [0.005, 0.0004, 0.0],
        0.0,
        (0, 0.0),
        (0.0, 0.0),
    ),
    price(
        StorageClass::StandardIa,
        0.0125,
        [0.01, 0.001, 0.01],
        0.01,
        (30, 128.0),
        (0.0, 0.0),
    ),
    price(
        StorageClass::OnezoneIa,
        0.01,
        [0.01, 0.001, 0.01],
        0.01,
        (30, 128.0),
        (0.0, 0.0),
    ),
    price(
        StorageClass::GlacierIr,
        0.004,
        [0.02, 0.01, 0.02],
        0.03,
        (90, 128.0),
        (0.0, 0.0),
    ),
    price(
        StorageClass::Glacier,
        0.0036,
        [0.03, 0.0004, 0.03],
        0.0,
        (90, 0.0),
        (32.0, 8.0),
    ),
    price(
        StorageClass::DeepArchive,
        0.000_99,
        [0.05, 0.0004, 0.05],
        0.0,
        (180, 0.0),
        (32.0, 8.0),
    ),
    price(
        StorageClass::IntelligentInfrequent,
        0.0125,
        [0.005, 0.0004, 0.01],
        0.0,
        (0, 0.0),
        (0.0, 0.0),
    ),
    price(
        StorageClass::IntelligentArchiveInstant,
        0.004,
        [0.005, 0.0004, 0.01],
        0.0,
        (0, 0.0),
        (0.0, 0.0),
    ),
];

const RESTORES: &[RestorePrice] = &[
    restore(
        StorageClass::Glacier,
        RestoreSpeed::Expedited,
        10.0,
        0.03,
        (1.0 / 60.0, 5.0 / 60.0),
    ),
    restore(
        StorageClass::Glacier,
        RestoreSpeed::Standard,
        0.03,
        0.01,
        (3.0, 5.0),
    ),
    restore(
        StorageClass::Glacier,
        RestoreSpeed::Bulk,
        0.0,
        0.0,
        (5.0, 12.0),
    ),
    restore(
        StorageClass::DeepArchive,
        RestoreSpeed::Standard,
        0.1,
        0.02,
        (12.0, 12.0),
    ),
    restore(
        StorageClass::DeepArchive,
        RestoreSpeed::Bulk,
        0.025,
        0.0025,
        (48.0, 48.0),
    ),
];

impl StoragePrices {
    /// The list that this engine uses.
    pub const CURRENT: StoragePrices = StoragePrices {
        id: "s3-us-east-1-2024-07-01",
        date: "2024-07-01",
        region: "us-east-1",
        origin: "infracost's golden files for Amazon S3, us-east-1, 2024-07-01; Glacier Instant Retrieval's and the archive-instant tier's from AWS's price page",
        classes: CLASSES,
        restores: RESTORES,
        monitoring_usd_per_1000: 0.0025,
    };

    /// The prices of a class.
    pub fn class(&self, class: StorageClass) -> Option<&'static StoragePrice> {
        self.classes.iter().find(|price| price.class == class)
    }

    /// How objects of a class are restored at a speed; `None` where they are not.
    pub fn restore(
        &self,
        class: StorageClass,
        speed: RestoreSpeed,
    ) -> Option<&'static RestorePrice> {
        let mut restores = self.restores.iter();
        restores.find(|restore| restore.class == class && restore.speed == speed)
    }
}
