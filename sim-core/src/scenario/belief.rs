//! What is believed about a number, made ready to draw from.
//!
//! Every belief is its quantile function, so that one uniform number gives one value, monotonically: designs that
//! share the uniform share the luck. Lognormal and normal go through their P5 and P95 (Φ⁻¹(0.95) = 1.645 standard
//! deviations from the median); the triangular one is Kotz & van Dorp, "Beyond Beta", 2004, §1.2; measured samples are
//! drawn with replacement.

use super::document::BeliefDocument;
use crate::stats::special::normal_quantile;

/// A belief whose parameters fit together.
#[derive(Clone, Debug, PartialEq)]
pub struct Belief {
    shape: Shape,
}

#[derive(Clone, Debug, PartialEq)]
enum Shape {
    /// Mean and standard deviation of the logarithm.
    Lognormal(f64, f64),
    /// Mean and standard deviation.
    Normal(f64, f64),
    Uniform(f64, f64),
    Triangular(f64, f64, f64),
    /// Values with the probability of being at or below them.
    Steps(Vec<(f64, f64)>),
}

impl Belief {
    /// A belief of these parameters.
    ///
    /// # Errors
    /// How they do not fit together, in words.
    pub fn new(document: &BeliefDocument) -> Result<Self, String> {
        let spread = |low: f64, high: f64| (high - low) / (2.0 * normal_quantile(0.95));
        let shape = match document {
            BeliefDocument::Lognormal { p5, p95 } if *p5 > 0.0 && p5 < p95 => {
                let (low, high) = (libm::log(*p5), libm::log(*p95));
                Shape::Lognormal(0.5 * (low + high), spread(low, high))
            }
            BeliefDocument::Normal { p5, p95 } if p5 < p95 => {
                Shape::Normal(0.5 * (p5 + p95), spread(*p5, *p95))
            }
            BeliefDocument::Lognormal { .. } | BeliefDocument::Normal { .. } => {
                return Err("p5 must lie below p95".to_owned());
            }
            BeliefDocument::Uniform { low, high } if low < high => Shape::Uniform(*low, *high),
            BeliefDocument::Uniform { .. } => return Err("low must lie below high".to_owned()),
            BeliefDocument::Triangular { low, mode, high }
                if low <= mode && mode <= high && low < high =>
            {
                Shape::Triangular(*low, *mode, *high)
            }
            BeliefDocument::Triangular { .. } => {
                return Err("low, mode and high must ascend".to_owned());
            }
            BeliefDocument::Discrete { values, weights } => discrete(values, weights)?,
            BeliefDocument::Samples { samples } => {
                let mut sorted = samples.clone();
                sorted.sort_unstable_by(f64::total_cmp);
                let weights = vec![1.0; sorted.len()];
                steps(&sorted, &weights)
            }
        };
        Ok(Self { shape })
    }

    /// The value that is undershot with probability `p`, 0..1 (not at the ends).
    pub fn quantile(&self, p: f64) -> f64 {
        match &self.shape {
            Shape::Lognormal(mean, sd) => libm::exp(mean + sd * normal_quantile(p)),
            Shape::Normal(mean, sd) => mean + sd * normal_quantile(p),
            Shape::Uniform(low, high) => low + p * (high - low),
            Shape::Triangular(low, mode, high) => {
                let (width, rise, fall) = (high - low, mode - low, high - mode);
                if p * width < rise {
                    low + (p * width * rise).sqrt()
                } else {
                    high - ((1.0 - p) * width * fall).sqrt()
                }
            }
            Shape::Steps(steps) => {
                let at = steps.partition_point(|(_, below)| *below < p);
                let step = steps.get(at).or(steps.last());
                step.map_or(f64::NAN, |(value, _)| *value)
            }
        }
    }

    /// The middle value.
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }
}

fn discrete(values: &[f64], weights: &[f64]) -> Result<Shape, String> {
    if values.len() != weights.len() {
        return Err("there must be one weight for each value".to_owned());
    }
    if !values.is_sorted_by(|a, b| a < b) {
        return Err("the values must ascend".to_owned());
    }
    if weights.iter().sum::<f64>() <= 0.0 {
        return Err("some weight must be above 0".to_owned());
    }
    Ok(steps(values, weights))
}

fn steps(values: &[f64], weights: &[f64]) -> Shape {
    let total: f64 = weights.iter().sum();
    let mut sum = 0.0;
    let steps = values
        .iter()
        .zip(weights)
        .filter(|(_, weight)| **weight > 0.0);
    Shape::Steps(
        steps
            .map(|(value, weight)| {
                sum += weight;
                (*value, sum / total)
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn belief(document: BeliefDocument) -> Belief {
        Belief::new(&document).unwrap_or_else(|message| unreachable!("{message}"))
    }

    #[test]
    fn quantiles_are_those_that_were_given() {
        let (p5, p95) = (300.0, 700.0);
        let close = |a: f64, b: f64| (a - b).abs() < 1e-9 * b.abs();
        let lognormal = belief(BeliefDocument::Lognormal { p5, p95 });
        let normal = belief(BeliefDocument::Normal { p5, p95 });
        for belief in [&lognormal, &normal] {
            assert!(close(belief.quantile(0.05), p5) && close(belief.quantile(0.95), p95));
        }
        // The median of a lognormal is the geometric mean of any two opposite quantiles.
        assert!(close(lognormal.median(), (p5 * p95).sqrt()));
        assert!(close(normal.median(), 500.0));
    }

    #[test]
    fn triangular_and_uniform_have_their_closed_forms() {
        let (low, mode, high) = (2.0, 3.0, 7.0);
        let triangular = belief(BeliefDocument::Triangular { low, mode, high });
        // P(X <= mode) = (mode − low) / (high − low) = 0.2.
        assert!((triangular.quantile(0.2) - 3.0).abs() < 1e-12);
        // P(X > x) = (7 − x)² / (5 · 4): x = 5 at 0.8.
        assert!((triangular.quantile(0.8) - 5.0).abs() < 1e-12);
        let uniform = belief(BeliefDocument::Uniform { low, high });
        assert_eq!(uniform.quantile(0.25), 3.25);
    }

    #[test]
    fn steps_come_by_their_weight() {
        let discrete = belief(BeliefDocument::Discrete {
            values: vec![1.0, 2.0, 5.0],
            weights: vec![1.0, 0.0, 3.0],
        });
        let drawn = [0.1, 0.25, 0.26, 0.99].map(|p| discrete.quantile(p));
        assert_eq!(drawn, [1.0, 1.0, 5.0, 5.0]);
        let samples = belief(BeliefDocument::Samples {
            samples: vec![9.0, 4.0, 4.0, 1.0],
        });
        let drawn = [0.1, 0.3, 0.6, 0.9].map(|p| samples.quantile(p));
        assert_eq!(drawn, [1.0, 4.0, 4.0, 9.0]);
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        for document in [
            BeliefDocument::Lognormal { p5: 2.0, p95: 2.0 },
            BeliefDocument::Normal { p5: 2.0, p95: 1.0 },
            BeliefDocument::Uniform {
                low: 2.0,
                high: 2.0,
            },
            BeliefDocument::Triangular {
                low: 2.0,
                mode: 1.0,
                high: 3.0,
            },
            BeliefDocument::Discrete {
                values: vec![1.0],
                weights: vec![],
            },
            BeliefDocument::Discrete {
                values: vec![1.0, 1.0],
                weights: vec![1.0, 1.0],
            },
            BeliefDocument::Discrete {
                values: vec![1.0],
                weights: vec![0.0],
            },
        ] {
            assert!(Belief::new(&document).is_err(), "{document:?}");
        }
    }
}
