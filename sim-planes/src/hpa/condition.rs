//! The conditions that the controller sets on an autoscaler, with the upstream reasons.
//!
//! Source: `horizontal.go`, the calls of `setCondition`.

use std::fmt;

/// The three conditions. Each stays as it was set last; `None` until it is set for the first time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Conditions {
    /// `AbleToScale`: always true here, since the target can always be read and written.
    pub able_to_scale: Option<AbleToScaleReason>,
    /// `ScalingActive`: see [`ScalingActiveReason::is_active`] for its status.
    pub scaling_active: Option<ScalingActiveReason>,
    /// `ScalingLimited`: see [`LimitReason::is_limited`] for its status.
    pub scaling_limited: Option<LimitReason>,
}

/// Reason of the condition `AbleToScale`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AbleToScaleReason {
    /// The scale was read; no recommendation was computed after that.
    SucceededGetScale,
    /// Stabilisation left the recommendation alone, and it is the current size.
    ReadyForNewScale,
    /// A lower recommendation of the look-back holds back the way up.
    ScaleUpStabilized,
    /// A higher recommendation of the look-back holds back the way down.
    ScaleDownStabilized,
    /// The number of replicas was changed.
    SucceededRescale,
}

impl AbleToScaleReason {
    /// The reason as Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SucceededGetScale => "SucceededGetScale",
            Self::ReadyForNewScale => "ReadyForNewScale",
            Self::ScaleUpStabilized => "ScaleUpStabilized",
            Self::ScaleDownStabilized => "ScaleDownStabilized",
            Self::SucceededRescale => "SucceededRescale",
        }
    }
}

/// Reason of the condition `ScalingActive`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScalingActiveReason {
    /// A proposal could be computed.
    ValidMetricFound,
    /// Somebody scaled the target to zero: the autoscaler keeps its hands off.
    ScalingDisabled,
    /// A resource metric failed.
    FailedGetResourceMetric,
    /// A container resource metric failed.
    FailedGetContainerResourceMetric,
    /// A pods metric failed.
    FailedGetPodsMetric,
    /// An object metric failed.
    FailedGetObjectMetric,
    /// An external metric failed.
    FailedGetExternalMetric,
    /// A metric is of a type that the controller does not know, or there is none to scale on.
    InvalidMetricSourceType,
}

impl ScalingActiveReason {
    /// Status of the condition: true only with [`ScalingActiveReason::ValidMetricFound`].
    pub fn is_active(self) -> bool {
        self == Self::ValidMetricFound
    }

    /// The reason as Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ValidMetricFound => "ValidMetricFound",
            Self::ScalingDisabled => "ScalingDisabled",
            Self::FailedGetResourceMetric => "FailedGetResourceMetric",
            Self::FailedGetContainerResourceMetric => "FailedGetContainerResourceMetric",
            Self::FailedGetPodsMetric => "FailedGetPodsMetric",
            Self::FailedGetObjectMetric => "FailedGetObjectMetric",
            Self::FailedGetExternalMetric => "FailedGetExternalMetric",
            Self::InvalidMetricSourceType => "InvalidMetricSourceType",
        }
    }
}

/// Reason of the condition `ScalingLimited`: what bounded the stabilised recommendation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitReason {
    /// Nothing.
    DesiredWithinRange,
    /// `min_replicas`.
    TooFewReplicas,
    /// `max_replicas`.
    TooManyReplicas,
    /// The rate upward: the policies, or without behaviour the cap on one step.
    ScaleUpLimit,
    /// The policies downward.
    ScaleDownLimit,
}

impl LimitReason {
    /// Status of the condition: false only with [`LimitReason::DesiredWithinRange`].
    pub fn is_limited(self) -> bool {
        self != Self::DesiredWithinRange
    }

    /// The reason as Kubernetes writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DesiredWithinRange => "DesiredWithinRange",
            Self::TooFewReplicas => "TooFewReplicas",
            Self::TooManyReplicas => "TooManyReplicas",
            Self::ScaleUpLimit => "ScaleUpLimit",
            Self::ScaleDownLimit => "ScaleDownLimit",
        }
    }
}

impl fmt::Display for AbleToScaleReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for ScalingActiveReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for LimitReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
