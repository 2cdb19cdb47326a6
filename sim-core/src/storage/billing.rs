//! The storage bill: every dollar belongs to one tier (or the cache) and to one resource.

use super::{ByTier, MAX_TIERS};
use crate::cost::Resource;

/// The bill of some days, US dollars.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Bill {
    held: ByTier,
    requests: ByTier,
    retrieval: ByTier,
    transitions: ByTier,
    early_deletion: ByTier,
    monitoring: ByTier,
    /// Holding the cache.
    cache: f64,
}

/// What a tier is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    /// Holding data.
    Held,
    /// Writing and reading objects, and asking for their restoration.
    Requests,
    /// Bytes read.
    Retrieval,
    /// Moves to it by lifecycle rules.
    Transitions,
    /// Objects that left before their minimum time.
    EarlyDeletion,
    /// Watching which objects are read.
    Monitoring,
}

impl Bill {
    /// Books an amount on a tier.
    pub fn add(&mut self, item: Item, tier: usize, usd: f64) {
        let by_tier = match item {
            Item::Held => &mut self.held,
            Item::Requests => &mut self.requests,
            Item::Retrieval => &mut self.retrieval,
            Item::Transitions => &mut self.transitions,
            Item::EarlyDeletion => &mut self.early_deletion,
            Item::Monitoring => &mut self.monitoring,
        };
        if let Some(sum) = by_tier.get_mut(tier) {
            *sum += usd;
        }
    }

    /// Books the cache.
    pub fn add_cache(&mut self, usd: f64) {
        self.cache += usd;
    }

    /// What the cache costs.
    pub fn cache_usd(&self) -> f64 {
        self.cache
    }

    /// By resource, in the order of [`Resource::STORAGE`].
    pub fn by_resource(&self) -> [f64; Resource::STORAGE.len()] {
        let sum = |by_tier: &ByTier| by_tier.iter().sum();
        [
            sum(&self.held),
            sum(&self.requests),
            sum(&self.retrieval),
            sum(&self.transitions),
            sum(&self.early_deletion),
            sum(&self.monitoring),
            self.cache,
        ]
    }

    /// By tier; with the cache it is all.
    pub fn by_tier(&self) -> ByTier {
        let mut usd = [0.0; MAX_TIERS];
        let items = [
            &self.held,
            &self.requests,
            &self.retrieval,
            &self.transitions,
            &self.early_deletion,
            &self.monitoring,
        ];
        for item in items {
            for (sum, part) in usd.iter_mut().zip(item) {
                *sum += part;
            }
        }
        usd
    }
}
