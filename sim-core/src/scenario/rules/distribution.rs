//! Distributions: parameters, order of quantiles, and the mean that their field allows.

use super::super::document::DistributionDocument;
use super::super::limits::{Limit, plain_number};
use super::super::problem::{Found, Problem};
use crate::random::{Distribution, DistributionError};

/// Compiles a distribution whose mean is bounded by the row `limit`, in the field's own unit.
pub(super) fn compile(
    document: &DistributionDocument,
    path: &str,
    limit: &str,
    found: &mut Found,
) -> Option<Distribution> {
    if let DistributionDocument::Empirical { quantiles } = document {
        let pairs: Vec<(f64, f64)> = quantiles
            .iter()
            .map(|quantile| (quantile.p, quantile.value))
            .collect();
        if !hold_quantiles(&pairs, path, found) {
            return None;
        }
    }
    match build(document) {
        Ok(distribution) => hold_mean(distribution, path, limit, found),
        Err(error) => {
            // The limits were held before; this speaks when the sampler is stricter than the table.
            let field = format!("{path}/{}", error.parameter);
            if !found.names(&field) {
                let message = format!(
                    "{} = {} cannot be simulated",
                    error.parameter,
                    plain_number(error.value)
                );
                found.error(field, message, format!("it must be {}", error.requirement));
            }
            None
        }
    }
}

fn build(document: &DistributionDocument) -> Result<Distribution, DistributionError> {
    match document {
        DistributionDocument::Deterministic { value } => Distribution::deterministic(*value),
        DistributionDocument::Exponential { mean } => Distribution::exponential(*mean),
        DistributionDocument::Lognormal { mean, cv } => Distribution::log_normal(*mean, *cv),
        DistributionDocument::Gamma { mean, cv } => Distribution::gamma(*mean, *cv),
        DistributionDocument::Weibull { mean, shape } => Distribution::weibull(*mean, *shape),
        DistributionDocument::Pareto { minimum, shape } => Distribution::pareto(*minimum, *shape),
        DistributionDocument::HyperExponential { mean, cv } => {
            Distribution::hyper_exponential(*mean, *cv)
        }
        DistributionDocument::Empirical { quantiles } => {
            let pairs: Vec<(f64, f64)> = quantiles
                .iter()
                .map(|quantile| (quantile.p, quantile.value))
                .collect();
            Distribution::empirical(&pairs)
        }
    }
}

/// Probabilities must rise from 0 to 1, and values must not fall.
fn hold_quantiles(pairs: &[(f64, f64)], path: &str, found: &mut Found) -> bool {
    let mut good = true;
    let mut complain = |index: usize, field: &str, message: String, hint: &str| {
        good = false;
        found.error(format!("{path}/quantiles/{index}/{field}"), message, hint);
    };
    if let (Some(first), Some(last)) = (pairs.first(), pairs.last()) {
        if first.0 != 0.0 {
            complain(
                0,
                "p",
                format!("the first quantile is at probability {}", first.0),
                "add the smallest value, at 0",
            );
        }
        if last.0 != 1.0 {
            let message = format!("the last quantile is at probability {}", last.0);
            complain(pairs.len() - 1, "p", message, "add the largest value, at 1");
        }
    }
    for (index, (left, right)) in pairs.iter().zip(pairs.iter().skip(1)).enumerate() {
        if right.0 <= left.0 {
            let message = format!(
                "probability {} does not rise above the one before, {}",
                right.0, left.0
            );
            complain(
                index + 1,
                "p",
                message,
                "sort the quantiles by probability, each once",
            );
        } else if right.1 < left.1 {
            let message = format!("value {} is below the one before, {}", right.1, left.1);
            complain(
                index + 1,
                "value",
                message,
                "values must not fall as the probability rises",
            );
        }
    }
    good
}

fn hold_mean(
    distribution: Distribution,
    path: &str,
    key: &str,
    found: &mut Found,
) -> Option<Distribution> {
    let limit = Limit::find(key)?;
    let mean = distribution.mean();
    if limit.contains(mean) {
        return Some(distribution);
    }
    let side = if mean > limit.max { "large" } else { "small" };
    let message = format!(
        "the mean, {} {}, is too {side}",
        plain_number(mean),
        limit.unit
    );
    let range = limit.range();
    found.push(
        Problem::error(path, message, format!("allowed: a mean of {range}")).with_limit(range),
    );
    None
}
