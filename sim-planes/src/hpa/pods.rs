//! Pods with their samples, and which of them count: ready, unready, missing or ignored.
//!
//! Source: `groupPods` and `getReadyPodsCount` of `replica_calculator.go`. Identical pods form one group, so that
//! classifying costs O(groups).

use super::spec::ResourceName;
use super::{age_ms, to_signed_ms};

/// Identical pods: same phase, readiness, start, request and sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PodGroup {
    /// How many pods. A group of 0 counts as not there.
    pub count: u32,
    /// Phase of the pods.
    pub phase: PodPhase,
    /// Whether they are being deleted.
    pub deleted: bool,
    /// Their Ready condition; `None`: they have none yet.
    pub ready: Option<ReadyCondition>,
    /// When the kubelet took them on, ms on the caller's clock; `None`: not yet.
    pub start_ms: Option<i64>,
    /// Request per pod of what the metric measures, milli-units; `None`: missing. Only utilisation reads it.
    pub request_m: Option<i64>,
    /// Sample per pod; `None`: the metrics API does not know these pods.
    pub sample: Option<PodSample>,
}

impl PodGroup {
    /// `count` running pods that have been ready for ever, with a sample taken infinitely long ago.
    pub fn steady(count: u32, request_m: Option<i64>, value_m: i64) -> Self {
        Self {
            count,
            phase: PodPhase::Running,
            deleted: false,
            ready: Some(ReadyCondition {
                status: ReadyStatus::True,
                last_transition_ms: super::LONG_AGO_MS,
            }),
            start_ms: Some(super::LONG_AGO_MS),
            request_m,
            sample: Some(PodSample {
                value_m,
                taken_ms: super::LONG_AGO_MS,
                window_ms: 0,
            }),
        }
    }
}

/// Phase of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodPhase {
    /// Waiting for a node or an image.
    Pending,
    /// At least one container runs.
    Running,
    /// All containers ended well.
    Succeeded,
    /// All containers ended, at least one badly.
    Failed,
}

/// The Ready condition of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadyCondition {
    /// Its status.
    pub status: ReadyStatus,
    /// When the status last changed, ms on the caller's clock.
    pub last_transition_ms: i64,
}

/// Status of a Ready condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadyStatus {
    /// Ready.
    True,
    /// Not ready.
    False,
    /// The node does not report.
    Unknown,
}

/// What the metrics API knows of a pod.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PodSample {
    /// Value, milli-units.
    pub value_m: i64,
    /// End of the window that it averages over, ms on the caller's clock.
    pub taken_ms: i64,
    /// Length of that window, ms.
    pub window_ms: u64,
}

/// Samples of pods that the selector does not return (any more). They take part in means and counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnmatchedSamples {
    /// How many.
    pub count: u32,
    /// Value of each, milli-units.
    pub value_m: i64,
}

/// The pods of the selector with one metric's samples.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PodSamples<'a> {
    /// The pods.
    pub pods: &'a [PodGroup],
    /// Samples without a pod.
    pub unmatched: &'a [UnmatchedSamples],
}

/// Now, and the controller's two settings on starting pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PodTiming {
    /// Now, ms.
    pub now_ms: u64,
    /// See [`super::HpaSpec::cpu_initialization_period_ms`].
    pub cpu_initialization_period_ms: u64,
    /// See [`super::HpaSpec::initial_readiness_delay_ms`].
    pub initial_readiness_delay_ms: u64,
}

/// What a pod counts as for one metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PodClass {
    /// Its sample counts.
    Ready,
    /// Its sample is not trusted yet; on the way up it counts as using nothing.
    Unready,
    /// It has no sample; it counts as using nothing on the way up, its request (or the target) on the way down.
    Missing,
    /// It is on its way out and does not count.
    Ignored,
}

impl PodClass {
    /// What the pods of a group count as, for a metric of `resource` (`None`: a custom metric).
    pub fn of(pod: &PodGroup, resource: Option<ResourceName>, timing: &PodTiming) -> Self {
        if pod.deleted || matches!(pod.phase, PodPhase::Failed | PodPhase::Succeeded) {
            return Self::Ignored;
        }
        if pod.phase == PodPhase::Pending {
            return Self::Unready;
        }
        let Some(sample) = pod.sample else {
            return Self::Missing;
        };
        if resource == Some(ResourceName::Cpu) && !cpu_sample_counts(pod, sample, timing) {
            return Self::Unready;
        }
        Self::Ready
    }
}

/// Whether a running pod's CPU sample is past the noise of its start.
fn cpu_sample_counts(pod: &PodGroup, sample: PodSample, timing: &PodTiming) -> bool {
    let (Some(ready), Some(start_ms)) = (pod.ready, pod.start_ms) else {
        return false;
    };
    let unready = ready.status == ReadyStatus::False;
    let starting =
        age_ms(timing.now_ms, start_ms) < to_signed_ms(timing.cpu_initialization_period_ms);
    if starting {
        // One whole window must have passed since the pod changed its state.
        let window_ms = to_signed_ms(sample.window_ms);
        !unready && sample.taken_ms >= ready.last_transition_ms.saturating_add(window_ms)
    } else {
        // Unready from the start on: it has never been ready.
        let settled_ms = start_ms.saturating_add(to_signed_ms(timing.initial_readiness_delay_ms));
        !unready || settled_ms <= ready.last_transition_ms
    }
}

/// How many pods the selector returns, and how many of them serve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PodCounts {
    /// All pods of the selector, whatever their state.
    pub listed: u64,
    /// Pods in phase Running whose Ready condition is true.
    pub ready: u64,
}

impl PodCounts {
    /// Counts the pods of a selector.
    pub fn of(pods: &[PodGroup]) -> Self {
        let mut counts = Self::default();
        for pod in pods {
            counts.listed += u64::from(pod.count);
            let ready = pod.ready.is_some_and(|r| r.status == ReadyStatus::True);
            if ready && pod.phase == PodPhase::Running {
                counts.ready += u64::from(pod.count);
            }
        }
        counts
    }
}
