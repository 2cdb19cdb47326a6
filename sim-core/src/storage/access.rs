//! Who reads what: classes of queries by the age they look at, and objects by their popularity.
//!
//! Popularity is lognormal, as most measured popularities of files and tables nearly are. Its only parameter is told by
//! the share of the reads that go to the most read fifth of the objects; the share that goes to any top share q is
//! Φ(σ + Φ⁻¹(q)), the lognormal's Lorenz curve (Aitchison & Brown, The Lognormal Distribution, 1957). The model
//! computes with a handful of classes of equal popularity.

use crate::stats::special::{normal_cdf, normal_quantile};

/// Which ages a class of queries looks at.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Ages {
    /// Recent data first: interest halves with every so many days of age.
    Recent {
        /// Days in which interest halves, above 0.
        half_life_days: f64,
    },
    /// Every object that is held, alike.
    Uniform,
}

impl Ages {
    /// Interest in an object of this age, relative to a new one.
    pub fn interest(&self, age_days: u32) -> f64 {
        match self {
            Ages::Recent { half_life_days } => libm::exp2(-f64::from(age_days) / half_life_days),
            Ages::Uniform => 1.0,
        }
    }
}

/// Queries of one kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QueryClass {
    /// Queries a day, expected.
    pub per_day: f64,
    /// Variance of the day's gamma factor on that rate; 0 for a Poisson number of queries.
    pub over_dispersion: f64,
    /// Objects that a query reads, whole, all of one day's data; at least 1.
    pub objects: u32,
    /// How many objects it reads at the same time; at least 1.
    pub parallel_reads: u32,
    /// The ages it looks at.
    pub ages: Ages,
}

/// Objects of about equal popularity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PopularityClass {
    /// Share of the objects, 0..1.
    pub objects: f64,
    /// Share of the reads, 0..1.
    pub reads: f64,
    /// Whether they stay in the first tier for their popularity.
    pub kept: bool,
}

impl PopularityClass {
    /// Reads of one object over those of an average object.
    pub fn popularity(&self) -> f64 {
        if self.objects > 0.0 {
            self.reads / self.objects
        } else {
            0.0
        }
    }
}

/// Shares of the most read objects at which classes end.
const TOP_SHARES: [f64; 4] = [0.02, 0.1, 0.2, 0.5];

/// The classes, the most read first. `top_fifth` is the share of the reads that the most read fifth of the objects gets,
/// 0.2 (no difference) to below 1; `keep_share` the share of the objects that is kept for its popularity.
pub fn popularity_classes(top_fifth: f64, keep_share: f64) -> Vec<PopularityClass> {
    let fifth = normal_quantile(0.2);
    let sigma = (normal_quantile(top_fifth.clamp(0.2, 0.9999)) - fifth).max(0.0);
    let reads_of_top = |top: f64| {
        if top >= 1.0 {
            1.0
        } else if sigma > 0.0 {
            normal_cdf(sigma + normal_quantile(top))
        } else {
            top
        }
    };
    let mut ends: Vec<f64> = if sigma > 0.0 {
        TOP_SHARES.to_vec()
    } else {
        Vec::new()
    };
    ends.push(1.0);
    if keep_share > 0.0 && keep_share < 1.0 {
        ends.push(keep_share);
    }
    ends.sort_unstable_by(f64::total_cmp);
    ends.dedup();
    let (mut start, mut reads_start) = (0.0, 0.0);
    let class = |end: f64| {
        let reads_end = reads_of_top(end);
        let class = PopularityClass {
            objects: end - start,
            reads: reads_end - reads_start,
            kept: end <= keep_share,
        };
        (start, reads_start) = (end, reads_end);
        class
    };
    ends.into_iter().map(class).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_a_partition_and_the_most_read_fifth_gets_its_share() {
        for (top_fifth, keep) in [(0.2, 0.0), (0.8, 0.0), (0.8, 0.05), (0.99, 0.3), (0.5, 1.0)] {
            let classes = popularity_classes(top_fifth, keep);
            let sum = |of: fn(&PopularityClass) -> f64| classes.iter().map(of).sum::<f64>();
            assert!((sum(|class| class.objects) - 1.0).abs() < 1e-12);
            assert!((sum(|class| class.reads) - 1.0).abs() < 1e-12);
            let kept = classes.iter().filter(|class| class.kept);
            assert!((kept.map(|class| class.objects).sum::<f64>() - keep).abs() < 1e-12);
            let popularity: Vec<f64> = classes.iter().map(|c| c.popularity()).collect();
            assert!(
                popularity.is_sorted_by(|a, b| a + 1e-9 >= *b),
                "{popularity:?}"
            );
            let mut objects = 0.0;
            let top = classes.iter().take_while(|class| {
                objects += class.objects;
                objects < 0.2 + 1e-9
            });
            let reads: f64 = top.map(|class| class.reads).sum();
            assert!(
                top_fifth == 0.2 || (reads - top_fifth).abs() < 1e-9,
                "{reads}"
            );
        }
    }

    #[test]
    fn interest_halves() {
        let ages = Ages::Recent {
            half_life_days: 7.0,
        };
        assert_eq!([0, 7, 14].map(|age| ages.interest(age)), [1.0, 0.5, 0.25]);
    }
}
