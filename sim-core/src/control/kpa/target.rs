//! What one pod should have of the metric, and what it can have at most.
//!
//! Source: `pkg/reconciler/autoscaling/resources/target.go` of knative/serving.

/// Targets below this are raised to it (`TargetMin` of knative/serving).
const LEAST_TARGET: f64 = 0.01;

/// What the autoscaler scales on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScalingMetric {
    /// Requests in flight.
    #[default]
    Concurrency,
    /// Requests per second.
    Rps,
}

/// Where a target comes from: the revision's own settings before those of the installation.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TargetInput {
    /// The metric.
    pub metric: ScalingMetric,
    /// Requests that the queue-proxy of a pod lets in at the same time; 0 for no limit.
    pub container_concurrency: f64,
    /// The revision's target, in requests or requests per second, > 0.
    pub target: Option<f64>,
    /// The revision's target utilisation, as a fraction.
    pub target_utilization: Option<f64>,
    /// The installation's target for requests in flight, where there is no limit. Upstream's default: 100.
    pub default_concurrency: f64,
    /// The installation's target for requests per second. Upstream's default: 200.
    pub default_rps: f64,
    /// The installation's target utilisation for requests in flight, as a fraction. Upstream's default: 0.7.
    pub concurrency_utilization: f64,
    /// The installation's target utilisation for requests per second, as a fraction. Upstream's default: 0.7.
    pub rps_utilization: f64,
}

impl Default for TargetInput {
    /// Nothing of its own, on an installation as it comes.
    fn default() -> Self {
        Self {
            metric: ScalingMetric::Concurrency,
            container_concurrency: 0.0,
            target: None,
            target_utilization: None,
            default_concurrency: 100.0,
            default_rps: 200.0,
            concurrency_utilization: 0.7,
            rps_utilization: 0.7,
        }
    }
}

/// The target of one pod.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricTarget {
    /// What the autoscaler aims at per pod: a share of `total`, at least 0.01.
    pub target: f64,
    /// What a pod can bear.
    pub total: f64,
}

impl MetricTarget {
    /// The target that follows from the settings.
    pub fn resolve(input: &TargetInput) -> Self {
        let limit = input.container_concurrency;
        let (default, utilization) = match input.metric {
            ScalingMetric::Rps => (input.default_rps, input.rps_utilization),
            ScalingMetric::Concurrency if limit > 0.0 => (limit, input.concurrency_utilization),
            ScalingMetric::Concurrency => {
                (input.default_concurrency, input.concurrency_utilization)
            }
        };
        let total = match (input.target, input.metric) {
            (None, _) => default,
            // The autoscaler must not aim at more than the queue-proxy lets in.
            (Some(own), ScalingMetric::Concurrency) if limit > 0.0 => own.min(limit),
            (Some(own), _) => own,
        };
        let utilization = input.target_utilization.unwrap_or(utilization);
        Self {
            target: (total * utilization).max(LEAST_TARGET),
            total,
        }
    }
}
