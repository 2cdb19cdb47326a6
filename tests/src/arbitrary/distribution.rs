//! Random distributions of times.

use proptest::prelude::*;
use sim_core::scenario::document::*;

/// A distribution whose mean lies within a factor of about 30 of `scale`, of any kind.
pub fn distribution(scale: f64) -> impl Strategy<Value = DistributionDocument> {
    let mean = move || (0.3..3.0_f64).prop_map(move |factor| factor * scale);
    let quantiles = (
        proptest::collection::vec((0.01..1.0_f64, 0.1..3.0_f64), 1..8),
        mean(),
    )
        .prop_map(|(gaps, start)| {
            let total: f64 = gaps.iter().map(|(gap, _)| gap).sum();
            let (mut p, mut value) = (0.0, start);
            let mut quantiles = vec![QuantileDocument { p, value }];
            for (gap, growth) in &gaps {
                p += gap / total;
                value += growth * start;
                quantiles.push(QuantileDocument { p, value });
            }
            if let Some(last) = quantiles.last_mut() {
                last.p = 1.0;
            }
            DistributionDocument::Empirical { quantiles }
        });
    prop_oneof![
        mean().prop_map(|value| DistributionDocument::Deterministic { value }),
        mean().prop_map(|mean| DistributionDocument::Exponential { mean }),
        (mean(), 0.01..3.0_f64).prop_map(|(mean, cv)| DistributionDocument::Lognormal { mean, cv }),
        (mean(), 0.01..3.0_f64).prop_map(|(mean, cv)| DistributionDocument::Gamma { mean, cv }),
        (mean(), 0.4..10.0_f64)
            .prop_map(|(mean, shape)| DistributionDocument::Weibull { mean, shape }),
        (mean(), 1.5..10.0_f64)
            .prop_map(|(minimum, shape)| DistributionDocument::Pareto { minimum, shape }),
        (mean(), 1.0..5.0_f64)
            .prop_map(|(mean, cv)| DistributionDocument::HyperExponential { mean, cv }),
        quantiles,
    ]
}
