//! From usage to a recommendation: a target, and bounds within which a pod is left alone.
//!
//! Source: `logic/estimator.go`, `logic/recommender.go`, the capping post-processor. The lower bound starts low
//! and the upper bound high, and both close in as history gathers, so that the updater does not act in haste.

use super::amount::{amount, scaled};
use super::usage::ContainerUsage;
use super::{DAY_MS, MAX_AMOUNT};

/// An amount of each resource.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amounts {
    /// CPU, milli-cores.
    pub cpu_m: i64,
    /// Memory, bytes.
    pub memory_bytes: i64,
}

/// What a container should request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Recommendation {
    /// The request to give.
    pub target: Amounts,
    /// A lower request is too little.
    pub lower: Amounts,
    /// A higher request is too much.
    pub upper: Amounts,
}

/// Percentiles of usage that the recommendation rests on, 0..1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Percentiles {
    /// Of the target.
    pub target: f64,
    /// Of the lower bound.
    pub lower: f64,
    /// Of the upper bound.
    pub upper: f64,
}

impl Default for Percentiles {
    fn default() -> Self {
        Self {
            target: 0.9,
            lower: 0.5,
            upper: 0.95,
        }
    }
}

/// Limits that an administrator sets on recommendations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// The least to recommend.
    pub least: Amounts,
    /// The most to recommend; it wins over the least.
    pub most: Amounts,
}

impl Default for Bounds {
    /// No limits.
    fn default() -> Self {
        Self {
            least: Amounts::default(),
            most: Amounts {
                cpu_m: MAX_AMOUNT,
                memory_bytes: MAX_AMOUNT,
            },
        }
    }
}

impl Bounds {
    fn hold(&self, amounts: Amounts) -> Amounts {
        let hold = |value: i64, least: i64, most: i64| value.max(least).min(most);
        Amounts {
            cpu_m: hold(amounts.cpu_m, self.least.cpu_m, self.most.cpu_m),
            memory_bytes: hold(
                amounts.memory_bytes,
                self.least.memory_bytes,
                self.most.memory_bytes,
            ),
        }
    }

    /// The recommendation within the limits.
    pub fn cap(&self, recommendation: Recommendation) -> Recommendation {
        Recommendation {
            target: self.hold(recommendation.target),
            lower: self.hold(recommendation.lower),
            upper: self.hold(recommendation.upper),
        }
    }
}

/// How recommendations are made; the default is upstream's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recommender {
    /// Percentiles of CPU use.
    pub cpu: Percentiles,
    /// Percentiles of memory peaks.
    pub memory: Percentiles,
    /// Share added to every percentile.
    pub margin: f64,
    /// Length of history that the bounds call one, ms.
    pub confidence_interval_ms: i64,
    /// The least to recommend for a whole pod.
    pub pod_minimum: Amounts,
}

impl Default for Recommender {
    fn default() -> Self {
        Self {
            cpu: Percentiles::default(),
            memory: Percentiles::default(),
            margin: 0.15,
            confidence_interval_ms: DAY_MS,
            pod_minimum: Amounts {
                cpu_m: 25,
                memory_bytes: 250 * 1024 * 1024,
            },
        }
    }
}

/// Multiplier and exponent of the upper bound: twice the percentile after a day, 1.14 times after a week.
const UPPER_CONFIDENCE: (f64, f64) = (1.0, 1.0);
/// Of the lower bound: 0.6 of the percentile after five minutes, 0.95 after an hour.
const LOWER_CONFIDENCE: (f64, f64) = (0.001, -2.0);

impl Recommender {
    /// The recommendation for a container in a pod of `containers`; `None` before the first CPU sample.
    pub fn recommend(&self, usage: &ContainerUsage, containers: u32) -> Option<Recommendation> {
        if usage.is_empty() {
            return None;
        }
        let confidence = usage.confidence(self.confidence_interval_ms);
        let estimate = |cpu: f64, memory: f64, bound: Option<(f64, f64)>| {
            let finish = |percentile: f64, least: i64| {
                let base = with_margin(amount(percentile), self.margin);
                let base = bound.map_or(base, |(multiplier, exponent)| {
                    with_confidence(base, confidence, multiplier, exponent)
                });
                at_least_share_of(base, least, containers)
            };
            Amounts {
                cpu_m: finish(usage.cpu_percentile(cpu) * 1000.0, self.pod_minimum.cpu_m),
                memory_bytes: finish(
                    usage.memory_percentile(memory),
                    self.pod_minimum.memory_bytes,
                ),
            }
        };
        Some(Recommendation {
            target: estimate(self.cpu.target, self.memory.target, None),
            lower: estimate(self.cpu.lower, self.memory.lower, Some(LOWER_CONFIDENCE)),
            upper: estimate(self.cpu.upper, self.memory.upper, Some(UPPER_CONFIDENCE)),
        })
    }
}

/// An amount with a margin of safety: the margin is truncated by itself, as upstream does.
pub fn with_margin(base: i64, margin: f64) -> i64 {
    base.saturating_add(scaled(base, margin))
}

/// An amount widened by a lack of confidence: × (1 + multiplier / confidence) ^ exponent.
pub fn with_confidence(base: i64, confidence: f64, multiplier: f64, exponent: f64) -> i64 {
    scaled(base, libm::pow(1.0 + multiplier / confidence, exponent))
}

/// An amount of one of `containers` containers, which share the least amount of their pod evenly.
pub fn at_least_share_of(base: i64, pod_minimum: i64, containers: u32) -> i64 {
    base.max(scaled(pod_minimum, 1.0 / f64::from(containers.max(1))))
}
