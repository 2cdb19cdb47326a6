//! What an autoscaler is told: bounds, metrics with targets, scaling behaviour, the controller's own settings.
//!
//! Source: the autoscaling/v2 API types and their defaults (`pkg/apis/autoscaling/v2/defaults.go`) and the flags
//! of kube-controller-manager.

/// Bounds, metrics and behaviour of one autoscaler, with the settings of the controller that runs it.
///
/// Source of the defaults: autoscaling/v2 for the object, kube-controller-manager for the controller's flags.
#[derive(Clone, Debug, PartialEq)]
pub struct HpaSpec {
    /// Fewest replicas, ≥ 0. Default 1. 0 lets a metric of kind Object or External scale to none and back.
    pub min_replicas: i32,
    /// Most replicas, ≥ `min_replicas`. No default.
    pub max_replicas: i32,
    /// What it scales on; the highest proposal wins. Default: CPU at 80 % of the request. Without any metric
    /// nothing is changed inside the bounds.
    pub metrics: Vec<MetricSpec>,
    /// Scaling behaviour; `None` (the default) takes the older path with a fixed stabilisation and cap.
    pub behavior: Option<Behavior>,
    /// Deviation of the ratio that is ignored, where the behaviour says nothing else. Default 0.1 each way.
    pub tolerance: Tolerances,
    /// Time between two reconciles, ms. Default 15 s. It only sizes the histories; the caller keeps the beat.
    pub sync_period_ms: u64,
    /// How long after its start a pod's CPU samples may be distrusted, ms. Default 300 s.
    pub cpu_initialization_period_ms: u64,
    /// How long after its start a pod that turned unready counts as never having been ready, ms. Default 30 s.
    pub initial_readiness_delay_ms: u64,
    /// Look-back for the highest recommendation on the way down, ms, where the behaviour gives none.
    /// Default 300 s.
    pub downscale_stabilization_ms: u64,
    /// Without behaviour: at most this multiple of the current replicas in one step. Default 2.
    pub scale_up_limit_factor: f64,
    /// Without behaviour: a step up to this many replicas is always allowed. Default 4.
    pub scale_up_limit_minimum: i32,
}

impl HpaSpec {
    /// An autoscaler with every default, from 1 to `max_replicas` replicas.
    pub fn new(max_replicas: i32) -> Self {
        Self {
            min_replicas: 1,
            max_replicas,
            metrics: vec![MetricSpec::Resource {
                resource: ResourceName::Cpu,
                target: ResourceTarget::Utilization { percent: 80 },
            }],
            behavior: None,
            tolerance: Tolerances::default(),
            sync_period_ms: 15_000,
            cpu_initialization_period_ms: 300_000,
            initial_readiness_delay_ms: 30_000,
            downscale_stabilization_ms: 300_000,
            scale_up_limit_factor: 2.0,
            scale_up_limit_minimum: 4,
        }
    }

    /// The tolerances that hold: those of the behaviour, else the controller's (KEP-4951).
    pub fn effective_tolerances(&self) -> Tolerances {
        let rules = self.behavior.as_ref();
        Tolerances {
            down: rules
                .and_then(|b| b.scale_down.tolerance)
                .unwrap_or(self.tolerance.down),
            up: rules
                .and_then(|b| b.scale_up.tolerance)
                .unwrap_or(self.tolerance.up),
        }
    }
}

/// Deviations of a usage ratio from 1 that lead to no change, as fractions (0.1 = 10 %).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerances {
    /// Below 1.
    pub down: f64,
    /// Above 1.
    pub up: f64,
}

impl Default for Tolerances {
    /// 10 % each way, the default of `--horizontal-pod-autoscaler-tolerance`.
    fn default() -> Self {
        Self { down: 0.1, up: 0.1 }
    }
}

impl Tolerances {
    /// Whether a ratio is close enough to 1. Both ends belong to it; a ratio that is not a number does not.
    ///
    /// Kubernetes 1.33 and later; up to 1.32 the rule was `|1 - ratio| <= tolerance`, which differs in the last
    /// bit at a ratio of exactly 1.1.
    pub fn contains(self, ratio: f64) -> bool {
        (1.0 - self.down) <= ratio && ratio <= (1.0 + self.up)
    }
}

/// A metric with its target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MetricSpec {
    /// A resource of the whole pod.
    Resource {
        /// Which resource.
        resource: ResourceName,
        /// What it is held against.
        target: ResourceTarget,
    },
    /// A resource of one container of the pod; the input carries that container's samples and requests.
    ContainerResource {
        /// Which resource.
        resource: ResourceName,
        /// What it is held against.
        target: ResourceTarget,
    },
    /// A custom metric of the pods, held against its mean per pod.
    Pods {
        /// Target per pod, milli-units.
        average_value_m: i64,
    },
    /// A metric of one object of the cluster, such as an ingress.
    Object {
        /// What it is held against.
        target: ServiceTarget,
    },
    /// A metric from outside the cluster.
    External {
        /// What it is held against.
        target: ServiceTarget,
    },
    /// A metric of a type that the controller does not know: it always fails, so that nothing is scaled down.
    Unknown,
}

/// A compute resource. Only CPU samples are distrusted while a pod starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceName {
    /// CPU, in milli-cores.
    Cpu,
    /// Memory, in milli-bytes.
    Memory,
    /// Any other resource.
    Other,
}

impl ResourceName {
    /// The name in the API; "resource" for [`ResourceName::Other`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Memory => "memory",
            Self::Other => "resource",
        }
    }
}

/// Target of a resource metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResourceTarget {
    /// Use as a share of the request, per cent, ≥ 1.
    Utilization {
        /// The target.
        percent: i32,
    },
    /// Mean use per pod, milli-units, ≥ 1.
    AverageValue {
        /// The target.
        milli: i64,
    },
}

/// Target of a metric that describes the service as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServiceTarget {
    /// The metric itself, milli-units, ≥ 1.
    Value {
        /// The target.
        milli: i64,
    },
    /// The metric divided by the replicas, milli-units, ≥ 1.
    AverageValue {
        /// The target.
        milli: i64,
    },
}

/// Scaling rules for both directions (KEP-853).
#[derive(Clone, Debug, PartialEq)]
pub struct Behavior {
    /// Rules for adding replicas.
    pub scale_up: ScalingRules,
    /// Rules for removing replicas.
    pub scale_down: ScalingRules,
}

impl Default for Behavior {
    /// What the API server fills in for `behavior: {}`.
    fn default() -> Self {
        Self {
            scale_up: ScalingRules::scale_up_default(),
            scale_down: ScalingRules::scale_down_default(),
        }
    }
}

impl Behavior {
    /// The longest look-back of the two directions, ms: what the recommendation log must reach.
    pub(super) fn longest_window_ms(&self, downscale_stabilization_ms: u64) -> i64 {
        let up = self.scale_up.window_ms(0);
        up.max(self.scale_down.window_ms(downscale_stabilization_ms))
    }
}

/// Rules for one direction.
#[derive(Clone, Debug, PartialEq)]
pub struct ScalingRules {
    /// Look-back over which the most cautious recommendation is taken, seconds, 0 … 3600. `None`: 0 upward, the
    /// controller's downscale stabilisation downward.
    pub stabilization_window_s: Option<u32>,
    /// Which policy counts when there are several.
    pub select_policy: SelectPolicy,
    /// Limits on the speed of change; at least one, without any nothing may change in this direction.
    pub policies: Vec<ScalingPolicy>,
    /// Deviation that is ignored in this direction, as a fraction; `None`: the controller's.
    pub tolerance: Option<f64>,
}

impl ScalingRules {
    /// Defaults upward: no window, the bigger of 4 pods or 100 % per 15 s.
    pub fn scale_up_default() -> Self {
        Self {
            stabilization_window_s: Some(0),
            select_policy: SelectPolicy::Max,
            policies: vec![ScalingPolicy::pods(4, 15), ScalingPolicy::percent(100, 15)],
            tolerance: None,
        }
    }

    /// Defaults downward: the controller's downscale stabilisation, then 100 % per 15 s.
    pub fn scale_down_default() -> Self {
        Self {
            stabilization_window_s: None,
            select_policy: SelectPolicy::Max,
            policies: vec![ScalingPolicy::percent(100, 15)],
            tolerance: None,
        }
    }

    /// The look-back in ms, `default_ms` where none is given.
    pub fn window_ms(&self, default_ms: u64) -> i64 {
        match self.stabilization_window_s {
            Some(seconds) => super::seconds_to_ms(seconds),
            None => super::to_signed_ms(default_ms),
        }
    }

    /// The longest period of the policies, ms; 0 without any.
    pub fn longest_period_ms(&self) -> i64 {
        self.policies
            .iter()
            .map(|p| super::seconds_to_ms(p.period_s))
            .max()
            .unwrap_or(0)
    }
}

/// Which of several policies counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SelectPolicy {
    /// The one that allows the biggest change.
    #[default]
    Max,
    /// The one that allows the smallest change.
    Min,
    /// No change in this direction.
    Disabled,
}

/// A limit on the change within a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScalingPolicy {
    /// What `value` counts.
    pub kind: PolicyKind,
    /// Pods or per cent, ≥ 1.
    pub value: i32,
    /// The period, seconds, 1 … 1800.
    pub period_s: u32,
}

impl ScalingPolicy {
    /// At most `value` pods within `period_s` seconds.
    pub fn pods(value: i32, period_s: u32) -> Self {
        Self {
            kind: PolicyKind::Pods,
            value,
            period_s,
        }
    }

    /// At most `value` per cent of the replicas at the start of the period within `period_s` seconds.
    pub fn percent(value: i32, period_s: u32) -> Self {
        Self {
            kind: PolicyKind::Percent,
            value,
            period_s,
        }
    }
}

/// What the value of a policy counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicyKind {
    /// Pods.
    Pods,
    /// Per cent of the replicas at the start of the period.
    Percent,
}
