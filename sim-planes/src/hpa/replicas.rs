//! The replica calculator: one metric's samples → the replicas it proposes.
//!
//! Source: `replica_calculator.go`. The traps: the count of samples includes those without a pod; with every pod
//! ready the factor is the number of ready pods, not the current replicas; the reported usage is the one before
//! missing and unready pods are filled in.

use super::metric::{MetricApi, MetricError};
use super::pods::{PodClass, PodCounts, PodSamples, PodTiming};
use super::ratio::{Usage, UsageSums, UtilizationSums, per_pod_usage};
use super::spec::{ResourceName, Tolerances};

/// What one metric proposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposal {
    /// Replicas.
    pub replicas: i32,
    /// The usage behind it.
    pub usage: Usage,
}

/// Replicas for a target on the utilisation of the request (Resource, ContainerResource).
///
/// `target_pct` is in per cent; with several containers, request and sample are sums over the pod.
///
/// # Errors
/// Nothing returned, no pods, no sample left, a pod without request, requests that sum to nothing.
pub fn utilization_replicas(
    current: i32,
    target_pct: i32,
    resource: ResourceName,
    samples: PodSamples<'_>,
    timing: &PodTiming,
    tolerances: Tolerances,
) -> Result<Proposal, MetricError> {
    let census = Census::take(
        samples,
        Some(resource),
        timing,
        MetricApi::Resource(resource),
    )?;
    if samples
        .pods
        .iter()
        .any(|p| p.count > 0 && p.request_m.is_none())
    {
        return Err(MetricError::MissingRequest(resource));
    }
    let sums = PodSums::take(samples, resource, timing, target_pct);
    let first = sums.ready.ratio(target_pct)?;
    let replicas = settle(first.ratio, current, &census, tolerances, |fill| {
        let mut filled = sums.ready;
        match fill.missing {
            Fill::Nothing => {}
            Fill::Zero => filled.join(sums.missing.idle()),
            Fill::Full => filled.join(sums.missing),
        }
        if fill.unready {
            filled.join(sums.unready);
        }
        filled.ratio(target_pct).map(|r| r.ratio)
    })?;
    Ok(Proposal {
        replicas,
        usage: Usage {
            value_m: first.average_m,
            utilization_pct: Some(first.utilization_pct),
        },
    })
}

/// Replicas for a target on the mean per pod: a resource's AverageValue, or a Pods metric (`resource` = `None`).
///
/// # Errors
/// Nothing returned, no pods, no sample left.
pub fn average_value_replicas(
    current: i32,
    target_m: i64,
    resource: Option<ResourceName>,
    samples: PodSamples<'_>,
    timing: &PodTiming,
    tolerances: Tolerances,
) -> Result<Proposal, MetricError> {
    let api = resource.map_or(MetricApi::Custom, MetricApi::Resource);
    let census = Census::take(samples, resource, timing, api)?;
    let mut sums = UsageSums::default();
    for pod in samples.pods {
        if let (PodClass::Ready, Some(sample)) = (PodClass::of(pod, resource, timing), pod.sample) {
            sums.add(u64::from(pod.count), sample.value_m);
        }
    }
    for sample in samples.unmatched {
        sums.add(u64::from(sample.count), sample.value_m);
    }
    let first = sums.ratio(target_m)?;
    let replicas = settle(first.ratio, current, &census, tolerances, |fill| {
        let mut filled = sums;
        match fill.missing {
            Fill::Nothing => {}
            Fill::Zero => filled.add(census.missing, 0),
            Fill::Full => filled.add(census.missing, target_m),
        }
        if fill.unready {
            filled.add(census.unready, 0);
        }
        filled.ratio(target_m).map(|r| r.ratio)
    })?;
    Ok(Proposal {
        replicas,
        usage: Usage {
            value_m: first.average_m,
            utilization_pct: None,
        },
    })
}

/// Replicas for an Object metric with a Value target.
///
/// # Errors
/// [`MetricError::NoPods`] when the replicas must change and the selector matches no pod.
pub fn object_value_replicas(
    current: i32,
    target_m: i64,
    value_m: i64,
    pods: PodCounts,
    tolerances: Tolerances,
) -> Result<Proposal, MetricError> {
    let ratio = value_m as f64 / target_m as f64;
    let replicas = if current == 0 {
        // From zero there is nothing to be in proportion to.
        ratio.ceil() as i32
    } else if tolerances.contains(ratio) {
        current
    } else if pods.listed == 0 {
        return Err(MetricError::NoPods);
    } else {
        (ratio * pods.ready as f64).ceil() as i32
    };
    Ok(Proposal {
        replicas,
        usage: Usage {
            value_m,
            utilization_pct: None,
        },
    })
}

/// Replicas for an Object metric with an AverageValue target.
pub fn object_per_pod_replicas(
    status_replicas: i32,
    target_m: i64,
    value_m: i64,
    tolerances: Tolerances,
) -> Proposal {
    let ratio = value_m as f64 / (target_m as f64 * f64::from(status_replicas));
    let replicas = if tolerances.contains(ratio) {
        status_replicas
    } else {
        (value_m as f64 / target_m as f64).ceil() as i32
    };
    let value_m = per_pod_usage(value_m, status_replicas);
    Proposal {
        replicas,
        usage: Usage {
            value_m,
            utilization_pct: None,
        },
    }
}

/// Replicas for an External metric with a Value target; the values of all matching series are summed.
///
/// # Errors
/// Nothing returned; no pods, as in [`object_value_replicas`].
pub fn external_value_replicas(
    current: i32,
    target_m: i64,
    values_m: &[i64],
    pods: PodCounts,
    tolerances: Tolerances,
) -> Result<Proposal, MetricError> {
    if values_m.is_empty() {
        return Err(MetricError::NothingReturned(MetricApi::External));
    }
    // The sum stops at its first overflow, as upstream.
    let sum = values_m
        .iter()
        .try_fold(0_i64, |sum, v| sum.checked_add(*v));
    object_value_replicas(current, target_m, sum.unwrap_or(i64::MAX), pods, tolerances)
}

/// Replicas for an External metric with an AverageValue target; the values of all matching series are summed.
///
/// # Errors
/// Nothing returned.
pub fn external_per_pod_replicas(
    status_replicas: i32,
    target_m: i64,
    values_m: &[i64],
    tolerances: Tolerances,
) -> Result<Proposal, MetricError> {
    if values_m.is_empty() {
        return Err(MetricError::NothingReturned(MetricApi::External));
    }
    // Upstream takes a sum below zero for an overflow, so that a negative value counts as one.
    let sum = values_m
        .iter()
        .try_fold(0_i64, |sum, v| sum.checked_add(*v).filter(|s| *s >= 0));
    let value_m = sum.unwrap_or(i64::MAX);
    Ok(object_per_pod_replicas(
        status_replicas,
        target_m,
        value_m,
        tolerances,
    ))
}

/// How many pods are what.
#[derive(Default)]
struct Census {
    /// Pods whose sample counts.
    ready: u64,
    unready: u64,
    missing: u64,
    /// Samples of pods that the selector does not return.
    unmatched: u64,
}

impl Census {
    /// Counts the pods by class; checks in the upstream order that there is something to compute on.
    fn take(
        samples: PodSamples<'_>,
        resource: Option<ResourceName>,
        timing: &PodTiming,
        api: MetricApi,
    ) -> Result<Self, MetricError> {
        let mut census = Self::default();
        let (mut listed, mut sampled) = (0, 0);
        for pod in samples.pods {
            let count = u64::from(pod.count);
            listed += count;
            sampled += if pod.sample.is_some() { count } else { 0 };
            match PodClass::of(pod, resource, timing) {
                PodClass::Ready => census.ready += count,
                PodClass::Unready => census.unready += count,
                PodClass::Missing => census.missing += count,
                PodClass::Ignored => {}
            }
        }
        census.unmatched = samples.unmatched.iter().map(|s| u64::from(s.count)).sum();
        if sampled + census.unmatched == 0 {
            return Err(MetricError::NothingReturned(api));
        }
        if listed == 0 {
            return Err(MetricError::NoPods);
        }
        if census.ready + census.unmatched == 0 {
            return Err(MetricError::NoTargetedSamples);
        }
        Ok(census)
    }
}

/// Usage and requests by class. Samples without a pod have no request and so no part in it.
struct PodSums {
    ready: UtilizationSums,
    /// As if they used nothing.
    unready: UtilizationSums,
    /// As if they used all of their request, or the target where that is more.
    missing: UtilizationSums,
}

impl PodSums {
    fn take(
        samples: PodSamples<'_>,
        resource: ResourceName,
        timing: &PodTiming,
        target_pct: i32,
    ) -> Self {
        let full_pct = i64::from(target_pct.max(100));
        let (mut ready, mut unready, mut missing) = Default::default();
        let add = |sums: &mut UtilizationSums, count: u32, usage_m, request_m| {
            sums.add(u64::from(count), usage_m, request_m);
        };
        for pod in samples.pods {
            match (PodClass::of(pod, Some(resource), timing), pod.sample) {
                (PodClass::Ready, Some(sample)) => {
                    add(&mut ready, pod.count, sample.value_m, pod.request_m);
                }
                (PodClass::Unready, _) => add(&mut unready, pod.count, 0, pod.request_m),
                (PodClass::Missing, _) => {
                    let full = pod.request_m.unwrap_or(0).saturating_mul(full_pct) / 100;
                    add(&mut missing, pod.count, full, pod.request_m);
                }
                (PodClass::Ready, None) | (PodClass::Ignored, _) => {}
            }
        }
        Self {
            ready,
            unready,
            missing,
        }
    }
}

/// What stands in for pods without a usable sample when the ratio is computed again.
#[derive(Clone, Copy)]
struct Filling {
    missing: Fill,
    /// Whether unready pods join, as using nothing.
    unready: bool,
}

/// What a missing pod is taken to use.
#[derive(Clone, Copy, PartialEq)]
enum Fill {
    /// It stays out.
    Nothing,
    /// It uses nothing.
    Zero,
    /// It uses its whole request, or the target.
    Full,
}

/// From the first ratio to replicas. `refilled` computes the ratio with stand-ins for pods without a sample.
fn settle(
    first: f64,
    current: i32,
    census: &Census,
    tolerances: Tolerances,
    refilled: impl FnOnce(Filling) -> Result<f64, MetricError>,
) -> Result<i32, MetricError> {
    let up_with_unready = census.unready > 0 && first > 1.0;
    if !up_with_unready && census.missing == 0 {
        if tolerances.contains(first) {
            return Ok(current);
        }
        return Ok((first * census.ready as f64).ceil() as i32);
    }
    let missing = if first < 1.0 {
        Fill::Full
    } else if first > 1.0 {
        Fill::Zero
    } else {
        Fill::Nothing
    };
    let second = refilled(Filling {
        missing,
        unready: up_with_unready,
    })?;
    let turned = (first < 1.0 && second > 1.0) || (first > 1.0 && second < 1.0);
    if tolerances.contains(second) || turned {
        return Ok(current);
    }
    let mut samples = census.ready + census.unmatched;
    if missing != Fill::Nothing {
        samples += census.missing;
    }
    if up_with_unready {
        samples += census.unready;
    }
    let replicas = (second * samples as f64).ceil() as i32;
    // The number of samples differs from the current replicas: it must not turn the direction.
    let against = (second < 1.0 && replicas > current) || (second > 1.0 && replicas < current);
    Ok(if against { current } else { replicas })
}
