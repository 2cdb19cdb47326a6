//! What a metric brings to a reconcile: samples, or the reason why there are none.
//!
//! Source: the errors of `replica_calculator.go` and `metrics/client.go`; messages with the upstream wording.

use std::fmt;

use super::pods::{PodCounts, PodSamples};
use super::replicas::Proposal;
use super::spec::ResourceName;

/// The samples for one metric of the spec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricInput<'a> {
    /// Samples per pod: for Resource, ContainerResource and Pods metrics.
    Pods(PodSamples<'a>),
    /// A value of the service: for Object and External metrics.
    Service {
        /// The values that the metric's selector matches, milli-units, summed up. An Object metric has one.
        values_m: &'a [i64],
        /// The pods behind the service; a Value target scales in proportion to those that are ready.
        pods: PodCounts,
    },
    /// The metrics API failed.
    Unavailable,
}

/// What came of one metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricOutcome {
    /// It proposes a number of replicas.
    Proposed(Proposal),
    /// It could not be computed.
    Failed(MetricError),
}

/// Why a metric gives no proposal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricError {
    /// The metrics API failed, or the input has another kind than the metric asks for.
    Unavailable,
    /// The metrics API returned nothing.
    NothingReturned(MetricApi),
    /// The selector matches no pod.
    NoPods,
    /// No sample is left after ignored and unready pods are taken out.
    NoTargetedSamples,
    /// A pod has no request for the resource, so that utilisation means nothing.
    MissingRequest(ResourceName),
    /// The requests of the pods with samples sum to nothing.
    NoMatchedPods,
    /// The metric is of no type that the controller knows.
    UnknownSource,
}

/// The API that a metric comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricApi {
    /// metrics.k8s.io, asked for this resource.
    Resource(ResourceName),
    /// custom.metrics.k8s.io
    Custom,
    /// external.metrics.k8s.io
    External,
}

impl MetricApi {
    /// The name as Kubernetes writes it in its messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Resource(_) => "resource",
            Self::Custom => "custom",
            Self::External => "external",
        }
    }
}

impl fmt::Display for MetricError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable => f.write_str("unable to get metrics: the metrics API failed"),
            Self::NothingReturned(api) => {
                f.write_str("unable to get metrics")?;
                if let MetricApi::Resource(resource) = api {
                    write!(f, " for resource {}", resource.as_str())?;
                }
                let api = api.as_str();
                write!(f, ": no metrics returned from {api} metrics API")
            }
            Self::UnknownSource => f.write_str("unknown metric source type"),
            Self::NoPods => {
                f.write_str("no pods returned by selector while calculating replica count")
            }
            Self::NoTargetedSamples => {
                f.write_str("did not receive metrics for targeted pods (pods might be unready)")
            }
            Self::MissingRequest(resource) => {
                write!(f, "missing request for {} in a pod", resource.as_str())
            }
            Self::NoMatchedPods => f.write_str("no metrics returned matched known pods"),
        }
    }
}

impl std::error::Error for MetricError {}
