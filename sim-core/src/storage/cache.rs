//! The cache in front of the tiers: whole objects, least recently used first out.
//!
//! Che's approximation: an object stays for a time T after its last read, the same for all objects, where T is such that
//! what is expected to be in the cache fills it: Σ size (1 − e^(−λT)) = capacity. A read of an object with λ reads a day
//! hits with probability 1 − e^(−λT).
//!
//! Source: Che, Tung & Wang, "Hierarchical Web Caching Systems", IEEE JSAC 20(7), 2002; for objects of many sizes and
//! its accuracy, Fricker, Robert & Roberts, "A versatile and accurate approximation for LRU cache performance", 2012.

use crate::random::Distribution;

/// Longest characteristic time, days: longer is for ever.
const LONGEST_DAYS: f64 = 1e6;
/// Shortest one, a tenth of a second.
const SHORTEST_DAYS: f64 = 1e-6;

/// A cache.
#[derive(Clone, Debug, PartialEq)]
pub struct Cache {
    /// What it holds, GiB.
    pub capacity_gib: f64,
    /// A GiB of it for a month, US dollars.
    pub usd_per_gib_month: f64,
    /// From asking to the first byte, seconds.
    pub first_byte_s: Distribution,
    /// What one connection reads, MiB per second.
    pub throughput_mib_per_s: f64,
}

/// Objects that are read equally often.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Population {
    /// Their size together, GiB.
    pub gib: f64,
    /// Reads of one of them a day.
    pub reads_per_day: f64,
}

/// The characteristic time in days, 0 for a cache of no size.
pub fn characteristic_days(populations: &[Population], capacity_gib: f64) -> f64 {
    if capacity_gib <= 0.0 {
        return 0.0;
    }
    let filled = |days: f64| {
        let part =
            |population: &Population| population.gib * hit_share(population.reads_per_day, days);
        populations.iter().map(part).sum::<f64>()
    };
    if filled(LONGEST_DAYS) <= capacity_gib {
        return LONGEST_DAYS;
    }
    // By bisection of the logarithm: 48 halvings of 28 to less than the twelfth digit.
    let (mut low, mut high) = (libm::log(SHORTEST_DAYS), libm::log(LONGEST_DAYS));
    for _ in 0..48 {
        let middle = 0.5 * (low + high);
        if filled(libm::exp(middle)) > capacity_gib {
            high = middle;
        } else {
            low = middle;
        }
    }
    libm::exp(low)
}

/// Share of the reads of such an object that the cache answers.
pub fn hit_share(reads_per_day: f64, characteristic_days: f64) -> f64 {
    let x = reads_per_day * characteristic_days;
    if x < 1e-8 { x } else { -libm::expm1(-x) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_objects_hit_as_often_as_the_cache_is_large() {
        let populations = [Population {
            gib: 80.0,
            reads_per_day: 3.0,
        }];
        let days = characteristic_days(&populations, 20.0);
        assert!((hit_share(3.0, days) - 0.25).abs() < 1e-9);
        assert_eq!(characteristic_days(&populations, 0.0), 0.0);
        assert!(hit_share(3.0, characteristic_days(&populations, 80.0)) > 1.0 - 1e-12);
    }

    /// Zipf with exponent 1 over 10,000 objects, cache of 1,000: the same sum, solved by fixed-point iteration in
    /// the test.
    #[test]
    fn zipf_popularity_fills_the_cache() {
        let populations: Vec<Population> = (1..=10_000)
            .map(|rank| Population {
                gib: 1.0,
                reads_per_day: 1.0 / f64::from(rank),
            })
            .collect();
        let days = characteristic_days(&populations, 1000.0);
        let held: f64 = populations
            .iter()
            .map(|p| 1.0 - libm::exp(-p.reads_per_day * days))
            .sum();
        assert!((held - 1000.0).abs() < 1e-6, "{held}");
    }
}
