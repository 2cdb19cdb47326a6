//! Usage over target, and the usage that is reported.
//!
//! Source: `metrics/utilization.go` and `getPerPodUsage` of `replica_calculator.go`. Sums saturate where the
//! original wraps.

use super::metric::MetricError;

/// Sums behind the utilisation of pods: usage and request of the pods that have both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UtilizationSums {
    usage_m: i64,
    request_m: i64,
    pods: u64,
}

/// Utilisation of the requests, held against its target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UtilizationRatio {
    /// Utilisation over target.
    pub ratio: f64,
    /// Utilisation of the requests in whole per cent, truncated.
    pub utilization_pct: i32,
    /// Mean usage of the pods that count, milli-units, truncated.
    pub average_m: i64,
}

impl UtilizationSums {
    /// Adds `count` pods with the same usage and request; those without a request do not count.
    pub fn add(&mut self, count: u64, usage_m: i64, request_m: Option<i64>) {
        let Some(request_m) = request_m else { return };
        self.usage_m = self.usage_m.saturating_add(times(usage_m, count));
        self.request_m = self.request_m.saturating_add(times(request_m, count));
        self.pods += count;
    }

    /// Adds the pods of another sum.
    pub(super) fn join(&mut self, other: Self) {
        self.usage_m = self.usage_m.saturating_add(other.usage_m);
        self.request_m = self.request_m.saturating_add(other.request_m);
        self.pods += other.pods;
    }

    /// The same pods with a usage of nothing.
    pub(super) fn idle(self) -> Self {
        Self { usage_m: 0, ..self }
    }

    /// Utilisation over `target_pct`, per cent.
    ///
    /// # Errors
    /// [`MetricError::NoMatchedPods`] when the requests sum to nothing.
    pub fn ratio(&self, target_pct: i32) -> Result<UtilizationRatio, MetricError> {
        if self.request_m == 0 {
            return Err(MetricError::NoMatchedPods);
        }
        let hundredfold = i32::try_from(self.usage_m).map_or_else(
            |_| self.usage_m.checked_mul(100),
            |usage_m| Some(i64::from(usage_m) * 100),
        );
        let percent = match hundredfold {
            Some(hundredfold) => i128::from(hundredfold.checked_div(self.request_m).unwrap_or(0)),
            None => i128::from(self.usage_m) * 100 / i128::from(self.request_m),
        };
        let utilization_pct = percent.clamp(i128::from(i32::MIN), i128::from(i32::MAX)) as i32;
        Ok(UtilizationRatio {
            ratio: f64::from(utilization_pct) / f64::from(target_pct),
            utilization_pct,
            average_m: mean(self.usage_m, self.pods).unwrap_or(0),
        })
    }
}

/// Sums behind the mean usage of samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageSums {
    usage_m: i64,
    samples: u64,
}

/// Mean usage, held against its target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct UsageRatio {
    /// Mean usage over target.
    pub ratio: f64,
    /// Mean usage, milli-units, truncated.
    pub average_m: i64,
}

impl UsageSums {
    /// Adds `count` samples of the same value.
    pub fn add(&mut self, count: u64, usage_m: i64) {
        self.usage_m = self.usage_m.saturating_add(times(usage_m, count));
        self.samples += count;
    }

    /// Mean usage over `target_m`, milli-units.
    ///
    /// # Errors
    /// [`MetricError::NoTargetedSamples`] when there is no sample.
    pub fn ratio(&self, target_m: i64) -> Result<UsageRatio, MetricError> {
        let average_m = mean(self.usage_m, self.samples).ok_or(MetricError::NoTargetedSamples)?;
        Ok(UsageRatio {
            ratio: average_m as f64 / target_m as f64,
            average_m,
        })
    }
}

/// The usage that a proposal rests on, as the autoscaler's status reports it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// Mean per pod, or the metric itself for a Value target, milli-units.
    pub value_m: i64,
    /// Whole per cent of the request, for a utilisation target.
    pub utilization_pct: Option<i32>,
}

/// Usage per replica, rounded up: `i64::MAX` stays what it is, without replicas it is 0.
pub fn per_pod_usage(usage_m: i64, status_replicas: i32) -> i64 {
    if usage_m as f64 >= i64::MAX as f64 {
        return i64::MAX;
    }
    if status_replicas == 0 {
        return 0;
    }
    (usage_m as f64 / f64::from(status_replicas)).ceil() as i64
}

/// `value × count`, saturating.
pub(super) fn times(value: i64, count: u64) -> i64 {
    // Whether a product of 64 bits overflows is asked of one of 128, which is a call in WebAssembly.
    if let (Ok(value), Ok(count)) = (i32::try_from(value), u32::try_from(count)) {
        return i64::from(value) * i64::from(count);
    }
    value.saturating_mul(i64::try_from(count).unwrap_or(i64::MAX))
}

/// Truncated mean; `None` of nothing.
fn mean(sum: i64, count: u64) -> Option<i64> {
    sum.checked_div(i64::try_from(count).unwrap_or(i64::MAX))
}
