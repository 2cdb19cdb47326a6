//! A storage tier: prices, minimum charges, and how fast its data are there.

use super::{ByTier, DAYS_PER_MONTH, MAX_TIERS};
use crate::cost::storage_prices::StoragePrice;
use crate::random::Distribution;

/// KiB of a GiB.
const KIB_PER_GIB: f64 = 1024.0 * 1024.0;

/// A storage tier. Prices are US dollars.
#[derive(Clone, Debug, PartialEq)]
pub struct Tier {
    /// Name, by which lifecycle rules know it.
    pub name: String,
    /// Holding a GiB for a month of 730 hours.
    pub usd_per_gib_month: f64,
    /// Writing a thousand objects to it.
    pub put_usd_per_1000: f64,
    /// Reading a thousand objects from it.
    pub get_usd_per_1000: f64,
    /// Moving a thousand objects to it by a lifecycle rule.
    pub transition_usd_per_1000: f64,
    /// Reading a GiB from it.
    pub retrieval_usd_per_gib: f64,
    /// Days that an object is paid for at least, however soon it leaves.
    pub min_days: u32,
    /// Size that an object is billed as at least, KiB.
    pub min_object_kib: f64,
    /// Index data billed with each object at this tier's price, KiB.
    pub index_kib: f64,
    /// Index data billed with each object at the first tier's price, KiB.
    pub first_tier_index_kib: f64,
    /// From asking to the first byte, seconds.
    pub first_byte_s: Distribution,
    /// From asking for data that must be restored before they can be read to their being there, seconds; `None` where
    /// they can be read at once.
    pub restore_s: Option<Distribution>,
    /// Asking for the restoration of a thousand objects.
    pub restore_usd_per_1000: f64,
    /// What one connection reads, MiB per second.
    pub throughput_mib_per_s: f64,
}

impl Tier {
    /// A class of the price list whose data can be read at once: after `first_byte_s`, at `throughput_mib_per_s`.
    pub fn listed(
        price: &StoragePrice,
        first_byte_s: Distribution,
        throughput_mib_per_s: f64,
    ) -> Self {
        Self {
            name: price.class.name().to_owned(),
            usd_per_gib_month: price.usd_per_gb_month,
            put_usd_per_1000: price.put_usd_per_1000,
            get_usd_per_1000: price.get_usd_per_1000,
            transition_usd_per_1000: price.transition_usd_per_1000,
            retrieval_usd_per_gib: price.retrieval_usd_per_gb,
            min_days: price.min_days,
            min_object_kib: price.min_object_kib,
            index_kib: price.index_kib,
            first_tier_index_kib: price.standard_index_kib,
            first_byte_s,
            restore_s: None,
            restore_usd_per_1000: 0.0,
            throughput_mib_per_s,
        }
    }

    /// What it takes until data flow: the restoration where there is one, else the first byte.
    pub fn wait_s(&self) -> &Distribution {
        self.restore_s.as_ref().unwrap_or(&self.first_byte_s)
    }

    /// Holding one object for a month: the larger of its size and the minimum, and the index data.
    pub fn object_usd_per_month(&self, object_kib: f64, first_tier_usd_per_gib_month: f64) -> f64 {
        let own = object_kib.max(self.min_object_kib) + self.index_kib;
        (own * self.usd_per_gib_month + self.first_tier_index_kib * first_tier_usd_per_gib_month)
            / KIB_PER_GIB
    }
}

/// What an object of one size costs a day in each tier.
pub fn object_usd_per_day(tiers: &[Tier], object_kib: f64) -> ByTier {
    let first = tiers.first().map_or(0.0, |tier| tier.usd_per_gib_month);
    let mut usd = [0.0; MAX_TIERS];
    for (usd, tier) in usd.iter_mut().zip(tiers) {
        *usd = tier.object_usd_per_month(object_kib, first) / DAYS_PER_MONTH;
    }
    usd
}
